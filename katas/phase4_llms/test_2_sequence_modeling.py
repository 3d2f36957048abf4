"""4.2 · Sequence modeling: text to integers and back, and models of which one comes next."""

import math
import random
import warnings
from collections import Counter
from itertools import count, islice, pairwise
from numbers import Integral

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.finite_differences import numerical_gradient
from katas.phase4_llms import bpe
from katas.phase4_llms.bpe import count_pairs, merge_pair, pretokenize, train_bpe
from katas.phase4_llms.language_model import (
    Embedding,
    NGramMLP,
    bigram_counts,
    bigram_probabilities,
    make_windows,
    negative_log_likelihood,
    perplexity,
    random_batch,
    sample_from,
)
from katas.phase4_llms.recurrent import RNNCell, unroll
from katas.phase4_llms.tensor import Tensor
from katas.phase4_llms.tokenizer import BPETokenizer, CharTokenizer

inf, nan = math.inf, math.nan


def expect_same(actual, expected, what, mistakes=None):
    """expect_close for what holds text or bytes: fail unless the two are equal."""
    __tracebackhide__ = True
    for name, answer in (mistakes or {}).items():
        if answer == expected:
            raise ValueError(f"{what}: the mistake {name!r} gives the right answer here")
    if type(actual) is type(expected) and actual == expected:
        return
    lines = [
        f"{what} is not right",
        f"  expected  {shown(expected)}",
        f"  got       {shown(actual)}",
    ]
    same = [name for name, answer in (mistakes or {}).items() if answer == actual]
    if type(actual) is not type(expected):
        lines.append(
            f"  It is a {type(actual).__name__}, and should be a {type(expected).__name__}."
        )
    lines += [f"  This is exactly what you get when {name}." for name in same[:1]]
    lines += [f"  Or when {name}." for name in same[1:]]
    raise AssertionError("\n".join(lines))


def shown(x, room=300):
    return repr(x) if len(repr(x)) <= room else f"{repr(x)[:room]} …"


def ids_of(result, what):
    """A list of ids; fails if what came is something else."""
    if not isinstance(result, list) or not all(isinstance(id, Integral) for id in result):
        pytest.fail(f"{what} should be a list of integers, and is {shown(result)}")
    return result


# ---- characters

TOWNS = ["ulm", "bonn", "köln"]  # b k l m n o u ö have the ids 1 to 8


@pytest.mark.kata("CharTokenizer.__init__")
class TestCharTokenizerInit:
    def test_the_characters_are_sorted_and_each_is_there_once(self):
        expect_same(
            list(CharTokenizer(TOWNS).chars),
            ["b", "k", "l", "m", "n", "o", "u", "ö"],
            f"chars of {TOWNS}",
            mistakes={
                "they stay in the order in which they occur": list("ulmbonkö"),
                "a character is listed as often as it occurs": sorted("ulmbonnköln"),
                "the documents are sorted, and not their characters": sorted(TOWNS),
                "the boundary is listed among them, as 0": [0, *"bklmnouö"],
                "the boundary is listed among them, as a line break": ["\n", *"bklmnouö"],
            },
        )

    def test_the_order_does_not_come_from_a_set(self):
        """A set of strings has another order in each run, so that saved ids would change theirs."""
        alphabet = "qwertzuiopasdfghjklyxcvbnm"
        got = list(CharTokenizer([alphabet]).chars)
        assert got == sorted(alphabet), (
            f"chars of the alphabet are {''.join(map(str, got))}: sort them. The order of a set "
            "changes from one run to the next, and with it the meaning of every id"
        )

    def test_the_boundary_counts_as_a_token(self):
        expect_close(
            CharTokenizer(TOWNS).vocab_size,
            9,
            "vocab_size of eight characters and the boundary",
            mistakes={"the boundary is not counted": 8, "all characters are counted": 12},
        )

    def test_documents_may_be_a_generator(self):
        chars = CharTokenizer(town for town in TOWNS).chars
        assert list(chars) == list("bklmnouö"), (
            f"documents came from a generator, and chars are {chars!r}: it can be walked once only"
        )

    def test_a_second_tokenizer_has_a_vocabulary_of_its_own(self):
        first = CharTokenizer(["ab"])
        CharTokenizer(["xyz"])
        assert (list(first.chars), first.vocab_size) == (["a", "b"], 3), (
            f"after a second tokenizer was made, the first has the characters {first.chars!r}: "
            "what belongs to one tokenizer is kept on self, and not on the class"
        )


@pytest.mark.kata("CharTokenizer.encode")
class TestCharTokenizerEncode:
    def test_characters_have_the_ids_from_1_on(self):
        expect_close(
            ids_of(CharTokenizer(TOWNS).encode("loom"), "encode('loom')"),
            [3, 6, 6, 4],
            "ids of 'loom', where b k l m n o u ö are 1 to 8",
            mistakes={
                "ids begin at 0, which is the boundary's": [2, 5, 5, 3],
                "boundaries are added, which only a stream has": [0, 3, 6, 6, 4, 0],
                "a boundary is added at the end": [3, 6, 6, 4, 0],
                "characters become their Unicode numbers": [108, 111, 111, 109],
                "each character is taken once": [3, 6, 4],
                "ids are sorted": [3, 4, 6, 6],
            },
        )

    def test_nothing_becomes_nothing(self):
        got = CharTokenizer(TOWNS).encode("")
        assert got == [], f"'' has the ids {got!r}, and should have none: []"

    @pytest.mark.parametrize("text", ["bonx", "xbon"])
    def test_an_unknown_character_is_refused_by_name(self, text):
        expect_raises(
            ValueError,
            lambda: CharTokenizer(TOWNS).encode(text),
            f"{text!r}, where x was in no document,",
            naming=["x"],
        )

    def test_a_line_break_is_a_character_like_any_other(self):
        """decode writes one for each boundary, but boundaries come from stream alone."""
        expect_raises(
            ValueError,
            lambda: CharTokenizer(TOWNS).encode("ulm\nbonn"),
            "'ulm\\nbonn', where no document has a line break,",
        )
        got = CharTokenizer(["a\nb"]).encode("b\na")
        expect_close(
            got,
            [3, 1, 2],
            "ids of 'b\\na', where line break, a and b are 1 to 3",
            mistakes={"a line break is taken for the boundary": [3, 0, 2]},
        )


@pytest.mark.kata("CharTokenizer.decode")
class TestCharTokenizerDecode:
    def test_ids_become_characters(self):
        expect_same(
            CharTokenizer(TOWNS).decode([3, 6, 6, 4]),
            "loom",
            "text of [3, 6, 6, 4], where b k l m n o u ö are 1 to 8",
            mistakes={
                "ids are taken to begin at 0": "muun",
                "ids are taken for Unicode numbers": "\x03\x06\x06\x04",
                "the characters come in a list": list("loom"),
            },
        )

    def test_a_boundary_is_a_line_break(self):
        expect_same(
            CharTokenizer(TOWNS).decode([0, 7, 3, 4, 0, 1, 0]),
            "\nulm\nb\n",
            "text of [0, 7, 3, 4, 0, 1, 0]",
            mistakes={
                "boundaries are left out": "ulmb",
                "decoding ends at a boundary": "",
                "chars[0 - 1] is taken for the boundary, which is the last character": "öulmöbö",
                "the outer boundaries are stripped": "ulm\nb",
                "a boundary is a blank": " ulm b ",
                "a boundary is a dot": ".ulm.b.",
            },
        )

    def test_it_takes_an_array(self):
        expect_same(CharTokenizer(TOWNS).decode(np.array([1, 6, 0])), "bo\n", "text of an array")

    def test_what_was_encoded_comes_back(self):
        tokenizer = CharTokenizer(TOWNS)
        for text in (*TOWNS, "öööb", ""):
            expect_same(tokenizer.decode(tokenizer.encode(text)), text, f"{text!r} there and back")

    @pytest.mark.parametrize("id", [-1, 9, -9])
    def test_an_id_that_does_not_exist_is_refused_by_name(self, id):
        expect_raises(
            ValueError,
            lambda: CharTokenizer(TOWNS).decode([1, id, 2]),
            f"the id {id}, where there are 0 to 8,",
            naming=[id, 8],
        )


@pytest.mark.kata("CharTokenizer.stream")
class TestCharTokenizerStream:
    def test_boundaries_stand_before_between_and_after(self):
        expect_close(
            CharTokenizer(TOWNS).stream(["ulm", "bonn"]),
            [0, 7, 3, 4, 0, 1, 6, 5, 5, 0],
            "stream of 'ulm' and 'bonn'",
            mistakes={
                "there is no boundary at the beginning": [7, 3, 4, 0, 1, 6, 5, 5, 0],
                "there is no boundary at the end": [0, 7, 3, 4, 0, 1, 6, 5, 5],
                "boundaries stand only between documents": [7, 3, 4, 0, 1, 6, 5, 5],
                "there are two boundaries between documents": [0, 7, 3, 4, 0, 0, 1, 6, 5, 5, 0],
                "there are no boundaries": [7, 3, 4, 1, 6, 5, 5],
                "the documents are sorted": [0, 1, 6, 5, 5, 0, 7, 3, 4, 0],
            },
        )

    def test_it_is_an_array_of_integers(self):
        got = CharTokenizer(TOWNS).stream(["ulm"])
        assert isinstance(got, np.ndarray) and got.ndim == 1 and got.dtype.kind in "iu", (
            f"stream returned {shown(got)}, and should return an array of integers with one axis: "
            "it is cut into pieces and used as an index"
        )

    def test_documents_may_be_a_generator_and_none_a_boundary(self):
        tokenizer = CharTokenizer(TOWNS)
        expect_close(tokenizer.stream(t for t in ["b"]), [0, 1, 0], "stream of a generator")
        expect_close(tokenizer.stream([]), [0], "stream of no documents at all")


# ---- byte pairs


def tokens(text):
    """'l ow e' -> (b'l', b'ow', b'e')"""
    return tuple(token.encode() for token in text.split())


def pairs(*texts):
    """'l o', 'lo w' -> [(b'l', b'o'), (b'lo', b'w')]"""
    return [tokens(text) for text in texts]


END = "<|endoftext|>"


