"""What a learner waits for who has the course open in a browser: a save, and the changed page."""

import contextlib
import http.client
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from dojo import course
from tests.bench.bench_row import row
from tests.bench.figure import limit
from tests.bench.loop import LEAN, alternate, watching
from tests.support.scratch import Scratch

KATA = "Value.__init__"
PAGE = "1.1.html"


@row("study", needs="latex2mathml")
def study(small=False):
    """From the save of a file to the changed page, in `make study`

    The run is that of `make watch`, in the same kind of process. What comes on top: the page hears
    of the end of the run, asks for its katas, and gets them, each with its line in the learner's
    file, what a failing spec says and the hints taken, which are read from the disk anew. The
    browser replaces those katas that have changed, which takes it some milliseconds and is not
    measured here.
    """
    rounds = 1 if small else 9
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        watched, read = Scratch(Path(one)), Scratch(Path(other))
        with watching(watched) as in_terminal, studying(read) as in_page:
            theirs, ours = alternate([in_terminal, in_page], rounds)
    work = f"1.1 {KATA}, a section without numpy"
    return [
        limit(work, median(ours), "s", 0.15, "make watch, to the end of its result", median(theirs))
    ]


@contextlib.contextmanager
def studying(scratch):
    """The server on a copy of the course; gives a function that saves and waits for the page."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "dojo", "study"],
        cwd=scratch.folder,
        env={**os.environ, **LEAN, "PYTHONPATH": str(scratch.folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    port, token = re.search(r":(\d+)/\?token=(\S+)", process.stdout.readline()).groups()
    headers = {"Cookie": f"study-{port}={token}", "Host": f"127.0.0.1:{port}"}
    headers |= {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"}
    page = http.client.HTTPConnection("127.0.0.1", int(port))
    events = socket.create_connection(("127.0.0.1", int(port)))
    lines = events.makefile("rb", buffering=0)  # so that what is left can be asked for
    file = scratch.folder / "katas" / course.find_kata(KATA).module

    def ask(method, path, body=None):
        page.request(method, path, body, headers)
        answer = page.getresponse()
        assert answer.status == 200, answer.read()
        return answer.read()

    def result():
        while not lines.readline().startswith(b"data:"):
            pass

    def drain(seconds):
        while select.select([events], [], [], seconds)[0]:
            lines.readline()

    def saved():
        drain(0)
        file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        running = True
        while running:  # of a run that takes long the page hears before its end, too
            result()
            katas = ask("GET", f"/katas/{PAGE}")
            running = b"running" in katas
        assert b"0 of 8 green" in katas

    try:
        said = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        events.sendall(f"GET /events HTTP/1.1\r\n{said}\r\n".encode())
        result()
        ask("POST", "/run", f'{{"kata": "{KATA}"}}')
        drain(3)  # until nothing more is said of how it began
        yield saved
    finally:
        process.kill()
        process.communicate()
