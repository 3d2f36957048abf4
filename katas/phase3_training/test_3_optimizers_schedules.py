"""3.3 · Optimization: the learning rate of a step, and gradients that are too long."""

import math
from numbers import Real

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase1_autodiff.value import Value
from katas.phase3_training.optimizers import (
    clip_grad_norm,
    clip_grad_value,
    cosine_decay,
    exponential_decay,
    step_decay,
    warmup_cosine,
)
from katas.phase3_training.spec_helpers import Weight, array


@pytest.mark.kata("step_decay")
class TestStepDecay:
    def test_it_falls_by_a_factor_every_so_many_steps(self):
        steps = (0, 6, 9, 10, 24, 30)
        expect_close(
            [step_decay(s, peak=0.8, every=10, factor=0.5) for s in steps],
            [0.8, 0.8, 0.8, 0.4, 0.2, 0.1],
            "rates at steps 0, 6, 9, 10, 24, 30 from 0.8, halved every 10 steps",
            mistakes={
                "it falls a little at every step": [0.8 * 0.5 ** (s / 10) for s in steps],
                "it falls one step early: steps are counted from 1": [0.8, 0.8, 0.4, 0.4, 0.2, 0.1],
                "it falls one step late": [0.8, 0.8, 0.8, 0.8, 0.2, 0.2],
                "it falls once, and never again": [0.8, 0.8, 0.8, 0.4, 0.4, 0.4],
                "it falls by the factor at every step": [0.8 * 0.5**s for s in steps],
                "the number of falls is rounded, not cut": [0.8, 0.4, 0.4, 0.4, 0.2, 0.1],
                "the number of falls is rounded up": [0.8, 0.4, 0.4, 0.4, 0.1, 0.1],
                "it falls by the same piece each time, and so below 0": [
                    0.8,
                    0.8,
                    0.8,
                    0.4,
                    0,
                    -0.4,
                ],
            },
        )

    def test_any_factor_will_do(self):
        expect_close(
            [step_decay(s, 5.0, 3, 0.1) for s in (2, 3, 8)],
            [5.0, 0.5, 0.05],
            "rates at steps 2, 3, 8 from 5, times 0.1 every 3 steps",
            mistakes={
                "the factor is taken off, not left": [5.0, 4.5, 4.05],
                "it is halved, whatever the factor": [5.0, 2.5, 1.25],
            },
        )


@pytest.mark.kata("exponential_decay")
class TestExponentialDecay:
    def test_it_falls_by_a_factor_every_step(self):
        expect_close(
            [exponential_decay(s, peak=5.0, factor=0.8) for s in (0, 1, 3)],
            [5.0, 4.0, 2.56],
            "rates at steps 0, 1, 3 from 5, times 0.8 every step",
            mistakes={
                "steps are counted from 1": [4.0, 3.2, 2.048],
                "the first step is not counted": [5.0, 5.0, 3.2],
                "e to the power of -factor · step is taken": [
                    5 * math.exp(-0.8 * s) for s in (0, 1, 3)
                ],
                "it falls along a line": [5.0, 4.0, 2.0],
                "e to the power of -(1 - factor) · step is taken, which is close to it": [
                    5 * math.exp(-0.2 * s) for s in (0, 1, 3)
                ],
                "the factor counts once for every step, and is not multiplied up": [0.0, 4.0, 12.0],
                "the factor is taken off, not left": [5.0, 1.0, 0.04],
                "peak is raised to the power too": [1.0, 4.0, 64.0],
            },
        )

    def test_it_falls_below_any_limit(self):
        expect_close(
            exponential_decay(60, peak=5.0, factor=0.5) * 2**60,
            5.0,
            "rate at step 60 from 5, halved every step, times 2⁶⁰",
            mistakes={
                f"there is a least rate, of {least:g}": least * 2**60
                for least in (1e-10, 1e-8, 1e-7, 1e-6, 1e-5)
            }
            | {"it is rounded to some decimals": 0.0},
        )


def halves(*shares, peak=0.9, final=0.1):
    """Rates at these shares of the way from final to peak."""
    return [final + (peak - final) * share for share in shares]