@pytest.mark.kata("pretokenize")
class TestPretokenize:
    def test_words_take_the_blank_before_them(self):
        """The example of the handout of Stanford's CS336."""
        text = "some text that i'll pre-tokenize"
        expect_same(
            pretokenize(text),
            ["some", " text", " that", " i", "'ll", " pre", "-", "tokenize"],
            f"pieces of {text!r}",
            mistakes={
                "text is split at blanks, which are lost": text.split(),
                "nothing is cut": [text],
            },
        )

    def test_the_last_of_several_blanks_belongs_to_the_word(self):
        expect_same(pretokenize("a   b \n"), ["a", "  ", " b", " \n"], "pieces of 'a   b \\n'")

    def test_letters_of_all_scripts_are_letters(self):
        text = "straße 牛肉, ½ kg"
        expect_same(
            pretokenize(text),
            ["straße", " 牛肉", ",", " ½", " kg"],
            f"pieces of {text!r}",
        )

    def test_a_special_token_is_a_piece_of_its_own(self):
        text = f"one{END} two{END}{END}"
        expect_same(
            pretokenize(text, [END]),
            ["one", END, " two", END, END],
            f"pieces of {text!r}",
            mistakes={
                "special tokens are cut like any text": pretokenize(text),
                "special tokens are left out": ["one", " two"],
                "empty pieces are left in between": ["one", END, " two", END, "", END, ""],
            },
        )

    def test_without_being_declared_it_is_text_like_any_other(self):
        expect_same(
            pretokenize(END), ["<|", "endoftext", "|>"], f"pieces of {END!r} without special tokens"
        )

    def test_of_two_special_tokens_at_one_place_the_longer_is_taken(self):
        """As in the tests that CS336 has published: two tokens, of which one is the other twice."""
        text = f"one{END}{END} two{END}"
        for special in ([END, END + END], [END + END, END]):
            expect_same(
                pretokenize(text, special),
                ["one", END + END, " two", END],
                f"pieces of {text!r}, where {END!r} is special, and that twice in a row, too",
                mistakes={
                    "the first one of the list wins, and not the longest": [
                        "one", END, END, " two", END
                    ],
                },
            )  # fmt: skip

    def test_what_stands_before_a_special_token_is_cut_as_if_the_text_ended_there(self):
        expect_same(pretokenize("a  <x>", ["<x>"]), ["a", "  ", "<x>"], "pieces of 'a  <x>'")
        expect_same(pretokenize("a'l<x>", ["<x>"]), ["a", "'", "l", "<x>"], 'pieces of "a\'l<x>"')

    def test_a_special_token_is_no_regular_expression(self):
        expect_same(
            pretokenize("xabcx a.c", ["a.c"]),
            ["xabcx", " ", "a.c"],
            "pieces of 'xabcx a.c', where 'a.c' is special",
            mistakes={
                "the dot in the special token stands for any character": [
                    "x",
                    "abc",
                    "x",
                    " ",
                    "a.c",
                ],
            },
        )

    @pytest.mark.parametrize("special", [(), ["n-"], ("ü", "  ")], ids=["none", "one", "two"])
    def test_nothing_is_lost(self, special):
        text = "  Über-\n\n\tein 'n-tes\x00 Mal,  e\u0301 ..!\r\n  "
        got = pretokenize(text, special)
        assert "".join(got) == text, (
            f"the pieces of {text!r} are {got}: joined, they differ from it"
        )
        assert "" not in got, f"there is an empty piece among {got}"

    def test_no_text_has_no_pieces(self):
        expect_same(pretokenize("", [END]), [], "pieces of ''")

    def test_the_special_tokens_stay_as_they_were(self):
        special = ["<a>", "<longer>"]
        pretokenize("text", special)
        assert special == ["<a>", "<longer>"], f"the caller's list became {special}"


@pytest.mark.kata("count_pairs")
class TestCountPairs:
    def test_neighbours_are_counted_as_often_as_their_word(self):
        expect_same(
            dict(count_pairs({tokens("l o w"): 5, tokens("l o t"): 2})),
            {tokens("l o"): 7, tokens("o w"): 5, tokens("o t"): 2},
            "pairs of 5 times 'low' and twice 'lot'",
            mistakes={
                "a word counts once, however often it occurs": {
                    tokens("l o"): 2,
                    tokens("o w"): 1,
                    tokens("o t"): 1,
                },
                "the last word's count replaces that of the others": {
                    tokens("l o"): 2,
                    tokens("o w"): 5,
                    tokens("o t"): 2,
                },
                "pairs are joined": {b"lo": 7, b"ow": 5, b"ot": 2},
            },
        )

    def test_the_first_round_of_a_published_example(self):
        """The words of Sennrich et al., with the counts of the handout of CS336."""
        words = {"l o w": 5, "l o w e r": 2, "w i d e s t": 3, "n e w e s t": 6}
        wanted = dict(lo=7, ow=7, we=8, er=2, wi=3, id=3, de=3, es=9, st=9, ne=6, ew=6)
        got = count_pairs({tokens(word): count for word, count in words.items()})
        expect_same(
            {b"".join(pair).decode(): int(count) for pair, count in got.items()},
            wanted,
            f"pairs of {words}",
        )

    def test_three_in_a_row_are_two_pairs(self):
        expect_same(
            dict(count_pairs({tokens("a a a"): 3})),
            {tokens("a a"): 6},
            "pairs of 3 times 'aaa'",
            mistakes={
                "pairs may not overlap": {tokens("a a"): 3},
                "a pair is counted once in each word": {tokens("a a"): 3},
            },
        )

    def test_left_and_right_are_not_the_same(self):
        expect_same(
            dict(count_pairs({tokens("a b a"): 1})),
            {tokens("a b"): 1, tokens("b a"): 1},
            "pairs of 'aba'",
        )

    def test_longer_tokens_are_pairs_too_and_one_token_is_none(self):
        expect_same(
            dict(count_pairs({tokens("low e r"): 2, tokens("low"): 9, (): 4})),
            {tokens("low e"): 2, tokens("e r"): 2},
            "pairs of twice (low, e, r), 9 times (low,) and an empty word",
        )

    def test_the_words_stay_as_they_were(self):
        words = {tokens("l o"): 5}
        count_pairs(words)
        assert words == {tokens("l o"): 5}, f"the caller's words became {words}"


@pytest.mark.kata("merge_pair")
class TestMergePair:
    def test_the_pair_is_put_together_wherever_it_stands(self):
        expect_same(
            merge_pair(tokens("e s t e s"), tokens("e s")),
            tokens("es t es"),
            "(e, s, t, e, s), with e and s put together",
            mistakes={
                "only the first place is found": tokens("es t e s"),
                "the last token is never looked at": tokens("es t e"),
                "only the last place is found": tokens("e s t es"),
                "nothing is put together": tokens("e s t e s"),
            },
        )

    @pytest.mark.parametrize(
        "before, after", [("a a a", "aa a"), ("a a a a", "aa aa"), ("b a a a a a", "b aa aa a")]
    )
    def test_a_row_of_equal_tokens_is_taken_from_the_front(self, before, after):
        expect_same(
            merge_pair(tokens(before), tokens("a a")),
            tokens(after),
            f"{before}, with a and a put together",
            mistakes={
                "it begins at the end": tokens(" ".join(reversed(after.split()))),
                "what was put together is put together once more": tokens(before.replace(" ", "")),
            }
            if before == "a a a"
            else None,
        )

    def test_only_exactly_these_two_tokens_are_meant(self):
        expect_same(
            merge_pair(tokens("a bc ab c"), tokens("ab c")),
            tokens("a bc abc"),
            "(a, bc, ab, c), with ab and c put together",
            mistakes={
                "the bytes are compared, and not the tokens": tokens("abc abc"),
                "the letters are looked for in the joined word": tokens("abc abc"),
            },
        )

    def test_the_order_of_the_two_matters(self):
        expect_same(
            merge_pair(tokens("b a b"), tokens("a b")), tokens("b ab"), "(b, a, b), with a and b"
        )

    @pytest.mark.parametrize("word", ["", "a", "b c"])
    def test_where_the_pair_is_not_nothing_happens(self, word):
        expect_same(merge_pair(tokens(word), tokens("a b")), tokens(word), f"({word}) with a and b")

    def test_a_list_will_do_and_stays_as_it_was(self):
        word = list(tokens("a b c"))
        expect_same(merge_pair(word, tokens("a b")), tokens("ab c"), "[a, b, c] with a and b")
        assert word == list(tokens("a b c")), f"the caller's list became {word}"


SINGLE_BYTES = {byte: bytes([byte]) for byte in range(256)}

# the example of Sennrich et al. 2016 as the handout of CS336 has it: words apart, no blanks in them
LOW = "\n".join(["low"] * 5 + ["lower"] * 2 + ["widest"] * 3 + ["newest"] * 6)
LOW_MERGES = pairs(
    "s t", "e st", "o w", "l ow", "w est", "n e", "ne west", "w i", "wi d", "wid est", "low e",
    "lowe r",
)  # fmt: skip


def trained(text, vocab_size, special_tokens=()):
    """vocab and merges; fails if they are something else."""
    result = train_bpe(text, vocab_size, special_tokens)
    good = isinstance(result, tuple | list) and len(result) == 2
    if not (good and isinstance(result[0], dict) and isinstance(result[1], list)):
        pytest.fail(
            "train_bpe should return two things, the dict vocab and the list merges, and "
            f"returned {shown(result)}"
        )
    return result


def plain_train(text, n_merges, special_tokens=()):
    """The merges, by counting everything anew each time: slow, and easy to check."""
    pieces = Counter(p for p in pretokenize(text, special_tokens) if p not in special_tokens)
    words = [([bytes([b]) for b in piece.encode()], n) for piece, n in pieces.items()]
    merges = []
    for _ in range(n_merges):
        counts = Counter()
        for word, n in words:
            for pair in pairwise(word):
                counts[pair] += n
        if not counts:
            break
        most = max(counts.values())
        best = max(pair for pair in counts if counts[pair] == most)
        merges.append(best)
        words = [(list(merge_pair(word, best)), n) for word, n in words]
    return merges


def spelled(merges):
    """[(b'l', b'o')] -> ['l o'], so that a list of pairs is easy to read."""
    return [" ".join(token.decode(errors="replace") for token in pair) for pair in merges]


