"""Byte pair encoding: fast training is plain training, and any text, cut anywhere, comes back."""

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo import course
from solutions.phase4_llms.bpe import PATTERN, pretokenize, train_bpe
from solutions.phase4_llms.merges import BYTE_OF, load_merges
from solutions.phase4_llms.tokenizer import BPETokenizer

END = "<|endoftext|>"
SPECIALS = st.sampled_from(
    [(), (END,), (END, END + END), ("l", "ll"), ("'",), (" ",), ("  ",), ("a b", "b"), ("é",)]
)
PARTS = ["a", "b", "low", "est", " ", "  ", "\n", "\t", "'", "'ll", "l", "s", "1", "23", "é", "牛"]
TEXTS = st.lists(
    st.sampled_from([*PARTS, END, "<|", "|>", "\u0301", "\U0001d4d0", "\x00", "\r\n"]), max_size=14
).map("".join)
LEARNED = train_bpe("low lower widest newest it'll low ab aab 牛 é  12 " * 3, 320)


def plain(text, n_merges, specials):
    """The merges, by counting everything anew each time."""
    pieces = Counter(piece for piece in pretokenize(text, specials) if piece not in specials)
    words = {tuple(bytes([b]) for b in piece.encode()): n for piece, n in pieces.items()}
    merges = []
    for _ in range(n_merges):
        counts = Counter()
        for word, n in words.items():
            for pair in pairwise(word):
                counts[pair] += n
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        merged = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            merged[tuple(new)] = n
        words = merged
    return merges


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=20).map(" ".join), SPECIALS, st.integers(0, 60))
def test_training_is_plain_training(text, specials, n_merges):
    vocab, merges = train_bpe(text, 256 + len(specials) + n_merges, specials)
    assert merges == plain(text, n_merges, specials)
    tokens = [bytes([b]) for b in range(256)] + [s.encode() for s in specials]
    assert vocab == dict(enumerate(tokens + [b"".join(pair) for pair in merges]))


@settings(max_examples=400, deadline=None)
@given(st.one_of(TEXTS, st.text(max_size=12)), SPECIALS, st.randoms(use_true_random=False))
def test_any_text_comes_back_wherever_it_is_cut(text, specials, rng):
    tokenizer = BPETokenizer(*LEARNED, specials)
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert "".join(pretokenize(text, specials)) == text
    parts, at = [], 0
    while at < len(text):
        size = rng.randint(1, 4)
        parts.append(text[at : at + size])
        at += size
    assert list(tokenizer.encode_iterable(parts)) == ids


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=12))
def test_any_bytes_can_be_decoded(data):
    assert BPETokenizer(*LEARNED).decode(list(data)) == data.decode(errors="replace")


def test_the_pattern_is_that_of_gpt_2():
    """Written as OpenAI has it, contraction by contraction, it cuts in the same way."""
    regex = pytest.importorskip("regex")
    published = regex.compile(
        r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    )
    rng = random.Random(7)
    pieces = [*PARTS, "'re", "'VE", "don't", "I'd", "½", "  \n", "…", "I'm"]
    for _ in range(2000):
        text = "".join(rng.choices(pieces, k=rng.randint(0, 10)))
        assert PATTERN.findall(text) == published.findall(text), text


@pytest.fixture(scope="module")
def gpt2():
    """GPT-2's tokenizer, ours and that of transformers, from the same file."""
    transformers = pytest.importorskip(
        "transformers", reason="this parity needs transformers, which is not installed"
    )
    vocab, merges = load_merges(course.ROOT / "data" / "gpt2_merges.txt.gz")
    written = {byte: character for character, byte in BYTE_OF.items()}

    def shown(token):
        return "".join(written[byte] for byte in token)

    theirs = transformers.GPT2Tokenizer(
        vocab={shown(token): id for id, token in vocab.items()} | {END: 50256},
        merges=[tuple(map(shown, pair)) for pair in merges],
    )
    return BPETokenizer(vocab, merges, [END]), theirs


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(text=st.one_of(TEXTS, st.text(max_size=40)))
def test_any_text_has_the_ids_of_gpt_2(gpt2, text):
    ours, theirs = gpt2
    assert ours.encode(text) == theirs.encode(text)


@pytest.mark.parametrize("page", ["README.md", "lessons/notation.md", "dojo/quiz.py"])
def test_our_own_pages_have_the_ids_of_gpt_2(gpt2, page):
    ours, theirs = gpt2
    text = (course.ROOT / page).read_text(encoding="utf-8")
    ids = ours.encode(text)
    assert ids == theirs.encode(text) and ours.decode(ids) == text
