"""3.4 · Real dataset: examples set aside, scaled, dealt out in batches, and judged."""

import math
from numbers import Real

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase3_training.dataset import (
    Standardizer,
    confusion_matrix,
    majority_baseline,
    minibatches,
    train_test_split,
)
from katas.phase3_training.spec_helpers import Labelled, a_seed_does, expect_arrays, parts, rng_of

inf, nan = math.inf, math.nan


# ---- setting aside

N = 10
EXAMPLES = np.array([[i, 10 * i] for i in range(N)], dtype=float)  # row i begins with i
NUMBERS = np.arange(N)  # and its target is i as well


def classes(*counts):
    """Targets that are sorted, as in a file: so many 0s, so many 1s, …; and their features."""
    y = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(y), dtype=float).reshape(-1, 1), y


@pytest.mark.kata("train_test_split")
class TestTrainTestSplit:
    def test_four_parts_come_back_in_this_order(self):
        result = train_test_split(EXAMPLES.copy(), NUMBERS.copy(), 0.3, rng_of(0))
        split = parts(result, "X_train", "X_test", "y_train", "y_test")
        expect_close(
            [len(part) for part in split],
            [7, 3, 7, 3],
            "lengths of X_train, X_test, y_train, y_test, of 10 examples with 0.3 for testing",
            mistakes={
                "test parts come before training parts, or 0.3 is kept for training": [3, 7, 3, 7],
                "the order is X_train, y_train, X_test, y_test": [7, 7, 3, 3],
                "all is kept for training, and the test part is copied from it": [10, 3, 10, 3],
            },
        )
        expect_arrays(*split)
        shapes = [part.shape for part in split]
        assert shapes == [(7, 2), (3, 2), (7,), (3,)], f"the shapes are {shapes}"

    def test_the_examples_that_were_passed_in_stay_in_order(self):
        X, y = EXAMPLES.copy(), NUMBERS.copy()
        train_test_split(X, y, 0.3, rng_of(0))
        assert np.array_equal(X, EXAMPLES) and np.array_equal(y, NUMBERS), (
            "X or y was itself shuffled: it is the caller's"
        )

    @pytest.mark.parametrize("fraction, count", [(0.26, 3), (0.24, 2)])
    def test_the_size_of_the_test_part_is_rounded(self, fraction, count):
        _, _, _, y_test = train_test_split(EXAMPLES, NUMBERS, fraction, rng_of(0))
        expect_close(
            len(y_test),
            count,
            f"examples for testing: 10 · {fraction} = {10 * fraction:.1f}, rounded",
            mistakes={
                "the number is cut off"
                if fraction == 0.26
                else "the number is rounded up, as scikit-learn does": 5 - count,
            },
        )

    @pytest.mark.parametrize("stratify", [False, True], ids=["plain", "stratified"])
    def test_a_half_is_rounded_once(self, stratify):
        X, y = classes(5)
        _, _, y_train, y_test = train_test_split(X, y, 0.5, rng_of(0), stratify)
        assert len(y_train) + len(y_test) == 5 and len(y_test) in (2, 3), (
            f"of 5 examples half are set aside, 2 or 3 of them: but {len(y_test)} are, and "
            f"{len(y_train)} are left. What is not set aside is left, and not a share that is "
            "rounded by itself"
        )

    def test_rows_stay_with_their_targets(self):
        X_train, X_test, y_train, y_test = train_test_split(EXAMPLES, NUMBERS, 0.3, rng_of(0))
        kept = np.array_equal(X_train[:, 0], y_train) and np.array_equal(X_test[:, 0], y_test)
        assert kept, (
            f"row i begins with i, and its target is i: but rows {X_train[:, 0]} came back with "
            f"targets {y_train}. X and y were not shuffled in the same way"
        )

    def test_no_example_is_in_both_parts(self):
        _, _, y_train, y_test = train_test_split(EXAMPLES, NUMBERS, 0.4, rng_of(0))
        both = sorted(set(y_train.tolist()) & set(y_test.tolist()))
        assert not both, (
            f"examples {both} are in the training and in the test part: a model that has them by "
            "heart would look as if it understood"
        )

    def test_every_example_is_in_one_of_the_parts(self):
        _, _, y_train, y_test = train_test_split(EXAMPLES, NUMBERS, 0.4, rng_of(0))
        lost = sorted(set(range(N)) - set(y_train.tolist()) - set(y_test.tolist()))
        assert not lost, f"examples {lost} are in neither part"
        assert len(y_train) + len(y_test) == N, "an example stands twice in one part"

    def test_the_test_part_is_drawn_at_random(self):
        drawn = {
            tuple(sorted(train_test_split(EXAMPLES, NUMBERS, 0.3, rng_of(seed))[3].tolist()))
            for seed in range(4)
        }
        assert len(drawn) > 1, (
            f"four generators drew the same test part, {drawn}: files are often sorted by class, "
            "so that the last rows are all of one kind"
        )

    @pytest.mark.parametrize("stratify", [False, True], ids=["plain", "stratified"])
    def test_the_test_part_is_no_block_of_neighbours(self, stratify):
        # of 20 that are drawn from 60, six or seven have their right-hand neighbour beside them
        X, y = classes(60)
        rows = train_test_split(X, y, 1 / 3, rng_of(0), stratify)[1].ravel().astype(int).tolist()
        neighbours = sum((row + 1) % 60 in rows for row in rows)
        assert neighbours < 15, (
            f"{neighbours} of 20 test examples stand side by side in the file ({sorted(rows)}): "
            "only where the block begins was drawn, and neighbours are often alike"
        )

    def test_the_generator_that_is_passed_in_decides(self):
        drawn = {
            tuple(train_test_split(EXAMPLES, NUMBERS, 0.3, rng_of(7))[3].tolist()) for _ in "123"
        }
        assert len(drawn) == 1, f"one seed drew different test parts, {drawn}: is rng used?"

    @pytest.mark.parametrize("seed", range(3))
    def test_stratified_each_class_gives_its_share(self, seed):
        # 18 · 0.2 = 3.6, 7 · 0.2 = 1.4, 13 · 0.2 = 2.6
        X, y = classes(18, 7, 13)
        _, _, _, y_test = train_test_split(X, y, 0.2, rng_of(seed), stratify=True)
        expect_close(
            np.bincount(y_test, minlength=3),
            [4, 1, 3],
            "examples for testing of classes with 18, 7 and 13, stratified, 0.2 of each, rounded",
            mistakes={
                "the shares are cut off": [3, 1, 2],
                "the shares are rounded up": [4, 2, 3],
                "the same number is taken of each class": [3, 3, 3],
                "the last rows of the file are taken": [0, 0, 8],
                "the first rows of the file are taken": [8, 0, 0],
            },
        )

    def test_stratified_the_counts_are_no_matter_of_chance(self):
        X, y = classes(18, 7, 13)
        drawn = {
            tuple(
                np.bincount(
                    train_test_split(X, y, 0.2, rng_of(seed), True)[3], minlength=3
                ).tolist()
            )
            for seed in range(6)
        }
        assert len(drawn) == 1, (
            f"six generators gave test parts with {sorted(drawn)} examples of the three classes: "
            "stratify is not looked at, and chance decides how many of each there are"
        )

    def test_stratified_a_share_may_be_rounded_to_none(self):
        # 2 · 0.2 = 0.4
        X, y = classes(18, 7, 2)
        _, _, _, y_test = train_test_split(X, y, 0.2, rng_of(0), stratify=True)
        expect_close(
            np.bincount(y_test, minlength=3),
            [4, 1, 0],
            "examples for testing of classes with 18, 7 and 2, stratified, 0.2 of each, rounded",
            mistakes={
                "at least one of each class is taken": [4, 1, 1],
                "the shares are rounded up": [4, 2, 1],
                "the shares are cut off": [3, 1, 0],
            },
        )

    def test_stratified_every_example_is_in_one_part_with_its_target(self):
        X, y = classes(18, 7, 13)
        X_train, X_test, y_train, y_test = train_test_split(X, y, 0.2, rng_of(0), stratify=True)
        rows = np.concatenate([X_train, X_test]).ravel().astype(int)
        assert sorted(rows.tolist()) == list(range(38)), "an example is lost, or stands twice"
        assert np.array_equal(y[rows], np.concatenate([y_train, y_test])), (
            "rows came back with the targets of other rows"
        )

    def test_stratified_the_examples_of_a_class_are_drawn_at_random(self):
        X, y = classes(18, 7, 13)
        drawn = {
            tuple(sorted(train_test_split(X, y, 0.2, rng_of(seed), True)[1].ravel().tolist()))
            for seed in range(4)
        }
        assert len(drawn) > 1, "four generators drew the same examples of every class"

    def test_stratified_any_numbers_are_classes(self):
        X, y = classes(10, 20)
        _, _, _, y_test = train_test_split(X, np.where(y == 0, 7, 3), 0.3, rng_of(0), True)
        counts = {k: int((y_test == k).sum()) for k in (3, 7)}
        assert counts == {3: 6, 7: 3}, (
            f"of 20 examples of class 3 and 10 of class 7, 0.3 should be 6 and 3, and are {counts}"
        )

    def test_it_is_not_stratified_unless_asked(self):
        _, _, _, y_test = train_test_split(EXAMPLES, NUMBERS, 0.3, rng_of(0))
        assert len(y_test) == 3, (
            f"of 10 examples of 10 classes 3 should be set aside, and {len(y_test)} were: 0.3 of "
            "each class rounds to none, which is what stratify would give"
        )

    @pytest.mark.parametrize("fraction", [0, 1, 1.5, -0.2, 30, np.nan])
    def test_a_fraction_that_leaves_a_part_empty_or_is_none_is_refused(self, fraction):
        expect_raises(
            ValueError,
            lambda: train_test_split(EXAMPLES, NUMBERS, fraction, rng_of(0)),
            f"a test fraction of {fraction}, which is not above 0 and below 1,",
            naming=[fraction],
        )

    def test_unequal_lengths_are_refused(self):
        expect_raises(
            ValueError,
            lambda: train_test_split(EXAMPLES, NUMBERS[:9], 0.3, rng_of(0)),
            "10 rows with 9 targets",
            naming=[10, 9],
        )

    @pytest.mark.parametrize("which", ["X", "y"])
    def test_a_masked_array_is_refused(self, which):
        given = {"X": EXAMPLES, "y": NUMBERS}
        given[which] = np.ma.masked_less(given[which], 3)
        expect_raises(
            TypeError,
            lambda: train_test_split(given["X"], given["y"], 0.3, rng_of(0)),
            f"a masked {which}, of which np.asarray drops the mask (plain_array refuses it)",
        )

    def test_rows_stay_with_targets_whose_index_was_shuffled(self):
        y = Labelled(NUMBERS, reversed(range(N)))
        X_train, X_test, y_train, y_test = train_test_split(EXAMPLES, y, 0.3, rng_of(0))
        assert [*X_train[:, 0], *X_test[:, 0]] == [*y_train, *y_test], (
            "y is a Series of pandas whose index was shuffled, and rows of X are no longer with "
            "their targets: y[…] looks for labels there. Make arrays of X and y first."
        )

    def test_a_seed_does_for_a_generator(self):
        a_seed_does(lambda rng: train_test_split(EXAMPLES, NUMBERS, 0.3, rng)[3])


