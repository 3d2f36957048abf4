"""The examples in the reference's docstrings, which are the learner's assignments, are true."""

import doctest
import importlib
import io

import pytest

from dojo import course


@pytest.mark.parametrize("module", course.modules())
def test_examples_show_what_happens(module):
    name = "solutions." + module.removesuffix(".py").replace("/", ".")
    report = io.StringIO()
    runner = doctest.DocTestRunner()
    for example in doctest.DocTestFinder().find(importlib.import_module(name)):
        runner.run(example, out=report.write)
    assert runner.failures == 0, report.getvalue()
