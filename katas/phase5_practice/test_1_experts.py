"""5.1 · Experts: who gets which token, and what comes of it."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises, same_parameters
from katas.phase4_llms.mlp import Linear, cast_parameters
from katas.phase4_llms.spec_helpers import (
    check_measured,
    expect_float32,
    gradients,
    has_parameters,
    hinted,
    is_drawn_first,
    is_drawn_from,
    is_one_node,
    is_tensor,
    numbers,
    plain_swiglu,
    rng_of,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor, softmax
from katas.phase5_practice.experts import MixtureOfExperts, load_balance_loss, put_rows, sigmoid


@pytest.mark.kata("put_rows")
class TestPutRows:
    def test_each_row_goes_where_it_belongs(self):
        y = Tensor(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
        expect_close(
            put_rows(y, np.array([3, 0, 2]), 5),
            [[3.0, 4.0], [0.0, 0.0], [5.0, 6.0], [1.0, 2.0], [0.0, 0.0]],
            "three rows, put into places 3, 0 and 2 of five",
            mistakes={
                "the rows are put in one after the other": (
                    [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [0.0, 0.0], [0.0, 0.0]]
                ),
                "the places are sorted first": (
                    [[1.0, 2.0], [0.0, 0.0], [3.0, 4.0], [5.0, 6.0], [0.0, 0.0]]
                ),
                "there are no more rows than the last place needs": (
                    [[3.0, 4.0], [0.0, 0.0], [5.0, 6.0], [1.0, 2.0]]
                ),
                "only the rows that were put in are returned": (
                    [[3.0, 4.0], [5.0, 6.0], [1.0, 2.0]]
                ),
                "the rows that nothing was put into were never filled": (
                    [[3.0, 4.0], [math.nan] * 2, [5.0, 6.0], [1.0, 2.0], [math.nan] * 2]
                ),
                "the rows that nothing was put into hold 1": (
                    [[3.0, 4.0], [1.0, 1.0], [5.0, 6.0], [1.0, 2.0], [1.0, 1.0]]
                ),
            },
        )

    def test_it_undoes_taking_rows(self):
        x, rows = Tensor(numbers(7, 3)), np.array([5, 1, 2])
        back = put_rows(x[rows], rows, 7)
        wanted = np.zeros((7, 3))
        for row in (5, 1, 2):
            wanted[row] = x.data[row]
        expect_close(back, wanted, "rows 5, 1 and 2 of seven, taken and put back,")

    def test_the_gradient_of_a_row_is_where_it_was_put(self):
        y = Tensor(np.ones((3, 2)))
        c = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0], [9.0, 10.0]])
        (put_rows(y, np.array([3, 0, 2]), 5) * c).sum().backward()
        expect_close(
            y.grad,
            [[7.0, 8.0], [1.0, 2.0], [5.0, 6.0]],
            "gradient of three rows that were put into places 3, 0 and 2",
            mistakes={
                "the first rows of what arrives are taken": c[:3],
                "the rows are taken in sorted order": c[[0, 2, 3]],
                "all of what arrives is handed on, and not the rows that y has": c,
                "it is doubled": 2 * c[[3, 0, 2]],
                "every row gets the sum of all that arrives": [[25.0, 30.0]] * 3,
                "no gradient gets there": 0.0,
            },
        )

    def test_it_is_one_node(self):
        y = Tensor(np.ones((1, 2)))
        is_one_node(put_rows(y, np.array([1]), 3), y, "put_rows")

    def test_nothing_that_is_given_is_changed(self):
        rows = np.array([3, 0, 2])
        gradients(lambda y: put_rows(y, rows, 5), numbers(3, 2), seed=numbers(5, 2))
        assert rows.tolist() == [3, 0, 2], f"rows were 3, 0, 2 and are {rows} afterwards"

    def test_float32_stays_float32(self):
        with hinted("np.zeros makes float64 unless it is told otherwise"):
            expect_float32(lambda y: put_rows(y, np.array([1, 0]), 3), (2, 3))


@pytest.mark.kata("MixtureOfExperts.__init__")
class TestMixtureOfExpertsInit:
    def test_a_router_and_experts(self):
        layer = MixtureOfExperts(3, 5, n_experts=2, k=2)
        wanted = {"router.weight": (3, 2)}
        for e in range(2):
            wanted |= {f"experts.{e}.{name}.weight": (3, 5) for name in ("gate", "up")}
            wanted[f"experts.{e}.down.weight"] = (5, 3)
        has_parameters(layer, wanted, "MixtureOfExperts(3, 5, 2, 2)")

    def test_k_is_kept(self):
        found = getattr(MixtureOfExperts(3, 5, n_experts=4, k=2), "k", None)
        assert found == 2, f"k is {found} for k = 2: route will need it"

    def test_every_expert_is_its_own(self):
        layer = MixtureOfExperts(3, 5, n_experts=4, k=2)
        assert isinstance(layer.experts, list), (
            f"experts is a {type(layer.experts).__name__}, and should be a list: who merges or "
            "replaces one writes into it"
        )
        kinds = [type(expert).__name__ for expert in layer.experts]
        assert kinds == ["SwiGLU"] * 4, f"the experts are {kinds} for n_experts = 4"
        first = [expert.gate.weight.data[0, 0] for expert in layer.experts]
        assert len(set(first)) == 4, (
            f"the experts' first weights are {first}: they should differ, or the experts will stay "
            "alike (is it one SwiGLU four times, or one seed?)"
        )

    @pytest.mark.parametrize("k", [0, 5])
    def test_a_token_needs_1_to_all_experts(self, k):
        expect_raises(
            ValueError,
            lambda: MixtureOfExperts(3, 5, n_experts=4, k=k),
            f"{k} of 4 experts",
            naming=[k, 4],
        )

    def test_a_token_may_use_all_of_them(self):
        assert len(MixtureOfExperts(3, 5, n_experts=4, k=4).experts) == 4

    def test_the_weights_come_from_rng(self):
        is_drawn_from(lambda rng: MixtureOfExperts(3, 5, 2, 1, rng), "a mixture of experts")
        with_shared = "a mixture with a shared expert"
        is_drawn_from(lambda rng: MixtureOfExperts(3, 5, 2, 1, rng, n_shared=1), with_shared)
        layer = MixtureOfExperts(3, 5, 2, 1, rng_of(5))
        is_drawn_first(layer.router, Linear(3, 2, rng_of(5), bias=False), "the router")
        shared = MixtureOfExperts(3, 5, 2, 1, rng_of(5), n_shared=1).experts
        for ours, alone in zip(shared, layer.experts):
            is_drawn_first(ours, alone, "an expert of a layer with a shared one")

    def test_a_shared_expert_is_as_wide_as_it_is_told(self):
        layer = MixtureOfExperts(3, 5, n_experts=3, k=1, n_shared=2)
        wanted = {"router.weight": (3, 3)}
        for e in range(3):
            wanted |= {f"experts.{e}.{name}.weight": (3, 5) for name in ("gate", "up")}
            wanted[f"experts.{e}.down.weight"] = (5, 3)
        wanted |= {f"shared.{name}.weight": (3, 10) for name in ("gate", "up")}
        wanted["shared.down.weight"] = (10, 3)
        has_parameters(layer, wanted, "MixtureOfExperts(3, 5, 3, 1, n_shared=2)")

    def test_without_one_shared_is_none(self):
        found = getattr(MixtureOfExperts(3, 5, 2, 1), "shared", "not there")
        assert found is None, f"shared is {found!r} where n_shared is 0, and should be None"

    def test_the_bias_starts_at_0_and_is_no_parameter(self):
        bias = getattr(MixtureOfExperts(3, 5, n_experts=4, k=2), "bias", None)
        assert not hasattr(bias, "grad"), (
            "the bias is a Tensor, and so a parameter: an optimizer would move it by its gradient, "
            "and no gradient says who is crowded. It is an array"
        )
        assert isinstance(bias, np.ndarray), (
            f"the bias is a {type(bias).__name__}, and should be an array"
        )
        expect_close(bias, [0.0] * 4, "the bias of a new layer")
        assert bias.dtype.kind == "f", (
            f"the bias holds {bias.dtype}, and should hold floats: 0.001 added in place is lost"
        )

    def test_score_is_kept_and_a_softmax_if_nothing_is_said(self):
        plain, other = MixtureOfExperts(3, 5, 4, 2), MixtureOfExperts(3, 5, 4, 2, score=sigmoid)
        x = Tensor(numbers(2, 4))
        found = [getattr(layer, "score", None) for layer in (plain, other)]
        assert callable(found[0]) and callable(found[1]), (
            f"score is {found}: route will need the function that was given"
        )
        expect_close(found[0](x), softmax(x).data, "the scores of a layer that nothing was said to")
        expect_close(
            found[1](x),
            sigmoid(x).data,
            "the scores of a layer that got sigmoid",
            mistakes={"softmax is kept, whatever is given": softmax(x).data},
        )


def routed(logits, k, bias=None, **settings):
    """gates and probs of tokens with these logits, one for each expert."""
    logits = np.array(logits)
    n = logits.shape[1]
    layer = MixtureOfExperts(n, 2, n, k, **settings)
    layer.router.weight.data = np.eye(n)
    if bias is not None:
        layer.bias = np.array(bias)
    found = layer.route(Tensor(logits))
    if not isinstance(found, tuple | list) or len(found) != 2:
        pytest.fail(f"route returned {type(found).__name__}, and should return gates and probs")
    return found


# logits whose softmax is 0.2, 0.3, 0.5, and the same in another order
LOGS = np.log([[2.0, 3.0, 5.0], [5.0, 2.0, 3.0]])


LOGS_OVER_TOKENS = [[2 / 7, 3 / 5, 5 / 8], [5 / 7, 2 / 5, 3 / 8]]


def softmaxed_twice():
    """Gates of LOGS when softmax is taken once more, of the two best probabilities."""
    a, b = math.exp(0.3), math.exp(0.5)
    return [[0.0, a / (a + b), b / (a + b)], [b / (a + b), 0.0, a / (a + b)]]


@pytest.mark.kata("MixtureOfExperts.route")
class TestRoute:
    def test_the_gates_of_the_best_sum_to_1(self):
        gates, _ = routed(LOGS, k=2)
        expect_close(
            gates,
            [[0.0, 3 / 8, 5 / 8], [5 / 8, 0.0, 3 / 8]],
            "gates of the 2 best of experts with probabilities 0.2, 0.3, 0.5 and 0.5, 0.2, 0.3",
            mistakes={
                "the probabilities of the best are not divided by their sum, as by default in "
                "Qwen's and OLMoE's experts; here they are, as in Mixtral": [
                    [0.0, 0.3, 0.5],
                    [0.5, 0.0, 0.3],
                ],
                "the gates are the probabilities of all, and no expert is left out": (
                    [[0.2, 0.3, 0.5], [0.5, 0.2, 0.3]]
                ),
                "the others' logits become 0, which is no small logit": (
                    [[1 / 9, 3 / 9, 5 / 9], [5 / 9, 1 / 9, 3 / 9]]
                ),
                "the weakest are chosen": [[0.4, 0.6, 0.0], [0.0, 0.4, 0.6]],
                "all of the best count alike": [[0.0, 0.5, 0.5], [0.5, 0.0, 0.5]],
                "the first token's experts are taken for all": (
                    [[0.0, 3 / 8, 5 / 8], [0.0, 2 / 5, 3 / 5]]
                ),
                "the gates are the logits": [
                    [0.0, LOGS[0, 1], LOGS[0, 2]],
                    [LOGS[1, 0], 0.0, LOGS[1, 2]],
                ],
                "softmax is taken of the probabilities": softmaxed_twice(),
                "one expert too few is chosen": [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
                "gates are divided by the sum of their column, over the tokens": (
                    [[0.0, 1.0, 5 / 8], [1.0, 0.0, 3 / 8]]
                ),
            },
        )

    def test_the_probabilities_are_those_of_all(self):
        _, probs = routed(LOGS, k=2)
        expect_close(
            probs,
            [[0.2, 0.3, 0.5], [0.5, 0.2, 0.3]],
            "probabilities of all experts",
            mistakes={
                "the gates are returned again": [[0.0, 3 / 8, 5 / 8], [5 / 8, 0.0, 3 / 8]],
                "the logits are returned": LOGS,
                "those of the experts that were not chosen are 0": (
                    [[0.0, 0.3, 0.5], [0.5, 0.0, 0.3]]
                ),
                "softmax runs over the tokens": LOGS_OVER_TOKENS,
            },
        )

    def test_a_single_expert_has_a_gate_of_1(self):
        gates, _ = routed(LOGS, k=1)
        expect_close(
            gates,
            [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
            "gates of the best expert alone",
            mistakes={"the gate is the probability among all": [[0.0, 0.0, 0.5], [0.5, 0.0, 0.0]]},
        )

    def test_scores_may_be_sigmoids(self):
        """Logits of ln 1, ln 3 and ln 4: sigmoids of 0.5, 0.75 and 0.8, as in DeepSeek-V3."""
        logits = np.log([[1.0, 3.0, 4.0]])
        gates, probs = routed(logits, k=2, score=sigmoid)
        expect_close(
            gates,
            [[0.0, 15 / 31, 16 / 31]],
            "gates of the 2 best of experts with scores 0.5, 0.75 and 0.8",
            mistakes={
                "the softmax is taken, whatever score is": [[0.0, 3 / 7, 4 / 7]],
                "the scores of the best are not divided by their sum": [[0.0, 0.75, 0.8]],
                "they are divided by the sum of all": [[0.0, 0.75 / 2.05, 0.8 / 2.05]],
                "a softmax is taken of the scores": [
                    [0.0, 1 / (1 + math.exp(0.05)), 1 / (1 + math.exp(-0.05))]
                ],
            },
        )
        expect_close(
            probs,
            [[0.5 / 2.05, 0.75 / 2.05, 0.8 / 2.05]],
            "probabilities where scores are 0.5, 0.75 and 0.8",
            mistakes={
                "the scores are not divided by their sum, which is not 1 with sigmoids": [
                    [0.5, 0.75, 0.8]
                ],
                "the softmax is taken, whatever score is": [[1 / 8, 3 / 8, 4 / 8]],
            },
        )

    def test_a_bias_decides_who_is_chosen_and_not_how_much_it_counts(self):
        """Scores 0.2, 0.3, 0.5 and a bias of 0.25, 0, -0.25: the first two are chosen."""
        gates, probs = routed(LOGS[:1], k=2, bias=[0.25, 0.0, -0.25])
        e = np.exp(LOGS[0] + [0.25, 0.0, -0.25])
        expect_close(
            gates,
            [[0.4, 0.6, 0.0]],
            "gates of 2 of 3 experts with scores 0.2, 0.3, 0.5 and a bias of 0.25, 0, -0.25",
            mistakes={
                "the bias is not used": [[0.0, 3 / 8, 5 / 8]],
                "the gates come from the scores with bias: it decides who is chosen, and not how "
                "much a choice counts": [[0.6, 0.4, 0.0]],
                "the bias is added to the logits before they become scores": [
                    [0.0, *(e[1:] / e[1:].sum())]
                ],
            },
        )
        expect_close(
            probs,
            [[0.2, 0.3, 0.5]],
            "probabilities with a bias",
            mistakes={
                "the bias is added to them": [[0.45, 0.3, 0.25]],
                "the bias is added to the logits": [e / e.sum()],
            },
        )

    def test_a_bias_is_added_to_scores_and_not_to_logits(self):
        """Scores of 0.1, 0.2 and 0.7, and a bias of 0.4 for the first: 0.5, 0.2 and 0.7."""
        gates, _ = routed(np.log([[1.0, 2.0, 7.0]]), k=2, bias=[0.4, 0.0, 0.0])
        expect_close(
            gates,
            [[1 / 8, 0.0, 7 / 8]],
            "gates of 2 of 3 experts with scores 0.1, 0.2, 0.7 and a bias of 0.4 for the first",
            mistakes={
                (
                    "the bias is not used",
                    "the bias is added to the logits before they become scores",
                    "the bias is subtracted",
                ): [[0.0, 2 / 9, 7 / 9]],
                "the gates come from the scores with bias": [[0.5 / 1.2, 0.0, 0.7 / 1.2]],
            },
        )

    def test_a_bias_is_added_before_scores_are_divided_by_their_sum(self):
        """Sigmoids of 0.5, 0.75 and 0.8, and a bias of 0.2 for the first: 0.7, 0.75 and 0.8."""
        logits = np.log([[1.0, 3.0, 4.0]])
        gates, _ = routed(logits, k=2, bias=[0.2, 0.0, 0.0], score=sigmoid)
        expect_close(
            gates,
            [[0.0, 15 / 31, 16 / 31]],
            "gates of 2 of 3 experts with sigmoids of 0.5, 0.75, 0.8 and a bias of 0.2 for the "
            "first",
            mistakes={
                "the bias is added to scores that were divided by their sum: 0.24, 0.37 and 0.39": [
                    [0.5 / 1.3, 0.0, 0.8 / 1.3]
                ],
            },
        )

    def test_a_score_with_its_bias_may_be_below_0(self):
        """Scores 0.1, 0.2, 0.7 and a bias of -0.7, -0.5, 0: -0.6, -0.3 and 0.7."""
        gates, _ = routed(np.log([[1.0, 2.0, 7.0]]), k=2, bias=[-0.7, -0.5, 0.0])
        expect_close(
            gates,
            [[0.0, 2 / 9, 7 / 9]],
            "gates of 2 of 3 experts with scores 0.1, 0.2, 0.7 and a bias of -0.7, -0.5, 0",
            mistakes={
                "what is below 0 counts as 0, or without its sign": [[1 / 8, 0.0, 7 / 8]],
            },
        )

    def test_a_small_difference_decides(self):
        gates, _ = routed([[0.0, 1e-4]], k=1)
        expect_close(
            gates,
            [[0.0, 1.0]],
            "gates of the better of two experts with scores 0.499975 and 0.500025",
            mistakes={
                "scores that are nearly equal are taken for equal, as in float16 or when rounded": [
                    [1.0, 0.0]
                ],
            },
        )

    def test_of_equals_the_first_are_taken(self):
        logits = [[0.0, 1.0] * 20]
        gates, _ = routed(logits, k=3)
        chosen = np.flatnonzero(gates.data[0]).tolist()
        assert len(chosen) == 3, (
            f"3 experts should be chosen, and {len(chosen)} were, because several have the same "
            "logit as the third: count them, do not compare with the third's"
        )
        assert chosen == [1, 3, 5], (
            f"experts 1, 3, 5, … have the same logit, and {chosen} were chosen of them: the first "
            "three should be, as with JAX. (A sort that keeps the order of equals is called "
            "stable; PyTorch's topk takes others.)"
        )

    def test_the_router_learns_from_gates_and_probabilities(self):
        layer, x = with_numbers(MixtureOfExperts(3, 2, 5, 2)), Tensor(numbers(7, 3))
        a, b = numbers(7, 5), numbers(7, 5, salt=1)

        def worth(gates, probs):
            return (gates * a).sum() + (probs * b).sum()

        worth(*layer.route(x)).backward()
        check_measured(
            lambda x, router: worth(*plain_route(x, router, 2)),
            {"router": layer.router.weight, "x": x},
            "route (it passes through gates and probs, and through the sums they are divided by)",
        )

    def test_no_gradient_comes_by_the_bias(self):
        """Sigmoids and a bias: the choice is made, and gates are as smooth as without."""
        layer, x, a = with_numbers(biased(5)), Tensor(numbers(7, 3)), numbers(7, 5)
        (layer.route(x)[0] * a).sum().backward()
        chosen = layer.route(x)[0].data > 0

        def plain(x, router):
            scores = 1 / (1 + np.exp(-x @ router)) * chosen
            return (scores / scores.sum(axis=1, keepdims=True) * a).sum()

        check_measured(plain, {"router": layer.router.weight, "x": x}, "route with a bias")

    def test_a_call_keeps_nothing(self):
        layer = MixtureOfExperts(3, 5, 4, 2)
        with same_parameters(layer, "route"):
            layer.route(Tensor(numbers(7, 3)))
        assert not np.any(layer.bias), f"route has moved the bias, which is now {layer.bias}"

    def test_float32_stays_float32(self):
        layer = MixtureOfExperts(3, 5, 4, 2, score=sigmoid)
        cast_parameters(layer, np.float32)
        expect_float32(lambda x: layer.route(x)[0], (7, 3))
        expect_float32(lambda x: layer.route(x)[1], (7, 3))


def biased(n_experts):
    """A layer with sigmoids and a bias."""
    layer = MixtureOfExperts(3, 5, n_experts, 2, score=sigmoid)
    layer.bias = np.linspace(-0.3, 0.3, n_experts)
    return layer


def plain_route(x, router, k):
    """gates and probs, token by token."""
    gates, probs = np.zeros((2, len(x), router.shape[1]))
    for n, logits in enumerate(x @ router):
        powers = [math.exp(logit) for logit in logits]
        best = sorted(range(len(powers)), key=lambda e: -powers[e])[:k]
        for e in range(len(powers)):
            probs[n, e] = powers[e] / sum(powers)
            gates[n, e] = powers[e] / sum(powers[b] for b in best) if e in best else 0.0
    return gates, probs


def plain_experts(x, weights, k, way="right"):
    """Token by token, expert by expert: (N, C) -> (N, C)."""
    gates, probs = plain_route(x, weights["router.weight"], k)
    y, filled = np.zeros_like(x), dict.fromkeys(range(gates.shape[1]), 0)
    for n in range(len(x)):
        chosen = np.flatnonzero(gates[n])
        if way == "all":
            chosen = range(gates.shape[1])
        if way == "best":
            chosen = [int(gates[n].argmax())]
        for e in chosen:
            parts = [weights[f"experts.{e}.{name}.weight"] for name in ("gate", "up", "down")]
            others = {"all": probs[n, e], "probs": probs[n, e], "gates left out": 1.0}
            gate = (others | {"gates of the first": gates[n, 0]}).get(way, gates[n, e])
            if way == "top":  # each expert counts its tokens
                y[filled[e]] += gate * plain_swiglu(x[n], *parts)
                filled[e] += 1
            elif way == "gates in order":
                y[n] += gates[filled[e], e] * plain_swiglu(x[n], *parts)
                filled[e] += 1
            elif way == "last":
                y[n] = gate * plain_swiglu(x[n], *parts)
            elif way == "gate first":
                y[n] += plain_swiglu(gate * x[n], *parts)
            else:
                y[n] += gate * plain_swiglu(x[n], *parts)
    return y


class Watched:
    """An expert that notes the tokens it was asked about."""

    def __init__(self, expert):
        self.expert, self.seen = expert, []

    def __call__(self, x):
        assert isinstance(x, Tensor), (
            f"an expert got a {type(x).__name__}, and should get a Tensor: no gradient finds the "
            "way back through an array"
        )
        self.seen += x.data.reshape(-1, x.shape[-1]).tolist()
        return self.expert(x)


@pytest.mark.kata("MixtureOfExperts.__call__")
class TestMixtureOfExperts:
    def test_a_token_gets_the_gated_sum_of_its_experts(self):
        layer, x = with_numbers(MixtureOfExperts(3, 5, 4, 2)), numbers(7, 3)
        weights = layer.state_dict()

        def wrong(way):
            return plain_experts(x, weights, 2, way)

        right = wrong("right")
        expect_close(
            layer(Tensor(x)),
            right,
            "7 tokens with 2 of 4 experts each",
            mistakes={
                "all experts are mixed, by their probabilities": wrong("all"),
                "only a token's best expert counts": wrong("best"),
                "each expert writes over what those before it have said of a token": wrong("last"),
                "the gates are left out": wrong("gates left out"),
                "the gates are the probabilities, which do not sum to 1 over the chosen": (
                    wrong("probs")
                ),
                "the experts' outputs are averaged": wrong("gates left out") / 2,
                "the gated sum is divided by k, although gates sum to 1": right / 2,
                "x is added: a block does that, not the experts": right + x,
                "the gates of the first expert are taken for all": wrong("gates of the first"),
                "an expert's rows are put at the top, and not where its tokens stand": wrong("top"),
                "an expert takes its gates from the top of the column, and not from its tokens' "
                "rows": wrong("gates in order"),
                "the gate is multiplied into what an expert gets, not into what it says": (
                    wrong("gate first")
                ),
            },
        )

    def test_an_expert_computes_its_own_tokens_and_no_others(self):
        layer, x = with_numbers(MixtureOfExperts(3, 5, 4, 2)), numbers(7, 3)
        gates, _ = plain_route(x, layer.router.weight.data, 2)
        layer.experts = [Watched(expert) for expert in layer.experts]
        layer(Tensor(x))
        for e, expert in enumerate(layer.experts):
            wanted = x[gates[:, e] > 0].tolist()
            dense = ": every expert computes every token, as if there were no router"
            assert sorted(expert.seen) == sorted(wanted), (
                f"expert {e} has {len(wanted)} of 7 tokens, and computed {len(expert.seen)}"
                f"{dense if len(expert.seen) == 7 else ''}"
            )

    def test_no_expert_is_ever_full(self):
        """16 equal tokens go to the same one of four experts: nobody drops what is too much."""
        layer = with_numbers(MixtureOfExperts(3, 5, 4, 1))
        x = np.tile(numbers(1, 3), (16, 1))
        right = plain_experts(x, layer.state_dict(), 1)
        dropped = {
            f"an expert drops what is more than {times}, as where experts have a capacity": (
                right * (np.arange(16) < room)[:, None]
            )
            for times, room in (("its mean", 4), ("1.25 times its mean", 5), ("twice its mean", 8))
        }
        expect_close(layer(Tensor(x)), right, "16 equal tokens", dropped)

    @pytest.mark.parametrize("shape", [(2, 5, 3), (1, 3), (3,)], ids=str)
    def test_any_number_of_axes_may_stand_in_front(self, shape):
        layer, x = with_numbers(MixtureOfExperts(3, 5, 4, 2)), numbers(*shape)
        flat = plain_experts(x.reshape(-1, 3), layer.state_dict(), 2)
        left = {} if flat.shape == shape else {"the axes in front are left in one": flat}
        with hinted("(…, C): any number of axes may stand in front, and none at all"):
            found = layer(Tensor(x))
        expect_close(found, flat.reshape(shape), f"the output for x {shape}", left)

    def test_a_shared_expert_is_asked_about_every_token(self):
        layer, x = with_numbers(MixtureOfExperts(3, 5, 4, 2, n_shared=2)), numbers(7, 3)
        weights = layer.state_dict()
        shared = plain_swiglu(
            x, *(weights[f"shared.{name}.weight"] for name in ("gate", "up", "down"))
        )
        routed, (gates, _) = (
            plain_experts(x, weights, 2),
            plain_route(x, weights["router.weight"], 2),
        )
        expect_close(
            layer(Tensor(x)),
            routed + shared,
            "7 tokens with 2 of 4 experts each, and a shared one",
            mistakes={
                "the shared expert is not asked": routed,
                "only the shared expert is asked": shared,
                "what the shared one says is added once for each expert": routed + 4 * shared,
                "what the shared one says is added once for each that was chosen": (
                    routed + 2 * shared
                ),
                "what the shared one says is divided by k": routed + shared / 2,
                "the mean is taken of the shared one and of the others": (routed + shared) / 2,
                "what the shared one says is divided by how many there are": (
                    (routed + shared) / 3
                ),
                "what the shared one says is multiplied by a token's largest gate": (
                    routed + shared * gates.max(axis=1, keepdims=True)
                ),
                "the shared one gets what the others said, and not x": routed
                + plain_swiglu(
                    routed, *(weights[f"shared.{name}.weight"] for name in ("gate", "up", "down"))
                ),
                "x is added: a block does that, not the experts": routed + shared + x,
            },
        )

    def test_the_shared_expert_is_asked_once_about_each_token(self):
        layer, x = with_numbers(MixtureOfExperts(3, 5, 4, 2, n_shared=1)), numbers(7, 3)
        layer.shared = Watched(layer.shared)
        layer(Tensor(x))
        assert sorted(layer.shared.seen) == sorted(x.tolist()), (
            f"the shared expert computed {len(layer.shared.seen)} rows for 7 tokens, and should "
            "compute each token once"
        )

    def test_gradients_reach_the_router_and_all_who_were_asked(self):
        layer, c = with_numbers(MixtureOfExperts(3, 5, 4, 2, n_shared=1)), numbers(7, 3, salt=1)
        x = Tensor(numbers(7, 3))
        (layer(x) * c).sum().backward()
        parameters = dict(layer.named_parameters())

        def plain(x, **weights):
            shared = (weights[f"shared.{name}.weight"] for name in ("gate", "up", "down"))
            return ((plain_experts(x, weights, 2) + plain_swiglu(x, *shared)) * c).sum()

        check_measured(
            plain,
            {**parameters, "x": x},
            "a mixture of experts (does x reach its experts as a Tensor, and its gates too?)",
        )

    def test_a_call_keeps_nothing(self):
        layer = MixtureOfExperts(3, 5, 4, 2)
        with same_parameters(layer):
            layer(Tensor(numbers(7, 3)))
        assert not np.any(layer.bias), (
            f"the call has moved the bias, which is now {layer.bias}: update_bias is called by "
            "whoever trains, after a step"
        )

    def test_float32_stays_float32(self):
        layer = MixtureOfExperts(3, 5, 4, 2, n_shared=1)
        cast_parameters(layer, np.float32)
        expect_float32(layer, (7, 3))

    def test_who_was_not_asked_learns_nothing(self):
        layer = with_numbers(MixtureOfExperts(3, 5, 4, 1))
        (layer(Tensor(numbers(1, 3))) * 7.0).sum().backward()
        moved = [bool(np.any(expert.down.weight.grad)) for expert in layer.experts]
        assert sum(moved) == 1, (
            f"one token went to one of 4 experts, and {sum(moved)} of them have a gradient"
        )


# four tokens, two of three experts each: 4, 3 and 1 of the 8 assignments
ROUTER_GATES = [[0.6, 0.4, 0.0], [0.7, 0.0, 0.3], [0.3, 0.7, 0.0], [0.9, 0.1, 0.0]]
# their probabilities have the means 0.5, 0.3 and 0.2
ROUTER_PROBS = [[0.5, 0.4, 0.1], [0.5, 0.2, 0.3], [0.3, 0.5, 0.2], [0.7, 0.1, 0.2]]


# two experts for each of four tokens: 4, 2, 1 and 1 of the 8 choices, and the mean is 2
CROWDED = [[0.1, 0.9, 0, 0], [0.1, 0.9, 0, 0], [0.2, 0, 0.8, 0], [0.3, 0, 0, 0.7]]


def moved(bias, speed=0.5):
    """The bias after CROWDED."""
    layer = MixtureOfExperts(3, 5, 4, 2)
    layer.bias = np.array(bias)
    layer.update_bias(Tensor(np.array(CROWDED)), speed)
    return layer.bias


@pytest.mark.kata("MixtureOfExperts.update_bias")
class TestUpdateBias:
    def test_who_is_crowded_goes_down_and_who_is_idle_goes_up(self):
        expect_close(
            moved([0.0] * 4),
            [-0.5, 0.0, 0.5, 0.5],
            "bias of experts that got 4, 2, 1 and 1 tokens, after a step of 0.5",
            mistakes={
                "the signs are turned: the busiest gets busier": [0.5, 0.0, -0.5, -0.5],
                "the step is in proportion to the distance from the mean: it is the same for all": [
                    -1.0,
                    0.0,
                    0.5,
                    0.5,
                ],
                "the step is in proportion to the share of tokens": [-0.125, 0.0, 0.0625, 0.0625],
                "the step is in proportion to the share of the mean": [-0.5, 0.0, 0.25, 0.25],
                "only each token's best expert is counted": [0.5, -0.5, 0.0, 0.0],
                "the sums of gates are compared, and not how many tokens there were": [
                    0.5,
                    -0.5,
                    0.5,
                    0.5,
                ],
                "the load is compared with tokens over experts: each token counts k times": [
                    -0.5,
                    -0.5,
                    0.0,
                    0.0,
                ],
                (
                    "the load is compared with the median",
                    "who has just the mean is moved as well: it stays",
                ): [-0.5, -0.5, 0.5, 0.5],
                "who has just the mean goes up: it stays": [-0.5, 0.5, 0.5, 0.5],
                "the mean of the bias is taken out again": [-0.625, -0.125, 0.375, 0.375],
                "only who is crowded is moved": [-0.5, 0.0, 0.0, 0.0],
                "only who is idle is moved": [0.0, 0.0, 0.5, 0.5],
                "nothing is moved: does the layer keep the new bias?": [0.0] * 4,
                "speed is left out": [-1.0, 0.0, 1.0, 1.0],
                "speed is always 0.001": [-0.001, 0.0, 0.001, 0.001],
                "only the busiest and the first of the idlest are moved": [-0.5, 0.0, 0.5, 0.0],
            },
        )

    def test_the_mean_need_not_be_whole(self):
        layer = MixtureOfExperts(3, 5, 3, 2)
        gates = [[0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [0, 0.5, 0.5]]
        layer.update_bias(Tensor(np.array(gates)), 0.5)
        expect_close(
            layer.bias,
            [0.5, -0.5, 0.5],
            "bias of experts that got 3, 4 and 3 tokens",
            mistakes={"the mean, 3⅓, is rounded": [0.0, -0.5, 0.0]},
        )

    def test_an_even_load_moves_nobody(self):
        layer = MixtureOfExperts(3, 5, 7, 1)
        layer.update_bias(Tensor(np.eye(7)), 0.5)
        rounded = "shares are compared, and not counts: 1/7 is rounded, and so is the mean of seven"
        expect_close(
            layer.bias,
            [0.0] * 7,
            "bias of seven experts that got one token each",
            mistakes={rounded: [-0.5] * 7},
        )

    def test_it_goes_on_from_where_it_was(self):
        expect_close(
            moved([1.0, 2.0, 3.0, 5.0]),
            [0.5, 2.0, 3.5, 5.5],
            "a bias of 1, 2, 3 and 5 after a step of 0.5",
            mistakes={
                "the step takes the place of the bias": [-0.5, 0.0, 0.5, 0.5],
                "the bias is multiplied": [0.5, 2.0, 4.5, 7.5],
            },
        )

    def test_a_step_is_a_thousandth_if_nothing_is_said(self):
        layer = MixtureOfExperts(3, 5, 4, 2)
        layer.update_bias(Tensor(np.array(CROWDED)))
        expect_close(layer.bias, [-0.001, 0.0, 0.001, 0.001], "bias after a step")

    def test_the_bias_is_no_parameter(self):
        layer = MixtureOfExperts(3, 5, 4, 2)
        before = [name for name, _ in layer.named_parameters()]
        layer.update_bias(Tensor(np.array(CROWDED)))
        after = [name for name, _ in layer.named_parameters()]
        assert "bias" not in after, (
            "the bias has become a Tensor, and so a parameter: an optimizer would move it by its "
            "gradient, and no gradient says who is crowded. It is an array"
        )
        assert before == after, f"the parameters were {before} and are {after} afterwards"
        assert isinstance(layer.bias, np.ndarray), (
            f"the bias is a {type(layer.bias).__name__}, and should be an array"
        )

    def test_the_router_stays(self):
        layer = MixtureOfExperts(3, 5, 4, 2)
        gates, _ = layer.route(Tensor(numbers(7, 3)))
        given = gates.data.copy()
        with same_parameters(layer, "update_bias"):
            layer.update_bias(gates)
        assert np.array_equal(gates.data, given), "update_bias has changed the gates"

    def test_step_by_step_it_makes_the_load_even(self):
        """Two experts and tokens that all prefer the first: the bias shares them out."""
        layer = MixtureOfExperts(2, 2, 2, 1, score=sigmoid)
        layer.router.weight.data = np.array([[0.5, 0.0], [0.1, 0.2]])
        x = Tensor(np.column_stack([np.ones(100), np.linspace(-2, 2, 100)]))
        loads = []
        for _ in range(60):
            gates, _ = layer.route(x)
            loads.append(int((gates.data[:, 0] > 0).sum()))
            layer.update_bias(gates, speed=0.002)
        assert loads[0] == 100, f"at first the first expert got {loads[0]} of 100 tokens, not all"
        assert all(40 <= load <= 60 for load in loads[-5:]), (
            f"after 60 steps the first of two experts gets {loads[-5:]} of 100 tokens, and should "
            "get about 50"
        )


@pytest.mark.kata("load_balance_loss")
class TestLoadBalanceLoss:
    def test_shares_times_probabilities(self):
        gates, probs = Tensor(np.array(ROUTER_GATES)), Tensor(np.array(ROUTER_PROBS))
        expect_close(
            is_tensor(load_balance_loss(gates, probs), "the loss"),
            1.1625,  # 3 · (4/8 · 0.5 + 3/8 · 0.3 + 1/8 · 0.2)
            "loss, where 4, 3 and 1 of 8 assignments go to experts of mean probability 0.5, 0.3, "
            "0.2,",
            mistakes={
                "the factor E is missing (or a mean stands where the sum over experts belongs)": (
                    0.3875
                ),
                "f counts the share of tokens, not of assignments: k times as much, as in "
                "Transformers": 2.325,
                "a mean stands where the sum over experts belongs, and the factor E is missing": (
                    0.3875 / 3
                ),
                "the factor is the square of E": 3.4875,
                "counts and means are those of tokens, and not of experts": 4 / 3,
                "1 is subtracted, so that an even load has no loss": 0.1625,
                "the factor is k, not E": 0.775,
                "f is the mean of the gates, which has a gradient, not a count": 1.2525,
                "f counts only each token's best expert": 1.35,  # 3 of 4, 1 of 4, 0
                "f counts the experts of a token in probs, where all have some": 1.0,
                "P is the mean of the gates": 1.303125,
                "P is a sum over tokens, not a mean": 4.65,
                "f is multiplied by itself": 1.21875,
                "P is multiplied by itself": 1.14,
                "the factor is the number of tokens": 1.55,
                "f counts the experts that a token does not use": 3 * (0 + 0.25 * 0.3 + 0.75 * 0.2),
            },
        )

    def test_it_is_1_where_all_is_even(self):
        gates = Tensor(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
        probs = Tensor(np.full((3, 3), 1 / 3))
        expect_close(load_balance_loss(gates, probs), 1.0, "loss of an even load")

    def test_it_is_e_where_one_expert_gets_all(self):
        one = np.zeros((7, 5))
        one[:, 2] = 1.0
        expect_close(
            load_balance_loss(Tensor(one), Tensor(one)), 5.0, "loss where one of 5 experts gets all"
        )

    def test_only_the_probabilities_get_a_gradient(self):
        gates, probs = Tensor(np.array(ROUTER_GATES)), Tensor(np.array(ROUTER_PROBS))
        (load_balance_loss(gates, probs) * 10.0).backward()
        expect_close(
            probs.grad,
            [[3.75, 2.8125, 0.9375]] * 4,  # 10 · 3 · f / 4
            "gradient of probs, with 10 from above",
            mistakes={"no gradient gets there": 0.0},
        )
        assert not np.any(gates.grad), (
            f"the gates have the gradient\n{gates.grad}\nand should have none: f is a count, and a "
            "count does not move when a gate moves a little"
        )

    def test_gates_and_probabilities_stay(self):
        gates, probs = Tensor(np.array(ROUTER_GATES)), Tensor(np.array(ROUTER_PROBS))
        load_balance_loss(gates, probs)
        same = [np.array_equal(gates.data, ROUTER_GATES), np.array_equal(probs.data, ROUTER_PROBS)]
        assert all(same), f"after the loss gates are\n{gates.data}\nand probs are\n{probs.data}"

    def test_float32_stays_float32(self):
        gates = Tensor(np.array(ROUTER_GATES, dtype=np.float32))
        expect_float32(lambda probs: load_balance_loss(gates, probs), (4, 3))