@pytest.mark.kata("cosine_decay")
class TestCosineDecay:
    def test_it_follows_half_a_wave(self):
        # cos of 0°, 60°, 90°, 120°, 180° is 1, 0.5, 0, -0.5, -1
        steps = (0, 4, 6, 8, 12)
        expect_close(
            [cosine_decay(s, peak=1.0, total=12) for s in steps],
            [1.0, 0.75, 0.5, 0.25, 0.0],
            "rates at steps 0, 4, 6, 8, 12 of 12, from 1 to 0",
            mistakes={
                "the wave is not lifted and halved: it goes from 1 to -1": [1, 0.5, 0, -0.5, -1],
                "the wave is lifted, but not halved": [2.0, 1.5, 1.0, 0.5, 0.0],
                "it is a whole wave, which comes back up": [
                    (1 + math.cos(2 * math.pi * s / 12)) / 2 for s in steps
                ],
                "it is a whole wave, which is back up before the end": [1.0, 0.25, 0.0, 0.25, 0.0],
                "it is a quarter of a wave": [math.cos(math.pi / 2 * s / 12) for s in steps],
                "it falls along a line": [1 - s / 12 for s in steps],
                "it rises from 0, as 1 - cos does": [0.0, 0.25, 0.5, 0.75, 1.0],
                "pi is missing": [(1 + math.cos(s / 12)) / 2 for s in steps],
                "the angle is in degrees, and math.cos takes radians": [
                    (1 + math.cos(180 * s / 12)) / 2 for s in steps
                ],
                "the last step counts as total - 1": [
                    (1 + math.cos(math.pi * s / 11)) / 2 for s in steps
                ],
                "it ends a step early: the last step counts as total - 1": [
                    (1 + math.cos(math.pi * min(s / 11, 1))) / 2 for s in steps
                ],
            },
        )

    def test_it_ends_at_final(self):
        expect_close(
            [cosine_decay(s, peak=0.9, total=12, final=0.1) for s in (0, 4, 6, 12)],
            [0.9, 0.7, 0.5, 0.1],
            "rates at steps 0, 4, 6, 12 of 12, from 0.9 to 0.1",
            mistakes={
                "final is not looked at": [0.9, 0.675, 0.45, 0.0],
                "final is added to a wave from the whole peak": [1.0, 0.775, 0.55, 0.1],
                "the wave is cut off at final": [0.9, 0.675, 0.45, 0.1],
                "final is a share of the peak": [0.9, 0.6975, 0.495, 0.09],
            },
        )

    def test_it_stays_there(self):
        expect_close(
            [cosine_decay(s, peak=0.9, total=12, final=0.1) for s in (13, 18, 24, 30)],
            [0.1, 0.1, 0.1, 0.1],
            "rates at steps 13, 18, 24, 30 of 12, from 0.9 to 0.1",
            mistakes={
                "the cosine comes back up, as PyTorch's CosineAnnealingLR does; that of Optax, "
                "like the course's, stays": [
                    0.1 + 0.4 * (1 + math.cos(math.pi * s / 12)) for s in (13, 18, 24, 30)
                ],
                "the steps start over": [
                    0.1 + 0.4 * (1 + math.cos(math.pi * (s % 12) / 12)) for s in (13, 18, 24, 30)
                ],
                "it ends at 0, not at final": [0.0, 0.0, 0.0, 0.0],
            },
        )

    def test_a_fall_of_no_steps_is_over_at_once(self):
        try:
            rates = [cosine_decay(s, peak=0.9, total=0, final=0.1) for s in (0, 1)]
        except ZeroDivisionError:
            pytest.fail(
                "with total = 0 the share of the way is 0 / 0: from step total on, even from step "
                "0, the rate is final, and there is nothing to divide"
            )
        expect_close(
            rates,
            [0.1, 0.1],
            "rates at steps 0, 1 of 0, from 0.9 to 0.1",
            mistakes={
                "step 0 is at the peak, though it is the end": [0.9, 0.1],
                "the steps of the fall are counted as 1 at least, and step 1 is held at 0": [0.9]
                * 2,
            },
        )


