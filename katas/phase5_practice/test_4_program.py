"""5.4 · Program: what an instruction reads, a program in words, and a run of it."""

import math

import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase5_practice.program import Program, interpret, listing, operands

# (x + y) · 3, to the power of 2, and a gate on x
EXAMPLE = Program(
    2,
    [
        ("input", 0),
        ("input", 1),
        ("constant", 3.0),
        ("+", 0, 1),
        ("*", 3, 2),
        ("**", 4, 2.0),
        ("gate", 0, 5),
    ],
    (6, 3),
)


@pytest.mark.kata("operands")
class TestOperands:
    def reads(self, instruction, wanted, **mistakes):
        found = operands(instruction)
        expect_kind(found, tuple, f"what {instruction} reads")
        for name, wrong in mistakes.items():
            assert list(found) != list(wrong), (
                f"{instruction} reads {wanted}, and operands says {found}: {name.replace('_', ' ')}"
            )
        assert found == wanted, f"{instruction} reads {wanted}, and operands says {found}"

    def test_a_sum_reads_two_places(self):
        self.reads(
            ("+", 3, 7),
            (3, 7),
            the_name_of_the_operation_is_no_operand=("+", 3, 7),
            they_stand_the_other_way_round=(7, 3),
        )

    def test_a_function_reads_one_place(self):
        self.reads(("tanh", 5), (5,))

    def test_the_order_is_kept(self):
        self.reads(
            ("gate", 4, 2),
            (4, 2),
            they_were_sorted=(2, 4),
            what_a_gate_tests_is_read_too=(2,),
            what_a_gate_lets_through_is_read_too=(4,),
            a_gate_is_an_operation_too=(),
        )

    def test_a_place_that_is_read_twice_stands_there_twice(self):
        self.reads(("*", 4, 4), (4, 4), a_square_reads_its_operand_twice=(4,))

    def test_an_exponent_is_a_number_and_no_place(self):
        self.reads(("**", 4, 2.0), (4,), the_exponent_was_taken_for_a_place=(4, 2.0))

    def test_a_constant_reads_nothing(self):
        self.reads(("constant", 2.0), (), its_number_was_taken_for_a_place=(2.0,))

    def test_an_input_reads_nothing(self):
        self.reads(("input", 1), (), its_number_was_taken_for_a_place=(1,))

    def test_place_0_is_a_place(self):
        self.reads(("relu", 0), (0,), place_0_is_missing=())


@pytest.mark.kata("listing")
class TestListing:
    def lines(self, program, wanted):
        found = listing(program)
        expect_kind(found, [str], "the listing")
        for line, right in zip(found, wanted):
            assert line == right, f"a line of the listing is {line!r}, and should be {right!r}"
        if len(found) == len(wanted) - 1:
            pytest.fail(f"the listing ends at {found[-1]!r}: the line of the results is missing")
        assert len(found) == len(wanted), f"the listing has {len(found)} lines, not {len(wanted)}"

    def test_a_line_for_each_instruction_and_one_for_the_results(self):
        wanted = [
            "v0 = input 0",
            "v1 = input 1",
            "v2 = constant 3.0",
            "v3 = v0 + v1",
            "v4 = v3 * v2",
            "v5 = v4 ** 2.0",
            "v6 = gate(v0, v5)",
            "results v6, v3",
        ]
        self.lines(EXAMPLE, wanted)

    def test_a_function_is_written_as_a_call(self):
        program = Program(1, [("input", 0), ("relu", 0), ("log", 1)], (2,))
        self.lines(program, ["v0 = input 0", "v1 = relu(v0)", "v2 = log(v1)", "results v2"])

    def test_what_nobody_reads_has_a_line_and_so_has_what_stands_there_twice(self):
        program = Program(1, [("input", 0), ("exp", 0), ("exp", 0), ("tanh", 2)], (3, 3))
        wanted = ["v0 = input 0", "v1 = exp(v0)", "v2 = exp(v0)", "v3 = tanh(v2)", "results v3, v3"]
        self.lines(program, wanted)

    def test_numbers_keep_all_their_digits(self):
        found = listing(Program(0, [("constant", 1 / 3), ("**", 0, 1e-5)], (1,)))
        assert "0.333333 " not in found[0] + " ", "a third was rounded to six digits"
        assert found[0] == "v0 = constant 0.3333333333333333", f"the line of 1/3 is {found[0]!r}"
        assert found[1] == "v1 = v0 ** 1e-05", f"the line of a power of 1e-5 is {found[1]!r}"

    def test_minus_zero_keeps_its_sign(self):
        found = listing(Program(0, [("constant", -0.0)], (0,)))
        assert found[0] == "v0 = constant -0.0", f"the line of -0.0 is {found[0]!r}"


