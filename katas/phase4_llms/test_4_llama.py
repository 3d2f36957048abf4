"""4.4 · Llama: grouped queries, a block, and the model."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises, same_parameters
from katas.phase4_llms.generation import KVCache
from katas.phase4_llms.language_model import Embedding
from katas.phase4_llms.llama import GroupedQueryAttention, Llama, LlamaBlock, LlamaConfig
from katas.phase4_llms.mlp import Linear
from katas.phase4_llms.spec_helpers import (
    are_leaves,
    check_measured,
    has_parameters,
    hinted,
    in_float32,
    in_pieces,
    is_alike_in_both_modes,
    is_drawn_first,
    is_drawn_from,
    is_float32,
    numbers,
    plain_rms,
    plain_swiglu,
    plain_turn,
    rng_of,
    shapes_of,
    stays_float32,
    with_numbers,
)
from katas.phase4_llms.tensor import Tensor, cross_entropy


def llama_config(**changes):
    """A small Llama: 6 heads of queries on 3 of keys and values, with 4 channels each."""
    sizes = dict(
        n_tokens=11,
        block_size=7,
        n_layer=2,
        n_head=6,
        n_kv_head=3,
        n_channels=24,
        hidden=5,
        rope_base=50.0,
    )
    return LlamaConfig(**(sizes | changes))


def turn_halves(x, positions, base):
    """The other convention: channel i is paired with channel i + D/2."""
    D = x.shape[1]
    order = np.arange(D).reshape(2, D // 2).T.ravel()  # 0, D/2, 1, D/2 + 1, ...
    turned = np.empty_like(x)
    turned[:, order] = plain_turn(x[:, order], positions, base)
    return turned


def plain_attention(
    x,
    query,
    key,
    value,
    output,
    config,
    positions=None,
    owner=lambda h, n_head, n_kv_head: h // (n_head // n_kv_head),
    turn=plain_turn,
    turn_keys=None,
    query_positions=None,
    turn_values=lambda v, positions, base: v,
    sees=lambda t, T: t + 1,
    scale=None,
    base=None,
):
    """Grouped queries one head at a time: (B, T, C) -> (B, T, C)."""
    B, T, C = x.shape
    D = C // config.n_head
    positions = range(T) if positions is None else positions
    base = base or config.rope_base
    mixed = np.empty((B, T, C))
    for b in range(B):
        for h in range(config.n_head):
            mine = slice(h * D, (h + 1) * D)
            kv = owner(h, config.n_head, config.n_kv_head)
            theirs = slice(kv * D, (kv + 1) * D)
            q = turn(
                (x[b] @ query)[:, mine],
                positions if query_positions is None else query_positions,
                base,
            )
            k = (turn_keys or turn)((x[b] @ key)[:, theirs], positions, base)
            v = turn_values((x[b] @ value)[:, theirs], positions, base)
            for t in range(T):
                seen = sees(t, T)
                scores = np.array([q[t] @ k[s] for s in range(seen)]) / (scale or math.sqrt(D))
                weights = np.exp(scores - scores.max())
                mixed[b, t, mine] = weights / weights.sum() @ v[:seen]
    return mixed if output is None else mixed @ output


def unturned(x, positions, base):
    return x


@pytest.mark.kata("GroupedQueryAttention.__init__")
class TestGroupedQueryAttentionInit:
    def test_there_are_fewer_keys_and_values_than_queries(self):
        found = shapes_of(GroupedQueryAttention(llama_config()))
        assert not [name for name in found if "bias" in name], (
            f"the parameters are {list(found)}: none of the four layers has a bias"
        )
        assert list(found) == [f"{name}.weight" for name in ("query", "key", "value", "output")], (
            f"the parameters are {list(found)}, and should be the weights of query, key, value "
            "and output, in this order"
        )
        wanted = [(24, 24), (24, 12), (24, 12), (24, 24)]
        ignored = " (n_kv_head is 3, and was ignored)" if found["key.weight"] == (24, 24) else ""
        assert list(found.values()) == wanted, (
            f"for 24 channels, 6 heads of queries and 3 of keys and values the weights of query, "
            f"key, value and output are {list(found.values())}, and should be {wanted}{ignored}"
        )

    def test_with_as_many_heads_of_keys_it_is_as_wide_as_ever(self):
        with hinted("as many heads of keys as of queries share nothing: that is 4.3's attention"):
            layer = GroupedQueryAttention(llama_config(n_head=2, n_kv_head=2, n_channels=20))
        assert layer.key.weight.shape == layer.value.weight.shape == (20, 20), (
            f"key is {layer.key.weight.shape} and value {layer.value.weight.shape} for 20 channels "
            "and as many heads of keys and values as of queries: both should be (20, 20)"
        )

    def test_channels_are_divided_among_the_heads_of_queries(self):
        expect_raises(
            ValueError,
            lambda: GroupedQueryAttention(llama_config(n_head=4, n_kv_head=2, n_channels=26)),
            "26 channels for 4 heads",
            naming=[26, 4],
        )

    @pytest.mark.parametrize("n_kv_head", [4, 12], ids=["4 for 6", "12 for 6"])
    def test_queries_are_divided_among_the_heads_of_keys(self, n_kv_head):
        expect_raises(
            ValueError,
            lambda: GroupedQueryAttention(llama_config(n_kv_head=n_kv_head)),
            f"6 heads of queries on {n_kv_head} of keys and values",
            naming=[6, n_kv_head],
        )

    def test_the_weights_come_from_rng(self):
        is_drawn_from(lambda rng: GroupedQueryAttention(llama_config(), rng), "the attention")
        layer = GroupedQueryAttention(llama_config(), rng_of(5))
        is_drawn_first(layer.query, Linear(24, 24, rng_of(5), bias=False), "query")
        layer = GroupedQueryAttention(llama_config())
        assert not np.array_equal(layer.key.weight.data, layer.value.weight.data), (
            "key and value hold the same numbers: each draws its own"
        )


def grouped(config):
    """A GroupedQueryAttention, and its four weights by name."""
    layer = with_numbers(GroupedQueryAttention(config))
    names = ("query", "key", "value", "output")
    return layer, {name: getattr(layer, name).weight for name in names}


def plain_grouped(layer, x, **otherwise):
    """What such a layer has to return for an array, head by head; or with something done wrong."""
    weights = [getattr(layer, name).weight.data for name in ("query", "key", "value")]
    weights[1:] = otherwise.pop("key", weights[1]), otherwise.pop("value", weights[2])
    output = otherwise.pop("output", layer.output.weight.data)
    config = otherwise.pop("config", None) or llama_config()
    return plain_attention(x, *weights, output, config, **otherwise)


class RecordingCache(KVCache):
    """A KVCache that remembers what it was given."""

    def __init__(self):
        super().__init__()
        self.given = []

    def extend(self, k, v):
        self.given.append((k.data.copy(), v.data.copy()))
        return super().extend(k, v)


def piece_by_piece(layer, x, *lengths):
    """The output for x (B, T, C), handed to the layer in pieces of these lengths with a cache."""
    cache, outputs, start = KVCache(), [], 0
    for length in lengths:
        outputs.append(layer(Tensor(x[:, start : start + length]), cache).data)
        start += length
    return np.concatenate(outputs, axis=1)


def turned_as_one(q, k, v, output):
    """Causal attention of 6 heads of 4 channels on rows (7, 24) that are turned already."""
    mixed = np.empty((7, 24))
    for h in range(6):
        mine = slice(4 * h, 4 * h + 4)
        for t in range(7):
            weights = np.exp(k[: t + 1, mine] @ q[t, mine] / 2)
            mixed[t, mine] = weights / weights.sum() @ v[: t + 1, mine]
    return (mixed @ output)[None]


def wrong_ways(layer, x):
    """{mistake: what it makes of x}, for a layer of 6 heads of queries on 3 of keys and values."""

    def wrong(**otherwise):
        return plain_grouped(layer, x, **otherwise)

    def backwards(rows, positions, base):
        return plain_turn(rows, positions, base, sign=-1)

    B, T, C = x.shape
    merged = wrong(output=None)
    heads = merged.reshape(B, T, 6, C // 6).swapaxes(1, 2)
    return {
        "heads share by turns, 0 1 2 0 1 2 (the order of np.tile), not 0 0 1 1 2 2 (that of "
        "np.repeat)": wrong(owner=lambda h, n_head, n_kv_head: h % n_kv_head),
        "all heads use the first keys and values": wrong(owner=lambda h, n_head, n_kv_head: 0),
        "the last heads of keys come first": wrong(
            owner=lambda h, n_head, n_kv_head: n_kv_head - 1 - h // 2
        ),
        "the future is not hidden": wrong(sees=lambda t, T: T),
        "the scores are divided by √C, not by the root of a head's channels": wrong(
            scale=math.sqrt(C)
        ),
        "the scores are not divided by the root of a head's channels": wrong(scale=1.0),
        "the output layer is left out": merged,
        "the heads are not put side by side again: (B, n_head, T, D) is reshaped to (B, T, C) as "
        "it lies there": heads.reshape(B, T, C) @ layer.output.weight.data,
        "nothing is turned": wrong(turn=unturned),
        "values are turned too": wrong(turn_values=plain_turn),
        "keys are turned by twice their angle: once before the cache and once after it": wrong(
            turn_keys=lambda rows, positions, base: plain_turn(
                rows, 2 * np.asarray(positions), base
            )
        ),
        "keys stand where values are meant": wrong(value=layer.key.weight.data),
        "values stand where keys are meant": wrong(key=layer.value.weight.data),
        "only queries are turned": wrong(turn_keys=unturned),
        "only keys are turned": wrong(turn=unturned, turn_keys=plain_turn),
        "the turn goes the wrong way": wrong(turn=backwards),
        "halves of a head are paired, not neighbours": wrong(turn=turn_halves),
        "the config's rope_base is not used, but 10000": wrong(base=10000.0),
    }


@pytest.mark.kata("GroupedQueryAttention.__call__")
class TestGroupedQueryAttention:
    def test_neighbouring_heads_of_queries_share_keys_and_values(self):
        layer, x = grouped(llama_config())[0], numbers(2, 5, 24)
        expect_close(
            layer(Tensor(x)),
            plain_grouped(layer, x),
            "2 sequences of 5 positions, 6 heads of queries on 3 of keys and values",
            mistakes=wrong_ways(layer, x),
        )

    def test_queries_and_keys_are_turned_and_values_are_not(self):
        layer, x = grouped(llama_config())[0], numbers(1, 7, 24)
        expect_close(
            layer(Tensor(x)),
            plain_grouped(layer, x),
            "a sequence of 7 positions, with base 50",
            mistakes=wrong_ways(layer, x),
        )

    def test_the_angles_are_those_of_a_heads_channels(self):
        # before the heads are split, 24 channels have 12 pairs, each with a speed of its own
        config, x = llama_config(n_kv_head=6), numbers(1, 7, 24)
        layer, _ = grouped(config)

        def as_one(rows):
            return plain_turn(rows, range(7), 50.0)

        q, k, v = (x[0] @ getattr(layer, name).weight.data for name in ("query", "key", "value"))

        def by_heads(rows):
            return np.hstack([plain_turn(head, range(7), 50.0) for head in np.split(rows, 6, 1)])

        def turned(q, k):
            return turned_as_one(q, k, v, layer.output.weight.data)

        expect_close(
            layer(Tensor(x)),
            plain_grouped(layer, x, config=config),
            "a sequence of 7 positions, with as many heads of keys as of queries",
            mistakes={
                "all C channels are turned as one head, before they are split": (
                    turned(as_one(q), as_one(k))
                ),
                "all C channels of the queries are turned as one head, before they are split": (
                    turned(as_one(q), by_heads(k))
                ),
                "all C channels of the keys are turned as one head, before they are split": (
                    turned(by_heads(q), as_one(k))
                ),
            },
        )

    @pytest.mark.parametrize("lengths", [(3, 1, 1, 2), (1, 6)], ids=["3 1 1 2", "1 6"])
    def test_piece_by_piece_with_a_cache_it_is_the_same(self, lengths):
        config, x = llama_config(), numbers(2, 7, 24)
        layer, weights = grouped(config)
        starts = np.cumsum([0, *lengths])
        restarted = np.concatenate([np.arange(n) for n in lengths])
        late = np.concatenate([np.arange(n) + end for n, end in zip(lengths, starts[1:])])
        forgetful = np.concatenate(
            [
                plain_grouped(layer, x[:, starts[i] : end], positions=range(starts[i], end))
                for i, end in enumerate(starts[1:])
            ],
            axis=1,
        )
        query, key, value, output = (weights[name].data for name in weights)
        with hinted("with a cache there are more keys than queries: T rows and S columns of mask"):
            found = piece_by_piece(layer, x, *lengths)
        expect_close(
            found,
            plain_grouped(layer, x),
            f"7 positions in pieces of {lengths} with a KVCache",
            mistakes={
                "positions start again at 0 with every piece": plain_grouped(
                    layer, x, positions=restarted
                ),
                "positions are read off the cache after it has been extended": plain_grouped(
                    layer, x, positions=late
                ),
                "no mask is used with a cache, and the tokens of a piece see those after them": (
                    plain_grouped(layer, x, sees=lambda t, T: min(e for e in starts if e > t))
                ),
                "the first query of a piece sees key 0 alone, as with is_causal in PyTorch and "
                "JAX; here queries are the last of all positions, as in MLX": plain_grouped(
                    layer, x, sees=lambda t, T: t + 1 - max(s for s in starts if s <= t)
                ),
                "the keys and values that the cache returns are not used": forgetful,
                "keys are turned again with each piece, on top of their turn": plain_grouped(
                    layer,
                    x,
                    turn_keys=lambda rows, positions, base: plain_turn(
                        rows, 2 * np.asarray(positions), base
                    ),
                ),
                "the positions of the queries are read off the cache after it has been extended": (
                    plain_grouped(layer, x, query_positions=late)
                ),
                "queries start again at position 0 with every piece, and keys do not": (
                    plain_grouped(layer, x, query_positions=restarted)
                ),
                "keys go into the cache as values, and values as keys": plain_attention(
                    *(x, query, value, key, output, config),
                    turn_keys=unturned,
                    turn_values=plain_turn,
                ),
            },
        )

    def test_the_cache_gets_turned_keys_and_values_once_for_each_group(self):
        config, x = llama_config(), numbers(2, 5, 24)
        layer, _ = grouped(config)
        cache = RecordingCache()
        layer(Tensor(x[:, :3]), cache)
        layer(Tensor(x[:, 3:]), cache)
        assert len(cache.given) == 2, (
            f"extend was called {len(cache.given)} times for two pieces: each piece adds its own"
        )
        k, v = (
            np.split(x @ getattr(layer, name).weight.data, 3, axis=2) for name in ("key", "value")
        )
        wanted = np.array([[plain_turn(head[b], range(5), 50.0) for head in k] for b in range(2)])
        plain = np.array(k).swapaxes(0, 1)
        expect_close(
            cache.given[1][0],
            wanted[:, :, 3:],
            "keys of positions 3 and 4, as they are handed to the cache,",
            mistakes={
                "keys are kept as they were before the turn (all of them would have to be turned "
                "again for each new token)": plain[:, :, 3:],
                "positions start again at 0 with every piece": np.array(
                    [[plain_turn(head[b, 3:], range(2), 50.0) for head in k] for b in range(2)]
                ),
                "positions are counted from 1": np.array(
                    [[plain_turn(head[b, 3:], (4, 5), 50.0) for head in k] for b in range(2)]
                ),
                "each head of queries gets a copy, and the cache is as large as without groups": (
                    np.repeat(wanted[:, :, 3:], 2, axis=1)
                ),
                "each head of queries gets a copy (and by turns)": (
                    np.tile(wanted[:, :, 3:], (1, 2, 1, 1))
                ),
            },
        )
        values = np.array(v).swapaxes(0, 1)
        expect_close(
            cache.given[1][1],
            values[:, :, 3:],
            "values of positions 3 and 4, as they are handed to the cache,",
            mistakes={
                "each head of queries gets a copy": np.repeat(values[:, :, 3:], 2, axis=1),
                "values are turned too": np.array(
                    [[plain_turn(head[b, 3:], (3, 4), 50.0) for head in v] for b in range(2)]
                ),
            },
        )

    def test_gradients_reach_everything(self):
        config = llama_config(n_head=2, n_kv_head=1, n_channels=8)
        layer, weights = grouped(config)
        x, c = Tensor(numbers(1, 3, 8)), numbers(1, 3, 8, salt=1)
        (layer(x) * c).sum().backward()
        check_measured(
            lambda **arrays: (plain_attention(config=config, **arrays) * c).sum(),
            {**weights, "x": x},
            "grouped queries",
        )

    def test_a_call_keeps_nothing(self):
        layer = GroupedQueryAttention(llama_config())
        with same_parameters(layer):
            layer(Tensor(numbers(2, 5, 24)), KVCache())

    def test_float32_stays_float32(self):
        stays_float32(GroupedQueryAttention(llama_config()), (2, 5, 24))


# ---- block and model


@pytest.mark.kata("LlamaBlock.__init__")
class TestLlamaBlockInit:
    def test_two_norms_attention_and_feed_forward(self):
        wanted = {
            "norm1.gain": (24,),
            "attention.query.weight": (24, 24),
            "attention.key.weight": (24, 12),
            "attention.value.weight": (24, 12),
            "attention.output.weight": (24, 24),
            "norm2.gain": (24,),
            "feed_forward.gate.weight": (24, 5),
            "feed_forward.up.weight": (24, 5),
            "feed_forward.down.weight": (5, 24),
        }
        has_parameters(LlamaBlock(llama_config()), wanted, "a LlamaBlock")

    def test_the_norms_do_not_subtract(self):
        block = LlamaBlock(llama_config())
        kinds = [type(norm).__name__ for norm in (block.norm1, block.norm2)]
        assert kinds == ["RMSNorm", "RMSNorm"], f"norm1 and norm2 are {kinds}, not RMSNorms"

    def test_the_weights_come_from_rng(self):
        is_drawn_from(lambda rng: LlamaBlock(llama_config(), rng), "a LlamaBlock")
        block, alone = (
            kind(llama_config(), rng_of(5)) for kind in (LlamaBlock, GroupedQueryAttention)
        )
        is_drawn_first(block.attention, alone, "attention")


def plain_block(x, weights, config, positions=None, way="right"):
    """A LlamaBlock in plain numpy, or one with the parts put together in another way."""

    def attention(z):
        names = ("query", "key", "value", "output")
        arrays = [weights[f"attention.{name}.weight"] for name in names]
        return plain_attention(z, *arrays, config, positions=positions)

    def thought(z):
        names = ("gate", "up", "down")
        return plain_swiglu(z, *(weights[f"feed_forward.{name}.weight"] for name in names))

    def norm1(z):
        return plain_rms(z, weights["norm1.gain"])

    def norm2(z):
        return plain_rms(z, weights["norm2.gain"])

    if way == "post":
        x = norm1(x + attention(x))
        return norm2(x + thought(x))
    if way == "norm of what is added":
        x = x + norm1(attention(x))
        return x + norm2(thought(x))
    if way == "no norm1":
        x = x + attention(x)
        return x + thought(norm2(x))
    if way == "no norm2":
        x = x + attention(norm1(x))
        return x + thought(x)
    if way == "norm2 twice":
        x = x + attention(norm2(x))
        return x + thought(norm2(x))
    if way == "norms exchanged":
        x = x + attention(norm2(x))
        return x + thought(norm1(x))
    if way == "no norms":
        x = x + attention(x)
        return x + thought(x)
    if way == "no residuals":
        return thought(norm2(attention(norm1(x))))
    if way == "residual of the norm":
        x = norm1(x)
        x = x + attention(x)
        x = norm2(x)
        return x + thought(x)
    if way == "first residual of the norm":
        x = norm1(x) + attention(norm1(x))
        return x + thought(norm2(x))
    if way == "second residual of the norm":
        x = norm2(x + attention(norm1(x)))
        return x + thought(x)
    if way == "second residual of what came in":
        return x + thought(norm2(x + attention(norm1(x))))
    if way == "side by side":
        return x + attention(norm1(x)) + thought(norm2(x))
    if way == "norm1 twice":
        x = x + attention(norm1(x))
        return x + thought(norm1(x))
    if way == "attention alone":
        return x + attention(norm1(x))
    if way == "thought first":
        x = x + thought(norm2(x))
        return x + attention(norm1(x))
    if way == "first residual missing":
        x = attention(norm1(x))
        return x + thought(norm2(x))
    if way == "second residual missing":
        return thought(norm2(x + attention(norm1(x))))
    x = x + attention(norm1(x))
    return x + thought(norm2(x))


BLOCK_MISTAKES = {
    "the norms come after what is added (post-norm)": "post",
    "what is added is normalized, not what is read": "norm of what is added",
    "norm1 and norm2 are exchanged": "norms exchanged",
    "the norms are left out": "no norms",
    "norm1 is left out": "no norm1",
    "norm2 is left out": "no norm2",
    "norm2 is used twice, and norm1 never": "norm2 twice",
    "nothing is added to the stream: what a part computes replaces it": "no residuals",
    "the stream itself is normalized, and not only what the parts read": "residual of the norm",
    "the first sum begins with the normalized stream": "first residual of the norm",
    "the second sum begins with the normalized stream": "second residual of the norm",
    "attention is lost: the second sum begins with what the block was given": (
        "second residual of what came in"
    ),
    "the feed-forward reads the stream as it was before the attention": "side by side",
    "norm1 is used twice": "norm1 twice",
    "the feed-forward is left out": "attention alone",
    "the feed-forward comes first": "thought first",
    "the attention replaces the stream": "first residual missing",
    "the feed-forward replaces the stream": "second residual missing",
}


@pytest.mark.kata("LlamaBlock.__call__")
class TestLlamaBlock:
    def test_each_part_reads_a_normalized_stream_and_adds_to_the_stream(self):
        config, x = llama_config(), numbers(2, 5, 24) * 2
        block = with_numbers(LlamaBlock(config))
        weights = block.state_dict()
        expect_close(
            block(Tensor(x)),
            plain_block(x, weights, config),
            "a block's output",
            mistakes={
                name: plain_block(x, weights, config, way=way)
                for name, way in BLOCK_MISTAKES.items()
            },
        )

    def test_the_cache_is_handed_to_the_attention(self):
        config, x = llama_config(), numbers(2, 5, 24)
        block = with_numbers(LlamaBlock(config))
        weights = block.state_dict()
        expect_close(
            piece_by_piece(block, x, 2, 1, 2),
            plain_block(x, weights, config),
            "5 positions in pieces of 2, 1 and 2 with a KVCache",
            mistakes={
                "the cache is not handed on": np.concatenate(
                    [plain_block(x[:, a:b], weights, config) for a, b in ((0, 2), (2, 3), (3, 5))],
                    axis=1,
                )
            },
        )

    def test_gradients_reach_everything(self):
        config = llama_config(n_head=2, n_kv_head=1, n_channels=8)
        block, c = with_numbers(LlamaBlock(config)), numbers(1, 3, 8, salt=1)
        x = Tensor(numbers(1, 3, 8))
        (block(x) * c).sum().backward()
        check_measured(
            lambda x, **weights: (plain_block(x, weights, config) * c).sum(),
            {**dict(block.named_parameters()), "x": x},
            "a block",
        )

    def test_a_call_keeps_nothing(self):
        block = LlamaBlock(llama_config())
        with same_parameters(block):
            block(Tensor(numbers(2, 5, 24)), KVCache())


@pytest.mark.kata("Llama.__init__")
class TestLlamaInit:
    def test_a_table_blocks_a_norm_and_a_head(self):
        found = shapes_of(Llama(llama_config()))
        ends = [name for name in found if not name.startswith("blocks.")]
        assert ends == ["token.weight", "norm.gain", "head.weight"], (
            f"around its blocks a Llama has {ends}, and should have token.weight, norm.gain (an "
            "RMSNorm, which has no bias) and head.weight (without a bias; a layer of its own, not "
            "the token table), and no vectors for positions"
        )
        shapes = [found[name] for name in ends]
        assert shapes == [(11, 24), (24,), (24, 11)], (
            f"token, norm and head are {shapes} for 11 tokens and 24 channels, and should be "
            "(11, 24), (24,) and (24, 11)"
        )
        order = list(found)
        assert (order[0], order[-2:]) == ("token.weight", ["norm.gain", "head.weight"]), (
            f"the order is {order}, and should be token, blocks, norm, head"
        )

    def test_its_blocks_are_a_list(self):
        kind = type(Llama(llama_config()).blocks).__name__
        assert kind == "list", (
            f"blocks is a {kind}, and should be a list: a block can be put in another's place"
        )

    def test_there_are_as_many_blocks_as_layers_each_its_own(self):
        model = Llama(llama_config(n_layer=3))
        assert [type(block).__name__ for block in model.blocks] == ["LlamaBlock"] * 3, (
            f"blocks are {model.blocks} for n_layer = 3"
        )
        first, second = (block.attention.query.weight for block in model.blocks[:2])
        assert first is not second, "the blocks are one and the same object, listed three times"
        assert not np.array_equal(first.data, second.data), (
            "two blocks hold the same numbers: each draws its own"
        )

    def test_the_table_of_tokens_is_drawn_first(self):
        rng, table = rng_of(5), Llama(llama_config(), rng_of(5)).token.weight.data
        drawn = [Embedding(11, 24, rng).weight.data, rng.standard_normal((11, 24))]
        assert not any(np.allclose(table, one) for one in drawn), (
            "the table of tokens has a deviation of 1, as an Embedding draws it, and should be "
            "scaled to 0.02"
        )
        assert any(np.allclose(table, 0.02 * one) for one in drawn), (
            "the table of tokens is not drawn first: the parts are made in the order of the "
            "docstring, so that one seed always draws the same weights"
        )

    def test_the_config_is_kept(self):
        config = llama_config()
        found = getattr(Llama(config), "config", None)
        assert found == config, (
            f"config is {found}: the model keeps what it was made from, and generate will look for "
            "model.config.block_size"
        )

    def test_every_parameter_is_a_leaf(self):
        are_leaves(Llama(llama_config()))

    def test_the_token_table_has_a_deviation_of_002(self):
        model = Llama(llama_config(n_tokens=499, n_channels=48), rng_of(0))
        deviation = model.token.weight.data.std()
        assert 0.019 < deviation < 0.021, (
            f"the deviation of 499 · 48 numbers is {deviation:.4f}, and should be near 0.02 (an "
            "Embedding draws with deviation 1, and is scaled)"
        )

    def test_the_head_starts_as_a_linear_draws_it(self):
        config = llama_config(n_tokens=499, n_channels=48)
        found, alone = Llama(config).head.weight.data.std(), Linear(48, 499).weight.data.std()
        assert abs(found - alone) < 0.1 * alone, (
            f"the head has a deviation of {found:.4f}, and a Linear (48, 499) {alone:.4f}: only "
            "the token table is scaled"
        )

    def test_the_weights_come_from_rng(self):
        is_drawn_from(lambda rng: Llama(llama_config(), rng), "a Llama")


def plain_llama(ids, weights, config, positions=None, way="right"):
    """The logits of a Llama in plain numpy."""
    x = weights["token.weight"][ids] * {"scaled": config.n_channels**0.5, "0.02": 0.02}.get(way, 1)
    if way == "embedding normalized":
        x = plain_rms(x, weights["norm.gain"])
    layers = list(range(config.n_layer))
    layers = {"one block": layers[:1], "last block": layers[-1:], "backwards": layers[::-1]}.get(
        way, layers
    )
    for i in layers:
        start = f"blocks.{i}."
        inside = {n.removeprefix(start): w for n, w in weights.items() if n.startswith(start)}
        x = plain_block(x, inside, config, positions)
    if way == "norm first":
        return (
            plain_rms(weights["token.weight"][ids], weights["norm.gain"]) @ weights["head.weight"]
        )
    if way != "no norm":
        x = plain_rms(x, weights["norm.gain"])
    head = weights["token.weight"].T if way == "tied" else weights["head.weight"]
    z = x @ head
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    probs = powers / powers.sum(axis=-1, keepdims=True)
    return {"softmax": probs, "log_softmax": np.log(probs), "last": z[:, -1]}.get(way, z)


IDS = np.array([[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 10, 0]])


@pytest.mark.kata("Llama.__call__")
class TestLlama:
    def test_tokens_become_logits(self):
        config = llama_config()
        model = with_numbers(Llama(config))
        weights = model.state_dict()
        ways = {
            "the final norm is forgotten": "no norm",
            "the token table serves as the head": "tied",
            "only the first block is used": "one block",
            "only the last block's output counts": "last block",
            "the blocks come in reverse order": "backwards",
            "no block is used": "norm first",
            "embeddings are multiplied by √C, as in Gemma": "scaled",
            "embeddings are scaled by 0.02 with each call": "0.02",
            "a softmax is taken: probabilities come, not logits": "softmax",
            "a log_softmax is taken of the logits": "log_softmax",
            "only the last position is answered": "last",
            "the embedding is normalized before the blocks": "embedding normalized",
        }
        expect_close(
            model(IDS),
            plain_llama(IDS, weights, config),
            "logits of 2 sequences of 7 tokens",
            mistakes={n: plain_llama(IDS, weights, config, way=w) for n, w in ways.items()},
        )

    def test_a_changed_future_never_moves_the_past(self):
        model = with_numbers(Llama(llama_config()))
        changed = IDS.copy()
        changed[:, 4] = 7
        before, after = model(IDS).data, model(changed).data
        expect_close(after[:, :4], before[:, :4], "logits before position 4, when token 4 changes,")
        same = [t for t in (4, 5, 6) if np.allclose(before[:, t], after[:, t])]
        assert not same, f"token 4 changes, and the logits at {same} do not: who looks back?"

    @pytest.mark.parametrize("lengths", [(3, 1, 1, 2), (1,) * 7], ids=["3 1 1 2", "one by one"])
    def test_piece_by_piece_with_caches_it_is_the_same(self, lengths):
        config = llama_config()
        model = with_numbers(Llama(config))
        weights = model.state_dict()
        ends = np.cumsum(lengths)
        pieces = [
            plain_llama(IDS[:, end - n : end], weights, config) for n, end in zip(lengths, ends)
        ]
        restarted = np.concatenate([np.arange(n) for n in lengths])
        expect_close(
            in_pieces(model, IDS, *lengths, cache=KVCache),
            plain_llama(IDS, weights, config),
            f"logits of 7 tokens in pieces of {lengths} with a KVCache for each block",
            mistakes={
                **(
                    {
                        "with caches only the last position of a piece is answered": plain_llama(
                            IDS, weights, config
                        )[:, ends - 1]
                    }
                    if max(lengths) > 1
                    else {}
                ),
                "the caches are not handed on": np.concatenate(pieces, axis=1),
                "positions start again at 0 with every piece": plain_llama(
                    IDS, weights, config, restarted
                ),
            },
        )

    def test_each_block_has_its_own_cache(self):
        model = with_numbers(Llama(llama_config()))
        caches = [KVCache(), KVCache()]
        model(IDS[:, :3], caches)
        lengths = [cache.length for cache in caches]
        assert lengths == [3, 3], (
            f"after 3 tokens the caches of the two blocks hold {lengths} positions: the first "
            "belongs to the first block, the second to the second"
        )

    def test_one_block_has_one_cache(self):
        config = llama_config(n_layer=1)
        model = with_numbers(Llama(config))
        expect_close(
            in_pieces(model, IDS, 3, 4, cache=KVCache),
            plain_llama(IDS, model.state_dict(), config),
            "logits of a model with one block, 7 tokens in pieces of 3 and 4",
        )

    def test_a_context_longer_than_block_size_is_refused(self):
        model = with_numbers(Llama(llama_config(block_size=5)))
        expect_raises(ValueError, lambda: model(IDS[:, :6]), "6 tokens at once", naming=[6, 5])
        assert model(IDS[:, :5]).shape == (2, 5, 11), "5 tokens fit into a block_size of 5"

    def test_what_the_caches_hold_counts_too(self):
        model = with_numbers(Llama(llama_config(block_size=5)))
        caches = [KVCache(), KVCache()]
        model(IDS[:, :4], caches)
        expect_raises(
            ValueError,
            lambda: model(IDS[:, 4:6], caches),
            "2 tokens after 4 that are in the caches, with a block_size of 5,",
            naming=[6, 5],
        )
        lengths = [cache.length for cache in caches]
        assert lengths == [4, 4], (
            f"the caches held 4 positions, and hold {lengths} after a call that was refused: check "
            "before any block has seen the tokens"
        )
        assert model(IDS[:, 4:5], caches).shape == (2, 1, 11), "a fifth token fits"

    def test_a_batch_may_be_larger_than_the_context(self):
        ids = np.zeros((9, 2), dtype=int)
        with hinted(
            "9 texts of 2 tokens are not a long context: T is the second axis of ids (B, T)"
        ):
            assert Llama(llama_config())(ids).shape == (9, 2, 11)

    def test_a_call_keeps_nothing(self):
        model = Llama(llama_config())
        with same_parameters(model):
            model(IDS, [KVCache(), KVCache()])

    def test_nothing_in_it_depends_on_the_mode(self):
        is_alike_in_both_modes(with_numbers(Llama(llama_config())), IDS)

    @pytest.mark.parametrize("token", [11, -1])
    def test_an_unknown_token_is_refused(self, token):
        expect_raises(
            IndexError,
            lambda: Llama(llama_config())(np.array([[1, token]])),
            f"token {token} of 11",
            naming=[token],
        )

    @pytest.mark.parametrize("n", [1, 3])
    def test_there_is_a_cache_for_each_block(self, n):
        expect_raises(
            ValueError,
            lambda: Llama(llama_config())(IDS, [KVCache() for _ in range(n)]),
            f"{n} cache{'s' * (n > 1)} for the two blocks",
            naming=[n, 2],
        )

    def test_a_new_model_knows_next_to_nothing(self):
        config = llama_config(n_tokens=101, n_channels=48)
        ids = np.arange(101)[: 7 * 14].reshape(14, 7)
        loss = float(cross_entropy(Llama(config, rng_of(1))(ids), (ids * 13) % 101).data)
        assert abs(loss - math.log(101)) < 0.5, (
            f"the loss of a new model is {loss:.2f}, and should be near ln 101 = 4.62: it cannot "
            "know which of 101 tokens comes next, nor be sure of a wrong one"
        )

    def test_gradients_reach_everything(self):
        config = llama_config(n_head=2, n_kv_head=1, n_channels=8)
        model, c = with_numbers(Llama(config)), numbers(2, 3, 11)
        (model(IDS[:, :3]) * c).sum().backward()
        check_measured(
            lambda **weights: (plain_llama(IDS[:, :3], weights, config) * c).sum(),
            dict(model.named_parameters()),
            "a Llama",
        )

    def test_float32_stays_float32(self):
        is_float32(in_float32(Llama(llama_config()))(IDS))
