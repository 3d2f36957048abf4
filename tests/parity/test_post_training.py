"""Post-training computes what PyTorch, transformers and the published formulas of TRL do."""

import numpy as np
import pytest

from solutions.phase2_networks.module import Module
from solutions.phase3_training.optimizers import Adam
from solutions.phase4_llms.mlp import Linear
from solutions.phase4_llms.tensor import Tensor
from solutions.phase5_practice.chat import masked_cross_entropy, pad_chats
from solutions.phase5_practice.lora import LoRA
from solutions.phase5_practice.policy import (
    clipped_objective,
    group_advantages,
    kl_to_reference,
    policy_step,
    roll_out,
)
from solutions.phase5_practice.preferences import (
    dpo_loss,
    frozen_copy,
    log_sigmoid,
    reward_loss,
    token_log_probs,
)

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
functional = torch.nn.functional

torch.set_num_threads(1)  # arrays this small only wait for each other


def rng_of(*seed):
    return np.random.default_rng(seed)


def same(ours, theirs, tolerance=1e-12):
    theirs = theirs.detach().numpy()
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def compare(ours, theirs, *arrays, tolerance=1e-12):
    """Values, and the gradients of all arrays after 3.5 times the result."""
    leaves = [Tensor(array.copy()) for array in arrays]
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    y, z = ours(*leaves), theirs(*tensors)
    same(y.data, z, tolerance)
    (y * 3.5).sum().backward()
    (z * 3.5).sum().backward()
    for leaf, tensor in zip(leaves, tensors):
        same(leaf.grad, tensor.grad, tolerance)


CHATS = [
    ([4, 1, 6, 5, 2, 6], [False, False, False, False, True, True]),
    ([4, 0, 3, 1, 6, 5, 2, 2, 6], [False] * 6 + [True] * 3),
    ([4, 3, 6, 5, 6, 4, 1, 6, 5, 0, 6], [False] * 4 + [True] + [False] * 4 + [True] * 2),
]


def test_masked_cross_entropy_is_cross_entropy_that_ignores():
    inputs, targets, counted = pad_chats(CHATS, 6)
    labels = torch.tensor(np.where(counted, targets, -100))
    logits = rng_of(1).standard_normal((*inputs.shape, 7))
    compare(
        lambda x: masked_cross_entropy(x, targets, counted),
        lambda x: functional.cross_entropy(x.reshape(-1, 7), labels.reshape(-1)),
        logits,
    )


def test_masked_cross_entropy_is_the_loss_of_transformers():
    """Which is given the ids themselves, -100 where nothing is learned, and shifts them."""
    utils = pytest.importorskip(
        "transformers.loss.loss_utils", reason="this needs transformers, which is not installed"
    )
    _, targets, counted = pad_chats(CHATS, 6)
    T = targets.shape[1] + 1
    labels = torch.full((len(CHATS), T), -100)
    for row, (ids, learned) in enumerate(CHATS):
        labels[row, : len(ids)] = torch.tensor(np.where(learned, ids, -100))
    logits = rng_of(2).standard_normal((len(CHATS), T, 7)).astype(np.float32)
    compare(
        lambda x: masked_cross_entropy(x[:, :-1], targets, counted),
        lambda x: utils.ForCausalLMLoss(x, labels, 7),
        logits,
        tolerance=1e-6,
    )


@pytest.mark.parametrize("x", [-1000.0, -40.0, -1.5, 0.0, 0.3, 40.0, 1000.0])
def test_log_sigmoid(x):
    compare(log_sigmoid, functional.logsigmoid, np.array([x, x / 3]))


def test_reward_loss():
    compare(
        reward_loss,
        lambda chosen, rejected: -functional.logsigmoid(chosen - rejected).mean(),
        *rng_of(3).standard_normal((2, 11)) * 5,
    )


@pytest.mark.parametrize("beta", [0.1, 0.5, 3.0])
def test_dpo_loss(beta):
    """As in the authors' code, where the difference of the references is a constant."""
    chosen, rejected, *refs = rng_of(4).standard_normal((4, 11)) * 5
    ref_chosen, ref_rejected = (torch.tensor(ref) for ref in refs)

    def theirs(chosen, rejected):
        logits = (chosen - rejected) - (ref_chosen - ref_rejected)
        return -functional.logsigmoid(beta * logits).mean()

    compare(
        lambda c, r: dpo_loss(c, r, Tensor(refs[0]), Tensor(refs[1]), beta),
        theirs,
        chosen,
        rejected,
    )


@pytest.mark.parametrize("alpha", [None, 6, 16])
def test_lora_with_alpha(alpha):
    linear = Linear(7, 5, rng_of(5))
    linear.bias.data = rng_of(6).standard_normal(5)
    layer = LoRA(linear, 3, alpha, rng_of(7))
    layer.B.data = rng_of(8).standard_normal((3, 5))
    x = rng_of(9).standard_normal((4, 7))
    W, b = torch.tensor(linear.weight.data.T), torch.tensor(linear.bias.data)

    def theirs(x, A, B):
        return functional.linear(x, W, b) + (3 if alpha is None else alpha) / 3 * (x @ A @ B)

    tensors = [torch.tensor(a, requires_grad=True) for a in (x, layer.A.data, layer.B.data)]
    leaf = Tensor(x)
    y, z = layer(leaf), theirs(*tensors)
    same(y.data, z)
    same(layer.merge()(leaf).data, z, 1e-10)
    (y * y.data).sum().backward()
    (z * z.detach()).sum().backward()
    for ours, tensor in zip((leaf, layer.A, layer.B), tensors):
        same(ours.grad, tensor.grad, 1e-10)


