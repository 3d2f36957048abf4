"""What an exception of the learner says, whatever a `__str__` or `__repr__` in it does."""


def said_by(error):
    """The message of an exception, as text that any file and terminal can take."""
    try:
        text = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException as other:  # a __repr__ may be a stub, recur, end Python, be cut off
        why = type(other).__name__
        if isinstance(other, NotImplementedError) and other.args:
            why = f"{other.args[0]} is not started"
        text = f"(what it says cannot be shown: {why})"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
