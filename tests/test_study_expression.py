"""A typed expression: computed as it stands, and no way to run Python."""

import pytest

from dojo.study import expression
from dojo.study.expression import NotUnderstood, Paper
from solutions.phase1_autodiff.value import Value


def computed(text):
    return Paper(lambda number, label: Value(number, label=label)).last(text)


@pytest.mark.parametrize(
    ("text", "data", "label"),
    [
        ("x = 2\nw = -3\nL = (x * w + 6.88).tanh()", 0.7064193, "L"),
        ("x = 2; tanh(x * -3 + 6.88)", 0.7064193, ""),
        ("x = 4\n-x / 2 - 1", -3.0, ""),
        ("x = 3\nx ** 2", 9.0, ""),
        ("2 ** 3", 8.0, ""),
        ("x = 3\n2 ** x", 8.0, ""),
        ("7", 7.0, ""),
        ("x = 1\ny = x", 1.0, "x"),
        ("x = 0.5\nrelu(x) + exp(x) + log(x)", 0.5 + 1.6487213 - 0.6931472, ""),
    ],
)
def test_it_is_computed(text, data, label):
    root = computed(text)
    assert root.data == pytest.approx(data, abs=1e-6) and root.label == label


def test_a_name_stands_for_one_node():
    root = computed("x = 3\ny = x * x\ny + x")
    root.backward()
    y, x = root.parents
    assert y.parents == (x, x) and x.grad == 7.0 and (y.label, x.label) == ("y", "x")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("__import__('os').system('true')", "is not among"),
        ("x = 1\nx.__class__", "is not among"),
        ("x = 1\nx.backward()", "backward is not among"),
        ("open('x')", "is not among"),
        ("'a' * 10 ** 9", "is not among"),
        ("True", "is not among"),
        ("[1, 2]", "is not among"),
        ("lambda: 1", "is not among"),
        ("f'{1}'", "is not among"),
        ("x = y", "y has no value yet"),
        ("x, y = 1, 2", "line 1 is neither"),
        ("import os", "line 1 is neither"),
        ("while True: pass", "line 1 is neither"),
        ("(", "no expression"),
        ("(" * 5000, "no expression"),
        ("x\0", "no expression"),
        ("", "nothing to compute"),
    ],
)
def test_it_is_no_way_to_run_python(text, says):
    with pytest.raises(NotUnderstood, match=says):
        print(computed(text))


def test_no_power_of_whole_numbers_is_computed_for_hours():
    with pytest.raises(OverflowError):
        computed("9 ** 9 ** 9 ** 9")


@pytest.mark.parametrize(
    ("text", "mine", "says"),
    [
        ("x = 2\nL = x * x", False, "The backward pass of L"),
        ("x = y", False, "y has no value yet"),
        ("x = 2\nlog(x - 3)", False, "ValueError"),
    ],
)
def test_in_a_process_of_its_own_it_becomes_a_page_or_says_why_not(text, mine, says):
    page, problem = expression.page(text, mine)
    assert says in (page or problem) and bool(page) != bool(problem)


def test_on_stubs_it_says_what_is_missing(classroom, monkeypatch):
    monkeypatch.setattr(expression.course, "ROOT", classroom.folder)
    page, problem = expression.page("x = 2\nx * x", True)
    assert page is None and problem.startswith("needs 1.1 Value.__init__, which is not started")
