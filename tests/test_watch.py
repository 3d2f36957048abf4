"""Watch mode, from outside: saves, keys and ways out in a real terminal, and without one."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.support import terminal
from tests.support.invented import build
from tests.support.terminal import state, wait_for

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="sends signals and needs a pseudo-terminal"),
]
pytest.importorskip("watchfiles")

TOWER = "katas/phase2_demo/tower.py"
VALUE = "katas/phase1_demo/value.py"
STUB = 'raise NotImplementedError("1.1 Value.__init__")'
LOOP = "open('begun', 'w').close()\nwhile True: pass"
KEYS = "r run again   h hint   l lesson   n next kata   q quit"
# watchfiles as it is where all of the system's watches are in use, or a disk reports nothing
FULL = """
import itertools, sys, time, watchfiles
real = watchfiles.watch
def full(*paths, force_polling=None, **options):
    if not force_polling:
        raise OSError("no watches left")
    return real(*paths, force_polling=True, **options)
def silent(*paths, **options):
    for _ in itertools.count():
        time.sleep(0.01)
        yield set()
watchfiles.watch = {"full": full, "silent": silent}[sys.argv.pop()]
from dojo.__main__ import main
sys.exit(main(["watch"]))
"""
NO_FORK = "import os, sys; del os.fork; from dojo.__main__ import main; sys.exit(main(['watch']))"


@pytest.fixture
def demo(tmp_path):
    return build(tmp_path / "course")


@pytest.fixture
def watch(demo):
    """Start watch mode in a terminal, and wait until the first run is over."""
    with terminal.opened(demo) as start:

        def begin(*arguments, command=("-m", "dojo", "watch"), **variables):
            child = start(*command, *arguments, **variables)
            child.expect(KEYS)
            return child

        yield begin


def shown(child):
    """What is on the screen after the next run, without the line of keys."""
    child.expect(KEYS)
    return child.before.rpartition("\x1b[2J")[2].replace("\r\n", "\n")


def reads_by_line(child):
    """True if the terminal echoes and waits for Enter, as a shell expects it."""
    import termios

    flags = termios.tcgetattr(child.child_fd)[3]
    return bool(flags & termios.ECHO) and bool(flags & termios.ICANON)


def ended(child):
    """The exit code, and what was said since the last match."""
    rest = child.read()
    child.wait()
    assert reads_by_line(child), "the terminal was not put back"
    return child.exitstatus, rest


def save(demo, text, mtime=None):
    """Save the learner's file as careful editors do: written beside it, and then renamed."""
    beside = demo.folder / f"{VALUE}.part"
    beside.write_text(text, encoding="utf-8")
    if mtime:
        os.utime(beside, (mtime, mtime))
    os.replace(beside, demo.folder / VALUE)


# ---- saves


def test_a_save_is_followed_by_its_result(demo, watch):
    child = watch()
    assert "1.1 Value.__init__  katas/phase1_demo/value.py:11" in child.before
    assert "specs   katas/phase1_demo/test_1_counting.py:10" in child.before
    assert "not started" in child.before and "Value.plus" not in child.before
    demo.fill("Value.__init__", "self.data = data + 2")
    said = shown(child)
    assert "failing: wrong" in said and "data is 5" in said


def test_it_praises_and_stays_at_its_kata(demo, watch):
    child = watch()
    demo.fill("Value.__init__", "self.data = data")
    said = shown(child)
    assert "1.1 Value.__init__ is green now. Well done!" in said and "next: 1.1 Value.plus" in said
    demo.fill("Value.plus", "return 0")
    said = shown(child)
    assert (
        said.startswith("\x1b[H1.1 Value.__init__") and "test_two_and_three_make_five" not in said
    ), said
    demo.replace(VALUE, "self.data = data", "self.data = 0")
    assert "data is 0" in shown(child)


def test_a_kata_before_it_that_breaks_is_shown(demo, watch):
    demo.fill("Value.__init__", "self.data = data")
    demo.dojo("next")
    child = watch()
    assert "1.1 Value.plus" in child.before
    demo.replace(VALUE, "self.data = data", "self.data = 0")
    said = shown(child)
    assert "data is 0" in said and "next: 1.1 Value.__init__" in said


def test_a_file_that_does_not_parse_and_one_that_is_gone(demo, watch):
    child = watch()
    text = demo.read(VALUE)
    save(demo, text + "LIMIT = (\n")
    said = shown(child)
    assert f"{VALUE}:" in said and "was never closed" in said and "Traceback" not in said
    (demo.folder / VALUE).unlink()
    said = shown(child)
    assert f"{VALUE} is missing" in said and "Traceback" not in said
    save(demo, text)
    assert "not started" in shown(child)


