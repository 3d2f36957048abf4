"""A sitting's quiz: its questions, and whether an answer is right.

    ## 3. How many nodes has x * x + x?

    <details>
    <summary>Answer</summary>

    **3** · x, the product and the sum: x is one node, however often it is used.

    - 5: each use of x would be a node of its own

    ```python
    answer = 3
    ```

    </details>

A question with choices `- a) …` is answered by a letter; otherwise the answer itself says its
kind: a number, a shape like (2, 3), a word, or **Open** and a model answer.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from dojo import store

_QUESTION = re.compile(r"^## (\d+)\. (.+)$", re.MULTILINE)
_FOLDED = re.compile(r"<details>\s*<summary>.*?</summary>(.*?)</details>", re.DOTALL)
_CHOICE = re.compile(r"^- ([a-z])\) (.+(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_BLOCK = re.compile(r"^```python\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_ANSWER = re.compile(r"\*\*(.+?)\*\*((?:\s+or\s+\*\*.+?\*\*)*)\s*·?\s*(.*)", re.DOTALL)
_MEANING = re.compile(r"^- ([^:\n]+): (.+(?:\n[ \t]+\S.*)*)\n?", re.MULTILINE)
_DECIMAL = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?"
_SHAPE = re.compile(r"\(.*\)")
_PUNCTUATION = re.compile(r"[.,;:!?'\"`()_\-\s]+")
_KIND = re.compile(r"(?<=\S) (?:loss|function|layer|rule|method|algorithm)$")
_ARTICLE = re.compile(r"^(?:an?|the) (?=.)")


@dataclass(frozen=True)
class Question:
    """One question of a quiz.

    number       its place in the quiz, from 1
    text         what is asked: Markdown, without the choices
    choices      {"a": text}; empty if it is no question of choice
    answer       the right answer: a letter, number, shape or word; the model answer if open
    accepted     all answers that are right, `answer` first
    kind         "letter", "number", "shape", "word" or "open"
    explanation  why; Markdown; for an open question the model answer again
    meanings     {wrong answer: what it would mean}
    code         Python that leaves the answer, computed again, in `answer`; or ""
    """

    number: int
    text: str
    choices: dict
    answer: str
    accepted: tuple
    kind: str
    explanation: str
    meanings: dict
    code: str

    @property
    def asked(self):
        """Its heading, by which it is known again when the quiz has changed."""
        return self.text.partition("\n")[0]


def load(sitting):
    """The questions of a sitting's quiz; None if it has no quiz."""
    path = sitting.folder / "quiz.md"
    return parse(path.read_text(encoding="utf-8")) if path.exists() else None


def last_answer(sitting, question):
    """What is remembered of the last answer to a question; {} if it has not been answered.

    An answer to another question that had its number then does not count.
    """
    entry = store.answers(sitting).get(str(question.number), {})
    return entry if entry.get("asked", question.asked) == question.asked else {}


def parse(text):
    """The questions of a quiz.md; ValueError that names the question if one is malformed."""
    _, *parts = _QUESTION.split(text)
    return [
        _question(int(number), heading.strip(), body)
        for number, heading, body in zip(parts[::3], parts[1::3], parts[2::3])
    ]


def is_right(question, given):
    """True if an answer, as it was typed, is right; not for open questions."""
    return any(_same(question.kind, wanted, given) for wanted in question.accepted)


def is_understood(question, given):
    """True if what was typed is an answer of the right kind at all."""
    if question.kind == "letter":
        return _letter(given) in question.choices
    if question.kind == "number":
        return number(given) is not None
    return question.kind != "shape" or _dimensions(given) is not None


def meaning(question, given):
    """What a wrong answer would mean; "" if the quiz does not say."""
    for wrong, says in question.meanings.items():
        if _same(question.kind, wrong, given):
            return says
    return ""


def number(text):
    """The number that a text says, exactly; None if it says none.

    Understood: -6  -6.0  1e-3  1/2  1,234  2**10  10^6  95 %  inf
    """
    plain = _plain(text)
    if plain.lstrip("+-") in ("inf", "infinity"):
        return float(plain)
    try:
        if power := re.fullmatch(r"(\d{1,4})(?:\*\*|\^)([+-]?\d{1,3})", plain):
            return Fraction(power[1]) ** int(power[2])
        found = re.fullmatch(rf"({_DECIMAL})(?:/({_DECIMAL}))?", plain)
        return found and Fraction(found[1]) / Fraction(found[2] or 1)
    except ZeroDivisionError:
        return None


