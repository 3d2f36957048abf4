"""Review: what is due to be done again, and a kata done again beside the solved one.

A kata is redone in a scratch copy of its module, `.dojo/review/1.2-Value.tanh/value.py`, in which
it is a stub again and all others are the learner's. When they are due, dojo.schedule says.
"""

from dataclasses import dataclass
from datetime import date, datetime

from dojo import (
    commands,
    course,
    current,
    files,
    hints,
    quiz,
    quiz_session,
    schedule,
    screen,
    store,
    stubs,
)
from dojo import tree as trees


@dataclass(frozen=True)
class Item:
    """Something that comes again on a day: a kata, or a question of a sitting's quiz."""

    on: date
    why: str
    kata: course.Kata | None = None
    sitting: course.Sitting | None = None
    question: quiz.Question | None = None

    @property
    def id(self):
        if self.kata:
            return self.kata.id
        return f"{self.sitting.id} question {self.question.number}"


def due(now=None):
    """What is due, the longest due first.

    now  a datetime; the present one if it is left out
    ->   [{"kind": "kata" or "question", "id": "1.2 Value.tanh" or "1.2 question 3",
           "since": the date from which it is due, "why": a few words}]
    """
    today = (now or datetime.now()).date()
    return [
        {
            "kind": "kata" if item.kata else "question",
            "id": item.id,
            "since": item.on.isoformat(),
            "why": item.why,
        }
        for item in _items(course.sections(), today)
        if item.on <= today
    ]


def review_command(choice):
    """Say what is due and ask the questions, or begin or check the kata that was named."""
    current.restore()
    if choice.kata:
        begun = "begun" in store.review(choice.kata) and trees.copy_of(choice.kata).exists()
        return _check(choice.kata) if begun else _begin(choice.kata)
    today = date.today()
    items = _items(choice.sections, today)
    katas = [item for item in items if item.kata and item.on <= today]
    questions = [item for item in items if item.question and item.on <= today]
    if not katas and not questions:
        print("nothing is due for review")
        if items:
            days = (items[0].on - today).days
            print(f"next: {items[0].id}, {'tomorrow' if days == 1 else f'in {days} days'}")
        return 0
    _print_due(katas, questions)
    if questions and screen.interactive():
        _ask(questions)
    elif questions:
        print(f"\nthe questions are asked in a terminal: {commands.typed('review')}")
    return 0


def _items(sections, today):
    """All that will come again, the first due first."""
    items = [item for section in sections for item in _of_katas(section, today)]
    sittings = [sitting for section in sections for sitting in section.sittings]
    items += [item for sitting in sittings for item in _of_quiz(sitting, today)]
    return sorted(items, key=lambda item: item.on)


def _of_katas(section, today):
    results, green = store.kata_results(), store.green()
    for kata in section.katas:
        entry = store.review(kata)
        if begun := entry.get("begun"):
            why = f"begun {schedule.ago(begun, today)}, not finished"
            yield Item(min(today, schedule.day(begun)), why, kata)
        elif kata.id in green:
            step, last = _standing(kata, results[kata.id])
            if on := schedule.due_on(last, step):
                done = "redone" if "last" in entry else "solved"
                why = f"{done} {schedule.ago(last, today)}{_with_help(_help(kata, entry))}"
                yield Item(on, why, kata)


def _of_quiz(sitting, today):
    questions = (quiz.load(sitting) or []) if store.answers(sitting) else []
    for question in questions:
        entry = quiz.last_answer(sitting, question)
        wrong = entry.get("correct") is False
        step = schedule.step_of(entry, otherwise=0 if wrong else None)
        if step is None:
            continue  # it was right at once
        if on := schedule.due_on(entry.get("when"), step):
            said = "answered wrongly" if wrong else "answered wrongly before, rightly"
            why = f"{said} {schedule.ago(entry.get('when'), today)}"
            yield Item(on, why, sitting=sitting, question=question)


