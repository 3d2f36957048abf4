"""The table of a class: its points, its cells, and the page on GitHub."""

import pytest

from dojo import course as real
from dojo.grade import hand_in, marks, sheet

PLUS = "1.1 Value.plus"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"9.9" = 1', "there is no section 9.9"),
        ("1.1 = 3", "there is no section 1"),
        ('"1.1" = "ten"', "are 'ten', and no number"),
        ('"1.1" = -1', "are -1, and no number"),
        ('"1.1" = nan', "are nan, and no number"),
        ("?", "cannot be read"),
        ('"1.1" = 0', "gives points to none"),
    ],
)
def test_weights_that_are_none_are_refused(tmp_path, text, says):
    (tmp_path / "weights.toml").write_text(text)
    with pytest.raises(hand_in.Refused, match=says):
        marks.weights(tmp_path, real.sections())


def test_a_name_of_any_kind_stands_in_the_table(tmp_path):
    katas = {PLUS: {"status": "red", "mistake": "=1+1\nand\0more", "seconds": 0.0}}
    row = {"why": "\x1b[31mred", "doubts": [], "katas": katas, "forms": {}}
    names = "caf\udce9", "@sum", "a\nb", "日本"
    rows = [(name, row) for name in names]
    paths = sheet.write(tmp_path / "grades.csv", rows, {"1.1": 2}, [])
    texts = [path.read_text("utf-8") for path in paths]
    assert (
        "caf?," in texts[0] and "'@sum," in texts[0] and "a b," in texts[0] and "日本" in texts[0]
    )
    assert ",'=1+1 andmore," in texts[1]
    assert texts[0].startswith(sheet.MARK), "Excel reads it as cp1252 without"
    printed = list(sheet.lines(rows, {"1.1": 2}))
    assert len(printed) == 4 and not any("\x1b" in line or "\n" in line for line in printed)


def test_the_workflow_types_what_there_is():
    text = (real.ROOT / ".github/workflows/points.yml").read_text(encoding="utf-8")
    assert "-m dojo grade ../submissions --out ../points.csv" in text
    assert "-m dojo.grade.summary ../points.json" in text
    assert (real.ROOT / "dojo/bootstrap.py").exists() and "path: submissions/" in text
