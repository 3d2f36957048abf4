"""5.3 · Speculative: guesses that are kept or replaced, and a text that costs fewer calls."""

import math

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase2_networks.module import Module
from katas.phase4_llms.generation import generate
from katas.phase4_llms.spec_helpers import hinted, numbers, rng_at_the_edge, rng_of, with_numbers
from katas.phase4_llms.tensor import Tensor
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.speculative import (
    RewindableCache,
    accept_draft,
    speculative_generate,
)

SUM = "Probabilities that are drawn with sum to 1: is the residual scaled?"


def accepted(draft_probs, target_probs, tokens, rng=0):
    """What accept_draft returns for lists of rows; fail if it is no list of ints."""
    __tracebackhide__ = True
    draft_probs = np.array(draft_probs, dtype=float)
    with hinted(SUM):
        found = accept_draft(draft_probs, np.array(target_probs, dtype=float), tokens, rng)
    expect_kind(found, list, "what comes back")
    for token in found:
        assert type(token) is int, f"{found!r} came back, and should be a list of ints"
    return found


# the large model, and the small one, in the same place: Q is bolder where P is careful
P = np.array([0.15, 0.25, 0.05, 0.2, 0.15, 0.2])
Q = np.array([0.3, 0.1, 0.15, 0.1, 0.2, 0.15])
BOTH, MORE = np.minimum(P, Q), np.maximum(P - Q, 0)
N = 4  # guesses
CALLS = 16_000  # at least 40,000 tokens: 1 % is five deviations


def shares(draft=Q, target=P, n=N, calls=CALLS):
    """How often each token comes among those that take the place of a guess; how many are kept."""
    rng = rng_of(5)
    guesses = rng.choice(len(draft), p=draft, size=(calls, n))
    draft_probs, target_probs = np.tile(draft, (n, 1)), np.tile(target, (n + 1, 1))
    counts, kept = np.zeros(len(draft)), 0
    for guess in guesses.tolist():
        found = accept_draft(draft_probs, target_probs, guess, rng)
        kept += len(found) - 1
        for token in found[:n]:
            if not 0 <= token < len(draft):
                pytest.fail(f"token {token} came, of {len(draft)}. {SUM}")
            counts[token] += 1
    return counts / counts.sum(), kept / calls


def drawn_by(keep, rest):
    """The shares of tokens, if guesses are kept with these probabilities, else drawn from rest."""
    kept = Q * keep
    return kept + (1 - kept.sum()) * rest


def drawn_again():
    """The shares of tokens, if the number that refuses a guess says what replaces it as well."""
    ends = np.cumsum(MORE / MORE.sum())
    starts = ends - MORE / MORE.sum()
    found = [Q * np.maximum(0, end - np.maximum(start, P / Q)) for start, end in zip(starts, ends)]
    return BOTH + np.sum(found, axis=1)


AGAIN = drawn_again()


