"""`make site`: the book as plain files, without the part that is live, in output/site."""

import re
import shutil
from pathlib import Path
from urllib.parse import unquote

from dojo import course
from dojo.study import figures
from dojo.study.book import HERE, Book

STATIC = ("book.css", "code.css", "icon.svg")
_HREF = re.compile(r'\b(?:href|src)="([^"]+)"')
_ID = re.compile(r'\bid="([^"]+)"')


def site_command():
    """Write all pages and say where they are; 1 if a link, formula or picture is wrong."""
    folder = course.ROOT / "output" / "site"
    book = write(folder)
    where = folder.relative_to(course.ROOT).as_posix()
    print(f"{len(book.pages)} pages in {where}: open {where}/index.html")
    wrong = [*book.problems, *check(folder)]
    for line in wrong:
        print(line)
    return 1 if wrong else 0


def write(folder):
    """Write the site into a folder, in place of what an earlier one has left there; its Book."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in STATIC:
        shutil.copyfile(HERE / name, folder / name)
    (folder / "figures.css").write_text(figures.style(), encoding="utf-8", newline="\n")
    (folder / ".nojekyll").touch()  # or GitHub Pages would leave files out
    book = Book()
    for page in book.pages.values():
        path = folder / page.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(book.page(page), encoding="utf-8", newline="\n")
    return book


def check(folder):
    """A line for each link of the site that is not relative, or leads to nothing."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html"))}
    anchors = {path: set(_ID.findall(text)) for path, text in texts.items()}
    wrong = []
    for path, text in texts.items():
        for target in _HREF.findall(text):
            if target.startswith("https://"):
                continue
            file, _, anchor = unquote(target).partition("#")
            to = (path.parent / file).resolve() if file else path
            if not _is_relative(target) or not to.is_file() or not to.is_relative_to(folder):
                wrong.append(f"{path.relative_to(folder).as_posix()}: nothing is at {target}")
            elif anchor and anchor not in anchors.get(to, ()):
                wrong.append(f"{path.relative_to(folder).as_posix()}: no such place: {target}")
    return wrong


def _is_relative(target):
    return not Path(target).is_absolute() and ":" not in target
