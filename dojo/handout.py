"""make handout: a copy of the course to give out, without what gives its answers away.

Left out are the reference, the catalogue of wrong and right solutions with all the other tests,
and the history, which holds both; katas/ is all stubs, whatever was written into it here.
"""

import re
import shutil
import sys
from pathlib import Path

from dojo import course, git, stubs

GIVEN = (
    "katas", "lessons", "data", "dojo", "findings", ".github", ".vscode", ".devcontainer",
    ".gitignore", "AGENTS.md", "CHANGELOG.md", "CLAUDE.md", "GEMINI.md", "LICENSE", "Makefile",
    "README.md", "conftest.py", "pyproject.toml",
)  # fmt: skip
NEED_TESTS = "check", "mutants", "bench", "handout", "grade"  # targets that are not in a handout
_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
_UNWANTED = re.compile(r"(solutions|tests)/ |make (check|bench|mutants|grade|handout)\b")
_AGENTS_END = "\n## If you work on the course itself\n"


class Refused(Exception):
    """The handout cannot be made; the text says why."""


def handout_command(folder):
    """Write the handout into a new folder; 0, or 2 where that cannot be."""
    try:
        count = write(Path(folder or ""))
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{count} files are in {folder}: no solutions/, no tests/, no history")
    print("to give it out with a history of its own: cd there, then git init, add, commit")
    return 0


def write(folder):
    """Write the handout into this folder, which is new or empty; how many files it has."""
    if not course.has_reference():
        raise Refused("this is a handout already: there is no solutions/ in it")
    if folder == Path(""):
        raise Refused("say where to: make handout DIR=../handout")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is there already, and not empty")
    if folder.resolve().is_relative_to(course.ROOT):
        raise Refused(f"{folder} lies inside the course: take a folder beside it")
    names = _names()
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(course.ROOT / name, path)
    for module in course.modules():
        (folder / "katas" / module).write_text(stubs.generate(module), "utf-8", newline="\n")
    for name, change in _CHANGES.items():
        path = folder / name
        if path.exists():
            path.write_text(change(path.read_text("utf-8"), folder), "utf-8", newline="\n")
    return len(names)


def _names():
    """The files to give out: of those that git knows, or where there is no git of all."""
    try:
        is_known = (course.ROOT / ".git").exists()
        names = git.text("ls-files", "-z").split("\0") if is_known else []
    except OSError:
        names = []
    if not names:
        found = (path.relative_to(course.ROOT) for path in course.ROOT.rglob("*"))
        names = [path.as_posix() for path in found if "__pycache__" not in path.parts]
    return [name for name in names if (course.ROOT / name).is_file() and _is_given(Path(name))]


def _is_given(path):
    """False for what is left out, for what is nobody's, and for somebody's own files in katas/."""
    if path.parts[0] != "katas":
        return path.parts[0] in GIVEN
    module = "/".join(path.parts[1:])
    return path.name == "__init__.py" or course.is_specs(path.stem) or module in course.modules()


def _without_dead_links(text, folder):
    """A page without the lines that lead to what is not in the folder."""
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if not _UNWANTED.search(line)
        and all((folder / target).exists() for target in _LINK.findall(line))
    )


def _without_targets(text, _):
    """The Makefile without the commands that need what is not there."""
    text = re.sub(rf"^({'|'.join(NEED_TESTS)}):.*\n(\t.*\n)+\n?", "", text, flags=re.MULTILINE)
    listed = re.search(r"^\.PHONY: .*$", text, re.MULTILINE)
    kept = [word for word in listed[0].split() if word not in NEED_TESTS] if listed else []
    return text.replace(listed[0], " ".join(kept)) if listed else text


_CHANGES = {
    "README.md": _without_dead_links,
    "CHANGELOG.md": _without_dead_links,
    "AGENTS.md": lambda text, _: text.partition(_AGENTS_END)[0] + "\n" * (_AGENTS_END in text),
    "Makefile": _without_targets,
}