@pytest.mark.kata("train_bpe")
class TestTrainBpe:
    def test_the_commonest_pair_is_put_together_first(self):
        """Of 'es' and 'st', which both occur 9 times, 'st' is the greater one."""
        _, merges = trained(LOW, 257)
        expect_same(
            spelled(merges),
            ["s t"],
            "the first merge of 5 low, 2 lower, 3 widest, 6 newest",
            mistakes={
                "of equally common pairs the one that was seen first is taken": ["e s"],
                "a word counts once, however often it occurs": ["w e"],
                "the rarest pair is taken": ["e r"],
            },
        )

    def test_the_published_example(self):
        """Sennrich et al. 2016, with the order of equal pairs that CS336 has published."""
        _, merges = trained(LOW, 256 + 12)
        expect_same(
            spelled(merges),
            spelled(LOW_MERGES),
            "the twelve merges of 5 low, 2 lower, 3 widest, 6 newest",
            mistakes={
                "of equally common pairs the one that was seen first is taken": [
                    "e s", "es t", "l o", "lo w", "n e", "ne w", "new est", "w i", "wi d",
                    "wid est", "low e", "lowe r",
                ],
                "of equally common pairs the lesser one is taken": [
                    "e s", "es t", "l o", "lo w", "e w", "ew est", "n ewest", "d est", "i dest",
                    "w idest", "e r", "low er",
                ],
            },
        )  # fmt: skip

    def test_the_vocabulary_has_bytes_then_special_tokens_then_merges(self):
        vocab, _ = trained(LOW, 256 + 2 + 3, ["<b>", "<a>"])
        assert {id: vocab.get(id) for id in range(256)} == SINGLE_BYTES, (
            f"the ids 0 to 255 should be the single bytes, and are {shown(vocab)}"
        )
        expect_same(
            {id: token for id, token in vocab.items() if id > 255},
            {256: b"<b>", 257: b"<a>", 258: b"st", 259: b"est", 260: b"ow"},
            "vocabulary from 256 on, with the special tokens <b> and <a>",
            mistakes={
                "special tokens come last": {
                    256: b"st", 257: b"est", 258: b"ow", 259: b"<b>", 260: b"<a>"
                },
                "special tokens are sorted": {
                    256: b"<a>", 257: b"<b>", 258: b"st", 259: b"est", 260: b"ow"
                },
                "special tokens are not counted in vocab_size": {
                    256: b"<b>", 257: b"<a>", 258: b"st", 259: b"est", 260: b"ow", 261: b"low",
                    262: b"west",
                },
                "special tokens are missing in it": {
                    256: b"st", 257: b"est", 258: b"ow", 259: b"low", 260: b"west"
                },
            },
        )  # fmt: skip

    def test_equally_common_pairs_are_compared_by_bytes_and_not_by_ids(self):
        # ab 7 times; then z d and ab c 3 times each. The id of z is 122, that of ab 256
        text = "\n".join(["abc"] * 3 + ["zd"] * 3 + ["ab"] * 4)
        expect_same(
            spelled(trained(text, 258)[1]),
            ["a b", "z d"],
            "two merges of 3 abc, 3 zd and 4 ab",
            mistakes={"the ids of the tokens are compared, and not their bytes": ["a b", "ab c"]},
        )

    def test_left_is_compared_first_and_then_right(self):
        """The example of the handout of CS336: the greatest of these four is BA A."""
        # ba 6 times; then ba a and b zz twice each, and a b and a c as well
        text = "\n".join(["ba"] * 2 + ["zz"] * 5 + ["baa"] * 4 + ["bzz"] * 4 + ["ab", "ac"] * 4)
        merges = spelled(trained(text, 259)[1])
        expect_same(
            merges,
            ["z z", "b a", "ba a"],
            "three merges of 2 ba, 5 zz, and 4 each of baa, bzz, ab and ac",
            mistakes={"the joined bytes are compared, baa with bzz": ["z z", "b a", "b zz"]},
        )

    def test_nothing_is_learned_across_pieces(self):
        expect_same(
            trained("ab, ab, ab, ab", 258)[1],
            [(b"a", b"b"), (b" ", b"ab")],
            "two merges of 'ab, ab, ab, ab', which is cut before every blank and comma",
            mistakes={"the text is not cut into pieces": [(b"a", b"b"), (b"ab", b",")]},
        )

    def test_special_tokens_teach_nothing(self):
        expect_same(
            spelled(trained("<x><x><x>ab<x>ab<x>", 259, ["<x>"])[1]),
            ["a b"],
            "merges of '<x><x><x>ab<x>ab<x>', where <x> is special",
            mistakes={
                "pairs inside special tokens are counted": ["x >", "< x>"],
                "special tokens are not known while the text is cut": ["a b", "> <"],
            },
        )

    def test_the_text_on_both_sides_of_a_special_token_does_not_meet(self):
        expect_same(
            spelled(trained("a<x>b<x>" * 5, 300, ["<x>"])[1]),
            [],
            "merges of 'a<x>b<x>' five times, where every letter stands alone",
            mistakes={
                "special tokens are taken out, and what is left is put together": [
                    "a b", "ab ab", "abab abab", "abababab ab"
                ],
            },
        )  # fmt: skip

    def test_it_ends_early_when_no_pair_is_left(self):
        vocab, merges = trained("aaaa", 300)
        expect_same(
            spelled(merges), ["a a", "aa aa"], "all merges of 'aaaa', where 44 would be welcome"
        )
        assert len(vocab) == 258, f"the vocabulary has {len(vocab)} tokens, and should have 258"

    def test_no_text_leaves_the_single_bytes(self):
        vocab, merges = trained("", 300)
        assert (vocab, merges) == (SINGLE_BYTES, []), (
            f"from '' there is nothing to learn, and came {len(vocab)} tokens and {merges}"
        )

    @pytest.mark.parametrize("text", ["ababababab cabab aabb", "aaaaaaa aaa aaaaa baa aab"])
    def test_pairs_that_overlap_are_counted_as_if_anew(self, text):
        """When a and b are put together in a b a b, the pair b a is gone there."""
        expect_same(
            spelled(trained(text, 300)[1]),
            spelled(plain_train(text, 44)),
            f"all merges of {text!r}",
        )

    def test_it_learns_what_counting_everything_anew_would(self):
        rng = random.Random(7)
        words = ["".join(rng.choices("aeinorst", k=rng.randint(1, 7))) for _ in range(150)]
        text = " ".join(rng.choices(words, range(1, 151), k=1500))
        expect_same(
            spelled(trained(text, 356)[1]),
            spelled(plain_train(text, 100)),
            "100 merges of 1,500 random words",
        )

    def test_bytes_are_put_together_and_not_characters(self):
        expect_same(
            trained("牛" * 3, 257)[1],
            [(b"\xe7", b"\x89")],
            "the first merge of 牛, which is the three bytes e7 89 9b, three times",
        )

    def test_words_without_the_pair_are_left_alone(self, monkeypatch):
        """They need not be touched: that makes hours into seconds."""
        seen = Counter()

        def counted(words):
            seen["counted"] += len(words)
            return count_pairs(words)

        def merged(word, pair):
            seen["merged"] += 1
            return merge_pair(word, pair)

        monkeypatch.setattr(bpe, "count_pairs", counted)
        monkeypatch.setattr(bpe, "merge_pair", merged)
        # 676 words of two letters, of which no two share a pair, so that a merge is about one word
        letters = "abcdefghijklmnopqrstuvwxyz"
        train_bpe("\n".join(a + b for a in letters for b in letters), 256 + 300)
        for what, number in seen.items():
            assert number <= 5 * 676, (
                f"in 300 merges, each of which changes one of 676 words, words are {what} "
                f"{number:,} times: after a merge, only the words that held the pair have to be "
                "looked at. Keep for each pair the words that it stands in"
            )

    @pytest.mark.parametrize("special, least", [([], 256), (["<a>", "<b>"], 258)])
    def test_too_small_a_vocabulary_is_refused(self, special, least):
        expect_raises(
            ValueError,
            lambda: train_bpe(LOW, least - 1, special),
            f"vocab_size {least - 1} with {len(special)} special tokens",
            naming=[least - 1, least],
        )
        vocab, merges = trained(LOW, least, special)
        assert (len(vocab), merges) == (least, []), (
            f"vocab_size {least} has just room for them, and gave {len(vocab)} tokens, {merges}"
        )


# the example of the handout of CS336: a small vocabulary, in which no id is that of its byte
CAT_VOCAB = dict(
    enumerate([b" ", b"a", b"c", b"e", b"h", b"t", b"th", b" c", b" a", b"the", b" at"])
)
CAT_MERGES = [(b"t", b"h"), (b" ", b"c"), (b" ", b"a"), (b"th", b"e"), (b" a", b"t")]


def with_merges(*spelled_pairs, special_tokens=()):
    """A tokenizer with all bytes, these merges from 256 on, and then the special tokens."""
    merges = pairs(*spelled_pairs)
    vocab = SINGLE_BYTES | dict(enumerate(map(b"".join, merges), start=256))
    return BPETokenizer(vocab, merges, special_tokens)


@pytest.mark.kata("BPETokenizer.__init__")
class TestBPETokenizerInit:
    def test_the_vocabulary_is_kept(self):
        expect_same(dict(BPETokenizer(CAT_VOCAB, CAT_MERGES).vocab), CAT_VOCAB, "vocab")

    def test_a_special_token_that_is_missing_gets_the_next_id(self):
        vocab = {3: b"a", 7: b"<b>", 5: b"c"}
        expect_same(
            dict(BPETokenizer(vocab, [], ["<x>", "<b>", "<yy>"]).vocab),
            {3: b"a", 7: b"<b>", 5: b"c", 8: b"<x>", 9: b"<yy>"},
            "vocab of 3, 7, 5 with the special tokens <x>, <b> (which is 7) and <yy>",
            mistakes={
                "special tokens are not added": {3: b"a", 7: b"<b>", 5: b"c"},
                "one that is there already is added once more": {
                    3: b"a", 7: b"<b>", 5: b"c", 8: b"<x>", 9: b"<b>", 10: b"<yy>"
                },
                "the number of tokens is taken for the next id": {3: b"<yy>", 7: b"<b>", 5: b"c"},
                "special tokens are kept as str": {
                    3: b"a", 7: b"<b>", 5: b"c", 8: "<x>", 9: "<yy>"
                },
                "the longest come first, as when cutting": {
                    3: b"a", 7: b"<b>", 5: b"c", 8: b"<yy>", 9: b"<x>"
                },
            },
        )  # fmt: skip

    def test_what_was_given_stays_as_it_was(self):
        vocab, merges, special = {0: b"a"}, [(b"a", b"b")], ["<x>", "<longer>"]
        BPETokenizer(vocab, merges, special)
        assert (vocab, merges, special) == ({0: b"a"}, [(b"a", b"b")], ["<x>", "<longer>"]), (
            f"vocab, merges and special_tokens are {vocab}, {merges} and {special} afterwards: "
            "another tokenizer may be made of the same"
        )


