"""4.4 · Generation: a cache, a draw, and a text."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase2_networks.module import Module
from katas.phase3_training.spec_helpers import a_seed_does
from katas.phase4_llms.generation import KVCache, generate, sample
from katas.phase4_llms.language_model import Embedding
from katas.phase4_llms.spec_helpers import (
    hinted,
    in_pieces,
    is_tensor,
    numbers,
    quietly,
    rng_at_the_edge,
    rng_of,
    with_numbers,
    without_past,
)
from katas.phase4_llms.tensor import Tensor, no_grad
from katas.phase4_llms.transformer import GPT, GPTConfig

inf, nan = math.inf, math.nan

CONFIG = GPTConfig(n_tokens=11, block_size=7, n_layer=2, n_head=3, n_channels=6)
IDS = np.array([[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])


@pytest.mark.kata("KVCache.__init__")
class TestKVCacheInit:
    def test_it_is_empty(self):
        assert KVCache().length == 0, f"a new cache has length {KVCache().length}"


PIECES = "time is the last axis but one, and pieces differ in it: (B, n_head, T, D)"
K, V = numbers(2, 3, 7, 5), numbers(5, 7, 3, 2).T  # (B, n_head, T, D)


def grown(*lengths):
    """A cache, and what it returned for the last piece, after pieces of K and V."""
    cache, start = KVCache(), 0
    for length in lengths:
        piece = slice(start, start + length)
        with hinted(PIECES):
            result = cache.extend(Tensor(K[:, :, piece]), Tensor(V[:, :, piece]))
        if not isinstance(result, tuple | list) or len(result) != 2:
            pytest.fail(f"extend returned {result!r}, and should return the keys and values of all")
        start += length
    return cache, result


@pytest.mark.kata("KVCache.extend")
class TestKVCacheExtend:
    def test_the_first_piece_comes_back_as_it_is(self):
        _, (k, v) = grown(3)
        mixed = {"keys and values are exchanged": V[:, :, :3]}
        expect_close(k, K[:, :, :3], "keys after the first piece", mistakes=mixed)
        mixed = {"keys come back twice": K[:, :, :3]}
        expect_close(v, V[:, :, :3], "values after the first piece", mistakes=mixed)

    def test_tensors_come_back(self):
        for lengths in ((3,), (3, 2)):
            for result, what in zip(grown(*lengths)[1], ("keys", "values")):
                is_tensor(result, what)

    def test_later_pieces_are_put_at_the_end_of_time(self):
        _, (k, v) = grown(3, 2, 1)
        for got, right, what in ((k, K, "keys"), (v, V, "values")):
            parts = right[:, :, :3], right[:, :, 3:5], right[:, :, 5:6]
            expect_close(
                got,
                right[:, :, :6],
                f"{what} of three, two and one positions",
                mistakes={
                    "only the new ones come back": parts[2],
                    "new ones are put in front of the old": np.concatenate(parts[::-1], axis=-2),
                    "the piece before the last is forgotten": np.concatenate(
                        [parts[0], parts[2]], axis=-2
                    ),
                    "what came first is forgotten": np.concatenate(parts[1:], axis=-2),
                    "the last of the old ones is written over": np.concatenate(
                        [parts[0][:, :, :2], parts[1][:, :, :1], parts[2]], axis=-2
                    ),
                    "the new ones are left out": right[:, :, :5],
                    "the old ones are of the other kind (self.k stands for self.v, say)": (
                        np.concatenate([(V if right is K else K)[:, :, :5], parts[2]], axis=-2)
                    ),
                },
            )

    def test_length_counts_positions(self):
        cache = KVCache()
        for T in (3, 2, 2):
            with hinted(PIECES):
                cache.extend(Tensor(np.zeros((8, 11, T, 13))), Tensor(np.zeros((8, 11, T, 13))))
        expect_kind(cache.length, int, "length")
        expect_close(
            cache.length,
            7,
            "length after three, two and two positions",
            mistakes={
                "calls are counted, not positions": 3,
                "the old ones are counted again with each piece": 15,
                "only the last piece is counted": 2,
                "one position is lost with each piece": 4,
                "it is one behind": 6,
                "it stays at 0": 0,
                "the second axis is counted: heads": 11,
                "the last axis is counted: the channels of a head": 13,
                "the first axis is counted: sequences": 8,
                "the first axis is counted with each piece: sequences": 24,
                "the second axis is counted with each piece: heads": 33,
                "the last axis is counted with each piece: the channels of a head": 39,
                "the pieces before are counted, not the new one": 5,
            },
        )

    def test_two_caches_do_not_share(self):
        grown(3)
        cache, (k, _) = grown(2)
        assert cache.length == 2 and k.shape == (2, 3, 2, 5), (
            f"a new cache has length {cache.length} and keys {k.shape} after two positions: it "
            "remembers what another one was given"
        )

    def test_what_was_given_is_not_changed(self):
        cache, k, v = KVCache(), Tensor(K[:, :, :2].copy()), Tensor(V[:, :, :2].copy())
        first, _ = cache.extend(k, v)
        cache.extend(Tensor(K[:, :, 2:3]), Tensor(V[:, :, 2:3]))
        same = [
            np.array_equal(tensor.data, array)
            for tensor, array in ((k, K[:, :, :2]), (v, V[:, :, :2]), (first, K[:, :, :2]))
        ]
        assert all(same), (
            "what was given, or returned, for the first piece is another after the second one: its "
            "data was written into, and a graph or a caller may still need it"
        )

    @pytest.mark.parametrize(
        "lengths", [(1,) * 6, (6,), (1, 5), (5, 1), (2, 3), (3, 1, 2)], ids=str
    )
    def test_a_gpt_with_caches_gives_what_it_gives_at_once(self, lengths):
        model = with_numbers(GPT(CONFIG, rng_of(0)))
        with no_grad():
            expect_close(
                in_pieces(model, IDS, *lengths, cache=KVCache),
                model(IDS),
                f"logits in pieces of {lengths} and the rest",
                mistakes={
                    "a piece does not know what came before": without_past(
                        model, IDS, *lengths, 7 - sum(lengths)
                    )
                },
            )


PROBS = np.array([0.1, 0.4, 0.2, 0.3])
DRAWS, TOLERANCE = 2500, 0.05  # five standard deviations of a frequency near one half


def frequencies(probs, **settings):
    """How often each token came, of 2,500 draws from these probabilities' logarithms."""
    rng = rng_of(7)
    drawn = [sample(np.log(probs), rng=rng, **settings) for _ in range(DRAWS)]
    return np.bincount(drawn, minlength=len(probs)) / DRAWS


