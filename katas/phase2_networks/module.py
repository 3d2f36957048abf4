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
    raise NotImplementedError("2.2 children")


def walk(thing):  # kata 2.2
    """List a thing and all inside it, up to a hundred levels deep, with the path that leads there.

    ->  a list of (path, part) pairs, the first of them ("", thing); a path is the names on the
        way, joined by dots: "layers.0.neurons.1.w.0"

    Depth first, in the order of `children`. An object that stands in several places is listed
    once, where it stands first, so that a thing may hold itself. 30,000 objects take no second.
    """
    raise NotImplementedError("2.2 walk")


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
        raise NotImplementedError("2.2 Module.named_parameters")

    def parameters(self):  # kata 2.2
        """List every parameter inside, each once, in the order of named_parameters."""
        raise NotImplementedError("2.2 Module.parameters")

    def modules(self):  # kata 2.2
        """List this module and every Module inside it, each once, itself first."""
        raise NotImplementedError("2.2 Module.modules")

    def train(self):  # kata 2.2
        """Set `training` to True here and in every Module inside."""
        raise NotImplementedError("2.2 Module.train")

    def eval(self):  # kata 2.2
        """Set `training` to False here and in every Module inside."""
        raise NotImplementedError("2.2 Module.eval")

    def zero_grad(self):  # kata 2.2
        """Set the gradient of every parameter back to 0.0."""
        raise NotImplementedError("2.2 Module.zero_grad")

    def n_parameters(self):  # kata 2.2
        """Count the numbers that can be learned; an array counts as its `size`."""
        raise NotImplementedError("2.2 Module.n_parameters")

    def state_dict(self):  # kata 2.2
        """A snapshot of all parameters: {name: data}, numbers as they are, arrays as copies."""
        raise NotImplementedError("2.2 Module.state_dict")

    def load_state_dict(self, state):  # kata 2.2
        """Set all parameters to what state_dict returned: numbers replaced, arrays written into.

        ValueError, listing what does not fit: missing and unexpected names, what would replace a
        number and is not a real number, or an array and is not one of its shape. Then nothing is
        loaded. (An array has a `shape`; those of numpy come with Phase 3.) Gradients stay.
        """
        raise NotImplementedError("2.2 Module.load_state_dict")


# ---- initial weights that keep a signal's size from layer to layer


def xavier_uniform(n_in, n_out, rng):  # kata 2.2
    """Draw the weights of a layer for tanh or sigmoid: variance 2 / (n_in + n_out).

    n_in, n_out  the numbers of inputs and outputs
    rng          a random.Random, a seed or None, as Neuron takes it
    ->           n_in lists of n_out floats, uniform in ±√(6 / (n_in + n_out))

    Source: Glorot and Bengio 2010, equation 16.
    """
    raise NotImplementedError("2.2 xavier_uniform")


def he_normal(n_in, n_out, rng):  # kata 2.2
    """Draw the weights of a layer for ReLU: normal, with mean 0 and variance 2 / n_in.

    n_in, n_out, rng  as for xavier_uniform; every draw comes from rng, which has a method `gauss`
    ->                n_in lists of n_out floats

    Source: He et al. 2015, equation 10.
    """
    raise NotImplementedError("2.2 he_normal")


# ---- from neurons to a network


class Layer(Module):
    """Neurons side by side, all on the same inputs, in the list `neurons`."""

    def __init__(self, n_in, n_out, activation="tanh", rng=None):  # kata 2.2
        """Make n_out different Neurons of n_in inputs, in order, all from rng (as Neuron's)."""
        raise NotImplementedError("2.2 Layer.__init__")

    def __call__(self, inputs):  # kata 2.2
        """The outputs for a list of n_in Values or numbers: a list of n_out Values."""
        raise NotImplementedError("2.2 Layer.__call__")


class MLP(Module):
    """A multi-layer perceptron: Layers one after the other, in the list `layers`."""

    def __init__(self, sizes, activation="tanh", rng=None):  # kata 2.2
        """Make a Layer between each two neighbouring sizes; the last one has no activation.

        sizes            a list or tuple, from input to output: [2, 16, 1] makes two Layers
        activation, rng  as Neuron takes them; the one is that of every Layer but the last

        ValueError, naming them, if there are fewer than two sizes.
        """
        raise NotImplementedError("2.2 MLP.__init__")

    def __call__(self, inputs):  # kata 2.2
        """The outputs for a list of sizes[0] Values or numbers: a list of sizes[-1] Values."""
        raise NotImplementedError("2.2 MLP.__call__")


def mlp_parameter_count(sizes):  # kata 2.2
    """Count the parameters of MLP(sizes) by arithmetic, without making one."""
    raise NotImplementedError("2.2 mlp_parameter_count")
