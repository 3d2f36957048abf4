"""5.4 · Emit: numbers, names and expressions, and a program as a function of Python."""

import math
import random

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase5_practice.emit import (
    DEEPEST,
    PYTHON,
    C,
    named_places,
    python_function,
    python_number,
    statements,
    to_python,
)
from katas.phase5_practice.program import Program, interpret

X, Y = ("input", 0), ("input", 1)
# (x + y) · 3, of which a square and a relu are taken
EXAMPLE = Program(
    2, [X, Y, ("constant", 3.0), ("+", 0, 1), ("*", 3, 2), ("**", 4, 2.0), ("relu", 5)], (6,)
)


def chain(op, n):
    """n operations, each on the one before and on x."""
    return Program(1, [X, *((op, place, 0) for place in range(n))], (n,))


@pytest.mark.kata("python_number")
class TestPythonNumber:
    @pytest.mark.parametrize(
        "x", [2.0, -2.5, 1 / 3, 0.1 + 0.2, 1e22, 5e-324, 1.7976931348623157e308, 1e-5, 1e300]
    )
    def test_it_has_the_same_value_to_the_last_bit(self, x):
        text = python_number(x)
        expect_kind(text, str, f"the text of {x!r}")
        try:
            found = eval(text, {})
        except (SyntaxError, NameError) as error:
            pytest.fail(f"{x!r} was written as {text!r}, which Python does not read: {error}")
        lost = "the sign is lost" if found == -x else "digits are missing"
        assert found == x, f"{x!r} was written as {text!r}, which is {found!r}: {lost}"

    def test_it_is_a_float_not_an_int(self):
        text = python_number(2.0)
        assert isinstance(eval(text, {}), float), f"2.0 was written as {text!r}, an int of Python"

    def test_minus_zero_keeps_its_sign(self):
        text = python_number(-0.0)
        assert math.copysign(1, eval(text, {})) == -1, f"-0.0 was written as {text!r}, without sign"

    @pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan], ids=["inf", "-inf", "nan"])
    def test_what_is_no_number_goes_by_its_name(self, x):
        text = python_number(x)
        expect_kind(text, str, f"the text of {x}")
        bare = text.strip("() ")
        assert bare == str(x), f"{x} was written as {text!r}, and the name to use is {x}"
        found = eval(text, {"__builtins__": {}, "inf": math.inf, "nan": math.nan})
        assert found == x or (math.isnan(found) and math.isnan(x)), f"{x} was written as {text!r}"

    def test_a_float_of_numpy_is_one_too(self):
        text = python_number(np.float64(0.1))
        assert "np" not in text, f"np.float64(0.1) was written as {text!r}; run knows no np"
        assert eval(text, {}) == 0.1, f"np.float64(0.1) was written as {text!r}"


