"""How what stands for language grows: byte pairs, caches, slices and attention."""

from functools import partial

import numpy as np

from katas.phase4_llms.attention import causal_mask, scaled_dot_product_attention
from katas.phase4_llms.bpe import train_bpe
from katas.phase4_llms.generation import KVCache
from katas.phase4_llms.tensor import Tensor, no_grad
from katas.phase4_llms.tokenizer import BPETokenizer
from katas.phase5_practice.experts import MixtureOfExperts
from tests.bench.bench_row import row
from tests.bench.growth import RNG, growth


def invented_text(n):
    """n words, of which a few are as common as in a language, with letters likewise."""
    letters = 1 / np.arange(1, 27)
    letters /= letters.sum()
    names = [
        "".join(RNG.choice(list("etaoinshrdlucmfwypvbgkjqxz"), RNG.integers(2, 11), p=letters))
        for _ in range(n // 4 + 2)
    ]
    commonness = 1 / np.arange(1, len(names) + 1)
    return " ".join(RNG.choice(names, n, p=commonness / commonness.sum()))


@row("bpe")
def bpe(small=False):
    """Growth: train_bpe on 30,000 invented words, by the tokens that are learned

    For each token all pairs are looked at once, to find the commonest, and there are more of them
    the longer it goes on. A priority queue would find it at once, but most of what it holds is out
    of date: that has to be noticed and put right, in ten lines that are not about byte pairs. The
    words that hold a pair are looked up, and the counts of its neighbours are mended, not made
    anew, which for 3,000 tokens of 430 kB took four times as long.
    """
    text = invented_text(300 if small else 30_000)

    def prepare(n):
        return partial(train_bpe, text, 256 + n)

    return growth("tokens learned", [500, 1_000, 2_000], prepare, small)


@row("long-word")
def long_word(small=False):
    """Growth: encode of a single word, by its letters

    Every merge goes over the whole word: its letters, times the merges that occur in it, which are
    more the longer it is, up to all there are. With thousands of them a word of 20,000 letters
    takes seconds. Words are short, and pretokenize cuts what is not; a chain of linked pieces with
    a priority queue is near linear, and three times as long as the loop that says what BPE is.
    """
    tokenizer = BPETokenizer(*train_bpe(invented_text(100 if small else 5_000), 600))
    letters = "".join(RNG.choice(list("etaoinshrdlu"), 8_000))

    def prepare(n):
        return partial(tokenizer.encode, letters[:n])

    return growth("letters", [2_000, 4_000, 8_000], prepare, small)


@row("cache")
def cache(small=False):
    """Growth: a KVCache, 4 heads of 16 channels, by the steps

    Each step puts the new key behind all others, which copies them. A buffer that doubles copies
    each of them twice at most, but an array that is written into is nothing a gradient could pass
    through, and extend would be several times as long. At the contexts of the lessons, up to some
    hundred positions, the copy is not to be noticed.
    """
    new = Tensor(RNG.standard_normal((1, 4, 1, 16)).astype(np.float32))

    def steps(n):
        kept = KVCache()
        with no_grad():
            for _ in range(n):
                kept.extend(new, new)

    return growth("steps", [1_000, 2_000, 4_000], lambda n: partial(steps, n), small)


@row("slices")
def slices(small=False):
    """Growth: the gradient of rows that are taken one by one, by their number

    Each row's gradient is an array of the whole, zeros but for that row: quadratic. Added where it
    belongs it would be linear, if a pullback could write into its parent's gradient; but that every
    pullback returns a new array, and changes nothing, is what lets each be read, and tested, on its
    own. Who needs all rows takes them in one index, or with reshape.
    """

    def backward(n):
        x = Tensor(np.ones((n, 8)))
        total = x[0]
        for i in range(1, n):
            total = total + x[i]
        total.backward(np.ones(8))

    return growth("rows", [1_000, 2_000, 4_000], lambda n: partial(backward, n), small)


@row("experts")
def experts(small=False):
    """Growth: a mixture of experts, 1,024 tokens of 32 channels, forward and backward, by experts

    What each expert says is put into an array of all tokens, and these are added up: tokens times
    experts, however few tokens each one gets. All that was said, side by side, could be sorted back
    and summed for each token instead; but one expert after the other is how the page tells it.
    """
    x = Tensor(RNG.standard_normal((1024, 32)))

    def prepare(n):
        mixture = MixtureOfExperts(32, 8, n, 2, 0)
        return lambda: mixture(x).backward(np.ones((1024, 32)))

    return growth("experts", [8, 32, 128], prepare, small)


@row("attention")
def attention(small=False):
    """Growth: attention with 4 heads of 16 channels, forward and backward, by the positions

    Quadratic by its nature: every position looks at all others. Scores, masked scores and weights
    are three arrays (T, T) for each head that the graph keeps, where one node would keep the
    weights alone, in about a third of the memory and of the time. But then its gradient would have
    to be derived by hand, in a section whose point is that the engine finds it.
    """

    def step(T):
        q, k, v = (Tensor(RNG.standard_normal((1, 4, T, 16)).astype(np.float32)) for _ in range(3))
        mixed = scaled_dot_product_attention(q, k, v, causal_mask(T))
        mixed.backward(np.ones(mixed.shape, np.float32))

    return growth("positions", [256, 512, 1_024], lambda T: partial(step, T), small, at_most=2.2)
