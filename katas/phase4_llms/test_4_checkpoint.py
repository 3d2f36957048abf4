"""4.4 · Checkpoint: what is saved, and what is refused."""

import contextlib
import json
import math
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase2_networks.module import MLP
from katas.phase3_training.optimizers import SGD, Adam, AdamW, RMSProp
from katas.phase4_llms.checkpoint import load_checkpoint, pack, save_checkpoint, unpack
from katas.phase4_llms.spec_helpers import hinted, numbers, rng_of
from katas.phase4_llms.tensor import cross_entropy
from katas.phase4_llms.transformer import GPT, GPTConfig

inf, nan = math.inf, math.nan


@pytest.mark.kata("pack")
class TestPack:
    @pytest.mark.parametrize("thing", [3, 2.5, -inf, "text", "", True, False, None, 1 << 100])
    def test_what_json_knows_alone_stays_as_it_is(self, thing):
        arrays = []
        with hinted("JSON holds numbers, strings, True, False and None as they are"):
            packed = pack(thing, arrays)
        assert packed == thing and type(packed) is type(thing) and not arrays, (
            f"{thing!r} became {packed!r}, with {len(arrays)} arrays set aside"
        )

    @pytest.mark.parametrize(
        "thing, wanted",
        [
            ([1, 2], ["list", [1, 2]]),
            ((1, 2), ["tuple", [1, 2]]),
            ({"a": 1}, ["dict", {"a": 1}]),
            ([], ["list", []]),
            ({"a": (1, [None])}, ["dict", {"a": ["tuple", [1, ["list", [None]]]]}]),
        ],
        ids=str,
    )
    def test_containers_say_what_they_are(self, thing, wanted):
        arrays = []
        assert pack(thing, arrays) == wanted, (
            f"{thing!r} became {pack(thing, arrays)!r}, and should become {wanted!r}"
        )

    def test_an_array_that_stands_twice_has_two_places(self):
        array, arrays = numbers(2, 3), []
        packed = pack([array, array], arrays)
        assert packed == ["list", [["array", 0], ["array", 1]]] and len(arrays) == 2, (
            f"one array twice became {packed!r}, with {len(arrays)} set aside: each has a place of "
            "its own. Two that share one are one array again when they come back, and what is "
            "written into one is written into both"
        )

    def test_arrays_are_set_aside_in_the_order_in_which_they_are_met(self):
        one, other = numbers(2, 3), numbers(5)
        arrays = [numbers(7)]
        packed = pack([one, {"k": other}], arrays)
        assert repr(packed) == repr(["list", [["array", 1], ["dict", {"k": ["array", 2]}]]]), (
            f"it became {packed!r}: the place of an array is that in the list, where one stood "
            "already"
        )
        assert len(arrays) == 3 and arrays[1] is one and arrays[2] is other, (
            f"with one array in the list and two to come, it holds {arrays} now: each is added as "
            "it is, no copy and no conversion"
        )

    def test_equal_arrays_are_two_arrays(self):
        arrays = []
        packed = pack([np.zeros(3), np.zeros(3)], arrays)
        assert repr(packed) == repr(["list", [["array", 0], ["array", 1]]]), (
            f"two arrays of zeros became {packed!r}: each has a place of its own, or what changes "
            "one of them later changes the other too (index() and == find an equal one)"
        )

    @pytest.mark.parametrize(
        "number", [np.float32(0.1), np.float64(0.1), np.int64(3), np.bool_(True)], ids=repr
    )
    def test_numbers_of_numpy_are_set_aside_too(self, number):
        arrays = []
        with hinted("a number of numpy is set aside as an array is, and marked as a number"):
            packed = pack([number], arrays)
        assert repr(packed) == repr(["list", [["number", 0]]]) and arrays == [number], (
            f"[{number!r}] became {packed!r}, with {arrays} set aside: JSON would lose its kind, "
            "and with it the precision of everything that it is multiplied with"
        )
        assert type(arrays[0]) is type(number)

    def test_an_array_without_axes_is_an_array(self):
        packed = pack(np.array(0.5), [])
        assert repr(packed) == repr(["array", 0]), f"it became {packed!r}"

    def test_json_can_hold_what_comes(self):
        state = {"lr": 0.1, "betas": (0.9, 0.999), "means": [0.0, numbers(3)], "t": np.int64(3)}
        packed = pack(state, [])
        assert json.loads(json.dumps(packed)) == packed, f"JSON made something else of {packed!r}"

    @pytest.mark.parametrize(
        "thing, came",
        [
            ({1: 2}, ""),  # the key, or the dict
            ({1, 2}, "set"),
            (1j, "complex"),
            (b"bytes", "bytes"),
            ([1, (2, object())], "object"),
            (np.array([None]), ""),  # its type, or that of its entries
        ],
        ids=["a dict with a number for a key", "a set", "complex", "bytes", "inside", "objects"],
    )
    def test_anything_else_is_refused(self, thing, came):
        expect_raises(TypeError, lambda: pack(thing, []), f"packing {thing!r}", naming=[came])

    def test_nothing_that_is_given_is_changed(self):
        thing = {"a": [1, (2,)], "b": None}
        pack(thing, [])
        assert thing == {"a": [1, (2,)], "b": None}, f"it is {thing!r} now"


