"""expect_raises: bad input is refused, in a message that names what came."""

import ast
import re
from contextlib import suppress
from numbers import Integral, Real
from pathlib import PurePath

from dojo.expect.shown import short_repr
from dojo.guarded import said_by


def expect_raises(kind, call, what, naming=()):
    """Fail unless `call()` raises `kind`, with a message that names all of `naming`.

    what    what was tried, in words: "log of -1"
    naming  what the message has to name, so that its reader knows what came, in any usual
            spelling: 3 is named by "3.0" and not by "13", (2, 3) by "2 × 3", range(0, 3) by
            "from 0 to 2", "'.pdf'" by "pdf", a file by its name without the folders

    A stub's NotImplementedError goes through as it is, and any other exception but that of an
    assert with a note of what was wanted.
    """
    __tracebackhide__ = True
    try:
        result = call()
    except kind as error:
        if isinstance(error, NotImplementedError) and kind is not NotImplementedError:
            raise
        said = said_by(error)
        if not said or error.args == (None,):
            raise AssertionError(
                f"{what} raises {type(error).__name__} without a word: say what came and what was "
                "wanted"
            ) from None
        missing = [thing for thing in naming if not is_named(thing, said)]
        if missing:
            raise AssertionError(
                f"{what} raises {type(error).__name__}, and its message {said!r} does not "
                f"name {', '.join(map(str, missing))}"
            ) from None
    except AssertionError as error:
        words = f" ({said})" if (said := said_by(error)) else ""
        raise AssertionError(
            f"{what} should raise {kind.__name__}, and an assert failed{words}: an assert is for "
            "what can only be your own mistake, and python -O leaves it out. To refuse what comes "
            f"from elsewhere, raise {kind.__name__}."
        ) from None
    except Exception as error:
        if not isinstance(error, NotImplementedError):
            error.add_note(f"{what} should raise {kind.__name__}")
        raise
    else:
        raise AssertionError(
            f"{what} should raise {kind.__name__}, but it returned {short_repr(result)}"
        )


def is_named(thing, text):
    """True if a message holds a thing in any usual spelling."""
    return re.search(_pattern(thing), text, re.IGNORECASE) is not None


def _pattern(thing):
    """A regular expression for the usual spellings of a thing."""
    if isinstance(thing, bool) or thing is None:
        return rf"\b{thing}\b"
    if isinstance(thing, Real):
        return _number(thing)
    if isinstance(thing, range):
        end = f"({_number(thing.stop)}|{_number(thing.stop - 1)})"
        return end if thing.start == 0 else rf"{_number(thing.start)}.*{end}"
    if isinstance(thing, list | tuple):
        parts = [f"({_pattern(one)})" for one in thing]
        return r"\W*(x|by|and|np\.\w+)?\W*".join(parts) or r"\[\]|\(\)|\b(empty|none|no|0)\b"
    if isinstance(thing, PurePath):
        thing = thing.name
    text = getattr(thing, "__name__", None) or str(thing)
    if isinstance(thing, str):
        with suppress(ValueError, SyntaxError):  # "0.5", "(2, 3)" and "'.pdf'" are what they say
            return rf"(?<!\w){re.escape(text)}(?!\w|\.\d)|{_pattern(ast.literal_eval(text))}"
    return re.escape(text.removeprefix("."))  # a suffix goes by its letters


def _number(x):
    """3 is 3, 3.0 or 3.00, and not a part of 13, 30 or 3.5; a minus may be typeset."""
    spelled = {str(x), f"{x:g}"} | ({f"{x:,}"} if isinstance(x, Integral) else set())
    ways = "|".join(re.escape(one).replace(r"\-", "[-−]") for one in sorted(spelled, reverse=True))
    zeros = "0*" if x % 1 else r"(\.0+)?"
    return rf"(?<!\d)(?<!\d\.)({ways}){zeros}(?!\.?\d)"
