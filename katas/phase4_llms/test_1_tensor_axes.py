"""4.1 · Tensor: sums along axes, and the same entries in other places."""

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.spec_helpers import (
    expect_float32,
    expect_gradients,
    expect_op,
    gradients,
    hinted,
    numbers,
    positive,
    tuples_go_to_tensor,
)
from katas.phase4_llms.tensor import Tensor, concatenate

AXES = pytest.mark.parametrize(
    "axis, keepdims",
    [
        (None, False),
        (None, True),
        (0, False),
        (1, False),
        (-1, True),
        ((0, 2), False),
        ((1, -1), True),
        ((2, 0), False),
        ((-1, -2), False),
        ((-3, 1), False),
    ],
    ids=str,
)


def expect_any_axes(name, axis, keepdims, x):
    """The gradient of a method of Tensor and numpy along these axes, against the measured one."""
    __tracebackhide__ = True

    def taken(x):
        return getattr(x, name)(axis=axis, keepdims=keepdims)

    lost = "keepdims is not looked at, whatever axis is"
    expect_close(
        taken(Tensor(x)),
        taken(x),
        f"x.{name}({axis}, keepdims={keepdims}), x {x.shape}",
        mistakes={lost: getattr(x, name)(axis=axis)} if keepdims else {},
    )
    try:
        expect_gradients(f"x.{name}({axis}, keepdims={keepdims})", taken, taken, x)
    except AssertionError as error:
        if "stops at the gradient" in str(error) and axis is not None and not keepdims:
            error = (
                f"{error}. Along {axis} the gradient has to find its way back to {x.shape}: each "
                "axis comes back, with length 1, where it stood in x. A negative one counts from "
                "the end of x, and a tuple names its axes in any order"
            )
        raise AssertionError(str(error)) from None


@pytest.mark.kata("Tensor.sum")
class TestSum:
    def test_over_everything_or_along_an_axis(self):
        x = Tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        expect_close(x.sum(), 66.0, "sum of everything")
        none = "axis 0 is taken for no axis: as a truth value 0 is False"
        expect_close(x.sum(axis=0), [11.0, 22.0, 33.0], "sum along axis 0", mistakes={none: 66.0})
        expect_close(x.sum(axis=1), [6.0, 60.0], "sum along axis 1")
        expect_close(
            x.sum(axis=1, keepdims=True),
            [[6.0], [60.0]],
            "sum along axis 1, kept",
            mistakes={"keepdims is not looked at": [6.0, 60.0]},
        )
        expect_op(x.sum(axis=1), "sum", x)

    def test_every_entry_gets_the_gradient_of_its_sum(self):
        try:
            (dx,) = gradients(lambda x: x.sum(axis=1), positive(2, 3), seed=np.array([5.0, 7.0]))
        except AssertionError as error:
            if "broadcast" in str(error):
                error = f"{error}. The axis that was summed has to come back first, with length 1"
            raise AssertionError(str(error)) from None
        expect_close(
            dx,
            [[5.0, 5.0, 5.0], [7.0, 7.0, 7.0]],
            "gradient of x (2, 3) in x.sum(axis=1), that of the result [5, 7]",
            mistakes={
                "the gradient is not spread over the entries that were added": [5.0, 7.0],
                "the axis is kept, but the gradient is not spread along it": [[5.0], [7.0]],
                "the gradient is shared out among the entries, as in a mean": [
                    [5 / 3] * 3,
                    [7 / 3] * 3,
                ],
                "the gradient of the result is left out": np.ones((2, 3)),
            },
        )

    def test_a_square_shows_along_which_axis_it_is_spread(self):
        (dx,) = gradients(lambda x: x.sum(axis=1), positive(2, 2), seed=np.array([5.0, 7.0]))
        expect_close(
            dx,
            [[5.0, 5.0], [7.0, 7.0]],
            "gradient of x (2, 2) in x.sum(axis=1), that of the result [5, 7]",
            mistakes={"the gradient is spread along the wrong axis": [[5.0, 7.0], [5.0, 7.0]]},
        )

    @AXES
    def test_any_axes(self, axis, keepdims):
        expect_any_axes("sum", axis, keepdims, numbers(2, 3, 5))

    def test_with_keepdims_the_axis_is_there_already(self):
        try:
            (dx,) = gradients(
                lambda x: x.sum(axis=1, keepdims=True), numbers(2, 3), seed=np.array([[5.0], [7.0]])
            )
        except AssertionError as error:
            pytest.fail(f"{error}. With keepdims the axis is there, and needs not be put back")
        expect_close(dx, [[5.0] * 3, [7.0] * 3], "gradient of x (2, 3) in x.sum(1, keepdims=True)")

    def test_an_axis_of_length_1_that_was_not_summed_stays(self):
        z = Tensor([[1.0, 2.0, 3.0]]).sum(axis=1)
        assert z.shape == (1,), f"(1, 3) summed along axis 1 has the shape {z.shape}, not (1,)"

    def test_of_a_single_number(self):
        expect_gradients("x.sum()", lambda x: x.sum(), lambda x: x.sum(), np.array(3.0))

    def test_float32_stays_float32(self):
        expect_float32(Tensor.sum, (2, 3))
        expect_float32(lambda x: x.sum(axis=0), (2, 3))