def test_specs_that_are_gone_for_a_while(demo, watch):
    child = watch()
    path = demo.folder / "katas/phase1_demo/test_1_counting.py"
    text = path.read_text()
    path.unlink()
    assert "there is no kata 1.1 Value.__init__" in shown(child)
    path.write_text(text)
    assert "not started" in shown(child)


def test_a_save_in_the_middle_of_a_run_begins_again(demo, watch):
    child = watch()
    demo.fill("Value.__init__", LOOP)
    wait_for((demo.folder / "begun").exists)
    demo.replace(VALUE, "while True: pass", "self.data = data")
    said = shown(child)
    assert "1.1 Value.__init__ is green now" in said and "still running" not in said


def test_what_a_run_that_was_stopped_has_printed_is_not_shown_in_the_next(demo, watch):
    text = demo.read(VALUE)
    child = watch()
    demo.fill("Value.__init__", f"print('old', flush=True)\n{LOOP}")
    wait_for((demo.folder / "begun").exists)
    demo.write(VALUE, text.replace(STUB, "print('new words'); self.data = data + 2"))
    said = shown(child)
    assert "data is 5" in said and "new words" in said and "old" not in said


def test_nor_is_it_where_the_next_does_not_load(demo, watch):
    child = watch(PYTEST_ADDOPTS="--tb=short")  # shows what was printed while loading
    demo.fill("Value.__init__", f"print('old', flush=True)\n{LOOP}")
    wait_for((demo.folder / "begun").exists)
    demo.write(VALUE, "print('new words')\n1 / 0\n")
    said = shown(child)
    assert "ZeroDivisionError" in said and "new words" in said and "old" not in said


def test_an_option_that_pytest_does_not_know_is_said_at_each_save(demo, watch):
    child = watch(PYTEST_ADDOPTS="--no-such-option")
    assert "unrecognized arguments: --no-such-option" in child.before
    demo.fill("Value.__init__", "self.data = data")
    assert "unrecognized arguments: --no-such-option" in shown(child)


def test_what_ends_python_does_not_end_the_watch(demo, watch):
    child = watch()
    demo.fill("Value.__init__", "import os; os._exit(7)")
    said = shown(child)
    assert "The run broke off" in said and "with code 7" in said
    demo.replace(VALUE, "import os; os._exit(7)", "self.data = data")
    assert "1.1 Value.__init__ is green now" in shown(child)


def test_two_saves_of_the_same_size_in_the_same_second(demo, watch):
    """Python takes bytecode for that of a source by its second and size alone."""
    child = watch(PYTHONDONTWRITEBYTECODE="")
    second = int(time.time())
    text = demo.read(VALUE)
    save(demo, text.replace(STUB, "self.data = data + 2"), second)
    assert "data is 5" in shown(child)
    save(demo, text.replace(STUB, "self.data = data + 0"), second)
    assert "1.1 Value.__init__ is green now" in shown(child)


def test_a_run_that_is_ended_from_outside_is_followed_by_others(demo, watch):
    child = watch()
    found = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout
    lines = [line.split(None, 2) for line in found.splitlines()]
    parents = [int(pid) for pid, ppid, args in lines if int_of(ppid) == child.pid]
    assert len(parents) == 1, found
    os.kill(parents[0], signal.SIGKILL)
    demo.fill("Value.__init__", "self.data = data")
    assert "1.1 Value.__init__ is green now" in shown(child)


def int_of(text):
    return int(text) if text.isdigit() else None


# ---- keys


def test_the_next_kata_comes_when_it_is_asked_for(demo, watch):
    child = watch()
    child.send("n")
    said = shown(child)
    assert "this one first" in said and "1.1 Value.__init__" in said
    demo.fill("Value.__init__", "self.data = data")
    shown(child)
    child.send("n")
    said = shown(child)
    assert said.startswith("\x1b[H1.1 Value.plus") and "not started" in said
    demo.fill("Value.plus", "return 0")
    assert "test_two_and_three_make_five" in shown(child)


def test_after_a_section_that_was_named_the_next_one_comes(demo, watch):
    demo.fill("Value.__init__", "self.data = data")
    demo.dojo("next")
    child = watch("1.2")
    assert "1.2 Value.times" in child.before
    demo.fill("Value.times", "return Value(self.data * factor)")
    assert "next: 1.2 double" in shown(child)
    child.send("n")
    assert "1.2 double" in shown(child)
    demo.fill("1.2 double", "return value.times(2)")
    assert "next: 1.2 climb" in shown(child)
    child.send("n")
    assert "1.2 climb" in shown(child)
    demo.fill("climb", "return Value(n)")
    assert "1.2 Scaling: every kata is green" in shown(child)
    child.send("n")
    assert "1.1 Value.plus" in shown(child)
    child.send("q")
    assert ended(child)[0] == 0
    said = demo.dojo("watch", "1.2").stdout
    assert "every kata of 1.2 is green" in said and "next: 1.1 Value.plus" in said


