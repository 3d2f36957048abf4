"""The test explorer of an editor shows the katas: its settings, and the way it calls pytest.

The Python extension of VS Code runs `python -m pytest -p vscode_pytest --rootdir=… --collect-only
katas`, and for a run pytest.main with the ids of the specs. Its plugin, of which a small one stands
here in its place, builds its tree from the collected items when the session ends, and takes an
outcome from pytest_report_teststatus, once for each spec.
Source: microsoft/vscode-python, python_files/vscode_pytest/__init__.py.
"""

import json
import re
import subprocess
import sys

import pytest

from dojo import course as real
from tests.support.invented import build

PLUGIN = """
import json, os, pytest

OUTCOMES, ERRORS = {}, []

@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_report_teststatus(report, config):
    if report.when == "call" or (report.when == "setup" and report.skipped):
        OUTCOMES.setdefault(report.nodeid, []).append([report.outcome, report.longreprtext])
    yield

def pytest_exception_interact(node, call, report):
    if isinstance(report, pytest.CollectReport):
        ERRORS.append(report.longreprtext)

def pytest_sessionfinish(session, exitstatus):
    tree = [[str(item.path), *item.listnames()[-2:]] for item in session.items]
    said = {"tree": tree, "outcomes": OUTCOMES, "errors": ERRORS, "code": int(exitstatus)}
    with open(os.environ["TEST_RUN_PIPE"], "w") as file:
        json.dump(said, file)
"""
RUN = "import os, sys, pytest; sys.path.insert(0, os.getcwd()); pytest.main(sys.argv[1:])"


@pytest.fixture
def explorer(tmp_path):
    """(the course, a function that calls pytest as the extension does: what the plugin has got)."""
    course = build(tmp_path / "course")
    (tmp_path / "extension").mkdir()
    (tmp_path / "extension/vscode_pytest.py").write_text(PLUGIN)

    def call(start, *arguments):
        pipe = tmp_path / "pipe.json"
        pipe.unlink(missing_ok=True)
        where = {"PYTHONPATH": str(tmp_path / "extension"), "TEST_RUN_PIPE": str(pipe)}
        subprocess.run(
            [
                sys.executable,
                *start,
                "-p",
                "vscode_pytest",
                f"--rootdir={course.folder}",
                *arguments,
            ],
            cwd=course.folder,
            env=course.environment(**where),
            capture_output=True,
            check=False,
        )
        return json.loads(pipe.read_text())

    return course, call


def test_it_finds_each_kata_as_a_class_of_its_spec_file(explorer):
    _, call = explorer
    found = call(["-m", "pytest"], "--collect-only", "katas")
    assert found["errors"] == [] and found["code"] == 0
    classes = {(path.rpartition("/katas/")[2], name) for path, name, _ in found["tree"]}
    assert ("phase1_demo/test_1_counting.py", "TestPlus") in classes
    assert ("phase2_demo/test_1_heights.py", "TestHeight") in classes
    assert {path.partition("/")[0] for path, _ in classes} == {"phase1_demo", "phase2_demo"}


def test_a_run_gives_each_spec_one_outcome_in_our_words(explorer):
    course, call = explorer
    course.fill("Value.__init__", "self.data = data")
    course.fill("Value.plus", "return Value(self.data * other.data)")
    file = "katas/phase1_demo/test_1_counting.py"
    found = call(
        ["-c", RUN], f"{file}::TestInit", f"{file}::TestPlus::test_two_and_three_make_five"
    )
    assert all(len(outcomes) == 1 for outcomes in found["outcomes"].values())
    said = {node.rpartition("::")[2]: outcome[0] for node, outcome in found["outcomes"].items()}
    assert said["test_the_number_is_kept"][0] == "passed"
    outcome, text = said["test_two_and_three_make_five"]
    assert outcome == "failed" and "This is exactly what you get when they are multiplied" in text


def test_a_file_that_cannot_be_read_is_one_error_in_two_lines(explorer):
    course, call = explorer
    course.write("katas/phase1_demo/value.py", "x = = 1\n")
    found = call(["-m", "pytest"], "--collect-only", "katas")
    assert found["errors"] and all("value.py:1: invalid syntax" in text for text in found["errors"])
    assert max(len(text.splitlines()) for text in found["errors"]) == 2


def test_the_settings_name_what_there_is():
    folder = real.ROOT / ".vscode"
    settings = json.loads((folder / "settings.json").read_text("utf-8"))
    assert settings["python.testing.pytestEnabled"] is True
    assert settings["python.testing.pytestArgs"] == ["katas"] and (real.ROOT / "katas").is_dir()
    assert settings["python.defaultInterpreterPath"].endswith("/.venv/bin/python")
    container = json.loads((real.ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))
    wanted = json.loads((folder / "extensions.json").read_text("utf-8"))["recommendations"]
    assert container["customizations"]["vscode"]["extensions"] == wanted
    targets = re.findall(r"make (\w+)", container["postCreateCommand"])
    makefile = (real.ROOT / "Makefile").read_text("utf-8")
    assert targets and all(re.search(rf"^{target}:", makefile, re.M) for target in targets)
