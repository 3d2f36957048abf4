"""The data sets are the ones that data/README.md describes."""

import csv
import gzip
import hashlib
import re
from collections import Counter

import pytest

from dojo import course
from solutions.phase4_llms import language_model
from solutions.phase4_llms.merges import load_merges

DATA = course.ROOT / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")
LISTED = dict(re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", README, re.MULTILINE))


def rows(name):
    open_text = gzip.open if name.endswith(".gz") else open
    with open_text(DATA / name, "rt", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_every_file_has_the_checksum_that_is_listed():
    files = {path.name for path in DATA.iterdir()} - {"README.md"}
    assert files == set(LISTED)
    for name, checksum in LISTED.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == checksum


def test_iris_is_fishers():
    header, *flowers = rows("iris.csv")
    assert header == ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    assert Counter(row[-1] for row in flowers) == {"setosa": 50, "versicolor": 50, "virginica": 50}
    columns = [[float(row[i]) for row in flowers] for i in range(4)]
    # minimum, maximum and mean as in the summary that comes with the UCI copy
    assert [min(c) for c in columns] == [4.3, 2.0, 1.0, 0.1]
    assert [max(c) for c in columns] == [7.9, 4.4, 6.9, 2.5]
    assert [round(sum(c) / 150, 2) for c in columns] == [5.84, 3.06, 3.76, 1.2]
    # the two flowers in which the UCI copy differs from Fisher's paper: the 35th and the 38th
    assert flowers[34] == ["4.9", "3.1", "1.5", "0.2", "setosa"]
    assert flowers[37] == ["4.9", "3.6", "1.4", "0.1", "setosa"]


def test_digits_are_the_1797_test_images_of_uci():
    header, *images = rows("digits.csv.gz")
    assert (header[0], header[63], header[64]) == ("row0col0", "row7col7", "digit")
    counts = Counter(int(row[-1]) for row in images)
    # the numbers of test examples of each class that UCI lists
    assert [counts[digit] for digit in range(10)] == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]  # fmt: skip
    pixels = {int(cell) for row in images for cell in row[:-1]}
    assert pixels == set(range(17))


def test_names_are_the_commonest_surnames_of_1990():
    text = (DATA / "names.txt").read_text(encoding="ascii")
    names = text.splitlines()
    assert text == "".join(f"{name}\n" for name in names)
    assert len(names) == len(set(names)) == 30_000
    # the ranks 1 to 10 of the census list
    assert names[:10] == [
        "smith", "johnson", "williams", "jones", "brown", "davis", "miller", "wilson", "moore",
        "taylor",
    ]  # fmt: skip
    assert all(re.fullmatch("[a-z]{2,13}", name) for name in names)


def test_a_line_is_a_name_with_its_blanks_and_without_a_byte_order_mark(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes("\ufeffde la cruz\r\n o'neill\n\nwu\x85\n".encode())
    assert language_model.load_names(path) == ["de la cruz", " o'neill", "wu\x85"]


def test_the_split_of_the_names_follows_from_each_name_alone():
    names = language_model.load_names(DATA / "names.txt")
    train, validation = language_model.split_names(names)
    wanted = {n for n in names if int.from_bytes(hashlib.sha256(n.encode()).digest()) % 10 == 0}
    assert set(validation) == wanted and set(train) == set(names) - wanted
    assert (len(train), len(validation)) == (27_013, 2_987)
    assert [name for name in names if name in wanted] == validation, "not in the order of the file"
    backwards = language_model.split_names(names[::-1])
    assert backwards == (train[::-1], validation[::-1])
    assert language_model.split_names(names[:500]) == (
        [n for n in names[:500] if n not in wanted],
        [n for n in names[:500] if n in wanted],
    )


def test_the_merges_are_those_that_tiktoken_asks_for():
    content = gzip.decompress((DATA / "gpt2_merges.txt.gz").read_bytes())
    published = "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"
    assert hashlib.sha256(content).hexdigest() == published
    vocab, merges = load_merges(DATA / "gpt2_merges.txt.gz")
    assert len(merges) == 50_000 and len(set(vocab.values())) == len(vocab) == 50_256
    assert (vocab[0], vocab[220], merges[0]) == (b"!", b" ", (b" ", b"t"))


def test_merges_may_be_unzipped_and_a_bad_line_is_named(tmp_path):
    path = tmp_path / "merges.txt"
    path.write_text("#version: 0.2\r\nh e\r\nĠ t\r\n", encoding="utf-8")
    assert load_merges(str(path))[1] == [(b"h", b"e"), (b" ", b"t")]
    for line in ("a", "a b c", "a 牛", "a  b"):
        path.write_text(f"h e\n{line}\n", encoding="utf-8")
        with pytest.raises(ValueError, match="line 2 is not a pair of tokens"):
            load_merges(path)
