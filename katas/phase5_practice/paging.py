"""5.3 · Paging: the keys and values of many texts in blocks, shared where texts are the same."""

import numpy as np

from ..phase4_llms.tensor import Tensor


class PagedCache:
    """The keys and values of many texts, for one layer, in blocks of a fixed size.

    size     positions in a block
    kept     (2, n_blocks, size, n_head, D)  keys [0] and values [1] of all blocks
    free     a list of the blocks that no text uses
    users    (n_blocks,)  in how many tables each block stands: integers, 0 for a free one
    tables   {text: the list of its blocks}: position t of a text is in its block t // size, there
             at place t % size. As many as its positions need, and no more
    lengths  {text: how many positions it has}

    A text is an int that `begin` or `fork` has returned. Every method that is given one raises
    KeyError, naming it, if it has not begun or has ended, and changes nothing then.
    """

    def __init__(self, n_blocks, size, n_head, D, dtype=np.float64):
        self.size = size
        self.kept = np.zeros((2, n_blocks, size, n_head, D), dtype)
        self.free = list(range(n_blocks))
        self.users = np.zeros(n_blocks, int)
        self.tables, self.lengths, self.n_begun = {}, {}, 0

    def begin(self):
        """A new text, without positions: an int."""
        text, self.n_begun = self.n_begun, self.n_begun + 1
        self.tables[text], self.lengths[text] = [], 0
        return text

    def append(self, text, k, v):  # kata 5.3
        """Write the keys and values of new positions behind those that a text has.

        k, v  (n_head, T, D), arrays, T at least 1

        No other text changes: a block that is to be written to, and stands in another table too,
        is copied first, and the copy takes its place in this table (copy on write).

        RuntimeError, naming how many blocks are wanted and how many are free, if there are too few;
        then nothing has changed.
        """
        raise NotImplementedError("5.3 PagedCache.append")

    def read(self, text):  # kata 5.3
        """The keys and values of all positions of a text.

        ->  (n_head, length, D), twice: keys, values, in new arrays
        """
        raise NotImplementedError("5.3 PagedCache.read")

    def fork(self, text):  # kata 5.3
        """A new text that begins with all that this one has: an int.

        Nothing is copied and no block is taken; both texts share those that are there, and go on
        each for itself.
        """
        raise NotImplementedError("5.3 PagedCache.fork")

    def end(self, text):  # kata 5.3
        """Forget a text. Blocks that no table holds any more are free again."""
        raise NotImplementedError("5.3 PagedCache.end")


class PagedText:
    """One text of a PagedCache, in the form in which a layer takes what came before.

    cache  the PagedCache of the layer
    text   the int by which it knows the text; a new one by default
    """

    def __init__(self, cache, text=None):
        self.cache = cache
        self.text = cache.begin() if text is None else text

    @property
    def length(self):
        """How many positions there are."""
        return self.cache.lengths[self.text]

    def extend(self, k, v):
        """As KVCache's: k, v (1, n_head, T, D), Tensors -> those of all positions."""
        self.cache.append(self.text, k.data[0], v.data[0])
        k, v = self.cache.read(self.text)
        return Tensor(k[None], requires_grad=False), Tensor(v[None], requires_grad=False)

    def fork(self):
        """Another text that begins with all of this one."""
        return PagedText(self.cache, self.cache.fork(self.text))

    def end(self):
        """Forget it."""
        self.cache.end(self.text)
