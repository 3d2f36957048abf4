"""5.3 · Flash: pieces of a softmax, put together, and attention in tiles."""

import math
import tracemalloc

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase4_llms.attention import causal_mask
from katas.phase4_llms.spec_helpers import attention_by_loops, numbers, quietly
from katas.phase5_practice.flash import online_softmax_merge, softmax_piece, tiled_attention

inf = math.inf
NAMES = ("largest", "total", "mixed")
HIDDEN = "Of keys that are all hidden the largest is -inf, and -inf - -inf is nan."


def plain_piece(scores, v):
    """Row by row: scores (T, S), v (S, E) -> largest (T, 1), total (T, 1), mixed (T, E)."""
    rows = []
    for row in np.asarray(scores).tolist():
        top = max(row)
        e = [0.0 if top == -inf else math.exp(score - top) for score in row]
        mixed = [sum(a * value[j] for a, value in zip(e, v)) for j in range(len(v[0]))]
        rows.append(([top], [sum(e)], mixed))
    return tuple(np.array(part) for part in zip(*rows))


def by_heads(scores, v):
    """plain_piece of each text and head: (B, n_head, T, …)."""
    B, H = scores.shape[:2]
    pieces = [[plain_piece(scores[b, h], v[b, h]) for h in range(H)] for b in range(B)]
    return tuple(np.array([[piece[i] for piece in row] for row in pieces]) for i in range(3))


def three(found, who):
    """The parts of a piece; fail if they are not three."""
    __tracebackhide__ = True
    if not isinstance(found, tuple | list) or len(found) != 3:
        pytest.fail(
            f"{who} returned {type(found).__name__}, and should return three arrays: the largest "
            "scores, the sums of powers, the sums of powers times values"
        )
    return found


def expect_piece(found, wanted, what, mistakes=None):
    """Fail unless a piece is the wanted one.

    mistakes  {name: the piece that this mistake gives}
    """
    __tracebackhide__ = True
    shapes = [np.shape(part) for part in wanted]
    for name, part, shape in zip(NAMES, three(found, what), shapes):
        assert np.shape(part) == shape, (
            f"{name} of {what} has the shape {np.shape(part)}, and should have {shape}: the last "
            "axis stays, with one entry for the largest and the total, so that they go with mixed"
        )

    def beside(piece):
        return np.concatenate([np.asarray(part, dtype=float) for part in piece], axis=-1)

    expect_close(
        beside(found),
        beside(wanted),
        f"largest, total and mixed, side by side, of {what}",
        mistakes={name: beside(piece) for name, piece in (mistakes or {}).items()},
    )


