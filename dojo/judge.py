"""Whether an answer to a question of a quiz is right, and what is remembered of it."""

from datetime import date

from dojo import course, quiz, schedule, store

_WANTED = {
    "number": "a number, such as 0.5 or 1/2",
    "shape": "a shape, such as (2, 3)",
    "word": "a word or two",
    "open": "in your own words",
}


class NotUnderstood(ValueError):
    """An answer that cannot be judged; the text says why, as "question 3" goes on."""


def find(sitting, number):
    """The question of a sitting's quiz that has this number; course.UnknownName if none has."""
    questions = {question.number: question for question in quiz.load(sitting) or ()}
    if number not in questions:
        there = ", ".join(map(str, questions)) or "none yet"
        raise course.UnknownName(f"quiz {sitting.id} has no question {number}; there are: {there}")
    return questions[number]


def judge(sitting, question, given, judged=None):
    """Judge one answer, and keep it if it is the first: (whether it is right, what to say of it).

    given   the answer as it was typed; of an open question it may be None
    judged  "right" or "wrong" for an open question, None for any other

    What is said of a wrong answer is what it would mean, or ""; never the right one.
    NotUnderstood, and nothing is kept, if it cannot be judged.
    """
    if question.kind != "open":
        if judged is not None or not given:
            raise NotUnderstood("is judged here: give the answer alone")
        if not quiz.is_understood(question, given):
            raise NotUnderstood(f"wants {wanted(question)}")
    right = judged == "right" if judged else quiz.is_right(question, given)
    if _is_first(quiz.last_answer(sitting, question)):
        keep(sitting, question, right, given or "")
    return right, question.explanation if right else quiz.meaning(question, given or "")


def wanted(question):
    """What an answer to this question has to be, in words."""
    return _WANTED.get(question.kind) or f"a letter: {', '.join(question.choices)}"


def keep(sitting, question, correct, answer):
    """Remember an answer, and when the question is due again."""
    before = quiz.last_answer(sitting, question)
    result = {"asked": question.asked, "correct": correct, "answer": answer, "when": store.now()}
    step = schedule.step_of(before, otherwise=0 if before.get("correct") is False else None)
    if not correct:
        result["step"] = 0
    elif step is not None:  # it was wrong before
        result["step"] = schedule.step_after(step, before.get("when"), date.today())
    store.save_answer(sitting, question.number, result)


def _is_first(before):
    """True if nothing was answered before, or what was answered is due to be asked again."""
    step = schedule.step_of(before, otherwise=0 if before.get("correct") is False else None)
    if step is None:
        return not before
    due = schedule.due_on(before.get("when"), step)
    return due is not None and due <= date.today()
