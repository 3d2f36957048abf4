"""The texts of the invented course of `invented.py`.

Three sections, seven katas, three modules; `value.py` spans 1.1 and 1.2:

    1.1 Counting   value.py   Value.__init__ · Value.plus
    1.2 Scaling    value.py   Value.times · double        steps.py   climb
    2.1 Heights    tower.py   height · double

1.1 has the four files of a lesson, the others a page alone.
"""

FILES = {
    "solutions/phase1_demo/value.py": '''"""1.1 and 1.2 · Value: a number."""

LIMIT = 100


class Value:
    """A number."""

    grad = 0.0

    def __init__(self, data):  # kata 1.1
        """Keep the number as `data`."""
        self.data = data

    def plus(self, other):  # kata 1.1
        """A new Value: self + other."""
        return Value(self.data + other.data)

    def times(self, factor):  # kata 1.2
        """A new Value: self times a number."""
        return Value(self.data * factor)


def double(value):  # kata 1.2
    """A new Value, twice as large."""
    return value.times(2)
''',
    "solutions/phase1_demo/steps.py": '''"""1.2 · Steps: one after the other."""

from .value import Value


def climb(n):  # kata 1.2
    """1 + 1 + …, n times, as a Value."""
    total = Value(0)
    for _ in range(n):
        total = total.plus(Value(1))
    return total
''',
    "solutions/phase2_demo/tower.py": '''"""2.1 · Heights."""

from katas.phase1_demo.steps import climb


def height(n):  # kata 2.1
    """The number of steps in n storeys of three."""
    return climb(3 * n).data


def double(n):  # kata 2.1
    """The number of steps in two towers."""
    return 2 * height(n)
''',
    "katas/phase1_demo/test_1_counting.py": '''"""1.1 · Counting."""

import pytest

from dojo.expect import expect_close
from katas.phase1_demo.value import Value


@pytest.mark.kata("Value.__init__")
class TestInit:
    def test_the_number_is_kept(self):
        assert Value(3).data == 3, f"3 was given, and data is {Value(3).data}"

    def test_the_gradient_starts_at_zero(self):
        assert Value(3).grad == 0.0


@pytest.mark.kata("Value.plus")
class TestPlus:
    def test_two_and_three_make_five(self):
        expect_close(
            Value(2).plus(Value(3)),
            5.0,
            "2 plus 3",
            mistakes={
                "the second is left out": 2.0,
                "they are multiplied": 6.0,
            },
        )

    def test_what_is_added_stays(self):
        a = Value(2)
        a.plus(Value(3))
        assert a.data == 2, "the first operand was changed"

    @pytest.mark.parametrize("n", [7, 11])
    def test_zero_changes_nothing(self, n):
        expect_close(Value(n).plus(Value(0)), float(n), "n plus 0")
''',
    "katas/phase1_demo/test_2_scaling.py": '''"""1.2 · Scaling."""

import pytest

from dojo.expect import expect_close
from katas.phase1_demo.steps import climb
from katas.phase1_demo.value import Value, double


@pytest.mark.kata("Value.times")
class TestTimes:
    def test_three_times_four(self):
        expect_close(Value(3).times(4), 12.0, "3 times 4")


@pytest.mark.kata("double")
class TestDouble:
    def test_twice_five(self):
        expect_close(double(Value(5)), 10.0, "twice 5")


@pytest.mark.kata("climb")
class TestClimb:
    def test_four_steps(self):
        expect_close(climb(4), 4.0, "four steps")

    def test_the_result_is_a_value(self):
        assert isinstance(climb(1), Value), f"{type(climb(1))} is not the Value of this run"
''',
    "katas/phase2_demo/test_1_heights.py": '''"""2.1 · Heights."""

import pytest

from dojo.expect import expect_close
from katas.phase2_demo.tower import double, height


@pytest.mark.kata("height")
class TestHeight:
    def test_two_storeys(self):
        expect_close(height(2), 6, "height of two storeys")


@pytest.mark.kata("double")
class TestDouble:
    def test_two_towers(self):
        expect_close(double(1), 6, "two towers")
''',
    **{
        f"{tree}{phase}/__init__.py": ""
        for tree in ("katas", "solutions")
        for phase in ("", "/phase1_demo", "/phase2_demo")
    },
    "lessons/phase1_demo/1_counting/overview.md": """# 1.1 · Counting

How much is $2x$?

![a picture](steps.svg)

$$y = 2 x$$

```python
price = "$5 and $6"
```
""",
    "lessons/phase1_demo/1_counting/hints.md": """# Hints · 1.1 Counting

## Value.__init__

1. What is kept?
2. Giving it a name
   would do.

   So would another attribute.
3. Assign the argument.

## Value.plus

1. Look at the numbers.
2. Their sum is one as well.
3. Wrap the sum.
""",
    "lessons/phase1_demo/1_counting/experiment.py": '''"""Say what comes in."""

import sys

from dojo.experiment import Lab

lab = Lab(__file__)
from katas.phase1_demo.value import Value

print("read", sys.stdin.read().strip())
print("twice", Value(2).plus(Value(2)).data)
''',
    "lessons/phase1_demo/1_counting/quiz.md": """# Quiz · 1.1 Counting

## 1. What does `double` return?

Think of `3`.

- a) half of it
- b) twice
  of it
- c) its square

<details>
<summary>Answer</summary>

**b** · It says so.

- a: that is `half`
- c: that would be `x * x`

</details>

## 2. What is double(0.21)?

<details>
<summary>Answer</summary>

**0.42** · Twice 0.21.

- 0.0441: that is the square

```python
answer = 2 * 0.21
```

</details>

## 3. What is the shape of two rows of three?

<details>
<summary>Answer</summary>

**(2, 3)** · Rows first.

- (3, 2): that is columns first

```python
answer = (2, 3)
```

</details>

## 4. In which order does a graph run?

<details>
<summary>Answer</summary>

**topological** or **topological order** · Parents first, for two reasons:

- they are needed
- they are there

</details>

## 5. Why?

<details>
<summary>Answer</summary>

**Open** · Because it is so.

</details>
""",
    "lessons/phase1_demo/2_scaling/overview.md": "# 1.2 · Scaling\n",
    "lessons/phase2_demo/1_heights/overview.md": "# 2.1 · Heights\n",
}

KATAS = {
    "Value.__init__": "phase1_demo/value.py",
    "Value.plus": "phase1_demo/value.py",
    "Value.times": "phase1_demo/value.py",
    "1.2 double": "phase1_demo/value.py",
    "climb": "phase1_demo/steps.py",
    "height": "phase2_demo/tower.py",
    "2.1 double": "phase2_demo/tower.py",
}
