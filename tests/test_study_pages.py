"""The lessons as pages: formulas, pictures, links, and what may not become markup."""

import re
from xml.etree import ElementTree

import pytest

from dojo import course, screen
from tests.support.invented import build

pytest.importorskip("latex2mathml", reason="what `make study` needs is not installed")

from dojo.study import figures, formulas, markup, plain_formulas, site
from dojo.study.book import Book
from dojo.study.notation import Notation

BOOK = Book()
PAGES = pytest.mark.parametrize("name", list(BOOK.pages))
SETS = {
    r"\frac{a}{b}": "a b",
    r"x_i^2": "x i 2",
    r"\text{softmax}\!\left(\frac{q k^\top}{\sqrt{D}}\right)": "softmax ( q k ⊤ D )",
}


def page(text, **options):
    made = markup.Markup(lambda path, target: target, **options)
    return made.page(text, course.ROOT / "lessons" / "page.md"), made.problems


# ---- every page of the course


@PAGES
def test_a_page_is_made_whole(name):
    """Every formula is set, every picture shown, every link leads to a page."""
    BOOK.problems.clear()
    made = BOOK.page(BOOK.pages[name])
    assert BOOK.problems == []
    assert made.count("<h1") == 1, "one heading says what the page is"
    assert "{{" not in re.sub(r"<pre.*?</pre>", "", made, flags=re.DOTALL)
    ids = re.findall(r'\bid="([^"]+)"', made)
    assert len(ids) == len(set(ids)), "an id stands twice"


def test_every_page_of_theory_and_every_quiz_is_there():
    made = {page.path for page in BOOK.pages.values()}
    hints = {path for path in (course.ROOT / "lessons").rglob("hints.md")}
    assert set((course.ROOT / "lessons").rglob("*.md")) - hints <= made


def test_pages_lead_on_to_each_other_in_the_order_of_the_course():
    name, read = "index.html", []
    while name:
        read.append(name)
        found = re.search(r'rel="next" href="([^"]+)"', BOOK.page(BOOK.pages[name]))
        name = found and found[1]
    assert read == [page.name for page in BOOK.pages.values() if page.kind != "source"]


def test_the_site_has_only_relative_links_that_lead_somewhere(tmp_path):
    folder = tmp_path / "site"
    book = site.write(folder)
    assert site.check(folder) == [] and book.problems == []
    text = (folder / "1.1-quiz.html").read_text(encoding="utf-8")
    assert text.count("<details>") == len(re.findall(r"<h2", text)) > 5
    assert "<script" not in "".join(p.read_text(encoding="utf-8") for p in folder.glob("*.html"))
    heaviest = max(path.stat().st_size for path in folder.glob("*.html"))
    styles = sum(path.stat().st_size for path in folder.glob("*.css"))
    assert heaviest + styles < 300_000


@pytest.mark.parametrize("target", ["/1.1.html", "nowhere.html", "1.2.html#nowhere", "../x.html"])
def test_a_link_of_the_site_that_leads_nowhere_is_found(tmp_path, target):
    (tmp_path / "1.1.html").write_text(f'<a href="{target}">there</a>')
    (tmp_path / "1.2.html").write_text('<p id="here"></p>')
    assert target in str(site.check(tmp_path))


# ---- formulas


@pytest.mark.parametrize("latex", SETS)
def test_a_formula_is_set(latex):
    made = ElementTree.fromstring(formulas.mathml(latex, displayed=True))
    assert made.tag == "{http://www.w3.org/1998/Math/MathML}math" and made.get("display") == "block"
    assert " ".join(made.itertext()) == SETS[latex]
    assert "mathspace" not in formulas.mathml(latex), "a width that browsers no longer know"


