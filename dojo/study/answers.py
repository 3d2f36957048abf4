"""What the pages ask for: pages, what is new beside them, hints, answers, reviews."""

import subprocess
import sys
import threading

from dojo import course, hints, judge, store
from dojo.study import desk, expression, figures, pictures, questions
from dojo.study.aside import Aside
from dojo.study.book import HERE, Book

FILES = {
    "book.css": "text/css",
    "code.css": "text/css",
    "live.css": "text/css",
    "live.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
KEPT = 10  # drawn graphs
PATIENCE = 120  # seconds that a review may take


class NotThere(Exception):
    """An address that leads to nothing."""


class Answers:
    """Answers the requests of the pages; any thread may ask.

    session  the session.Session that runs the katas
    editor   of editor.found()
    """

    def __init__(self, session, editor):
        self._session, self._editor = session, editor
        self._writing = threading.Lock()  # what is remembered is read, changed and written
        self._stamp = self._book = None
        self._graphs, self._drawn = {}, 0  # the last pages of expressions, by number
        self._posts = {
            "look": self._look,
            "run": self._run,
            "hint": self._hint,
            "answer": self._answer,
            "show": self._show,
            "review": self._review,
            "graph": self._draw,
        }

    def has(self, name):
        """True if there is a page of this name."""
        return name in self.book.pages or name in desk.OWN

    @property
    def book(self):
        """The book as it is on disk: made anew when a lesson has changed."""
        files = (course.ROOT / "lessons").rglob("*.[ms][dv]*")
        stamp = sorted((path.stat().st_mtime_ns, str(path)) for path in files)
        if stamp != self._stamp:
            course.forget()
            self._book, self._stamp = Book(), stamp
        return self._book

    # ---- what is read

    def get(self, name, query):
        """(kind, content, policy or None) of an address; NotThere if it leads nowhere."""
        if name in FILES:
            return FILES[name], (HERE / name).read_bytes(), None
        if name == "figures.css":
            return "text/css", figures.style(), None
        if name.startswith("katas/"):
            page = self._page(name.removeprefix("katas/"), "lesson", "further")
            return "text/html", self._aside.html(page, self._session.seen), None
        if name == "compare":
            kata = course.find_kata(query.get("kata", [""])[0])
            return "text/html", self._aside.compared(kata), None
        if name == "pictures":
            return "text/html", pictures.gallery_body(), None
        if name == "graph":
            return "text/html", self._graph(query.get("n", [""])[0]), pictures.policy()
        if name.startswith("output/"):
            if shown := pictures.picture(name.removeprefix("output/")):
                return shown
            raise NotThere(f"there is no picture {name}")
        if name in desk.OWN:
            return "text/html", desk.own(self.book, name), None
        page = self._page(name or "index.html")
        return "text/html", desk.page(self.book, self._aside, page, self._session.seen), None

    def _graph(self, number):
        if number not in self._graphs:
            raise NotThere("this graph was drawn too long ago: draw it again")
        return self._graphs[number]

    @property
    def _aside(self):
        return Aside(self.book, self._editor)

    def _page(self, name, *kinds):
        page = self.book.pages.get(name)
        if page is None or (kinds and page.kind not in kinds):
            raise NotThere(f"there is no page {name}")
        return page

    # ---- what is asked for

    def post(self, name, asked):
        """What a request answers, as a dict; NotThere if there is no such request."""
        if name not in self._posts:
            raise NotThere(f"there is no request {name}")
        with self._writing:
            return self._posts[name](asked)

    def _look(self, asked):
        self._session.look_at(self._page(_text(asked, "page"), "lesson", "further").sitting)
        return {}

    def _run(self, asked):
        self._session.run(course.find_kata(_text(asked, "kata")))
        return {}

    def _hint(self, asked):
        hints.take_next(course.find_kata(_text(asked, "kata")))
        self._session.changed()
        return {}

    def _answer(self, asked):
        """Judge an answer, and keep the first; an open one first shows what it is held against."""
        page, question = self._question(asked)
        given, judged = _text(asked, "given"), asked.get("judged")
        if question.kind == "open" and judged not in ("right", "wrong"):
            said = questions.answer(self.book, page, question)
            return {"verdict": "", "open": True, "said": said}
        try:
            right, said = judge.judge(page.sitting, question, given, judged)
        except judge.NotUnderstood as error:
            return {"verdict": "", "said": f"<p>This question {error}.</p>"}
        if question.kind == "open":
            return {"verdict": "right" if right else "not quite", "said": ""}
        return {
            "verdict": "right" if right else "not quite",
            "said": self.book.markup.page(said, page.path),
            "more": not right,
        }

    def _show(self, asked):
        page, question = self._question(asked)
        if not store.answers(page.sitting).get(str(question.number)):
            raise NotThere("answer first")
        return {"said": questions.answer(self.book, page, question)}

    def _question(self, asked):
        page, number = self._page(_text(asked, "quiz"), "quiz"), asked.get("question")
        return page, judge.find(page.sitting, number)

    def _draw(self, asked):
        """Draw a typed expression; {"graph": the address of its page} or {"problem"}."""
        page, problem = expression.page(_text(asked, "text"), asked.get("mine") is not False)
        if page is None:
            return {"problem": problem}
        self._drawn += 1
        self._graphs[str(self._drawn)] = page
        self._graphs.pop(str(self._drawn - KEPT), None)
        return {"graph": f"graph?n={self._drawn}"}

    def _review(self, asked):
        """Begin the review of a kata, or check it, as `make review` does."""
        kata = course.find_kata(_text(asked, "kata"))
        command = [sys.executable, "-m", "dojo", "review", "--kata", kata.id]
        options = {"stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "timeout": PATIENCE}
        try:
            done = subprocess.run(command, cwd=course.ROOT, stdout=subprocess.PIPE, **options)
            said = done.stdout.decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            said = f"still running after {PATIENCE} s"
        return {"said": f'<pre class="said" tabindex="0">{self._aside.text(said[-20_000:])}</pre>'}


def _text(asked, key):
    value = asked.get(key)
    if not isinstance(value, str):
        raise NotThere(f"{key} is missing")
    return value