# ---- scaling

# columns with the means 4 and 25, and squared distances from them that add up to 20 and 500
MEASURED = np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0], [7.0, 40.0]])


@pytest.mark.kata("Standardizer.fit")
class TestStandardizerFit:
    def test_the_mean_of_each_column_is_measured(self):
        standardizer = Standardizer()
        standardizer.fit(MEASURED.copy())
        expect_close(
            standardizer.mean,
            [4.0, 25.0],
            "mean of two columns",
            mistakes={
                "the mean is taken along the rows": [5.5, 16.5, 12.5, 23.5],
                "one mean is taken of all numbers": 14.5,
                "the sum is taken, not the mean": [16.0, 100.0],
            },
        )

    def test_the_deviation_is_that_of_the_population(self):
        standardizer = Standardizer()
        standardizer.fit(MEASURED.copy())
        expect_close(
            standardizer.deviation,
            [math.sqrt(5), math.sqrt(125)],
            "deviation of two columns, √(20 / 4) and √(500 / 4)",
            mistakes={
                "the sum is divided by N - 1, for a sample, as torch.std and pandas do": [
                    math.sqrt(20 / 3),
                    math.sqrt(500 / 3),
                ],
                "the root is left out": [5.0, 125.0],
                "the mean distance is taken, without squares": [2.0, 10.0],
                "the sum of squares is not divided at all": [math.sqrt(20), math.sqrt(500)],
                "the deviation is taken along the rows": [4.5, 13.5, 7.5, 16.5],
                "one deviation is taken of all numbers": float(np.std(MEASURED)),
                "one deviation is taken of all distances": [math.sqrt(520 / 8)] * 2,
            },
        )

    def test_what_lies_far_out_counts_as_far_as_it_lies(self):
        # the mean is 4, and the squared distances from it are 9, 4 and 25
        standardizer = Standardizer().fit(np.array([[1.0], [2.0], [9.0]]))
        expect_close(
            [*standardizer.mean, *standardizer.deviation],
            [4.0, math.sqrt(38 / 3)],
            "mean and deviation of the column 1, 2, 9",
            mistakes={
                "the median is taken for the mean": [2.0, math.sqrt(38 / 3)],
                "the median is taken for the mean, and distances are from it": [
                    2.0,
                    math.sqrt(50 / 3),
                ],
                "the middle between the smallest and the largest is taken for the mean": [
                    5.0,
                    math.sqrt(38 / 3),
                ],
                "half the range is taken for the deviation": [4.0, 4.0],
            },
        )

    def test_what_is_no_number_is_not_passed_over(self):
        with np.errstate(all="ignore"):
            standardizer = Standardizer().fit(np.array([[1.0, 2.0], [nan, 4.0], [3.0, 6.0]]))
        expect_close(
            [standardizer.mean[0], standardizer.deviation[0]],
            [nan, nan],
            "mean and deviation of the column 1, NaN, 3",
            mistakes={
                "NaN is left out, as np.nanmean and pandas do: what has gone wrong looks right": [
                    2.0,
                    1.0,
                ],
                "NaN is left out of the mean": [2.0, nan],
                "NaN is left out of the deviation": [nan, 1.0],
            },
        )

    def test_mean_and_deviation_are_arrays(self):
        standardizer = Standardizer()
        standardizer.fit(MEASURED.copy())
        expect_arrays(standardizer.mean, standardizer.deviation)

    def test_it_returns_itself(self):
        standardizer = Standardizer()
        got = standardizer.fit(MEASURED.copy())
        assert got is standardizer, (
            f"fit returned {got!r}, and should return the Standardizer itself, so that "
            "Standardizer().fit(X) can be written in one go"
        )

    def test_a_constant_column_has_a_deviation_of_exactly_zero(self):
        standardizer = Standardizer().fit(np.array([[0.1, 1.0], [0.1, -2.0], [0.1, 6.0]]))
        deviation = float(standardizer.deviation[0])
        assert deviation == 0, (
            f"the deviation of three times 0.1 is {deviation!r}, and should be exactly 0: that is "
            "rounding, and dividing by it would blow up any other value of this column"
        )

    def test_a_column_that_hardly_varies_is_not_constant(self):
        standardizer = Standardizer().fit(np.array([[1e-20], [3e-20]]))
        expect_close(
            standardizer.deviation * 1e20,
            [1.0],
            "deviation, times 10^20, of the column 1e-20, 3e-20",
            mistakes={
                "a small deviation is taken for none": [0.0],
                **{
                    f"{eps:g} is added to the deviation": [1 + eps * 1e20]
                    for eps in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)
                },
            },
        )

    def test_large_numbers_that_vary_a_little_do_vary(self):
        X = np.array([[2.0**46 + 1], [2.0**46 + 3]])
        by_squares = math.sqrt(max(float((X**2).mean() - X.mean() ** 2), 0.0))
        expect_close(
            Standardizer().fit(X).deviation,
            [1.0],
            "deviation of the column 2⁴⁶ + 1, 2⁴⁶ + 3",
            mistakes={
                (
                    "the mean's square is subtracted from the mean of squares: both are so large "
                    "that rounding leaves nothing of the difference",
                    "a deviation that is small compared with the mean is taken for none",
                ): [by_squares],
            },
        )

    def test_half_precision_is_measured_in_float64(self):
        with np.errstate(over="ignore"):
            standardizer = Standardizer().fit(np.array([[100.0], [900.0]], np.float16))
        expect_close(
            standardizer.deviation,
            [400.0],
            "deviation of the column 100, 900 in float16",
            mistakes={"the squares are too large for float16, which ends at 65,504": [inf]},
        )

    def test_a_masked_array_is_refused(self):
        X = np.ma.masked_values([[1.0, 2.0], [-999.0, 4.0]], -999.0)
        expect_raises(
            TypeError,
            lambda: Standardizer().fit(X),
            "a masked array, of which np.asarray drops the mask, so that the -999 behind it counts "
            "(real_array refuses it)",
        )

    def test_it_measures_afresh_each_time(self):
        standardizer = Standardizer().fit(MEASURED.copy())
        standardizer.fit(MEASURED + 100)
        expect_close(
            standardizer.mean,
            [104.0, 125.0],
            "mean after a second fit on other numbers",
            mistakes={
                "the first measurement is kept": [4.0, 25.0],
                "the two measurements are averaged": [54.0, 75.0],
            },
        )

    def test_the_examples_stay_as_they_were(self):
        X = MEASURED.copy()
        Standardizer().fit(X)
        assert np.array_equal(X, MEASURED), "fit has changed the examples: it only measures them"