NESTED = {
    "lr": 0.1,
    "betas": (0.9, 0.999),
    "means": [0.0, [1, ("a", None)], []],
    "flags": {"nesterov": True, "deep": {"empty": (), "text": "array"}},
    "list": ["list", ["dict", 3], ["array", 0]],  # looks packed, and is not
}


@pytest.mark.kata("unpack")
class TestUnpack:
    def test_it_undoes_pack(self):
        arrays = []
        with hinted(
            "whatever pack leaves as it is is not a list; each list is a pair: kind, content"
        ):
            back = unpack(pack(NESTED, arrays), arrays)
        assert back == NESTED, f"{NESTED!r} came back as {back!r}"

    def test_it_undoes_pack_after_a_way_through_json(self):
        arrays = []
        back = unpack(json.loads(json.dumps(pack(NESTED, arrays))), arrays)
        assert back == NESTED and type(back["betas"]) is tuple, (
            f"{NESTED!r} came back as {back!r}: JSON has no tuples, so their name has to be read"
        )

    def test_arrays_are_fetched(self):
        arrays = [numbers(2), numbers(3)]
        with hinted("the list of arrays is looked up by place, and keeps all of them"):
            back = unpack(["list", [["array", 1], ["tuple", [["array", 0], 7]]]], arrays)
        assert frozen(back) == frozen([arrays[1], (arrays[0], 7)]), (
            f"places 1 and 0 were asked for, and {back!r} came"
        )

    def test_what_is_given_stays_as_it_was(self):
        inside = ["dict", {"m": ["array", 0], "steps": ["list", [["tuple", [5]], 3]]}]
        arrays, packed = [numbers(2)], ["list", [["tuple", [["array", 0], 7]], inside]]
        before = repr(packed)
        unpack(packed, arrays)
        assert repr(packed) == before, f"{before} was given, and is {packed!r} afterwards"
        assert len(arrays) == 1, f"the list of arrays holds {len(arrays)} afterwards, and held 1"

    def test_a_number_of_numpy_comes_back_as_one(self):
        for kept in (np.float32(0.1), np.array(0.1, np.float32)):  # as it was, and from a file
            back = unpack(["number", 0], [kept])
            assert type(back) is np.float32 and back == np.float32(0.1), (
                f"{back!r} ({type(back).__name__}) came back for {kept!r} in the list, and should "
                "be a numpy.float32"
            )

    def test_an_array_without_axes_stays_an_array(self):
        back = unpack(["array", 0], [np.array(0.5)])
        assert isinstance(back, np.ndarray), f"{back!r} ({type(back).__name__}) came back"


TINY = GPTConfig(n_tokens=5, block_size=4, n_layer=1, n_head=1, n_channels=2)


class Others:
    """An optimizer as somebody else may have written it: its state has other names and nests."""

    def __init__(self, parameters, rate):
        self.parameters = list(parameters)
        self.rate = np.float64(rate)
        self.memory = {"velocity": [None] * len(self.parameters), "norms": ()}
        self.rounds = np.int64(0)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = 0.0

    def step(self):
        self.rounds += 1
        velocity = self.memory["velocity"]
        for i, p in enumerate(self.parameters):
            velocity[i] = 0.9 * (0.0 if velocity[i] is None else velocity[i]) + p.grad
            p.data -= self.rate / self.rounds * velocity[i]
        self.memory["norms"] = (*self.memory["norms"], float(np.sum(velocity[0] ** 2)))


def momentum(parameters):
    return SGD(parameters, 0.1, momentum=0.9)


def adamw(parameters):
    return AdamW(parameters, 0.01, betas=(0.8, 0.95))


def others(parameters):
    return Others(parameters, 0.1)


