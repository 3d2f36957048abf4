"""The page of the backward pass, in a real browser."""

import json
import re

import pytest

from dojo.pictures.backward_page import write_page
from solutions.phase1_autodiff.graph import topological_order
from solutions.phase1_autodiff.value import Value
from tests.support.browser import in_browser, resize, start

pytest.importorskip("selenium.webdriver", reason="selenium is not installed")


def expression():
    """x is used four times, twice by one operation; c has no label; a factor is negative."""
    x, w = Value(1.5, label="x"), Value(-0.75, label="w <1>")
    u = x * x
    u.label = "u"
    loss = (u * w + x).tanh() * (x**3 / 2.0)
    loss.label = "L"
    return loss


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = start(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser, tmp_path):
    path = tmp_path / "page.html"
    write_page(expression(), path)
    return Page(browser, path)


class Page:
    def __init__(self, browser, path, width=1200, height=900):
        self.browser = browser
        resize(browser, width, height)
        self.url = path.as_uri()
        self.log("browser"), self.log("performance")  # reading a log empties it
        browser.get(self.url)

    def log(self, kind):
        return self.browser.get_log(kind)

    def run(self, script):
        return self.browser.execute_script(f"return {script}")

    def press(self, key, times=1):
        body = self.browser.find_element("tag name", "body")
        for _ in range(times):
            body.send_keys(key)

    def click(self, selector):
        self.browser.find_element("css selector", selector).click()

    @property
    def step(self):
        return self.run("document.getElementById('count').textContent")

    @property
    def grads(self):
        return self.run("[...document.querySelectorAll('[data-grad]')].map(t => t.textContent)")

    @property
    def sums(self):
        return self.run("[...document.querySelectorAll('.sum')].map(s => s.innerText)")

    def marked(self, name, kind):
        chosen = f"[...document.querySelectorAll('[data-{kind}].{name}')]"
        return self.run(f"{chosen}.map(g => Number(g.dataset.{kind}))")


def keys():
    from selenium.webdriver.common.keys import Keys

    return Keys


def engine_gradients():
    loss = expression()
    loss.backward()
    return [f"{node.grad:.6g}" for node in topological_order(loss)]


@in_browser
def test_it_loads_without_a_word_in_the_console(page):
    assert page.log("browser") == []
    assert page.step == "step 1 of 9"


@in_browser
def test_it_asks_for_nothing_but_itself(page):
    page.press(keys().END)
    messages = [json.loads(entry["message"])["message"] for entry in page.log("performance")]
    sent = [m for m in messages if m["method"] == "Network.requestWillBeSent"]
    urls = {m["params"]["request"]["url"] for m in sent}
    assert urls == {page.url}, f"the page asked for {urls}"


@in_browser
def test_the_first_step_is_the_seed(page):
    assert page.grads == ["0"] * (len(page.grads) - 1) + ["1"]
    assert page.marked("active", "edge") == [] and page.sums == []


@in_browser
def test_by_keyboard_to_the_end_it_shows_what_the_engine_computes(page):
    page.press(keys().ARROW_RIGHT, times=8)
    assert page.step == "step 9 of 9"
    assert page.grads == engine_gradients()
    page.press(keys().ARROW_RIGHT)
    assert page.step == "step 9 of 9"


@in_browser
def test_by_clicks_to_the_end_it_shows_the_same(page):
    for _ in range(8):
        page.click("#next")
    assert page.grads == engine_gradients()
    assert not page.browser.find_element("css selector", "#next").is_enabled()


@in_browser
def test_a_step_back_shows_the_earlier_numbers(page):
    seen = []
    for _ in range(9):
        seen.append(page.grads)
        page.press(keys().ARROW_RIGHT)
    for n in reversed(range(8)):
        page.click("#back") if n % 2 else page.press(keys().ARROW_LEFT)
        assert page.grads == seen[n]
    assert len({tuple(grads) for grads in seen}) == 9


@in_browser
def test_first_last_home_end_and_the_list_lead_there_at_once(page):
    page.press(keys().END)
    assert page.step == "step 9 of 9"
    page.press(keys().HOME)
    assert page.step == "step 1 of 9"
    page.click("#last")
    page.click("#first")
    assert page.step == "step 1 of 9"
    page.click("[data-step='4']")
    assert page.step == "step 5 of 9"
    assert page.run("document.querySelector('[aria-current=step]').dataset.step") == "4"


