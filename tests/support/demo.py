"""A small invented course in a temporary folder, for the tests of the command line."""

import os
import shutil
import subprocess
import sys
import textwrap

from dojo import course

FILES = {
    "solutions/phase1_demo/number.py": '''
        """1.1 and 1.2 · Number: a thing to count with."""

        LIMIT = 100


        def double(x):  # kata 1.1
            """Twice x."""
            return 2 * x


        class Box:
            """A number in a box."""

            def __init__(self, x):
                self.x = x

            def shown(self):  # kata 1.1
                """The number between brackets."""
                return f"<{self.x}>"

            def same(self):  # kata 1.2
                """The number itself."""
                return self.x


        def half(x):  # kata 1.2
            """Half of x."""
            return x / 2
    ''',
    "solutions/phase2_demo/pair.py": '''
        """2.1 · Pair: two numbers."""


        def half(x, y):  # kata 2.1
            """Half of each."""
            return x / 2, y / 2
    ''',
    "katas/phase1_demo/test_1_first_steps.py": """
        import pytest

        from katas.phase1_demo.number import Box, double


        @pytest.mark.kata("double")
        class TestDouble:
            def test_three_becomes_six(self):
                assert double(3) == 6, f"6 was wanted, not {double(3)}"


        @pytest.mark.kata("Box.shown")
        class TestShown:
            def test_brackets(self):
                assert Box(3).shown() == "<3>"
    """,
    "katas/phase1_demo/test_2_further_steps.py": """
        import pytest

        from katas.phase1_demo.number import Box, half


        @pytest.mark.kata("Box.same")
        class TestSame:
            def test_itself(self):
                assert Box(3).same() == 3


        @pytest.mark.kata("half")
        class TestHalf:
            def test_three(self):
                assert half(3) == 1.5
    """,
    "katas/phase2_demo/test_1_pairs.py": """
        import pytest

        from katas.phase2_demo.pair import half


        @pytest.mark.kata("half")
        class TestHalf:
            def test_each(self):
                assert half(1, 3) == (0.5, 1.5)
    """,
    "lessons/phase1_demo/1_first_steps/overview.md": """
        # 1.1 · First steps

        How much is $2x$?

        ![a picture](steps.svg)

        $$y = 2 x$$

        ```python
        price = "$5 and $6"
        ```
    """,
    "lessons/phase1_demo/2_further_steps/plan.md": """
        Of this lesson there is nothing yet but the folder.
    """,
    "lessons/phase2_demo/1_pairs/overview.md": """
        # 2.1 · Pairs
    """,
    "lessons/phase1_demo/1_first_steps/hints.md": """
        # Hints · 1.1 First steps

        ## double

        1. What is twice a thing?
        2. Adding it to itself
           would do.

           So would another operator.
        3. Return the product.

        ## Box.shown

        1. Look at the brackets.
        2. They are text.
        3. Put them around the number.
    """,
    "lessons/phase1_demo/1_first_steps/experiment.py": '''
        """Say what comes in."""

        import sys

        from dojo.experiment import Lab

        lab = Lab(__file__)
        from katas.phase1_demo.number import double

        print("read", sys.stdin.read().strip())
        print("twice", double(2))
    ''',
    "lessons/phase1_demo/1_first_steps/quiz.md": """
        # Quiz · 1.1 First steps

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
}


def text_of(name):
    """One file of the invented course."""
    return textwrap.dedent(FILES[name]).lstrip("\n")


class Demo:
    """The invented course in a folder of its own, on its stubs."""

    def __init__(self, folder):
        self.folder = folder
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(course.ROOT / "dojo", folder / "dojo", ignore=ignored)
        for name in ("conftest.py", "pyproject.toml", ".gitignore"):
            shutil.copy2(course.ROOT / name, folder / name)
        for name in FILES:
            self.write(name, text_of(name))
        for tree in ("katas", "solutions"):
            for package in ("", "phase1_demo/", "phase2_demo/"):
                self.write(f"{tree}/{package}__init__.py", "")
        self.dojo("stubs")

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name, old, new):
        text = self.read(name)
        assert old in text, f"{old!r} is not in {name}:\n{text}"
        self.write(name, text.replace(old, new, 1))

    def solve(self, stub, body, file="katas/phase1_demo/number.py"):
        """Write the body of one kata: `stub` is its id."""
        self.change(file, f'raise NotImplementedError("{stub}")', body)

    def dojo(self, *arguments, stdin="", **variables):
        """Run a command without a terminal."""
        return subprocess.run(
            [sys.executable, "-m", "dojo", *arguments],
            cwd=self.folder,
            env=self.environment(**variables),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    def environment(self, **variables):
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYTEST_", "GIT_")) and key not in ("NO_COLOR", "FORCE_COLOR")
        }
        return {
            **kept,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
            "HOME": str(self.folder.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **variables,
        }
