"""Hints: three for each kata, from a nudge to a plan, given one at a time."""

import re

from dojo import commands, course, screen, store

_KATA = re.compile(r"^## (.+)$", re.MULTILINE)
_ITEM = re.compile(r"^\d+\.[ \t]+", re.MULTILINE)


def parse(text):
    """{kata name: [its hints]} from the text of a hints.md."""
    found = {}
    _, *parts = _KATA.split(text)
    for name, body in zip(parts[::2], parts[1::2]):
        _, *items = _ITEM.split(body)
        found[name.strip().strip("`")] = [item.strip() for item in items]
    return found


def hints_of(kata):
    """The hints for a kata; [] if there are none."""
    path = course.sitting_of(kata).folder / "hints.md"
    if not path.exists():
        return []
    return parse(path.read_text(encoding="utf-8")).get(kata.name, [])


def taken(kata):
    """How many hints for this kata were taken."""
    number = store.load("hints").get(kata.id, 0)
    return number if isinstance(number, int) and number > 0 else 0


def taken_now(kata):
    """How many hints were taken in the review that is going on, or else for the kata itself."""
    review = store.review(kata)
    if "begun" not in review:
        return taken(kata)
    number = review.get("hints", 0)
    return number if isinstance(number, int) and number > 0 else 0


def _take(kata, number):
    review = store.review(kata)
    if "begun" in review:
        store.save_review(kata, {**review, "hints": number})
    else:
        store.save("hints", {**store.load("hints"), kata.id: number})


def take_next(kata):
    """Take the next hint for a kata: its number, from 1; None if all were taken."""
    number = taken_now(kata) + 1
    if number > len(hints_of(kata)):
        return None
    _take(kata, number)
    return number


def hint_command(choice):
    """Show the next hint for a kata; after the last one all of them.

    While a kata is redone in a review they are given, and counted, from the first again.
    """
    kata = choice.one_kata()
    if kata is None:
        print("\n".join(commands.next_step(None)))
        return 0
    hints = hints_of(kata)
    if not hints:
        print(f"there are no hints for {kata.id} yet")
        return 1
    if number := take_next(kata):
        print(f"{kata.id} · hint {number} of {len(hints)}\n")
        print(screen.wrapped(hints[number - 1]))
        if left := len(hints) - number:
            more = commands.typed("hint", KATA=commands.spoken(kata))
            print(f"\n{left} more: {more}")
        return 0
    print(f"{kata.id} · these were all {len(hints)} hints:")
    for number, hint in enumerate(hints, start=1):
        lines = screen.wrapped(hint, indent="   ").lstrip()
        print(f"\n{number}. {lines}")
    lesson = commands.typed("lesson", **commands.where(kata))
    print(f"\nthe lesson: {lesson}")
    print(f"to compare: {commands.typed('solution', KATA=commands.spoken(kata))}")
    return 0
