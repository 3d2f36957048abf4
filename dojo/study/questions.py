"""The questions of a quiz as HTML, and what is said of their answers."""

from html import escape

from dojo import quiz


def folded(book, page):
    """A whole quiz, each answer folded."""
    asked = [
        f'<section class="question">{asked_html(book, page, question)}'
        f"<details><summary>Answer</summary>{answer(book, page, question)}</details></section>"
        for question in quiz.load(page.sitting)
    ]
    return "\n".join([f"<h1>{escape(page.title)}</h1>", *asked])


def asked_html(book, page, question):
    """What is asked, with its choices."""
    return heading(book, page, question) + choices(book, page, question)


def heading(book, page, question):
    """What is asked."""
    first, _, more = question.text.partition("\n")
    words = book.markup.inline(first, page.path)
    return f"<h2>{question.number}. {words}</h2>\n{book.markup.page(more, page.path)}"


def choices(book, page, question):
    """The choices of a question as a list; "" if it has none."""
    items = [
        f"<dt>{letter})</dt><dd>{book.markup.inline(text, page.path)}</dd>"
        for letter, text in question.choices.items()
    ]
    return f'<dl class="choices">{"".join(items)}</dl>' if items else ""


def answer(book, page, question):
    """The answer, why it is right, and what wrong ones would mean."""
    right = "" if question.kind == "open" else f"**{' or '.join(question.accepted)}** · "
    wrong = "".join(
        f"<dt>{escape(given)}</dt><dd>{book.markup.inline(says, page.path)}</dd>"
        for given, says in question.meanings.items()
    )
    said = book.markup.page(right + question.explanation, page.path)
    return said + (f'<dl class="wrong">{wrong}</dl>' if wrong else "")
