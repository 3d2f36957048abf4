"""What the parent of a run says, and remembers, where the run itself could not."""

import linecache
import re
import signal
import sys

from dojo import commands, course, screen, store

_FRAME = re.compile(r'File "[^"]*\bkatas/(phase\w+/(\w+)\.py)", line (\d+|\?\?\?) in (.+)')

OVERDUE = """\
No answer for {seconds:g} s of computing, nor when it was interrupted: the run was ended.
Which loop has no exit, or goes on after every exception? Which call never returns?"""
OVER = """\
It was ended from outside.
Which thread is never done, or which function that was given to atexit?"""
BROKEN = """\
pytest itself could not go on after this: {error}
What has the kata changed that is not its own: a built-in, a module, the standard output?"""
LEFT = """\
Python was ended here, with code {code}, as os._exit does it: no spec after this one has run."""
KILLED = """\
Python was ended here, by {signal}{what}: no spec after this one has run."""
WHAT = {
    "SIGINT": ", which is Ctrl-C",
    "SIGKILL": ", from outside: by you, or by the system when memory runs out",
    "SIGABRT": ": a crash in C",
    "SIGSEGV": ": a crash in C",
    "SIGBUS": ": a crash in C",
    "SIGFPE": ": a crash in C",
    "SIGILL": ": a crash in C",
}


def say(run, ended):
    """Say where a run broke off and why, and remember what it was through with.

    run    the parent.Watched that has ended
    ended  its exit code as the system has it
    """
    spec = run.spec if run.broken and run.code is None else run.at
    said = [spec.get("at") or "before pytest had begun"]
    name, place, line = _innermost(run.frames)
    if place:
        said += [f"in {name}, {place}", f"    {line}".rstrip()]
    said += ["", _what(run, ended)]
    unsaved = _remember(run, spec, "\n".join(said))
    if "kata" in spec:
        said += ["", *commands.next_step(course.find_kata(spec["kata"]))]
    elif place:
        said += ["", f"next: mend {place}"]
    title = "The run broke off" if run.code is None else "The run is over, but Python did not end"
    text = "\n".join(["", "", title, "", *said, *unsaved])
    print(screen.for_encoding(text, sys.stdout.encoding or "ascii"), flush=True)


def _what(run, ended):
    if run.overdue:
        return (OVERDUE if run.code is None else OVER).format(seconds=run.overdue)
    if run.broken:
        return BROKEN.format(error=run.broken.partition("\n")[0][:200])
    if run.signal:
        return f"It was ended from outside, by {signal.Signals(run.signal).name}."
    if ended >= 0:
        return LEFT.format(code=ended)
    name = signal.Signals(-ended).name if -ended in list(signal.Signals) else f"signal {-ended}"
    return KILLED.format(signal=name, what=WHAT.get(name, ""))


def _innermost(frames):
    """Where in the learner's code Python was last: function, place, line; "" if nowhere.

    frames  as faulthandler writes them: a thread after the other, the most recent call first
    """
    for file, module, number, name in _FRAME.findall(frames):
        if course.is_specs(module):
            continue
        if number == "???":  # a jump back to the top of a loop may have no line in Python 3.11
            return name, f"katas/{file}", ""
        line = linecache.getline(str(course.ROOT / "katas" / file), int(number))
        return name, f"katas/{file}:{number}", line.strip()
    return "", "", ""


def _remember(run, spec, message):
    """Record the katas that the run was through with, and as red the one that it was in.

    Those of a file that it was loading are unknown.

    Returns the lines that say why this could not be done; [] if it was.
    """
    results = {**run.results, **store.not_run(run.at.get("unknown", ()), message)}
    if spec.get("is_recorded") and not run.signal and spec["kata"] not in results:
        results[spec["kata"]] = store.result("red", spec["specs"], passed=None, message=message)
    try:
        store.add_results(results)
    except OSError as error:
        return ["", f"your progress could not be saved: {error}"]
    return []
