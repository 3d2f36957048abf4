"""`make study` in a real browser: read, saved, answered, by keyboard, in light and dark."""

import json
import os
import time

import pytest

from dojo import course
from tests.support import browser as chromium
from tests.support.browser import in_browser, with_axe
from tests.support.invented import build
from tests.support.scratch import environment
from tests.support.studying import study

pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
pytest.importorskip("latex2mathml", reason="what `make study` needs is not installed")
pytestmark = [
    in_browser,
    pytest.mark.skipif(os.name == "nt", reason="ends the server by a signal"),
]
WILL_BE_SENT = "Network.requestWillBeSent"
VALUE = "katas/phase1_demo/value.py"
SITTINGS = [sitting for section in course.sections() for sitting in section.sittings]
PAGES = ["index.html", "notation.html", "conventions.html", "review.html", "graph.html"]
PAGES += ["pictures.html", *(f"{s.id.replace(' ', '-')}.html" for s in SITTINGS)]
PAGES += [f"{s.id.replace(' ', '-')}-quiz.html" for s in SITTINGS]
LOOKED_AT = ["index.html", "1.1.html", "1.1-quiz.html", "4.3.html", "graph.html", "notation.html"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = chromium.start(tmp_path_factory.mktemp("profile"))
    driver.implicitly_wait(10)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def reading(browser, tmp_path_factory):
    """The whole course on stubs, open in the browser."""
    from tests.support.scratch import Scratch

    folder = tmp_path_factory.mktemp("read")
    Scratch(folder)
    with study(folder, environment()) as running:
        chromium.resize(browser, 1300, 900)
        browser.get(running.address)
        yield Page(browser, running)


@pytest.fixture
def demo(tmp_path):
    return build(tmp_path / "course")


@pytest.fixture
def page(browser, demo):
    """The invented course, open in the browser."""
    with study(demo.folder, demo.environment()) as running:
        chromium.resize(browser, 1300, 900)
        chromium.in_colours(browser, "light")
        browser.get(running.address)
        yield Page(browser, running)
        browser.get("about:blank")


class Page:
    def __init__(self, browser, running):
        self.browser, self.running = browser, running

    def open(self, name):
        self.browser.get_log("browser"), self.browser.get_log("performance")  # empties them
        self.browser.get(f"{self.running.origin}/{name}")

    def run(self, script):
        return self.browser.execute_script(f"return {script}")

    def text(self, selector):
        """What is to be read there now; "" if it is not there."""
        return self.run(f"(document.querySelector({json.dumps(selector)}) || {{}}).innerText || ''")

    def click(self, selector):
        self.browser.find_element("css selector", selector).click()

    def wait(self, condition):
        for _ in range(4000):
            if condition():
                return
            time.sleep(0.05)
        raise AssertionError(f"it did not come to pass; the page says\n{self.text('body')}")

    def press(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.browser).send_keys(*keys).perform()


def keys():
    from selenium.webdriver.common.keys import Keys

    return Keys


# ---- reading


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_without_a_word_in_the_console(reading, name):
    reading.open(name)
    assert reading.browser.get_log("browser") == []
    assert reading.text("h1")
    messages = [json.loads(e["message"])["message"] for e in reading.browser.get_log("performance")]
    sent = [m["params"]["request"]["url"] for m in messages if m["method"] == WILL_BE_SENT]
    assert sent and all(url.startswith(f"{reading.running.origin}/") for url in sent)
    sizes = "performance.getEntries().reduce((sum, e) => sum + (e.transferSize || 0), 0)"
    assert reading.run(sizes) < 300_000


def test_a_formula_is_set(reading):
    """The fraction of attention: its bar lies between q k and the root, and brackets enclose it."""
    reading.open("4.3.html")
    high = "(e => [e.getBoundingClientRect().top, e.getBoundingClientRect().bottom])"
    formula = "[...document.querySelectorAll('.equation mfrac')].find(f => f.textContent == 'qk⊤D')"
    (top, bottom), (low, _) = (
        reading.run(f"{high}({formula}.children[{place}])") for place in (0, 1)
    )
    assert 8 < bottom - top < 60 and low >= bottom - 3, "numerator above denominator"
    tall = reading.run(f"{formula}.closest('.equation').getBoundingClientRect().height")
    assert 35 < tall < 140


@pytest.mark.parametrize("name", LOOKED_AT)
def test_on_a_phone_nothing_scrolls_sideways_but_what_is_wide(reading, name):
    chromium.resize(reading.browser, 360, 740)
    try:
        reading.open(name)
        assert reading.run("document.documentElement.scrollWidth") <= 360
    finally:
        chromium.resize(reading.browser, 1300, 900)


@with_axe
@pytest.mark.parametrize("scheme, width", [("light", 360), ("dark", 1300)])
@pytest.mark.parametrize("name", [*LOOKED_AT, "conventions.html", "review.html", "pictures.html"])
def test_a_page_has_no_serious_fault_of_accessibility(reading, name, scheme, width):
    chromium.in_colours(reading.browser, scheme)
    chromium.resize(reading.browser, width, 900)
    try:
        reading.open(name)
        assert chromium.faults(reading.browser) == []
    finally:
        chromium.in_colours(reading.browser, "light")
        chromium.resize(reading.browser, 1300, 900)


# ---- working


@with_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_live_has_no_serious_fault_of_accessibility(demo, page, scheme):
    chromium.in_colours(page.browser, scheme)
    demo.fill("Value.__init__", "self.data = data + 2")
    page.open("1.1.html")
    page.wait(lambda: "data is 5" in page.text("aside"))
    page.click("[data-hint]")
    page.wait(lambda: "What is kept?" in page.text("aside"))
    assert chromium.faults(page.browser) == []
    page.open("1.1-quiz.html")
    page.click("[type=radio]")
    page.click("[type=submit]")
    page.wait(lambda: page.text(".verdict").startswith("Not quite."))
    assert chromium.faults(page.browser) == []


def test_a_saved_kata_turns_green_in_the_page(demo, page):
    page.open("1.1.html")
    assert page.text("aside h2") == "Katas 0 of 2 green"
    demo.fill("Value.__init__", "self.data = data + 2")
    page.wait(lambda: "data is 5" in page.text("aside"))
    assert "red" in page.run("document.querySelector('.katas li').className")
    demo.replace(VALUE, "self.data = data + 2", "self.data = data")
    page.wait(lambda: page.text("aside h2") == "Katas 1 of 2 green")
    assert page.text(".news") == "Value.__init__ is green. Well done!"
    page.click(".katas li summary")
    page.click(".compare summary")
    page.wait(lambda: page.text(".sides").count("self.data = data") == 2)
    assert page.browser.get_log("browser") == []


def test_two_tabs_hear_of_it_and_one_that_was_asleep_as_well(demo, page):
    page.open("1.1.html")
    first = page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    try:
        page.open("1.1.html")
        demo.fill("Value.__init__", "self.data = data")
        page.wait(lambda: page.text("aside h2") == "Katas 1 of 2 green")
    finally:
        page.browser.close()
        page.browser.switch_to.window(first)
    page.wait(lambda: page.text("aside h2") == "Katas 1 of 2 green")


def test_a_page_says_when_its_course_is_closed(page):
    page.open("1.1.html")
    page.running.end()
    page.wait(lambda: "make study opens it again" in page.text(".news"))


def test_hints_come_one_at_a_time(page):
    page.open("1.1.html")
    for number in (1, 2, 3):
        page.wait(lambda n=number: f"{n} of 3" in page.text("[data-hint]"))
        page.click("[data-hint]")
        page.wait(
            lambda n=number: len(page.run("[...document.querySelectorAll('.hints > li')]")) == n
        )
    assert "Assign the argument." in page.text(".hints")
    assert not page.run("document.querySelector('li .hints').parentElement.querySelector('button')")


def test_a_quiz_is_answered_by_keyboard_alone(demo, page):
    page.open("1.1-quiz.html")
    for _ in range(30):
        page.press(keys().TAB)
        if page.run("document.activeElement.type") == "radio":
            break
    page.press(" ")
    page.press(keys().ENTER)
    page.wait(lambda: page.text(".verdict").startswith("Not quite."))
    assert "that is half" in page.text(".verdict")
    page.press(keys().ARROW_DOWN)
    page.press(keys().ENTER)
    page.wait(lambda: page.text(".verdict").startswith("Right."))
    record = json.loads(demo.read(".dojo/quiz.json"))["1.1"]["1"]
    assert (record["answer"], record["correct"]) == ("a", False), "the first answer is kept"


def test_katas_are_reached_by_keyboard(page):
    page.open("1.1.html")
    page.press(keys().TAB)
    assert page.run("document.activeElement.textContent") == "To the text"
    for _ in range(40):
        page.press(keys().TAB)
        if page.run("!!document.activeElement.dataset.hint"):
            break
    page.press(keys().ENTER)
    page.wait(lambda: "What is kept?" in page.text("aside"))
    assert page.run("!!document.activeElement.dataset.hint"), "and stay where they are"


def test_a_typed_expression_is_stepped_through(reading):
    reading.open("graph.html")
    reading.click("[name=mine]")
    reading.click("[data-graph] button")
    frame = reading.browser.find_element("css selector", "iframe")
    reading.wait(frame.is_displayed)
    reading.browser.switch_to.frame(frame)
    try:
        reading.wait(lambda: reading.text("#count") == "step 1 of 4")
        reading.click("#last")
        assert reading.text("#count") == "step 4 of 4"
        script = "try { return parent.document.title } catch (e) { return e.name }"
        assert reading.browser.execute_script(script) == "SecurityError"
    finally:
        reading.browser.switch_to.default_content()
    assert reading.browser.get_log("browser") == []


def test_a_picture_that_an_experiment_saves_is_shown(demo, page):
    page.open("pictures.html")
    assert "None yet" in page.text("main")
    script = "<script>document.documentElement.id = 'ran'</script>"
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="7">{script}</svg>'
    demo.write("output/1.1/plot.svg", drawn)
    page.wait(lambda: page.run("document.querySelectorAll('main img').length") == 1)
    page.wait(lambda: page.run("document.querySelector('main img').naturalWidth") == 9)
    page.open("output/1.1/plot.svg")
    assert page.run("document.documentElement.id") == ""
