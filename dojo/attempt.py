"""A learner's attempt at a kata: begun again, passed over, or compared with the reference."""

from dojo import commands, course, current, hints, screen, settle, source, store, stubs


def solution_command(choice):
    """Show the reference for one kata to somebody who says that they want to see it."""
    kata = choice.one_kata()
    if kata is None:
        raise course.UnknownName("every kata here is green; say which one to show")
    path = course.reference(kata.module)
    file = path.relative_to(course.ROOT).as_posix()
    line = source.line_of(path, kata.name)
    if not screen.interactive():
        print(f"the reference for {kata.id} is at {file}:{line}; it is shown in a terminal only")
        return 1
    there = hints.hints_of(kata)
    left = len(there) - hints.taken_now(kata)
    if kata.id not in store.green() and left > 0:
        hint = commands.typed("hint", KATA=commands.spoken(kata))
        print(f"{kata.id} is not green yet, and {left} of its {len(there)} hints are left: {hint}")
    try:
        if not screen.confirm(f"show the reference for {kata.id}?"):
            return 0
    except screen.Ended:
        return 0
    found = source.definitions(source.read(path))[kata.name]
    print(f"\n{file}:{line}\n\n{found.source.rstrip()}")
    review = store.review(kata)
    if kata.id not in store.green() or "begun" in review:
        store.save_review(kata, {**review, "seen": store.now()})  # it comes again sooner
    return 0


def reset_command(choice):
    """Put the stub of a kata, or those of a whole section, back; say where the attempts are."""
    katas = [choice.kata] if choice.kata else choice.section and choice.section.katas
    if katas is None:
        command = commands.typed("reset", KATA="Value.tanh")
        raise course.UnknownName(f"say which kata or section to begin again, as in: {command}")
    for kata in katas:  # all of them can be, before the first one is
        if not (course.ROOT / kata.file).exists():
            print(f"{kata.file} is missing; this writes it again: python -m dojo stubs")
            return 1
        try:
            stubs.begun_again(kata)
        except SyntaxError as error:
            print(
                f"{kata.file}:{error.lineno} does not parse ({error.msg}), so nobody can say where "
                f"the attempt ends; nothing was changed. Mend that line or comment it out, and "
                f"then reset again."
            )
            return 1
    begun = [_reset(kata) for kata in katas]
    if not any(begun):
        first = katas[0]
        what = f"{first.id} is a stub" if choice.kata else f"every kata of {first.section} is one"
        print(f"{what} already: {first.file}:{first.line}")
    return 0


def _reset(kata):
    """Put the stub of one kata back; False if it is its stub already."""
    if (kept := stubs.reset(kata)) is None:
        return False
    store.forget(kata)
    print(f"{kata.id} is a stub again: {kata.file}:{kata.line}")
    print(f"your attempt is kept in {kept.relative_to(course.ROOT).as_posix()}")
    return True


def skip_command(choice, undo=False):
    """Pass over a kata that the learner knows, so that another is next, or take that back."""
    kata = choice.kata
    if kata is None:
        command = commands.typed("skip", KATA="Value.tanh")
        raise course.UnknownName(f"say which kata to skip, as in: {command}")
    current.restore()
    back = commands.typed("skip", KATA=commands.spoken(kata), UNDO=1)
    if kata.id in store.green():
        print(f"{kata.id} is green: there is nothing to skip")
    elif undo:
        was = kata.id in store.skipped()
        store.put_back([kata.id])
        print(f"{kata.id} waits for you again" if was else f"{kata.id} is not skipped")
    else:
        store.skip(kata)
        print(f"{kata.id} is skipped: it is not green, and not next any more.")
        print(f"What calls it will say so. To take this back, solve it, or: {back}")
    print()
    print("\n".join(commands.next_step(current.kata())))
    return 0


def stubs_command(check=False):
    """Bring katas/ up to date with the reference, or only check that it is; 1 if it is not."""
    if not course.has_reference():
        raise course.NoReference
    if not check:
        for line in stubs.write():
            print(f"written: {line}")
        for line in settle.settle():
            print(line)
    problems = stubs.check()
    for line in problems:
        print(line)
    if not problems:
        print("katas/ is up to date")
    return 1 if problems else 0
