"""5.2 · Preferences: which of two answers is better, and a model that learns from it."""

import copy

import numpy as np

from ..phase4_llms.tensor import Tensor, log_softmax


def token_log_probs(model, ids):  # kata 5.2
    """The logarithm of the probability that a model gives to each token after the first.

    model  a GPT or a Llama, which is called once, with all texts
    ids    (B, T)      an array of ints, T at least 2. The last is predicted and not read, so that T
                       may be block_size + 1
    ->     (B, T - 1)  a Tensor: at [b, t] for ids[b, t + 1], given ids[b, : t + 1]
    """
    log_probs = log_softmax(model(ids[:, :-1]))  # (B, T - 1, V)
    rows, places = np.indices(log_probs.shape[:-1])
    return log_probs[rows, places, ids[:, 1:]]


def log_probability(model, prompt, completion):  # kata 5.2
    """The logarithm of the probability that a model goes on from a prompt with just this.

    prompt, completion  lists of ints
    ->                  ()  a Tensor: the sum over the tokens of the completion, of each given all
                        before it. DPO takes the sum; SimPO the mean, so that length costs nothing

    ValueError if the prompt is empty: then nothing predicts the first token of the completion.
    """
    if not len(prompt):
        raise ValueError("a completion needs a prompt of at least one token before it, not none")
    log_probs = token_log_probs(model, np.array([[*prompt, *completion]]))
    return log_probs[0, len(prompt) - 1 :].sum()


def log_sigmoid(x):  # kata 5.2
    """log(1 / (1 + e^-x)), entry by entry, as one node with op "log_sigmoid".

    x  a Tensor of any shape; no overflow at ±1000, and no digits lost there: at 40 it is -4.2e-18
    """
    a = x.data
    e = np.exp(-np.abs(a))
    slope = np.exp(-np.maximum(a, 0)) / (1 + e)  # sigmoid(-x)
    return Tensor(np.minimum(a, 0) - np.log1p(e), (x,), (lambda g: g * slope,), "log_sigmoid")


def reward_loss(chosen, rejected):  # kata 5.2
    """How badly rewards explain which answer was chosen: the mean of -log sigmoid(difference).

    chosen    (N,)  a Tensor: the reward of the better answer of each pair
    rejected  (N,)  a Tensor: that of the other
    ->        ()    a Tensor

    ValueError, naming both shapes, if they differ.
    Source: Bradley and Terry 1952.
    """
    if chosen.shape != rejected.shape:
        raise ValueError(f"rewards come in pairs, and not {chosen.shape} and {rejected.shape}")
    return -log_sigmoid(chosen - rejected).mean()


def frozen_copy(model):  # kata 5.2
    """A reference: a model of its own that computes the same, and never changes.

    model  a Module of Tensors; it stays as it is, and shares no array and no object with the copy
    ->     a Module of the same class, of whose parameters none requires a gradient
    """
    reference = copy.deepcopy(model)
    for parameter in reference.parameters():
        parameter.requires_grad = False
    return reference


def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):  # kata 5.2
    """Preferences without a model of rewards: the reward of an answer is beta times how much
    likelier it has become.

    The mean of -log sigmoid(beta · ((chosen - ref_chosen) - (rejected - ref_rejected))).

    chosen, rejected          (N,)  Tensors: log_probability of the better and the other answer
    ref_chosen, ref_rejected  (N,)  Tensors: the same of the reference, taken as constants
    beta                      how dear it is to move away from the reference, above 0
    ->                        ()    a Tensor

    ValueError, naming it, if beta is not above 0.
    Source: Rafailov et al. 2023, equation 7.
    """
    if not beta > 0:
        raise ValueError(f"beta is above 0, not {beta}")
    gain, loss = chosen - ref_chosen.detach(), rejected - ref_rejected.detach()
    return reward_loss(gain * beta, loss * beta)