@pytest.mark.kata("Tensor.mean")
class TestMean:
    def test_over_everything_or_along_an_axis(self):
        x = Tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        expect_close(
            x.mean(),
            11.0,
            "mean of everything",
            mistakes={"it is the sum": 66.0, "the sum is divided by the number of rows": 33.0},
        )
        expect_close(
            x.mean(axis=0),
            [5.5, 11.0, 16.5],
            "mean along axis 0",
            mistakes={
                "axis 0 is taken for no axis: as a truth value 0 is False": 11.0,
                "the sum is divided by the number of all entries": [11 / 6, 22 / 6, 33 / 6],
                "the sum is divided by the number of results": [11 / 3, 22 / 3, 11.0],
            },
        )
        expect_close(
            x.mean(axis=1, keepdims=True),
            [[2.0], [20.0]],
            "mean along axis 1, kept",
            mistakes={"keepdims is not looked at": [2.0, 20.0]},
        )
        cube = Tensor(np.ones((2, 3, 5)))
        expect_close(
            cube.mean(axis=(0, 2)),
            [1.0, 1.0, 1.0],
            "mean of ones (2, 3, 5) along axes 0 and 2",
            mistakes={
                "of several axes only the first counts in n": [5.0] * 3,
                "of several axes only the last counts in n": [2.0] * 3,
                "n is the number of all entries": [1 / 3] * 3,
            },
        )

    def test_the_gradient_is_shared_out(self):
        (dx,) = gradients(lambda x: x.mean(axis=1), positive(2, 3), seed=np.array([6.0, 9.0]))
        expect_close(
            dx,
            [[2.0] * 3, [3.0] * 3],
            "gradient of x (2, 3) in x.mean(axis=1), that of the result [6, 9]",
            mistakes={
                "1/n is missing": [[6.0] * 3, [9.0] * 3],
                "it is divided by the number of all entries": [[1.0] * 3, [1.5] * 3],
                "it is divided by the number of results": [[3.0] * 3, [4.5] * 3],
                "1/n comes twice": [[2 / 3] * 3, [1.0] * 3],
            },
        )

    @AXES
    def test_any_axes(self, axis, keepdims):
        expect_any_axes("mean", axis, keepdims, numbers(2, 3, 5))

    @pytest.mark.parametrize("shape", [(0, 3), (3, 0)], ids=str)
    def test_there_is_no_mean_of_nothing(self, shape):
        with np.errstate(all="ignore"):
            expect_raises(
                ValueError, Tensor(np.zeros(shape)).mean, f"the mean of {shape}", naming=[shape]
            )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.mean, (2, 3))
        expect_float32(lambda x: x.mean(axis=0), (2, 3))