@pytest.mark.kata("BPETokenizer.encode")
class TestBPETokenizerEncode:
    def test_the_published_example(self):
        """From the handout of CS336: the, ␣c a t, ␣at e."""
        expect_close(
            ids_of(BPETokenizer(CAT_VOCAB, CAT_MERGES).encode("the cat ate"), "encode"),
            [9, 7, 1, 5, 10, 3],
            "ids of 'the cat ate'",
            mistakes={
                "nothing is put together": [5, 4, 3, 0, 2, 1, 5, 0, 1, 5, 3],
                "each piece is merged only once": [6, 3, 7, 1, 5, 8, 5, 3],
                "a single byte is taken for its own id, and not looked up": [
                    9,
                    7,
                    97,
                    116,
                    10,
                    101,
                ],
            },
        )

    def test_the_pair_that_was_learned_first_goes_first(self):
        expect_close(
            with_merges("b c", "a b", "ab c").encode("abc"),
            [97, 256],
            "ids of 'abc' with the merges b c, a b, ab c",
            mistakes={
                "the first pair from the left goes first": [258],
                "the longest token of the vocabulary is looked for": [258],
                "the pair that was learned last goes first": [258],
            },
        )

    def test_a_pair_that_arises_late_may_still_be_put_together(self):
        expect_close(
            with_merges("a b", "d e", "c d", "ab c").encode("abcde"),
            [259, 257],
            "ids of 'abcde' with the merges a b, d e, c d, ab c",
        )

    def test_the_pair_is_put_together_wherever_it_stands_before_the_next_one_is_looked_for(self):
        expect_close(
            with_merges("a b", "ab a", "b ab").encode("abab"),
            [256, 256],
            "ids of 'abab' with the merges a b, ab a, b ab",
            mistakes={"only the first place is put together": [257, 98]},
        )

    def test_nothing_is_put_together_across_pieces(self):
        tokenizer = with_merges("a ,", "b a", special_tokens=["<x>"])
        expect_close(
            tokenizer.encode("ba,b<x>a"),
            [257, 44, 98, 258, 97],
            "ids of 'ba,b<x>a' with the merges 'a ,' and 'b a'",
            mistakes={
                "the text is not cut into pieces": [98, 256, 98, 258, 97],
                "the two sides of a special token meet": [257, 44, 258, 257],
                "special tokens are cut like any text": [257, 44, 98, 60, 120, 62, 97],
                "nothing is cut into pieces, and special tokens are text like any other": [
                    98, 256, 98, 60, 120, 62, 97
                ],
            },
        )  # fmt: skip

    def test_a_special_token_is_one_id(self):
        tokenizer = with_merges("e n", special_tokens=[END])
        expect_close(
            tokenizer.encode(f"en{END}en{END}{END}"),
            [256, 257, 256, 257, 257],
            f"ids of 'en{END}en{END}{END}'",
            mistakes={
                "special tokens are left out": [256, 256],
                "special tokens are cut like any text": with_merges("e n").encode(
                    f"en{END}en{END}{END}"
                ),
            },
        )

    def test_of_two_special_tokens_at_one_place_the_longer_is_taken(self):
        """As in the tests that CS336 has published."""
        tokenizer = with_merges(special_tokens=[END, END + END])
        expect_close(
            tokenizer.encode(f"a{END}b{END}{END}"),
            [97, 256, 98, 257],
            f"ids of 'a{END}b{END}{END}', where {END!r} is special, and that twice in a row, too",
            mistakes={"the first one of the list wins": [97, 256, 98, 256, 256]},
        )

    def test_characters_become_their_bytes(self):
        expect_close(
            with_merges().encode("é牛"),
            [0xC3, 0xA9, 0xE7, 0x89, 0x9B],
            "ids of 'é牛', which is c3 a9 e7 89 9b",
            mistakes={
                "Unicode numbers are taken for bytes": [0xE9, 0x725B],
                "the text is taken as UTF-16": [0xE9, 0x00, 0x5B, 0x72],
            },
        )

    def test_nothing_becomes_nothing(self):
        got = with_merges("a b", special_tokens=["<x>"]).encode("")
        assert got == [], f"'' has the ids {got!r}, and should have none: []"

    def test_what_was_learned_is_found_again(self):
        """newest is ne west after six merges, says the handout of CS336."""
        tokenizer = BPETokenizer(*train_bpe(LOW, 256 + 6))
        expect_close(tokenizer.encode("newest"), [261, 260], "ids of 'newest': ne, west")


@pytest.mark.kata("BPETokenizer.decode")
class TestBPETokenizerDecode:
    def test_ids_become_text(self):
        expect_same(
            BPETokenizer(CAT_VOCAB, CAT_MERGES).decode([9, 7, 1, 5, 10, 3]),
            "the cat ate",
            "text of [9, 7, 1, 5, 10, 3]",
            mistakes={
                "tokens are joined with blanks": "the  c a t  at e",
                "the bytes are not decoded": b"the cat ate",
            },
        )

    def test_a_character_may_be_spread_over_several_tokens(self):
        expect_same(
            with_merges().decode([0xE7, 0x89, 0x9B, 0x21]),
            "牛!",
            "text of the bytes e7 89 9b 21",
            mistakes={
                "each token is decoded on its own": "\ufffd\ufffd\ufffd!",
                "what is no character by itself is left out": "!",
                "bytes are taken for Unicode numbers": "ç\x89\x9b!",
            },
        )

    def test_what_is_no_utf_8_becomes_the_replacement_character(self):
        expect_same(
            with_merges().decode([0x61, 0x9B, 0x62]),
            "a\ufffdb",
            "text of the bytes 61 9b 62, of which 9b cannot stand there",
            mistakes={"it is left out": "ab", "it is escaped": "a\\x9bb"},
        )

    def test_it_takes_an_array_and_no_ids_at_all(self):
        tokenizer = with_merges("a b")
        expect_same(tokenizer.decode(np.array([256, 97])), "aba", "text of an array")
        expect_same(tokenizer.decode([]), "", "text of no ids")

    def test_an_id_that_does_not_exist_is_refused_by_name(self):
        for id in (258, -1):
            expect_raises(
                ValueError,
                lambda id=id: with_merges("a b", "c d").decode([97, id]),
                f"the id {id}, where there are 0 to 257,",
                naming=[id],
            )
        expect_raises(
            ValueError,
            lambda: BPETokenizer({4: b"a", 0: b"b", 7: b"c"}, []).decode([4, 2]),
            "the id 2, where there are 0, 4 and 7,",
            naming=[2],
        )

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "low lower",
            "  a\n\n b\t",
            "Übergröße 牛肉 ½",
            "e\u0301 \x00\U0001d4d0",
            f"x{END}{END}y ",
        ],
        ids=["nothing", "words", "white space", "scripts", "marks", "special"],
    )
    def test_any_text_comes_back(self, text):
        vocab, merges = train_bpe(LOW, 256 + 9, [END])
        tokenizer = BPETokenizer(vocab, merges, [END])
        expect_same(tokenizer.decode(tokenizer.encode(text)), text, f"{text!r} there and back")


@pytest.mark.kata("BPETokenizer.encode_iterable")
class TestBPETokenizerEncodeIterable:
    def test_the_ids_come_one_by_one(self):
        got = with_merges("l o", "lo w").encode_iterable(["low\n", "low low\n"])
        assert not isinstance(got, list | tuple | np.ndarray) and hasattr(got, "__next__"), (
            f"encode_iterable returned a {type(got).__name__}, and should return a generator"
        )
        expect_close(
            list(got),
            [257, 10, 257, 32, 257, 10],
            "ids of 'low\\n', 'low low\\n'",
            mistakes={"every part has a list of its own": [[257, 10], [257, 32, 257, 10]]},
        )

    def test_it_can_begin_before_the_text_has_ended(self):
        read = count()

        def endless():
            for n in read:
                assert n < 2000, (
                    "2,000 parts were read before 1,000 ids had come: is all read first?"
                )
                yield "low low\n"

        got = list(islice(with_merges("l o", "lo w").encode_iterable(endless()), 1000))
        expect_close(got, [257, 32, 257, 10] * 250, "the first thousand ids of a text without end")
        read_ahead = next(read) - 250
        assert read_ahead <= 3, (
            f"{250 + read_ahead} parts were read for the ids of 250: keep no more of the text than "
            "what the next part may change"
        )

    @pytest.mark.parametrize("cut", [1, 2, 3, 4, 5, 8, 9])
    def test_a_piece_may_go_on_in_the_next_part(self, cut):
        text = "lowlow low"
        tokenizer = with_merges("l o", "lo w", "low low")
        expect_close(
            list(tokenizer.encode_iterable([text[:cut], text[cut:]])),
            [258, 32, 257],
            f"ids of {text[:cut]!r}, {text[cut:]!r} with the merges l o, lo w, low low",
            mistakes={
                "each part is encoded on its own": tokenizer.encode(text[:cut])
                + tokenizer.encode(text[cut:])
            },
        )

    def test_a_contraction_may_be_cut(self):
        """it'l is cut into it, ' and l; but when one more l comes, it ends in one piece: 'll."""
        tokenizer = with_merges("l l", "' ll")
        expect_close(
            list(tokenizer.encode_iterable(["it'l", "l go"])),
            [105, 116, 257, 32, 103, 111],
            "ids of \"it'l\", 'l go'",
            mistakes={
                "each part is encoded on its own": [105, 116, 39, 108, 108, 32, 103, 111],
                "only the last piece is kept back, and the apostrophe before it is not": [
                    105, 116, 39, 256, 32, 103, 111
                ],
            },
        )  # fmt: skip

    def test_one_character_at_a_time_will_do(self):
        text = "low lower  'lowest'\n it'll"
        tokenizer = BPETokenizer(*train_bpe(text * 3, 300))
        expect_close(
            list(tokenizer.encode_iterable(iter(text))),
            tokenizer.encode(text),
            f"ids of {text!r}, character by character",
        )

    def test_a_special_token_may_be_cut(self):
        text = f"a{END} b{END}{END}low"
        tokenizer = with_merges("l o", "lo w", special_tokens=[END, END + END])
        whole = [97, 258, 32, 98, 259, 257]
        for cut in range(1, len(text)):
            expect_close(
                list(tokenizer.encode_iterable([text[:cut], text[cut:]])),
                whole,
                f"ids of {text[:cut]!r}, {text[cut:]!r}",
                mistakes={
                    "what may be the beginning of a special token is not kept back": [
                        *tokenizer.encode(text[:cut]),
                        *tokenizer.encode(text[cut:]),
                    ]
                }
                if 1 < cut < 1 + len(END)
                else {},
            )

    @pytest.mark.parametrize(
        "text",
        ["it'll 've", "a   b \n\n\n c  ", "12 345,,, é牛牛 x", "'' 'l l'l'"],
        ids=["contractions", "white space", "scripts", "quotes"],
    )
    def test_wherever_the_text_is_cut_the_ids_are_those_of_the_whole(self, text):
        tokenizer = BPETokenizer(*train_bpe(text * 3, 300))
        whole = tokenizer.encode(text)
        for first in range(len(text)):
            for second in range(first, len(text)):
                parts = [text[:first], text[first:second], text[second:]]
                expect_close(
                    list(tokenizer.encode_iterable(parts)),
                    whole,
                    f"ids of {', '.join(map(repr, parts))}",
                )

    def test_what_stands_before_a_special_token_may_wait_for_it(self):
        """Before any other sign, two blanks are two pieces; before a special token they are one."""
        tokenizer = BPETokenizer(SINGLE_BYTES | {256: b"  "}, [(b" ", b" ")], ["<x>"])
        for text, whole in (("a  <x>", [97, 256, 257]), ("a  <y>", [97, 32, 32, 60, 121, 62])):
            for cut in range(1, len(text)):
                expect_close(
                    list(tokenizer.encode_iterable([text[:cut], text[cut:]])),
                    whole,
                    f"ids of {text[:cut]!r}, {text[cut:]!r}, where '<x>' is special",
                )

    def test_no_text_has_no_ids(self):
        for texts in ([], ["", ""]):
            got = list(with_merges("l o").encode_iterable(texts))
            assert got == [], f"{texts} has the ids {got}, and should have none"


# ---- counting

# the stream of "ab", "b", "cab", where 0 is the boundary and a b c are 1 2 3
STREAM = np.array([0, 1, 2, 0, 2, 0, 3, 1, 2, 0])
COUNTS = [[0, 1, 1, 1], [0, 0, 2, 0], [3, 0, 0, 0], [0, 1, 0, 0]]


