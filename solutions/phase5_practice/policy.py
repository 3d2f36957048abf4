"""5.2 · Policy: answers are tried, a checker says which are right, and those become likelier."""

from dataclasses import dataclass

import numpy as np

from ..phase4_llms.generation import KVCache
from ..phase4_llms.tensor import no_grad
from .preferences import token_log_probs


def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):  # kata 5.2
    """Go on from many prompts of one length at once.

    model        a GPT or a Llama; it stays as it is
    prompts      (B, P)  an array of ints
    n            how many tokens at most. The last is drawn and not read, so that P + n may be
                 block_size + 1
    end          the token that ends an answer
    temperature  what logits are divided by; 0 means the most likely token, and nothing is drawn
    rng          a numpy Generator or a seed; None for a fresh one
    ->           answers  (B, n)  an array of ints; from the first end on, end
                 counted  (B, n)  an array of bools: True up to the first end, itself included

    Each token is drawn by the softmax of its logits, for each row by itself. The model is called
    at most n times, with all rows at once, and not again when all have ended. Records no graph.

    ValueError, naming it, if the largest logit of a row is nan or infinite.
    """
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids, caches).data[:, -1].astype(np.float64)  # (B, V)
            largest = logits.max(axis=1)
            if not np.isfinite(largest).all():
                raise ValueError(f"logits need a largest one that is finite, not {largest}")
            if temperature == 0:
                drawn = logits.argmax(axis=1)
            else:
                p = np.exp((logits - largest[:, None]) / temperature)
                below = np.cumsum(p, axis=1)
                at = rng.random((len(p), 1)) * below[:, -1:]
                drawn = (below > at).argmax(axis=1)
            answers[going, place] = drawn[going]
            counted[:, place] = going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


def group_advantages(rewards):  # kata 5.2
    """How much better each answer is than the others to its question, in deviations.

    rewards  (Q, G)  an array: a row for each question, with the rewards of its answers
    ->       (Q, G)  an array of float64: (reward - mean) / deviation, both of its row; the mean
                     square is divided by G (TRL and verl divide by G - 1 and add a small number to
                     the deviation). Just 0 in a row of equal rewards: it teaches nothing; nan in a
                     row with nan

    Source: Shao et al. 2024 (GRPO).
    """
    rewards = np.asarray(rewards, dtype=np.float64)
    gap = rewards - rewards.mean(axis=1, keepdims=True)
    deviation = rewards.std(axis=1, keepdims=True)
    differ = np.ptp(rewards, axis=1, keepdims=True) != 0  # rounding may leave 1e-17 of equal ones
    return np.divide(gap, deviation, out=np.zeros_like(gap), where=differ)


def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):  # kata 5.2
    """What a policy makes as large as it can: the mean of min(ratio · A, held ratio · A).

    log_probs      (B, T)  a Tensor: of each token, under the model as it is now
    old_log_probs  (B, T)  an array: the same under the model that drew the tokens
    advantages     (B,)    an array: A, one for all tokens of an answer
    counted        (B, T)  an array of bools, or of 0 and 1; nothing comes from the others, not even
                           from nan
    clip           how far from 1 the held ratio may be, on both sides
    ->             ()      a Tensor: the mean over all tokens that are counted, each alike (the
                           paper, and TRL's loss_type "grpo", take the mean of each answer first)

    The ratio is the probability of a token now, divided by the old one. Where the held one is the
    smaller, the ratio has moved far enough, and gets no gradient.

    ValueError, naming its shape, if advantages are not one for each answer.
    Source: Schulman et al. 2017 (PPO), equation 7.
    """
    counted = np.asarray(counted, bool)  # integers would be taken for the places of rows
    if np.shape(advantages) != counted.shape[:1]:
        raise ValueError(f"{np.shape(advantages)} advantages for {len(counted)} answers")
    rows = np.nonzero(counted)[0]
    A = advantages[rows]  # (n,), a token each
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A <= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


def kl_to_reference(log_probs, ref_log_probs, counted):  # kata 5.2
    """How far a model has gone from its reference, measured on tokens that the model drew.

    The mean over the tokens that are counted of r - log r - 1, where r is the probability of a
    token under the reference, divided by that under the model: never negative, and in the long run
    KL(model ‖ reference) for each token. (verl holds each at 10; here none is held.)

    log_probs      (B, T)  a Tensor
    ref_log_probs  (B, T)  an array
    counted        (B, T)  an array of bools, or of 0 and 1; nothing comes from the others, not even
                           from nan
    ->             ()      a Tensor

    Source: Schulman 2020, Approximating KL divergence: k3.
    """
    counted = np.asarray(counted, bool)
    log_r = ref_log_probs[counted] - log_probs[counted]
    return (log_r.exp() - log_r - 1.0).mean()


@dataclass(frozen=True)
class Rollout:
    """Answers to Q questions, G to each, and all that a step needs to know of them. B = Q · G.

    rewards        (Q, G)         what each answer got
    ids            (B, P + n)     the prompt and the answer; those to one question are neighbours
    counted        (B, P + n - 1) bools: True where the token that is predicted is of the answer
    advantages     (B,)
    old_log_probs  (B, P + n - 1) under the model that drew them
    ref_log_probs  (B, P + n - 1) under the reference
    """

    rewards: np.ndarray
    ids: np.ndarray
    counted: np.ndarray
    advantages: np.ndarray
    old_log_probs: np.ndarray
    ref_log_probs: np.ndarray


def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):  # kata 5.2
    """Have a model answer each question several times, and have the answers judged.

    model      it answers; nothing in it changes
    reference  as from frozen_copy
    prompts    (Q, P)  an array of ints: the questions
    reward     a function of the place of a question in prompts and of an answer, a list of ints up
               to its end, end included if it was said: a number
    n_answers  G, how many answers to each question
    n_tokens, end, rng  as sample_answers takes them; the temperature is 1
    ->         a Rollout, whose arrays have no graph; old_log_probs are those of model as it is now
    """
    repeated = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, repeated, n_tokens, end, rng=rng)
    rewards = [
        reward(row // n_answers, answer[told].tolist())
        for row, (answer, told) in enumerate(zip(answers, said))
    ]
    rewards = np.reshape(rewards, (len(prompts), n_answers))
    ids = np.concatenate([repeated, answers], axis=1)
    unasked = np.zeros((len(ids), prompts.shape[1] - 1), dtype=bool)
    with no_grad():
        old, ref = (token_log_probs(each, ids).data for each in (model, reference))
    advantages = group_advantages(rewards).ravel()
    return Rollout(rewards, ids, np.concatenate([unasked, said], axis=1), advantages, old, ref)


def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):  # kata 5.2
    """Make what was better than the others likelier, by one step of the optimizer.

    Maximizes clipped_objective - beta · kl_to_reference. Called again with the same rollout it
    goes on from there: old_log_probs stay those of the model that drew the answers.

    model      its parameters move; gradients from before do not count
    optimizer  one of 3.3, of the parameters of model
    clip       as clipped_objective takes it
    beta       what a nat of KL costs
    ->         (objective, kl)  two floats, both from before the step
    """
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    optimizer.zero_grad()
    (kl * beta - objective).backward()
    optimizer.step()
    return float(objective.data), float(kl.data)
