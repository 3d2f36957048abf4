"""3.2 · Backpropagation: through two layers by hand, as your Values do it, and through many."""

import math
from numbers import Real

import numpy as np
import pytest

from dojo.expect import expect_close
from katas.phase2_networks.losses import cross_entropy
from katas.phase3_training.backpropagation import (
    gradient_norm_by_depth,
    two_layer_backward,
    two_layer_forward,
)
from katas.phase3_training.spec_helpers import (
    MEASURED,
    a_seed_does,
    calls_leaving_all_as_it_was,
    measured,
    network,
    numbers,
    parts,
)

# ---- two layers: 7 examples, 3 inputs, 5 hidden units, 2 classes


def two_layers():
    """Fresh X, W1, b1, W2, b2, small enough for tanh to be neither straight nor flat."""
    return tuple(numbers(*shape) * 0.5 for shape in ((7, 3), (3, 5), (5,), (5, 2), (2,)))


def forward(*arrays):
    return parts(two_layer_forward(*arrays), "logits", "cache")


@pytest.mark.kata("two_layer_forward")
class TestTwoLayerForward:
    def test_one_input_one_hidden_unit_one_class(self):
        logits, _ = forward(*map(np.array, ([[2.0]], [[0.5]], [-1.75], [[3.0]], [-1.0])))
        expect_close(
            logits,
            [[3 * math.tanh(-0.75) - 1]],
            "logits for x = 2, w1 = 0.5, b1 = -1.75, w2 = 3, b2 = -1",
            mistakes={
                "there is no tanh between the layers": [[-3.25]],
                "b1 is left out": [[3 * math.tanh(1.0) - 1]],
                "b1 is added after the tanh": [[3 * (math.tanh(1.0) - 1.75) - 1]],
                "b2 is left out": [[3 * math.tanh(-0.75)]],
                "b1 is added twice, and b2 is left out": [[3 * math.tanh(-0.75) - 1.75]],
                "there is a tanh after the second layer, too": [
                    [math.tanh(3 * math.tanh(-0.75) - 1)]
                ],
                "the tanh comes after the second layer": [[math.tanh(-3.25)]],
                "the tanh comes before the first layer": [[3 * (0.5 * math.tanh(2.0) - 1.75) - 1]],
                "ReLU stands where tanh belongs": [[-1.0]],
                "a sigmoid stands where tanh belongs": [[3 / (1 + math.exp(0.75)) - 1]],
                "it is softmax of the logits": [[1.0]],
            },
        )

    def test_seven_examples_at_once(self):
        X, W1, b1, W2, b2 = two_layers()
        hidden = [
            [math.tanh(sum(X[n, d] * W1[d, h] for d in range(3)) + b1[h]) for h in range(5)]
            for n in range(7)
        ]
        wanted = [
            [sum(hidden[n][h] * W2[h, k] for h in range(5)) + b2[k] for k in range(2)]
            for n in range(7)
        ]
        logits, _ = forward(X, W1, b1, W2, b2)
        expect_close(logits, wanted, "logits of 7 examples, 3 inputs, 5 hidden units, 2 classes")

    def test_the_arguments_stay_as_they_were(self):
        names = ("X", "W1", "b1", "W2", "b2")
        calls_leaving_all_as_it_was(two_layer_forward, **dict(zip(names, two_layers())))


def backward(dlogits, cache):
    return parts(two_layer_backward(dlogits, cache), "dW1", "db1", "dW2", "db2")


def wrong_gradients(dlogits, slope, A):
    """dW1, db1, dW2, db2 if something else stands where the slope of tanh or its output belongs."""
    X, _, _, W2, _ = two_layers()
    dZ = dlogits @ W2.T * slope
    return [X.T @ dZ, dZ.sum(0), A.T @ dlogits, dlogits.sum(0)]


def rows(gradients):
    """Gradients of several shapes as one list of numbers."""
    return np.concatenate([np.ravel(gradient) for gradient in gradients])