@pytest.mark.kata("bigram_counts")
class TestBigramCounts:
    def test_the_row_came_first_and_the_column_next(self):
        late = [[1, 1, 1, 1], [0, 0, 2, 0], [3, 0, 0, 0], [0, 1, 0, 0]]
        expect_close(
            bigram_counts(STREAM, 4),
            COUNTS,
            f"counts of {STREAM.tolist()}",
            mistakes={
                "rows and columns are exchanged": np.transpose(COUNTS),
                "a pair that stands twice is counted once": np.minimum(COUNTS, 1),
                "each token is paired with itself": np.diag([4, 2, 3, 1]),
                "tokens are paired with the one after the next": [
                    [0, 1, 2, 0], [2, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]
                ],
                "the last token is followed by the first": late,
                "pairs are taken two by two, and do not overlap": [
                    [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 0], [0, 1, 0, 0]
                ],
            },
        )  # fmt: skip

    def test_a_token_that_never_occurs_has_a_row_and_a_column(self):
        expect_close(
            bigram_counts(np.array([1, 1, 1]), 3),
            [[0, 0, 0], [0, 2, 0], [0, 0, 0]],
            "counts of 1 1 1, with n_tokens = 3",
            mistakes={"the greatest id that occurs sets the size": [[0, 0], [0, 2]]},
        )

    def test_it_counts_every_pair_of_a_long_stream(self):
        ids = np.random.default_rng(7).integers(0, 5, 1000)
        wanted = np.zeros((5, 5))
        for first, second in pairwise(ids.tolist()):
            wanted[first, second] += 1
        expect_close(bigram_counts(ids, 5), wanted, "counts of 1,000 random tokens")

    def test_the_stream_stays_as_it_was(self):
        ids = STREAM.copy()
        bigram_counts(ids, 4)
        assert np.array_equal(ids, STREAM), f"the caller's stream became {ids}"


@pytest.mark.kata("bigram_probabilities")
class TestBigramProbabilities:
    def test_each_row_is_divided_by_its_own_sum(self):
        counts = np.array([[1.0, 3.0], [2.0, 8.0]])
        expect_close(
            bigram_probabilities(counts),
            [[0.25, 0.75], [0.2, 0.8]],
            "probabilities of the counts [[1, 3], [2, 8]]",
            mistakes={
                "columns are divided by their sums, and not rows": [
                    [1 / 3, 3 / 11], [2 / 3, 8 / 11]
                ],
                "the sums of the rows are laid along the columns: keepdims is missing": [
                    [0.25, 0.3], [0.5, 0.8]
                ],
                "all is divided by the sum of everything": counts / 14,
                "rows are put through a softmax": [
                    [1 / (1 + math.e**2), 1 / (1 + math.e**-2)],
                    [1 / (1 + math.e**6), 1 / (1 + math.e**-6)],
                ],
                "smoothing is 1 although nobody asked for it": [[2 / 6, 4 / 6], [3 / 12, 9 / 12]],
            },
        )  # fmt: skip

    def test_smoothing_is_added_to_every_count(self):
        expect_close(
            bigram_probabilities(np.array([[1.0, 3.0], [2.0, 8.0]]), smoothing=0.5),
            [[0.3, 0.7], [2.5 / 11, 8.5 / 11]],
            "probabilities of [[1, 3], [2, 8]] with a smoothing of 0.5",
            mistakes={
                "smoothing is left out": [[0.25, 0.75], [0.2, 0.8]],
                "smoothing is added to the probabilities, after dividing": [
                    [0.75, 1.25], [0.7, 1.3]
                ],
                "smoothing is added to the probabilities, and these are divided once more": [
                    [0.375, 0.625], [0.35, 0.65]
                ],
                "the sum that is divided by is that of the bare counts": [
                    [1.5 / 4, 3.5 / 4], [0.25, 0.85]
                ],
                "smoothing enters the sum once, and not once for each token": [
                    [1.5 / 4.5, 3.5 / 4.5], [2.5 / 10.5, 8.5 / 10.5]
                ],
                "any smoothing is taken to be 1": [[2 / 6, 4 / 6], [3 / 12, 9 / 12]],
            },
        )  # fmt: skip

    def test_a_row_without_counts_is_uniform(self):
        counts = np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 3.0, 0.0], [1, 1, 1, 1], [0, 0, 0, 1]])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            got = bigram_probabilities(counts)
        expect_close(
            got,
            [[0.25] * 4, [0, 0.25, 0.75, 0], [0.25] * 4, [0, 0, 0, 1]],
            "probabilities of four tokens, where nothing was counted after the first",
            mistakes={
                "a row without counts stays 0": [
                    [0] * 4, [0, 0.25, 0.75, 0], [0.25] * 4, [0, 0, 0, 1]
                ],
                "a row without counts is 0 / 0": [
                    [nan] * 4, [0, 0.25, 0.75, 0], [0.25] * 4, [0, 0, 0, 1]
                ],
            },
        )  # fmt: skip
        assert got[1][0] == 0, (
            f"what was never counted has the probability {got[1][0]:.0e} after a token that was: "
            "without smoothing it is 0"
        )

    def test_integers_will_do(self):
        got = bigram_probabilities(np.array([[1, 3], [0, 4]]), 1.0)
        expect_close(
            got, [[2 / 6, 4 / 6], [1 / 6, 5 / 6]], "probabilities of integers, smoothed by 1"
        )

    def test_the_counts_stay_as_they_were(self):
        counts = np.array([[1.0, 3.0], [0.0, 4.0]])
        bigram_probabilities(counts, 1.0)
        assert np.array_equal(counts, [[1, 3], [0, 4]]), (
            f"the caller's counts became {counts.tolist()}: += and /= write into the array itself"
        )

    def test_a_negative_smoothing_is_refused(self):
        expect_raises(
            ValueError,
            lambda: bigram_probabilities(np.array([[1.0, 3.0], [2.0, 8.0]]), smoothing=-0.5),
            "smoothing -0.5",
            naming=[-0.5],
        )


@pytest.mark.kata("sample_from")
class TestSampleFrom:
    def test_what_is_certain_is_always_drawn(self):
        rng = np.random.default_rng(7)
        got = [sample_from(np.array([0.0, 0.0, 1.0, 0.0]), rng) for _ in range(50)]
        assert set(got) == {2}, f"of the probabilities [0, 0, 1, 0] it drew {sorted(set(got))}"

    def test_it_returns_an_integer(self):
        got = sample_from(np.array([0.5, 0.5]), np.random.default_rng(7))
        assert isinstance(got, Integral), f"it drew {got!r} ({type(got).__name__}), and not an int"

    def test_everything_is_drawn_as_often_as_it_is_likely(self):
        """Of 5,000 draws with probability 0.6, 3,000 are to be expected, give or take 35."""
        probs = np.array([0.1, 0.6, 0.0, 0.3])
        rng = np.random.default_rng(7)
        drawn = np.bincount([sample_from(probs, rng) for _ in range(5000)], minlength=4)[:4] / 5000
        expect_close(
            drawn,
            probs,
            "shares of 5,000 draws from [0.1, 0.6, 0, 0.3]",
            mistakes={
                "the likeliest is always drawn": [0.0, 1.0, 0.0, 0.0],
                "all are equally likely": [0.25] * 4,
                "always the first is drawn": [1.0, 0.0, 0.0, 0.0],
            },
            tolerance=0.03,
        )
        assert drawn[2] == 0, "what has the probability 0 was drawn"

    def test_chance_comes_from_rng_alone(self):
        probs = np.full(1000, 0.001)

        def draws(seed):
            rng = np.random.default_rng(seed)
            np.random.seed(1)  # what does not come from rng must not matter
            return [sample_from(probs, rng) for _ in range(5)]

        first = draws(7)
        assert len(set(first)) > 1, f"five draws of a thousand gave {first}: rng does not move on"
        np.random.seed(2)
        rng = np.random.default_rng(7)
        assert [sample_from(probs, rng) for _ in range(5)] == first, (
            "with the same rng other numbers are drawn: chance comes from somewhere else, too"
        )
        assert draws(8) != first, "with another rng the same numbers are drawn: rng is not used"

    def test_float32_will_do(self):
        probs = (np.arange(1, 28) / 378).astype(np.float32)
        got = sample_from(probs, np.random.default_rng(7))
        assert 0 <= got < 27, f"of 27 tokens number {got} was drawn"

    def test_the_probabilities_stay_as_they_were(self):
        probs = np.array([0.5, 0.5 + 1e-7])
        sample_from(probs, np.random.default_rng(7))
        assert probs.tolist() == [0.5, 0.5 + 1e-7], f"the caller's probabilities became {probs}"

    @pytest.mark.parametrize(
        "probs, what, named",
        [
            ([0.5, 0.2], "a sum of 0.7", "0.7"),
            ([1.0, 1.5, 0.5], "a sum of 3", "3"),
            ([0.75, -0.25, 0.5], "an entry of -0.25", "-0.25"),
            ([nan, 0.5, 0.5], "an entry that is nan", "nan"),
        ],
    )
    def test_what_are_no_probabilities_is_refused(self, probs, what, named):
        expect_raises(
            ValueError,
            lambda: sample_from(np.array(probs), np.random.default_rng(7)),
            f"{probs}, with {what},",
            naming=[named],
        )


# after a comes b with 0.5 and a boundary with 0.25, after b always a
PROBS = np.array([[0.25, 0.5, 0.25], [0.25, 0.25, 0.5], [0.0, 1.0, 0.0]])


