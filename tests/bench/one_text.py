"""Fast inference: attention in tiles, a draft that guesses ahead, weights in half a byte."""

from functools import partial

import numpy as np

from dojo import course
from katas.phase3_training.optimizers import AdamW
from katas.phase4_llms.attention import scaled_dot_product_attention
from katas.phase4_llms.generation import generate
from katas.phase4_llms.language_model import load_names, random_batch
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.tensor import Tensor, cross_entropy, log_softmax, no_grad
from katas.phase4_llms.tokenizer import CharTokenizer
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.flash import tiled_attention
from katas.phase5_practice.quantization import dequantize_int4, quantize_int4
from katas.phase5_practice.speculative import probabilities, speculative_generate
from tests.bench.bench_row import row
from tests.bench.compilation import peak_bytes
from tests.bench.figure import Figure, faster, share
from tests.bench.timing import agree, alternate, ratio


@row("tiles")
def tiles(small=False):
    """Attention in tiles of 256: 4,096 positions, one head of 64 channels, float32, forwards only

    The plain one has three arrays of 64 MB at its worst moment, scores, what is left when the
    largest is subtracted, and powers, and walks through memory for each. A tile of 256 kB stays in
    the cache. What the tiles cost is 256 rounds of a dozen calls of numpy each; with 64 positions
    in a tile these take longer than what is saved, and with 512 it would be a little faster still.
    The memory that is left is mostly the queries, scaled, and the result.
    """
    T, block, rounds, at_least = (12, 5, 1, 0) if small else (4096, 256, 7, 0.5)
    rng = np.random.default_rng(0)
    q, k, v = (rng.standard_normal((T, 64)).astype(np.float32) for _ in range(3))

    def plain():
        with no_grad():
            return scaled_dot_product_attention(Tensor(q), Tensor(k), Tensor(v)).data

    def ours():
        return tiled_attention(q, k, v, block)

    agree(ours().ravel().tolist(), plain().ravel().tolist(), 1e-6)
    name = "the attention of 4.3"
    times, others = alternate([ours, plain], rounds, at_least)
    (_, peak), (_, whole) = peak_bytes(ours), peak_bytes(plain)
    goal = "at most 0.05 of its peak"
    memory = Figure("memory at the peak", peak, "bytes", name, whole, peak / whole, goal, 0.05)
    return [share("time", times, name, others, 1.5), memory]


CONTEXT = 32


def names_gpt(ids, V, n_layer, steps, small, teacher=None):
    """A GPT that has learned names, in float32; from a teacher's probabilities, if there is one."""
    rng = np.random.default_rng(n_layer)
    model = GPT(GPTConfig(V, CONTEXT, n_layer, 2, 8) if small else (
        GPTConfig(V, CONTEXT, n_layer, 4, 64)
    ), rng)  # fmt: skip
    cast_parameters(model, np.float32)
    optimizer = AdamW(model.parameters(), lr=3e-3)
    for step in range(steps):
        optimizer.lr = 3e-3 * (1 - step / steps)
        x, y = random_batch(ids, 16, CONTEXT, rng)
        if teacher is None:
            loss = cross_entropy(model(x), y)
        else:
            with no_grad():
                wanted = probabilities(teacher(x).data, 1.0).astype(np.float32)
            loss = (log_softmax(model(x)) * wanted).sum() * (-1 / x.size)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def trained(small):
    """Surnames as ids, the number of tokens, and a GPT of four layers that has learned them."""
    names = load_names(course.ROOT / "data" / "names.txt")
    tokenizer = CharTokenizer(names)
    ids = tokenizer.stream(names)
    return (
        ids,
        tokenizer.vocab_size,
        names_gpt(ids, tokenizer.vocab_size, 4, 2 if small else 400, small),
    )


@row("speculative")
def speculative(small=False):
    """Guessing ahead on names: GPTs of 4 layers and of 1, 64 channels, float32, texts of 31 tokens

    The draft has learned from the probabilities of the large one, which keeps some 95 of 100
    guesses. A model of this size spends its time on what an operation costs before it computes, so
    that five tokens at once take 1.4 times as long as one, and a draft with a quarter of the layers
    0.3 times: embedding, norm and head are as many as in the large one. That is the limit: with
    four guesses a call gives 4.3 tokens and takes 4 · 0.31 + 1.44 of a plain token's time. In six
    runs that came to 1.47 to 1.58. Another 3 % are the mask of five tokens, which each layer makes
    and looks through anew, and as much the draws and checks. With a draft that has learned from the
    names alone 86 guesses are kept, and it is 1.3 times.
    """
    ids, V, model = trained(small)
    draft = names_gpt(ids, V, 1, 2 if small else 400, small, teacher=model)
    n, rounds, at_least = CONTEXT - 1, 1 if small else 9, 0 if small else 0.3
    rng = np.random.default_rng(0)
    plain = partial(generate, model, [0], n, rng=rng)
    lengths = (2,) if small else (2, 3, 4, 5, 6, 8)
    ours = [partial(speculative_generate, model, draft, [0], n, k, rng=rng) for k in lengths]
    for k in lengths:
        greedy = speculative_generate(model, draft, [0], n, k, temperature=0)
        agree(greedy, generate(model, [0], n, temperature=0))
    first, *others = alternate([plain, *ours], 1 if small else 3, at_least)
    best = max(range(len(lengths)), key=lambda i: ratio(first, others[i]))
    times, theirs = (
        [seconds / n for seconds in of_one]
        for of_one in alternate([ours[best], plain], rounds, at_least)
    )
    work = f"a token, {lengths[best]} guessed for each call"
    return [faster(work, times, "generate, the large model alone", theirs, 1.5)]


@row("int4")
def int4(small=False):
    """Weights of 4 bits: a GPT on names, 4 layers, 64 channels, in groups of 64

    All matrices are packed, the tables of tokens and positions along their channels; biases and
    norms, 2 % of the parameters, stay in float32. Half a byte for each weight is 0.125, and a scale
    for 64 of them 0.016. Groups of 32 have 0.156 of the matrices' bytes, and of the whole model's
    0.171. The perplexity is that of 8,192 tokens.
    """
    ids, _, model = trained(small)
    group = 8 if small else 64
    x, y = random_batch(ids, 4 if small else 256, CONTEXT, np.random.default_rng(1))

    def perplexity():
        with no_grad():
            return float(np.exp(cross_entropy(model(x), y).data))

    before, whole, size = perplexity(), 0, 0
    for parameter in model.parameters():
        W = parameter.data
        whole += W.nbytes
        if W.ndim == 2:
            across = len(W) % group != 0
            packed, scale = quantize_int4(W.T if across else W, group)
            size += packed.nbytes + scale.nbytes
            back = dequantize_int4(packed, scale)
            parameter.data = np.ascontiguousarray(back.T if across else back)
        else:
            size += W.nbytes
    after, name = perplexity(), "float32"
    share_of, more = "at most 0.17 of its bytes", "at most 1.02 of its perplexity"
    return [
        Figure("bytes of all parameters", size, "bytes", name, whole, size / whole, share_of, 0.17),
        Figure("perplexity, in thousandths", 1e3 * after, "", name, 1e3 * before,
               after / before, more, 1.02),
    ]  # fmt: skip