@in_browser
def test_each_step_marks_its_node_and_the_edges_into_it(page):
    loss = expression()
    order = topological_order(loss)
    first_edge = [sum(len(node.parents) for node in order[:i]) for i in range(len(order))]
    inner = [i for i in reversed(range(len(order))) if order[i].parents]
    for i in inner:
        page.press(keys().ARROW_RIGHT)
        assert page.marked("active", "node") == [i]
        edges = list(range(first_edge[i], first_edge[i] + len(order[i].parents)))
        assert page.marked("active", "edge") == edges == page.marked("active", "note")
        box = page.browser.find_element("css selector", "[data-node].active rect")
        assert box.value_of_css_property("stroke-width") == "4px"


@in_browser
def test_the_products_are_written_out(page):
    page.press(keys().END)
    terms = page.run(
        "[...document.querySelectorAll('.sum')]"
        ".map(sum => [...sum.children].map(term => term.firstChild.data))"
    )
    assert len(terms) == 2  # u = x * x
    for name, before, plus, local, times, grad, equals, after in terms:
        assert (name, plus, times, equals) == ("x", "+", "×", "=")
        number = [float(text.strip("()")) for text in (before, local, grad, after)]
        assert number[0] + number[1] * number[2] == pytest.approx(number[3], abs=1e-4)


@in_browser
def test_the_words_are_announced(page):
    live = page.browser.find_element("css selector", "[aria-live=polite]")
    before = live.text
    page.press(keys().ARROW_RIGHT)
    assert live.text != before and live.text


@in_browser
@pytest.mark.parametrize("n", [0, 4, 8])
def test_on_a_phone_only_the_graph_scrolls_sideways(browser, tmp_path, n):
    path = tmp_path / "page.html"
    write_page(expression(), path, title="A title that is not short, with_a_long_word_in_it" * 2)
    page = Page(browser, path, width=360, height=740)
    page.click("#last") if n == 8 else page.press(keys().ARROW_RIGHT, times=n)
    assert page.run("document.documentElement.scrollWidth") <= 360
    low = "Math.min(...[...document.querySelectorAll('.buttons button')].map(b => b.offsetHeight))"
    assert page.run(low) >= 44


@in_browser
@pytest.mark.parametrize("size", [(1000, 640), (1440, 900)])
def test_a_small_graph_fits_its_window_without_a_scroll_bar(browser, tmp_path, size):
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    path = write_page((x * w + 6.88).tanh(), tmp_path / "page.html")
    page = Page(browser, path, *size)
    page.press(keys().END)
    for box in ("document.documentElement", "document.getElementById('graph')"):
        room = page.run(f"[{box}.scrollWidth, {box}.clientWidth]")
        high = page.run(f"[{box}.scrollHeight, {box}.clientHeight]")
        assert room[0] <= room[1] and high[0] <= high[1], f"{box}: {room}, {high}"


def test_it_holds_no_address_but_the_name_of_svg(tmp_path):
    path = write_page(expression(), tmp_path / "page.html")
    found = set(re.findall(r"https?://[^\s\"'<]+", path.read_text(encoding="utf-8")))
    assert found == {"http://www.w3.org/2000/svg"}


def test_the_gradients_of_the_graph_stay(tmp_path):
    loss = expression()
    for node in topological_order(loss):
        node.grad = 7.0
    write_page(loss, tmp_path / "page.html")
    assert {node.grad for node in topological_order(loss)} == {7.0}


def test_the_page_is_the_same_each_time(tmp_path):
    one, other = (write_page(expression(), tmp_path / name) for name in ("one.html", "other.html"))
    assert one.read_bytes() == other.read_bytes()


def test_labels_are_escaped(tmp_path):
    value = Value(1.0, label="</script><b>{{steps}}")
    page = write_page(value * 2.0, tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("</script>") == 2 and "<b>{{" not in page


def test_a_leaf_alone_and_a_deep_chain_have_a_page(tmp_path):
    chain = Value(0.5)
    write_page(chain, tmp_path / "leaf.html")
    for _ in range(300):
        chain = chain.tanh()
    write_page(chain, tmp_path / "chain.html")
