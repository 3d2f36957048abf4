"""How far the learner has come, for people and, with --json, for programs."""

import json

from dojo import course, current, hints, report, store
from dojo.quiz import load


def progress_command(choice, as_json=False):
    """Show bars, quiz scores, hints taken, and what is next; 0.

    as_json  one JSON object instead:
        sections     [{number, title, done, total, katas, quiz}], in course order, where
                     katas  [{id, status, specs, passed, message, when, hints, file, line}]
                            status: "green", "red", "blocked", "not started", or null if it
                            has not run; specs, passed, message, when: of the last run;
                            hints: how many were taken
                     quiz   {questions, answered, right}; null if the section has none
        next         the id of the first kata that is not green, or null
        not_here_yet [numbers of the phases that are still to come]
    """
    upcoming = current.kata(choice.sections)
    green = store.green()
    if as_json:
        print(json.dumps(_as_data(choice.sections, upcoming), indent=1, ensure_ascii=True))
        return 0
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
    """{"questions", "answered", "right"} for a section's quiz; None if it has none."""
    questions = load(section)
    if questions is None:
        return None
    results = store.load("quiz").get(section.number)
    numbers = {str(question.number) for question in questions}
    known = [
        result
        for number, result in (results.items() if isinstance(results, dict) else ())
        if number in numbers and isinstance(result, dict)
    ]
    right = sum(result.get("correct") is True for result in known)
    return {"questions": len(questions), "answered": len(known), "right": right}


def _remarks(section):
    taken = sum(hints.taken(kata) for kata in section.katas)
    said = [f"{taken} hint{'s' if taken != 1 else ''}"] if taken else []
    score = quiz_score(section)
    if score and score["answered"]:
        said.append(f"quiz {score['right']} of {score['questions']}")
    return "   ".join(said)


def _as_data(sections, upcoming):
    results = store.kata_results()
    away = {section.phase for section in course.sections()}
    return {
        "sections": [_section_data(section, results) for section in sections],
        "next": upcoming and upcoming.id,
        "not_here_yet": [n for n in range(1, course.PHASES + 1) if n not in away],
    }


def _section_data(section, results):
    katas = []
    for kata in section.katas:
        result = results.get(kata.id, {})
        katas.append(
            {
                "id": kata.id,
                **{key: result.get(key) for key in ("status", "specs", "passed", "message")},
                "when": result.get("when"),
                "hints": hints.taken(kata),
                "file": kata.file,
                "line": kata.line,
            }
        )
    return {
        "number": section.number,
        "title": section.title,
        "done": sum(kata["status"] == "green" for kata in katas),
        "total": len(katas),
        "katas": katas,
        "quiz": quiz_score(section),
    }
