"""The lesson of a section in the terminal, and its experiment."""

import os
import subprocess
import sys

from dojo import course, screen


def lesson_command(choice):
    """Show a section's overview; say where its pictures and formulas can be seen."""
    section = choice.one_section()
    path = section.lesson / "overview.md"
    if not path.exists():
        print(f"section {section.number} has no lesson yet: {_shown(path)} is missing")
        return 1
    text = path.read_text(encoding="utf-8")
    footer = f"\n---\n\nWith pictures and formulas: {_shown(path)}\n"
    screen.markdown(text.rstrip() + "\n" + footer, folder=_shown(path.parent), paged=True)
    return 0


def experiment_command(choice, mine=False):
    """Run a section's experiment with this interpreter; returns its exit code.

    mine  on the learner's own katas instead of the reference
    """
    section = choice.one_section()
    path = section.lesson / "experiment.py"
    if not path.exists():
        print(f"section {section.number} has no experiment yet: {_shown(path)} is missing")
        return 1
    before = os.environ.get("PYTHONPATH")
    found_from = os.pathsep.join([str(course.ROOT), *([before] if before else [])])
    command = [sys.executable, str(path), *(["--mine"] if mine else [])]
    child = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": found_from})
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            pass  # the experiment got it too, and ends itself


def _shown(path):
    return path.relative_to(course.ROOT).as_posix()
