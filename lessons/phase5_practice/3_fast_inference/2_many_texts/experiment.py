"""5.3 · Many texts at once: what it costs, what is equal, and who waits for whom.

Run with `make experiment KATA=pad_prompts`; with `MINE=1` it runs on your own katas.
"""

from dojo.experiment import Lab

lab = Lab(__file__)

from time import perf_counter

import numpy as np

from katas.phase4_llms.generation import generate
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.batching import Batch, forward_rows, generate_batch, pad_prompts
from katas.phase5_practice.paging import PagedCache

SIZE = GPTConfig(n_tokens=27, block_size=64, n_layer=4, n_head=4, n_channels=64)
N = 40  # new tokens of a text


def main():
    model = GPT(SIZE, np.random.default_rng(0))
    equal(model)
    cast_parameters(model, np.float32)
    speed(model)
    rounds()
    memory()
    lab.end(
        "Pad on the right in `equal`, with the mask turned round. Which column would have to be "
        "read?",
        "Give `generate_batch` prompts of which one is 20 tokens long and the others 1. Is 16 at "
        "once still worth it?",
        "In `equal`, make the model float32. By how much do the logits differ now?",
    )


# ---- equal


def equal(model):
    lab.part("the same numbers, or nearly")
    rng = np.random.default_rng(1)
    prompts = [rng.integers(0, 27, length).tolist() for length in (3, 9, 1, 30)]
    guess = lab.predict(
        "A text is read alone, beside three others, and beside three others with other tokens.\n"
        "  Which of its logits are equal to the last bit: all three, the last two, or none?"
    )
    alone = logits_of(model, prompts[:1])
    beside = logits_of(model, prompts)
    others = logits_of(model, [prompts[0], *([5] * len(prompt) for prompt in prompts[1:])])
    lab.result("the last two, whatever the machine; all three on some", guess)
    print(f"  alone and beside three others      {np.abs(alone - beside).max():.1e} apart")
    print(f"  beside three, and beside others    {np.abs(beside - others).max():.1e} apart")


def logits_of(model, prompts):
    """Those of the first prompt, read beside the others."""
    ids, padding = pad_prompts(prompts)
    return forward_rows(model, ids, Batch.empty(model, padding))[0]


# ---- speed


def speed(model):
    lab.part("tokens a second")
    rng = np.random.default_rng(2)
    prompts = [rng.integers(0, 27, rng.integers(1, 8)).tolist() for _ in range(32)]
    guess = lab.predict("32 texts, one after the other or 16 at once: how many times as fast?")
    begun = perf_counter()
    for prompt in prompts[:8]:
        generate(model, prompt, N, rng=rng)
    rates = {"one after the other": 8 * N / (perf_counter() - begun)}
    for at_once in (1, 4, 16, 32):
        begun = perf_counter()
        generate_batch(model, prompts, N, at_once, rng=rng)
        rates[f"{at_once} at once"] = len(prompts) * N / (perf_counter() - begun)
    lab.result(f"{rates['16 at once'] / rates['one after the other']:.1f} times", guess)
    for way, rate in rates.items():
        print(f"  {way:<20} {rate:>8,.0f} tokens a second")
    print("\nA step of 16 rows takes longer than one of a single row, but not 16 times as long.")
    draw(rates)


def draw(rates):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
    axes.barh(list(rates), list(rates.values()), color="#0072B2")
    axes.invert_yaxis()
    axes.set(xlabel="tokens a second")
    path = lab.output("many_texts.png")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


# ---- who waits


def rounds():
    lab.part("who waits for whom")
    rng = np.random.default_rng(3)
    lengths = np.minimum(rng.geometric(1 / 20, 64), 100).tolist()
    print(f"64 texts of {min(lengths)} to {max(lengths)} new tokens, 8 rows.\n")
    guess = lab.predict(
        "What share of the rows is busy if eight have to end before the next begin?"
    )
    waiting = sum(max(lengths[i : i + 8]) for i in range(0, 64, 8))
    ends = [0] * 8
    for length in lengths:  # whoever is free first takes the next
        ends[ends.index(min(ends))] += length
    lab.result(f"{sum(lengths) / (8 * waiting):.0%}", guess)
    print(f"  eight by eight   {waiting:>5} steps")
    print(f"  refilled         {max(ends):>5} steps, busy for {sum(lengths) / 8 / max(ends):.0%}")


# ---- memory


def memory():
    lab.part("memory in blocks")
    print(
        "200 conversations begin with the same 300 tokens, and go on by 1 to 400 of their own. A "
        "context\nmay be 1,000 tokens long.\n"
    )
    guess = lab.predict("Blocks of 16, shared where texts are the same: what share of 200,000?")
    rng = np.random.default_rng(4)
    lengths = rng.integers(1, 401, 200)
    cache = PagedCache(12_000, 16, 1, 1)
    common = cache.begin()
    cache.append(common, *np.ones((2, 1, 300, 1)))
    texts = [cache.fork(common) for _ in lengths]
    for text, length in zip(texts, lengths):
        cache.append(text, *np.ones((2, 1, length, 1)))
    used = 16 * (12_000 - len(cache.free))
    lab.result(f"{used / 200_000:.0%}", guess)
    alone = sum(16 * -(-(300 + length) // 16) for length in lengths.tolist())
    print(f"  room for 1,000 each      {200_000:>8,} positions")
    print(f"  blocks, nothing shared   {alone:>8,}")
    print(f"  blocks, shared           {used:>8,}")
    for text in (common, *texts):
        cache.end(text)
    print(f"  after all have ended     {16 * (12_000 - len(cache.free)):>8,}")


main()
