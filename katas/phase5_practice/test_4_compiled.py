"""5.4 · Compiled: traced once, run ever after."""

import contextlib
import random

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.losses import mean_squared_error
from katas.phase2_networks.module import MLP
from katas.phase5_practice.compiled import Compiled, gradient_program
from katas.phase5_practice.emit import python_function
from katas.phase5_practice.program import interpret


def values(*numbers):
    return [Value(x) for x in numbers]


def counted(program, op):
    return sum(instruction[0] == op for instruction in program.instructions)


class Calls:
    """A function of Values that counts its calls: the product of all, plus the first."""

    def __init__(self):
        self.n = 0

    def __call__(self, inputs):
        self.n += 1
        product = inputs[0]
        for value in inputs[1:]:
            product = product * value
        return product + inputs[0]


@pytest.mark.kata("gradient_program")
class TestGradientProgram:
    def test_the_result_and_its_gradients(self):
        program = gradient_program(lambda v: v[0] * v[1] + v[0], values(3.0, 5.0))
        expect_close(
            interpret(program, [2.0, 7.0]),
            [16.0, 8.0, 2.0],
            "x · y + x at 2 and 7, and its gradients",
            mistakes={
                "it was not differentiated": [16.0],
                "the result is left out": [8.0, 2.0],
            },
        )

    def test_inputs_are_the_values_that_were_given(self):
        """As for a model: f reaches its parameters by itself, and copies would be others."""
        x, y = values(3.0, 5.0)
        expect_close(
            interpret(gradient_program(lambda _: x * y + x, [x, y]), [2.0, 7.0]),
            [16.0, 8.0, 2.0],
            "x · y + x at 2 and 7, where f does not look at its argument",
            mistakes={
                "f is traced with copies, and x and y are constants": [18.0, 0.0, 0.0],
                "the inputs are in reverse order": [21.0, 7.0, 3.0],
            },
        )

    def test_f_is_called_once(self):
        f = Calls()
        gradient_program(f, values(3.0, 5.0))
        assert f.n == 1, f"f was called {f.n} times for one program"

    def test_constants_are_folded(self):
        def f(v):
            return v[0] * (Value(2.0) * 3.0).exp()

        program = gradient_program(f, values(1.0))
        assert counted(program, "exp") == 0, "e^(2 · 3) is still computed in every run"

    def test_equal_work_is_merged(self):
        program = gradient_program(lambda v: v[0].exp() * v[0].exp(), values(1.0))
        assert counted(program, "exp") == 1, (
            f"e^x · e^x needs e^x once, and the program computes {counted(program, 'exp')}"
        )

    def test_folded_then_merged_then_differentiated(self):
        """3 tanh(u) + 5 tanh(u) for u = 6x, once written as (2 · 3) · x.

        Folding shows that both u are one, merging that both tanh are. So one tanh has two readers,
        and what arrives at it is 3 + 5, which is 8 in every run.
        """

        def f(v):
            (x,) = v
            return (x * 6.0).tanh() * 3.0 + (x * (Value(2.0) * 3.0)).tanh() * 5.0

        program = gradient_program(f, values(0.5))
        assert counted(program, "tanh") == 1, (
            "tanh(6x) and tanh((2 · 3) x) are still two: the product 2 · 3 has to be folded before "
            "equal work is merged"
        )
        assert ("constant", 8.0) in program.instructions, (
            "3 tanh(6x) + 5 tanh(6x): 3 and 5 arrive at one tanh, and 8 is passed on. Here each "
            "tanh got a backward pass of its own: equal work is merged before differentiating"
        )

    def test_the_backward_pass_is_folded_as_well(self):
        """The gradient of the result is 1.0, and a product with it is the other factor."""
        program = gradient_program(lambda v: v[0] * v[1], values(3.0, 5.0))
        assert counted(program, "*") == 1, (
            f"x · y has gradients y and x, without any work, and the program computes "
            f"{counted(program, '*')} products: is the 1 that the backward pass begins with still "
            "multiplied by?"
        )

    def test_what_no_result_needs_is_dropped(self):
        """Of w · 3 only w is an input: the gradient of 3 is needed by nobody."""
        program = gradient_program(lambda v: (v[0] * 3.0).tanh(), values(1.0))
        read = {p for i in program.instructions if i[0] != "constant" for p in i[1:]}
        used = read | set(program.outputs)
        unused = [i for place, i in enumerate(program.instructions) if place not in used]
        assert not unused, f"instructions that nobody reads: {unused}"

    def test_an_input_stays_an_input(self):
        program = gradient_program(lambda v: v[0] * v[0] + 0.0 * v[1], values(1.0, 2.0))
        assert program.n_inputs == 2 and len(program.outputs) == 3, (
            f"2 inputs, a result and 2 gradients: it has {program.n_inputs} inputs and "
            f"{len(program.outputs)} outputs"
        )


