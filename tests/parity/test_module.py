"""Layers, names, counts and initial weights are PyTorch's, where the two mean the same."""

import itertools
import math
import random

import numpy as np
import pytest

from solutions.phase1_autodiff.value import Value
from solutions.phase2_networks.module import (
    MLP,
    Module,
    he_normal,
    mlp_parameter_count,
    xavier_uniform,
)

torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")


class Box(Module):
    def __init__(self, **parts):
        vars(self).update(parts)


class Parameter:
    """A parameter that holds an array, as those of Phases 3 and 4 do."""

    def __init__(self, data):
        self.data = data
        self.grad = 0.0


def sequential(sizes, activation):
    """PyTorch's network of the same sizes, without an activation after the last layer."""
    parts = []
    for n_in, n_out in itertools.pairwise(sizes):
        parts += [torch.nn.Linear(n_in, n_out, dtype=torch.float64), activation()]
    return torch.nn.Sequential(*parts[:-1])


# ---- initial weights: the same distributions, each drawn from its own generator


@pytest.mark.parametrize("n_in, n_out", [(300, 200), (50, 700)])
def test_xavier_uniform(n_in, n_out):
    ours = np.array(xavier_uniform(n_in, n_out, random.Random(1)))
    assert ours.shape == (n_in, n_out)
    theirs = torch.empty(n_out, n_in, dtype=torch.float64)  # transposed: (n_out, n_in)
    torch.nn.init.xavier_uniform_(theirs, generator=torch.Generator().manual_seed(1))
    assert abs(ours).max() == pytest.approx(theirs.abs().max().item(), rel=1e-3)
    assert ours.var() == pytest.approx(theirs.var().item(), rel=0.03)
    assert abs(ours.mean()) < 5 * ours.std() / math.sqrt(ours.size)


@pytest.mark.parametrize("n_in, n_out", [(300, 200), (50, 700)])
def test_he_normal(n_in, n_out):
    ours = np.array(he_normal(n_in, n_out, random.Random(1)))
    assert ours.shape == (n_in, n_out)
    theirs = torch.empty(n_out, n_in, dtype=torch.float64)
    torch.nn.init.kaiming_normal_(
        theirs, nonlinearity="relu", generator=torch.Generator().manual_seed(1)
    )
    assert ours.var() == pytest.approx(theirs.var().item(), rel=0.04)
    for quantile in (0.01, 0.25, 0.75, 0.99):
        assert np.quantile(ours, quantile) == pytest.approx(
            torch.quantile(theirs, quantile).item(), rel=0.05
        )
    assert abs(ours.mean()) < 5 * ours.std() / math.sqrt(ours.size)


# ---- counts


@pytest.mark.parametrize("sizes", [[3, 2], [2, 16, 16, 1], [784, 16, 16, 10], [1, 1, 1]], ids=str)
def test_parameter_counts(sizes):
    theirs = sum(p.numel() for p in sequential(sizes, torch.nn.Tanh).parameters())
    assert mlp_parameter_count(sizes) == MLP(sizes).n_parameters() == theirs


# ---- the walk: names, sharing, state


def mirrored():
    """One tree of modules twice, ours and PyTorch's, on arrays and with one shared weight."""
    arrays = [np.arange(1.0, 1.0 + n).reshape(shape) for n, shape in ((6, (2, 3)), (3, 3), (4, 4))]
    ours = [Parameter(array.copy()) for array in arrays]
    theirs = [torch.nn.Parameter(torch.tensor(array)) for array in arrays]

    def tree(box, many, keyed, parameters):
        weight, bias, scale = parameters
        return box(
            encoder=box(weight=weight, bias=bias),
            blocks=many([box(scale=scale), box(again=weight)]),
            heads=keyed({"left": box(bias=bias)}),
        )

    def their_box(**parts):
        module = torch.nn.Module()
        for name, part in parts.items():
            setattr(module, name, part)
        return module

    return (
        tree(Box, list, dict, ours),
        tree(their_box, torch.nn.ModuleList, torch.nn.ModuleDict, theirs),
    )


def test_names_and_order_of_parameters():
    ours, theirs = mirrored()
    names = [name for name, _ in ours.named_parameters()]
    assert names == [name for name, _ in theirs.named_parameters()]
    assert names == ["encoder.weight", "encoder.bias", "blocks.0.scale"]  # each once
    assert ours.n_parameters() == sum(p.numel() for p in theirs.parameters())


def test_state_under_the_same_names():
    """PyTorch also repeats a shared parameter under its other names; ours lists the first."""
    ours, theirs = mirrored()
    state, their_state = ours.state_dict(), theirs.state_dict()
    assert state.keys() <= their_state.keys()
    for name, array in state.items():
        assert (array == their_state[name].numpy()).all()


def test_train_and_eval_reach_the_same_modules():
    ours, theirs = mirrored()
    ours.eval(), theirs.eval()
    assert not any(module.training for module in [*ours.modules(), *theirs.modules()])
    ours.encoder.train(), theirs.encoder.train()
    assert ours.encoder.training and theirs.encoder.training
    assert not ours.training and not theirs.training


def test_arrays_of_numpy_are_copied_out_and_written_into():
    ours, _ = mirrored()
    weight = ours.encoder.weight
    array, state = weight.data, ours.state_dict()
    array += 100.0
    assert state["encoder.weight"][0, 0] == 1.0
    ours.load_state_dict(state)
    assert weight.data is array and array[0, 0] == 1.0
    state["encoder.weight"] = np.ones((3, 2))
    with pytest.raises(ValueError, match=r"encoder\.weight"):
        ours.load_state_dict(state)
    assert array[0, 0] == 1.0


# ---- the network: values and gradients


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("sizes", [[2, 1], [3, 5, 2], [4, 6, 5, 3]], ids=str)
@pytest.mark.parametrize("scale", [1.0, 1000.0, 0.0, 1e-310])
def test_values_and_gradients(sizes, activation, scale):
    rng = random.Random(3)
    model = MLP(sizes, activation, rng)
    for parameter in model.parameters():
        parameter.data += rng.uniform(-0.5, 0.5)  # the biases start at 0 otherwise
    theirs = sequential(sizes, {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[activation])
    linear = [part for part in theirs if isinstance(part, torch.nn.Linear)]
    with torch.no_grad():
        for layer, part in zip(model.layers, linear, strict=True):
            weights = [[w.data for w in neuron.w] for neuron in layer.neurons]
            part.weight.copy_(torch.tensor(weights, dtype=torch.float64))
            biases = [neuron.b.data for neuron in layer.neurons]
            part.bias.copy_(torch.tensor(biases, dtype=torch.float64))

    x = [Value(scale * rng.uniform(-2, 2)) for _ in range(sizes[0])]
    inputs = torch.tensor([v.data for v in x], dtype=torch.float64, requires_grad=True)
    outputs, their_outputs = model(x), theirs(inputs)
    assert [o.data for o in outputs] == pytest.approx(their_outputs.tolist(), rel=1e-9, abs=1e-12)

    sum((k + 2) * output for k, output in enumerate(outputs)).backward()
    (their_outputs * torch.arange(2, 2 + sizes[-1])).sum().backward()
    ours = [v.grad for v in x]
    wanted = inputs.grad.tolist()
    for layer, part in zip(model.layers, linear, strict=True):
        for neuron, row, bias in zip(layer.neurons, part.weight.grad, part.bias.grad, strict=True):
            ours += [*(w.grad for w in neuron.w), neuron.b.grad]
            wanted += [*row.tolist(), bias.item()]
    assert ours == pytest.approx(wanted, rel=1e-9, abs=1e-12)