@pytest.mark.kata("interpret")
class TestInterpret:
    def test_the_example(self):
        """x = 1, y = 2: the sum is 3, times 3 is 9, squared 81; x is above 0."""
        expect_close(
            interpret(EXAMPLE, [1.0, 2.0]),
            [81.0, 3.0],
            "the results for 1 and 2",
            mistakes={
                "the results are those of the last instructions": [81.0, 81.0],
                "the results come in the order of their places, not of outputs": [3.0, 81.0],
                "only the first output is returned": 81.0,
                "the number of every place is returned": [1.0, 2.0, 3.0, 3.0, 9.0, 81.0, 81.0],
                "the gate reads its operands the other way round": [1.0, 3.0],
                "the exponent is taken for a place": [729.0, 3.0],
                "an operation is given the places, and not the numbers there": [0.0, 1.0],
            },
        )

    def test_the_same_program_runs_on_other_numbers(self):
        interpret(EXAMPLE, [1.0, 2.0])
        expect_close(
            interpret(EXAMPLE, [-1.0, 2.0]),
            [0.0, 1.0],
            "the results for -1 and 2, after those for 1 and 2",
            mistakes={
                "the first run's are returned again": [81.0, 3.0],
                ("the inputs are exchanged", "a gate tests its second operand, not its first"): (
                    [9.0, 1.0]
                ),
            },
        )

    @pytest.mark.parametrize(
        ("op", "wanted"),
        [("exp", math.e**0.5), ("log", -math.log(2)), ("tanh", 0.46211715726000973), ("relu", 0.5)],
    )
    def test_functions_of_one_number(self, op, wanted):
        expect_close(interpret(Program(1, [("input", 0), (op, 0)], (1,)), [0.5]), [wanted], op)

    def test_beyond_the_numbers_there_is_infinity_and_no_error(self):
        program = Program(1, [("input", 0), ("exp", 0), ("**", 0, -1.0), ("log", 0)], (1, 2, 3))
        try:
            found = [interpret(program, [1000.0])[0], *interpret(program, [0.0])[1:]]
        except (ArithmeticError, ValueError) as error:
            pytest.fail(
                f"e to the power of 1000, 1 / 0 and log(0) are infinity, infinity and -infinity in "
                f"a program, and Python's own functions say: {error}. OPERATIONS has what a "
                "program computes"
            )
        wanted = [math.inf, math.inf, -math.inf]
        expect_close(found, wanted, "e to the power of 1000, 1 / 0 and log(0)")

    def test_minus_zero_and_minus_zero_are_minus_zero(self):
        (found,) = interpret(Program(1, [("input", 0), ("+", 0, 0)], (1,)), [-0.0])
        assert math.copysign(1, found) == -1, (
            "-0.0 + -0.0 became 0.0: a third number was added (sum begins with a 0)"
        )

    @pytest.mark.parametrize(
        ("x", "wanted", "mistakes"),
        [
            (-2.0, [0.0, 0.0], {}),
            (-0.0, [0.0, 0.0], {}),
            (0.0, [0.0, 0.0], {"a gate is open at 0": [0.0, 5.0]}),
            (
                math.nan,
                [math.nan, 5.0],
                {
                    "NaN is taken for a number below 0 by both": [0.0, 0.0],
                    "a relu of NaN is 0: max keeps its first, and NaN is not above it": [0.0, 5.0],
                    "a gate is open above 0 alone, and NaN is not above": [math.nan, 0.0],
                },
            ),
        ],
        ids=["-2", "-0.0", "0", "nan"],
    )
    def test_what_is_not_0_or_below_passes_relu_and_gate(self, x, wanted, mistakes):
        """NaN is not: every comparison with it is false."""
        program = Program(2, [("input", 0), ("input", 1), ("relu", 0), ("gate", 0, 1)], (2, 3))
        found = interpret(program, [x, 5.0])
        expect_close(found, wanted, f"relu(x) and gate(x, 5) at {x}", mistakes)
        expect_kind(found, [float], f"relu(x) and gate(x, 5) at {x}")
        assert math.copysign(1, found[0]) == 1, f"relu(x) at {x} is {found[0]}, and should be 0.0"

    def test_a_program_may_have_no_inputs(self):
        found = interpret(Program(0, [("constant", 7.0), ("exp", 0)], (0,)), [])
        expect_close(found, [7.0], "the result of a program of constants, for no numbers")

    def test_results_may_be_inputs_constants_and_the_same_place_twice(self):
        program = Program(1, [("input", 0), ("constant", 7.0)], (1, 0, 0))
        expect_close(interpret(program, [5.0]), [7.0, 5.0, 5.0], "a constant, and an input twice")

    def test_the_results_are_a_list(self):
        expect_kind(interpret(EXAMPLE, [1.0, 2.0]), [float], "the results")

    def test_the_list_of_inputs_and_the_program_stay_as_they_are(self):
        numbers, instructions = [1.0, 2.0], [("input", 0), ("input", 1), ("+", 0, 1)]
        program = Program(2, list(instructions), (2,))
        interpret(program, numbers)
        assert numbers == [1.0, 2.0], f"the caller's list of inputs has become {numbers}"
        assert program.instructions == instructions, (
            f"after a run the instructions of the program are {program.instructions}, and they "
            f"were {instructions}"
        )

    def test_each_instruction_is_computed_once(self):
        """Sixty doublings: who computes an operand for each reader is at work for years."""
        doublings = [("+", place, place) for place in range(60)]
        found = interpret(Program(1, [("input", 0), *doublings], (60,)), [1.0])
        expect_close(found, [2.0**60], "1, doubled sixty times")

    def test_a_program_may_be_long(self):
        steps = [("+", place, 0) for place in range(50_000)]
        found = interpret(Program(1, [("input", 0), *steps], (50_000,)), [1.0])
        expect_close(found, [50_001.0], "a chain of 50,000 additions")

    @pytest.mark.parametrize("numbers", [[1.0], [1.0, 2.0, 3.0]], ids=["too few", "too many"])
    def test_as_many_numbers_as_inputs(self, numbers):
        expect_raises(
            ValueError,
            lambda: interpret(EXAMPLE, numbers),
            f"{len(numbers)} numbers for 2 inputs",
            naming=[len(numbers), 2],
        )

    def test_an_unknown_operation_is_named(self):
        program = Program(1, [("input", 0), ("sin", 0)], (1,))
        expect_raises(ValueError, lambda: interpret(program, [1.0]), "a sin", naming=["sin"])