@pytest.mark.kata("softmax_piece")
class TestSoftmaxPiece:
    def test_three_keys_on_paper(self):
        """Scores 0, ln 3 and ln 2: powers 1/3, 1 and 2/3 beside the largest."""
        log3, v = math.log(3), np.array([[6.0, 0.0], [3.0, 12.0], [9.0, 3.0]])
        found = softmax_piece(np.array([[0.0, log3, math.log(2)]]), v)
        expect_piece(
            found,
            ([[log3]], [[2.0]], [[11.0, 14.0]]),
            "one query with scores 0, ln 3 and ln 2",
            mistakes={
                "the largest is not subtracted: some scores are too large for exp": (
                    [[log3]], [[6.0]], [[33.0, 42.0]]
                ),
                "what is mixed is divided by the total already: a mean cannot be added to later": (
                    [[log3]], [[2.0]], [[5.5, 7.0]]
                ),
                "the powers are divided by their total already": (
                    [[log3]], [[1.0]], [[5.5, 7.0]]
                ),
                "the mean of the powers is taken, and not their sum": (
                    [[log3]], [[2 / 3]], [[11.0, 14.0]]
                ),
                "the sum of powers is returned as a logarithm": (
                    [[log3]], [[math.log(2)]], [[11.0, 14.0]]
                ),
                "the largest is taken along the queries, and not along the keys": (
                    [[log3]], [[3.0]], [[18.0, 15.0]]
                ),
                "the logarithm of the sum of all powers stands where the largest belongs": (
                    [[math.log(6)]], [[1.0]], [[5.5, 7.0]]
                ),
                "the smallest score is taken for the largest": (
                    [[0.0]], [[6.0]], [[33.0, 42.0]]
                )
            },
        )  # fmt: skip

    def test_every_row_has_a_largest_of_its_own(self):
        scores, v = numbers(5, 7), numbers(7, 2, salt=1)
        top = scores.max()
        powers = np.exp(scores - top)
        expect_piece(
            softmax_piece(scores, v),
            plain_piece(scores, v),
            "5 queries and 7 keys",
            mistakes={
                "one largest is taken for all rows": (
                    np.full((5, 1), top), powers.sum(axis=1, keepdims=True), powers @ v
                ),
            },
        )  # fmt: skip

    def test_a_hidden_key_counts_nothing(self):
        scores = numbers(3, 5)
        scores[0, :2] = scores[1, 4] = scores[2, [0, 1, 2, 4]] = -inf
        v = numbers(5, 2, salt=1)
        expect_piece(softmax_piece(scores, v), plain_piece(scores, v), "keys of which some hide")

    def test_a_row_that_sees_nothing_is_empty(self):
        scores = np.array([[-inf, -inf], [1.0, -inf]])
        with quietly(HIDDEN):
            found = softmax_piece(scores, np.array([[3.0], [5.0]]))
        expect_piece(
            found,
            ([[-inf], [1.0]], [[0.0], [1.0]], [[0.0], [3.0]]),
            "two queries, of which the first sees nothing",
            mistakes={
                "all keys of a row that sees nothing count 1": (
                    [[-inf], [1.0]], [[2.0], [1.0]], [[8.0], [3.0]]
                ),
                "the largest of a row that sees nothing is 0: a piece whose scores are all below "
                "0 would lose beside it": ([[0.0], [1.0]], [[0.0], [1.0]], [[0.0], [3.0]]),
            }
            | {
                "a large number stands for -inf" + maker: (
                    [[number], [1.0]], [[0.0], [1.0]], [[0.0], [3.0]]
                )
                for maker, number in ((": nan_to_num makes one", np.finfo(float).min), ("", -1e30))
            },
        )  # fmt: skip

    def test_scores_may_be_huge(self):
        with quietly("exp overflows from 710 on, unless the largest is subtracted first."):
            found = softmax_piece(np.array([[1000.0, 1000.0], [-1000.0, -2000.0]]), np.eye(2))
        wanted = [[1000.0], [-1000.0]], [[2.0], [1.0]], [[1.0, 1.0], [1.0, 0.0]]
        expect_piece(found, wanted, "scores of 1000 and -1000")

    def test_any_number_of_axes_may_stand_in_front(self):
        scores, v = numbers(2, 3, 5, 7), numbers(2, 3, 7, 4, salt=1)
        expect_piece(softmax_piece(scores, v), by_heads(scores, v), "2 texts with 3 heads")

    def test_float32_stays_float32(self):
        scores, v = numbers(3, 5).astype(np.float32), numbers(5, 2).astype(np.float32)
        kinds = [part.dtype for part in three(softmax_piece(scores, v), "softmax_piece")]
        assert kinds == [np.float32] * 3, (
            f"scores and values are float32, and the parts {', '.join(map(str, kinds))}"
        )

    def test_scores_stay_as_they_were(self):
        scores = numbers(3, 5)
        softmax_piece(scores, numbers(5, 2))
        assert np.array_equal(scores, numbers(3, 5)), (
            "the scores are others afterwards: -= and out= write into what was given"
        )


def column(*entries):
    return np.array(entries, dtype=float)[:, None]


