"""5.3 · Quantization: levels and scales, there and back."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.spec_helpers import numbers, quietly
from katas.phase5_practice.quantization import (
    dequantize,
    dequantize_int4,
    quantize_int4,
    quantize_int8,
)


def quantized(W):
    """q and scale of a matrix, as arrays."""
    found = quantize_int8(np.array(W))
    if not isinstance(found, tuple | list) or len(found) != 2:
        pytest.fail(f"quantize_int8 returned {type(found).__name__}, and should return q and scale")
    return found


NO_FLOATS = [np.int64, np.bool_, np.complex128]

# the largest entries of the columns are 127, 254 and 12.7: scales 1, 2 and 0.1
THREE_COLUMNS = [[127.0, -11.2, 3.14], [-2.7, 254.0, 0.47], [63.6, 3.2, -12.7]]


@pytest.mark.kata("quantize_int8")
class TestQuantizeInt8:
    def test_each_column_has_a_scale(self):
        _, scale = quantized(THREE_COLUMNS)
        expect_close(
            scale,
            [1.0, 2.0, 0.1],
            "scales of columns whose largest entries are 127, 254 and -12.7",
            mistakes={
                "there is one scale for the whole matrix": 2.0,
                "there is one scale for the whole matrix, repeated": [2.0, 2.0, 2.0],
                "each row has a scale": [1.0, 2.0, 63.6 / 127],
                "the largest is taken without regard to sign": [1.0, 2.0, 3.14 / 127],
                "the largest is divided by 128": [127 / 128, 254 / 128, 12.7 / 128],
                "the largest is divided by 127.5, as PyTorch's observers and torchao do; here "
                "levels go from -127 to 127": [127 / 127.5, 254 / 127.5, 12.7 / 127.5],
                "the largest is divided by 63: a bit is left unused": [
                    127 / 63,
                    254 / 63,
                    12.7 / 63,
                ],
                "the levels come first, and the scales after them": (
                    [[127, -6, 31], [-3, 127, 5], [64, 2, -127]]
                ),
                "the largest is divided by 255": [127 / 255, 254 / 255, 12.7 / 255],
                "the range from smallest to largest is divided": [
                    129.7 / 255,
                    265.2 / 255,
                    15.84 / 255,
                ],
                "scale is the inverse": [1.0, 0.5, 10.0],
                "the scales keep an axis": [[1.0, 2.0, 0.1]],
                "the mean of |W| is taken, not the largest": (
                    np.abs(THREE_COLUMNS).mean(axis=0) / 127
                ),
            },
        )

    def test_entries_are_rounded_to_the_nearest_level(self):
        q, _ = quantized(THREE_COLUMNS)
        one_scale = np.rint(np.array(THREE_COLUMNS) / 2)
        by_rows = np.rint(np.array(THREE_COLUMNS) / np.array([[1.0], [2.0], [63.6 / 127]]))
        expect_close(
            q,
            [[127, -6, 31], [-3, 127, 5], [64, 2, -127]],
            "levels",
            mistakes={
                "entries are cut off, not rounded": [[127, -5, 31], [-2, 127, 4], [63, 1, -127]],
                "a half is added and the rest cut off, which suits positive entries alone": (
                    [[127, -5, 31], [-2, 127, 5], [64, 2, -126]]
                ),
                "entries are rounded down": [[127, -6, 31], [-3, 127, 4], [63, 1, -127]],
                "entries are rounded up": [[127, -5, 32], [-2, 127, 5], [64, 2, -127]],
                "there is one scale for the whole matrix": one_scale,
                "each row has a scale": by_rows,
                "W is not divided by the scale": np.rint(THREE_COLUMNS),
                "levels are those of a byte without sign": [
                    [127, 250, 31],
                    [253, 127, 5],
                    [64, 2, 129],
                ],
                "levels are moved up by 128: those of an int8 lie on both sides of 0": (
                    np.array([[255, 122, 159], [125, 255, 133], [192, 130, 1]])
                ),
                "the scales come first, and the levels after them": [1.0, 2.0, 0.1],
            },
        )

    def test_the_largest_entry_does_not_overflow(self):
        q, _ = quantized([[0.37, -0.1], [-0.2, -5.3], [0.1, 2.0]])
        found = [int(q[0, 0]), int(q[1, 1])]
        assert found != [-128, -128] and found[0] != -128, (
            "0.37, the largest of its column, became -128: an int8 ends at 127, and 128 comes "
            "round again at the other end"
        )
        assert found == [127, -127], (
            f"0.37 and -5.3, the largest of their columns, became {found[0]} and {found[1]}, and "
            "should become 127 and -127"
        )

    def test_a_level_takes_one_byte(self):
        q, _ = quantized(THREE_COLUMNS)
        assert q.dtype == np.int8, f"q is {q.dtype}, and should be int8: that is what it is for"
        assert q.shape == (3, 3), f"q is {q.shape} for a matrix (3, 3)"

    def test_a_column_of_small_numbers_has_a_small_scale(self):
        q, scale = quantized([[1.27e-9, 1.27e-30], [-0.5e-9, 0.3e-30]])
        assert np.array_equal(q, [[127, 127], [-50, 30]]), (
            f"columns as small as 1e-9 and 1e-30 became {np.asarray(q).tolist()}, with the scales "
            f"{scale}, and should be [[127, 127], [-50, 30]]: is there a smallest scale, or "
            "something added to it? Only a column of zeros needs help"
        )

    def test_scales_have_the_dtype_of_the_matrix(self):
        _, scale = quantized(np.array(THREE_COLUMNS, dtype=np.float32))
        assert scale.dtype == np.float32, f"W is float32, and scale is {scale.dtype}"

    @pytest.mark.parametrize(
        "dtype", [np.float16, np.float32, np.float64], ids=lambda d: d.__name__
    )
    def test_where_the_scale_is_hardly_a_number_any_more_no_level_wraps(self, dtype):
        """Near the smallest number of a dtype a scale is rounded by up to half of itself."""
        least = np.finfo(dtype).smallest_subnormal
        steps = np.array(
            [
                [1, 63, 64, 127, 128, 184, 190, 191, 255, 317, 1000],
                [0, -62, 9, -5, -128, -183, 7, 1, 8, 9, 3],
            ]
        )
        W = (steps * least).astype(dtype)
        with quietly("Was a column divided by a scale that had become 0?"):
            q, scale = quantized(W)
        assert scale.dtype == dtype, f"W is {dtype.__name__}, and scale is {scale.dtype}"
        with np.errstate(over="ignore", invalid="ignore"):  # of a scale that is far too large
            in_steps = scale.astype(float) / least  # exact: whole multiples
            lost = np.abs(q * in_steps - steps).max(axis=0)
        worst = int(np.argmax(lost - in_steps / 2))
        assert (lost <= in_steps / 2).all(), (
            f"{steps[0, worst]} · {least:.2g}, the largest of its column, became level "
            f"{q[0, worst]} with the scale {scale[worst]:.2g}. So small a scale is "
            f"rounded to a whole multiple of {least:.2g}, the smallest {dtype.__name__} there is: "
            "rounded down, the levels leave -127 to 127 and come round at the other end of an int8 "
            "(or are cut off there); rounded to 0, it is no scale. It has to be rounded up"
        )

        assert (in_steps - steps[0] / 127 < 1).all(), (
            f"the columns' largest are {steps[0]} · {least:.2g}, and their scales {in_steps} · "
            f"{least:.2g}: none is further from a 127th of the largest than rounding makes it"
        )

    def test_a_column_of_zeros_stays_zero(self):
        with quietly("Was something divided by 0?"):
            q, scale = quantized([[0.0, 2.54], [0.0, -1.0], [0.0, 0.5]])
            expect_close(
                scale,
                [1.0, 0.02],
                "scales, where the first column is 0",
                mistakes={
                    "the scale of zeros is 0, by which nothing can be divided": [0.0, 0.02],
                    "the scale of zeros is 1e-8": [1e-8, 0.02],
                },
            )
            expect_close(q, [[0, 127], [0, -50], [0, 25]], "levels, where the first column is 0")

    @pytest.mark.parametrize("shape", [(7, 5), (3, 11), (1, 2)], ids=str)
    def test_what_is_lost_is_at_most_half_a_scale(self, shape):
        W = numbers(*shape) * np.logspace(-3, 3, shape[1])
        q, scale = quantized(W)
        lost = np.abs(q * np.asarray(scale, dtype=float) - W).max(axis=0)
        assert (lost <= np.abs(W).max(axis=0) / 127 * 0.5000001).all(), (
            f"the largest errors of the columns are {lost}, and half a scale is "
            f"{np.abs(W).max(axis=0) / 254}: with rounding to the nearest no error is larger"
        )

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf], ids=str)
    def test_what_is_not_finite_is_refused(self, bad):
        expect_raises(
            ValueError, lambda: quantize_int8(np.array([[1.0, bad], [2.0, 3.0]])), f"{bad} in W"
        )

    @pytest.mark.parametrize("dtype", NO_FLOATS, ids=lambda d: d.__name__)
    def test_what_is_not_of_floats_is_refused(self, dtype):
        W = np.ones((2, 3), dtype)
        expect_raises(TypeError, lambda: quantize_int8(W), f"a W of {W.dtype}", naming=[W.dtype])

    def test_the_matrix_stays_as_it_was(self):
        W = np.array(THREE_COLUMNS)
        quantize_int8(W)
        assert W.tolist() == THREE_COLUMNS, f"W is\n{W}\nafterwards: it belongs to the caller"


@pytest.mark.kata("dequantize")
class TestDequantize:
    def test_levels_times_scales(self):
        q, scale = np.array([[127, -5], [-3, 100]], dtype=np.int8), np.array([0.5, 2.0])
        expect_close(
            dequantize(q, scale),
            [[63.5, -10.0], [-1.5, 200.0]],
            "levels [[127, -5], [-3, 100]] with scales 0.5 and 2",
            mistakes={
                "levels are divided by the scales": [[254.0, -2.5], [-6.0, 50.0]],
                "scales belong to rows": [[63.5, -2.5], [-6.0, 200.0]],
                "the product is kept in one byte": [[63.0, -10.0], [-1.0, -56.0]],
                "the levels are returned as they are": [[127, -5], [-3, 100]],
                "levels below 0 have lost their sign: -5 as a byte without one is 251": (
                    [[63.5, 502.0], [126.5, 200.0]]
                ),
                "all columns are multiplied by the largest scale": [[254.0, -10.0], [-6.0, 200.0]],
                "the matrix comes back transposed": [[63.5, -1.5], [-10.0, 200.0]],
                "levels are divided by 127 too": np.array([[63.5, -10.0], [-1.5, 200.0]]) / 127,
            },
        )

    def test_more_rows_than_columns(self):
        q, scale = np.arange(-7, 7).reshape(7, 2).astype(np.int8), np.array([0.1, 10.0])
        wanted = [[(2 * i - 7) * 0.1, (2 * i - 6) * 10.0] for i in range(7)]
        expect_close(dequantize(q, scale), wanted, "7 rows of 2 levels")

    def test_the_scales_decide_the_dtype(self):
        W = dequantize(np.array([[3, 5]], dtype=np.int8), np.array([0.5, 0.25], dtype=np.float32))
        assert W.dtype == np.float32, f"the scales are float32, and W is {W.dtype}"

    def test_there_and_back_it_is_nearly_the_same(self):
        W = numbers(7, 5)
        back = dequantize(*quantize_int8(W))
        half = np.abs(W).max(axis=0) / 254
        worst = (np.abs(back - W) / half).max()
        assert worst <= 1.000001, f"the largest error is {worst:.2f} times half a scale"


def four_bits(W, group):
    """packed and scale of a matrix, as arrays."""
    __tracebackhide__ = True
    found = quantize_int4(np.array(W), group)
    if not isinstance(found, tuple | list) or len(found) != 2:
        pytest.fail(
            f"quantize_int4 returned {type(found).__name__}, and should return packed and scale"
        )
    return found


# groups of two rows; their largest are 7, 14 and 0, then 0.7, 3.5 and 1.4
FOUR_ROWS = [[7.0, -14.0, 0.0], [-2.0, 5.2, 0.0], [0.7, 3.5, -1.4], [0.28, -1.6, 0.66]]
LEVELS = np.array([[7, -7, 0], [-2, 3, 0], [7, 7, -7], [3, -3, 3]])


def packed_by(levels, way="right"):
    """Levels, two to a byte."""
    stored = (levels % 16 if way == "two's complement" else levels + 8).astype(np.uint8)
    stored = (levels + 7).astype(np.uint8) if way == "plus 7" else stored
    low, high = stored[0::2], stored[1::2]
    if way == "upper first":
        low, high = high, low
    if way == "halves":
        low, high = stored[: len(levels) // 2], stored[len(levels) // 2 :]
    return low + 16 * high


@pytest.mark.kata("quantize_int4")
class TestQuantizeInt4:
    def test_each_group_of_a_column_has_a_scale(self):
        _, scale = four_bits(FOUR_ROWS, 2)
        W = np.abs(FOUR_ROWS)
        expect_close(
            scale,
            [[1.0, 2.0, 1.0], [0.1, 0.5, 0.2]],
            "scales of groups of two rows, whose largest are 7, -14, 0 and 0.7, 3.5, -1.4",
            mistakes={
                "there is one scale for each column: group is not used": [1.0, 2.0, 0.2],
                "there is one scale for each column, repeated": [[1.0, 2.0, 0.2]] * 2,
                "all columns of a group share a scale": [[2.0] * 3, [0.5] * 3],
                "each row has a scale": [[2.0], [5.2 / 7], [0.5], [1.6 / 7]],
                "the largest is divided by 8, where levels end at 7": (
                    [[7 / 8, 14 / 8, 1.0], [0.7 / 8, 3.5 / 8, 1.4 / 8]]
                ),
                "the largest is divided by 7.5": (
                    [[7 / 7.5, 14 / 7.5, 1.0], [0.7 / 7.5, 3.5 / 7.5, 1.4 / 7.5]]
                ),
                "the largest is divided by 15": (
                    [[7 / 15, 14 / 15, 1.0], [0.7 / 15, 3.5 / 15, 1.4 / 15]]
                ),
                "the largest is divided by 127, as for 8 bits": (
                    [[7 / 127, 14 / 127, 1.0], [0.7 / 127, 3.5 / 127, 1.4 / 127]]
                ),
                "the largest is taken without regard to sign": (
                    [[1.0, 5.2 / 7, 1.0], [0.1, 0.5, 0.66 / 7]]
                ),
                "the scale of zeros is 0, by which nothing can be divided": (
                    [[1.0, 2.0, 0.0], [0.1, 0.5, 0.2]]
                ),
                "rows are taken alternately: a group is of neighbours": (
                    [W[::2].max(axis=0) / 7, W[1::2].max(axis=0) / 7]
                ),
                "the scales are transposed": [[1.0, 0.1], [2.0, 0.5], [1.0, 0.2]],
                "an axis is left over": [[[1.0, 2.0, 1.0]], [[0.1, 0.5, 0.2]]],
                "packed and scale are exchanged": packed_by(LEVELS),
            },
        )  # fmt: skip

    def test_a_group_is_of_inputs_and_not_of_outputs(self):
        """6 inputs and 4 outputs in groups of 2: 3 rows of 4 scales."""
        W = numbers(6, 4)
        _, scale = four_bits(W, 2)
        by_outputs = np.abs(W.reshape(6, 2, 2)).max(axis=2) / 7
        expect_close(
            scale,
            [np.abs(W[2 * g : 2 * g + 2]).max(axis=0) / 7 for g in range(3)],
            "scales of a matrix (6, 4) in groups of 2",
            mistakes={
                "groups run along the outputs: what is summed, and shares a scale, are inputs": (
                    by_outputs
                ),
                "group is taken for how many groups there are": (
                    [np.abs(W[3 * g : 3 * g + 3]).max(axis=0) / 7 for g in range(2)]
                ),
                "groups run along the outputs, of the matrix as a flat list": by_outputs.reshape(
                    -1, 1
                ),
                "groups run along the outputs, of the matrix as a flat list of rows": (
                    by_outputs.ravel()
                ),
            },
        )

    def test_two_levels_share_a_byte(self):
        packed, _ = four_bits(FOUR_ROWS, 2)
        cut = np.array([[7, -7, 0], [-2, 2, 0], [7, 7, -7], [2, -3, 3]])
        expect_close(
            packed,
            [[111, 177, 136], [191, 95, 177]],
            "bytes of the levels [[7, -7, 0], [-2, 3, 0], [7, 7, -7], [3, -3, 3]]",
            mistakes={
                "row 2i stands in the upper 4 bits": packed_by(LEVELS, "upper first"),
                "row i shares its byte with the row half the matrix below, and not with its "
                "neighbour": packed_by(LEVELS, "halves"),
                "levels are stored as two's complement, and not as level + 8": (
                    packed_by(LEVELS, "two's complement")
                ),
                "7 is added, and not 8": packed_by(LEVELS, "plus 7"),
                "entries are cut off, not rounded": packed_by(cut),
                "levels are rounded down": packed_by(np.floor(
                    np.array(FOUR_ROWS) / np.repeat([[1.0, 2, 1], [0.1, 0.5, 0.2]], 2, axis=0)
                    + 1e-9).astype(int)),
                "nothing is packed: a level takes a byte": LEVELS + 8,
                "nothing is packed or made positive": LEVELS,
                "outputs share a byte, and not inputs": (
                    [[15 + 16, 8], [6 + 16 * 11, 8], [15 + 16 * 15, 1], [11 + 16 * 5, 11]]
                ),
                "packed and scale are exchanged": [[1.0, 2.0, 1.0], [0.1, 0.5, 0.2]],
            },
        )  # fmt: skip

    def test_a_byte_is_a_byte(self):
        packed, scale = four_bits(np.ones((64, 5), dtype=np.float32), 32)
        assert packed.dtype == np.uint8, f"packed is {packed.dtype}, and should be uint8"
        assert scale.dtype == np.float32, f"W is float32, and scale is {scale.dtype}"
        size = packed.nbytes + scale.nbytes
        assert size == 64 * 5 // 2 + 2 * 5 * 4, (
            f"a matrix (64, 5) takes {size} bytes, and should take {64 * 5 // 2 + 2 * 5 * 4}: half "
            "a byte for each weight, and 4 for each of 10 scales"
        )

    @pytest.mark.parametrize("shape, group", [((12, 7), 4), ((10, 3), 2), ((8, 5), 8)], ids=str)
    def test_what_is_lost_is_at_most_half_a_scale(self, shape, group):
        W = numbers(*shape) * np.logspace(-3, 3, shape[0])[:, None]
        packed, scale = four_bits(W, group)
        packed, scale = np.asarray(packed).astype(int), np.repeat(scale, group, axis=0)
        levels = np.stack([packed % 16, packed // 16], axis=1).reshape(shape) - 8
        lost = np.abs(levels * scale - W) / scale
        assert (lost <= 0.5000001).all(), (
            f"the largest error is {lost.max():.3g} scales, in row and column "
            f"{np.unravel_index(lost.argmax(), shape)}: with rounding to the nearest none is above "
            "a half"
        )

    def test_a_large_weight_spoils_its_own_group_alone(self):
        W = numbers(8, 3)
        before, _ = four_bits(W, 4)
        W[0, 1] = 1e6
        after, _ = four_bits(W, 4)
        changed = np.argwhere(before != after).tolist()
        assert changed == [[0, 1], [1, 1]], (
            f"one weight of column 1, in the first group of 4 rows, has become a million, and "
            f"bytes {changed} changed: they should be those of that group, [0, 1] and [1, 1]"
        )

    @pytest.mark.parametrize(
        "dtype", [np.float16, np.float32, np.float64], ids=lambda d: d.__name__
    )
    def test_the_smallest_numbers_neither_wrap_nor_vanish(self, dtype):
        least = np.finfo(dtype).smallest_subnormal
        W = (np.array([[1, 3, 10, -10, -25], [-1, 0, -3, 3, 4]]) * least).astype(dtype)
        with quietly("Was a group divided by a scale that had become 0?"):
            packed, scale = four_bits(W, 2)
        assert (np.asarray(scale) > 0).all() and scale.dtype == dtype, (
            f"weights near the smallest {dtype.__name__} have scales {np.asarray(scale).tolist()}"
        )
        first = np.asarray(packed).astype(int)[0] % 16 - 8
        assert first[:2].all(), (
            f"weights of 1 and 3 times the smallest {dtype.__name__}, the largest of their groups, "
            f"became levels {first[:2].tolist()}: 0 says that they are gone. A 7th of them is "
            "rounded to 0, and then the scale is the smallest number that there is"
        )
        assert (np.sign(first) == [1, 1, 1, -1, -1]).all() and np.abs(first).max() <= 7, (
            f"weights of 1, 3, 10, -10 and -25 times the smallest {dtype.__name__} became levels "
            f"{first.tolist()}: rounded down, a scale leads to levels beyond 7, which come round "
            "at the other end of 4 bits; they are cut to 7"
        )

    @pytest.mark.parametrize(
        "n_in, group", [(12, 8), (12, 3), (9, 9), (12, 0), (12, -2), (4, 8)], ids=str
    )
    def test_groups_are_even_and_come_out_even(self, n_in, group):
        expect_raises(
            ValueError,
            lambda: quantize_int4(numbers(n_in, 2), group),
            f"{n_in} inputs in groups of {group}",
            naming=[n_in, group],
        )

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf], ids=str)
    def test_what_is_not_finite_is_refused(self, bad):
        W = numbers(4, 3)
        W[1, 1] = bad
        expect_raises(ValueError, lambda: quantize_int4(W, 2), f"{bad} in W")

    @pytest.mark.parametrize("dtype", NO_FLOATS, ids=lambda d: d.__name__)
    def test_what_is_not_of_floats_is_refused(self, dtype):
        W = np.ones((4, 3), dtype)
        expect_raises(TypeError, lambda: quantize_int4(W, 2), f"a W of {W.dtype}", naming=[W.dtype])

    def test_the_matrix_stays_as_it_was(self):
        W = np.array(FOUR_ROWS)
        quantize_int4(W, 2)
        assert W.tolist() == FOUR_ROWS, f"W is\n{W}\nafterwards: it belongs to the caller"


@pytest.mark.kata("dequantize_int4")
class TestDequantizeInt4:
    def test_two_levels_come_out_of_a_byte(self):
        packed = np.array([[111, 177, 136], [191, 95, 177]], dtype=np.uint8)
        ones = np.ones((2, 3))
        expect_close(
            dequantize_int4(packed, ones),
            LEVELS,
            "bytes [[111, 177, 136], [191, 95, 177]] with scales of 1",
            mistakes={
                "8 is not subtracted": LEVELS + 8,
                "7 is subtracted, and not 8": LEVELS + 1,
                "the upper 4 bits are taken for the first row": LEVELS[[1, 0, 3, 2]],
                "all lower halves come first, and then the upper ones": LEVELS[[0, 2, 1, 3]],
                "levels are taken for two's complement": (
                    np.where(LEVELS + 8 > 7, LEVELS - 8, LEVELS + 8)
                ),
                "the upper 4 bits are not moved down": (
                    np.stack([LEVELS[::2], (LEVELS[1::2] + 8) * 16 - 8], axis=1).reshape(4, 3)
                ),
                "a level below 0 comes round, since a byte has no sign": LEVELS % 256,
                "halves stand side by side, as more columns": (
                    np.concatenate([LEVELS[::2], LEVELS[1::2]], axis=1)
                ),
            },
        )

    def test_each_group_is_multiplied_by_its_scale(self):
        packed = packed_by(np.tile(LEVELS, (2, 1)))  # (4, 3): 8 rows
        scale = np.array([[1.0, 10.0, 0.5], [2.0, 0.25, 100.0]])
        levels = np.tile(LEVELS, (2, 1))
        expect_close(
            dequantize_int4(packed, scale),
            levels * np.repeat(scale, 4, axis=0),
            "8 rows with two rows of scales",
            mistakes={
                "scales take turns, row by row (np.tile for np.repeat)": (
                    levels * np.tile(scale, (4, 1))
                ),
                "the first group's scales are taken for all": levels * scale[0],
                "levels are divided by the scales": levels / np.repeat(scale, 4, axis=0),
                "a group is always of two rows": (
                    levels * np.concatenate([np.repeat(scale, 2, axis=0)] * 2)
                ),
            },
        )

    @pytest.mark.parametrize("dtype", [np.float32, np.float16], ids=lambda d: d.__name__)
    def test_the_scales_decide_the_dtype(self, dtype):
        W = dequantize_int4(np.array([[111]], dtype=np.uint8), np.ones((1, 1), dtype=dtype))
        assert W.dtype == dtype, f"the scales are {dtype.__name__}, and W is {W.dtype}"

    @pytest.mark.parametrize("shape, group", [((12, 7), 4), ((10, 3), 10), ((8, 5), 2)], ids=str)
    def test_there_and_back_it_is_nearly_the_same(self, shape, group):
        W = numbers(*shape)
        packed, scale = four_bits(W, group)
        worst = np.abs(dequantize_int4(packed, scale) - W) / np.repeat(scale, group, axis=0)
        assert worst.max() <= 0.5000001, f"the largest error is {worst.max():.3g} scales"

    def test_what_is_given_stays_as_it_was(self):
        packed, scale = packed_by(LEVELS), np.ones((2, 3))
        before = packed.copy()
        dequantize_int4(packed, scale)
        assert np.array_equal(packed, before) and (scale == 1).all(), (
            "bytes or scales are others afterwards: >>= and -= write into what was given"
        )