def tokens(logits, **settings):
    """All tokens that came in 200 draws; one of probability 0.1 is missed once in 10⁹ times."""
    rng = rng_of(7)
    return {int(sample(np.array(logits), rng=rng, **settings)) for _ in range(200)}


def expect_tokens(found, wanted, what, mistakes):
    """Fail unless just these tokens came, and name the mistake that lets others through."""
    __tracebackhide__ = True
    names = " Or when ".join(f"{name}." for name, other in mistakes.items() if other == found)
    assert found == wanted, (
        f"{what}: tokens {sorted(found)} came, and should be {sorted(wanted)}. "
        f"{names and f'This is exactly what you get when {names}'}"
    )


@pytest.mark.kata("sample")
class TestSample:
    def test_temperature_0_takes_the_most_likely(self):
        logits = np.array([1.0, 5.0, -2.0, 4.9])
        drawn = [sample(logits, temperature=0, rng=rng_of(seed)) for seed in range(20)]
        expect_close(
            drawn,
            [1] * 20,
            "20 draws at temperature 0 from logits 1, 5, -2, 4.9",
            mistakes={
                "the least likely token is taken": [2] * 20,
                "the logit is returned, not its place": [5.0] * 20,
            },
        )

    def test_temperature_0_draws_nothing(self):
        rng = rng_of(3)
        before = rng.bit_generator.state
        sample(np.array([1.0, 5.0]), temperature=0, rng=rng)
        assert rng.bit_generator.state == before, (
            "a number was drawn at temperature 0, where there is no choice to make"
        )

    def test_the_first_of_equals_goes_first(self):
        logits = [1.0, 2.0, 2.0, 2.0]
        expect_tokens(tokens(logits, temperature=0), {1}, "temperature 0, three equal best", {})
        expect_tokens(
            tokens(logits, top_k=2),
            {1, 2},
            "top_k = 2 of logits 1, 2, 2, 2",
            {
                "all that equal the k-th are kept, as Transformers does": {1, 2, 3},
                "the last of equals go first": {2, 3},
            },
        )
        found = tokens([0.0, 1.0] * 500, top_k=3)
        assert found == {1, 3, 5}, (
            f"top_k = 3 of the logits 0, 1, 0, 1, … gave the tokens {sorted(found)}, and should "
            "give 1, 3, 5: a sort keeps equals in order only if it is stable, and the one that "
            "numpy takes by itself is so for short rows alone"
        )

    def test_an_int_comes_back(self):
        for temperature in (0, 1.0):
            token = sample(np.array([1.0, 2.0]), temperature, rng=rng_of(0))
            assert type(token) is int, (
                f"{token!r} ({type(token).__name__}) came back, and should be an int: other kinds "
                "of numbers cannot be written to JSON, and look odd in a list"
            )

    def test_tokens_come_as_often_as_softmax_says(self):
        expect_close(
            frequencies(PROBS),
            PROBS,
            "frequencies of four tokens of probability 0.1, 0.4, 0.2, 0.3 in 2,500 draws",
            mistakes={
                "all tokens are equally likely": [0.25] * 4,
                "the most likely is always taken": [0.0, 1.0, 0.0, 0.0],
                "places in the sorted order are returned, not tokens": [0.4, 0.3, 0.2, 0.1],
                "the order is reversed": [0.3, 0.2, 0.4, 0.1],
            },
            tolerance=TOLERANCE,
        )

    def test_logits_are_divided_by_the_temperature(self):
        probs = np.array([0.7, 0.2, 0.1])
        by_probs = np.exp(probs / 0.25)
        expect_close(
            frequencies(probs, temperature=0.25),
            probs**4 / (probs**4).sum(),  # dividing a logarithm by 1/4: the fourth power
            "frequencies of 0.7, 0.2, 0.1 at temperature 0.25",
            mistakes={
                "temperature is left out": probs,
                "logits are multiplied by the temperature": probs**0.25 / (probs**0.25).sum(),
                "probabilities are divided by the temperature, not logits": (
                    by_probs / by_probs.sum()
                ),
            },
            tolerance=TOLERANCE,
        )

    def test_a_high_temperature_makes_tokens_more_alike(self):
        def at(divisor):
            odds = 8 ** (1 / divisor)
            return [odds / (odds + 1), 1 / (odds + 1)]

        expect_close(
            frequencies(np.array([8 / 9, 1 / 9]), temperature=1.5),
            [0.8, 0.2],  # 8 to the power ⅔ is 4
            "frequencies of 8/9 and 1/9 at temperature 1.5",
            mistakes={
                "logits are multiplied by the temperature": at(1 / 1.5),
                "logits are divided by the square of the temperature": at(1.5**2),
                "temperature is left out, or made a whole number": at(1),
            },
            tolerance=TOLERANCE,
        )

    def test_top_k_keeps_the_k_most_likely(self):
        expect_tokens(
            tokens(np.log(PROBS), top_k=2),
            {1, 3},
            "top_k = 2 of probabilities 0.1, 0.4, 0.2, 0.3",
            {
                "top_k is left out": {0, 1, 2, 3},
                "the k least likely are kept": {0, 2},
                "the first k are kept, in the order of the vocabulary": {0, 1},
                "one too many is kept": {1, 2, 3},
                "one too few is kept": {1},
                "the k most likely are thrown away": {0, 2},
            },
        )

    def test_what_is_kept_is_scaled_to_sum_to_1(self):
        expect_close(
            frequencies(PROBS, top_k=2),
            [0.0, 4 / 7, 0.0, 3 / 7],
            "frequencies with top_k = 2",
            mistakes={
                "the kept ones are equally likely": [0.0, 0.5, 0.0, 0.5],
                "what was cut goes to the most likely": [0.0, 0.7, 0.0, 0.3],
            },
            tolerance=0.06,
        )

    def test_top_k_beyond_the_vocabulary_keeps_all(self):
        with hinted("a top_k that is larger than the vocabulary makes sense, and cuts nothing"):
            found = tokens(np.log(PROBS), top_k=50)
        expect_tokens(found, {0, 1, 2, 3}, "top_k = 50 of four tokens", {})

    def test_top_p_keeps_the_token_that_crosses_the_line(self):
        expect_tokens(
            tokens(np.log(PROBS), top_p=0.6),
            {1, 3},  # 0.4 is not enough, 0.4 + 0.3 is
            "top_p = 0.6 of probabilities 0.1, 0.4, 0.2, 0.3",
            {
                "the token that crosses the line is dropped": {1},
                "one token after the line is kept too": {1, 2, 3},
                "top_p is left out": {0, 1, 2, 3},
                "tokens are counted from the least likely": {0, 2, 3},
                "tokens are counted in the order of the vocabulary": {0, 1, 2},
            },
        )

    def test_a_line_that_is_reached_exactly_is_reached(self):
        expect_tokens(
            tokens([0.0, 0.0, 0.0, 0.0], top_p=0.5),
            {0, 1},
            "top_p = 0.5 of four tokens with 0.25 each",
            {
                "probabilities have to be above p together": {0, 1, 2},
                "the last of equals go first, as in Transformers, which sorts upwards": {2, 3},
            },
        )

    def test_top_p_keeps_the_most_likely_even_if_it_is_beyond_the_line(self):
        expect_tokens(
            tokens(np.log(PROBS), top_p=0.05),
            {1},
            "top_p = 0.05, where the most likely has 0.4",
            {"nothing is left, and all come": {0, 1, 2, 3}},
        )

    def test_top_p_of_1_keeps_all(self):
        expect_tokens(tokens(np.log(PROBS), top_p=1.0), {0, 1, 2, 3}, "top_p = 1", {})

    def test_what_top_p_kept_is_scaled_to_sum_to_1(self):
        expect_close(
            frequencies(PROBS, top_p=0.6),
            [0.0, 4 / 7, 0.0, 3 / 7],
            "frequencies with top_p = 0.6",
            mistakes={
                "the kept ones are equally likely": [0.0, 0.5, 0.0, 0.5],
                "what was cut goes to the most likely": [0.0, 0.7, 0.0, 0.3],
            },
            tolerance=0.06,
        )

    def test_temperature_comes_before_top_p(self):
        # squares 0.01, 0.16, 0.04, 0.09 of 0.30 in all: the most likely has 0.53 now
        expect_tokens(
            tokens(np.log(PROBS), temperature=0.5, top_p=0.5),
            {1},
            "top_p = 0.5 at temperature 0.5, where token 1 has 0.53",
            {"top_p is applied before the temperature, as in MLX LM": {1, 3}},
        )

    def test_top_k_comes_before_top_p(self):
        # of the three that are left, with 0.2, 0.2 and 0.1, the first two have 4/5
        expect_tokens(
            tokens(np.log([0.1, 0.2, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1]), top_k=3, top_p=0.7),
            {1, 3},
            "top_p = 0.7 of the three that top_k = 3 left, of which tokens 1 and 3 have 0.8",
            {
                "top_p is applied before top_k, as in MLX LM": {0, 1, 3},
                "top_k is ignored where top_p is given": {0, 1, 2, 3, 4},
                "what top_k left is not scaled to sum to 1 before top_p looks at it": {0, 1, 3},
            },
        )

    def test_a_logit_of_minus_infinity_never_comes(self):
        for settings in ({}, {"temperature": 0.5}, {"top_k": 3}, {"top_p": 1.0}):
            with hinted("a logit of -inf makes sense: of a token that must not come"):
                found = tokens([-inf, 0.0, 0.0], **settings)
            expect_tokens(found, {1, 2}, f"logits -inf, 0, 0 with {settings}", {})

    @pytest.mark.parametrize("upper", [False, True], ids=["0", "almost 1"])
    def test_it_does_not_come_at_the_edges_of_chance_either(self, upper):
        logits = [-inf, *[0.0] * 10, -inf]
        draw = "0.99999999999999988, the greatest number below 1" if upper else "0.0"
        edges = (
            "a draw of 0.0 can happen, and belongs to the first token that is kept; ten times 0.1 "
            "add up to a little less than 1, and a draw above that belongs to the last one"
        )
        with hinted(f"With a draw of {draw}, from logits {logits}: {edges}."):
            got = sample(np.array(logits), rng=rng_at_the_edge(upper))
        assert 1 <= got <= 10, (
            f"with a draw of {draw}, from logits {logits}, {got} came, which must never be drawn: "
            f"{edges}"
        )

    def test_logits_of_any_size_do_not_overflow(self):
        with quietly(
            "exp overflows: subtract the largest logit first, which changes no probability"
        ):
            for logits in ([2000.0, 1000.0, -2000.0], [-2000.0, -3000.0, -4000.0]):
                with hinted("what exp makes of them has no sum: subtract the largest logit first"):
                    drawn = tokens(logits)
                expect_tokens(drawn, {0}, f"logits {logits}", {})
        with quietly(
            "exp overflows at the temperature 0.1: what is subtracted has to be divided by it too"
        ):
            drawn = tokens([700.0, 600.0, 0.0], temperature=0.1)
        expect_tokens(drawn, {0}, "temperature 0.1, logits 700, 600, 0", {})

    def test_float32_is_precise_enough(self):
        logits = numbers(997).astype(np.float32)
        with hinted("float32 probabilities need not sum to 1 in float64: compute in that"):
            drawn = {sample(logits, rng=rng_of(seed)) for seed in range(50)}
        assert len(drawn) > 10, f"50 draws from 997 tokens gave only {drawn}"

    def test_the_logits_stay_as_they_were(self):
        logits = np.log(PROBS)
        sample(logits, temperature=0.5, top_k=2, top_p=0.5, rng=rng_of(0))
        assert np.array_equal(logits, np.log(PROBS)), (
            f"the logits of the caller were {np.log(PROBS)}, and are {logits} after a draw: /=, -= "
            "and logits[…] = -np.inf write into the array that was given, and np.asarray makes no "
            "copy of one"
        )

    def test_a_seed_does_for_a_generator(self):
        a_seed_does(lambda rng: sample(np.zeros(997), rng=rng))

    def test_the_generator_decides(self):
        logits = np.zeros(997)
        one, again, other = (
            [sample(logits, rng=rng) for _ in range(5)] for rng in (rng_of(1), rng_of(1), rng_of(2))
        )
        assert one == again, f"the same generator gave {one} and {again}"
        assert one != other, f"generators of two seeds both gave {one}"
        with hinted("rng is None if none is given: a fresh generator has to be made then"):
            assert len({sample(logits) for _ in range(5)}) > 1, "without rng all draws are the same"

    @pytest.mark.parametrize(
        "settings",
        [
            {"temperature": -1.0},
            {"temperature": inf},
            {"temperature": nan},
            {"top_k": 0},
            {"top_k": -3},
            {"top_k": 2.5},
            {"top_p": 0.0},
            {"top_p": -0.5},
            {"top_p": 1.5},
            {"top_p": nan},
        ],
        ids=str,
    )
    def test_settings_that_make_no_sense_are_refused(self, settings):
        (came,) = settings.values()
        for others in ({}, {} if "temperature" in settings else {"temperature": 0.0}):
            expect_raises(
                ValueError,
                lambda others=others: sample(np.log(PROBS), rng=rng_of(0), **others, **settings),
                f"sample with {others | settings}",
                naming=[came],
            )

    def test_an_integer_of_numpy_is_a_top_k_too(self):
        with hinted("an integer of numpy is one too: numbers.Integral knows both kinds"):
            came = tokens(np.log(PROBS), top_k=np.int64(2))
        expect_tokens(came, {1, 3}, "top_k = np.int64(2) of probabilities 0.1, 0.4, 0.2, 0.3", {})

    @pytest.mark.parametrize(
        "logits, came",
        [
            (np.zeros((2, 3)), "(2, 3)"),
            (np.zeros((1, 3)), "(1, 3)"),
            (np.zeros(0), "(0,)"),
            (np.array(3.0), "()"),
            (np.array([1.0, nan]), "nan"),
            (np.array([-inf, -inf]), "-inf"),
            (np.array([inf, 1.0]), "inf"),
        ],
        ids=[
            "two rows",
            "a batch of one",
            "no tokens",
            "a number",
            "nan",
            "nothing possible",
            "infinity",
        ],
    )
    def test_logits_that_make_no_sense_are_refused(self, logits, came):
        for temperature in (1.0, 0.0):
            expect_raises(
                ValueError,
                lambda t=temperature: sample(logits, t, rng=rng_of(0)),
                f"sample of {came} at temperature {temperature}",
                naming=[came],
            )

    def test_masked_logits_are_refused(self):
        expect_raises(
            TypeError,
            lambda: sample(np.ma.masked_greater([1.0, 5.0], 4.0), temperature=0),
            "masked logits, of which np.asarray drops the mask, so that what it hides is drawn "
            "(real_array refuses them)",
        )


