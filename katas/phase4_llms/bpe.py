"""4.2 · Byte pair encoding: learn from a text which bytes to put together.

A token is a bytes object, b"l" or b"low"; a word is a tuple of tokens, (b"low", b"e", b"r").
"""

from collections import Counter, defaultdict
from itertools import pairwise

import regex  # knows the classes of letters and numbers, which re does not

# how GPT-2 cuts text into pieces: contractions, words, numbers, punctuation, white space.
# Contractions are those in small letters, 've and not 'VE; a mark that is a character of its own,
# such as U+0301, counts as punctuation; only the ASCII blank goes to the word that follows it
PATTERN = regex.compile(r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


def listed_strings(strings):
    """Strings in a list, whatever yields them; TypeError if it is one, which yields its letters."""
    if isinstance(strings, str):
        raise TypeError(f"strings come in a list, and not as one: {strings!r}")
    return list(strings)


def special_list(special_tokens):
    """Special tokens in a list, each of them once, in the order in which they came.

    TypeError as from listed_strings; ValueError if one of them is empty, and so stands everywhere.
    """
    special_tokens = list(dict.fromkeys(listed_strings(special_tokens)))
    if "" in special_tokens:
        raise ValueError("a special token without a letter would stand between any two")
    return special_tokens


def pretokenize(text, special_tokens=()):  # kata 4.2
    """Cut a text into the pieces that are encoded on their own; joined, they are the text again.

    special_tokens  as special_list takes them; they are never cut: each is a piece wherever it
                    stands; of two that begin at the same place the longer one is taken
    ->              a list of strings: special tokens, and what PATTERN finds between them

    ValueError, as from special_list, if a special token is empty; TypeError, if one string comes
    where a list is wanted.
    """
    raise NotImplementedError("4.2 pretokenize")


def count_pairs(words):  # kata 4.2
    """How often each pair of tokens is adjacent.

    words  {word: count}, where a word is a tuple of tokens, such as (b"l", b"o", b"w")
    ->     {(left, right): count}; three equal tokens in a row are two pairs
    """
    raise NotImplementedError("4.2 count_pairs")


def merge_pair(word, pair):  # kata 4.2
    """Put left and right together wherever they are adjacent, from the front to the end.

    word  a tuple or list of tokens; left unchanged
    pair  (left, right)
    ->    a tuple of tokens
    """
    raise NotImplementedError("4.2 merge_pair")


def train_bpe(text, vocab_size, special_tokens=()):  # kata 4.2
    """Learn which tokens to put together: again and again those of the commonest pair.

    vocab_size      how many tokens there will be altogether, or fewer if no pair is left; a pair
                    that occurs once still counts
    special_tokens  as special_list takes them, one that stands there twice as one; they are never
                    cut, and nothing is learned from them
    ->              vocab, a dict {id: token}: the 256 single bytes, then the special tokens as
                    given, then what was put together; and merges, a list of the pairs
                    (left, right), tuples, in order

    Pairs are counted inside the pieces of pretokenize, never across. Of equally common pairs the
    greater one is taken, by the bytes of left and then of right, as Python compares tuples (other
    libraries take the lesser one, or the one met first). Only words that hold the pair are counted
    anew, so that 5 MB to 1,000 tokens take seconds.

    ValueError, naming both numbers, if vocab_size is less than the bytes and special tokens;
    TypeError, as from special_list, if one string comes where a list is wanted.
    Source: Sennrich et al. 2016; the order of equal pairs is that of Stanford's CS336.
    """
    raise NotImplementedError("4.2 train_bpe")
