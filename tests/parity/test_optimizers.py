"""The optimizers go where PyTorch's go, step for step; clipping and schedules do the same."""

import math
from itertools import product

import numpy as np
import pytest

from solutions.phase1_autodiff.value import Value
from solutions.phase3_training.optimizers import (
    SGD,
    Adam,
    AdamW,
    RMSProp,
    clip_grad_norm,
    clip_grad_value,
    cosine_decay,
    exponential_decay,
    step_decay,
    warmup_cosine,
)

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")

STEPS = 50
SHAPES = [(), (3,), (2, 5), (7, 1, 2)]


class Weight:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0


def options(**choices):
    """All combinations of settings, with readable ids."""
    return [dict(zip(choices, chosen)) for chosen in product(*choices.values())]


SETTINGS = [
    *((SGD, "SGD", chosen) for chosen in options(lr=[0.03], momentum=[0.0], weight_decay=[0, 0.1])),
    *(
        (SGD, "SGD", chosen)
        for chosen in options(
            lr=[0.01], momentum=[0.5, 0.9], nesterov=[False, True], weight_decay=[0.0, 0.1]
        )
    ),
    *(
        (RMSProp, "RMSprop", chosen)
        for chosen in [{}, *options(lr=[0.02], alpha=[0.9, 0.99], eps=[1e-8, 0.3])]
    ),
    *(
        (Adam, "Adam", chosen)
        for chosen in [{}, *options(lr=[0.05], betas=[(0.9, 0.999), (0.5, 0.8)], eps=[1e-8, 0.3])]
    ),
    *(
        (AdamW, "AdamW", chosen)
        for chosen in [
            {},
            *options(
                lr=[0.05],
                betas=[(0.9, 0.999), (0.5, 0.8)],
                eps=[1e-8, 0.3],
                weight_decay=[0.0, 0.01, 0.5],
            ),
        ]
    ),
]
IDS = [f"{name} {', '.join(f'{k}={v}' for k, v in chosen.items())}" for _, name, chosen in SETTINGS]
all_settings = pytest.mark.parametrize("ours, theirs, chosen", SETTINGS, ids=IDS)


def gradients(shapes, dtype, rng):
    """Of each of 50 steps: a gradient for each shape, of sizes from 0.001 to 1000."""
    scales = [10.0 ** rng.uniform(-3, 3) for _ in shapes]
    for _ in range(STEPS):
        yield [(s * rng.standard_normal(shape)).astype(dtype) for s, shape in zip(scales, shapes)]


def race(ours, theirs, chosen, dtype, tolerance, schedule=None):
    """Both optimizers get the same gradients; all data has to agree after every step."""
    rng = np.random.default_rng(5)
    starts = [rng.standard_normal(shape).astype(dtype) for shape in SHAPES]
    mine = [Weight(start.copy()) for start in starts]
    held = [weight.data for weight in mine]
    other = [torch.tensor(start, requires_grad=True) for start in starts]
    optimizer = ours(mine, **chosen)
    reference = getattr(torch.optim, theirs)(other, **chosen)
    for number, of_each in enumerate(gradients(SHAPES, dtype, rng)):
        if schedule:
            optimizer.lr = reference.param_groups[0]["lr"] = schedule(number)
        optimizer.zero_grad()
        for weight, tensor, gradient in zip(mine, other, of_each):
            weight.grad = gradient
            tensor.grad = torch.tensor(gradient)
        optimizer.step()
        reference.step()
        for weight, tensor, array in zip(mine, other, held):
            assert weight.data is array and array.dtype == dtype
            np.testing.assert_allclose(array, tensor.detach(), rtol=tolerance, atol=tolerance)


@all_settings
def test_on_arrays_of_doubles(ours, theirs, chosen):
    race(ours, theirs, chosen, np.float64, 1e-10)


@all_settings
def test_on_arrays_of_floats(ours, theirs, chosen):
    race(ours, theirs, chosen, np.float32, 1e-5)


