"""5.3 · Paging: blocks that are taken, shared, copied when written to, and given back."""

import numpy as np
import pytest

from dojo.expect import expect_close, expect_kind, expect_raises
from katas.phase4_llms.generation import KVCache
from katas.phase4_llms.spec_helpers import hinted, numbers, rng_of, with_numbers
from katas.phase4_llms.tensor import no_grad
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.paging import PagedCache, PagedText

SIZE, HEADS, D = 3, 2, 5  # positions in a block, heads, channels


def empty(n_blocks=7):
    return PagedCache(n_blocks, SIZE, HEADS, D)


def pieces(*lengths, salt=0):
    """Keys and values of new positions, one piece for each length: (n_head, T, D), twice."""
    return [
        (numbers(HEADS, T, D, salt=10 * salt + i), numbers(D, T, HEADS, salt=10 * salt + i).T)
        for i, T in enumerate(lengths)
    ]


def together(*given):
    """Keys and values of all pieces, one behind the other."""
    return [np.concatenate(of_one, axis=1) for of_one in zip(*given)]


def stored(cache, text):
    """What stands in the blocks of a text, position by position: (2, n_head, length, D)."""
    rows = [
        cache.kept[:, cache.tables[text][t // SIZE], t % SIZE] for t in range(cache.lengths[text])
    ]
    return np.stack(rows, axis=2)


def put(cache, text, k, v):
    """Write to the blocks of a text past `append`, taking what is needed, nothing shared."""
    start, end = cache.lengths[text], cache.lengths[text] + k.shape[1]
    for t in range(start, end):
        if t % SIZE == 0:
            block = cache.free.pop()
            cache.users[block] = 1
            cache.tables[text].append(block)
        cache.kept[0, cache.tables[text][-1], t % SIZE] = k[:, t - start]
        cache.kept[1, cache.tables[text][-1], t % SIZE] = v[:, t - start]
    cache.lengths[text] = end


def shared(cache, text):
    """A second text with the same blocks, made past `fork`."""
    other = cache.begin()
    cache.tables[other], cache.lengths[other] = list(cache.tables[text]), cache.lengths[text]
    for block in cache.tables[text]:
        cache.users[block] += 1
    return other


def is_in_order(cache, after):
    """Fail unless every block is free, or stands in as many tables as `users` says."""
    __tracebackhide__ = True
    n_blocks = cache.kept.shape[1]
    held = [block for table in cache.tables.values() for block in table]
    counts = np.bincount(np.array(held, int), minlength=n_blocks)
    free = list(cache.free)
    twice = np.flatnonzero(np.bincount(np.array(free, int), minlength=n_blocks) > 1).tolist()
    assert not twice, f"{after}, blocks {twice} are in the list of free ones twice"
    both = sorted(block for block in free if counts[block])
    assert not both, f"{after}, blocks {both} are free, and in a table as well: shared by mistake"
    lost = sorted(set(range(n_blocks)) - set(free) - set(held))
    assert not lost, (
        f"{after}, blocks {lost} are neither free nor in a table: they are lost (a leak)"
    )
    assert np.array_equal(cache.users, counts), (
        f"{after}, `users` is {np.asarray(cache.users).tolist()}, and the blocks stand in "
        f"{counts.tolist()} tables"
    )
    for text, length in cache.lengths.items():
        needed = -(-length // SIZE)
        assert len(cache.tables[text]) == needed, (
            f"{after}, a text of {length} positions has {len(cache.tables[text])} blocks of {SIZE},"
            f" and needs {needed}"
        )


@pytest.mark.kata("PagedCache.append")
class TestAppend:
    def test_positions_stand_in_the_blocks_of_the_table(self):
        cache = empty()
        text = cache.begin()
        ((k, v),) = pieces(2)
        cache.append(text, k, v)
        assert cache.lengths[text] == 2, f"after 2 positions the length is {cache.lengths[text]}"
        expect_close(
            stored(cache, text),
            [k, v],
            "keys and values in the block",
            mistakes={
                "keys and values are exchanged": [v, k],
                "keys stand for both": [k, k],
                "values are written over keys": [v, 0 * v],
                "heads stand where positions belong: (n_head, T, D) is turned, not reshaped": (
                    [k.swapaxes(0, 1), v.swapaxes(0, 1)]
                ),
            },
        )
        is_in_order(cache, "after 2 positions")

    @pytest.mark.parametrize(
        "lengths",
        [(3,), (4,), (8,), (2, 2), (3, 3), (1, 1, 1, 1, 1), (2, 6, 1)],
        ids=lambda lengths: "+".join(map(str, lengths)),
    )
    def test_blocks_are_taken_as_they_are_needed(self, lengths):
        cache = empty()
        text, given = cache.begin(), pieces(*lengths)
        for k, v in given:
            cache.append(text, k, v)
        what = f"after {' + '.join(map(str, lengths))} positions in blocks of {SIZE}"
        is_in_order(cache, what)
        assert cache.lengths[text] == sum(lengths), f"{what} the length is {cache.lengths[text]}"
        over = np.zeros((2, HEADS, sum(lengths), D))
        for piece in given:
            over[:, :, : piece[0].shape[1]] = piece
        expect_close(
            stored(cache, text),
            together(*given),
            f"what is stored {what}",
            mistakes={} if len(lengths) == 1 else {
                "new positions are written over the first, and not behind the last": over
            },
        )  # fmt: skip

    def test_two_texts_have_blocks_of_their_own(self):
        cache = empty()
        one, two = cache.begin(), cache.begin()
        given = pieces(2, 3, 4, 2)
        for text, (k, v) in zip((one, two, one, two), given):
            cache.append(text, k, v)
        expect_close(stored(cache, one), together(given[0], given[2]), "what text 0 has stored")
        expect_close(stored(cache, two), together(given[1], given[3]), "what text 1 has stored")
        is_in_order(cache, "after two texts of 6 and 5 positions, written in turn")

    def test_a_shared_block_is_copied_before_it_is_written_to(self):
        cache = empty()
        one = cache.begin()
        first, new, other = pieces(4, 1, 1)
        put(cache, one, *first)
        two = shared(cache, one)
        old = list(cache.tables[one])
        cache.append(two, *new)
        with hinted("the block is written to, and the other text reads it too"):
            expect_close(
                stored(cache, one),
                first,
                "what the first text has, after the second one of its blocks has gone on",
            )
        whole = np.array(together(first, new))  # position 3 was in the block, 4 is new
        lost, no_values, late = whole.copy(), whole.copy(), whole.copy()
        lost[:, :, 3] = no_values[1, :, 3] = late[:, :, 4] = 0.0
        expect_close(
            stored(cache, two),
            whole,
            "what the second text has",
            mistakes={
                "what was in the block is not copied": lost,
                "only the keys are copied": no_values,
                "the block is copied after it was written to, over what is new": late,
            },
        )
        is_in_order(cache, "after a shared block was written to")
        assert cache.tables[one] == old, (
            f"the first text had the blocks {old}, and has {cache.tables[one]}: the copy belongs "
            "to the one that writes"
        )
        assert cache.tables[two][0] == old[0], (
            "the first block is full, and nothing is written to it: it can stay shared"
        )
        cache.append(one, *other)
        expect_close(stored(cache, one), together(first, other), "the first text, gone on too")
        expect_close(
            stored(cache, two),
            together(first, new),
            "the second text after that",
            mistakes={
                "a shared block is written to: in it stands what the other text has written": (
                    together(first, other)
                )
            },
        )
        is_in_order(cache, "after the first text went on too, whose last block is its own by then")

    def test_a_full_block_stays_shared(self):
        cache = empty()
        one = cache.begin()
        first, new = pieces(6, 2)
        put(cache, one, *first)
        two = shared(cache, one)
        cache.append(two, *new)
        is_in_order(cache, "after a text of two shared, full blocks went on")
        assert cache.tables[two][:2] == cache.tables[one], (
            f"of 6 positions in full blocks of {SIZE}, the tables are {cache.tables[one]} and "
            f"{cache.tables[two]}: only what is written to has to be copied"
        )
        assert len(cache.free) == 4, f"{7 - len(cache.free)} blocks are in use, and 3 are enough"

    def test_the_last_one_to_write_copies_nothing(self):
        cache = empty()
        one = cache.begin()
        first, new, other = pieces(2, 1, 1)
        put(cache, one, *first)
        two = shared(cache, one)
        cache.append(two, *new)
        cache.append(one, *other)
        assert len(cache.free) == 5, (
            f"two texts of 3 positions in blocks of {SIZE} use {7 - len(cache.free)} blocks, and "
            "should use 2: once the one has its copy, the other is alone with its block"
        )
        is_in_order(cache, "after both texts went on")

    def test_three_share_a_block(self):
        cache = empty()
        texts = [cache.begin()]
        first, *new = pieces(2, 1, 2, 3)
        put(cache, texts[0], *first)
        texts += [shared(cache, texts[0]), shared(cache, texts[0])]
        for text, given in zip(texts, new):
            cache.append(text, *given)
            is_in_order(cache, f"after text {text} of three that share a block went on")
        for text, given in zip(texts, new):
            expect_close(stored(cache, text), together(first, given), f"what text {text} has")

    def test_too_few_blocks_change_nothing(self):
        cache = empty(3)
        one = cache.begin()
        first, much, two_more, one_more = pieces(5, 5, 2, 1)
        put(cache, one, *first)
        for what, text, given, wanted in (
            ("5 more positions", one, much, 2),
            ("a shared block and 5 more positions", None, much, 3),
            ("a shared block and 2 more positions", None, two_more, 2),
        ):
            text = shared(cache, one) if text is None else text
            tables = {t: list(blocks) for t, blocks in cache.tables.items()}
            before = (tables, dict(cache.lengths), list(cache.free), cache.kept.copy())
            expect_raises(
                RuntimeError,
                lambda text=text, given=given: cache.append(text, *given),
                f"{what}, which want {wanted} blocks (one for a copy, if shared), and 1 is free,",
                naming=[wanted, 1],
            )
            after = (cache.tables, cache.lengths, cache.free, cache.kept)
            assert all(map(np.array_equal, before[3:], after[3:])) and before[:3] == after[:3], (
                f"{what} were refused, and something has changed: tables {before[0]} are "
                f"{cache.tables}, {len(before[2])} free blocks are {len(cache.free)}"
            )
            is_in_order(cache, f"after {what} were refused")
        cache.append(text, *one_more)
        is_in_order(cache, "after the last free block was taken for a copy")

    def test_what_was_given_may_change_afterwards(self):
        cache = empty()
        text = cache.begin()
        ((k, v),) = pieces(3)
        given = k.copy(), v.copy()
        cache.append(text, *given)
        given[0][:], given[1][:] = 0.0, 0.0
        expect_close(stored(cache, text), [k, v], "what is stored, once the given arrays change")

    def test_an_unknown_text_is_refused(self):
        cache = empty()
        ((k, v),) = pieces(2)
        expect_raises(KeyError, lambda: cache.append(41, k, v), "text 41", naming=[41])
        is_in_order(cache, "after text 41 was refused")


@pytest.mark.kata("PagedCache.read")
class TestRead:
    @pytest.mark.parametrize("length", [1, 3, 4, 8])
    def test_all_positions_come_back(self, length):
        cache = empty()
        for _ in range(2):  # so that its blocks are not the first ones
            put(cache, cache.begin(), *pieces(2)[0])
        text = cache.begin()
        ((k, v),) = pieces(length, salt=1)
        put(cache, text, k, v)
        with hinted("blocks are (size, n_head, D): one behind the other they are (T, n_head, D)"):
            came = cache.read(text)
        assert len(came) == 2, f"{len(came)} arrays came, and keys and values should"
        whole = -(-length // SIZE) * SIZE
        padded = np.zeros((HEADS, whole, D))
        padded[:, :length] = k
        expect_close(
            came[0],
            k,
            f"keys of {length} positions in blocks of {SIZE}",
            mistakes={"values come first": v, "time comes before the heads": k.swapaxes(0, 1)}
            | ({
                "the rest of the last block comes too": padded,
                "what stands in a block that is not full is left out": k[:, : whole - SIZE],
            } if whole != length else {})
            | ({
                "heads and positions are reshaped, and not turned": (
                    k.swapaxes(0, 1).reshape(k.shape)
                )
            } if length > 1 else {}),
        )  # fmt: skip
        expect_close(came[1], v, "values", mistakes={"keys stand for both": k})

    def test_the_order_is_that_of_the_table(self):
        cache = empty()
        text = cache.begin()
        ((k, v),) = pieces(7)
        cache.free[:] = [1, 5, 0, 2, 4, 3, 6]  # which are taken from the end: 6, 3, 4
        put(cache, text, k, v)
        blocks = np.concatenate([k, np.zeros((HEADS, 2, D))], axis=1).reshape(HEADS, 3, SIZE, D)
        wrong = blocks[:, np.argsort(cache.tables[text])].reshape(HEADS, 9, D)[:, :7]
        expect_close(
            cache.read(text)[0],
            k,
            f"keys of 7 positions in blocks {cache.tables[text]}",
            mistakes={"blocks are read in the order of their numbers": wrong},
        )

    def test_a_text_without_positions(self):
        cache = empty()
        text = cache.begin()
        with hinted("a text that has just begun has no blocks: its table is an empty list"):
            k, v = cache.read(text)
        assert k.shape == v.shape == (HEADS, 0, D), (
            f"keys {k.shape} and values {v.shape} came of a text without positions, and should be "
            f"{(HEADS, 0, D)}"
        )

    def test_what_comes_back_is_new(self):
        cache = empty()
        text = cache.begin()
        ((k, v),) = pieces(2)
        put(cache, text, k, v)
        for came in cache.read(text):
            came[:] = 0.0
        expect_close(stored(cache, text), [k, v], "what is stored, once what was read is changed")

    def test_float32_stays_float32(self):
        cache = PagedCache(4, SIZE, HEADS, D, np.float32)
        text = cache.begin()
        put(cache, text, *pieces(2)[0])
        assert cache.read(text)[0].dtype == np.float32, "float32 became float64"

    def test_an_unknown_text_is_refused(self):
        expect_raises(KeyError, lambda: empty().read(41), "text 41", naming=[41])


@pytest.mark.kata("PagedCache.fork")
class TestFork:
    def test_the_new_text_has_what_the_old_one_has(self):
        cache = empty()
        one = cache.begin()
        ((k, v),) = pieces(4)
        put(cache, one, k, v)
        two = cache.fork(one)
        expect_kind(two, int, "the new text")
        assert two != one and two in cache.tables, f"text {one} was forked, and {two!r} came back"
        assert cache.lengths[two] == 4, f"the new text has {cache.lengths[two]} positions, not 4"
        expect_close(stored(cache, two), [k, v], "what the new text has")
        expect_close(stored(cache, one), [k, v], "what the old text has")

    def test_blocks_are_shared_not_copied(self):
        cache = empty()
        one = cache.begin()
        put(cache, one, *pieces(4)[0])
        two = cache.fork(one)
        assert cache.tables[two] == cache.tables[one] and len(cache.free) == 5, (
            f"the tables are {cache.tables[one]} and {cache.tables[two]}, and {len(cache.free)} of "
            "7 blocks are free: a fork takes none, both texts have the same"
        )
        assert cache.users[cache.tables[one]].tolist() == [2, 2], (
            f"both blocks are in two tables, and `users` is {cache.users.tolist()}: then nobody "
            "knows that they must not be written to"
        )
        is_in_order(cache, "after a fork")

    def test_the_table_is_its_own(self):
        cache = empty()
        one = cache.begin()
        put(cache, one, *pieces(4)[0])
        two = cache.fork(one)
        assert cache.tables[two] is not cache.tables[one], (
            "both texts have one list for a table: a block that the one takes is in the other too"
        )

    def test_a_fork_of_a_fork(self):
        cache = empty()
        one = cache.begin()
        put(cache, one, *pieces(4)[0])
        texts = [one, cache.fork(one)]
        texts += [cache.fork(texts[1]), cache.fork(one)]
        assert len(set(texts)) == 4, f"four texts are to have four names, and have {texts}"
        is_in_order(cache, "after three forks")
        assert cache.users.max() == 4, f"a block of four texts has {cache.users.max()} users"

    def test_its_name_is_new(self):
        cache = empty()
        one, two = cache.begin(), cache.begin()
        put(cache, two, *pieces(2)[0])
        cache.tables.pop(one), cache.lengths.pop(one)  # it has ended
        three = cache.fork(two)
        assert three not in (one, two), (
            f"texts {one} and {two} had begun, {one} has ended, and the fork of {two} is called "
            f"{three}: as many as there are is no new name"
        )

    def test_both_go_on_each_for_itself(self):
        cache = empty()
        one = cache.begin()
        first, *new = pieces(4, 3, 2)
        cache.append(one, *first)
        two = cache.fork(one)
        for text, given in zip((one, two), new):
            cache.append(text, *given)
        for text, given in zip((one, two), new):
            expect_close(
                cache.read(text), together(first, given), f"text {text} after both went on"
            )
        is_in_order(cache, "after both went on")

    def test_a_text_without_positions(self):
        cache = empty()
        with hinted("a text that has just begun has an empty table"):
            two = cache.fork(cache.begin())
        assert cache.tables[two] == [] and cache.lengths[two] == 0, "a fork of nothing is nothing"

    def test_an_unknown_text_is_refused(self):
        cache = empty()
        expect_raises(KeyError, lambda: cache.fork(41), "text 41", naming=[41])
        assert not cache.tables, f"text 41 was refused, and the tables are {cache.tables}"


@pytest.mark.kata("PagedCache.end")
class TestEnd:
    def test_its_blocks_are_free_again(self):
        cache = empty()
        one, two = cache.begin(), cache.begin()
        put(cache, one, *pieces(4)[0])
        put(cache, two, *pieces(2)[0])
        cache.end(one)
        assert one not in cache.tables and one not in cache.lengths, (
            f"text {one} has ended, and is still in `tables` or `lengths`"
        )
        is_in_order(cache, "after one of two texts ended")
        assert len(cache.free) == 6, f"{len(cache.free)} of 7 blocks are free, and 6 should be"
        cache.end(two)
        assert len(cache.free) == 7, f"all texts have ended, and {len(cache.free)} of 7 are free"

    def test_shared_blocks_stay_as_long_as_someone_uses_them(self):
        cache = empty()
        one = cache.begin()
        first, other = pieces(4, 9)
        put(cache, one, *first)
        two = shared(cache, one)
        put_behind = cache.free[-1]
        cache.end(one)
        is_in_order(cache, "after one of two texts that share their blocks ended")
        assert len(cache.free) == 5, (
            f"{len(cache.free)} of 7 blocks are free, and 5 should be: the other text still has 2"
        )
        assert put_behind in cache.free, "a block that was free is not any more"
        three = cache.begin()
        cache.append(three, *other)
        expect_close(stored(cache, two), first, "the other text, once a third has taken blocks")
        cache.end(two)
        cache.end(three)
        is_in_order(cache, "after all texts ended")
        assert len(cache.free) == 7, f"all texts have ended, and {len(cache.free)} of 7 are free"

    def test_a_text_without_positions(self):
        cache = empty()
        text = cache.begin()
        cache.end(text)
        assert not cache.tables and len(cache.free) == 7, "a text without positions ended"

    def test_what_has_ended_is_unknown(self):
        cache = empty()
        text = cache.begin()
        put(cache, text, *pieces(2)[0])
        cache.end(text)
        with hinted("a text that ends twice must not give its blocks back twice"):
            expect_raises(KeyError, lambda: cache.end(text), "a text that ends twice", [text])
        is_in_order(cache, "after a text ended twice")

    def test_thousands_of_texts_come_and_go(self):
        """A random workload beside plain copies of every text: nothing lost, nothing shared."""
        cache, texts, rng = empty(64), {}, rng_of(7)
        for step in range(3000):
            what = rng.choice(["begin", "append", "fork", "end"], p=[0.15, 0.5, 0.15, 0.2])
            text = int(rng.choice(list(texts))) if texts else None
            if what == "begin" or text is None:
                texts[cache.begin()] = np.zeros((2, HEADS, 0, D))
            elif what == "append":
                new = rng.integers(1, 1000, (2, HEADS, int(rng.integers(1, 8)), D)).astype(float)
                try:
                    cache.append(text, *new)
                except RuntimeError:
                    what = "end"  # no room: one of them has to go
                else:
                    texts[text] = np.concatenate([texts[text], new], axis=2)
            elif what == "fork":
                texts[cache.fork(text)] = texts[text]
            if what == "end" and text is not None:
                cache.end(text)
                del texts[text]
            is_in_order(cache, f"after step {step} of a random workload, {what}")
            if texts:
                looked_at = int(rng.choice(list(texts)))
                came = np.stack(cache.read(looked_at))
                assert np.array_equal(came, texts[looked_at]), (
                    f"after step {step}, {what}, text {looked_at} does not hold what was written "
                    "to it: something was written into a block that it shares"
                )
        for text in texts:
            cache.end(text)
        assert len(cache.free) == 64 and not cache.users.any(), (
            f"all texts have ended, and {64 - len(cache.free)} of 64 blocks are still in use"
        )

    def test_a_model_does_not_notice(self):
        """A prompt is read once, and two texts go on from it, each as it would alone."""
        model = with_numbers(GPT(GPTConfig(11, 13, 2, 3, 6), rng_of(0)))
        ids, ends = np.array([[3, 1, 4, 1, 5]]), ([9, 2, 6], [5, 3, 5, 8])
        layers = [PagedCache(8, SIZE, 3, 2) for _ in model.blocks]
        texts = [PagedText(layer) for layer in layers]
        with no_grad():
            model(ids, texts)
            forks = [[text.fork() for text in texts], texts]
            for end, caches in zip(ends, forks):
                plain = [KVCache() for _ in model.blocks]
                model(ids, plain)
                for token in end:
                    came, wanted = (model(np.array([[token]]), c).data for c in (caches, plain))
                    expect_close(came, wanted, f"logits after {token}, from blocks")
        for caches in forks:
            for text in caches:
                text.end()
        assert all(len(layer.free) == 8 for layer in layers), "not all blocks came back"