def test_words_are_no_spaces_and_bars_stand_close():
    """A browser takes <mtext> for a space: in a numerator of words the minus would touch them."""
    made = ElementTree.fromstring(formulas.mathml(r"\frac{\text{a b} - \text{c}}{|n|}"))
    kinds = [(element.tag.rpartition("}")[2], element.text) for element in made.iter()]
    assert ("mi", "c") in kinds and "mtext" not in dict(kinds)
    bars = [element.attrib for element in made.iter() if element.text == "|"]
    assert bars == [{"stretchy": "false", "lspace": "0", "rspace": "0"}] * 2
    left = formulas.mathml(r"\left|\frac{1}{2}\right|")
    assert left.count('stretchy="true"') == 2 and "lspace" not in left


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{\partial L}{\partial x} = \hat y - y", "∂L / ∂x = y\u0302 − y"),
        (r"xW + \frac{\alpha}{r}(xA)B", "x W + (α / r)(x A) B"),
        (r"-\frac{1}{|C|} \sum_{t \in C} x_{t+1}", "−(1 / |C|) ∑_(t ∈ C) x_(t + 1)"),
        (r"e^{x_k} + e^{-3} + \tanh^2 x", "e^(x_k) + e⁻³ + tanh² x"),
        (r"w \leftarrow w - \eta\, g \qquad b = \sqrt{c + 1}", "w ← w − η g    b = √(c + 1)"),
        (r"\mathrm{relu}(w_{dh}) \cdot \lVert g \rVert^2", "relu(w_dh) · ‖g‖²"),
        (r"\text{softmax}\!\left(\frac{q k^\top}{\sqrt{D}}\right)", "softmax((q kᵀ) / √D)"),
        (r"\begin{cases} 1 & z \ge 0 \\ 0 & z < 0 \end{cases}", "{1, z ≥ 0; 0, z < 0"),
        (r"k_t\, (v_t - k_t \bar S)^\top", "k_t (v_t − k_t S\u0304)ᵀ"),
    ],
)
def test_a_formula_is_a_line_in_a_terminal(latex, text):
    assert plain_formulas.plain(latex) == text
    assert text in screen.readable(f"$${latex}$$") and f"`{text}`" in screen.readable(f"${latex}$")


def test_every_formula_of_the_course_is_a_line_in_a_terminal():
    for path in (course.ROOT / "lessons").rglob("*.md"):
        seen = re.sub(
            r"^```python\n.*?^```", "", screen.readable(path.read_text("utf-8")), flags=re.S | re.M
        )
        assert not re.search(r"\\(frac|sum|text|cdot|sigma|partial)\b", seen), path


@pytest.mark.parametrize("latex", [r"\foo x", r"\frac{a", r"x^", r"{", "", r"\begin{nothing}x"])
def test_a_formula_that_is_not_understood_is_refused(latex):
    with pytest.raises(formulas.CannotBeSet):
        print(formulas.mathml(latex))


def test_an_unknown_macro_is_shown_as_it_stands_and_named():
    made, problems = page(r"Here $\foo < x$ is.")
    assert r'<code class="missing">\foo &lt; x</code>' in made
    assert len(problems) == 1 and r"\foo is not known" in problems[0]


def test_a_price_is_no_formula():
    assert "<math" not in page("`$5` costs $ 5 and $ 6")[0]


NOTATION = Notation("""
## Scalars
| $w$, $b$ | `w`, `b` | a weight, a bias |
| $s$ | `s` | a scalar |
## Optimizers, in 3.3
| $m$, $s$ | `mean` | running means |
## Sequences, from 4.2 on
| $T$ | time |
| $T$ | temperature |
| $V$ | size of $T$ |
| $C$ | `channels` |
""")


