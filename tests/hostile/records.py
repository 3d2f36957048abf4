"""Records in .dojo/ that are damaged, foreign, from another time, or may not be written."""

import json

from tests.hostile.hostile_row import done_to

NEXT = "next: 1.1 Value.plus"
untouched = {"plus": "not started", "watched": False}
nothing = {"plus": "", "init": "", "watched": False}

# progress.json, whole
_DAMAGED = {
    "half of it": '{"katas": {"1.1 Value.plus": {"sta',
    "nothing": "",
    "blanks": " \n",
    "null bytes": "\0" * 100,
    "a list": "[1, 2]",
    "a number": "3",
    "two hundred thousand lists inside each other": "[" * 200_000,
    "katas are a list": '{"katas": []}',
    "katas are nothing": '{"katas": null}',
    "another course": '{"katas": {"9.9 Tensor.fold": {"status": "green"}}}',
}

# ... and what it says of a kata
_ENTRIES = {
    "a text": "green",
    "a status that is a number": {"status": 3},
    "a status that is a list": {"status": ["green"]},
    "a status of a later version": {"status": "golden"},
    "nothing but a status": {"status": "red"},
    "a time that is a list": {"status": "red", "when": [1]},
    "a time that is none": {"status": "red", "when": "soon"},
    "a message that is a number": {"status": "red", "message": 3},
    "specs that are a text": {"status": "red", "specs": "4", "passed": "2"},
    "numbers that JSON does not have": {"status": "red", "specs": float("nan")},
    "a key that nobody knows": {"status": "red", "mood": "good"},
    "solved that is a number": {"status": "red", "solved": 1},
}

for _name, _entry in _ENTRIES.items():
    _DAMAGED[_name] = json.dumps({"katas": {"1.1 Value.plus": _entry}})

for _name, _text in _DAMAGED.items():

    @done_to(f"records: {_name}", NEXT, **untouched)
    def _(course, text=_text):
        course.write(".dojo/progress.json", text)


_OTHERS = {
    "hints.json": [[], "x", {"1.1 Value.plus": "two"}, {"1.1 Value.plus": -5}],
    "quiz.json": [[], {"1.1": []}, {"1.1": {"1": {"asked": 3, "correct": "yes", "when": []}}}],
    "review.json": [
        [],
        {"1.1 Value.plus": 3},
        {"1.1 Value.plus": {"step": "x", "last": 5, "hints": []}},
    ],
}

for _file, _contents in _OTHERS.items():
    for _content in _contents:

        @done_to(f"records: {_file} {json.dumps(_content)}", NEXT, **untouched)
        def _(course, file=_file, content=_content):
            course.write(f".dojo/{file}", json.dumps(content))


@done_to("records: bytes that are no text", NEXT, **untouched)
def _(course):
    (course.folder / ".dojo").mkdir()
    (course.folder / ".dojo/progress.json").write_bytes(b"\xff\xfe\x00")


@done_to(
    "records: a folder in its place", "progress could not be saved", plus="", init="", watched=False
)
def _(course):
    course.replace("katas/phase1_demo/value.py", "self.data = data", "self.data = 0")
    (course.folder / ".dojo/progress.json").mkdir(parents=True)


@done_to(
    "records: a file in place of the folder",
    "progress could not be saved",
    plus="",
    init="",
    watched=False,
)
def _(course):
    course.replace("katas/phase1_demo/value.py", "self.data = data", "self.data = 0")
    course.write(".dojo", "x")
