"""3.4 · Real dataset: from a file to rows of numbers and numbered classes."""

import csv
import gzip
import re
import tracemalloc
import zlib

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase3_training.dataset import encode_labels, load_csv, one_hot, parse_row
from katas.phase3_training.spec_helpers import expect_arrays, parts, written

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
        row = parse_row(["5.1", "3.5", "setosa"], COLUMNS, PLACE)
        numbers, label = parts(row, "a list of numbers", "a label")
        expect_close(numbers, [5.1, 3.5], "numbers of the row 5.1, 3.5, setosa")
        expect_kind(numbers, [float], "the numbers of a row")
        assert label == "setosa", f"the label of the row 5.1, 3.5, setosa is {label!r}"

    def test_a_number_may_be_written_in_any_way_that_float_reads(self):
        numbers, _ = parse_row(["-3", "1e-2", "a"], COLUMNS, PLACE)
        expect_close(numbers, [-3.0, 0.01], "numbers of the row -3, 1e-2, a")

    def test_a_label_stays_a_string_even_if_it_looks_like_a_number(self):
        _, label = parse_row(["0", "16", "7"], COLUMNS, PLACE)
        assert label == "7", (
            f"the label of the row 0, 16, 7 is {label!r}, and should be the string '7': it names "
            "a class, and is not there to be computed with"
        )

    def test_blanks_around_a_label_do_not_make_another_class(self):
        _, label = parse_row(["5.1", "3.5", " setosa  "], COLUMNS, PLACE)
        assert label == "setosa", f"the label ' setosa  ' is read as {label!r}"

    def test_the_rest_of_a_label_stays_as_it_is(self):
        _, label = parse_row(["5.1", "3.5", ' "Iris" Versicolor-2 '], COLUMNS, PLACE)
        assert label == '"Iris" Versicolor-2', (
            f"the label ' \"Iris\" Versicolor-2 ' is read as {label!r}: only the blanks around it "
            "go. Capitals, and whatever stands inside, are its name"
        )
        _, label = parse_row(["5.1", "3.5", "Iris  versicolor"], COLUMNS, PLACE)
        assert label == "Iris  versicolor", (
            f"the label 'Iris  versicolor' is read as {label!r}: two blanks inside are its name too"
        )

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

    @pytest.mark.parametrize("cell", ["wide", "", "3,5", "3.5 cm", "50%", "$3.5"])
    def test_a_feature_that_is_not_a_number_is_refused(self, cell):
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
            f"the length {cell!r} (float reads it, and one such cell spoils every sum)",
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


