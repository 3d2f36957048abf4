"""`make study` on a copy of the course, as a program of its own, and requests to it."""

import contextlib
import http.client
import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

STARTED = re.compile(r"the course is at (http://127\.0\.0\.1:(\d+)/\S*?)\?token=(\S+)")


@dataclass(frozen=True)
class Answer:
    code: int
    headers: dict
    text: str


class Study:
    """A server that is running; `cookie` lets in."""

    def __init__(self, process, said):
        self.process = process
        found = STARTED.search(said)
        assert found, said
        self.address, self.token = found[0].removeprefix("the course is at "), found[3]
        self.port = int(found[2])
        self.origin = f"http://127.0.0.1:{self.port}"
        self.cookie = f"study-{self.port}={self.token}"

    def ask(self, path, body=None, method=None, **headers):
        """An Answer; body is sent as JSON. A header that is None is left out."""
        asked = {"Cookie": self.cookie, "Host": f"127.0.0.1:{self.port}"}
        if body is not None:
            asked.update({"Origin": self.origin, "Content-Type": "application/json"})
        asked.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=200)
        with contextlib.closing(connection):
            connection.putrequest(method or ("GET" if body is None else "POST"), path, True, True)
            for name, value in asked.items():
                if value is not None:
                    connection.putheader(name, value)
            sent = b"" if body is None else body if isinstance(body, bytes) else _json(body)
            if body is not None and "Content-Length" not in asked:
                connection.putheader("Content-Length", str(len(sent)))
            connection.endheaders(sent)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read().decode("utf-8"))

    def katas(self, page):
        """What stands beside a page."""
        return self.ask(f"/katas/{page}").text

    def wait_for(self, page, words, without=None):
        """Wait until the katas beside a page say this."""
        for _ in range(4000):
            said = self.katas(page)
            if words in said and (without is None or without not in said):
                return said
            time.sleep(0.05)
        raise AssertionError(f"{words} did not come:\n{said}")

    def end(self, number=signal.SIGINT):
        """Send a signal; (the exit code, what was said since the start)."""
        self.process.send_signal(number)
        said = self.process.communicate(timeout=200)[0]
        return self.process.returncode, said


@contextlib.contextmanager
def study(folder, environment, *arguments):
    """Run `python -m dojo study` in a copy of the course."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "dojo", "study", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        yield Study(process, process.stdout.readline())
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired, ValueError):
            process.communicate(timeout=20)
        process.kill()


def _json(body):
    return json.dumps(body).encode()