@pytest.mark.kata("Tensor.max")
class TestMax:
    def test_over_everything_or_along_an_axis(self):
        x = Tensor([[1.0, 5.0, 3.0], [2.0, 4.0, 9.0]])
        expect_close(x.max(), 9.0, "max of everything")
        expect_close(
            Tensor([-5.0, -2.0, -9.0]).max(),
            -2.0,
            "max of [-5, -2, -9]",
            mistakes={"it is the largest distance from 0": 9.0, "0 is among the entries": 0.0},
        )
        none = "axis 0 is taken for no axis: as a truth value 0 is False"
        expect_close(x.max(axis=0), [2.0, 5.0, 9.0], "max along axis 0", mistakes={none: 9.0})
        expect_close(
            x.max(axis=1, keepdims=True),
            [[5.0], [9.0]],
            "max along axis 1, kept",
            mistakes={"keepdims is not looked at": [5.0, 9.0]},
        )
        expect_op(x.max(axis=1), "max", x)

    def test_nan_is_not_passed_over(self):
        expect_close(
            Tensor([[1.0, np.nan], [2.0, 4.0]]).max(axis=1),
            [np.nan, 4.0],
            "max along axis 1 of [[1, nan], [2, 4]]",
            mistakes={"nan counts as no entry, as nanmax and fmax have it": [1.0, 4.0]},
        )

    def test_an_axis_of_length_1_that_was_not_asked_for_stays(self):
        z = Tensor([[1.0, 5.0, 3.0]]).max(axis=1)
        assert z.shape == (1,), f"the largest of (1, 3) along axis 1: {z.shape}, not (1,)"

    def test_the_gradient_goes_to_the_largest_entry_alone(self):
        x = np.array([[1.0, 5.0, 3.0], [2.0, 4.0, 9.0]])
        (dx,) = gradients(lambda x: x.max(axis=1), x, seed=np.array([5.0, 7.0]))
        expect_close(
            dx,
            [[0.0, 5.0, 0.0], [0.0, 0.0, 7.0]],
            "gradient of max along axis 1 of [[1, 5, 3], [2, 4, 9]], that of the result [5, 7]",
            mistakes={
                "every entry gets it, as in a sum": [[5.0] * 3, [7.0] * 3],
                "the gradient of the result is left out": [[0, 1, 0], [0, 0, 1]],
                "only the largest entry of all gets one": [[0, 0, 0], [0, 0, 7.0]],
                "it is shared among the largest of all rows together": [[0, 2.5, 0], [0, 0, 3.5]],
            },
        )

    def test_entries_that_are_equally_large_share_it(self):
        x = np.array([[2.0, 2.0, 1.0], [3.0, 3.0, 3.0]])
        (dx,) = gradients(lambda x: x.max(axis=1), x, seed=np.array([6.0, 12.0]))
        expect_close(
            dx,
            [[3.0, 3.0, 0.0], [4.0, 4.0, 4.0]],
            "gradient of max along axis 1 of [[2, 2, 1], [3, 3, 3]], that of the result [6, 12]",
            mistakes={
                "each of several largest entries gets all of it": [[6, 6, 0], [12, 12, 12]],
                "the first of several largest entries gets all of it, as in PyTorch's max along "
                "an axis; here they share, as in its amax and in JAX": [[6, 0, 0], [12, 0, 0]],
                "the last of several largest entries gets all of it": [[0, 6, 0], [0, 0, 12]],
                "it is shared among the largest of all rows together": [[1.2, 1.2, 0], [2.4] * 3],
                "entries that are only nearly as large have a share, too": [[2.0] * 3, [4.0] * 3],
            },
        )

    def test_nearly_as_large_is_not_as_large(self):
        (dx,) = gradients(Tensor.max, np.array([1.0, 1.0 - 1e-9]), seed=np.array(6.0))
        expect_close(
            dx,
            [6.0, 0.0],
            "gradient of max of [1, 0.999999999], that of the result 6",
            mistakes={"entries that are only nearly as large have a share, too": [3.0, 3.0]},
        )

    @AXES
    def test_any_axes(self, axis, keepdims):
        x = np.random.default_rng(3).permutation(30).reshape(2, 3, 5) / 10  # all different
        expect_any_axes("max", axis, keepdims, x)

    def test_float32_stays_float32(self):
        expect_float32(Tensor.max, (2, 3))
        expect_float32(lambda x: x.max(axis=0), (2, 3))