@pytest.mark.kata("two_layer_backward")
class TestTwoLayerBackward:
    def test_one_input_one_hidden_unit_one_class(self):
        _, cache = forward(*map(np.array, ([[2.0]], [[0.5]], [-0.25], [[3.0]], [10.0])))
        t = math.tanh(0.75)
        slope = 1 - t * t
        expect_close(
            rows(backward(np.array([[0.5]]), cache)),
            [0.5 * 3 * slope * 2, 0.5 * 3 * slope, 0.5 * t, 0.5],
            "dw1, db1, dw2, db2 for x = 2, z = 0.75, w2 = 3 and dlogits 0.5",
            mistakes={
                "the slope of tanh is left out": [3.0, 1.5, 0.5 * t, 0.5],
                "w2 is left out on the way back": [slope, 0.5 * slope, 0.5 * t, 0.5],
                "dw2 takes z, where it needs tanh(z)": [3 * slope, 1.5 * slope, 0.375, 0.5],
                "tanh(z) is squared in place before dw2 takes it": [
                    3 * slope,
                    1.5 * slope,
                    0.5 * t * t,
                    0.5,
                ],
                "x is left out of dw1": [1.5 * slope, 1.5 * slope, 0.5 * t, 0.5],
                "dw1 takes the gradient from after the tanh": [3.0, 1.5 * slope, 0.5 * t, 0.5],
                "db1 takes the gradient from after the tanh": [3 * slope, 1.5, 0.5 * t, 0.5],
                "the slope is 1 - z², of what went into the tanh": [
                    3 * (1 - 0.75**2),
                    1.5 * (1 - 0.75**2),
                    0.5 * t,
                    0.5,
                ],
                "the slope is 1 - tanh²(tanh(z)): tanh is taken twice": [
                    3 * (1 - math.tanh(t) ** 2),
                    1.5 * (1 - math.tanh(t) ** 2),
                    0.5 * t,
                    0.5,
                ],
                "z stands in the cache, where tanh(z) belongs": [
                    3 * (1 - 0.75**2),
                    1.5 * (1 - 0.75**2),
                    0.375,
                    0.5,
                ],
                "dlogits is left out": [6 * slope, 3 * slope, t, 1.0],
                "the second layer's gradients come first": [0.5 * t, 0.5, 3 * slope, 1.5 * slope],
                "biases come before weights": [1.5 * slope, 3 * slope, 0.5, 0.5 * t],
            },
        )

    def test_each_gradient_is_the_measured_one(self):
        """In other words: nudge an entry, and see by how much the sum of dlogits · logits moves."""
        X, W1, b1, W2, b2 = two_layers()
        dlogits = numbers(7, 2)

        def total(W1=W1, b1=b1, W2=W2, b2=b2):
            return (dlogits * (np.tanh(X @ W1 + b1) @ W2 + b2)).sum()

        _, cache = forward(X, W1, b1, W2, b2)
        dW1, db1, dW2, db2 = backward(dlogits.copy(), cache)
        for name, array, gradient in (
            ("W1", W1, dW1),
            ("b1", b1, db1),
            ("W2", W2, dW2),
            ("b2", b2, db2),
        ):
            wanted = measured(lambda entries, name=name: total(**{name: entries}), array)
            expect_close(
                gradient,
                wanted,
                f"d{name}, where {name} is {array.shape} and N is 7",
                mistakes={"it is divided by N again, and dlogits are already": wanted / 7},
                tolerance=MEASURED,
            )

    def test_your_value_engine_finds_the_same(self):
        X, W1, b1, W2, b2 = two_layers()
        by_neuron = [*np.vstack([W1, b1]).T.ravel(), *np.vstack([W2, b2]).T.ravel()]
        model = network([3, 5, 2], map(float, by_neuron))
        outputs = [model([float(x) for x in row]) for row in X]
        losses = [cross_entropy(z, target) for z, target in zip(outputs, [0, 1, 1, 0, 1, 0, 0])]
        (sum(losses) / 7).backward()
        dlogits = np.array([[z.grad for z in row] for row in outputs])

        first, second = (layer.neurons for layer in model.layers)
        wanted = rows(
            [
                [[n.w[d].grad for n in first] for d in range(3)],
                [n.b.grad for n in first],
                [[n.w[h].grad for n in second] for h in range(5)],
                [n.b.grad for n in second],
            ]
        )
        _, cache = forward(X, W1, b1, W2, b2)
        Z = X @ W1 + b1
        A = np.tanh(Z)
        expect_close(
            rows(backward(dlogits.copy(), cache)),
            wanted,
            "dW1, db1, dW2, db2, compared with those of your own Values on the same weights",
            mistakes={
                "the slope of tanh is left out": rows(wrong_gradients(dlogits, 1, A)),
                "the slope is 1 - Z², of what went into the tanh": rows(
                    wrong_gradients(dlogits, 1 - Z * Z, A)
                ),
                "the slope is 1 - tanh²(A): tanh is taken twice": rows(
                    wrong_gradients(dlogits, 1 - np.tanh(A) ** 2, A)
                ),
                "the slope is that of ReLU": rows(wrong_gradients(dlogits, Z > 0, A)),
                "dW2 takes Z, where it needs A = tanh(Z)": rows(
                    wrong_gradients(dlogits, 1 - A * A, Z)
                ),
                "Z stands in the cache, where A = tanh(Z) belongs": rows(
                    wrong_gradients(dlogits, 1 - Z * Z, Z)
                ),
                "1/N is there twice: dlogits has it already": wanted / 7,
            },
        )

    def test_a_second_backward_gives_the_same_again(self):
        _, cache = forward(*two_layers())
        first = [gradient.copy() for gradient in backward(numbers(7, 2), cache)]
        second = backward(numbers(7, 2), cache)
        for name, once, again in zip(("dW1", "db1", "dW2", "db2"), first, second):
            assert np.array_equal(once, again), (
                f"{name} is another at the second call, with the same dlogits and the same cache: "
                "the first call changed an array in the cache in place, or took it out of there"
            )

    def test_twice_the_gradient_above_is_twice_the_gradient_below(self):
        _, cache = forward(*two_layers())
        once = rows(backward(numbers(7, 2), cache))
        twice = rows(backward(2 * numbers(7, 2), cache))
        expect_close(
            twice,
            2 * once,
            "gradients for 2 · dlogits, compared with twice those for dlogits",
            mistakes={
                "dlogits is not used": once,
                "the first call's gradients are still there, and added to": 3 * once,
                "dlogits is used twice, as a factor": 4 * once,
            },
        )

    def test_the_weights_and_inputs_stay_as_they_were(self):
        """The cache need not hold copies of them: so what stands in it is not to be written on."""
        given = two_layers()
        _, cache = forward(*given)
        calls_leaving_all_as_it_was(lambda dlogits: backward(dlogits, cache), dlogits=numbers(7, 2))
        for name, now, before in zip(("X", "W1", "b1", "W2", "b2"), given, two_layers()):
            assert np.array_equal(now, before), f"{name} was changed in place by the backward pass"

    def test_each_forward_pass_has_a_cache_of_its_own(self):
        X, W1, b1, W2, b2 = two_layers()
        _, cache = forward(X, W1, b1, W2, b2)
        wanted = rows(backward(numbers(7, 2), cache)).copy()
        _, other = forward(X[::-1] + 0.5, W1 * 2, b1, W2 * 3, b2)
        again = rows(backward(numbers(7, 2), cache)).copy()
        expect_close(
            again,
            wanted,
            "gradients by the first cache, after another forward pass with other numbers",
            mistakes={
                "the cache is not looked at: what the newest forward pass has left somewhere else "
                "(a global, an attribute) is used": rows(backward(numbers(7, 2), other))
            },
        )


