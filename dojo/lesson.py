"""The lesson of a sitting in the terminal, its experiment, and the milestone of a phase."""

import os
import subprocess
import sys

from dojo import commands, course, screen


def lesson_command(choice):
    """Show a sitting's overview; say where its pictures and formulas can be seen."""
    sitting = choice.one_sitting()
    path = sitting.folder / "overview.md"
    if not path.exists():
        print(f"section {sitting.id} has no lesson yet: {_shown(path)} is missing")
        return 1
    text = path.read_text(encoding="utf-8")
    footer = f"\n---\n\nWith pictures and formulas: {_shown(path)}\n"
    if others := other_sittings(sitting, "lesson"):
        footer += "\n```text\n" + "\n".join(others) + "\n```\n"
    screen.markdown(text.rstrip() + "\n" + footer, folder=_shown(path.parent), paged=True)
    return 0


def experiment_command(choice, mine=False, data=None):
    """Run a sitting's experiment; returns its exit code.

    mine  on the learner's own katas instead of the reference
    data  the path of a text of the learner's own, instead of the names
    """
    sitting = choice.one_sitting()
    path = sitting.folder / "experiment.py"
    if not path.exists():
        print(f"section {sitting.id} has no experiment yet: {_shown(path)} is missing")
        return 1
    for line in other_sittings(sitting, "experiment"):
        print(line, flush=True)
    return _run(path, mine, data)


def other_sittings(sitting, target):
    """What else the section has, with the commands that lead there, a line each; [] if nothing."""
    section = course.find_section(sitting.katas[0].section)
    others = [other for other in section.sittings if other != sitting]
    typed = [commands.typed(target, **commands.where(other.katas[0])) for other in others]
    width = max(map(len, typed), default=0)
    lines = [f"  {line:{width}}  {other.title}" for line, other in zip(typed, others)]
    return lines and [f"the other sittings of {sitting.number}:", *lines]


def milestone_command(choice, mine=False, data=None):
    """Run what was chosen: the milestone of a phase, or those of its sections one after the other.

    mine, data  as of an experiment
    ->          0 if all are reached
    """
    found = {path: number for section in choice.sections for path, number in _milestones(section)}
    if len({number[0] for number in found.values()}) != 1:
        every = {number for section in course.sections() for _, number in _milestones(section)}
        phases = ", ".join(sorted(every)) or "none yet"
        raise course.UnknownName(f"say which phase's milestone; there are: {phases}")
    return max(_run(path, mine, data) for path in found)


def _milestones(section):
    """The milestones there are of a section and of its phase: (path, "5.1" or "5")."""
    paths = {
        section.lesson / "milestone.py": section.number,
        section.lesson.parent / "milestone.py": str(section.phase),
    }
    return [(path, number) for path, number in paths.items() if path.exists()]


def _run(path, mine, data):
    """Run a script of the lessons with this interpreter; its exit code."""
    before = os.environ.get("PYTHONPATH")
    found_from = os.pathsep.join([str(course.ROOT), *([before] if before else [])])
    options = [*(["--mine"] if mine else []), *([] if data is None else [f"--data={data}"])]
    command = [sys.executable, str(path), *options]
    child = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": found_from})
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            pass  # the script got it too, and ends itself


def _shown(path):
    return path.relative_to(course.ROOT).as_posix()
