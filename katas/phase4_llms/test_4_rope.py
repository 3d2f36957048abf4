"""4.4 · RoPE: angles, and rows that are turned by them."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.rope import apply_rope, rope_angles
from katas.phase4_llms.spec_helpers import (
    hinted,
    is_one_node,
    numbers,
    plain_turn,
)
from katas.phase4_llms.tensor import Tensor


@pytest.mark.kata("rope_angles")
class TestRopeAngles:
    def test_the_first_pair_turns_by_one_radian_for_each_position(self):
        angles, pi = np.array([[0.0], [1.0], [2.0], [7.0]]), math.pi
        expect_close(
            rope_angles(np.array([0, 1, 2, 7]), 2),
            angles,
            "angles at positions 0, 1, 2 and 7 for 2 channels",
            mistakes={
                "positions are counted from 1": [[1.0], [2.0], [3.0], [8.0]],
                "positions are counted, not taken as they are given": [[0.0], [1.0], [2.0], [3.0]],
                "nothing is ever turned": [[0.0]] * 4,
                "the angles are negative": -angles,
                "the speeds alone come back, without positions": [1.0],
                "the angles are degrees": np.degrees([[0.0], [1.0], [2.0], [7.0]]),
                "a position is a whole turn, 2 π": [[0.0], [2 * pi], [4 * pi], [14 * pi]],
                "cosine and sine come back, where the angles are asked for": (
                    [np.cos(angles), np.sin(angles)]
                ),
                "cosine and sine come back side by side": np.hstack(
                    [np.cos(angles), np.sin(angles)]
                ),
                "every channel has an angle, where a pair shares one": [
                    [0.0, 0.0],
                    [1.0, 1.0],
                    [2.0, 2.0],
                    [7.0, 7.0],
                ],
            },
        )

    def test_later_pairs_turn_more_slowly(self):
        # base^(-2i / D) = 16^(-2/4) = 1/4 for the second of two pairs
        places = np.array([[0.0], [1.0], [5.0]])
        angles = places * [1, 1 / 4]
        expect_close(
            rope_angles(np.array([0, 1, 5]), 4, base=16.0),
            angles,
            "angles at positions 0, 1 and 5 for 4 channels with base 16",
            mistakes={
                "the exponent is -i / D, not -2i / D": places * [1, 1 / 2],
                "the exponent is positive": places * [1, 4],
                "the exponent is not divided by D": places * [1, 1 / 256],
                ("the exponent is -2i / (D / 2)", "positions are divided by base to the i"): (
                    places * [1, 1 / 16]
                ),
                "10000 is used whatever base is": places * [1, 1 / 100],
                "all pairs turn alike": places * [1, 1],
                "there is an angle for each second pair": places,
                "the base is e, and not the one that is given": places * [1, math.exp(-1 / 2)],
                "pairs are counted from 1": places * [1 / 4, 1 / 16],
                "the last pair turns fastest": places * [1 / 4, 1],
                "positions are counted, not taken as they are given": [[0, 0], [1, 0.25], [2, 0.5]],
                "positions run along the second axis": angles.T,
                "every channel has an angle, where a pair shares one": np.repeat(angles, 2, axis=1),
                "every channel has an angle, one after the other": np.tile(angles, 2),
            },
        )

    def test_speeds_need_not_be_round(self):
        third = 7.0 ** (-1 / 3)  # 7^(-2i / D) for D = 6
        expect_close(
            rope_angles(np.array([2]), 6, base=7.0),
            [[2.0, 2 * third, 2 * third**2]],
            "angles at position 2 for 6 channels with base 7",
            mistakes={
                "the powers of the base are rounded": [[2.0, 1.0, 0.5]],
                "the speeds are rounded": [[2.0, 2.0, 0.0]],
                "the speeds go down in equal steps": [[2.0, 1 + third**2, 2 * third**2]],
                "the exponent is divided by D - 2, so that the last pair has the base itself": [
                    [2.0, 2 * 7**-0.5, 2 / 7]
                ],
            },
        )

    def test_the_base_is_10000_if_none_is_given(self):
        expect_close(
            rope_angles(np.array([3]), 8),
            [[3.0, 0.3, 0.03, 0.003]],  # 10000^(-2/8) = 1/10
            "angles at position 3 for 8 channels",
            mistakes={
                "the exponent is -i / D, not -2i / D": [[3 * 10 ** (-i / 2) for i in range(4)]],
                "the exponent is positive": [[3.0, 30.0, 300.0, 3000.0]],
                "positions are counted, not taken as they are given": [[0.0] * 4],
            },
        )

    @pytest.mark.parametrize("D", [1, 7])
    def test_an_odd_number_of_channels_is_refused(self, D):
        expect_raises(
            ValueError,
            lambda: rope_angles(np.arange(3), D),
            f"turning pairs among {D} channels",
            naming=[D],
        )


def turned(x, angles):
    with hinted(f"x has the shape {np.shape(x)}: any number of axes may stand in front of (T, D)"):
        return apply_rope(Tensor(np.array(x)), np.array(angles))


def turned_by_hand(x, angles):
    """Neighbours as complex numbers, one by one."""
    y = np.empty(np.shape(x))
    for place in np.ndindex(*np.shape(x)[:-1]):
        for i in range(np.shape(x)[-1] // 2):
            angle = angles[place[-1]][i]
            z = complex(x[place][2 * i], x[place][2 * i + 1])
            z = z * complex(math.cos(angle), math.sin(angle))
            y[place][2 * i : 2 * i + 2] = z.real, z.imag
    return y


ANGLE = math.acos(0.6)  # of the triangle 3-4-5: its sine is 0.8


@pytest.mark.kata("apply_rope")
class TestApplyRope:
    def test_a_pair_is_turned_by_its_angle(self):
        # 2 · 0.6 - 1 · 0.8 and 2 · 0.8 + 1 · 0.6
        expect_close(
            turned([[2.0, 1.0]], [[ANGLE]]),
            [[0.4, 2.2]],
            "(2, 1), turned by the angle with cosine 0.6 and sine 0.8",
            mistakes={
                "nothing is turned": [[2.0, 1.0]],
                "the turn goes the wrong way: the sign of the sine is the other one": [[2.0, -1.0]],
                "cosine and sine are exchanged": [[1.0, 2.0]],
                "the new first number is used for the second, where the old one belongs": (
                    [[0.4, 0.92]]
                ),
                "both numbers get a plus": [[2.0, 2.2]],
                "both numbers get a minus": [[0.4, 1.0]],
                "the second number has the other sign": [[0.4, -2.2]],
                "the first number has the other sign": [[-0.4, 2.2]],
                "the second number of the pair is left at 0": [[0.4, 0.0]],
                "the second number has b cos alone": [[0.4, 0.6]],
                "the second number has a sin alone": [[0.4, 1.6]],
                "the first number has a cos alone": [[1.2, 2.2]],
                "the first number has cos twice: a cos - b cos": [[0.6, 2.2]],
                "the second number has cos twice: a cos + b cos": [[0.4, 1.8]],
                "the pair is turned by twice the angle": [[2 * -0.28 - 0.96, 2 * 0.96 - 0.28]],
                "the angle is added, as positions of 4.3 were": [[2.0 + ANGLE, 1.0 + ANGLE]],
                "the two numbers of a pair are exchanged": [[2.2, 0.4]],
            },
        )

    def test_neighbours_make_a_pair(self):
        x, angles = np.array([[1.0, 2.0, 3.0, 5.0]]), [[0.5, 1.1]]
        c, s = np.cos(angles[0]), np.sin(angles[0])

        def pairs(a, b):
            return a * c - b * s, a * s + b * c

        even, odd = pairs(x[0, 0::2], x[0, 1::2])
        low, high = pairs(x[0, :2], x[0, 2:])
        half_turned = np.hstack([-x[:, 2:], x[:, :2]])
        expect_close(
            turned(x, angles),
            [[even[0], odd[0], even[1], odd[1]]],
            "1, 2, 3, 5, turned by 0.5 (the pair 1, 2) and 1.1 (the pair 3, 5)",
            mistakes={
                "halves are paired, channel i with i + D/2, as Transformers, MLX and Equinox "
                "do; the course follows Llama's own code, where neighbours are": [[*low, *high]],
                "halves are paired, channel i with i + D/2, and then put side by side": (
                    [[low[0], high[0], low[1], high[1]]]
                ),
                "all first numbers of the pairs are put before all second ones": [[*even, *odd]],
                "the other number of a pair is taken from the other half, as in rotate_half, and "
                "the cosines are those of neighbours": (
                    x * np.repeat([c], 2, axis=1) + half_turned * np.repeat([s], 2, axis=1)
                ),
                "all pairs are turned by the first angle": [plain_turn(x, [0.5], 1.0)[0]],
                "the second number of each pair is taken for the first": (
                    [np.stack(pairs(x[0, 1::2], x[0, 0::2]), axis=-1).ravel()]
                ),
                "the angles are taken for degrees": turned_by_hand(x, np.radians(angles)),
                "the angles are taken in reverse order": (
                    turned_by_hand(x[None], [angles[0][::-1]])[0]
                ),
            },
        )

    def test_angles_run_along_time_and_are_the_same_for_all_heads(self):
        x, angles = numbers(2, 5, 5, 6), numbers(5, 3) * 3
        along_heads = np.swapaxes(turned_by_hand(np.swapaxes(x, 1, 2), angles), 1, 2)
        expect_close(
            turned(x, angles),
            turned_by_hand(x, angles),
            "2 sequences with 5 heads at 5 positions, turned",
            mistakes={
                "each head has an angle, and not each position": along_heads,
                "only the angles of the first position are used": (
                    turned_by_hand(x, np.tile(angles[0], (5, 1)))
                ),
            },
        )

    def test_any_number_of_axes_may_stand_in_front(self):
        angles = numbers(7, 1)
        for shape in ((7, 2), (3, 7, 2), (2, 3, 5, 7, 2)):
            x = numbers(*shape)
            expect_close(turned(x, angles), turned_by_hand(x, angles), f"an array {shape}, turned")

    def test_only_the_distance_of_two_positions_counts(self):
        q, k = numbers(1, 6), numbers(1, 6, salt=1)

        def score(m, n):
            a = apply_rope(Tensor(q), rope_angles(np.array([m]), 6)).data
            b = apply_rope(Tensor(k), rope_angles(np.array([n]), 6)).data
            return float(a[0] @ b[0])

        expect_close(score(1007, 1003), score(7, 3), "q at 1007 times k at 1003, against 7 and 3,")
        assert abs(score(7, 3) - score(7, 5)) > 1e-3, (
            "q at 7 matches k at 3 just as well as k at 5: the distance of two positions has to "
            "make a difference"
        )

    def test_the_gradient_is_turned_back(self):
        x = Tensor(np.array([[2.0, 1.0]]))
        (apply_rope(x, np.array([[ANGLE]])) * np.array([[10.0, 100.0]])).sum().backward()
        expect_close(
            x.grad,
            [[86.0, 52.0]],  # 10 · 0.6 + 100 · 0.8 and -10 · 0.8 + 100 · 0.6
            "gradient of (2, 1), where 10 and 100 arrive from above",
            mistakes={
                "the gradient is turned on instead of back": [[-74.0, 68.0]],
                "the gradient is not turned at all": [[10.0, 100.0]],
                "no gradient gets there": 0.0,
            },
        )

    def test_gradients_of_many_heads(self):
        x, angles, c = (
            Tensor(numbers(2, 3, 5, 4)),
            numbers(5, 2),
            numbers(2, 3, 5, 4, salt=1),
        )
        (apply_rope(x, angles) * c).sum().backward()
        expect_close(x.grad, turned_by_hand(c, -angles), "gradient of x (2, 3, 5, 4)")

    @pytest.mark.parametrize("shape", [(1, 3), (5, 1), (3,)], ids=str)
    def test_angles_are_not_spread_over_positions_or_pairs(self, shape):
        expect_raises(
            ValueError,
            lambda: apply_rope(Tensor(numbers(2, 5, 6)), np.ones(shape)),
            f"angles {shape} for 5 positions of 3 pairs (numpy spreads an axis of 1)",
            naming=[shape, (2, 5, 6)],
        )

    def test_it_is_one_node(self):
        x = Tensor(np.array([[2.0, 1.0]]))
        is_one_node(apply_rope(x, np.array([[ANGLE]])), x, "rope")

    def test_the_argument_stays_as_it_was(self):
        x = np.array([[2.0, 1.0]])
        apply_rope(Tensor(x), np.array([[ANGLE]]))
        assert x.tolist() == [[2.0, 1.0]], (
            f"x was (2, 1) and is {x[0]} afterwards: other nodes still need it. The turned "
            "numbers need an array of their own"
        )

    def test_float32_stays_float32(self):
        y = turned(np.array([[2.0, 1.0]], dtype=np.float32), [[ANGLE]])
        assert y.data.dtype == np.float32, (
            f"x is float32, and the result is {y.data.dtype}: the angles are float64, and "
            "numpy takes the wider of two types. From here on the whole model would be as slow"
        )
        back = y.pullbacks[0](np.ones((1, 2), dtype=np.float32))
        assert back.dtype == np.float32, (
            f"x and its gradient are float32, and what is handed back is {back.dtype}: the sine "
            "and cosine of the way back need the dtype of x as well"
        )
