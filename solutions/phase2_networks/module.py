"""2.2 · Weights and biases: many neurons, and one place that knows all their parameters."""

from itertools import pairwise
from math import sqrt
from numbers import Real

from .neuron import Neuron, random_from


def children(thing):  # kata 2.2
    """List the named parts of a container, in the order in which they were put there.

    thing  a list or tuple: its parts are named "0", "1", ...
           a dict: its parts go by their keys
           an object with a `parameters` method: its parts are its attributes
           anything else, a parameter too, has no parts
    ->     a list of (name, part) pairs; names are strings
    """
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    if callable(getattr(thing, "parameters", None)):
        return list(vars(thing).items())
    return []


def walk(thing):  # kata 2.2
    """List a thing and all inside it, up to a hundred levels deep, with the path that leads there.

    ->  a list of (path, part) pairs, the first of them ("", thing); a path is the names on the
        way, joined by dots: "layers.0.neurons.1.w.0"

    Depth first, in the order of `children`. An object that stands in several places is listed
    once, where it stands first, so that a thing may hold itself. 30,000 objects take no second.
    """
    found, seen, waiting = [], set(), [("", thing)]
    while waiting:
        path, part = waiting.pop()
        if id(part) not in seen:
            seen.add(id(part))
            found.append((path, part))
            prefix = f"{path}." if path else ""
            waiting += [(prefix + name, below) for name, below in reversed(children(part))]
    return found


class Module:
    """Anything with parameters inside: a layer, a network, a whole model.

    A parameter is whatever has `.data` and `.grad`. A subclass keeps parameters and other
    modules in its attributes, alone or in lists, tuples and dicts; nothing is registered. So
    a call keeps no Value on self: it would count as a parameter.
    """

    training = True

    def named_parameters(self):  # kata 2.2
        """List every parameter inside as a pair, ("layers.0.neurons.1.w.0", Value), as `walk` does.

        So each stands there once, depth first, in the order in which the parts were put there.
        """
        return [
            (path, part)
            for path, part in walk(self)
            if hasattr(part, "data") and hasattr(part, "grad")
        ]

    def parameters(self):  # kata 2.2
        """List every parameter inside, each once, in the order of named_parameters."""
        return [parameter for _, parameter in self.named_parameters()]

    def modules(self):  # kata 2.2
        """List this module and every Module inside it, each once, itself first."""
        return [part for _, part in walk(self) if isinstance(part, Module)]

    def train(self):  # kata 2.2
        """Set `training` to True here and in every Module inside."""
        for module in self.modules():
            module.training = True

    def eval(self):  # kata 2.2
        """Set `training` to False here and in every Module inside."""
        for module in self.modules():
            module.training = False

    def zero_grad(self):  # kata 2.2
        """Set the gradient of every parameter back to 0.0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def n_parameters(self):  # kata 2.2
        """Count the numbers that can be learned; an array counts as its `size`."""
        return sum(getattr(parameter.data, "size", 1) for parameter in self.parameters())

    def state_dict(self):  # kata 2.2
        """A snapshot of all parameters: {name: data}, numbers as they are, arrays as copies."""
        return {
            name: parameter.data.copy() if hasattr(parameter.data, "copy") else parameter.data
            for name, parameter in self.named_parameters()
        }

    def load_state_dict(self, state):  # kata 2.2
        """Set all parameters to what state_dict returned: numbers replaced, arrays written into.

        ValueError, listing what does not fit: missing and unexpected names, what would replace a
        number and is not a real number, or an array and is not one of its shape. Then nothing is
        loaded. (An array has a `shape`; those of numpy come with Phase 3.) Gradients stay.
        """
        parameters = dict(self.named_parameters())
        problems = [f"missing {name}" for name in parameters if name not in state]
        problems += [f"unexpected {name}" for name in state if name not in parameters]
        for name in parameters.keys() & state.keys():
            wanted, given = parameters[name].data, state[name]
            if isinstance(wanted, Real) and not isinstance(given, Real):
                problems.append(f"{name} is {given!r}, not a number")
            elif not isinstance(wanted, Real) and getattr(given, "shape", None) != wanted.shape:
                problems.append(f"{name} is {given!r}, not an array of shape {wanted.shape}")
        if problems:
            raise ValueError("the state does not fit this model: " + "; ".join(problems))
        for name, parameter in parameters.items():
            if isinstance(parameter.data, Real):
                parameter.data = float(state[name])
            else:
                parameter.data[...] = state[name]


# ---- initial weights that keep a signal's size from layer to layer


def xavier_uniform(n_in, n_out, rng):  # kata 2.2
    """Draw the weights of a layer for tanh or sigmoid: variance 2 / (n_in + n_out).

    n_in, n_out  the numbers of inputs and outputs
    rng          a random.Random, a seed or None, as Neuron takes it
    ->           n_in lists of n_out floats, uniform in ±√(6 / (n_in + n_out))

    Source: Glorot and Bengio 2010, equation 16.
    """
    rng, limit = random_from(rng), sqrt(6 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


def he_normal(n_in, n_out, rng):  # kata 2.2
    """Draw the weights of a layer for ReLU: normal, with mean 0 and variance 2 / n_in.

    n_in, n_out, rng  as for xavier_uniform; every draw comes from rng, which has a method `gauss`
    ->                n_in lists of n_out floats

    Source: He et al. 2015, equation 10.
    """
    rng = random_from(rng)
    return [[rng.gauss(0, sqrt(2 / n_in)) for _ in range(n_out)] for _ in range(n_in)]


# ---- from neurons to a network


class Layer(Module):
    """Neurons side by side, all on the same inputs, in the list `neurons`."""

    def __init__(self, n_in, n_out, activation="tanh", rng=None):  # kata 2.2
        """Make n_out different Neurons of n_in inputs, in order, all from rng (as Neuron's)."""
        rng = random_from(rng)
        self.neurons = [Neuron(n_in, activation, rng) for _ in range(n_out)]

    def __call__(self, inputs):  # kata 2.2
        """The outputs for a list of n_in Values or numbers: a list of n_out Values."""
        return [neuron(inputs) for neuron in self.neurons]


class MLP(Module):
    """A multi-layer perceptron: Layers one after the other, in the list `layers`."""

    def __init__(self, sizes, activation="tanh", rng=None):  # kata 2.2
        """Make a Layer between each two neighbouring sizes; the last one has no activation.

        sizes            a list or tuple, from input to output: [2, 16, 1] makes two Layers
        activation, rng  as Neuron takes them; the one is that of every Layer but the last

        ValueError, naming them, if there are fewer than two sizes.
        """
        if len(sizes) < 2:
            raise ValueError(f"an MLP needs an input and an output size, not {sizes}")
        rng = random_from(rng)
        activations = [activation] * (len(sizes) - 2) + [None]
        self.layers = [
            Layer(n_in, n_out, a, rng) for (n_in, n_out), a in zip(pairwise(sizes), activations)
        ]

    def __call__(self, inputs):  # kata 2.2
        """The outputs for a list of sizes[0] Values or numbers: a list of sizes[-1] Values."""
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs


def mlp_parameter_count(sizes):  # kata 2.2
    """Count the parameters of MLP(sizes) by arithmetic, without making one."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(map(int, sizes)))
