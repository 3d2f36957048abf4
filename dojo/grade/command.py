"""make grade: a folder of submissions, graded by the specs of this course."""

import os
import queue
import sys
import threading
import time
import tomllib
from pathlib import Path

from dojo import course, screen, source
from dojo.grade import alike, hand_in, marks, reach, sheet
from dojo.grade.register import Register

PAIRS = 10  # that are named on the terminal


def grade_command(folder, out, phase, section):
    """Grade what is in a folder, and write the table beside it; 0, or 2 for what cannot be."""
    try:
        return _grade(Path(folder or "submissions"), Path(out or "grades.csv"), phase, section)
    except hand_in.Refused as error:
        print(error, file=sys.stderr)
        return 2


def _grade(folder, out, phase, section):
    if not hasattr(os, "fork"):
        raise hand_in.Refused(
            "grading forks a process for each submission: use Linux, WSL or macOS"
        )
    if not out.parent.is_dir() or out.is_dir() or out.suffix != ".csv":
        raise hand_in.Refused(
            f"OUT is to be a file like grades.csv, in a folder that is there: {out}"
        )
    there = hand_in.submissions(folder)
    weights = marks.weights(folder, course.select(phase, section)[0])
    katas = [kata.id for kata in course.katas() if kata.section in weights]
    began = time.monotonic()
    rows, known = _rows(there, katas)
    forms = {name: row["forms"] for name, row in rows if row["forms"]}
    pairs = alike.pairs(forms, _given(katas))
    paths = sheet.write(out, rows, weights, pairs)
    for line in sheet.lines(rows, weights):
        print(line)
    _say_alike(pairs)
    took = time.monotonic() - began
    many = "submission" if len(rows) == 1 else "submissions"
    print(f"\n{len(rows)} {many}, {took:.0f} s; known from before: {known}")
    print(f"written: {', '.join(map(str, paths))}")
    return 0


def _rows(there, katas):
    """[(name, row)] of the submissions, in their order, and how many were known from before."""
    register = Register(katas)
    rows, names, known, waiting = {}, {}, 0, queue.Queue()
    for name, path in there:
        try:
            modules = hand_in.modules(path)
        except hand_in.Refused as error:
            rows[name] = _refused(str(error), katas)
            continue
        modules = _up_to(katas, modules)  # nothing else is loaded: its stubs are in its place
        key = register.key(modules)
        if row := register.row(key):
            rows[name] = row
            known += 1
        elif key in names:
            names[key].append(name)
        else:
            names[key] = [name]
            waiting.put((key, modules))
    if names:
        with screen.progress("grading", sum(map(len, names.values()))) as (advance, say):
            for key, row in _graded(waiting, katas, say):
                register.add(key, row)
                for name in names[key]:
                    rows[name] = row
                    advance()
    return [(name, rows[name]) for name, _ in there], known


def _up_to(katas, modules):
    """Of modules by name those of the phases up to the last kata's."""
    last = max(f"phase{kata[0]}" for kata in katas)
    return {name: modules[name] for name in sorted(modules) if name[: len(last)] <= last}


def _refused(why, katas):
    nothing = {"status": "not run", "mistake": "", "seconds": 0.0}
    return {"why": why, "doubts": [], "katas": dict.fromkeys(katas, nothing), "forms": {}}


def _graded(waiting, katas, say):
    """Yield (key, row) of the submissions that wait, as each is done: one on each core."""
    from dojo.grade.desk import Desk, Lost

    done, allowed, timeout = queue.Queue(), _allowed(katas), _timeout()
    total = waiting.qsize()
    stopped, readings = threading.Event(), {}

    def work(slot):
        desk = None
        try:
            desk = Desk(katas, allowed, slot)
            done.put(desk.walls)
            while not stopped.is_set():
                key, modules = waiting.get_nowait()
                done.put((key, marks.grade(desk, modules, katas, timeout, readings)))
        except queue.Empty:
            pass
        except BaseException as error:
            done.put(error)
        finally:
            if desk:
                desk.close()

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    workers = [threading.Thread(target=work, args=(s,)) for s in range(min(cores or 1, total))]
    for worker in workers:
        worker.start()
    try:
        said = False
        while total:
            one = done.get()
            if isinstance(one, Lost):
                raise hand_in.Refused(f"what runs submissions does not start here: {one}")
            if isinstance(one, BaseException):
                raise one
            if isinstance(one, dict):
                if not said:
                    say(_walls(one))
                said = True
                continue
            total -= 1
            yield one
    finally:
        stopped.set()
        for worker in workers:
            worker.join()


def _walls(standing):
    """What a submission cannot get at here, in a line."""
    by_tcp = "network by TCP" if standing.get("network") == "TCP" else "network"
    names = {"files": "files", "network": by_tcp, "processes": "other processes"}
    held = [said for key, said in names.items() if standing.get(key)]
    open_to = [said for key, said in names.items() if not standing.get(key)]
    line = f"kept from submissions: {', '.join(held) or 'nothing but more than their share'}"
    return line + (f"; not kept: {', '.join(open_to)} (see TEACHING.md)" if open_to else "")


def _say_alike(pairs):
    if not pairs:
        return
    print("\nalmost the same, names aside; a hint where to look, and no verdict:")
    for one, other, katas in pairs[:PAIRS]:
        more = f" and {len(katas) - 3} more" if len(katas) > 3 else ""
        print(f"  {one} and {other}: {', '.join(katas[:3])}{more}")
    if len(pairs) > PAIRS:
        print(f"  and {len(pairs) - PAIRS} pairs more, in the JSON file")


def _given(katas):
    """{kata: [its form in the reference]}, where there is one."""
    found = {}
    for module in _up_to(katas, course.modules()) if course.has_reference() else ():
        for kata, form in alike.forms(source.read(course.reference(module)), module).items():
            found[kata] = [form]
    return found


def _allowed(katas):
    """{module: what it reaches for in the course's own}: whoever does the same is not suspected."""
    return {
        module: sorted({what for _, what in reach.findings(source.read(course.origin(module)))})
        for module in _up_to(katas, course.modules())
    }


def _timeout():
    """The seconds that a spec may compute."""
    text = (course.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return float(tomllib.loads(text)["tool"]["pytest"]["ini_options"]["timeout"])
