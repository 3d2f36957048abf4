"""5.1 · Muon: matrices brought to one length in all directions, and who is moved by it."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase2_networks.module import Module
from katas.phase4_llms.llama import Llama, LlamaConfig
from katas.phase4_llms.spec_helpers import hinted, is_array, numbers, rng_of
from katas.phase4_llms.tensor import Tensor
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.muon import Muon, newton_schulz, split_parameters

A5, B5, C5 = 3.4445, -4.7750, 2.0315


def round_of(s, a=A5, b=B5, c=C5):
    """What a round makes of one singular value."""
    return a * s + b * s**3 + c * s**5


def by_values(G, steps=5, ones=False, norm=None, coefficients=(A5, B5, C5)):
    """The same by the singular values themselves: U f(S) Vᵀ."""
    U, S, Vt = np.linalg.svd(G, full_matrices=False)
    s = S / (norm or math.sqrt((G * G).sum()))
    for _ in range(steps):
        s = round_of(s, *coefficients)
    return U * (1.0 if ones else s) @ Vt


def entry_by_entry(G):
    """Five rounds in which XXᵀ is squared entry by entry."""
    X = G / math.sqrt((G * G).sum())
    for _ in range(5):
        A = X @ X.T
        X = A5 * X + (B5 * A + C5 * A * A) @ X
    return X


def powers_of_entries(G):
    """Five rounds of the polynomial on each entry."""
    X = G / math.sqrt((G * G).sum())
    for _ in range(5):
        X = round_of(X)
    return X


def divided_again(G):
    """Five rounds, and before each the Frobenius norm is made 1."""
    X = G
    for _ in range(5):
        X = by_values(X, 1)
    return X


@pytest.mark.kata("newton_schulz")
class TestNewtonSchulz:
    def test_one_round_on_a_diagonal(self):
        """diag(3, 4) has norm 5: 0.6 and 0.8, and each goes through the polynomial."""
        found = newton_schulz(np.diag([3.0, 4.0]), steps=1)

        def diagonal(f):
            return np.diag([f(0.6), f(0.8)])

        expect_close(
            is_array(found, "the result"),
            diagonal(round_of),
            "one round on the diagonal matrix of 3 and 4",
            mistakes={
                "it is divided by its largest singular value, and not by its Frobenius norm": (
                    np.diag([round_of(0.75), round_of(1.0)])
                ),
                "it is divided by the sum of its entries": (
                    np.diag([round_of(3 / 7), round_of(4 / 7)])
                ),
                "nothing was divided": np.diag([round_of(3.0), round_of(4.0)]),
                "the mean of the squares stands where their sum belongs": (
                    np.diag([round_of(1.2), round_of(1.6)])
                ),
                "each row is divided by its own length": np.diag([round_of(1.0)] * 2),
                "the numbers are those of the cubic round, 1.5 and -0.5": (
                    diagonal(lambda s: 1.5 * s - 0.5 * s**3)
                ),
                "the last two of the three numbers are exchanged": (
                    diagonal(lambda s: round_of(s, A5, C5, B5))
                ),
                "the term with the square of XXᵀ is missing": (
                    diagonal(lambda s: round_of(s, c=0.0))
                ),
                "XXᵀ stands where its square belongs": (
                    diagonal(lambda s: A5 * s + (B5 + C5) * s**3)
                ),
                "the terms are not multiplied by X again": (
                    diagonal(lambda s: A5 * s + B5 * s**2 + C5 * s**4)
                ),
                "there is one round too many": diagonal(lambda s: round_of(round_of(s))),
                "there is no round": np.diag([0.6, 0.8]),
                "there are five rounds, whatever steps says": by_values(np.diag([3.0, 4.0])),
            },
        )

    @pytest.mark.parametrize("shape", [(3, 7), (7, 3), (5, 5)], ids=["wide", "tall", "square"])
    def test_singular_values_change_and_directions_stay(self, shape):
        G = numbers(*shape)
        right = by_values(G)
        expect_close(
            newton_schulz(G),
            right,
            f"five rounds on a matrix of {shape}",
            mistakes={
                "rows and columns are exchanged": right.T,
                "all singular values are 1, as after an SVD: five rounds leave them near 1": (
                    by_values(G, ones=True)
                ),
                "there are 4 rounds": by_values(G, 4),
                "there are 6 rounds": by_values(G, 6),
                "it is divided by its largest singular value": (
                    by_values(G, norm=np.linalg.norm(G, 2))
                ),
                "the numbers are those of the cubic round, 1.5 and -0.5": (
                    by_values(G, coefficients=(1.5, -0.5, 0.0))
                ),
                "XXᵀ is squared entry by entry, and not as a product of matrices": (
                    entry_by_entry(G)
                ),
                "powers are taken entry by entry, and not of matrices": powers_of_entries(G),
                "it is divided by its norm in each round, and not once": divided_again(G),
            }
            | (
                {"it is scaled by √(rows / columns): the step does that": right * (7 / 3) ** 0.5}
                if shape == (7, 3)
                else {}
            ),
            tolerance=1e-8,  # the SVD's own rounding, through five rounds
        )

    @pytest.mark.parametrize("shape", [(1, 4), (5, 1)], ids=["a row", "a column"])
    def test_a_row_is_a_matrix_too(self, shape):
        G = numbers(*shape)
        expect_close(
            newton_schulz(G),
            by_values(G),
            f"five rounds on a matrix of {shape}",
            mistakes={"it is divided by its length, and goes through no round": by_values(G, 0)},
        )

    def test_large_and_small_become_about_equal(self):
        """From 1 to 100, and all between 0.68 and 1.14 after five rounds."""
        Q = np.linalg.qr(rng_of(1).standard_normal((4, 4)))[0]
        G = Q @ np.diag([100.0, 50.0, 10.0, 2.0]) @ Q.T
        S = np.linalg.svd(newton_schulz(G), compute_uv=False)
        assert S.min() > 0.68 and S.max() < 1.14, (
            f"singular values of 100, 50, 10 and 2 became {S.round(3)}, and should all be between "
            "0.68 and 1.14"
        )

    def test_how_large_it_was_does_not_matter(self):
        G = numbers(3, 5)
        expect_close(newton_schulz(1000.0 * G), newton_schulz(G), "a matrix 1000 times as large")

    def test_zeros_stay_zeros(self):
        with np.errstate(invalid="ignore"):
            found = newton_schulz(zeros := np.zeros((2, 3)))
        expect_close(found, np.zeros((2, 3)), "what is made of zeros")
        assert found is not zeros, "the zeros that were given came back, and should be left alone"

    def test_a_tiny_matrix_is_divided_by_no_less_than_1e_7(self):
        expect_close(
            newton_schulz(np.diag([3e-9, 4e-9]), steps=1),
            np.diag([round_of(0.03), round_of(0.04)]),
            "one round on the diagonal matrix of 3e-9 and 4e-9",
            mistakes={
                "1e-7 is added to the norm, and not put in its place": (
                    np.diag([round_of(3 / 105), round_of(4 / 105)])
                ),
                "nothing keeps the norm from being tiny": (np.diag([round_of(0.6), round_of(0.8)])),
            },
        )

    def test_what_is_given_stays(self):
        G = numbers(5, 3)
        newton_schulz(G)
        assert np.array_equal(G, numbers(5, 3)), "the matrix that was given has changed"

    def test_a_view_is_a_matrix_too(self):
        with hinted("the transpose of an array is a view, and a matrix like any other"):
            found = newton_schulz(numbers(5, 3).T)
        expect_close(found, by_values(numbers(5, 3).T), "five rounds on a transpose")

    def test_float32_stays_float32(self):
        kind = newton_schulz(numbers(3, 2).astype(np.float32)).dtype
        assert kind == np.float32, f"a matrix of float32 came back as {kind}"

    @pytest.mark.parametrize("shape", [(3,), (2, 3, 4)], ids=str)
    def test_only_matrices_have_singular_values(self, shape):
        expect_raises(
            ValueError,
            lambda: newton_schulz(numbers(*shape)),
            f"an array of {shape}",
            naming=[shape],
        )


def walked(shape, n, lr=0.1, momentum=0.95, nesterov=True, decay=0.0, way="right", without=()):
    """Where a weight is after n steps, by hand; lr is one number, or one for each step."""
    rates = np.broadcast_to(lr, n)
    w, mean = numbers(*shape), np.zeros(shape)
    velocity = np.zeros(shape)
    for t in range(n):
        g = numbers(*shape, salt=t + 1) * (t not in without)
        before = mean
        mean = momentum * mean + (1 - momentum) * g
        if way == "waits" and t in without:
            mean = before
        velocity = momentum * velocity + g
        if way == "sum":
            mean = velocity
        if way == "exchanged":
            mean = (1 - momentum) * (mean - (1 - momentum) * g) / momentum + momentum * g
        if way == "begun with the gradient" and t == 0:
            mean = g
        if way == "decay in the mean":
            mean = mean + (1 - momentum) * decay * w
            g = g + decay * w
        ahead = momentum * mean + (1 - momentum) * g if nesterov else mean
        if way == "plain nesterov":
            ahead = mean
        if way == "mixed nesterov":
            ahead = g + momentum * mean
        if way == "no momentum":
            ahead = g
        scale = math.sqrt(max(1, shape[1] / shape[0]))
        if way == "rows over columns":
            scale = math.sqrt(max(1, shape[0] / shape[1]))
        if way == "no scale":
            scale = 1.0
        if way == "no root":
            scale = max(1, shape[1] / shape[0])
        if way == "also below 1":
            scale = math.sqrt(shape[1] / shape[0])
        if way == "as Adam":
            scale = 0.2 * math.sqrt(max(shape))
        if way == "decay in the gradient":
            ahead = ahead + decay * w
        others = {"decay in the gradient": 1, "decay in the mean": 1, "no decay": 1}
        lr = rates[t]
        others |= {"decay without lr": 1 - decay, "grows": 1 + lr * decay}
        factor = others.get(way, 1 - lr * decay)
        step = by_values(ahead) if way != "not orthogonal" else ahead
        if way == "kept":
            mean = step
        if way == "ahead kept":
            mean = ahead
        w = factor * w - lr * scale * step * (factor if way == "decay last" else 1)
        if way == "decay scaled too":
            w = w - lr * (scale - 1) * decay * w
    return w


def steps_of(shape, n, lr=0.1, without=(), **settings):
    """Where Muon brings a weight in n steps; lr is one number, or one for each step."""
    p = Tensor(numbers(*shape))
    rates = np.broadcast_to(lr, n)
    muon = Muon([p], lr=rates[0], **settings)
    for t in range(n):
        muon.lr = float(rates[t])  # as a schedule does it
        p.grad = numbers(*shape, salt=t + 1) if t not in without else 0.0
        muon.step()
    return p.data


@pytest.mark.kata("Muon.step")
class TestMuonStep:
    def test_the_first_step_of_a_square(self):
        """Of the gradient only the directions count: 0.1 along each, times what five rounds leave.

        For the 2 × 2 identity that is 1.108, as optax, MLX and tinygrad have it too.
        """
        p = Tensor(np.zeros((2, 2)))
        p.grad = 30.0 * np.eye(2)
        Muon([p], lr=0.1, weight_decay=0.0).step()
        expect_close(
            p.data,
            -0.1 * by_values(np.eye(2)),
            "zeros after one step with lr 0.1 on a gradient of 30 times the identity",
            mistakes={
                "the step goes up the gradient": 0.1 * by_values(np.eye(2)),
                "the gradient itself is the step: newton_schulz is left out": -0.1
                * (0.0975 * 30)
                * np.eye(2),
                "lr is left out": -by_values(np.eye(2)),
                "lr is always 0.001": -0.001 * by_values(np.eye(2)),
                "newton_schulz is taken of each gradient, and the mean of that: the mean comes "
                "first": -0.1 * 0.0975 * by_values(np.eye(2)),
                "it is multiplied by 0.2 √2, as in Keras, to be as long as a step of Adam": (
                    -0.1 * 0.2 * 2**0.5 * by_values(np.eye(2))
                ),
            },
        )

    @pytest.mark.parametrize("shape", [(3, 7), (7, 3), (5, 5)], ids=["wide", "tall", "square"])
    def test_three_steps(self, shape):
        n_in, n_out = shape
        ways = {
            "momentum is left out": "no momentum",
            "the momentum does not look ahead: it is not Nesterov's": "plain nesterov",
            "the gradient is not multiplied by 1 - momentum when looking ahead": "mixed nesterov",
            "what newton_schulz made is kept for the mean": "kept",
            "what looks ahead is kept for the mean": "ahead kept",
            "the mean is a sum: the gradient is not multiplied by 1 - momentum": "sum",
            "momentum and 1 - momentum are exchanged in the mean": "exchanged",
            "the mean begins with the first gradient, and not at 0": "begun with the gradient",
        }
        if n_out > n_in:
            ways |= {
                "the step is not scaled by √(n_out / n_in)": "no scale",
                "the root is left out of the scale": "no root",
            }
        if n_in > n_out:
            ways |= {
                "the step is scaled by rows over columns, which is right in PyTorch, where a "
                "weight is (n_out, n_in)": "rows over columns",
                "the scale goes below 1": "also below 1",
            }
        expect_close(
            steps_of(shape, 3, weight_decay=0.0),
            walked(shape, 3),
            f"a weight of {shape} after three steps",
            mistakes={name: walked(shape, 3, way=way) for name, way in ways.items()}
            | {
                "the step is as long as Adam's, by 0.2 √max(n_in, n_out), as in Keras": (
                    walked(shape, 3, way="as Adam")
                ),
            },
            tolerance=1e-7,  # the SVD's rounding, through five rounds, three times
        )

    def test_without_nesterov(self):
        expect_close(
            steps_of((3, 7), 3, nesterov=False, momentum=0.8, weight_decay=0.0),
            walked((3, 7), 3, nesterov=False, momentum=0.8),
            "a weight after three steps with nesterov=False and momentum 0.8",
            mistakes={
                "it looks ahead all the same": walked((3, 7), 3, momentum=0.8),
                "momentum is always 0.95": walked((3, 7), 3, nesterov=False),
            },
            tolerance=1e-7,
        )

    def test_decay_shrinks_and_does_not_turn_the_step(self):
        expect_close(
            steps_of((3, 7), 3, weight_decay=0.4),
            walked((3, 7), 3, decay=0.4),
            "a weight after three steps with weight_decay 0.4",
            mistakes={
                "there is no decay": walked((3, 7), 3, decay=0.4, way="no decay"),
                "the decay is added to the gradient, as in MLX": (
                    walked((3, 7), 3, decay=0.4, way="decay in the gradient")
                ),
                "the decay is added to the gradient, before the mean": (
                    walked((3, 7), 3, decay=0.4, way="decay in the mean")
                ),
                "the decay is not multiplied by lr": (
                    walked((3, 7), 3, decay=0.4, way="decay without lr")
                ),
                "the weight shrinks after the step: the new step is not to shrink": (
                    walked((3, 7), 3, decay=0.4, way="decay last")
                ),
                "the weight grows by the decay": walked((3, 7), 3, decay=0.4, way="grows"),
                "weight_decay is always 0.1": walked((3, 7), 3, decay=0.1),
                "the decay is scaled with the step": (
                    walked((3, 7), 3, decay=0.4, way="decay scaled too")
                ),
            },
            tolerance=1e-7,
        )

    def test_a_schedule_may_set_lr(self):
        expect_close(
            steps_of((3, 7), 3, lr=(0.1, 0.02, 0.3), weight_decay=0.4),
            walked((3, 7), 3, lr=(0.1, 0.02, 0.3), decay=0.4),
            "a weight after three steps with lr 0.1, 0.02 and 0.3",
            mistakes={"lr stays what it was at first": walked((3, 7), 3, decay=0.4)},
            tolerance=1e-7,
        )

    def test_a_mean_fades_where_no_gradient_came(self):
        expect_close(
            steps_of((3, 7), 3, without=(1,), weight_decay=0.0),
            walked((3, 7), 3, without=(1,)),
            "a weight after a step with a gradient, one without, and one with another",
            mistakes={
                "the mean stays as it is where no gradient came: a grad of 0.0 is all zeros": (
                    walked((3, 7), 3, without=(1,), way="waits")
                ),
            },
            tolerance=1e-7,
        )

    def test_where_no_gradient_came_it_only_shrinks(self):
        """zero_grad leaves 0.0, which stands for zeros of any shape."""
        p = Tensor(np.ones((2, 3)))
        with hinted("grad is 0.0, a float, where no gradient came, and so is its mean"):
            Muon([p], lr=0.1, weight_decay=0.5).step()
        expect_close(
            p.data,
            0.95 * np.ones((2, 3)),
            "ones after a step without a gradient",
            mistakes={"no gradient, no decay: the weight shrinks all the same": np.ones((2, 3))},
        )

    def test_zeros_are_a_gradient_that_moves_nothing(self):
        p = Tensor(np.ones((2, 3)))
        p.grad = np.zeros((2, 3))
        with np.errstate(invalid="ignore"):
            Muon([p], lr=0.1, weight_decay=0.5).step()
        expect_close(
            p.data,
            0.95 * np.ones((2, 3)),
            "ones after a step with a gradient of zeros",
            mistakes={"0 is divided by 0": np.full((2, 3), np.nan)},
        )

    def test_who_comes_after_one_without_a_gradient_moves(self):
        a, b = Tensor(np.zeros((2, 2))), Tensor(np.zeros((2, 2)))
        b.grad = np.eye(2)
        Muon([a, b], lr=0.1, weight_decay=0.0).step()
        expect_close(
            b.data,
            -0.1 * by_values(np.eye(2)),
            "the second of two weights, of which the first has no gradient",
            mistakes={"the loop ends at the first without one": np.zeros((2, 2))},
        )

    def test_a_mean_goes_on_where_no_gradient_came(self):
        """One step with a gradient, one without: the mean still points where it did."""
        p = Tensor(np.zeros((2, 2)))
        muon = Muon([p], lr=0.1, weight_decay=0.0)
        p.grad = np.eye(2)
        muon.step()
        muon.zero_grad()
        muon.step()
        expect_close(
            p.data,
            -0.2 * by_values(np.eye(2)),
            "zeros after a step with a gradient and one without",
            mistakes={
                "no gradient, no step: the mean is not used": -0.1 * by_values(np.eye(2)),
            },
        )

    def test_every_matrix_has_a_mean_of_its_own(self):
        a, b = Tensor(numbers(3, 7)), Tensor(np.zeros((3, 7)))
        muon = Muon([a, b], lr=0.1, weight_decay=0.0)
        shared, moved = np.zeros((3, 7)), a.data.copy()
        for t in range(3):
            a.grad, b.grad = numbers(3, 7, salt=t + 1), np.ones((3, 7))
            muon.step()
            shared = 0.95 * shared + 0.05 * a.grad
            moved -= 0.1 * (7 / 3) ** 0.5 * by_values(0.95 * shared + 0.05 * a.grad)
            shared = 0.95 * shared + 0.05 * b.grad
        expect_close(
            a.data,
            walked((3, 7), 3),
            "the first of two weights after three steps",
            mistakes={"both have one mean": moved},
            tolerance=1e-7,
        )

    def test_the_model_holds_the_same_array(self):
        p = Tensor(numbers(2, 3))
        array = p.data
        p.grad = np.ones((2, 3))
        Muon([p], lr=0.1).step()
        assert p.data is array, (
            "data is another array after the step: who holds the old one sees nothing of it"
        )

    def test_gradients_stay(self):
        p = Tensor(numbers(2, 3))
        p.grad = numbers(2, 3, salt=1)
        Muon([p], lr=0.1).step()
        assert np.array_equal(p.grad, numbers(2, 3, salt=1)), "the step changed the gradient"

    def test_float32_stays_float32(self):
        p = Tensor(numbers(2, 3).astype(np.float32))
        muon = Muon([p], lr=0.1)
        for _ in range(2):
            p.grad = np.ones((2, 3), np.float32)
            muon.step()
        kinds = p.data.dtype, np.asarray(muon.means[0]).dtype
        assert kinds == (np.float32, np.float32), (
            f"a weight of float32 and its mean are {kinds[0]} and {kinds[1]} after two steps"
        )


def models():
    """A GPT and a Llama of two layers."""
    return {
        "GPT": GPT(GPTConfig(11, 7, 2, 2, 6), rng_of(1)),
        "Llama": Llama(LlamaConfig(11, 7, 2, 2, 1, 6, 5), rng_of(1)),
    }


class Part(Module):
    def __init__(self):
        self.down, self.scale = Tensor(numbers(5, 3), requires_grad=False), Tensor(numbers(5))
        self.cube = Tensor(numbers(2, 2, 2))
        self.thin = Tensor(numbers(5, 1))


class Odd(Module):
    """A model whose parameters go by other names than those of a GPT."""

    def __init__(self):
        self.words = Tensor(numbers(7, 5))
        self.blocks = [Part(), Part()]
        self.weight = Tensor(numbers(5, 7))


@pytest.mark.kata("split_parameters")
class TestSplitParameters:
    @pytest.mark.parametrize("kind", ["GPT", "Llama"])
    def test_matrices_of_the_blocks_and_all_others(self, kind):
        model = models()[kind]
        names = {id(p): name for name, p in model.named_parameters()}
        found = split_parameters(model)
        assert isinstance(found, tuple | list) and len(found) == 2, (
            f"split_parameters returned a {type(found).__name__}, and should return two lists"
        )
        inside, others = ([names.get(id(p), "a stranger") for p in part] for part in found)
        wanted = [
            name
            for name, p in model.named_parameters()
            if name.startswith("blocks") and p.data.ndim == 2
        ]
        assert others != wanted, "the two lists are exchanged: the matrices come first"
        for name in inside:
            assert "norm" not in name and "bias" not in name, (
                f"{name} is among the matrices: a gain or a bias is one row, and has no directions "
                "to make equal"
            )
            assert name.startswith("blocks"), (
                f"{name} is among the matrices: its rows or columns stand for one token or place "
                "each, most of which no gradient reaches in a step, and Muon would move all alike"
            )
        missing = [name for name in wanted if name not in inside]
        assert not missing, f"{missing[0]} of a {kind} is not among the matrices"
        lost = [name for name in names.values() if name not in inside + others]
        assert not lost, f"{lost[0]} is in neither list: nothing would move it"
        twice = [name for name in inside if name in others]
        assert not twice, f"{twice[0]} is in both lists: two optimizers would move it"
        order = list(names.values())
        assert [inside, others] == [sorted(part, key=order.index) for part in (inside, others)], (
            "the parameters are not in the order of model.parameters()"
        )

    def test_names_do_not_matter(self):
        """Two axes and inside of the blocks: that says it, whatever a parameter is called."""
        model = Odd()
        matrices, others = split_parameters(model)
        for part in (matrices, others):
            assert isinstance(part, list), (
                f"a {type(part).__name__} came back, and should be a list: an optimizer is not the "
                "only one who goes through it"
            )
        names = {id(p): name for name, p in model.named_parameters()}
        found = [[names[id(p)] for p in part] for part in (matrices, others)]
        wanted = ["blocks.0.down", "blocks.0.thin", "blocks.1.down", "blocks.1.thin"]
        assert found[0] == wanted, (
            f"the matrices are {found[0]}, and should be {wanted}: what has two axes, be one of "
            "them of length 1, inside of the blocks, and frozen or not"
        )
        wanted = ["words", "weight"]
        wanted[1:1] = [f"blocks.{i}.{name}" for i in (0, 1) for name in ("scale", "cube")]
        assert found[1] == wanted, f"the others are {found[1]}, and should be {wanted}"

    def test_they_are_the_parameters_themselves(self):
        model = models()["GPT"]
        own = {id(p) for p in model.parameters()}
        assert all(id(p) in own for part in split_parameters(model) for p in part), (
            "there are copies in the lists: whoever moves them does not move the model"
        )

    def test_muon_takes_the_matrices_and_refuses_the_others(self):
        matrices, others = split_parameters(models()["GPT"])
        Muon(matrices)
        with pytest.raises(ValueError):
            Muon(others)
