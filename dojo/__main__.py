"""The command line: `python -m dojo COMMAND`, with or without make in front of it."""

import argparse
import os
import sys

from dojo import (
    attempt,
    choice,
    course,
    current,
    editor,
    handout,
    help,
    hints,
    lesson,
    progress,
    quiz_session,
    review,
    screen,
    status,
    tree,
    update,
)
from dojo.compare.command import compare_command
from dojo.watch.command import watch_command

COMMANDS = {
    "help": "list all commands",
    "next": "the first red kata in course order: its specs, lesson and file",
    "watch": "the current kata again at each save",
    "progress": "all sections, and what is next; or all of it to a file, and from one",
    "status": "the state of all that, as JSON for programs",
    "open": "a kata in your editor, at its line",
    "hint": "the next hint for a kata",
    "lesson": "the theory of a section",
    "experiment": "the experiment of a section",
    "study": "lessons, katas, hints and quiz in a browser, live at each save",
    "site": "the lessons as pages, for a browser and for a web server",
    "milestone": "what a phase leads to, trained and measured",
    "compare": "where libraries disagree with a section, run on those that are installed",
    "quiz": "the quiz of a section",
    "review": "what is due to be done again; with a kata, once more in a scratch copy",
    "solution": "the reference for a kata, if you want to see it",
    "skip": "pass over a kata that you know: it is not next, and not green",
    "reset": "the stub of a kata or of a whole section again; your attempts are kept",
    "stubs": "bring katas/ up to date with solutions/",
    "grade": "a folder of submissions, by the specs of this course: for teachers",
    "handout": "a copy of the course to give out, without the reference: for teachers",
    "update": "the newest course without losing your work",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        """One line, without the usage."""
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments=None):
    """Run one command and return its exit code."""
    screen.prepare()
    arguments = sys.argv[1:] if arguments is None else arguments
    command, *rest = arguments or ["help"]
    if command in ("-h", "--help"):
        command = "help"
    if command not in COMMANDS:
        print(f"there is no command {command}; there are: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    options = _parser(command).parse_args(rest)
    try:
        chosen = None if command in ("compare", "grade", "handout") else choice.choose(options)
        code = _run(command, chosen, options)
        sys.stdout.flush()
        return code
    except (course.UnknownName, tree.Refused) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # as in `progress | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a full disk, or a tree that may not be written to
        print(f"this cannot be done: {error}", file=sys.stderr)
        return 1


def _parser(command):
    parser = _Parser(
        prog=f"python -m dojo {command}", description=COMMANDS[command], allow_abbrev=False
    )
    if command == "grade":
        parser.add_argument("folder", nargs="?", help="of submissions; else submissions/")
        parser.add_argument("--out", help="the table; else grades.csv")
    elif command == "handout":
        parser.add_argument("folder", nargs="?", help="a new one, beside the course")
    else:
        parser.add_argument("name", nargs="*", help="a section such as 1.2, or a kata")
    if command == "handout":
        return parser
    parser.add_argument("--phase", help=f"1 to {course.PHASES}")
    parser.add_argument("--section", help="1.2, or 2 with --phase 1")
    if command != "grade":
        parser.add_argument("--kata", help="Value.tanh, or '1.2 Value.tanh'")
    if command in ("next", "watch", "study"):
        parser.add_argument("--given", help="the reference up to this section")
    if command == "status":
        parser.add_argument("--json", action="store_true", help="as status.schema.json says")
    if command == "progress":
        travels = parser.add_mutually_exclusive_group()
        travels.add_argument("--export", metavar="FILE", help="your katas and what is remembered")
        travels.add_argument("--import", metavar="FILE", dest="import_", help="what it holds")
    if command == "skip":
        parser.add_argument("--undo", action="store_true", help="take it back")
    if command == "quiz":
        parser.add_argument("--question", type=int, help="judge and keep one answer to this")
        parser.add_argument("--answer", help="what was answered")
        parser.add_argument("--judged", choices=("right", "wrong"), help="of an open question")
    if command == "compare":
        parser.add_argument("--with", dest="libraries", help="'torch jax keras'; else all")
        parser.add_argument("--page", action="store_true", help="write lessons/conventions.md")
    if command in ("experiment", "milestone", "compare"):
        parser.add_argument("--mine", action="store_true", help="on your katas")
    if command in ("experiment", "milestone"):
        parser.add_argument("--data", metavar="FILE", help="your own text, not the course's names")
    if command == "stubs":
        parser.add_argument("--check", action="store_true", help="write nothing")
    return parser


def _run(command, chosen, options):
    match command:
        case "help":
            return help.help_command()
        case "next":
            return current.next_command(chosen)
        case "watch":
            return watch_command(chosen)
        case "progress":
            return progress.progress_command(chosen, options.export, options.import_)
        case "status":
            return status.status_command(chosen, options.json)
        case "open":
            return editor.open_command(chosen)
        case "hint":
            return hints.hint_command(chosen)
        case "lesson":
            return lesson.lesson_command(chosen)
        case "experiment":
            return lesson.experiment_command(chosen, options.mine, options.data)
        case "study" | "site":
            return _pages(command, chosen, options)
        case "milestone":
            return lesson.milestone_command(chosen, options.mine, options.data)
        case "compare":
            return compare_command(options)
        case "quiz" if options.question is not None:
            return quiz_session.answer_command(
                chosen, options.question, options.answer, options.judged
            )
        case "quiz":
            return quiz_session.quiz_command(chosen)
        case "review":
            return review.review_command(chosen)
        case "solution":
            return attempt.solution_command(chosen)
        case "skip":
            return attempt.skip_command(chosen, options.undo)
        case "reset":
            return attempt.reset_command(chosen)
        case "stubs":
            return attempt.stubs_command(options.check)
        case "grade":
            from dojo.grade.command import grade_command

            return grade_command(options.folder, options.out, options.phase, options.section)
        case "handout":
            return handout.handout_command(options.folder)
        case "update":
            return update.update_command()


def _pages(command, chosen, options):
    """The commands whose packages nothing else needs: they are imported only here."""
    try:
        from dojo.study.command import study_command
        from dojo.study.site import site_command
    except ModuleNotFoundError as error:
        print(
            f"this needs the package {error.name.partition('.')[0]}: python -m pip install -e .",
            file=sys.stderr,
        )
        return 1
    if command == "site":
        return site_command()
    return study_command(chosen, any((options.name, options.section, options.kata)))


if __name__ == "__main__":
    sys.exit(main())