@pytest.mark.kata("warmup_cosine")
class TestWarmupCosine:
    def test_it_climbs_to_the_peak(self):
        expect_close(
            [warmup_cosine(s, peak=0.8, warmup=4, total=10) for s in range(4)],
            [0.2, 0.4, 0.6, 0.8],
            "rates at steps 0 to 3 of a warm-up of 4 to 0.8",
            mistakes={
                "the warm-up is off by one: the first step has a rate of 0, and changes nothing, "
                "as in Optax and transformers": [0.0, 0.2, 0.4, 0.6],
                "it begins at a third of the peak, as PyTorch's LinearLR does": [
                    0.8 * (1 + 2 * s / 4) / 3 for s in range(4)
                ],
                "the peak is reached only after the warm-up": [0.16, 0.32, 0.48, 0.64],
                "the warm-up is off by one: it is at the peak a step early": [0.4, 0.6, 0.8, 1.0],
                "it spreads from 0 to the peak over the steps": [0.0, 0.8 / 3, 1.6 / 3, 0.8],
                "there is no warm-up": [0.4 * (1 + math.cos(math.pi * s / 10)) for s in range(4)],
                "the cosine is multiplied in already": [
                    0.2 * (s + 1) * (1 + math.cos(math.pi * s / 10)) / 2 for s in range(4)
                ],
                "the warm-up is as long as the whole training": [0.08, 0.16, 0.24, 0.32],
            },
        )

    def test_then_it_falls_from_the_peak_to_the_end(self):
        # of the 6 steps that are left, 0, 2, 3, 4, 6 are gone: 0°, 60°, 90°, 120°, 180°
        steps = (4, 6, 7, 8, 10)
        expect_close(
            [warmup_cosine(s, peak=0.8, warmup=4, total=10) for s in steps],
            [0.8, 0.6, 0.4, 0.2, 0.0],
            "rates at steps 4, 6, 7, 8, 10 after a warm-up of 4, from 0.8 to 0 at step 10",
            mistakes={
                "the cosine counts from step 0: the rate jumps after the warm-up": [
                    0.4 * (1 + math.cos(math.pi * s / 10)) for s in steps
                ],
                "the fall takes total steps after the warm-up, and ends late": [
                    0.4 * (1 + math.cos(math.pi * (s - 4) / 10)) for s in steps
                ],
                "the fall counts from step 0, and ends early": [
                    0.4 * (1 + math.cos(math.pi * min(s / 6, 1))) for s in steps
                ],
                "the fall begins a step early": [
                    0.4 * (1 + math.cos(math.pi * min((s - 3) / 6, 1))) for s in steps
                ],
                "the warm-up goes on for a step too many": [1.0, 0.6, 0.4, 0.2, 0.0],
                "it stays at the peak": [0.8] * 5,
            },
        )

    def test_it_ends_at_final_and_stays_there(self):
        steps = (0, 3, 4, 7, 10, 13)
        expect_close(
            [warmup_cosine(s, peak=0.8, warmup=4, total=10, final=0.2) for s in steps],
            [0.2, 0.8, 0.8, 0.5, 0.2, 0.2],
            "rates at steps 0, 3, 4, 7, 10, 13 with a warm-up of 4 to 0.8 and final = 0.2 at 10",
            mistakes={
                "final is not handed on": [0.2, 0.8, 0.8, 0.4, 0.0, 0.0],
                "the warm-up starts from final": [0.35, 0.8, 0.8, 0.5, 0.2, 0.2],
                "the cosine comes back up": [0.2, 0.8, 0.8, 0.5, 0.2, 0.5],
            },
        )

    def test_after_a_warm_up_as_long_as_all_there_is_final(self):
        try:
            rates = [warmup_cosine(s, peak=0.8, warmup=4, total=4, final=0.2) for s in (3, 4, 5)]
        except ZeroDivisionError:
            pytest.fail(
                "with warmup = total no steps are left for the fall, and the share of the way is "
                "0 / 0: from step total on the rate is final"
            )
        expect_close(
            rates,
            [0.8, 0.2, 0.2],
            "rates at steps 3, 4, 5 with a warm-up of 4 steps of 4, to 0.8, and final = 0.2",
            mistakes={"step 4 is at the peak, though it is the end": [0.8, 0.8, 0.2]},
        )

    def test_without_a_warm_up_it_is_the_cosine(self):
        expect_close(
            [warmup_cosine(s, peak=0.8, warmup=0, total=6) for s in (0, 2, 6)],
            [0.8, 0.6, 0.0],
            "rates at steps 0, 2, 6 of 6 with a warm-up of 0 steps",
        )


