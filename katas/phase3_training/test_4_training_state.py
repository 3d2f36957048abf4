"""3.4 · Real dataset: the best state of a model, kept while it trains and in a file."""

import math
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises
from katas.phase1_autodiff.value import Value
from katas.phase2_networks.module import MLP, Module
from katas.phase3_training.optimizers import SGD
from katas.phase3_training.spec_helpers import rng_of, written
from katas.phase3_training.training import (
    ArrayNetwork,
    EarlyStopping,
    Parameter,
    fit,
    load_parameters,
    save_parameters,
)

inf, nan = math.inf, math.nan


class Small(Module):
    """A model with an array and a number to learn."""

    def __init__(self):
        self.w = Parameter(np.array([1.0, 2.0]))
        self.b = Value(5.0)

    def set(self, number):
        """Move all parameters to this number, the array in place, as an optimizer does."""
        self.w.data[...] = number
        self.b.data = float(number)

    def numbers(self):
        return [*self.w.data.tolist(), self.b.data]


@pytest.mark.kata("EarlyStopping.__init__")
class TestEarlyStoppingInit:
    def test_before_the_first_epoch_any_loss_is_better(self):
        best = EarlyStopping(Small(), patience=3).best_loss
        assert best == inf, (
            f"best_loss is {best} at the start, and should be infinite: from 0 or 1 on, a first "
            "loss above it would never count"
        )

    def test_the_best_parameters_so_far_are_those_of_the_start(self):
        best = EarlyStopping(Small(), patience=3).best
        assert isinstance(best, dict) and set(best) == {"w", "b"}, (
            f"best is {best!r}, and should be the model's state_dict"
        )
        expect_close([*best["w"], best["b"]], [1.0, 2.0, 5.0], "best parameters at the start")

    def test_they_do_not_move_with_the_model(self):
        model = Small()
        stopping = EarlyStopping(model, patience=3)
        model.set(9)
        expect_close(
            [*stopping.best["w"], stopping.best["b"]],
            [1.0, 2.0, 5.0],
            "best parameters after the model was trained further",
            mistakes={"the model's own arrays are kept, which training moves": [9.0, 9.0, 5.0]},
        )


@pytest.mark.kata("EarlyStopping.restore")
class TestEarlyStoppingRestore:
    def test_the_model_has_its_best_parameters_back(self):
        model = Small()
        stopping = EarlyStopping(model, patience=3)
        model.set(9)
        stopping.restore()
        expect_close(
            model.numbers(),
            [1.0, 2.0, 5.0],
            "parameters after restore",
            mistakes={"the model is left as it was last": [9.0, 9.0, 9.0]},
        )

    def test_training_on_and_restoring_again_works(self):
        model = Small()
        stopping = EarlyStopping(model, patience=3)
        for number in (9, 7):
            model.set(number)
            stopping.restore()
        expect_close(
            model.numbers(),
            [1.0, 2.0, 5.0],
            "parameters after training on from the best, and restoring again",
            mistakes={"the model trains on in the stored arrays": [7.0, 7.0, 5.0]},
        )

    def test_the_lowest_loss_so_far_is_still_the_lowest(self):
        stopping = EarlyStopping(Small(), patience=3)
        stopping.best_loss = 0.25
        stopping.restore()
        expect_close(
            stopping.best_loss,
            0.25,
            "best_loss after restore, when it was 0.25 before",
            mistakes={"the lowest loss so far is forgotten": math.inf},
        )


def watched(losses, patience):
    """(the epoch that ended training or None, the model), where epoch n leaves n in the model.

    The training loss falls all the time, and both accuracies rise.
    """
    model = Small()
    stopping = EarlyStopping(model, patience)
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    for epoch, loss in enumerate(losses, start=1):
        model.set(epoch)
        for name, number in zip(names, (1 / epoch, epoch / 100, loss, epoch / 200)):
            history[name].append(number)
        verdict = stopping(history)
        assert verdict is not None, (
            f"after the losses {losses[:epoch]}, with patience {patience}, None was returned, and "
            "should be True or False: does every path end in a return?"
        )
        if verdict:
            return epoch, model
    return None, model


