"""A typed expression on the learner's engine, in a process of its own: its backward pass as a page.

    x = 2
    w = -3
    L = (x * w + 6.88).tanh()

Only numbers, names, + - * / ** and the engine's functions are understood: it is a sheet of paper,
and no other way to run Python. In comes JSON, {"text", "mine"}; out goes {"page"} or {"problem"}.
"""

import ast
import json
import operator
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from dojo import course, tree

SECONDS = 10
FUNCTIONS = ("exp", "log", "tanh", "relu")
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
LONG = 2_000  # characters


class NotUnderstood(Exception):
    """Something that is no expression of the engine; the text says what and where."""


class Paper:
    """Computes lines of expressions with a class of numbers.

    value  called with a number and its label
    """

    def __init__(self, value):
        self._value = value
        self._names = {}

    def last(self, text):
        """The result of the last line, with a name if it has one."""
        try:
            lines = ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise NotUnderstood(f"this is no expression: {error}") from None
        result = None
        for line in lines:
            result = self._line(line)
        if result is None:
            raise NotUnderstood("there is nothing to compute")
        return self._lifted(result, "")

    def _line(self, line):
        if isinstance(line, ast.Expr):
            return self._of(line.value)
        named = line.targets if isinstance(line, ast.Assign) else []
        if len(named) != 1 or not isinstance(named[0], ast.Name):
            raise NotUnderstood(
                f"line {line.lineno} is neither an expression nor name = expression"
            )
        name = named[0].id
        result = self._lifted(self._of(line.value), name)
        if not result.label:
            result.label = name
        self._names[name] = result
        return result

    def _lifted(self, result, label):
        return self._value(float(result), label) if isinstance(result, int | float) else result

    def _of(self, node):
        match node:
            case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
                return node.value
            case ast.Name(id=name):
                if name not in self._names:
                    raise NotUnderstood(f"{name} has no value yet: write {name} = 2 above it")
                return self._names[name]
            case ast.UnaryOp(op=ast.USub(), operand=inside):
                return -self._of(inside)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                left, right = self._of(left), self._of(right)
                if isinstance(op, ast.Pow) and isinstance(left, int | float):
                    left = self._lifted(left, "")  # and no power of huge whole numbers
                return OPERATORS[type(op)](left, right)
            case ast.Call(func=ast.Attribute(value=inside, attr=name), args=[], keywords=[]):
                return self._called(name, inside)
            case ast.Call(func=ast.Name(id=name), args=[inside], keywords=[]):
                return self._called(name, inside)
        raise NotUnderstood(f"{ast.unparse(node)[:60]} is not among + - * / ** {_listed()}")

    def _called(self, name, inside):
        if name not in FUNCTIONS:
            raise NotUnderstood(f"{name} is not among {_listed()}")
        result = self._lifted(self._of(inside), "")
        if not hasattr(result, name):
            raise NotUnderstood(f"this engine has no {name}")
        return getattr(result, name)()


def _listed():
    return ", ".join(FUNCTIONS)


def page(text, mine):
    """The page of an expression, made in a process of its own: (HTML or None, the problem)."""
    asked = json.dumps({"text": text[:LONG], "mine": mine})
    command = [sys.executable, "-m", "dojo.study.expression"]
    try:
        done = subprocess.run(
            command, cwd=course.ROOT, input=asked, capture_output=True, text=True, timeout=SECONDS
        )
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return None, f"still running after {SECONDS} s"
    except ValueError:
        return None, "the engine broke off"
    return said.get("page"), said.get("problem", "")


def main():
    """Read what is asked for and write the answer, whatever the engine prints in between."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    asked = json.load(sys.stdin)
    json.dump(_answered(asked["text"], asked["mine"]), answer)
    answer.flush()


def _answered(text, mine):
    try:
        tree.Tree(solutions=not mine).install()
        from dojo.pictures.backward_page import write_page
        from katas.phase1_autodiff.value import Value

        root = Paper(lambda number, label: Value(number, label=label)).last(text)
        with tempfile.TemporaryDirectory() as folder:
            return {"page": write_page(root, Path(folder) / "page.html").read_text("utf-8")}
    except NotImplementedError as error:
        return {"problem": f"needs {error}, which is not started: take the reference for now"}
    except NotUnderstood as error:
        return {"problem": str(error)}
    except Exception as error:
        return {"problem": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
