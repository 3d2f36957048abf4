"""Numbers of any kind count as the floats that they are, among Values and beside Tensors."""

import math
from fractions import Fraction
from operator import add, mul, sub, truediv

import numpy as np
import pytest

from solutions.phase1_autodiff.finite_differences import (
    gradient_error,
    numerical_derivative,
    numerical_gradient,
    predict_change,
)
from solutions.phase1_autodiff.value import Value
from solutions.phase2_networks.activations import collapse_linear, leaky_relu
from solutions.phase2_networks.losses import accuracy, mean_squared_error
from solutions.phase2_networks.module import mlp_parameter_count
from solutions.phase2_networks.neuron import and_gate, or_gate, perceptron_update, weighted_sum
from solutions.phase3_training.dataset import minibatches
from solutions.phase3_training.gradient_descent import (
    fit_line_exact,
    gradient_descent_step,
    is_diverging,
)
from solutions.phase3_training.optimizers import SGD, Adam, AdamW, RMSProp
from solutions.phase4_llms.generation import generate
from solutions.phase4_llms.sizes import kv_cache_bytes, parameter_count, training_flops
from solutions.phase4_llms.tensor import Tensor
from solutions.phase4_llms.transformer import GPT, GPTConfig
from solutions.phase5_practice.batching import generate_batch, pad_prompts
from solutions.phase5_practice.latent import LatentConfig, latent_cache_bytes
from solutions.phase5_practice.windows import window_mask

KINDS = [np.uint8, np.int8, np.uint16, np.int64, np.uint64, np.float16, np.float32, np.float64]
KINDS += [np.longdouble, int, bool, Fraction]


