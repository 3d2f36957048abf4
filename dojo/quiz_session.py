"""A quiz in the terminal: a question, an answer, and what it means."""

import sys
from datetime import date

from dojo import commands, course, lesson, quiz, schedule, screen, store

_WANTED = {
    "number": "a number, such as 0.5 or 1/2",
    "shape": "a shape, such as (2, 3)",
    "word": "a word or two",
    "open": "in your own words",
}


def quiz_command(choice):
    """Ask a sitting's questions and keep the results; without a terminal only print them."""
    sitting = choice.one_sitting()
    questions = quiz.load(sitting)
    if questions is None:
        print(f"section {sitting.id} has no quiz yet")
        return 1
    count = f"{len(questions)} question{'s' if len(questions) != 1 else ''}"
    print(f"quiz {sitting.number} · {sitting.title}: {count}")
    for line in lesson.other_sittings(sitting, "quiz"):
        print(line)
    if not screen.interactive():
        for question in questions:
            print(f"\n{question.number}. {question.text}")
            _print_choices(question)
        return 0
    print("Enter alone skips a question and shows its answer; Ctrl-D ends.")
    print_score(ask([(sitting, question) for question in questions]))
    return 0


def ask(questions):
    """Ask questions and keep the results.

    questions  [(sitting, question)]
    ->         [(sitting, question, whether it was right)], of those that were answered
    """
    results = []
    sittings = {sitting.id for sitting, _ in questions}
    try:
        for place, (sitting, question) in enumerate(questions, start=1):
            where = f" · {sitting.number} {sitting.title}" if len(sittings) > 1 else ""
            print(f"\n---- {place} of {len(questions)}{where}\n")
            correct, answer = _ask(question)
            results.append((sitting, question, correct))
            _store(sitting, question, correct, answer)
    except screen.Ended:
        print(f"\nstopped after {len(results)} of {len(questions)}; what you answered is kept")
    return results


def print_score(results):
    """How many were right, and which to look at again."""
    if not results:
        return
    print(f"\n{sum(correct for _, _, correct in results)} of {len(results)} right")
    wrong = {}
    for sitting, question, correct in results:
        if not correct:
            wrong.setdefault(sitting, []).append(str(question.number))
    for sitting, questions in wrong.items():
        read = commands.typed("lesson", **commands.where(sitting.katas[0]))
        of = f"{sitting.id}: " if len(wrong) > 1 else ""
        print(f"to look at again: {of}{', '.join(questions)}   {read}")


def _ask(question):
    """Ask one question and show its answer; returns whether it was right, and what was said."""
    screen.markdown(question.text)
    _print_choices(question)
    given = _answer_to(question)
    if question.kind == "open":
        print("\na model answer:\n")
        screen.markdown(question.answer)
        return bool(given) and screen.confirm("\ndid yours say the same?"), given
    right = bool(given) and quiz.is_right(question, given)
    print("\nright" if right else f"\n{'skipped' if not given else 'not quite'}")
    if given and not right and (says := quiz.meaning(question, given)):
        screen.markdown(f"{given}: {says}")
    if not right:
        chosen = question.choices.get(question.answer)
        also = ", ".join(question.accepted[1:]) if question.kind == "word" else ""
        screen.markdown(
            f"The answer is {question.answer}"
            + (f") {chosen}" if chosen else "")
            + (f"; also right: {also}" if also else "")
        )
    if question.explanation:
        print()
        screen.markdown(question.explanation)
    return right, given


def _answer_to(question):
    wanted = _wanted(question)
    prompt = f"\nyour answer ({wanted}): "
    while (given := screen.ask(prompt)) and not quiz.is_understood(question, given):
        prompt = f"that was not {wanted}; once more, or Enter to skip: "
        if question.kind == "letter":
            prompt = f"please type one of {', '.join(question.choices)}, or Enter to skip: "
    return given


def _wanted(question):
    return _WANTED.get(question.kind) or f"a letter: {', '.join(question.choices)}"


def _print_choices(question):
    if question.choices:
        print()
    for letter, text in question.choices.items():
        print(screen.wrapped(f"{letter}) {text}", indent="  ", hanging="   "))


def _store(sitting, question, correct, answer):
    before = quiz.last_answer(sitting, question)
    result = {"asked": question.asked, "correct": correct, "answer": answer, "when": store.now()}
    step = schedule.step_of(before, otherwise=0 if before.get("correct") is False else None)
    if not correct:
        result["step"] = 0
    elif step is not None:  # it was wrong before
        result["step"] = schedule.step_after(step, before.get("when"), date.today())
    store.save_answer(sitting, question.number, result)


def answer_command(choice, number, given, judged):
    """Judge one answer that was given elsewhere, keep the first, and say what it means; 0.

    given   the answer; of an open question, which somebody has to judge, it may be left out
    judged  "right" or "wrong" for an open question, None for any other

    With neither, the question is shown. The right answer is not shown to one that is wrong. An
    answer that cannot be judged is not kept: then a line says why, and the result is 2.
    """
    sitting = choice.one_sitting()
    questions = {question.number: question for question in quiz.load(sitting) or ()}
    if number not in questions:
        there = ", ".join(map(str, questions)) or "none yet"
        raise course.UnknownName(f"quiz {sitting.id} has no question {number}; there are: {there}")
    question, refused = questions[number], None
    if given is None and judged is None:
        screen.markdown(f"{question.number}. {question.text}")
        _print_choices(question)
        return 0
    if question.kind == "open":
        if judged is None:
            place = {**commands.where(sitting.katas[0]), "QUESTION": str(number)}
            how = commands.typed("quiz", **place, JUDGED="right")
            refused = f"is open: judge the answer, and say so ({how}, or wrong)"
    elif judged is not None or not given:
        refused = "is judged here: give the answer alone"
    elif not quiz.is_understood(question, given):
        refused = f"wants {_wanted(question)}"
    if refused:
        print(f"question {number} of {sitting.id} {refused}", file=sys.stderr)
        return 2
    right = judged == "right" if judged else quiz.is_right(question, given)
    if _is_first(quiz.last_answer(sitting, question)):
        _store(sitting, question, right, given or "")
    print("right" if right else "not quite")
    said = question.explanation if right else quiz.meaning(question, given or "")
    if not said:
        said = f"to look at again: {commands.typed('lesson', **commands.where(sitting.katas[0]))}"
    print(f"\n{said}")
    return 0


def _is_first(before):
    """True if nothing was answered before, or what was answered is due to be asked again."""
    step = schedule.step_of(before, otherwise=0 if before.get("correct") is False else None)
    if step is None:
        return not before
    due = schedule.due_on(before.get("when"), step)
    return due is not None and due <= date.today()