@pytest.mark.kata("Compiled.function")
class TestCompiledFunction:
    def test_it_computes_the_result_and_the_gradients(self):
        run = Compiled(Calls()).function(values(3.0, 5.0))
        assert callable(run), f"function returned {run!r}, and what was built is a function"
        expect_close(
            run([2.0, 7.0]),
            [16.0, 8.0, 2.0],
            "x · y + x at 2 and 7, and its gradients",
            mistakes={"f alone is built, without its gradients": [16.0]},
        )

    def test_f_is_called_once(self):
        f = Calls()
        compiled = Compiled(f)
        assert f.n == 0, "f is called before any input is there"
        one, other = values(3.0, 5.0), values(1.0, 2.0)  # both there at once: their ids differ
        first, again = compiled.function(one), compiled.function(other)
        assert f.n == 1, (
            f"two inputs twice, and f is called again, {f.n} times in all: what was built for two "
            "inputs serves any two"
        )
        assert first is again, "two inputs twice, and two functions were built"

    def test_another_number_of_inputs_is_another_function(self):
        f = Calls()
        compiled = Compiled(f)
        compiled.function(values(3.0, 5.0))
        run = compiled.function(values(3.0, 5.0, 7.0))
        assert f.n == 2, f"two inputs, then three, and f was called {f.n} time(s)"
        expect_close(run([2.0, 3.0, 5.0]), [32.0, 16.0, 10.0, 6.0], "x · y · z + x, and gradients")
        compiled.function(values(1.0, 1.0))
        assert f.n == 2, "what was built for two inputs is forgotten after three came"
        compiled.function(values(7.0))
        assert f.n == 3, f"one input after two and three, and f was called {f.n} times, not 3"
        assert set(compiled.functions) == {1, 2, 3}, (
            f"functions are kept by the number of inputs, 1, 2 and 3, and the keys are "
            f"{set(compiled.functions)}"
        )

    def test_what_could_not_be_built_is_built_at_the_next_call(self):
        f, fails = Calls(), [ValueError("cc refuses the source")]

        def build(program):
            if fails:
                raise fails.pop()
            return python_function(program)

        compiled = Compiled(f, build)
        with contextlib.suppress(ValueError):
            compiled.function(values(3.0, 5.0))
        run = compiled.function(values(3.0, 5.0))
        assert callable(run), f"building failed once, and {run!r} was kept in its place"

    def test_it_is_built_by_what_was_given(self):
        built = []

        def build(program):
            built.append(program)
            return python_function(program)

        Compiled(Calls(), build).function(values(3.0, 5.0))
        assert len(built) == 1, f"build was called {len(built)} times"
        assert len(built[0].outputs) == 3, "build gets the program with its gradients"

    def test_it_is_traced_with_the_values_that_were_given(self):
        x, y = values(3.0, 5.0)
        expect_close(
            Compiled(lambda _: x * y).function([x, y])([2.0, 7.0]),
            [14.0, 7.0, 2.0],
            "x · y at 2 and 7, where f does not look at its argument",
            mistakes={"f is traced with copies, and x and y are constants": [15.0, 0.0, 0.0]},
        )

    def test_two_compiled_functions_share_nothing(self):
        first, second = Compiled(lambda v: v[0] * 2), Compiled(lambda v: v[0] * 3)
        first.function(values(1.0))
        expect_close(second.function(values(1.0))([5.0]), [15.0, 3.0], "3x at 5")


