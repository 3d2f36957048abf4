"""`python -m …` as a learner types it, seen from outside: what it prints, and its exit code."""

import atexit
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.fork_client import ForkClient

FORK_PYTHON = Path(__file__).with_name("fork_python.py")
LIMIT = 200  # seconds after which a program is taken for one that does not end


@dataclass(frozen=True)
class Ended:
    code: int  # negative: the signal that ended it
    output: bytes
    error: bytes


def run_module(*arguments, cwd, environment, stdin="", anew=False):
    """Run a module in a folder, with these variables and nothing else in its environment.

    anew  True where the variables are such as Python reads when it starts. Otherwise it is forked
          off a process that has started already, with those of the first one.
    """
    folder, forks = _forks(environment.get("PYTHONDONTWRITEBYTECODE", ""))
    files = [folder / name for name in ("stdin", "output", "error")]
    files[0].write_text(stdin, encoding="utf-8")
    if anew or not hasattr(os, "fork"):
        with files[0].open() as read, files[1].open("wb") as output, files[2].open("wb") as error:
            code = subprocess.run(
                [sys.executable, "-m", *arguments],
                cwd=cwd,
                env=environment,
                stdin=read,
                stdout=output,
                stderr=error,
                timeout=LIMIT,
                start_new_session=True,  # it may end its whole group
            ).returncode
    else:
        code = forks.run(
            {
                "arguments": arguments,
                "cwd": str(cwd),
                "environment": environment,
                **dict(zip(("stdin", "output", "error"), map(str, files))),
                "limit": LIMIT,
            }
        )
    said = Ended(code, files[1].read_bytes(), files[2].read_bytes())
    assert code != -signal.SIGALRM, f"it did not end within {LIMIT} s: {said}"
    return said


@cache
def _forks(without_bytecode):
    """A folder for what runs print, and the process that they are forked off."""
    kept = tempfile.TemporaryDirectory()
    atexit.register(kept.cleanup)
    variables = {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
    forks = ForkClient(
        FORK_PYTHON,
        output=Path(kept.name) / "server",
        cwd=kept.name,
        environment={**os.environ, **variables, "PYTHONDONTWRITEBYTECODE": without_bytecode},
    )
    atexit.register(forks.close)
    return Path(kept.name), forks
