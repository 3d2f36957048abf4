"""4.2 · Byte pair encoding: learn from a text which bytes to put together."""

import random
from collections import Counter
from itertools import pairwise

import pytest

from dojo.expect import expect_raises
from katas.phase4_llms import bpe
from katas.phase4_llms.bpe import count_pairs, merge_pair, pretokenize, train_bpe
from katas.phase4_llms.spec_helpers import expect_same, pairs, shown, tokens

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

    def test_white_space_at_the_ends_stays(self):
        expect_same(
            pretokenize("  a b \n"),
            [" ", " a", " b", " \n"],
            "pieces of '  a b \\n'",
            mistakes={"white space at the ends is stripped": ["a", " b"]},
        )

    def test_letters_of_all_scripts_are_letters(self):
        text = "straße 牛肉, ½ kg"
        expect_same(
            pretokenize(text),
            ["straße", " 牛肉", ",", " ½", " kg"],
            f"pieces of {text!r}",
            mistakes={
                "only a to z are letters": ["stra", "ß", "e", " 牛肉,", " ½", " kg"],
            },
        )

    @pytest.mark.parametrize(
        "text, pieces",
        [
            ("I'VE it's", ["I", "'", "VE", " it", "'s"]),
            ("e\u0301t", ["e", "\u0301", "t"]),
            ("a\u00a0b", ["a", "\u00a0", "b"]),
            ("a\u3000\u3000b", ["a", "\u3000", "\u3000", "b"]),
            ("x_1²", ["x", "_", "1²"]),
        ],
        ids=["capitals", "a mark of its own", "blank that holds", "wide blanks", "numbers"],
    )
    def test_what_the_given_pattern_finds_is_what_counts(self, text, pieces):
        """As in GPT-2: what it does not treat as one would wish is kept, for its merges' sake."""
        got = pretokenize(text)
        assert got == pieces, (
            f"pieces of {text!r}, as PATTERN finds them, are {pieces}, and here {got}: is the text "
            "cut by another pattern, or were letters changed before?"
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
                "a special token is taken for a pattern, in which | means or": (
                    [
                        "one",
                        "<",
                        "|",
                        "endoftext",
                        "|",
                        ">",
                        " two",
                        "<",
                        "|",
                        "endoftext",
                        "|",
                        ">",
                        "<",
                        "|",
                        "endoftext",
                        "|",
                        ">",
                    ]
                ),
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
        expect_same(
            pretokenize("a  <x>", ["<x>"]),
            ["a", "  ", "<x>"],
            "pieces of 'a  <x>'",
            mistakes={
                "the blank before it goes with a special token": ["a", " ", " <x>"],
                "special tokens are one more kind of piece, so that one that begins earlier runs "
                "over them": ["a", " ", " <", "x", ">"],
            },
        )
        expect_same(pretokenize("a'l<x>", ["<x>"]), ["a", "'", "l", "<x>"], 'pieces of "a\'l<x>"')

    def test_large_and_small_letters_are_not_the_same(self):
        expect_same(
            pretokenize("AXB", ["x"]),
            ["AXB"],
            "pieces of 'AXB', where 'x' is special",
            mistakes={"'X' is taken for the special token, too": ["A", "X", "B"]},
        )

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

    def test_a_special_token_has_a_letter_at_least(self):
        expect_raises(
            ValueError,
            lambda: pretokenize("ab", ["<x>", ""]),
            "the special tokens '<x>' and '' (the empty one would stand between any two letters)",
        )

    def test_one_string_is_no_list_of_special_tokens(self):
        expect_raises(
            TypeError,
            lambda: pretokenize("a<x>", "<x>"),
            "one string for special_tokens, of which each letter would be special,",
        )

    def test_special_tokens_may_come_from_whatever_yields_them(self):
        expect_same(
            pretokenize("a<x>b", iter(["<x>"])),
            ["a", "<x>", "b"],
            "pieces of 'a<x>b', where '<x>' comes from an iterator",
            mistakes={
                "what was special is forgotten, as an iterator can be read once": [
                    "a", "<", "x", ">", "b"
                ],
            },
        )  # fmt: skip

    def test_the_special_tokens_stay_as_they_were(self):
        special = ["<a>", "<longer>"]
        pretokenize("text", special)
        assert special == ["<a>", "<longer>"], f"the caller's list became {special}"

    def test_each_call_returns_a_list_of_its_own(self):
        pretokenize("a b").append("c")
        expect_same(pretokenize("a b"), ["a", " b"], "pieces of 'a b', after 'c' was appended once")


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
                ("pairs may not overlap", "a pair is counted once in each word"): {
                    tokens("a a"): 3
                },
            },
        )

    def test_left_and_right_are_not_the_same(self):
        expect_same(
            dict(count_pairs({tokens("a b a"): 1})),
            {tokens("a b"): 1, tokens("b a"): 1},
            "pairs of 'aba'",
            mistakes={"the two tokens of a pair are sorted": {tokens("a b"): 2}},
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
                "the token after a pair is skipped": tokens("es es"),
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
                "the last token is lost, or the one after a pair": tokens("aa"),
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
                (
                    "the bytes are compared, and not the tokens",
                    "the letters are looked for in the joined word",
                ): tokens("abc abc"),
            },
        )

    def test_a_part_of_a_token_is_not_meant(self):
        expect_same(
            merge_pair(tokens("xab c ab cd"), tokens("ab c")),
            tokens("xab c ab cd"),
            "(xab, c, ab, cd), with ab and c put together",
            mistakes={
                "the end of a token counts, or the beginning of one": tokens("xabc abcd"),
                "the end of a token counts": tokens("xabc ab cd"),
                "the beginning of a token counts": tokens("xab c abcd"),
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
        expect_same(
            merge_pair(word, tokens("a b")),
            tokens("ab c"),
            "[a, b, c] with a and b",
            mistakes={
                "a slice of a list is compared with a tuple, which it never equals": tokens("a b c")
            },
        )
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
    odd = [pair for pair in result[1] if type(pair) is not tuple]
    assert not odd, f"merges holds {shown(odd[0])}, and should hold tuples: (left, right)"
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
                "there is one merge more than vocab_size has room for": ["s t", "e st"],
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
                "of equally common pairs the one with the shorter token is taken": [
                    "s t", "e st", "o w", "l ow", "n e", "ne w", "new est", "w i", "wi d",
                    "wid est", "e r", "low er",
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
            f"the ids 0 to 255 should be the single bytes, and vocab is {shown(vocab)}. It is "
            "{id: token}: is it the other way round?"
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

    def test_a_special_token_that_is_listed_twice_counts_once(self):
        vocab, _ = trained(LOW, 256 + 2 + 1, ["<b>", "<a>", "<b>"])
        expect_same(
            {id: token for id, token in vocab.items() if id > 255},
            {256: b"<b>", 257: b"<a>", 258: b"st"},
            "vocabulary from 256 on, with the special tokens <b>, <a> and <b> again",
            mistakes={
                "the second <b> has an id of its own, which no text is ever given": {
                    256: b"<b>", 257: b"<a>", 258: b"<b>"
                },
                "special tokens are sorted": {256: b"<a>", 257: b"<b>", 258: b"st"},
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

    def test_a_part_of_a_special_token_is_a_word_like_any_other(self):
        expect_same(
            spelled(trained("end<|end|>end", 259, ["<|end|>"])[1]),
            ["n d", "e nd"],
            "merges of 'end<|end|>end', where <|end|> is special",
            mistakes={
                "pieces that are a part of a special token are left out": [],
                "pairs inside special tokens are counted": ["| >", "n d"],
            },
        )

    def test_one_string_is_no_list_of_special_tokens(self):
        expect_raises(
            TypeError,
            lambda: train_bpe("a<x>", 300, "<x>"),
            "one string for special_tokens, of which each letter would be special,",
        )

    def test_special_tokens_may_come_from_whatever_yields_them(self):
        vocab, merges = trained("ab<xx>ab", 300, iter(["<xx>"]))
        expect_same(
            (vocab.get(256), spelled(merges)),
            (b"<xx>", ["a b"]),
            "the token 256 and the merges of 'ab<xx>ab', where '<xx>' comes from an iterator",
            mistakes={
                "the iterator is used up before the text is cut": (b"<xx>", ["a b", "x x"]),
                "the iterator is used up before the vocabulary is made": (b"ab", ["a b"]),
            },
        )  # fmt: skip

    def test_it_ends_early_when_no_pair_is_left(self):
        try:
            vocab, merges = trained("aaaa", 300)
        except KeyError as error:
            pytest.fail(
                f"KeyError: {error}. No pair is left after two merges of 'aaaa': does one whose "
                "count has fallen to 0 still stand among the counts, and is it put together?"
            )
        assert len(merges) < 3 or len(set(merges)) == len(merges), (
            f"'aaaa' was put together after two merges, and came {spelled(merges[2:])} besides: "
            "a pair whose count has fallen to 0 is gone"
        )
        expect_same(
            spelled(merges),
            ["a a", "aa aa"],
            "all merges of 'aaaa', where 44 would be welcome",
            mistakes={
                "a pair that occurs only once is not put together (min_frequency is 2 in Hugging "
                "Face's ByteLevelBPETokenizer; here 1 is enough)": ["a a"],
            },
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
            mistakes={
                "characters are put together, and not their bytes": [
                    (b"\xe7\x89\x9b", b"\xe7\x89\x9b")
                ],
            },
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