@pytest.mark.kata("EarlyStopping.__call__")
class TestEarlyStoppingCall:
    def test_it_ends_after_patience_epochs_without_a_new_best_loss(self):
        epoch, _ = watched([5, 4, 3, 3.5, 3.2, 4, 4.5, 5], patience=3)
        expect_close(
            epoch or 0,
            6,
            "epoch that ended training, of the losses 5, 4, 3, 3.5, 3.2, 4, 4.5, 5 (0: none did)",
            mistakes={
                "the training loss is watched, which falls all the time": 0,
                "it waits one epoch longer than patience, as PyTorch's ReduceLROnPlateau does; the "
                "course counts as Keras' EarlyStopping does": 7,
                "it ends one epoch before patience is at an end": 5,
                "it ends at the first loss that is not better": 4,
                "a loss that rises is taken for an improvement": 3,
                "each loss is compared with the one before it, not with the best": 8,
            },
        )

    def test_a_new_best_loss_gives_all_the_patience_back(self):
        epoch, _ = watched([5, 6, 4, 5, 3, 4, 4, 4, 4], patience=3)
        expect_close(
            epoch or 0,
            8,
            "epoch that ended training, of the losses 5, 6, 4, 5, 3, 4, 4, 4, 4 (0: none did)",
            mistakes={
                "bad epochs are added up over the whole run, and not in a row": 6,
                "it waits one epoch longer than patience": 9,
                "an epoch without a rise resets the count": 0,
            },
        )

    def test_better_than_the_epoch_before_is_not_best(self):
        epoch, _ = watched([5, 3, 6, 5, 4, 3.5], patience=3)
        expect_close(
            epoch or 0,
            5,
            "epoch that ended training, of the losses 5, 3, 6, 5, 4, 3.5 (0: none did)",
            mistakes={"each loss is compared with the one before it, not with the best": 0},
        )

    def test_the_best_parameters_are_put_back(self):
        _, model = watched([5, 4, 3, 3.5, 3.2, 4], patience=3)
        expect_close(
            model.numbers(),
            [3.0, 3.0, 3.0],
            "parameters when training has ended; epoch n had left n in them, the third was best",
            mistakes={
                "the last parameters are kept, not the best, as Keras' EarlyStopping does if it is "
                "not told otherwise": [6.0] * 3,
                "those of the start are put back": [1.0, 2.0, 5.0],
                "those of the first epoch are put back": [1.0] * 3,
                "those before the best epoch are put back": [2.0] * 3,
                "the best numbers are kept, but the arrays are the last": [6.0, 6.0, 3.0],
            },
        )

    def test_until_then_the_model_is_left_alone(self):
        epoch, model = watched([5, 4, 4.5], patience=2)
        assert epoch is None, f"epoch {epoch} ended training, but patience 2 had one bad epoch"
        expect_close(
            model.numbers(),
            [3.0] * 3,
            "parameters after one bad epoch of the two that patience allows",
            mistakes={"the best parameters are put back after every bad epoch": [2.0] * 3},
        )

    def test_as_good_as_the_best_is_no_new_best(self):
        epoch, model = watched([3, 3, 3, 3], patience=2)
        expect_close(
            epoch or 0,
            3,
            "epoch that ended training, where the loss stays at 3 (0: none did)",
            mistakes={"an equal loss counts as an improvement": 0},
        )
        expect_close(model.numbers(), [1.0] * 3, "parameters of the first of equal epochs")

    def test_a_loss_that_is_lower_by_a_hair_is_a_new_best(self):
        epoch, _ = watched([1.0, 0.99999, 0.99998, 0.99997], patience=2)
        assert epoch is None, (
            f"epoch {epoch} ended training, though the loss was a little lower each time: a new "
            "lowest loss counts, by however little. (PyTorch's ReduceLROnPlateau wants it to be "
            "lower by a ten-thousandth)"
        )

    def test_the_best_loss_and_parameters_can_be_looked_up(self):
        model = Small()
        stopping = EarlyStopping(model, patience=3)
        history = {"train_loss": [0.5], "validation_loss": []}
        for number, loss in ((7, 4.0), (8, 3.0), (9, 3.5)):
            model.set(number)
            history["validation_loss"].append(loss)
            stopping(history)
        expect_close(
            [stopping.best_loss, *stopping.best["w"], stopping.best["b"]],
            [3.0, 8.0, 8.0, 8.0],
            "best_loss and best after the losses 4, 3, 3.5, with parameters of 7, 8 and 9",
            mistakes={
                "best_loss stays as it was at the start": [inf, 8.0, 8.0, 8.0],
                "the newest loss is noted as the best": [3.5, 8.0, 8.0, 8.0],
            },
        )

    def test_a_loss_that_is_no_number_is_never_the_best(self):
        epoch, model = watched([4, 3, nan, nan, nan], patience=2)
        expect_close(
            epoch or 0,
            4,
            "epoch that ended training, of the losses 4, 3, nan, nan, nan (0: none did)",
            mistakes={
                "nan counts as an improvement: every comparison with it is False": 0,
                "nan is taken for the lowest loss, as np.argmin does": 5,
            },
        )
        expect_close(model.numbers(), [2.0] * 3, "parameters of the best epoch")

    def test_without_any_good_epoch_the_start_is_put_back(self):
        epoch, model = watched([nan, nan, nan], patience=2)
        seen = (epoch, model.numbers())
        assert seen == (2, [1.0, 2.0, 5.0]), (
            f"epoch and parameters after losses of nothing but nan, with patience 2, are {seen}: "
            "the second epoch should end it, and put back the start, 1, 2 and 5"
        )

    def test_after_a_loss_that_is_no_number_a_lower_one_is_the_best_again(self):
        epoch, model = watched([4, nan, 3, 5, 5], patience=2)
        seen = (epoch, model.numbers())
        assert seen == (5, [3.0] * 3), (
            f"epoch and parameters after the losses 4, nan, 3, 5, 5 are {seen}, and should be "
            "those of the third epoch, restored in the fifth"
        )

    def test_fit_ends_when_it_says_so(self):
        losses = iter([3.0, 1.0, 2.0, 2.0, 0.5])
        model, train, validation = Small(), (np.zeros(3), np.zeros(3)), (np.ones(2), np.ones(2))

        def loss(_, X, y):
            return (next(losses), 0.0) if X.max() == 1 else (0.0, 0.0)

        optimizer, stopping = SGD(model.parameters(), lr=0.1), EarlyStopping(model, patience=2)
        history = fit(model, loss, train, validation, optimizer, 5, 3, rng_of(0), stopping)
        assert history["validation_loss"] == [3.0, 1.0, 2.0, 2.0], (
            f"fit went through the validation losses {history['validation_loss']}, and should have "
            "ended after 3, 1, 2, 2"
        )