@pytest.mark.kata("clip_grad_norm")
class TestClipGradNorm:
    def test_all_gradients_together_are_one_vector(self):
        # 3² + 4² + 12² = 13²
        weights = [Weight(1.0, 3.0), Weight(array(1.0, 1.0), array(4.0, -12.0))]
        clip_grad_norm(weights, max_norm=6.5)
        factor = 6.5 / (13 + 1e-6)
        expect_close(
            [weights[0].grad, *weights[1].grad],
            [3 * factor, 4 * factor, -12 * factor],
            "gradients (3), (4, -12), which are 13 long together, clipped to 6.5",
            mistakes={
                "each parameter is clipped by itself": [
                    3.0,
                    4 * 6.5 / (160**0.5 + 1e-6),
                    -12 * 6.5 / (160**0.5 + 1e-6),
                ],
                "each entry is clipped by itself": [3.0, 4.0, -6.5],
                "the lengths of the parameters' gradients are summed": [
                    n * 6.5 / (3 + 160**0.5 + 1e-6) for n in (3, 4, -12)
                ],
                "the sizes of the entries are summed": [n * 6.5 / (19 + 1e-6) for n in (3, 4, -12)],
                "the root of the sum of squares is not taken": [
                    n * 6.5 / (169 + 1e-6) for n in (3, 4, -12)
                ],
                "the squares are averaged, not summed": [
                    n * min(1, 6.5 / (math.sqrt(169 / 3) + 1e-6)) for n in (3, 4, -12)
                ],
                "only the largest entry is the measure": [
                    n * 6.5 / (12 + 1e-6) for n in (3, 4, -12)
                ],
                "only arrays are clipped": [3.0, 4 * factor, -12 * factor],
                "they are not clipped": [3.0, 4.0, -12.0],
                "they are scaled to a length of 1": [n / (13 + 1e-6) for n in (3, 4, -12)],
                "the sign is lost": [3 * factor, 4 * factor, 12 * factor],
            },
            tolerance=1e-6,  # whether the 1e-6 is there shows further down
        )

    def test_it_returns_how_long_they_were_before(self):
        weights = [Weight(1.0, 3.0), Weight(array(1.0, 1.0), array(4.0, -12.0))]
        expect_close(
            clip_grad_norm(weights, max_norm=6.5),
            13.0,
            "the norm returned for gradients (3), (4, -12), clipped to 6.5",
            mistakes={
                "the norm is measured after clipping": 13 * 6.5 / (13 + 1e-6),
                "max_norm is returned": 6.5,
                "the 1e-6 of the division goes into the norm": 13 + 1e-6,
                "the factor is returned": 6.5 / (13 + 1e-6),
                "the square of the norm is returned": 169.0,
            },
        )

    def test_gradients_that_are_short_enough_stay_as_they_are(self):
        weights = [Weight(1.0, 3.0), Weight(array(1.0, 1.0), array(4.0, -12.0))]
        norm = clip_grad_norm(weights, max_norm=26.0)
        expect_close(
            [norm, weights[0].grad, *weights[1].grad],
            [13.0, 3.0, 4.0, -12.0],
            "the norm, and gradients (3), (4, -12), clipped to 26",
            mistakes={
                "gradients that are short enough are made longer": [
                    13.0,
                    *(n * 26 / (13 + 1e-6) for n in (3, 4, -12)),
                ],
            },
        )

    def test_a_matrix_is_as_long_as_all_its_entries(self):
        weight = Weight(np.ones((2, 2)), array([6.0, 0.0], [0.0, 8.0]))
        expect_close(
            clip_grad_norm([weight], max_norm=5.0),
            10.0,
            "the norm of the gradient [[6, 0], [0, 8]]",
            mistakes={
                "the largest stretch of the matrix is taken (its spectral norm)": 8.0,
                "the lengths of the rows are summed": 14.0,
            },
        )
        expect_close(weight.grad, [[3, 0], [0, 4]], "the gradient clipped to 5", tolerance=1e-6)

    def test_the_factor_divides_by_a_little_more_than_the_norm(self):
        weight = Weight(1.0, 3e-6)
        clip_grad_norm([weight], max_norm=1e-6)
        expect_close(
            1e6 * weight.grad,
            0.75,  # 3e-6 · 1e-6 / (3e-6 + 1e-6)
            "a million times the gradient 3e-6, clipped to 1e-6",
            mistakes={
                "the factor is max_norm / norm, without the 1e-6, as in Keras and Optax; the "
                "course follows PyTorch": 1.0,
                "the 1e-6 is added to max_norm, too": 1.5,
                "a gradient this small is not clipped": 3.0,
            },
        )

    @pytest.mark.parametrize("dtype, size", [(np.float32, 1e20), (np.float64, 1e200)], ids=str)
    def test_gradients_too_large_to_be_squared_are_clipped_all_the_same(self, dtype, size):
        weight = Weight(np.ones(2, dtype), np.array([3 * size, 4 * size], dtype))
        with np.errstate(all="ignore"):
            norm = clip_grad_norm([weight], max_norm=1.0)
        expect_close(
            weight.grad,
            [0.6, 0.8],
            f"the gradient ({3 * size:g}, {4 * size:g}) of {np.dtype(dtype)}, clipped to 1",
            mistakes={
                "the squares overflow, the norm is infinite and the factor 0, as in PyTorch, MLX "
                "and Optax: can you scale before you square?": [0.0, 0.0],
                "the squares overflow, and infinity is divided by infinity, as in Keras": [
                    math.nan,
                    math.nan,
                ],
                "it is not clipped, since its norm came out as no number": [3 * size, 4 * size],
            },
            tolerance=1e-6,  # of float32
        )
        expect_close(norm / size, 5.0, f"its norm before, in units of {size:g}", tolerance=1e-6)

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf], ids=str)
    @pytest.mark.parametrize("place", [0, 1], ids=["in a number", "in an array"])
    def test_a_gradient_that_is_not_finite_is_said_and_not_spread(self, bad, place):
        numbers, table = Weight(1.0, 30.0), Weight(array(1.0, 1.0), array(0.0, 40.0))
        if place:
            table.grad[0] = bad
        else:
            numbers.grad = bad
        before = [numbers.grad, *table.grad]
        with np.errstate(all="ignore"):
            expect_raises(
                ValueError,
                lambda: clip_grad_norm([numbers, table], max_norm=1.0),
                f"clipping gradients of which one is {bad} (the norm is {abs(bad)} with it, and "
                "one factor for all spreads it, as PyTorch, Optax and Keras do)",
                naming=[f"{abs(bad):g}"],
            )
        expect_close(
            [numbers.grad, *table.grad], before, "gradients after clipping has refused them"
        )

    def test_a_number_stays_a_float(self):
        x = Value(2.0)
        x.grad = 40.0
        norm = clip_grad_norm([x], max_norm=5.0)
        expect_kind(x.grad, float, "the gradient of a Value after clipping")
        assert isinstance(norm, Real), (
            f"the norm is {norm!r} ({type(norm).__name__}), and should be a number: an array "
            "without axes looks like one, but is not one to a list, a file or a format"
        )

    def test_gradients_of_zero_have_length_zero(self):
        weights = [Weight(array(1.0, 1.0)), Weight(2.0), Weight(array(3.0), array(0.0))]
        norm = clip_grad_norm(weights, max_norm=1.0)
        grads = [weights[0].grad, weights[1].grad, *weights[2].grad]
        expect_close([norm, *grads], [0.0] * 4, "the norm, and gradients, where none was reached")

    def test_only_gradients_change(self):
        x, table = Value(2.0), Weight(array(3.0, 4.0), array(0.0, 30.0))
        (x**2 * 10).backward()  # a slope of 40
        clip_grad_norm([x, table], max_norm=5.0)
        expect_close(
            [x.data, *table.data],
            [2.0, 3.0, 4.0],
            "the parameters themselves, which clipping leaves alone,",
            mistakes={
                "the parameters are scaled, too, and not their gradients alone": [0.2, 0.3, 0.4]
            },
            tolerance=1e-6,
        )
        expect_close([x.grad, *table.grad], [4.0, 0.0, 3.0], "their gradients", tolerance=1e-6)

    def test_parameters_that_can_be_read_once_are_clipped_as_well(self):
        weights = [Weight(1.0, 3.0), Weight(1.0, 4.0)]
        try:
            norm = clip_grad_norm((weight for weight in weights), max_norm=0.5)
        except ValueError as error:
            pytest.fail(
                f"clipping parameters of a generator ends in ValueError: {error}. Whoever walks "
                "through it a second time finds nothing; `listed` gives a list of them."
            )
        expect_close(
            [norm, *(weight.grad for weight in weights)],
            [5.0, 0.3, 0.4],
            "the norm, and gradients (3), (4), clipped to 0.5, of parameters from a generator",
            mistakes={
                "the generator is used up when the norm is known: nothing is clipped": [
                    5.0,
                    3.0,
                    4.0,
                ]
            },
            tolerance=1e-6,  # of the 1e-6 in the factor
        )


