"""5.4 · Passes: shorter programs with the same results, to the last bit."""

import math
import struct
from copy import copy

import pytest

from dojo.expect import expect_close
from katas.phase5_practice.passes import drop_unused, fold_constants, merge_equal, moved
from katas.phase5_practice.program import OPERATIONS, Program, interpret, operands

INPUT, OTHER = ("input", 0), ("input", 1)


def run(program, *numbers):
    return interpret(program, list(numbers))


def bits(x):
    """A float as its 64 bits, with one NaN for all."""
    return struct.pack("<d", math.nan if math.isnan(x) else x)


def shortened(done, *instructions, outputs=None, n_inputs=1):
    """What a pass and drop_unused make of these instructions; the last is the result.

    Checks that the program that was given stays as it was.
    """
    outputs = (len(instructions) - 1,) if outputs is None else outputs
    program = Program(n_inputs, list(instructions), outputs)
    try:
        found = done(program)
    except LookupError as missing:
        pytest.fail(
            f"{done.__name__} looks {missing} up, and it is not there: inputs and constants are no "
            "operations, and what an instruction reads may have gone to another place"
        )
    assert program == Program(n_inputs, list(instructions), outputs), (
        f"the program that was given to {done.__name__} has changed: a pass returns a new one"
    )
    kinds = {type(found.outputs).__name__, *(type(i).__name__ for i in found.instructions)}
    assert kinds <= {"tuple"}, (
        f"{done.__name__} made outputs {found.outputs} and instructions {found.instructions}: "
        "outputs are a tuple, and so is each instruction"
    )
    for place, instruction in enumerate(found.instructions):
        assert all(read < place for read in operands(instruction)), (
            f"{done.__name__} made {instruction} of what stands at place {place}: it reads no "
            "earlier place"
        )
    assert all(place < len(found.instructions) for place in found.outputs), (
        f"{done.__name__} left {len(found.instructions)} instructions and outputs {found.outputs}"
    )
    return drop_unused(found)


def computed(program):
    """Its instructions without inputs and constants."""
    return [i for i in program.instructions if i[0] not in ("input", "constant")]


def same_bits(found, wanted, what, names=()):
    """Fail unless a float is as wanted to the last bit; names say what other ones mean."""
    if bits(found) != bits(wanted):
        why = {bits(wrong): name for wrong, name in names}.get(bits(found), "")
        pytest.fail(f"{what} is {found}, and should be {wanted}" + (f": {why}" if why else ""))


@pytest.mark.kata("moved")
class TestMoved:
    def becomes(self, instruction, places, wanted, why):
        before = copy(places)
        try:
            found = moved(instruction, places)
        except AttributeError as error:
            pytest.fail(f"{error}: places may be a list or a dictionary")
        assert places == before, f"places has changed from {before} to {places}: it is only asked"
        assert found == wanted, f"{instruction} became {found}, and should be {wanted}: {why}"
        assert isinstance(found, tuple), f"an instruction is a tuple, not {type(found).__name__}"

    def test_operands_get_their_new_places(self):
        self.becomes(("+", 4, 2), {4: 1, 2: 0}, ("+", 1, 0), "4 has gone to 1 and 2 to 0")

    def test_places_may_be_a_list(self):
        self.becomes(("gate", 0, 2), [5, 6, 7], ("gate", 5, 7), "0 has gone to 5 and 2 to 7")

    def test_an_exponent_stays(self):
        self.becomes(("**", 2, 1.0), [7, 8, 9], ("**", 9, 1.0), "an exponent is no place")

    def test_a_constant_and_an_input_stay(self):
        self.becomes(("constant", 1.0), [7, 8], ("constant", 1.0), "its number is no place")
        self.becomes(("input", 1), [7, 8], ("input", 1), "the number of an input is no place")

    def test_a_place_moves_once(self):
        why = "4 has gone to 1; that what stood at 1 has gone to 0 is another matter"
        self.becomes(("tanh", 4), {4: 1, 1: 0}, ("tanh", 1), why)

    def test_a_place_that_is_read_twice_moves_twice(self):
        self.becomes(("*", 1, 1), [7, 3], ("*", 3, 3), "both operands are at 1")


