"""4.2 · Merges: the byte pairs that GPT-2 was trained with; given."""

import gzip
from pathlib import Path

# the bytes that GPT-2 shows as the characters they are in Latin-1, and gives the first ids
SHOWN = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), 256)]


def load_merges(path):
    """A vocabulary in the format of GPT-2, as train_bpe returns one.

    path  of a file such as data/gpt2_merges.txt.gz: a line about the version, then a line for each
          pair, its two tokens with a blank between them; zipped by gzip or not
    ->    vocab, a dict {id: token}: the 256 single bytes, then what was put together, in order; and
          merges, a list of the pairs (left, right), tuples

    In the file every byte is a character that can be seen: those in SHOWN as they are, the others
    as those from U+0100 on. So the blank before a word is "Ġ", and the ids begin with "!".

    ValueError, naming the line, if it is not such a pair.
    Source: src/encoder.py of openai/gpt-2.
    """
    content = Path(path).read_bytes()
    text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode()
    hidden = [byte for byte in range(256) if byte not in SHOWN]
    byte_of = {chr(byte): byte for byte in SHOWN}
    byte_of |= {chr(256 + place): byte for place, byte in enumerate(hidden)}
    merges = []
    for number, line in enumerate(text.splitlines(), start=1):
        if (number == 1 and line.startswith("#version")) or not line:
            continue
        pair = line.split(" ")
        if len(pair) != 2 or not set(pair[0] + pair[1]) <= byte_of.keys():
            raise ValueError(f"line {number} is not a pair of tokens: {line!r}")
        merges.append(tuple(bytes(byte_of[char] for char in token) for token in pair))
    tokens = [bytes([byte]) for byte in SHOWN + hidden] + [left + right for left, right in merges]
    return dict(enumerate(tokens)), merges
