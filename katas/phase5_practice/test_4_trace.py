"""5.4 · Trace: what a function of Values leaves behind, as a program."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.activations import sigmoid
from katas.phase2_networks.losses import mean_squared_error
from katas.phase2_networks.module import MLP
from katas.phase2_networks.neuron import weighted_sum
from katas.phase5_practice.program import interpret
from katas.phase5_practice.trace import trace


def traced(f, *numbers):
    """The program of f, traced at these numbers."""
    return trace(f, [Value(x) for x in numbers])


def count(program, op):
    return sum(instruction[0] == op for instruction in program.instructions)


def in_order(op, *operands):
    """A sum or product as text, its operands sorted: in either order it has the same bits."""
    return "(" + " + ".join(sorted(operands)) + ")" if op == "+" else "".join(sorted(operands))


def formula(program, names):
    """What a program of sums and products computes, as a text of its inputs' names."""
    texts = []
    for op, *read in program.instructions:
        if op == "input":
            texts.append(names[read[0]])
        elif op == "constant":
            texts.append(str(read[0]))
        elif op in ("+", "*"):
            texts.append(in_order(op, *(texts[place] for place in read)))
        else:
            texts.append(f"{op}({', '.join(str(texts[place]) for place in read)})")
    return texts[program.outputs[0]]


