"""5.1 · Delta: linear attention at once and step by step, and a memory that replaces."""

import numpy as np
import pytest

from dojo.expect import expect_close
from katas.phase4_llms.spec_helpers import (
    check_measured,
    expect_float32,
    gradients_of,
    hinted,
    is_tensor,
    numbers,
)
from katas.phase4_llms.tensor import Tensor
from katas.phase5_practice.delta import gated_delta_step, linear_attention, linear_step

AXES = "… in a shape stands for any number of axes in front: here for none"


def unit(*shape, salt=0):
    """Rows of length 1."""
    rows = numbers(*shape, salt=salt)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def by_loops(q, k, v, way="right"):
    """(T, D), (T, D), (T, E) -> (T, E): sums of products, one after the other."""
    T, out = len(q), np.zeros((len(q), v.shape[1]))
    for t in range(T):
        ends = {"future": T, "turned": T, "transposed": T, "before": t, "one ahead": min(t + 2, T)}
        for s in range(ends.get(way, t + 1)):
            if way in ("turned", "transposed") and s < t:
                continue
            a, b = (k[t], q[s]) if way in ("exchanged", "transposed") else (q[t], k[s])
            weight = {"scaled": a @ b / np.sqrt(len(a)), "mean": a @ b / (t + 1)}.get(way, a @ b)
            if way == "feature map":
                f = lambda z: np.where(z > 0, z + 1, np.exp(z))  # noqa: E731
                weight = f(a) @ f(b)
            weight = max(weight, 0.0) if way == "relu" else weight
            out[t] += (np.exp(weight) if way == "exp" else weight) * v[s]
        if way == "normalized":
            weights = np.array([q[t] @ k[s] for s in range(t + 1)])
            out[t] = weights / weights.sum() @ v[: t + 1]
        if way == "softmax":
            weights = np.exp([q[t] @ k[s] for s in range(t + 1)])
            out[t] = weights / weights.sum() @ v[: t + 1]
    return out


@pytest.mark.kata("linear_attention")
class TestLinearAttention:
    def test_three_positions_on_paper(self):
        """Products with keys so far: 1; 0 and 2; 1, 2 and 3."""
        q = Tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        k = Tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 2.0]])
        v = Tensor([[10.0], [100.0], [1000.0]])
        with hinted(AXES):
            found = is_tensor(linear_attention(q, k, v), "the mixture")
        expect_close(
            found,
            [[10.0], [200.0], [3210.0]],
            "values 10, 100 and 1000, weighed 1; 0 and 2; 1, 2 and 3",
            mistakes={
                "the future is not hidden": [[1010.0], [2200.0], [3210.0]],
                "a position does not see itself": [[0.0], [0.0], [210.0]],
                "-inf is added where the future is: there is no softmax that would make 0 of it": [
                    [-np.inf],
                    [-np.inf],
                    [3210.0],
                ],
            },
        )

    def test_sums_of_products(self):
        q, k, v = numbers(5, 3), numbers(5, 3, salt=1), numbers(5, 2, salt=2)
        ways = {
            "a softmax is taken of the products: that is the attention of 4.3": "softmax",
            "the products are divided by √D": "scaled",
            "the future is not hidden": "future",
            "the past is hidden, and not the future": "turned",
            "a position does not see itself": "before",
            "queries and keys are exchanged": "exchanged",
            "a position sees the next one too": "one ahead",
            "the products are transposed before they meet the values": "transposed",
            "products below 0 become 0": "relu",
            "the sum is divided by how many positions there are so far": "mean",
            "powers of e are taken of the products": "exp",
            "the products are divided by their sum": "normalized",
            "queries and keys pass a feature map (elu + 1) first, as in the paper": "feature map",
        }
        expect_close(
            linear_attention(*map(Tensor, (q, k, v))),
            by_loops(q, k, v),
            "5 positions",
            mistakes={name: by_loops(q, k, v, way) for name, way in ways.items()},
        )

    def test_any_number_of_axes_may_stand_in_front(self):
        q, k, v = numbers(2, 3, 5, 3), numbers(2, 3, 5, 3, salt=1), numbers(2, 3, 5, 2, salt=2)
        wanted = [[by_loops(q[b, h], k[b, h], v[b, h]) for h in range(3)] for b in range(2)]
        expect_close(linear_attention(*map(Tensor, (q, k, v))), wanted, "2 sequences of 3 heads")

    def test_gradients_reach_all_three(self):
        leaves = {
            "q": Tensor(numbers(5, 3)), "k": Tensor(numbers(5, 3, salt=1)),
            "v": Tensor(numbers(5, 2, salt=2)),
        }  # fmt: skip
        c = numbers(5, 2, salt=3)
        gradients_of(linear_attention(*leaves.values()), c, **leaves)
        check_measured(lambda q, k, v: (by_loops(q, k, v) * c).sum(), leaves, "linear_attention")

    def test_float32_stays_float32(self):
        expect_float32(linear_attention, (5, 3), (5, 3), (5, 2))