def merged(one, other, way):
    """Two pieces put together in one of the wrong ways."""
    (m1, l1, o1), (m2, l2, o2) = one, other
    m = np.maximum(m1, m2)
    m = np.full_like(m, m.max()) if way == "one for all" else m
    a, b = np.exp(m1 - m), np.exp(m2 - m)
    if way == "one for all":
        return m, a * l1 + b * l2, a * o1 + b * o2
    if way == "not at all":
        return m, l1 + l2, o1 + o2
    if way == "upwards":
        return m, l1 / a + l2 / b, o1 / a + o2 / b
    if way == "exchanged":
        return m, b * l1 + a * l2, b * o1 + a * o2
    if way == "total only":
        return m, a * l1 + b * l2, o1 + o2
    if way == "mixed only":
        return m, l1 + l2, a * o1 + b * o2
    if way == "first only":
        return m, a * l1 + l2, a * o1 + o2
    if way == "means":
        total = a * l1 + b * l2
        return m, total, (a * o1 + b * o2) / total
    if way == "by totals":
        total = a * l1 + b * l2
        return m, total, a * l1 * o1 + b * l2 * o2
    raise ValueError(way)


WAYS = {
    "not at all": "the pieces are added as they are: what was computed beside another largest has "
    "to be rescaled first",
    "upwards": "a piece is made larger where it should be made smaller (exp(new - old) for "
    "exp(old - new))",
    "exchanged": "each piece is rescaled by the factor of the other",
    "total only": "the totals are rescaled, and what is mixed is not",
    "mixed only": "what is mixed is rescaled, and the totals are not",
    "means": "what is mixed is divided by the total already: no third piece could be added",
    "by totals": "what is mixed is multiplied by its total: it is a sum already, and no mean",
}