class Counting(Module):
    """A stand-in for a GPT. After token t it expects t + 1, and t + 2 with half the probability.

    seen      for each call the tokens that it could see, those in the caches among them
    computed  for each call how many tokens were given
    """

    def __init__(self, block_size, V=97):
        self.config = GPTConfig(V, block_size, n_layer=2, n_head=1, n_channels=1)
        self.token = Embedding(V, 1, rng_of(0))  # who looks tokens up beforehand finds it
        self.blocks = [None, None]
        self.w = Tensor(np.zeros(1))
        self.inside = Module()
        self.seen, self.computed, self.modes, self.recorded = [], [], [], []
        self.breaks_off = inf

    def __call__(self, ids, caches=None):
        ids = np.asarray(ids)
        if ids.ndim != 2 or len(ids) != 1:
            pytest.fail(f"the model got ids of shape {ids.shape}, and needs (B, T): here (1, T)")
        if caches and (len(caches) != 2 or caches[0] is caches[1]):
            pytest.fail("the model has two blocks, and each needs a cache of its own")
        seen = ids[0]
        for cache in caches or []:
            k = Tensor(ids.astype(float).reshape(1, 1, -1, 1))
            seen = cache.extend(k, k)[0].data.ravel().astype(int)
        if len(seen) > self.config.block_size:
            pytest.fail(
                f"the model was to see {len(seen)} tokens, those in the caches among them, and its "
                f"block_size is {self.config.block_size}: from then on it sees the last ones alone"
            )
        if len(self.seen) >= self.breaks_off:
            raise ValueError("the model broke off")
        self.seen.append(seen.tolist())
        self.computed.append(ids.shape[1])
        self.modes.append(self.training or self.inside.training)
        logits = np.full((1, ids.shape[1], self.config.n_tokens), -np.inf)
        places = np.arange(ids.shape[1])
        logits[0, places, (ids[0] + 1) % self.config.n_tokens] = math.log(2)
        logits[0, places, (ids[0] + 2) % self.config.n_tokens] = 0.0
        result = Tensor(logits) + self.w
        self.recorded.append(bool(result.parents))
        return result