def test_a_hint_and_the_lesson(demo, watch):
    child = watch()
    child.send("h")
    assert "hint 1 of 3" in shown(child)
    child.send("H")
    assert "hint 2 of 3" in shown(child)
    child.send("l")
    assert "How much is" in shown(child)
    child.send("\x1b[B")  # an arrow
    child.send("x")
    child.send("h")
    assert "hint 3 of 3" in shown(child)


def test_a_hint_waits_for_the_end_of_the_run(demo, watch):
    demo.replace("pyproject.toml", "timeout = 5", "timeout = 1")
    child = watch()
    demo.fill("Value.__init__", LOOP)
    wait_for((demo.folder / "begun").exists)
    child.send("h")
    assert "still running after 1 s" in shown(child)
    assert "hint 1 of 3" in shown(child)


def test_at_the_end_of_the_course(demo, watch):
    stub = demo.read(TOWER)
    demo.solve()
    solved = demo.read(TOWER)
    demo.write(TOWER, stub)
    demo.solve("height")
    child = watch()
    demo.write(TOWER, solved)
    assert "2.1 Heights: every kata is green" in shown(child)
    child.send("n")
    assert "every kata there is is green" in shown(child)
    child.send("q")
    assert ended(child)[0] == 0
    ran = demo.dojo("watch")
    assert ran.returncode == 0 and "every kata there is is green" in ran.stdout


# ---- ways out


def test_a_key_runs_again(demo, watch):
    child = watch()
    child.send("r")
    assert "not started" in shown(child)


@pytest.mark.parametrize("how", ["full", "silent"])
def test_saves_are_seen_where_the_system_does_not_report_them(demo, watch, how):
    child = watch(how, command=("-c", FULL))
    said = child.before
    assert ("does not report saves (no watches left)" in said) is (how == "full")
    demo.fill("Value.__init__", "self.data = data")
    assert "1.1 Value.__init__ is green now" in shown(child)


def test_quit(demo, watch):
    child = watch()
    assert not reads_by_line(child)
    child.send("q")
    code, said = ended(child)
    assert code == 0 and said.strip().endswith("no longer watching")


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "in a run"])
def test_ctrl_c(demo, watch, busy):
    child = watch()
    if busy:
        demo.fill("Value.__init__", LOOP)
        wait_for((demo.folder / "begun").exists)
    child.sendcontrol("c")
    code, said = ended(child)
    assert code == 0 and said.strip().endswith("no longer watching")
    assert "Traceback" not in said and "KeyboardInterrupt" not in said, said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["terminated", "hung up"])
def test_a_signal(watch, number):
    child = watch()
    child.kill(number)
    code, said = ended(child)
    assert code == 0 and "Traceback" not in said


def test_a_crash_leaves_the_terminal_as_it_was(demo, watch):
    child = watch()
    (demo.folder / "lessons/phase1_demo/1_counting/hints.md").write_bytes(b"\xff")
    child.send("h")
    code, said = ended(child)
    assert code == 1 and "UnicodeDecodeError" in said


def test_ctrl_z_and_back(demo, watch):
    child = watch()
    child.sendcontrol("z")
    wait_for(lambda: reads_by_line(child))
    wait_for(lambda: state(child) == "T")
    child.kill(signal.SIGCONT)
    wait_for(lambda: not reads_by_line(child))
    demo.fill("Value.__init__", "self.data = data")
    assert "1.1 Value.__init__ is green now" in shown(child)


# ---- other circumstances


def test_without_fork_each_run_is_a_process(demo, watch):
    child = watch(command=("-c", NO_FORK))
    demo.fill("Value.__init__", LOOP)
    wait_for((demo.folder / "begun").exists)
    demo.replace(VALUE, "while True: pass", "self.data = data")
    said = shown(child)
    assert "1.1 Value.__init__ is green now" in said and "still running" not in said
    child.send("q")
    assert ended(child)[0] == 0


def test_without_a_terminal_it_runs_at_each_save(demo):
    output = demo.folder / "watched.txt"
    with output.open("w") as file:
        watching = subprocess.Popen(
            [sys.executable, "-m", "dojo", "watch"],
            cwd=demo.folder,
            env=demo.environment(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def runs(number):
        return lambda: output.read_text().count("watching katas/; Ctrl-C ends") >= number

    try:
        wait_for(runs(1))
        demo.replace(VALUE, "LIMIT = 100", "LIMIT = (")
        wait_for(runs(2))
        demo.replace(VALUE, "LIMIT = (", "LIMIT = 100")
        wait_for(runs(3))
        os.killpg(watching.pid, signal.SIGINT)
        assert watching.wait(timeout=200) == 0
    finally:
        watching.kill()
        watching.wait()
    said = output.read_text()
    assert said.rstrip().endswith("no longer watching") and "Traceback" not in said, said
    assert "\x1b" not in said and "q quit" not in said
