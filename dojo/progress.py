"""How far the learner has come, for people; `dojo.status` says it to programs."""

from dojo import current, hints, report, store
from dojo.quiz import load


def progress_command(choice):
    """Show bars, quiz scores, hints taken, and what is next; 0."""
    upcoming = current.kata(choice.sections)
    green = store.green()
    if choice.sections:
        bars = report.progress_bars(choice.sections, green).splitlines()
        remarks = [_remarks(section) for section in choice.sections]
        for bar, remark in zip(bars, remarks):
            print(f"{bar}   {remark}".rstrip())
        print()
    for line in report.next_step(upcoming, green):
        print(line)
    if away := current.phases_not_here():
        print(away)
    return 0


def quiz_score(section):
    """{"questions", "answered", "right", "wrong"} for a section's quiz; None if it has none.

    "wrong" lists the numbers of the questions whose answer was not right.
    """
    questions = load(section)
    if questions is None:
        return None
    results = store.load("quiz").get(section.number)
    results = results if isinstance(results, dict) else {}
    right = {
        question.number: results[str(question.number)].get("correct") is True
        for question in questions
        if isinstance(results.get(str(question.number)), dict)
    }
    return {
        "questions": len(questions),
        "answered": len(right),
        "right": sum(right.values()),
        "wrong": [number for number, is_right in right.items() if not is_right],
    }


def _remarks(section):
    taken = sum(hints.taken(kata) for kata in section.katas)
    said = [f"{taken} hint{'s' if taken != 1 else ''}"] if taken else []
    score = quiz_score(section)
    if score and score["answered"]:
        said.append(f"quiz {score['right']} of {score['questions']}")
    return "   ".join(said)
