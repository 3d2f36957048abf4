"""4.4 · Llama's parts against GPT's: beyond the context, with a smaller cache, and at full size.

Run with `make experiment KATA=apply_rope`; with `MINE=1` it runs on your own katas.
"""

from dojo.experiment import Lab

lab = Lab(__file__)

from dataclasses import replace

import numpy as np

from dojo import screen
from katas.phase3_training.optimizers import AdamW
from katas.phase4_llms.generation import KVCache
from katas.phase4_llms.llama import Llama, LlamaConfig
from katas.phase4_llms.rope import apply_rope, rope_angles
from katas.phase4_llms.sizes import kv_cache_bytes, parameter_count
from katas.phase4_llms.tensor import Tensor, cross_entropy, log_softmax, no_grad
from katas.phase4_llms.transformer import GPT, GPTConfig

LENGTH, LONGER = 16, 32  # of the texts to learn from, and of those to judge by
STEPS = 300
SMALL = LlamaConfig(7, LONGER, 1, n_head=4, n_kv_head=4, n_channels=32, hidden=88)
LLAMA3 = LlamaConfig(128256, 8192, 32, n_head=32, n_kv_head=8, n_channels=4096, hidden=14336)


def main():
    distances()
    beyond()
    share()
    sizes()
    lab.end(
        "Set LENGTH to 4: from which position on does the Llama guess now? And what changes when "
        "SMALL gets `rope_base=10.0`?",
        "In `texts`, let each token be the sum of the one before it and the one eight places "
        "back: `ids[:, t - 8]`, with eight random tokens to begin with. Which model still learns "
        "it, and what happens beyond the context?",
        "In `sizes`, count Llama 2 (32,000 tokens, hidden 11,008, n_kv_head 32). From how many "
        "requests on is its cache larger than its weights?",
    )


def distances():
    lab.part("only the distance counts")
    rng = np.random.default_rng(0)
    q, k = rng.standard_normal((2, 1, 64))

    def score(m, n):
        q_m, k_n = (apply_rope(Tensor(x), rope_angles([p], 64)).data for x, p in ((q, m), (k, n)))
        return (q_m @ k_n.T).item()

    print(f"A query at position 5 and a key at position 2 have the score {score(5, 2):.4f}.\n")
    guess = lab.predict("What is it at positions 1005 and 1002?")
    lab.result(f"{score(1005, 1002):.4f}", guess)
    guess = lab.predict("And at positions 5 and 3?")
    lab.result(f"{score(5, 3):.4f}", guess)


# ---- a language in which only the last two tokens count


def texts(n, length, rng):
    """n texts of tokens 0 to 6: each is the sum of the two before it, modulo 7."""
    ids = np.empty((n, length), dtype=int)
    ids[:, :2] = rng.integers(0, 7, (n, 2))
    for t in range(2, length):
        ids[:, t] = (ids[:, t - 1] + ids[:, t - 2]) % 7
    return ids


def train(name, model):
    """Train on texts of LENGTH tokens; the model."""
    rng = np.random.default_rng(0)
    optimizer = AdamW(model.parameters(), lr=0.01)
    with screen.progress(name, STEPS) as (advance, _):
        for _ in range(STEPS):
            ids = texts(16, LENGTH + 1, rng)
            optimizer.zero_grad()
            cross_entropy(model(ids[:, :-1]), ids[:, 1:]).backward()
            optimizer.step()
            advance()
    return model


def loss_by_position(model):
    """The mean loss at each of LONGER positions, (LONGER,), on new texts."""
    ids = texts(200, LONGER + 1, np.random.default_rng(1))
    with no_grad():
        logs = log_softmax(model(ids[:, :-1])).data
    return -np.take_along_axis(logs, ids[:, 1:, None], axis=-1).mean(axis=(0, 2))