@all_settings
def test_with_a_learning_rate_that_changes(ours, theirs, chosen):
    race(ours, theirs, chosen, np.float64, 1e-10, lambda s: warmup_cosine(s, 0.05, 7, STEPS, 0.001))


def ravine(x, y):
    """Steep in y, flat in x, and with a saddle on the way."""
    return (x * x - 1) ** 2 * 0.25 + y * y * 10 + x * y


@all_settings
def test_on_values(ours, theirs, chosen):
    """Each side with gradients of its own engine, so that a difference would grow."""
    mine = [Value(0.3), Value(-0.7)]
    other = [torch.tensor(p.data, dtype=torch.float64, requires_grad=True) for p in mine]
    optimizer = ours(mine, **chosen)
    reference = getattr(torch.optim, theirs)(other, **chosen)
    for _ in range(STEPS):
        optimizer.zero_grad()
        reference.zero_grad()
        ravine(*mine).backward()
        ravine(*other).backward()
        optimizer.step()
        reference.step()
        for a, b in zip(mine, other):
            assert type(a.data) is float
            assert math.isclose(a.data, b.item(), rel_tol=1e-9, abs_tol=1e-9)


@all_settings
def test_where_backward_does_not_come_by(ours, theirs, chosen):
    """A gradient of 0.0 does what a tensor of zeros does in PyTorch."""
    rng = np.random.default_rng(7)
    start = rng.standard_normal((2, 3))
    weight, tensor = Weight(start.copy()), torch.tensor(start, requires_grad=True)
    optimizer = ours([weight], **chosen)
    reference = getattr(torch.optim, theirs)([tensor], **chosen)
    for number in range(STEPS):
        gradient = rng.standard_normal((2, 3)) if number % 3 == 1 else 0.0
        weight.grad = gradient
        tensor.grad = torch.zeros(2, 3, dtype=torch.float64) + torch.tensor(gradient)
        optimizer.step()
        reference.step()
        np.testing.assert_allclose(weight.data, tensor.detach(), rtol=1e-10, atol=1e-10)


# ---- clipping


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-5)])
@pytest.mark.parametrize("limit", [1e-7, 0.3, 5.0, 1e6])
def test_clipping(limit, dtype, tolerance):
    rng = np.random.default_rng(11)
    for of_each in gradients(SHAPES, dtype, rng):
        for ours, theirs in (
            (clip_grad_norm, torch.nn.utils.clip_grad_norm_),
            (clip_grad_value, torch.nn.utils.clip_grad_value_),
        ):
            mine = [Weight(np.zeros_like(gradient)) for gradient in of_each]
            other = [torch.tensor(weight.data, requires_grad=True) for weight in mine]
            for weight, tensor, gradient in zip(mine, other, of_each):
                weight.grad = gradient.copy()
                tensor.grad = torch.tensor(gradient)
            norm, wanted = ours(mine, limit), theirs(other, limit)
            if wanted is not None:
                assert math.isclose(norm, wanted.item(), rel_tol=tolerance)
            for weight, tensor in zip(mine, other):
                np.testing.assert_allclose(weight.grad, tensor.grad, rtol=tolerance)


def test_clipping_values():
    for limit in (0.5, 100.0):
        for ours, theirs in (
            (clip_grad_norm, torch.nn.utils.clip_grad_norm_),
            (clip_grad_value, torch.nn.utils.clip_grad_value_),
        ):
            mine = [Value(0.3), Value(-0.7)]
            other = [torch.tensor(p.data, dtype=torch.float64, requires_grad=True) for p in mine]
            ravine(*mine).backward()
            ravine(*other).backward()
            ours(mine, limit), theirs(other, limit)
            for a, b in zip(mine, other):
                assert type(a.grad) is float
                assert math.isclose(a.grad, b.grad.item(), rel_tol=1e-12)


# ---- schedules


