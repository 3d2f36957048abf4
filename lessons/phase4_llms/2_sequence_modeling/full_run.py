"""Three models of names, from the file to their losses: shared by 4.2, 4.4 and the milestone.

Import it after the tree was chosen: it imports from katas. Which names are held out is fixed by
`split_names`, from the SHA-256 of each name. The losses are in nats for each next token, over all
tokens of a part: the letters, and the boundary that ends a name. The sizes and rates below were
chosen among about twenty by the loss on the names held out, so that this loss is a little better
than that of names which nobody has looked at. The model of 4.4 was chosen on names cut from the
training part, and is judged by the same names as these.
"""

from dataclasses import dataclass

import numpy as np

from dojo import course, own_text, screen
from katas.phase3_training.optimizers import AdamW, cosine_decay, warmup_cosine
from katas.phase4_llms.language_model import (
    Embedding,
    NGramMLP,
    bigram_counts,
    bigram_probabilities,
    load_names,
    make_windows,
    negative_log_likelihood,
    perplexity,
    sample_from,
    split_names,
)
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.tensor import cross_entropy, no_grad, softmax
from katas.phase4_llms.tokenizer import CharTokenizer

BLOCK_SIZE = 6  # letters that the n-gram MLP sees


@dataclass(frozen=True)
class Names:
    tokenizer: CharTokenizer
    known: frozenset  # the names to learn from; or the lines of another text
    train: np.ndarray  # their stream
    validation: np.ndarray  # the stream of the names held out
    longest: int  # characters of the longest


@dataclass(frozen=True)
class Trained:
    name: str
    train: float  # mean loss in nats for each token
    validation: float
    probs: object  # a function: the ids so far, a boundary first -> (V,), of the next token


def load(n=None, own=None):
    """The names of the course, or the n commonest, and their split.

    own  the path of a text whose lines stand in for the names, split as they are
    """
    names = own_text.lines(own) if own else load_names(course.ROOT / "data" / "names.txt")[:n]
    train, validation = split_names(names)
    tokenizer = CharTokenizer(names)
    streams = tokenizer.stream(train), tokenizer.stream(validation)
    return Names(tokenizer, frozenset(train), *streams, max(map(len, names)))


# ---- three models, from the simplest on


def count(names, smoothing=0.0):
    """Bigrams, counted."""
    V = names.tokenizer.vocab_size
    probs = bigram_probabilities(bigram_counts(names.train, V), smoothing)
    losses = [negative_log_likelihood(probs, ids) for ids in (names.train, names.validation)]
    name = "counts, smoothed" if smoothing else "counts"
    return Trained(name, *losses, lambda ids: probs[ids[-1]])


def train_bigram(names, seed=0, steps=2500):
    """Bigrams, learned: a table of V · V logits, in which each token looks up its row."""
    V = names.tokenizer.vocab_size
    model = Embedding(V, V, np.random.default_rng(seed))
    parts = [(ids[:-1], ids[1:]) for ids in (names.train, names.validation)]
    descend(model, *parts[0], seed, steps, 4096, lambda step: cosine_decay(step, 0.1, steps), 0.0)
    losses = [loss_of(model, *part) for part in parts]
    return Trained("neural bigram", *losses, predictor(model, lambda ids: ids[-1:]))


def train_ngram(names, seed=0, steps=8000):
    """The n-gram MLP, on windows of BLOCK_SIZE tokens; 32 channels, 300 hidden units."""
    V = names.tokenizer.vocab_size
    model = NGramMLP(V, BLOCK_SIZE, 32, 300, np.random.default_rng(seed))
    parts = [make_windows(ids, BLOCK_SIZE) for ids in (names.train, names.validation)]

    def rate(step):
        return warmup_cosine(step, 5e-3, steps // 20, steps)

    descend(model, *parts[0], seed, steps, 512, rate, 0.1)
    losses = [loss_of(model, *part) for part in parts]

    def window(ids):
        return np.array([([0] * BLOCK_SIZE + ids)[-BLOCK_SIZE:]])

    return Trained("n-gram MLP", *losses, predictor(model, window))


def descend(model, X, y, seed, steps, batch_size, rate, weight_decay):
    """Take steps of AdamW on batches drawn anew for each; rate says how long a step is."""
    cast_parameters(model, np.float32)
    optimizer = AdamW(model.parameters(), weight_decay=weight_decay)
    rng = np.random.default_rng((seed, 1))
    with screen.progress(f"{type(model).__name__}, seed {seed}", steps) as (advance, _):
        for step in range(steps):
            batch = rng.integers(0, len(X), batch_size)
            optimizer.zero_grad()
            cross_entropy(model(X[batch]), y[batch]).backward()
            optimizer.lr = rate(step)
            optimizer.step()
            advance()


def loss_of(model, X, y):
    """The mean loss of all examples, a float."""
    total = 0.0
    with no_grad():
        for start in range(0, len(X), 10_000):
            part = slice(start, start + 10_000)
            total += float(cross_entropy(model(X[part]), y[part]).data) * len(X[part])
    return total / len(X)


def predictor(model, context):
    """A function of the ids so far that returns the probabilities of the next token."""

    def probs(ids):
        with no_grad():
            return softmax(model(context(ids))).data[-1]

    return probs


# ---- what comes of it


def language_models(names, seed=0, share=1.0):
    """From the simplest on; share is how much of the training to do, for tests and the hurried."""
    return [
        count(names),
        count(names, smoothing=1.0),
        train_bigram(names, seed, round(2500 * share)),
        train_ngram(names, seed, round(8000 * share)),
    ]


def sample(trained, tokenizer, rng, longest=20):
    """A name, token by token until a boundary is drawn."""
    ids = [tokenizer.boundary]
    while len(ids) <= longest:
        ids.append(sample_from(trained.probs(ids), rng))
        if ids[-1] == tokenizer.boundary:
            break
    return tokenizer.decode(ids).strip()


def samples(trained, names, n, seed=0):
    """n names that are not among those it has learned from; fewer if it knows hardly any others."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(100 * n):
        name = sample(trained, names.tokenizer, rng, max(20, names.longest))
        if name and name not in names.known:
            found.append(name)
        if len(found) == n:
            break
    return found


def print_table(models, names, n_samples=5):
    """Losses, perplexity and names of each model, one line for each."""
    print("model                       train  validation  perplexity   new names")
    for trained in models:
        shown = ", ".join(samples(trained, names, n_samples))
        print(
            f"{trained.name:<25} {trained.train:>7.3f} {trained.validation:>11.3f} "
            f"{perplexity(trained.validation):>11.2f}   {shown}"
        )
