"""Make `.venv` and install the course into it: `python3 dojo/bootstrap.py [EXTRA]`.

Runs on whatever Python the machine has, before anything is installed, so it imports nothing of
the course and says in a plain sentence what is missing.
"""

from __future__ import print_function

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
LOG = os.path.join(VENV, "install.log")


def main(extra=""):
    if sys.version_info < (3, 11):
        return say(
            "Python 3.11 or newer is needed; this one is %d.%d. If you have another: "
            "make PYTHON=python3.12" % sys.version_info[:2]
        )
    python = os.path.join(
        VENV, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"])
    )
    if not works(python):
        print("making an environment in .venv", flush=True)
        made = run([sys.executable, "-m", "venv", "--clear", VENV])
        if made.returncode:
            if "ensurepip" in made.stdout:
                return say(
                    "This Python cannot make environments: its part ensurepip is missing. "
                    "On Debian or Ubuntu: sudo apt install python3-venv"
                )
            return say("No environment could be made in .venv. Python said:\n" + tail(made.stdout))
    wanted = ".[%s]" % extra if extra else "."
    print("installing the course into .venv, once", flush=True)
    installed = run([python, "-m", "pip", "install", "--disable-pip-version-check", "-e", wanted])
    with open(LOG, "w", encoding="utf-8") as log:
        log.write(installed.stdout)
    if installed.returncode:
        return say(
            "The packages could not be installed. Is there a network? The end of what pip said "
            "(all of it is in .venv/install.log):\n" + tail(installed.stdout)
        )
    stamp = os.path.join(VENV, "installed-" + extra if extra else "installed")
    with open(stamp, "w", encoding="utf-8") as file:
        file.write("made by dojo/bootstrap.py, last of all\n")
    return 0


def works(python):
    """True if this environment's interpreter starts and has pip (an upgrade takes it away)."""
    if not os.path.exists(python):
        return False
    return run([python, "-c", "import pip"]).returncode == 0


def run(command):
    return subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )


def tail(text):
    return "\n".join(text.strip().splitlines()[-4:])


def say(sentence):
    sys.stderr.write(sentence + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
