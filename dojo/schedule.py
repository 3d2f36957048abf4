"""When a thing that was learnt is due again: after 1, 3, 7, 21 and 60 days, and then no more.

Each wait is two to three times as long as the one before, as with the boxes of a card file:
what was recalled after one wait is likely to last through the next. A wait counts in calendar
days from the last success, so that what was solved on an evening is due the next morning.

Where it begins says how much help there was: a kata that was solved alone is first due after
21 days, one that took three hints, or a question answered wrongly, after one. A success when it
is due leads on to the next wait. One that comes earlier, or with help, does not.
"""

from datetime import date, timedelta

INTERVALS = (1, 3, 7, 21, 60)  # days
ALONE = INTERVALS.index(21)


def first_step(hints, seen=False):
    """Which of the INTERVALS to begin with, after so many hints, or a look at the reference."""
    return 0 if seen else max(0, ALONE - hints)


def step_of(entry, otherwise):
    """The step that a remembered entry says, or else `otherwise`."""
    step = entry.get("step")
    return step if isinstance(step, int) and step >= 0 else otherwise


def due_on(when, step):
    """The date on which something is due again; None if it has been through all INTERVALS.

    when  of the last success (or the wrong answer), as store.now() writes it
    """
    if step >= len(INTERVALS):
        return None
    return day(when) + timedelta(days=INTERVALS[step])


def step_after(step, when, today):
    """The step after a success without help: the next one, unless it came before it was due."""
    due = due_on(when, step)
    return step if due is None or due > today else step + 1


def day(when):
    """The date of a time as store.now() writes it; long ago if it is none."""
    try:
        return date.fromisoformat(when[:10])
    except (TypeError, ValueError):
        return date(2000, 1, 1)


def ago(when, today):
    """How long ago a time is, in words; "once" if it is not known."""
    days = (today - day(when)).days
    if day(when).year == 2000:
        return "once"
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