def is_pair(found, what):
    """The two Tensors that a step returns."""
    __tracebackhide__ = True
    assert isinstance(found, tuple | list) and len(found) == 2, (
        f"{what} returned a {type(found).__name__}, and should return two Tensors: the new state, "
        "and what q reads from it"
    )
    for part, name in zip(found, ("the new state", "what is read")):
        is_tensor(part, name)
    return found


# a state of two keys and two values, and what comes next
STATE = np.array([[1.0, 2.0], [3.0, 4.0]])
Q, K, V = np.array([1.0, 10.0]), np.array([0.0, 1.0]), np.array([5.0, 7.0])


def keeps_axes_of_length_1(step, wanted, *more):
    """Fail if a step loses an axis: one sequence, a value of one channel."""
    __tracebackhide__ = True
    q, k, v = Tensor([[2.0, 1.0]]), Tensor([[0.0, 1.0]]), Tensor([[5.0]])
    state, read = step(Tensor(np.ones((1, 2, 1))), q, k, v, *more)
    expect_close(state, [[[1.0], [wanted]]], "the new state, (1, 2, 1) for one sequence and E = 1,")
    expect_close(read, [[2.0 + wanted]], "what is read, (1, 1) for one sequence and E = 1,")


def keeps_float32(step, *more):
    """Fail if a step of float32 leads to float64."""
    __tracebackhide__ = True
    shapes = (2, 3, 5), (2, 3), (2, 3), (2, 5), *more
    expect_float32(lambda *given: sum(part.sum() for part in step(*given)), *shapes)


def leaves_state_alone(step, *more):
    """Fail if a step changes the state that it is given."""
    __tracebackhide__ = True
    state = Tensor(STATE.copy())
    new, _ = step(state, *map(Tensor, (Q, K, V)), *more)
    assert np.array_equal(state.data, STATE), (
        "the state that was given has changed: who calls may go on from it in two ways, and "
        "backward needs it as it was"
    )
    assert new is not state, "the state that was given came back, and should be a new Tensor"


@pytest.mark.kata("linear_step")
class TestLinearStep:
    def test_a_value_is_added_under_its_key(self):
        with hinted(AXES):
            state, _ = is_pair(linear_step(*map(Tensor, (STATE, Q, K, V))), "linear_step")
        expect_close(
            state,
            [[1.0, 2.0], [8.0, 11.0]],
            "state [[1, 2], [3, 4]] after the value (5, 7) came under the key (0, 1)",
            mistakes={
                "rows and columns are exchanged: v kᵀ is added, not k vᵀ": [
                    [1.0, 7.0],
                    [3.0, 11.0],
                ],
                "it is added under the query, not under the key": [[6.0, 9.0], [53.0, 74.0]],
                "the value replaces what stands there: here it is added": [[1.0, 2.0], [5.0, 7.0]],
                "nothing is added": STATE,
                "k vᵀ is all there is: the old state is lost": [[0.0, 0.0], [5.0, 7.0]],
                "it is subtracted": [[1.0, 2.0], [-2.0, -3.0]],
                "the two results are exchanged: the state comes first": [81.0, 112.0],
            },
        )

    def test_the_new_state_is_read(self):
        _, read = linear_step(*map(Tensor, (STATE, Q, K, V)))
        expect_close(
            read,
            [81.0, 112.0],  # 1 · (1, 2) + 10 · (8, 11)
            "what the query (1, 10) reads from the new state [[1, 2], [8, 11]]",
            mistakes={
                "the old state is read, before this position is written": [31.0, 42.0],
                "rows and columns are exchanged: q is multiplied with rows": [21.0, 118.0],
                "the key reads, and not the query": [8.0, 11.0],
                "only what was written now is read": [50.0, 70.0],
                "it is divided by √D": [81 / 2**0.5, 112 / 2**0.5],
                "the mean is taken where the sum belongs": [40.5, 56.0],
            },
        )

    def test_step_by_step_it_is_linear_attention(self):
        q, k, v = numbers(2, 5, 3), numbers(2, 5, 3, salt=1), numbers(2, 5, 7, salt=2)
        state, outs = Tensor(np.zeros((2, 3, 7))), []
        for t in range(5):
            state, out = linear_step(state, *(Tensor(x[:, t]) for x in (q, k, v)))
            outs.append(out.data)
        expect_close(
            np.stack(outs, axis=1),
            [by_loops(q[b], k[b], v[b]) for b in range(2)],
            "5 positions of 2 sequences, one after the other from a state of zeros",
            mistakes={
                "each position is read before it is written": (
                    [by_loops(q[b], k[b], v[b], "before") for b in range(2)]
                ),
                "keys are brought to length 1 first": (
                    [by_loops(q[b], unit(2, 5, 3, salt=1)[b], v[b]) for b in range(2)]
                ),
            },
        )

    def test_the_state_that_is_given_stays(self):
        leaves_state_alone(linear_step)

    def test_no_axis_is_lost(self):
        keeps_axes_of_length_1(linear_step, 6.0)

    def test_float32_stays_float32(self):
        keeps_float32(linear_step)

    def test_gradients_reach_all_four(self):
        leaves = {
            "state": Tensor(numbers(2, 3, 5)), "q": Tensor(numbers(2, 3)),
            "k": Tensor(numbers(2, 3, salt=1)), "v": Tensor(numbers(2, 5)),
        }  # fmt: skip
        a, b = numbers(2, 3, 5, salt=3), numbers(2, 5, salt=3)
        state, read = linear_step(*leaves.values())
        gradients_of((state * a).sum() + (read * b).sum(), 1.0, **leaves)

        def plain(state, q, k, v):
            new = state + k[:, :, None] * v[:, None, :]
            return (new * a).sum() + (np.einsum("bd,bde->be", q, new) * b).sum()

        check_measured(plain, leaves, "linear_step")


