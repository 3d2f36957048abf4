"""The losses compute what PyTorch's losses compute: values and gradients, in float64."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.phase1_autodiff.value import Value
from solutions.phase2_networks.losses import (
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    clamped_log,
    cross_entropy,
    hinge,
    huber,
    initial_loss,
    l2_penalty,
    log_softmax,
    mean_absolute_error,
    mean_squared_error,
)

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
F = torch.nn.functional

TOLERANCE = 1e-9
EXTREMES = [0.0, 1000.0, -1000.0, 5e-324, -5e-324, 1e-310, 0.7, -2.3]


def tensor(numbers, requires_grad=False):
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=requires_grad)


def close(a, b):
    return a == b or abs(a - b) <= TOLERANCE * max(1.0, abs(b))


def compare(our_loss, their_loss, numbers, with_gradients=True):
    """A loss of Values and a loss of a tensor: the same number and gradients at these numbers."""
    ours, theirs = [Value(x) for x in numbers], tensor(numbers, requires_grad=True)
    a, b = our_loss(ours), their_loss(theirs)
    assert close(a.data, b.item()), f"{a.data}, and in PyTorch {b.item()}"
    # an upstream gradient other than 1
    (a * 3.5).backward()
    (b * 3.5).backward()
    if with_gradients:
        for x, our_leaf, their_grad in zip(numbers, ours, theirs.grad.tolist()):
            assert close(our_leaf.grad, their_grad), (
                f"at {x}: {our_leaf.grad}, and in PyTorch {their_grad}"
            )


def their_hinge(scores, labels):
    """Against a second score of 0, the ranking loss with margin 1 is the hinge loss."""
    return F.margin_ranking_loss(scores, torch.zeros_like(scores), tensor(labels), margin=1.0)


REGRESSION = {
    "mean_squared_error": (mean_squared_error, F.mse_loss),
    "mean_absolute_error": (mean_absolute_error, F.l1_loss),
    "huber": (huber, F.huber_loss),
    "huber, delta 0.3": (
        lambda p, t: huber(p, t, delta=0.3),
        lambda p, t: F.huber_loss(p, t, delta=0.3),
    ),
    "huber, delta 500": (
        lambda p, t: huber(p, t, delta=500.0),
        lambda p, t: F.huber_loss(p, t, delta=500.0),
    ),
}
numbers = st.one_of(st.sampled_from(EXTREMES), st.floats(-1000, 1000))
targets01 = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))
examples = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def pairs(first, second):
    return st.lists(st.tuples(first, second), min_size=1, max_size=5)


# ---- regression


@pytest.mark.parametrize("name", REGRESSION)
@given(pairs(numbers, numbers))
@examples
def test_regression(name, cases):
    ours, theirs = REGRESSION[name]
    predictions, targets = map(list, zip(*cases))
    compare(lambda p: ours(p, targets), lambda p: theirs(p, tensor(targets)), predictions)


@pytest.mark.parametrize("x", EXTREMES)
@pytest.mark.parametrize("name", REGRESSION)
def test_regression_where_prediction_and_target_meet(name, x):
    ours, theirs = REGRESSION[name]
    compare(lambda p: ours(p, [x, 1.0]), lambda p: theirs(p, tensor([x, 1.0])), [x, x])


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_huber_at_its_corner(side):
    compare(
        lambda p: huber(p, [0.0], delta=2.0),
        lambda p: F.huber_loss(p, tensor([0.0]), delta=2.0),
        [2.0 * side],
    )


# ---- two classes


@given(pairs(numbers, st.sampled_from([-1.0, 1.0])))
@examples
def test_hinge(cases):
    scores, labels = map(list, zip(*cases))
    # exactly at the margin there is no derivative: 0 here, as for relu; PyTorch's clamp takes 1
    at_the_margin = any(s * label == 1 for s, label in cases)
    compare(
        lambda p: hinge(p, labels),
        lambda p: their_hinge(p, labels),
        scores,
        with_gradients=not at_the_margin,
    )


# Between these PyTorch's gradient is the derivative. Outside of them p · (1 - p) is below 1e-12:
# there PyTorch divides by 1e-12 in place of it, so that for the target 1 the gradient is -1e12 at
# p = 0, where the log is clamped and ours passes none (a clamped log is flat), and 0 at p = 1,
# where the derivative of -log p is -1 as everywhere near it.
inner_probs = st.floats(1e-11, 1 - 1e-11)
all_probs = st.one_of(
    st.sampled_from([0.0, 1.0, 5e-324, 1e-310, 1e-50, 1e-40, 1e-13]), st.floats(0, 1)
)


@given(pairs(inner_probs, targets01))
@examples
def test_binary_cross_entropy(cases):
    probs, targets = map(list, zip(*cases))
    compare(
        lambda p: binary_cross_entropy(p, targets),
        lambda p: F.binary_cross_entropy(p, tensor(targets)),
        probs,
    )


@given(pairs(all_probs, targets01))
@examples
def test_binary_cross_entropy_of_extreme_probabilities(cases):
    probs, targets = map(list, zip(*cases))
    compare(
        lambda p: binary_cross_entropy(p, targets),
        lambda p: F.binary_cross_entropy(p, tensor(targets)),
        probs,
        with_gradients=False,
    )


@pytest.mark.parametrize("p, target", [(1.0, 1), (0.0, 0), (1e-20, 1), (1e-13, 0), (0.0, 1)])
def test_gradients_that_pytorch_holds_down_are_the_derivative_here(p, target):
    """The gradients that the comparisons leave out, against the closed form."""
    prob = Value(p)
    binary_cross_entropy([prob], [target]).backward()
    q = p if target else 1 - p
    wanted = 0.0 if q == 0 else (-1 / q if target else 1 / q)
    assert close(prob.grad / max(1.0, abs(wanted)), wanted / max(1.0, abs(wanted)))


@pytest.mark.parametrize("p", [1.0, 0.3, 1e-40, 1e-43])
def test_clamped_log(p):
    compare(lambda ps: clamped_log(ps[0]), lambda ps: ps.log().clamp(min=-100).sum(), [p])


@pytest.mark.parametrize("p", [1e-50, 1e-310, 5e-324])
def test_a_clamped_log_passes_no_gradient_in_either(p):
    compare(lambda ps: clamped_log(ps[0]), lambda ps: ps.log().clamp(min=-100).sum(), [p])


@given(pairs(numbers, targets01))
@examples
def test_binary_cross_entropy_with_logits(cases):
    logits, targets = map(list, zip(*cases))
    compare(
        lambda z: binary_cross_entropy_with_logits(z, targets),
        lambda z: F.binary_cross_entropy_with_logits(z, tensor(targets)),
        logits,
    )


@pytest.mark.parametrize("target", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("z", EXTREMES)
def test_binary_cross_entropy_with_extreme_logits(z, target):
    compare(
        lambda logits: binary_cross_entropy_with_logits(logits, [target]),
        lambda logits: F.binary_cross_entropy_with_logits(logits, tensor([target])),
        [z],
    )


# ---- many classes


@given(st.lists(numbers, min_size=1, max_size=6), st.data())
@examples
def test_cross_entropy(logits, data):
    target = data.draw(st.integers(0, len(logits) - 1))
    compare(
        lambda z: cross_entropy(z, target),
        lambda z: F.cross_entropy(z, torch.tensor(target)),
        logits,
    )


@given(st.lists(numbers, min_size=1, max_size=6))
@examples
def test_log_softmax(logits):
    # each entry with a weight of its own, so that no gradient can hide behind another
    weights = [0.5 * (i + 1) * (-1) ** i for i in range(len(logits))]
    compare(
        lambda z: sum(w * y for w, y in zip(weights, log_softmax(z))),
        lambda z: (tensor(weights) * F.log_softmax(z, dim=0)).sum(),
        logits,
    )
    ours = [y.data for y in log_softmax([Value(z) for z in logits])]
    theirs = F.log_softmax(tensor(logits), dim=0).tolist()
    assert all(map(close, ours, theirs)), (ours, theirs)


@pytest.mark.parametrize("n_classes", [1, 2, 27, 1000])
def test_initial_loss(n_classes):
    theirs = F.cross_entropy(torch.zeros(n_classes, dtype=torch.float64), torch.tensor(0))
    assert close(initial_loss(n_classes), theirs.item()) and math.isfinite(theirs)


# ---- beside the loss


@given(st.lists(numbers, min_size=1, max_size=6), st.floats(0, 10))
@examples
def test_l2_penalty(parameters, strength):
    compare(lambda ws: l2_penalty(ws, strength), lambda ws: strength * (ws**2).sum(), parameters)


@given(pairs(st.lists(st.integers(-3, 3), min_size=4, max_size=4), st.integers(0, 3)))
@examples
def test_accuracy(cases):
    logits, targets = map(list, zip(*cases))
    guesses = [row.index(max(row)) for row in logits]
    for row, guess in zip(logits, guesses):  # torch.argmax may take any of equal scores
        row[guess] += 0.5
    theirs = (tensor(logits).argmax(dim=1) == torch.tensor(targets)).double().mean().item()
    assert close(accuracy(logits, targets), theirs)
