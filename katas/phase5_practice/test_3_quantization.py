"""5.3 · Quantization: levels and scales, there and back."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.spec_helpers import numbers, quietly
from katas.phase5_practice.quantization import dequantize, quantize_int8


def quantized(W):
    """q and scale of a matrix, as arrays."""
    found = quantize_int8(np.array(W))
    if not isinstance(found, tuple | list) or len(found) != 2:
        pytest.fail(f"quantize_int8 returned {type(found).__name__}, and should return q and scale")
    return found


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

    def test_scales_have_the_dtype_of_the_matrix(self):
        _, scale = quantized(np.array(THREE_COLUMNS, dtype=np.float32))
        assert scale.dtype == np.float32, f"W is float32, and scale is {scale.dtype}"

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf], ids=str)
    def test_what_is_not_finite_is_refused(self, bad):
        expect_raises(
            ValueError, lambda: quantize_int8(np.array([[1.0, bad], [2.0, 3.0]])), f"{bad} in W"
        )

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