@pytest.mark.kata("named_places")
class TestNamedPlaces:
    def named(self, program, wanted, why):
        found = named_places(program)
        expect_kind(found, set, "what named_places returns")
        assert found == wanted, f"named are {sorted(found)}, and should be {sorted(wanted)}: {why}"

    def test_inputs_and_outputs(self):
        self.named(
            Program(1, [X, ("exp", 0), ("tanh", 1)], (2,)), {0, 2}, "the exp is read once, by tanh"
        )

    def test_what_is_read_by_two(self):
        program = Program(1, [X, ("exp", 0), ("tanh", 1), ("log", 1), ("+", 2, 3)], (4,))
        self.named(program, {0, 1, 4}, "the exp is read by the tanh and by the log")

    def test_what_two_equal_instructions_read(self):
        program = Program(1, [X, ("exp", 0), ("tanh", 1), ("tanh", 1), ("+", 2, 3)], (4,))
        self.named(program, {0, 1, 4}, "the exp is read by two instructions, equal as they are")

    def test_what_one_instruction_reads_twice(self):
        program = Program(1, [X, ("exp", 0), ("*", 1, 1)], (2,))
        self.named(program, {0, 1, 2}, "the product reads the exp twice")

    def test_what_a_relu_reads(self):
        program = Program(1, [X, ("exp", 0), ("relu", 1), ("tanh", 2)], (3,))
        self.named(program, {0, 1, 3}, "the text of a relu has its operand twice")

    def test_what_a_gate_reads_first(self):
        program = Program(1, [X, ("exp", 0), ("log", 0), ("gate", 1, 2), ("tanh", 3)], (4,))
        self.named(program, {0, 1, 4}, "a gate tests its first operand, the exp; the log is inside")

    def test_constants_have_no_name_however_often_they_are_read(self):
        program = Program(1, [X, ("constant", 2.0), ("*", 0, 1), ("*", 2, 1)], (3,))
        self.named(program, {0, 3}, "2.0 is written wherever it is read")
        program = Program(1, [X, ("constant", 2.0), ("relu", 1), ("+", 0, 2)], (3,))
        self.named(program, {0, 3}, "a constant that a relu reads is no exception")

    def test_a_constant_that_is_an_output_has_one(self):
        self.named(Program(1, [X, ("constant", 2.0)], (0, 1)), {0, 1}, "2.0 is a result")

    def test_an_exponent_is_no_place(self):
        program = Program(1, [X, ("exp", 0), ("**", 1, 1.0), ("tanh", 2)], (3,))
        self.named(program, {0, 3}, "only the power reads the exp; its exponent is a number")

    def test_every_so_often_a_long_chain_gets_one(self):
        """x + x is 1 deep, and so on: place 50 has depth 50, and 51 gets a name."""
        once = DEEPEST + 1
        program = chain("+", 3 * once)
        self.named(program, {0, once, 2 * once, 3 * once}, f"no more than {DEEPEST} deep")

    def test_depth_begins_anew_at_every_name(self):
        """The exp at place 40 is a result as well, so what follows is 1 deep, 2 deep, and so on."""
        program = Program(1, chain("+", 80).instructions, (80, 40))
        self.named(program, {0, 40, 80}, f"{DEEPEST} deep is not reached after place 40")

    def test_depth_begins_anew_where_the_second_reader_comes_late(self):
        """Place 20 is read by the next and, at the very end, by the last."""
        steps = [("tanh", place) for place in range(60)]
        program = Program(1, [X, *steps, ("+", 60, 20)], (61,))
        self.named(program, {0, 20, 61}, "place 20 is read twice, so place 60 is 40 deep")

    def test_depth_of_two_deep_operands_is_not_their_sum(self):
        first, second = [("tanh", p) for p in range(30)], [("exp", p) for p in (0, *range(31, 60))]
        program = Program(1, [X, *first, *second, ("+", 30, 60), ("tanh", 61)], (62,))
        self.named(program, {0, 62}, "a sum of two that are 30 deep is 31 deep")

    def test_depth_is_that_of_the_deepest_operand(self):
        steps = [("tanh", place) for place in range(DEEPEST)]
        for last in (("+", DEEPEST, 0), ("+", 0, DEEPEST)):
            program = Program(1, [X, *steps, last, ("tanh", DEEPEST + 1)], (DEEPEST + 2,))
            self.named(
                program, {0, DEEPEST + 1, DEEPEST + 2}, f"the sum reads what is {DEEPEST} deep"
            )

    def test_a_constant_has_no_depth_and_what_reads_it_has_1(self):
        """The first is at place 2 and 1 deep, so place DEEPEST + 1 is DEEPEST deep."""
        for first in (("*", 0, 1), ("exp", 1)):
            steps = [("tanh", place) for place in range(2, DEEPEST + 3)]
            program = Program(1, [X, ("constant", 2.0), first, *steps], (DEEPEST + 3,))
            self.named(
                program,
                {0, DEEPEST + 2, DEEPEST + 3},
                f"{first} is 1 deep, since a constant is 0 deep",
            )