def measured_on(X):
    """A Standardizer that was fitted on X, whatever its fit returns."""
    standardizer = Standardizer()
    standardizer.fit(np.array(X))
    return standardizer


@pytest.mark.kata("Standardizer.transform")
class TestStandardizerTransform:
    def test_other_examples_are_scaled_by_what_was_measured(self):
        # means 1 and 20, deviations 1 and 10
        standardizer = measured_on([[0.0, 10.0], [2.0, 30.0]])
        expect_close(
            standardizer.transform(np.array([[3.0, 50.0], [1.0, 70.0]])),
            [[2.0, 3.0], [0.0, 5.0]],
            "test examples, scaled by the training part's means 1 and 20, deviations 1 and 10",
            mistakes={
                "the test examples are scaled by their own mean and deviation": [[1, -1], [-1, 1]],
                "all examples, old and new, are measured again": [
                    [3 / math.sqrt(5), 1 / math.sqrt(5)],
                    [-1 / math.sqrt(5), 3 / math.sqrt(5)],
                ],
                "the mean is not taken away": [[3.0, 5.0], [1.0, 7.0]],
                "the numbers are shifted, but not scaled": [[2.0, 30.0], [0.0, 50.0]],
                "the mean is subtracted last": [[2.0, -15.0], [0.0, -13.0]],
                "the distance is divided by the deviation squared": [[2.0, 0.3], [0.0, 0.5]],
                "the distance is multiplied by the deviation": [[2.0, 300.0], [0.0, 500.0]],
            },
        )

    def test_the_measured_examples_come_out_with_mean_0_and_deviation_1(self):
        scaled = measured_on(MEASURED).transform(MEASURED.copy())
        expect_close(scaled.mean(axis=0), [0.0, 0.0], "mean of each scaled column")
        expect_close(
            (scaled**2).mean(axis=0),
            [1.0, 1.0],
            "mean square of each scaled column",
            mistakes={"the deviation is that of a sample, with N - 1": [0.75, 0.75]},
        )

    def test_a_constant_column_is_shifted_and_not_scaled(self):
        standardizer = measured_on([[5.0, 1.0], [5.0, 3.0]])
        with np.errstate(all="ignore"):
            scaled = standardizer.transform(np.array([[5.0, 3.0], [6.5, 5.0]]))
        expect_close(
            scaled,
            [[0.0, 1.0], [1.5, 3.0]],
            "examples of which the first column was always 5 when it was measured",
            mistakes={
                "a distance is divided by a deviation of 0": [[nan, 1.0], [inf, 3.0]],
                "1e-8 is added to the deviation, so that it is never 0": [
                    [0.0, 1 / (1 + 1e-8)],
                    [1.5e8, 3 / (1 + 1e-8)],
                ],
                "what was divided by 0 is patched up afterwards (nan_to_num)": np.nan_to_num(
                    [[0.0, 1.0], [inf, 3.0]]
                ),
                "a constant column is set to 0 throughout": [[0.0, 1.0], [0.0, 3.0]],
                "a constant column is left as it is": [[5.0, 1.0], [6.5, 3.0]],
            },
        )

    def test_what_lies_far_out_stays_far_out(self):
        scaled = measured_on([[0.0], [2.0]]).transform(np.array([[101.0], [-49.0]]))
        expect_close(
            scaled,
            [[100.0], [-50.0]],
            "examples 100 deviations above the mean and 50 below it",
            mistakes={
                f"what is further out than {limit} deviations is cut off there": [[limit], [-limit]]
                for limit in (3, 4, 5, 6, 10)
            },
        )

    def test_nothing_is_added_to_a_deviation(self):
        scaled = measured_on([[0.0], [2.0]]).transform(np.array([[1.0 + 1.0]]))
        expect_close(
            scaled,
            [[1.0]],
            "an example one deviation above the mean",
            mistakes={
                f"{eps:g} is added to the deviation": [[1 / (1 + eps)]]
                for eps in (1e-8, 1e-7, 1e-6, 1e-5, 1e-3)
            },
        )

    def test_a_column_that_hardly_varies_is_scaled_like_any_other(self):
        scaled = float(measured_on([[1e-20], [3e-20]]).transform(np.array([[3e-20]]))[0, 0])
        assert abs(scaled - 1) < 1e-6, (
            f"of a column 1e-20, 3e-20 the larger number comes out as {scaled:.3g}, not as 1: is a "
            "deviation below some limit taken for none, is something added to it, or is there a "
            "least number to divide by? Only a deviation of exactly 0 means "
            "a constant column, in whatever unit it was measured"
        )

    @pytest.mark.parametrize("columns", [1, 3])
    def test_another_number_of_columns_is_refused(self, columns):
        standardizer = measured_on([[0.0, 10.0], [2.0, 30.0]])
        expect_raises(
            ValueError,
            lambda: standardizer.transform(np.ones((4, columns))),
            f"4 examples of {columns} columns where 2 were measured (numpy repeats a single one)",
            naming=[(4, columns), (2,)],
        )

    def test_what_was_measured_is_kept(self):
        standardizer = measured_on([[0.0, 10.0], [2.0, 30.0]])
        standardizer.transform(np.array([[7.0, 70.0], [9.0, 90.0]]))
        expect_close(
            standardizer.transform(np.array([[3.0, 50.0]])),
            [[2.0, 3.0]],
            "an example, scaled after some others",
            mistakes={
                "the examples before it have been measured, too": [[-5.0, -3.0]],
                "a lone example is measured, and is its own mean": [[0.0, 0.0]],
            },
        )

    def test_a_deviation_of_zero_stays_zero(self):
        standardizer = measured_on([[5.0, 1.0], [5.0, 3.0]])
        with np.errstate(all="ignore"):
            standardizer.transform(np.array([[5.0, 3.0]]))
        expect_close(
            standardizer.deviation,
            [0.0, 1.0],
            "deviations after a transform, of a constant column and another",
            mistakes={"the 0 is replaced for good, and fit's measurement is lost": [1.0, 1.0]},
        )

    def test_the_examples_stay_as_they_were(self):
        X = MEASURED.copy()
        measured_on(MEASURED).transform(X)
        assert np.array_equal(X, MEASURED), "transform has changed the caller's array in place"