def plain_delta(state, q, k, v, decay, strength, way="right"):
    """One sequence, one head: the new state, and what is read."""
    faded = decay * state
    if way == "fades by the rest":
        faded = (1 - decay) * state
    if way == "logarithm":
        faded = np.exp(decay) * state
    if way == "sigmoid":
        strength = 1 / (1 + np.exp(-strength))
    stored = {
        "of the old": k @ state, "nothing": 0.0, "by the query": q @ faded,
        "faded twice": decay * (k @ faded), "rows": k @ faded.T if way == "rows" else 0.0,
    }.get(way, k @ faded)  # fmt: skip
    difference = v + stored if way == "added" else v - stored
    if way == "turned":
        difference = stored - v
    written = strength * difference
    if way == "exchanged":
        return plain_delta(state, q, k, v, strength, decay)
    if way == "v alone":
        written = strength * v - stored
    if way == "stored alone":
        written = v - strength * stored
    if way == "no strength":
        written = difference
    new = faded + np.outer(k, written)
    if way == "decay last":
        stored = k @ state
        new = decay * (state + strength * np.outer(k, v - stored))
    if way == "all forgets":
        new = (1 - strength) * faded + strength * np.outer(k, v)
    if way == "no decay":
        new = state + strength * np.outer(k, v - k @ state)
    if way == "under the query":
        new = faded + np.outer(q, written)
    read = q @ {"faded": faded, "old": state}.get(way, new)
    return new, read