@pytest.mark.kata("statements")
class TestStatements:
    def values(self, program, *numbers):
        """What the statements compute, as Python: {name: number}."""
        known = {f"v{i}": x for i, x in enumerate(numbers)}
        functions = {"power": math.pow, "exp": math.exp, "tanh": math.tanh}
        for name, text in statements(program, PYTHON, python_number):
            known[name] = eval(text, functions, known)
        return known

    def test_one_for_each_name_in_order(self):
        found = statements(EXAMPLE, PYTHON, python_number)
        assert isinstance(found, list), f"statements returned a {type(found).__name__}, no list"
        assert [name for name, _ in found] == ["v5", "v6"], (
            f"the square and the relu are named, v5 and v6, and there are statements for "
            f"{[name for name, _ in found]}"
        )

    def test_equal_instructions_are_two(self):
        program = Program(1, [X, ("exp", 0), ("exp", 0)], (1, 2))
        names = [name for name, _ in statements(program, PYTHON, python_number)]
        assert names == ["v1", "v2"], (
            f"e^x stands there twice, at the places 1 and 2, and the names are {names}"
        )

    def test_what_has_no_name_stands_where_it_is_read(self):
        (_, square), (_, relu) = statements(EXAMPLE, PYTHON, python_number)
        names = {f"v{place}" for place in range(7)}
        read = {name for name in names if name in square.replace("(", " ").replace(")", " ")}
        assert read == {"v0", "v1"}, (
            f"the square of (x + y) · 3 is {square!r}, and should read v0 and v1 alone"
        )
        assert relu.count("v5") == 2, f"the relu of v5 is {relu!r}, and should read v5 by its name"

    def test_the_numbers_are_right(self):
        known = self.values(EXAMPLE, 1.0, 2.0)
        expect_close(
            [known["v5"], known["v6"]],
            [81.0, 81.0],
            "((x + y) · 3)² and its relu, at 1 and 2",
            mistakes={
                "there are no parentheses around the sum": [49.0, 49.0],
                "the exponent is taken for a place": [729.0, 729.0],
            },
        )

    def test_a_sum_in_a_product_and_a_product_in_a_sum(self):
        program = Program(
            2, [X, Y, ("+", 0, 1), ("+", 1, 1), ("*", 2, 3), ("*", 0, 1), ("+", 4, 5)], (6,)
        )
        known = self.values(program, 2.0, 5.0)
        expect_close(known["v6"], 80.0, "(x + y) · (y + y) + x · y at 2 and 5")

    def test_a_gate_lets_its_second_operand_pass(self):
        program = Program(2, [X, Y, ("gate", 0, 1)], (2,))
        pairs = ((-1.0, 5.0), (2.0, 7.0))
        expect_close(
            [self.values(program, *pair)["v2"] for pair in pairs],
            [0.0, 7.0],
            "gates of -1 and 5, and of 2 and 7",
            mistakes={"the operands of the gate are exchanged": [-1.0, 2.0]},
        )

    def test_the_order_of_additions_is_kept(self):
        """x + (y + y) and (x + y) + y differ in the last digits."""
        program = Program(2, [X, Y, ("+", 1, 1), ("+", 0, 2)], (3,))
        x, y = 1.0, 1e-16
        known = self.values(program, x, y)
        assert known["v3"] == x + (y + y) != (x + y) + y, (
            "1 + (1e-16 + 1e-16) was added up in another order: are parentheses missing?"
        )

    def test_a_constant_is_written_by_the_function_that_was_given(self):
        program = Program(1, [X, ("constant", 3.0), ("**", 0, 0.5), ("*", 1, 2)], (3,))
        ((_, text),) = statements(program, PYTHON, lambda x: f"<{x}>")
        assert "<3.0>" in text and "<0.5>" in text, (
            f"number was to write 3.0 and the exponent 0.5 as <3.0> and <0.5>, and the text is "
            f"{text!r}"
        )

    def test_the_templates_are_those_that_were_given(self):
        found = statements(EXAMPLE, C, python_number)
        assert "pow(" in found[0][1] and "?" in found[1][1], f"in C the statements are {found}"
        for table in (PYTHON, C):
            assert set(table) == {"+", "*", "**", "exp", "log", "tanh", "relu", "gate"}, (
                f"a table of templates has changed: {table}"
            )

    def test_an_output_that_is_a_constant_has_a_statement(self):
        found = statements(Program(1, [X, ("constant", 3.0)], (1, 0)), PYTHON, python_number)
        wanted = [("v1", python_number(3.0))]
        assert found == wanted, f"the statements for a constant result are {found}, not {wanted}"

    def test_an_unknown_operation_is_named(self):
        program = Program(1, [X, ("sin", 0)], (1,))
        expect_raises(
            ValueError, lambda: statements(program, PYTHON, python_number), "a sin", naming=["sin"]
        )

    def test_an_operation_without_a_template_is_named(self):
        """OPERATIONS knows a tanh; a language without one has no text for it."""
        program, few = Program(1, [X, ("tanh", 0)], (1,)), {"exp": "exp({})"}
        expect_raises(
            ValueError,
            lambda: statements(program, few, python_number),
            "a tanh, with a template for exp alone,",
            naming=["tanh"],
        )


