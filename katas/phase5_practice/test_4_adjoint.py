"""5.4 · Adjoint: gradients as further instructions of the same program."""

import math
import random

import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.losses import mean_squared_error
from katas.phase2_networks.module import MLP
from katas.phase5_practice.adjoint import contributions, differentiate
from katas.phase5_practice.program import Program, interpret
from katas.phase5_practice.trace import trace

X, Y = ("input", 0), ("input", 1)
ARRIVED = 7.0  # what arrives at the instruction under test: anything but 1
READS = {"+": 2, "*": 2, "gate": 2, "**": 1, "exp": 1, "log": 1, "tanh": 1, "relu": 1}


def is_instruction(added, place):
    """Fail unless this may stand at that place of a program."""
    assert isinstance(added, tuple), f"{added!r} was added, and an instruction is a tuple"
    op, *rest = added
    n = READS.get(op, 0)
    for read in rest[:n]:
        assert isinstance(read, int), (
            f"{added} was added, and {read!r} is no place: a number becomes a constant first"
        )
        assert read < place, f"{added} was added at place {place}, and {read} is no earlier place"
    for number in rest[n:]:
        assert isinstance(number, float), (
            f"{added} was added, and {number!r} is no float. Constants and exponents are: an "
            "exponent stands beside its place, as a number"
        )


def shares(instruction, *numbers):
    """What an instruction of these inputs passes on where 7 arrives: [(operand, number), …]."""
    n = len(numbers)
    inputs = [("input", i) for i in range(n)]
    instructions = [*inputs, instruction, ("constant", ARRIVED)]

    def add(*added):
        if len(added) != 1:
            pytest.fail(f"add takes an instruction, which is one tuple, and was given {added}")
        is_instruction(added[0], len(instructions))
        instructions.append(added[0])
        return len(instructions) - 1

    found = contributions(instruction, n, n + 1, add)
    assert isinstance(found, list), f"contributions of {instruction} returned {found!r}, no list"
    places = tuple(place for _, place in found)
    assert all(operand < n for operand, _ in found), (
        f"the pairs are {found}, and in each the operand comes first, then the place of its share"
    )
    results = interpret(Program(n, instructions, places), list(numbers))
    return [(operand, number) for (operand, _), number in zip(found, results)]


def passes_on(found, wanted, what, mistakes=None):
    """Compare operands exactly, and shares as numbers."""
    to, right = [operand for operand, _ in found], [operand for operand, _ in wanted]
    assert to == right, (
        f"{what}: shares go to the places {to}, and should go to {right}, in the order of operands"
    )
    wrong = {name: [7 * x for x in answer] for name, answer in (mistakes or {}).items()}
    numbers = [number for _, number in found]
    expect_close(numbers, [7 * x for _, x in wanted], f"{what}: the shares of 7", wrong)


