"""What the learner's code says, whatever a `__str__` or `__repr__` in it does, and however much."""

MANY = 200  # lines
LONG = 2_000  # characters of a line


def said_by(error):
    """The message of an exception, as text that any file, terminal and reader can take."""
    try:
        text = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException as other:  # a __repr__ may be a stub, recur, end Python, be cut off
        why = type(other).__name__
        if isinstance(other, NotImplementedError) and other.args:
            why = f"{other.args[0]} is not started"
        text = f"(what it says cannot be shown: {why})"
    return excerpt(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def excerpt(text):
    """`text` as it can be read: of long lines, and of many of them, the beginning and the end.

    It calls no builtin: a kata may have put something else in its place.
    """
    lines = [_ends(line) for line in text.split("\n")]
    if lines[MANY:]:
        lines[MANY // 2 : -MANY // 2] = ["... lines between these are left out ..."]
    return "\n".join(lines)


def _ends(line):
    if not line[LONG:]:
        return line
    return f"{line[: LONG // 2]} ... what is between is left out ... {line[-LONG // 2 :]}"