def doublings(op, n):
    """n instructions, each of which reads the one before twice."""
    steps = ((op, place) if op == "relu" else (op, place, place) for place in range(n))
    return Program(1, [X, *steps], (n,))


def compiled(program):
    """run, from the text, with the names that it may use and no others."""
    expect_kind(to_python(chain("+", 1)), str, "what to_python returns")
    for op in ("+", "relu"):  # or the text of a larger program would fill all memory there is
        length = len(to_python(doublings(op, 12)))
        assert length < 4_000, (
            f"twelve instructions, each of which reads the one before twice, became "
            f"{length:,} characters: what is read twice is written twice, and so on: it needs a "
            "name"
        )
    names = {
        "__builtins__": {},
        "exp": math.exp,
        "log": math.log,
        "tanh": math.tanh,
        "power": math.pow,
        "inf": math.inf,
        "nan": math.nan,
    }
    text = to_python(program)
    shown = text if len(text) < 500 else f"{text[:250]} … {text[-250:]}"
    try:
        exec(compile(text, "<to_python>", "exec"), names)
    except SyntaxError as error:
        pytest.fail(f"Python refuses the text, {error}:\n{shown}")
    assert "run" in names, f"the text defines no function called run:\n{shown}"

    def run(numbers):
        try:
            return names["run"](numbers)
        except (NameError, ImportError) as error:
            pytest.fail(
                f"{error}: run may use exp, log, tanh, power, inf and nan, and names of its own. "
                f"This is the text:\n{shown}"
            )

    return run


