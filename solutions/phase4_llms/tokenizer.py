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
        self.chars = sorted(set().union(*documents))
        self.vocab_size = len(self.chars) + 1
        self.ids = {char: id for id, char in enumerate(self.chars, start=1)}

    def encode(self, text):  # kata 4.2
        """The ids of the characters of a text, in a list; no boundaries are added.

        ValueError, naming it, if a character is not in the vocabulary.
        """
        for char in text:
            if char not in self.ids:
                raise ValueError(f"the character {char!r} is not in the vocabulary")
        return [self.ids[char] for char in text]

    def decode(self, ids):  # kata 4.2
        """The text of ids, integers from a list, an array or whatever yields them; each boundary is
        a line break.

        ValueError, naming it and the range, if an id is not from 0 to vocab_size - 1.
        """
        ids = [index(id) for id in ids]  # read once, as an int of Python
        for id in ids:
            if not 0 <= id < self.vocab_size:
                raise ValueError(f"the id {id} is not from 0 to {self.vocab_size - 1}")
        return "".join(self.chars[id - 1] if id else "\n" for id in ids)

    def stream(self, documents):  # kata 4.2
        """All documents, an iterable of strings, in one array of ids: a boundary first, and one
        after each document.

        TypeError, as from listed_strings, if it is one string.
        """
        ids = [self.boundary]
        for document in listed_strings(documents):
            ids += [*self.encode(document), self.boundary]
        return np.array(ids)


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
        self.vocab = dict(vocab)
        self.special_tokens = special_list(special_tokens)
        for token in self.special_tokens:
            if token.encode() not in self.vocab.values():
                self.vocab[max(self.vocab) + 1] = token.encode()
        self.ids = {token: id for id, token in self.vocab.items()}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}

    def encode(self, text):  # kata 4.2
        """The ids of a text, in a list.

        A special token is one id. Any other piece begins as single bytes; as long as neighbours
        are a pair of merges, the pair that stands first in merges is put together everywhere.

        The time grows with the length of a piece times the pairs that are put together in it. Words
        are short; one of 20,000 letters takes seconds, which libraries avoid with a priority queue.
        """
        ids = []
        for piece in pretokenize(text, self.special_tokens):
            word = [bytes([byte]) for byte in piece.encode()]
            if piece in self.special_tokens:
                word = [piece.encode()]
            while len(word) > 1:
                first = min(pairwise(word), key=lambda pair: self.ranks.get(pair, inf))
                if first not in self.ranks:
                    break
                word = merge_pair(word, first)
            ids += [self.ids[token] for token in word]
        return ids

    def encode_iterable(self, texts):  # kata 4.2
        """The ids of a text that comes in parts, one after the other as they are asked for.

        texts  an iterable of strings, such as an open file; a part may end anywhere, in a word
               or in a special token
        ->     a generator of the ids that encode finds in the whole text; it holds no more of it
               than one part, and what cannot be decided before the next
        """
        # what comes next may lengthen the last piece, make 'l 'll, or complete a special token
        margin = 2 + max(map(len, self.special_tokens), default=0)
        rest = ""
        for part in texts:
            rest, end = rest + part, 0
            for piece in pretokenize(rest, self.special_tokens):
                if end + len(piece) > len(rest) - margin:
                    break
                end += len(piece)
            yield from self.encode(rest[:end])
            rest = rest[end:]
        yield from self.encode(rest)

    def decode(self, ids):  # kata 4.2
        """The text of ids, integers from a list, an array or whatever yields them; bytes that are
        not UTF-8 become U+FFFD.

        ValueError, naming it, if an id is not in the vocabulary.
        """
        ids = [index(id) for id in ids]  # read once, as an int of Python
        for id in ids:
            if id not in self.vocab:
                raise ValueError(f"the id {id} is not in the vocabulary")
        return b"".join(self.vocab[id] for id in ids).decode(errors="replace")
