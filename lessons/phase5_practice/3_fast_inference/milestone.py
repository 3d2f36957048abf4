"""The milestone of 5.3: the same names, written in every way, and how many tokens a second.

    make milestone SECTION=5.3
    python lessons/phase5_practice/3_fast_inference/milestone.py --mine

A GPT of four layers learns names, and one of a single layer learns from its probabilities. Then
texts are written without a cache, with one, guessed ahead, 16 at once, and 16 at once where a text
that has ended makes room; and so by models whose matrices were kept in 8 and in 4 bits.

Two things are looked at. Beginnings of names that the model has never seen are continued with the
likeliest letters, in float64: every way has to write the same names, letter for letter; models of
fewer bits may write others. And streams of names are drawn, in float32, each of them up to its
first "c" or 56 letters: how many tokens a second that makes depends on the machine, and is shown.

Exit code 0 if all names agree, 1 if not.
"""

import sys
from pathlib import Path
from statistics import median
from time import process_time

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT)]
from dojo import milestone, screen

LAYERS, CHANNELS, CONTEXT, STEPS = 4, 64, 64, 400
N_TEXTS, N_NEW, AT_ONCE, ROUNDS = 96, 56, 16, 3


def main():
    return milestone.run("5.3", lambda _: attempt())


# ---- the models


def names():
    """The tokenizer, the ids to learn from, and the beginnings of names held out, as ids."""
    from katas.phase4_llms.language_model import load_names, split_names
    from katas.phase4_llms.tokenizer import CharTokenizer

    every = load_names(ROOT / "data" / "names.txt")
    tokenizer = CharTokenizer(every)
    seen, held_out = split_names(every)
    begun = [
        [tokenizer.boundary, *tokenizer.encode(name)[: 1 + place % 4]]
        for place, name in enumerate(held_out[:N_TEXTS])
    ]
    return tokenizer, tokenizer.stream(seen), begun


def trained(what, tokenizer, ids, n_layer, teacher=None):
    """A GPT that has learned the names; from a teacher's probabilities, if there is one."""
    import numpy as np

    from katas.phase3_training.optimizers import AdamW
    from katas.phase4_llms.language_model import random_batch
    from katas.phase4_llms.mlp import cast_parameters
    from katas.phase4_llms.tensor import cross_entropy, log_softmax, no_grad, softmax
    from katas.phase4_llms.transformer import GPT, GPTConfig

    rng = np.random.default_rng(n_layer)
    model = GPT(GPTConfig(tokenizer.vocab_size, CONTEXT, n_layer, 4, CHANNELS), rng)
    cast_parameters(model, np.float32)
    optimizer = AdamW(model.parameters(), lr=3e-3)
    with screen.progress(what, STEPS) as (advance, _):
        for step in range(STEPS):
            optimizer.lr = 3e-3 * (1 - step / STEPS)
            x, y = random_batch(ids, 8, CONTEXT, rng)
            optimizer.zero_grad()
            if teacher is None:
                loss = cross_entropy(model(x), y)
            else:
                with no_grad():
                    wanted = softmax(teacher(x)).data
                loss = (log_softmax(model(x)) * wanted).sum() * (-1 / x.size)
            loss.backward()
            optimizer.step()
            advance()
    return model


def rounded(model):
    """{"int8": a copy whose blocks have been in 8 bits, "int4": …}, and their matrices' bytes."""
    from copy import deepcopy

    from katas.phase5_practice.quantization import (
        dequantize,
        dequantize_int4,
        quantize_int4,
        quantize_int8,
    )

    forms = {
        "int8": (quantize_int8, dequantize),
        "int4": (lambda W: quantize_int4(W, min(32, len(W))), dequantize_int4),
    }
    copies, n_bytes = {}, {"float32": 0}
    for name, (there, back) in forms.items():
        copies[name], n_bytes[name], n_bytes["float32"] = deepcopy(model), 0, 0
        for block in copies[name].blocks:
            for parameter in block.parameters():
                if parameter.data.ndim == 2:
                    n_bytes["float32"] += parameter.data.nbytes
                    kept = there(parameter.data)
                    n_bytes[name] += sum(array.nbytes for array in kept)
                    parameter.data = back(*kept)
    return copies, n_bytes


# ---- the ways; each continues all texts, at a temperature, up to a stop token


