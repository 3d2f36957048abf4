"""Masks of other libraries: what is added holds floats, and what counts may be 0 and 1."""

import inspect
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from dojo import course
from solutions.phase4_llms.attention import attention_weights, scaled_dot_product_attention
from solutions.phase4_llms.tensor import Tensor
from solutions.phase5_practice.chat import masked_cross_entropy
from solutions.phase5_practice.flash import tiled_attention
from solutions.phase5_practice.policy import clipped_objective, kl_to_reference
from solutions.phase5_practice.windows import attention_with_sink

Q = np.random.default_rng(0).standard_normal((2, 3, 4))
ADDED = {
    "attention_weights": lambda mask: attention_weights(Tensor(Q), Tensor(Q), mask),
    "scaled_dot_product_attention": lambda mask: scaled_dot_product_attention(
        *[Tensor(Q)] * 3, mask
    ),
    "attention_with_sink": lambda mask: attention_with_sink(
        *[Tensor(Q)] * 3, Tensor([0.1, 0.2]), mask
    ),
    "tiled_attention": lambda mask: tiled_attention(Q, Q, Q, 2, mask),
}
COUNTED = {
    "masked_cross_entropy": lambda counted: masked_cross_entropy(
        Tensor(Q), np.zeros((2, 3), int), counted
    ),
    "clipped_objective": lambda counted: clipped_objective(
        Tensor(Q[..., 0]), Q[..., 1], np.array([1.0, -2.0]), counted
    ),
    "kl_to_reference": lambda counted: kl_to_reference(Tensor(Q[..., 0]), Q[..., 1], counted),
}
GIVEN = {"attend"}  # of inference.py, which is called with the mask of its own module alone


def functions_with(parameter):
    """The names of the course's functions that take a parameter of that name."""
    found = set()
    for path in sorted(Path(course.ROOT, "solutions").glob("phase*/*.py")):
        module = import_module(f"solutions.{path.parent.name}.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__:
                found |= {name} if parameter in inspect.signature(function).parameters else set()
    return found


def test_every_function_that_takes_a_mask_is_tried():
    assert functions_with("mask") - GIVEN == ADDED.keys()
    assert functions_with("counted") == COUNTED.keys()


@pytest.mark.parametrize("kind", [bool, int, np.uint8])
@pytest.mark.parametrize("name", ADDED)
def test_a_mask_that_is_added_holds_floats(name, kind):
    with pytest.raises(TypeError, match=f"a mask of {np.dtype(kind)} hides nothing"):
        ADDED[name](np.tri(3, dtype=kind))
    ADDED[name](np.zeros((3, 3), np.float32))


@pytest.mark.parametrize("kind", [int, np.uint8, float, list])
@pytest.mark.parametrize("name", COUNTED)
def test_what_counts_may_be_0_and_1(name, kind):
    counted = np.array([[True, False, True], [False, True, True]])
    given = counted.astype(int).tolist() if kind is list else counted.astype(kind)
    assert COUNTED[name](given).data == COUNTED[name](counted).data