def beyond():
    lab.part("beyond the context")
    print("Each token is the sum of the two before it, modulo 7. A GPT and a Llama of one layer")
    print(f"learn from texts of {LENGTH} tokens, and then read texts of {LONGER}.\n")
    models = {
        "GPT": GPT(GPTConfig(7, LONGER, 1, 4, 32), np.random.default_rng(0)),
        "Llama": Llama(SMALL, np.random.default_rng(0)),
    }
    losses = {name: loss_by_position(train(name, model)) for name, model in models.items()}
    shown = (LENGTH - 1, LENGTH, (LENGTH + LONGER) // 2, LONGER - 1)
    guess = lab.predict(f"Which of them reads on beyond position {LENGTH - 1}, and how far?")
    print("  position   " + "".join(f"{t:>7}" for t in shown))
    for name, loss in losses.items():
        print(f"  {name:<11}" + "".join(f"{loss[t]:>7.2f}" for t in shown))
    print()
    means = ", ".join(f"{name} {loss[LENGTH:].mean():.2f}" for name, loss in losses.items())
    lab.result(f"mean loss beyond: {means}; not knowing costs ln 7 = 1.95", guess)
    print(f"The GPT breaks at once: rows {LENGTH} to {LONGER - 1} of its table of positions were")
    print("never trained. The Llama has no table and fails slowly: the further it reads, the more")
    print("keys stand at distances that it has never met.")
    draw(losses)


def draw(losses):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    for (name, loss), style in zip(losses.items(), ("o-", "s--")):
        axes.plot(range(LONGER), loss, style, markersize=4, label=name)
    axes.axvline(LENGTH - 0.5, color="grey", linewidth=1)
    axes.set_title("right of the line: longer than any text they learned from", fontsize=11)
    axes.set(xlabel="position", ylabel="loss (nats)")
    axes.legend(loc="upper left")
    path = lab.output("beyond_the_context.png")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


# ---- what a cache costs


def share():
    lab.part("keys and values, shared")
    print("The same Llama with 4, 2 and 1 heads of keys and values for its 4 heads of queries.\n")
    guess = lab.predict("A quarter of the cache: what does it cost in loss?")
    rows = []
    for n_kv_head in (4, 2, 1):
        config = replace(SMALL, n_kv_head=n_kv_head)
        model = train(f"{n_kv_head} heads", Llama(config, np.random.default_rng(0)))
        caches = [KVCache() for _ in model.blocks]
        with no_grad():
            model(texts(1, LONGER, np.random.default_rng(1)), caches)
        held = sum(cache.k.data.size + cache.v.data.size for cache in caches)
        loss = loss_by_position(model)[1:LENGTH].mean()
        rows.append((n_kv_head, loss, held, kv_cache_bytes(config, 1, LONGER, 1)))
    print("  heads   loss    numbers in the cache   by arithmetic")
    for n_kv_head, loss, held, said in rows:
        print(f"  {n_kv_head:>5}   {loss:.3f}   {held:>20,}   {said:>13,}")
    print()
    lab.result(f"{rows[-1][1] - rows[0][1]:+.3f} nats, on a rule as easy as this one", guess)


def sizes():
    lab.part("Llama-3-8B")
    weights = 2 * parameter_count(LLAMA3)
    print(f"{parameter_count(LLAMA3):,} parameters, which are {weights / 2**30:.0f} GiB in 16 bits")
    print("each. It answers many requests at once, each with a full context of 8,192 tokens.\n")
    guess = lab.predict("From how many requests on is the cache larger than the weights?")
    each = kv_cache_bytes(LLAMA3, 1, LLAMA3.block_size)
    lab.result(f"{weights // each + 1}; a full context takes {each / 2**30:.0f} GiB", guess)
    alone = kv_cache_bytes(replace(LLAMA3, n_kv_head=LLAMA3.n_head), 1, LLAMA3.block_size)
    print(f"With keys and values for each of its 32 heads it would be {weights // alone + 1}.")


main()