@pytest.mark.kata("clip_grad_value")
class TestClipGradValue:
    def test_every_entry_is_cut_by_itself(self):
        weight = Weight(np.ones((2, 3)), array([7.0, -9.0, 0.5], [-2.0, 1.5, 2.5]))
        clip_grad_value([weight], limit=2.0)
        expect_close(
            weight.grad,
            [[2.0, -2.0, 0.5], [-2.0, 1.5, 2.0]],
            "the gradient [[7, -9, 0.5], [-2, 1.5, 2.5]], cut to the range from -2 to 2",
            mistakes={
                "only the upper end is cut": [[2.0, -9.0, 0.5], [-2.0, 1.5, 2.0]],
                "only the lower end is cut": [[7.0, -2.0, 0.5], [-2.0, 1.5, 2.5]],
                "the sign is lost": [[2.0, 2.0, 0.5], [2.0, 1.5, 2.0]],
                "the range starts at 0": [[2.0, 0.0, 0.5], [0.0, 1.5, 2.0]],
                "all are scaled by one factor": (array([7.0, -9.0, 0.5], [-2.0, 1.5, 2.5]) * 2 / 9),
                "every entry is bent by a tanh": 2
                * np.tanh(array([7.0, -9.0, 0.5], [-2.0, 1.5, 2.5]) / 2),
                "what is out of range becomes 0": [[0.0, 0.0, 0.5], [-2.0, 1.5, 0.0]],
                "what is within the range is pushed out to its ends": [[2, -2, 2], [-2, 2, 2]],
                "it is not cut": [[7.0, -9.0, 0.5], [-2.0, 1.5, 2.5]],
            },
        )

    def test_every_parameter_is_cut(self):
        weights = [Weight(1.0, -7.0), Weight(1.0, 0.25), Weight(array(1.0)), Weight(1.0, 4.0)]
        clip_grad_value(weights, limit=3.0)
        expect_close(
            [weight.grad for weight in weights],
            [-3.0, 0.25, 0.0, 3.0],
            "gradients of -7, 0.25, 0 (of an array that was not reached) and 4, cut at 3",
            mistakes={
                "only the first parameter is cut": [-3.0, 0.25, 0.0, 4.0],
                "only the last parameter is cut": [-7.0, 0.25, 0.0, 3.0],
                "gradients that are numbers are left alone": [-7.0, 0.25, 0.0, 4.0],
            },
        )

    @pytest.mark.parametrize("limit", [5.0, 5])
    def test_a_number_stays_a_float(self, limit):
        x = Value(2.0)
        for grad in (-40.0, 4.0, 40.0):
            x.grad = grad
            clip_grad_value([x], limit=limit)
            expect_kind(x.grad, float, f"the gradient {grad:g} of a Value after clipping")

    def test_what_is_no_number_stays_so(self):
        number, table = Weight(1.0, math.nan), Weight(array(1.0, 1.0), array(math.nan, 9.0))
        clip_grad_value([number, table], limit=5.0)
        expect_close(
            [number.grad, *table.grad],
            [math.nan, math.nan, 5.0],
            "gradients NaN and (NaN, 9), cut at 5",
            mistakes={
                "NaN becomes the limit: no comparison with it is true, and min and max hide it": [
                    5.0,
                    math.nan,
                    5.0,
                ],
                "NaN becomes the lower limit: min and max hide it": [-5.0, math.nan, 5.0],
                "NaN becomes 0": [0.0, 0.0, 5.0],
                "NaN becomes the limit, in an array too": [5.0, 5.0, 5.0],
            },
        )

    def test_only_gradients_change(self):
        x, table = Value(7.0), Weight(array(8.0, 9.0), array(-30.0, 1.0))
        (x**2 * 10).backward()
        clip_grad_value([x, table], limit=5.0)
        expect_close([x.data, *table.data], [7.0, 8.0, 9.0], "the parameters themselves")
        expect_close([x.grad, *table.grad], [5.0, -5.0, 1.0], "their gradients, cut at 5")