def in_one_tuple(method, numbers_given):
    """Fail in words if a method of a Tensor stops where its numbers come in one tuple."""
    __tracebackhide__ = True
    try:
        method(numbers_given)
    except (TypeError, ValueError) as error:
        pytest.fail(
            f"x.{method.__name__}({numbers_given}) stops with: {error}. As in numpy the numbers "
            "may come one after the other, or in one tuple"
        )


@pytest.mark.kata("Tensor.reshape")
class TestReshape:
    def test_the_same_entries_in_the_same_order(self):
        x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        expect_close(
            x.reshape(3, 2),
            [[1, 2], [3, 4], [5, 6]],
            "[[1, 2, 3], [4, 5, 6]] in shape (3, 2)",
            mistakes={"it is transposed": [[1, 4], [2, 5], [3, 6]]},
        )
        expect_op(x.reshape(3, 2), "reshape", x)

    def test_minus_one_is_what_is_left(self):
        assert Tensor(np.ones((2, 3, 5))).reshape(-1, 5).shape == (6, 5)
        assert Tensor(np.ones((2, 3))).reshape(-1).shape == (6,)

    @pytest.mark.parametrize("shape", [(3, 2), (6,), (-1, 2), (1, 6, 1)], ids=str)
    def test_the_shape_may_come_in_one_tuple(self, shape):
        x = np.arange(6.0).reshape(2, 3)
        in_one_tuple(Tensor(x).reshape, shape)
        expect_gradients(
            f"x.reshape({shape})", lambda x: x.reshape(shape), lambda x: x.reshape(shape), x
        )

    def test_the_gradient_takes_the_old_shape(self):
        expect_gradients(
            "x.reshape(5, -1)",
            lambda x: x.reshape(5, -1),
            lambda x: x.reshape(5, -1),
            numbers(2, 3, 5),
            mistakes=[
                {
                    "the gradient keeps the new shape": lambda g: g,
                    "the gradient is read column by column": lambda g: g.reshape(
                        2, 3, 5, order="F"
                    ),
                }
            ],
        )

    def test_after_a_transpose_the_order_is_that_of_the_entries_as_they_stand(self):
        x = np.arange(6.0).reshape(2, 3).T
        (dx,) = gradients(lambda x: x.reshape(6), x, seed=np.arange(6.0))
        expect_close(dx, [[0, 1], [2, 3], [4, 5]], "gradient of a turned array in reshape(6)")

    def test_float32_stays_float32(self):
        expect_float32(lambda x: x.reshape(3, 2), (2, 3))


