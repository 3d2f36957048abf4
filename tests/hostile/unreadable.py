"""Files that Python cannot read: none of their katas is known to be green."""

from tests.hostile.hostile_row import done_to
from tests.hostile.odd_files import append, path, write

unloaded = {"plus": "not run", "init": "not run"}


@done_to("files: null bytes", "it holds null bytes", **unloaded)
def _(course):
    append(course, b"\n\0\0\n")


@done_to("files: UTF-16", "it is UTF-16, and not UTF-8", **unloaded)
def _(course):
    write(course, lambda content: content.decode().encode("utf-16"))


@done_to("files: a byte of Latin-1 in a comment", "not UTF-8|utf-8", **unloaded)
def _(course):
    append(course, b"# caf\xe9\n")


@done_to("files: a byte of Latin-1 in a text", "not UTF-8|utf-8", **unloaded)
def _(course):
    append(course, b"NAME = 'caf\xe9'\n")


@done_to("files: tabs and spaces mixed", "inconsistent use of tabs", **unloaded)
def _(course):
    append(course, b"def f():\n        x = 1\n\treturn x\n")


@done_to("files: an indentation too much", "unexpected indent", **unloaded)
def _(course):
    append(course, b"X = 1\n    Y = 2\n")


@done_to("files: a parenthesis that stays open", "was never closed", **unloaded)
def _(course):
    append(course, b"X = (1,\n")


@done_to("files: a text that stays open", "unterminated triple-quoted", **unloaded)
def _(course):
    append(course, b'X = """1\n')


@done_to("files: quotation marks of a word processor", "invalid character", **unloaded)
def _(course):
    append(course, "X = “one”\n".encode())


@done_to("files: marks of a conflict", "value.py:\\d+: ", **unloaded)
def _(course):
    append(course, b"<<<<<<< HEAD\nX = 1\n=======\nX = 2\n>>>>>>> other\n")


@done_to("files: a thousand parentheses", "too many nested parentheses", **unloaded)
def _(course):
    append(course, b"X = " + b"(" * 1000 + b")" * 1000 + b"\n")


@done_to("files: a sum of a hundred thousand terms", "value.py|recursion", **unloaded)
def _(course):
    append(course, b"X = " + b"1 + " * 100_000 + b"1\n")


@done_to("files: a number of ten thousand digits", "value.py:\\d+: ", **unloaded)
def _(course):
    append(course, b"X = " + b"9" * 10_000 + b"\n")


@done_to("files: an encoding that does not exist", "unknown encoding|encoding problem", **unloaded)
def _(course):
    write(course, lambda content: b"# -*- coding: klingon -*-\n" + content)


@done_to("files: nothing", "value.py has no Value", **unloaded)
def _(course):
    write(course, lambda content: b"")


@done_to("files: nothing but half of it", "value.py:\\d+: ", **unloaded)
def _(course):
    write(course, lambda content: content[: content.index(b"def times") + 10])


@done_to("files: gone", "value.py is missing", **unloaded)
def _(course):
    path(course).unlink()


@done_to("files: a folder of that name", "value.py", **unloaded)
def _(course):
    path(course).unlink()
    path(course).mkdir()


@done_to("files: a link to nowhere", "value.py is missing", **unloaded)
def _(course):
    path(course).unlink()
    path(course).symlink_to("nowhere.py")


@done_to("files: a link to itself", "value.py", **unloaded)
def _(course):
    path(course).unlink()
    path(course).symlink_to("value.py")