def dropped(program):
    """drop_unused, where a place that was looked for and is gone is no riddle."""
    try:
        return drop_unused(program)
    except LookupError as gone:
        pytest.fail(
            f"{gone!r}: a place is looked for that was left out. What a needed instruction reads "
            "is needed as well, at any distance"
        )


@pytest.mark.kata("drop_unused")
class TestDropUnused:
    def test_what_no_result_depends_on_goes(self):
        found = dropped(Program(1, [INPUT, ("exp", 0), ("tanh", 0)], (2,)))
        assert found.instructions == [INPUT, ("tanh", 0)], (
            f"the exp is read by nobody, and the instructions are {found.instructions}"
        )
        assert found.outputs == (1,), (
            f"the tanh has moved up to place 1, and the outputs are {found.outputs}"
        )

    def test_what_needed_instructions_read_is_needed_at_any_distance(self):
        program = Program(1, [INPUT, ("exp", 0), ("log", 0), ("relu", 1), ("tanh", 3)], (4,))
        wanted = [INPUT, ("exp", 0), ("relu", 1), ("tanh", 2)]
        found = dropped(program)
        assert found.instructions == wanted, (
            f"of exp, log, relu(exp) and tanh(relu) only the log goes, and what is left is "
            f"{found.instructions}, not {wanted}"
        )

    def test_what_only_the_dropped_ones_read_goes_with_them(self):
        found = dropped(Program(1, [INPUT, ("exp", 0), ("log", 1), ("tanh", 0)], (3,)))
        assert found.instructions == [INPUT, ("tanh", 0)], (
            f"the exp is read by the log alone, which nobody reads; left is {found.instructions}"
        )

    def test_one_of_two_equal_instructions_may_go(self):
        found = dropped(Program(1, [INPUT, ("exp", 0), ("exp", 0), ("tanh", 2)], (3,)))
        assert found.instructions == [INPUT, ("exp", 0), ("tanh", 1)], (
            f"e^x stands there twice, and the first is read by nobody; left is {found.instructions}"
        )

    def test_constants_go_like_all_else(self):
        found = dropped(Program(1, [INPUT, ("constant", 2.0), ("exp", 0)], (2,)))
        assert found.instructions == [INPUT, ("exp", 0)], (
            f"2.0 is read by nobody, and left is {found.instructions}"
        )

    def test_inputs_all_stay(self):
        for read, unused in ((1, "first"), (0, "last")):
            found = dropped(Program(2, [INPUT, OTHER, ("exp", read)], (2,)))
            assert found.instructions == [INPUT, OTHER, ("exp", read)] and found.n_inputs == 2, (
                f"the {unused} input is not needed and stays all the same, or the caller's numbers "
                f"would shift; left is {found.instructions}"
            )

    def test_several_outputs_in_any_order(self):
        program = Program(1, [INPUT, ("exp", 0), ("log", 0), ("tanh", 0)], (3, 1, 3))
        found = dropped(program)
        assert found.outputs == (2, 1, 2), f"outputs (3, 1, 3) became {found.outputs}"
        assert len(found.instructions) == 3, f"left is {found.instructions}"

    def test_a_result_may_be_a_constant_or_an_input(self):
        found = dropped(Program(1, [INPUT, ("exp", 0), ("constant", 2.0)], (2, 0)))
        assert (found.instructions, found.outputs) == ([INPUT, ("constant", 2.0)], (1, 0)), (
            f"2.0 and x are the results, and left is {found.instructions}, with the outputs "
            f"{found.outputs}"
        )

    def test_an_exponent_is_no_place(self):
        found = dropped(Program(1, [INPUT, ("exp", 0), ("**", 0, 1.0)], (2,)))
        assert found.instructions == [INPUT, ("**", 0, 1.0)], (
            f"x ** 1.0 does not need what stands at place 1; left is {found.instructions}"
        )

    def test_what_stays_keeps_its_order(self):
        instructions = [INPUT, ("exp", 0), ("constant", 2.0), ("*", 1, 2), ("exp", 0), ("+", 3, 4)]
        found = dropped(Program(1, instructions, (5,)))
        assert found.instructions == instructions, (
            "a result depends on each of six instructions, so all stay as they are, two equal ones "
            f"too, and keep their order: left is {found.instructions}"
        )

    def test_each_instruction_is_looked_at_once(self):
        """Sixty doublings: who follows each path from the result is at work for years."""
        doublings = [("+", place, place) for place in range(60)]
        assert len(dropped(Program(1, [INPUT, *doublings], (60,))).instructions) == 61

    def test_the_program_that_was_given_stays(self):
        shortened(drop_unused, INPUT, ("exp", 0), ("tanh", 0))

    def test_a_long_program_takes_no_time(self):
        steps = [("+", place, 0) for place in range(30_000)]
        found = dropped(Program(1, [INPUT, *steps], (30_000,)))
        assert len(found.instructions) == 30_001


