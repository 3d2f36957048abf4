"""The server of `make study`: on this machine alone, for the one who has the address.

It runs what is in katas/, so it answers nobody else. It listens on the loopback address; the
address that is printed holds a token, which a cookie keeps; and a request is refused that names
another host (a name of somebody's that leads here), or comes from a page of another origin.
Addresses are looked up in the list of pages, never on the disk.

The standard library's server is enough: a few addresses, a thread for each, one kind of long
answer. A framework would bring its own server and six packages into each learner's environment,
and what has to be safe here (host, origin, token, policy) would still be ours to write.
"""

import json
import secrets
import sys
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from dojo import course
from dojo.study import answers

HOST, PORT = "127.0.0.1", 7340  # the port, if nobody else has it
AT_MOST = 100_000  # bytes of a request's body
BEAT = 15  # seconds after which an idle stream of events says that it is there
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Refused(Exception):
    """A request that is not answered: the code, and a sentence."""

    def __init__(self, code, why):
        super().__init__(why)
        self.code = code


class Server(ThreadingHTTPServer):
    """Listens; the pages come from `desk`, what is new from `session`."""

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # there it would share a port that is in use

    def __init__(self, desk, session):
        self.desk, self.session = desk, session
        self.token = secrets.token_urlsafe(24)
        try:
            super().__init__((HOST, PORT), Handler)
        except OSError:
            super().__init__((HOST, 0), Handler)

    @property
    def cookie(self):
        """The cookie's name: other courses on this machine have cookies of their own."""
        return f"study-{self.server_port}"

    def address(self, page=""):
        """What to open to see a page."""
        return f"http://{HOST}:{self.server_port}/{page}?token={self.token}"

    def handle_error(self, request, client_address):
        """A browser that has gone away is no error; anything else is worth a line."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"a request broke off: {type(error).__name__}: {error}", file=sys.stderr)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "study", ""
    timeout = 120  # seconds without a word, after which a connection is given up

    def do_GET(self):
        self._answer(self._get)

    def do_POST(self):
        self._answer(self._post)

    def log_message(self, *_):
        """Say nothing: the terminal is the learner's."""

    # ---- who may ask

    def _answer(self, how):
        try:
            self._check_where_from()
            how()
        except Refused as refused:
            self.close_connection = True  # what is left of the request is not read
            self._send(refused.code, f"{refused}\n", "text/plain")
        except (course.UnknownName, answers.NotThere) as error:
            self._send(404, f"{error}\n", "text/plain")
        except (ConnectionError, TimeoutError):
            raise
        except Exception as error:  # as of a lesson that cannot be read: it is said in both places
            said = f"this page could not be made: {type(error).__name__}: {error}"
            print(said, file=sys.stderr)
            self._send(500, f"{said}\n", "text/plain")

    def _check_where_from(self):
        """Refuse what comes from elsewhere."""
        hosts = {f"{name}:{self.server.server_port}" for name in (HOST, "localhost")}
        host = self.headers.get("Host")
        if host not in hosts:
            raise Refused(421, "this server answers for its own address only")
        origin = self.headers.get("Origin")
        if origin not in (None, f"http://{host}") or (origin is None and self.command == "POST"):
            raise Refused(403, "this was asked by another page")

    def _check_token(self):
        try:
            cookie = SimpleCookie(self.headers.get("Cookie", "")).get(self.server.cookie)
        except CookieError:
            cookie = None
        given = cookie.value if cookie else ""
        if not secrets.compare_digest(given.encode(), self.server.token.encode()):
            raise Refused(403, "open the address that `make study` has printed")

    # ---- what is answered

    def _get(self):
        parts = urlsplit(self.path)
        name = unquote(parts.path).lstrip("/")
        if token := parse_qs(parts.query).get("token", [""])[0]:
            if not secrets.compare_digest(token.encode(), self.server.token.encode()):
                raise Refused(403, "this address is of an earlier start; take the newest")
            return self._enter(name)
        self._check_token()
        if name == "events":
            return self._events()
        kind, content, policy = self.server.desk.get(name, parse_qs(parts.query))
        return self._send(200, content, kind, policy)

    def _enter(self, name):
        """Keep the token in a cookie, and take it out of the address."""
        self.send_response(303)
        self.send_header("Location", f"/{name}" if self.server.desk.has(name) else "/")
        kept = f"{self.server.cookie}={self.server.token}; HttpOnly; SameSite=Strict; Path=/"
        self.send_header("Set-Cookie", kept)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _post(self):
        self._check_token()
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > AT_MOST:
            raise Refused(413, f"at most {AT_MOST} bytes, and their number said before")
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "JSON is wanted")
        try:
            asked = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict):
            raise Refused(400, "JSON is wanted: an object")
        name = urlsplit(self.path).path.lstrip("/")
        self._send(200, json.dumps(self.server.desk.post(name, asked)), "application/json")

    def _events(self):
        """A line for each change, until the browser goes away."""
        self.close_connection = True
        self._head(200, "text/event-stream")
        self.end_headers()
        version = -1
        while True:
            new = self.server.session.wait(version, BEAT)
            said = f"data: {new}\n\n" if new != version else ": here\n\n"
            self.wfile.write(said.encode())
            version = new

    def _send(self, code, content, kind, policy=None):
        body = content if isinstance(content, bytes) else content.encode("utf-8")
        self._head(code, kind, policy)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _head(self, code, kind, policy=None):
        self.send_response(code)
        text = kind.startswith("text/") or kind == "application/json"
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        self.send_header("Content-Security-Policy", policy or POLICY)
        for name, value in HEADERS.items():
            self.send_header(name, value)
