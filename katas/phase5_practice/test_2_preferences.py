"""5.2 · Preferences: how likely an answer is, and which of two is better."""

import math
from itertools import pairwise

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase2_networks.module import Module, walk
from katas.phase4_llms.mlp import Linear, cast_parameters
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    expect_float32,
    expect_gradients,
    gradients,
    gradients_of,
    hinted,
    is_one_node,
    is_tensor,
    numbers,
    quietly,
    rng_of,
    sigmoid,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.preferences import (
    dpo_loss,
    frozen_copy,
    log_probability,
    log_sigmoid,
    reward_loss,
    token_log_probs,
)
from katas.phase5_practice.spec_helpers import LOG, NEXT, OFF, Pairs


def plain_log_probs(logits):
    """log softmax of the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def small_gpt():
    return with_numbers(GPT(GPTConfig(5, 7, n_layer=1, n_head=2, n_channels=6), rng_of(0)))


@pytest.mark.kata("token_log_probs")
class TestTokenLogProbs:
    def test_each_token_is_judged_by_those_before_it(self):
        found = token_log_probs(Pairs(), np.array([[0, 1, 2]]))
        expect_close(
            is_tensor(found, "the log-probabilities"),
            [[math.log(0.125), math.log(0.1)]],
            "log-probabilities of the tokens 1 and 2 in the text 0, 1, 2",
            mistakes={
                "each token is looked up where it stands, not where it is predicted": [
                    [math.log(0.5), math.log(0.7)]
                ],
                "the first token is looked up too, where it stands": [
                    [math.log(0.5), math.log(0.7), math.log(0.7)]
                ],
                "the token before is looked up": [[math.log(0.2), math.log(0.05)]],
                "probabilities come back, not their logarithms": [[0.125, 0.1]],
                "logits are taken for log-probabilities": [
                    [math.log(0.125) + 2, math.log(0.1) - 1]
                ],
                "there is a minus in front: losses": [[-math.log(0.125), -math.log(0.1)]],
                "they are added up": [math.log(0.0125)],
                "the softmax runs along the text, not along the tokens": plain_log_probs(
                    (LOG + OFF)[[0, 1]].T
                ).T[[0, 1], [1, 2]][None],
                "the softmax runs over the texts, of which there is one": [[0.0, 0.0]],
            },
        )

    def test_each_text_has_its_own_row(self):
        ids = np.array([[0, 1, 2, 0], [2, 2, 1, 1]])
        expect_close(
            token_log_probs(Pairs(), ids),
            [[LOG[0, 1], LOG[1, 2], LOG[2, 0]], [LOG[2, 2], LOG[2, 1], LOG[1, 1]]],
            "log-probabilities of two texts of four tokens",
            mistakes={
                "all rows are judged by the first text": [
                    [LOG[0, 1], LOG[1, 2], LOG[2, 0]],
                    [LOG[0, 2], LOG[1, 1], LOG[2, 1]],
                ],
            },
        )

    def test_a_gpt_sees_all_before(self):
        model, ids = small_gpt(), np.array([[3, 1, 4, 1], [0, 2, 2, 3], [4, 0, 1, 1]])
        log_p = plain_log_probs(model(ids).data)
        wanted = [[log_p[b, t, ids[b, t + 1]] for t in range(3)] for b in range(3)]
        single = [
            [plain_log_probs(model(ids[b : b + 1, t : t + 1]).data)[0, 0, ids[b, t + 1]]]
            for b in range(3)
            for t in range(3)
        ]
        expect_close(
            token_log_probs(model, ids),
            wanted,
            "log-probabilities of three texts under a GPT",
            mistakes={"it sees only the token right before": np.reshape(single, (3, 3))},
        )

    def test_the_last_token_is_not_read(self):
        model = Pairs(block_size=3)
        token_log_probs(model, np.array([[0, 1, 2, 1], [2, 0, 0, 1]]))
        assert model.seen == [[[0, 1, 2], [2, 0, 0]]], (
            f"call by call the model read {model.seen}, and should have read [[0, 1, 2], "
            "[2, 0, 0]] in one: nothing comes after the last token"
        )

    def test_logits_of_any_size_have_a_logarithm(self):
        model = Pairs()
        model.w.data = np.array([[1000.0, 0.0, 0.0]] * 3)
        with quietly("the logarithm of a probability that was rounded to 0: log_softmax"):
            found = token_log_probs(model, np.array([[0, 1, 0]]))
        expect_close(
            found,
            [[-1000.0, 0.0]],
            "of a token whose logit is 1000 below the largest, and of that",
            mistakes={
                "the logarithm is taken of a probability that was rounded to 0": [[-np.inf, 0.0]]
            },
        )

    def test_two_tokens_are_enough(self):
        expect_close(
            token_log_probs(Pairs(), np.array([[2, 1]])), [[LOG[2, 1]]], "of the text 2, 1"
        )

    def test_the_model_learns_from_it(self):
        model, ids = Pairs(), np.array([[0, 1, 0], [2, 0, 1]])
        seed = np.array([[0.5, -2.0], [3.0, 1.5]])
        wanted = np.zeros((3, 3))
        for b, t in np.ndindex(2, 2):
            wanted[ids[b, t]] += seed[b, t] * (np.eye(3)[ids[b, t + 1]] - NEXT[ids[b, t]])
        (grad,) = gradients_of(token_log_probs(model, ids), seed, w=model.w)
        expect_close(
            grad,
            wanted,
            "gradient of the logits",
            mistakes={"the softmax is taken for a constant": wanted + (seed_part(ids, seed))},
        )

    def test_the_ids_stay_as_they_were(self):
        ids = np.array([[0, 1, 2]])
        token_log_probs(Pairs(), ids)
        assert ids.tolist() == [[0, 1, 2]], f"the caller's ids are {ids.tolist()} now"

    def test_float32_stays_float32(self):
        model = small_gpt()
        cast_parameters(model, np.float32)
        found = token_log_probs(model, np.array([[3, 1, 4]]))
        assert found.data.dtype == np.float32, f"of a float32 model it is {found.data.dtype}"


def seed_part(ids, seed):
    """What the normalization of the softmax takes away, added back."""
    part = np.zeros((3, 3))
    for b, t in np.ndindex(*seed.shape):
        part[ids[b, t]] += seed[b, t] * NEXT[ids[b, t]]
    return part


@pytest.mark.kata("log_probability")
class TestLogProbability:
    def test_the_logarithms_of_the_completion_are_added(self):
        # after 2 comes 0 with 1/4, after 0 comes 1 with 1/8: together 1/32
        found = log_probability(Pairs(), [0, 2], [0, 1])
        expect_close(
            is_tensor(found, "the log-probability"),
            math.log(1 / 32),
            "the log-probability of 0, 1 after 0, 2",
            mistakes={
                "the mean is taken, as in SimPO, and not the sum": math.log(1 / 32) / 2,
                "the sum is divided by the length of the whole text": math.log(1 / 32) / 4,
                (
                    "the completion is scored from its second token on",
                    "the completion is judged without its prompt",
                ): math.log(1 / 8),
                "the prompt is scored too": math.log(0.375 / 32),
                "the last token is left out": math.log(1 / 4),
                "it begins one token too early, and ends one too early": math.log(0.375 / 4),
                "the prompt alone is scored": math.log(0.375),
                "probabilities are added, not logarithms": 0.25 + 0.125,
                "the probability comes back, not its logarithm": 1 / 32,
                "the sign is that of a loss": -math.log(1 / 32),
            },
        )

    def test_it_is_one_number(self):
        for completion in ([1], [1, 2]):
            shape = log_probability(Pairs(), [0], completion).shape
            assert shape == (), f"the shape is {shape}, and should be (): one number"

    def test_one_token_is_a_completion(self):
        expect_close(
            log_probability(Pairs(), [1, 1, 0], [2]),
            math.log(0.375),
            "the log-probability of 2 after 1, 1, 0",
            mistakes={
                "nothing is scored": 0.0,
                "the prompt is scored too": math.log(0.7 * 0.2 * 0.375),
            },
        )

    def test_the_prompt_may_be_longer_than_the_completion_or_shorter(self):
        for prompt, completion in (([2], [0, 1, 2, 2]), ([2, 1, 1, 0], [2])):
            text = [*prompt, *completion]
            steps = list(pairwise(text))[len(prompt) - 1 :]
            expect_close(
                log_probability(Pairs(), prompt, completion),
                sum(LOG[pair] for pair in steps),
                f"the log-probability of {completion} after {prompt}",
            )

    def test_the_whole_prompt_is_read(self):
        model, text = small_gpt(), [2, 3, 1, 4, 0]
        whole, cut, last = (
            plain_log_probs(model(np.array([text[n:]])).data)[0, 2 - n :] for n in (0, 1, 2)
        )
        expect_close(
            log_probability(model, text[:3], text[3:]),
            whole[0, 4] + whole[1, 0],
            "the log-probability of 4, 0 after 2, 3, 1 under a GPT",
            mistakes={
                "of the prompt only the last token is read": last[0, 4] + last[1, 0],
                "of the prompt only the last two tokens are read": cut[0, 4] + cut[1, 0],
            },
        )

    def test_all_completions_together_are_certain(self):
        model = small_gpt()
        total = sum(
            math.exp(log_probability(model, [3, 1], [a, b]).data)
            for a in range(5)
            for b in range(5)
        )
        expect_close(
            total, 1.0, "the probability of all 25 completions of two tokens under a GPT together"
        )

    def test_a_text_may_be_one_longer_than_the_context(self):
        with hinted("the last token is predicted and not read: it needs no room in the context"):
            log_probability(Pairs(block_size=3), [0, 1], [2, 1])

    def test_the_model_learns_from_it(self):
        model = Pairs()
        (grad,) = gradients_of(log_probability(model, [0, 2], [0, 1]), 2.0, w=model.w)
        wanted = np.zeros((3, 3))
        wanted[2] = 2 * (np.eye(3)[0] - NEXT[2])
        wanted[0] = 2 * (np.eye(3)[1] - NEXT[0])
        expect_close(grad, wanted, "gradient of the logits, that of the log-probability being 2")

    def test_the_lists_stay_as_they_were(self):
        prompt, completion = [0, 2], [0, 1]
        log_probability(Pairs(), prompt, completion)
        assert (prompt, completion) == ([0, 2], [0, 1]), (
            f"prompt and completion are {prompt} and {completion} now: += lengthens the caller's "
            "list"
        )

    def test_a_prompt_of_nothing_is_refused(self):
        expect_raises(ValueError, lambda: log_probability(Pairs(), [], [0, 1]), "an empty prompt")


ODDS = np.array([0.0, math.log(3), -math.log(3), math.log(9), -math.log(9)])
SHARES = np.array([0.5, 0.75, 0.25, 0.9, 0.1])  # sigmoid of ODDS


@pytest.mark.kata("log_sigmoid")
class TestLogSigmoid:
    def test_it_is_the_logarithm_of_the_sigmoid(self):
        expect_close(
            log_sigmoid(Tensor(ODDS)),
            np.log(SHARES),
            "log sigmoid of 0, ±ln 3 and ±ln 9",
            mistakes={
                "the logarithm is left out": SHARES,
                "x has the wrong sign": np.log(1 - SHARES),
                "the sign is missing: softplus(-x)": -np.log(SHARES),
                "it is softplus": -np.log(1 - SHARES),
                "it is the logarithm of e^-x": -ODDS,
            },
        )

    def test_its_slope_is_the_sigmoid_of_the_opposite(self):
        x = numbers(2, 3)
        expect_gradients(
            "log sigmoid",
            log_sigmoid,
            lambda x: np.log(sigmoid(x)),
            x,
            mistakes=[
                {
                    "it is sigmoid(x), and not sigmoid(-x)": lambda g: g * sigmoid(x),
                    "it is that of the sigmoid": lambda g: g * sigmoid(x) * sigmoid(-x),
                    "it has the wrong sign": lambda g: -g * sigmoid(-x),
                    "the gradient of the result is left out": lambda g: sigmoid(-x),
                }
            ],
        )

    def test_its_slope_at_0_is_a_half(self):
        x = Tensor(np.array([0.0, -0.0]))
        (slope,) = gradients_of(log_sigmoid(x), np.ones(2), x=x)
        expect_close(
            slope,
            [0.5, 0.5],
            "slope at 0",
            mistakes={"0 is neither above nor below 0, and is left out of both cases": [1.0, 1.0]},
        )

    def test_it_is_one_node(self):
        x = Tensor(numbers(2, 3))
        is_one_node(log_sigmoid(x), x, "log_sigmoid")

    def test_any_shape_will_do(self):
        for shape in ((), (5,), (2, 3, 5)):
            x = np.zeros(shape)
            expect_close(log_sigmoid(Tensor(x)), np.full(shape, -math.log(2)), f"of zeros {shape}")

    def test_nothing_overflows(self):
        x = Tensor(np.array([1000.0, -1000.0]))
        with quietly("of two ways to write it, one overflows for large and one for small numbers"):
            y = log_sigmoid(x)
            (slope,) = gradients_of(y, np.ones(2), x=x)
        expect_close(
            y,
            [0.0, -1000.0],
            "log sigmoid of ±1000",
            mistakes={
                "the logarithm is taken of a sigmoid that is 0": [0.0, -math.inf],
                "the sigmoid is kept away from 0 by 1e-7": [0.0, math.log(1e-7)],
                "x is cut off at ±30": [0.0, -30.0],
                "x is cut off at -700, where e^700 is the last to fit": [0.0, -700.0],
                "the logarithm is cut off at -100, as in PyTorch's binary_cross_entropy": (
                    [0.0, -100.0]
                ),
            },
        )
        expect_close(slope, [0.0, 1.0], "slope at ±1000")

    @pytest.mark.parametrize("x", [40.0, 30.0, -40.0])
    def test_no_digits_are_lost(self, x):
        leaf = Tensor(np.array(x))
        y = log_sigmoid(leaf)
        (slope,) = gradients_of(y, 1.0, x=leaf)
        right = -math.log1p(math.exp(-x))
        assert abs(float(y.data) / right - 1) < 1e-12, (
            f"log sigmoid of {x:g} is {float(y.data)!r}, and should be {right!r}: 1 + e^-x is "
            "rounded to 1, and its logarithm to 0; numpy has log1p for that"
        )
        right = math.exp(-x) / (1 + math.exp(-x))
        assert abs(float(slope) / right - 1) < 1e-12, (
            f"the slope at {x:g} is {float(slope)!r}, and should be {right!r}: 1 - sigmoid(x) "
            "loses its digits where the sigmoid is nearly 1"
        )

    def test_nan_stays_nan(self):
        expect_close(
            log_sigmoid(Tensor(np.array([np.nan, 0.0]))),
            [np.nan, -math.log(2)],
            "log sigmoid of nan and 0",
            mistakes={
                "nan becomes 0: nobody would see that a model has broken down": (
                    [0.0, -math.log(2)]
                )
            },
        )

    def test_x_stays_as_it_was(self):
        x = numbers(2, 3)
        log_sigmoid(Tensor(x)).backward(np.ones((2, 3)))
        assert np.array_equal(x, numbers(2, 3)), "x was written into"

    def test_float32_stays_float32(self):
        expect_float32(log_sigmoid, (2, 3))


def rewards(*pairs):
    """Two Tensors: the chosen of each pair, and the rejected."""
    chosen, rejected = np.array(pairs).T
    return Tensor(chosen), Tensor(rejected)


@pytest.mark.kata("reward_loss")
class TestRewardLoss:
    def test_equal_rewards_explain_nothing(self):
        expect_close(
            reward_loss(*rewards((2.0, 2.0))),
            math.log(2),
            "the loss of a pair of equal rewards",
            mistakes={
                "the sign is missing": -math.log(2),
                "the logarithm is left out": 0.5,
                "the difference itself is the loss": 0.0,
            },
        )

    def test_the_difference_is_the_logarithm_of_the_odds(self):
        # 1.5 + ln 3 against 1.5: three to one for the chosen, so that it is chosen in 3/4
        expect_close(
            reward_loss(*rewards((1.5 + math.log(3), 1.5))),
            math.log(4 / 3),
            "the loss of rewards ln 3 apart",
            mistakes={
                "chosen and rejected are exchanged": math.log(4),
                "the sign is missing": -math.log(4 / 3),
                "the logarithm is left out": 0.75,
                "the logarithm is left out, and it is negative": -0.75,
                "only the reward of the chosen counts": math.log1p(math.exp(-1.5) / 3),
                "rewards are added, not subtracted": math.log1p(math.exp(-3.0) / 3),
                "it is a hinge: max(0, 1 - difference)": 0.0,
                "the difference is squared": math.log(3) ** 2,
                "each reward is judged by itself, and not the difference": (
                    math.log1p(math.exp(-1.5) / 3) + math.log1p(math.exp(1.5))
                ),
            },
        )

    def test_it_is_the_mean_of_all_pairs(self):
        losses = [math.log(2), math.log(4 / 3), math.log(4)]
        expect_close(
            reward_loss(*rewards((0.5, 0.5), (math.log(3), 0.0), (0.0, math.log(3)))),
            sum(losses) / 3,
            "the loss of three pairs",
            mistakes={
                "losses are added, not averaged": sum(losses),
                (
                    "the mean difference is taken first",
                    "the mean probability is taken first",
                ): math.log(2),
                "every chosen one is compared with every rejected one": sum(
                    math.log1p(math.exp(r - c))
                    for c in (0.5, math.log(3), 0.0)
                    for r in (0.5, 0.0, math.log(3))
                )
                / 9,
            },
        )

    def test_only_differences_matter(self):
        far = reward_loss(*rewards((101.0, 100.0), (-53.0, -50.0)))
        near = (math.log1p(math.exp(-1.0)) + math.log1p(math.exp(3.0))) / 2
        expect_close(far, near, "the loss of 101 against 100 and of -53 against -50")

    def test_the_chosen_is_pushed_up_and_the_rejected_down(self):
        chosen, rejected = numbers(5, salt=1), numbers(5, salt=3)
        share = sigmoid(rejected - chosen)
        found = gradients(reward_loss, chosen, rejected, seed=np.array(3.0))
        for got, sign, what in zip(found, (-1, 1), ("chosen", "rejected")):
            expect_close(
                got,
                sign * 3 * share / 5,
                f"gradient of the {what}",
                mistakes={
                    "it has the wrong sign": -sign * 3 * share / 5,
                    "it is not divided by the number of pairs": sign * 3 * share,
                    "it is largest where the pair is right already": sign * 3 * (1 - share) / 5,
                },
            )

    def test_pairs_far_apart_do_not_overflow(self):
        with quietly("exp overflows: log_sigmoid does not"):
            expect_close(
                reward_loss(*rewards((1000.0, -1000.0), (-500.0, 500.0))),
                500.0,
                "the loss of a pair 2000 apart, and of one 1000 apart the wrong way",
                mistakes={
                    "e to the power of the difference overflows, or its sigmoid is 0: log_sigmoid "
                    "knows better": math.inf
                },
            )

    def test_pairs_have_two(self):
        for shape in ((2,), (3, 1), ()):
            expect_raises(
                ValueError,
                lambda shape=shape: reward_loss(Tensor(np.zeros(3)), Tensor(np.zeros(shape))),
                f"rewards (3,) and {shape}",
                naming=[(3,), shape] if shape else [(3,)],
            )

    def test_float32_stays_float32(self):
        one = Tensor(np.zeros(3, np.float32))
        expect_float32(lambda x: reward_loss(x, one), (3,))


class Nested(Module):
    """Parameters in a list, in a dict and alone, one of them frozen; and another field."""

    def __init__(self):
        self.layers = [Linear(3, 2, rng_of(1)), Linear(2, 2, rng_of(2), bias=False)]
        self.named = {"gain": Tensor(np.full(2, 1.5))}
        self.frozen = Tensor(np.full(2, 0.25), requires_grad=False)
        self.note = "a model"

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x * self.named["gain"] + self.frozen


@pytest.mark.kata("frozen_copy")
class TestFrozenCopy:
    def test_it_computes_the_same(self):
        model, x = Nested(), Tensor(numbers(5, 3))
        reference = frozen_copy(model)
        assert type(reference) is Nested, (
            f"the copy of a Nested is a {type(reference).__name__}: it should be of the same class"
        )
        expect_close(reference(x), model(x), "what the copy computes")

    def test_it_is_not_the_model(self):
        model = Nested()
        reference = frozen_copy(model)
        assert reference is not model, (
            "the model itself came back: a reference that moves along measures no way at all"
        )
        theirs = {id(p): name for name, p in model.named_parameters()}
        same = [theirs[id(p)] for p in reference.parameters() if id(p) in theirs]
        assert not same, f"{', '.join(same)}: the copy holds the very Tensors of the model"

    def test_it_stays_when_the_model_moves(self):
        model = Nested()
        reference = frozen_copy(model)
        before = reference.state_dict()
        for parameter in model.parameters():
            parameter.data += 1.0
        moved = [
            name
            for name, data in reference.state_dict().items()
            if not np.array_equal(data, before[name])
        ]
        assert not moved, (
            f"{', '.join(moved)} of the copy moved with the model: optimizers change arrays in "
            "place, and here both hold the same ones"
        )

    def test_nothing_in_it_requires_a_gradient(self):
        reference = frozen_copy(Nested())
        thawed = [name for name, p in reference.named_parameters() if p.requires_grad]
        assert not thawed, f"{', '.join(thawed)} of the copy still require a gradient"
        result = reference(Tensor(numbers(5, 3), requires_grad=False))
        assert not result.requires_grad, "what the copy computes requires a gradient"

    def test_the_model_stays_as_it_was(self):
        model = Nested()
        model.layers[1].eval()
        modes = [module.training for module in model.modules()]
        before, wanted = model.state_dict(), [p.requires_grad for p in model.parameters()]
        for p in model.parameters():
            p.grad = np.ones_like(p.data)
        frozen_copy(model)
        assert [p.requires_grad for p in model.parameters()] == wanted, (
            "whether the model's own parameters require a gradient has changed: the copy is "
            "frozen, and the model is what goes on learning"
        )
        assert all(np.array_equal(before[n], d) for n, d in model.state_dict().items()), (
            "the model's parameters hold other numbers after it was copied"
        )
        assert all(np.all(p.grad == 1.0) for p in model.parameters()), (
            "the model's gradients are others after it was copied"
        )
        assert [module.training for module in model.modules()] == modes, (
            "the model was put into train or eval mode: it stays as it is"
        )

    def test_a_gpt_can_be_copied(self):
        model, ids = small_gpt(), np.array([[3, 1, 4]])
        cast_parameters(model, np.float32)
        reference = frozen_copy(model)
        assert list(reference.state_dict()) == list(model.state_dict()), (
            "the parameters of the copy have other names, or another order"
        )
        kinds = {p.data.dtype.name for p in reference.parameters()}
        assert kinds == {"float32"}, f"a float32 model has a copy of {kinds}"
        expect_close(reference(ids), model(ids), "logits of a copied GPT")
        theirs = {id(part) for _, part in walk(model) if isinstance(part, Module | Tensor | list)}
        same = [
            path
            for path, part in walk(reference)
            if isinstance(part, Module | Tensor | list) and id(part) in theirs
        ]
        assert not same, f"{same[0]} of the copy is that of the model: both move together"


def four(chosen, rejected, ref_chosen, ref_rejected):
    """Four Tensors, of numbers or of lists."""
    return [
        Tensor(np.atleast_1d(np.array(x))) for x in (chosen, rejected, ref_chosen, ref_rejected)
    ]


def minus_log_sigmoid(x):
    return math.log1p(math.exp(-x))


@pytest.mark.kata("dpo_loss")
class TestDPOLoss:
    def test_a_model_like_its_reference_prefers_nothing(self):
        expect_close(
            dpo_loss(*four(-3.0, -5.0, -3.0, -5.0), beta=0.1),
            math.log(2),
            "the loss of a model that is its reference",
            mistakes={
                "the reference is left out": minus_log_sigmoid(0.2),
                "the reference is added, not subtracted": minus_log_sigmoid(0.4),
                "the sign is missing": -math.log(2),
            },
        )

    def test_it_compares_what_both_have_gained(self):
        # the chosen has gained 4, the rejected 1: 3 · 0.5 = 1.5
        expect_close(
            dpo_loss(*four(-3.0, -5.0, -7.0, -6.0), beta=0.5),
            minus_log_sigmoid(1.5),
            "the loss of gains 4 and 1, with beta 0.5",
            mistakes={
                "chosen and rejected are exchanged": minus_log_sigmoid(-1.5),
                "the reference is left out": minus_log_sigmoid(1.0),
                (
                    "the two of the reference are exchanged",
                    "the reference is added, not subtracted",
                ): minus_log_sigmoid(0.5),
                "beta is left out": minus_log_sigmoid(3.0),
                "it is divided by beta": minus_log_sigmoid(6.0),
                "beta counts for the model alone": minus_log_sigmoid(0.5 * 2 + 1),
                "beta is multiplied with the loss": 0.5 * minus_log_sigmoid(3.0),
                "beta is always 0.1": minus_log_sigmoid(0.3),
                "gains are added, not subtracted": minus_log_sigmoid(2.5),
                "the sign is missing": -minus_log_sigmoid(1.5),
                "the logarithm is left out": -1 / (1 + math.exp(-1.5)),
                "each answer is judged by itself, and not the difference": (
                    minus_log_sigmoid(2.0) + minus_log_sigmoid(-0.5)
                ),
                "one choice in ten is taken for a mistake, as in cDPO": (
                    0.9 * minus_log_sigmoid(1.5) + 0.1 * minus_log_sigmoid(-1.5)
                ),
                "it is the squared loss of IPO": (3 - 1 / (2 * 0.5)) ** 2,
                "it is a hinge": 0.0,
            },
        )

    def test_it_is_the_mean_of_all_pairs(self):
        margins = [1.5, -1.0, 0.0]  # 0.5 · (4 - 1), 0.5 · (0 - 2), 0.5 · (1 - 1)
        losses = [minus_log_sigmoid(m) for m in margins]
        found = dpo_loss(
            *four([-3.0, -4.0, -2.0], [-5.0, -1.0, -2.0], [-7.0, -4.0, -3.0], [-6.0, -3.0, -3.0]),
            beta=0.5,
        )
        expect_close(
            found,
            sum(losses) / 3,
            "the loss of three pairs",
            mistakes={
                "losses are added, not averaged": sum(losses),
                "the mean margin is taken first": minus_log_sigmoid(sum(margins) / 3),
                "the mean of a reference is subtracted from all pairs": sum(
                    minus_log_sigmoid(0.5 * gap) / 3 for gap in (8 / 3, -7 / 3, 2 / 3)
                ),
            },
        )

    def test_the_model_learns_from_both(self):
        arrays = [numbers(5, salt=s) for s in range(4)]
        refs = [Tensor(a) for a in arrays[2:]]
        margin = (arrays[0] - arrays[2]) - (arrays[1] - arrays[3])
        share = 0.3 * sigmoid(-0.3 * margin) / 5
        found = gradients(
            lambda c, r: dpo_loss(c, r, *refs, beta=0.3), *arrays[:2], seed=np.array(2.0)
        )
        for got, sign, what in zip(found, (-1, 1), ("chosen", "rejected")):
            expect_close(
                got,
                sign * 2 * share,
                f"gradient of the {what}",
                mistakes={
                    "it has the wrong sign: the rejected becomes likelier": -sign * 2 * share,
                    "beta is left out of it": sign * 2 * share / 0.3,
                },
                tolerance=MEASURED,
            )

    def test_the_reference_is_not_trained(self):
        arrays = [numbers(5, salt=s) for s in range(4)]
        leaves = [Tensor(a) for a in arrays]
        dpo_loss(*(leaf * 1.0 for leaf in leaves), beta=0.3).backward()
        reached = [
            name
            for name, leaf in zip(("ref_chosen", "ref_rejected"), leaves[2:])
            if np.any(leaf.grad)
        ]
        assert not reached, (
            f"a gradient came to {' and '.join(reached)}: the reference would be trained too, away "
            "from the model, and that lowers the loss as well. Its numbers are constants"
        )
        assert all(np.any(leaf.grad) for leaf in leaves[:2]), "none came to chosen and rejected"

    def test_margins_of_any_size_do_not_overflow(self):
        with quietly("exp overflows: log_sigmoid does not"):
            found = dpo_loss(*four([900.0, -900.0], [-900.0, 900.0], [0.0, 0.0], [0.0, 0.0]), 1.0)
        expect_close(found, 900.0, "the loss of margins 1800 and -1800")

    def test_beta_may_be_above_1(self):
        with hinted("beta is above 0, and as large as one likes"):
            found = dpo_loss(*four(-3.0, -5.0, -3.2, -5.0), beta=2.5)
        expect_close(found, minus_log_sigmoid(0.5), "the loss of gains 0.2 and 0, with beta 2.5")

    def test_the_tensors_stay_as_they_were(self):
        given = four(-3.0, -5.0, -7.0, -6.0)
        dpo_loss(*given, beta=0.5).backward()
        assert [float(x.data[0]) for x in given] == [-3.0, -5.0, -7.0, -6.0], "a Tensor has changed"
        assert all(x.requires_grad for x in given), (
            "a Tensor that was given requires no gradient any more: detach makes a constant of it "
            "and leaves it as it is"
        )

    @pytest.mark.parametrize("beta", [0, -0.5, math.nan])
    def test_beta_is_above_0(self, beta):
        expect_raises(
            ValueError,
            lambda: dpo_loss(*four(-3.0, -5.0, -7.0, -6.0), beta=beta),
            f"beta {beta}",
            naming=[beta],
        )

    def test_float32_stays_float32(self):
        others = [Tensor(np.zeros(3, np.float32)) for _ in range(3)]
        expect_float32(lambda x: dpo_loss(x, *others, 0.25), (3,))