@pytest.mark.kata("fold_constants")
class TestFoldConstants:
    def test_what_reads_constants_alone_is_one(self):
        found = shortened(fold_constants, INPUT, ("constant", 2.0), ("constant", 3.0), ("+", 1, 2))
        assert not computed(found), f"2 + 3 is still computed in every run: {found.instructions}"
        expect_close(run(found, 9.0), [5.0], "2 + 3")

    def test_what_reads_folded_ones_is_folded_too(self):
        found = shortened(
            fold_constants, INPUT, ("constant", 2.0), ("*", 1, 1), ("exp", 2), ("+", 3, 0)
        )
        assert len(computed(found)) == 1, (
            f"e^(2 · 2) is the same in every run, and still computed: {computed(found)}"
        )
        expect_close(run(found, 1.0), [math.exp(4) + 1], "e⁴ + x")

    def test_an_input_is_no_constant(self):
        found = shortened(fold_constants, INPUT, ("constant", 2.0), ("*", 0, 1), ("tanh", 2))
        assert len(computed(found)) == 2, (
            f"2x and its tanh change with x, and of them {computed(found)} is left: are parameters "
            "taken for constants?"
        )
        expect_close(run(found, 0.25), [math.tanh(0.5)], "tanh(2x) at 0.25")

    def test_a_power_is_folded_with_its_exponent(self):
        found = shortened(fold_constants, INPUT, ("constant", 2.0), ("**", 1, 3.0))
        assert not computed(found), f"2³ is still computed: {computed(found)}"
        expect_close(run(found, 0.0), [8.0], "2³")

    @pytest.mark.parametrize("factors", [(0, 1), (1, 0)], ids=["x · 1", "1 · x"])
    def test_a_product_with_1_is_the_other_factor(self, factors):
        found = shortened(fold_constants, INPUT, ("constant", 1.0), ("*", *factors), ("exp", 2))
        assert computed(found) == [("exp", 0)], (
            f"x · 1 is x for every x, and e^(x · 1) became {computed(found)}, not e^x"
        )

    def test_the_result_itself_may_be_a_product_with_1(self):
        found = shortened(fold_constants, INPUT, ("constant", 1.0), ("*", 0, 1))
        assert not computed(found), f"x · 1 as a result is still computed: {computed(found)}"
        expect_close(run(found, 7.0), [7.0], "x · 1 at 7")

    def test_a_product_with_what_was_folded_to_1(self):
        found = shortened(
            fold_constants, INPUT, ("constant", 0.5), ("+", 1, 1), ("*", 2, 0), ("*", 3, 2)
        )
        assert not computed(found), f"½ + ½ is 1, so x · 1 · 1 is x: {computed(found)} is left"
        expect_close(run(found, 3.0), [3.0], "x · (½ + ½)²")

    @pytest.mark.parametrize("terms", [(0, 1), (1, 0)], ids=["x + 0", "0 + x"])
    def test_adding_0_is_left_alone(self, terms):
        found = shortened(fold_constants, INPUT, ("constant", 0.0), ("+", *terms))
        same_bits(
            run(found, -0.0)[0],
            0.0,
            "-0.0 + 0.0",
            [(-0.0, "x + 0.0 was taken to be x. It is, unless x is -0.0")],
        )

    @pytest.mark.parametrize("x", [math.inf, math.nan], ids=["infinity", "NaN"])
    @pytest.mark.parametrize("factors", [(0, 1), (1, 0)], ids=["x · 0", "0 · x"])
    def test_a_product_with_0_is_left_alone(self, x, factors):
        found = shortened(fold_constants, INPUT, ("constant", 0.0), ("*", *factors))
        same_bits(run(found, x)[0], math.nan, f"{x} · 0", [(0.0, "x · 0 was taken to be 0")])

    def test_a_product_with_minus_1_is_left_alone(self):
        found = shortened(fold_constants, INPUT, ("constant", -1.0), ("*", 0, 1))
        expect_close(
            run(found, 3.0), [-3.0], "x · -1 at 3", mistakes={"it was taken to be x · 1": [3.0]}
        )

    def test_a_product_of_0_and_a_negative_number_keeps_its_sign(self):
        found = shortened(fold_constants, INPUT, ("constant", 0.0), ("*", 0, 1))
        same_bits(run(found, -3.0)[0], -0.0, "-3 · 0", [(0.0, "x · 0 was taken to be 0")])

    def test_minus_0_is_folded_to_minus_0(self):
        found = shortened(fold_constants, INPUT, ("constant", -1.0), ("constant", 0.0), ("*", 1, 2))
        same_bits(run(found, 5.0)[0], -0.0, "-1 · 0", [(0.0, "the sign of -0.0 was lost")])

    def test_nan_is_folded_to_nan(self):
        found = shortened(fold_constants, INPUT, ("constant", math.nan), ("relu", 1), ("+", 2, 0))
        same_bits(run(found, 5.0)[0], math.nan, "relu(NaN) + x", [(5.0, "NaN was folded away")])

    def test_beyond_the_numbers_there_is_infinity(self):
        try:
            found = shortened(fold_constants, INPUT, ("constant", 1000.0), ("exp", 1))
        except ArithmeticError as error:
            pytest.fail(
                f"e to the power of 1000 is infinity in a program, and math.exp says: {error}. "
                "OPERATIONS has what a program computes"
            )
        same_bits(run(found, 0.0)[0], math.inf, "e to the power of 1000")

    @pytest.mark.parametrize("op", ["exp", "log", "tanh", "relu"])
    def test_functions_are_those_of_operations(self, op):
        for x in (0.7, 12.0):
            found = shortened(fold_constants, INPUT, ("constant", x), (op, 1))
            same_bits(run(found, 0.0)[0], OPERATIONS[op](x), f"{op} of the constant {x}")

    def test_nothing_is_rounded(self):
        found = shortened(fold_constants, INPUT, ("constant", 0.1), ("constant", 0.2), ("+", 1, 2))
        same_bits(run(found, 0.0)[0], 0.1 + 0.2, "0.1 + 0.2", [(0.3, "the sum was rounded")])

    def test_infinity_times_0_is_folded_too(self):
        found = shortened(
            fold_constants, INPUT, ("constant", math.inf), ("constant", 0.0), ("*", 1, 2)
        )
        same_bits(run(found, 5.0)[0], math.nan, "∞ · 0")
        assert not computed(found), "∞ · 0 is NaN in every run, and is still computed"

    @pytest.mark.parametrize(
        "x, n, wanted", [(0.0, -1.0, math.inf), (-8.0, 1 / 3, math.nan), (1e200, 2.0, math.inf)]
    )
    def test_powers_are_those_of_operations(self, x, n, wanted):
        try:
            found = run(shortened(fold_constants, INPUT, ("constant", x), ("**", 1, n)), 5.0)[0]
        except (ArithmeticError, TypeError) as error:
            pytest.fail(
                f"{x} ** {n:.2g} is {wanted} in a program, and Python's ** says: {error}. "
                "OPERATIONS has what a program computes"
            )
        if isinstance(found, complex):
            pytest.fail(f"{x} ** {n:.2g} became {found}: Python's ** is not that of OPERATIONS")
        same_bits(found, wanted, f"{x} ** {n:.2g}")

    def test_the_order_of_products_and_sums_is_kept(self):
        """1e200 · 1e200 is beyond the numbers, and stays so; 1 is lost beside 1e16."""
        found = shortened(
            fold_constants, INPUT, ("constant", 1e200), ("constant", 1e-200), ("*", 0, 1),
            ("*", 3, 2),
        )  # fmt: skip
        same_bits(
            run(found, 1e200)[0],
            math.inf,
            "(x · 1e200) · 1e-200 at 1e200",
            [(1e200, "the two constants were multiplied first")],
        )
        found = shortened(
            fold_constants, INPUT, ("constant", 1e16), ("constant", -1e16), ("+", 0, 1),
            ("+", 3, 2),
        )  # fmt: skip
        same_bits(
            run(found, 1.0)[0],
            0.0,
            "(x + 1e16) + -1e16 at 1",
            [(1.0, "the two constants were added first")],
        )

    def test_a_product_with_nearly_1_is_left_alone(self):
        nearly = 1 + 2.0**-52  # the next float after 1
        found = shortened(fold_constants, INPUT, ("constant", nearly), ("*", 0, 1))
        same_bits(
            run(found, 1.0)[0], nearly, f"1 · {nearly}", [(1.0, "what is nearly 1 was taken for 1")]
        )

    def test_a_gate_of_a_constant_is_folded_as_it_falls(self):
        for x, wanted in ((2.0, 5.0), (-2.0, 0.0)):
            found = shortened(
                fold_constants, INPUT, ("constant", x), ("constant", 5.0), ("gate", 1, 2)
            )
            expect_close(run(found, 9.0), [wanted], f"a gate of {x} and 5")
            assert not computed(found), f"gate({x}, 5) is still computed"

    def test_a_gate_of_a_constant_lets_any_number_pass_or_none(self):
        """It may stay or be decided now. NaN is not 0 or below, so it lets pass."""
        for x, wanted in ((2.0, 5.0), (-2.0, 0.0), (0.0, 0.0), (math.nan, 5.0)):
            found = shortened(fold_constants, INPUT, ("constant", x), ("gate", 1, 0))
            expect_close(
                run(found, 5.0),
                [wanted],
                f"a gate of {x} and x, at 5",
                mistakes={"it was taken to be shut, since NaN is not above 0": [0.0]}
                if math.isnan(x)
                else {},
            )

    def test_a_gate_of_minus_0_is_left_alone(self):
        found = shortened(fold_constants, INPUT, ("constant", -0.0), ("gate", 0, 1))
        same_bits(run(found, 1.0)[0], -0.0, "gate(1, -0.0)", [(0.0, "it was taken to be 0.0")])
        same_bits(run(found, -1.0)[0], 0.0, "gate(-1, -0.0)", [(-0.0, "it was taken to be -0.0")])

    def test_a_number_less_itself_is_left_alone(self):
        found = shortened(fold_constants, INPUT, ("constant", -1.0), ("*", 0, 1), ("+", 0, 2))
        same_bits(run(found, math.inf)[0], math.nan, "∞ - ∞", [(0.0, "x - x was taken to be 0")])

    def test_what_another_operation_undoes_is_left_alone(self):
        found = shortened(fold_constants, INPUT, ("exp", 0), ("log", 1))
        same_bits(
            run(found, 1e3)[0], math.inf, "log(e^1000)", [(1e3, "log(e^x) was taken to be x")]
        )
        found = shortened(fold_constants, INPUT, ("log", 0), ("exp", 1))
        same_bits(run(found, -1.0)[0], math.nan, "e^log(-1)", [(-1, "e^log(x) was taken to be x")])
        found = shortened(fold_constants, INPUT, ("**", 0, -1.0), ("**", 1, -1.0))
        wanted = math.pow(math.pow(49.0, -1.0), -1.0)  # 49 and a bit: 1 / 49 is rounded
        same_bits(run(found, 49.0)[0], wanted, "1 / (1 / 49)", [(49, "1 / (1 / x) is taken for x")])

    def test_a_power_of_a_power_is_left_alone(self):
        found = shortened(fold_constants, INPUT, ("**", 0, 2.0), ("**", 1, 0.5))
        same_bits(
            run(found, -3.0)[0], 3.0, "√(x²) at -3", [(-3.0, "the two exponents were multiplied")]
        )

    def test_a_gate_of_an_input_stays(self):
        found = shortened(fold_constants, INPUT, ("constant", 1.0), ("gate", 0, 1))
        expect_close(run(found, -3.0), [0.0], "a gate of x and 1, at -3")
        expect_close(run(found, 3.0), [1.0], "a gate of x and 1, at 3")


