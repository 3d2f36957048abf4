"""The pages of the book where a learner sits: with their katas, answers and reviews beside them."""

from html import escape

from dojo import commands, course, judge, progress, quiz, review, store
from dojo.study import contents, pictures, questions
from dojo.study.pages import Page

SCRIPT = (
    '<link rel="stylesheet" href="{root}live.css">\n<script src="{root}live.js" defer></script>'
)

OWN = {
    name: Page(name, "desk", title)
    for name, title in (
        ("review.html", "Review"),
        ("graph.html", "Your graph"),
        ("pictures.html", "Pictures"),
    )
}


def page(book, aside, page, seen):
    """The text of a page, with what is live on it."""
    more = {"head": SCRIPT.format(root=page.root), "tools": tools(page)}
    if page.kind == "index":
        return book.page(page, body=_contents(book), **more)
    if page.kind == "quiz":
        return book.page(page, body=_quiz(book, page), **more)
    if page.kind in ("lesson", "further"):
        katas = aside.html(page, seen)
        beside = (
            f'<aside aria-label="Katas" data-katas="{page.name}">'
            f'<p class="news" role="status"></p><div id="katas" tabindex="-1">{katas}</div></aside>'
        )
        return book.page(page, beside=beside, **more)
    return book.page(page, **more)


def tools(page):
    """Links to what is the learner's own, for the running head."""
    links = [
        f'<a href="{page.root}{own.name}"{_current(own is page)}>{own.title}</a>'
        for own in OWN.values()
    ]
    katas = '<a class="down" href="#katas">Katas</a>' if page.kind == "lesson" else ""
    return " ".join([*links, katas])


def _current(is_here):
    return ' aria-current="page"' if is_here else ""


def _contents(book):
    green = store.green()

    def remark(section):
        done = sum(kata.id in green for kata in section.katas)
        scores = [s for s in map(progress.quiz_score, section.sittings) if s and s["answered"]]
        right, asked = (sum(score[key] for score in scores) for key in ("right", "questions"))
        said = f"{done} of {len(section.katas)}" + (f" · quiz {right} of {asked}" if scores else "")
        return (
            f'<span class="done"><progress max="{len(section.katas)}" value="{done}" '
            f'aria-label="katas green in {section.number}"></progress> {said}</span>'
        )

    return contents.contents(book, remark, _next())


def _next():
    """Where to go on, and what is due."""
    done = store.done()
    upcoming = next((kata for kata in course.katas() if kata.id not in done), None)
    parts = []
    if upcoming:
        name = course.sitting_of(upcoming).id.replace(" ", "-")
        word = "Go on with" if done else "Begin with"
        parts.append(f'<p>{word} <a href="{name}.html">{escape(upcoming.id)}</a>.</p>')
    elif store.skipped():
        parts.append(f"<p>{escape(commands.all_done().capitalize())}.</p>")
    else:
        parts.append("<p>Every kata is green. From the first line to the last, this is yours.</p>")
    if due := len(review.due()):
        many = "thing is" if due == 1 else "things are"
        parts.append(f'<p><a href="review.html">{due} {many} due for review</a>.</p>')
    return f'<div class="next">{"".join(parts)}</div>'


# ---- a quiz


def _quiz(book, page):
    asked = [form(book, page, question) for question in quiz.load(page.sitting)]
    return "\n".join([f"<h1>{escape(page.title)}</h1>", *asked])


def form(book, page, question):
    """A question that can be answered in the page."""
    key, entry = f"{page.name}-{question.number}", quiz.last_answer(page.sitting, question)
    before = ""
    if entry:
        how = "right" if entry.get("correct") is True else "not right"
        before = f'<p class="before">Your first answer was {how}.</p>'
    return (
        f'<section class="question">{questions.heading(book, page, question)}'
        f'<form data-quiz="{page.name}" data-question="{question.number}">'
        f"{_field(book, page, question, key)}"
        f'<button type="submit">{"Compare" if question.kind == "open" else "Answer"}</button>'
        f'</form>{before}<div class="verdict" role="status"></div></section>'
    )


def _field(book, page, question, key):
    if question.choices:
        items = "".join(
            f'<label><input type="radio" name="given" value="{letter}" required> '
            f"<span>{letter})</span> <span>{book.markup.inline(text, page.path)}</span></label>"
            for letter, text in question.choices.items()
        )
        return f'<fieldset><legend class="unseen">Your answer</legend>{items}</fieldset>'
    label = f'<label for="{key}">Your answer: {escape(judge.wanted(question))}</label>'
    if question.kind == "open":
        return f'{label}<textarea id="{key}" name="given" rows="3" required></textarea>'
    return (
        f'{label}<input id="{key}" name="given" required autocomplete="off" autocapitalize="off" '
        f'spellcheck="false">'
    )


# ---- pages that the book does not have


def own(book, name):
    """The text of a page of the desk's own."""
    page = OWN[name]
    bodies = {
        "review.html": lambda: _due(book),
        "graph.html": pictures.graph_body,
        "pictures.html": lambda: f"<div data-pictures>{pictures.gallery_body()}</div>",
    }
    return book.page(page, body=bodies[name](), head=SCRIPT.format(root=""), tools=tools(page))


def _due(book):
    """What is due to be done again: katas to redo, questions to answer."""
    parts = ["<h1>Review</h1>"]
    items = review.due()
    if not items:
        parts.append("<p>Nothing is due for review.</p>")
    for item in items:
        if item["kind"] == "kata":
            parts.append(_kata_due(course.find_kata(item["id"]), item["why"]))
        else:
            parts.append(_question_due(book, item))
    return "\n".join(parts)


def _kata_due(kata, why):
    begun = "begun" in store.review(kata)
    return (
        f'<section class="question"><h2>{escape(kata.id)}</h2><p>{escape(why)}. In a scratch copy '
        f"it is a stub again; the one you solved stays as it is. In a terminal: "
        f"<code>{escape(commands.typed('review', KATA=commands.spoken(kata)))}</code></p>"
        f'<button type="button" data-review="{escape(kata.id)}">{"Check" if begun else "Begin"}'
        f'</button><div class="verdict" role="status"></div></section>'
    )


def _question_due(book, item):
    sitting_id, _, number = item["id"].rpartition(" question ")
    name = f"{sitting_id.replace(' ', '-')}-quiz.html"
    page = book.pages[name]
    return form(book, page, judge.find(page.sitting, int(number)))