@pytest.mark.kata("trace")
class TestTrace:
    def test_a_product_is_one_instruction(self):
        program = traced(lambda values: values[0] * values[1], 3.0, 5.0)
        assert program.n_inputs == 2, f"two Values went in, and n_inputs is {program.n_inputs}"
        assert program.instructions == [("input", 0), ("input", 1), ("*", 0, 1)], (
            f"the product of two inputs was written down as {program.instructions}"
        )
        assert program.outputs == (2,), f"outputs are {program.outputs}, and should be (2,)"

    def test_it_runs_on_other_numbers(self):
        program = traced(lambda v: v[0] * v[1] + v[0], 3.0, 5.0)
        expect_close(
            interpret(program, [2.0, 7.0]),
            [16.0],
            "x · y + x at 2 and 7, traced at 3 and 5",
            mistakes={
                "the numbers of the trace were kept": [18.0],
                "the product was kept as a number": [17.0],
                "y was kept as a number": [12.0],
                "x was kept as a number": [24.0],
                "inputs are numbered as the walk meets them, last operand first": [21.0],
            },
        )

    def test_inputs_come_first_in_their_order_and_unused_ones_too(self):
        program = traced(lambda v: v[2] * 4 + v[0], 1.0, 2.0, 3.0)
        assert program.instructions[:3] == [("input", 0), ("input", 1), ("input", 2)], (
            f"three inputs, of which the last is used first and the second never, and the program "
            f"begins with {program.instructions[:3]}"
        )
        assert program.n_inputs == 3, f"three inputs, and n_inputs is {program.n_inputs}"
        expect_close(
            interpret(program, [10.0, 20.0, 30.0]),
            [130.0],
            "4z + x at 10, 20, 30",
            mistakes={"inputs are numbered in the order in which f uses them": [60.0]},
        )

    def test_two_inputs_with_the_same_number_are_two(self):
        program = traced(lambda v: v[0] * 10 + v[1], 1.0, 1.0)
        expect_close(
            interpret(program, [2.0, 3.0]),
            [23.0],
            "10x + y at 2 and 3, traced where both were 1",
            mistakes={
                "both are taken for x, as their numbers were equal": [22.0],
                "both are taken for y, as their numbers were equal": [33.0],
            },
        )

    def test_a_number_in_f_is_a_constant(self):
        program = traced(lambda v: v[0] + 3, 1.0)
        assert ("constant", 3.0) in program.instructions, (
            f"f adds 3, and no constant of the program is 3.0: {program.instructions}"
        )
        expect_close(interpret(program, [4.0]), [7.0], "x + 3 at 4")

    def test_a_constant_with_the_number_of_an_input_is_a_constant(self):
        program = traced(lambda v: v[0] * 10 + Value(7.0), 7.0)
        expect_close(
            interpret(program, [2.0]),
            [27.0],
            "10x + 7 at 2, traced where x was 7",
            mistakes={"leaves are known by their numbers: the 7 was taken for x": [22.0]},
        )

    @pytest.mark.parametrize("x", [1 / 3, 1e-13, 1e300, -0.0], ids=repr)
    def test_a_constant_keeps_all_its_bits(self, x):
        program = traced(lambda v: v[0] * Value(x), 1.0)
        constants = [i[1] for i in program.instructions if i[0] == "constant"]
        assert repr(constants) == repr([x]), f"the leaf {x!r} became the constant {constants}"

    def test_a_value_used_twice_is_computed_once(self):
        def f(values):
            y = values[0]
            for _ in range(40):
                y = y * y
            return y

        found = count(traced(f, 1.0), "*")
        why = "is a node written down again for each of its readers?" if found > 40 else "too few"
        assert found == 40, f"forty squarings, and {found} products: {why}"

    def test_equal_work_is_written_down_as_often_as_it_is_done(self):
        """What is equal is found by a pass of its own, and so are products with 1."""
        program = traced(lambda v: v[0].exp() * v[0].exp() * 1.0, 2.0)
        assert count(program, "exp") == 2 and count(program, "*") == 2, (
            f"f computes e^x twice, and two products, and the program is {program.instructions}: "
            "a trace writes down what f did, and leaves it to others to shorten it"
        )

    def test_f_is_called_once(self):
        calls = []
        traced(lambda v: calls.append(1) or v[0] + 1, 2.0)
        assert len(calls) == 1, f"f was called {len(calls)} times"

    @pytest.mark.parametrize(
        "exponent",
        [2, 0.5, -1, 1e-5, -2.5, 0, Fraction(1, 3), True, math.inf, np.float32(1.5)],
        ids=str,
    )
    def test_an_exponent_is_a_float_beside_its_place(self, exponent):
        try:
            program = traced(lambda v: v[0] ** exponent, 2.0)
        except ValueError as error:
            pytest.fail(f"x ** {exponent}: {error}. It is a power, and `exponent` reads its op")
        assert program.instructions == [("input", 0), ("**", 0, float(exponent))], (
            f"x ** {exponent} was written down as {program.instructions}"
        )
        assert type(program.instructions[1][2]) is float, "the exponent is no float"

    @pytest.mark.parametrize("x", [3, True, np.float32(0.1), Fraction(1, 3)], ids=repr)
    def test_whatever_was_put_into_data_is_a_float_in_a_program(self, x):
        """Later passes ask a constant for its bits, and C takes nothing but floats."""
        leaf = Value(0.0)
        leaf.data = x
        program = traced(lambda v: v[0] * leaf, 2.0)
        (constant,) = (i[1] for i in program.instructions if i[0] == "constant")
        assert type(constant) is float and constant == float(x), (
            f"somebody put {x!r} into the data of a leaf, and its constant is {constant!r}, a "
            f"{type(constant).__name__}: every number of a program is a float"
        )

    def test_a_relu_stays_a_choice(self):
        program = traced(lambda v: v[0].relu() + v[1].relu(), 1.0, -1.0)
        assert count(program, "relu") == 2, (
            f"two relus, one of them open and one closed at the trace, and the program has "
            f"{count(program, 'relu')}: which side a number is on is decided anew in each run"
        )
        expect_close(
            interpret(program, [-5.0, 7.0]),
            [7.0],
            "relu(x) + relu(y) at -5 and 7, traced at 1 and -1",
            mistakes={
                "both relus are as they were at the trace": [-5.0],
                "the relu that was closed stays closed": [0.0],
                "the relu that was open stays open": [2.0],
            },
        )

    def test_an_if_on_data_is_frozen(self):
        """It is decided once, when f is called; the other side is never seen."""
        program = traced(lambda v: v[0] * 2 if v[0].data > 0 else v[0] * 100, 3.0)
        expect_close(interpret(program, [-1.0]), [-2.0], "2x where x was above 0, at -1")

    @pytest.mark.parametrize("op", ["exp", "log", "tanh"])
    def test_functions_keep_their_names(self, op):
        program = traced(lambda v: getattr(v[0], op)(), 2.0)
        frozen = ": the number that it had at the trace was kept, and not the operation"
        kept = any(one[0] == "constant" for one in program.instructions)
        assert program.instructions == [("input", 0), (op, 0)], (
            f"{op} of an input was written down as {program.instructions}{frozen if kept else ''}"
        )

    def test_what_f_reaches_by_another_way_is_an_input_all_the_same(self):
        w = Value(3.0)
        program = trace(lambda _: w * w + 1, [w])
        expect_close(
            interpret(program, [5.0]),
            [26.0],
            "w² + 1 at 5, where f does not look at its argument",
            mistakes={"w was taken for a constant": [10.0]},
        )

    def test_a_leaf_that_is_no_input_is_a_constant(self):
        scale = Value(3.0)
        program = trace(lambda v: v[0] * scale, [Value(2.0)])
        scale.data = 100.0
        expect_close(
            interpret(program, [5.0]),
            [15.0],
            "x · 3 at 5, though the 3 was changed to 100 after the trace",
            mistakes={"the leaf is read when the program runs": [500.0]},
        )

    @pytest.mark.parametrize(("i", "wanted"), [(0, 5.0), (1, 7.0)], ids=["first", "second"])
    def test_the_result_may_be_an_input_itself(self, i, wanted):
        """Nothing is computed then, and the last instruction is that of the last input."""
        program = traced(lambda v: v[i], 2.0, 3.0)
        expect_close(
            interpret(program, [5.0, 7.0]),
            [wanted],
            f"f is input {i} itself, at 5 and 7",
            mistakes={} if i else {"the last instruction is taken for the result": [7.0]},
        )

    def test_one_trace_knows_nothing_of_another(self):
        w, x = Value(3.0), Value(2.0)
        trace(lambda _: w * x, [w, x])
        program = trace(lambda _: w * x, [x])
        expect_close(
            interpret(program, [5.0]),
            [15.0],
            "w · x at x = 5, where w was an input in another trace, and is a constant in this one",
            mistakes={"places of the first trace are still known in the second": [25.0]},
        )

    def test_nothing_is_changed(self):
        inputs = [Value(-0.0, label="a"), Value(3.0)]
        inputs[0].grad = 5.0
        trace(lambda v: v[0] * v[1], inputs)
        wanted = "[Value(label='a', data=-0.0, grad=5.0), Value(data=3.0, grad=0.0)]"
        assert str(inputs) == wanted, f"the inputs were {wanted}, and are {inputs} after the trace"

    def test_a_graph_may_be_deep(self):
        def chain(values):
            y = values[0]
            for _ in range(20_000):
                y = y + 1
            return y

        expect_close(interpret(traced(chain, 0.0), [5.0]), [20_005.0], "5 and 20,000 times 1")

    def test_any_other_operation_is_named(self):
        expect_raises(
            ValueError, lambda: traced(lambda v: sigmoid(v[0]), 1.0), "a sigmoid", ["sigmoid"]
        )

    def test_an_exponent_that_is_a_value_is_no_operation_of_a_program(self):
        """Its op is "pow"; a power of a program has a number for its exponent, "**3"."""
        expect_raises(
            ValueError,
            lambda: traced(lambda v: v[0] ** v[1], 2.0, 3.0),
            "x ** y, whose exponent would be frozen as the number that it is at the trace,",
            ["pow"],
        )

    def test_an_exponent_that_wrote_itself_in_words_is_named(self):
        expect_raises(
            ValueError,
            lambda: traced(lambda v: Value(8.0, (v[0],), (12.0,), "**three"), 2.0),
            "a power whose op is '**three'",
            ["three"],
        )

    def test_a_function_that_returns_no_value_is_refused(self):
        expect_raises(TypeError, lambda: traced(lambda v: v[0].data, 1.0), "a float", ["float"])

    def test_a_weighted_sum_is_taken_apart(self):
        """Which factor or term stands first in an instruction makes no difference to the bits."""
        program = traced(lambda v: weighted_sum(v[:3], v[3:6], v[6]), *range(1, 8))
        found = formula(program, ["w₁", "w₂", "w₃", "x₁", "x₂", "x₃", "b"])
        one, two, three = "w₁x₁", "w₂x₂", "w₃x₃"

        def added(first, *terms):
            for term in terms:
                first = in_order("+", first, term)
            return first

        why = {
            added(three, two, one, "b"): "pairs are added from right to left",
            added("b", one, two, three): (
                "the bias comes first, and should be the last: sums are rounded otherwise"
            ),
            added("0.0", one, two, three, "b"): (
                "nothing but its own terms is added, no 0 in front either"
            ),
            added(one, two, three): "the bias is left out",
            added("w₁w₁", "w₂w₂", "w₃w₃", "b"): "a weight is multiplied with itself",
        }
        wanted = added(one, two, three, "b")
        if "weighted_sum" in found:
            found += ": it is one instruction, and no program has such a one"
        assert found == wanted, (
            f"a weighted sum was written down as {found}, and should be {wanted}"
            f"{': ' if found in why else ''}{why.get(found, '')}"
        )

    def test_all_of_a_weighted_sum_may_change(self):
        program = traced(lambda v: weighted_sum(v[:2], v[2:4], v[4]), 1.0, 2.0, 3.0, 4.0, 5.0)
        expect_close(
            interpret(program, [2.0, 3.0, 5.0, 7.0, 11.0]),
            [42.0],
            "2 · 5 + 3 · 7 + 11",
            mistakes={
                "the inputs are as they were at the trace": [29.0],
                "the weights are as they were at the trace": [30.0],
                "the bias is as it was at the trace": [36.0],
                "the bias is left out": [31.0],
                "nothing changes": [16.0],
            },
        )

    def test_plain_numbers_in_a_weighted_sum_are_constants(self):
        program = traced(lambda v: weighted_sum(v[:2], [10, 100.0], v[2]), 1.0, 2.0, 3.0)
        expect_close(
            interpret(program, [3.0, 4.0, 5.0]),
            [435.0],
            "3 · 10 + 4 · 100 + 5",
            mistakes={"the weights are paired with each other, not with the plain numbers": [17.0]},
        )
        constants = [i[1] for i in program.instructions if i[0] == "constant"]
        assert constants == [10.0, 100.0] and type(constants[0]) is float, (
            f"the plain numbers 10 and 100.0 became the constants {constants}, and each should be "
            "there once, as a float"
        )

    def test_values_and_numbers_may_be_mixed(self):
        program = traced(lambda v: weighted_sum(v[:2], [10.0, v[2]], 0.5), 1.0, 2.0, 3.0)
        expect_close(
            interpret(program, [3.0, 4.0, 5.0]),
            [50.5],
            "3 · 10 + 4 · 5 + 0.5",
            mistakes={"the first input is taken for the Value": [42.5]},
        )

    def test_zeros_do_not_mix_values_and_numbers_up(self):
        """All is 0: only that they are different objects tells what is what."""
        program = traced(lambda v: weighted_sum(v[:2], [0.0, 0.0], v[2]), 0.0, 0.0, 0.0)
        expect_close(interpret(program, [3.0, 4.0, 5.0]), [5.0], "3 · 0 + 4 · 0 + 5")
        program = traced(lambda v: weighted_sum(v[:2], v[2:], 0.0), 0.0, 0.0, 0.0, 0.0)
        expect_close(interpret(program, [3.0, 4.0, 5.0, 6.0]), [39.0], "3 · 5 + 4 · 6")

    def test_a_weighted_sum_of_values_by_themselves(self):
        program = traced(lambda v: weighted_sum(v, v, 0.0), 3.0, 3.0)
        expect_close(interpret(program, [2.0, 5.0]), [29.0], "2² + 5²")

    def test_of_no_weights_the_bias_is_left(self):
        program = traced(lambda v: weighted_sum([], [], v[0]) * 2, 3.0)
        assert None not in [place for i in program.instructions for place in i], (
            f"without any pairs a weighted sum is its bias, and the program is "
            f"{program.instructions}"
        )
        expect_close(interpret(program, [5.0]), [10.0], "twice the bias")

    def test_a_network_and_its_loss(self):
        rng = random.Random(0)
        model = MLP([2, 3, 1], "relu", rng)
        points, targets = [[0.5, -1.0], [2.0, 1.5]], [1.0, -1.0]

        def loss(_):
            return mean_squared_error([model(point)[0] for point in points], targets)

        parameters = model.parameters()
        program = trace(loss, parameters)
        for parameter in parameters:
            parameter.data = rng.uniform(-1, 1)
        expect_close(
            interpret(program, [parameter.data for parameter in parameters]),
            [loss(None).data],
            "the loss of an MLP 2-3-1 after its parameters have changed",
            tolerance=1e-15,
        )