@pytest.mark.kata("accept_draft")
class TestAcceptDraft:
    def test_no_guess_leaves_one_token_of_the_large_model(self):
        with hinted("n = 0: there is nothing to keep, and target_probs has one row"):
            found = accepted(np.zeros((0, 3)), [[0, 1, 0]], [])
        assert found == [1], f"no guess, and a model that is sure of token 1: {found} came"

    def test_what_both_are_sure_of_is_kept_and_one_more_comes(self):
        found = accepted([[0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]], [1, 2])
        expect_close(
            found,
            [1, 2, 0],
            "guesses 1 and 2, kept, and the model is sure that token 0 follows them; what comes",
            mistakes={
                "the token that follows the guesses is forgotten: it has been paid for": (
                    [1, 2]
                ),
                "the last guess is drawn once more": [1, 2, 2],
                "only the new token comes back": [0],
            },
        )  # fmt: skip

    def test_what_the_large_model_rules_out_is_replaced_and_all_after_it_dropped(self):
        found = accepted(
            [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
            [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1]],
            [1, 2, 3],
        )
        expect_close(
            found,
            [1, 0],
            "guesses 1, 2, 3 where the model is sure of 1, then of 0; what comes",
            mistakes={
                (
                    "the guess that was not kept comes too",
                    "what replaces it is drawn from what the small model gives, or gives too much",
                ): [1, 2],
                "nothing takes the place of the guess that was not kept": [1],
                "the guess that was not kept comes too, and behind it what replaces it": [1, 2, 0],
                "it goes on after a guess that was not kept: those that follow were made for "
                "another text": [1, 0, 3, 3],
                (
                    "all guesses are kept",
                    "they are kept with min(1, q / p): what is impossible for the large model, too",
                ): [1, 2, 3, 3],
                "after a guess that was not kept the last row is drawn from": [1, 3],
            },
        )

    def test_a_guess_that_the_large_model_likes_better_is_always_kept(self):
        for seed in range(40):
            found = accepted([[0.25, 0.75]], [[0.5, 0.5], [0, 1]], [0], rng_of(seed))
            assert found == [0, 1], (
                f"token 0, guessed with ¼, is given ½ by the large model, and {found} came: such "
                "a guess is always kept. Was q divided by p?"
            )

    def test_equal_models_keep_everything(self):
        _, kept = shares(P, P, calls=200)
        assert kept == N, f"where both models give the same, {kept:.2f} of {N} guesses are kept"

    def test_guesses_are_kept_as_often_as_both_agree(self):
        """The share that is kept is the sum of min(p, q): 0.7 here, so 0.7 + 0.7² + … of four."""
        _, kept = shares(calls=4000)
        share = BOTH.sum()
        wrong_way = (Q * np.minimum(1, Q / P)).sum()
        numbers = (np.arange(1000)[:, None] + 0.5) / 1000
        by_number = (Q * (numbers < P / Q)).sum(axis=1)  # what each number lets pass

        def mean(a):
            return sum(a**i for i in range(1, N + 1))

        expect_close(
            kept,
            mean(share),
            "how many of 4 guesses are kept",
            mistakes={
                "a guess is kept with min(1, q / p)": mean(wrong_way),
                "a guess is kept with the probability p": mean((Q * P).sum()),
                "a guess is kept only where p is above q": mean(Q[P > Q].sum()),
                "one number is drawn, and judges all guesses": mean(by_number).mean(),
            },
            tolerance=0.05,
        )

    def test_tokens_come_as_often_as_from_the_large_model(self):
        """To 1 %, of more than 40,000 tokens."""
        with hinted(SUM):
            found, _ = shares()
        accept, rest = np.minimum(1, P / Q), MORE / MORE.sum()
        less = np.maximum(Q - P, 0)
        expect_close(
            found,
            P,
            f"shares of six tokens, where the large model gives them {P} and the small one {Q},",
            mistakes={
                (
                    "all guesses are kept, as they are: these are the small model's",
                    "the residual is q - p, the wrong way round",
                ): Q,
                "guesses are kept with min(1, q / p)": drawn_by(np.minimum(1, Q / P), rest),
                "guesses are kept with the probability p": drawn_by(P, rest),
                "guesses are kept only where p is above q": drawn_by(P > Q, rest),
                "what replaces a guess is drawn from p, and not from the residual: what both give "
                "is counted twice": drawn_by(accept, P),
                "what replaces a guess is drawn from q": drawn_by(accept, Q),
                "the residual is |p - q|": drawn_by(accept, (MORE + less) / (MORE + less).sum()),
                "the residual is p where that is above q, and not how much it is above": (
                    drawn_by(accept, P * (P > Q) / P[P > Q].sum())
                ),
                "the most likely of the residual is taken, and nothing is drawn": (
                    drawn_by(accept, np.eye(6)[MORE.argmax()])
                ),
                "the residual is not scaled to sum to 1, and what is left goes to the last token": (
                    drawn_by(accept, MORE + (1 - MORE.sum()) * np.eye(6)[5])
                ),
                "the residual is not scaled to sum to 1, and what is left goes to the first "
                "token": drawn_by(accept, MORE + (1 - MORE.sum()) * np.eye(6)[0]),
                "what replaces a guess is drawn with the number that refused it": AGAIN,
                "all tokens have the same share in what replaces a guess": (
                    drawn_by(accept, np.full(6, 1 / 6))
                ),
            },
            tolerance=0.01,
        )  # fmt: skip

    def test_what_follows_the_last_guess_is_drawn_from_the_last_row(self):
        sure, rng = np.eye(6)[:1], rng_of(3)
        target = np.array([sure[0], P])
        came = [accept_draft(sure, target, [0], rng)[-1] for _ in range(5000)]
        rest = P * (np.arange(6) > 0)
        expect_close(
            np.bincount(came, minlength=6) / 5000,
            P,
            f"shares of what follows a guess that is always kept, where the model gives {P},",
            mistakes={
                "the most likely is taken, and nothing is drawn": np.eye(6)[P.argmax()],
                "a residual is taken of it too: nothing was guessed in its place": rest
                / rest.sum(),
                "it is drawn from the last row of the small model": sure[0],
            },
            tolerance=0.04,
        )

    def test_each_guess_is_judged_by_its_own_row(self):
        draft = [[0.5, 0, 0.5], [0, 0.5, 0.5]]
        target = [[0.5, 0.5, 0], [0, 0, 1], [1, 0, 0]]
        for seed in range(20):
            found = accepted(draft, target, [0, 1], rng_of(seed))
            assert found == [0, 2], (
                f"guess 0 is as likely for both, guess 1 is ruled out in the second row, where the "
                f"model is sure of 2: {found} came, and should be [0, 2]"
                + (". The residual is that of the first row" if found == [0, 1] else "")
            )

    def test_what_is_impossible_is_never_kept(self):
        """random() may be 0.0, and 0 ≤ 0."""
        found = accepted([[0.5, 0.5]], [[0, 1], [1, 0]], [0], rng_at_the_edge(upper=False))
        assert found == [1], (
            f"the large model rules token 0 out, the number drawn was 0.0, and {found} came: "
            "0 ≤ 0 keeps what is impossible, as in transformers 5.24.0; 0 < 0 does not"
        )

    def test_what_is_impossible_is_never_drawn(self):
        for upper in (False, True):
            found = accept_draft(
                np.zeros((0, 3)), np.array([[0.0, 1.0, 0.0]]), [], rng_at_the_edge(upper)
            )
            assert found == [1], (
                f"the model is sure of token 1, the number drawn was at an edge, and {found} came: "
                "a sum of shares is to be above the number, and not equal to it"
            )

    def test_where_rounding_leaves_no_residual_the_large_model_is_drawn_from(self):
        """p is a hair below q, and nowhere above it; random() is the greatest number below 1."""
        p, q = [0.0, 0.5 - 2**-54, 0.5], [0.0, 0.5, 0.5]
        with hinted("Was something divided by a residual that sums to 0?"):
            found = accepted([q], [p, p], [1], rng_at_the_edge(upper=True))
        assert found and found[0] in (1, 2), (
            f"the large model gives nothing to token 0, and {found} came: the residual is 0 "
            "everywhere, and says nothing of what to draw"
        )

    def test_the_generator_decides(self):
        flat, other = np.full((4, 97), 1 / 97), np.tile(np.arange(1, 98) / (97 * 49), (5, 1))
        one, again, another = (
            accept_draft(flat, other, [3, 5, 7, 11], rng_of(seed)) for seed in (1, 1, 2)
        )
        assert one == again, f"generators of the same seed led to {one} and {again}"
        assert one != another, f"generators of two seeds both led to {one}"
        came = {tuple(accept_draft(flat, other, [3, 5, 7, 11])) for _ in range(5)}
        assert len(came) > 1, "without rng the same tokens came five times"

    def test_a_seed_is_made_one_generator(self):
        """Of 4,000 seeds: 3 % is four deviations."""
        guesses = rng_of(7).choice(6, p=Q, size=4000)
        draft, target = np.array([Q]), np.array([P, P])
        came = [
            accept_draft(draft, target, [t], seed)[0] for seed, t in enumerate(guesses.tolist())
        ]
        expect_close(
            np.bincount(came, minlength=6) / 4000,
            P,
            f"shares of six tokens, where the large model gives them {P}, and rng is a seed,",
            mistakes={
                "the seed is made a generator anew for each draw, so that all draws are the same": (
                    AGAIN
                )
            },
            tolerance=0.03,
        )

    def test_what_is_given_stays_as_it_was(self):
        draft, target, tokens = np.tile(Q, (2, 1)), np.tile(P, (3, 1)), [0, 2]
        for seed in range(9):
            accept_draft(draft, target, tokens, rng_of(seed))
            assert tokens == [0, 2], f"the guesses were [0, 2], and are {tokens} afterwards"
        same = np.array_equal(draft, [Q, Q]) and np.array_equal(target, [P, P, P])
        assert same, "the probabilities are others afterwards: -= writes into the caller's rows"