def refused(path, what, naming=()):
    """Fail unless load_csv refuses a file by name, whatever is wrong with it."""
    try:
        expect_raises(ValueError, lambda: load_csv(path), what, naming=[path, *naming])
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        pytest.fail(
            f"{type(error).__name__} came through for {what}: a file can be missing, unreadable or "
            "damaged in many ways, and all of them are a ValueError that names the file. "
            "read_table of files.py makes one of each"
        )


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

    def test_names_that_look_like_numbers_are_names_all_the_same(self, folder):
        path = written(folder, "a.csv", "0,1,2\n5,3,7\n7.5,3.25,8\n")
        features, labels = load_csv(path)
        expect_close(
            features,
            [[5.0, 3.0], [7.5, 3.25]],
            "features of a file whose columns have the names 0, 1 and 2",
            mistakes={
                "a first line of numbers is taken for a flower: the first line holds the names, "
                "whatever they are": [[0.0, 1.0], [5.0, 3.0], [7.5, 3.25]]
            },
        )
        assert labels == ["7", "8"], f"the labels are {labels!r}"

    def test_features_are_an_array_of_float64(self, folder):
        path = written(folder, "a.csv", "x,y,label\n1,2,a\n3,4,b\n")
        features, _ = parts(load_csv(path), "features", "labels")
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
        refused(path, "a width of 'wide' in the third line", ["line", "width", "wide"])

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
            mistakes={"rows are counted, not lines: read_table says the line of each row": 3},
        )

    @pytest.mark.parametrize("name", ["none.csv", "none.csv.gz"])
    def test_a_file_that_is_not_there_is_a_value_error(self, folder, name):
        refused(folder / name, "a file that is not there")

    @pytest.mark.parametrize(
        "text", ["", "length,width,species\n"], ids=["nothing", "only the names"]
    )
    def test_a_file_without_rows_is_refused(self, folder, text):
        refused(written(folder, "a.csv", text), f"the text {text!r}")

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
        refused(written(folder, name, content), "a file that is damaged")

    def test_a_folder_in_the_place_of_a_file_is_refused_by_name(self, folder):
        path = folder / "folder.csv"
        path.mkdir(exist_ok=True)
        refused(path, "a folder that has the name of a file")

    def test_a_path_may_be_a_string(self, tmp_path):
        path = tmp_path / "iris.csv"
        path.write_text("width,species\n1.5,setosa\n", encoding="utf-8")
        features, labels = load_csv(str(path))
        assert (features.tolist(), labels) == ([[1.5]], ["setosa"])

    @pytest.mark.parametrize("sign", [";", "\t"], ids=["semicolons", "tabs"])
    def test_cells_that_commas_do_not_divide_are_refused(self, folder, sign):
        refused(
            written(folder, "a.csv", TABLE.replace(",", sign)),
            f"a file whose cells are divided by {sign!r}, not by commas (each line is one cell, a "
            "label without features)",
        )


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
        expect_kind(names, list, "the names of the classes")
        assert names == ["setosa", "versicolor", "virginica"], f"the names are {names!r}"

    def test_labels_are_sorted_as_the_strings_they_are(self):
        targets, names = encode_labels(["9", "10", "9"])
        assert list(names) == ["10", "9"], f"the names are {names!r}, and strings sort '10' first"
        expect_close(targets, [1, 0, 1], "numbers of the labels '9', '10', '9'")

    def test_capitals_come_first_as_everywhere_in_python(self):
        _, names = encode_labels(["setosa", "Iris"])
        assert list(names) == ["Iris", "setosa"], f"the names are {names!r}"
        _, names = encode_labels(["apple", "Zebra"])
        assert list(names) == ["Zebra", "apple"], (
            f"the names are {names!r}: sorted without regard to capitals, while Python's own order "
            "of strings has all capitals first"
        )

    def test_labels_that_can_be_read_once_will_do(self):
        try:
            targets, names = encode_labels(label for label in ["b", "a", "b"])
            n = len(targets)
        except TypeError as error:
            pytest.fail(
                f"labels from a generator end in TypeError: {error}. It has no length, no places, "
                "and numpy takes it for a single thing; list(…) makes a list of what it yields"
            )
        assert n == 3, (
            f"three labels from a generator become {n} targets: it gives each of them "
            "only once, and was used up when the names were known. list(…) keeps them"
        )
        assert list(names) == ["a", "b"], f"the names are {names!r}"
        expect_close(targets, [1, 0, 1], "numbers of the labels b, a, b from a generator")

    @pytest.mark.parametrize("labels", [["b", "a"], []], ids=["two", "none"])
    def test_targets_are_an_array_of_integers(self, labels):
        targets, _ = encode_labels(labels)
        kind = getattr(getattr(targets, "dtype", None), "kind", type(targets).__name__)
        assert kind in "iu", (
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
        rows = one_hot(np.array([1]), 2)
        expect_arrays(rows)
        kind = rows.dtype
        assert kind == np.float64, f"the rows are {kind}, and should be float64"

    def test_it_takes_no_more_memory_than_the_rows(self):
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            rows = one_hot(np.array([0, 1999]), 2000)
            taken = tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()
        assert taken < 8 * rows.nbytes, (
            f"two rows of 2,000 columns, {rows.nbytes:,} bytes, took {taken:,} bytes on the way: "
            "the identity matrix has a row for each class there is, wanted or not"
        )

    @pytest.mark.parametrize("target", [3, -1])
    def test_a_class_that_does_not_exist_is_refused(self, target):
        expect_raises(
            IndexError,
            lambda: one_hot(np.array([0, target, 1]), 3),
            f"class {target} of 3 (numpy counts negative indices from the end)",
            naming=[target, range(3)],
        )

    def test_booleans_are_not_classes(self):
        expect_raises(
            TypeError,
            lambda: one_hot(np.array([True, False]), 2),
            "one_hot of True, False: as an index they choose like a mask, and",
            naming=[bool],
        )

    def test_floats_are_not_classes(self):
        expect_raises(
            TypeError,
            lambda: one_hot(np.array([0.0, 1.0]), 2),
            "one_hot of 0.0 and 1.0, which are no numbers of classes even where they are whole,",
            naming=[float],
        )
