"""git, run on the course."""

import os
import subprocess

from dojo import course, screen


def run(*arguments):
    """Run git; nothing is asked where nobody can answer. OSError where there is no git."""
    environment = {**os.environ, "LC_ALL": "C"}
    if not screen.interactive():
        environment["GIT_TERMINAL_PROMPT"] = "0"
        environment.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
    return subprocess.run(
        ["git", "-c", "commit.gpgSign=false", "-c", "core.quotePath=false", *arguments],
        cwd=course.ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )


def text(*arguments):
    """What git prints, without the blanks around it; "" if it fails."""
    ran = run(*arguments)
    return ran.stdout.strip() if ran.returncode == 0 else ""


def file_at(commit, path):
    """A file as it is in a commit; None if it is not there."""
    ran = run("show", f"{commit}:{path}")
    return ran.stdout if ran.returncode == 0 else None
