"""A GPT that adds: taught by examples that often forget the carry, then by a checker alone.

Import it after the tree was chosen: it imports from katas. Shared by experiment and milestone.

A question is two numbers below 100, "07+38", each with two digits, so that all prompts have one
length; the answer is their sum, "45". Who forgets the carry writes "35": the digits are added, and
the 1 of 7 + 8 = 15 is lost. Where nothing is carried, both answers are the same.

The settings were chosen with sums from the part that is learned from. The sums set aside chose one,
the 200 steps with the checker: after 100, some draws of answers left less than 99 % of them right.
"""

from dataclasses import dataclass
from math import nan

import numpy as np

from katas.phase3_training.optimizers import Adam, clip_grad_norm, warmup_cosine
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.tensor import no_grad
from katas.phase4_llms.tokenizer import BPETokenizer
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.chat import (
    END,
    SPECIAL_TOKENS,
    chat_prompt,
    masked_cross_entropy,
    pad_chats,
    render_chat,
)
from katas.phase5_practice.policy import policy_step, roll_out, sample_answers
from katas.phase5_practice.preferences import dpo_loss, frozen_copy, token_log_probs

N_TOKENS = 4  # that an answer may have: three digits and the end


@dataclass(frozen=True)
class Settings:
    n_unseen: int = 1000  # sums set aside
    n_layer: int = 2
    n_head: int = 4
    n_channels: int = 48
    start: float = 0.1  # deviation of the tables of tokens and positions before training
    # from examples
    batch_size: int = 48
    n_steps: int = 800
    peak_lr: float = 6e-3
    forgetful: float = 0.6  # share of the examples that forget the carry
    # from a checker
    n_questions: int = 32
    n_answers: int = 4
    n_policy_steps: int = 200
    policy_lr: float = 7e-4
    # from pairs
    n_asked: int = 1500  # questions for pairs; four answers to each
    n_pairs: int = 32
    n_dpo_steps: int = 60
    dpo_lr: float = 3e-4
    dpo_beta: float = 2.0


class Sums:
    """All 10,000 sums of two numbers below 100: prompts, and the answers to them.

    prompts    (10000, P)  ids
    carries    (10000,)    bools: whether the units add up to 10 or more
    unseen     (n_unseen,) the numbers of those to judge by
    known                  the numbers of the others, to learn from
    right, forgetful       lists of (ids, learned), as render_chat returns them
    """

    def __init__(self, n_unseen=1000):
        digits = {n: str(n).encode() for n in range(10)} | {10: b"+"}
        self.tokenizer = BPETokenizer(digits, [], SPECIAL_TOKENS)
        (self.end,) = self.tokenizer.encode(END)
        pairs = [(a, b) for a in range(100) for b in range(100)]
        self.carries = np.array([a % 10 + b % 10 >= 10 for a, b in pairs])
        self.right = [self.chat(a, b, a + b) for a, b in pairs]
        self.forgetful = [
            self.chat(a, b, a + b - 10) if carried else self.right[100 * a + b]
            for (a, b), carried in zip(pairs, self.carries)
        ]
        P = len(chat_prompt([self.question(0, 0)], self.tokenizer))  # as all questions have
        self.prompts = np.array([ids[:P] for ids, _ in self.right])
        shuffled = np.random.default_rng(0).permutation(len(pairs))
        self.unseen, self.known = shuffled[:n_unseen], shuffled[n_unseen:]

    def question(self, a, b):
        return {"role": "user", "content": f"{a:02}+{b:02}"}

    def chat(self, a, b, answer):
        said = {"role": "assistant", "content": str(answer)}
        return render_chat([self.question(a, b), said], self.tokenizer)

    def is_right(self, number, answer):
        """The checker: whether an answer, its end included, is that to a question."""
        return answer == self.right[number][0][self.prompts.shape[1] :]

    def examples(self, numbers, forgetful, rng):
        """A batch of these sums, of which a share forgets the carry."""
        forgets = rng.random(len(numbers)) < forgetful
        chats = [(self.forgetful if f else self.right)[n] for n, f in zip(numbers, forgets)]
        return pad_chats(chats, self.end)


def generator(seed):
    return np.random.default_rng(seed)


def new_model(sums, settings, rng):
    """A GPT of float32, with tables as in the milestone of phase 4."""
    s = settings
    block_size = sums.prompts.shape[1] + N_TOKENS - 1
    config = GPTConfig(max(sums.tokenizer.vocab) + 1, block_size, s.n_layer, s.n_head, s.n_channels)
    model = GPT(config, rng)
    for table in (model.token.weight, model.positions.table):
        table.data *= s.start / 0.02
    cast_parameters(model, np.float32)
    return model


