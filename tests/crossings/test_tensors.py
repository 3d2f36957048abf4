"""A Tensor among arrays: what would take it for one object, or for none, is refused in words."""

from math import nan

import numpy as np
import pytest

from solutions.phase4_llms.attention import attention_weights
from solutions.phase4_llms.generation import generate
from solutions.phase4_llms.language_model import Embedding
from solutions.phase4_llms.llama import silu
from solutions.phase4_llms.rope import apply_rope
from solutions.phase4_llms.tensor import Tensor, concatenate, cross_entropy, log_softmax, softmax
from solutions.phase4_llms.transformer import GPT, GPTConfig, LayerNorm, gelu, normalize

FUNCTIONS = [np.argmax, np.argmin, np.argsort, np.sort, np.median, np.flip, np.mean, np.std, np.sum]
FUNCTIONS += [np.max, np.prod, np.cumsum, np.clip, np.round, np.reshape, np.transpose, np.shape]
FUNCTIONS += [np.linalg.norm, np.concatenate, np.stack, np.where, np.unique, np.any, np.ravel]
FUNCTIONS += [np.dot, np.allclose, np.array_equal, np.zeros_like, np.repeat, np.isclose]
ARGUMENTS = {np.clip: (0, 1), np.reshape: (-1,), np.dot: (2.0,), np.repeat: (2,)}
ARGUMENTS |= {f: (2.0,) for f in (np.allclose, np.array_equal, np.isclose)}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_functions_of_numpy_say_what_to_take_instead(function):
    t = Tensor(np.arange(6.0).reshape(2, 3))
    with pytest.raises(TypeError, match=rf"np.{function.__name__} takes arrays.* \.data"):
        function(t, *ARGUMENTS.get(function, ()))


@pytest.mark.parametrize("function", [np.exp, np.sqrt, np.maximum, np.isnan, np.add])
def test_entrywise_functions_of_numpy_are_refused(function):
    with pytest.raises(TypeError):
        function(*[Tensor([1.0])] * function.nin)


@pytest.mark.parametrize(
    "make", [np.array, np.asarray, lambda t: np.array([t, t]), Embedding(3, 2)]
)
def test_an_array_is_not_made_of_a_tensor(make):
    with pytest.raises(TypeError, match=r"has one in \.data"):
        make(Tensor([1.0, 2.0]))


@pytest.mark.parametrize("other", [np.ones(2), 1.0, 1, [1.0, 1.0], np.float32(1), True])
def test_entries_are_not_compared_by_the_tensor_itself(other):
    t = Tensor([1.0, 1.0])
    for compare in (lambda: t == other, lambda: other == t, lambda: t != other):
        with pytest.raises(TypeError, match=r"compare the numbers in its \.data"):
            compare()


def test_a_tensor_is_equal_to_itself_alone():
    t, u = Tensor([1.0]), Tensor([1.0])
    assert t == t and t != u and t in [u, t] and len({t, u, t}) == 2
    assert t != None and t != "t"  # noqa: E711


def test_rows_come_one_after_the_other():
    x = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    first, *_, last = x
    (first * last).sum().backward()
    assert x.grad.tolist() == [[5.0, 6.0], [0.0, 0.0], [1.0, 2.0]]
    assert sum(Tensor([3.0, 4.0])).data == 7.0


@pytest.mark.parametrize("read", [list, sum, iter, max, tuple])
def test_without_axes_there_is_nothing_to_go_through(read):
    with pytest.raises(TypeError, match="0-d"):
        read(Tensor(3.0))


FUNCTIONS_OF_TENSORS = {
    "softmax": softmax,
    "log_softmax": log_softmax,
    "cross_entropy": lambda x: cross_entropy(x, np.array([0, 1])),
    "gelu": gelu,
    "normalize": normalize,
    "LayerNorm": lambda x: LayerNorm(2)(x),
    "silu": silu,
    "apply_rope": lambda x: apply_rope(x, np.zeros((2, 1))),
    "concatenate": lambda x: concatenate([Tensor(np.ones((1, 2))), x]),
}


@pytest.mark.parametrize("name", FUNCTIONS_OF_TENSORS)
def test_an_array_where_a_tensor_belongs(name):
    with pytest.raises(TypeError, match="a Tensor is wanted here, and not ndarray"):
        FUNCTIONS_OF_TENSORS[name](np.ones((2, 2)))
    FUNCTIONS_OF_TENSORS[name](Tensor(np.ones((2, 2))))


def test_a_mask_may_come_in_lists_and_not_as_a_tensor():
    q = Tensor(np.random.default_rng(0).standard_normal((2, 3)))
    hidden = [[0.0, -np.inf], [0.0, 0.0]]
    weights = attention_weights(q, q, hidden)
    assert weights.data.tolist() == attention_weights(q, q, np.array(hidden)).data.tolist()
    with pytest.raises(TypeError, match=r"has one in \.data"):
        attention_weights(q, q, Tensor(hidden))
    with pytest.raises(TypeError, match="a mask of bool"):
        attention_weights(q, q, [[True, False], [True, True]])


def test_a_prompt_is_one_row():
    model = GPT(GPTConfig(5, 4, 1, 2, 4), 0)
    assert generate(model, np.array([1, 2]), 0) == [1, 2]
    for prompt, shape in (([[1, 2]], r"\(1, 2\)"), ([], r"\(0,\)"), (3, r"\(\)")):
        with pytest.raises(ValueError, match=f"one row of at least one token, .*{shape}"):
            generate(model, prompt, 1)
    with pytest.raises(TypeError, match="an integer"):
        generate(model, [nan], 1)


def test_a_tensor_is_as_true_as_its_number():
    assert Tensor(2.0) and Tensor([[1.0]]) and not Tensor(0.0)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(Tensor([0.0, 0.0]))
