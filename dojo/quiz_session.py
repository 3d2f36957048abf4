"""A quiz in the terminal: a question, an answer, and what it means."""

import sys

from dojo import commands, course, judge, lesson, quiz, screen


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
            judge.keep(sitting, question, correct, answer)
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
    wanted = judge.wanted(question)
    prompt = f"\nyour answer ({wanted}): "
    while (given := screen.ask(prompt)) and not quiz.is_understood(question, given):
        prompt = f"that was not {wanted}; once more, or Enter to skip: "
        if question.kind == "letter":
            prompt = f"please type one of {', '.join(question.choices)}, or Enter to skip: "
    return given


def _print_choices(question):
    if question.choices:
        print()
    for letter, text in question.choices.items():
        print(screen.wrapped(f"{letter}) {text}", indent="  ", hanging="   "))


def answer_command(choice, number, given, judged):
    """Judge one answer that was given elsewhere, keep the first, and say what it means; 0.

    given   the answer; of an open question, which somebody has to judge, it may be left out
    judged  "right" or "wrong" for an open question, None for any other

    With neither, the question is shown. The right answer is not shown to one that is wrong. An
    answer that cannot be judged is not kept: then a line says why, and the result is 2.

    course.UnknownName if only a section was named that has several quizzes.
    """
    sitting = choice.one_sitting()
    if not choice.kata and (others := lesson.other_sittings(sitting, "quiz")):
        own = commands.typed("quiz", **commands.where(sitting.katas[0]))
        lines = [f"say which quiz of {sitting.number} that is:", f"  {own}  {sitting.title}"]
        raise course.UnknownName("\n".join([*lines, *others[1:]]))
    question = judge.find(sitting, number)
    if given is None and judged is None:
        screen.markdown(f"{question.number}. {question.text}")
        _print_choices(question)
        return 0
    if question.kind == "open" and judged is None:
        place = {**commands.where(sitting.katas[0]), "QUESTION": str(number)}
        how = commands.typed("quiz", **place, JUDGED="right")
        return _refuse(
            sitting, question, f"is open: judge the answer, and say so ({how}, or wrong)"
        )
    try:
        right, said = judge.judge(sitting, question, given, judged)
    except judge.NotUnderstood as error:
        return _refuse(sitting, question, error)
    print("right" if right else "not quite")
    if not said:
        said = f"to look at again: {commands.typed('lesson', **commands.where(sitting.katas[0]))}"
    print(f"\n{said}")
    return 0


def _refuse(sitting, question, why):
    print(f"question {question.number} of {sitting.id} {why}", file=sys.stderr)
    return 2