@pytest.mark.kata("negative_log_likelihood")
class TestNegativeLogLikelihood:
    def test_it_is_the_mean_of_minus_the_logarithms(self):
        # 0 1 2 1 0: one half, one half, 1, one quarter; the logarithms are 1, 1, 0 and 2 ln ½
        expect_close(
            negative_log_likelihood(PROBS, np.array([0, 1, 2, 1, 0])),
            math.log(2),
            "loss of 0 1 2 1 0, whose steps have the probabilities ½ ½ 1 ¼",
            mistakes={
                "it is summed, and not averaged": 4 * math.log(2),
                "logarithms are of base 2": 1.0,
                "the minus is missing": -math.log(2),
                "it is divided by the number of tokens, and not of steps": 0.8 * math.log(2),
                "the mean is taken of the probabilities, and then the logarithm": -math.log(
                    2.25 / 4
                ),
                "what came next is taken for what came first": inf,
                "it is the probability, and not its logarithm": 1 / 16,
            },
            tolerance=1e-6,  # something tiny in the logarithm is named further on
        )

    def test_the_row_is_what_came_first(self):
        expect_close(
            negative_log_likelihood(np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([0, 1])),
            -math.log(0.8),
            "loss of 0 1, where 1 follows 0 with 0.8",
            mistakes={
                "rows and columns are exchanged": -math.log(0.6),
                "a token is asked to follow itself": -math.log(0.2),
            },
            tolerance=1e-6,
        )

    def test_a_long_stream_does_not_vanish(self):
        """0.5 to the power of 5,000 is 0 for a computer, and its logarithm is -inf."""
        expect_close(
            negative_log_likelihood(np.full((2, 2), 0.5), np.zeros(5001, dtype=int)),
            math.log(2),
            "loss of 5,000 steps with the probability ½ each",
            mistakes={"the probabilities are multiplied until they vanish": inf},
            tolerance=1e-6,
        )

    def test_what_was_impossible_costs_infinitely_much(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            got = negative_log_likelihood(PROBS, np.array([0, 1, 2, 0, 1]))
        assert not 3 < got < inf, (
            f"loss of 0 1 2 0 1, where 0 cannot follow 2: expected  inf, got {got:.4g}. Is "
            "something tiny put in the place of 0, or added to all probabilities?"
        )
        expect_close(
            got,
            inf,
            "loss of 0 1 2 0 1, where 0 cannot follow 2",
            mistakes={"steps with the probability 0 are left out": math.log(2)},
        )

    def test_it_returns_a_number(self):
        got = negative_log_likelihood(PROBS, np.array([0, 1]))
        assert isinstance(got, float), f"it returned {got!r} ({type(got).__name__}), and no float"

    @pytest.mark.parametrize("n", [0, 1])
    def test_a_stream_without_a_next_token_is_refused(self, n):
        expect_raises(
            ValueError,
            lambda: negative_log_likelihood(PROBS, np.zeros(n, dtype=int)),
            f"a stream of {n} ids",
            naming=[n],
        )


@pytest.mark.kata("perplexity")
class TestPerplexity:
    def test_guessing_among_27_is_a_perplexity_of_27(self):
        expect_close(
            perplexity(math.log(27)),
            27.0,
            "perplexity of a loss of ln 27",
            mistakes={
                "it is a power of 2, and the loss is in nats": 2 ** math.log(27),
                "the loss is returned as it is": math.log(27),
                "the sign is turned round": 1 / 27,
            },
        )

    @pytest.mark.parametrize("loss, wanted", [(0.0, 1.0), (1.0, math.e), (2.5, 12.182493960703473)])
    def test_other_losses(self, loss, wanted):
        expect_close(perplexity(loss), wanted, f"perplexity of a loss of {loss}")

    def test_an_infinite_loss_stays_infinite(self):
        expect_close(perplexity(inf), inf, "perplexity of an infinite loss")


# ---- examples to learn from


def windows(ids, block_size, **more):
    """X and y; fails if they are not two arrays."""
    result = make_windows(np.array(ids), block_size, **more)
    if not (isinstance(result, tuple | list) and len(result) == 2):
        pytest.fail(f"make_windows should return two arrays, X and y, and returned {shown(result)}")
    return result


@pytest.mark.kata("make_windows")
class TestMakeWindows:
    def test_each_token_but_the_first_has_those_before_it(self):
        X, y = windows([0, 5, 6, 7, 8], 2)
        expect_close(
            y,
            [5, 6, 7, 8],
            "y of 0 5 6 7 8",
            mistakes={
                "the last token of the window is asked for, and not the next": [0, 5, 6, 7],
                "the first token is asked for, too": [0, 5, 6, 7, 8],
                "targets begin only where a window is full": [6, 7, 8],
                "the token after the next is asked for": [6, 7, 8, 0],
            },
        )
        expect_close(
            X,
            [[0, 0], [0, 5], [5, 6], [6, 7]],
            "X of 0 5 6 7 8 in windows of 2",
            mistakes={
                "the window holds the token that is asked for": [[0, 5], [5, 6], [6, 7], [7, 8]],
                "the newest token comes first": [[0, 0], [5, 0], [6, 5], [7, 6]],
                "windows begin one step too early": [[0, 0], [0, 0], [0, 5], [5, 6]],
                "it is one list that goes on changing, and stands in X four times": [[7, 8]] * 4,
                "what comes after a boundary is taken out, and not what comes before it": [
                    [0, 0], [0, 0], [5, 6], [6, 7]
                ],
            },
        )  # fmt: skip

    def test_no_window_looks_into_the_document_before(self):
        X, y = windows([0, 5, 6, 0, 7, 8, 0], 3)
        expect_close(
            y,
            [5, 6, 0, 7, 8, 0],
            "y of 0 5 6 0 7 8 0",
            mistakes={"boundaries are not asked for, so that no name would end": [5, 6, 7, 8]},
        )
        expect_close(
            X,
            [[0, 0, 0], [0, 0, 5], [0, 5, 6], [0, 0, 0], [0, 0, 7], [0, 7, 8]],
            "X of 0 5 6 0 7 8 0 in windows of 3",
            mistakes={
                "windows look across the boundary, into the document before": [
                    [0, 0, 0], [0, 0, 5], [0, 5, 6], [5, 6, 0], [6, 0, 7], [0, 7, 8]
                ],
                "only the token right before a boundary is taken out": [
                    [0, 0, 0], [0, 0, 5], [0, 5, 6], [5, 0, 0], [0, 0, 7], [0, 7, 8]
                ],
                "windows share their memory, and what is taken out of one is gone in all": [
                    [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 7], [0, 7, 8]
                ],
            },
        )  # fmt: skip

    def test_a_short_document_has_several_boundaries_in_reach(self):
        expect_close(
            windows([0, 5, 0, 6, 0, 7], 5)[0],
            [[0] * 5, [0, 0, 0, 0, 5], [0] * 5, [0, 0, 0, 0, 6], [0] * 5],
            "X of 0 5 0 6 0 7 in windows of 5",
            mistakes={
                "the first boundary in the window counts, and not the last": [
                    [0] * 5, [0, 0, 0, 0, 5], [0, 0, 0, 5, 0], [0, 0, 5, 0, 6], [0, 5, 0, 6, 0]
                ],
            },
        )  # fmt: skip

    def test_another_id_may_be_the_boundary(self):
        X, y = windows([9, 5, 0, 9, 7], 2, boundary=9)
        expect_close(y, [5, 0, 9, 7], "y of 9 5 0 9 7")
        expect_close(
            X,
            [[9, 9], [9, 5], [5, 0], [9, 9]],
            "X of 9 5 0 9 7 in windows of 2, with 9 for the boundary",
            mistakes={
                "0 is the boundary, whatever was said": [[0, 9], [9, 5], [0, 0], [0, 9]],
                "what is missing is filled with 0": [[0, 9], [9, 5], [5, 0], [0, 9]],
                "a window is filled with 0 at each boundary": [[0, 9], [9, 5], [5, 0], [0, 0]],
                "a window is filled with 0, and 0 is the boundary": [
                    [0, 0],
                    [0, 5],
                    [0, 0],
                    [0, 9],
                ],
            },
        )

    def test_before_the_stream_there_are_boundaries_too(self):
        expect_close(
            windows([5, 6, 7], 3)[0],
            [[0, 0, 5], [0, 5, 6]],
            "X of 5 6 7 in windows of 3",
            mistakes={
                "the first token is in no window: not every stream begins with a boundary": [
                    [0, 0, 0], [0, 0, 6]
                ],
            },
        )  # fmt: skip

    def test_they_are_copies(self):
        ids = np.array([0, 5, 6, 7])
        X, y = make_windows(ids, 2)
        expect_close(ids, [0, 5, 6, 7], "the caller's stream afterwards")
        X[1, 1] = y[0] = 99
        expect_close(X[2], [5, 6], "the third window, after 99 was written into the second")
        expect_close(ids, [0, 5, 6, 7], "the caller's stream, after 99 was written into X and y")

    def test_the_shapes(self):
        X, y = windows(np.arange(1, 12), 7)
        assert (X.shape, y.shape) == ((10, 7), (10,)), f"X {X.shape}, y {y.shape} of 11 ids by 7"
        X, y = windows([0], 3)
        assert (X.shape, y.shape) == ((0, 3), (0,)), f"X {X.shape}, y {y.shape} of a single id"


@pytest.mark.kata("random_batch")
class TestRandomBatch:
    def test_y_is_x_moved_by_one(self):
        ids = np.arange(100, 150)
        X, Y = random_batch(ids, 5, 7, np.random.default_rng(7))
        assert X.shape == Y.shape == (5, 7), (
            f"X {X.shape} and Y {Y.shape} of 5 pieces of 7 tokens should both be (5, 7): a piece "
            "is a row, and each of its tokens has a next one"
        )
        expect_close(
            X,
            X[:, :1] + np.arange(7),
            "X, pieces of a stream in which each number is followed by the next",
        )
        expect_close(
            Y,
            X + 1,
            "Y, the same pieces moved by one",
            mistakes={
                "Y is X itself": X,
                "Y is moved backwards": X - 1,
                "Y is moved by two": X + 2,
                "Y is moved by the length of a piece": X + 7,
                "the end of a piece is followed by its own beginning": np.roll(X, -1, axis=1),
            },
        )

    def test_every_place_that_fits_is_as_likely_as_any_other(self):
        """Of 4,000 pieces 1,000 begin at each of four places, give or take 27."""
        X, _ = random_batch(np.arange(7), 4000, 3, np.random.default_rng(7))
        assert len(X) == 4000, (
            f"{len(X)} pieces came of 4,000 that were asked for: may a place be drawn only once?"
        )
        assert len(set(X[:, 0].tolist())) > 1, (
            f"all 4,000 pieces begin with {X[0, 0]}: each has a beginning of its own"
        )
        shares = np.bincount(X[:, 0], minlength=4) / 4000
        expect_close(
            shares,
            [0.25] * 4,
            "shares of the places 0, 1, 2, 3, at which 3 tokens of 7 and their next ones begin",
            mistakes={
                "the last place is left out": [1 / 3, 1 / 3, 1 / 3, 0.0],
                "the first place is left out": [0.0, 1 / 3, 1 / 3, 1 / 3],
                "pieces do not overlap": [0.5, 0.0, 0.0, 0.5],
            },
            tolerance=0.035,
        )

    def test_a_stream_that_is_just_long_enough_has_one_place(self):
        X, Y = random_batch(np.array([3, 1, 4, 1]), 2, 3, np.random.default_rng(7))
        expect_close(X, [[3, 1, 4]] * 2, "X of 3 1 4 1 by 3")
        expect_close(Y, [[1, 4, 1]] * 2, "Y of 3 1 4 1 by 3")

    def test_chance_comes_from_rng(self):
        def draw(seed):
            return random_batch(np.arange(1000), 5, 3, np.random.default_rng(seed))[0]

        assert np.array_equal(draw(7), draw(7)), "two generators with one seed gave two batches"
        assert not np.array_equal(draw(7), draw(8)), "two seeds gave the same batch"
        rng = np.random.default_rng(7)
        first = random_batch(np.arange(1000), 5, 3, rng)[0]
        second = random_batch(np.arange(1000), 5, 3, rng)[0]
        assert not np.array_equal(first, second), (
            "a second batch of the same rng is the first again"
        )

    def test_the_stream_stays_as_it_was(self):
        ids = np.arange(20)
        X, Y = random_batch(ids, 5, 3, np.random.default_rng(7))
        X[:] = Y[:] = -1
        expect_close(ids, np.arange(20), "the caller's stream, after -1 was written into X and Y")

    @pytest.mark.parametrize("length", [3, 2])
    def test_a_stream_that_is_too_short_is_refused(self, length):
        expect_raises(
            ValueError,
            lambda: random_batch(np.arange(length), 5, 3, np.random.default_rng(7)),
            f"pieces of 3 and their next tokens from a stream of {length}",
            naming=[3, length],
        )


# ---- networks


def table(*shape):
    """An array of numbers with one decimal, none of them 0: the same for the same shape."""
    draws = np.random.default_rng(shape).uniform(0.1, 1.0, (2, *shape))
    return np.round(draws[0], 1) * np.where(draws[1] > 0.55, 1, -1)


def measured(f, array):
    """The gradient of a number f(array), entry by entry, by the central difference of 1.1."""

    def of_list(entries):
        return float(f(np.reshape(entries, array.shape)))

    return np.reshape(numerical_gradient(of_list, array.ravel().tolist()), array.shape)


MEASURED = 1e-7  # the tolerance of what is compared with a central difference


def names_of(module):
    return [name for name, _ in module.named_parameters()]


@pytest.mark.kata("Embedding.__init__")
class TestEmbeddingInit:
    def test_the_table_has_a_row_for_each_token(self):
        weight = Embedding(7, 3).weight
        assert isinstance(weight, Tensor), f"weight is a {type(weight).__name__}, and not a Tensor"
        expect_close(
            weight.data.shape, (7, 3), "shape of weight", mistakes={"it is transposed": (3, 7)}
        )

    def test_its_numbers_are_normal_with_deviation_1(self):
        """Of 20,000 such numbers the mean is 0, give or take 0.007, and the deviation 1 ± 0.005."""
        data = Embedding(500, 40, np.random.default_rng(7)).weight.data
        expect_close(data.mean(), 0.0, "mean of 20,000 numbers of the table", tolerance=0.04)
        expect_close(
            data.std(),
            1.0,
            "deviation of 20,000 numbers of the table",
            mistakes={
                "they are uniform from -1 to 1": 0.577,
                "they are uniform from 0 to 1": 0.289,
                "they are divided by √C": 40**-0.5,
                "they are divided by √n": 500**-0.5,
                "they are all 0": 0.0,
            },
            tolerance=0.03,
        )
        within = (np.abs(data) < 1).mean()
        assert abs(within - 0.683) < 0.03, (
            f"{within:.1%} of the numbers are less than one deviation from 0, and of normal ones "
            "it is 68.3 %"
        )

    def test_the_draw_comes_from_rng(self):
        def draw(seed):
            return Embedding(5, 3, np.random.default_rng(seed)).weight.data

        assert np.array_equal(draw(7), draw(7)), "two generators with one seed gave two tables"
        assert not np.array_equal(draw(7), draw(8)), "two seeds gave the same table"
        for more in ((), (None,)):
            one, two = Embedding(5, 3, *more), Embedding(5, 3, *more)
            assert not np.array_equal(one.weight.data, two.weight.data), (
                "without rng two tables are the same: it should be a fresh generator each time"
            )

    def test_the_table_is_its_only_parameter(self):
        assert names_of(Embedding(7, 3)) == ["weight"], (
            f"named_parameters finds {names_of(Embedding(7, 3))}, and should find weight alone"
        )


def embedding_of(rows):
    embedding = Embedding(*np.shape(rows))
    embedding.weight.data = np.array(rows)
    return embedding


@pytest.mark.kata("Embedding.__call__")
class TestEmbeddingCall:
    def test_each_id_brings_its_row(self):
        rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
        got = embedding_of(rows)(np.array([2, 0, 2]))
        assert isinstance(got, Tensor), f"what came is a {type(got).__name__}, and not a Tensor"
        expect_close(
            got,
            [[5, 6], [1, 2], [5, 6]],
            f"rows 2, 0, 2 of {rows}",
            mistakes={
                "ids are taken to begin at 1": [[3, 4], [5, 6], [3, 4]],
                "the row is multiplied by its id": [[10, 12], [0, 0], [10, 12]],
                "each row is taken once": [[1, 2], [5, 6]],
            },
        )

    @pytest.mark.parametrize("shape", [(), (5,), (2, 5), (2, 3, 5)], ids=str)
    def test_ids_may_have_any_shape(self, shape):
        rows = table(7, 3)
        ids = np.random.default_rng(7).integers(0, 7, shape)
        wanted = np.reshape([rows[id] for id in ids.ravel()], (*shape, 3))
        expect_close(embedding_of(rows)(ids), wanted, f"rows of ids of shape {shape}")

    def test_no_ids_bring_no_rows(self):
        got = embedding_of(table(7, 3))(np.zeros((2, 0), dtype=int))
        assert got.shape == (2, 0, 3), f"ids of shape (2, 0) became {got.shape}"

    def test_lists_will_do(self):
        expect_close(embedding_of([[1.0], [3.0]])([[1, 0]]), [[[3.0], [1.0]]], "rows of [[1, 0]]")

    def test_a_row_that_was_taken_twice_collects_both_gradients(self):
        embedding = embedding_of(table(4, 2))
        out = embedding(np.array([3, 1, 3]))
        (out * np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])).sum().backward()
        expect_close(
            embedding.weight.grad,
            [[0, 0], [2, 20], [0, 0], [5, 50]],
            "gradient of the table, of which row 1 was taken once and row 3 twice",
            mistakes={
                "of several gradients the last one wins": [[0, 0], [2, 20], [0, 0], [4, 40]],
                "the gradients of a row are averaged": [[0, 0], [2, 20], [0, 0], [2.5, 25]],
                "no gradient arrives": 0.0,
            },
        )

    def test_its_gradient_is_the_measured_one(self):
        rows, ids, upstream = table(5, 3), np.array([[4, 0], [4, 2], [0, 4]]), table(3, 2, 3)
        embedding = embedding_of(rows)
        (embedding(ids).tanh() * upstream).sum().backward()
        wanted = measured(lambda rows: (np.tanh(rows[ids]) * upstream).sum(), rows)
        expect_close(embedding.weight.grad, wanted, "gradient of the table", tolerance=MEASURED)

    def test_two_calls_add_up(self):
        embedding = embedding_of([[1.0], [3.0]])
        (embedding([0, 1]) * 10.0 + embedding([1, 1])).sum().backward()
        expect_close(embedding.weight.grad, [[10.0], [12.0]], "gradient of a table used twice")

    def test_float32_stays_float32(self):
        embedding = Embedding(5, 3)
        embedding.weight.data = embedding.weight.data.astype(np.float32)
        out = embedding([1, 1])
        out.sum().backward()
        kinds = out.data.dtype, embedding.weight.grad.dtype
        assert kinds == (np.float32, np.float32), f"of a table of float32 came {kinds}"

    @pytest.mark.parametrize("id", [-1, 4])
    def test_an_id_without_a_row_is_refused(self, id):
        """numpy would count -1 from the end, and say nothing."""
        expect_raises(
            IndexError,
            lambda: embedding_of(table(4, 2))(np.array([0, id, 2])),
            f"id {id} of a table with rows 0 to 3",
            naming=[id, 3],
        )