@pytest.mark.kata("online_softmax_merge")
class TestOnlineSoftmaxMerge:
    def test_two_pieces_on_paper(self):
        """Beside the new largest, ln 4, all that the first has is worth a fourth."""
        one = column(0.0), column(2.0), np.array([[6.0, 20.0]])
        other = column(math.log(4)), column(1.5), np.array([[3.0, 1.0]])
        wanted = column(math.log(4)), column(2.0), np.array([[4.5, 6.0]])
        wrong = {WAYS[way]: merged(one, other, way) for way in WAYS}
        wrong["the largest of the first one stays"] = column(0.0), *wanted[1:]
        expect_piece(
            online_softmax_merge(one, other),
            wanted,
            "the piece of largest scores 0 and ln 4, totals 2 and 1.5, mixed (6, 20) and (3, 1)",
            mistakes=wrong,
        )

    def test_the_order_does_not_matter(self):
        one = column(0.0), column(2.0), np.array([[6.0, 20.0]])
        other = column(math.log(4)), column(1.5), np.array([[3.0, 1.0]])
        expect_piece(
            online_softmax_merge(other, one),
            (column(math.log(4)), column(2.0), np.array([[4.5, 6.0]])),
            "the same two pieces, the larger one first",
            mistakes={
                "only the first is rescaled: the largest may be in either": (
                    merged(other, one, "first only")
                ),
                "the second's largest is taken for the new one": (
                    column(0.0), column(1.5 * 4 + 2), np.array([[18.0, 24.0]])
                ),
            },
        )  # fmt: skip

    def test_every_row_has_a_largest_of_its_own(self):
        scores, v = numbers(5, 7), numbers(7, 2, salt=1)
        one, other = plain_piece(scores[:, :3], v[:3]), plain_piece(scores[:, 3:], v[3:])
        assert len({bool(a > b) for a, b in zip(one[0], other[0])}) == 2
        expect_piece(
            online_softmax_merge(one, other),
            plain_piece(scores, v),
            "5 queries with 3 and 4 keys",
            mistakes={WAYS[way]: merged(one, other, way) for way in WAYS}
            | {"one largest is taken for all rows": merged(one, other, "one for all")},
        )

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)], ids=str)
    def test_pieces_add_up_to_the_whole(self, order):
        scores, v = numbers(2, 11), numbers(11, 3, salt=1)
        ends = (slice(0, 2), slice(2, 7), slice(7, 11))
        first, *others = (plain_piece(scores[:, ends[i]], v[ends[i]]) for i in order)
        for other in others:
            first = online_softmax_merge(first, other)
        expect_piece(first, plain_piece(scores, v), f"11 keys, merged in three pieces, {order}")

    @pytest.mark.parametrize("largest", [-3.0, -1000.0])
    def test_a_piece_that_is_hidden_adds_nothing(self, largest):
        empty = column(-inf), column(0.0), np.zeros((1, 2))
        piece = column(largest), column(1.25), np.array([[5.0, 7.0]])
        for pair in ((empty, piece), (piece, empty)):
            with quietly(f"{HIDDEN} And 0 in its place is far above a largest of {largest}."):
                found = online_softmax_merge(*pair)
            expect_piece(found, piece, "a piece and one in which all keys are hidden")

    def test_two_hidden_pieces_stay_hidden(self):
        empty = column(-inf, 2.0), column(0.0, 1.0), np.array([[0.0], [5.0]])
        with quietly(HIDDEN):
            found = online_softmax_merge(empty, empty)
        expect_piece(
            found,
            (column(-inf, 2.0), column(0.0, 2.0), np.array([[0.0], [10.0]])),
            "two rows, of which the first is hidden in both pieces",
            mistakes={
                "a large number stands for -inf": (
                    column(-1e30, 2.0),
                    column(0.0, 2.0),
                    np.array([[0.0], [10.0]]),
                ),
                "the largest of what is hidden is 0: a later piece, whose scores are all below 0, "
                "would lose beside it": (
                    column(0.0, 2.0),
                    column(0.0, 2.0),
                    np.array([[0.0], [10.0]]),
                ),
            },
        )

    def test_largest_scores_may_be_far_apart(self):
        low = column(-1000.0), column(2.0), np.array([[4.0]])
        high = column(1000.0), column(1.0), np.array([[3.0]])
        for pair in ((low, high), (high, low)):
            with quietly(
                "A power overflows unless it is that of 0 or less: the old largest minus the new."
            ):
                found = online_softmax_merge(*pair)
            expect_piece(found, high, "pieces of largest scores -1000 and 1000")

    def test_any_number_of_axes_may_stand_in_front(self):
        scores, v = numbers(2, 3, 5, 7), numbers(2, 3, 7, 4, salt=1)

        one = by_heads(scores[..., :4], v[..., :4, :])
        other = by_heads(scores[..., 4:], v[..., 4:, :])
        expect_piece(online_softmax_merge(one, other), by_heads(scores, v), "2 texts with 3 heads")

    def test_float32_stays_float32(self):
        piece = [part.astype(np.float32) for part in (column(0.5), column(2.0), column(3.0))]
        kinds = [part.dtype for part in three(online_softmax_merge(piece, piece), "the merge")]
        assert kinds == [np.float32] * 3, (
            f"all parts are float32, and what is merged {', '.join(map(str, kinds))}"
        )

    def test_pieces_stay_as_they_were(self):
        one = column(0.0), column(2.0), column(6.0)
        other = column(1.0), column(1.5), column(3.0)
        online_softmax_merge(one, other)
        now = [float(part[0, 0]) for part in (*one, *other)]
        assert now == [0.0, 2.0, 6.0, 1.0, 1.5, 3.0], (
            f"the parts of the two pieces were 0, 2, 6 and 1, 1.5, 3, and are {now} afterwards"
        )


T, S, D, E = 5, 7, 3, 2
Q, K, V = numbers(T, D), numbers(S, D, salt=1), numbers(S, E, salt=2)


def given():
    """Copies: what writes into them must not spoil what comes next is compared with."""
    return Q.copy(), K.copy(), V.copy()


