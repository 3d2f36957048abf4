"""Tables of pandas, whose index was shuffled: only the order of their rows counts."""

import numpy as np
import pytest

from solutions.phase1_autodiff.value import Value
from solutions.phase2_networks.losses import accuracy, mean_squared_error
from solutions.phase3_training.backpropagation import softmax_cross_entropy
from solutions.phase3_training.dataset import (
    Standardizer,
    confusion_matrix,
    encode_labels,
    majority_baseline,
    one_hot,
    train_test_split,
)
from solutions.phase3_training.gradient_descent import fit_line_exact, is_diverging
from solutions.phase3_training.optimizers import SGD
from solutions.phase3_training.training import ArrayNetwork, array_loss, fit
from solutions.phase4_llms.language_model import (
    Embedding,
    bigram_counts,
    make_windows,
    negative_log_likelihood,
    random_batch,
)
from solutions.phase4_llms.mlp import MLP, Linear, tensor_loss
from solutions.phase4_llms.tensor import Tensor, cross_entropy

pandas = pytest.importorskip("pandas", reason="needs pandas, which is not installed")

N = 11
RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((N, 3)), RNG.integers(0, 3, N)
SHUFFLED = RNG.permutation(N)
TABLE = pandas.DataFrame(X, columns=["a", "b", "c"], index=SHUFFLED)
TARGETS = pandas.Series(Y, index=SHUFFLED)


def split(X, y, stratify):
    return [part.tolist() for part in train_test_split(X, y, 0.3, 1, stratify)]


def trained(model, loss, X, y):
    optimizer = SGD(model.parameters(), lr=0.1)
    return fit(model, loss, (X, y), (X, y), optimizer, 2, 4, 1)


def scaled(X):
    scaler = Standardizer().fit(X)
    return np.asarray(scaler.transform(X)).tolist(), np.asarray(scaler.deviation).tolist()


LOGITS = RNG.standard_normal((N, 3))
PROBS = np.full((3, 3), 1 / 3)
USES = {
    "train_test_split": lambda X, y: split(X, y, False),
    "train_test_split, stratified": lambda X, y: split(X, y, True),
    "Standardizer": lambda X, y: scaled(X),
    "fit, arrays": lambda X, y: trained(ArrayNetwork([3, 3], 0), array_loss, X, y),
    "fit, Tensors": lambda X, y: trained(MLP([3, 3], rng=0), tensor_loss, X, y),
    "array_loss": lambda X, y: array_loss(ArrayNetwork([3, 3], 0), np.asarray(X), y),
    "softmax_cross_entropy": lambda X, y: softmax_cross_entropy(LOGITS, y)[1].tolist(),
    "cross_entropy": lambda X, y: float(cross_entropy(Tensor(LOGITS), y).data),
    "one_hot": lambda X, y: one_hot(y, 3).tolist(),
    "confusion_matrix": lambda X, y: confusion_matrix(y, Y[::-1], 3).tolist(),
    "majority_baseline": lambda X, y: majority_baseline(y, y),
    "encode_labels": lambda X, y: [list(part) for part in encode_labels(y.astype(str))],
    "accuracy": lambda X, y: accuracy(LOGITS, y),
    "mean_squared_error": lambda X, y: mean_squared_error([Value(1.0)] * N, y).data,
    "fit_line_exact": lambda X, y: fit_line_exact(np.asarray(X)[:, 0], y),
    "is_diverging": lambda X, y: is_diverging(np.asarray(y)),
    "Linear": lambda X, y: Linear(3, 2, 0)(np.asarray(X)).data.tolist(),
    "Embedding": lambda X, y: Embedding(3, 2, 0)(y).data.tolist(),
    "bigram_counts": lambda X, y: bigram_counts(y, 3).tolist(),
    "negative_log_likelihood": lambda X, y: negative_log_likelihood(PROBS, y),
    "make_windows": lambda X, y: [part.tolist() for part in make_windows(y, 2)],
    "random_batch": lambda X, y: [part.tolist() for part in random_batch(y, 3, 2, 0)],
}


@pytest.mark.parametrize("name", USES)
def test_a_table_is_what_its_array_is(name):
    assert USES[name](TABLE, TARGETS) == USES[name](X, Y)


def test_a_table_that_is_multiplied_by_a_tensor_says_what_to_do():
    with pytest.raises(TypeError, match=r"has one in \.data"):
        TABLE @ Tensor(np.ones((3, 2)))
