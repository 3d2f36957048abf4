"""3.4 · Real dataset: from a file to a model that is judged by what it has never seen."""

import gzip
import math
import os
import re
import zipfile
from numbers import Real
from pathlib import Path

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.losses import cross_entropy
from katas.phase2_networks.module import MLP, Module
from katas.phase3_training.dataset import (
    Standardizer,
    confusion_matrix,
    encode_labels,
    load_csv,
    majority_baseline,
    minibatches,
    one_hot,
    parse_row,
    train_test_split,
)
from katas.phase3_training.optimizers import SGD
from katas.phase3_training.training import (
    ArrayNetwork,
    EarlyStopping,
    Parameter,
    array_loss,
    fit,
    load_parameters,
    save_parameters,
)

inf, nan = math.inf, math.nan


def rng_of(seed):
    return np.random.default_rng(seed)


# ---- a file


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """For files that are written anew before they are read: one folder is quicker than many."""
    return tmp_path_factory.mktemp("files")


COLUMNS = ["length", "width", "species"]
PLACE = "iris.csv, line 7"


@pytest.mark.kata("parse_row")
class TestParseRow:
    def test_a_row_is_numbers_and_a_label(self):
        numbers, label = parse_row(["5.1", "3.5", "setosa"], COLUMNS, PLACE)
        expect_close(numbers, [5.1, 3.5], "numbers of the row 5.1, 3.5, setosa")
        assert label == "setosa", f"the label of the row 5.1, 3.5, setosa is {label!r}"

    def test_a_number_may_be_written_in_any_way_that_float_reads(self):
        numbers, _ = parse_row(["-3", "1e-2", "a"], COLUMNS, PLACE)
        expect_close(numbers, [-3.0, 0.01], "numbers of the row -3, 1e-2, a")

    def test_a_label_stays_a_string_even_if_it_looks_like_a_number(self):
        _, label = parse_row(["0", "16", "7"], COLUMNS, PLACE)
        assert label == "7", (
            f"the label of the row 0, 16, 7 is {label!r}, and should be the string '7': it names "
            "a class, and nobody will compute with it"
        )

    def test_blanks_around_a_label_do_not_make_another_class(self):
        _, label = parse_row(["5.1", "3.5", " setosa  "], COLUMNS, PLACE)
        assert label == "setosa", f"the label ' setosa  ' is read as {label!r}"

    @pytest.mark.parametrize(
        "cells",
        [["5.1", "setosa"], ["5.1", "3.5", "1.4", "setosa"], []],
        ids=["too few", "too many", "an empty line"],
    )
    def test_a_row_of_another_length_is_refused(self, cells):
        expect_raises(
            ValueError,
            lambda: parse_row(cells, COLUMNS, PLACE),
            f"{len(cells)} cells for 3 columns (zip drops what is left over without a word)",
            naming=[PLACE],
        )

    def test_no_cells_for_no_columns_are_refused_too(self):
        expect_raises(ValueError, lambda: parse_row([], [], PLACE), "no cells", naming=[PLACE])

    @pytest.mark.parametrize("cell", ["wide", "", "3,5", "3.5 cm"])
    def test_a_feature_that_is_no_number_is_refused(self, cell):
        expect_raises(
            ValueError,
            lambda: parse_row(["5.1", cell, "setosa"], COLUMNS, PLACE),
            f"the width {cell!r}",
            naming=[PLACE, "width", cell],
        )

    @pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "NaN", "1e999"])
    def test_a_feature_that_is_not_finite_is_refused(self, cell):
        expect_raises(
            ValueError,
            lambda: parse_row([cell, "3.5", "setosa"], COLUMNS, PLACE),
            f"the length {cell!r} (float reads it, and one of them spoils every sum)",
            naming=[PLACE, "length", cell],
        )

    @pytest.mark.parametrize("cell", ["", "  "], ids=["nothing", "blanks"])
    def test_an_empty_label_is_refused(self, cell):
        expect_raises(
            ValueError,
            lambda: parse_row(["5.1", "3.5", cell], COLUMNS, PLACE),
            f"the label {cell!r}",
            naming=[PLACE, "species"],
        )

    def test_the_cells_stay_as_they_were(self):
        cells, columns = ["5.1", "3.5", "setosa"], list(COLUMNS)
        parse_row(cells, columns, PLACE)
        assert (cells, columns) == (["5.1", "3.5", "setosa"], COLUMNS), (
            f"the caller's cells and columns are {cells} and {columns} now: was the label taken "
            "out of the list, and not only read?"
        )


TABLE = "length,width,species\n5,3,setosa\n7.5,3.25,versicolor\n6,2,setosa\n"