# ---- files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """For files that are written anew before they are read: one folder is quicker than many."""
    return tmp_path_factory.mktemp("files")


class Explodes:
    """Something that cannot be written: the disk is full."""

    def __array__(self, dtype=None, copy=None):
        raise OSError("no space left on device")


class Doomed(Small):
    """A model of which a file can only be written in part."""

    def state_dict(self):
        return {"w": np.zeros(1000), "b": Explodes()}


def fails_to_save(path):
    """Save until the disk is full; fails if the caller does not hear of it."""
    __tracebackhide__ = True
    expect_raises(
        OSError,
        lambda: save_parameters(Doomed(), path),
        "saving to a full disk (who saves has to know that nothing was saved)",
        naming=["no space left"],
    )


def arrays_in(path):
    """What an .npz file holds: {name: array}."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception as error:
        pytest.fail(
            f"{path.name} is no .npz file of numbers ({error}): numpy's savez writes one, and "
            "pickle, in whatever form, does not"
        )


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.kata("save_parameters")
class TestSaveParameters:
    def test_the_file_holds_every_parameter_under_its_name(self, folder):
        path = folder / "model.npz"
        save_parameters(Small(), path)
        arrays = arrays_in(path)
        assert sorted(arrays) == ["b", "w"], f"the file holds {sorted(arrays)}, not b and w"
        expect_close([*arrays["w"], arrays["b"]], [1.0, 2.0, 5.0], "numbers in the file")

    def test_inner_modules_are_saved_with_their_path(self, folder):
        path = folder / "model.npz"
        save_parameters(ArrayNetwork([3, 2], rng_of(0)), path)
        names = sorted(arrays_in(path))
        assert names == ["biases.0", "weights.0"], f"the file holds {names}"

    @pytest.mark.parametrize("name", ["model.npz", "model.best", "model"])
    def test_the_file_has_the_name_that_was_asked_for(self, tmp_path, name):
        save_parameters(Small(), tmp_path / name)
        assert names_in(tmp_path) == [name], (
            f"after saving to {name} the folder holds {names_in(tmp_path)}: savez puts .npz behind "
            "a name that does not end so, but not behind an open file"
        )

    def test_a_path_may_be_a_string(self, tmp_path):
        save_parameters(Small(), str(tmp_path / "model.npz"))
        assert names_in(tmp_path) == ["model.npz"], f"the folder holds {names_in(tmp_path)}"

    def test_a_newer_state_replaces_the_older(self, folder):
        path, model = folder / "model.npz", Small()
        for number in (7, 8):
            model.set(number)
            save_parameters(model, path)
        expect_close(
            arrays_in(path)["w"],
            [8.0, 8.0],
            "numbers in the file after a second save",
            mistakes={"the older file stays": [7.0, 7.0]},
        )

    def test_the_model_stays_as_it_was(self, folder):
        model = Small()
        save_parameters(model, folder / "model.npz")
        expect_close(model.numbers(), [1.0, 2.0, 5.0], "parameters after saving")

    def test_a_new_file_takes_the_place_of_the_old(self, folder):
        """Even a complete text may be half-written when the power fails."""
        path = folder / "model.npz"
        save_parameters(Small(), path)
        before = path.stat().st_ino
        save_parameters(Small(), path)
        assert path.stat().st_ino != before or before == 0, (
            "the old file was opened and written over: if the machine stops half-way, neither the "
            "old state nor the new one is left. `replacing` of files.py writes beside it"
        )

    def test_if_writing_fails_the_old_file_is_still_there(self, folder):
        path = folder / "model.npz"
        save_parameters(Small(), path)
        before = path.read_bytes()
        fails_to_save(path)
        assert path.exists() and path.read_bytes() == before, (
            "writing failed half-way, and the file from before is damaged or gone: `replacing` of "
            "files.py writes beside it, and puts the new file in its place when it is complete"
        )

    def test_there_is_a_whole_file_at_every_moment(self, tmp_path, monkeypatch):
        """Whoever looks at the folder while it is saved is the one who comes after a crash."""
        path, moved = tmp_path / "model.npz", []
        save_parameters(Small(), path)
        before = path.read_bytes()

        class Looks:
            def __array__(self, dtype=None, copy=None):
                there = path.exists() and path.read_bytes() == before
                assert there, (
                    "while the new file is written, the old one is not in its place: it stays "
                    "there until the new one is complete"
                )
                return np.array(5.0)

        class Watching(Small):
            def state_dict(self):
                return {**super().state_dict(), "b": Looks()}

        def watched(move):
            def moving(source, target, **options):
                if Path(target).resolve() == path.resolve():
                    moved.append((Path(source).resolve(), path.exists()))
                return move(source, target, **options)

            return moving

        for name in ("replace", "rename"):
            monkeypatch.setattr(os, name, watched(getattr(os, name)))
        save_parameters(Watching(), path)
        for source, was_there in moved:
            assert was_there, (
                "the old file is deleted before the new one takes its place: if the machine stops "
                "in between, there is none. os.replace does both at once"
            )
            assert source.is_relative_to(tmp_path.resolve()), (
                f"the new file was written in {source.parent}, and not beside the old one: from "
                "another disk it cannot be put in its place at once, but is copied or refused"
            )

    def test_whatever_goes_wrong_no_half_file_is_left(self, tmp_path):
        class Refuses:
            def __array__(self, dtype=None, copy=None):
                raise MemoryError("no memory left")

        class Unwritable(Small):
            def state_dict(self):
                return {"w": np.zeros(1000), "b": Refuses()}

        with pytest.raises(MemoryError):
            save_parameters(Unwritable(), tmp_path / "model.npz")
        assert not names_in(tmp_path), (
            f"memory ran out half-way, and {names_in(tmp_path)} was left behind: what is cleared "
            "away after an OSError alone stays after every other error"
        )

    def test_if_writing_fails_no_half_file_is_left(self, tmp_path):
        fails_to_save(tmp_path / "model.npz")
        assert not names_in(tmp_path), (
            f"writing failed half-way, and {names_in(tmp_path)} was left behind"
        )


class Trap:
    """An object that opens a file when it is unpickled: any code could stand in its place."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def saved(folder, **arrays):
    """An .npz file with these arrays."""
    path = folder / "model.npz"
    np.savez(path, **arrays)
    return path


