"""How to type a command here, what to call a kata, and what to do next."""

import shutil

from dojo import course, store


def next_step(kata, given=None):
    """What to do next, a line each: in a sitting not begun yet, its lesson comes first.

    kata   the one that is next; None for the first of the course that is left to do
    given  the section up to which the reference was given
    """
    done = store.done()
    kata = kata or next((k for k in course.katas() if k.id not in done), None)
    if kata is None:
        return [all_done()]
    begun = any(other.id in done for other in course.sitting_of(kata).katas)
    steps = [
        f"  open    {kata.file}:{kata.line}",
        f"  check   {check(kata, given)}",
        f"  stuck?  {typed('hint', KATA=spoken(kata))}",
    ]
    steps.insert(3 if begun else 0, f"  read    {typed('lesson', **where(kata))}")
    return [f"next: {kata.id}", *steps]


def all_done():
    """That nothing is left to do, and which katas were passed over."""
    skipped = [kata.id for kata in course.katas() if kata.id in store.skipped()]
    but = f", but for what you skipped: {', '.join(skipped)}" if skipped else ""
    return f"every kata there is is green{but}"


def check(kata, given=None):
    """What to type to see how a kata stands; `make next` alone where it is the first of all."""
    if given:
        return typed("test", KATA=spoken(kata), GIVEN=given)
    done = store.done()
    is_first = all(k.id in done for k in course.katas()[: course.katas().index(kata)])
    return typed("next") if is_first else typed("next", KATA=spoken(kata))


def spoken(kata):
    """What to call a kata by: its name, and its section only where another is called so too."""
    return kata.id if sum(other.name == kata.name for other in course.katas()) > 1 else kata.name


def where(kata):
    """How to name the sitting of a kata in a command: by its section, where that has only one."""
    if len(course.find_section(kata.section).sittings) == 1:
        return {"SECTION": kata.section}
    return {"KATA": spoken(kata)}


def typed(target, **variables):
    """How to type a command here: with make where there is one, or else with python."""
    words = {key: f'"{value}"' if " " in str(value) else value for key, value in variables.items()}
    if shutil.which("make"):
        return " ".join(["make", target, *(f"{key}={word}" for key, word in words.items())])
    if target == "test":
        return " ".join(["pytest", *(f"--{key.lower()} {word}" for key, word in words.items())])
    bare = [words.pop(key) for key in ("SECTION", "KATA") if key in words]
    named = [f"--{key.lower()}" + f" {word}" * (word != 1) for key, word in words.items()]
    return " ".join(["python -m dojo", target, *bare, *named])
