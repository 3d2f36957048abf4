"""The current kata: the first in course order that is not green, and how its specs stand."""

import re
import subprocess
import sys

from dojo import course, report, store, stubs


def kata(sections=None):
    """The first kata of these sections (or of all) that is not green; None if there is none."""
    restore()
    green = store.green()
    among = course.sections() if sections is None else sections
    return next((k for s in among for k in s.katas if k.id not in green), None)


def next_command(choice):
    """Run the specs of the current kata and of those before it in its section, and report.

    It never goes on by itself: a kata that has just turned green is praised, and the next
    one is only named. Returns the exit code: 0 if the kata is green now.
    """
    here = choice.one_kata()
    if here is None:
        print("\n".join(report.next_step(None, store.green())))
        if away := phases_not_here():
            print(away)
        return 0
    section = course.find_section(here.section)
    katas = section.katas[: section.katas.index(here) + 1]
    classes = spec_classes(section)
    spec = section.spec.relative_to(course.ROOT).as_posix()
    lesson = (section.lesson / "overview.md").relative_to(course.ROOT).as_posix()
    print(f"{here.id}  {here.file}:{here.line}")
    print(f"  specs   {spec}:{classes[here.name][1]}")
    print(f"  lesson  {lesson}\n", flush=True)
    chosen = [f"{spec}::{classes[k.name][0]}" for k in katas]
    ran = run_pytest("--section", section.number, *chosen, stderr=subprocess.PIPE)
    for line in ran.stderr.splitlines():
        if not line.startswith("ERROR: found no collectors"):  # the report has said why
            print(line, file=sys.stderr)
    return ran.returncode


def restore():
    """Run all specs once if the record of the last results is lost but there is work to record."""
    if store.kata_results() or not _anything_started():
        return
    print("no record of your progress: running all specs once", file=sys.stderr, flush=True)
    run_pytest("-q", "--tb=no", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_pytest(*arguments, **options):
    """Run pytest on the course with this interpreter; Ctrl-C ends it as it ends this."""
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=course.ROOT, text=True, **options)


def spec_classes(section):
    """{kata name: (class of its specs, line of that class)} from a section's spec file."""
    text = section.spec.read_text(encoding="utf-8")
    found = {}
    for mark in course.KATA_MARK.finditer(text):
        opened = re.compile(r"^class (\w+)", re.MULTILINE).search(text, mark.end())
        if opened:
            found[mark[1]] = opened[1], text.count("\n", 0, opened.start()) + 1
    return found


def phases_not_here():
    """A line that says which of the phases are still to come; "" if none is."""
    here = {section.phase for section in course.sections()}
    away = [str(n) for n in range(1, course.PHASES + 1) if n not in here]
    if not away:
        return ""
    listed = " and ".join([", ".join(away[:-1]), away[-1]] if away[1:] else away)
    return f"not here yet: phase{'s' if away[1:] else ''} {listed} of {course.PHASES}"


def _anything_started():
    for module in course.modules():
        path = course.ROOT / "katas" / module
        if not path.exists():
            continue
        try:
            found = stubs.definitions(stubs.read(path))
        except SyntaxError:
            return True
        if any(name in found and not stubs.is_stub(found[name]) for name in stubs.marks(module)):
            return True
    return False