def learn(model, sums, settings, rng, on_step=lambda: None):
    """Learn from examples, of which a share forgets the carry; on answers alone."""
    n_steps = settings.n_steps
    optimizer = Adam(model.parameters(), settings.peak_lr, betas=(0.9, 0.99))
    for step in range(n_steps):
        optimizer.lr = warmup_cosine(step, settings.peak_lr, min(100, n_steps // 10), n_steps)
        numbers = rng.choice(sums.known, settings.batch_size)
        inputs, targets, counted = sums.examples(numbers, settings.forgetful, rng)
        optimizer.zero_grad()
        masked_cross_entropy(model(inputs), targets, counted).backward()
        clip_grad_norm(optimizer.parameters, 1.0)
        optimizer.step()
        on_step()


def score(model, sums, numbers):
    """The shares of greedy answers that are right: of all, with a carry, without one."""
    answers, counted = sample_answers(model, sums.prompts[numbers], N_TOKENS, sums.end, 0)
    right = np.array(
        [
            sums.is_right(number, answer[said].tolist())
            for number, answer, said in zip(numbers, answers, counted)
        ]
    )
    carried = sums.carries[numbers]
    parts = {"all": carried | True, "carry": carried, "none": ~carried}
    return {name: right[part].mean() if part.any() else nan for name, part in parts.items()}


def luck(model, sums, numbers, rng):
    """The share of answers, drawn once to each of these sums, that are right."""
    answers, counted = sample_answers(model, sums.prompts[numbers], N_TOKENS, sums.end, rng=rng)
    return np.mean(
        [sums.is_right(n, a[said].tolist()) for n, a, said in zip(numbers, answers, counted)]
    )


def kl_of(model, reference, sums, seed):
    """KL(model ‖ reference) of whole answers, in nats: log p - log q, the mean of drawn ones."""
    numbers, rng = sums.unseen, generator(seed)
    answers, said = sample_answers(model, sums.prompts[numbers], N_TOKENS, sums.end, rng=rng)
    ids = np.concatenate([sums.prompts[numbers], answers], axis=1)
    with no_grad():
        gap = token_log_probs(model, ids).data - token_log_probs(reference, ids).data
    return float((gap[:, -N_TOKENS:] * said).sum(axis=1).mean())


def ask(model, sums, settings, rng, on_step=lambda: None):
    """Learn from the checker alone. Returns a row for each step: what was rewarded, of all answers
    and of those to sums with a carry.
    """
    reference = frozen_copy(model)
    optimizer = Adam(model.parameters(), settings.policy_lr, betas=(0.9, 0.99))
    rows = []
    for step in range(settings.n_policy_steps):
        left = 1 - step / settings.n_policy_steps
        optimizer.lr = settings.policy_lr * min(1.0, 2 * left)
        numbers = rng.choice(sums.known, settings.n_questions)
        rollout = roll_out(
            model,
            reference,
            sums.prompts[numbers],
            lambda question, answer, numbers=numbers: sums.is_right(numbers[question], answer),
            settings.n_answers,
            N_TOKENS,
            sums.end,
            rng,
        )
        policy_step(model, optimizer, rollout)
        carried = rollout.rewards[sums.carries[numbers]]
        share = carried.mean() if len(carried) else nan
        rows.append({"reward": rollout.rewards.mean(), "carried": share})
        on_step()
    return rows


def mean_of(rows, name):
    return float(np.nanmean([row[name] for row in rows]))


def pairs_of(model, sums, settings, rng):
    """Answers of a model, judged: ids (N, P + n) and counted, of a right and of a wrong one."""
    numbers = rng.choice(sums.known, settings.n_asked)
    good, bad, good_said, bad_said = [], [], [], []
    prompts = np.repeat(sums.prompts[numbers], 4, axis=0)
    answers, said = sample_answers(model, prompts, N_TOKENS, sums.end, rng=rng)
    ids = np.concatenate([prompts, answers], axis=1)
    for i, number in enumerate(numbers):
        rows = range(4 * i, 4 * i + 4)
        right = [sums.is_right(number, answers[row][said[row]].tolist()) for row in rows]
        if any(right) and not all(right):
            one, other = 4 * i + right.index(True), 4 * i + right.index(False)
            good.append(ids[one]), good_said.append(said[one])
            bad.append(ids[other]), bad_said.append(said[other])
    return tuple(np.array(part) for part in (good, good_said, bad, bad_said))


def prefer(model, sums, settings, rng, on_step=lambda: None):
    """Learn from pairs of its own first answers, a right and a wrong one, by DPO: how many."""
    reference = frozen_copy(model)
    good, good_said, bad, bad_said = pairs_of(reference, sums, settings, rng)
    optimizer = Adam(model.parameters(), settings.dpo_lr, betas=(0.9, 0.99))
    for step in range(settings.n_dpo_steps if len(good) else 0):
        left = 1 - step / settings.n_dpo_steps
        optimizer.lr = settings.dpo_lr * min(1.0, 2 * left)
        batch = rng.integers(0, len(good), settings.n_pairs)
        four = []
        for whose in (model, reference):
            for ids, said in ((good, good_said), (bad, bad_said)):
                log_probs = token_log_probs(whose, ids[batch])[:, -N_TOKENS:]
                four.append((log_probs * said[batch]).sum(axis=1))
        optimizer.zero_grad()
        dpo_loss(*four, settings.dpo_beta).backward()
        optimizer.step()
        on_step()
    return len(good)


def answer_of(model, sums, a, b):
    """The greedy answer, as text."""
    answers, said = sample_answers(model, sums.prompts[[100 * a + b]], N_TOKENS, sums.end, 0)
    return sums.tokenizer.decode([id for id in answers[0][said[0]].tolist() if id != sums.end])
