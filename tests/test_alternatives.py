"""Right solutions of another design pass as the reference does.

They are tried together: in the first round every kata is replaced by its first alternative, in
the second by its second, and so on. Only if a round fails is each of its entries tried alone,
where one may fail that needs another beside it.
"""

from itertools import zip_longest

import pytest

from dojo import course
from tests.alternatives import all_alternatives
from tests.support.catalogue import replaced


def rounds():
    """{name: (phase, entries)}: of each kata in a phase one entry, until all have had a turn."""
    found = {}
    for phase in sorted({section.phase for section in course.sections()}):
        by_kata = {}
        for entry in all_alternatives():
            if entry.section.startswith(f"{phase}."):
                by_kata.setdefault(entry.kata_id, []).append(entry)
        for turn, together in enumerate(zip_longest(*by_kata.values()), start=1):
            found[f"phase {phase}, round {turn}"] = phase, [entry for entry in together if entry]
    return found


ROUNDS = rounds()


@pytest.mark.parametrize("phase, entries", ROUNDS.values(), ids=ROUNDS.keys())
def test_accepted(phase, entries, scratch):
    if together := rejection(scratch, phase, *entries):
        alone = [(entry, rejection(scratch, entry.section, entry)) for entry in entries]
        said = [f"{entry.where}: {entry.name} alone:\n\n{text}" for entry, text in alone if text]
        pytest.fail("\n\n".join(["all are right, but together:", together, *said]))


def rejection(scratch, start, *entries):
    """What fails with these entries, in their phase or from a section on to its end; or ""."""
    later = [s for s in course.find_phase(str(start)[0]) if s.number >= str(start)]
    specs = [path.relative_to(course.ROOT).as_posix() for s in later for path in s.specs]
    with scratch.reference(replaced(*entries)):
        run = scratch.pytest(*specs, solutions=True)
    failed = [spec.text for spec in run.specs if spec.status != "passed"]
    return "\n\n".join([*failed, *run.unloaded]) or ("" if run.code == 0 else run.output)


def test_no_entry_stands_twice():
    ids = [entry.id for entry in all_alternatives()]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