@pytest.mark.kata("contributions")
class TestContributions:
    def test_a_sum_passes_on_what_arrived(self):
        passes_on(shares(("+", 0, 1), 3.0, 5.0), [(0, 1.0), (1, 1.0)], "x + y")

    def test_a_product_passes_on_times_the_other_factor(self):
        passes_on(
            shares(("*", 0, 1), 3.0, 5.0),
            [(0, 5.0), (1, 3.0)],
            "x · y at 3 and 5",
            {
                "each factor is multiplied by itself": [3.0, 5.0],
                "both shares are times the first factor": [3.0, 3.0],
                "both shares are times the second factor": [5.0, 5.0],
                "what arrived is passed on as it is": [1.0, 1.0],
                "what arrived is left out": [5 / 7, 3 / 7],
            },
        )

    def test_shares_come_in_the_order_of_operands_and_not_of_places(self):
        passes_on(shares(("*", 1, 0), 3.0, 5.0), [(1, 3.0), (0, 5.0)], "y · x at 3 and 5")

    def test_a_square_passes_on_twice(self):
        found = shares(("*", 0, 0), 3.0)
        assert len(found) == 2, f"x · x reads x twice, and passes on {len(found)} share(s)"
        passes_on(found, [(0, 3.0), (0, 3.0)], "x · x at 3")

    def test_a_number_added_to_itself_passes_on_twice(self):
        found = shares(("+", 0, 0), 3.0)
        assert len(found) == 2, f"x + x reads x twice, and passes on {len(found)} share(s)"
        passes_on(found, [(0, 1.0), (0, 1.0)], "x + x at 3")

    def test_a_power(self):
        passes_on(
            shares(("**", 0, 3.0), 2.0),
            [(0, 12.0)],
            "x³ at 2",
            {
                "the exponent stays at 3": [24.0],
                "the exponent is raised, and not lowered": [48.0],
                "slope and what arrived are added, not multiplied": [(12 + 7) / 7],
                "the exponent is missing as a factor": [4.0],
                "the power itself is passed on": [8.0],
                "the exponent is multiplied, and the base forgotten": [3.0],
                "what arrived is left out": [12 / 7],
            },
        )
        passes_on(shares(("**", 0, -0.5), 4.0), [(0, -0.0625)], "1 / √x at 4")

    @pytest.mark.parametrize("x", [5.0, 0.0])
    def test_a_power_of_1_passes_on_what_arrived(self, x):
        passes_on(shares(("**", 0, 1.0), x), [(0, 1.0)], f"x ** 1 at {x}")

    def test_a_power_of_0_has_no_slope(self):
        """0 · x^-1 would be NaN at x = 0."""
        found = sum(number for _, number in shares(("**", 0, 0.0), 0.0))
        assert found == 0, f"x ** 0 is 1 everywhere, and passes {found} on at x = 0"

    def test_a_root_at_0_is_infinitely_steep(self):
        passes_on(
            shares(("**", 0, 0.5), 0.0),
            [(0, math.inf)],
            "√x at 0",
            {"the lower power is the power itself, divided by x": [math.nan]},
        )

    def test_exp_and_tanh_read_what_they_have_computed(self):
        t = math.tanh(0.5)
        passes_on(
            shares(("exp", 0), 0.5),
            [(0, math.exp(0.5))],
            "e^x at ½",
            {"x is read, not e^x": [0.5], "what arrived is passed on as it is": [1.0]},
        )
        passes_on(
            shares(("tanh", 0), 0.5),
            [(0, 1 - t * t)],
            "tanh(x) at ½",
            {
                "the square of x is taken, not of tanh(x)": [0.75],
                "1 - t instead of 1 - t²": [1 - t],
                "1 + t² instead of 1 - t²": [1 + t * t],
                "t² - 1 instead of 1 - t²": [t * t - 1],
                "the 1 of 1 - t² is left out": [-t * t],
            },
        )

    @pytest.mark.parametrize("op", ["exp", "tanh"])
    def test_nothing_is_computed_again(self, op):
        added = []
        contributions((op, 0), 1, 2, lambda one: added.append(one) or len(added) + 2)
        again = [instruction for instruction in added if instruction[0] == op]
        assert not again, f"the {op} is at place 1 already, and is computed again: {again}"

    def test_a_logarithm(self):
        passes_on(
            shares(("log", 0), 4.0),
            [(0, 0.25)],
            "log(x) at 4",
            {
                "the slope is taken to be x": [4.0],
                "the slope is taken to be 1 / log(x)": [1 / math.log(4)],
            },
        )

    @pytest.mark.parametrize(("x", "slope"), [(3.0, 1.0), (-3.0, 0.0), (0.0, 0.0), (1e-9, 1.0)])
    def test_a_relu_is_open_above_0(self, x, slope):
        passes_on(
            shares(("relu", 0), x),
            [(0, slope)],
            f"relu(x) at {x}",
            {
                3.0: {
                    "the operands of the gate are exchanged": [3 / 7],
                    "what arrived is left out": [1 / 7],
                    "the number of the relu is multiplied with": [3.0],
                },
                -3.0: {
                    "the operands of the gate are exchanged": [-3 / 7],
                    "the gate asks what arrived, and not x": [1.0],
                },
                0.0: {"the gate is open at 0": [1.0]},
            }.get(x, {}),
        )

    def test_a_relu_of_nan_is_open(self):
        passes_on(shares(("relu", 0), math.nan), [(0, 1.0)], "relu(NaN)")

    def test_a_gate_passes_on_to_what_it_lets_through(self):
        open_gate = shares(("gate", 0, 1), 2.0, 5.0)
        assert [operand for operand, _ in open_gate] != [0, 1], (
            "a gate passes on to both operands, and should to the second alone: a small change of "
            "the first, which decides, changes nothing"
        )
        passes_on(
            open_gate,
            [(1, 1.0)],
            "an open gate",
            {"the operands of the gate that is added are exchanged": [2 / 7]},
        )
        passes_on(
            shares(("gate", 0, 1), 2.0, -5.0),
            [(1, 1.0)],
            "an open gate of -5",
            {"the gate that is added asks what this one let through, not what it tests": [0.0]},
        )
        passes_on(
            shares(("gate", 0, 1), -2.0, 5.0),
            [(1, 0.0)],
            "a closed gate",
            {"a closed gate lets gradients through": [1.0]},
        )

    def test_an_input_and_a_constant_pass_nothing_on(self):
        for instruction in (("input", 0), ("constant", 2.0)):
            found = contributions(instruction, 0, 1, lambda one: 2)
            assert found == [], f"{instruction} has no operands, and passes on {found}"


