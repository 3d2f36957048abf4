"""All commands, with make and without."""

from dojo import course, current, handout

# target, what may follow it, what it does, what follows `python -m` without make
COMMANDS = (
    ("test", "[PHASE=1] [SECTION=1.2] [KATA=name]", "the specs", "pytest --section 1.2"),
    ("next", "", "the first red kata: its specs, lesson and file", "dojo next"),
    ("watch", "", "that again at each save", "dojo watch"),
    ("progress", "", "how many katas of each section are green", "dojo progress"),
    ("progress", "EXPORT=file", "that, and your katas, in one file", "dojo progress --export file"),
    ("progress", "IMPORT=file", "what is in such a file", "dojo progress --import file"),
    ("status", "", "the same and more, as JSON for programs", "dojo status --json"),
    ("open", "[KATA=name]", "a kata in your editor, at its line", "dojo open Value.tanh"),
    ("hint", "[KATA=name]", "the next hint for a kata", "dojo hint Value.tanh"),
    ("lesson", "[SECTION=1.2]", "the theory of a section", "dojo lesson 1.2"),
    ("experiment", "[SECTION=1.2] [MINE=1]", "its experiment", "dojo experiment 1.2 [--mine]"),
    (
        "experiment",
        "SECTION=4.2 DATA=file",
        "the same, on any text of yours",
        "dojo experiment 4.2 --data file",
    ),
    ("study", "[SECTION=1.2]", "all that in a browser, live at each save", "dojo study [1.2]"),
    ("site", "", "the lessons as pages of a web site", "dojo site"),
    ("milestone", "PHASE=4 [MINE=1] [DATA=file]", "what it leads to", "dojo milestone --phase 4"),
    (
        "compare",
        "[SECTION=3.3] [WITH='torch jax'] [MINE=1]",
        "where libraries disagree, run again",
        "dojo compare 3.3 [--with torch] [--mine]",
    ),
    ("quiz", "[SECTION=1.2] [QUESTION=3 ANSWER=b]", "its quiz, or one answer", "dojo quiz 1.2"),
    ("review", "[KATA=name]", "what is due to be done again", "dojo review [Value.tanh]"),
    ("solution", "[KATA=name]", "the reference for a kata", "dojo solution Value.tanh"),
    ("skip", "KATA=name [UNDO=1]", "pass over what you know", "dojo skip Value.tanh [--undo]"),
    ("reset", "KATA=name", "its stub again; your attempt is kept", "dojo reset Value.tanh"),
    ("reset", "SECTION=1.2", "all stubs of a section again, as above", "dojo reset 1.2"),
    ("update", "", "the newest course, with your work", "dojo update"),
    (
        "grade",
        "DIR=submissions [OUT=grades.csv]",
        "a class's katas, for teachers",
        "dojo grade submissions [--out grades.csv]",
    ),
    (
        "handout",
        "DIR=../handout",
        "a copy to give out, no answers in it",
        "dojo handout ../handout",
    ),
    ("check", "", "all that the course promises", "pytest tests"),
    ("mutants", "", "the specs on broken references", "tests.mutants"),
    ("bench", "[ROWS='moons watch'] [MINE=1]", "speed beside peers'; yours", "tests.bench [moons]"),
    ("clean", "", "remove what can be made again", ""),
)


def help_command():
    """List the commands and say what of the course is still to come; 0."""
    here = COMMANDS
    if not course.has_reference():
        here = [command for command in COMMANDS if command[0] not in handout.NEED_TESTS]
    typed = [f"make {target} {options}".strip() for target, options, _, _ in here]
    width = max(map(len, typed))
    for command, (_, _, says, _) in zip(typed, here):
        print(f"{command:{width}}  {says}")
    print("\nthe same without make, in the environment (.venv):\n")
    for _, _, _, python in here:
        if python:
            print(f"python -m {python}")
    if away := current.phases_not_here():
        print(f"\n{away}")
    return 0