def _question(place, heading, body):
    folded = _FOLDED.search(body)
    if not folded:
        raise ValueError(f"question {place} has no folded answer")
    asked, inside = body[: folded.start()], folded[1]
    choices = {letter: _joined(text) for letter, text in _CHOICE.findall(asked)}
    text = f"{heading}\n\n{_CHOICE.sub('', asked).strip()}".strip()
    code = "\n".join(_BLOCK.findall(inside))
    said = _ANSWER.match(_BLOCK.sub("", inside).strip())
    if not said:
        raise ValueError(f"the answer of question {place} does not begin with **it**")
    first, others, reason = said.groups()
    accepted = (_bare(first), *map(_bare, re.findall(r"\*\*(.+?)\*\*", others)))
    if accepted[0].lower() == "open":
        model = reason.strip()
        return Question(place, text, choices, model, (model,), "open", model, {}, code)
    kind = "letter" if choices else _kind(accepted[0])
    if choices and not set(accepted) <= set(choices):
        raise ValueError(f"the answer of question {place}, {accepted[0]}, is none of its choices")
    meanings = {}

    def take(found):
        wrong = _bare(found[1])
        if wrong not in choices if choices else kind != _kind(wrong) or len(wrong.split()) > 4:
            return found[0]  # an ordinary list in the explanation
        meanings[wrong] = _joined(found[2])
        return ""

    explanation = _MEANING.sub(take, reason).strip()
    return Question(place, text, choices, accepted[0], accepted, kind, explanation, meanings, code)


def _kind(answer):
    if _SHAPE.fullmatch(answer):
        return "shape"
    return "word" if number(answer) is None else "number"


def _same(kind, wanted, given):
    if kind == "letter":
        return _letter(given) == wanted
    if kind == "number":
        return _agrees(wanted, given)
    if kind == "shape":
        return _dimensions(given) == _dimensions(wanted)
    if len(wanted.split()) > 2 and given.strip().casefold() == _initials(wanted):
        return True  # mae
    tight = ["".join(text.replace("`", "").casefold().split()) for text in (wanted, given)]
    if tight[0] == tight[1]:
        return True
    return bool(_words(wanted)) and _words(given) == _words(wanted)


def _agrees(wanted, given):
    """True if a number is the one wanted, to the digits that are shown.

    1/3 may be given to as few as two decimals; a whole number has to be met exactly. 80 % is 0.8,
    unless what is wanted is in percent too.
    """
    if given.rstrip().endswith("%") and "%" not in wanted:
        above, bar, below = _plain(given).partition("/")
        given = f"{above}e-2{bar}{below}"
    right, found = number(wanted), number(given)
    if found is None:
        return False
    if isinstance(right, float) or isinstance(found, float):
        return right == found
    decimals = _decimals(given if "/" in wanted else wanted)
    if "/" in wanted and decimals < 2:
        decimals = 0
    half_a_unit = Fraction(1, 2 * 10**decimals) if decimals else 0
    rounding = Fraction(1, 10**9) * max(1, abs(right))  # of a float that was computed
    return abs(found - right) <= half_a_unit + rounding


def _decimals(text):
    """How many decimals a number shows: 2 for 0.50, 3 for 1e-3, 0 for 12 and 1/2."""
    shown = re.fullmatch(r"[+-]?\d*\.?(\d*)(?:e([+-]?\d+))?", _plain(text))
    after_point = len(shown[1]) if shown and "." in _plain(text) else 0
    return max(0, after_point - int(shown[2] or 0)) if shown else 0


def _plain(text):
    """A number as Python would write it: no blanks, no thousands separators, no percent sign."""
    plain = re.sub(r"[\s_`]", "", text.replace("−", "-").replace("∞", "inf")).lower()
    plain = re.sub("^(about|around|roughly|approximately)", "", plain)
    plain = plain.lstrip("≈~=").removesuffix("%")
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", plain):
        return plain.replace(",", "")
    return plain.replace(",", ".")


def _letter(given):
    found = re.fullmatch(r"\(?([a-z])[).]?", given.strip().lower())
    return found and found[1]


def _dimensions(text):
    """("2", "3") for "(2, 3)", "2x3" or "2 by 3"; None if there is nothing like a shape."""
    between = r"(?<=\d)\s*(?:x|×|by|[a-z]+ of)\s*(?=\d)"  # 5 x 2, 5 lists of 2
    plain = re.sub(between, ",", text.strip().strip("`").lower())
    inside = re.fullmatch(r"([(\[]?)\s*(.*?)\s*[)\]]?", plain, re.DOTALL)
    parts = [part.strip() for part in re.split(r"[,×\s]+", inside[2]) if part.strip()]
    if not all(re.fullmatch(r"[\w+*/-]+", part) for part in parts):
        return None
    return tuple(parts) if parts or inside[1] else None


def _words(text):
    """A text as words alone: no case, no article, no punctuation, no "loss" behind its name."""
    words = _ARTICLE.sub("", _PUNCTUATION.sub(" ", text.casefold()).strip())
    return _KIND.sub("", words)


def _initials(text):
    return "".join(word[0] for word in _words(text).split())


def _bare(text):
    return text.strip().strip("`").strip()


def _joined(text):
    return " ".join(text.split())
