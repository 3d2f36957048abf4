"""5.2 · LoRA: a frozen layer, and the change that is learned."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises, same_parameters
from katas.phase3_training.optimizers import AdamW
from katas.phase4_llms.llama import SwiGLU
from katas.phase4_llms.mlp import Linear, cast_parameters
from katas.phase4_llms.spec_helpers import (
    are_leaves,
    expect_float32,
    has_parameters,
    hinted,
    numbers,
    rng_of,
    shapes_of,
)
from katas.phase4_llms.tensor import Tensor
from katas.phase5_practice.lora import LoRA, trainable


def frozen_base(n_in, n_out, bias=True):
    """A Linear with numbers in weight and bias."""
    linear = Linear(n_in, n_out, bias=bias)
    linear.weight.data = numbers(n_in, n_out)
    if bias:
        linear.bias.data = numbers(n_out)
    return linear


def lora_of(linear, A, B, alpha=None):
    """A LoRA with these two matrices."""
    layer = LoRA(linear, np.shape(A)[1], alpha)
    layer.A.data, layer.B.data = np.array(A), np.array(B)
    return layer


@pytest.mark.kata("LoRA.__init__")
class TestLoRAInit:
    def test_two_small_matrices_stand_beside_the_linear(self):
        linear = frozen_base(7, 5)
        layer = LoRA(linear, 2)
        assert layer.linear is linear, "linear is kept as it came: no copy of the large matrix"
        wanted = {"linear.weight": (7, 5), "linear.bias": (5,), "A": (7, 2), "B": (2, 5)}
        found = shapes_of(layer)
        assert found == wanted, (
            f"a LoRA has the parameters {found}, and should have {wanted}, in any order"
        )

    def test_a_and_b_are_leaves(self):
        are_leaves(LoRA(frozen_base(7, 5), 2))

    def test_b_starts_at_0_and_a_does_not(self):
        layer = LoRA(frozen_base(7, 5), 2)
        A, B = layer.A.data, layer.B.data
        assert A.any() or B.any(), (
            "A and B are both 0: each one's gradient is a product with the other, so both would "
            "stay 0 for ever"
        )
        assert not B.any(), (
            "B is not 0 at the start: x A B would change what the trained layer computes before "
            f"anything was learned\n{B}"
        )
        assert A.all(), f"entries of A are 0\n{A}\nA is drawn, and B starts at 0"

    def test_the_base_is_frozen(self):
        linear = frozen_base(7, 5)
        LoRA(linear, 2)
        thawed = [name for name, p in linear.named_parameters() if p.requires_grad]
        assert not thawed, (
            f"{' and '.join(thawed)} of the Linear still require a gradient: the base is frozen"
        )

    def test_a_and_b_are_to_be_learned(self):
        layer = LoRA(frozen_base(7, 5), 2)
        assert layer.A.requires_grad and layer.B.requires_grad, "A and B have to learn"

    def test_a_linear_without_bias_is_welcome(self):
        with hinted("a Linear without bias has bias None: there is nothing to freeze"):
            layer = LoRA(frozen_base(7, 5, bias=False), 2)
        found = sorted(shapes_of(layer))
        assert found == ["A", "B", "linear.weight"], f"its parameters are {found}"

    def test_a_is_normal_with_a_deviation_of_1_over_the_root_of_n_in(self):
        A = LoRA(Linear(400, 3), 50, rng=rng_of(1)).A.data
        deviation = A.std() * 20  # √400
        others = {
            "A is uniform in ±1/√n_in, as PEFT and MLX LM draw it": 1 / math.sqrt(3),
            "A is uniform in ±√(6/n_in), as He's initialization has it": math.sqrt(2),
            "A has the deviation 1/√rank": math.sqrt(400 / 50),
            "A has the deviation 1/n_in": 1 / math.sqrt(400),
            "A has the deviation 0.02": 0.02 * 20,
            "A is drawn with deviation 1, and not divided": 20.0,
        }
        same = [name for name, other in others.items() if abs(deviation - other) < 0.03 * other]
        assert 0.97 < deviation < 1.03, (
            f"the deviation of A's 400 · 50 numbers is {deviation:.2f} / √400, and should be near "
            f"1 / √400. {(same and f'This is what you get when {same[0]}.') or ''}"
        )
        assert np.abs(A).max() * 20 > 2.5, (
            "none of 20,000 numbers is beyond 2.5 deviations: A is drawn from a normal "
            "distribution, not a uniform one"
        )

    @pytest.mark.parametrize("rank", [2, 5])
    def test_without_alpha_the_factor_is_1(self, rank):
        expect_close(
            LoRA(frozen_base(7, 5), rank).factor,
            1.0,
            f"the factor of a LoRA of rank {rank}",
            mistakes={
                "alpha is 8 if none is given, as in PEFT": 8 / rank,
                "alpha is 16 if none is given": 16 / rank,
                "alpha is 1 if none is given": 1 / rank,
                "it is 20 if none is given, as in MLX LM": 20.0,
            },
        )

    def test_the_factor_is_alpha_over_rank(self):
        expect_close(
            LoRA(frozen_base(7, 5), 4, 6).factor,
            1.5,
            "the factor of a LoRA of rank 4 with alpha 6",
            mistakes={
                "it is alpha": 6.0,
                "it is rank over alpha": 4 / 6,
                "it is alpha over the root of rank": 3.0,
                "it is rounded down": 1.0,
                "it is alpha times rank": 24.0,
            },
        )

    def test_an_alpha_of_0_is_one(self):
        factor = LoRA(frozen_base(7, 5), 4, 0).factor
        assert factor == 0, f"with alpha 0 the factor is {factor}: 0 counts as False, and is given"

    def test_a_comes_from_rng(self):
        one, same, other = (
            LoRA(frozen_base(7, 5), 2, rng=rng_of(seed)).A.data for seed in (1, 1, 2)
        )
        assert np.array_equal(one, same) and not np.array_equal(one, other), (
            "equal generators should give the same A, and others another one: A is drawn from rng"
        )
        fresh, another = (LoRA(frozen_base(7, 5), 2).A.data for _ in range(2))
        assert not np.array_equal(fresh, another), (
            "without rng two LoRAs have the same A: None stands for a fresh generator"
        )

    @pytest.mark.parametrize("seed", [0, 3])
    def test_a_seed_is_enough(self, seed):
        with hinted("a seed, 0 among them, is an rng too: numpy makes a generator of each"):
            A, same = (LoRA(frozen_base(7, 5), 2, rng=rng).A.data for rng in (seed, rng_of(seed)))
        assert np.array_equal(A, same), (
            f"the seed {seed} drew another A than a generator made of it"
        )

    @pytest.mark.parametrize("kind", ["float32", "float64"])
    def test_a_and_b_have_the_dtype_of_the_weight(self, kind):
        linear = frozen_base(7, 5)
        cast_parameters(linear, getattr(np, kind))
        layer = LoRA(linear, 2)
        kinds = [layer.A.data.dtype.name, layer.B.data.dtype.name]
        assert kinds == [kind, kind], f"the weight is {kind}, and A and B are {kinds}"

    def test_a_rank_of_1_is_enough(self):
        layer = LoRA(frozen_base(7, 5), 1)
        assert (layer.A.shape, layer.B.shape) == ((7, 1), (1, 5)), (
            f"A and B are {layer.A.shape} and {layer.B.shape} for rank 1"
        )

    @pytest.mark.parametrize("rank", [0, -3])
    def test_a_rank_below_1_is_refused(self, rank):
        expect_raises(
            ValueError, lambda: LoRA(frozen_base(7, 5), rank), f"rank {rank}", naming=[rank]
        )


@pytest.mark.kata("LoRA.__call__")
class TestLoRA:
    def test_at_first_nothing_changes(self):
        linear, x = frozen_base(7, 5), numbers(3, 7)
        expect_close(
            LoRA(linear, 2)(Tensor(x)),
            x @ linear.weight.data + linear.bias.data,
            "output of a new LoRA",
            mistakes={
                "the base is left out": np.zeros((3, 5)),
                "the bias is left out": x @ linear.weight.data,
                "the bias is added twice": x @ linear.weight.data + 2 * linear.bias.data,
            },
        )

    def test_the_change_goes_through_a_and_b(self):
        # x W + b is 10 + 100 = 110, x A B is (1 · 2) · 3 + (1 · 5) · 7 = 41
        linear = Linear(1, 1)
        linear.weight.data, linear.bias.data = np.array([[10.0]]), np.array([100.0])
        layer = lora_of(linear, [[2.0, 5.0]], [[3.0], [7.0]])
        expect_close(
            layer(Tensor(np.array([[1.0]]))),
            [[151.0]],
            "1 through W = 10, b = 100, A = [2, 5] and B = [3, 7]",
            mistakes={
                "the change is left out": [[110.0]],
                "the base is left out": [[41.0]],
                "the bias is left out": [[51.0]],
                "the change is divided by the rank": [[130.5]],
                "the change is multiplied by 8 / rank, as in PEFT, whose alpha is 8 if none is "
                "given; here the factor is 1 then": [[110 + 4 * 41.0]],
                "the change is multiplied by 16 / rank (an alpha of 16)": [[110 + 8 * 41.0]],
                "the change is multiplied by 20, as in MLX LM": [[110 + 20 * 41.0]],
                "the change is subtracted": [[69.0]],
                "A and B run through the base too": [[10 * 41 + 100.0]],
            },
        )

    def test_the_change_is_multiplied_by_the_factor(self):
        # as before, with alpha 6 for a rank of 2: 110 + 3 · 41
        linear = Linear(1, 1)
        linear.weight.data, linear.bias.data = np.array([[10.0]]), np.array([100.0])
        layer = lora_of(linear, [[2.0, 5.0]], [[3.0], [7.0]], alpha=6)
        expect_close(
            layer(Tensor(np.array([[1.0]]))),
            [[233.0]],
            "1 through W = 10, b = 100, A = [2, 5] and B = [3, 7], with alpha 6",
            mistakes={
                "the factor is left out": [[151.0]],
                "the change is multiplied by alpha": [[110 + 6 * 41.0]],
                "all of it is multiplied by the factor": [[3 * 151.0]],
                "A and B are both multiplied by the factor": [[110 + 9 * 41.0]],
            },
        )

    def test_the_gradients_know_the_factor(self):
        linear, A, B = frozen_base(7, 5), numbers(7, 2), numbers(2, 5)
        x, c = numbers(3, 7), numbers(3, 5)
        layer = lora_of(linear, A, B, alpha=6)
        (layer(Tensor(x)) * c).sum().backward()
        expect_close(
            layer.A.grad,
            3 * x.T @ c @ B.T,
            "gradient of A, with alpha 6 for a rank of 2",
            mistakes={"the factor does not come back": x.T @ c @ B.T},
        )

    def test_it_takes_any_number_of_axes_in_front(self):
        linear, A, B = frozen_base(7, 5), numbers(7, 2), numbers(2, 5)
        x = numbers(2, 3, 7)
        wanted = x @ linear.weight.data + linear.bias.data + (x @ A) @ B
        expect_close(lora_of(linear, A, B)(Tensor(x)), wanted, "2 sequences of 3 positions")

    def test_a_and_b_learn_and_the_base_does_not(self):
        linear, A, B = frozen_base(7, 5), numbers(7, 2), numbers(2, 5)
        x, c = numbers(3, 7), numbers(3, 5)
        layer = lora_of(linear, A, B)
        (layer(Tensor(x)) * c).sum().backward()
        expect_close(
            layer.A.grad, x.T @ c @ B.T, "gradient of A", mistakes={"A is left out of the graph": 0}
        )
        expect_close(
            layer.B.grad, (x @ A).T @ c, "gradient of B", mistakes={"B is left out of the graph": 0}
        )
        moved = [name for name, p in linear.named_parameters() if np.any(p.grad)]
        assert not moved, (
            f"{' and '.join(moved)} of the frozen base got a gradient, where grad stays 0.0"
        )

    def test_the_layers_below_learn_through_both(self):
        linear, A, B = frozen_base(7, 5), numbers(7, 2), numbers(2, 5)
        x, c = Tensor(numbers(3, 7)), numbers(3, 5)
        (lora_of(linear, A, B)(x) * c).sum().backward()
        through_base, through_change = c @ linear.weight.data.T, c @ B.T @ A.T
        expect_close(
            x.grad,
            through_base + through_change,
            "gradient of x",
            mistakes={
                "the gradient does not pass through the frozen base: its weights are fixed, but "
                "what comes in is not": through_change,
                "the gradient does not pass through A and B": through_base,
            },
        )

    def test_a_single_row_will_do_as_for_a_linear(self):
        layer = lora_of(frozen_base(2, 2), [[1.0], [0.0]], [[0.0, 2.0]])
        x = np.array([[3.0, 5.0]])
        with hinted("a Linear takes a single row, (n_in,), and so does what stands in its place"):
            found = layer(Tensor(x[0]))
        expect_close(found, layer(Tensor(x)).data[0], "the output for one row of two numbers")

    def test_an_array_will_do_as_for_a_linear(self):
        layer, x = lora_of(frozen_base(7, 5), numbers(7, 2), numbers(2, 5)), numbers(3, 7)
        with hinted("a Linear takes an array too, and so does what stands in its place"):
            found = layer(x)
        expect_close(found, layer(Tensor(x)).data, "the output for an array")

    def test_float32_stays_float32(self):
        layer = LoRA(frozen_base(7, 5), 2, alpha=6)
        cast_parameters(layer, np.float32)
        expect_float32(layer, (3, 7))

    def test_a_call_keeps_nothing(self):
        layer = LoRA(frozen_base(7, 5), 2)
        with same_parameters(layer):
            layer(Tensor(numbers(3, 7)))


@pytest.mark.kata("LoRA.merge")
class TestLoRAMerge:
    def test_the_merged_layer_computes_the_same(self):
        linear, A, B = frozen_base(7, 5), numbers(7, 2), numbers(2, 5)
        x = numbers(3, 7)
        base, bias = x @ linear.weight.data, linear.bias.data.copy()
        right = base + bias + (x @ A) @ B
        with hinted(
            "A (n_in, rank) times B (rank, n_out), in this order, is a change of W (n_in, n_out)"
        ):
            merged = lora_of(linear, A, B).merge()
        if not callable(merged):
            pytest.fail(f"merge returned {merged!r}, and should return a new Linear")
        expect_close(
            merged(Tensor(x)),
            right,
            "output of the merged layer",
            mistakes={
                "the change is not merged in": base + bias,
                "the bias is lost": base + (x @ A) @ B,
                "the bias is added twice": right + bias,
                "the change alone is kept": (x @ A) @ B + bias,
                "the change is merged in twice": right + (x @ A) @ B,
                "the change is divided by the rank here, and not in __call__": (
                    base + bias + (x @ A) @ B / 2
                ),
                "the change is multiplied by 8 / rank here (PEFT's alpha), and not in __call__": (
                    base + bias + (x @ A) @ B * 4
                ),
                "the change is subtracted": base + bias - (x @ A) @ B,
            },
        )

    def test_the_factor_is_merged_in(self):
        linear, A, B = frozen_base(7, 5), numbers(7, 2), numbers(2, 5)
        W = linear.weight.data.copy()
        expect_close(
            lora_of(linear, A, B, alpha=6).merge().weight,
            W + 3 * A @ B,
            "the merged weight, with alpha 6 for a rank of 2",
            mistakes={
                "the factor is left out here, and not in __call__": W + A @ B,
                "alpha is merged in, not alpha over rank": W + 6 * A @ B,
                "the base is multiplied too": 3 * (W + A @ B),
            },
        )

    def test_it_is_one_linear(self):
        merged = lora_of(frozen_base(7, 5), numbers(7, 2), numbers(2, 5)).merge()
        found = shapes_of(merged)
        assert found == {"weight": (7, 5), "bias": (5,)}, (
            f"the merged layer is a {type(merged).__name__} with {found}, and should be a Linear "
            "with weight (7, 5) and bias (5,)"
        )

    def test_without_a_bias_there_is_none_afterwards(self):
        linear = frozen_base(7, 5, bias=False)
        merged = lora_of(linear, numbers(7, 2), numbers(2, 5)).merge()
        assert merged.bias is None, "the Linear that was given has no bias, and the merged one has"

    def test_the_base_stays_as_it_was(self):
        linear = frozen_base(7, 5)
        weight, bias = linear.weight.data.copy(), linear.bias.data.copy()
        layer = lora_of(linear, numbers(7, 2), numbers(2, 5), alpha=6)
        merged = layer.merge()
        merged.weight.data += 1.0
        merged.bias.data += 1.0
        for name, now, before in (
            ("weight", linear.weight.data, weight),
            ("bias", linear.bias.data, bias),
        ):
            assert np.array_equal(now, before), (
                f"the base's {name} changed with merge, or with what was done to the merged layer "
                "later: base and merged layer share an array, and another LoRA may stand on the "
                "same base"
            )
        assert np.array_equal(layer.A.data, numbers(7, 2)) and np.array_equal(
            layer.B.data, numbers(2, 5)
        ), "A or B is another after merge: the LoRA itself stays as it was, and can go on learning"
        frozen = [not p.requires_grad for p in linear.parameters()]
        assert all(frozen), "after merge the base requires gradients again"

    def test_the_merged_layer_can_be_trained(self):
        merged = lora_of(frozen_base(7, 5), numbers(7, 2), numbers(2, 5)).merge()
        stuck = [name for name, p in merged.named_parameters() if not p.requires_grad]
        assert not stuck, f"{' and '.join(stuck)} of the merged layer requires no gradient"
        are_leaves(merged)

    def test_it_can_be_merged_again_when_it_has_learned_more(self):
        layer = lora_of(frozen_base(7, 5), numbers(7, 2), numbers(2, 5))
        layer.merge()
        layer.B.data = numbers(2, 5, salt=1)
        W = layer.linear.weight.data
        expect_close(
            layer.merge().weight,
            W + layer.A.data @ layer.B.data,
            "the weight, merged once more after B has moved",
            mistakes={
                "the layer that was merged first is kept, and handed out again": (
                    W + layer.A.data @ numbers(2, 5)
                ),
            },
        )

    def test_float32_stays_float32(self):
        layer = LoRA(frozen_base(7, 5), 2)
        cast_parameters(layer, np.float32)
        kinds = {p.data.dtype.name for p in layer.merge().parameters()}
        assert kinds == {"float32"}, f"the layer is float32, and the merged one is {kinds}"


@pytest.mark.kata("trainable")
class TestTrainable:
    def test_what_is_frozen_is_left_out(self):
        layer = LoRA(frozen_base(7, 5), 2)
        found = trainable(layer)
        expect_kind(found, list, "trainable(layer)")
        names = {id(p): name for name, p in layer.named_parameters()}
        found = [names.get(id(p), "a copy") for p in found]
        wanted = [name for name in names.values() if name in ("A", "B")]
        assert found == wanted, (
            f"the trainable parameters of a LoRA are {found}, and should be A and B themselves, in "
            "the order of its parameters"
        )

    def test_where_nothing_is_frozen_all_are_trainable(self):
        model = SwiGLU(3, 5)
        found = trainable(model)
        assert [id(p) for p in found] == [id(p) for p in model.parameters()], (
            f"{len(found)} of the 3 parameters of a SwiGLU are trainable, and all should be, in "
            "their order"
        )

    def test_any_parameter_may_be_frozen(self):
        model = SwiGLU(3, 5)
        model.up.weight.requires_grad = False
        found = [p.shape for p in trainable(model)]
        assert [id(p) for p in trainable(model)] == [
            id(model.gate.weight),
            id(model.down.weight),
        ], (
            f"with up frozen, gate (3, 5) and down (5, 3) of a SwiGLU are trainable, and the "
            f"list holds the shapes {found}: names do not say what is frozen, requires_grad does"
        )

    def test_a_bias_may_learn_alone(self):
        model = Linear(3, 5)
        model.weight.requires_grad = False
        model.weight.grad, model.bias.grad = np.ones((3, 5)), np.ones(5)
        found = trainable(model)
        assert [id(p) for p in found] == [id(model.bias)], (
            f"of a Linear with a frozen weight the bias is trainable, and {len(found)} were found: "
            "how many axes a parameter has does not matter"
        )
        assert np.shape(model.weight.grad) == (3, 5) and np.shape(model.bias.grad) == (5,), (
            "trainable has changed a gradient, and should only look"
        )

    def test_gradients_are_no_criterion(self):
        model = SwiGLU(3, 5)
        model.zero_grad()
        model.up.weight.grad = np.ones((3, 5))
        assert len(trainable(model)) == 3, (
            "a parameter with grad 0.0 is trainable too, if it requires a gradient: before the "
            "first backward all of them are like that"
        )

    def test_an_optimizer_leaves_the_base_alone(self):
        linear = frozen_base(7, 5)
        before = linear.weight.data.copy()
        layer = lora_of(linear, numbers(7, 2), numbers(2, 5))
        optimizer = AdamW(trainable(layer), lr=0.1, weight_decay=0.5)
        A = layer.A.data.copy()
        (layer(Tensor(numbers(3, 7))) * 2.0).sum().backward()
        optimizer.step()
        assert np.array_equal(linear.weight.data, before), (
            "a step of AdamW changed the frozen weight: it has no gradient, but weight decay "
            "shrinks whatever the optimizer was given"
        )
        assert not np.array_equal(layer.A.data, A), "a step of AdamW did not move A"
