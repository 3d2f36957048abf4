"""The current kata: the first in course order that is not green, and how its specs stand."""

import signal
import subprocess
import sys

from dojo import commands, course, source, store, stubs, tree


def kata(sections=None, given=None):
    """The first kata of these sections (or of all) that is left to do; None if there is none.

    given  a section up to which the reference stands in, so that nothing is left to do there
    """
    restore()
    done = store.done()
    among = course.sections() if sections is None else sections
    theirs = tree.Tree(given=given)
    katas = (k for s in among for k in s.katas if not theirs.is_reference(k.module))
    return next((k for k in katas if k.id not in done), None)


def next_command(choice):
    """Run the specs of the current kata and of those before it in its section, and report.

    It never goes on by itself: a kata that has just turned green is praised, and the next
    one is only named. Returns the exit code: 0 if the kata is green now.
    """
    here = choice.one_kata()
    if here is None:
        say_that_all_is_green(choice.sections)
        return 0
    print(heading(here), flush=True)
    code = run_pytest(*arguments(here, choice.given)).returncode
    if code == 0:
        _run_lapsed()
    if code < 0:
        print(f"\nthe run was ended from outside, by {signal.Signals(-code).name}")
        return 1
    return code


def heading(kata):
    """A kata, its specs and its lesson, and where they are: three lines, and an empty one."""
    spec = f"{kata.specs}:{spec_line(kata)}"
    lesson = _shown(course.sitting_of(kata).folder / "overview.md")
    return f"{kata.id}  {kata.file}:{kata.line}\n  specs   {spec}\n  lesson  {lesson}\n"


def arguments(kata, given=None):
    """How pytest is asked for the specs of a kata and of those before it in its section."""
    return ["--kata", kata.id, "--so-far", *(["--given", given] if given else [])]


def say_that_all_is_green(sections):
    """Say that nothing of these sections is left to do, and what is elsewhere."""
    elsewhere = kata()
    if elsewhere:
        numbers = ", ".join(section.number for section in sections)
        here = {k.id for section in sections for k in section.katas}
        but = ", or skipped" if here & store.skipped() else ""
        print(f"every kata of {numbers} is green{but}")
    print("\n".join(commands.next_step(elsewhere)))
    if away := phases_not_here():
        print(away)


def restore():
    """Run all specs once if the record of the last results is lost but there is work to record."""
    if store.kata_results() or not _anything_started():
        return
    print("no record of your progress: running all specs once", file=sys.stderr, flush=True)
    run_pytest("-q", "--tb=no", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _run_lapsed():
    """Run once, together, the katas that a slip further up had made red and that were green."""
    before = store.kata_results()
    lapsed = {k for k, result in before.items() if result.get("solved")} - store.green()
    if not lapsed:
        return
    specs = {kata.specs: None for kata in course.katas() if kata.id in lapsed}
    run_pytest(*specs, "-q", "--tb=no", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    again = len(lapsed & store.green())
    print(
        f"\nwere green before, and run again just now: {len(lapsed)} katas, {again} of them green"
    )
    print("\n".join(commands.next_step(kata())))


def run_pytest(*arguments, **options):
    """Run pytest on the course with this interpreter; Ctrl-C ends it as it ends this."""
    command = [sys.executable, "-m", "dojo.specs", *arguments]
    return subprocess.run(command, cwd=course.ROOT, text=True, **options)


def spec_line(kata):
    """The line in its spec file where the specs of a kata begin; 1 if there are none."""
    spec = course.ROOT / kata.specs
    mark = f'@pytest.mark.kata("{kata.name}")'
    lines = spec.read_text(encoding="utf-8").splitlines() if spec.exists() else []
    return lines.index(mark) + 2 if mark in lines else 1


def phases_not_here():
    """A line that says which of the phases are still to come; "" if none is."""
    here = {section.phase for section in course.sections()}
    away = [str(n) for n in range(1, course.PHASES + 1) if n not in here]
    if not away:
        return ""
    listed = " and ".join([", ".join(away[:-1]), away[-1]] if away[1:] else away)
    return f"not here yet: phase{'s' if away[1:] else ''} {listed} of {course.PHASES}"


def _shown(path):
    return path.relative_to(course.ROOT).as_posix()


def _anything_started():
    for module in course.modules():
        path = course.ROOT / "katas" / module
        if not path.is_file():
            continue
        try:
            found = source.definitions(source.read(path))
        except SyntaxError:
            return True
        if any(name in found and not stubs.is_stub(found[name]) for name in stubs.marks(module)):
            return True
    return False