@pytest.mark.kata("NGramMLP.__init__")
class TestNGramMLPInit:
    def test_the_parts_fit_together(self):
        model = NGramMLP(11, 3, 2, 5)
        shapes = {name: parameter.data.shape for name, parameter in model.named_parameters()}
        expect_same(
            shapes,
            {
                "embedding.weight": (11, 2),
                "hidden.weight": (6, 5),
                "hidden.bias": (5,),
                "output.weight": (5, 11),
                "output.bias": (11,),
            },
            "shapes of the parameters for 11 tokens, 3 of them in sight, C = 2 and 5 hidden units",
            mistakes={
                "the hidden layer sees the row of one token, and not of all in the window": {
                    "embedding.weight": (11, 2),
                    "hidden.weight": (2, 5),
                    "hidden.bias": (5,),
                    "output.weight": (5, 11),
                    "output.bias": (11,),
                },
                "the table has a row for each place of the window, and not for each token": {
                    "embedding.weight": (3, 2),
                    "hidden.weight": (6, 5),
                    "hidden.bias": (5,),
                    "output.weight": (5, 11),
                    "output.bias": (11,),
                },
            },
        )

    def test_the_draw_comes_from_rng(self):
        def draw(seed):
            model = NGramMLP(11, 3, 2, 5, np.random.default_rng(seed))
            return [parameter.data for parameter in model.parameters()]

        for same, other, name in zip(draw(7), draw(7), names_of(NGramMLP(11, 3, 2, 5))):
            assert np.array_equal(same, other), f"two generators with one seed differ in {name}"
        for one, two, name in zip(draw(7), draw(8), names_of(NGramMLP(11, 3, 2, 5))):
            if not name.endswith("bias"):
                assert not np.array_equal(one, two), f"two seeds gave the same {name}"

    def test_the_parts_do_not_draw_the_same_numbers(self):
        """A square model, in which each part would repeat the other if each seeded its own."""
        model = NGramMLP(5, 1, 5, 5, np.random.default_rng(7))
        assert not np.array_equal(model.hidden.weight.data, model.output.weight.data), (
            "hidden and output have the same numbers: hand on rng itself, which moves on"
        )


def ngram_of(n_tokens, block_size, C, hidden):
    """An NGramMLP with numbers of its own, and these numbers by name."""
    model = NGramMLP(n_tokens, block_size, C, hidden)
    arrays = {}
    for name, parameter in model.named_parameters():
        arrays[name] = parameter.data = table(*parameter.data.shape)
    return model, arrays


def plain_ngram(arrays, X, hidden=np.tanh, output=lambda z: z):
    """The logits, window by window."""
    rows = []
    for window in X:
        side_by_side = np.concatenate([arrays["embedding.weight"][id] for id in window])
        h = hidden(side_by_side @ arrays["hidden.weight"] + arrays["hidden.bias"])
        rows.append(output(h @ arrays["output.weight"] + arrays["output.bias"]))
    return np.array(rows)


