"""4.3 · Positions: attention alone does not know in which order things stand."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises, same_parameters
from katas.phase4_llms.attention import MultiHeadAttention
from katas.phase4_llms.positions import LearnedPositions, sinusoidal_positions
from katas.phase4_llms.spec_helpers import (
    gradients_of,
    is_array,
    is_drawn_from,
    is_tensor,
    numbers,
    rng_of,
    shapes_of,
    stays_float32,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor


def waves(T, C, base=10000.0, per_pair=2.0, start=0, product=False, turns=1.0):
    """sin and cos of turns · t / base^(per_pair · i / C), as a list of rows."""
    rows = []
    for t in range(start, start + T):
        row = []
        for i in range(C // 2):
            length = base ** (per_pair * i / C)
            angle = turns * (t * length if product else t / length)
            row += [math.sin(angle), math.cos(angle)]
        rows.append(row)
    return rows


def own_wavelengths(T, C, power):
    """Each channel with a wavelength of its own, sine where it is even and cosine where odd."""
    return [
        [(math.cos if c % 2 else math.sin)(t / 10000.0 ** (power * c / C)) for c in range(C)]
        for t in range(T)
    ]


@pytest.mark.kata("sinusoidal_positions")
class TestSinusoidalPositions:
    def test_four_channels_are_two_waves(self):
        # 10000^(2/4) = 100: the second wave is a hundred times as long
        s, c, s2, c2 = math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)
        first = [0.0, 1.0, 0.0, 1.0]
        expect_close(
            is_array(sinusoidal_positions(2, 4), "the positions"),
            [first, [s, c, s2, c2]],
            "positions 0 and 1 in 4 channels: sin 0, cos 0, sin 0, cos 0; "
            "sin 1, cos 1, sin 0.01, cos 0.01",
            mistakes={
                "all sines come first and then all cosines, as in transformers' Marian": [
                    [0.0, 0.0, 1.0, 1.0],
                    [s, s2, c, c2],
                ],
                "sine and cosine are swapped": [[1.0, 0.0, 1.0, 0.0], [c, s, c2, s2]],
                "every channel is a sine": [[0.0] * 4, [s, s, s2, s2]],
                ("the exponent is i / C, not 2i / C", "the base is 100"): waves(2, 4, base=100.0),
                "the exponent is 4i / C, not 2i / C": waves(2, 4, per_pair=4.0),
                "there is no exponent: all waves have one length": waves(2, 4, base=1.0),
                "each channel has a wavelength of its own: c / C": own_wavelengths(2, 4, 1.0),
                "each channel has a wavelength of its own: 2c / C": own_wavelengths(2, 4, 2.0),
                "the base is 1000": waves(2, 4, base=1000.0),
                "the base is e^10000 or e": waves(2, 4, base=math.e),
                "t is multiplied by the power, not divided": waves(2, 4, product=True),
                "positions are counted from 1": waves(2, 4, start=1),
                "the angle is multiplied by 2π": waves(2, 4, turns=2 * math.pi),
                "the position is not used": [first, first],
            },
        )

    def test_so_it_is_with_more_of_both(self):
        expect_close(
            sinusoidal_positions(7, 10),
            waves(7, 10),
            "7 positions in 10 channels",
            mistakes={
                "all sines come first and then all cosines": np.reshape(waves(7, 10), (7, 5, 2))
                .swapaxes(1, 2)
                .reshape(7, 10),
                "the exponent is i / C, not 2i / C": waves(7, 10, per_pair=1.0),
                "each channel has a wavelength of its own": own_wavelengths(7, 10, 1.0),
                "the lengths end at 10000: the last exponent is 1": waves(
                    7, 10, per_pair=2.0 * 10 / 8
                ),
            },
        )

    def test_how_alike_two_positions_are_depends_on_their_distance_alone(self):
        rows = sinusoidal_positions(101, 6)
        wanted = sum(math.cos(3 / 10000 ** (2 * i / 6)) for i in range(3))
        for t in (0, 5, 97):
            expect_close(rows[t] @ rows[t + 3], wanted, f"position {t} times position {t + 3}")

    def test_two_channels_are_one_wave(self):
        expect_close(
            sinusoidal_positions(3, 2),
            [[math.sin(t), math.cos(t)] for t in range(3)],
            "3 positions in 2 channels",
        )

    def test_it_is_an_array(self):
        is_array(sinusoidal_positions(3, 2), "the positions")

    def test_an_odd_number_of_channels_is_refused(self):
        expect_raises(
            ValueError, lambda: sinusoidal_positions(5, 7), "positions in 7 channels", naming=[7]
        )


@pytest.mark.kata("LearnedPositions.__init__")
class TestMakingLearnedPositions:
    def test_there_is_a_vector_for_each_position(self):
        positions = LearnedPositions(7, 5, rng_of(3))
        there = list(shapes_of(positions).items())
        assert there == [("table", (7, 5))], (
            f"the parameters of 7 positions in 5 channels are {there}, and should be one table: "
            "[('table', (7, 5))]"
        )
        assert isinstance(positions.table, Tensor), f"table is a {type(positions.table).__name__}"

    def test_the_table_begins_near_zero(self):
        table = LearnedPositions(401, 53, rng_of(3)).table.data
        # of 21,253 draws the deviation is within 2 % and the mean within 0.0006, four times out
        deviation, mean = table.std(), table.mean()
        assert abs(deviation / 0.02 - 1) < 0.02, (
            f"the table has a deviation of {deviation:.4f}, and should have 0.02, as in GPT-2: 1, "
            "as in PyTorch's Embedding, would drown what stands there; 0.14 is the root of 0.02; "
            "and 0.0004 its square"
        )
        assert abs(mean) < 0.0006, f"the table has a mean of {mean:.4f}, and should have one of 0"

    def test_the_draws_are_normal(self):
        table = LearnedPositions(401, 53, rng_of(3)).table.data
        within = np.mean(np.abs(table) < 0.02)
        assert abs(within - 0.6827) < 0.02, (
            f"{within:.1%} of the draws are within one deviation: of normal ones it is 68 %, of "
            "uniform ones 58 %"
        )

    def test_all_randomness_comes_from_rng(self):
        is_drawn_from(lambda rng: LearnedPositions(7, 5, rng), "LearnedPositions(7, 5)")


def positions_of(block_size, C):
    """Learned positions whose table is known."""
    positions = LearnedPositions(block_size, C)
    positions.table.data = numbers(block_size, C)
    return positions


def placed(positions, x, **start):
    """x with positions added; fails in words where what fits is refused."""
    __tracebackhide__ = True
    try:
        with same_parameters(positions):
            return is_tensor(positions(Tensor(x), **start), "the sum")
    except ValueError as error:
        T, end = x.shape[-2], x.shape[-2] + start.get("start", 0)
        pytest.fail(
            f"x {x.shape} of {T} positions, the last of them number {end}, with a table of "
            f"{len(positions.table.data)}, is refused: {error}. T is the last axis but one, and a "
            "table that is used to its end just fits"
        )


@pytest.mark.kata("LearnedPositions.__call__")
class TestLearnedPositions:
    def test_each_position_gets_its_vector_added(self):
        positions, x = positions_of(7, 3), numbers(2, 5, 3)
        table = positions.table.data
        expect_close(
            placed(positions, x),
            [[x[b, t] + table[t] for t in range(5)] for b in range(2)],
            "x with the vectors of positions 0 to 4 added",
            mistakes={
                "positions are not used: x came back as it was": x,
                "what stood there is lost: the vectors came back alone": [table[:5]] * 2,
                "every position gets the vector of position 0": x + table[0],
                "the vectors are those of the example, not of the position": [
                    x[b] + table[b] for b in range(2)
                ],
                "positions are counted from 1": x + table[1:6],
                "the last vectors are taken, not the first": x + table[2:],
                "the vectors are multiplied": x * table[:5],
            },
        )

    def test_a_sequence_may_begin_later(self):
        positions, x = positions_of(7, 3), numbers(2, 5, 3)
        table = positions.table.data
        expect_close(
            placed(positions, x, start=2),
            x + table[2:],
            "x with the vectors of positions 2 to 6 added",
            mistakes={
                "start is not used": x + table[:5],
                "positions are not used": x,
                "every position gets the vector of start": x + table[2],
            },
        )

    @pytest.mark.parametrize("start, T", [(0, 8), (3, 5)], ids=["8 positions", "5 from the third"])
    def test_what_is_too_long_is_refused(self, start, T):
        positions = positions_of(7, 3)
        expect_raises(
            ValueError,
            lambda: positions(Tensor(numbers(2, T, 3)), start=start),
            f"{T} positions from {start} on, with a table of 7",
            naming=[8, 7],
        )

    @pytest.mark.parametrize("channels", [1, 2])
    def test_another_number_of_channels_is_refused(self, channels):
        expect_raises(
            ValueError,
            lambda: positions_of(7, 3)(Tensor(numbers(2, 5, channels))),
            f"x of {channels} channels with a table of 3 (numpy spreads a single one)",
            naming=[(2, 5, channels), (7, 3)],
        )

    def test_what_just_fits_is_taken(self):
        positions, x = positions_of(7, 3), numbers(2, 7, 3)
        expect_close(placed(positions, x), x + positions.table.data, "x of 7, with a table of 7")

    def test_a_vector_collects_from_all_sequences(self):
        positions, x, upstream = positions_of(7, 3), Tensor(numbers(2, 3, 3)), numbers(2, 3, 3)
        dx, dtable = gradients_of(positions(x, start=2), upstream, x=x, table=positions.table)
        expect_close(dx, upstream, "gradient of x")
        wanted = np.zeros((7, 3))
        wanted[2:5] = upstream[0] + upstream[1]
        expect_close(
            dtable,
            wanted,
            "gradient of the table, of which two sequences used the vectors 2 to 4",
            mistakes={"one sequence alone is counted": np.pad(upstream[1], ((2, 2), (0, 0)))},
        )

    def test_with_positions_attention_knows_the_order(self):
        """Without them, another order gave the same in another order."""
        attention = with_numbers(MultiHeadAttention(21, 3, causal=False))
        positions = positions_of(7, 21)
        x, order = numbers(2, 5, 21), [3, 0, 4, 1, 2]

        def placed(x):
            return attention(positions(Tensor(x))).data

        gap = np.abs(placed(x[:, order]) - placed(x)[:, order]).max()
        assert gap > 0.01, (
            "in another order, attention with positions gave the same in another order: it cannot "
            "tell where things stand, so the vectors are not used, or are all alike"
        )

    def test_x_stays_as_it_was(self):
        x = Tensor(numbers(2, 5, 3))
        positions_of(7, 3)(x)
        assert np.array_equal(x.data, numbers(2, 5, 3)), "x changed in place, and is the caller's"

    def test_float32_stays_float32(self):
        stays_float32(LearnedPositions(7, 6), (2, 5, 6))