# ---- depth


def drawn(depth, scale, seed=7):
    """What gradient_norm_by_depth draws from a generator with this seed."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((16, 32))
    return X, [rng.standard_normal((32, 32)) * scale / math.sqrt(32) for _ in range(depth)]


def norms_of(depth, scale, seed=7):
    return gradient_norm_by_depth(depth, scale, np.random.default_rng(seed))


def inputs_of(A, weights):
    """What goes into each layer."""
    inputs = [A]
    for W in weights[:-1]:
        inputs.append(np.tanh(inputs[-1] @ W))
    return inputs


def output_sums(A, weights):
    """The sum of the outputs of each row."""
    for W in weights:
        A = np.tanh(A @ W)
    return A.sum(axis=1)


def measured_norms(inputs, weights, h=1e-5):
    """By central differences: one nudge for each of the 32 inputs of a layer."""
    norms = []
    for i, A in enumerate(inputs):
        up, down = (
            np.array([output_sums(A + nudge, weights[i:]) for nudge in step * np.eye(32)])
            for step in (h, -h)
        )
        norms.append(math.sqrt((((up - down) / (2 * h)) ** 2).sum()))
    return norms


def length(gradient):
    return math.sqrt((gradient**2).sum())


def wrong_walks(inputs, weights):
    """{mistake: the norms that it gives}, for what is listed, for slopes, and for norms."""

    def walked(listed=lambda A, dZ, dA: dA, slope=lambda Z: 1 - np.tanh(Z) ** 2, of=length):
        gradient, norms = np.ones((16, 32)), []
        for A, W in zip(reversed(inputs), reversed(weights)):
            dZ = gradient * slope(A @ W)
            gradient = dZ @ W.T
            norms.append(of(listed(A, dZ, gradient)))
        return norms[::-1]

    top = inputs[-1] @ weights[-1]
    return {
        "the norms are those before the tanh, of dZ": walked(lambda A, dZ, dA: dZ),
        "the norms are those of the weights, of dW": walked(lambda A, dZ, dA: A.T @ dZ),
        "the tanh of the last layer is left out": walked(
            slope=lambda Z: 1.0 if np.array_equal(Z, top) else 1 - np.tanh(Z) ** 2
        ),
        "the slope of tanh is left out": walked(slope=lambda Z: 1.0),
        "the slope is 1 - Z², of what went into the tanh": walked(slope=lambda Z: 1 - Z * Z),
        "tanh is taken twice for its slope": walked(slope=lambda Z: 1 - np.tanh(np.tanh(Z)) ** 2),
        "the norm is that of a matrix, its longest stretch (the spectral norm)": walked(
            of=lambda dA: np.linalg.norm(dA, 2)
        ),
        "the norm is the largest sum of a column (ord=1)": walked(
            of=lambda dA: abs(dA).sum(axis=0).max()
        ),
        "the norm is the largest sum of a row (ord=inf)": walked(
            of=lambda dA: abs(dA).sum(axis=1).max()
        ),
        "the norms of the rows are averaged": walked(
            of=lambda dA: np.mean([length(row) for row in dA])
        ),
        "the norms of the rows are added": walked(of=lambda dA: sum(length(row) for row in dA)),
        "the norms are squared: the root is missing": walked(of=lambda dA: (dA**2).sum()),
    }


@pytest.mark.kata("gradient_norm_by_depth")
class TestGradientNormByDepth:
    def test_there_is_a_norm_for_each_layer(self):
        norms = norms_of(5, 1.0)
        assert isinstance(norms, list), (
            f"the norms are {norms!r} ({type(norms).__name__}), and should be a list"
        )
        assert len(norms) == 5 and all(isinstance(norm, Real) for norm in norms), (
            f"for 5 layers there should be 5 numbers, and the list is {norms!r}"
        )

    def test_a_seed_does_for_a_generator(self):
        a_seed_does(lambda rng: gradient_norm_by_depth(3, 1.0, rng))

    def test_one_layer_of_tiny_weights_is_a_matrix(self):
        # tanh is straight near 0: every row of the gradient is W times ones, and there are 16 rows
        X, (W,) = drawn(1, 1e-4)
        early = np.random.default_rng(7).standard_normal((32, 32)).sum(axis=1) / math.sqrt(32)
        by_inputs, by_outputs = W.sum(axis=1), W.sum(axis=0)
        norm = 4 * math.sqrt(sum(entry**2 for entry in by_inputs))
        expect_close(
            [x / 1e-4 for x in norms_of(1, 1e-4)],
            [norm / 1e-4],
            "norm through one layer of tiny weights, over their scale",
            mistakes={
                "W is not transposed": [4 * math.sqrt(sum(by_outputs**2)) / 1e-4],
                "the norm of the gradient at the output, or before its tanh, is listed": [
                    math.sqrt(512) / 1e-4
                ],
                "the norm of the gradient of the weights is listed": [
                    math.sqrt(((X.T @ np.ones((16, 32))) ** 2).sum()) / 1e-4
                ],
                "a layer takes the slope at its input, not at its output": [
                    math.sqrt((((1 - X * X) @ W.T) ** 2).sum()) / 1e-4
                ],
                "the norm is squared: the root is missing": [norm**2 / 1e-4],
                "the norms of the rows are averaged": [norm / 1e-4 / 4],
                "the norms of the rows are added": [norm / 1e-4 * 4],
                "absolute values are added, not squares": [16 * sum(abs(by_inputs)) / 1e-4],
                "the norm is the largest sum of a column (ord=1)": [
                    16 * max(abs(by_inputs)) / 1e-4
                ],
                "the largest entry stands for the norm": [max(abs(by_inputs)) / 1e-4],
                "the mean square is taken, not the sum of squares": [norm / 1e-4 / math.sqrt(512)],
                "the gradient begins with 1/N at the output, not with 1": [norm / 1e-4 / 16],
                "weights have deviation scale, not scale / √32": [norm / 1e-4 * math.sqrt(32)],
                "weights have deviation scale / 32": [norm / 1e-4 / math.sqrt(32)],
                "scale is left out": [norm / 1e-8],
                "the weights are drawn before the inputs": [4 * math.sqrt(sum(early**2))],
            },
            tolerance=1e-5,  # tanh is not quite straight
        )

    def test_each_norm_is_that_of_the_measured_gradient(self):
        """Nudge each of the 32 inputs of each layer, in all 16 rows, and see their sums move."""
        X, weights = drawn(3, 1.5)
        inputs = inputs_of(X, weights)
        wanted = measured_norms(inputs, weights)
        same = [weights[0]] * 3
        expect_close(
            norms_of(3, 1.5),
            wanted,
            "norms of the gradients at the inputs of three layers, the first layer first",
            mistakes={
                "the last layer comes first": wanted[::-1],
                "all layers have the same weights": measured_norms(inputs_of(X, same), same),
                "the norms are those at the outputs of the layers": [*wanted[1:], math.sqrt(512)],
                **wrong_walks(inputs, weights),
            },
            tolerance=1e-6,  # measured
        )

    def test_small_weights_let_the_gradient_vanish(self):
        norms = norms_of(20, 0.5)
        assert norms[0] < norms[-1] / 1000, (
            f"with weights half as large as they should be, the norm is {norms[0]:.3g} at the "
            f"first of 20 layers and {norms[-1]:.3g} at the last: each layer should about halve "
            "it on its way back, and the list begins with the first layer"
        )

    def test_large_weights_let_it_explode(self):
        norms = norms_of(50, 3.0)
        assert norms[0] > norms[-1] * 1000, (
            f"with weights three times as large as they should be, the norm is {norms[0]:.3g} at "
            f"the first of 50 layers and {norms[-1]:.3g} at the last: it should grow on its way "
            "back, and the list begins with the first layer"
        )

    def test_all_randomness_comes_from_rng(self):
        first, again = norms_of(4, 1.0, seed=3), norms_of(4, 1.0, seed=3)
        assert list(first) == list(again), (
            "two generators with the same seed lead to different norms: something is drawn from "
            "elsewhere"
        )
        assert list(first) != list(norms_of(4, 1.0, seed=4)), (
            "generators with different seeds lead to the same norms: what is drawn from is not "
            "rng, but a generator made anew"
        )