def filled(n):
    """A cache of n positions, in two pieces, and its keys and values."""
    cache, k, v = RewindableCache(), numbers(1, 3, n, 5), numbers(1, 3, n, 5, salt=1)
    cache.extend(Tensor(k[:, :, :2]), Tensor(v[:, :, :2]))
    cache.extend(Tensor(k[:, :, 2:]), Tensor(v[:, :, 2:]))
    return cache, k, v


@pytest.mark.kata("RewindableCache.rewind")
class TestRewind:
    @pytest.mark.parametrize("length", [5, 2, 1, 7], ids=str)
    def test_what_comes_next_stands_behind_what_was_kept(self, length):
        cache, k, v = filled(7)
        cache.rewind(length)
        expect_kind(cache.length, int, "length")
        expect_close(
            cache.length,
            length,
            f"length after 7 positions were rewound to {length}",
            mistakes={} if length == 7 else {
                "nothing is forgotten: positions are the last axis but one": 7,
                "length is how many are forgotten": 7 - length,
                "everything is forgotten" if length > 1 else (
                    "everything is forgotten", "one too many is forgotten"
                ): 0,
            } | ({"one too many is forgotten": length - 1} if length > 1 else {}),
        )  # fmt: skip
        new = numbers(1, 3, 2, 5, salt=9)
        for got, old, what in zip(
            cache.extend(Tensor(new), Tensor(new)), (k, v), ("keys", "values")
        ):
            expect_close(
                got,
                np.concatenate([old[:, :, :length], new], axis=2),
                f"{what} after 7 positions, rewound to {length}, and two new ones",
                mistakes={} if length == 7 else {
                    "nothing is forgotten: `seen` is what extend has returned, and what it adds to "
                    "is kept by KVCache": np.concatenate([old, new], axis=2),
                    "the last are kept, and the first forgotten": (
                        np.concatenate([old[:, :, 7 - length :], new], axis=2)
                    ),
                    "length is how many are forgotten": (
                        np.concatenate([old[:, :, : 7 - length], new], axis=2)
                    ),
                    "everything is forgotten": new,
                } | ({
                    "keys are kept for values": np.concatenate([k[:, :, :length], new], axis=2)
                } if what == "values" else {}),
            )  # fmt: skip
        assert cache.length == length + 2, f"length is {cache.length} after two new positions"

    def test_a_cache_may_be_emptied(self):
        cache, _, _ = filled(5)
        with hinted("rewind(0) leaves a cache as new"):
            cache.rewind(0)
            assert cache.length == 0, f"length is {cache.length} after rewind(0)"
            k, _ = cache.extend(Tensor(np.ones((1, 3, 2, 5))), Tensor(np.ones((1, 3, 2, 5))))
        assert k.shape == (1, 3, 2, 5), f"after rewind(0) two new positions gave keys {k.shape}"

    def test_it_may_be_rewound_again_and_again(self):
        cache, k, _ = filled(7)
        cache.rewind(6)
        cache.rewind(4)
        cache.extend(Tensor(k[:, :, 4:6]), Tensor(k[:, :, 4:6]))
        cache.rewind(5)
        found, _ = cache.extend(Tensor(k[:, :, 5:]), Tensor(k[:, :, 5:]))
        expect_close(found, k, "keys after several rewinds")

    def test_an_empty_cache_may_be_rewound_to_0(self):
        with hinted("a new cache has no positions, and rewind(0) asks for none"):
            cache = RewindableCache()
            cache.rewind(0)
        assert cache.length == 0

    def test_what_was_handed_out_is_not_changed(self):
        cache, k, v = filled(7)
        handed = cache.extend(Tensor(k[:, :, :1]), Tensor(v[:, :, :1]))
        before = [part.data.copy() for part in handed]
        cache.rewind(3)
        cache.extend(Tensor(-k[:, :, :3]), Tensor(-v[:, :, :3]))
        assert all(np.array_equal(part.data, old) for part, old in zip(handed, before)), (
            "keys that the cache handed out earlier are others after a rewind: a graph or a caller "
            "may still need them"
        )

    @pytest.mark.parametrize("length", [-1, 8])
    def test_a_length_that_was_never_there_is_refused(self, length):
        cache, _, _ = filled(7)
        expect_raises(
            ValueError,
            lambda: cache.rewind(length),
            f"7 positions, rewound to {length}",
            naming=[7, length],
        )
        assert cache.length == 7, f"length is {cache.length} after a rewind that was refused"


