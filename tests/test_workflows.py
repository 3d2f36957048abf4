"""The workflows for GitHub ask for what the course promises, and for commands that are there."""

import re
import tomllib

from dojo import course
from dojo.__main__ import COMMANDS

CHECKS = (course.ROOT / ".github/workflows/checks.yml").read_text(encoding="utf-8")


def test_the_oldest_python_that_is_promised_is_tried_on_each_system():
    project = tomllib.loads((course.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = project["requires-python"].removeprefix(">=")
    assert f'python: ["{oldest}", "3.x"]' in CHECKS
    assert "os: [ubuntu-latest, macos-latest, windows-latest]" in CHECKS
    assert f'python: "{oldest}", packages: oldest' in CHECKS
    everything = CHECKS[CHECKS.index("  everything:") : CHECKS.index("  learner:")]
    assert f'python-version: "{oldest}"' in everything, ".ci/run installs the oldest packages, too"


def test_its_commands_are_there():
    commands = re.findall(r"python -m dojo (\w+)", CHECKS)
    assert commands and set(commands) <= COMMANDS.keys()
    scripts = re.findall(r"run: python (\S+\.py)$|run: (\.ci/run)$", CHECKS, re.MULTILINE)
    assert {script or other for script, other in scripts} == {"dojo/bootstrap.py", ".ci/run"}
    assert all((course.ROOT / (script or other)).exists() for script, other in scripts)


def test_a_learners_first_minute_is_that_of_ci():
    """The same words are looked for in the same output."""
    ci = (course.ROOT / ".ci/run").read_text(encoding="utf-8")
    for line in ('grep -q "not started" first.log', 'grep -qE "[0-9]+ passed|Traceback" first.log'):
        assert line in ci and line in CHECKS