def rates(make):
    """What a scheduler of PyTorch sets as the rate of each step, from 0.8."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.8)
    scheduler = make(optimizer)
    for _ in range(STEPS):
        yield optimizer.param_groups[0]["lr"]
        optimizer.step()
        scheduler.step()


def after_warmup(optimizer, warmup, total, final):
    """PyTorch's own pieces, one after the other."""
    schedules = torch.optim.lr_scheduler
    up = schedules.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    down = schedules.CosineAnnealingLR(optimizer, T_max=total - warmup, eta_min=final)
    return schedules.SequentialLR(optimizer, [up, down], milestones=[warmup])


SCHEDULES = {
    "step": (
        lambda step: step_decay(step, 0.8, 7, 0.3),
        lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=7, gamma=0.3),
    ),
    "exponential": (
        lambda step: exponential_decay(step, 0.8, 0.93),
        lambda o: torch.optim.lr_scheduler.ExponentialLR(o, gamma=0.93),
    ),
    "cosine": (
        lambda step: cosine_decay(step, 0.8, STEPS, 0.05),
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.05),
    ),
    "warmup": (
        lambda step: warmup_cosine(step, 0.8, 10, STEPS, 0.05),
        lambda o: after_warmup(o, 10, STEPS, 0.05),
    ),
}


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name):
    ours, theirs = SCHEDULES[name]
    for step, wanted in enumerate(rates(theirs)):
        assert math.isclose(ours(step), wanted, rel_tol=1e-9), step


@pytest.mark.parametrize("step", range(0, 60, 3))
def test_schedules_have_closed_forms(step):
    fall = (1 + math.cos(math.pi * min(step, 40) / 40)) / 2
    assert math.isclose(cosine_decay(step, 0.8, 40, 0.1), 0.1 + 0.7 * fall)
    assert math.isclose(exponential_decay(step, 0.8, 0.9), 0.8 * math.exp(step * math.log(0.9)))
    assert math.isclose(step_decay(step, 0.8, 5, 0.5), 0.8 * 2.0 ** -math.floor(step / 5))
    ours = warmup_cosine(step, 0.8, 9, 49, 0.1)
    wanted = 0.8 * (step + 1) / 9 if step < 9 else cosine_decay(step - 9, 0.8, 40, 0.1)
    assert math.isclose(ours, wanted)


def test_a_warm_up_that_lasts_to_the_end():
    assert [warmup_cosine(s, 1.0, 4, 4, 0.1) for s in (0, 3, 4, 5)] == [0.25, 1.0, 0.1, 0.1]


def test_two_optimizers_are_two_parameter_groups():
    """Gains and biases without decay, clipped together with the matrices, on one schedule."""
    rng = np.random.default_rng(0)
    ours = [Weight(rng.standard_normal(shape)) for shape in SHAPES]
    theirs = [torch.tensor(w.data, requires_grad=True) for w in ours]
    decayed = [w.data.ndim == 2 if isinstance(w.data, np.ndarray) else False for w in ours]
    groups = [
        AdamW([w for w, yes in zip(ours, decayed) if yes], weight_decay=0.3),
        AdamW([w for w, yes in zip(ours, decayed) if not yes], weight_decay=0.0),
    ]
    optimizer = torch.optim.AdamW(
        [
            {"params": [w for w, yes in zip(theirs, decayed) if yes], "weight_decay": 0.3},
            {"params": [w for w, yes in zip(theirs, decayed) if not yes], "weight_decay": 0.0},
        ]
    )
    for step, grads in enumerate(gradients(SHAPES, np.float64, rng)):
        for w, leaf, grad in zip(ours, theirs, grads):
            w.grad, leaf.grad = grad.copy(), torch.tensor(grad)
        clip_grad_norm(ours, 1.0)
        torch.nn.utils.clip_grad_norm_(theirs, 1.0)
        rate = cosine_decay(step, 0.05, STEPS)
        for group in groups:
            group.lr = rate
            group.step()
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
    for w, leaf in zip(ours, theirs):
        np.testing.assert_allclose(w.data, leaf.detach().numpy(), rtol=1e-9, atol=1e-12)