@pytest.mark.kata("gated_delta_step")
class TestGatedDeltaStep:
    def test_on_paper(self):
        """Faded to [[¼, ½], [¾, 1]]; under the key stands (¾, 1); half of (4¼, 6) is added."""
        given = [Tensor(x) for x in (STATE, Q, K, V, 0.25, 0.5)]
        with hinted(AXES):
            state, read = is_pair(gated_delta_step(*given), "gated_delta_step")
        right, _ = plain_delta(STATE, Q, K, V, 0.25, 0.5)
        assert right.tolist() == [[0.25, 0.5], [2.875, 4.0]]
        ways = {
            "the state fades after the write: what is new fades at once": "decay last",
            "the state does not fade": "no decay",
            "it fades by 1 - decay": "fades by the rest",
            "decay is taken for a logarithm, as it is given in Qwen3-Next": "logarithm",
            "what stands under k is read before the state has faded": "of the old",
            "what stands under k is not taken away: this is linear attention that fades": (
                "nothing"
            ),
            "what q reads is taken away, and not what stands under k": "by the query",
            "what stands under k is added, and not taken away": "added",
            "v is taken away from what stands under k, and not the other way round": "turned",
            "what stands under k fades once more before it is taken away": "faded twice",
            "rows and columns are exchanged where k reads": "rows",
            "a sigmoid is taken of strength: it is given from 0 to 1": "sigmoid",
            "strength is multiplied with v alone": "v alone",
            "strength is multiplied with what is taken away alone": "stored alone",
            "strength is left out": "no strength",
            "decay and strength are exchanged": "exchanged",
            "it is written under q": "under the query",
            "strength makes everything fade, and not what stands under k alone": "all forgets",
        }
        expect_close(
            state,
            right,
            "state [[1, 2], [3, 4]] after (5, 7) came under (0, 1), with decay ¼ and strength ½",
            mistakes={
                name: plain_delta(STATE, Q, K, V, 0.25, 0.5, way)[0] for name, way in ways.items()
            },
        )
        expect_close(
            read,
            [29.0, 40.5],  # 1 · (0.25, 0.5) + 10 · (2.875, 4)
            "what the query (1, 10) reads from the new state [[0.25, 0.5], [2.875, 4]]",
            mistakes={
                "it is read before the write, from the faded state": (
                    plain_delta(STATE, Q, K, V, 0.25, 0.5, "faded")[1]
                ),
                "the state that was given is read": (
                    plain_delta(STATE, Q, K, V, 0.25, 0.5, "old")[1]
                ),
                "q is brought to length 1 first, as in Qwen3-Next": [
                    29.0 / 101**0.5,
                    40.5 / 101**0.5,
                ],
                "it is divided by √D, as in Qwen3-Next": [29.0 / 2**0.5, 40.5 / 2**0.5],
            },
        )

    def test_with_full_strength_a_key_reads_its_last_value(self):
        """Two values under one key: the second takes the place of the first."""
        key, one = unit(3), Tensor(1.0)
        state = Tensor(np.zeros((3, 2)))
        for value in ([5.0, 7.0], [-1.0, 2.0]):
            state, read = gated_delta_step(state, Tensor(key), Tensor(key), Tensor(value), one, one)
        expect_close(
            read,
            [-1.0, 2.0],
            "what a key reads under which (5, 7) stood, and then (-1, 2) came",
            mistakes={"the two are added": [4.0, 9.0]},
        )

    def test_every_sequence_and_head_has_a_decay_and_a_strength_of_its_own(self):
        state, q, k = numbers(2, 3, 5, 7), numbers(2, 3, 5), unit(2, 3, 5, salt=1)
        v = numbers(2, 3, 7)
        decay = np.array([[0.5, 0.9, 0.1], [1.0, 0.7, 0.3]])
        strength = np.array([[0.2, 1.0, 0.6], [0.4, 0.8, 0.1]])
        wanted = [
            [plain_delta(*(x[b, h] for x in (state, q, k, v, decay, strength))) for h in range(3)]
            for b in range(2)
        ]
        found = gated_delta_step(*map(Tensor, (state, q, k, v, decay, strength)))
        for i, what in enumerate(("the new states", "what is read")):
            expect_close(found[i], [[pair[i] for pair in row] for row in wanted], what)

    def test_without_decay_and_forgetting_a_fresh_key_is_a_linear_step(self):
        """Under a key at right angles to all before it nothing stands."""
        one, keys = Tensor(1.0), np.eye(3)
        ours = plain = Tensor(np.zeros((3, 2)))
        for t in range(3):
            given = [Tensor(x) for x in (numbers(3, salt=t), keys[t], numbers(2, salt=t))]
            ours, read = gated_delta_step(ours, *given, one, one)
            plain, wanted = linear_step(plain, *given)
            expect_close(read, wanted.data, f"what is read at position {t}, beside linear_step")

    def test_the_state_that_is_given_stays(self):
        leaves_state_alone(gated_delta_step, Tensor(0.5), Tensor(0.25))

    def test_no_axis_is_lost(self):
        keeps_axes_of_length_1(gated_delta_step, 2.0, Tensor([1.0]), Tensor([0.25]))

    def test_float32_stays_float32(self):
        keeps_float32(gated_delta_step, (2,), (2,))

    def test_gradients_reach_all_six(self):
        arrays = {
            "state": numbers(3, 5), "q": numbers(3), "k": unit(3, salt=1), "v": numbers(5),
            "decay": np.array(0.7), "strength": np.array(0.3),
        }  # fmt: skip
        leaves = {name: Tensor(array) for name, array in arrays.items()}
        a, b = numbers(3, 5, salt=3), numbers(5, salt=3)
        state, read = gated_delta_step(*leaves.values())
        gradients_of((state * a).sum() + (read * b).sum(), 1.0, **leaves)

        def plain(**given):
            new, read = plain_delta(**given)
            return (new * a).sum() + (read * b).sum()

        check_measured(plain, leaves, "gated_delta_step")