@pytest.mark.kata("Tensor.transpose")
class TestTranspose:
    def test_rows_become_columns(self):
        x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        expect_close(x.transpose(), [[1, 4], [2, 5], [3, 6]], "[[1, 2, 3], [4, 5, 6]], transposed")
        expect_op(x.transpose(), "transpose", x)

    def test_without_axes_all_are_reversed(self):
        x = np.arange(30.0).reshape(2, 3, 5)
        z = Tensor(x).transpose()
        assert z.shape == (5, 3, 2), (
            f"(2, 3, 5) transposed is {z.shape}, and should be (5, 3, 2): all axes in reverse, and "
            "not the last two alone"
        )
        expect_close(z.data[4, 1, 0], x[0, 1, 4], "entry (4, 1, 0), which was (0, 1, 4)")

    def test_axes_say_where_each_axis_of_the_result_comes_from(self):
        z = Tensor(np.ones((2, 3, 5))).transpose(2, 0, 1)
        assert z.shape == (5, 2, 3), (
            f"axes 2, 0, 1 of (2, 3, 5) make {z.shape}, and should make (5, 2, 3): axis 2 comes "
            "first"
        )

    @pytest.mark.parametrize("axes", [(), (1, 0, 2), (1, 2, 0), (2, 0, 1), (-1, 0, 1)], ids=str)
    def test_the_gradient_goes_back_to_the_old_order(self, axes):
        cube = numbers(3, 3, 3)  # so that a wrong order shows in the numbers
        taken = axes or (2, 1, 0)
        mistakes = {"the gradient keeps the new order": lambda g: g}
        if axes == (-1, 0, 1):
            mistakes = {"-1 was sorted before 0, though it is the last axis": lambda g: g}
        if axes:
            mistakes["all axes are reversed, whichever were asked for"] = lambda g: g.T
        if axes in ((1, 2, 0), (2, 0, 1), (-1, 0, 1)):
            again = "the same axes are applied again, and not the way back"
            mistakes[again] = lambda g: g.transpose(taken)
        expect_gradients(
            f"x.transpose{axes}",
            lambda x: x.transpose(*axes),
            lambda x: x.transpose(taken),
            cube,
            mistakes=[mistakes],
        )
        expect_gradients(
            f"x.transpose{axes}, x (2, 3, 5)",
            lambda x: x.transpose(*axes),
            lambda x: x.transpose(taken),
            numbers(2, 3, 5),
        )

    @pytest.mark.parametrize("axes", [(1, 2, 0), (-1, 0, 1)], ids=str)
    def test_the_axes_may_come_in_one_tuple(self, axes):
        in_one_tuple(Tensor(numbers(2, 3, 5)).transpose, axes)
        expect_gradients(
            f"x.transpose({axes})",
            lambda x: x.transpose(axes),
            lambda x: x.transpose(axes),
            numbers(2, 3, 5),
        )

    def test_float32_stays_float32(self):
        expect_float32(Tensor.transpose, (2, 3))


@pytest.mark.kata("Tensor.swapaxes")
class TestSwapaxes:
    def test_two_axes_are_exchanged(self):
        x = Tensor(np.arange(30.0).reshape(2, 3, 5))
        z = x.swapaxes(0, 2)
        assert z.shape == (5, 3, 2), f"axes 0 and 2 of (2, 3, 5), exchanged, make {z.shape}"
        expect_close(z.data[4, 1, 0], 9.0, "entry (4, 1, 0), which was (0, 1, 4)")
        expect_op(z, "swapaxes", x)

    @pytest.mark.parametrize("axes", [(0, 1), (-1, -2), (0, -1), (1, 1)], ids=str)
    def test_the_gradient_goes_back(self, axes):
        expect_gradients(
            f"x.swapaxes{axes}",
            lambda x: x.swapaxes(*axes),
            lambda x: x.swapaxes(*axes),
            numbers(2, 3, 5),
            mistakes=[{} if axes == (1, 1) else {"the gradient keeps the new order": lambda g: g}],
        )

    def test_a_cube_shows_which_axes_go_back(self):
        expect_gradients(
            "x.swapaxes(0, 1)",
            lambda x: x.swapaxes(0, 1),
            lambda x: x.swapaxes(0, 1),
            numbers(3, 3, 3),
            mistakes=[
                {
                    "the gradient keeps the new order": lambda g: g,
                    "the last two axes are exchanged, whichever were asked for": lambda g: (
                        g.swapaxes(1, 2)
                    ),
                    "all axes are reversed": lambda g: g.transpose(),
                }
            ],
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x: x.swapaxes(0, 1), (2, 3))


