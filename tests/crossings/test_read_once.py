"""What can be read only once is read once; what comes in numbers of classes is no mask."""

import numpy as np
import pytest

from solutions.phase1_autodiff.value import Value, zero_grad
from solutions.phase2_networks.activations import collapse_linear, softmax
from solutions.phase2_networks.losses import log_softmax
from solutions.phase3_training.backpropagation import softmax_cross_entropy
from solutions.phase3_training.classes import class_numbers
from solutions.phase3_training.dataset import confusion_matrix, encode_labels, one_hot
from solutions.phase3_training.gradient_descent import gradient_descent_step
from solutions.phase3_training.optimizers import SGD, Adam, clip_grad_norm, clip_grad_value
from solutions.phase3_training.training import Parameter
from solutions.phase4_llms.bpe import pretokenize, train_bpe
from solutions.phase4_llms.language_model import (
    Embedding,
    bigram_counts,
    load_names,
    negative_log_likelihood,
    split_names,
)
from solutions.phase4_llms.tensor import Tensor, concatenate, cross_entropy
from solutions.phase4_llms.tokenizer import BPETokenizer, CharTokenizer


def once(things):
    """The things, from a generator."""
    return (thing for thing in things)


def test_generators_of_what_is_looked_at_twice():
    scores = [Value(1.0), Value(2.0)]
    for f in (softmax, log_softmax):
        assert [v.data for v in f(once(scores))] == [v.data for v in f(scores)]
    w1, b1, w2, b2 = [[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0], [[1.0], [2.0]], [0.5]
    assert collapse_linear(once(w1), b1, w2, b2) == collapse_linear(w1, b1, w2, b2)
    targets, names = encode_labels(once("cab"))
    assert (targets.tolist(), names) == ([2, 0, 1], ["a", "b", "c"])
    names = ["emma", "olivia", "ava", "mia", "zoe", "liam", "noah", "ada", "bo", "cy", "di"]
    assert split_names(once(names)) == split_names(names)
    text = "low low lower<|end|>"
    assert train_bpe(text, 259, once(["<|end|>"])) == train_bpe(text, 259, ["<|end|>"])
    tensors = [Tensor([1.0]), Tensor([2.0])]
    joined = concatenate(once(tensors))
    assert joined.data.tolist() == [1.0, 2.0] and joined.parents == tuple(tensors)


def test_ids_from_anything_that_yields_them():
    chars = CharTokenizer(["ab"])
    pairs = BPETokenizer(*train_bpe("ab ab ab", 258))
    for tokenizer in (chars, pairs):
        ids = tokenizer.encode("abba")
        for given in (
            once(ids),
            map(int, ids),
            np.array(ids),
            np.array(ids, np.uint16),
            tuple(ids),
        ):
            assert tokenizer.decode(given) == "abba"
        with pytest.raises(TypeError):
            tokenizer.decode([1.5])


def test_whom_an_optimizer_moves():
    p, q = Parameter(np.ones(2)), Parameter(np.ones(3))
    assert SGD(once([p, q]), lr=0.1).parameters == [p, q]
    for make in (lambda ps: SGD(ps, lr=0.1), Adam, lambda ps: clip_grad_value(ps, 1.0)):
        with pytest.raises(TypeError, match="a list, and not as one Tensor"):
            make(Tensor(np.ones((2, 3))))
        with pytest.raises(TypeError, match="a list, and not as one Value"):
            make(Value(1.0))
        for others in ({"p": p}, [("p", p)], [np.ones(2)], ["p"]):
            with pytest.raises(TypeError, match="a parameter has data and grad, and not"):
                make(others)
        for none in ([], once([]), filter(None, [])):
            with pytest.raises(ValueError, match="no parameters"):
                make(none)
        with pytest.raises(ValueError, match="of 3 parameters one stands there twice"):
            make([p, q, p])
    p.grad, q.grad = np.full(2, 3.0), np.zeros(3)
    assert clip_grad_norm(once([p, q]), 1.0) == pytest.approx(18**0.5)
    assert np.linalg.norm(p.grad) == pytest.approx(1.0, rel=1e-6)


BOOLEANS = np.array([True, False, True])


@pytest.mark.parametrize(
    "use",
    [
        lambda: softmax_cross_entropy(np.zeros((3, 3)), BOOLEANS),
        lambda: cross_entropy(Tensor(np.zeros((3, 3))), BOOLEANS),
        lambda: one_hot(BOOLEANS, 3),
        lambda: confusion_matrix(BOOLEANS, np.zeros(3, int), 3),
        lambda: confusion_matrix(np.zeros(3, int), BOOLEANS, 3),
        lambda: Embedding(3, 2)(BOOLEANS),
        lambda: bigram_counts(BOOLEANS, 3),
        lambda: class_numbers([0.0, 1.0], 3),
    ],
)
def test_classes_go_by_their_numbers(use):
    with pytest.raises(TypeError, match=r"bool|float64"):
        use()


def test_classes_are_not_counted_from_the_end_and_not_paired_by_broadcasting():
    for use in (bigram_counts, one_hot, class_numbers):
        with pytest.raises(IndexError, match="-1 to 1 are not all from 0 to 1"):
            use(np.array([0, -1, 1]), 2)
    column = np.array([[0], [1], [0]])
    with pytest.raises(ValueError, match=r"\(3, 1\)"):
        softmax_cross_entropy(np.zeros((3, 2)), column)
    with pytest.raises(ValueError, match=r"\(3,\).*\(3, 1\)"):
        confusion_matrix(column, np.array([0, 1, 0]), 2)
    assert one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot([[2], [0]], 3).tolist() == [[[0, 0, 1]], [[1, 0, 0]]]
    assert one_hot([], 3).shape == (0, 3) and encode_labels([])[0].dtype == int
    with pytest.raises(IndexError, match="-1 to 0"):
        negative_log_likelihood(np.full((2, 2), 0.5), [0, -1])


def test_a_path_may_be_a_string(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("emma\nava\n", encoding="utf-8")
    assert load_names(str(path)) == ["emma", "ava"]


def test_one_thing_where_a_list_is_wanted():
    """Its rows or its letters would be taken, and what is done to them thrown away."""
    weights = Tensor(np.ones((2, 3)))
    for step in (zero_grad, lambda one: gradient_descent_step(one, 0.1)):
        with pytest.raises(TypeError, match=r"list.* not .*one Tensor"):
            step(weights)
    for cut in (
        lambda special: pretokenize("a|end|b", special),
        lambda special: train_bpe("a|end|b", 260, special),
        lambda special: BPETokenizer({0: b"a"}, [], special),
        CharTokenizer(["a|end|b"]).stream,
    ):
        with pytest.raises(TypeError, match=r"not as one: '\|end\|'"):
            cut("|end|")


def test_special_tokens_count_once_and_none_is_empty():
    twice = ["<x>", "<y>", "<x>"]
    vocab, merges = train_bpe("ab ab<x>", 260, twice)
    assert (vocab, merges) == train_bpe("ab ab<x>", 260, ["<x>", "<y>"])
    tokenizer = BPETokenizer(vocab, merges, twice)
    assert tokenizer.vocab == vocab and tokenizer.special_tokens == ["<x>", "<y>"]
    assert tokenizer.decode(tokenizer.encode("<y>ab<x>")) == "<y>ab<x>"
    assert pretokenize("a<x>", twice) == ["a", "<x>"]
    for take in (lambda s: pretokenize("ab", s), lambda s: train_bpe("ab", 260, s)):
        with pytest.raises(ValueError, match="without a letter"):
            take(["<x>", ""])
    with pytest.raises(ValueError, match="without a letter"):
        BPETokenizer({0: b"a"}, [], [""])
