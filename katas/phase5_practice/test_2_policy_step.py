"""5.2 · Policy: the way from a reference; answers that are judged; a step that is taken."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, same_parameters
from katas.phase3_training.optimizers import SGD
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    expect_float32,
    gradients,
    gradients_of,
    hinted,
    measured,
    numbers,
    quietly,
    rng_of,
)
from katas.phase4_llms.tensor import Tensor, no_grad
from katas.phase5_practice.policy import Rollout, kl_to_reference, policy_step, roll_out
from katas.phase5_practice.spec_helpers import LOG, OFF, Pairs

T, F = True, False


def k3(log_r):
    return math.exp(log_r) - log_r - 1


@pytest.mark.kata("kl_to_reference")
class TestKLToReference:
    def test_it_is_0_where_both_agree(self):
        log_probs = -np.abs(numbers(2, 3))
        found = kl_to_reference(Tensor(log_probs), log_probs, np.full((2, 3), True))
        expect_close(
            found,
            0.0,
            "KL of a model that is its reference",
            mistakes={"the 1 is not subtracted": 1.0, "1 is subtracted twice": -1.0},
        )

    def test_a_token_that_has_become_likelier(self):
        # 1/2 now, 1/4 under the reference: r is 1/2
        expect_close(
            kl_to_reference(
                Tensor(np.array([[math.log(0.5)]])), np.array([[math.log(0.25)]]), np.array([[T]])
            ),
            0.5 + math.log(2) - 1,
            "KL from a token of probability 1/2, and 1/4 under the reference",
            mistakes={
                "the direction is wrong: r is upside down": 2 - math.log(2) - 1,
                "it is the difference of the logarithms (k1), which may be negative": math.log(2),
                "it is the difference of the logarithms (k1), the wrong way round": -math.log(2),
                "it is half the squared difference (k2)": math.log(2) ** 2 / 2,
                "the 1 is not subtracted": 0.5 + math.log(2),
                "log r is added, not subtracted": 0.5 - math.log(2) - 1,
                "it is p log(p / q), as if there were no other token": 0.5 * math.log(2),
                "it is multiplied by the token's probability: tokens that were drawn come as often "
                "as they are likely": 0.5 * (0.5 + math.log(2) - 1),
                "log r stands where r belongs": 0.0,
            },
        )

    @pytest.mark.parametrize("log_r", [-3.0, -0.2, 0.1, 2.0])
    def test_it_is_never_negative(self, log_r):
        expect_close(
            kl_to_reference(
                Tensor(np.array([[-4.0]])), np.array([[-4.0 + log_r]]), np.array([[T]])
            ),
            k3(log_r),
            f"KL from a token whose log r is {log_r}",
            mistakes={
                "the direction is wrong: r is upside down": k3(-log_r),
                "it is the difference of the logarithms (k1), which may be negative": -log_r,
                "it is the size of the difference": abs(log_r),
            }
            if log_r > 0
            else {
                "the direction is wrong: r is upside down": k3(-log_r),
                "it is the difference of the logarithms (k1), which may be negative": -log_r,
            },
        )

    def test_a_token_that_has_become_far_rarer_counts_in_full(self):
        expect_close(
            kl_to_reference(Tensor(np.array([[-25.0]])), np.array([[-1.0]]), np.array([[T]])),
            k3(24.0),
            "KL from a token whose log r is 24",
            mistakes={
                "it is held at 10, as in verl": 10.0,
                "log r is held at 20": k3(20.0),
                "log r is held at 10": k3(10.0),
            },
        )

    def test_in_the_long_run_it_is_the_kl_of_the_model_from_its_reference(self):
        """A model that draws a in 1/2, b and c in 1/4 each, has drawn a, a, b, c."""
        p, q = np.array([0.5, 0.25, 0.25]), np.array([0.2, 0.7, 0.1])
        drawn = np.array([[0, 0, 1, 2]])
        expect_close(
            kl_to_reference(Tensor(np.log(p)[drawn]), np.log(q)[drawn], np.full((1, 4), True)),
            float(np.sum(p * np.log(p / q))),
            "KL of 1/2, 1/4, 1/4 from 0.2, 0.7, 0.1",
            mistakes={
                "it is that of the reference from the model": float(np.sum(q * np.log(q / p))),
                "r is upside down": float(np.mean([k3(x) for x in np.log(p / q)[drawn[0]]])),
                "it is half the squared difference (k2)": float(
                    np.mean(np.log(p / q)[drawn[0]] ** 2) / 2
                ),
                "it is added up, and not averaged": 4 * float(np.sum(p * np.log(p / q))),
            },
        )

    def test_only_what_counts_is_in_it(self):
        log_probs, ref = numbers(3, 5, salt=1), numbers(3, 5, salt=2)
        counted = rng_of(4).random((3, 5)) < 0.6
        each = np.exp(ref - log_probs) - (ref - log_probs) - 1
        rows = [each[b][counted[b]].mean() for b in range(3)]
        expect_close(
            kl_to_reference(Tensor(log_probs), ref, counted),
            each[counted].mean(),
            "KL from some tokens of three answers",
            mistakes={
                "all tokens count": each.mean(),
                "the mean of each answer is taken first": np.mean(rows),
                "what counts is added up, and divided by all tokens": each[counted].sum() / 15,
                "what counts is added up, and divided by the number of answers": (
                    each[counted].sum() / 3
                ),
            },
        )

    def test_the_gradient_pulls_towards_the_reference(self):
        log_probs, ref = numbers(2, 3, salt=1), numbers(2, 3, salt=2)
        counted = np.array([[T, T, F], [T, F, T]])
        (found,) = gradients(
            lambda x: kl_to_reference(x, ref, counted), log_probs, seed=np.array(3.0)
        )
        r = np.exp(ref - log_probs)
        expect_close(
            found,
            3 * (1 - r) * counted / 4,
            "gradient of the log-probabilities, that of the KL being 3",
            mistakes={
                "r is taken for a constant": 3 * np.ones((2, 3)) * counted / 4,
                "log r is taken for a constant": -3 * r * counted / 4,
                "it has the wrong sign": -3 * (1 - r) * counted / 4,
                "it is divided by all tokens": 3 * (1 - r) * counted / 6,
            },
        )

    def test_nothing_comes_from_nan_that_does_not_count(self):
        log_probs, ref = numbers(1, 3, salt=1), numbers(1, 3, salt=2)
        wanted = k3(ref[0, 0] - log_probs[0, 0])
        log_probs[0, 1], ref[0, 2] = np.nan, -np.inf
        leaf = Tensor(log_probs)
        with quietly("what does not count is computed all the same"):
            found = kl_to_reference(leaf, ref, np.array([[T, F, F]]))
        expect_close(
            found,
            wanted,
            "KL with nan and infinity where it does not count",
            mistakes={"nan is multiplied by 0, which is nan": np.nan},
        )
        (grad,) = gradients_of(found, None, log_probs=leaf)
        assert not grad[0, 1:].any(), (
            f"where it does not count, the gradient is {grad[0, 1:]}: take out what counts before "
            "anything is computed of it"
        )

    def test_nan_that_counts_is_not_hidden(self):
        log_probs, ref = numbers(1, 3, salt=1), numbers(1, 3, salt=2)
        one = k3(ref[0, 0] - log_probs[0, 0])
        log_probs[0, 1] = np.nan
        expect_close(
            kl_to_reference(Tensor(log_probs), ref, np.array([[T, T, F]])),
            np.nan,
            "KL with nan where it counts",
            mistakes={
                "the place with nan is left out": one,
                "0 takes the place of what is nan": one / 2,
            },
        )

    def test_0_and_1_count_as_booleans(self):
        log_probs, ref = numbers(2, 3, salt=1), numbers(2, 3, salt=2)
        counted = np.array([[1, 1, 0], [0, 0, 1]])
        each = np.exp(ref - log_probs) - (ref - log_probs) - 1
        expect_close(
            kl_to_reference(Tensor(log_probs), ref, counted),
            each[counted == 1].mean(),
            f"KL with counted {counted.tolist()}",
            mistakes={
                "0 and 1 were taken for the places of rows, and not for False and True": (
                    each[counted].mean()
                ),
            },
        )

    def test_float32_stays_float32(self):
        ref = np.zeros((2, 3), np.float32)
        expect_float32(lambda x: kl_to_reference(x, ref, np.array([[T, T, F], [T, F, F]])), (2, 3))


END = 2
QUESTIONS = np.array([[0, 1], [2, 0], [1, 1]])


def reference():
    """A model that likes other pairs, and requires no gradient."""
    model = Pairs()
    model.w = Tensor(numbers(3, 3, salt=5), requires_grad=False)
    return model


def log_probs_of(w, ids):
    """Of each token after the first, by plain numpy, for logits w (3, 3)."""
    rows = w[ids[:, :-1]]
    rows = rows - np.log(np.exp(rows).sum(axis=-1, keepdims=True))
    return np.take_along_axis(rows, ids[:, 1:, None], axis=-1)[..., 0]


class Judge:
    """Rewards an answer by half the number of its zeros, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, question, answer):
        self.asked.append((question, answer))
        return list(answer).count(0) / 2