@pytest.mark.kata("Tensor.__getitem__")
class TestGetitem:
    def test_what_was_asked_for_comes(self):
        x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        expect_close(x[1], [4, 5, 6], "x[1]")
        expect_close(x[:, 1:], [[2, 3], [5, 6]], "x[:, 1:]")
        expect_close(x[0, 2], 3.0, "x[0, 2]")
        expect_close(x[[0, 1], [2, 0]], [3, 4], "x[[0, 1], [2, 0]]")
        expect_op(x[1], "[]", x)

    def test_the_gradient_comes_where_the_entries_stood(self):
        (dx,) = gradients(lambda x: x[:, 1], positive(2, 3), seed=np.array([5.0, 7.0]))
        expect_close(
            dx,
            [[0, 5, 0], [0, 7, 0]],
            "gradient of x (2, 3) in x[:, 1], that of the result [5, 7]",
            mistakes={
                "the gradient keeps the shape of what was taken": [5.0, 7.0],
                "the gradient of the result is left out": [[0, 1, 0], [0, 1, 0]],
            },
        )

    def test_a_row_that_is_taken_twice_collects_twice(self):
        seed = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
        (dx,) = gradients(lambda x: x[np.array([2, 0, 2])], positive(3, 2), seed=seed)
        expect_close(
            dx,
            [[10, 20], [0, 0], [101, 202]],
            "gradient of x (3, 2) in x[[2, 0, 2]]",
            mistakes={
                "repeats are lost: += and = with an array of places write each place once": [
                    [10, 20],
                    [0, 0],
                    [100, 200],
                ]
            },
        )

    def test_a_row_has_two_numbers_one_from_the_end(self):
        seed = np.array([[1.0, 2.0], [10.0, 20.0]])
        (dx,) = gradients(lambda x: x[[0, -3]], positive(3, 2), seed=seed)
        expect_close(
            dx,
            [[11, 22], [0, 0], [0, 0]],
            "gradient of x (3, 2) in x[[0, -3]], which is row 0 twice",
            mistakes={"repeats are lost where one counts from the end": [[10, 20], [0, 0], [0, 0]]},
        )

    @pytest.mark.parametrize(
        "index",
        [
            1,
            -1,
            (1, 2),
            slice(1, None),
            (slice(None), slice(None, None, 2)),
            (slice(None, None, -1), 0),
            (..., 0),
            None,
            (slice(None), None, 1),
            (),
            [1, 1, 0, 1],
            np.array([[0, 1], [1, 1]]),
            (np.array([0, 1, 0]), np.array([2, 2, 2])),
            (slice(None), [4 - 4, 0, 2]),
            (1, [2, 2]),
            np.array([True, False]),
            np.array([[True, False, True], [False, False, True]]),
        ],
        ids=lambda index: str(index).replace("\n", ""),
    )
    def test_every_way_to_ask(self, index):
        x = numbers(2, 3, 5)
        places = np.arange(x.size).reshape(x.shape)[index]

        def written_once(g):
            grad = np.zeros(x.shape)
            grad[index] = g
            return grad

        if isinstance(index, np.ndarray) and index.dtype == bool:
            places_0_and_1 = "True and False are taken for the places 1 and 0"
            as_places = {places_0_and_1: x[index.astype(int)]}
            expect_close(Tensor(x)[index], x[index], f"x[{index}]", mistakes=as_places)
        twice = len(np.unique(places)) < places.size
        lost = "repeats are lost: only arrays, and not lists or tuples, are looked at for them"
        expect_gradients(
            f"x[{index}]",
            lambda x: x[index],
            lambda x: x[index],
            x,
            mistakes=[{lost: written_once} if twice else {}],
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x: x[1:], (2, 3))
        expect_float32(lambda x: x[[1, 1, 0]], (2, 3))

    def test_its_rows_come_one_after_the_other(self):
        rows = [row.data.tolist() for row in Tensor([[1.0, 2.0], [3.0, 4.0]])]
        assert rows == [[1.0, 2.0], [3.0, 4.0]], f"the rows of [[1, 2], [3, 4]] came as {rows}"
        with pytest.raises(TypeError):
            list(Tensor(1.0))