@pytest.mark.kata("NGramMLP.__call__")
class TestNGramMLPCall:
    def test_a_window_becomes_logits(self):
        model, arrays = ngram_of(11, 3, 2, 5)
        X = np.array([[0, 0, 4], [7, 10, 4], [4, 10, 7], [0, 1, 2]])
        got = model(X)
        assert isinstance(got, Tensor), f"what came is a {type(got).__name__}, and not a Tensor"

        def averaged(window):
            mean = np.mean([arrays["embedding.weight"][id] for id in window], axis=0)
            return np.tanh(np.tile(mean, 3) @ arrays["hidden.weight"] + arrays["hidden.bias"])

        bare = np.array([averaged(w) @ arrays["output.weight"] + arrays["output.bias"] for w in X])
        flat = arrays["embedding.weight"][X].swapaxes(1, 2).reshape(4, -1)
        mixed = np.tanh(flat @ arrays["hidden.weight"] + arrays["hidden.bias"])
        squashed = arrays | {"embedding.weight": np.tanh(arrays["embedding.weight"])}
        expect_close(
            got,
            plain_ngram(arrays, X),
            "logits of 4 windows of 3 tokens",
            mistakes={
                "the tanh is missing": plain_ngram(arrays, X, hidden=lambda z: z),
                "ReLU stands where tanh belongs": plain_ngram(
                    arrays, X, hidden=lambda z: np.maximum(z, 0)
                ),
                "the logits go through a tanh, too": plain_ngram(arrays, X, output=np.tanh),
                "the logits go through a softmax, which the loss does": plain_ngram(
                    arrays, X, output=lambda z: np.exp(z) / np.exp(z).sum()
                ),
                "the newest token comes first": plain_ngram(arrays, X[:, ::-1]),
                "the rows of the table go through a tanh, too": plain_ngram(squashed, X),
                "tokens of several windows are put side by side": plain_ngram(
                    arrays, X.T.reshape(4, 3)
                ),
                "the rows of a window are averaged, so that their order is lost": bare,
                "channels come before tokens when the rows are put side by side": mixed
                @ arrays["output.weight"]
                + arrays["output.bias"],
            },
        )

    @pytest.mark.parametrize("n", [1, 7])
    def test_it_takes_any_number_of_windows(self, n):
        model, arrays = ngram_of(5, 2, 3, 4)
        X = np.random.default_rng(7).integers(0, 5, (n, 2))
        expect_close(model(X), plain_ngram(arrays, X), f"logits of {n} windows")

    def test_every_parameter_has_the_measured_gradient(self):
        model, arrays = ngram_of(5, 2, 3, 4)
        X, upstream = np.array([[0, 4], [4, 4], [3, 0]]), table(3, 5)
        (model(X).tanh() * upstream).sum().backward()
        for name, parameter in model.named_parameters():
            wanted = measured(
                lambda array, name=name: (
                    np.tanh(plain_ngram(arrays | {name: array}, X)) * upstream
                ).sum(),
                arrays[name],
            )
            expect_close(
                parameter.grad,
                wanted,
                f"gradient of {name}",
                mistakes={"no gradient arrives: the graph is cut on its way there": 0.0},
                tolerance=MEASURED,
            )


@pytest.mark.kata("RNNCell.__init__")
class TestRNNCellInit:
    def test_the_parts_have_their_shapes(self):
        cell = RNNCell(3, 5)
        shapes = {name: parameter.data.shape for name, parameter in cell.named_parameters()}
        expect_same(
            dict(sorted(shapes.items())),
            {"Wh": (5, 5), "Wx": (3, 5), "b": (5,)},
            "shapes of the parameters of RNNCell(3, 5)",
            mistakes={
                "weights are transposed, as in PyTorch": {"Wh": (5, 5), "Wx": (5, 3), "b": (5,)}
            },
        )

    def test_the_weights_are_uniform_in_one_over_the_root_of_n_hidden(self):
        cell = RNNCell(1000, 25, np.random.default_rng(7))
        for name, data in (("Wx", cell.Wx.data), ("Wh", cell.Wh.data)):
            expect_close(
                np.abs(data).max(),
                0.2,
                f"the largest of the numbers in {name}, where n_in is 1000 and n_hidden 25",
                mistakes={"1/√n_in is the limit": 1000**-0.5, "the limit is 1": 1.0},
                tolerance=0.004,
            )
            expect_close(
                data.std(),
                0.2 / math.sqrt(3),
                f"deviation of {name}, uniform in ±0.2",
                mistakes={"it is normal with the deviation 1/√n_hidden": 0.2},
                tolerance=0.01,
            )
        expect_close(cell.b, np.zeros(25), "b")

    def test_the_draw_comes_from_rng(self):
        def draw(seed):
            cell = RNNCell(5, 5, np.random.default_rng(seed))
            return cell.Wx.data, cell.Wh.data

        for same, other, name in zip(draw(7), draw(7), ("Wx", "Wh")):
            assert np.array_equal(same, other), f"two generators with one seed differ in {name}"
        Wx, Wh = draw(7)
        assert not np.array_equal(Wx, draw(8)[0]), "two seeds gave the same Wx"
        assert not np.array_equal(Wx, Wh), "Wx and Wh have the same numbers: rng should move on"


def cell_of(n_in, n_hidden):
    cell = RNNCell(n_in, n_hidden)
    cell.Wx.data, cell.Wh.data = table(n_in, n_hidden), table(n_hidden, n_hidden)
    cell.b.data = table(n_hidden)
    return cell


@pytest.mark.kata("RNNCell.__call__")
class TestRNNCellCall:
    def test_the_next_state_comes_from_input_and_state(self):
        cell = cell_of(3, 5)
        x, h = table(7, 3), table(7, 5)
        Wx, Wh, b = cell.Wx.data, cell.Wh.data, cell.b.data
        got = cell(x, h)
        assert isinstance(got, Tensor), f"what came is a {type(got).__name__}, and not a Tensor"
        expect_close(
            got,
            [
                [
                    math.tanh(
                        sum(x[n, d] * Wx[d, k] for d in range(3))
                        + sum(h[n, j] * Wh[j, k] for j in range(5))
                        + b[k]
                    )
                    for k in range(5)
                ]
                for n in range(7)
            ],
            "the next states of 7 sequences",
            mistakes={
                "the state before is left out": np.tanh(x @ Wx + b),
                "the input is left out": np.tanh(h @ Wh + b),
                "b is left out": np.tanh(x @ Wx + h @ Wh),
                "b is added twice": np.tanh(x @ Wx + h @ Wh + 2 * b),
                "tanh is left out": x @ Wx + h @ Wh + b,
                "Wh is transposed": np.tanh(x @ Wx + h @ Wh.T + b),
                "the state before is added after the tanh": np.tanh(x @ Wx + b) + h,
                "the sequences share one state": np.tanh(x @ Wx + h.mean(axis=0) @ Wh + b),
            },
        )

    def test_tensors_will_do_and_every_gradient_is_the_measured_one(self):
        cell = cell_of(3, 2)
        x, h, upstream = Tensor(table(4, 3)), Tensor(table(4, 2)), table(4, 2)
        (cell(x, h) * upstream).sum().backward()
        named = {"Wx": cell.Wx, "Wh": cell.Wh, "b": cell.b, "x": x, "h": h}
        arrays = {name: tensor.data for name, tensor in named.items()}

        def total(name, array):
            a = arrays | {name: array}
            return (np.tanh(a["x"] @ a["Wx"] + a["h"] @ a["Wh"] + a["b"]) * upstream).sum()

        for name, tensor in named.items():
            wanted = measured(lambda array, name=name: total(name, array), tensor.data)
            expect_close(tensor.grad, wanted, f"gradient of {name}", tolerance=MEASURED)

    def test_it_remembers_nothing_itself(self):
        cell = cell_of(3, 5)
        x, h = table(7, 3), table(7, 5)
        first = cell(x, h).data.copy()
        expect_close(
            cell(x, h),
            first,
            "the same input and state again",
            mistakes={
                "the cell keeps its last state, and begins with that": np.tanh(
                    x @ cell.Wx.data + first @ cell.Wh.data + cell.b.data
                )
            },
        )
        expect_close(h, table(7, 5), "the caller's state afterwards")


def plain_unroll(cell, inputs, h):
    """The states, step by step and one sequence after the other."""
    Wx, Wh, b = cell.Wx.data, cell.Wh.data, cell.b.data
    states = np.zeros((*inputs.shape[:2], len(b)))
    for n in range(inputs.shape[0]):
        state = h[n]
        for t in range(inputs.shape[1]):
            state = np.tanh(inputs[n, t] @ Wx + state @ Wh + b)
            states[n, t] = state
    return states


@pytest.mark.kata("unroll")
class TestUnroll:
    def test_each_step_begins_with_the_state_before(self):
        cell, inputs = cell_of(3, 5), table(2, 7, 3)
        zeros = np.zeros((2, 5))
        got = unroll(cell, inputs)
        assert isinstance(got, Tensor), f"what came is a {type(got).__name__}, and not a Tensor"
        right = plain_unroll(cell, inputs, zeros)
        fresh = np.stack([cell(inputs[:, t], zeros).data for t in range(7)], axis=1)
        leaking = plain_unroll(cell, inputs.reshape(1, 14, 3), zeros).reshape(2, 7, 5)
        expect_close(
            got,
            right,
            "states of 2 sequences of 7 steps",
            mistakes={
                "every step begins with h0": fresh,
                "a sequence begins with the last state of the one before": leaking,
                "only the last state is returned": right[:, -1],
                "time comes before the batch": right.swapaxes(0, 1),
                "the states come newest first": right[:, ::-1],
                "each step has the state before it, and not after it": np.concatenate(
                    [zeros[:, None], right[:, :-1]], axis=1
                ),
                "the inputs are read from the end": plain_unroll(cell, inputs[:, ::-1], zeros),
            },
        )

    def test_it_can_begin_with_a_given_state(self):
        cell, inputs, h0 = cell_of(3, 5), table(2, 4, 3), table(2, 5)
        expect_close(
            unroll(cell, inputs, h0),
            plain_unroll(cell, inputs, h0),
            "states that begin with h0",
            mistakes={"h0 is passed over": plain_unroll(cell, inputs, np.zeros((2, 5)))},
        )
        expect_close(h0, table(2, 5), "the caller's h0 afterwards")

    def test_a_second_call_begins_afresh(self):
        cell, inputs = cell_of(3, 5), table(2, 4, 3)
        first = unroll(cell, inputs).data.copy()
        expect_close(
            unroll(cell, inputs),
            first,
            "states of the same inputs once more",
            mistakes={
                "the last state of the call before leaks into this one": plain_unroll(
                    cell, inputs, first[:, -1]
                )
            },
        )

    def test_one_step_will_do(self):
        cell, inputs = cell_of(3, 5), table(2, 1, 3)
        expect_close(
            unroll(cell, inputs), plain_unroll(cell, inputs, np.zeros((2, 5))), "states of one step"
        )

    def test_gradients_flow_back_through_all_of_time(self):
        cell = cell_of(2, 3)
        inputs, h0 = Tensor(table(2, 4, 2)), Tensor(table(2, 3))
        upstream = table(2, 4, 3)
        (unroll(cell, inputs, h0) * upstream).sum().backward()

        def total(name, array):
            again = cell_of(2, 3)
            a = {"inputs": inputs.data, "h0": h0.data, name: array}
            if name in ("Wx", "Wh", "b"):
                getattr(again, name).data = array
            return (plain_unroll(again, a["inputs"], a["h0"]) * upstream).sum()

        named = {"h0": h0, "inputs": inputs, "Wx": cell.Wx, "Wh": cell.Wh, "b": cell.b}
        for name, tensor in named.items():
            wanted = measured(lambda array, name=name: total(name, array), tensor.data)
            expect_close(
                tensor.grad,
                wanted,
                f"gradient of {name}, through 4 steps",
                mistakes={"no gradient arrives": 0.0},
                tolerance=MEASURED,
            )

    def test_a_gradient_reaches_the_first_input_from_the_last_state(self):
        cell, inputs = cell_of(2, 3), Tensor(table(1, 5, 2))
        unroll(cell, inputs)[:, -1].sum().backward()
        grad = np.reshape(inputs.grad * np.ones((1, 5, 2)), (5, 2))
        assert np.abs(grad[0]).max() > 1e-6, (
            f"the last of 5 states does not depend on the first input: its gradient is {grad[0]}. "
            "The state was taken out of the graph on its way, by .data or detach"
        )