# ---- batches


def batches_of(n, batch_size, rng):
    return [list(batch) for batch in minibatches(n, batch_size, rng)]


@pytest.mark.kata("minibatches")
class TestMinibatches:
    def test_the_last_batch_holds_what_is_left(self):
        expect_close(
            [len(batch) for batch in batches_of(11, 4, rng_of(0))],
            [4, 4, 3],
            "sizes of the batches of 11 examples, 4 at a time",
            mistakes={
                "the last, short batch is dropped": [4, 4],
                "the last batch is filled up": [4, 4, 4],
                "the last batch swallows what is left": [4, 7],
                "the batches are shuffled and the examples are not, so that the short batch comes "
                "anywhere": [3, 4, 4],
                "the short batch comes in the middle: the batches are shuffled": [4, 3, 4],
                "batch_size is taken for the number of batches": [3, 3, 3, 2],
                "every example is a batch": [1] * 11,
            },
        )

    def test_all_batches_but_the_last_are_full(self):
        expect_close(
            [len(batch) for batch in batches_of(9, 4, rng_of(0))],
            [4, 4, 1],
            "sizes of the batches of 9 examples, 4 at a time",
            mistakes={
                "the examples are dealt out evenly, as np.array_split does": [3, 3, 3],
                "the last, short batch is dropped": [4, 4],
                "the last batch swallows what is left": [4, 5],
            },
        )

    def test_without_a_rest_there_is_no_empty_batch(self):
        expect_close(
            [len(batch) for batch in batches_of(8, 4, rng_of(0))],
            [4, 4],
            "sizes of the batches of 8 examples, 4 at a time",
            mistakes={"an empty batch follows": [4, 4, 0], "the last batch is dropped": [4]},
        )

    def test_a_seed_does_for_a_generator(self):
        a_seed_does(lambda rng: [i for batch in batches_of(50, 4, rng) for i in batch])

    def test_a_batch_may_be_a_single_example(self):
        sizes = [len(batch) for batch in batches_of(3, 1, rng_of(0))]
        assert sizes == [1, 1, 1], f"3 examples, 1 at a time, came in batches of {sizes}"

    def test_a_batch_may_be_larger_than_all_there_is(self):
        sizes = [len(batch) for batch in batches_of(3, 10, rng_of(0))]
        assert sizes == [3], f"3 examples, 10 at a time, came in batches of {sizes}"

    def test_each_example_comes_exactly_once(self):
        seen = [int(i) for batch in batches_of(11, 4, rng_of(0)) for i in batch]
        again = sorted({i for i in seen if seen.count(i) > 1})
        never = sorted(set(range(11)) - set(seen))
        assert not again and not never, (
            f"of the examples 0 to 10, {again} came more than once and {never} never: an epoch "
            "shows each one once, so they cannot be drawn independently of each other"
        )

    def test_batches_that_are_kept_stay_as_they_are(self):
        kept = [batch.tolist() for batch in list(minibatches(8, 4, rng_of(0)))]
        assert sorted(kept[0] + kept[-1]) == list(range(8)), (
            f"all batches of 8 examples, 4 at a time, first listed and then looked at: {kept}. One "
            "array is filled anew for each batch, so whoever holds an earlier one sees the last"
        )

    def test_examples_are_mixed(self):
        batches = batches_of(60, 20, rng_of(0))
        runs = [batch for batch in batches if np.ptp(batch) == len(batch) - 1]
        assert not runs, (
            f"a batch from {runs[0][0]} to {runs[0][-1]} holds neighbours only: batches are cut "
            "from the file as it stands, and a file that is sorted gives batches of one class each"
        )

    def test_every_epoch_has_an_order_of_its_own(self):
        rng = rng_of(0)
        first, second = batches_of(60, 20, rng), batches_of(60, 20, rng)
        assert first != second, (
            "two epochs with one generator came in the same order: is a new generator made, with "
            "the same seed, at each call?"
        )

    def test_the_generator_that_is_passed_in_decides(self):
        first, second = batches_of(60, 20, rng_of(3)), batches_of(60, 20, rng_of(3))
        assert first == second, "two generators of one seed gave different batches: is rng used?"

    def test_a_batch_can_be_used_as_an_index(self):
        for batch in minibatches(N, 4, rng_of(0)):
            kind = getattr(getattr(batch, "dtype", None), "kind", type(batch).__name__)
            assert kind in "iu", f"a batch is {batch!r}, and should be an array of integers"
            assert EXAMPLES[batch].shape == (len(batch), 2)

    @pytest.mark.parametrize("batch_size", [0, -2])
    def test_a_batch_of_nothing_is_refused(self, batch_size):
        expect_raises(
            ValueError,
            lambda: list(minibatches(10, batch_size, rng_of(0))),
            f"a batch size of {batch_size}",
            naming=[batch_size],
        )