V = 5
STEPS = np.array([[0.1, 0.3, 0.2, 0.15, 0.25], [0.3, 0.1, 0.1, 0.3, 0.2],
                  [0.2, 0.2, 0.05, 0.25, 0.3], [0.15, 0.3, 0.35, 0.1, 0.1],
                  [0.25, 0.15, 0.3, 0.2, 0.1]])  # fmt: skip
ROUGH = np.array([[0.2, 0.2, 0.2, 0.2, 0.2], [0.2, 0.2, 0.1, 0.2, 0.3],
                  [0.1, 0.3, 0.15, 0.25, 0.2], [0.25, 0.2, 0.25, 0.2, 0.1],
                  [0.15, 0.25, 0.2, 0.3, 0.1]])  # fmt: skip


class Steps(Module):
    """A stand-in for a GPT: what comes depends on the last token alone, by rows of probabilities.

    seen   for each call the tokens that it could see, those in its caches among them
    given  for each call how many tokens it was given
    """

    def __init__(self, rows, block_size=50, n_layer=1):
        self.config = GPTConfig(len(rows), block_size, n_layer, n_head=1, n_channels=1)
        self.blocks = [None] * n_layer
        with np.errstate(divide="ignore"):
            self.w = Tensor(np.log(rows))
        self.seen, self.given, self.recorded = [], [], False

    def __call__(self, ids, caches=None):
        ids = np.asarray(ids)
        if ids.ndim != 2 or len(ids) != 1:
            pytest.fail(f"a model got ids of shape {ids.shape}, and needs (1, T)")
        if not ids.size:
            pytest.fail(
                "a model was called with no token: its caches hold all of the text, or guesses "
                "that were not kept and should have left them"
            )
        if not caches or len(caches) != len(self.blocks):
            pytest.fail("each block of a model needs a cache of its own")
        k = Tensor(ids.astype(float).reshape(1, 1, -1, 1))
        all_seen = [cache.extend(k, k)[0].data.ravel().astype(int).tolist() for cache in caches]
        if any(seen != all_seen[0] for seen in all_seen):
            pytest.fail(f"the caches of two blocks hold {all_seen}: was only one rewound?")
        if len(all_seen[0]) > self.config.block_size:
            pytest.fail(
                f"a model was to see {len(all_seen[0])} tokens, and its block_size is "
                f"{self.config.block_size}"
            )
        self.seen.append(all_seen[0])
        self.given.append(ids.shape[1])
        logits = self.w[ids]
        self.recorded = self.recorded or bool(logits.parents)
        return logits