def without_cache(model, draft, begun, **how):
    import numpy as np

    from katas.phase4_llms.generation import sample
    from katas.phase4_llms.tensor import no_grad

    texts, stop, temperature = [list(ids) for ids in begun], how["stop"], how["temperature"]
    rng = np.random.default_rng(how["rng"])
    with no_grad():
        for text in texts:
            for _ in range(N_NEW):
                logits = model(np.array([text])).data[0, -1]
                text.append(sample(logits, temperature, rng=rng))
                if text[-1] == stop:
                    break
    return texts


def with_cache(model, draft, begun, **how):
    from katas.phase4_llms.generation import generate

    return [generate(model, ids, N_NEW, **how) for ids in begun]


def guessed_ahead(model, draft, begun, **how):
    from katas.phase5_practice.speculative import speculative_generate

    return [speculative_generate(model, draft, ids, N_NEW, **how) for ids in begun]


def in_batches(model, draft, begun, **how):
    batches = [begun[i : i + AT_ONCE] for i in range(0, len(begun), AT_ONCE)]
    return [text for batch in batches for text in refilled(model, draft, batch, **how)]


def refilled(model, draft, begun, **how):
    from katas.phase5_practice.batching import generate_batch

    return generate_batch(model, begun, N_NEW, AT_ONCE, **how)


ONE_BY_ONE = {
    "without a cache": without_cache,
    "with a cache": with_cache,
    "guessed ahead": guessed_ahead,
}
AT_ONCE_WAYS = {f"{AT_ONCE} at once": in_batches, f"{AT_ONCE}, refilled": refilled}


# ---- the comparison


def attempt():
    """Train, let every way write, print the table, draw it; 0 if all names agree."""
    import numpy as np

    from katas.phase4_llms.mlp import cast_parameters

    tokenizer, ids, begun = names()
    model = trained("the model", tokenizer, ids, LAYERS)
    draft = trained("its draft", tokenizer, ids, 1, teacher=model)
    copies, n_bytes = rounded(model)
    ways = {name: (way, model) for name, way in (ONE_BY_ONE | AT_ONCE_WAYS).items()}
    ways |= {f"the same, {name}": (refilled, copy) for name, copy in copies.items()}
    speeds = measured(ways, draft, begun, tokenizer.encode("c")[0])
    for each in (model, draft, *copies.values()):
        cast_parameters(each, np.float64)
    how = {"temperature": 0, "stop": tokenizer.boundary, "rng": None}
    written = {name: way(one, draft, begun, **how) for name, (way, one) in ways.items()}
    wanted = written["without a cache"]
    shown = ", ".join(tokenizer.decode(text[1:-1]) for text in wanted[:4])
    print(f"{len(begun)} names, among them {shown}\n")
    print(f"{'':<20}tokens a second   times   names as without a cache")
    agree = True
    for name, texts in written.items():
        same = sum(one == other for one, other in zip(texts, wanted))
        agree &= same == len(wanted) or ways[name][1] is not model
        times = speeds[name] / speeds["without a cache"]
        print(f"{name:<20}{speeds[name]:>15,.0f} {times:>7.1f}   {same} of {len(wanted)}")
    sizes = ", ".join(f"{n:,} bytes in {form}" for form, n in n_bytes.items())
    print(f"\nThe matrices of the blocks take {sizes}.")
    draw(speeds)
    print(f"\nThe milestone is {'reached' if agree else 'not reached'}.")
    return 0 if agree else 1


def measured(ways, draft, begun, stop):
    """{way: tokens a second}, the median of some rounds in which the ways take turns."""
    import numpy as np

    speeds = {name: [] for name in ways}
    with screen.progress("written", ROUNDS * len(ways)) as (advance, _):
        for seed in range(ROUNDS):
            for name, (way, model) in ways.items():
                some = begun[: len(begun) // 4] if name in ONE_BY_ONE else begun
                rng = np.random.default_rng(seed)
                started = process_time()
                texts = way(model, draft, some, temperature=1.0, stop=stop, rng=rng)
                taken = process_time() - started
                n_new = sum(len(text) - len(ids) for text, ids in zip(texts, some))
                speeds[name].append(n_new / taken)
                advance()
    return {name: median(found) for name, found in speeds.items()}


def draw(speeds):
    """A bar for each way."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.5, 3.4), layout="constrained")
    bars = axes.barh(list(speeds), list(speeds.values()), color="#0072B2")
    axes.bar_label(bars, fmt="{:,.0f}", padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set(xlabel="tokens a second")
    folder = ROOT / "output" / "5.3"
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "milestone.png", dpi=120)
    plt.close(figure)
    print("\nsaved output/5.3/milestone.png")


if __name__ == "__main__":
    sys.exit(main())