def written(folder, name, content):
    """A file with this text, or these bytes."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.kata("load_csv")
class TestLoadCsv:
    def test_each_line_after_the_first_is_a_row_of_features(self, folder):
        features, _ = load_csv(written(folder, "a.csv", TABLE))
        rows = [[5.0, 3.0], [7.5, 3.25], [6.0, 2.0]]
        expect_close(
            features,
            rows,
            "features of three flowers",
            mistakes={
                "the first flower is dropped together with the names": rows[1:],
                "the last flower is dropped": rows[:-1],
                "rows and columns are exchanged": np.transpose(rows),
            },
        )

    def test_features_are_an_array_of_float64(self, folder):
        features, _ = load_csv(written(folder, "a.csv", "x,y,label\n1,2,a\n3,4,b\n"))
        kind = getattr(features, "dtype", type(features).__name__)
        assert kind == np.float64, (
            f"the features are of the kind {kind}, and should be an array of float64 even if "
            "every cell is an integer"
        )

    def test_labels_are_a_list_of_strings_in_order(self, folder):
        _, labels = load_csv(written(folder, "a.csv", TABLE))
        assert isinstance(labels, list), (
            f"the labels are {labels!r} ({type(labels).__name__}), and should be a list"
        )
        assert labels == ["setosa", "versicolor", "setosa"], f"the labels are {labels!r}"

    def test_letters_beyond_ascii_are_read_as_utf8(self, folder):
        _, labels = load_csv(written(folder, "a.csv", "x,label\n1,iris des Alpes à fleurs\n"))
        assert labels == ["iris des Alpes à fleurs"], (
            f"the label with an à is read as {labels!r}: without an encoding, open takes whatever "
            "the machine is set to"
        )

    def test_a_comma_in_quotes_belongs_to_the_cell(self, folder):
        path = written(folder, "a.csv", 'x,y,label\n1,2,"setosa, wild"\n')
        try:
            _, labels = load_csv(path)
        except ValueError as error:
            pytest.fail(
                f'the label "setosa, wild" was refused ({error}): a CSV cell in quotes may hold '
                "a comma, so that splitting at commas finds too many cells"
            )
        assert labels == ["setosa, wild"], f'the label "setosa, wild" is read as {labels!r}'

    def test_a_name_that_ends_in_gz_is_unpacked(self, folder):
        features, labels = load_csv(written(folder, "a.csv.gz", gzip.compress(TABLE.encode())))
        expect_close(features, [[5, 3], [7.5, 3.25], [6, 2]], "features of a packed file")
        assert labels == ["setosa", "versicolor", "setosa"], f"the labels are {labels!r}"

    def test_a_gz_elsewhere_in_the_name_means_nothing(self, folder):
        path = written(folder, "a.gz.csv", TABLE)
        try:
            features, _ = load_csv(path)
        except ValueError as error:
            pytest.fail(
                f"a.gz.csv, which is not packed, was refused ({error}): a file is packed if its "
                "name ends in .gz, and not if there is a .gz somewhere in its path"
            )
        expect_close(features, [[5, 3], [7.5, 3.25], [6, 2]], "features of a.gz.csv")

    def test_an_error_names_file_line_column_and_cell(self, folder):
        path = written(folder, "flowers.csv", TABLE.replace("3.25", "wide"))
        expect_raises(
            ValueError,
            lambda: load_csv(path),
            "a width of 'wide' in the third line",
            naming=[path, "line", "width", "wide"],
        )

    @pytest.mark.parametrize("damaged", ["7.5,wide,versicolor", "7.5,versicolor", "7.5,3.25,", ""])
    def test_lines_are_counted_as_an_editor_counts_them(self, folder, damaged):
        path = written(folder, "a.csv", TABLE.replace("7.5,3.25,versicolor", damaged))
        try:
            load_csv(path)
        except ValueError as error:
            caught = error
        else:
            pytest.fail(
                f"a file with the line {damaged!r} in the middle was read as if nothing were wrong "
                "with it: what parse_row refuses is refused here, too, even an empty line"
            )
        found = re.search(r"line (\d+)", str(caught))
        assert found, f"the error does not name the line as in 'line 3': {caught}"
        expect_close(
            int(found[1]),
            3,
            f"number of the line {damaged!r}, the second flower",
            mistakes={
                "lines are counted from 0, or the one with the names is left out": 2,
                "flowers are counted, and from 0": 1,
                "the line after it is named": 4,
            },
        )

    def test_a_row_may_take_several_lines(self, folder):
        path = written(folder, "a.csv", 'x,label\n1,"setosa,\nwild"\nwide,setosa\n')
        with pytest.raises(ValueError) as caught:
            load_csv(path)
        found = re.search(r"line (\d+)", str(caught.value))
        assert found, f"the error does not name the line as in 'line 4': {caught.value}"
        expect_close(
            int(found[1]),
            4,
            "number of the line after a label in quotes that goes over two lines",
            mistakes={"rows are counted, not lines: the csv reader knows the line": 3},
        )

    @pytest.mark.parametrize("name", ["none.csv", "none.csv.gz"])
    def test_a_file_that_is_not_there_is_a_value_error(self, folder, name):
        path = folder / name
        expect_raises(ValueError, lambda: load_csv(path), "no such file", naming=[path])

    @pytest.mark.parametrize(
        "text", ["", "length,width,species\n"], ids=["nothing", "only the names"]
    )
    def test_a_file_without_rows_is_refused(self, folder, text):
        path = written(folder, "a.csv", text)
        expect_raises(ValueError, lambda: load_csv(path), f"the text {text!r}", naming=[path])

    @pytest.mark.parametrize(
        "name, content",
        [
            ("a.csv", TABLE.replace("setosa", "sétosa").encode("latin-1")),
            ("a.csv.gz", gzip.compress(TABLE.encode())[:-20]),
            ("a.csv.gz", gzip.compress(TABLE.encode())[:12] + b"\xff" * 40),
            ("a.csv.gz", TABLE.encode()),
            ("a.csv", TABLE + '8,4,"setosa\n' + "6,2,setosa\n" * 20_000),
        ],
        ids=["not in UTF-8", "cut off", "damaged", "not packed at all", "a quote never closed"],
    )
    def test_a_file_that_cannot_be_read_is_refused_by_name(self, folder, name, content):
        path = written(folder, name, content)
        expect_raises(ValueError, lambda: load_csv(path), "a file that is damaged", naming=[path])

    def test_a_folder_in_the_place_of_a_file_is_refused_by_name(self, folder):
        path = folder / "folder.csv"
        path.mkdir(exist_ok=True)
        try:
            load_csv(path)
        except OSError as error:
            pytest.fail(
                f"{type(error).__name__} came through: a file can be there and not be readable (a "
                "folder of that name, no permission, a broken disk), and that is a ValueError, too"
            )
        except ValueError as error:
            assert str(path) in str(error), f"the error does not name {path}: {error}"


# ---- classes


@pytest.mark.kata("encode_labels")
class TestEncodeLabels:
    def test_classes_are_numbered_in_the_order_of_their_names(self):
        targets, _ = encode_labels(["virginica", "setosa", "virginica", "versicolor"])
        expect_close(
            targets,
            [2, 0, 2, 1],
            "numbers of virginica, setosa, virginica, versicolor",
            mistakes={
                "classes are numbered as they turn up": [0, 1, 0, 2],
                "classes are counted from 1": [3, 1, 3, 2],
                "names are sorted backwards": [0, 2, 0, 1],
                "every label is taken for another class": [2, 0, 3, 1],
            },
        )

    def test_names_are_sorted_and_each_stands_once(self):
        _, names = encode_labels(["virginica", "setosa", "virginica", "versicolor"])
        assert list(names) == ["setosa", "versicolor", "virginica"], f"the names are {names!r}"

    def test_labels_are_sorted_as_the_strings_they_are(self):
        targets, names = encode_labels(["9", "10", "9"])
        assert list(names) == ["10", "9"], f"the names are {names!r}, and strings sort '10' first"
        expect_close(targets, [1, 0, 1], "numbers of the labels '9', '10', '9'")

    def test_targets_are_an_array_of_integers(self):
        targets, _ = encode_labels(["b", "a"])
        kind = getattr(getattr(targets, "dtype", None), "kind", type(targets).__name__)
        assert kind == "i", (
            f"the targets are {targets!r}, and should be an array of integers: they will be used "
            "as an index"
        )


@pytest.mark.kata("one_hot")
class TestOneHot:
    def test_the_column_of_the_class_holds_the_one(self):
        expect_close(
            one_hot(np.array([2, 0, 2]), 4),
            [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0]],
            "one-hot rows of the classes 2, 0, 2",
            mistakes={
                "classes are counted from 1": [[0, 1, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]],
                "rows and columns are exchanged": [[0, 1, 0], [0, 0, 0], [1, 0, 1], [0, 0, 0]],
                "there are only as many columns as the highest class needs": [
                    [0, 0, 1],
                    [1, 0, 0],
                    [0, 0, 1],
                ],
                "there are only columns for the classes that occur": [[0, 1], [1, 0], [0, 1]],
                "all columns that any example needs are set in every row": [[1, 0, 1, 0]] * 3,
                "the class number itself is put into its column": [
                    [0, 0, 2, 0],
                    [0, 0, 0, 0],
                    [0, 0, 2, 0],
                ],
            },
        )

    def test_the_entries_are_floats(self):
        kind = one_hot(np.array([1]), 2).dtype
        assert kind == np.float64, f"the rows are {kind}, and should be float64"

    @pytest.mark.parametrize("target", [3, -1])
    def test_a_class_that_does_not_exist_is_refused(self, target):
        expect_raises(
            IndexError,
            lambda: one_hot(np.array([0, target, 1]), 3),
            f"class {target} of 3 (numpy counts negative indices from the end)",
            naming=[target, 2],
        )


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
        parts = train_test_split(EXAMPLES.copy(), NUMBERS.copy(), 0.3, rng_of(0))
        expect_close(
            [len(part) for part in parts],
            [7, 3, 7, 3],
            "lengths of X_train, X_test, y_train, y_test, of 10 examples with 0.3 for testing",
            mistakes={
                "test parts come before training parts, or 0.3 is kept for training": [3, 7, 3, 7],
                "the order is X_train, y_train, X_test, y_test": [7, 7, 3, 3],
                "all is kept for training, and the test part is copied from it": [10, 3, 10, 3],
            },
        )
        shapes = [part.shape for part in parts]
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
                "the number is cut off" if fraction == 0.26 else "the number is rounded up": 5
                - count,
            },
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
            "each class is none, but that is the stratified way"
        )

    @pytest.mark.parametrize("fraction", [0, 1, 1.5, -0.2, 30])
    def test_a_fraction_that_is_none_is_refused(self, fraction):
        expect_raises(
            ValueError,
            lambda: train_test_split(EXAMPLES, NUMBERS, fraction, rng_of(0)),
            f"a test fraction of {fraction}",
            naming=[fraction],
        )

    def test_unequal_lengths_are_refused(self):
        expect_raises(
            ValueError,
            lambda: train_test_split(EXAMPLES, NUMBERS[:9], 0.3, rng_of(0)),
            "10 rows with 9 targets",
            naming=[10, 9],
        )


# ---- scaling

# columns with the means 4 and 25, and squared distances from them that add up to 20 and 500
MEASURED = np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0], [7.0, 40.0]])


@pytest.mark.kata("Standardizer.fit")
class TestStandardizerFit:
    def test_the_mean_of_each_column_is_measured(self):
        standardizer = Standardizer()
        standardizer.fit(MEASURED)
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
        standardizer.fit(MEASURED)
        expect_close(
            standardizer.deviation,
            [math.sqrt(5), math.sqrt(125)],
            "deviation of two columns, √(20 / 4) and √(500 / 4)",
            mistakes={
                "the sum is divided by N - 1, for a sample": [
                    math.sqrt(20 / 3),
                    math.sqrt(500 / 3),
                ],
                "the root is left out": [5.0, 125.0],
                "the mean distance is taken, without squares": [2.0, 10.0],
                "the sum of squares is not divided at all": [math.sqrt(20), math.sqrt(500)],
                "the deviation is taken along the rows": [4.5, 13.5, 7.5, 16.5],
                "one deviation is taken of all numbers": float(np.std(MEASURED)),
            },
        )

    def test_it_returns_itself(self):
        standardizer = Standardizer()
        got = standardizer.fit(MEASURED)
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
        standardizer = Standardizer().fit(np.array([[1e-12], [3e-12]]))
        expect_close(
            standardizer.deviation * 1e12,
            [1.0],
            "deviation, times 10^12, of the column 1e-12, 3e-12",
            mistakes={"a small deviation is taken for none": [0.0]},
        )

    def test_large_numbers_that_vary_a_little_do_vary(self):
        X = np.array([[1e10 + 1], [1e10 + 3]])
        by_squares = math.sqrt(max(float((X**2).mean() - X.mean() ** 2), 0.0))
        expect_close(
            Standardizer().fit(X).deviation,
            [1.0],
            "deviation of the column 10^10 + 1, 10^10 + 3",
            mistakes={
                "the mean's square is subtracted from the mean of squares: both are so large that "
                "rounding leaves nothing of the difference": [by_squares],
                "a deviation that is small beside the mean is taken for none": [0.0],
            },
        )

    def test_it_measures_afresh_each_time(self):
        standardizer = Standardizer().fit(MEASURED)
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
                "a constant column is set to 0 throughout": [[0.0, 1.0], [0.0, 3.0]],
                "a constant column is left as it is": [[5.0, 1.0], [6.5, 3.0]],
            },
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
            assert kind == "i", f"a batch is {batch!r}, and should be an array of integers"
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
        kind = confusion_matrix(np.array([0]), np.array([1]), 2).dtype.kind
        assert kind == "i", "the entries are counts, and should be integers"


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
            },
        )

    def test_of_several_equally_common_classes_the_smallest_counts(self):
        expect_close(
            majority_baseline(np.array([2, 2, 0, 0, 1]), np.array([0, 2, 2, 2, 2])),
            0.2,
            "accuracy of always saying 0, as common as 2 in the training part",
            mistakes={"the larger one counts, or the one that comes first in the list": 0.8},
        )

    def test_a_class_that_is_never_tested_is_never_right(self):
        expect_close(majority_baseline(np.array([1, 1]), np.array([0, 2])), 0.0, "accuracy")


# ---- a network


def array_network(*weights_and_biases):
    """An ArrayNetwork with these numbers in place of its own: W1, b1, W2, b2, …"""
    arrays = [np.array(numbers, dtype=float) for numbers in weights_and_biases]
    sizes = [len(arrays[0]), *(b.size for b in arrays[1::2])]
    model = ArrayNetwork(sizes, rng_of(0))
    for parameters, numbers in ((model.weights, arrays[::2]), (model.biases, arrays[1::2])):
        for parameter, array in zip(parameters, numbers):
            parameter.data = array.copy()
    return model


@pytest.mark.kata("ArrayNetwork.__init__")
class TestArrayNetworkInit:
    def test_there_is_a_layer_between_each_two_sizes(self):
        model = ArrayNetwork([5, 7, 3, 2], rng_of(0))
        shapes = [[p.data.shape for p in part] for part in (model.weights, model.biases)]
        wanted = [[(5, 7), (7, 3), (3, 2)], [(7,), (3,), (2,)]]
        assert shapes == wanted, (
            f"weights and biases of the sizes 5, 7, 3, 2 have the shapes {shapes}, and should "
            f"have {wanted}: weights are (n_in, n_out)"
        )

    def test_all_of_them_are_found_as_parameters(self):
        model = ArrayNetwork([5, 7, 3], rng_of(0))
        names = [name for name, _ in model.named_parameters()]
        wanted = ["weights.0", "weights.1", "biases.0", "biases.1"]
        assert sorted(names) == sorted(wanted), (
            f"named_parameters of 2.2 finds {names}, and should find {wanted}: a parameter is "
            "whatever has .data and .grad, such as a Parameter"
        )

    def test_biases_start_at_zero(self):
        model = ArrayNetwork([5, 7, 3], rng_of(0))
        for bias in model.biases:
            expect_close(bias.data, np.zeros(bias.data.shape), "biases at the start")

    def test_weights_have_the_variance_of_he(self):
        first, second = (W.data for W in ArrayNetwork([400, 100, 300], rng_of(0)).weights)
        expect_close(
            [first.std(), second.std()],
            [math.sqrt(2 / 400), math.sqrt(2 / 100)],
            "deviation of the weights of a layer from 400 to 100 units and one from 100 to 300",
            mistakes={
                "the variance is 1 / n_in": [math.sqrt(1 / 400), math.sqrt(1 / 100)],
                "the variance is 2 / n_out": [math.sqrt(2 / 100), math.sqrt(2 / 300)],
                "the variance is 2 / (n_in + n_out), as for tanh": [
                    math.sqrt(2 / 500),
                    math.sqrt(2 / 400),
                ],
                "2 / n_in is taken for the deviation, and is the variance": [2 / 400, 2 / 100],
                "the weights are not scaled": [1.0, 1.0],
                "every layer is scaled by the number of inputs of the first": [
                    math.sqrt(2 / 400),
                    math.sqrt(2 / 400),
                ],
            },
            tolerance=0.002,  # of 30,000 draws and more: a few times 1 / √(2 · 30,000) of 0.14
        )

    def test_weights_are_normal_around_zero(self):
        W = ArrayNetwork([300, 200], rng_of(0)).weights[0].data
        expect_close(W.mean() / W.std(), 0.0, "mean of the weights, in deviations", tolerance=0.02)
        farthest = np.abs(W).max() / W.std()
        assert farthest > 3, (
            f"the farthest of 60,000 weights is {farthest:.2f} deviations from 0: that is a "
            "uniform distribution, which ends at 1.73; a normal one has some beyond 3"
        )

    def test_no_two_layers_are_equal(self):
        first, second = (W.data for W in ArrayNetwork([6, 6, 6], rng_of(0)).weights)
        assert not np.array_equal(first, second), (
            "two layers of one shape have the same weights: each draws from the one generator, "
            "and not from a new one with the same seed"
        )

    def test_the_generator_that_is_passed_in_decides(self):
        one, same, other = (ArrayNetwork([3, 5], rng_of(s)).weights[0].data for s in (1, 1, 2))
        assert np.array_equal(one, same), "one seed gave different weights: is rng used?"
        assert not np.array_equal(one, other), "two seeds gave the same weights: is rng used?"

    @pytest.mark.parametrize("sizes", [[], [3]], ids=str)
    def test_fewer_than_two_sizes_are_refused(self, sizes):
        expect_raises(ValueError, lambda: ArrayNetwork(sizes, rng_of(0)), f"the sizes {sizes}")


def forward(model, X):
    """(logits, cache); fails if the forward pass does not return these two."""
    result = model.forward(X)
    if not isinstance(result, tuple | list) or len(result) != 2:
        pytest.fail(
            "forward should return two things, the logits and whatever backward needs, and "
            f"returned a {type(result).__name__}"
        )
    return result


@pytest.mark.kata("ArrayNetwork.forward")
class TestArrayNetworkForward:
    def test_one_layer_is_linear(self):
        model = array_network([[1, 2, 3], [10, 20, 30]], [0.5, 0, -100])
        logits, _ = forward(model, np.array([[1.0, 1.0], [0.0, -1.0]]))
        expect_close(
            logits,
            [[11.5, 22.0, -67.0], [-9.5, -20.0, -130.0]],
            "logits of a single layer",
            mistakes={
                "the biases are left out": [[11, 22, 33], [-10, -20, -30]],
                "the last layer has a ReLU, too": [[11.5, 22.0, 0.0], [0.0, 0.0, 0.0]],
            },
        )

    def test_a_relu_stands_between_two_layers(self):
        # z = (3, -4), and so a = (3, 0)
        model = array_network([[2, -5]], [1, 1], [[1, 10], [100, 1000]], [-5, 7])
        logits, _ = forward(model, np.array([[1.0]]))
        expect_close(
            logits,
            [[-2.0, 37.0]],
            "logits of two layers, where a hidden unit is at -4",
            mistakes={
                "there is no ReLU between the layers": [[-402.0, -3963.0]],
                "the last layer has a ReLU, too": [[0.0, 37.0]],
                "the biases of the hidden layer are left out": [[-3.0, 27.0]],
                "the biases of the last layer are left out": [[3.0, 30.0]],
                "the hidden layer has a tanh in place of the ReLU": [
                    [
                        math.tanh(3) - 100 * math.tanh(4) - 5,
                        10 * math.tanh(3) - 1000 * math.tanh(4) + 7,
                    ]
                ],
            },
        )

    def test_every_layer_is_passed(self):
        # 1, 3, 3 · 2 - 1 = 5, 5 · -1 = -5 which ReLU stops, 4
        model = array_network([[3]], [0], [[2]], [-1], [[-1]], [0], [[7]], [4])
        logits, _ = forward(model, np.array([[1.0]]))
        expect_close(
            logits,
            [[4.0]],
            "logit of four layers of one unit each, the third of which is at -5",
            mistakes={
                "there are no ReLUs": [[-31.0]],
                "only the first two layers are passed": [[5.0]],
                "only the first and the last layer are passed": [[25.0]],
            },
        )

    def test_nothing_that_was_there_before_is_changed(self):
        model = array_network([[2, -5]], [1, 1], [[1, 10], [100, 1000]], [-5, 7])
        X, before = np.array([[1.0], [-3.0]]), model.state_dict()
        model.forward(X)
        assert np.array_equal(X, [[1.0], [-3.0]]), "X was changed: it is the caller's"
        after = model.state_dict()
        changed = [name for name in before if not np.array_equal(before[name], after[name])]
        assert not changed, f"forward has changed {changed}"


# one input of 2 for two hidden units at 6 and -2, of which ReLU passes the first; logit -30
HIDDEN = [[[3, -1]], [0, 0], [[-5], [7]], [0]]

# three layers: hidden units at 1 and 2, then at 9 and -7
DEEP = [[[1, 2]], [0, 0], [[1, -1], [4, -3]], [0, 0], [[2], [3]], [0]]


def backpropagated(numbers, X, dlogits, times=1):
    """A network with these numbers, after this many backward passes."""
    model = array_network(*numbers)
    _, cache = model.forward(np.array(X))
    for _ in range(times):
        model.backward(np.array(dlogits), cache)
    return model


def grads(parameters):
    return [np.array(parameter.grad) for parameter in parameters]


@pytest.mark.kata("ArrayNetwork.backward")
class TestArrayNetworkBackward:
    def test_the_last_layer(self):
        model = backpropagated(HIDDEN, [[2.0]], [[0.5]])
        expect_close(
            model.weights[1].grad,
            [[3.0], [0.0]],
            "gradient of the last weights, whose inputs are 6 and 0, for a dlogit of 0.5",
            mistakes={
                "what stands before the ReLU, 6 and -2, is taken for the input": [[3.0], [-1.0]],
                "dlogits are taken to be 1": [[6.0], [0.0]],
                "the gradient has the wrong sign": [[-3.0], [0.0]],
            },
        )
        expect_close(
            model.biases[1].grad,
            [0.5],
            "gradient of the last bias",
            mistakes={"biases get no gradient": 0.0, "dlogits are taken to be 1": [1.0]},
        )

    def test_a_relu_stops_the_gradient_of_a_unit_that_was_below_zero(self):
        model = backpropagated(HIDDEN, [[2.0]], [[0.5]])
        expect_close(
            model.weights[0].grad,
            [[-5.0, 0.0]],
            "gradient of the first weights, where the hidden units were at 6 and -2",
            mistakes={
                "the ReLU is left out on the way back": [[-5.0, 7.0]],
                "the ReLU stops gradients below 0, and not units": [[0.0, 7.0]],
                "the first layer gets no gradient": 0.0,
                "the last weights are left out on the way back": [[1.0, 0.0]],
                "dlogits are taken to be 1": [[-10.0, 0.0]],
            },
        )

    def test_each_layer_has_a_relu_of_its_own(self):
        model = backpropagated(DEEP, [[1.0]], [[10.0]])
        expect_close(
            model.weights[0].grad,
            [[20.0, 80.0]],
            "gradient of the first of three layers; hidden units at 1 and 2, then at 9 and -7",
            mistakes={
                "the second layer's ReLU is taken for the first layer's too": [[20.0, 0.0]],
                "the second layer's ReLU is left out, or the first layer's taken for it": [
                    [-10.0, -10.0]
                ],
                "only the last layers get a gradient": 0.0,
            },
        )

    def test_all_gradients_are_the_slopes_that_one_measures(self):
        model = ArrayNetwork([3, 5, 5, 2], rng_of(1))
        X, dlogits = rng_of(2).standard_normal((7, 3)), rng_of(3).standard_normal((7, 2))
        _, cache = model.forward(X)
        model.backward(dlogits, cache)
        for name, parameter in model.named_parameters():
            data, grad = parameter.data, parameter.grad

            def moved(numbers, parameter=parameter, data=data):
                parameter.data = np.reshape(numbers, data.shape)
                return float((model.forward(X)[0] * dlogits).sum())

            slopes = np.reshape(numerical_gradient(moved, data.ravel().tolist()), data.shape)
            parameter.data = data
            expect_close(
                grad,
                slopes,
                f"gradient of {name}",
                mistakes={
                    "it is divided by the number of examples, as dlogits are already": slopes / 7,
                    "its sign is wrong": -slopes,
                },
                tolerance=1e-6,  # of the measurement
            )

    def test_gradients_are_added_to_those_that_are_there(self):
        once, twice = (backpropagated(HIDDEN, [[2.0]], [[0.5]], times=n) for n in (1, 2))
        for place, grad in enumerate(grads(once.weights)):
            expect_close(
                twice.weights[place].grad,
                2 * grad,
                f"gradient of weights.{place} after two backward passes",
                mistakes={"the second gradient replaces the first": grad},
            )
        for place, grad in enumerate(grads(once.biases)):
            expect_close(
                twice.biases[place].grad,
                2 * grad,
                f"gradient of biases.{place} after two backward passes",
                mistakes={"the second gradient replaces the first": grad},
            )

    def test_it_goes_back_over_the_forward_pass_whose_cache_it_is_given(self):
        model = array_network(*HIDDEN)
        _, cache = model.forward(np.array([[2.0]]))
        model.forward(np.array([[-100.0]]))
        model.backward(np.array([[0.5]]), cache)
        expect_close(
            model.weights[0].grad,
            [[-5.0, 0.0]],
            "gradient of the first weights; another forward pass was made in between",
            mistakes={"the newest forward pass is taken, not the cache": [[0.0, -350.0]]},
        )

    def test_neither_dlogits_nor_parameters_are_changed(self):
        model = array_network(*DEEP)
        before = model.state_dict()
        _, cache = model.forward(np.array([[1.0]]))
        dlogits = np.array([[10.0]])
        model.backward(dlogits, cache)
        assert dlogits.tolist() == [[10.0]], "dlogits were changed: they are the caller's"
        after = model.state_dict()
        changed = [name for name in before if not np.array_equal(before[name], after[name])]
        assert not changed, f"{changed} moved: backward fills in grad, and a step moves data"


# logits that are the logs of probabilities, by a layer that changes nothing
IDENTITY = [np.eye(3), [0, 0, 0]]
LOGS = np.log([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.2, 0.7, 0.1]])
RIGHT = np.array([0, 2, 1])  # which have the probabilities 0.7, 0.2 and 0.7


@pytest.mark.kata("array_loss")
class TestArrayLoss:
    def test_it_returns_the_mean_cross_entropy(self):
        loss, _ = array_loss(array_network(*IDENTITY), LOGS, RIGHT)
        total = -math.log(0.7 * 0.2 * 0.7)
        expect_close(
            loss,
            total / 3,
            "loss where the right classes have the probabilities 0.7, 0.2, 0.7",
            mistakes={
                "the losses are added, not averaged": total,
                "accuracy comes first, and then the loss": 2 / 3,
            },
        )

    def test_and_the_share_of_examples_that_are_right(self):
        _, accuracy = array_loss(array_network(*IDENTITY), LOGS, RIGHT)
        expect_close(
            accuracy,
            2 / 3,
            "accuracy where two of three examples are right",
            mistakes={
                "the right ones are counted, and not divided": 2.0,
                "the wrong ones are counted": 1 / 3,
                "the highest score is looked for down the columns": 1.0,
                "the probability of the right class is averaged": 1.6 / 3,
            },
        )

    def test_both_are_numbers(self):
        got = array_loss(array_network(*IDENTITY), LOGS, RIGHT)
        assert all(isinstance(number, Real) for number in got), f"it returned {got!r}"

    def test_the_gradients_are_filled_in(self):
        model = array_network(*IDENTITY)
        array_loss(model, LOGS, RIGHT)
        # the mean over the examples of probabilities minus one-hot
        expect_close(
            model.biases[0].grad,
            [0.4 / 3, 0.2 / 3, -0.6 / 3],
            "gradient of the biases",
            mistakes={
                "no backward pass was made, or the gradients were cleared after it": 0.0,
                "1/N comes twice": [0.4 / 9, 0.2 / 9, -0.6 / 9],
                "1/N never comes": [0.4, 0.2, -0.6],
            },
        )

    def test_the_gradients_are_added_to_those_that_are_there(self):
        model = array_network(*IDENTITY)
        for _ in range(2):
            array_loss(model, LOGS, RIGHT)
        expect_close(
            model.biases[0].grad,
            [0.8 / 3, 0.4 / 3, -1.2 / 3],
            "gradient of the biases after two calls",
            mistakes={
                "array_loss clears the gradients itself, which is the caller's business": [
                    0.4 / 3,
                    0.2 / 3,
                    -0.6 / 3,
                ]
            },
        )

    def test_the_model_is_not_moved(self):
        model = array_network(*IDENTITY)
        array_loss(model, LOGS, RIGHT)
        assert np.array_equal(model.weights[0].data, np.eye(3)), "the weights were changed"


# ---- training


class Tally(Module):
    """A model that notes what it is shown; its only parameter has been moved so many times."""

    def __init__(self):
        self.steps, self.grad, self.shown = 0, 0.0, []
        self.inside, self.modes = Module(), []  # as of a part that works in training alone

    def batches(self):
        """The training examples that were shown, batch by batch."""
        return [xs for xs, _ in self.shown if max(xs) < 100]


class Stepper:
    """An optimizer that moves a Tally by 1, and notes the gradient at each step."""

    def __init__(self, model):
        self.model, self.grads = model, []

    def zero_grad(self):
        self.model.grad = 0.0

    def step(self):
        self.grads.append(self.model.grad)
        self.model.steps += 1


def tally_loss(model, X, y):
    """Loss: the steps so far; accuracy: the mean of X; gradient: the sum of X."""
    model.shown.append((X.ravel().tolist(), y.tolist()))
    model.modes.append(float(model.inside.training))
    model.grad = model.grad + float(X.sum())
    return float(model.steps), float(X.mean())


# 11 examples, 0 to 10, in batches of 3, 3, 3 and 2; and two that are only watched
TRAIN = np.arange(11.0).reshape(-1, 1), 10 * np.arange(11)
WATCHED = np.array([[100.0], [200.0]]), np.array([1000, 2000])


def tallied(epochs=1, on_epoch=None, seed=0):
    """(model, history, gradients) of a run in which nothing is learned but everything noted."""
    model = Tally()
    stepper, rng = Stepper(model), rng_of(seed)
    history = fit(model, tally_loss, TRAIN, WATCHED, stepper, epochs, 3, rng, on_epoch)
    return model, history, stepper.grads


@pytest.mark.kata("fit")
class TestFit:
    def test_one_step_is_taken_for_each_batch(self):
        model, _, _ = tallied(epochs=2)
        expect_close(
            model.steps,
            8,
            "steps of two epochs of 11 examples, 3 at a time",
            mistakes={
                "one step is taken in an epoch": 2,
                "one step is taken for each example": 22,
                "the last, short batch takes no step": 6,
                "a step is taken on the validation part, too": 10,
                "there was one epoch only": 4,
                "no step was taken": 0,
            },
        )

    def test_an_epoch_shows_every_training_example_once(self):
        model, _, _ = tallied()
        shown = sorted(x for batch in model.batches() for x in batch)
        twice = shown[::2] == shown[1::2]
        assert not twice, (
            "in an epoch every training example was shown twice: once to learn from, and once "
            "more, as it seems, in place of the validation part"
        )
        assert shown == TRAIN[0].ravel().tolist(), (
            f"in one epoch of the examples 0 to 10, loss was shown {shown}"
        )

    def test_examples_stay_with_their_targets(self):
        model, _, _ = tallied()
        wrong = [(x, y) for xs, ys in model.shown for x, y in zip(xs, ys) if y != 10 * x]
        assert not wrong, (
            f"x = {wrong[0][0]:g} was shown with y = {wrong[0][1]}, and its target is "
            f"{10 * wrong[0][0]:g}: both have to be taken with the same indices"
        )

    def test_every_epoch_is_shuffled_anew(self):
        model, _, _ = tallied(epochs=2)
        order = [x for batch in model.batches() for x in batch]
        assert order[:11] != order[11:], f"both epochs came in the order {order[:11]}"

    def test_the_generator_that_is_passed_in_decides(self):
        orders = [tallied(seed=seed)[0].batches() for seed in (1, 1, 2)]
        assert orders[0] == orders[1], "one seed gave different batches: is rng used?"
        assert orders[0] != orders[2], "two seeds gave the same batches: is rng used?"

    def test_each_step_has_the_gradient_of_its_own_batch(self):
        model, _, grads = tallied(epochs=2)
        own = [sum(batch) for batch in model.batches()]
        leaked = [grad + (300.0 if i and i % 4 == 0 else 0.0) for i, grad in enumerate(own)]
        piled = np.cumsum([sum(xs) for xs, _ in model.shown])
        expect_close(
            grads,
            own,
            "gradients at the steps of two epochs",
            mistakes={
                "gradients of the validation part flow into the next step": leaked,
                "gradients are never cleared": np.delete(piled, [4, 9]),
                "gradients are cleared once in an epoch": np.concatenate(
                    [np.cumsum(own[:4]), np.cumsum(own[4:])]
                ),
                "gradients are cleared between loss and step, or the step comes first": [0.0] * 8,
            },
        )

    def test_what_works_in_training_alone_is_off_while_the_model_is_validated(self):
        """Such a part is Dropout, in 4.1: it makes a model worse on purpose while it learns."""
        model = Tally()
        model.eval()  # as it may have been left by whoever used it before
        fit(model, tally_loss, TRAIN, WATCHED, Stepper(model), 2, 3, rng_of(0))
        expect_close(
            model.modes,
            [1, 1, 1, 1, 0] * 2,
            "mode (1 train, 0 eval) of a part of the model, in the order in which loss was called: "
            "four batches and the validation part, two epochs",
            mistakes={
                "the validation loss is measured in train mode": [1] * 10,
                "the model stays in eval mode after the first validation": [1] * 4 + [0] * 6,
                "the model learns in the mode in which it came": [0] * 10,
                "the first epoch is in the mode in which it came": [0] * 5 + [1] * 4 + [0],
                "train and eval are exchanged": [0, 0, 0, 0, 1] * 2,
            },
        )
        assert not model.inside.training, (
            "the model is in train mode when fit has ended: it stays as it was validated, so that "
            "what it says next is not disturbed"
        )

    def test_gradients_from_before_do_not_count(self):
        model = Tally()
        model.grad = 1000.0
        stepper = Stepper(model)
        fit(model, tally_loss, TRAIN, WATCHED, stepper, 1, 3, rng_of(0))
        expect_close(
            stepper.grads[0],
            sum(model.batches()[0]),
            "gradient at the first step; 1,000 was left in the parameter from something else",
            mistakes={
                "what was left over is added: gradients are cleared after a step, not before": sum(
                    model.batches()[0]
                )
                + 1000,
            },
        )

    def test_the_training_loss_is_the_mean_over_the_examples_as_they_were_seen(self):
        # 3 examples each were seen after 0, 1 and 2 steps, and 2 after 3 steps
        _, history, _ = tallied(epochs=2)
        expect_close(
            history["train_loss"],
            [15 / 11, 4 + 15 / 11],
            "training losses of two epochs, where the loss is the number of steps so far",
            mistakes={
                "batches are averaged, though the last one is smaller": [1.5, 5.5],
                "the losses of the batches are added": [6.0, 22.0],
                "the losses of the examples are added, and not divided": [15.0, 59.0],
                "only the last batch of an epoch counts": [3.0, 7.0],
                "the sum is not started afresh in each epoch": [15 / 11, 74 / 11],
                "it is measured after the epoch": [4.0, 8.0],
            },
        )

    def test_the_training_accuracy_as_well(self):
        model, history, _ = tallied()
        expect_close(
            history["train_accuracy"],
            [5.0],
            "training accuracy of an epoch, where accuracy is the mean of x, and x is 0 to 10",
            mistakes={
                "batches are averaged, though the last one is smaller": [
                    np.mean([np.mean(batch) for batch in model.batches()])
                ],
                "it is measured on the validation part": [150.0],
                "the loss is listed under its name": [15 / 11],
            },
        )

    def test_the_validation_loss_is_measured_after_each_epoch(self):
        _, history, _ = tallied(epochs=2)
        expect_close(
            history["validation_loss"],
            [4.0, 8.0],
            "validation losses of two epochs, where the loss is the number of steps so far",
            mistakes={
                "it is measured before each epoch": [0.0, 4.0],
                "it is measured once, at the end": [8.0],
                "it is measured after every step": [1, 2, 3, 4, 5, 6, 7, 8],
                "the training loss is listed under its name": [15 / 11, 4 + 15 / 11],
            },
        )

    def test_the_validation_accuracy_is_that_of_the_validation_part(self):
        _, history, _ = tallied()
        expect_close(
            history["validation_accuracy"],
            [150.0],
            "validation accuracy, where accuracy is the mean of x, and x is 100 and 200",
            mistakes={
                "it is measured on the training part": [5.0],
                "the loss is listed under its name": [4.0],
            },
        )

    def test_on_epoch_is_called_with_the_history_after_each_epoch(self):
        lengths = []

        def on_epoch(history):
            lengths.append([len(history[name]) for name in sorted(history)])

        tallied(epochs=3, on_epoch=on_epoch)
        assert lengths == [[1] * 4, [2] * 4, [3] * 4], (
            f"the four lists of the history had the lengths {lengths} when on_epoch was called in "
            "three epochs: each call comes when all four have the entry of that epoch"
        )

    def test_training_ends_when_on_epoch_returns_true(self):
        model, history, _ = tallied(epochs=9, on_epoch=lambda h: len(h["train_loss"]) == 2)
        expect_close(
            [model.steps, len(history["validation_loss"])],
            [8, 2],
            "steps and entries in the history, where the second epoch says that it is enough",
            mistakes={
                "what on_epoch returns is not looked at": [36, 9],
                "one more epoch is trained": [12, 3],
                "the last epoch is missing in the history": [8, 1],
                "training goes on for as long as on_epoch returns True": [4, 1],
            },
        )

    def test_training_goes_on_when_on_epoch_returns_nothing(self):
        model, _, _ = tallied(epochs=3, on_epoch=lambda history: None)
        assert model.steps == 12, f"{model.steps} steps were taken in 3 epochs of 4"

    def test_no_epochs_leave_the_lists_empty(self):
        model, history, _ = tallied(epochs=0)
        names = {"train_loss", "train_accuracy", "validation_loss", "validation_accuracy"}
        assert set(history) == names, f"the history has {sorted(history)}, not {sorted(names)}"
        assert model.steps == 0 and not any(history.values()), f"after no epochs: {history}"

    def test_the_examples_that_were_passed_in_stay_in_order(self):
        tallied()
        assert np.array_equal(TRAIN[0].ravel(), np.arange(11)), "X itself was shuffled"

    def test_an_array_network_learns_what_no_straight_line_can_do(self):
        rng = rng_of(5)
        corners = rng.integers(0, 2, (160, 2))
        X, y = corners + 0.15 * rng.standard_normal((160, 2)), corners.sum(axis=1) % 2
        model = ArrayNetwork([2, 16, 2], rng_of(0))
        optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
        train, validation = (X[:120], y[:120]), (X[120:], y[120:])
        history = fit(model, array_loss, train, validation, optimizer, 10, 8, rng_of(1))
        reached = history["validation_accuracy"][-1]
        assert reached >= 0.95, (
            f"after 10 epochs {reached:.0%} of the validation part are right, and one straight "
            "line already gets 75 % of these four heaps"
        )

    def test_a_network_of_values_is_trained_by_the_same_loop(self):
        def value_loss(model, X, y):
            logits = [model(x) for x in X.tolist()]
            loss = sum(cross_entropy(z, k) for z, k in zip(logits, y.tolist())) / len(y)
            loss.backward()
            right = [max(range(2), key=lambda k: z[k].data) == t for z, t in zip(logits, y)]
            return loss.data, sum(right) / len(y)

        X = np.array([[-1.0], [-0.6], [-0.2], [0.3], [0.7], [1.1]])
        y = (X.ravel() > 0).astype(int)
        model = MLP([1, 2])
        for parameter, number in zip(model.parameters(), [0.5, 0.0, -0.5, 0.0]):
            parameter.data = number  # which is wrong about every example
        optimizer = SGD(model.parameters(), lr=1.0)
        history = fit(model, value_loss, (X, y), (X, y), optimizer, 20, 2, rng_of(0))
        seen = [history["validation_accuracy"][epoch] for epoch in (0, -1)]
        assert seen[-1] == 1.0, f"accuracy after the first and the last epoch is {seen}"


class Small(Module):
    """A model with an array and a number to learn."""

    def __init__(self):
        self.w = Parameter(np.array([1.0, 2.0]))
        self.b = Value(5.0)

    def set(self, number):
        """Move all parameters to this number, the array in place, as an optimizer does."""
        self.w.data[...] = number
        self.b.data = float(number)

    def numbers(self):
        return [*self.w.data.tolist(), self.b.data]


@pytest.mark.kata("EarlyStopping.__init__")
class TestEarlyStoppingInit:
    def test_before_the_first_epoch_any_loss_is_better(self):
        best = EarlyStopping(Small(), patience=3).best_loss
        assert best == inf, (
            f"best_loss is {best} at the start, and should be infinite: from 0 or 1 on, a first "
            "loss above it would never count"
        )

    def test_the_best_parameters_so_far_are_those_of_the_start(self):
        best = EarlyStopping(Small(), patience=3).best
        assert isinstance(best, dict) and set(best) == {"w", "b"}, (
            f"best is {best!r}, and should be the model's state_dict"
        )
        expect_close([*best["w"], best["b"]], [1.0, 2.0, 5.0], "best parameters at the start")

    def test_they_do_not_move_with_the_model(self):
        model = Small()
        stopping = EarlyStopping(model, patience=3)
        model.set(9)
        expect_close(
            [*stopping.best["w"], stopping.best["b"]],
            [1.0, 2.0, 5.0],
            "best parameters after the model was trained further",
            mistakes={"the model's own arrays are kept, which training moves": [9.0, 9.0, 5.0]},
        )


@pytest.mark.kata("EarlyStopping.restore")
class TestEarlyStoppingRestore:
    def test_the_model_has_its_best_parameters_back(self):
        model = Small()
        stopping = EarlyStopping(model, patience=3)
        model.set(9)
        stopping.restore()
        expect_close(
            model.numbers(),
            [1.0, 2.0, 5.0],
            "parameters after restore",
            mistakes={"the model is left as it was last": [9.0, 9.0, 9.0]},
        )

    def test_training_on_and_restoring_again_works(self):
        model = Small()
        stopping = EarlyStopping(model, patience=3)
        for number in (9, 7):
            model.set(number)
            stopping.restore()
        expect_close(
            model.numbers(),
            [1.0, 2.0, 5.0],
            "parameters after training on from the best, and restoring again",
            mistakes={"the model trains on in the stored arrays": [7.0, 7.0, 5.0]},
        )


def watched(losses, patience):
    """(the epoch that ended training or None, the model), where epoch n leaves n in the model.

    The training loss falls all the time, and both accuracies rise.
    """
    model = Small()
    stopping = EarlyStopping(model, patience)
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    for epoch, loss in enumerate(losses, start=1):
        model.set(epoch)
        for name, number in zip(names, (1 / epoch, epoch / 100, loss, epoch / 200)):
            history[name].append(number)
        verdict = stopping(history)
        assert verdict is not None, (
            f"after the losses {losses[:epoch]}, with patience {patience}, None was returned, and "
            "should be True or False: does every path end in a return?"
        )
        if verdict:
            return epoch, model
    return None, model


@pytest.mark.kata("EarlyStopping.__call__")
class TestEarlyStoppingCall:
    def test_it_ends_after_patience_epochs_without_a_new_best_loss(self):
        epoch, _ = watched([5, 4, 3, 3.5, 3.2, 4, 4.5, 5], patience=3)
        expect_close(
            epoch or 0,
            6,
            "epoch that ended training, of the losses 5, 4, 3, 3.5, 3.2, 4, 4.5, 5 (0: none did)",
            mistakes={
                "the training loss is watched, which falls all the time": 0,
                "it waits one epoch longer than patience": 7,
                "it ends one epoch before patience is at an end": 5,
                "it ends at the first loss that is not better": 4,
                "a loss that rises is taken for an improvement": 3,
                "each loss is compared with the one before it, not with the best": 8,
            },
        )

    def test_a_new_best_loss_gives_all_the_patience_back(self):
        epoch, _ = watched([5, 6, 4, 5, 3, 4, 4, 4, 4], patience=3)
        expect_close(
            epoch or 0,
            8,
            "epoch that ended training, of the losses 5, 6, 4, 5, 3, 4, 4, 4, 4 (0: none did)",
            mistakes={
                "bad epochs are added up over the whole run, and not in a row": 6,
                "it waits one epoch longer than patience": 9,
                "an epoch without a rise resets the count": 0,
            },
        )

    def test_better_than_the_epoch_before_is_not_best(self):
        epoch, _ = watched([5, 3, 6, 5, 4, 3.5], patience=3)
        expect_close(
            epoch or 0,
            5,
            "epoch that ended training, of the losses 5, 3, 6, 5, 4, 3.5 (0: none did)",
            mistakes={"each loss is compared with the one before it, not with the best": 0},
        )

    def test_the_best_parameters_are_put_back(self):
        _, model = watched([5, 4, 3, 3.5, 3.2, 4], patience=3)
        expect_close(
            model.numbers(),
            [3.0, 3.0, 3.0],
            "parameters when training has ended; epoch n had left n in them, the third was best",
            mistakes={
                "the last parameters are kept, not the best": [6.0] * 3,
                "those of the start are put back": [1.0, 2.0, 5.0],
                "those of the first epoch are put back": [1.0] * 3,
                "those before the best epoch are put back": [2.0] * 3,
                "the best numbers are kept, but the arrays are the last": [6.0, 6.0, 3.0],
            },
        )

    def test_until_then_the_model_is_left_alone(self):
        epoch, model = watched([5, 4, 4.5], patience=2)
        assert epoch is None, f"epoch {epoch} ended training, but patience 2 had one bad epoch"
        expect_close(
            model.numbers(),
            [3.0] * 3,
            "parameters after one bad epoch of the two that patience allows",
            mistakes={"the best parameters are put back after every bad epoch": [2.0] * 3},
        )

    def test_as_good_as_the_best_is_no_new_best(self):
        epoch, model = watched([3, 3, 3, 3], patience=2)
        expect_close(
            epoch or 0,
            3,
            "epoch that ended training, where the loss stays at 3 (0: none did)",
            mistakes={"an equal loss counts as an improvement": 0},
        )
        expect_close(model.numbers(), [1.0] * 3, "parameters of the first of equal epochs")

    def test_a_loss_that_is_lower_by_a_hair_is_a_new_best(self):
        epoch, _ = watched([1.0, 0.99999, 0.99998, 0.99997], patience=2)
        assert epoch is None, (
            f"epoch {epoch} ended training, though the loss was a little lower each time: a new "
            "lowest loss counts, by however little"
        )

    def test_the_best_loss_and_parameters_can_be_looked_up(self):
        model = Small()
        stopping = EarlyStopping(model, patience=3)
        history = {"train_loss": [0.5], "validation_loss": []}
        for number, loss in ((7, 4.0), (8, 3.0), (9, 3.5)):
            model.set(number)
            history["validation_loss"].append(loss)
            stopping(history)
        expect_close(
            [stopping.best_loss, *stopping.best["w"], stopping.best["b"]],
            [3.0, 8.0, 8.0, 8.0],
            "best_loss and best after the losses 4, 3, 3.5, with parameters of 7, 8 and 9",
            mistakes={
                "best_loss stays as it was at the start": [inf, 8.0, 8.0, 8.0],
                "the newest loss is noted as the best": [3.5, 8.0, 8.0, 8.0],
            },
        )

    def test_a_loss_that_is_no_number_is_never_the_best(self):
        epoch, model = watched([4, 3, nan, nan, nan], patience=2)
        expect_close(
            epoch or 0,
            4,
            "epoch that ended training, of the losses 4, 3, nan, nan, nan (0: none did)",
            mistakes={"nan counts as an improvement: every comparison with it is False": 0},
        )
        expect_close(model.numbers(), [2.0] * 3, "parameters of the best epoch")

    def test_without_any_good_epoch_the_start_is_put_back(self):
        epoch, model = watched([nan, nan, nan], patience=2)
        seen = (epoch, model.numbers())
        assert seen == (2, [1.0, 2.0, 5.0]), (
            f"epoch and parameters after losses of nothing but nan, with patience 2, are {seen}: "
            "the second epoch should end it, and put back the start, 1, 2 and 5"
        )

    def test_after_a_loss_that_is_no_number_a_lower_one_is_the_best_again(self):
        epoch, model = watched([4, nan, 3, 5, 5], patience=2)
        seen = (epoch, model.numbers())
        assert seen == (5, [3.0] * 3), (
            f"epoch and parameters after the losses 4, nan, 3, 5, 5 are {seen}, and should be "
            "those of the third epoch, restored in the fifth"
        )

    def test_fit_ends_when_it_says_so(self):
        losses = iter([3.0, 1.0, 2.0, 2.0, 0.5])
        model, tally = Small(), Tally()

        def loss(_, X, y):
            return (next(losses), 0.0) if X.max() >= 100 else (0.0, 0.0)

        stopping = EarlyStopping(model, patience=2)
        history = fit(tally, loss, TRAIN, WATCHED, Stepper(tally), 5, 11, rng_of(0), stopping)
        assert history["validation_loss"] == [3.0, 1.0, 2.0, 2.0], (
            f"fit went through the validation losses {history['validation_loss']}, and should have "
            "ended after 3, 1, 2, 2"
        )


# ---- files


class Explodes:
    """Something that cannot be written: the disk is full."""

    def __array__(self, dtype=None, copy=None):
        raise OSError("no space left on device")


class Doomed(Small):
    """A model of which a file can only be written in part."""

    def state_dict(self):
        return {"w": np.zeros(1000), "b": Explodes()}


def fails_to_save(path):
    """Save until the disk is full; fails if the caller does not hear of it."""
    __tracebackhide__ = True
    expect_raises(
        OSError,
        lambda: save_parameters(Doomed(), path),
        "saving to a full disk (who saves has to know that nothing was saved)",
        naming=["no space left"],
    )


def arrays_in(path):
    """What an .npz file holds: {name: array}."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception as error:
        pytest.fail(
            f"{path.name} is no .npz file of numbers ({error}): numpy's savez writes one, and "
            "pickle, in whatever form, does not"
        )


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.kata("save_parameters")
class TestSaveParameters:
    def test_the_file_holds_every_parameter_under_its_name(self, folder):
        path = folder / "model.npz"
        save_parameters(Small(), path)
        arrays = arrays_in(path)
        assert sorted(arrays) == ["b", "w"], f"the file holds {sorted(arrays)}, not b and w"
        expect_close([*arrays["w"], arrays["b"]], [1.0, 2.0, 5.0], "numbers in the file")

    def test_inner_modules_are_saved_with_their_path(self, folder):
        path = folder / "model.npz"
        save_parameters(ArrayNetwork([3, 2], rng_of(0)), path)
        names = sorted(arrays_in(path))
        assert names == ["biases.0", "weights.0"], f"the file holds {names}"

    @pytest.mark.parametrize("name", ["model.npz", "model.best", "model"])
    def test_the_file_has_the_name_that_was_asked_for(self, tmp_path, name):
        save_parameters(Small(), tmp_path / name)
        assert names_in(tmp_path) == [name], (
            f"after saving to {name} the folder holds {names_in(tmp_path)}: savez puts .npz behind "
            "a name that does not end so, but not behind an open file"
        )

    def test_a_newer_state_replaces_the_older(self, folder):
        path, model = folder / "model.npz", Small()
        for number in (7, 8):
            model.set(number)
            save_parameters(model, path)
        expect_close(
            arrays_in(path)["w"],
            [8.0, 8.0],
            "numbers in the file after a second save",
            mistakes={"the older file stays": [7.0, 7.0]},
        )

    def test_the_model_stays_as_it_was(self, folder):
        model = Small()
        save_parameters(model, folder / "model.npz")
        expect_close(model.numbers(), [1.0, 2.0, 5.0], "parameters after saving")

    def test_a_new_file_takes_the_place_of_the_old(self, folder):
        """Even a complete text may be half-written when the power fails."""
        path = folder / "model.npz"
        save_parameters(Small(), path)
        before = path.stat().st_ino
        save_parameters(Small(), path)
        assert path.stat().st_ino != before or before == 0, (
            "the old file was opened and written over: if the machine stops half-way, neither the "
            "old state nor the new one is left. Write beside it, and put that file in its place"
        )

    def test_if_writing_fails_the_old_file_is_still_there(self, folder):
        path = folder / "model.npz"
        save_parameters(Small(), path)
        before = path.read_bytes()
        fails_to_save(path)
        assert path.exists() and path.read_bytes() == before, (
            "writing failed half-way, and the file from before is damaged or gone: write beside "
            "it, and put the new file in its place when it is complete"
        )

    def test_there_is_a_whole_file_at_every_moment(self, tmp_path, monkeypatch):
        """Whoever looks at the folder while it is saved is the one who comes after a crash."""
        path, moved = tmp_path / "model.npz", []
        save_parameters(Small(), path)
        before = path.read_bytes()

        class Looks:
            def __array__(self, dtype=None, copy=None):
                there = path.exists() and path.read_bytes() == before
                assert there, (
                    "while the new file is written, the old one is not in its place: it stays "
                    "there until the new one is complete"
                )
                return np.array(5.0)

        class Watching(Small):
            def state_dict(self):
                return {**super().state_dict(), "b": Looks()}

        def watched(move):
            def moving(source, target, **options):
                if Path(target).resolve() == path.resolve():
                    moved.append((Path(source).resolve(), path.exists()))
                return move(source, target, **options)

            return moving

        for name in ("replace", "rename"):
            monkeypatch.setattr(os, name, watched(getattr(os, name)))
        save_parameters(Watching(), path)
        for source, was_there in moved:
            assert was_there, (
                "the old file is deleted before the new one takes its place: if the machine stops "
                "in between, there is none. os.replace does both at once"
            )
            assert source.is_relative_to(tmp_path.resolve()), (
                f"the new file was written in {source.parent}, and not beside the old one: from "
                "another disk it cannot be put in its place at once, but is copied or refused"
            )

    def test_whatever_goes_wrong_no_half_file_is_left(self, tmp_path):
        class Refuses:
            def __array__(self, dtype=None, copy=None):
                raise MemoryError("no memory left")

        class Unwritable(Small):
            def state_dict(self):
                return {"w": np.zeros(1000), "b": Refuses()}

        with pytest.raises(MemoryError):
            save_parameters(Unwritable(), tmp_path / "model.npz")
        assert not names_in(tmp_path), (
            f"memory ran out half-way, and {names_in(tmp_path)} was left behind: what is cleared "
            "away after an OSError alone stays after every other error"
        )

    def test_if_writing_fails_no_half_file_is_left(self, tmp_path):
        fails_to_save(tmp_path / "model.npz")
        assert not names_in(tmp_path), (
            f"writing failed half-way, and {names_in(tmp_path)} was left behind"
        )