@pytest.mark.parametrize("operation", [add, sub, mul, truediv], ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_value_beside_a_number_of_any_kind(kind, operation):
    number = kind(1 if kind is bool else 3)
    for arrange in (lambda a, b: (a, b), lambda a, b: (b, a)):
        x = Value(0.7)
        result = operation(*arrange(x, number))
        result.backward()
        assert result.data == pytest.approx(operation(*arrange(0.7, float(number))), rel=1e-14)
        assert [type(n) for n in (result.data, x.grad)] == [float, float]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_exponent_of_any_kind(kind):
    x, exponent = Value(0.7), kind(1 if kind is bool else 3)
    result = x**exponent
    result.backward()
    n = float(exponent)
    assert result.data == pytest.approx(0.7**n, rel=1e-14)
    assert x.grad == pytest.approx(n * 0.7 ** (n - 1), rel=1e-14)
    assert type(x.grad) is float


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_base_of_any_kind(kind):
    x, base = Value(0.7), kind(1 if kind is bool else 3)
    result = base**x
    result.backward()
    power = float(base) ** 0.7
    assert result.data == pytest.approx(power, rel=1e-14)
    assert x.grad == pytest.approx(power * math.log(float(base)), rel=1e-14)
    assert [type(n) for n in (result.data, x.grad)] == [float, float]


def test_squared_errors_of_uint8_targets():
    targets = np.array([5, 3], np.uint8)
    assert mean_squared_error([Value(3.0), Value(4.0)], targets).data == 2.5


def test_a_neuron_of_float32_passes_the_gradient_check():
    inputs = np.array([0.1, 0.3, 0.7], np.float32)
    weights = [Value(w) for w in (0.2, -0.4, 0.6)]
    assert gradient_error(lambda ws: weighted_sum(ws, inputs, 0.1), weights) < 1e-9


def test_slopes_at_numbers_that_are_not_floats():
    point = np.array([2.0, 3.0], np.float32)
    assert numerical_gradient(lambda xs: xs[0] * xs[1], point) == pytest.approx([3.0, 2.0])
    assert numerical_derivative(lambda x: x * x, np.float32(3)) == pytest.approx(6.0)
    assert predict_change(np.array([200, 100], np.uint8), np.array([2, 3], np.uint8)) == 700


def test_a_line_through_bytes():
    xs, ys = np.array([100, 200, 250], np.uint8), np.array([50, 100, 125], np.uint8)
    assert fit_line_exact(xs, ys) == pytest.approx((0.5, 0.0))


def test_a_rate_of_float32_leaves_floats():
    x = Value(1.0)
    x.grad = 0.1
    gradient_descent_step([x], np.float32(0.5))
    assert (x.data, type(x.data)) == (0.95, float)
    weights, bias = perceptron_update([0.0], 0.0, np.array([0.1], np.float32), 1.0, lr=-1.0)
    assert [type(n) for n in (*weights, bias)] == [float, float]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", [SGD, RMSProp, Adam, AdamW])
def test_an_optimizer_with_a_rate_of_numpy_leaves_floats(optimizer, kind):
    x = Value(1.0)
    x.grad = 0.1
    optimizer([x], lr=kind(0.5)).step()
    assert type(x.data) is float


def test_slopes_of_float32_leave_floats():
    z = leaky_relu(Value(-0.1), np.float32(0.5))
    assert (z.data, type(z.local_grads[0])) == (-0.05, float)
    byte = np.array([100], np.int8)
    assert collapse_linear([byte], [byte[0]], [byte], byte) == ([[10_000]], [10_100])


def test_gates_of_booleans_of_numpy():
    true, false = np.True_, np.False_
    assert [and_gate(true, true), and_gate(true, false), or_gate(true, true)] == [1.0, 0.0, 1.0]


def test_losses_and_scores_may_stand_in_arrays():
    assert accuracy(np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([1, 1])) == 0.5
    assert is_diverging(np.array([1.0, 2.0])) and not is_diverging(np.array([2.0, 1.0]))


@pytest.mark.parametrize("size", [1e-25, 1e-10, 1.0, 1e10, 1e25])
def test_a_quotient_of_float32_has_its_gradients_at_any_size(size):
    x, y = (Tensor(np.array([n * size], np.float32)) for n in (3, 5))
    (x / y).sum().backward()
    assert float(x.grad[0]) * size == pytest.approx(1 / 5, rel=1e-6)
    assert float(y.grad[0]) * size == pytest.approx(-3 / 25, rel=1e-6)


def test_numbers_that_numpy_has_no_kind_for():
    with pytest.raises(TypeError, match="numpy's kinds are wanted, and not int: 118"):
        Tensor([1.0]) + 2**70
    with pytest.raises(ValueError, match=r"no mean of nothing: the shape is \(0, 3\)"):
        Tensor(np.zeros((0, 3))).mean(axis=0)


def test_small_integers_of_numpy_as_sizes_and_counts():
    sizes = np.array([200, 200, 10], np.uint8)
    assert mlp_parameter_count(sizes) == 201 * 200 + 201 * 10
    for n, size in ((np.uint8(250), np.uint8(100)), (250, np.int8(100))):
        batches = list(minibatches(n, size, 0))
        assert [len(batch) for batch in batches] == [100, 100, 50]
        assert sorted(np.concatenate(batches).tolist()) == list(range(250))


SIZE = GPTConfig(50, 16, 2, 4, 64)
SMALL = GPTConfig(*map(np.uint8, (50, 16, 2, 4, 64)))


def test_small_integers_of_numpy_as_the_size_of_a_model():
    assert parameter_count(SMALL) == parameter_count(SIZE)
    wanted = kv_cache_bytes(SIZE, 8, 100)
    assert kv_cache_bytes(SMALL, np.uint8(8), np.uint8(100)) == wanted
    assert training_flops(np.int64(70 * 10**9), np.int64(15 * 10**12)) == 63 * 10**23
    latent = (512, 16, 128, 64, 512)
    assert latent_cache_bytes(LatentConfig(*map(np.int16, latent)), 60, 8, 4096) == (
        latent_cache_bytes(LatentConfig(*latent), 60, 8, 4096)
    )


def test_what_is_counted_is_an_integer():
    for use in (
        lambda: window_mask(4, 2.5),
        lambda: pad_prompts([[1.5]]),
        lambda: generate_batch(GPT(SIZE, 0), [[1]], 1, stop=[2]),
        lambda: generate_batch(GPT(SIZE, 0), [["1"]], 1),
        lambda: generate(GPT(SIZE, 0), [1], 1, stop="2"),
    ):
        with pytest.raises(TypeError, match="integer"):
            use()
    assert generate(GPT(SIZE, 0), [1], 1, 0, stop=np.int16(2)) == generate(GPT(SIZE, 0), [1], 1, 0)