def exact(q, k, v, mask=None, scale=None):
    """Attention in float64, with all scores at once; a row that sees nothing is 0."""
    scores = (q.astype(float) @ k.astype(float).swapaxes(-1, -2)) * (scale or q.shape[-1] ** -0.5)
    scores = scores if mask is None else scores + mask
    top = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(top == -inf, 0, top))
    total = powers.sum(axis=-1, keepdims=True)
    return powers @ v.astype(float) / np.where(total == 0, 1, total)


def tiles(block, mask=None, way="means"):
    """Attention tile by tile, put together in one of the wrong ways."""
    rows = []
    for t in range(0, T, block):
        pieces = []
        for s in range(0, S, block):
            part = None if mask is None else mask[t : t + block, s : s + block]
            one = Q[t : t + block], K[s : s + block], V[s : s + block], part
            scores = one[0] @ one[1].T / math.sqrt(D) + (0 if part is None else part)
            pieces.append((exact(*one), plain_piece(scores, one[2])))
        if way == "means":
            rows.append(np.mean([mean for mean, _ in pieces], axis=0))
        elif way == "sum":
            rows.append(np.sum([mean for mean, _ in pieces], axis=0))
        elif way == "last":
            rows.append(pieces[-1][0])
        elif way == "added":
            rows.append(sum(o for _, (_, _, o) in pieces) / sum(l for _, (_, l, _) in pieces))  # noqa: E741
        elif way == "divided twice":
            top = np.max([m for _, (m, _, _) in pieces], axis=0)
            rows.append(
                sum(o / l * np.exp(m - top) for _, (m, l, o) in pieces)  # noqa: E741
                / sum(l * np.exp(m - top) for _, (m, l, _) in pieces)  # noqa: E741
            )
        elif way == "not divided":
            top = np.max([m for _, (m, _, _) in pieces], axis=0)
            rows.append(sum(o * np.exp(m - top) for _, (m, _, o) in pieces))
    return np.concatenate(rows)


