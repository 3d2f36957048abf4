"""4.4 · GPT-2 in your own code: weights that others have trained, read into your GPT or Llama.

python lessons/phase4_llms/4_modern_architectures/training/experiment_weights.py FOLDER

FOLDER         with model.safetensors and config.json, of GPT-2 or of a small Llama; of a Llama
               merges.txt and vocab.json too, for its tokens
--mine         on your own katas
--prompt TEXT  what it goes on from
--tokens N     how many tokens it writes: 40 by default
"""

import argparse
import sys

parser = argparse.ArgumentParser(add_help=False)
parser.add_argument("folder", nargs="?")
parser.add_argument("--prompt", default="The answer to the question")
parser.add_argument("--tokens", type=int, default=40)
options, sys.argv[1:] = parser.parse_known_args()

from dojo.experiment import Lab

lab = Lab(__file__)

import json
from pathlib import Path
from time import perf_counter

import weights

from dojo import course
from katas.phase4_llms.generation import generate
from katas.phase4_llms.merges import BYTE_OF, load_merges
from katas.phase4_llms.tokenizer import BPETokenizer

END = "<|endoftext|>"
WHERE = """
The weights of GPT-2 are not in the course: 548 MB of them. Hugging Face has them, under the licence
that data/README.md quotes, at huggingface.co/openai-community/gpt2, and small Llamas such as
huggingface.co/HuggingFaceTB/SmolLM-135M. Under "Files" there, save into one folder

    model.safetensors   the weights
    config.json         the sizes
    merges.txt and vocab.json, of a Llama, its tokens; GPT-2's are here already

and name the folder:  experiment_weights.py FOLDER

(A Llama whose tokens are in a tokenizer.model alone has those of SentencePiece, which the course
does not read. And where digits are cut one by one, numbers get other ids here.)
"""


def main():
    if options.folder is None:
        print(WHERE)
        return 1
    folder = Path(options.folder).expanduser()
    try:
        model, tokenizer = weights.load(folder), tokens_of(folder)
    except FileNotFoundError as missing:
        print(f"\nthere is no {missing.filename}\n{WHERE}")
        return 1
    except ValueError as error:
        print(f"\nthese weights cannot be used here: {error}")
        return 1
    lab.part(f"{model.n_parameters():,} parameters")
    print(f"{len(model.blocks)} blocks of {model.config.n_channels} channels.\n")
    write(model, tokenizer)
    lab.end(
        "Ask it for a fact: --prompt 'The capital of France is'. Then for one that nobody wrote "
        "down. Does it sound any less sure?",
        "Take one block out (model.blocks.pop(5) after the weights are loaded). Does it still "
        "write English? And without the first one?",
        "Count the parameters with parameter_count of your sizes.py, from config.json alone.",
    )
    return 0


def tokens_of(folder):
    """GPT-2's own tokens, or those that lie beside the weights."""
    if json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"] == "gpt2":
        return BPETokenizer(*load_merges(course.ROOT / "data" / "gpt2_merges.txt.gz"), [END])
    _, merges = load_merges(folder / "merges.txt")
    ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    vocab = {id: bytes(BYTE_OF.get(char, ord("?")) for char in text) for text, id in ids.items()}
    return BPETokenizer(vocab, merges)


def write(model, tokenizer):
    prompt = tokenizer.encode(options.prompt)
    lab.part("writing")
    guess = lab.predict(f"How does it go on from {options.prompt!r}?")
    begun = perf_counter()
    ids = generate(model, prompt, options.tokens, temperature=0.8, top_k=40, rng=0)
    took = perf_counter() - begun
    lab.result(tokenizer.decode(ids), guess)
    print(f"{(len(ids) - len(prompt)) / took:.1f} tokens a second")


sys.exit(main())