def not_loaded(path, naming=(), what="the file"):
    """Fail unless loading a file into a model is refused, and the model as it was."""
    __tracebackhide__ = True
    model = Small()
    try:
        expect_raises(
            ValueError,
            lambda: load_parameters(model, path),
            f"loading {what}",
            naming=[path, *naming],
        )
    except (OSError, EOFError, zipfile.BadZipFile, AttributeError, KeyError, TypeError) as error:
        pytest.fail(
            f"{type(error).__name__} came through ({error}) from {what}: a file can be missing, "
            "damaged or of another kind in many ways, and each is a ValueError that names it. "
            "read_arrays of files.py makes one of each"
        )
    expect_close(
        model.numbers(),
        [1.0, 2.0, 5.0],
        "the model after a file was refused, which should be as before,",
        mistakes={"the part before the error was loaded all the same": [9.0, 9.0, 5.0]},
    )


GOOD = {"w": np.array([9.0, 9.0]), "b": np.array(8.0)}

MISFITS = [  # what is wrong, the file, and what the error has to name
    ("a file without b", {"w": GOOD["w"]}, ["b"]),
    ("a file with a parameter too many", {**GOOD, "extra": np.array(1.0)}, ["extra"]),
    ("a w of another shape", {**GOOD, "w": np.full(3, 9.0)}, ["w"]),
    ("an array for the number b", {**GOOD, "b": np.array([8.0])}, ["b"]),
    ("a text for the number b", {**GOOD, "b": np.array("8")}, ["b"]),
    ("a complex number for b", {**GOOD, "b": np.array(8j)}, ["b"]),
    ("integers, which are no floats, for w", {**GOOD, "w": np.array([9, 9])}, ["w"]),
    ("True for the number b", {**GOOD, "b": np.array(True)}, ["b"]),
]