OPTIMIZERS = pytest.mark.parametrize("make", [momentum, adamw, others], ids=lambda f: f.__name__)


def frozen(thing):
    """Nested state as text: two that are equal bit by bit have the same, and no others."""
    if isinstance(thing, dict):
        return {key: frozen(item) for key, item in thing.items()}
    if isinstance(thing, list | tuple):
        return [type(thing).__name__, *map(frozen, thing)]
    if isinstance(thing, np.ndarray | np.generic):
        return f"{type(thing).__name__} {thing.dtype} {thing.shape} {thing.tobytes().hex()}"
    return repr(thing)


class Training:
    """A tiny GPT that learns from random batches, its optimizer, and the generator of the two."""

    def __init__(self, make=momentum, seed=0, config=TINY, dtype=float):
        self.model = GPT(config, rng_of(seed))
        rng = rng_of(seed)
        for parameter in self.model.parameters():
            parameter.data = rng.standard_normal(parameter.data.shape).astype(dtype)
        self.optimizer = make(self.model.parameters())
        self.rng = rng_of(seed + 100)

    def run(self, steps):
        """Take some steps; the loss before each."""
        losses = []
        for _ in range(steps):
            ids = self.rng.integers(0, 5, (3, 5))
            self.optimizer.zero_grad()
            loss = cross_entropy(self.model(ids[:, :-1]), ids[:, 1:])
            loss.backward()
            self.optimizer.step()
            losses.append(float(loss.data))
        return losses

    def state(self):
        """All that a step depends on, frozen."""
        fields = {k: v for k, v in vars(self.optimizer).items() if k != "parameters"}
        return {
            "model": frozen(self.model.state_dict()),
            "optimizer": frozen(fields),
            "generator": frozen(self.rng.bit_generator.state),
        }

    def save(self, path, step=3):
        save_checkpoint(path, self.model, self.optimizer, step, self.rng)

    def load(self, path):
        return load_checkpoint(path, self.model, self.optimizer, self.rng)


def stays(training, before, when):
    """Fail unless a training is in a state that it had before."""
    __tracebackhide__ = True
    now = training.state()
    changed = [name for name in before if now[name] != before[name]]
    assert not changed, f"{' and '.join(changed)} changed {when}"


