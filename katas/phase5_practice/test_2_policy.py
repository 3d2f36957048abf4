"""5.2 · Policy: answers drawn and compared, and what makes the good ones likelier."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase2_networks.module import Module
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    expect_float32,
    gradients,
    gradients_of,
    hinted,
    measured,
    numbers,
    quietly,
    rng_at_the_edge,
    rng_of,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor, no_grad
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.policy import clipped_objective, group_advantages, sample_answers

T, F = True, False


class Counting(Module):
    """A stand-in for a GPT: after token t it expects t + 1, and t + 2 with half the probability.

    seen  for each call the tokens that each row could see, those in the caches among them
    """

    def __init__(self, block_size=11, V=53):
        self.config = GPTConfig(V, block_size, n_layer=2, n_head=1, n_channels=1)
        self.blocks = [None, None]
        self.w = Tensor(np.zeros(1))
        self.seen, self.recorded = [], []

    def __call__(self, ids, caches=None):
        ids = np.asarray(ids)
        if ids.ndim != 2:
            pytest.fail(f"the model got ids of shape {ids.shape}, and needs (B, T)")
        if caches and (len(caches) != 2 or caches[0] is caches[1]):
            pytest.fail("the model has two blocks, and each needs a cache of its own")
        seen = ids
        for cache in caches or []:
            k = Tensor(ids.astype(float)[:, None, :, None])
            seen = cache.extend(k, k)[0].data[:, 0, :, 0].astype(int)
        if seen.shape[1] > self.config.block_size:
            pytest.fail(
                f"the model was to see {seen.shape[1]} tokens, and its block_size is "
                f"{self.config.block_size}: it is called more often than tokens are drawn, or "
                "tokens are given to it twice"
            )
        self.seen.append(seen.tolist())
        V = self.config.n_tokens
        logits = np.full((*ids.shape, V), -np.inf)
        rows, places = np.indices(ids.shape)
        logits[rows, places, (ids + 1) % V] = math.log(2)
        logits[rows, places, (ids + 2) % V] = 0.0
        result = Tensor(logits) + self.w
        self.recorded.append(bool(result.parents))
        return result


def answered(model, prompts, n, end=50, **settings):
    """The answers, and which of their tokens count, of prompts in lists."""
    result = sample_answers(model, np.array(prompts), n, end, **settings)
    if not isinstance(result, tuple | list) or len(result) != 2:
        pytest.fail(f"sample_answers returned {result!r}, and should return answers and counted")
    return result


@pytest.mark.kata("sample_answers")
class TestSampleAnswers:
    def test_each_prompt_is_continued_from_its_last_token(self):
        answers, counted = answered(Counting(), [[7, 3], [1, 40]], 3, temperature=0)
        expect_close(
            answers,
            [[4, 5, 6], [41, 42, 43]],
            "answers to 7, 3 and to 1, 40 of a model that counts on",
            mistakes={
                "the logits of the first position are taken, not of the last": [
                    [8, 9, 10],
                    [2, 3, 4],
                ],
                "the prompts come back too": [[7, 3, 4, 5, 6], [1, 40, 41, 42, 43]],
                "rows and columns are exchanged": [[4, 41], [5, 42], [6, 43]],
                "one token too many is drawn": [[4, 5, 6, 7], [41, 42, 43, 44]],
                "one token too few is drawn": [[4, 5], [41, 42]],
                "the first row's answer is given to all": [[4, 5, 6], [4, 5, 6]],
                "each token is predicted anew by the prompt's first": [[8, 8, 8], [2, 2, 2]],
                "logits are divided by a temperature of 0": [[0, 0, 0], [0, 0, 0]],
            },
        )
        expect_close(counted, [[T] * 3] * 2, "which tokens count, where no end was drawn")

    def test_each_row_ends_for_itself(self):
        answers, counted = answered(Counting(), [[7, 3], [1, 40], [2, 4]], 3, end=5, temperature=0)
        expect_close(
            answers,
            [[4, 5, 5], [41, 42, 43], [5, 5, 5]],
            "answers that count on, where 5 is the end",
            mistakes={
                "a row goes on after its end": [[4, 5, 6], [41, 42, 43], [5, 6, 7]],
                "after its end a row holds 0": [[4, 5, 0], [41, 42, 43], [5, 0, 0]],
                "after its end a row holds -1": [[4, 5, -1], [41, 42, 43], [5, -1, -1]],
                "all rows end with the first that does": [[4, 5, 5], [41, 5, 5], [5, 5, 5]],
            },
        )
        expect_close(
            counted,
            [[T, T, F], [T, T, T], [T, F, F]],
            "which tokens count, where 5 is the end",
            mistakes={
                "the end does not count: nobody would learn to stop": [
                    [T, F, F],
                    [T, T, T],
                    [F, F, F],
                ],
                "what stands after the end counts": [[T] * 3] * 3,
                "one token after the end counts": [[T] * 3, [T] * 3, [T, T, F]],
            },
        )

    def test_an_end_in_the_prompt_ends_nothing(self):
        answers, counted = answered(Counting(), [[5, 8], [5, 5]], 2, end=5, temperature=0)
        expect_close(answers, [[9, 10], [6, 7]], "answers to prompts that hold the end")
        expect_close(counted, [[T, T], [T, T]], "which of their tokens count")

    def test_all_rows_go_through_the_model_together(self):
        model = Counting()
        answered(model, [[7, 3], [1, 40], [2, 4]], 3, temperature=0)
        sizes = [len(rows) for rows in model.seen]
        assert sizes == [3, 3, 3], (
            f"for three tokens of three rows the model was called {len(sizes)} times, with {sizes} "
            "rows, and should be called three times with all three: most of what a call costs "
            "does not depend on the number of rows"
        )

    def test_each_token_sees_all_before_it(self):
        model = Counting()
        answered(model, [[7, 3], [1, 40]], 3, temperature=0)
        wanted = [
            [[7, 3], [1, 40]],
            [[7, 3, 4], [1, 40, 41]],
            [[7, 3, 4, 5], [1, 40, 41, 42]],
        ]
        assert model.seen == wanted, (
            f"call by call the model saw\n{model.seen}\nand should have seen\n{wanted}"
        )

    def test_it_stops_when_all_have_ended(self):
        model = Counting(block_size=4)
        answers, counted = answered(model, [[7, 3], [1, 4]], 9, end=5, temperature=0)
        assert len(model.seen) == 2, (
            f"both rows had ended after two tokens, and the model was called {len(model.seen)} "
            "times"
        )
        expect_close(answers, [[4, *[5] * 8], [5] * 9], "answers of two tokens, where n is 9")
        expect_close(counted, [[T, T, *[F] * 7], [T, *[F] * 8]], "which of their tokens count")

    def test_it_is_not_called_once_too_often(self):
        with hinted("P + n - 1 tokens are read: the last one is drawn, and nothing follows it"):
            answered(Counting(block_size=4), [[7, 3]], 3, temperature=0)

    def test_a_real_model_answers_as_it_would_alone(self):
        model = with_numbers(GPT(GPTConfig(11, 7, 2, n_head=3, n_channels=6), rng_of(0)))
        prompts = np.array([[3, 1, 4], [1, 5, 9], [2, 6, 5]])
        wanted = []
        with no_grad():
            for prompt in prompts.tolist():
                for _ in range(4):
                    logits = model(np.array([prompt])).data[0, -1]
                    prompt.append(int(logits.argmax()))
                wanted.append(prompt[3:])
        found, _ = answered(model, prompts, 4, end=99, temperature=0)
        expect_close(found, wanted, "the likeliest answers of a GPT to three prompts")

    def test_tokens_come_as_often_as_softmax_says(self):
        answers, _ = answered(Counting(), [[7]] * 2000, 1, rng=rng_of(0))
        expect_close(
            np.mean(np.asarray(answers) == 8),
            2 / 3,
            "how often the token of probability 2/3 came, in 2,000 rows",
            mistakes={
                "the likeliest is always taken, or one draw is made for all rows": 1.0,
                "one draw is made for all rows": 0.0,
                "both tokens are equally likely": 0.5,
                "the probabilities are exchanged": 1 / 3,
            },
            tolerance=0.05,  # five standard deviations of a frequency of 2/3
        )

    @pytest.mark.parametrize("upper", [False, True], ids=["0.0", "just below 1"])
    def test_what_is_impossible_is_never_drawn(self, upper):
        """Of 53 tokens only 8 and 9 may follow 7: the logits of all others are -inf."""
        draw = "just below 1" if upper else "0.0"
        with hinted(f"with a draw of {draw}"):
            answers, _ = answered(Counting(), [[7]], 1, rng=rng_at_the_edge(upper))
        token = int(np.asarray(answers)[0, 0])
        assert token in (8, 9), (
            f"with a draw of {draw} the token {token} came after 7, whose probability is 0: the "
            "token is the first whose cumulative sum is above the draw, and not the first that "
            "reaches it"
        )

    def test_rows_are_drawn_independently(self):
        answers, _ = answered(Counting(block_size=9), [[7]] * 400, 5, rng=rng_of(1))
        steps = np.diff(np.asarray(answers), axis=1, prepend=7)
        mixed = np.ptp(steps, axis=0).all() and np.ptp(steps, axis=1).any()
        assert mixed, (
            "400 rows with the same prompt took the same step together, or each the same one "
            "again and again: every row needs a draw of its own at every token"
        )

    def test_a_temperature_need_not_be_a_whole_number(self):
        answers, _ = answered(Counting(), [[7]] * 2000, 1, temperature=1.9, rng=rng_of(0))
        odds = 2 ** (1 / 1.9)
        expect_close(
            np.mean(np.asarray(answers) == 8),
            odds / (odds + 1),
            "how often the token of probability 2/3 came at temperature 1.9",
            mistakes={"temperature is left out, or made a whole number": 2 / 3},
            tolerance=0.045,
        )

    def test_logits_are_divided_by_the_temperature(self):
        answers, _ = answered(Counting(), [[7]] * 2000, 1, temperature=0.5, rng=rng_of(0))
        expect_close(
            np.mean(np.asarray(answers) == 8),
            0.8,  # squares 4 : 1
            "how often the token of probability 2/3 came at temperature 0.5",
            mistakes={
                "temperature is left out": 2 / 3,
                "the likeliest is always taken": 1.0,
                "logits are multiplied by the temperature": 0.5858,
            },
            tolerance=0.045,
        )

    def test_at_temperature_0_nothing_is_drawn(self):
        rng = rng_of(3)
        before = rng.bit_generator.state
        answered(Counting(), [[7, 3]], 3, temperature=0, rng=rng)
        assert rng.bit_generator.state == before, "a number was drawn at temperature 0"

    def test_the_generator_decides(self):
        one, again, other = (
            np.asarray(answered(Counting(), [[7]] * 50, 3, rng=rng_of(seed))[0]).tolist()
            for seed in (1, 1, 2)
        )
        assert one == again, "generators of one seed drew two answers"
        assert one != other, "generators of two seeds drew the same answers"
        first, second = (
            np.asarray(answered(Counting(), [[7]] * 50, 3)[0]).tolist() for _ in range(2)
        )
        assert first != second, "without rng the same answers came twice"

    @pytest.mark.parametrize("seed", [0, 3])
    def test_a_seed_is_enough(self, seed):
        with hinted("a seed, 0 among them, is an rng too: numpy makes a generator of each"):
            drawn, again = (
                np.asarray(answered(Counting(), [[7]] * 50, 3, rng=rng)[0]).tolist()
                for rng in (seed, rng_of(seed))
            )
        assert drawn == again, (
            f"the seed {seed} drew other answers than a generator made of it: a seed, 0 among "
            "them, is an rng too"
        )

    def test_logits_of_any_size_do_not_overflow(self):
        class Far(Counting):
            def __call__(self, ids, caches=None):
                return super().__call__(ids, caches) * 1.0 + np.where(
                    np.arange(53) == 9, 2000.0, 0.0
                )

        with quietly("exp overflows: subtract the largest logit of each row first"):
            answers, _ = answered(Far(), [[7], [7]], 1, rng=rng_of(0))
        expect_close(answers, [[9], [9]], "of a token whose logit is 2000 above the other")

    def test_rows_of_very_different_size_are_drawn_alike(self):
        class Loud(Counting):
            def __call__(self, ids, caches=None):
                louder = 2000.0 * (np.asarray(ids) == 7)
                return super().__call__(ids, caches) + louder[..., None]

        with quietly("exp overflows: subtract the largest logit of each row first"):
            answers, _ = answered(Loud(), [[7], [20]], 1, rng=rng_of(0))
        first, second = np.asarray(answers)[:, 0].tolist()
        assert first in (8, 9) and second in (21, 22), (
            f"after 7 and 20 came {first} and {second}, and should have come 8 or 9 and 21 or 22: "
            "the logits of the first row are 2000 larger, and each row needs its own largest one "
            "subtracted"
        )

    def test_float32_is_precise_enough(self):
        model = GPT(GPTConfig(997, 3, 1, n_head=1, n_channels=4), rng_of(0))
        cast_parameters(model, np.float32)
        with hinted("probabilities of float32 need not sum to 1 in float64: compute in that"):
            answers, _ = answered(model, [[5]] * 300, 1, end=99, rng=rng_of(0))
        assert len(set(np.asarray(answers).ravel().tolist())) > 100, (
            "300 draws from 997 tokens that are about equally likely gave fewer than 100 of them"
        )

    def test_no_graph_is_recorded(self):
        model = Counting()
        answered(model, [[7, 3]], 2, temperature=0)
        assert not any(model.recorded), (
            "the model's results have parents: a graph is kept that nobody goes back through"
        )
        assert (model.w * 2).parents, "after sample_answers no graph is recorded any more"

    def test_arrays_of_ints_and_of_bools_come_back(self):
        answers, counted = answered(Counting(), [[7, 3]], 2, rng=rng_of(0))
        kinds = [getattr(a, "dtype", np.dtype("O")).kind for a in (answers, counted)]
        assert kinds == ["i", "b"], (
            f"answers and counted are of the kinds {kinds}, and should be arrays of ints and of "
            "bools"
        )

    @pytest.mark.parametrize("training", [True, False])
    def test_the_model_stays_in_its_mode(self, training):
        model = Counting()
        model.train() if training else model.eval()
        answered(model, [[7, 3]], 2, temperature=0)
        assert model.training == training, (
            f"training was {training} before, and is {model.training} now: the model stays as it is"
        )

    def test_the_prompts_stay_as_they_were(self):
        prompts = np.array([[7, 3]])
        sample_answers(Counting(), prompts, 3, 50, temperature=0)
        assert prompts.tolist() == [[7, 3]], f"the caller's prompts are {prompts.tolist()} now"

    @pytest.mark.parametrize("temperature", [0, 1.0])
    @pytest.mark.parametrize("logit", ["nan", "inf", "-inf"])
    def test_nothing_is_drawn_from_a_model_that_has_broken_down(self, logit, temperature):
        class Broken(Counting):
            def __call__(self, ids, caches=None):
                logits = super().__call__(ids, caches).data.copy()
                logits[1] = float(logit)
                return Tensor(logits)

        with np.errstate(invalid="ignore"):
            expect_raises(
                ValueError,
                lambda: answered(
                    Broken(), [[7, 3], [1, 40]], 2, temperature=temperature, rng=rng_of(0)
                ),
                f"logits of {logit}, and of nothing else, in the second of two rows",
                naming=[logit],
            )


@pytest.mark.kata("group_advantages")
class TestGroupAdvantages:
    def test_one_right_answer_of_four(self):
        # mean 1/4, mean square 3/16: deviation √3/4
        root = math.sqrt(3)
        expect_close(
            group_advantages(np.array([[1.0, 0.0, 0.0, 0.0]])),
            [[root, -1 / root, -1 / root, -1 / root]],
            "advantages of rewards 1, 0, 0, 0",
            mistakes={
                "the mean square is divided by G - 1, as in TRL and verl": [
                    [1.5, -0.5, -0.5, -0.5]
                ],
                "it is not divided by the deviation, as in Dr. GRPO": [[0.75, -0.25, -0.25, -0.25]],
                "it is divided by the mean square": [[4.0, -4 / 3, -4 / 3, -4 / 3]],
                "each is compared with the mean of the others, and divided by the deviation": [
                    [4 / root] + [-4 / 3 / root] * 3
                ],
                "the mean size of the differences stands for the deviation": (
                    [[2.0, -2 / 3, -2 / 3, -2 / 3]]
                ),
                "each is compared with the mean of the others, as in RLOO": [
                    [1.0, -1 / 3, -1 / 3, -1 / 3]
                ],
                "the mean is not subtracted": [[4 / root, 0.0, 0.0, 0.0]],
                "the mean is subtracted the wrong way round": [
                    [-root, 1 / root, 1 / root, 1 / root]
                ],
                "1e-4 is added to the deviation, as TRL does": [
                    [0.75 / (root / 4 + 1e-4)] + [-0.25 / (root / 4 + 1e-4)] * 3
                ],
                "1e-6 is added to the deviation, as verl does": [
                    [0.75 / (root / 4 + 1e-6)] + [-0.25 / (root / 4 + 1e-6)] * 3
                ],
                "1e-8 is added to the deviation": [
                    [0.75 / (root / 4 + 1e-8)] + [-0.25 / (root / 4 + 1e-8)] * 3
                ],
                "the rewards come back": [[1.0, 0.0, 0.0, 0.0]],
                "the best is subtracted, and not the mean": [[0.0, -1.0, -1.0, -1.0]],
            },
        )

    def test_one_right_answer_of_ten_is_praised_loudly(self):
        rewards = np.eye(1, 10)  # mean 0.1, deviation 0.3
        right = np.where(rewards, 3.0, -1 / 3)
        mistakes = {"advantages are cut off at 2": right.clip(-2, 2)}
        expect_close(
            group_advantages(rewards), right, "advantages of a 1 and nine times 0", mistakes
        )

    def test_each_question_is_judged_for_itself(self):
        found = group_advantages(np.array([[1.0, 0.0], [5.0, 9.0], [-1.0, -1.5]]))
        rewards = np.array([[1.0, 0.0], [5.0, 9.0], [-1.0, -1.5]])
        expect_close(
            found,
            [[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]],
            "advantages of three questions with two answers each",
            mistakes={
                "the mean and the deviation of all answers are taken": (
                    (rewards - rewards.mean()) / rewards.std()
                ),
                "those of a column are taken": (
                    (rewards - rewards.mean(axis=0)) / rewards.std(axis=0)
                ),
                "the deviation is of the row, and the mean of all": (
                    (rewards - rewards.mean()) / rewards.std(axis=1, keepdims=True)
                ),
                "the mean is of the row, and the deviation of all": (
                    (rewards - rewards.mean(axis=1, keepdims=True)) / rewards.std()
                ),
            },
        )

    @pytest.mark.parametrize("reward", [0.0, 1.0, 0.1, -0.7])
    def test_equal_rewards_teach_nothing(self, reward):
        """Three times 0.1 has the mean 0.10000000000000002: the rest must not be blown up."""
        with quietly("0 is divided by 0"):
            found = np.asarray(group_advantages(np.array([[reward] * 3, [reward, 2.0, 3.0]])))
        assert not np.isnan(found[0]).any(), (
            f"three rewards of {reward:g} have advantages {found[0]}: their deviation is 0, and 0 "
            "was divided by it. One step with nan, and the model is nan"
        )
        assert not found[0].any(), (
            f"three rewards of {reward:g} have advantages {found[0]}, and should have just 0: they "
            "are equal, and what rounding leaves of their differences is no advantage"
        )
        assert found[1].any(), f"rewards {reward:g}, 2, 3 beside them have advantages {found[1]}"

    def test_small_differences_are_differences(self):
        expect_close(
            group_advantages(np.array([[0.0, 1e-7], [3.0, 3.0 + 1e-6]])),
            [[-1.0, 1.0], [-1.0, 1.0]],
            "advantages of rewards that are 1e-7 and 1e-6 apart",
            mistakes={
                "a number like 1e-8 is added to the deviation": [
                    [-5e-8 / 6e-8, 5e-8 / 6e-8],
                    [-5e-7 / 5.1e-7, 5e-7 / 5.1e-7],
                ],
                "rewards that are nearly equal are taken for equal": [[0.0, 0.0], [0.0, 0.0]],
                "rewards that are equal for np.isclose are taken for equal": (
                    [[-1.0, 1.0], [0.0, 0.0]]
                ),
            },
            tolerance=1e-8,  # 3.000001 has no more digits
        )

    def test_scale_and_level_do_not_matter(self):
        rewards = numbers(3, 5)
        expect_close(
            group_advantages(70 * rewards - 11),
            group_advantages(rewards),
            "advantages of 70 · rewards - 11",
        )

    def test_a_row_has_mean_0_and_mean_square_1(self):
        found = np.asarray(group_advantages(numbers(3, 5)))
        expect_close(found.mean(axis=1), [0.0] * 3, "mean advantages of three questions")
        expect_close(np.mean(found**2, axis=1), [1.0] * 3, "mean squares of three questions")

    def test_one_answer_has_nothing_to_be_compared_with(self):
        expect_close(
            group_advantages(np.array([[3.0], [1.0]])), [[0.0], [0.0]], "of one answer each"
        )

    def test_right_and_wrong_are_rewards_too(self):
        given = [[1, 0], [0, 0]]
        for rewards in (np.array(given, kind) for kind in (bool, int, np.float32)):
            with hinted("bools and ints are rewards: make float64 of them first"):
                found = group_advantages(rewards)
            expect_close(found, [[1.0, -1.0], [0.0, 0.0]], f"advantages of {rewards.tolist()}")
            assert np.asarray(found).dtype == np.float64, f"they are {np.asarray(found).dtype}"

    def test_the_rewards_stay_as_they_were(self):
        rewards = numbers(3, 5)
        found = group_advantages(rewards)
        assert np.array_equal(rewards, numbers(3, 5)) and found is not rewards, (
            "the caller's rewards were written into"
        )

    def test_nan_is_not_hidden(self):
        found = group_advantages(np.array([[1.0, np.nan, 3.0, 3.0], [0.0, 2.0, 0.0, 2.0]]))
        other = [-1.0, 1.0, -1.0, 1.0]
        root = math.sqrt(2)
        expect_close(
            found,
            [[np.nan] * 4, other],
            "advantages of a row in which a reward is nan, and of another",
            mistakes={
                "a row with nan is taken for one of equal rewards": [[0.0] * 4, other],
                "nan is left out of mean and deviation: nobody would see that a judge fails": [
                    [-root, np.nan, 1 / root, 1 / root],
                    other,
                ],
            },
        )


LOGP = {ratio: math.log(ratio) for ratio in (0.5, 0.9, 1.0, 1.1, 1.5, 5.0)}


def objective_by_loops(log_probs, old, advantages, counted, clip=0.2):
    """The mean of min(ratio · A, held · A), token by token."""
    terms = []
    for b, t in np.argwhere(counted):
        ratio = math.exp(log_probs[b, t] - old[b, t])
        held = min(max(ratio, 1 - clip), 1 + clip)
        terms.append(min(ratio * advantages[b], held * advantages[b]))
    return sum(terms) / len(terms)


def of_gradients(ratio, A, moves):
    """What mistakes make of the gradient of one token."""
    held = min(max(ratio, 0.8), 1.2)
    if not moves:
        return {
            "it is still pushed on: the held one is not taken": [[ratio * A]],
            "the gradient passes through the bound: the held one is a constant": [[held * A]],
        }
    if 0.8 <= ratio <= 1.2:
        return {"within bounds, where both products are equal, the constant is taken": [[0.0]]}
    return {
        "a ratio out of bounds gets none, on whichever side": [[0.0]],
        "the ratio is taken for a constant": [[A]],
    }


@pytest.mark.kata("clipped_objective")
class TestClippedObjective:
    @pytest.mark.parametrize(
        "ratio, A, wanted",
        [
            (1.0, 2.0, 2.0),
            (1.1, 2.0, 2.2),
            (0.9, -2.0, -1.8),
            (1.5, 2.0, 2.4),
            (0.5, 2.0, 1.0),
            (1.5, -2.0, -3.0),
            (0.5, -2.0, -1.6),
            (5.0, -2.0, -10.0),
        ],
        ids=[
            "at first",
            "a little likelier, and it was good",
            "a little rarer, and it was bad",
            "much likelier, and it was good: enough",
            "much rarer, and it was good: back",
            "much likelier, and it was bad: back",
            "much rarer, and it was bad: enough",
            "five times as likely, and it was bad: back",
        ],
    )
    def test_one_token(self, ratio, A, wanted):
        held = min(max(ratio, 0.8), 1.2)
        mistakes = {
            "nothing is held": ratio * A,
            "the held ratio is always taken": held * A,
            "the larger of both is taken": max(ratio * A, held * A),
            "the upper bound is 1.28, as in DAPO": min(ratio * A, min(max(ratio, 0.8), 1.28) * A),
            "only the upper side is held": min(ratio, 1.2) * A,
            "only the lower side is held": max(ratio, 0.8) * A,
            "the sign is that of a loss": -wanted,
            "the ratio is upside down": min(A / ratio, min(max(1 / ratio, 0.8), 1.2) * A),
            "the ratio is a difference of logarithms": math.log(ratio) * A,
            "the logarithm of the ratio is held, not the ratio": min(
                ratio * A, math.exp(min(max(math.log(ratio), -0.2), 0.2)) * A
            ),
            "the advantage is left out": min(ratio, held),
            "bad tokens are held a second time, at a ratio of 3 (dual clip)": (
                max(wanted, 3 * A) if A < 0 else wanted
            ),
        }
        by_answer = {}
        for name, answer in mistakes.items():
            if abs(answer - wanted) > 1e-6:
                by_answer.setdefault(round(answer, 9), []).append(name)
        old = np.array([[-0.7]])
        expect_close(
            clipped_objective(Tensor(old + LOGP[ratio]), old, np.array([A]), np.array([[True]])),
            wanted,
            f"the objective of a token whose ratio is {ratio} and whose advantage is {A:g}",
            mistakes={tuple(names): answer for answer, names in by_answer.items()},
        )

    @pytest.mark.parametrize(
        "ratio, A, moves",
        [
            (1.5, 2.0, F),
            (0.5, 2.0, T),
            (1.5, -2.0, T),
            (0.5, -2.0, F),
            (5.0, -2.0, T),
            (1.1, -2.0, T),
            (1.0, 2.0, T),
        ],
        ids=str,
    )
    def test_what_has_moved_far_enough_gets_no_gradient(self, ratio, A, moves):
        old = np.array([[-0.7]])
        leaf = Tensor(old + LOGP[ratio])
        result = clipped_objective(leaf, old, np.array([A]), np.array([[True]]))
        if not moves and not result.requires_grad:
            return  # a constant: nothing goes back either
        (grad,) = gradients_of(result, None, log_probs=leaf)
        expect_close(
            grad,
            [[ratio * A if moves else 0.0]],
            f"gradient where the ratio is {ratio} and the advantage {A:g}",
            mistakes=of_gradients(ratio, A, moves),
        )

    def test_at_first_it_is_the_mean_advantage(self):
        log_probs = -np.abs(numbers(2, 3))
        counted = np.array([[T, T, T], [T, F, F]])
        expect_close(
            clipped_objective(Tensor(log_probs), log_probs, np.array([2.0, -1.0]), counted),
            1.25,  # three tokens of 2, one of -1
            "the objective before the first step, of three tokens with 2 and one with -1",
            mistakes={
                (
                    "the mean of each answer is taken first, as in the paper and in TRL's "
                    'loss_type "grpo"',
                    "all tokens count",
                ): 0.5,
                "the sum is divided by the number of answers, not of tokens": 2.5,
                "it is added up, and not divided": 5.0,
                "what counts is added up, and divided by all tokens": 5 / 6,
                "the sign is that of a loss": -1.25,
            },
        )

    def test_only_what_counts_is_in_it(self):
        log_probs, old = numbers(3, 5, salt=1) / 4, numbers(3, 5, salt=2) / 4
        advantages = np.array([1.5, -0.5, 2.0])
        counted = rng_of(4).random((3, 5)) < 0.6
        everything = np.full((3, 5), True)
        rows = [
            objective_by_loops(log_probs, old, advantages, counted & row_of(b)) for b in (0, 1, 2)
        ]
        expect_close(
            clipped_objective(Tensor(log_probs), old, advantages, counted),
            objective_by_loops(log_probs, old, advantages, counted),
            "the objective of three answers, of which some tokens count",
            mistakes={
                "all tokens count": objective_by_loops(log_probs, old, advantages, everything),
                "the mean of each answer is taken first, as in the paper and in TRL's "
                'loss_type "grpo"': sum(rows) / 3,
                "what does not count is what counts": objective_by_loops(
                    log_probs, old, advantages, ~counted
                ),
                "one ratio is taken for a whole answer": whole_answers(
                    log_probs, old, advantages, counted
                ),
            },
        )

    def test_an_advantage_belongs_to_an_answer(self):
        log_probs, old = numbers(3, 3, salt=1) / 4, numbers(3, 3, salt=2) / 4
        advantages, counted = np.array([1.5, -0.5, 2.0]), np.full((3, 3), True)
        expect_close(
            clipped_objective(Tensor(log_probs), old, advantages, counted),
            objective_by_loops(log_probs, old, advantages, counted),
            "the objective of three answers of three tokens",
            mistakes={
                "the advantages run along the tokens: numpy lines up the last axes": (
                    objective_by_loops(log_probs.T, old.T, advantages, counted)
                ),
            },
        )

    def test_clip_may_be_another(self):
        log_probs, old = numbers(3, 5, salt=1) / 2, np.zeros((3, 5))
        advantages, counted = np.array([1.5, -0.5, 2.0]), np.full((3, 5), True)
        for clip in (0.1, 0.5):
            expect_close(
                clipped_objective(Tensor(log_probs), old, advantages, counted, clip),
                objective_by_loops(log_probs, old, advantages, counted, clip),
                f"the objective with clip {clip}",
                mistakes={
                    "clip is 0.2, whatever is given": objective_by_loops(
                        log_probs, old, advantages, counted
                    ),
                    "the bounds are 1 / (1 + clip) and 1 + clip": lopsided(
                        log_probs, old, advantages, clip
                    ),
                },
            )

    def test_the_gradient_is_the_measured_one(self):
        log_probs, old = numbers(3, 5, salt=1) / 4, numbers(3, 5, salt=2) / 4
        advantages = np.array([1.5, -0.5, 2.0])
        counted = rng_of(4).random((3, 5)) < 0.6
        (found,) = gradients(
            lambda x: clipped_objective(x, old, advantages, counted), log_probs, seed=np.array(3.0)
        )
        expect_close(
            found,
            3 * measured(lambda x: objective_by_loops(x, old, advantages, counted), log_probs),
            "gradient of the log-probabilities, that of the objective being 3",
            mistakes={
                "it has the wrong sign": -3
                * measured(lambda x: objective_by_loops(x, old, advantages, counted), log_probs)
            },
            tolerance=MEASURED,
        )

    def test_nothing_comes_from_nan_that_does_not_count(self):
        counted = np.array([[T, F, F], [T, F, T]])
        log_probs, old = numbers(2, 3, salt=1) / 4, numbers(2, 3, salt=2) / 4
        wanted = objective_by_loops(log_probs, old, np.array([1.0, -2.0]), counted)
        log_probs[0, 1], old[0, 2], log_probs[1, 1] = np.nan, -np.inf, -np.inf
        leaf = Tensor(log_probs)
        with quietly("what does not count is computed all the same"):
            found = clipped_objective(leaf, old, np.array([1.0, -2.0]), counted)
        expect_close(
            found,
            wanted,
            "the objective with nan and infinity where it does not count",
            mistakes={"nan is multiplied by 0, which is nan": np.nan},
        )
        (grad,) = gradients_of(found, None, log_probs=leaf)
        assert not grad[~counted].any(), (
            f"where it does not count, the gradient is {grad[~counted]}"
        )

    def test_nan_that_counts_is_not_hidden(self):
        log_probs = numbers(2, 3, salt=1) / 4
        log_probs[1, 0] = np.nan
        counted = np.array([[T, F, F], [T, F, F]])
        found = clipped_objective(
            Tensor(log_probs), np.zeros((2, 3)), np.array([1.0, 1.0]), counted
        )
        ratio = min(math.exp(log_probs[0, 0]), 1.2)
        expect_close(
            found,
            np.nan,
            "the objective with nan where it counts",
            mistakes={
                "the place with nan is left out": ratio,
                "0 takes the place of a log-probability that is nan": (ratio + 1) / 2,
                "0 takes the place of what is nan": ratio / 2,
                "a bound takes the place of a ratio that is nan": (ratio + 1.2) / 2,
            },
        )

    def test_0_and_1_count_as_booleans(self):
        """Other libraries' masks are integers, which numpy takes for the places of rows."""
        log_probs, old = numbers(2, 3, salt=1) / 4, numbers(2, 3, salt=2) / 4
        advantages, counted = np.array([1.5, -0.5]), np.array([[1, 1, 0], [0, 0, 1]])
        ratio = np.exp(log_probs - old)[counted]  # (2, 3, 3), beside the three that count
        A = advantages[np.nonzero(counted)[0]]
        expect_close(
            clipped_objective(Tensor(log_probs), old, advantages, counted),
            objective_by_loops(log_probs, old, advantages, counted),
            f"the objective with counted {counted.tolist()}",
            mistakes={
                "0 and 1 were taken for the places of rows, and not for False and True": np.mean(
                    np.minimum(ratio * A, np.clip(ratio, 0.8, 1.2) * A)
                ),
            },
        )

    @pytest.mark.parametrize("shape", [(3, 1), (1,), (3, 5)], ids=str)
    def test_there_is_an_advantage_for_each_answer(self, shape):
        log_probs, counted = numbers(3, 5, salt=1) / 4, np.full((3, 5), False)
        counted[0] = True  # five tokens: numpy lines them up with any of the shapes
        expect_raises(
            ValueError,
            lambda: clipped_objective(Tensor(log_probs), log_probs, np.ones(shape), counted),
            f"advantages of shape {shape} for 3 answers (a column times a row is a square)",
            naming=[shape],
        )

    def test_float32_stays_float32(self):
        old = np.zeros((2, 3), np.float32)
        counted = np.array([[T, T, F], [T, F, F]])
        expect_float32(lambda x: clipped_objective(x, old, np.array([1.0, -2.0]), counted), (2, 3))


def row_of(b):
    return np.arange(3)[:, None] == b


def whole_answers(log_probs, old, advantages, counted):
    """With one ratio for a whole answer: the product of those of its tokens."""
    ratio = np.exp(((log_probs - old) * counted).sum(axis=1))
    terms = np.minimum(ratio * advantages, np.clip(ratio, 0.8, 1.2) * advantages)
    return (terms[:, None] * counted).sum() / counted.sum()


def lopsided(log_probs, old, advantages, clip):
    ratio = np.exp(log_probs - old)
    held = np.clip(ratio, 1 / (1 + clip), 1 + clip)
    A = advantages[:, None]
    return np.minimum(ratio * A, held * A).mean()