def fails_half_way(model):
    """Have generate stop at an error, in the model's second call."""
    model.breaks_off = len(model.seen) + 1
    expect_raises(
        ValueError, lambda: generate(model, [7], 3), "a model whose second call raises ValueError"
    )


@pytest.mark.kata("generate")
class TestGenerate:
    def test_the_prompt_is_continued_from_its_last_token(self):
        expect_close(
            generate(Counting(11), [7, 3, 40], 3, temperature=0),
            [7, 3, 40, 41, 42, 43],
            "a text that begins 7, 3, 40, of a model that counts on",
            mistakes={
                "the logits of the first position are sampled, not of the last": [
                    *(7, 3, 40, 8, 9, 10)
                ],
                "the logits of the first position of all are sampled, not of the last": [
                    *(7, 3, 40, 8, 8, 8)
                ],
                "the prompt is not returned": [41, 42, 43],
                "one token too few is added": [7, 3, 40, 41, 42],
                "one token too many is added": [7, 3, 40, 41, 42, 43, 44],
                "n counts the prompt too": [7, 3, 40],
                "only the last token is returned": [43],
            },
        )

    def test_a_list_of_ints_comes_back(self):
        text = generate(Counting(11), [7], 2, rng=rng_of(0))
        assert isinstance(text, list) and all(type(token) is int for token in text), (
            f"{text!r} came back, and should be a list of ints"
        )

    def test_the_prompt_stays_as_it_was(self):
        prompt = [7, 3]
        text = generate(Counting(11), prompt, 2, temperature=0)
        assert prompt == [7, 3] and text is not prompt, (
            f"the prompt [7, 3] is {prompt} afterwards: a list is handed over, not copied"
        )
        assert generate(Counting(11), prompt, 0) is not prompt, "n = 0 gives back the list itself"

    def test_no_tokens_give_back_the_prompt(self):
        with hinted("n = 0 asks for no token, and makes sense: n is refused below 0"):
            text = generate(Counting(11), [7, 3], 0)
        assert text == [7, 3], f"n = 0 made {text} of the prompt [7, 3]"

    def test_only_new_tokens_are_computed(self):
        model = Counting(11)
        generate(model, [7, 3, 40], 3, temperature=0)
        expect_close(
            model.computed,
            [3, 1, 1],
            "tokens that the model was given, call by call",
            mistakes={
                "all is computed again for each token: no cache is used": [3, 4, 5],
                "the prompt is given token by token": [1, 1, 1, 1, 1],
                "of the prompt only the last token is given": [1, 1, 1],
                "one call more is made than tokens are drawn": [3, 1, 1, 1],
            },
        )

    def test_each_token_sees_all_before_it(self):
        model = Counting(11)
        text = generate(model, [7, 3, 40], 3, temperature=0)
        assert model.seen == [text[:3], text[:4], text[:5]], (
            f"the model saw {model.seen}, and should have seen {[text[:3], text[:4], text[:5]]}: "
            "a token that is given twice, or not at all, shifts everything after it"
        )

    @pytest.mark.parametrize("length", [2, 4, 5, 9])
    def test_beyond_the_context_the_last_tokens_are_seen(self, length):
        model = Counting(4)
        text = generate(model, list(range(length)), 6, temperature=0)
        wanted = [text[max(0, end - 4) : end] for end in range(length, length + 6)]
        assert text == list(range(length + 6)), f"a model that counts on wrote {text}"
        assert model.seen == wanted, (
            f"with a context of 4 tokens the model saw {model.seen}, and should have seen the last "
            f"4 at most: {wanted}"
        )

    def test_as_long_as_all_fits_the_cache_is_used(self):
        model = Counting(4)
        generate(model, [1, 2], 5, temperature=0)
        expect_close(
            model.computed,
            [2, 1, 1, 4, 4],
            "tokens that a model of block_size 4 was given, call by call",
            mistakes={
                "the cache is given up one token too early": [2, 1, 4, 4, 4],
                "no cache is used": [2, 3, 4, 4, 4],
            },
        )

    @pytest.mark.parametrize("n_layer", [1, 2])
    def test_a_real_model_writes_the_same_with_and_without_cache(self, n_layer):
        model = with_numbers(GPT(GPTConfig(11, 7, n_layer, n_head=3, n_channels=6), rng_of(0)))
        wanted = [3, 1]
        with no_grad():
            for _ in range(9):
                logits = model(np.array([wanted[-7:]])).data[0, -1]
                wanted.append(int(logits.argmax()))
        expect_close(
            generate(model, [3, 1], 9, temperature=0), wanted, "nine tokens of a GPT of context 7"
        )

    def test_the_settings_reach_sample(self):
        def text(**settings):
            return generate(Counting(50), [0], 30, rng=rng_of(3), **settings)

        assert text() == text(temperature=1.0, top_k=None, top_p=None, stop=None), (
            "without settings another text comes than at temperature 1 with nothing cut"
        )
        counted = list(range(31))
        assert text() != counted, "30 draws at temperature 1 all gave the most likely token"
        for settings in ({"temperature": 0.01}, {"top_k": 1}, {"top_p": 0.1}):
            assert text(**settings) == counted, (
                f"with {settings} the most likely token should come every time: is it handed on?"
            )

    def test_the_generator_decides(self):
        one, again, other = (
            generate(Counting(50), [0], 30, rng=rng_of(seed)) for seed in (1, 1, 2)
        )
        assert one == again, "generators of the same seed wrote two texts"
        assert one != other, "generators of two seeds wrote the same text: is rng handed on?"
        assert generate(Counting(50), [0], 30) != generate(Counting(50), [0], 30), (
            "without rng the same text came twice"
        )

    def test_a_seed_stands_for_one_generator(self):
        text = generate(Counting(50), [0], 30, rng=3)
        assert len(set(np.diff(text) % 97)) == 2, (
            f"from the seed 3 came {text}, a step of the same size 30 times: a seed that is handed "
            "to sample for each token begins anew with each, and draws the same number"
        )

    def test_it_ends_with_the_stop_token(self):
        expect_close(
            generate(Counting(50), [7], 30, temperature=0, stop=10),
            [7, 8, 9, 10],
            "a text that counts on from 7 and should stop at 10",
            mistakes={
                "the stop token is left out": [7, 8, 9],
                "it goes on after the stop token": list(range(7, 38)),
                "one token follows the stop token": [7, 8, 9, 10, 11],
            },
        )

    def test_any_token_can_be_the_stop(self):
        expect_close(
            generate(Counting(50, V=997), [497], 30, temperature=0, stop=500),
            [497, 498, 499, 500],
            "a text that counts on from 497 and should stop at 500",
            mistakes={
                "it goes on after the stop token: equal ints are one object only if they are small "
                "(is for ==)": list(range(497, 528)),
            },
        )

    def test_a_stop_token_of_numpy_is_one_too(self):
        text = generate(Counting(50), [7], 5, temperature=0, stop=np.int64(8))
        assert text == [7, 8], (
            f"with the stop token np.int64(8) the text [7, 8] was to come, and {text} came: an "
            "integer of numpy equals an int, and is not the same object (is for ==)"
        )

    def test_a_stop_token_in_the_prompt_does_not_end_it(self):
        text = generate(Counting(50), [10], 2, temperature=0, stop=10)
        assert text == [10, 11, 12], (
            f"after the prompt [10] came {text[1:]}, where 10 is the stop token: a text of names "
            "begins with the token that also ends one"
        )

    def test_token_0_can_be_the_stop(self):
        text = generate(Counting(50, V=10), [8], 5, temperature=0, stop=0)
        assert text == [8, 9, 0], f"stop = 0 should end the text 8, 9, 0, and {text} came"

    def test_the_model_is_in_eval_mode_while_it_writes(self):
        model = Counting(11)
        model.train()
        generate(model, [7], 2)
        assert model.modes == [False, False], "the model was in train mode: dropout would be active"

    @pytest.mark.parametrize("mode", ["train", "eval"])
    def test_afterwards_it_is_in_the_mode_that_it_was_in(self, mode):
        model = Counting(11)
        getattr(model, mode)()
        generate(model, [7], 2)
        assert model.training == (mode == "train"), (
            f"the model was in {mode} mode, and is not after generate: whoever samples while "
            "training trains without dropout from then on"
        )
        assert model.inside.training == model.training, (
            f"the model is in {mode} mode again, and a module inside of it is not: train() and "
            "eval() reach all of them, setting `training` by hand does not"
        )
        model.inside.training = not model.training
        generate(model, [7], 2)
        assert model.inside.training != model.training, (
            f"the model was in {mode} mode, and a module inside of it was not: now all are. "
            "Whoever keeps a part in eval mode (a frozen one, say) trains it from then on; each "
            "module needs its own mode back"
        )
        fails_half_way(model)
        assert model.training == (mode == "train"), (
            f"the model was in {mode} mode, and is not after generate was stopped by an error"
        )

    def test_no_graph_is_recorded(self):
        model = Counting(11)
        generate(model, [7], 2)
        assert model.recorded == [False, False], (
            "the model's results have parents: a graph is kept for every token, and with caches "
            "each holds all those before it"
        )

    def test_afterwards_graphs_are_recorded_again(self):
        model = Counting(11)
        generate(model, [7], 2)
        fails_half_way(model)
        assert (model.w * 2).parents, "after generate no graph is recorded any more"

    @pytest.mark.parametrize("n", [2, 0])
    def test_an_empty_prompt_is_refused(self, n):
        expect_raises(
            ValueError, lambda: generate(Counting(11), [], n), f"an empty prompt, n = {n}"
        )

    def test_a_negative_number_of_tokens_is_refused(self):
        expect_raises(ValueError, lambda: generate(Counting(11), [7], -2), "n = -2", naming=["-2"])

    def test_an_unknown_token_is_refused(self):
        model = GPT(CONFIG, rng_of(0))
        expect_raises(IndexError, lambda: generate(model, [3, 11], 2), "token 11 of 11")

    def test_several_prompts_at_once_are_refused(self):
        expect_raises(
            ValueError,
            lambda: generate(Counting(11), np.array([[7, 3]]), 2),
            "a prompt of shape (1, 2), where one row of tokens is wanted,",
            naming=[(1, 2)],
        )

    @pytest.mark.parametrize("stop", [[1, 2], "."], ids=["a list", "a text"])
    def test_what_ends_a_text_is_one_token(self, stop):
        model = GPT(CONFIG, rng_of(0))
        expect_raises(
            TypeError,
            lambda: generate(model, [1], 2, rng=rng_of(0), stop=stop),
            f"stop={stop!r} (no token is ever equal to it, and nothing would end the text)",
            naming=[type(stop).__name__],
        )