def contents_of(path):
    """The arrays in a checkpoint, whatever their names."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return [file[name] for name in file.files]
    except Exception as error:
        pytest.fail(
            f"{path.name} is no .npz file of numbers and texts ({error}): numpy's savez writes "
            "one, and pickle, in whatever form, does not"
        )


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def cut_off(*paths, **options):
    raise OSError("the machine stopped here")


def fill_the_disk(monkeypatch):
    """From now on an .npz file gets its first entry, and then there is no space left."""
    opened, entries = zipfile.ZipFile.open, []

    def entry(self, name, mode="r", *args, **kwargs):
        if mode == "w" and entries:
            raise OSError("no space left on device")
        entries.append(name)
        return opened(self, name, mode, *args, **kwargs)

    monkeypatch.setattr(zipfile.ZipFile, "open", entry)


@pytest.mark.kata("save_checkpoint")
class TestSaveCheckpoint:
    @pytest.mark.parametrize("name", ["run.npz", "run.best", "run"])
    def test_the_file_has_the_name_that_was_asked_for(self, tmp_path, name):
        with hinted(
            "savez puts .npz behind a name that does not end so, but not behind an open file"
        ):
            Training().save(tmp_path / name)
        assert names_in(tmp_path) == [name], (
            f"after saving to {name} the folder holds {names_in(tmp_path)}: savez puts .npz behind "
            "a name that does not end so, but not behind an open file"
        )

    def test_a_path_may_be_a_string(self, tmp_path):
        with hinted("a path may be a string, which has no methods of a pathlib.Path"):
            Training().save(str(tmp_path / "run.npz"))
        assert names_in(tmp_path) == ["run.npz"], f"the folder holds {names_in(tmp_path)}"

    def test_what_is_unfinished_stands_beside_the_old_file(self, tmp_path, monkeypatch):
        """From another folder, which may lie on another disk, nothing is moved in one step."""

        def within_a_folder(move):
            def moved(source, target, *more, **options):
                if Path(source).resolve().parent != Path(target).resolve().parent:
                    raise OSError("Invalid cross-device link")
                return move(source, target, *more, **options)

            return moved

        for name in ("replace", "rename"):
            monkeypatch.setattr(os, name, within_a_folder(getattr(os, name)))
        with hinted("the unfinished file stands in another folder, which may lie on another disk"):
            Training().save(tmp_path / "run.npz")

    @OPTIMIZERS
    def test_every_array_of_model_and_optimizer_is_in_the_file(self, tmp_path, make):
        training = Training(make)
        training.run(2)
        training.save(tmp_path / "run.npz")
        kept = [frozen(array) for array in contents_of(tmp_path / "run.npz")]
        for name, array in training.model.state_dict().items():
            assert frozen(array) in kept, f"{name} of the model is not in the file"
        arrays = []
        pack({k: v for k, v in vars(training.optimizer).items() if k != "parameters"}, arrays)
        lost = [array for array in arrays if frozen(np.asarray(array)) not in kept]
        assert not lost, (
            f"{len(lost)} of {len(arrays)} arrays and numbers of the optimizer are not in the "
            "file: it would start cold"
        )

    def test_saving_changes_nothing(self, tmp_path):
        training = Training(adamw)
        training.run(2)
        before, parameters = training.state(), training.optimizer.parameters
        training.save(tmp_path / "run.npz")
        assert getattr(training.optimizer, "parameters", None) is parameters and parameters, (
            "the optimizer has lost its parameters: vars() is the object itself, not a copy of it, "
            "and what is taken out of it is gone"
        )
        stays(training, before, "while it was saved")
        assert all(np.any(p.grad) for p in parameters), (
            "the gradients are gone: saving resets nothing"
        )
        assert training.model.training, "the model was put into eval mode: saving changes nothing"

    def test_a_new_file_takes_the_place_of_the_old(self, tmp_path):
        """Even a complete text may be half-written when the power fails."""
        path, training = tmp_path / "run.npz", Training()
        training.save(path)
        before = path.stat().st_ino
        training.save(path)
        assert path.stat().st_ino != before or before == 0, (
            "the old file was opened and written over: if the machine stops half-way, neither the "
            "old state nor the new one is left. Write beside it, and put that file in its place"
        )

    def test_if_writing_fails_the_old_file_is_still_there(self, tmp_path, monkeypatch):
        path, training = tmp_path / "run.npz", Training()
        training.save(path)
        before = path.read_bytes()
        training.run(1)
        fill_the_disk(monkeypatch)
        expect_raises(
            OSError,
            lambda: training.save(path),
            "saving to a full disk (who saves has to know that nothing was saved)",
            naming=["no space left"],
        )
        assert path.exists() and path.read_bytes() == before, (
            "writing failed half-way, and the file from before is damaged or gone: write beside "
            "it, and put the new file in its place when it is complete"
        )
        assert names_in(tmp_path) == ["run.npz"], (
            f"writing failed half-way, and the folder holds {names_in(tmp_path)}: remove what is "
            "unfinished, whatever happens (finally)"
        )

    def test_the_old_file_goes_in_the_moment_in_which_the_new_one_comes(
        self, tmp_path, monkeypatch
    ):
        path, training = tmp_path / "run.npz", Training()
        training.save(path)
        before = path.read_bytes()
        for name in ("replace", "rename", "link"):
            monkeypatch.setattr(os, name, cut_off)
        with contextlib.suppress(OSError):
            training.save(path)
        assert path.exists() and path.read_bytes() == before, (
            "the machine stopped when the new file was to take its place, and the old one was gone "
            "already: os.replace does both at once"
        )

    def test_what_cannot_be_kept_is_named(self, tmp_path):
        training = Training()
        training.optimizer.clock = {1, 2}
        expect_raises(
            TypeError,
            lambda: training.save(tmp_path / "run.npz"),
            "saving an optimizer that holds a set",
            naming=["set"],
        )
        assert not names_in(tmp_path), f"{names_in(tmp_path)} was left behind"


def refused(training, path, what):
    """Fail unless loading is refused by name, and all is as it was before."""
    __tracebackhide__ = True
    before, parameters = training.state(), training.optimizer.parameters
    expect_raises(ValueError, lambda: training.load(path), f"loading {what}", naming=[path])
    stays(training, before, f"when {what} was refused")
    assert training.optimizer.parameters is parameters, "the optimizer has other parameters now"


def saved(folder, make=momentum, **options):
    """A training that took two steps, and its checkpoint."""
    training, path = Training(make, **options), folder / "run.npz"
    training.run(2)
    training.save(path)
    return training, path


class Trap:
    """An object that opens a file when it is unpickled: any code could stand in its place."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.kata("load_checkpoint")
