"""The process that watches a run: what is sent to it, and what becomes of the run without it."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from dojo import broken_off
from tests.support.invented import build, finished

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a run has no parent there")

WAITS = "import os, time\nprint(os.getpid(), file=open('begun', 'w'), flush=True)\ntime.sleep(60)"


@pytest.fixture
def course(tmp_path):
    made = build(tmp_path / "course")
    made.solve("Value.__init__")
    made.fill("Value.plus", WAITS)
    return made


@pytest.fixture(params=["pytest", "dojo.specs"])
def run(course, request):
    """A run in the middle of a spec: (the process that was started, the one that runs specs)."""
    process = course.start("--section", "1.1", module=request.param)
    yield process, begun(course, process)
    process.kill()
    process.communicate()


def begun(course, process):
    """The number of the process that waits, once it does."""
    said = course.folder / "begun"
    while not (said.exists() and said.read_text()):
        assert process.poll() is None
        time.sleep(0.02)
    return int(said.read_text())


def is_running(number):
    try:
        return ") Z" not in Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False


def test_a_run_that_is_told_to_end_says_so_and_marks_nothing_red(course, run):
    process, _ = run
    process.send_signal(signal.SIGTERM)
    ran = finished(process)
    assert ran.code == 1
    assert re.search(r"in 1.1 Value.plus · test_two[^$]*ended from outside, by SIGTERM", ran.output)
    assert course.progress() == {"1.1 Value.__init__": "green"}


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="there it goes on to its end")
def test_a_run_does_not_outlive_its_parent(run):
    process, child = run
    assert child != process.pid
    process.kill()
    while is_running(child):
        time.sleep(0.02)


def test_what_is_sent_to_the_run_alone_is_told(course, run):
    process, child = run
    os.kill(child, signal.SIGKILL)
    ran = finished(process)
    assert ran.code == 1 and "Python was ended here, by SIGKILL" in ran.output
    assert course.progress() == {"1.1 Value.__init__": "green", "1.1 Value.plus": "red"}


def test_ctrl_c_while_pytest_loads_is_no_traceback(course):
    (course.folder / "pytest.py").write_text(WAITS)
    process = course.start("--section", "1.1", module="dojo.specs")
    os.kill(begun(course, process), signal.SIGINT)
    ran = finished(process)
    assert ran.code == 1 and "by SIGINT, which is Ctrl-C" in ran.output
    assert "Traceback" not in ran.output + ran.error


def test_a_debugger_may_take_its_time(course):
    course.replace("katas/phase1_demo/value.py", WAITS.replace("\n", "\n        "), "breakpoint()")
    ran = course.pytest("--section", "1.1", "--timeout=0.3")
    assert "The run broke off" not in ran.output and "still running" not in ran.output


def test_a_frame_without_a_line_is_the_learners_all_the_same():
    """Python 3.11 knows no line for some jumps back to the top of a loop, and writes ???."""
    frames = """Current thread 0x00007fd34adbab80 (most recent call first):
  File "/course/katas/phase1_autodiff/graph.py", line ??? in depth
  File "/course/katas/phase1_autodiff/graph.py", line 57 in trace_table
"""
    assert broken_off._innermost(frames) == ("depth", "katas/phase1_autodiff/graph.py", "")