@pytest.mark.kata("load_parameters")
class TestLoadParameters:
    def test_a_model_has_the_parameters_of_the_file(self, folder):
        model = Small()
        load_parameters(model, saved(folder, **GOOD))
        expect_close(model.numbers(), [9.0, 9.0, 8.0], "parameters after loading")

    def test_a_number_stays_a_number(self, folder):
        model = Small()
        load_parameters(model, saved(folder, **GOOD))
        assert isinstance(model.b.data, float), (
            f"b.data is {model.b.data!r} ({type(model.b.data).__name__}), and should be a float: "
            "a file holds arrays only, so a lone number comes back as an array without axes"
        )

    def test_what_was_saved_is_loaded_exactly(self, tmp_path):
        path, model = tmp_path / "model.npz", MLP([2, 3, 2])
        one, other = (ArrayNetwork([3, 5, 2], rng_of(seed)) for seed in (1, 2))
        save_parameters(one, path)
        load_parameters(other, path)
        for name, array in one.state_dict().items():
            gap = abs(other.state_dict()[name] - array).max()
            assert gap == 0, (
                f"{name} came back changed, by up to {gap:.2g}: the state is saved as it is. Was "
                "it rounded on the way, or turned into float32?"
            )
        before = model.state_dict()
        save_parameters(model, path)
        model.parameters()[4].data = 100.0
        load_parameters(model, path)
        assert model.state_dict() == before, "a network of Values came back changed"

    @pytest.mark.parametrize("name", ["model.best", "model"])
    def test_the_file_may_have_any_name(self, tmp_path, name):
        model = Small()
        saved(tmp_path, **GOOD).rename(tmp_path / name)
        try:
            load_parameters(model, tmp_path / name)
        except ValueError as error:
            pytest.fail(f"a file of the name {name} is there, and was refused: {error}")
        expect_close(model.numbers(), [9.0, 9.0, 8.0], f"parameters that stood in {name}")

    def test_a_path_may_be_a_string(self, folder):
        model = Small()
        load_parameters(model, str(saved(folder, **GOOD)))
        expect_close(model.numbers(), [9.0, 9.0, 8.0], "parameters from a path that is a string")

    def test_float32_is_a_float_too(self, folder):
        model = Small()
        model.w.data = np.zeros(2, dtype=np.float32)
        try:
            load_parameters(model, saved(folder, w=np.full(2, 9.0, dtype=np.float32), b=GOOD["b"]))
        except ValueError as error:
            pytest.fail(f"weights of float32 were refused, and are floats as well: {error}")
        expect_close(model.numbers(), [9.0, 9.0, 8.0], "parameters that stood there as float32")

    def test_a_file_that_is_not_there_is_a_value_error(self, folder):
        not_loaded(folder / "none.npz")

    @pytest.mark.parametrize(
        "content", [b"", b"length,width\n1,2\n", b"PK\x03\x04" + bytes(60)], ids=repr
    )
    def test_a_file_of_another_kind_is_refused(self, folder, content):
        not_loaded(written(folder, "model.npz", content))

    def test_a_lone_array_is_refused(self, folder):
        np.save(folder / "model.npy", np.array([9.0, 9.0]))
        not_loaded(folder / "model.npy")

    def test_a_zip_file_of_something_else_is_refused(self, folder):
        with zipfile.ZipFile(folder / "model.npz", "w") as file:
            file.writestr("w", "9.0 9.0")
        not_loaded(folder / "model.npz")

    @pytest.mark.parametrize("part", [0.3, 0.7, 0.99])
    def test_a_file_that_was_cut_off_is_refused(self, folder, part):
        path = saved(folder, **GOOD)
        content = path.read_bytes()
        path.write_bytes(content[: int(part * len(content))])
        not_loaded(path)

    def test_a_file_whose_last_number_is_damaged_is_refused(self, folder):
        path = saved(folder, **GOOD)
        content = path.read_bytes()
        place = content.rindex(np.float64(8.0).tobytes())
        path.write_bytes(content[:place] + b"\x01" + content[place + 1 :])
        not_loaded(path)

    @pytest.mark.parametrize("what, arrays, naming", MISFITS, ids=[what for what, _, _ in MISFITS])
    def test_a_file_that_does_not_fit_the_model_is_refused(self, folder, what, arrays, naming):
        not_loaded(saved(folder, **arrays), naming, what)

    def test_nothing_in_the_file_is_executed(self, folder):
        flag = folder / "executed"
        path = saved(folder, w=GOOD["w"], b=np.array(Trap(flag), dtype=object))
        refused = False
        try:
            load_parameters(Small(), path)
        except ValueError:
            refused = True
        except NotImplementedError:
            raise
        except Exception as error:
            pytest.fail(
                f"{type(error).__name__} came through ({error}): the file holds a pickle, which "
                "can run any code when it is read, so a file from elsewhere is read with pickles "
                "forbidden"
            )
        assert not flag.exists(), (
            "loading has run code that stood in the file: a pickle can do anything, so a file "
            "from elsewhere is read with pickles forbidden"
        )
        assert refused, "a file with a pickle in it was accepted"

    def test_a_file_with_a_pickle_leaves_the_model_as_it_was(self, folder):
        not_loaded(saved(folder, w=GOOD["w"], b=np.array([None, 1], dtype=object)))
