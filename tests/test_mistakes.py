"""Every wrong solution of the catalogue is rejected, and the specs say what is wrong with it."""

import pytest

from dojo import course
from tests.mistakes import all_mistakes
from tests.support.catalogue import replaced
from tests.support.scratch import node_id


@pytest.mark.parametrize("entry", all_mistakes(), ids=lambda entry: entry.id)
def test_rejected_by_name(entry, scratch):
    with scratch.reference(replaced(entry)):
        failed = failing(scratch, entry, node_id(entry.kata))
        if not is_said(entry, failed):  # a later kata's specs may be the ones that notice
            specs = course.find_section(entry.section).specs
            failed = failing(
                scratch, entry, *(str(path.relative_to(course.ROOT)) for path in specs)
            )
    assert failed, f"{entry.where}: {entry.name} passes all specs"
    seen = "\n\n".join(f"{spec.kata} · {spec.name}\n{spec.message}" for spec in failed)
    assert is_said(entry, failed), (
        f"{entry.where}: no failing spec says {' and '.join(map(repr, entry.says))}. "
        f"They say:\n\n{seen}"
    )


def failing(scratch, entry, *where):
    """The specs that fail while an entry stands in for its kata, up to the one that names it."""
    run = scratch.pytest(*where, solutions=True, until=entry.says)
    assert not run.unloaded, f"{entry.where} does not load:\n" + "\n".join(run.unloaded)
    failed = [spec for spec in run.specs if spec.status != "passed"]
    assert run.code == (1 if failed else 0), run.output
    return failed


def is_said(entry, failed):
    """True if one of the specs says all that the entry promises."""
    return any(all(text in spec.message for text in entry.says) for spec in failed)


def test_no_entry_stands_twice():
    ids = [entry.id for entry in all_mistakes()]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
