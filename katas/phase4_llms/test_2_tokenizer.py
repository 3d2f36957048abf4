"""4.2 · Tokenizers: text to integers and back, by characters or by byte pairs."""

from itertools import count, islice
from numbers import Integral
from pathlib import Path

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.bpe import train_bpe
from katas.phase4_llms.merges import load_merges
from katas.phase4_llms.spec_helpers import expect_same, hinted, pairs, shown
from katas.phase4_llms.tokenizer import BPETokenizer, CharTokenizer


def ids_of(result, what):
    """A list of ids; fails if it is something else."""
    if not isinstance(result, list) or not all(isinstance(id, Integral) for id in result):
        pytest.fail(f"{what} should be a list of integers, and is {shown(result)}")
    return result


def keeps_its_lists(tokenizer, text):
    """Fail if what encode returned once is returned again, whoever has written into it since."""
    __tracebackhide__ = True
    right = list(tokenizer.encode(text))
    tokenizer.encode(text).append(99)
    assert tokenizer.encode(text) == right, (
        f"99 was appended to the ids of {text!r}, and the next call returned them with it: a list "
        "that is kept to save time is handed out as a copy"
    )


@pytest.fixture(scope="module")
def gpt2():
    """The vocabulary and the merges of GPT-2."""
    return load_merges(Path(__file__).resolve().parents[2] / "data" / "gpt2_merges.txt.gz")


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
                "the commonest come first": list("nlbkmouö"),
                "the boundary is listed among them, as 0": [0, *"bklmnouö"],
                "the boundary is listed among them, as a line break": ["\n", *"bklmnouö"],
            },
        )

    def test_every_character_counts_as_it_is(self):
        expect_same(
            list(CharTokenizer(["Ab a", "-\n"]).chars),
            ["\n", " ", "-", "A", "a", "b"],
            "chars of 'Ab a' and '-\\n'",
            mistakes={
                "capitals are made small": ["\n", " ", "-", "a", "b"],
                "white space is left out": ["-", "A", "a", "b"],
                "line breaks are left out": [" ", "-", "A", "a", "b"],
                "only letters are taken": ["A", "a", "b"],
            },
        )

    def test_capitals_come_before_small_letters(self):
        expect_same(
            list(CharTokenizer(["bAaB"]).chars),
            ["A", "B", "a", "b"],
            "chars of 'bAaB', sorted as Python compares strings",
            mistakes={
                "capitals and small letters are sorted as if they were the same": (
                    sorted("ABab", key=str.lower)
                ),
                "small letters come first": ["a", "b", "A", "B"],
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

    def test_each_call_returns_a_list_of_its_own(self):
        keeps_its_lists(CharTokenizer(TOWNS), "ulm")

    def test_every_character_has_its_id(self):
        expect_close(
            CharTokenizer(["Ab a", "-\n"]).encode(" Ab-\n"),
            [2, 4, 6, 3, 1],
            "ids of ' Ab-\\n', where line break, blank, -, A, a, b are 1 to 6",
            mistakes={
                "white space at the ends is stripped": [4, 6, 3],
                "line breaks at the end are stripped": [2, 4, 6, 3],
                "capitals are made small": [2, 5, 6, 3, 1],
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
                "boundaries at the end are stripped": "\nulm\nb",
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
            f"the id {id}, where there are 0 to 8 (a list counts negative places from its end),",
            naming=[id, range(9)],
        )

    def test_ids_may_come_from_whatever_yields_them(self):
        expect_same(
            CharTokenizer(TOWNS).decode(map(int, "16")),
            "bo",
            "text of ids that can be read once",
            mistakes={"they are used up when they have been checked": ""},
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
                "each document has a boundary before it, too": [0, 0, 7, 3, 4, 0, 0, 1, 6, 5, 5, 0],
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

    def test_there_may_be_more_characters_than_a_byte_counts(self):
        letters = [chr(0x4E00 + i) for i in range(300)]
        with hinted("300 characters are more than uint8 counts"):
            got = CharTokenizer(letters).stream(letters[-1:])
        expect_close(got, [0, 300, 0], "stream of the last of 300 characters")

    def test_one_text_is_no_list_of_documents(self):
        expect_raises(
            TypeError,
            lambda: CharTokenizer(TOWNS).stream("ulm"),
            "the stream of one string, of which each letter would be a document,",
        )

    def test_documents_may_be_a_generator_and_none_a_boundary(self):
        tokenizer = CharTokenizer(TOWNS)
        expect_close(tokenizer.stream(t for t in ["b"]), [0, 1, 0], "stream of a generator")
        expect_close(
            tokenizer.stream([]),
            [0],
            "stream of no documents at all",
            mistakes={"documents are joined, and none count as an empty one": [0, 0]},
        )

    def test_an_empty_document_has_its_boundary_too(self):
        got = CharTokenizer(TOWNS).stream(["b", "", "k"])
        expect_close(
            got,
            [0, 1, 0, 0, 2, 0],
            "stream of 'b', '' and 'k'",
            mistakes={"an empty document is left out": [0, 1, 0, 2, 0]},
        )
        assert got.dtype.kind in "iu", (
            f"with an empty document the stream is {got.dtype}, and should be integers: an array "
            "of nothing is one of floats, unless a dtype is given"
        )


# ---- byte pairs


END = "<|endoftext|>"


SINGLE_BYTES = {byte: bytes([byte]) for byte in range(256)}


LOW = "\n".join(["low"] * 5 + ["lower"] * 2 + ["widest"] * 3 + ["newest"] * 6)


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

    def test_special_tokens_get_their_ids_in_the_order_given(self):
        expect_same(
            dict(BPETokenizer({0: b"a"}, [], ["<z>", "<b>"]).vocab),
            {0: b"a", 1: b"<z>", 2: b"<b>"},
            "vocab of one byte with the special tokens <z> and <b>",
            mistakes={"they are sorted": {0: b"a", 1: b"<b>", 2: b"<z>"}},
        )

    def test_one_string_is_no_list_of_special_tokens(self):
        expect_raises(
            TypeError,
            lambda: BPETokenizer({0: b"a"}, [], "<x>"),
            "one string for special_tokens, of which each letter would be special,",
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
                (
                    "the first pair from the left goes first",
                    "the longest token of the vocabulary is looked for",
                    "the pair that was learned last goes first",
                ): [258],
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

    def test_pieces_are_cut_where_there_are_no_special_tokens_either(self):
        expect_close(
            with_merges("a ,").encode("a,a"),
            [97, 44, 97],
            "ids of 'a,a' with the merge 'a ,'",
            mistakes={"the text is not cut into pieces": [256, 97]},
        )

    def test_what_becomes_of_the_lists_later_does_not_matter(self):
        vocab, merges, special = dict(CAT_VOCAB), list(CAT_MERGES), []
        tokenizer = BPETokenizer(vocab, merges, special)
        before = tokenizer.encode("the cat")
        vocab.clear(), merges.clear(), special.append("cat")
        with hinted("vocab, merges and special_tokens are kept in copies"):
            after = tokenizer.encode("the cat")
        assert after == before, (
            f"'the cat' was {before}, and is {after} since the lists that the tokenizer was made "
            "of were changed: it keeps copies"
        )

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

    def test_special_tokens_may_come_from_whatever_yields_them(self):
        tokenizer = BPETokenizer(SINGLE_BYTES, [], iter(["<x>"]))
        expect_close(
            tokenizer.encode("a<x>"),
            [97, 256],
            "ids of 'a<x>', where '<x>' came from an iterator",
            mistakes={"the iterator was used up, and nothing is special": [97, 60, 120, 62]},
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

    @pytest.mark.parametrize(
        ("text", "ids", "mistakes"),
        [
            ("hello world", [31373, 995], {}),
            ("hello <|endoftext|>", [31373, 220, 50256], {}),
            (
                "0" * 9,
                [10535, 830],
                {"the longest token of the vocabulary is looked for": [8269, 15]},
            ),
            (
                "0" * 17,
                [8269, 10535, 830],
                {"the longest token of the vocabulary is looked for": [25645, 15]},
            ),
        ],
        ids=["hello world", "a special token", "9 zeros", "17 zeros"],
    )
    def test_gpt_2s_own_merges_give_gpt_2s_own_ids(self, gpt2, text, ids, mistakes):
        """The ids are those in the tests of OpenAI's tiktoken, tests/test_encoding.py."""
        got = ids_of(BPETokenizer(*gpt2, [END]).encode(text), "encode")
        expect_close(got, ids, f"ids of {text!r} with the merges of GPT-2", mistakes)

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

    def test_each_call_returns_a_list_of_its_own(self):
        keeps_its_lists(with_merges("a b"), "ab ab")

    def test_nothing_becomes_nothing(self):
        got = with_merges("a b", special_tokens=["<x>"]).encode("")
        assert got == [], f"'' has the ids {got!r}, and should have none: []"

    def test_two_tokenizers_do_not_share_what_they_remember(self):
        with_merges("a b", "c d").encode("ab cd")
        expect_close(
            with_merges("c d").encode("ab cd"),
            [97, 98, 32, 256],
            "ids of 'ab cd' with the merge c d, after another tokenizer had a b, c d",
            mistakes={
                "what one tokenizer remembers of its pieces is looked up by all (a dict in the "
                "module, in the class or for a default)": [256, 32, 257],
            },
        )

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
        try:
            got = tokenizer.decode(np.array([256, 97]))
        except ValueError as error:
            pytest.fail(
                f"an array of ids stops with: {error}. An array is neither true nor false: ask for "
                "its length"
            )
        expect_same(got, "aba", "text of an array")
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
        expect_same(
            tokenizer.decode(tokenizer.encode(text)),
            text,
            f"{text!r} there and back",
            mistakes={"special tokens are left out": text.replace(END, "")} if END in text else {},
        )

    def test_ids_may_come_from_whatever_yields_them(self):
        expect_same(
            with_merges().decode(map(ord, "bo")),
            "bo",
            "text of ids that can be read once",
            mistakes={"they are used up when they have been checked": ""},
        )


def cut_anyhow(tokenizer, parts, whole):
    """{name: ids} of a text that is cut where it must not be, where that makes a difference."""
    text = "".join(parts)
    lines = text.replace("\n", "\0\n").split("\0")  # a line break begins the next line
    cuts = {
        "each part is encoded on its own": parts,
        "it is cut at every line break, also between two of them": lines,
        "it is cut after every line break": text.splitlines(keepends=True),
    }
    found = {name: [id for cut in cuts[name] for id in tokenizer.encode(cut)] for name in cuts}
    told_apart = {}
    for name, ids in found.items():
        if ids != whole and ids not in told_apart.values():
            told_apart[name] = ids
    return told_apart


@pytest.mark.kata("BPETokenizer.encode_iterable")
class TestBPETokenizerEncodeIterable:
    def test_the_ids_come_one_by_one(self):
        got = with_merges("l o", "lo w").encode_iterable(["low\n", "low low\n"])
        assert not isinstance(got, list | tuple | np.ndarray) and hasattr(got, "__next__"), (
            f"encode_iterable returned a {type(got).__name__}, and should return a generator"
        )
        got, wanted = list(got), [257, 10, 257, 32, 257, 10]
        assert len(got) >= 6 or got != wanted[: len(got)], (
            f"of {wanted} only {got} came: what is held back, since the next part may change it, "
            "has to come when there is no next part"
        )
        expect_close(
            got,
            wanted,
            "ids of 'low\\n', 'low low\\n'",
            mistakes={
                "every part has a list of its own": [[257, 10], [257, 32, 257, 10]],
                "line breaks are stripped off": [257, 257, 32, 257],
            },
        )

    @pytest.mark.parametrize("end", ["\n", " "], ids=["lines", "no line ends"])
    def test_it_can_begin_before_the_text_has_ended(self, end):
        read = count()

        def endless():
            for n in read:
                assert n < 2000, (
                    "2,000 parts were read before 1,000 ids had come: is everything read first, or "
                    "is a line break waited for, which may never come?"
                )
                yield f"low low{end}"

        got = list(islice(with_merges("l o", "lo w").encode_iterable(endless()), 1000))
        first = [257, 32, 257, ord(end)]
        expect_close(got, first * 250, "the first thousand ids of a text without end")
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
                got = list(tokenizer.encode_iterable(parts))
                if got != whole:
                    what = f"ids of {', '.join(map(repr, parts))}"
                    expect_close(got, whole, what, mistakes=cut_anyhow(tokenizer, parts, whole))

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
