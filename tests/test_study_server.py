"""`make study` from outside: who is let in, what is served, and what a kata may do to it."""

import json
import os
import signal

import pytest

from dojo.study import server
from tests.support.invented import build
from tests.support.studying import study

pytest.importorskip("latex2mathml", reason="what `make study` needs is not installed")
pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="sends signals"),
]
VALUE = "katas/phase1_demo/value.py"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A server on stubs that no test changes."""
    demo = build(tmp_path_factory.mktemp("study") / "course")
    demo.write("output/1.1/plot.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    demo.write("output/1.1/notes.txt", "no picture")
    (demo.folder / "output/1.1/secret.svg").symlink_to(demo.folder / "conftest.py")
    with study(demo.folder, demo.environment()) as running:
        yield running


@pytest.fixture
def demo(tmp_path):
    return build(tmp_path / "course")


@pytest.fixture
def running(demo):
    with study(demo.folder, demo.environment()) as running:
        running.ask("/look", {"page": "1.1.html"})
        yield running


# ---- who is let in


def test_the_address_lets_in_once_and_for_all(shared):
    answer = shared.ask(f"/1.1.html?token={shared.token}", Cookie=None)
    assert answer.code == 303 and answer.headers["Location"] == "/1.1.html"
    kept = answer.headers["Set-Cookie"]
    assert kept.startswith(shared.cookie) and "HttpOnly" in kept and "SameSite=Strict" in kept
    assert shared.ask("/1.1.html").code == 200


@pytest.mark.parametrize("path", ["//example.org", "/\\example.org", "/1.9.html", "/https://x.org"])
def test_it_leads_to_a_page_of_the_course_only(shared, path):
    answer = shared.ask(f"{path}?token={shared.token}", Cookie=None)
    assert answer.headers.get("Location", "/") == "/"


@pytest.mark.parametrize("path", ["/", "/1.1.html", "/book.css", "/events", "/katas/1.1.html"])
@pytest.mark.parametrize("cookie", [None, "", "study-1=x", "nonsense; ;", "study-{port}=wrong"])
def test_nobody_is_let_in_without_it(shared, path, cookie):
    cookie = cookie and cookie.format(port=shared.port)
    answer = shared.ask(path, Cookie=cookie)
    assert answer.code == 403 and "make study" in answer.text and "katas" not in answer.text


def test_an_old_address_says_so(shared):
    answer = shared.ask("/?token=old", Cookie=None)
    assert answer.code == 403 and "earlier start" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "localhost", "", None])
def test_another_host_is_refused(shared, host):
    for body in (None, {"kata": "Value.plus"}):
        answer = shared.ask("/1.1.html" if body is None else "/hint", body, Host=host)
        assert answer.code in (400, 421) and "<" not in answer.text


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_another_origin_is_refused(shared, origin):
    assert shared.ask("/1.1.html", Origin=origin).code == 403
    assert shared.ask("/hint", {"kata": "Value.plus"}, Origin=origin).code == 403


def test_a_request_that_changes_something_says_where_it_comes_from(shared):
    assert shared.ask("/hint", {"kata": "Value.plus"}, Origin=None).code == 403
    assert "The next hint" not in shared.katas("1.1.html")


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        ({"kata": "Value.plus"}, {"Content_Type": "text/plain"}, 415),
        ({"kata": "Value.plus"}, {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"kata": "Value.plus"}, {"Content_Length": "900000000"}, 413),
        ({"kata": "Value.plus"}, {"Content_Length": "-1"}, 413),
        (b"not json", {}, 400),
        (b"[" * 50_000, {}, 400),
        (b"[1]", {}, 400),
        ({"kata": "Value.tripled"}, {}, 404),
        ({"kata": 3}, {}, 404),
        ({}, {}, 404),
    ],
)
def test_a_request_that_is_not_understood_is_refused(shared, body, headers, code):
    assert shared.ask("/hint", body, **headers).code == code
    assert shared.ask("/1.1.html").code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
def test_other_methods_are_refused(shared, method):
    assert shared.ask("/1.1.html", method=method).code == 501


@pytest.mark.parametrize(
    "path",
    [
        "/../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/solutions/phase1_demo/value.py",
        "/source/solutions/phase1_demo/value.py.html",
        "/katas/phase1_demo/value.py",
        "/katas/../conftest.py",
        "/dojo/study/server.py",
        "/.dojo/progress.json",
        "/output/../conftest.py",
        "/output/1.1/../../conftest.py",
        "/output/1.1/notes.txt",
        "/output/1.1/secret.svg",
        "/lessons/phase1_demo/1_counting/hints.md",
        "/nothing",
        "/graph?n=1",
    ],
)
def test_nothing_but_pages_is_served(shared, path):
    assert shared.ask(path).code == 404


def test_what_is_served_may_run_nothing_of_its_own(shared):
    pages = ["/", "/1.1.html", "/1.1-quiz.html", "/review.html", "/graph.html", "/pictures.html"]
    for path in [*pages, "/katas/1.1.html", "/book.css", "/output/1.1/plot.svg", "/nothing"]:
        answer = shared.ask(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "http" not in policy
        assert "'unsafe-inline'" not in policy or "sandbox" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_it_listens_on_this_machine_alone():
    assert server.HOST == "127.0.0.1"


# ---- hints, answers, reviews


def test_hints_are_counted_as_in_the_terminal(demo, running):
    assert running.ask("/hint", {"kata": "Value.plus"}).code == 200
    said = running.katas("1.1.html")
    assert "Look at the numbers." in said and "Their sum" not in said
    assert "hint 2 of 3" in demo.dojo("hint", "Value.plus").stdout
    for _ in range(3):
        running.ask("/hint", {"kata": "Value.plus"})
    assert json.loads(demo.read(".dojo/hints.json")) == {"1.1 Value.plus": 3}


def test_answers_are_judged_and_kept_as_in_the_terminal(demo, running, tmp_path):
    other = build(tmp_path / "other")

    def answered(number, given):
        quiz = {"quiz": "1.1-quiz.html", "question": number, "given": given}
        other.dojo("quiz", "1.1", "--question", str(number), f"--answer={given}")
        return json.loads(running.ask("/answer", quiz).text)

    shown = {"quiz": "1.1-quiz.html", "question": 1}
    assert running.ask("/show", shown).code == 404, "the answer comes after an answer"
    wrong = answered(1, "c")
    assert wrong["verdict"] == "not quite" and "that would be <code>x * x" in wrong["said"]
    assert "It says so" not in wrong["said"]
    assert "It says so" in running.ask("/show", shown).text
    assert answered(1, "b")["verdict"] == "right"
    assert answered(2, "0.42")["verdict"] == "right"
    assert "such as 0.5" in answered(2, "many")["said"]
    records = [json.loads(course.read(".dojo/quiz.json"))["1.1"] for course in (demo, other)]
    for record in records:
        for entry in record.values():
            entry.pop("when")
    assert records[0] == records[1] and records[0]["1"]["correct"] is False


def test_an_open_answer_is_held_against_the_model_and_judged_by_its_writer(demo, running):
    quiz = {"quiz": "1.1-quiz.html", "question": 5, "given": "it has to be"}
    shown = json.loads(running.ask("/answer", quiz).text)
    assert shown["open"] and "Because it is so" in shown["said"]
    assert not (demo.folder / ".dojo/quiz.json").exists()
    assert (
        json.loads(running.ask("/answer", {**quiz, "judged": "right"}).text)["verdict"] == "right"
    )
    assert json.loads(demo.read(".dojo/quiz.json"))["1.1"]["5"]["correct"] is True


def test_a_kata_is_reviewed_as_in_the_terminal(demo):
    demo.solve("Value.__init__")
    demo.dojo("next")
    with study(demo.folder, demo.environment()) as running:
        said = running.ask("/review", {"kata": "Value.__init__"}).text
        assert "once more, from memory" in said
        assert "begun" in demo.read(".dojo/review.json")
        assert "Value.__init__" in running.ask("/review.html").text


# ---- katas


def test_a_save_is_followed_by_its_result(demo, running):
    demo.fill("Value.__init__", "self.data = data + 2")
    said = running.wait_for("1.1.html", "failing: wrong")
    assert "data is 5" in said and "0 of 2 green" in said
    assert "Beside the reference" not in said
    assert running.ask("/compare?kata=Value.__init__").text == ""
    demo.replace(VALUE, "self.data = data + 2", "self.data = data")
    said = running.wait_for("1.1.html", "1 of 2 green")
    assert "Beside the reference" in said
    assert running.ask("/compare?kata=Value.__init__").text.count("self") >= 2
    assert demo.progress()["1.1 Value.__init__"] == "green"


def test_the_next_kata_is_run_when_one_is_green(demo, running):
    demo.fill("Value.__init__", "self.data = data")
    running.wait_for("1.1.html", "1 of 2 green")
    demo.fill("Value.plus", "return Value(self.data * other.data)")
    running.wait_for("1.1.html", "they are multiplied")
    demo.replace(VALUE, "self.data * other.data", "self.data + other.data")
    running.wait_for("1.1.html", "2 of 2 green")


def test_another_kata_may_be_written_first(demo, running):
    demo.dojo("next")
    demo.fill("Value.plus", "return Value(0)")
    said = running.wait_for("1.1.html", 'id="kata-Value.plus" class="blocked"')
    assert 'id="kata-Value.__init__" class="not-started"' in said
    running.wait_for("1.1.html", "needs a kata before it")


def test_a_kata_that_waits_for_another_says_for_which(demo):
    demo.solve("Value.__init__")
    demo.fill("climb", "return Value(0).plus(Value(n))")
    demo.dojo("next", "1.2")
    with study(demo.folder, demo.environment()) as running:
        running.ask("/run", {"kata": "climb"})
        said = running.wait_for("1.2.html", "needs 1.1 Value.plus")
        assert 'id="kata-climb" class="blocked"' in said


def test_with_the_reference_up_to_a_section_what_is_given_is_not_waited_for(demo):
    demo.fill("height", "return 0")
    with study(demo.folder, demo.environment(), "2.1", "--given", "1.2") as running:
        running.ask("/look", {"page": "2.1.html"})
        said = running.wait_for("2.1.html", "height of two storeys is not right")
        assert "blocked" not in said


def test_an_attempt_that_nobody_has_run_is_run_when_its_page_is_opened(demo):
    demo.dojo("next")
    demo.solve("Value.__init__")
    os.utime(demo.folder / VALUE, (2e9, 2e9))
    with study(demo.folder, demo.environment()) as running:
        assert "changed, not run yet" in running.katas("1.1.html")
        running.ask("/look", {"page": "1.1.html"})
        running.wait_for("1.1.html", "1 of 2 green")


def test_what_a_kata_says_is_no_markup(demo, running):
    body = "print('<script>alert(1)</script>')\nself.data = '<img src=x onerror=alert(1)>'"
    demo.fill("Value.__init__", body)
    said = running.wait_for("1.1.html", "&lt;script&gt;")
    assert "<script" not in said and "<img" not in said and "&lt;img" in said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os; os._exit(7)", "code 7"),
        ("print('x' * 3_000_000)\nself.data = 0", "data is 0"),
        ("for i in range(200_000): print(i)\nself.data = 0", "data is 0"),
        ("self.__init__(data)", "recursion"),
        ("import os; os.close(1); os.close(2)\nself.data = 0", ""),
    ],
    ids=["ends Python", "a long line", "many lines", "recursion", "closed outputs"],
)
def test_what_a_kata_does_costs_its_own_run_alone(demo, running, body, words):
    stub = demo.read(VALUE)
    demo.fill("Value.__init__", body)
    if words:
        said = running.wait_for("1.1.html", words)
        assert len(said) < 400_000
    demo.write(VALUE, stub)
    demo.fill("Value.__init__", "self.data = data")
    running.wait_for("1.1.html", "1 of 2 green")


def test_a_kata_that_hangs_is_left_at_the_next_save(demo, running):
    demo.fill("Value.__init__", "open('begun', 'w').close()\nwhile True: pass")
    for _ in range(600):
        if (demo.folder / "begun").exists():
            break
        running.ask("/katas/1.1.html")
    running.wait_for("1.1.html", "running …")
    loop = "open('begun', 'w').close()\n        while True: pass"
    demo.replace(VALUE, loop, "self.data = data")
    said = running.wait_for("1.1.html", "1 of 2 green")
    assert "still running" not in said


def test_a_file_that_does_not_parse_says_where(demo, running):
    demo.dojo("next")
    demo.replace(VALUE, "LIMIT = 100", "LIMIT = (")
    assert "was never closed" in running.wait_for("1.1.html", "never closed")


# ---- ways in and out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_with_the_terminal(demo, number):
    demo.dojo("next")
    with study(demo.folder, demo.environment()) as running:
        running.ask("/look", {"page": "1.1.html"})
        demo.fill("Value.__init__", "self.data = data")
        running.wait_for("1.1.html", "1 of 2 green")
        code, said = running.end(number)
    assert code == 0 and said.strip().endswith("the course is closed"), said


def test_two_of_them_have_ports_and_cookies_of_their_own(demo, shared):
    with study(demo.folder, demo.environment()) as running:
        assert running.port != shared.port
        assert running.ask("/1.1.html").code == 200
        assert running.ask("/1.1.html", Cookie=shared.cookie).code == 403


def test_a_section_is_opened_at_once_and_one_that_is_unknown_refused(demo):
    with study(demo.folder, demo.environment(), "1.2") as running:
        assert running.address.startswith(f"{running.origin}/1.2.html?token=")
    ran = demo.dojo("study", "7.1")
    assert ran.returncode == 2 and "there is no section 7.1; there are: 1.1" in ran.stderr


def test_everybody_who_listens_hears_of_a_change(running):
    import http.client

    streams = []
    for _ in range(2):
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=200)
        connection.request("GET", "/events", headers={"Cookie": running.cookie})
        streams.append(connection.getresponse())
        assert streams[-1].fp.readline().startswith(b"data: ")
        streams[-1].fp.readline()
    running.ask("/hint", {"kata": "Value.plus"})
    assert [stream.fp.readline()[:6] for stream in streams] == [b"data: "] * 2