def _standing(kata, result):
    """(the step that a kata is at, when it was last solved or redone)"""
    entry = store.review(kata)
    first = schedule.first_step(hints.taken(kata), "seen" in entry)
    last = entry.get("last") or result.get("solved") or result.get("when")
    return schedule.step_of(entry, otherwise=first), last


def _print_due(katas, questions):
    counts = [(len(katas), "kata"), (len(questions), "question")]
    said = [f"{n} {what}{'s' if n != 1 else ''}" for n, what in counts if n]
    print(f"due for review: {' and '.join(said)}\n")
    shown = [*katas[: screen.LINES], *questions[: screen.LINES]]
    wide, why = (max(len(getattr(item, name)) for item in shown) for name in ("id", "why"))
    for item in shown:
        how = commands.typed("review", KATA=commands.spoken(item.kata)) if item.kata else ""
        print(f"  {item.id:{wide}}  {item.why:{why}}  {how}".rstrip())
    if more := len(katas) + len(questions) - len(shown):
        print(f"  ... and {more} more after these")


def _ask(questions):
    try:
        one = len(questions) == 1
        if not screen.confirm(f"\nanswer the question{'' if one else 's'} now?"):
            return
    except screen.Ended:
        return
    results = quiz_session.ask([(item.sitting, item.question) for item in questions])
    quiz_session.print_score(results)


# ---- a kata


def _begin(kata):
    """Make the scratch copy, and say where it is and what to do with it."""
    result = store.kata_results().get(kata.id, {})
    if result.get("status") != "green":
        print(f"{kata.id} is not green, so there is nothing to redo yet: {kata.file}:{kata.line}")
        return 1
    copy = trees.copy_of(kata)
    try:
        text = stubs.begun_again(kata)
    except SyntaxError as error:
        print(f"{kata.file}:{error.lineno} does not parse ({error.msg}); mend that line first")
        return 1
    if copy.exists():
        files.keep(copy.read_text(encoding="utf-8"), f"{kata.section}-{kata.name}-review.py")
    files.write_whole(copy, text)
    step, last = _standing(kata, result)
    store.save_review(kata, {"step": step, "last": last, "begun": store.now()})
    print(f"{kata.id} once more, from memory. The one you solved stays as it is.\n")
    _print_how(kata)
    return 0


def _check(kata):
    """Run the specs on the scratch copy; returns the exit code of pytest."""
    code = current.run_pytest("--review", "--kata", kata.id).returncode
    if code:
        _print_how(kata)
        return code
    entry, today = store.review(kata), date.today()
    taken, seen = _help(kata, entry)
    step = schedule.step_of(entry, otherwise=0)
    if taken or seen:
        step = min(step, schedule.first_step(taken, seen))
    else:
        step = schedule.step_after(step, entry.get("last"), today)
    helped = {key: entry[key] for key in ("hints", "seen") if key in entry}
    store.save_review(kata, {"step": step, "last": store.now(), **helped})
    print(f"{kata.id} is green again{_with_help((taken, seen)) or ', without help'}. Well done!")
    if step < len(schedule.INTERVALS):
        days = schedule.INTERVALS[step]
        print(f"it comes again {'tomorrow' if days == 1 else f'in {days} days'}")
    else:
        print("it will not come again: this one you know")
    print(f"to compare: {kata.file}:{kata.line} and {trees.copy_place(kata)}")
    return 0


def _print_how(kata):
    name = commands.spoken(kata)
    print(f"  open    {trees.copy_place(kata)}")
    print(f"  check   {commands.typed('review', KATA=name)}")
    print(f"  stuck?  {commands.typed('hint', KATA=name)}")


def _help(kata, entry):
    """(hints taken, whether the reference was seen): in its last review, or when it was solved."""
    in_review = "last" in entry
    taken = entry.get("hints", 0) if in_review else hints.taken(kata)
    return taken if isinstance(taken, int) else 0, "seen" in entry


def _with_help(help):
    taken, seen = help
    if seen:
        return ", after a look at the reference"
    return f" with {taken} hint{'s' if taken != 1 else ''}" if taken else ""