@pytest.mark.kata("Compiled.__call__")
class TestCompiledCall:
    def test_it_returns_a_value(self):
        result = Compiled(Calls())(values(3.0, 5.0))
        expect_kind(result, Value, "what a compiled function returns")
        assert type(result.data) is float, "its data is no float"
        expect_close(result, 18.0, "x · y + x at 3 and 5")

    def test_the_whole_of_f_is_one_node(self):
        inputs = values(3.0, 5.0)
        result = Compiled(Calls())(inputs)
        assert isinstance(result.parents, tuple), (
            f"parents are a tuple, not a {type(result.parents).__name__}: the caller may change a "
            "list later"
        )
        assert [id(p) for p in result.parents] == [id(v) for v in inputs], (
            "the parents are the inputs, the same objects in their order, and here they are "
            f"{result.parents}"
        )
        assert isinstance(result.local_grads, tuple), (
            f"local gradients are a tuple, not a {type(result.local_grads).__name__}"
        )
        expect_close(
            result.local_grads,
            [6.0, 3.0],
            "local gradients of x · y + x",
            mistakes={
                "the result is among them": [18.0, 6.0, 3.0],
                "they come in reverse order": [3.0, 6.0],
                "none are handed on": [],
            },
        )
        assert result.op == "compiled", f"op is {result.op!r}, and should be 'compiled'"

    def test_a_gradient_of_0_has_its_parent_too(self):
        x, y = values(3.0, 5.0)
        result = Compiled(lambda v: v[0] * 2)([x, y])
        assert len(result.parents) == 2, (
            f"2x of the inputs x and y has the parents {result.parents}: all inputs are, also one "
            "whose gradient is 0"
        )

    def test_an_input_may_stand_twice_once_it_is_compiled(self):
        compiled = Compiled(lambda v: v[0] * v[1] + v[0])
        compiled(values(3.0, 5.0))
        (x,) = values(7.0)
        result = compiled([x, x])
        assert len(result.parents) == len(result.local_grads) == 2, (
            f"one Value came as both inputs, and there are {len(result.parents)} parents beside "
            f"{len(result.local_grads)} local gradients"
        )
        result.backward()
        expect_close(x.grad, 15.0, "the slope of x · x + x at 7, both inputs being one Value")

    def test_f_is_called_at_the_first_call_and_not_again(self):
        f = Calls()
        compiled = Compiled(f)
        compiled(values(3.0, 5.0))
        compiled(values(1.0, 2.0))
        assert f.n == 1, f"two calls with two inputs each, and f was called {f.n} times"

    def test_the_numbers_are_read_now(self):
        inputs = values(3.0, 5.0)
        compiled = Compiled(Calls())
        compiled(inputs)
        inputs[0].data = 2.0
        expect_close(
            compiled(inputs),
            12.0,
            "x · y + x after x has become 2",
            mistakes={
                "the numbers of the first call are used": 18.0,
                "a call has put the inputs in another order": 8.0,
            },
        )

    def test_the_inputs_stay_as_they_are(self):
        inputs = values(0.1 + 0.2, 1 / 3)
        before = [(v.data, v.grad, v.label) for v in inputs]
        Compiled(Calls())(inputs)
        after = [(v.data, v.grad, v.label) for v in inputs]
        assert after == before, f"data, grad and label of the inputs were {before}, and are {after}"

    def test_the_function_is_given_floats(self):
        """Whatever was put into data: a float32 of numpy would make all of it float32."""
        given = []

        def build(program):
            run = python_function(program)
            return lambda numbers: given.extend(numbers) or run(numbers)

        inputs = values(3.0, 5.0)
        compiled = Compiled(Calls(), build)
        compiled(inputs)
        inputs[0].data, inputs[1].data = 2, np.float32(0.1)
        compiled(inputs)
        kinds = [type(x).__name__ for x in given]
        assert kinds == ["float"] * 4, (
            f"the inputs were 3.0 and 5.0, then 2 and np.float32(0.1), and the function that was "
            f"built got {given}: it takes floats"
        )

    def test_other_values_may_come(self):
        compiled = Compiled(Calls())
        first, others = values(3.0, 5.0), values(10.0, 20.0)
        compiled(first)
        result = compiled(others)
        expect_close(result, 210.0, "x · y + x at 10 and 20, after 3 and 5")
        try:
            more = compiled(values(2.0, 3.0, 5.0))
        except ValueError as error:
            pytest.fail(f"three inputs, after calls with two inputs: {error}")
        expect_close(more, 32.0, "x · y · z + x at 2, 3 and 5, after calls with two inputs")
        parents = [id(parent) for parent in result.parents]
        assert parents != [id(v) for v in first], "the parents are the inputs of the first call"
        assert parents == [id(v) for v in others], (
            f"10 and 20 came after 3 and 5, and the parents are {result.parents}"
        )

    def test_backward_works_as_ever(self):
        inputs = values(3.0, 5.0)
        compiled = Compiled(Calls())
        (compiled(inputs) * 7 + inputs[1]).backward()
        expect_close(
            [v.grad for v in inputs],
            [42.0, 22.0],
            "gradients of 7 (x · y + x) + y",
            mistakes={
                "a call adds to them already: that is for backward": [48.0, 25.0],
                "nothing is handed on to the inputs": [0.0, 1.0],
                "the local gradients are in reverse order": [21.0, 43.0],
            },
        )
        compiled(inputs).backward()
        expect_close(
            [v.grad for v in inputs],
            [48.0, 25.0],
            "gradients after a second backward, without zero_grad",
            mistakes={"gradients are set instead of added to": [6.0, 3.0]},
        )

    def test_inputs_may_be_computed_themselves(self):
        compiled = Compiled(lambda v: v[0] * v[0])
        compiled(values(1.0))
        x = Value(2.0)
        compiled([x * 3]).backward()
        expect_close(x.grad, 36.0, "the slope of (3x)² at 2")

    def test_an_if_on_data_is_frozen(self):
        compiled = Compiled(lambda v: v[0] * 2 if v[0].data > 0 else v[0] * 100)
        compiled(values(3.0))
        expect_close(
            compiled(values(-1.0)),
            -2.0,
            "2x where x was above 0 at the trace, at -1",
            mistakes={"f is called again, and not what was built for one input": -100.0},
        )

    def test_training_goes_the_same_way_to_the_last_bit(self):
        points, targets = [[0.5, -1.0], [2.0, 1.5], [-1.0, 0.3]], [1.0, -1.0, 0.5]
        losses = []
        for is_compiled in (False, True):
            model = MLP([2, 3, 1], "tanh", random.Random(0))
            parameters = model.parameters()

            def loss(_, model=model):
                return mean_squared_error([model(point)[0] for point in points], targets)

            step = Compiled(loss) if is_compiled else loss
            losses.append([])
            for _ in range(20):
                model.zero_grad()
                result = step(parameters)
                result.backward()
                losses[-1].append(result.data)
                for parameter in parameters:
                    parameter.data -= 0.1 * parameter.grad
        assert losses[1][-1] < losses[1][0] / 2, "twenty steps, and the loss has hardly fallen"
        expect_close(losses[1], losses[0], "losses of twenty steps", tolerance=1e-14)
