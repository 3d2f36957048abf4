"""4.2 · Make up surnames: count, learn what counting knows, look further back, and cut by pairs.

Run with `make experiment SECTION=4.2`; with `MINE=1` it runs on your own katas, with `DATA=file` on
the lines of any text of yours. The full training is in lessons/phase4_llms/milestone.py.
"""

from dojo.experiment import Lab

lab = Lab(__file__, own_text=True)

import numpy as np
from full_run import BLOCK_SIZE, count, load, print_table, samples, train_bigram, train_ngram

from katas.phase4_llms.bpe import train_bpe
from katas.phase4_llms.language_model import bigram_counts, bigram_probabilities, perplexity
from katas.phase4_llms.recurrent import RNNCell, unroll
from katas.phase4_llms.tensor import Tensor
from katas.phase4_llms.tokenizer import BPETokenizer

SHARE = 0.15  # of the training of the milestone
UNSEEN = ": some pair in them was never seen, and has probability 0"


def main():
    names = load(own=lab.data)
    tokens = ["·", *names.tokenizer.chars]
    what_follows(names, tokens)
    counts, smoothed = count_them(names)
    bigram = learn_them(names, counts)
    ngram = look_further_back(names, smoothed)
    lab.part("all four")
    print_table([counts, smoothed, bigram, ngram], names)
    how_far_back()
    cut_by_pairs(names)
    lab.end(
        "In full_run.py, set BLOCK_SIZE to 1, then to 2, 3, 12. With 1 the MLP is a bigram model: "
        "what is its loss? From where on does a longer window no longer pay?",
        "In count_them, try a smoothing of 0.01 and of 100: which of the two losses moves, and "
        "why?",
        "In cut_by_pairs, give train_bpe only those lines of text that begin with mc: what is put "
        "together first, and into how many tokens is the whole text cut then?",
    )


def what_follows(names, tokens):
    lab.part("the data")
    shown = names.tokenizer.decode(names.train[:22]).split("\n")[1:4]
    what = "lines" if lab.data else "surnames"
    print(f"{len(names.known):,} {what} to learn from, one stream of {len(names.train):,} tokens.")
    print(f"It begins with {', '.join(shown)}.\n")
    counts = bigram_counts(names.train, len(tokens))
    probs = bigram_probabilities(counts)
    letters = [token for token in tokens if token.isalpha()] or tokens
    letter = "c" if "c" in letters else letters[0]
    guess = lab.predict(f"Which letter follows a {letter} most often, and how often in 100?")
    row = probs[tokens.index(letter)]
    best = np.argsort(-row)[:3]
    lab.result(", ".join(f"{tokens[i]} {row[i]:.0%}" for i in best), guess)
    draw_table(probs, tokens)


