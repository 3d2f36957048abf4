"""Larger than in the lessons: what is deep, long or wide comes to an end, with the same numbers."""

import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from dojo import course
from solutions.phase2_networks.module import Module
from solutions.phase3_training.backpropagation import embedding_backward
from solutions.phase3_training.dataset import one_hot
from solutions.phase3_training.files import read_arrays
from solutions.phase3_training.optimizers import SGD
from solutions.phase3_training.training import Parameter, load_parameters, save_parameters
from solutions.phase4_llms.checkpoint import load_checkpoint, save_checkpoint
from solutions.phase4_llms.mlp import Linear, Sequential
from solutions.phase5_practice.quantization import quantize_int8


class Box(Module):
    """A module with a parameter, and another box inside."""

    def __init__(self, inside):
        self.inside, self.parameter = inside, Parameter(np.ones(2))


def nested(depth):
    module = Box(None)
    for _ in range(depth - 1):
        module = Box(module)
    return module


def test_modules_nested_900_deep(tmp_path):
    model, path = nested(900), tmp_path / "model.npz"
    assert model.n_parameters() == 1800 and len(model.modules()) == 900
    model.eval(), model.train(), model.zero_grad()
    save_parameters(model, path)
    model.parameter.data[:] = 5.0
    load_parameters(model, path)
    assert model.parameter.data.tolist() == [1.0, 1.0]
    optimizer, rng = SGD(model.parameters(), lr=0.1, momentum=0.9), np.random.default_rng(0)
    optimizer.step()
    save_checkpoint(str(path), model, optimizer, 3, rng)
    assert load_checkpoint(str(path), model, optimizer, rng) == 3
    assert [p.name for p in tmp_path.iterdir()] == ["model.npz"]


@pytest.mark.parametrize("n_rows", [1, 27, 256, 257, 5000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_of_an_embedding_for_tables_of_any_size(n_rows, dtype):
    rng = np.random.default_rng(n_rows)
    ids, dout = rng.integers(0, n_rows, (3, 40)), rng.standard_normal((3, 40, 5)).astype(dtype)
    wanted = np.zeros((n_rows, 5))
    for id, row in zip(ids.ravel(), dout.reshape(-1, 5)):
        wanted[id] += row
    grad = embedding_backward(dout, ids, n_rows)
    assert grad.dtype == dtype
    np.testing.assert_allclose(grad, wanted, rtol=1e-4, atol=1e-5)
    assert embedding_backward(dout[:0], ids[:0], n_rows).tolist() == np.zeros((n_rows, 5)).tolist()


def peak(call):
    """The most memory that a call held at once, in bytes."""
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_memory_is_that_of_the_result():
    ids = np.arange(0, 20_000, 10)
    dout = np.ones((len(ids), 8), np.float32)
    assert peak(lambda: embedding_backward(dout, ids, 20_000)) < 3 * 20_000 * 8 * 4
    assert peak(lambda: one_hot(ids[:64], 20_000)) < 2 * 64 * 20_000 * 8


def test_a_matrix_of_integers_is_not_quantized():
    with pytest.raises(TypeError, match="floats, not int8"):
        quantize_int8(np.array([[-128, 3]], np.int8))


ANOTHER = """
import sys
import numpy as np
from solutions.phase2_networks.module import Module
from solutions.phase3_training.training import Parameter, save_parameters
model = Module()
model.weights = Parameter(np.full((50, 50), 2.0))
print("begun", flush=True)
while True:
    save_parameters(model, sys.argv[1])
"""


def test_two_programs_that_save_to_one_file(tmp_path):
    """Whoever reads it finds what the one or the other has written, and no half of either."""
    model, path = Module(), tmp_path / "model.npz"
    model.weights = Parameter(np.full((50, 50), 1.0))
    save_parameters(model, path)
    with subprocess.Popen(
        [sys.executable, "-c", ANOTHER, path], stdout=subprocess.PIPE, cwd=course.ROOT
    ) as another:
        assert another.stdout.readline()
        seen = set()
        while seen != {1.0, 2.0}:
            save_parameters(model, path)
            for _ in range(20):
                loaded = read_arrays(path)["weights"]
                assert loaded.shape == (50, 50) and len(np.unique(loaded)) == 1
                seen.add(float(loaded[0, 0]))
        another.terminate()
    assert len(list(tmp_path.iterdir())) <= 2, "the file, and what the other one was writing"


def test_two_programs_that_save_one_checkpoint(tmp_path, monkeypatch):
    """The second one comes while the first one writes: each leaves a whole file."""
    path, rng, save, pid = tmp_path / "run.npz", np.random.default_rng(0), np.savez, os.getpid()

    def training(number):
        model = Module()
        model.weights = Parameter(np.full((50, 50), number))
        return model, SGD(model.parameters(), lr=0.1)

    def found():
        model, optimizer = training(0.0)
        return load_checkpoint(path, model, optimizer, rng), np.unique(model.weights.data).tolist()

    def interrupted(file, **contents):
        file.write(b"half")
        file.flush()
        file.seek(0)
        monkeypatch.setattr(np, "savez", save)
        monkeypatch.setattr(os, "getpid", lambda: pid + 1)
        save_checkpoint(path, *training(2.0), 2, rng)
        monkeypatch.setattr(os, "getpid", lambda: pid)
        assert found() == (2, [2.0])
        save(file, **contents)

    monkeypatch.setattr(np, "savez", interrupted)
    save_checkpoint(path, *training(1.0), 1, rng)
    assert found() == (1, [1.0])
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_modules_inside_each_other_are_calls_inside_each_other():
    model = Linear(2, 2, 0)
    for _ in range(100):
        model = Sequential(model)
    assert model(np.ones((1, 2))).shape == (1, 2)
    for _ in range(10_000):
        model = Sequential(model)
    with pytest.raises(RecursionError):
        model(np.ones((1, 2)))
    assert len(model.parameters()) == 2