def gradients(n_inputs, instructions, numbers):
    """The result and the gradients that a differentiated program computes."""
    program = Program(n_inputs, instructions, (len(instructions) - 1,))
    try:
        found = differentiate(program)
    except LookupError as missing:
        pytest.fail(
            f"{missing!r}: a gradient is looked for that is not there. Nothing arrives at what the "
            "result does not depend on: an input has the gradient 0.0 then"
        )
    assert found.instructions[: len(instructions)] == instructions, (
        f"it begins with {found.instructions[: len(instructions)]}, and should with the "
        f"instructions that were given, {instructions}"
    )
    for place in range(len(instructions), len(found.instructions)):
        is_instruction(found.instructions[place], place)
    assert isinstance(found.outputs, tuple), f"outputs are a tuple, not {found.outputs!r}"
    assert all(isinstance(place, int) for place in found.outputs), (
        f"outputs are places, and not {found.outputs}: a gradient of 0.0 is a constant at a place"
    )
    return interpret(found, numbers)


@pytest.mark.kata("differentiate")
class TestDifferentiate:
    def test_the_result_comes_first_then_the_gradients(self):
        expect_close(
            gradients(2, [X, Y, ("*", 0, 1)], [3.0, 5.0]),
            [15.0, 5.0, 3.0],
            "x · y at 3 and 5, and its gradients",
            mistakes={
                "the gradients come last input first": [15.0, 3.0, 5.0],
                "the result is missing": [5.0, 3.0],
                "the result comes last": [5.0, 3.0, 15.0],
                "the backward pass begins with the result, and not with 1": [15.0, 75.0, 45.0],
                "the result passes nothing on": [15.0, 0.0, 0.0],
                "inner places have outputs too": [15.0, 5.0, 3.0, 1.0],
            },
        )

    def test_a_number_used_twice_collects_both(self):
        expect_close(
            gradients(2, [X, Y, ("*", 0, 1), ("+", 2, 0)], [3.0, 5.0]),
            [18.0, 6.0, 3.0],
            "x · y + x at 3 and 5",
            mistakes={
                "the share that comes last overwrites the other": [18.0, 5.0, 3.0],
                "the share that comes first stays alone": [18.0, 1.0, 3.0],
                "the walk goes forward, where nothing has arrived yet": [18.0, 1.0, 0.0],
            },
        )

    def test_a_square_collects_both(self):
        expect_close(
            gradients(1, [X, ("*", 0, 0)], [3.0]),
            [9.0, 6.0],
            "x · x at 3",
            mistakes={"one of its two shares is lost": [9.0, 3.0]},
        )

    def test_a_gradient_is_read_when_all_readers_have_written(self):
        """u = x², then u · e^u: u has two readers, and passes on once both have written."""
        program = [X, ("*", 0, 0), ("exp", 1), ("*", 1, 2)]
        u, e = 4.0, math.exp(4.0)
        expect_close(
            gradients(1, program, [2.0]),
            [u * e, (e + u * e) * 4],
            "u · e^u for u = x², at 2",
            mistakes={
                "u passed on before the share of e^u had arrived": [u * e, e * 4],
                "u passed on the share of e^u alone": [u * e, u * e * 4],
                "u passed on twice, the second time with both": [u * e, (e + e + u * e) * 4],
            },
        )

    def test_equal_instructions_are_two(self):
        """e^x stands there twice: one is a factor, and of the other the tanh is the other one."""
        program = [X, ("exp", 0), ("exp", 0), ("tanh", 2), ("*", 1, 3)]
        u, t = math.exp(0.5), math.tanh(math.exp(0.5))
        expect_close(
            gradients(1, program, [0.5]),
            [u * t, t * u + u * (1 - t * t) * u],
            "e^x · tanh(e^x) at ½, with e^x computed twice",
            mistakes={
                "an instruction is looked for in the list: the first of two equal ones is found": [
                    *(u * t, 2 * t * u)
                ],
                "gradients are kept by instruction, and two equal ones share one": [
                    *(u * t, 2 * (t + u * (1 - t * t)) * u)
                ],
            },
        )

    def test_a_reader_far_behind_counts_as_well(self):
        """A walk by depth from the result meets x before the chain of tanh has arrived."""
        program = [X, ("tanh", 0), ("tanh", 1), ("tanh", 2), ("+", 0, 3)]
        x = 0.5
        a = math.tanh(x)
        b = math.tanh(a)
        c = math.tanh(b)
        slope = 1 + (1 - a * a) * (1 - b * b) * (1 - c * c)
        expect_close(gradients(1, program, [x]), [x + c, slope], "x + tanh(tanh(tanh(x)))")

    def test_gradients_are_those_of_the_numbers_of_the_run(self):
        program = differentiate(Program(1, [X, ("**", 0, 3.0)], (1,)))
        for x in (2.0, -1.0, 0.5):
            expect_close(interpret(program, [x]), [x**3, 3 * x * x], f"x³ at {x}")

    def test_a_relu_is_open_or_closed_anew_in_each_run(self):
        program = differentiate(Program(1, [X, ("relu", 0), ("*", 1, 1)], (2,)))
        for x, wanted in ((3.0, [9.0, 6.0]), (-3.0, [0.0, 0.0]), (2.0, [4.0, 4.0])):
            expect_close(interpret(program, [x]), wanted, f"relu(x)² at {x}")

    def test_an_input_without_influence_has_gradient_0(self):
        found = gradients(2, [X, Y, ("exp", 1)], [3.0, 0.0])
        expect_close(
            found,
            [1.0, 0.0, 1.0],
            "e^y, and its gradients by x and y",
            mistakes={
                "the gradient that is 0 is left out": [1.0, 1.0],
                "gradients come in the order in which they arrived": [1.0, 1.0, 0.0],
                "place 0 stands for a gradient of 0": [1.0, 3.0, 1.0],
            },
        )

    def test_what_has_no_influence_passes_nothing_on(self):
        """The slope of log x at 0 is infinite, and 0 times that is NaN."""
        found = gradients(2, [X, Y, ("log", 0), ("exp", 1)], [0.0, 0.0])
        expect_close(
            found,
            [1.0, 0.0, 1.0],
            "e^y beside a log of x that is not needed, at 0 and 0, and the gradients",
            mistakes={
                "a gradient of 0 is passed on by what the result does not depend on": [
                    *(1.0, math.nan, 1.0)
                ]
            },
        )

    def test_the_result_may_be_an_input(self):
        program = Program(2, [X, Y], (1,))
        expect_close(
            interpret(differentiate(program), [3.0, 5.0]),
            [5.0, 0.0, 1.0],
            "y itself, and its gradients by x and y",
            mistakes={"no gradient comes to an input that is the result": [5.0, 0.0, 0.0]},
        )

    def test_the_result_may_stand_before_the_end(self):
        program = Program(1, [X, ("*", 0, 0), ("exp", 0)], (1,))
        e = math.exp(3)
        expect_close(
            interpret(differentiate(program), [3.0]),
            [9.0, 6.0],
            "x², before an e^x",
            mistakes={
                "the last instruction is taken for the result, and not what outputs says": [e, e],
                "the gradient is that of the last instruction": [9.0, e],
                "the result is the last instruction, and the gradients those of x²": [e, 6.0],
            },
        )

    def test_the_program_that_was_given_stays(self):
        instructions = [X, ("exp", 0)]
        first = differentiate(Program(1, instructions, (1,)))
        assert instructions == [X, ("exp", 0)], (
            f"the list of the program that was given has grown to {len(instructions)} instructions"
        )
        length = len(first.instructions)
        differentiate(Program(1, [X, ("tanh", 0), ("tanh", 1)], (2,)))
        assert first.instructions[:2] == instructions and len(first.instructions) == length, (
            "another program was differentiated since, and this one has changed: they share a list"
        )

    def test_it_begins_with_the_same_instructions(self):
        given = [X, ("exp", 0), ("*", 0, 1)]
        found = differentiate(Program(1, given, (2,)))
        assert found.instructions[:3] == given, f"it begins with {found.instructions[:3]}"
        assert found.n_inputs == 1, f"it has {found.n_inputs} inputs, and should have 1"

    def test_the_backward_pass_costs_a_few_instructions_for_each(self):
        """Forty squarings: who follows each path from the result has 2⁴⁰ of them."""
        squarings = [("*", place, place) for place in range(40)]
        found = differentiate(Program(1, [X, *squarings], (40,)))
        assert len(found.instructions) < 300, f"{len(found.instructions)} instructions for 40"
        expect_close(interpret(found, [1.0])[1] / 2**40, 1.0, "the slope of x^(2⁴⁰) at 1, / 2⁴⁰")

    def test_a_program_may_be_long(self):
        steps = [("+", place, 0) for place in range(20_000)]
        found = differentiate(Program(1, [X, *steps], (20_000,)))
        expect_close(interpret(found, [2.0]), [40_002.0, 20_001.0], "x, added 20,000 times to x")

    def test_it_can_be_differentiated_again(self):
        """The second derivative of relu(x) · x³ + tanh(x), at ½."""
        first = differentiate(
            Program(
                1, [X, ("relu", 0), ("**", 0, 3.0), ("*", 1, 2), ("tanh", 0), ("+", 3, 4)], (5,)
            )
        )
        slope = Program(1, first.instructions, first.outputs[1:])
        t = math.tanh(0.5)
        wanted = [4 * 0.5**3 + 1 - t * t, 12 * 0.5**2 - 2 * t * (1 - t * t)]
        expect_close(
            interpret(differentiate(slope), [0.5]), wanted, "both derivatives of x⁴ + tanh"
        )

    def test_as_finite_differences_say(self):
        instructions = [
            X, Y, ("exp", 0), ("*", 2, 1), ("tanh", 3), ("**", 2, -1.5), ("log", 2),
            ("*", 6, 5), ("relu", 1), ("+", 7, 4), ("*", 9, 8), ("+", 10, 3),
        ]  # fmt: skip
        program = Program(2, instructions, (11,))
        numbers = [0.3, 0.7]
        slopes = numerical_gradient(lambda x: interpret(program, list(x))[0], numbers)
        found = interpret(differentiate(program), numbers)
        expect_close(found[1:], slopes, "the gradients of a mixture of all", tolerance=1e-7)

    def test_as_backward_says_of_a_network(self):
        rng = random.Random(1)
        model = MLP([2, 3, 1], "tanh", rng)
        points, targets = [[0.5, -1.0], [2.0, 1.5]], [1.0, -1.0]

        def loss(_):
            return mean_squared_error([model(point)[0] for point in points], targets)

        parameters = model.parameters()
        program = differentiate(trace(loss, parameters))
        for parameter in parameters:
            parameter.data = rng.uniform(-1, 1)
        result = loss(None)
        result.backward()
        found = interpret(program, [parameter.data for parameter in parameters])
        wanted = [result.data, *(parameter.grad for parameter in parameters)]
        expect_close(found, wanted, "loss and gradients of an MLP 2-3-1", tolerance=1e-15)

    @pytest.mark.parametrize("outputs", [(1, 2, 0), ()], ids=["three", "none"])
    def test_one_output(self, outputs):
        program, n = Program(1, [X, ("exp", 0), ("log", 0)], outputs), len(outputs)
        expect_raises(ValueError, lambda: differentiate(program), f"{n} outputs", naming=[n])

    def test_values_are_not_needed(self):
        """It works on programs; nobody has to be a Value."""
        assert not isinstance(gradients(1, [X, ("exp", 0)], [0.0])[1], Value)
