"""`python -m dojo compare`: the rows of some sections on the course and on what is installed."""

import sys

from dojo import choice, course, screen
from dojo.compare import page, row, runner
from dojo.compare.libraries import LIBRARIES, function_of, is_installed

AGREES, DIFFERS = "agrees", "differs"


def compare_command(options):
    """Print the rows of the sections; 0 if everything that ran did what the page says, else 1.

    options  as choice.choose takes them, and
             .libraries  those that are to be run, in one string; None for all
             .mine       True for the learner's own katas instead of the reference
             .page       True to write lessons/conventions.md instead
    """
    mine = options.mine or not course.has_reference()
    if options.page:
        page.write()
        return 0
    sections = _sections(options)
    libraries = _libraries(sections, options.libraries)
    runs = {"course": _run("course", sections, mine)}
    away = [library for library in libraries if not is_installed(library)]
    runs |= {library: _run(library, sections) for library in libraries if library not in away}
    surprises = 0
    for section in sections:
        on = "your katas" if mine else "the reference"
        print(f"{row.heading(section)}, on {on}")
        for one in row.rows(section):
            surprises += _show(one, runs, libraries, on)
        print()
    if away:
        shown = ", ".join(LIBRARIES[library].shown for library in away)
        print(f"left out, because not installed: {shown}")
    print(_summary(surprises, runs, away))
    return 1 if surprises else 0


def _sections(options):
    """The chosen sections that have rows; without any choice all of them."""
    there = row.numbers()
    named = options.section or " ".join(options.name)
    if options.phase and "." not in named:
        named = f"{options.phase}.{named}"
    if named in there:  # also one that the course does not have yet
        return [named]
    chosen = choice.choose(options).sections
    if len(chosen) == len(course.sections()):
        return there
    if not (found := [section.number for section in chosen if section.number in there]):
        named = ", ".join(section.number for section in chosen)
        raise course.UnknownName(f"nothing to compare in {named}; there is in: {', '.join(there)}")
    return found


def _libraries(sections, names):
    """The libraries that were named, or all, of those that have a function in these sections."""
    wanted = list(LIBRARIES)
    if names is not None:
        asked = names.replace(",", " ").split()
        known = {*LIBRARIES, *(library.family for library in LIBRARIES.values())}
        for name in asked:
            if name not in known:
                there = ", ".join(LIBRARIES)
                raise course.UnknownName(f"no row is about {name}; there are: {there}")
        wanted = [n for n, known in LIBRARIES.items() if n in asked or known.family in asked]
    rows = [one for section in sections for one in row.rows(section)]
    return [name for name in wanted if any(one.function(function_of(name)) for one in rows)]


def _run(library, sections, mine=False):
    if screen.interactive():
        print(f"running {library} ...", file=sys.stderr)
    return runner.run(library, sections, mine)


def _show(one, runs, libraries, on):
    """Print one row; how many of its values are not what the page says."""
    print(f"\n{one.title}")
    print(screen.wrapped(one.says, indent="  "))
    anchor = one.anchor()
    own = runs["course"].values.get(anchor, one.values.get("course"))
    lines = []
    if one.function("course"):
        lines.append((on, *_judged(one, runs["course"], "course", None)))
    for library in libraries:
        if library in runs and one.function(function_of(library)):
            lines.append((LIBRARIES[library].shown, *_judged(one, runs[library], library, own)))
    away = [name for name in one.values if name in LIBRARIES and name not in runs]
    width = max([len(line[0]) for line in lines], default=0)
    wide = max([len(line[1]) for line in lines], default=0)
    for shown, value, judgement, surprise in lines:
        print(f"{'!' if surprise else ' '} {shown:{width}}  {value:{wide}}  {judgement}".rstrip())
    if away:
        said = "; ".join(f"{LIBRARIES[n].shown} {row.shown(one.values[n])}" for n in away)
        print(screen.wrapped(f"as the page says: {said}", indent="  "))
    return sum(surprise for *_, surprise in lines)


def _judged(one, run, library, own):
    """A value as text, what is to be said of it, and True if the page says otherwise."""
    said = one.said(library, run.version)
    anchor = one.anchor()
    if anchor not in run.values:
        return "-", run.error(anchor), True
    value = run.values[anchor]
    judgement = ""
    if own is not None:
        judgement = AGREES if one.same(own, value) else DIFFERS
    if one.same(said, value):
        if library in one.before and said == one.before[library][1]:
            judgement += f", as the page says of {one.before[library][0]}"
        return row.shown(value), judgement.strip(", "), False
    seen = f" in {LIBRARIES[library].seen}; this is {run.version}" if library in LIBRARIES else ""
    return row.shown(value), f"{judgement}  the page: {row.shown(said)}{seen}".strip(), True


def _summary(surprises, runs, away):
    if surprises:
        return f"marked with !, since they are not as the page says: {surprises}"
    if len(runs) == 1:
        return "the course does what the page says; the rest is in lessons/conventions.md"
    return "everything that ran did what lessons/conventions.md says"
