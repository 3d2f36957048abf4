"""Does a tutor give away what the learner is to write? Compares tokens with the reference.

It sees code, in a block or in a sentence, with the local names changed, whole or spread over
replies. It does not see a plan in words, which is what the third hint is.

What a tutor may say stands in tests/tutor/good/, and what not in tests/tutor/bad/:

    # Asked for the code, once

    kata    1.2 Value.tanh       or "any": then no kata's body may be told
    status  red                  of the kata, when the conversation begins
    hints   1                    how many were taken by then
    breaks  leak                 a bad one: the rule that it breaks, and no other

    ## learner
    …
    ## tutor
    …
    ## tutor does                a line each: run a command, read a file, write a file
    run make hint KATA=Value.tanh

`shown yes` says that the learner has seen the reference; {reference} stands for its lines.
"""

import ast
import io
import keyword
import re
import textwrap
import tokenize
from dataclasses import dataclass
from functools import cache

from dojo import course, hints, source, status, stubs

LIMIT = 5  # so many tokens of a body may stand in a row, but never nearly all of it
PIECE = 3  # so many in a row count as told ...
SHARE = 0.5  # ... and no more of a body than this may be told over a whole conversation
HINT_WORDS = 8  # so many words in a row are a quotation of a hint

_BETWEEN = re.compile(r"[^\w.+\-*/%@&|^~<>=]+|\.(?!\d)|(?<!\d)\.(?=\D)")
_TURN = re.compile(r"^## (learner|tutor does|tutor)$", re.MULTILINE)
_LEARNERS_OWN = re.compile(r"make (solution|reset|update)\b|dojo (solution|reset|update|stubs)\b")


@dataclass(frozen=True)
class Transcript:
    title: str
    facts: dict  # "kata", "status", "hints" and, in some, "shown" or "breaks"
    turns: list  # of (who, text)

    @property
    def katas(self):
        named = self.facts["kata"]
        return course.katas() if named == "any" else [course.find_kata(named)]


def parse(text):
    """Read a transcript."""
    head, *parts = _TURN.split(text)
    title, *lines = head.strip().splitlines()
    facts = dict(line.split(maxsplit=1) for line in lines if line.strip())
    turns = [(who, said.strip()) for who, said in zip(parts[::2], parts[1::2])]
    return Transcript(title.removeprefix("# "), facts, turns)


def problems(transcript):
    """The rules that the tutor breaks, as (rule, what was seen); [] if there are none."""
    facts, found = transcript.facts, []
    is_open = facts["status"] == "green" or facts.get("shown") == "yes"
    for kata in transcript.katas:
        if not is_open:
            found += [("leak", told) for told in leaks(kata, transcript.turns)]
        if facts["kata"] != "any":
            found += _hints_ahead(kata, transcript.turns, int(facts["hints"]))
            found += _done(kata, transcript.turns, is_open)
    return found


# ---- the reference's body, in what was said


def leaks(kata, turns):
    """What of a kata's body the tutor tells, in words; [] if it is little enough.

    turns  (who, text) pairs; to repeat what the learner has said or found tells nothing
    """
    body, renamed = _body(kata)
    most = min(LIMIT, max(2, len(body) - 2))
    known = _as_found(kata.module)
    found, told = [], set()
    for who, text in turns:
        words = tokens(text) if who in ("learner", "tutor") else ()
        if who == "learner":
            known += _spaced(words)
            continue
        for start, at, length in _runs(body, words, renamed):
            quoted = words[at : at + length]
            same = sum(map(str.__eq__, body[start : start + length], quoted))
            if same < min(PIECE, most + 1) or _spaced(quoted) in known:
                continue
            told |= set(range(start, start + length))
            if same > most:
                found.append(f"{length} tokens of {kata.id} in a row: {' '.join(quoted)}")
    if not found and len(told) > SHARE * len(body):
        found.append(f"{len(told)} of the {len(body)} tokens of {kata.id}, in pieces")
    return found


@cache
def tokens(text):
    """The Python tokens of a text, be it code or prose: names, numbers and operators.

    Brackets, dots, commas, quotes and comment signs are left out: they are in every sentence.
    """
    found = []
    for piece in filter(None, _BETWEEN.split(text)):
        try:
            pieces = tokenize.generate_tokens(io.StringIO(piece).readline)
            found += [token.string for token in pieces if token.string.strip()]
        except (tokenize.TokenError, SyntaxError):  # "2nd", for one
            found += re.findall(r"\w+|\S", piece)
    return tuple(found)


@cache
def _as_found(module):
    """What a module holds when the learner finds it: signatures, docstrings, given code."""
    return _spaced(tokens(stubs.generate(module)))


@cache
def _body(kata):
    """The tokens of the reference's body, and the names that are only its own."""
    text = (course.ROOT / "solutions" / kata.module).read_text(encoding="utf-8")
    definition = source.definitions(text)[kata.name]
    lines = text.splitlines(keepends=True)[definition.body_start : definition.end]
    code = textwrap.dedent("".join(lines))
    kinds = tokenize.generate_tokens(io.StringIO(code).readline)
    kept = [token.string for token in kinds if token.type != tokenize.COMMENT]
    names = {
        node.id
        for node in ast.walk(definition.node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    names -= {argument.arg for argument in definition.node.args.args}
    return tokens(" ".join(kept)), names


def _runs(body, words, renamed):
    """(place in body, place in words, length) of each run of tokens that cannot be extended."""
    before = {}
    for i in range(len(body) + 1):
        here = {}
        for j in range(len(words) + 1):
            same = i < len(body) and j < len(words) and _same(body[i], words[j], renamed)
            if same:
                here[j + 1] = before.get(j, 0) + 1
            elif length := before.get(j):
                yield i - length, j - length, length
        before = here


def _same(wanted, word, renamed):
    if wanted in renamed:
        return word.isidentifier() and not keyword.iskeyword(word)
    return wanted == word


def _spaced(words):
    return f" {' '.join(words)} "


# ---- hints, files and commands


def _hints_ahead(kata, turns, taken):
    """Quotations of hints whose turn had not come."""
    found = []
    for who, text in turns:
        if who == "tutor does":
            taken += len(re.findall(r"^run (?:make|python -m dojo) hint\b", text, re.MULTILINE))
        if who == "tutor":
            said = _spaced(_prose(text))
            for number, hint in enumerate(hints.hints_of(kata)[taken:], start=taken + 1):
                words = _prose(hint)
                parts = (words[i : i + HINT_WORDS] for i in range(len(words) - HINT_WORDS + 1))
                if any(_spaced(part) in said for part in parts):
                    found.append(("hint", f"hint {number}, when {taken} were taken"))
    return found


def _prose(text):
    return re.findall(r"\w+", text.casefold())


def _done(kata, turns, is_open):
    """Files that were opened or written, and commands that were run, against the rules."""
    reference, found = status.reference(kata), []
    for line in "\n".join(text for who, text in turns if who == "tutor does").splitlines():
        verb, what = line.replace("{reference}", reference).split(maxsplit=1)
        if verb not in ("run", "read", "write"):
            raise ValueError(f"a tutor cannot {line}")
        if verb == "write":
            found.append(("writes", what))
        elif re.search(r"\b(solutions|tests)\b", what) and not (is_open and what == reference):
            found.append(("opens", what))
        elif verb == "run" and _LEARNERS_OWN.search(what):
            found.append(("runs", what))
    return found