# ---- judging


@pytest.mark.kata("confusion_matrix")
class TestConfusionMatrix:
    def test_rows_are_the_right_classes_and_columns_the_predictions(self):
        targets, predictions = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 0, 2, 2])
        expect_close(
            confusion_matrix(targets, predictions, 3),
            [[1, 1, 0], [0, 1, 0], [1, 0, 2]],
            "confusion matrix of six examples, two of which were taken for another class",
            mistakes={
                "rows and columns are exchanged": [[1, 0, 1], [1, 1, 0], [0, 0, 2]],
                "a pair that comes twice is counted once": [[1, 1, 0], [0, 1, 0], [1, 0, 1]],
                "all rows are one and the same list": [[2, 2, 2]] * 3,
                "only the mistakes are counted": [[0, 1, 0], [0, 0, 0], [1, 0, 0]],
                "only the right ones are counted": [[1, 0, 0], [0, 1, 0], [0, 0, 2]],
                "each row is divided by its sum": [
                    [0.5, 0.5, 0],
                    [0, 1, 0],
                    [1 / 3, 0, 2 / 3],
                ],
            },
        )

    def test_a_class_that_does_not_occur_has_its_row_and_column(self):
        expect_close(
            confusion_matrix(np.array([0, 1]), np.array([1, 1]), 4),
            [[0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
            "confusion matrix of two examples of the first two of four classes",
            mistakes={"only the classes that occur have a row": [[0, 1], [0, 1]]},
        )

    def test_the_entries_are_integers(self):
        matrix = confusion_matrix(np.array([0]), np.array([1]), 2)
        expect_arrays(matrix)
        kind = matrix.dtype
        assert kind.kind in "iu", f"the entries are {kind}: they are counts, and should be integers"

    @pytest.mark.parametrize(
        "kind, targets, named",
        [(TypeError, [True, False], bool), (IndexError, [0, -1], -1)],
        ids=str,
    )
    def test_what_is_not_a_class_is_refused(self, kind, targets, named):
        expect_raises(
            kind,
            lambda: confusion_matrix(np.array(targets), np.array([0, 1]), 2),
            f"a confusion matrix for the targets {targets}, which would index something else,",
            naming=[named],
        )

    @pytest.mark.parametrize(
        "kind, predictions, named",
        [(TypeError, [0.0, 1.0], float), (IndexError, [0, -1], -1), (IndexError, [0, 2], 2)],
        ids=str,
    )
    def test_a_prediction_that_is_not_a_class_is_refused(self, kind, predictions, named):
        expect_raises(
            kind,
            lambda: confusion_matrix(np.array([0, 1]), np.array(predictions), 2),
            f"a confusion matrix for the predictions {predictions} of 2 classes",
            naming=[named],
        )

    def test_it_counts_as_far_as_there_are_examples(self):
        classes = np.repeat(np.array([0, 1], np.uint8), [300, 1])
        expect_close(
            confusion_matrix(classes, classes, 2),
            [[300, 0], [0, 1]],
            "confusion matrix of 300 examples of one class and one of another, all right",
            mistakes={"it counts in eight bits, which end at 255": [[44, 0], [0, 1]]},
        )

    def test_small_integers_are_classes_like_others(self):
        classes = np.array([19, 18], np.uint8)
        with np.errstate(all="ignore"):
            matrix = confusion_matrix(classes, classes[::-1], 20)
        expect_close(
            [matrix.shape, matrix[19, 18], matrix[18, 19], matrix.sum()],
            [(20, 20), 1, 1, 2],
            "shape, two entries and the sum of the confusion matrix of classes in uint8, which "
            "ends at 255, so that 19 · 20 + 18 does not fit,",
        )

    @pytest.mark.parametrize("shape", [(3, 1), (2,)], ids=str)
    def test_there_is_a_prediction_for_each_target(self, shape):
        expect_raises(
            ValueError,
            lambda: confusion_matrix(np.zeros(shape, int), np.array([0, 1, 0]), 2),
            f"a confusion matrix for targets {shape} and predictions (3,)",
            naming=[shape, (3,)],
        )


@pytest.mark.kata("majority_baseline")
class TestMajorityBaseline:
    def test_the_commonest_training_class_is_the_answer_to_every_test_example(self):
        expect_close(
            majority_baseline(np.array([0, 1, 1, 1, 2]), np.array([0, 0, 0, 1])),
            0.25,
            "accuracy of always saying 1 where one of four is a 1",
            mistakes={
                "the commonest class is looked up in the test part": 0.75,
                "the answer is judged on the training part": 0.6,
                "a class is guessed at random, one of three": 1 / 3,
                "the right answers are counted, or the class itself is returned": 1.0,
                "it is given in percent": 25.0,
            },
        )

    def test_of_several_equally_common_classes_the_smallest_counts(self):
        expect_close(
            majority_baseline(np.array([2, 2, 0, 0, 1]), np.array([0, 2, 2, 2, 2])),
            0.2,
            "accuracy of always saying 0, as common as 2 in the training part",
            mistakes={"the larger one counts, or the one that comes first in the list": 0.8},
        )

    def test_it_is_a_number(self):
        share = majority_baseline(np.array([0, 1, 1]), np.array([0, 1]))
        assert isinstance(share, Real), (
            f"the accuracy is {share!r} ({type(share).__name__}), and should be a number"
        )

    def test_a_class_that_is_never_tested_is_never_right(self):
        expect_close(majority_baseline(np.array([1, 1]), np.array([0, 2])), 0.0, "accuracy")
