"""What a learner waits for who has the course open in a browser: a save, and the changed page."""

import contextlib
import http.client
import os
import re
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
    headers = {"Cookie": f"study-{port}={token}", "Origin": f"http://127.0.0.1:{port}"}
    headers["Content-Type"] = "application/json"
    page, events = (http.client.HTTPConnection("127.0.0.1", int(port)) for _ in range(2))
    file = scratch.folder / "katas" / course.find_kata(KATA).module

    def ask(method, path, body=None):
        page.request(method, path, body, headers)
        answer = page.getresponse()
        assert answer.status == 200, answer.read()
        return answer.read()

    def result():
        while not stream.fp.readline().startswith(b"data:"):
            pass

    def saved():
        file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        result()
        assert b"0 of 8 green" in ask("GET", f"/katas/{PAGE}")

    try:
        events.request("GET", "/events", headers=headers)
        stream = events.getresponse()
        result()
        ask("POST", "/run", f'{{"kata": "{KATA}"}}')
        result()
        yield saved
    finally:
        process.kill()
        process.communicate()
