"""5.4 · Emit, in C: numbers, and a program for the machine itself. Needs a compiler called cc."""

import math
import random
import re
from array import array

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase5_practice.emit_c import PART, NoCompiler, c_number, load_c, to_c
from katas.phase5_practice.program import Program, interpret

X, Y = ("input", 0), ("input", 1)
NUMBERS = [
    2.0,
    -2.5,
    1 / 3,
    0.1 + 0.2,
    1e22,
    5e-324,
    1.7976931348623157e308,
    1e-5,
    -0.0,
    math.inf,
    -math.inf,
    math.nan,
]


def loaded(source, n_inputs, n_outputs):
    """What a source defines as run; a failure in one sentence if there is no compiler."""
    expect_kind(source, str, "the source")
    try:
        return load_c(source, n_inputs, n_outputs)
    except NoCompiler as missing:
        pytest.fail(str(missing))


def compiled(program):
    twelve = Program(1, [X, *(("+", place, place) for place in range(12))], (12,))
    assert len(to_c(twelve)) < 8_000, "what is read twice is written twice, and so on: name it"
    source = to_c(program)
    assert re.search(r"(?<!static )\bvoid\s+run\s*\(", source), (
        f"no function void run( … ) that can be called from outside, in\n{source[-500:]}"
    )
    return loaded(source, program.n_inputs, len(program.outputs))


def rounded(x):
    """A number with the digits that C's float has."""
    with np.errstate(over="ignore"):
        return float(np.float32(x))


def bodies(source):
    """The text of each function of a source in C: what stands between its outer braces."""
    found, depth = [""], 0
    for piece in re.split("([{}])", source):
        depth -= piece == "}"
        if depth:
            found[-1] += piece
        elif piece == "}":
            found.append("")
        depth += piece == "{"
    return found


def assignments(body):
    """How many numbers a text in C computes; to count, to point and to copy is none of that."""
    counted = r"\b(?:int|long|size_t)\b[^;=]*=|\bdouble\b[^;=]*\*[^;=]*="
    copied = r"\bdouble\b[^;=*]*=\s*[\w.]+(?:\[\w+\])?\s*;"
    declared = re.findall(rf"{counted}|{copied}", body)
    return len(re.findall(r"(?<![<>=!])=(?!=)", body)) - len(declared)


def same_bits(found, wanted, what):
    """Fail unless floats are the same to the last bit; one NaN is as good as another."""
    for place, (x, right) in enumerate(zip(found, wanted)):
        is_same = x == right and math.copysign(1, x) == math.copysign(1, right)
        single = ""
        if x == right:
            single = ": the sign of the zero is lost"
        elif x == rounded(right):
            single = ", as if by a float of C, which has 32 bits; a double is wanted"
        assert is_same or (math.isnan(x) and math.isnan(right)), (
            f"{what}: number {place} is {x!r} in C, and should be {right!r}{single}"
        )
    assert len(found) == len(wanted), f"{what}: {len(found)} numbers, not {len(wanted)}"


@pytest.mark.kata("c_number")
class TestCNumber:
    def test_all_floats_come_through_to_the_last_bit(self):
        lines = [f"    results[{i}] = {c_number(x)};" for i, x in enumerate(NUMBERS)]
        source = "\n".join(
            [
                "#include <math.h>",
                "void run(const double *numbers, double *results) {",
                *lines,
                "}",
            ]
        )
        same_bits(list(loaded(source, 0, len(NUMBERS))([])), NUMBERS, "floats as C writes them")

    def test_a_float_is_no_int(self):
        assert set(c_number(2.0)) & set(".eExp"), (
            f"2.0 was written as {c_number(2.0)!r}, an int of C: 1 / 2 is 0 there"
        )

    @pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan, -math.nan], ids=repr)
    def test_what_is_no_number_goes_by_a_name_of_c(self, x):
        text = c_number(x).replace("(", "").replace(")", "").replace(" ", "")
        wanted = {math.inf: "INFINITY", -math.inf: "-INFINITY"}.get(x, "NAN")
        assert text == wanted, (
            f"{x} was written as {text!r}, which C does not know; {wanted} it does"
        )

    def test_a_float_of_numpy_is_one_too(self):
        try:
            text = c_number(np.float64(0.5))
        except TypeError as error:
            pytest.fail(f"{error}: np.float64 is a subclass of float, and as good as one")
        assert "np" not in text, f"np.float64(0.5) was written as {text!r}"

    @pytest.mark.parametrize("x", ["0; system(0)", "2.0", 2, None], ids=repr)
    def test_nothing_else_gets_into_the_source(self, x):
        expect_raises(TypeError, lambda: c_number(x), f"the number {x!r}", naming=[repr(x)])


