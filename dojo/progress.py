"""How far the learner has come, for people; `dojo.status` says it to programs."""

from dojo import commands, current, hints, quiz, screen, store, transfer


def progress_command(choice, export=None, import_=None):
    """Show bars, quiz scores, hints taken, and what is next; 0.

    export, import_  a file that all of it is written to, or taken from, instead
    """
    if export is not None:
        return transfer.export_command(export)
    if import_ is not None:
        return transfer.import_command(import_)
    upcoming = current.kata(choice.sections)
    green = store.green()
    if choice.sections:
        bars = screen.progress_bars(choice.sections, green, store.unknown(), store.skipped())
        for bar, section in zip(bars.splitlines(), choice.sections):
            print(f"{bar}   {_remarks(section.katas, section.sittings)}".rstrip())
            if len(section.sittings) > 1:
                _print_sittings(section.sittings, green)
        print()
    for line in commands.next_step(upcoming):
        print(line)
    if away := current.phases_not_here():
        print(away)
    return 0


def quiz_score(sitting):
    """{"questions", "answered", "right", "wrong"} for a sitting's quiz; None if it has none.

    "wrong" lists the numbers of the questions whose answer was not right.
    """
    questions = quiz.load(sitting)
    if questions is None:
        return None
    answers = {question.number: quiz.last_answer(sitting, question) for question in questions}
    right = {number: entry.get("correct") is True for number, entry in answers.items() if entry}
    return {
        "questions": len(questions),
        "answered": len(right),
        "right": sum(right.values()),
        "wrong": [number for number, is_right in right.items() if not is_right],
    }


def _print_sittings(sittings, green):
    """A line for each sitting of a section: its share of the katas, and how to read its page."""
    width = max(len(sitting.title) for sitting in sittings)
    for sitting in sittings:
        done = f"{sum(kata.id in green for kata in sitting.katas)} of {len(sitting.katas)}"
        read = commands.typed("lesson", **commands.where(sitting.katas[0]))
        remarks = _remarks(sitting.katas, [sitting])
        print(f"    {sitting.title:{width}}  {done:8}   {read}   {remarks}".rstrip())


def _remarks(katas, sittings):
    taken = sum(hints.taken(kata) for kata in katas)
    said = [f"{taken} hint{'s' if taken != 1 else ''}"] if taken else []
    scores = [score for sitting in sittings if (score := quiz_score(sitting))]
    if any(score["answered"] for score in scores):
        right, questions = (sum(s[key] for s in scores) for key in ("right", "questions"))
        said.append(f"quiz {right} of {questions}")
    return "   ".join(said)