@pytest.mark.parametrize(
    ("symbol", "lesson", "wanted"),
    [
        ("w", "phase1_autodiff/1_value_objects", "a weight"),
        ("b", "phase5_practice/1_x", "a bias"),
        ("s", "phase3_training/3_optimization", "running means"),
        ("s", "phase3_training/4_real_dataset", "a scalar"),
        ("m", "phase3_training/4_real_dataset", None),
        ("C", "phase4_llms/1_multi_layer_perceptrons", None),
        ("C", "phase4_llms/2_sequence_modeling/2_further", "channels"),
        ("C", "phase5_practice/1_x", "channels"),
        ("T", "phase4_llms/3_attention_mechanisms", None),
        ("V", "phase4_llms/3_attention_mechanisms", None),
        ("q", "phase4_llms/3_attention_mechanisms", None),
    ],
)
def test_a_symbol_has_the_tip_of_its_section(symbol, lesson, wanted):
    path = course.ROOT / "lessons" / lesson / "overview.md"
    assert NOTATION.tip(symbol, path) == wanted
    made, _ = page(f"the ${symbol}$", tip=lambda latex, _: NOTATION.tip(latex, path))
    assert ("title=" in made) is bool(wanted)


# ---- what may not become markup


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        "```<b>\n<script>\n```",
        '<a id="x" onclick="alert(1)">',
    ],
)
def test_markup_in_a_lesson_stays_text(text):
    made, _ = page(text)
    names = set(re.findall(r"<(\w+)", made)) | set(re.findall(r"<[^>]* (on\w+)=", made))
    assert names <= {"p", "pre", "code"}, made
    assert 'href="javascript' not in made


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        '<rect xlink:href="https://example.org"/>',
        "<foreignObject/>",
        '<rect style="background: url(https://example.org)"/>',
    ],
)
def test_a_picture_that_is_more_than_a_picture_is_refused(tmp_path, inside):
    xmlns = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    (tmp_path / "x.svg").write_text(f"<svg {xmlns}>{inside}</svg>")
    with pytest.raises(figures.NoPicture):
        figures.inline(tmp_path / "x.svg", 1)


def test_a_colour_is_as_far_from_dark_paper_as_it_was_from_white():
    def contrast(colour, paper):
        channels = [[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in (colour, paper)]
        one, other = (
            sum(
                weight * (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4)
                for weight, x in zip((0.2126, 0.7152, 0.0722), channel)
            )
            for channel in channels
        )
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)

    card = re.findall(r"--card: (#\w+)", (course.ROOT / "dojo/study/book.css").read_text())[1]
    for colour in ("#1a1a1a", "#0072B2", "#D55E00", "#595959", "#007A5E", "#B84F00"):
        assert contrast(figures.in_the_dark(colour), card) > 4.5, colour


# ---- another course


def test_a_course_with_a_picture_that_is_missing_is_read_all_the_same(tmp_path):
    demo = build(tmp_path / "course")
    ran = demo.dojo("site")
    assert ran.returncode == 1 and "steps.svg" in ran.stdout, ran.stdout + ran.stderr
    made = demo.read("output/site/1.1.html")
    assert "How much is <math" in made and '<code class="missing">steps.svg</code>' in made
    assert "half of it" in demo.read("output/site/1.1-quiz.html")


@pytest.mark.parametrize("command", ["study", "site"])
def test_without_its_packages_it_says_what_to_install(tmp_path, command):
    said = build(tmp_path / "course").python(
        "import sys; sys.modules['latex2mathml'] = None; sys.stderr = sys.stdout\n"
        f"from dojo.__main__ import main\nprint(main(['{command}']))"
    )
    assert "this needs the package latex2mathml: python -m pip install -e ." in said
    assert said.endswith("1\n")


def test_the_specs_import_nothing_of_it(tmp_path):
    demo = build(tmp_path / "course")
    demo.write("probe.py", "def pytest_sessionfinish():\n    import sys\n    print(*sys.modules)\n")
    said = demo.pytest("-p", "probe", "--phase", "1").output
    loaded = set(said.split())
    assert "dojo.plugin" in loaded
    assert not {n for n in loaded if n.startswith(("dojo.study", "markdown_it", "latex2mathml"))}
