"""Files as people have them: with other ends of lines, elsewhere, with functions out of place."""

import os

from tests.hostile.hostile_row import done_to

VALUE = "katas/phase1_demo/value.py"
PLUS = 'raise NotImplementedError("1.1 Value.plus")'
WRONG = "return Value(self.data * other.data)"

untouched = {"plus": "not started"}


def path(course):
    return course.folder / VALUE


def write(course, change):
    """Write the learner's file anew: its bytes, changed."""
    path(course).write_bytes(change(path(course).read_bytes()))


def append(course, text):
    write(course, lambda content: content + text)


@done_to("files: no end of the last line", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    write(course, bytes.rstrip)


@done_to("files: a line of a million letters", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    append(course, b"X = '" + b"x" * 10**6 + b"'\n")


@done_to("files: the ends of lines of Windows", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    write(course, lambda content: content.replace(b"\n", b"\r\n"))


@done_to("files: the ends of lines of an old Mac", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    write(course, lambda content: content.replace(b"\n", b"\r"))


@done_to("files: the mark of UTF-8 from Windows", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    write(course, lambda content: b"\xef\xbb\xbf" + content)


@done_to("files: form feeds", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    write(course, lambda content: content.replace(b"\n\n\n", b"\n\x0c\n\n"))


@done_to("files: a declared Latin-1", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    write(course, lambda content: b"# -*- coding: latin-1 -*-\n" + content + b"NAME = 'caf\xe9'\n")


@done_to("files: a link to elsewhere", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    elsewhere = course.folder.parent / "elsewhere.py"
    os.replace(path(course), elsewhere)
    path(course).symlink_to(elsewhere)


@done_to("files: read-only", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    path(course).chmod(0o444)


@done_to("files: from next year", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    os.utime(path(course), (4 * 10**9, 4 * 10**9))


@done_to("files: from before 1970", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    os.utime(path(course), (-1, -1))


@done_to("files: another file of the learner's beside it", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    course.write("katas/phase1_demo/notes (1).py", "1 / 0\n")
    course.write("katas/phase1_demo/test_mine.py", "def test_it():\n    pass\n")


@done_to("files: a module named like one of Python's", "they are multiplied")
def _(course):
    course.replace(VALUE, PLUS, WRONG)
    course.write("katas/phase1_demo/random.py", "1 / 0\n")


# ---- functions in the wrong place


@done_to("files: a kata in lower case in its class", "has no attribute 'plus'", plus="red")
def _(course):
    course.replace(VALUE, "def plus", "def Plus")


@done_to("files: a kata outside of its class", "1.1 Value.plus", **untouched)
def _(course):
    append(course, b"\n\ndef plus(self, other):\n    return Value(self.data + other.data)\n")


@done_to("files: a kata written above its stub", "stub below it", **untouched)
def _(course):
    right = "    def plus(self, other):\n        return Value(self.data + other.data)\n\n"
    course.replace(VALUE, "    def plus", f"{right}    def plus")


@done_to("files: a class of that name a second time", "value.py|Value", plus="red", init="red")
def _(course):
    append(course, b"\n\nclass Value:\n    pass\n")