@pytest.mark.kata("to_python")
class TestToPython:
    def test_the_example(self):
        run = compiled(EXAMPLE)
        numbers = [1.0, 2.0]
        found = run(numbers)
        expect_kind(found, [float], "what run returns")
        expect_close(found, [81.0], "relu(((x + y) · 3)²) at 1 and 2")
        assert numbers == [1.0, 2.0], f"the caller's list of inputs has become {numbers}"
        expect_close(
            run([-4.0, 2.0]),
            [36.0],
            "the same at -4 and 2",
            mistakes={"the first call's results are returned again": [81.0]},
        )
        assert found == [81.0], f"the list that the first call returned has become {found}"

    def test_several_results_in_their_order(self):
        program = Program(2, [X, Y, ("*", 0, 1), ("+", 0, 2)], (3, 2, 0, 3))
        expect_close(
            compiled(program)([2.0, 5.0]),
            [12.0, 10.0, 2.0, 12.0],
            "four results",
            mistakes={
                "results come in the order of their places, not of outputs": [
                    2.0,
                    10.0,
                    12.0,
                    12.0,
                ],
                "the first four numbers are returned, and not those of outputs": [
                    *(2.0, 5.0, 10.0, 12.0)
                ],
            },
        )

    @pytest.mark.parametrize("n", [0, 1, 300])
    def test_any_number_of_inputs(self, n):
        inputs = [("input", i) for i in range(n)]
        program = Program(n, [*inputs, ("constant", 7.0)], (n, *range(n)))
        numbers = [float(i) for i in range(n)]
        expect_close(compiled(program)(numbers), [7.0, *numbers], f"a program of {n} inputs")

    def test_all_operations(self):
        instructions = [X, *((op, 0) for op in ("exp", "log", "tanh", "relu")), ("**", 0, -1.5)]
        program = Program(1, [*instructions, ("gate", 0, 1)], (1, 2, 3, 4, 5, 6))
        for x in (0.5, 3.0):
            wanted = [math.exp(x), math.log(x), math.tanh(x), x, x**-1.5, math.exp(x)]
            expect_close(
                compiled(program)([x]),
                wanted,
                f"all operations at {x}",
                mistakes={"the operands of the gate are exchanged": [*wanted[:5], x]},
            )

    @pytest.mark.parametrize(
        ("x", "relu", "gate"),
        [(-2.0, 0.0, 0.0), (0.0, 0.0, 0.0), (math.nan, math.nan, 5.0), (math.inf, math.inf, 5.0)],
    )
    def test_the_choices(self, x, relu, gate):
        program = Program(2, [X, Y, ("relu", 0), ("gate", 0, 1)], (2, 3))
        expect_close(compiled(program)([x, 5.0]), [relu, gate], f"relu(x) and gate(x, 5) at {x}")

    def test_constants_that_are_no_plain_numbers(self):
        numbers = [math.inf, -math.inf, math.nan, -0.0]
        program = Program(0, [("constant", x) for x in numbers], (0, 1, 2, 3))
        found = compiled(program)([])
        expect_close(found, numbers, "inf, -inf, nan and -0.0 as constants")
        assert math.copysign(1, found[3]) == -1, "-0.0 as a constant lost its sign"

    def test_a_long_chain(self):
        """Python has limits for parentheses within parentheses."""
        for op in ("+", "*"):
            program = chain(op, 2_000)
            expect_close(compiled(program)([1.0]), interpret(program, [1.0]), f"2,000 times {op}")
        program = Program(1, [X, *(("+", 0, place) for place in range(2_000))], (2_000,))
        expect_close(compiled(program)([1.0]), [2001.0], "x + (x + (x + …))")

    def test_what_is_read_twice_is_not_written_twice(self):
        for op in ("+", "relu"):
            found = compiled(doublings(op, 20))([1.0])
            expect_close(found, interpret(doublings(op, 20), [1.0]), f"twenty times {op}")

    def test_the_given_function_knows_infinity(self):
        run = python_function(Program(1, [X, ("exp", 0), ("**", 0, -1.0)], (1, 2)))
        expect_close(run([1000.0])[0], math.inf, "e to the power of 1000")
        expect_close(run([0.0])[1], math.inf, "0 to the power of -1")

    def test_a_random_program_to_the_last_bit(self):
        rng = random.Random(0)
        instructions = [X, Y, ("constant", 1 / 3)]
        for place in range(3, 300):
            a, b = rng.randrange(max(0, place - 20), place), rng.randrange(place)
            op = rng.choice(["+", "+", "*", "tanh", "relu", "gate"])
            instructions.append((op, a) if op in ("tanh", "relu") else (op, a, b))
        program = Program(2, instructions, tuple(range(200, 300)))
        numbers = [0.7, -0.3]
        assert compiled(program)(numbers) == interpret(program, numbers), (
            "a program of 300 random instructions gives other bits than interpret: is the order of "
            "operations kept?"
        )