def draw_table(probs, tokens):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    tokens = [token if token.isprintable() else repr(token) for token in tokens]
    figure, axes = plt.subplots(figsize=(7, 7), layout="constrained")
    axes.imshow(np.sqrt(probs), cmap="Blues", vmin=0, vmax=1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(range(len(tokens)), tokens)
    axes.xaxis.tick_top()
    axes.tick_params(labelsize=12 if len(tokens) < 40 else 5, length=0)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("the letter that comes next (· ends a name)", fontsize=13)
    axes.set_ylabel("the letter before (· begins a name)", fontsize=13)
    axes.set_title("How likely each letter is after each other one", fontsize=14)
    path = lab.output("bigrams.png")
    figure.savefig(path, dpi=110)
    lab.saved(path)
    plt.close(figure)


def count_them(names):
    lab.part("counting")
    counts, smoothed = count(names), count(names, smoothing=1.0)
    V = names.tokenizer.vocab_size
    guess = lab.predict(f"Between how many of {V} tokens would one have to guess, after counting?")
    lab.result(
        f"{perplexity(counts.train):.1f}: a loss of {counts.train:.3f}, and ln {V} is "
        f"{np.log(V):.3f}",
        guess,
    )
    guess = lab.predict("And on names that were not counted?")
    lab.result(
        f"{perplexity(counts.validation):g}{UNSEEN if counts.validation == np.inf else ''}. With 1 "
        f"added to every count it is {perplexity(smoothed.validation):.1f}",
        guess,
    )
    print("New names:", ", ".join(samples(counts, names, 8)))
    return counts, smoothed


def learn_them(names, counts):
    lab.part("learning what counting knows")
    V = names.tokenizer.vocab_size
    print(f"An Embedding of {V} by {V} logits, and the cross-entropy of 4.1. Nothing is counted.\n")
    guess = lab.predict(f"Counting has a training loss of {counts.train:.3f}. What will this have?")
    bigram = train_bigram(names)
    lab.result(
        f"{bigram.train:.3f}: no table of {V} rows can do better than the counts, and gradient "
        "descent finds them",
        guess,
    )
    print("New names:", ", ".join(samples(bigram, names, 8)), "\n")
    rows = [np.abs(bigram.probs([i]) - counts.probs([i])).max() for i in range(V)]
    print(f"No probability differs from that of the counts by more than {max(rows):.3f}.")
    return bigram


def look_further_back(names, smoothed):
    lab.part("looking further back")
    print(f"The n-gram MLP sees {BLOCK_SIZE} tokens; a part of the training of the milestone.\n")
    guess = lab.predict(f"The loss on names held out was {smoothed.validation:.2f}. And now?")
    ngram = train_ngram(names, steps=round(8000 * SHARE))
    lab.result(
        f"{ngram.validation:.2f}: one has to guess between {perplexity(ngram.validation):.1f} "
        f"letters, and not {perplexity(smoothed.validation):.1f}",
        guess,
    )
    print("New names:", ", ".join(samples(ngram, names, 8)))
    return ngram


def how_far_back():
    lab.part("how far back a recurrent network can look")
    print("An RNN of 32 units reads 40 inputs. How much does the last state depend on each one?\n")
    guess = lab.predict("By what factor is the gradient smaller 30 steps back, fresh from the rng?")
    print("   Wh times   1 step back   10 steps     20 steps     30 steps")
    for scale in (0.5, 1.0, 2.5):
        rng = np.random.default_rng(7)
        cell = RNNCell(8, 32, rng)
        cell.Wh.data = cell.Wh.data * scale
        inputs = Tensor(0.3 * rng.standard_normal((16, 40, 8)))
        unroll(cell, inputs)[:, -1].sum().backward()
        norms = np.sqrt((inputs.grad**2).sum(axis=(0, 2)))[::-1]  # newest first
        along = "".join(f"{norms[back] / norms[0]:>13.1e}" for back in (1, 10, 20, 30))
        print(f"{scale:>8.1f}{along}")
        if scale == 1.0:
            shrunk = norms[30] / norms[0]
    print()
    lab.result(f"to {shrunk:.0e}: what stood there hardly counts, and is hardly learned", guess)


def cut_by_pairs(names):
    lab.part("byte pairs")
    text = names.tokenizer.decode(names.train)
    guess = lab.predict("Which three pairs of letters are put together first?")
    vocab, merges = train_bpe(text, 256 + 200)
    tokenizer = BPETokenizer(vocab, merges)
    lab.result(", ".join(b"".join(pair).decode(errors="replace") for pair in merges[:3]), guess)
    longest = sorted(vocab.values(), key=lambda token: (-len(token), token))[:8]
    print("The longest of 200:", ", ".join(token.decode(errors="replace") for token in longest))
    print(f"Bytes in the stream: {len(text.encode()):,}; tokens: {len(tokenizer.encode(text)):,}\n")
    for name in ("johnson", "schwarzenegger", "müller"):
        ids = tokenizer.encode(name)
        pieces = " | ".join(tokenizer.decode([id]) for id in ids)
        print(f"  {name:<16} {pieces}")
    print("\n  (\ufffd: a byte that is no character by itself)")


main()