@pytest.mark.kata("to_c")
class TestToC:
    def test_a_small_program(self):
        program = Program(2, [X, Y, ("constant", 3.0), ("+", 0, 1), ("*", 3, 2)], (4, 3))
        run = compiled(program)
        expect_close(
            list(run([1.0, 2.0])),
            [9.0, 3.0],
            "(x + y) · 3 and x + y at 1 and 2",
            mistakes={
                "results come in the order of their places, not of outputs": [3.0, 9.0],
                "run copies what no part has set: a name that is declared in a function is another "
                "than the one outside of it, and results are copied last": [0.0, 0.0],
                "only the first result is copied": [9.0, 0.0],
            },
        )
        numbers = array("d", [2.0, 5.0])
        expect_close(
            list(run(numbers)),
            [21.0, 7.0],
            "the same at 2 and 5",
            mistakes={
                "the inputs are those of the first call": [9.0, 3.0],
                "nothing is computed after the first call": [0.0, 0.0],
            },
        )
        assert list(numbers) == [2.0, 5.0], f"the inputs of the caller are {list(numbers)} now"

    def test_all_operations_and_choices(self):
        instructions = [X, Y, *((op, 0) for op in ("exp", "log", "tanh", "relu"))]
        instructions += [("**", 0, -1.5), ("**", 0, 3.0), ("gate", 0, 1)]
        program = Program(2, instructions, (2, 3, 4, 5, 6, 7, 8))
        run = compiled(program)
        for x in (0.5, 0.3, 3.0, -2.0, 0.0, -0.0, math.inf, -math.inf, math.nan, 1000.0):
            numbers = [x, 5.0]
            same_bits(list(run(numbers)), interpret(program, numbers), f"all operations at {x}")

    def test_results_may_be_inputs_and_constants(self):
        program = Program(1, [X, ("constant", math.inf), ("constant", -0.0)], (1, 0, 2, 0))
        same_bits(list(compiled(program)([5.0])), [math.inf, 5.0, -0.0, 5.0], "four results")
        found = list(compiled(Program(2, [X, Y], (1, 0)))([5.0, 7.0]))
        same_bits(found, [7.0, 5.0], "two inputs as results, and nothing computed")

    def test_a_program_without_inputs_and_operations(self):
        same_bits(list(compiled(Program(0, [("constant", 7.0)], (0,)))([])), [7.0], "a constant")

    def test_its_statements_are_spread_over_functions(self):
        """What is read in one function may be computed in another."""
        program = self.relus(10 * PART + 50)  # eleven functions: as texts, 10 comes before 2
        same_bits(
            list(compiled(program)([0.1])), interpret(program, [0.1]), "a chain over functions"
        )

    @pytest.mark.parametrize("n", [PART + 1, 2 * PART + 50, PART * PART + PART])
    def test_no_function_is_longer_however_long_the_program_is(self, n):
        longest = max(assignments(body) for body in bodies(to_c(self.relus(n))))
        assert longest <= PART, (
            f"a function of {longest} statements, where there are {n}, and none should have more "
            f"than {PART}: the time that a compiler takes grows faster than a function"
        )

    def relus(self, n):
        """A chain of n statements: the sum that a relu reads has a name."""
        steps = [("relu", place) if place % 2 else ("+", place, 0) for place in range(2 * n - 1)]
        return Program(1, [X, *steps], (2 * n - 1, 1))

    def test_a_random_program_to_the_last_bit(self):
        """A product and a sum in one rounding, or another order, would be seen."""
        rng = random.Random(0)
        instructions = [X, Y, ("constant", 1 / 3)]
        for place in range(3, 400):
            a, b = rng.randrange(max(0, place - 20), place), rng.randrange(place)
            op = rng.choice(["+", "+", "*", "tanh", "relu", "gate"])
            instructions.append((op, a) if op in ("tanh", "relu") else (op, a, b))
        program = Program(2, instructions, tuple(range(300, 400)))
        numbers = [0.7, -0.3]
        same_bits(
            list(compiled(program)(numbers)),
            interpret(program, numbers),
            "a program of 400 random instructions",
        )

    @pytest.mark.parametrize(
        "instruction",
        [("constant", "0; system(0)"), ("**", 0, "2); system(0"), ("system", 0), ("+", 0, "0]")],
        ids=["a constant", "an exponent", "an operation", "a place"],
    )
    def test_no_text_gets_into_the_source(self, instruction):
        program = Program(1, [X, instruction], (1,))
        try:
            source = to_c(program)
        except NotImplementedError:
            raise
        except Exception:
            return
        pytest.fail(f"{instruction} was written into the source as it is:\n{source}")