def said_of(answer):
    """An answer up to its first end."""
    return answer[: answer.index(END) + 1] if END in answer else answer


def rolled(judge=None, n_answers=5, n_tokens=4, seed=3, model=None):
    result = roll_out(
        model or Pairs(), reference(), QUESTIONS, judge or Judge(), n_answers, n_tokens, END,
        rng_of(seed),
    )  # fmt: skip
    assert isinstance(result, Rollout), f"roll_out returned {result!r}, and should return a Rollout"
    return result


@pytest.mark.kata("roll_out")
class TestRollOut:
    def test_each_question_is_answered_several_times(self):
        ids = np.asarray(rolled().ids)
        assert ids.shape == (15, 6), (
            f"5 answers of 4 tokens to 3 questions of 2 make ids of shape {ids.shape}, and should "
            "make (15, 6): the prompt and the answer in each row"
        )
        expect_close(
            ids[:, :2],
            np.repeat(QUESTIONS, 5, axis=0),
            "the questions in front of the answers",
            mistakes={
                "answers to one question are not neighbours (np.tile for np.repeat)": np.tile(
                    QUESTIONS, (5, 1)
                )
            },
        )

    def test_answers_differ(self):
        answers = np.asarray(rolled().ids)[:, 2:].reshape(3, 5, 4)
        assert all(len({tuple(row) for row in group.tolist()}) > 1 for group in answers), (
            "all answers to a question are the same: nothing is left to compare. They are drawn at "
            "temperature 1, each for itself"
        )

    def test_the_judge_is_told_which_question_it_was(self):
        judge = Judge()
        ids = np.asarray(rolled(judge).ids)
        questions = [question for question, _ in judge.asked]
        strange = [question for question in questions if not isinstance(question, int | np.integer)]
        assert not strange, (
            f"reward was told {strange[0]!r}, and should be told the place of the question in "
            "prompts, an int"
        )
        expect_close(
            sorted(questions),
            [0] * 5 + [1] * 5 + [2] * 5,
            "the questions that 15 answers were judged for",
            mistakes={
                "the place of the answer is handed on, not that of its question": list(range(15)),
                "the place of the answer among those to its question is handed on": (
                    sorted([*range(5)] * 3)
                ),
            },
        )
        told = [(question, said_of(list(answer))) for question, answer in judge.asked]
        own = [(row // 5, said_of(ids[row, 2:].tolist())) for row in range(15)]
        assert sorted(told) == sorted(own), (
            "an answer was judged for another question than the one that stands in front of it: "
            "answers to one question are neighbours"
        )

    def test_the_judge_reads_a_list_up_to_the_end(self):
        judge = Judge()
        rows = np.asarray(rolled(judge).ids).tolist()
        for _, answer in judge.asked:
            expect_kind(answer, [int], "an answer that is judged")
        wanted = [said_of(row[2:]) for row in rows]
        expect_close(
            sorted(answer for _, answer in judge.asked),
            sorted(wanted),
            "what is judged of 15 answers, sorted,",
            mistakes={
                "what fills the row after the end is judged too": sorted(row[2:] for row in rows),
                "the end is taken off": sorted([t for t in said if t != END] for said in wanted),
                "the question stands in front": sorted(
                    row[:2] + said for row, said in zip(rows, wanted)
                ),
            },
        )

    def test_rewards_are_sorted_by_question(self):
        rollout = rolled()
        answers = np.asarray(rollout.ids)[:, 2:].tolist()
        rewards = [said_of(answer).count(0) / 2 for answer in answers]
        expect_close(
            rollout.rewards,
            np.reshape(rewards, (3, 5)),
            "the rewards of 5 answers to each of 3 questions",
            mistakes={
                "rows are answers, and columns questions": np.reshape(rewards, (5, 3)),
                "halves are lost: an array of ints has no room for them": (
                    np.trunc(np.reshape(rewards, (3, 5)))
                ),
                "they stand in one row": rewards,
            },
        )

    def test_advantages_are_those_of_a_group(self):
        rollout = rolled()
        rewards = np.asarray(rollout.rewards)
        gap = rewards - rewards.mean(axis=1, keepdims=True)
        gap /= np.maximum(rewards.std(axis=1, keepdims=True), 1e-9)
        flat = rewards.reshape(-1)
        expect_close(
            rollout.advantages,
            gap.reshape(-1),
            "the advantages of 15 answers",
            mistakes={
                "rewards stand where advantages should": flat,
                "all answers are one group": (flat - flat.mean()) / flat.std(),
                "they still stand in rows": gap,
                "they stand in the order of columns": gap.T.reshape(-1),
            },
        )

    def test_a_judge_may_say_right_or_wrong(self):
        rewards = np.asarray(rolled(lambda question, answer: answer[0] == question).rewards)
        assert set(rewards.reshape(-1).tolist()) <= {0.0, 1.0}, f"True and False became {rewards}"

    def test_what_counts_is_the_answer_where_it_is_predicted(self):
        rollout = rolled()
        ids, counted = np.asarray(rollout.ids), np.asarray(rollout.counted)
        assert counted.shape == (15, 5) and counted.dtype == bool, (
            f"counted is {counted.dtype} of shape {counted.shape}, and should be bool, (15, 5): a "
            "place for each of 6 tokens but the first, which nothing predicts"
        )
        wanted = []
        for row in ids[:, 2:].tolist():
            length = row.index(END) + 1 if END in row else 4
            wanted.append([F] + [T] * length + [F] * (4 - length))
        wanted = np.array(wanted)
        expect_close(
            counted,
            wanted,
            "which predictions count",
            mistakes={
                "it is one place too late: the first token of an answer is left out": np.pad(
                    wanted[:, :-1], ((0, 0), (1, 0))
                ),
                "it is one place too early: the last token of an answer is left out": np.pad(
                    wanted[:, 1:], ((0, 0), (0, 1))
                ),
                "the question counts too": np.concatenate(
                    [np.full((15, 1), True), wanted[:, 1:]], axis=1
                ),
                "what fills a row after its end counts": np.array([[F, T, T, T, T]] * 15),
            },
        )

    def test_old_and_reference_are_not_exchanged(self):
        rollout = rolled()
        ids = np.asarray(rollout.ids)
        old, ref = log_probs_of(LOG + OFF, ids), log_probs_of(reference().w.data, ids)
        expect_close(
            rollout.old_log_probs,
            old,
            "log-probabilities under the model that drew",
            mistakes={
                "they are those of the reference": ref,
                "they are 0 where they do not count": np.where(rollout.counted, old, 0.0),
            },
        )
        expect_close(
            rollout.ref_log_probs,
            ref,
            "log-probabilities under the reference",
            mistakes={"they are those of the model": old},
        )

    def test_all_of_it_is_plain_arrays(self):
        for name, field in vars(rolled()).items():
            assert isinstance(field, np.ndarray), (
                f"{name} is a {type(field).__name__}, and should be an array: with a graph behind "
                "it, a step would train the past, or the reference"
            )

    def test_the_model_answers_and_the_reference_does_not(self):
        judge = reference()
        roll_out(Pairs(), judge, QUESTIONS, Judge(), 5, 4, END, rng_of(3))
        lengths = {len(row) for rows in judge.seen for row in rows}
        assert lengths == {5}, (
            f"the reference read texts of {lengths} tokens, and should read whole answers alone, "
            "of 5: it says how likely they are, and the model gives them"
        )

    def test_nothing_in_the_model_changes(self):
        model = Pairs()
        model.eval()
        with same_parameters(model, "roll_out"):
            rolled(model=model)
        assert not np.any(model.w.grad), "a gradient came to the model: nothing is learned yet"
        assert (model.w * 2).parents, "after roll_out no graph is recorded any more"
        assert not model.training, "the model was put into train mode: nothing in it changes"
        model.train()
        rolled(model=model)
        assert model.training, "the model was left in eval mode: nothing in it changes"

    def test_the_generator_decides(self):
        one, again, other = (np.asarray(rolled(seed=seed).ids).tolist() for seed in (1, 1, 2))
        assert one == again, "generators of one seed drew two answers"
        assert one != other, "generators of two seeds drew the same answers: is rng handed on?"

    def test_a_seed_is_enough(self):
        with hinted("a seed is an rng too, as for sample_answers"):
            drawn = roll_out(Pairs(), reference(), QUESTIONS, Judge(), 5, 4, END, 3).ids
        assert np.array_equal(drawn, rolled(seed=3).ids), (
            "the seed 3 drew other answers than a generator made of it: if each question gets the "
            "seed itself, they all begin anew, and draw the same numbers"
        )


IDS = np.array([[0, 1, 0, 2], [2, 0, 1, 2], [1, 1, 1, 0]])
COUNTED = np.array([[F, T, T], [F, T, F], [F, T, T]])
ADVANTAGES = np.array([1.5, -1.0, 0.5])


def rollout_of(old=None, advantages=ADVANTAGES):
    """A Rollout, by a model whose logits were old; those of Pairs if none are given."""
    old = LOG if old is None else old
    return Rollout(
        rewards=np.array([[1.0, 0.0, 0.5]]),
        ids=IDS.copy(),
        counted=COUNTED.copy(),
        advantages=advantages.copy(),
        old_log_probs=log_probs_of(old, IDS),
        ref_log_probs=log_probs_of(reference().w.data, IDS),
    )


def plain_objective(w, rollout, clip=0.2, advantages=None):
    """By numpy: the mean over what counts of min(ratio · A, held · A)."""
    ratio = np.exp(log_probs_of(w, rollout.ids) - rollout.old_log_probs)
    A = (rollout.advantages if advantages is None else advantages)[:, None]
    return np.minimum(ratio * A, np.clip(ratio, 1 - clip, 1 + clip) * A)[rollout.counted].mean()


def plain_kl(w, rollout):
    log_r = (rollout.ref_log_probs - log_probs_of(w, rollout.ids))[rollout.counted]
    return (np.exp(log_r) - log_r - 1).mean()


def stepped(rollout, model=None, lr=0.5, **settings):
    """How far the logits have moved, divided by lr; and what policy_step returned."""
    model = model or Pairs()
    before = model.w.data.copy()
    said = policy_step(model, SGD(model.parameters(), lr), rollout, **settings)
    if not isinstance(said, tuple | list) or len(said) != 2:
        pytest.fail(f"policy_step returned {said!r}, and should return the objective and the KL")
    return (model.w.data - before) / lr, said


@pytest.mark.kata("policy_step")
class TestPolicyStep:
    def test_the_objective_is_climbed(self):
        rollout = rollout_of(advantages=10 * ADVANTAGES)
        up = measured(lambda w: plain_objective(w, rollout), LOG + OFF)
        moved, _ = stepped(rollout)
        expect_close(
            moved,
            up,
            "how far a step moves the logits, in units of the learning rate",
            mistakes={
                "it goes downhill: an optimizer makes small, and an objective is made large": -up,
                "the gradient is cut to length 1": up / np.linalg.norm(up),
                "nothing moves: backward or step is missing, or the ratio is a constant": 0 * up,
                "all tokens count, the question too": measured(
                    lambda w: plain_objective(
                        w, Rollout(**{**vars(rollout), "counted": np.full((3, 3), True)})
                    ),
                    LOG + OFF,
                ),
                "advantages are compared once more, over all answers: roll_out has done that": (
                    measured(
                        lambda w: plain_objective(
                            w, rollout, advantages=(ADVANTAGES - 1 / 3) / ADVANTAGES.std()
                        ),
                        LOG + OFF,
                    )
                ),
                "rewards are taken, not advantages": measured(
                    lambda w: plain_objective(w, rollout, advantages=rollout.rewards[0]),
                    LOG + OFF,
                ),
            },
            tolerance=MEASURED,
        )

    def test_what_was_better_becomes_likelier(self):
        model, rollout = Pairs(), rollout_of()
        stepped(rollout, model)
        change = log_probs_of(model.w.data, IDS) - rollout.old_log_probs
        assert (change * COUNTED)[0].sum() > 0 > (change * COUNTED)[1].sum(), (
            "the answer with the advantage 1.5 should be likelier after a step, and that with -1 "
            f"rarer; their log-probabilities changed by {(change * COUNTED).sum(axis=1)[:2]}"
        )

    def test_objective_and_kl_come_back_from_before_the_step(self):
        rollout = rollout_of()
        _, (objective, kl) = stepped(rollout, lr=3.0)
        expect_kind(objective, float, "the objective")
        expect_kind(kl, float, "the KL")
        after = Pairs()
        stepped(rollout, after, lr=3.0)
        expect_close(
            objective,
            0.6,  # two tokens of 1.5, one of -1, two of 0.5
            "the objective before the first step",
            mistakes={
                "it is the loss, which is its opposite": -0.6,
                "it is computed anew after the step": plain_objective(after.w.data, rollout),
                "KL comes first": plain_kl(LOG, rollout),
                "the cost of KL is subtracted, though beta is 0": 0.6 - plain_kl(LOG, rollout),
            },
        )
        expect_close(
            kl,
            plain_kl(LOG, rollout),
            "the KL before the step",
            mistakes={
                (
                    "it is measured from the model that drew, not from the reference",
                    "it is multiplied by beta, which is 0",
                ): 0.0,
                "it is computed anew after the step": plain_kl(after.w.data, rollout),
            },
        )

    def test_a_second_step_compares_with_the_model_that_drew(self):
        model, rollout = Pairs(), rollout_of()
        stepped(rollout, model, lr=0.3)
        between = model.w.data.copy()
        again = Rollout(**{**vars(rollout), "old_log_probs": log_probs_of(between, IDS)})
        moved, (objective, _) = stepped(rollout, model, lr=0.3)
        expect_close(
            objective,
            plain_objective(between, rollout),
            "the objective at the second step with the same answers",
            mistakes={
                "the old log-probabilities are computed anew, so that every ratio is 1 and nothing "
                "is ever held": 0.6,
            },
        )
        expect_close(
            moved,
            measured(lambda w: plain_objective(w, rollout), between),
            "how far the second step moves the logits",
            mistakes={
                "the old log-probabilities are computed anew": measured(
                    lambda w: plain_objective(w, again), between
                )
            },
            tolerance=MEASURED,
        )

    def test_what_has_moved_far_enough_stays(self):
        """Answers drawn by another model: some ratios are out of bounds."""
        rollout = rollout_of(old=numbers(3, 3, salt=8))
        for clip, settings in ((0.2, {}), (0.6, {"clip": 0.6})):
            up = measured(lambda w, c=clip: plain_objective(w, rollout, c), LOG + OFF)
            mistakes = {
                "nothing is held": measured(lambda w: plain_objective(w, rollout, 1e9), LOG + OFF)
            }
            if clip == 0.6:
                mistakes["clip is 0.2, whatever is given"] = measured(
                    lambda w: plain_objective(w, rollout), LOG + OFF
                )
            moved, _ = stepped(rollout, **settings)
            expect_close(
                moved,
                up,
                f"how far a step with clip {clip} moves the logits",
                mistakes=mistakes,
                tolerance=MEASURED,
            )

    def test_kl_pulls_back_to_the_reference(self):
        rollout = rollout_of()
        up = measured(lambda w: plain_objective(w, rollout), LOG + OFF)
        away = measured(lambda w: plain_kl(w, rollout), LOG + OFF)
        moved, (objective, kl) = stepped(rollout, beta=0.7)
        expect_close(
            moved,
            up - 0.7 * away,
            "how far a step moves the logits, where beta is 0.7",
            mistakes={
                "beta is left out": up,
                "it is pushed away from the reference": up + 0.7 * away,
                "beta is taken for 1": up - away,
                "the KL of all tokens is taken, the question's too": up
                - 0.7
                * measured(
                    lambda w: plain_kl(
                        w, Rollout(**{**vars(rollout), "counted": np.full((3, 3), True)})
                    ),
                    LOG + OFF,
                ),
                "the whole loss is multiplied by beta": 0.7 * (up - away),
                "it goes downhill": -(up - 0.7 * away),
            },
            tolerance=MEASURED,
        )
        expect_close(
            [objective, kl],
            [0.6, plain_kl(LOG, rollout)],
            "objective and KL, where beta is 0.7",
            mistakes={
                "the cost of KL is in the objective": [
                    0.6 - 0.7 * plain_kl(LOG, rollout),
                    plain_kl(LOG, rollout),
                ],
                "KL is multiplied by beta": [0.6, 0.7 * plain_kl(LOG, rollout)],
            },
        )

    def test_equal_rewards_move_nothing(self):
        moved, _ = stepped(rollout_of(advantages=np.zeros(3)))
        assert not moved.any(), (
            f"all advantages are 0 and beta is too, and the logits have moved by\n{moved}"
        )

    def test_gradients_from_before_do_not_count(self):
        class Shifted(Pairs):
            def __init__(self):
                super().__init__()
                self.b = Tensor(np.zeros(3))

            def __call__(self, ids, caches=None):
                return super().__call__(ids) + self.b

        clean, model, rollout = Shifted(), Shifted(), rollout_of()
        wanted, _ = stepped(rollout, clean)
        model.w.grad, model.b.grad = np.full((3, 3), 7.0), np.full(3, 7.0)
        moved, _ = stepped(rollout, model)
        expect_close(
            moved,
            wanted,
            "how far a step moves the logits, if a gradient was left over",
            mistakes={"the left-over gradient is not cleared": wanted - 7.0},
        )
        expect_close(
            model.b / 0.5,
            clean.b.data / 0.5,
            "how far a step moves a second parameter, if a gradient was left over",
            mistakes={
                "only the first parameter's gradient is cleared": clean.b.data / 0.5 - 7.0,
            },
        )

    def test_the_optimizer_takes_one_step(self):
        class Counted(SGD):
            steps = 0

            def step(self):
                self.steps += 1
                super().step()

        model = Pairs()
        optimizer = Counted(model.parameters(), 0.1)
        policy_step(model, optimizer, rollout_of())
        assert optimizer.steps == 1, (
            f"the optimizer took {optimizer.steps} steps, and should take one"
        )

    def test_the_rollout_stays_as_it_was(self):
        rollout, same = rollout_of(), rollout_of()
        stepped(rollout, beta=0.7)
        changed = [
            name
            for name, field in vars(rollout).items()
            if not np.array_equal(field, getattr(same, name))
        ]
        assert not changed, f"{', '.join(changed)} of the rollout changed in a step"

    def test_answers_become_right(self):
        """The whole loop: of three tokens, only 0 is praised."""
        model, rng = Pairs(), rng_of(0)
        optimizer = SGD(model.parameters(), 3.0)
        for _ in range(12):
            rollout = roll_out(
                model, reference(), QUESTIONS, lambda _, said: said[0] == 0, 8, 1, END, rng
            )
            policy_step(model, optimizer, rollout)
        with no_grad():
            p = np.exp(log_probs_of(model.w.data, np.array([[0, 0], [1, 0]])))
        assert p.min() > 0.9, (
            f"after 12 steps in which only the token 0 was praised, it follows 0 and 1 with the "
            f"probabilities {p.ravel().round(3)}, and both should be above 0.9"
        )
        assert math.isfinite(float(model.w.data.sum())), "the logits are no numbers any more"
