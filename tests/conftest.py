"""Copies of the course for the tests that solve and break katas, or run lessons."""

import os

# before torch is imported, as dojo does for numpy
os.environ.setdefault("OMP_NUM_THREADS", "1")

import importlib.util

import pytest

from tests.support.scratch import Scratch

if importlib.util.find_spec("hypothesis") is None:  # a learner's environment, and an editor that
    collect_ignore_glob = ["*"]  # collects from the root: the katas are theirs, these are not


def pytest_collection_modifyitems(items):
    """The five seconds of a spec are for learners; a test may meet a busy machine."""
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def scratch(tmp_path_factory):
    """One copy for each process; whoever changes it puts it back."""
    made = Scratch(tmp_path_factory.mktemp("course"), "data")
    yield made
    made.close()


@pytest.fixture(scope="session")
def classroom(tmp_path_factory):
    """A copy with its lessons and data, on the stubs."""
    return Scratch(tmp_path_factory.mktemp("classroom"), "data")
