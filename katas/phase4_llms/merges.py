"""4.2 · Merges: the byte pairs that GPT-2 was trained with; given."""

import gzip
from pathlib import Path

# how GPT-2 writes bytes down: those that can be seen as the characters they are in Latin-1, which
# have the first ids, and the others as characters from U+0100 on, so that a blank is "Ġ"
SEEN = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), 256)]
BYTES = SEEN + [byte for byte in range(256) if byte not in SEEN]  # in the order of their ids
CHARACTERS = [*map(chr, SEEN), *(chr(256 + i) for i in range(256 - len(SEEN)))]
BYTE_OF = dict(zip(CHARACTERS, BYTES))


def load_merges(path):
    """A vocabulary in the format of GPT-2, as train_bpe returns one.

    path  of a file such as data/gpt2_merges.txt.gz: a line about the version, then a line for each
          pair, its two tokens with a blank between them; zipped by gzip or not
    ->    vocab, a dict {id: token}: the 256 single bytes in the order of BYTES, then what was put
          together, in order; and merges, a list of the pairs (left, right), tuples

    ValueError, naming the line, if it is not such a pair.
    Source: src/encoder.py of openai/gpt-2.
    """
    content = Path(path).read_bytes()
    text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode()
    merges = []
    for number, line in enumerate(text.splitlines(), start=1):
        if (number == 1 and line.startswith("#version")) or not line:
            continue
        pair = line.split(" ")
        if len(pair) != 2 or not set(pair[0] + pair[1]) <= BYTE_OF.keys():
            raise ValueError(f"line {number} is not a pair of tokens: {line!r}")
        merges.append(tuple(bytes(BYTE_OF[char] for char in token) for token in pair))
    tokens = [bytes([byte]) for byte in BYTES] + [left + right for left, right in merges]
    return dict(enumerate(tokens)), merges