@pytest.mark.kata("concatenate")
class TestConcatenate:
    def test_one_after_the_other(self):
        x, y = Tensor([[1.0, 2.0]]), Tensor([[3.0, 4.0], [5.0, 6.0]])
        z = concatenate([x, y])
        expect_close(z, [[1, 2], [3, 4], [5, 6]], "(1, 2) and (2, 2), one above the other")
        expect_op(z, "concatenate", x, y)
        expect_close(concatenate([x, x], axis=1), [[1, 2, 1, 2]], "x next to x")

    def test_each_operand_gets_its_own_piece_of_the_gradient(self):
        seed = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])

        def beside(*tensors):
            return concatenate(list(tensors), axis=1)

        dx, dy = gradients(beside, positive(2, 1), positive(2, 2), seed=seed)
        expect_close(
            dx,
            [[1], [10]],
            "gradient of x (2, 1), next to y (2, 2)",
            mistakes={
                "each operand gets the whole gradient": seed,
                "it is cut along axis 0, whichever was asked for": seed[:1],
                "it is cut into pieces as equal as can be": seed[:, :2],
                "it is divided by the number of operands": [[0.5], [5.0]],
                # a function that is made in a loop sees its variables as they are when it is called
                "all pullbacks cut where the loop ended: they share the loop's variables": seed[
                    :, 3:
                ],
                "all pullbacks cut out the last piece: they share the loop's variables": seed[
                    :, 1:
                ],
            },
        )
        expect_close(
            dy,
            [[2, 3], [20, 30]],
            "gradient of y (2, 2), next to x (2, 1)",
            mistakes={
                "each operand gets the whole gradient": seed,
                "every piece begins at 0": [[1, 2], [10, 20]],
            },
        )

    @pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
    def test_along_any_axis(self, axis):
        shapes = [[2, 3, 5], [2, 3, 5], [2, 3, 5]]
        for shape, length in zip(shapes, (1, 4, 2)):
            shape[axis] = length
        arrays = [numbers(*shape, salt=i) for i, shape in enumerate(shapes)]
        seed = numbers(*np.concatenate(arrays, axis).shape, salt=9)
        found = gradients(lambda *t: concatenate(list(t), axis), *arrays, seed=seed)
        pieces = np.split(seed, [1, 5], axis)
        for got, wanted, shape in zip(found, pieces, shapes):
            what = f"gradient of the operand of shape {tuple(shape)}, axis={axis},"
            cut = {"it is cut along axis 0: axis -1 is the last one": seed[:1]} if axis < 0 else {}
            expect_close(got, wanted, what, mistakes=cut if np.shape(got)[0] == 1 else {})

    def test_a_constant_takes_its_place_too(self):
        constant, x = Tensor([1.0, 2.0], requires_grad=False), Tensor([3.0])
        with hinted("a constant has no part in the gradient, but its places count"):
            concatenate([constant, x]).backward([1.0, 10.0, 100.0])
        expect_close(
            x.grad,
            [100.0],
            "gradient of x (1,), after a constant (2,)",
            mistakes={"the places of constants are not counted": [1.0]},
        )

    def test_the_same_tensor_twice(self):
        x = Tensor([1.0, 2.0])
        concatenate([x, x]).backward([1.0, 2.0, 10.0, 20.0])
        expect_close(
            x.grad,
            [11.0, 22.0],
            "gradient of x, next to itself",
            mistakes={"only the last place counts": [10, 20], "only the first counts": [1, 2]},
        )

    def test_float32_stays_float32(self):
        expect_float32(lambda x, y: concatenate([x, y]), (2, 3), (1, 3))
