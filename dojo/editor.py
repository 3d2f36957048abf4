"""The learner's editor: which one it is, and how it is asked to open a file at a line.

It is the first of these that says one:

    DOJO_EDITOR               vscode, cursor, pycharm, none, or a command
    the terminal we are in    that of VS Code, Cursor or PyCharm
    VISUAL, EDITOR            a command
    what runs                 VS Code, Cursor or PyCharm
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from dojo import course, current

# name: what its command is called, the words behind it, its address
EDITORS = {
    "vscode": ("code", ["--goto", "{file}:{line}"], "vscode://file{path}:{line}"),
    "cursor": ("cursor", ["--goto", "{file}:{line}"], "cursor://file{path}:{line}"),
    "pycharm": (
        "pycharm",
        ["--line", "{line}", "{file}"],
        "pycharm://open?file={path}&line={line}",
    ),
}
_PLUS = (
    "vi",
    "vim",
    "nvim",
    "gvim",
    "nano",
    "emacs",
    "emacsclient",
    "micro",
    "kak",
    "joe",
    "gedit",
)
_COLON = ("subl", "zed", "hx")
_RUNNING = {
    "cursor": r"(^|/)cursor$|Cursor\.app/",
    "vscode": r"(^|/)code$|Visual Studio Code\.app/",
    "pycharm": r"(^|/)pycharm(64)?(\.sh)?$|PyCharm[^/]*\.app/",
}


def found(environment=None, running=None):
    """The name of an editor in EDITORS, a command, or "none".

    environment  the variables to look at; os.environ if left out
    running      gives the names of all processes, a line each; asked only if nothing else helps
    """
    variables = os.environ if environment is None else environment
    for said in (
        variables.get("DOJO_EDITOR"),
        _terminal(variables),
        variables.get("VISUAL"),
        variables.get("EDITOR"),
    ):
        if said and said.strip():
            return _named(said.strip())
    names = (running or _processes)()
    there = (name for name, sign in _RUNNING.items() if re.search(sign, names, re.MULTILINE))
    return next(there, "none")


def address(editor, path, line):
    """The link that opens a file at a line; None if the editor has no such links."""
    if editor not in EDITORS:
        return None
    slashes = path.as_posix() if path.as_posix().startswith("/") else f"/{path.as_posix()}"
    return EDITORS[editor][2].format(path=quote(slashes, safe="/:"), line=line)


def command(editor, path, line):
    """The words that open a file at a line on a command line; None if there is no command."""
    if editor in EDITORS:
        program, words, _ = EDITORS[editor]
        if not shutil.which(program):
            return None
        return [program, *(word.format(file=path, line=line) for word in words)]
    try:
        words = shlex.split(editor, posix=os.name != "nt")
    except ValueError:
        return None
    if editor == "none" or not words or not shutil.which(words[0]):
        return None
    name = Path(words[0]).stem
    if name in _PLUS:
        return [*words, f"+{line}", str(path)]
    return [*words, f"{path}:{line}" if name in _COLON else str(path)]


def open_command(choice):
    """Open the file of the kata that was named, or is next, at its line; 0 if that was done."""
    kata = choice.one_kata()
    if kata is None:
        current.say_that_all_is_green(choice.sections)
        return 0
    editor, path = found(), course.ROOT / kata.file
    print(f"{kata.id}  {kata.file}:{kata.line}", flush=True)
    if words := command(editor, path, kata.line):
        return subprocess.run(words).returncode
    if (link := address(editor, path, kata.line)) and (words := _opener(link)):
        return subprocess.run(words, stderr=subprocess.DEVNULL).returncode
    if editor == "none":
        print("no editor is known: set VISUAL, or DOJO_EDITOR to vscode, cursor or pycharm")
    else:
        print(f"{editor} cannot be started: is it on the PATH?")
    return 1


def _opener(link):
    """The words by which the system opens a link."""
    if sys.platform == "win32":
        return ["explorer", link]
    program = "open" if sys.platform == "darwin" else "xdg-open"
    return [program, link] if shutil.which(program) else None


def _terminal(variables):
    if variables.get("TERMINAL_EMULATOR") == "JetBrains-JediTerm":
        return "pycharm"
    if variables.get("TERM_PROGRAM") == "vscode":
        return "cursor" if "CURSOR_TRACE_ID" in variables else "vscode"
    return None


def _named(said):
    """The editor that a command starts, if it is one of EDITORS; else the command as it is."""
    name = Path(re.split(r"\s", said)[0]).stem.lower()
    commands = {"code": "vscode", "charm": "pycharm", "pycharm64": "pycharm"}
    name = commands.get(name, name)
    return name if name in (*EDITORS, "none") else said


def _processes():
    if not shutil.which("ps"):
        return ""
    return subprocess.run(["ps", "-A", "-o", "comm="], capture_output=True, text=True).stdout