class TestLoadCheckpoint:
    @OPTIMIZERS
    def test_what_follows_is_the_same_bit_by_bit(self, tmp_path, make):
        one, path = saved(tmp_path, make)
        wanted = one.run(4)

        def without(part):
            """The losses of a training that gets back all but one part."""
            again = Training(make)
            again.run(2)  # all parts as they were when the file was written
            fresh = Training(make, seed=1)
            if part == "parameters":
                again.model.load_state_dict(fresh.model.state_dict())
            if part == "optimizer":
                again.optimizer = make(again.model.parameters())
            if part == "generator":
                again.rng = fresh.rng
            return again.run(4)

        other = Training(make, seed=1)
        other.load(path)
        expect_close(
            other.run(4),
            wanted,
            "losses of four steps after loading (not a bit may differ)",
            mistakes={
                "the optimizer's state was not saved, or is not put back": without("optimizer"),
                "the generator's state was not saved, or is not put back": without("generator"),
                "the parameters were not saved, or are not put back": without("parameters"),
                "nothing at all is put back": Training(make, seed=1).run(4),
            },
            tolerance=0,
        )

    @OPTIMIZERS
    def test_everything_is_as_it_was(self, tmp_path, make):
        one, path = saved(tmp_path, make)
        other = Training(make, seed=1)
        other.load(path)
        was, now = one.state(), other.state()
        for part in was:
            wrong = [k for k in was[part] if now[part].get(k) != was[part][k]]
            assert now[part] == was[part], (
                f"of the {part}, {', '.join(wrong) or 'something more'} came back changed: a tuple "
                "as a list, a number of numpy as an array, or not at all"
            )

    def test_a_training_can_go_back_to_its_own_checkpoint(self, tmp_path):
        training, path = saved(tmp_path, adamw)
        first = training.run(3)
        with hinted("a path may be a string, which has no methods of a pathlib.Path"):
            training.load(str(path))
        expect_close(training.run(3), first, "three steps, taken again", tolerance=0)

    @pytest.mark.parametrize("step", [0, 3, 100_000])
    def test_the_step_comes_back(self, tmp_path, step):
        path, training = tmp_path / "run.npz", Training()
        training.save(path, step)
        found = training.load(path)
        assert type(found) is int and found == step, (
            f"step {step} was saved, and {found!r} ({type(found).__name__}) came back"
        )

    def test_the_model_is_filled_in_place(self, tmp_path):
        training, path = saved(tmp_path)
        parameters = training.model.parameters()
        moved = list(training.optimizer.parameters)
        training.load(path)
        same = all(a is b for a, b in zip(training.model.parameters(), parameters))
        assert same and all(a is b for a, b in zip(training.optimizer.parameters, moved)), (
            "model and optimizer hold other parameters now: the optimizer would move what the "
            "model does not use"
        )

    def test_another_kind_of_generator_works_as_well(self, tmp_path):
        one = Training()
        one.rng = np.random.Generator(np.random.MT19937(3))  # its state holds an array
        one.save(tmp_path / "run.npz")
        wanted = one.run(3)
        other = Training(seed=1)
        other.rng = np.random.Generator(np.random.MT19937(4))
        other.load(tmp_path / "run.npz")
        expect_close(other.run(3), wanted, "losses, with a Mersenne twister", tolerance=0)

    def test_a_model_of_values_can_be_saved_too(self, tmp_path):
        path, rng = tmp_path / "run.npz", rng_of(0)
        one, other = MLP([2, 3, 1]), MLP([2, 3, 1])
        save_checkpoint(path, one, momentum(one.parameters()), 3, rng)
        load_checkpoint(path, other, momentum(other.parameters()), rng)
        assert other.state_dict() == one.state_dict(), "a network of Values came back changed"
        kinds = {type(p.data).__name__ for p in other.parameters()}
        assert kinds == {"float"}, f"its numbers are of the kinds {kinds} now, and should be floats"

    # ---- what cannot be loaded leaves all as it was

    def test_a_file_that_is_not_there_is_refused(self, tmp_path):
        refused(Training(), tmp_path / "none.npz", "a file that is not there")

    @pytest.mark.parametrize("part", [0.0, 0.3, 0.7, 0.99])
    def test_a_file_that_was_cut_off_is_refused(self, tmp_path, part):
        _, path = saved(tmp_path)
        content = path.read_bytes()
        path.write_bytes(content[: int(part * len(content))])
        refused(Training(seed=1), path, f"the first {part:.0%} of a file")

    def test_a_file_with_a_damaged_number_is_refused(self, tmp_path):
        _, path = saved(tmp_path)
        content = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as file:
            entry = max(file.infolist(), key=lambda entry: entry.compress_size)
        name, more = struct.unpack(
            "<HH", content[entry.header_offset + 26 : entry.header_offset + 30]
        )
        content[entry.header_offset + 30 + name + more + entry.compress_size // 2] ^= 1
        path.write_bytes(content)
        refused(Training(seed=1), path, "a file in which one bit was turned over")

    @pytest.mark.parametrize("content", [b"", b'{"step": 3}', b"PK\x03\x04" + bytes(60)], ids=repr)
    def test_a_file_of_another_kind_is_refused(self, tmp_path, content):
        path = tmp_path / "run.npz"
        path.write_bytes(content)
        refused(Training(), path, "a file of another kind")

    def test_arrays_alone_are_refused(self, tmp_path):
        path, training = tmp_path / "run.npz", Training()
        np.savez(path, **training.model.state_dict())
        refused(training, path, "the parameters alone, without anything about the training")

    def test_nothing_in_the_file_is_executed(self, tmp_path):
        _, path = saved(tmp_path)
        flag = tmp_path / "executed"
        with np.load(path) as file:
            names = file.files
        np.savez(path, **{name: np.array(Trap(flag), dtype=object) for name in names})
        refused(Training(), path, "a file with pickles in it")
        assert not flag.exists(), (
            "loading has run code that stood in the file: a pickle can do anything, so a file "
            "from elsewhere is read with pickles forbidden"
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"n_layer": 2},
            {"n_layer": 0},
            {"n_tokens": 7},
            {"block_size": 5},
            {"n_channels": 4},
        ],
        ids=str,
    )
    def test_a_model_of_another_size_is_refused(self, tmp_path, change):
        config = GPTConfig(**{**vars(TINY), **change})
        saved(tmp_path, config=config)
        refused(Training(seed=1), tmp_path / "run.npz", f"a model with {change}")

    def test_a_model_of_another_size_is_refused_where_the_optimizer_moves_the_same(self, tmp_path):
        def three(parameters):
            return momentum(parameters[:3])

        saved(tmp_path, three, config=GPTConfig(**{**vars(TINY), "n_layer": 0}))
        refused(Training(three, seed=1), tmp_path / "run.npz", "a model without blocks")

    def test_another_precision_is_refused(self, tmp_path):
        saved(tmp_path, dtype=np.float32)
        refused(Training(seed=1), tmp_path / "run.npz", "float32 into a model of float64")

    @pytest.mark.parametrize("make", [adamw, others, RMSProp], ids=["AdamW", "other", "RMSProp"])
    def test_another_optimizer_is_refused(self, tmp_path, make):
        _, path = saved(tmp_path, make)
        refused(Training(seed=1), path, "the state of another optimizer")

    def test_an_optimizer_with_a_field_more_is_refused(self, tmp_path):
        _, path = saved(tmp_path, Adam)
        refused(
            Training(AdamW, seed=1),
            path,
            "the state of an Adam into an AdamW, whose weight_decay is not in the file,",
        )

    def test_an_optimizer_of_other_parameters_is_refused(self, tmp_path):
        _, path = saved(tmp_path, lambda parameters: momentum(parameters[:3]))
        refused(Training(seed=1), path, "an optimizer that moves only three of the parameters")

    def test_an_optimizer_that_lists_them_in_another_order_is_refused(self, tmp_path):
        _, path = saved(tmp_path, lambda parameters: momentum(parameters[::-1]))
        refused(
            Training(seed=1),
            path,
            "an optimizer of the same parameters in another order (each would get the velocity of "
            "another one)",
        )

    def test_a_model_whose_parameters_have_other_names_is_refused(self, tmp_path):
        _, path = saved(tmp_path)
        other = Training(seed=1)
        other.model.__dict__ = {f"{n}_": part for n, part in vars(other.model).items()}
        refused(
            other,
            path,
            "a model of the same shapes whose parameters have other names (they are known by "
            "name, and not by their number)",
        )

    def test_another_kind_of_generator_is_refused(self, tmp_path):
        training = Training()
        training.rng = np.random.Generator(np.random.MT19937(3))
        training.save(tmp_path / "run.npz")
        refused(
            Training(seed=1), tmp_path / "run.npz", "the state of a Mersenne twister into PCG64"
        )