def counting(V=23, step=1, **settings):
    """A model that is sure of the next number."""
    return Steps(np.eye(V)[(np.arange(V) + step) % V], **settings)


@pytest.mark.kata("speculative_generate")
class TestSpeculativeGenerate:
    def test_a_draft_that_is_right_saves_calls(self):
        model, draft = counting(), counting()
        text = speculative_generate(model, draft, [7], 9, n_draft=2, rng=0)
        expect_close(
            text,
            list(range(7, 17)),
            "9 tokens after 7, of models that count on, two guessed at a time",
            mistakes={
                "the prompt is left out": list(range(8, 17)),
                "n counts the prompt too": list(range(7, 16)),
                "rows of the model are read one place too late: the first that counts stands at "
                "the last token before the guesses": [7, 9, 11, 13, 15, 17, 19, 21, 0, 1],
            },
        )
        expect_close(
            len(model.seen),
            3,
            "calls of the model for 9 tokens, of which two of three are guessed",
            mistakes={
                "the token that follows the guesses is thrown away": 5,
                "every token costs a call": 9,
                ("a call is made to see how the text ends", "one guess less is made"): 4,
                "n_draft is not used, and four are guessed": 2,
            },
        )

    @pytest.mark.parametrize("n, calls", [(5, 1), (6, 2)])
    def test_four_are_guessed_if_nothing_else_is_said(self, n, calls):
        model = counting()
        speculative_generate(model, counting(), [7], n, rng=0)
        assert len(model.seen) == calls, (
            f"{n} tokens, all guesses kept, took {len(model.seen)} calls, and should take {calls}: "
            "without n_draft it is 4"
        )

    def test_a_draft_that_is_wrong_changes_nothing(self):
        model, draft = counting(), counting(step=2)
        text = speculative_generate(model, draft, [7], 6, n_draft=3, rng=0)
        assert text == list(range(7, 14)), (
            f"a model that counts on wrote {text}, with a draft that counts by twos: every guess "
            "is to be replaced"
        )
        assert len(model.seen) == 6, f"6 tokens, no guess kept, and {len(model.seen)} calls"

    @pytest.mark.parametrize("n_draft", [1, 3, 4])
    @pytest.mark.parametrize("n_layer", [1, 2], ids=["a block", "two blocks"])
    def test_both_models_see_the_text_and_the_guesses(self, n_draft, n_layer):
        model, draft = Steps(STEPS, n_layer=n_layer), Steps(ROUGH, n_layer=n_layer)
        text = speculative_generate(model, draft, [3, 1, 4], 30, n_draft=n_draft, rng=rng_of(2))
        for one, name in ((model, "the model"), (draft, "the draft")):
            wrong = [
                seen
                for seen in one.seen
                if seen[: max(3, len(seen) - n_draft)]
                != text[: len(seen)][: max(3, len(seen) - n_draft)]
            ]
            assert not wrong, (
                f"{name} saw {wrong[0]}, and the text is {text}: but for the last {n_draft}, which "
                "may be guesses, it is to see just that. What was not kept has to leave the cache, "
                "and what was kept to stay"
            )

    def test_what_was_kept_is_not_read_again(self):
        model, draft = counting(), counting()
        speculative_generate(model, draft, [7, 8, 9], 9, n_draft=2, rng=0)
        expect_close(
            sum(model.given),
            11,
            "how many tokens the model has read of a text of 12, where all guesses are kept (the "
            "last token is not read),",
            mistakes={
                "all is read again for each call: the caches are not used": 5 + 8 + 11,
                "the caches forget the last guess, which was kept": 5 + 4 + 4,
            },
        )
        assert sum(draft.given) <= 11, (
            f"the draft has read {sum(draft.given)} tokens for a text of 12: it has a cache too, "
            "which forgets what was not kept, and nothing else"
        )

    def test_after_a_wrong_guess_only_what_was_not_kept_is_forgotten(self):
        model, draft = counting(), counting(step=2)
        speculative_generate(model, draft, [7, 8], 4, n_draft=2, rng=0)
        many = "" if model.given[-1] == 1 else (
            ". A call adds a token more than it keeps guesses: the last token of all needs none"
        )  # fmt: skip
        assert sum(model.given) == 10, (
            f"call by call the model was given {model.given} tokens, and should read 10 of them: "
            "the 5 of the text before its last once, and 2, 2, 1 and 0 guesses, none of which was "
            f"kept{many}"
        )
        assert sum(draft.given) <= 10, (
            f"call by call the draft was given {draft.given} tokens: the text is read once, and at "
            "most each guess"
        )

    @pytest.mark.parametrize("temperature", [1.0, 0.25])
    def test_texts_are_those_of_the_large_model(self, temperature):
        """How often each pair of tokens comes, of 3,000: to four deviations or more."""
        found = np.zeros((V, V))
        for seed in range(20):
            model, draft = Steps(STEPS, 200), Steps(ROUGH, 200)
            how = {} if temperature == 1 else {"temperature": temperature}
            text = speculative_generate(model, draft, [0], 150, rng=seed, **how)
            np.add.at(found, (text[:-1], text[1:]), 1)

        def pairs(rows, temperature=temperature):
            rows = rows ** (1 / temperature)
            rows = rows / rows.sum(axis=1, keepdims=True)
            share = np.linalg.matrix_power(rows, 50)[0]  # of each token in the long run
            return share[:, None] * rows

        wrong = {"these are the texts of the draft": pairs(ROUGH)}
        if temperature != 1:
            wrong["the temperature is left out"] = pairs(STEPS, 1.0)
        expect_close(
            found / found.sum(),
            pairs(STEPS),
            f"how often each token follows each, at temperature {temperature} (a guess is judged "
            "by the row that it was drawn with, and one generator draws it all),",
            mistakes=wrong,
            tolerance=0.025 if temperature == 1 else 0.03,
        )

    def test_the_temperature_is_1_if_nothing_is_said(self):
        rows = np.array([[0.9, 0.1], [0.9, 0.1]])
        text = speculative_generate(Steps(rows, 600), Steps(rows[:, ::-1], 600), [0], 500, rng=0)
        expect_close(
            text[1:].count(0) / 500,
            0.9,
            "the share of a token with the probability 0.9, of 500, without a temperature,",
            mistakes={"the temperature is 2": 0.75, "the most likely is taken": 1.0},
            tolerance=0.05,  # nearly four deviations
        )

    def test_the_draft_has_the_same_temperature(self):
        """It is as large as the model here: at 0 both are sure, and all its guesses are right."""
        model = Steps(STEPS)
        speculative_generate(model, Steps(STEPS), [0], 30, temperature=0, rng=0)
        assert len(model.seen) == 6, (
            f"at temperature 0, with the model for its own draft, 30 tokens took {len(model.seen)} "
            "calls, and 6 are enough, as all of 4 guesses are kept each time: do both draw at the "
            "temperature that was given?"
        )

    @pytest.mark.parametrize("n_draft", [1, 2, 5])
    def test_at_temperature_0_the_text_is_that_of_generate(self, n_draft):
        model = with_numbers(GPT(GPTConfig(11, 16, 2, n_head=2, n_channels=8), rng_of(0)))
        draft = with_numbers(GPT(GPTConfig(11, 16, 1, n_head=1, n_channels=4), rng_of(1)))
        for guesses in (model, draft):
            expect_close(
                speculative_generate(model, guesses, [3, 1], 14, n_draft, temperature=0),
                generate(model, [3, 1], 14, temperature=0),
                f"14 tokens at temperature 0, {n_draft} guessed at a time",
                mistakes={
                    "the draft has written it": generate(draft, [3, 1], 14, temperature=0)
                },
            )  # fmt: skip

    @pytest.mark.parametrize("n", [0, 1, 2, 5, 6])
    def test_just_as_many_tokens_as_were_asked_for(self, n):
        model, draft = counting(), counting()
        with hinted(f"n = {n} tokens are asked for, and up to 4 would be guessed"):
            text = speculative_generate(model, draft, [7], n, n_draft=4, rng=0)
        assert text == list(range(7, 8 + n)), f"{n} tokens after 7, of models that count: {text}"
        longest = max(map(len, [[], *model.seen, *draft.seen]))
        assert longest <= n, (
            f"with 7 the text has {n + 1} tokens, of which the last need not be read, and a model "
            f"has read {longest}: fewer are guessed at the end"
        )

    def test_it_ends_with_the_stop_token(self):
        for n_draft in (1, 2, 3, 4, 5):
            text = speculative_generate(
                counting(), counting(), [7], 12, n_draft=n_draft, rng=0, stop=10
            )
            expect_close(
                text,
                [7, 8, 9, 10],
                f"a text that counts on from 7 and should stop at 10, {n_draft} guessed at a time",
                mistakes={
                    "it goes on after the stop token": list(range(7, 20)),
                    "the stop token is left out": [7, 8, 9],
                    "what was guessed behind the stop token stays": (
                        [*range(7, 8 + (n_draft + 1) * math.ceil(3 / (n_draft + 1)))]
                    ),
                } if 3 % (n_draft + 1) else {},
            )  # fmt: skip

    def test_a_stop_that_the_model_does_not_keep_ends_nothing(self):
        """The draft counts by twos, and guesses the stop token first."""
        text = speculative_generate(counting(), counting(step=2), [7], 5, n_draft=2, rng=0, stop=9)
        expect_close(
            text,
            [7, 8, 9],
            "a text that counts on from 7 and should stop at 9, which the draft guesses after 7",
            mistakes={
                "a guess that is the stop token ends the text, before the model has seen it": [7, 9]
            },
        )

    def test_token_0_can_be_the_stop_and_may_stand_in_the_prompt(self):
        text = speculative_generate(counting(5), counting(5), [0, 3], 9, n_draft=4, rng=0, stop=0)
        assert text == [0, 3, 4, 0], f"stop = 0 should end the text 0, 3, 4, 0, and {text} came"

    def test_a_list_of_ints_comes_back_and_the_prompt_stays(self):
        prompt = [7, 8]
        for given in (prompt, np.array(prompt)):
            text = speculative_generate(counting(), counting(), given, 3, n_draft=1, rng=0)
            assert isinstance(text, list) and all(type(token) is int for token in text), (
                f"{text!r} came back, and should be a list of ints"
            )
        assert prompt == [7, 8], f"the prompt [7, 8] is {prompt} afterwards"

    def test_no_graph_is_recorded(self):
        model, draft = counting(), counting()
        speculative_generate(model, draft, [7], 4, n_draft=1, rng=0)
        assert not (model.recorded or draft.recorded), (
            "results of the models have parents: a graph is kept for every token"
        )
        assert (model.w * 2).parents, "afterwards no graph is recorded any more"

    @pytest.mark.parametrize("training", [True, False], ids=["training", "not training"])
    def test_the_models_are_in_the_mode_in_which_they_were(self, training):
        model, draft = counting(), counting()
        model.training, draft.training = training, not training
        speculative_generate(model, draft, [7], 4, n_draft=1, rng=0)
        assert (model.training, draft.training) == (training, not training), (
            f"`training` of the model was {training} and of the draft {not training}, and they are "
            f"{model.training} and {draft.training} afterwards, while `generate` puts them back"
        )

    def test_the_generator_decides(self):
        one, again, other = (
            speculative_generate(Steps(STEPS), Steps(ROUGH), [0], 30, rng=rng_of(seed))
            for seed in (1, 1, 2)
        )
        assert one == again, "generators of the same seed wrote two texts"
        assert one != other, "generators of two seeds wrote the same text: is rng handed on?"

    def test_a_prompt_has_a_token(self):
        def write():
            try:
                return speculative_generate(counting(), counting(), [], 2)
            except pytest.fail.Exception:
                pytest.fail("an empty prompt should raise ValueError, and a model got it")

        expect_raises(ValueError, write, "an empty prompt")

    @pytest.mark.parametrize("small", ["the model", "the draft"])
    def test_what_does_not_fit_is_refused(self, small):
        sizes = [9 if small == name else 50 for name in ("the model", "the draft")]

        def write(n):
            model, draft = (counting(block_size=size) for size in sizes)
            return speculative_generate(model, draft, [1, 2, 3], n, rng=0)

        with hinted("the last token is not read: 3 and 7 tokens fit into a block_size of 9"):
            assert write(7) == list(range(1, 11))
        expect_raises(
            ValueError, lambda: write(8), f"3 and 8 tokens, where {small} reads 9", naming=[10, 9]
        )
