"""4.2 · Recurrent networks: a state that is carried from token to token."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, same_parameters
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.recurrent import RNNCell, unroll
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    expect_same,
    is_drawn_from,
    is_tensor,
    measured,
    numbers,
    rng_of,
    shapes_of,
    stays_float32,
)
from katas.phase4_llms.tensor import Tensor


@pytest.mark.kata("RNNCell.__init__")
class TestRNNCellInit:
    def test_the_parts_have_their_shapes(self):
        expect_same(
            dict(sorted(shapes_of(RNNCell(3, 5)).items())),
            {"Wh": (5, 5), "Wx": (3, 5), "b": (5,)},
            "shapes of the parameters of RNNCell(3, 5)",
            mistakes={
                "weights are transposed, as in PyTorch": {"Wh": (5, 5), "Wx": (5, 3), "b": (5,)},
                "there are two biases, as in PyTorch": {
                    "Wh": (5, 5),
                    "Wx": (3, 5),
                    "b": (5,),
                    "bh": (5,),
                },
                "the state is kept in the cell, where it counts as a parameter": {
                    "Wh": (5, 5),
                    "Wx": (3, 5),
                    "b": (5,),
                    "h": (5,),
                },
            },
        )

    def test_the_weights_are_uniform_in_one_over_the_root_of_n_hidden(self):
        cell = RNNCell(1000, 25, rng_of(7))
        for name, data in (("Wx", cell.Wx.data), ("Wh", cell.Wh.data)):
            expect_close(
                np.abs(data).max(),
                0.2,
                f"the largest of the numbers in {name}, where n_in is 1000 and n_hidden 25",
                mistakes={
                    "1/√n_in is the limit": 1000**-0.5,
                    "the limit is 1": 1.0,
                    "the limit is Glorot's √(6 / (n_in + n_out)), as in Keras": (
                        math.sqrt(6 / (1025 if name == "Wx" else 50))
                    ),
                },
                tolerance=0.004,
            )
            expect_close(
                data.std(),
                0.2 / math.sqrt(3),
                f"deviation of {name}, uniform in ±0.2",
                mistakes={"it is normal with the deviation 1/√n_hidden": 0.2},
                tolerance=0.01,
            )
        assert not cell.b.data.any(), (
            "b should start at 0: PyTorch draws it as it draws the weights, Keras and MLX do not"
        )

    def test_the_draw_comes_from_rng(self):
        is_drawn_from(lambda rng: RNNCell(5, 5, rng), "RNNCell(5, 5)")
        cell = RNNCell(5, 5, rng_of(7))
        assert not np.array_equal(cell.Wx.data, cell.Wh.data), (
            "Wx and Wh have the same numbers: rng should move on"
        )


def cell_of(n_in, n_hidden):
    cell = RNNCell(n_in, n_hidden)
    cell.Wx.data, cell.Wh.data = numbers(n_in, n_hidden), numbers(n_hidden, n_hidden)
    cell.b.data = numbers(n_hidden)
    return cell


@pytest.mark.kata("RNNCell.__call__")
class TestRNNCellCall:
    def test_the_next_state_comes_from_input_and_state(self):
        cell = cell_of(3, 5)
        x, h = numbers(7, 3), numbers(7, 5)
        Wx, Wh, b = cell.Wx.data, cell.Wh.data, cell.b.data
        with same_parameters(cell):
            got = is_tensor(cell(x, h), "the next state")
        expect_close(
            got,
            [
                [
                    math.tanh(
                        sum(x[n, d] * Wx[d, k] for d in range(3))
                        + sum(h[n, j] * Wh[j, k] for j in range(5))
                        + b[k]
                    )
                    for k in range(5)
                ]
                for n in range(7)
            ],
            "the next states of 7 sequences",
            mistakes={
                "the state before is left out": np.tanh(x @ Wx + b),
                "the input is left out": np.tanh(h @ Wh + b),
                "b is left out": np.tanh(x @ Wx + h @ Wh),
                "b is added twice": np.tanh(x @ Wx + h @ Wh + 2 * b),
                "tanh is left out": x @ Wx + h @ Wh + b,
                "b is added after the tanh": np.tanh(x @ Wx + h @ Wh) + b,
                "ReLU stands where tanh belongs": np.maximum(x @ Wx + h @ Wh + b, 0),
                "Wh is transposed": np.tanh(x @ Wx + h @ Wh.T + b),
                "the state before is added after the tanh": np.tanh(x @ Wx + b) + h,
                "what Wh makes of the state is added after the tanh": np.tanh(x @ Wx + b) + h @ Wh,
                "the sequences share one state": np.tanh(x @ Wx + h.mean(axis=0) @ Wh + b),
            },
        )

    def test_tensors_will_do_and_every_gradient_is_the_measured_one(self):
        cell = cell_of(3, 2)
        x, h, upstream = Tensor(numbers(4, 3)), Tensor(numbers(4, 2)), numbers(4, 2)
        (cell(x, h) * upstream).sum().backward()
        named = {"Wx": cell.Wx, "Wh": cell.Wh, "b": cell.b, "x": x, "h": h}
        arrays = {name: tensor.data for name, tensor in named.items()}

        def total(name, array):
            a = arrays | {name: array}
            return (np.tanh(a["x"] @ a["Wx"] + a["h"] @ a["Wh"] + a["b"]) * upstream).sum()

        for name, tensor in named.items():
            wanted = measured(lambda array, name=name: total(name, array), tensor.data)
            expect_close(
                tensor.grad,
                wanted,
                f"gradient of {name}",
                mistakes={f"{name} is taken out of the graph, by .data or detach": 0.0},
                tolerance=MEASURED,
            )

    def test_it_remembers_nothing_itself(self):
        cell = cell_of(3, 5)
        x, h = numbers(7, 3), numbers(7, 5)
        first = cell(x, h).data.copy()
        expect_close(
            cell(x, h),
            first,
            "the same input and state again",
            mistakes={
                "the cell keeps its last state, and begins with that": np.tanh(
                    x @ cell.Wx.data + first @ cell.Wh.data + cell.b.data
                )
            },
        )
        expect_close(h, numbers(7, 5), "the caller's state afterwards")

    def test_float32_stays_float32(self):
        stays_float32(RNNCell(3, 5), (7, 3), (7, 5))


def plain_unroll(cell, inputs, h, adds=False):
    """The states, step by step and one sequence after the other; adds: to the state before."""
    Wx, Wh, b = cell.Wx.data, cell.Wh.data, cell.b.data
    states = np.zeros((*inputs.shape[:2], len(b)))
    for n in range(inputs.shape[0]):
        state = h[n]
        for t in range(inputs.shape[1]):
            state = np.tanh(inputs[n, t] @ Wx + state @ Wh + b) + adds * state
            states[n, t] = state
    return states


@pytest.mark.kata("unroll")
class TestUnroll:
    def test_each_step_begins_with_the_state_before(self):
        cell, inputs = cell_of(3, 5), numbers(2, 7, 3)
        zeros = np.zeros((2, 5))
        with same_parameters(cell):
            got = is_tensor(unroll(cell, inputs), "the states")
        right = plain_unroll(cell, inputs, zeros)
        fresh = np.stack([cell(inputs[:, t], zeros).data for t in range(7)], axis=1)
        leaking = plain_unroll(cell, inputs.reshape(1, 14, 3), zeros).reshape(2, 7, 5)
        expect_close(
            got,
            right,
            "states of 2 sequences of 7 steps",
            mistakes={
                "every step begins with h0": fresh,
                "every step sees the first input": plain_unroll(
                    cell, np.repeat(inputs[:, :1], 7, axis=1), zeros
                ),
                "every step sees the last input": plain_unroll(
                    cell, np.repeat(inputs[:, -1:], 7, axis=1), zeros
                ),
                "a sequence begins with the last state of the one before": leaking,
                "only the last state is returned": right[:, -1],
                "time comes before the batch": right.swapaxes(0, 1),
                "time comes before the batch, and is only reshaped": (
                    right.swapaxes(0, 1).reshape(2, 7, 5)
                ),
                "the last state stands at every step": np.repeat(right[:, -1:], 7, axis=1),
                "the states come newest first": right[:, ::-1],
                "each step has the state before it, and not after it": np.concatenate(
                    [zeros[:, None], right[:, :-1]], axis=1
                ),
                "h0 stands in front of them": np.concatenate([zeros[:, None], right], axis=1),
                "each step adds to the state before": plain_unroll(cell, inputs, zeros, adds=True),
                "the inputs are read from the end": plain_unroll(cell, inputs[:, ::-1], zeros),
                "time runs backwards": plain_unroll(cell, inputs[:, ::-1], zeros)[:, ::-1],
            },
        )

    def test_it_can_begin_with_a_given_state(self):
        cell, inputs, h0 = cell_of(3, 5), numbers(2, 4, 3), numbers(2, 5)
        expect_close(
            unroll(cell, inputs, h0),
            plain_unroll(cell, inputs, h0),
            "states that begin with h0",
            mistakes={"h0 is passed over": plain_unroll(cell, inputs, np.zeros((2, 5)))},
        )
        expect_close(h0, numbers(2, 5), "the caller's h0 afterwards")

    def test_a_second_call_begins_afresh(self):
        cell, inputs = cell_of(3, 5), numbers(2, 4, 3)
        first = unroll(cell, inputs).data.copy()
        expect_close(
            unroll(cell, inputs),
            first,
            "states of the same inputs once more",
            mistakes={
                "the last state of the call before leaks into this one": plain_unroll(
                    cell, inputs, first[:, -1]
                )
            },
        )

    def test_one_step_will_do(self):
        cell, inputs = cell_of(3, 5), numbers(2, 1, 3)
        expect_close(
            unroll(cell, inputs), plain_unroll(cell, inputs, np.zeros((2, 5))), "states of one step"
        )

    def test_gradients_flow_back_through_all_of_time(self):
        cell = cell_of(2, 3)
        inputs, h0 = Tensor(numbers(2, 4, 2)), Tensor(numbers(2, 3))
        upstream = numbers(2, 4, 3)
        (unroll(cell, inputs, h0) * upstream).sum().backward()

        def total(name, array):
            again = cell_of(2, 3)
            a = {"inputs": inputs.data, "h0": h0.data, name: array}
            if name in ("Wx", "Wh", "b"):
                getattr(again, name).data = array
            return (plain_unroll(again, a["inputs"], a["h0"]) * upstream).sum()

        named = {"h0": h0, "inputs": inputs, "Wx": cell.Wx, "Wh": cell.Wh, "b": cell.b}
        for name, tensor in named.items():
            wanted = measured(lambda array, name=name: total(name, array), tensor.data)
            expect_close(
                tensor.grad,
                wanted,
                f"gradient of {name}, through 4 steps",
                mistakes={"no gradient arrives": 0.0},
                tolerance=MEASURED,
            )

    def test_a_state_of_zeros_is_a_state_like_any_other(self):
        h0 = Tensor(np.zeros((1, 3)))
        unroll(cell_of(2, 3), numbers(1, 2, 2), h0).sum().backward()
        assert np.any(h0.grad), (
            "no gradient came to an h0 of zeros: only None stands for no state, and whoever learns "
            "the state to begin with begins with zeros, perhaps"
        )

    def test_float32_stays_float32(self):
        cell = RNNCell(2, 3, rng_of(0))
        cast_parameters(cell, np.float32)
        states = unroll(cell, numbers(1, 2, 2))
        assert states.data.dtype == np.float32, (
            f"a cell of float32 gave states of {states.data.dtype}: a Tensor of float64, such as "
            "one of zeros to begin with, widens all that follow"
        )

    def test_a_gradient_reaches_the_first_input_from_the_last_state(self):
        cell, inputs = cell_of(2, 3), Tensor(numbers(1, 5, 2))
        unroll(cell, inputs)[:, -1].sum().backward()
        grad = np.reshape(inputs.grad * np.ones((1, 5, 2)), (5, 2))
        assert np.abs(grad[0]).max() > 1e-6, (
            f"the last of 5 states does not depend on the first input: its gradient is {grad[0]}. "
            "The state was taken out of the graph on its way, by .data or detach"
        )
