"""Gradient descent takes the steps that PyTorch's SGD takes, and finds the lines that it finds."""

import random

import pytest

from solutions.phase1_autodiff.value import Value
from solutions.phase3_training.gradient_descent import (
    fit_line,
    fit_line_exact,
    gradient_descent_step,
    learning_rate_sweep,
    line_search,
    minimize,
)

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")

TOLERANCE = 1e-9
STEPS = 50


def tensor(numbers):
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


def close(ours, theirs):
    a, b = (torch.as_tensor(numbers, dtype=torch.float64) for numbers in (ours, theirs))
    return a.shape == b.shape and bool(torch.all(abs(a - b) <= TOLERANCE * b.abs().clamp(min=1)))


def walk(f, start, lr, steps):
    """The points and losses of torch.optim.SGD; f takes a list of tensors."""
    parameters = [tensor(x) for x in start]
    optimizer = torch.optim.SGD(parameters, lr=lr)
    points, losses = [], []
    for _ in range(steps + 1):
        optimizer.zero_grad()
        loss = f(parameters)
        loss.backward()
        points.append([parameter.item() for parameter in parameters])
        losses.append(loss.item())
        optimizer.step()
    return points, losses


FUNCTIONS = {
    "a bowl": (lambda p: 0.5 * p[0] ** 2 + 3 * p[1] ** 2, [4.0, -3.0], 0.1),
    "a tilted bowl": (lambda p: (p[0] + 2 * p[1]) ** 2 + 0.3 * p[1] ** 2, [1.0, 2.0], 0.05),
    "a runaway": (lambda p: p[0] ** 2 + 4 * p[1] ** 2, [1.0, 0.5], 0.3),
    "Rosenbrock's valley": (
        lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] * p[0]) ** 2,
        [-1.2, 1.0],
        0.0012,
    ),
    "a saddle": (lambda p: p[0] * p[1] + 0.1 * p[0] ** 4, [0.5, -0.4], 0.05),
    "a neuron": (
        lambda p: ((0.7 * p[0] - 1.3 * p[1] + p[2]).tanh() - 0.5) ** 2,
        [0.3, -0.2, 0],
        0.2,
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_walk_is_that_of_sgd(name):
    f, start, lr = FUNCTIONS[name]
    points, losses = minimize(f, start, lr, STEPS)
    their_points, their_losses = walk(f, list(map(float, start)), lr, STEPS)
    assert close(points, their_points) and close(losses, their_losses)


def test_a_step_is_that_of_sgd():
    rng = random.Random(31)
    data, grads = ([rng.gauss(0, 2) for _ in range(7)] for _ in range(2))
    ours, theirs = [Value(x) for x in data], [tensor(x) for x in data]
    for a, b, grad in zip(ours, theirs, grads):
        a.grad, b.grad = grad, torch.tensor(grad, dtype=torch.float64)
    gradient_descent_step(ours, 0.37)
    torch.optim.SGD(theirs, lr=0.37).step()
    assert close([a.data for a in ours], [b.item() for b in theirs])
    assert [a.grad for a in ours] == grads


def test_a_sweep_is_the_last_loss_of_each_walk():
    f, start, _ = FUNCTIONS["a tilted bowl"]
    rates = [0.001, 0.3, 0.05, 0.1]
    ours = learning_rate_sweep(f, start, rates, 20)
    assert close(ours, [[rate, walk(f, start, rate, 20)[1][-1]] for rate in rates])


def points_near_a_line(seed, n=12):
    rng = random.Random(seed)
    xs = [rng.uniform(-2, 3) for _ in range(n)]
    return xs, [1.7 * x - 0.6 + rng.gauss(0, 0.5) for x in xs]


@pytest.mark.parametrize("seed", range(3))
def test_a_line_is_fitted_as_a_linear_layer_is(seed):
    xs, ys = points_near_a_line(seed)
    layer = torch.nn.Linear(1, 1, dtype=torch.float64)
    for parameter in layer.parameters():
        torch.nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    inputs, targets = (torch.tensor(z, dtype=torch.float64).reshape(-1, 1) for z in (xs, ys))
    for _ in range(STEPS):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(layer(inputs), targets).backward()
        optimizer.step()
    assert close(fit_line(xs, ys, 0.1, STEPS), [layer.weight.item(), layer.bias.item()])


@pytest.mark.parametrize("seed", range(3))
def test_the_best_line_is_that_of_least_squares(seed):
    xs, ys = points_near_a_line(seed)
    design = torch.tensor([[x, 1.0] for x in xs], dtype=torch.float64)
    targets = torch.tensor(ys, dtype=torch.float64).reshape(-1, 1)
    best = torch.linalg.lstsq(design, targets).solution.flatten()
    assert close(list(fit_line_exact(xs, ys)), best)
    assert close(list(fit_line(xs, ys, 0.1, 2000)), best)


@pytest.mark.parametrize("name", ["a tilted bowl", "Rosenbrock's valley", "a neuron"])
def test_an_accepted_rate_meets_armijos_condition_and_twice_it_does_not(name):
    """The condition itself, computed by PyTorch along the walk that the search leads."""
    f, start, _ = FUNCTIONS[name]
    point = list(map(float, start))
    for _ in range(20):
        at = [tensor(x) for x in point]
        loss = f(at)
        loss.backward()
        here, gradient = loss.item(), [x.grad.item() for x in at]
        rate = line_search(f, point, gradient)

        def pays(lr, point=point, gradient=gradient, here=here):
            there = f([tensor(x - lr * g) for x, g in zip(point, gradient)]).item()
            return there <= here - 1e-4 * lr * sum(g * g for g in gradient)

        assert pays(rate) and (rate == 1.0 or not pays(2 * rate))
        point = [x - rate * g for x, g in zip(point, gradient)]
