"""4.4 · GPT: tokens in, logits out, at once or piece by piece."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises, same_parameters
from katas.phase4_llms.language_model import Embedding
from katas.phase4_llms.spec_helpers import (
    Memory,
    are_leaves,
    has_parameters,
    hinted,
    in_float32,
    in_pieces,
    is_alike_in_both_modes,
    is_drawn_from,
    is_float32,
    numbers,
    rng_of,
    with_numbers,
    without_past,
)
from katas.phase4_llms.tensor import Tensor, cross_entropy
from katas.phase4_llms.transformer import GPT, Block, GPTConfig

CONFIG = GPTConfig(n_tokens=11, block_size=7, n_layer=2, n_head=3, n_channels=6)
IDS = np.array([[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])
BLOCK = {
    "norm1.gain": (6,),
    "norm1.bias": (6,),
    "attention.qkv.weight": (6, 18),
    "attention.qkv.bias": (18,),
    "attention.output.weight": (6, 6),
    "attention.output.bias": (6,),
    "norm2.gain": (6,),
    "norm2.bias": (6,),
    "feed_forward.expand.weight": (6, 24),
    "feed_forward.expand.bias": (24,),
    "feed_forward.contract.weight": (24, 6),
    "feed_forward.contract.bias": (6,),
}


@pytest.mark.kata("GPT.__init__")
class TestGPTInit:
    def test_it_has_a_table_of_tokens_positions_blocks_and_a_norm(self):
        wanted = {"token.weight": (11, 6), "positions.table": (7, 6)}
        for i in range(2):
            wanted |= {f"blocks.{i}.{name}": shape for name, shape in BLOCK.items()}
        wanted |= {"norm.gain": (6,), "norm.bias": (6,)}
        has_parameters(GPT(CONFIG, rng_of(0)), wanted, "a GPT of two layers")

    def test_its_blocks_are_a_list(self):
        kind = type(GPT(CONFIG, rng_of(0)).blocks).__name__
        assert kind == "list", (
            f"blocks is a {kind}, and should be a list: a block can be put in another's place"
        )

    def test_the_number_of_parameters_is_that_of_the_formula(self):
        V, T, L, C = 11, 7, 2, 6
        block = 12 * C * C + 13 * C  # 4C² in attention, 8C² in feed-forward; 9C biases, 4C in norms
        right = V * C + T * C + L * block + 2 * C
        expect_close(
            GPT(CONFIG, rng_of(0)).n_parameters(),
            right,
            "number of parameters of a GPT with V = 11, T = 7, L = 2, C = 6",
            mistakes={
                "the head has a table of its own (the weights are not tied)": right + V * C,
                "the head has a table of its own, and biases": right + V * C + V,
                "the final norm is missing": right - 2 * C,
                "all blocks are one and the same": right - block,
                "there is one block too many": right + block,
                "there is no table of positions": right - T * C,
                "there are as many positions as tokens": right + (V - T) * C,
            },
        )

    def test_each_block_has_as_many_heads_as_the_config_says(self):
        found = [block.attention.n_head for block in GPT(CONFIG, rng_of(0)).blocks]
        assert found == [3, 3], (
            f"n_head is 3, and the attentions of the two blocks have {found}: the number of heads "
            "changes no parameter's shape, so nothing else would tell you"
        )

    def test_each_block_has_weights_of_its_own(self):
        one, other = GPT(CONFIG, rng_of(0)).blocks
        assert one is not other, (
            "both blocks are the same object: [Block(…)] * n makes one block, and lists it n times"
        )
        assert not np.array_equal(one.attention.qkv.weight.data, other.attention.qkv.weight.data), (
            "both blocks start with the same weights, so that they would learn the same"
        )

    def test_every_parameter_is_a_leaf(self):
        are_leaves(GPT(CONFIG, rng_of(0)))

    def test_the_table_of_tokens_has_a_deviation_of_0_02(self):
        # of 20,000 numbers, whose deviation has an error of 0.5 %: 3 % are allowed
        config = GPTConfig(n_tokens=500, block_size=2, n_layer=0, n_head=1, n_channels=40)
        found = GPT(config, rng_of(0)).token.weight.data.std()
        wrong = {
            "the table is as Embedding draws it": 1.0,
            "the variance is 0.02, not the deviation": math.sqrt(0.02),
            "the factor 0.02 is taken twice": 0.0004,
            "the table is not drawn at all": 0.0,
        }
        wrong["it is divided by √C"] = 1 / math.sqrt(40)
        same = [name for name, other in wrong.items() if abs(found - other) <= other / 30]
        assert abs(found - 0.02) < 0.0006, "\n".join(
            [f"the table of tokens has a deviation of {found:.4f}, and should have 0.02"]
            + [f"This is what you get when {name}." for name in same]
        )

    def test_everything_else_starts_as_its_part_draws_it(self):
        config = GPTConfig(n_tokens=2, block_size=500, n_layer=1, n_head=1, n_channels=40)
        model = GPT(config, rng_of(0))
        found = model.positions.table.data.std()
        assert abs(found - 0.02) < 0.0006, (
            f"the table of positions has a deviation of {found:.5f}: LearnedPositions draws it "
            "with 0.02, and only the table of tokens is scaled"
        )
        alone, inside = Block(config, rng_of(1)).state_dict(), model.blocks[0].state_dict()
        other = [n for n in alone if abs(alone[n].std() - inside[n].std()) > 0.1 * alone[n].std()]
        assert not other, f"the numbers of blocks.0 are of another size in {', '.join(other)}"

    def test_the_table_of_tokens_is_drawn_first(self):
        rng, table = rng_of(5), GPT(CONFIG, rng_of(5)).token.weight.data
        drawn = [Embedding(11, 6, rng).weight.data, rng.standard_normal((11, 6))]
        assert any(np.allclose(table, 0.02 * one) for one in drawn), (
            "the table of tokens is not drawn first: the parts are made in the order of the "
            "docstring, so that one seed always draws the same weights"
        )

    def test_the_config_is_kept(self):
        found = getattr(GPT(CONFIG, rng_of(0)), "config", None)
        assert found == CONFIG, (
            f"config is {found}: the model keeps what it was made from, and generate will look for "
            "model.config.block_size"
        )

    def test_the_weights_are_drawn_from_rng(self):
        is_drawn_from(lambda rng: GPT(CONFIG, rng), "a GPT")

    def test_it_works_without_rng(self):
        one, other = GPT(CONFIG), GPT(CONFIG)
        assert not np.array_equal(one.token.weight.data, other.token.weight.data), (
            "two GPTs made without rng have the same weights"
        )


class Displaced:
    """Positions that are counted wrong from the second piece on: 0 at first, then as shown."""

    def __init__(self, positions, wrong):
        self.positions, self.wrong = positions, wrong

    def __call__(self, x, start=0):
        return self.positions(x, self.wrong(start) if start else 0)


def displaced(model, wrong, ids, *lengths):
    """The logits in pieces, of a model that counts positions wrong."""
    right = model.positions
    model.positions = Displaced(right, wrong)
    try:
        return in_pieces(model, ids, *lengths)
    finally:
        model.positions = right


@pytest.mark.kata("GPT.__call__")
class TestGPTCall:
    def test_tokens_and_positions_through_the_blocks_the_norm_and_the_table(self):
        model = GPT(CONFIG, rng_of(0))
        W, P = numbers(11, 6), numbers(7, 6)
        model.token.weight.data, model.positions.table.data = W, P
        model.blocks = [lambda x, cache=None: x * 3, lambda x, cache=None: x + 1]
        model.norm = lambda x: x * x
        x, p = W[IDS], P[np.newaxis]
        right = ((x + p) * 3 + 1) ** 2 @ W.T

        logs = right - right.max(axis=-1, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(axis=-1, keepdims=True))
        with hinted("the head is the token table (V, C) with its two axes exchanged: (C, V)"):
            logits = model(IDS)
        expect_close(
            logits,
            right,
            "logits of a GPT whose blocks are · 3 and + 1, and whose norm is the square",
            mistakes={
                "the final norm is left out": ((x + p) * 3 + 1) @ W.T,
                "positions are left out": (x * 3 + 1) ** 2 @ W.T,
                "positions are added after the blocks": (x * 3 + 1 + p) ** 2 @ W.T,
                "no block is used, as zip ends with no caches": (x + p) ** 2 @ W.T,
                "only the last position has logits": right[:, -1:],
                "only the first block is used": ((x + p) * 3) ** 2 @ W.T,
                "only the last block is used": ((x + p) + 1) ** 2 @ W.T,
                "every block reads the embedding, and their outputs are added": (
                    (x + p) * 3 + (x + p) + 1
                )
                ** 2
                @ W.T,
                "the blocks are run backwards": ((x + p + 1) * 3) ** 2 @ W.T,
                "the norm stands before the blocks": ((x + p) ** 2 * 3 + 1) @ W.T,
                "each block is followed by the norm": ((((x + p) * 3) ** 2 + 1) ** 4 @ W.T),
                "there is no head": ((x + p) * 3 + 1) ** 2,
                "positions are added twice": ((x + 2 * p) * 3 + 1) ** 2 @ W.T,
                "position 0 is added everywhere": ((x + p[:, :1]) * 3 + 1) ** 2 @ W.T,
                "position 0 is added everywhere, on top": ((x + p + p[:, :1]) * 3 + 1) ** 2 @ W.T,
                "tokens are left out": ((0 * x + p) * 3 + 1) ** 2 @ W.T,
                "the stream is added to its norm": right + ((x + p) * 3 + 1) @ W.T,
                "all positions stand in one axis": right.reshape(-1, 11),
                "a softmax is taken: probabilities come, not logits": np.exp(logs),
                "a log_softmax is taken of the logits": logs,
                "embeddings are multiplied by √C, as in the first transformer": (
                    ((x * 6**0.5 + p) * 3 + 1) ** 2 @ W.T
                ),
                "embeddings are scaled by 0.02 with each call": ((0.02 * x + p) * 3 + 1) ** 2 @ W.T,
                "logits are divided by √C": right / 6**0.5,
                "only the last position is answered": right[:, -1],
            },
        )

    def test_a_new_model_gives_each_token_about_the_same_probability(self):
        config = GPTConfig(n_tokens=61, block_size=13, n_layer=2, n_head=2, n_channels=16)
        for seed in range(3):
            model, rng = GPT(config, rng_of(seed)), rng_of(seed)
            ids = rng.integers(0, 61, (5, 14))
            loss = float(cross_entropy(model(ids[:, :-1]), ids[:, 1:]).data)
            assert abs(loss - math.log(61)) < 0.1, (
                f"the loss of a new model with 61 tokens is {loss:.3f}, and should be near "
                f"ln 61 = {math.log(61):.3f}, give or take 0.1: it knows nothing yet, and should "
                "not be sure of anything. Large numbers in the table make large logits"
            )

    def test_a_changed_future_never_moves_the_past(self):
        model = with_numbers(GPT(CONFIG, rng_of(0)))
        ids = IDS[:1].copy()
        before = model(ids).data
        for t in range(7):
            changed = ids.copy()
            changed[0, t] = (ids[0, t] + 1) % 11
            moved = np.abs(model(changed).data - before).max(axis=-1)[0] > 1e-9
            assert moved.tolist() == [i >= t for i in range(7)], (
                f"token {t} was changed, and the logits of positions "
                f"{np.flatnonzero(moved).tolist()} moved: it should be {list(range(t, 7))}. A "
                "position that sees its future reads off what it should learn to guess"
            )

    def test_order_matters(self):
        model = with_numbers(GPT(CONFIG, rng_of(0)))
        one, other = model(np.array([[1, 2, 3]])), model(np.array([[2, 1, 3]]))
        assert np.abs(one.data[0, -1] - other.data[0, -1]).max() > 1e-3, (
            "after tokens 1 2 3 and after 2 1 3 the model expects the same: it does not know where "
            "a token stands"
        )

    def test_sequences_of_a_batch_do_not_mix(self):
        model = with_numbers(GPT(CONFIG, rng_of(0)))
        alone = [model(IDS[i : i + 1]).data[0] for i in range(2)]
        expect_close(model(IDS), alone, "logits of two sequences in a batch, and of each alone")

    def test_a_token_s_row_collects_the_gradients_of_both_its_uses(self):
        """The table is read at the bottom, and multiplied with at the top."""
        model, seed = with_numbers(GPT(CONFIG, rng_of(0))), numbers(2, 7, 11)
        weight = model.token.weight.data
        table, head = Tensor(weight.copy()), Tensor(weight.copy())
        x = model.positions(table[IDS])
        for block in model.blocks:
            x = block(x)
        (model.norm(x) @ head.swapaxes(0, 1)).backward(seed)
        model.zero_grad()
        model(IDS).backward(seed)
        assert np.any(model.token.weight.grad), "no gradient at all reached token.weight"
        expect_close(
            model.token.weight.grad,
            table.grad + head.grad,
            "gradient of the table, which is embedding and head at once",
            mistakes={
                "half of it is missing: what came through the head (is it a copy?)": table.grad,
                "half of it is missing: what came through the embedding": head.grad,
                "the two halves are averaged": (table.grad + head.grad) / 2,
            },
        )

    def test_every_parameter_gets_a_gradient(self):
        model = with_numbers(GPT(CONFIG, rng_of(0)))
        cross_entropy(model(IDS[:, :-1]), IDS[:, 1:]).backward()
        # rows that no token or position asked for have none, but every array has some
        without = [name for name, p in model.named_parameters() if not np.any(p.grad)]
        assert not without, f"no gradient reached {', '.join(without)}"

    def test_a_context_of_block_size_is_the_longest(self):
        model = GPT(CONFIG, rng_of(0))
        assert model(IDS).shape == (2, 7, 11), f"7 tokens gave logits of shape {model(IDS).shape}"
        expect_raises(
            ValueError,
            lambda: model(np.zeros((1, 8), dtype=int)),
            "8 tokens, where block_size is 7",
            naming=[8, 7],
        )

    def test_a_batch_may_be_larger_than_the_context(self):
        ids = np.zeros((9, 2), dtype=int)
        with hinted(
            "9 texts of 2 tokens are not a long context: T is the second axis of ids (B, T)"
        ):
            assert GPT(CONFIG, rng_of(0))(ids).shape == (9, 2, 11)

    @pytest.mark.parametrize("token", [11, -1])
    def test_an_unknown_token_is_refused(self, token):
        model = GPT(CONFIG, rng_of(0))
        expect_raises(
            IndexError,
            lambda: model(np.array([[1, token]])),
            f"token {token} of 11",
            naming=[token],
        )

    def test_nothing_in_it_depends_on_the_mode(self):
        is_alike_in_both_modes(with_numbers(GPT(CONFIG, rng_of(0))), IDS)

    def test_with_caches_it_continues_where_it_stopped(self):
        model, ids = with_numbers(GPT(CONFIG, rng_of(0))), IDS[:, :6]
        expect_close(
            in_pieces(model, ids, 2),
            model(ids),
            "logits of six tokens that came as two and four, with caches",
            mistakes={
                "positions begin at 0 again with each piece": displaced(model, lambda n: 0, ids, 2),
                "positions are one too low after the first piece": displaced(
                    model, lambda n: n - 1, ids, 2
                ),
                "positions are one too high after the first piece": displaced(
                    model, lambda n: n + 1, ids, 2
                ),
                "the caches are not handed to the blocks: a piece knows nothing before it": (
                    without_past(model, ids, 2, 4)
                ),
                "with caches only the last position of a piece is answered": (
                    model(ids).data[:, [1, 5]]
                ),
                "the caches are not looked at: each piece is a text of its own": np.concatenate(
                    [model(ids[:, :2]).data, model(ids[:, 2:]).data], axis=1
                ),
            },
        )

    def test_a_single_block_needs_no_second_cache(self):
        model = with_numbers(GPT(GPTConfig(11, 7, n_layer=1, n_head=3, n_channels=6), rng_of(0)))
        expect_close(in_pieces(model, IDS, 3), model(IDS), "logits in pieces, with one block")

    def test_each_block_has_the_cache_in_its_own_place(self):
        model, caches, seen = GPT(CONFIG, rng_of(0)), [Memory(), Memory()], []
        model.blocks = [
            lambda x, cache=None: seen.append(cache) or x,
            lambda x, cache=None: seen.append(cache) or x,
        ]
        model(IDS, caches)
        assert [id(cache) for cache in seen] == [id(cache) for cache in caches], (
            "the blocks were not called with the caches in their order, each once"
        )

    def test_what_is_in_the_cache_counts_for_the_context(self):
        model, caches = GPT(CONFIG, rng_of(0)), [Memory(), Memory()]
        model(IDS[:, :5], caches)
        expect_raises(
            ValueError,
            lambda: model(IDS[:, :3], caches),
            "3 tokens after 5 in the cache, where block_size is 7",
            naming=[8, 7],
        )
        lengths = [cache.length for cache in caches]
        assert lengths == [5, 5], (
            f"the caches held 5 positions, and hold {lengths} after a call that was refused: check "
            "before any block has seen the tokens"
        )

    @pytest.mark.parametrize("n", [1, 3])
    def test_there_is_a_cache_for_each_block(self, n):
        model, caches = GPT(CONFIG, rng_of(0)), [Memory() for _ in range(n)]
        expect_raises(
            ValueError,
            lambda: model(IDS, caches),
            f"{n} cache{'s' * (n > 1)} for the two blocks (a zip ends with the shorter list, and "
            "blocks would be left out)",
            naming=[n, 2],
        )
        assert not any(cache.length for cache in caches), "a cache was extended all the same"

    def test_a_call_keeps_nothing(self):
        model = GPT(CONFIG, rng_of(0))
        with same_parameters(model):
            model(IDS, [Memory(), Memory()])

    def test_float32_stays_float32(self):
        is_float32(in_float32(GPT(CONFIG))(IDS))
