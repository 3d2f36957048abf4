"""What PyTorch hands over: ids, labels, and numbers of kinds that numpy does not have."""

import numpy as np
import pytest

from solutions.phase3_training.dataset import one_hot
from solutions.phase4_llms.bpe import train_bpe
from solutions.phase4_llms.generation import generate
from solutions.phase4_llms.language_model import Embedding, random_batch
from solutions.phase4_llms.tensor import Tensor, cross_entropy
from solutions.phase4_llms.tokenizer import BPETokenizer, CharTokenizer
from solutions.phase4_llms.transformer import GPT, GPTConfig

torch = pytest.importorskip("torch", reason="needs PyTorch, which is not installed")


def test_ids():
    for tokenizer in (CharTokenizer(["ab"]), BPETokenizer(*train_bpe("ab ab", 257))):
        ids = tokenizer.encode("abba")
        assert tokenizer.decode(torch.tensor(ids)) == "abba"
        assert tokenizer.decode(list(torch.tensor(ids))) == "abba"
    ids = torch.tensor([0, 2, 1, 2])
    rows = Embedding(3, 2, 0)
    assert np.array_equal(rows(ids).data, rows(ids.numpy()).data)
    assert one_hot(ids, 3).tolist() == one_hot(ids.numpy(), 3).tolist()
    assert random_batch(ids, 2, 2, 0)[0].tolist() == random_batch(ids.numpy(), 2, 2, 0)[0].tolist()
    model = GPT(GPTConfig(5, 8, 1, 2, 4), 0)
    text = generate(model, torch.tensor([1, 2]), 2, rng=0)
    assert text == generate(model, [1, 2], 2, rng=0) and {type(id) for id in text} == {int}


def test_labels():
    logits = Tensor(np.random.default_rng(0).standard_normal((3, 4)))
    targets = torch.tensor([3, 0, 1])
    theirs = torch.nn.functional.cross_entropy(torch.tensor(logits.data), targets)
    assert float(cross_entropy(logits, targets).data) == pytest.approx(theirs.item(), rel=1e-12)


def test_numbers_beside_a_tensor():
    x = Tensor([1.0, 2.0])
    assert (x * torch.tensor([3.0, 4.0])).data.tolist() == [3.0, 8.0]
    with pytest.raises(TypeError, match=r"numpy cannot hold this Tensor: .*BFloat16"):
        x * torch.tensor([3.0, 4.0], dtype=torch.bfloat16)


@pytest.mark.parametrize("size", [1e-25, 1e25])
def test_a_quotient_of_float32_has_the_gradients_of_pytorch(size):
    a, b = (np.array([n * size], np.float32) for n in (3, 5))
    x, y = Tensor(a), Tensor(b)
    tx, ty = (torch.tensor(n, requires_grad=True) for n in (a, b))
    (x / y).sum().backward()
    (tx / ty).sum().backward()
    for ours, theirs in ((x, tx), (y, ty)):
        np.testing.assert_allclose(ours.grad, theirs.grad.numpy(), rtol=1e-6)
