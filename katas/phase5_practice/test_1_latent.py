"""5.1 · Latent: what is remembered, what is made of it, and what it costs."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, same_parameters
from katas.phase4_llms.generation import KVCache
from katas.phase4_llms.llama import LlamaConfig
from katas.phase4_llms.mlp import cast_parameters
from katas.phase4_llms.sizes import kv_cache_bytes
from katas.phase4_llms.spec_helpers import (
    Memory,
    check_measured,
    expect_float32,
    gradients_of,
    hinted,
    is_tensor,
    numbers,
    plain_rms,
    plain_turn,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor
from katas.phase5_practice.latent import LatentAttention, LatentConfig, latent_cache_bytes

# 3 heads of 5 channels and 4 that are turned; 7 for the small vector
H, D, R, L, C, BASE = 3, 5, 4, 7, 11, 50.0
CONFIG = LatentConfig(C, H, D, R, L, rope_base=BASE)


def made():
    """A layer whose parameters hold numbers of their own."""
    return with_numbers(LatentAttention(CONFIG), scale=0.4)


def named(layer):
    """The arrays of its parameters, as keywords."""
    return {name.replace(".", "__"): array for name, array in layer.state_dict().items()}


def plain_compress(x, w, start=0, way="right", positions=None):
    """Small vectors and keys of one sequence, x (T, C)."""
    both = x @ w["down__weight"]
    positions = range(start, start + len(x)) if positions is None else positions
    if way == "key first":
        small, key = both[:, R:], both[:, :R]
    else:
        small, key = both[:, :L], both[:, L:]
    if way == "norm of both":
        both = plain_rms(both, 1.0)
        small, key = both[:, :L] * w["norm__gain"], both[:, L:]
    elif way != "not normed":
        small = plain_rms(small, w["norm__gain"])
    if way == "key normed":
        key = plain_rms(key, 1.0)
    if way == "at 0":
        positions = range(len(x))
    if way == "small turned":  # its first L - 1 channels: 7 are not even
        small = np.hstack([plain_turn(small[:, :-1], positions, BASE), small[:, -1:]])
    if way == "normed twice":
        small = plain_rms(small, w["norm__gain"])
    if way not in ("not turned", "small turned"):
        key = plain_turn(key, positions, *([] if way == "other base" else [BASE]))
    return small, key


def plain_latent(x, way="right", start=0, q_places=None, k_places=None, **w):
    """Head by head, position by position: (B, T, C) -> (B, T, C)."""
    q_places = range(start, start + x.shape[1]) if q_places is None else q_places
    B, T, _ = x.shape
    mixed = np.zeros((B, T, H * D))
    for b in range(B):
        small, key = plain_compress(x[b], w, start, way, k_places)
        queries, up = x[b] @ w["query__weight"], w["up__weight"]
        if way == "by kind":  # all keys first, then all values
            keys, values = small @ up[:, : H * D], small @ up[:, H * D :]
        for h in range(H):
            q = queries[:, h * (D + R) : (h + 1) * (D + R)]
            q = np.hstack([q[:, :D], plain_turn(q[:, D:], q_places, BASE)])
            kv = small @ up[:, h * 2 * D : (h + 1) * 2 * D]
            k, v = kv[:, :D], kv[:, D:]
            if way == "exchanged":
                k, v = v, k
            if way == "by kind":
                k, v = keys[:, h * D : h * D + D], values[:, h * D : h * D + D]
            k = np.hstack([k, key if way != "first head alone" or h == 0 else 0 * key])
            if "no shared key" in way:
                k, q = k[:, :D], q[:, :D]
            widths = {"√D": D, "√(L + R)": L + R, "no scale": 1, "no shared key, √D": D}
            width = widths.get(way, D + R)
            for t in range(T):
                seen = T if way == "future" else t + 1
                scores = np.array([q[t] @ k[s] for s in range(seen)]) / math.sqrt(width)
                if way == "turned part not divided":
                    turned = np.array([q[t, D:] @ k[s, D:] for s in range(seen)])
                    scores += turned - turned / math.sqrt(width)
                weights = np.exp(scores - scores.max())
                mixed[b, t, h * D : h * D + D] = weights / weights.sum() @ v[:seen]
    if way == "not merged":
        mixed = mixed.reshape(B, T, H, D).swapaxes(1, 2).reshape(B, T, H * D)
    return mixed if way == "no output" else mixed @ w["output__weight"]


def in_pieces(attend, x, *ends):
    """What comes of x, given piece by piece with a cache."""
    cache = Memory()
    return np.concatenate([attend(Tensor(p), cache).data for p in np.split(x, ends, axis=1)], 1)


@pytest.mark.kata("LatentAttention.compress")
class TestCompress:
    def test_the_small_vector_is_normed_and_the_key_is_turned(self):
        layer, x = made(), numbers(2, 5, C)
        with hinted("of what down makes the last R channels are turned, and no others"):
            found = layer.compress(Tensor(x))
        assert isinstance(found, tuple | list) and len(found) == 2, (
            f"compress returned a {type(found).__name__}, and should return two Tensors: the small "
            "vectors, and the keys that all heads share"
        )
        for i, what in enumerate(("small vectors", "shared keys")):

            def each(way, i=i):
                return [plain_compress(x[b], named(layer), 0, way)[i] for b in range(2)]

            mistakes = [
                {
                    "they are not normed": each("not normed"),
                    "the norm is taken of all that comes from down, the key too": (
                        each("norm of both")
                    ),
                    "the small vectors are turned: positions belong to the key alone, or nothing "
                    "could be multiplied into the queries": each("small turned"),
                    "the key is taken for the first of the channels": each("key first"),
                },
                {
                    "they are not turned": each("not turned"),
                    "they are normed": each("key normed"),
                    "they are taken from the first channels": each("key first"),
                    "rope_base is not handed on: rope_angles takes 10,000 if it is told nothing": (
                        each("other base")
                    ),
                    "the norm is taken of all that comes from down, the key too": (
                        each("norm of both")
                    ),
                },
            ][i]
            expect_close(is_tensor(found[i], what), each("right"), what, mistakes=mistakes)

    def test_positions_begin_at_start(self):
        layer, x = made(), numbers(1, 5, C)
        small, key = plain_compress(x[0], named(layer), start=6)
        found = layer.compress(Tensor(x), 6)
        expect_close(
            found[1],
            [key],
            "shared keys of positions 6 to 10",
            mistakes={
                "positions begin at 0": [plain_compress(x[0], named(layer))[1]],
                "positions begin one later": [plain_compress(x[0], named(layer), start=7)[1]],
                "all stand at the position start": [
                    plain_compress(x[0], named(layer), positions=[6] * 5)[1]
                ],
            },
        )
        expect_close(found[0], [small], "small vectors of positions 6 to 10")

    def test_gradients_reach_the_layers(self):
        layer, x = made(), Tensor(numbers(1, 5, C))
        a, b = numbers(1, 5, L), numbers(1, 5, R)
        small, key = layer.compress(x)
        leaves = {"x": x, "down__weight": layer.down.weight, "norm__gain": layer.norm.gain}
        gradients_of((small * a).sum() + (key * b).sum(), 1.0, **leaves)

        def worth(x, **w):
            small, key = plain_compress(x[0], w)
            return (small * a).sum() + (key * b).sum()

        check_measured(worth, leaves, "compress")

    def test_float32_stays_float32(self):
        layer = made()
        cast_parameters(layer, np.float32)
        expect_float32(lambda x: sum(part.sum() for part in layer.compress(x)), (2, 5, C))

    def test_a_call_keeps_nothing(self):
        layer = made()
        with same_parameters(layer, "compress"):
            layer.compress(Tensor(numbers(1, 5, C)))


def mistakes_of(x, layer):
    def wrong(way):
        return plain_latent(x, way, **named(layer))

    return {
        "scores are divided by √D: queries and keys have D + R channels": wrong("√D"),
        "scores are divided by √(L + R), as wide as queries have become: only the order of the "
        "products has changed, and no number may": wrong("√(L + R)"),
        "scores are not divided at all": wrong("no scale"),
        "the part that is turned is not divided": wrong("turned part not divided"),
        "small vectors are normed once more": wrong("normed twice"),
        "heads are not brought back behind time before they are put side by side: merge_heads does "
        "both": wrong("not merged"),
        "the future is not hidden": wrong("future"),
        "keys and values are exchanged": wrong("exchanged"),
        "up is taken for all keys and then all values: each head has its key and its value side by "
        "side": wrong("by kind"),
        "the key that is turned takes no part": wrong("no shared key"),
        "the key that is turned takes no part, and scores are divided by √D": (
            wrong("no shared key, √D")
        ),
        "only the first head gets the key that is turned: all share it": wrong("first head alone"),
        "the output layer is left out": wrong("no output"),
    }


class Watched:
    """A cache that notes the shapes of what it is given."""

    length = 0

    def extend(self, k, v):
        self.given = [tuple(k.shape), tuple(v.shape)]
        return k, v


def holds_small_vectors(layer, way):
    """Fail unless a cache gets 7 and 4 channels a token."""
    __tracebackhide__ = True
    cache = Watched()
    getattr(layer, way)(Tensor(numbers(2, 5, C)), cache)
    assert hasattr(cache, "given"), "the cache was given nothing: its extend was not called"
    kept = sorted(math.prod(shape) // 10 for shape in cache.given)
    whole = ": these are keys and values of all heads, which is what was to be saved"
    assert kept == [R, L], (
        f"for each token the cache got {' and '.join(map(str, kept))} numbers, and should get {L} "
        f"(a small vector) and {R} (a key)" + (whole if max(kept) >= H * D else "")
    )
    assert cache.given == [(2, 5, L), (2, 5, R)], (
        f"extend got {cache.given[0]} and {cache.given[1]}, and should get the small vectors "
        f"{(2, 5, L)} and the shared keys {(2, 5, R)}, in this order"
    )


def reaches_all(layer, way):
    """Fail unless every parameter gets the gradient that is measured."""
    __tracebackhide__ = True
    x, c = Tensor(numbers(1, 5, C)), numbers(1, 5, C, salt=1)
    leaves = {name.replace(".", "__"): p for name, p in layer.named_parameters()} | {"x": x}
    gradients_of(getattr(layer, way)(x), c, **leaves)
    check_measured(lambda x, **w: (plain_latent(x, **w) * c).sum(), leaves, f"{way}")


class NotCalled:
    """Stands in for a Linear whose weight is used, and which is not called."""

    def __init__(self, linear):
        self.weight, self.bias = linear.weight, linear.bias

    def __call__(self, x):
        raise AssertionError(
            f"up was called, with {x.shape}: it makes keys and values of all heads, which are "
            "what absorbed does without. Multiply its matrix into the queries and the mixture"
        )


@pytest.mark.kata("LatentAttention.absorbed")
class TestAbsorbed:
    def test_the_same_numbers(self):
        layer, x = made(), numbers(2, 5, C)
        expect_close(
            is_tensor(layer.absorbed(Tensor(x)), "the output"),
            plain_latent(x, **named(layer)),
            "3 heads, 5 positions, absorbed",
            mistakes=mistakes_of(x, layer),
        )

    def test_no_keys_and_values_are_made(self):
        layer, x = made(), numbers(2, 5, C)
        layer.up = NotCalled(layer.up)
        layer.absorbed(Tensor(x))

    def test_no_array_is_as_large_as_all_keys(self, monkeypatch):
        """One new position and 40 old ones: 40 · 3 · 5 numbers are the keys of all heads."""
        layer, cache, x = made(), KVCache(), numbers(1, 41, C)
        cache.extend(Tensor(numbers(1, 40, L)), Tensor(numbers(1, 40, R)))
        init, sizes = Tensor.__init__, []

        def noted(self, data, *more, **others):
            init(self, data, *more, **others)
            sizes.append(self.data.shape)

        monkeypatch.setattr(Tensor, "__init__", noted)
        layer.absorbed(Tensor(x[:, 40:]), cache)
        monkeypatch.undo()
        large = [shape for shape in sizes if math.prod(shape) >= 40 * H * D]
        assert not large, (
            f"for one new position and 40 in the cache a Tensor of {large[0]} was made: that is as "
            "large as the keys of all heads, which absorbed does without"
        )

    def test_a_cache_gives_the_same_numbers(self):
        layer, x = made(), numbers(2, 7, C)
        expect_close(
            in_pieces(layer.absorbed, x, 4, 5),
            plain_latent(x, **named(layer)),
            "7 positions, given as 4, 1 and 2 with a cache, absorbed",
            mistakes={
                "what the cache holds is not seen": np.concatenate(
                    [plain_latent(p, **named(layer)) for p in np.split(x, (4, 5), axis=1)], 1
                ),
                "the positions of the queries begin at 0 in each call": (
                    plain_latent(x, q_places=[0, 1, 2, 3, 0, 0, 1], **named(layer))
                ),
                "the positions of the keys begin at 0 in each call": (
                    plain_latent(x, k_places=[0, 1, 2, 3, 0, 0, 1], **named(layer))
                ),
            },
        )

    def test_it_can_go_on_from_a_cache_that_a_call_has_filled(self):
        layer, x, cache = made(), numbers(1, 7, C), KVCache()
        first = layer(Tensor(x[:, :4]), cache).data
        second = layer.absorbed(Tensor(x[:, 4:]), cache).data
        expect_close(
            np.concatenate([first, second], axis=1),
            plain_latent(x, **named(layer)),
            "4 positions by a call, and 3 absorbed, with one cache",
        )

    def test_the_cache_holds_small_vectors_and_shared_keys(self):
        holds_small_vectors(made(), "absorbed")

    def test_gradients_reach_all_layers(self):
        reaches_all(made(), "absorbed")

    def test_float32_stays_float32(self):
        layer = made()
        cast_parameters(layer, np.float32)
        expect_float32(layer.absorbed, (2, 5, C))

    def test_a_call_keeps_nothing(self):
        layer = made()
        with same_parameters(layer, "absorbed"):
            layer.absorbed(Tensor(numbers(1, 5, C)))


@pytest.mark.kata("latent_cache_bytes")
class TestLatentCacheBytes:
    def test_eleven_numbers_for_each_token_and_layer(self):
        expect_close(
            latent_cache_bytes(CONFIG, n_layer=3, batch_size=5, length=13),
            3 * 5 * 13 * 11 * 2,
            "bytes of 3 layers, 5 sequences and 13 positions, with 7 and 4 numbers of 2 bytes each",
            mistakes={
                "the key is counted for each head: all share one": 3 * 5 * 13 * (7 + 3 * 4) * 2,
                "the shared key is forgotten": 3 * 5 * 13 * 7 * 2,
                "the small vector is counted twice, once for keys and once for values": (
                    3 * 5 * 13 * (2 * 7 + 4) * 2
                ),
                "keys and values of all heads are counted": 3 * 5 * 13 * (3 * 9 + 3 * 5) * 2,
                (
                    "all is counted twice, once for keys and once for values",
                    "a number takes 4 bytes",
                ): 3 * 5 * 13 * 11 * 4,
                "all is counted for each head": 3 * 5 * 13 * 11 * 2 * 3,
                "the small vector is forgotten": 3 * 5 * 13 * 4 * 2,
                "head_dim stands where n_turned belongs": 3 * 5 * 13 * (7 + 5) * 2,
                "bits are counted, and not bytes": 3 * 5 * 13 * 11 * 16,
                "layers are not counted": 5 * 13 * 11 * 2,
                "sequences are not counted": 3 * 13 * 11 * 2,
                "positions are not counted": 3 * 5 * 11 * 2,
                "numbers are counted, and not bytes": 3 * 5 * 13 * 11,
            },
        )

    def test_other_numbers_take_other_room(self):
        found = latent_cache_bytes(CONFIG, 1, 1, 1, bytes_per_number=4)
        wrong = {"a number always takes 2 bytes": 22}
        expect_close(found, 44, "bytes of one token in one layer, in float32", wrong)

    def test_as_published_for_deepseek_v3(self):
        """61 layers, 512 + 64 numbers: 68.6 KiB a token, where 128 heads of 128 take 3.8 MiB."""
        deepseek = LatentConfig(7168, 128, 128, 64, 512)
        llama = LlamaConfig(129280, 4096, 61, 128, 128, 128 * 128, 1)
        found = latent_cache_bytes(deepseek, 61, 1, 1)
        expect_close(found, 70272, "bytes of one token in DeepSeek-V3")
        times = kv_cache_bytes(llama, 1, 1) / found
        assert 56 < times < 57, f"keys and values of all heads take {times:.1f} times as much"

    def test_bytes_are_an_int(self):
        expect_kind(latent_cache_bytes(CONFIG, 3, 2, 13), int, "the number of bytes")
