"""Which editor it is, and how a kata is opened in it."""

import os
import stat
from pathlib import Path, PureWindowsPath

import pytest

from dojo import editor
from tests.support.invented import build

WINDOWS = PureWindowsPath("C:\\home of mine\\value.py")
FILE = Path("/home of mine/katas/value.py")


@pytest.mark.parametrize(
    ("variables", "running", "wanted"),
    [
        ({"DOJO_EDITOR": "cursor", "TERM_PROGRAM": "vscode", "EDITOR": "vim"}, "code", "cursor"),
        ({"DOJO_EDITOR": "none", "EDITOR": "vim"}, "code", "none"),
        ({"TERM_PROGRAM": "vscode", "EDITOR": "vim"}, "", "vscode"),
        ({"TERM_PROGRAM": "vscode", "CURSOR_TRACE_ID": "1"}, "", "cursor"),
        ({"TERMINAL_EMULATOR": "JetBrains-JediTerm"}, "", "pycharm"),
        ({"VISUAL": "/usr/bin/code --wait", "EDITOR": "vim"}, "", "vscode"),
        ({"VISUAL": " ", "EDITOR": "nvim -R"}, "", "nvim -R"),
        ({}, "bash\ncode\ncode", "vscode"),
        ({}, "/Applications/Cursor.app/Contents/MacOS/Cursor\n", "cursor"),
        ({}, "bash\npycharm\n", "pycharm"),
        ({}, "bash\nencode\ncode-of-conduct", "none"),
    ],
)
def test_the_editor_is_the_first_that_is_said(variables, running, wanted):
    assert editor.found(variables, lambda: running) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("vscode", "vscode://file/home%20of%20mine/katas/value.py:7"),
        ("cursor", "cursor://file/home%20of%20mine/katas/value.py:7"),
        ("pycharm", "pycharm://open?file=/home%20of%20mine/katas/value.py&line=7"),
        ("vim", None),
        ("none", None),
    ],
)
def test_a_link_opens_the_file_at_its_line(name, wanted):
    assert editor.address(name, FILE, 7) == wanted


def test_a_drive_stands_in_a_link_as_it_is():
    assert editor.address("vscode", WINDOWS, 7) == "vscode://file/C:/home%20of%20mine/value.py:7"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("vscode", ["code", "--goto", f"{FILE}:7"]),
        ("pycharm", ["pycharm", "--line", "7", str(FILE)]),
        ("nvim -R", ["nvim", "-R", "+7", str(FILE)]),
        ("subl -n", ["subl", "-n", f"{FILE}:7"]),
        ("notes", ["notes", str(FILE)]),
        ("vim 'unfinished", None),
        ("none", None),
    ],
)
def test_a_command_opens_the_file_at_its_line(monkeypatch, name, wanted):
    monkeypatch.setattr(editor.shutil, "which", lambda program: program)
    assert editor.command(name, FILE, 7) == wanted


@pytest.mark.skipif(os.name == "nt", reason="the editor is a shell script")
def test_the_kata_that_is_next_is_opened(tmp_path):
    demo = build(tmp_path / "course")
    program = tmp_path / "vim"
    program.write_text('#!/bin/sh\necho "opened $@"\nexit 3\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    ran = demo.dojo("open", DOJO_EDITOR="vim", PATH=f"{tmp_path}:{os.environ['PATH']}")
    where = demo.folder / "katas/phase1_demo/value.py"
    assert f"opened +11 {where}" in ran.stdout and ran.returncode == 3, ran.stderr
    assert "1.1 Value.__init__  katas/phase1_demo/value.py:11" in ran.stdout
    ran = demo.dojo("open", "climb", DOJO_EDITOR="vim", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert "steps.py" in ran.stdout


@pytest.mark.parametrize(("name", "says"), [("none", "no editor is known"), ("ed9", "on the PATH")])
def test_without_an_editor_the_place_is_said(tmp_path, name, says):
    ran = build(tmp_path / "course").dojo("open", DOJO_EDITOR=name)
    assert ran.returncode == 1 and says in ran.stdout
    assert "katas/phase1_demo/value.py:11" in ran.stdout