class Trap:
    """An object that opens a file when it is unpickled: any code could stand in its place."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def saved(folder, **arrays):
    """An .npz file with these arrays."""
    path = folder / "model.npz"
    np.savez(path, **arrays)
    return path


def not_loaded(path, naming=(), what="the file"):
    """Fail unless loading a file into a model is refused, and the model as it was."""
    __tracebackhide__ = True
    model = Small()
    expect_raises(
        ValueError, lambda: load_parameters(model, path), f"loading {what}", naming=[path, *naming]
    )
    expect_close(
        model.numbers(),
        [1.0, 2.0, 5.0],
        "the model after a file was refused, which should be as before,",
        mistakes={"what came before the error was loaded all the same": [9.0, 9.0, 5.0]},
    )


GOOD = {"w": np.array([9.0, 9.0]), "b": np.array(8.0)}

MISFITS = [  # what is wrong, the file, and what the error has to name
    ("a file without b", {"w": GOOD["w"]}, ["b"]),
    ("a file with a parameter too many", {**GOOD, "extra": np.array(1.0)}, ["extra"]),
    ("a w of another shape", {**GOOD, "w": np.full(3, 9.0)}, ["w"]),
    ("an array for the number b", {**GOOD, "b": np.array([8.0])}, ["b"]),
    ("a text for the number b", {**GOOD, "b": np.array("8")}, ["b"]),
    ("a complex number for b", {**GOOD, "b": np.array(8j)}, ["b"]),
    ("integers, which are no floats, for w", {**GOOD, "w": np.array([9, 9])}, ["w"]),
    ("True for the number b", {**GOOD, "b": np.array(True)}, ["b"]),
]


@pytest.mark.kata("load_parameters")
class TestLoadParameters:
    def test_a_model_has_the_parameters_of_the_file(self, folder):
        model = Small()
        load_parameters(model, saved(folder, **GOOD))
        expect_close(model.numbers(), [9.0, 9.0, 8.0], "parameters after loading")

    def test_a_number_stays_a_number(self, folder):
        model = Small()
        load_parameters(model, saved(folder, **GOOD))
        assert isinstance(model.b.data, float), (
            f"b.data is {model.b.data!r} ({type(model.b.data).__name__}), and should be a float: "
            "a file holds arrays only, so a lone number comes back as an array without axes"
        )

    def test_what_was_saved_is_loaded_exactly(self, tmp_path):
        path, model = tmp_path / "model.npz", MLP([2, 3, 2])
        one, other = (ArrayNetwork([3, 5, 2], rng_of(seed)) for seed in (1, 2))
        save_parameters(one, path)
        load_parameters(other, path)
        for name, array in one.state_dict().items():
            assert np.array_equal(other.state_dict()[name], array), f"{name} came back changed"
        before = model.state_dict()
        save_parameters(model, path)
        model.parameters()[4].data = 100.0
        load_parameters(model, path)
        assert model.state_dict() == before, "a network of Values came back changed"

    @pytest.mark.parametrize("name", ["model.best", "model"])
    def test_the_file_may_have_any_name(self, tmp_path, name):
        model = Small()
        saved(tmp_path, **GOOD).rename(tmp_path / name)
        try:
            load_parameters(model, tmp_path / name)
        except ValueError as error:
            pytest.fail(f"a file of the name {name} is there, and was refused: {error}")
        expect_close(model.numbers(), [9.0, 9.0, 8.0], f"parameters that stood in {name}")

    def test_float32_is_a_float_too(self, folder):
        model = Small()
        model.w.data = np.zeros(2, dtype=np.float32)
        try:
            load_parameters(model, saved(folder, w=np.full(2, 9.0, dtype=np.float32), b=GOOD["b"]))
        except ValueError as error:
            pytest.fail(f"weights of float32 were refused, and are floats as well: {error}")
        expect_close(model.numbers(), [9.0, 9.0, 8.0], "parameters that stood there as float32")

    def test_a_file_that_is_not_there_is_a_value_error(self, folder):
        not_loaded(folder / "none.npz")

    @pytest.mark.parametrize(
        "content", [b"", b"length,width\n1,2\n", b"PK\x03\x04" + bytes(60)], ids=repr
    )
    def test_a_file_of_another_kind_is_refused(self, folder, content):
        not_loaded(written(folder, "model.npz", content))

    def test_a_lone_array_is_refused(self, folder):
        np.save(folder / "model.npy", np.array([9.0, 9.0]))
        not_loaded(folder / "model.npy")

    def test_a_zip_file_of_something_else_is_refused(self, folder):
        with zipfile.ZipFile(folder / "model.npz", "w") as file:
            file.writestr("w", "9.0 9.0")
        not_loaded(folder / "model.npz")

    @pytest.mark.parametrize("part", [0.3, 0.7, 0.99])
    def test_a_file_that_was_cut_off_is_refused(self, folder, part):
        path = saved(folder, **GOOD)
        content = path.read_bytes()
        path.write_bytes(content[: int(part * len(content))])
        not_loaded(path)

    def test_a_file_whose_last_number_is_damaged_is_refused(self, folder):
        path = saved(folder, **GOOD)
        content = path.read_bytes()
        place = content.rindex(np.float64(8.0).tobytes())
        path.write_bytes(content[:place] + b"\x01" + content[place + 1 :])
        not_loaded(path)

    @pytest.mark.parametrize("what, arrays, naming", MISFITS, ids=[what for what, _, _ in MISFITS])
    def test_a_file_that_does_not_fit_the_model_is_refused(self, folder, what, arrays, naming):
        not_loaded(saved(folder, **arrays), naming, what)

    def test_nothing_in_the_file_is_executed(self, folder):
        flag = folder / "executed"
        path = saved(folder, w=GOOD["w"], b=np.array(Trap(flag), dtype=object))
        refused = False
        try:
            load_parameters(Small(), path)
        except ValueError:
            refused = True
        assert not flag.exists(), (
            "loading has run code that stood in the file: a pickle can do anything, so a file "
            "from elsewhere is read with pickles forbidden"
        )
        assert refused, "a file with a pickle in it was accepted"

    def test_a_file_with_a_pickle_leaves_the_model_as_it_was(self, folder):
        not_loaded(saved(folder, w=GOOD["w"], b=np.array([None, 1], dtype=object)))
