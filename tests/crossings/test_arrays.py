"""What numpy makes an array of, and loses a part of on the way, is refused; the rest is right."""

import numpy as np
import pytest

from solutions.phase1_autodiff.value import Value
from solutions.phase3_training.backpropagation import softmax_cross_entropy
from solutions.phase3_training.dataset import Standardizer, one_hot, train_test_split
from solutions.phase3_training.optimizers import SGD
from solutions.phase3_training.plain_arrays import plain_array, real_array
from solutions.phase3_training.training import ArrayNetwork, array_loss, fit
from solutions.phase4_llms.generation import sample
from solutions.phase4_llms.language_model import Embedding, random_batch
from solutions.phase4_llms.tensor import Tensor, cross_entropy
from solutions.phase5_practice.quantization import quantize_int4, quantize_int8
from solutions.phase5_practice.sampling import min_p
from solutions.phase5_practice.speculative import probabilities

X, Y = np.arange(12.0).reshape(6, 2), np.array([0, 1, 2, 0, 1, 2])
MASKED = np.ma.masked_greater(X, 9.0)
MASKED_Y = np.ma.masked_equal(Y, 2)


def trained(train, validation):
    model = ArrayNetwork([2, 3], 0)
    return fit(model, array_loss, train, validation, SGD(model.parameters(), 0.1), 1, 3, 0)


DOORS = {
    "Tensor": lambda: Tensor(MASKED),
    "beside a Tensor": lambda: Tensor([1.0, 2.0]) * MASKED,
    "Standardizer.fit": lambda: Standardizer().fit(MASKED),
    "Standardizer.transform": lambda: Standardizer().fit(X).transform(MASKED),
    "train_test_split, X": lambda: train_test_split(MASKED, Y, 0.5, 0),
    "train_test_split, y": lambda: train_test_split(X, MASKED_Y, 0.5, 0, stratify=True),
    "fit, X": lambda: trained((MASKED, Y), (X, Y)),
    "fit, y": lambda: trained((X, MASKED_Y), (X, Y)),
    "fit, validation": lambda: trained((X, Y), (MASKED, Y)),
    "one_hot": lambda: one_hot(MASKED_Y, 3),
    "cross_entropy": lambda: cross_entropy(Tensor(np.zeros((6, 3))), MASKED_Y),
    "softmax_cross_entropy": lambda: softmax_cross_entropy(np.zeros((6, 3)), MASKED_Y),
    "Embedding": lambda: Embedding(3, 2, 0)(MASKED_Y),
    "random_batch": lambda: random_batch(MASKED_Y, 1, 2, 0),
    "min_p": lambda: min_p(np.ma.masked_greater([1.0, 5.0], 4.0), 0.1),
    "probabilities": lambda: probabilities(np.ma.masked_greater([1.0, 5.0], 4.0), 1.0),
    "quantize_int8": lambda: quantize_int8(MASKED),
    "quantize_int4": lambda: quantize_int4(MASKED, 2),
    "sample": lambda: sample(np.ma.masked_greater([1.0, 5.0], 4.0), 0),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_mask_is_not_lost(door):
    with pytest.raises(TypeError, match="would lose its mask"):
        DOORS[door]()


def test_a_masked_number_is_no_value():
    with pytest.raises(TypeError, match="not MaskedConstant"):
        Value(np.ma.masked)
    with pytest.raises(TypeError, match="not MaskedConstant"):
        Value(1.0) * MASKED[5, 0]


OTHERS = {
    "texts": np.array(["1", "2"]),
    "dates": np.array(["2026-01-01"], "M8[D]"),
    "durations": np.array([3], "m8[s]"),
    "complex": np.array([1 + 2j]),
    "objects": np.array([1.0, None]),
    "floats as objects": np.array([1.0, 2.0], object),
    "a record": np.array([(1.0, 2.0)], [("a", float), ("b", float)]),
    "None": None,
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("take", [Tensor, Standardizer().fit, real_array])
def test_what_is_not_made_of_real_numbers(take, name):
    with pytest.raises(TypeError, match="real numbers of numpy's kinds are wanted, and not"):
        take(OTHERS[name])


def test_arrays_of_another_class_count_as_what_they_are(tmp_path):
    on_disk = np.memmap(tmp_path / "X", X.dtype, "w+", shape=X.shape)
    on_disk[:] = X
    frozen = X.copy()
    frozen.setflags(write=False)
    for given in (np.matrix(X), on_disk, frozen, X[::-1][::-1], np.asfortranarray(X), X.tolist()):
        assert Standardizer().fit(given).transform(given).tolist() == (
            Standardizer().fit(X).transform(X).tolist()
        )
        assert (Tensor(given) * 2).sum(axis=0).data.tolist() == [60.0, 72.0]
        assert type(plain_array(given)) is np.ndarray
    assert Tensor(np.array(3.0)).shape == () and Tensor(np.float32(3)).data.dtype == np.float32


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.uint8, np.int8, bool])
def test_a_standardizer_measures_small_kinds_in_float64(kind):
    given = np.array([[0, 1], [1, 1], [1, 0]]).astype(kind) * kind(100)
    scaled = Standardizer().fit(given).transform(given)
    assert scaled.tolist() == Standardizer().fit(given.astype(float)).transform(given).tolist()
    assert scaled.dtype == np.float64


def test_examples_without_a_label_stay_in_one_of_the_parts():
    y = np.array([0.0, np.nan, 1.0, np.nan, 0.0, 1.0])
    parts = train_test_split(X, y, 0.5, 0, stratify=True)
    assert sorted([*parts[0][:, 0], *parts[1][:, 0]]) == X[:, 0].tolist()