@pytest.mark.kata("merge_equal")
class TestMergeEqual:
    def left(self, *instructions, n_inputs=1, outputs=None):
        return shortened(merge_equal, *instructions, n_inputs=n_inputs, outputs=outputs)

    def test_equal_work_is_done_once(self):
        found = self.left(INPUT, ("exp", 0), ("exp", 0), ("+", 1, 2))
        assert computed(found) == [("exp", 0), ("+", 1, 1)], (
            f"e^x + e^x needs e^x once, and the program computes {computed(found)}"
        )

    def test_what_became_equal_is_merged_too(self):
        found = self.left(INPUT, ("exp", 0), ("exp", 0), ("tanh", 1), ("tanh", 2), ("+", 3, 4))
        assert len(computed(found)) == 3, (
            f"once e^x is merged, both tanh(e^x) are equal, and {computed(found)} is left: compare "
            "operands after they have moved"
        )

    def test_sums_and_products_are_equal_in_either_order(self):
        for op in ("+", "*"):
            found = self.left(INPUT, OTHER, (op, 0, 1), (op, 1, 0), ("gate", 2, 3), n_inputs=2)
            assert len(computed(found)) == 2, (
                f"x {op} y and y {op} x are the same to the last bit, and {computed(found)} is left"
            )

    def test_a_gate_has_an_order(self):
        found = self.left(INPUT, OTHER, ("gate", 0, 1), ("gate", 1, 0), ("+", 2, 3), n_inputs=2)
        expect_close(
            run(found, 2.0, -3.0),
            [-3.0],
            "gate(x, y) + gate(y, x) at 2 and -3",
            mistakes={
                "both gates are taken for gate(x, y)": [-6.0],
                "both gates are taken for gate(y, x)": [0.0],
            },
        )

    def test_a_gate_is_equal_to_one_that_tests_the_same(self):
        inputs = [("input", i) for i in range(3)]
        found = self.left(*inputs, ("gate", 0, 2), ("gate", 1, 2), ("+", 3, 4), n_inputs=3)
        expect_close(
            run(found, 2.0, -3.0, 5.0),
            [5.0],
            "gate(x, z) + gate(y, z) at 2, -3 and 5",
            mistakes={"gates are equal if they let the same pass": [10.0]},
        )

    def test_sums_of_other_places_are_not_equal(self):
        """x + w reads the places 0 and 3, and y + z the places 1 and 2."""
        inputs = [("input", i) for i in range(4)]
        found = self.left(*inputs, ("+", 0, 3), ("+", 1, 2), ("*", 4, 5), n_inputs=4)
        expect_close(
            run(found, 1.0, 2.0, 3.0, 5.0),
            [30.0],
            "(x + w) · (y + z) at x, y, z, w = 1, 2, 3, 5",
            mistakes={"two sums are equal if their places add up to the same": [36.0]},
        )

    def test_a_sum_and_a_product_are_not_equal(self):
        found = self.left(INPUT, ("+", 0, 0), ("*", 0, 0), ("+", 1, 2))
        expect_close(
            run(found, 3.0),
            [15.0],
            "(x + x) + x · x at 3",
            mistakes={"operations are equal if their operands are": [12.0]},
        )

    def test_other_operations_are_not_equal(self):
        found = self.left(INPUT, ("exp", 0), ("tanh", 0), ("+", 1, 2))
        expect_close(
            run(found, 0.5),
            [math.exp(0.5) + math.tanh(0.5)],
            "e^x + tanh(x)",
            mistakes={"operations are equal if their operands are": [2 * math.exp(0.5)]},
        )

    def test_constants_are_equal_if_their_numbers_are(self):
        same = self.left(INPUT, ("constant", 2.0), ("constant", 2.0), ("*", 0, 1), ("*", 3, 2))
        constants = [i for i in same.instructions if i[0] == "constant"]
        assert len(constants) == 1, f"2.0 stands in the program {len(constants)} times"
        infinities = ("constant", math.inf), ("constant", math.inf)
        same = self.left(INPUT, *infinities, ("gate", 0, 1), ("gate", 0, 2), outputs=(3, 4))
        assert len(same.instructions) == 3, f"∞ is equal to itself: {same.instructions}"
        found = self.left(INPUT, ("constant", 2.0), ("constant", 3.0), ("*", 0, 1), ("*", 3, 2))
        expect_close(
            run(found, 1.0),
            [6.0],
            "x · 2 · 3",
            mistakes={"all constants are merged, since none has an operand": [4.0]},
        )

    def test_the_two_zeros_are_two_constants(self):
        found = self.left(
            INPUT, ("constant", 0.0), ("constant", -0.0), ("**", 2, -1.0), ("*", 0, 1), ("+", 3, 4)
        )
        same_bits(
            run(found, 1.0)[0],
            -math.inf,
            "1 / -0.0 + x · 0.0",
            [(math.inf, "0.0 and -0.0 were merged: they are equal for ==, and not the same")],
        )

    def test_constants_that_differ_in_the_last_bit_are_two(self):
        found = self.left(
            INPUT, ("constant", 0.3), ("constant", 0.1 + 0.2), ("gate", 0, 1), ("gate", 0, 2),
            outputs=(3, 4),
        )  # fmt: skip
        assert run(found, 1.0) == [0.3, 0.1 + 0.2], (
            f"0.3 and 0.1 + 0.2 differ in their last digit, and became {run(found, 1.0)}"
        )

    def test_what_is_no_number_is_not_all_the_same(self):
        numbers = [math.inf, -math.inf, math.nan]
        constants = [("constant", x) for x in numbers]
        found = run(self.left(INPUT, *constants, outputs=(1, 2, 3)), 0.0)
        for x, wanted in zip(found, numbers):
            same_bits(x, wanted, f"{wanted}, beside others of inf, -inf and nan,")

    @pytest.mark.parametrize("sign", [1, -1], ids=["nan and nan", "nan and -nan"])
    def test_nan_is_one_constant(self, sign):
        nan = ("constant", float("nan")), ("constant", math.copysign(math.nan, sign))
        found = self.left(INPUT, *nan, ("gate", 0, 1), ("gate", 0, 2), outputs=(3, 4))
        assert len(found.instructions) == 3, (
            "NaN stands in the program twice, and is not equal to itself for ==: what else tells "
            "that two floats are the same?"
        )

    def test_powers_are_equal_if_their_exponents_are(self):
        found = self.left(INPUT, ("**", 0, 2.0), ("**", 0, 3.0), ("+", 1, 2))
        expect_close(
            run(found, 2.0),
            [12.0],
            "x² + x³ at 2",
            mistakes={"powers are equal if their bases are": [8.0]},
        )
        found = self.left(INPUT, ("**", 0, 2.0), ("**", 0, 2.5), ("+", 1, 2))
        expect_close(
            run(found, 4.0),
            [48.0],
            "x² + x^2.5 at 4",
            mistakes={"exponents are compared without what is behind the point": [32.0]},
        )
        found = self.left(INPUT, ("**", 0, 2.0), ("**", 0, 2.0), ("+", 1, 2))
        assert len(computed(found)) == 2, f"x² + x² needs x² once: {computed(found)}"

    def test_powers_of_minus_1_and_minus_2_are_two(self):
        """hash(-1.0) and hash(-2.0) are the same number: a hash alone does not tell."""
        found = self.left(INPUT, ("**", 0, -1.0), ("**", 0, -2.0), ("+", 1, 2))
        expect_close(
            run(found, 2.0),
            [0.75],
            "1/x + 1/x² at 2",
            mistakes={"powers are equal if the hashes of their exponents are": [1.0]},
        )

    def test_a_place_and_an_exponent_are_two_things(self):
        """x at place 2 to the power of 3.0, and y at place 3 to the power of 2.0."""
        inputs = [("input", i) for i in range(4)]
        found = self.left(
            *inputs, ("**", 2, 3.0), ("**", 3, 2.0), ("+", 4, 5), n_inputs=4
        )  # fmt: skip
        expect_close(
            run(found, 0.0, 0.0, 2.0, 5.0),
            [33.0],
            "x³ + y² at 2 and 5",
            mistakes={"place and exponent are sorted, as if they were two operands": [16.0]},
        )

    def test_inputs_are_never_equal(self):
        found = self.left(INPUT, OTHER, ("+", 0, 1), n_inputs=2)
        expect_close(
            run(found, 2.0, 5.0),
            [7.0],
            "x + y at 2 and 5",
            mistakes={"both inputs are taken for x": [4.0]},
        )

    def test_outputs_move_as_well(self):
        found = self.left(INPUT, ("exp", 0), ("exp", 0), ("exp", 0), outputs=(3, 2, 1))
        assert found.outputs == (1, 1, 1), (
            f"all three results are the first e^x, at place 1, and the outputs are {found.outputs}"
        )

    def test_equal_work_may_be_far_apart(self):
        found = self.left(
            INPUT, ("exp", 0), ("tanh", 0), ("log", 2), ("exp", 0), ("+", 1, 3), ("+", 5, 4)
        )
        assert len(computed(found)) == 5, (
            f"e^x stands there twice, with other work between, and {computed(found)} is left"
        )

    def test_one_program_knows_nothing_of_another(self):
        self.left(INPUT, ("constant", 1234.5))
        found = self.left(INPUT, ("tanh", 0), ("constant", 1234.5))
        expect_close(
            run(found, 0.5),
            [1234.5],
            "1234.5 at place 2, after a program that had it at place 1,",
            mistakes={"places of the other program are still known": [math.tanh(0.5)]},
        )

    def test_a_long_program_takes_no_time(self):
        steps = [("+", place, 0) for place in range(30_000)]
        program = Program(1, [INPUT, *steps], (30_000,))
        assert len(drop_unused(merge_equal(program)).instructions) == 30_001