def peak_of(work):
    """How many bytes more than before were in use at the worst moment of work()."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.kata("tiled_attention")
class TestTiledAttention:
    @pytest.mark.parametrize("block", [3, 2, 1, 4])
    def test_tiles_give_what_all_at_once_gives(self, block):
        whole = S // block * block
        wrong = {
            "scores are not divided by √D": exact(Q, K, V, scale=1.0),
            "scores are divided by D instead of √D": exact(Q, K, V, scale=1 / D),
            "scores are divided by √E, of the values": exact(Q, K, V, scale=1 / math.sqrt(E)),
            "each tile is attention of its own, and the mean of all is taken": tiles(block),
            "each tile is attention of its own, and they are added": tiles(block, way="sum"),
            "only the last tile of keys is seen": tiles(block, way="last"),
            "what is merged is not divided by the total at the end": (
                tiles(block, way="not divided")
            ),
            "pieces are merged without rescaling": tiles(block, way="added"),
            "tiles of keys that come later than the queries are skipped, as if all were causal": (
                exact(
                    Q,
                    K,
                    V,
                    np.where(np.arange(S) // block > np.arange(T)[:, None] // block, -inf, 0.0),
                )
            ),
        }
        if block > 1:
            wrong["each piece is divided by its total before it is merged"] = tiles(
                block, way="divided twice"
            )
        if whole < S:
            wrong["the last, smaller tile of keys is left out"] = exact(Q, K[:whole], V[:whole])
        if T % block:
            wrong["the last, smaller tile of queries is left out"] = exact(
                Q[: T // block * block], K, V
            )
        if block == 1:  # a tile of one key is its value, whatever the score
            del wrong["pieces are merged without rescaling"]
        expect_close(
            tiled_attention(*given(), block),
            attention_by_loops(Q, K, V),
            f"attention of 5 queries to 7 keys in tiles of {block}",
            mistakes=wrong,
        )

    @pytest.mark.parametrize("block", [5, 7, 8, 100])
    def test_a_tile_may_hold_all(self, block):
        expect_close(
            tiled_attention(*given(), block),
            attention_by_loops(Q, K, V),
            f"attention of 5 queries to 7 keys in tiles of {block}",
        )

    def test_without_a_mask_all_keys_are_seen(self):
        _, k, v = given()
        q = numbers(S, D, salt=7)
        expect_close(
            tiled_attention(q, k, v, 3),
            exact(q, k, v),
            "attention of 7 queries to 7 keys without a mask, in tiles of 3",
            mistakes={
                "tiles of later keys are skipped, as if all that is as long as wide were causal": (
                    exact(
                        q, k, v, np.where(np.tri(3, 3).repeat(3, 0).repeat(3, 1)[:S, :S], 0, -inf)
                    )
                ),
                "later keys are hidden, as if all that is as long as wide were causal": (
                    exact(q, k, v, causal_mask(S))
                ),
            },
        )

    @pytest.mark.parametrize("block", [3, 2])
    def test_a_mask_is_cut_into_the_same_tiles(self, block):
        mask = causal_mask(T, S) + np.where(np.tri(T, S), numbers(T, S, salt=5), 0.0)
        corner = np.tile(mask[:block, :block], (4, 4))[:T, :S]
        by_rows = np.tile(mask[:, :block], (1, 4))[:, :S]
        by_columns = np.tile(mask[:block], (4, 1))[:T]
        expect_close(
            tiled_attention(*given(), block, mask),
            exact(Q, K, V, mask),
            f"attention with a mask, in tiles of {block}",
            mistakes={
                "the mask is left out": exact(Q, K, V),
                "every tile gets the first tile of the mask": exact(Q, K, V, corner),
                "the mask is cut by queries alone: every tile of keys gets its first columns": (
                    exact(Q, K, V, by_rows)
                ),
                "the mask is cut by keys alone: every tile of queries gets its first rows": (
                    exact(Q, K, V, by_columns)
                ),
                "only whether the mask hides is taken from it": (
                    exact(Q, K, V, np.where(mask == -inf, -inf, 0.0))
                ),
                "the mask is divided by √D too": exact(Q, K, V, mask / math.sqrt(D)),
                "pieces are merged without rescaling": tiles(block, mask, "added"),
                "each tile is attention of its own, and the mean of all is taken": (
                    tiles(block, mask)
                ),
            },
        )

    def test_the_first_tiles_of_a_row_may_be_hidden(self):
        """As by a window: the largest so far is -inf then."""
        mask = np.where(np.tri(T, S, 2) - np.tri(T, S, -1), 0.0, -inf)
        mask[4, :6] = -inf
        with quietly(HIDDEN):
            found = tiled_attention(*given(), 2, mask)
        until = mask.copy()
        until[2:] = -inf
        expect_close(
            found,
            exact(Q, K, V, mask),
            "attention whose last query sees the last key",
            mistakes={"behind a tile that is all hidden nothing is seen": exact(Q, K, V, until)},
        )

    def test_a_row_that_may_see_nothing_is_0(self):
        mask = np.zeros((T, S))
        mask[1], mask[4] = -inf, -inf
        with quietly("Was something divided by a total of 0?"):
            found = tiled_attention(*given(), 2, mask)
        expect_close(
            found,
            exact(Q, K, V, mask),
            "attention in which queries 1 and 4 see nothing",
            mistakes={
                "a row that sees nothing takes the mean of all": (
                    np.where((mask == -inf).all(axis=1, keepdims=True), V.mean(axis=0),
                             exact(Q, K, V))
                ),
                "a large number stands for infinity: what all is hidden is weighed among itself": (
                    exact(Q, K, V)
                ),
            },
            tolerance=1e-6,
        )  # fmt: skip

    def test_any_number_of_axes_may_stand_in_front(self):
        q, k, v = numbers(2, 4, T, D), numbers(2, 4, S, D, salt=1), numbers(2, 4, S, E, salt=2)
        mask = causal_mask(T, S)
        expect_close(
            tiled_attention(q, k, v, 2, mask), exact(q, k, v, mask), "2 texts with 4 heads"
        )

    def test_no_more_than_a_tile_of_scores_is_in_memory(self):
        """256 queries and keys: 524 kB of scores, 33 kB in a strip of 16, and 2 kB in a tile."""
        n, block = 256, 16
        q, k, v = (numbers(n, 2, salt=salt) for salt in range(3))
        tiled_attention(q[:32], k[:32], v[:32], block)  # what is loaded once does not count
        peak = peak_of(lambda: tiled_attention(q, k, v, block))
        whole, strip = 8 * n * n, 8 * n * block
        said = (
            "all scores were there at once" if peak >= whole
            else "pieces of all tiles were kept: one tile of queries after the other is done with, "
            "and pieces are merged as they come" if peak >= 5 * strip
            else "that is what a strip of scores needs, of a tile of queries with all keys, or of "
            "all queries with a tile of keys: both are cut"
        )  # fmt: skip
        assert peak < 1.5 * strip, (
            f"attention of {n} queries to as many keys in tiles of {block} took {peak:,} bytes at "
            f"its worst moment, where {1.5 * strip:,.0f} are plenty: {said}"
        )

    def test_a_tile_is_as_large_as_block_says(self):
        n = block = 256
        q, k, v = (numbers(n, 2, salt=salt) for salt in range(3))
        peak, tile = peak_of(lambda: tiled_attention(q, k, v, block)), 8 * block * block
        assert peak >= tile, (
            f"in tiles of {block} there are {tile:,} bytes of scores at a time, and it took "
            f"{peak:,}: is block used, or a number of your own?"
        )

    def test_in_float32_it_is_right_to_a_millionth(self):
        q, k, v = (numbers(97, 8, salt=salt).astype(np.float32) for salt in range(3))
        found = tiled_attention(q, k, v, 16, causal_mask(97))
        assert found.dtype == np.float32, (
            f"queries, keys and values are float32, and what came back is {found.dtype}: a mask "
            "of float64 widens what it is added to"
        )
        expect_close(
            found,
            exact(q, k, v, causal_mask(97)),
            "attention of 97 positions in float32",
            tolerance=1e-6,
        )

    def test_scores_may_be_huge(self):
        q, k = 100 * np.eye(3), 100 * np.eye(3)
        with quietly("exp overflows from 710 on, unless the largest is subtracted first."):
            found = tiled_attention(q, k, V[:3].copy(), 2)
        expect_close(found, V[:3], "attention whose queries find their keys with scores of 5,774")

    @pytest.mark.parametrize("block", [0, -3])
    def test_a_tile_has_at_least_one_query(self, block):
        expect_raises(
            ValueError,
            lambda: tiled_attention(*given(), block),
            f"a block of {block}",
            naming=[block],
        )

    @pytest.mark.parametrize("kind", [bool, int, np.uint8], ids=["booleans", "integers", "bytes"])
    def test_a_mask_that_cannot_hide_is_refused(self, kind):
        expect_raises(
            TypeError,
            lambda: tiled_attention(*given(), 2, np.ones((T, S), dtype=kind)),
            f"a mask of {kind.__name__} (True and 1 would be added as 1, and hide nothing: 0.0 "
            "keeps and -inf hides, as in 4.3)",
            naming=[kind.__name__],
        )

    def test_what_is_given_stays_as_it_was(self):
        given = [Q.copy(), K.copy(), V.copy(), causal_mask(T, S)]
        q, k, v, mask = (array.copy() for array in given)
        tiled_attention(q, k, v, 2, mask)
        changed = [
            name
            for name, now, before in zip(("q", "k", "v", "mask"), (q, k, v, mask), given)
            if not np.array_equal(now, before)
        ]
        assert not changed, f"{' and '.join(changed)} changed: /=, *= and += write into a slice"
