"""dojo.plain: a test that is run without setup and teardown ends as it does with them."""

import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from dojo import course

# these take part in setup and teardown; the course has them off, or pytest no longer has them
OFF = ("logging", "threadexception", "unraisableexception", "nose")

TESTS = """
import unittest

import pytest

log = []


@pytest.fixture(scope="module")
def module():
    yield
    print("module left after", log)


class TestPlain:
    def test_passes(self):
        log.append("passes")

    def test_prints_and_fails(self):
        print("a word")
        assert log == []

    @pytest.mark.parametrize("a, b", [(1, 1), (1, 2)])
    def test_equal(self, a, b):
        assert a == b

    def test_skips_itself(self):
        pytest.skip("not now")

    @pytest.mark.skip(reason="never")
    def test_is_skipped(self):
        raise RuntimeError

    @pytest.mark.xfail
    def test_is_expected_to_fail(self):
        raise RuntimeError

    def test_is_the_last(self):
        log.append("last")


class TestPrepared:
    def setup_method(self):
        self.ready = True

    def test_one(self):
        assert self.ready

    def test_two(self):
        assert self.ready


class TestFixtures:
    @pytest.fixture(params=[1, 2])
    def number(self, request):
        log.append(request.param)
        return 10 * request.param

    @pytest.fixture(scope="class", autouse=True)
    def whole(self):
        yield
        log.append("class left")

    def test_number(self, number, module):
        assert number in (10, 20)

    @pytest.mark.parametrize("number", [2], indirect=True)
    def test_indirect(self, number):
        assert number == 20

    def test_the_end(self):
        assert log[-1] == 2


class TestFixturesThatTakeNothing:
    @pytest.fixture(params=["once", "again"])
    def answer(self):
        return 42

    def test_for_each_parameter(self, answer):
        assert answer == 42

    @pytest.mark.parametrize("answer", ["once"], indirect=True)
    def test_indirect(self, answer):
        assert answer == 42

    def test_the_end(self):
        pass


class TestAfter:
    def test_the_class_was_left(self):
        assert log[-1] == "class left"

    def test_again(self):
        assert log[-1] == "class left"


class TestCase(unittest.TestCase):
    def setUp(self):
        self.ready = True

    def test_one(self):
        assert self.ready

    def test_two(self):
        assert self.ready


def test_alone():
    pass


def test_alone_too():
    pass
"""


@pytest.fixture
def outcomes(tmp_path):
    """Run TESTS with arguments; {test: what came of it} as the terminal and the XML say."""
    off = " ".join(f"-p no:{name}" for name in OFF)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {off}\n")
    (tmp_path / "test_all.py").write_text(TESTS)

    def run(*arguments):
        xml = tmp_path / "report.xml"
        command = [sys.executable, "-m", "pytest", "-v", "-rA", f"--junitxml={xml}", *arguments]
        more = {"PYTHONPATH": str(course.ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, **more}, capture_output=True, encoding="utf-8"
        )
        cases = ElementTree.parse(xml).iter("testcase")
        found = {case.get("name"): [child.tag for child in case] for case in cases}
        return re.sub(r"0x\w+|\d+\.\d\ds", "", done.stdout), done.returncode, found

    return run


@pytest.mark.parametrize(
    "more", [(), ("-x",), ("-k", "equal or number"), ("--setup-show",)], ids=str
)
def test_all_is_as_without_it(outcomes, more):
    assert outcomes("-p", "dojo.plain", *more) == outcomes(*more)


def test_some_are_plain(outcomes):
    counting = "-p", "no:cacheprovider", "--durations=0", "-vv"
    shorter, longer = (
        outcomes(*counting, *more)[0].count(" setup ") for more in (("-p", "dojo.plain"), ())
    )
    assert 0 < shorter < longer


def test_none_is_where_another_plugin_takes_part(outcomes):
    counting = "-p", "dojo.plain", "--durations=0", "-vv"
    plain, logged = (outcomes(*counting, *more)[0] for more in ((), ("-o", "addopts=")))
    assert plain.count(" setup ") < logged.count(" setup ") == 24
