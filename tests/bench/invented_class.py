"""A class that hands in Phases 1 and 2: nobody's work, made of the reference and the catalogues."""

import random

from dojo import course, source, stubs
from tests.alternatives import ALTERNATIVES
from tests.mistakes import MISTAKES
from tests.support.catalogue import load, replaced

TWENTY = [*["right"] * 6, *["with mistakes"] * 7, *["half done"] * 5, "not started", "a copy"]


def hand_in(folder, number, phases):
    """Make a class of so many submissions in a folder; the kind of each.

    Of twenty, six are right, in other designs here and there, seven have one to four mistakes, five
    stop somewhere, with one mistake, one has not begun, and one is somebody else's. What runs into
    the limit of a spec is left out: it takes as long as that limit.
    """
    draw = random.Random(0)
    katas = [kata for kata in course.katas() if kata.section[0] in phases]
    load("alternatives", phases)
    load("mistakes", phases)
    right = _by_kata(ALTERNATIVES, katas)
    wrong = _by_kata([e for e in MISTAKES if "longer at each" not in str(e.says)], katas)
    kinds, given, before = [], {m: stubs.generate(m) for m in course.modules()}, {}
    for place in range(number):
        kind, name, texts = TWENTY[place * 7 % 20], f"{place:03}", before
        if kind == "not started":
            texts = {}
        elif kind != "a copy":
            until = draw.randrange(1, len(katas)) if kind == "half done" else len(katas)
            mistakes = {"right": 0, "half done": 1, "with mistakes": draw.randint(1, 4)}[kind]
            texts = _texts(draw, katas[:until], right, wrong, mistakes)
            texts = before = {module: f"{text}\n# {name}\n" for module, text in texts.items()}
        kinds.append(kind)
        for module, text in {**given, **texts}.items():
            path = folder / name / "katas" / module
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return kinds


def _by_kata(entries, katas):
    found, ids = {}, {kata.id for kata in katas}
    for entry in entries:
        if entry.kata_id in ids:
            found.setdefault(entry.kata, []).append(entry)
    return found


def _texts(draw, done, right, wrong, mistakes):
    """{module: text} in which these katas are done: some in another design, and some wrong."""
    chosen = {}
    for among, times in ((right, draw.randint(0, 8)), (wrong, mistakes)):
        there = [kata for kata in done if kata in among]
        for kata in draw.sample(there, min(times, len(there))):
            chosen[kata] = draw.choice(among[kata])
    modules = {kata.module for kata in done}
    texts = {module: source.read(course.origin(module)) for module in modules}
    return {
        module: _begun(text, module, {kata.name for kata in done if kata.module == module})
        for module, text in {**texts, **replaced(*chosen.values())}.items()
    }


def _begun(text, module, done):
    """The text of a module in which all katas but those that are done are stubs."""
    marks = stubs.marks(module)
    left = marks.keys() - done
    lines = source.lines_of(text)
    definitions = source.definitions(text) if left else {}
    for definition in sorted(definitions.values(), key=lambda d: -d.start):
        if definition.name in left:
            stub = stubs.stub_of(definition, marks[definition.name])
            lines[definition.start : definition.end] = [stub]
    return "".join(lines)