def test_group_advantages():
    rewards = rng_of(10).standard_normal((5, 8))
    t = torch.tensor(rewards)
    gap = t - t.mean(dim=1, keepdim=True)
    ours = group_advantages(rewards)
    same(ours, gap / t.std(dim=1, keepdim=True, correction=0))
    # TRL and verl have the deviation of a sample: smaller by one factor for all
    same(ours * np.sqrt(7 / 8), gap / t.std(dim=1, keepdim=True))


ANSWERS = rng_of(11).standard_normal((3, 6, 5)) / 3
COUNTED = rng_of(12).random((6, 5)) < 0.7


@pytest.mark.parametrize("clip", [0.1, 0.2, 0.5])
def test_clipped_objective(clip):
    """TRL's loss_type "bnpo", the token mean of verl, with the sign of an objective."""
    advantages = rng_of(13).standard_normal(6)
    old, said, A = torch.tensor(ANSWERS[1]), torch.tensor(COUNTED), torch.tensor(advantages)

    def theirs(log_probs):
        ratio = torch.exp(log_probs - old)
        held = torch.clamp(ratio, 1 - clip, 1 + clip)
        each = torch.min(ratio * A[:, None], held * A[:, None])
        return (each * said).sum() / said.sum()

    compare(
        lambda x: clipped_objective(x, ANSWERS[1], advantages, COUNTED, clip), theirs, ANSWERS[0]
    )


def test_kl_to_reference():
    ref, said = torch.tensor(ANSWERS[1]), torch.tensor(COUNTED)

    def theirs(log_probs):
        each = torch.exp(ref - log_probs) - (ref - log_probs) - 1
        return (each * said).sum() / said.sum()

    compare(lambda x: kl_to_reference(x, ANSWERS[1], COUNTED), theirs, ANSWERS[0])


def test_kl_to_reference_has_the_mean_of_kl_div():
    """Of tokens that come just as often as the model says."""
    p, q = np.array([4, 3, 2, 1]) / 10, np.array([0.1, 0.2, 0.3, 0.4])
    drawn = np.repeat([0, 1, 2, 3], [4, 3, 2, 1])[None]
    ours = kl_to_reference(Tensor(np.log(p)[drawn]), np.log(q)[drawn], np.full((1, 10), True))
    theirs = functional.kl_div(torch.tensor(np.log(q)), torch.tensor(p), reduction="sum")
    same(ours.data, theirs)


class Pairs(Module):
    """Logits by the last token alone."""

    def __init__(self, w):
        self.blocks, self.w = [], Tensor(w)

    def __call__(self, ids, caches=None):
        return self.w[ids]


def test_token_log_probs_are_gathered():
    w, ids = rng_of(14).standard_normal((7, 7)), rng_of(15).integers(0, 7, (4, 6))
    model, t = Pairs(w), torch.tensor(w, requires_grad=True)
    ours = token_log_probs(model, ids)
    all_of_them = torch.log_softmax(t[torch.tensor(ids[:, :-1])], dim=-1)
    theirs = all_of_them.gather(-1, torch.tensor(ids[:, 1:, None])).squeeze(-1)
    same(ours.data, theirs)
    seed = rng_of(16).standard_normal(ours.shape)
    ours.backward(seed)
    theirs.backward(torch.tensor(seed))
    same(model.w.grad, t.grad)


def test_a_training_goes_the_same_way():
    """Four rollouts, three steps with each, with Adam, a clip that bites, and a price on KL."""
    model = Pairs(rng_of(17).standard_normal((5, 5)))
    reference = frozen_copy(model)
    optimizer = Adam(model.parameters(), 0.2)
    t = torch.tensor(model.w.data.copy(), requires_grad=True)
    their_optimizer = torch.optim.Adam([t], 0.2)
    prompts, rng = np.array([[0], [1], [2]]), rng_of(18)
    for _ in range(4):
        rollout = roll_out(model, reference, prompts, lambda i, said: (i + 1) in said, 8, 3, 4, rng)
        old, ref, A = (
            torch.tensor(x)
            for x in (rollout.old_log_probs, rollout.ref_log_probs, rollout.advantages)
        )
        said, ids = torch.tensor(rollout.counted), torch.tensor(rollout.ids)
        for _ in range(3):
            objective, kl = policy_step(model, optimizer, rollout, clip=0.1, beta=0.3)
            log_probs = torch.log_softmax(t[ids[:, :-1]], dim=-1)
            log_probs = log_probs.gather(-1, ids[:, 1:, None]).squeeze(-1)
            ratio = torch.exp(log_probs - old)
            each = torch.min(ratio * A[:, None], torch.clamp(ratio, 0.9, 1.1) * A[:, None])
            cost = torch.exp(ref - log_probs) - (ref - log_probs) - 1
            their_objective = (each * said).sum() / said.sum()
            their_kl = (cost * said).sum() / said.sum()
            their_optimizer.zero_grad()
            (0.3 * their_kl - their_objective).backward()
            their_optimizer.step()
            same(objective, their_objective, 1e-9)
            same(kl, their_kl, 1e-9)
    same(model.w.data, t, 1e-9)
