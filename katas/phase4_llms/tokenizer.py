"""4.2 · Tokenizers: text to integers and back, by characters or by byte pairs."""

from itertools import pairwise
from math import inf
from operator import index

import numpy as np

from .bpe import listed_strings, merge_pair, pretokenize, special_list


class CharTokenizer:
    """One token for each character, and one for the boundary between documents.

    boundary    0, the id of the boundary
    chars       the characters, sorted as Python compares strings: that at place i has the id i + 1
    vocab_size  the number of tokens, the boundary included
    """

    boundary = 0

    def __init__(self, documents):  # kata 4.2
        """Find the characters that occur in documents, an iterable of strings."""
        raise NotImplementedError("4.2 CharTokenizer.__init__")

    def encode(self, text):  # kata 4.2
        """The ids of the characters of a text, in a list; no boundaries are added.

        ValueError, naming it, if a character is not in the vocabulary.
        """
        raise NotImplementedError("4.2 CharTokenizer.encode")

    def decode(self, ids):  # kata 4.2
        """The text of ids, integers from a list, an array or whatever yields them; each boundary is
        a line break.

        ValueError, naming it and the range, if an id is not from 0 to vocab_size - 1.
        """
        raise NotImplementedError("4.2 CharTokenizer.decode")

    def stream(self, documents):  # kata 4.2
        """All documents, an iterable of strings, in one array of ids: a boundary first, and one
        after each document.

        TypeError, as from listed_strings, if it is one string.
        """
        raise NotImplementedError("4.2 CharTokenizer.stream")


class BPETokenizer:
    """Text to ids and back, with what train_bpe has learned.

    vocab  {id: token}
    """

    def __init__(self, vocab, merges, special_tokens=()):  # kata 4.2
        """Keep what encode and decode need, in copies.

        vocab, merges   as train_bpe returns them
        special_tokens  as special_list takes them; one that vocab lacks gets the next id after the
                        highest

        TypeError, as from special_list, if one string comes where a list is wanted.
        """
        raise NotImplementedError("4.2 BPETokenizer.__init__")

    def encode(self, text):  # kata 4.2
        """The ids of a text, in a list.

        A special token is one id. Any other piece begins as single bytes; as long as neighbours
        are a pair of merges, the pair that stands first in merges is put together everywhere.

        The time grows with the length of a piece times the pairs that are put together in it. Words
        are short; one of 20,000 letters takes seconds, which libraries avoid with a priority queue.
        """
        raise NotImplementedError("4.2 BPETokenizer.encode")

    def encode_iterable(self, texts):  # kata 4.2
        """The ids of a text that comes in parts, one after the other as they are asked for.

        texts  an iterable of strings, such as an open file; a part may end anywhere, in a word
               or in a special token
        ->     a generator of the ids that encode finds in the whole text; it holds no more of it
               than one part, and what cannot be decided before the next
        """
        raise NotImplementedError("4.2 BPETokenizer.encode_iterable")

    def decode(self, ids):  # kata 4.2
        """The text of ids, integers from a list, an array or whatever yields them; bytes that are
        not UTF-8 become U+FFFD.

        ValueError, naming it, if an id is not in the vocabulary.
        """
        raise NotImplementedError("4.2 BPETokenizer.decode")
