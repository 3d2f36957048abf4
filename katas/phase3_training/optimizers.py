"""3.3 · Optimization: what to do with a gradient, besides following it."""

from math import cos, isfinite, pi, sqrt

import numpy as np

from .parameters import listed


class Optimizer:
    """What all optimizers share: whom to move, how far, and clearing the gradients.

    parameters  those it moves, as `listed` takes them: Values, Tensors, anything with `data` and
                `grad`, numbers or arrays. A step changes `data` alone: arrays in place, since the
                model holds them too; a float stays a float of Python. A grad of 0.0 is all zeros.
    lr          the learning rate; a schedule may set it anew between two steps
                (the other settings are fields too, each under its own name)
    """

    def __init__(self, parameters, lr):
        self.parameters = listed(parameters)
        self.lr = float(lr)  # a float32 of numpy would make one of every float that it moves

    def zero_grad(self):
        """Set the gradient of every parameter back to 0.0."""
        for parameter in self.parameters:
            parameter.grad = 0.0


class SGD(Optimizer):
    """Stochastic gradient descent, with the conventions of PyTorch's torch.optim.SGD."""

    def __init__(self, parameters, lr, momentum=0.0, nesterov=False, weight_decay=0.0):  # kata 3.3
        """Keep what is given; every parameter has a velocity of its own, which starts at 0.

        ValueError, naming nesterov, if it is asked for without momentum; errors as from `listed`.
        """
        raise NotImplementedError("3.3 SGD.__init__")

    def step(self):  # kata 3.3
        """Move every parameter once.

        g = grad + weight_decay · data
        velocity = momentum · velocity + g
        data = data - lr · velocity, or with nesterov data - lr · (g + momentum · velocity)
        """
        raise NotImplementedError("3.3 SGD.step")


class RMSProp(Optimizer):
    """Divide each gradient by how large it usually is, as PyTorch's torch.optim.RMSprop does."""

    def __init__(self, parameters, lr=0.01, alpha=0.99, eps=1e-8):  # kata 3.3
        """Keep what is given; every parameter has a mean square of its own, which starts at 0."""
        raise NotImplementedError("3.3 RMSProp.__init__")

    def step(self):  # kata 3.3
        """Move every parameter once.

        mean_square = alpha · mean_square + (1 - alpha) · grad²
        data = data - lr · grad / (√mean_square + eps)
        """
        raise NotImplementedError("3.3 RMSProp.step")


class Adam(Optimizer):
    """Momentum, and a scale for each parameter, both corrected for their cold start.

    Source: Kingma and Ba 2015, as PyTorch's documentation of torch.optim.Adam has it.
    """

    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):  # kata 3.3
        """Keep what is given; every parameter has two means of its own, which start at 0.

        betas  (beta1, beta2): how much of the mean gradient, and of the mean square, is kept
        """
        raise NotImplementedError("3.3 Adam.__init__")

    def step(self):  # kata 3.3
        """Move every parameter once. It is step t, the same for all, counted from 1.

        mean = beta1 · mean + (1 - beta1) · grad
        mean_square = beta2 · mean_square + (1 - beta2) · grad²
        data = data - lr · (mean / (1 - beta1^t)) / (√(mean_square / (1 - beta2^t)) + eps)
        """
        raise NotImplementedError("3.3 Adam.step")


class AdamW(Adam):
    """Adam, and a weight decay that does not pass through its means.

    Source: Loshchilov and Hutter 2019, as PyTorch's documentation of torch.optim.AdamW has it.
    """

    def __init__(  # kata 3.3
        self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01
    ):
        """Keep what is given; all starts as in Adam."""
        raise NotImplementedError("3.3 AdamW.__init__")

    def step(self):  # kata 3.3
        """Shrink every parameter by the factor 1 - lr · weight_decay, then take Adam's step."""
        raise NotImplementedError("3.3 AdamW.step")


# ---- schedules: the learning rate of a step, and steps are counted from 0


def step_decay(step, peak, every, factor):  # kata 3.3
    """peak, multiplied by factor once more after each `every` steps."""
    raise NotImplementedError("3.3 step_decay")


def exponential_decay(step, peak, factor):  # kata 3.3
    """peak, multiplied by factor once more after each step."""
    raise NotImplementedError("3.3 exponential_decay")


def cosine_decay(step, peak, total, final=0.0):  # kata 3.3
    """From peak at step 0 down half a wave of the cosine to final from step total (even 0) on."""
    raise NotImplementedError("3.3 cosine_decay")


def warmup_cosine(step, peak, warmup, total, final=0.0):  # kata 3.3
    """Up a line, then down a cosine.

    step < warmup   peak · (step + 1) / warmup: not 0 at step 0, and peak at the last of these
    from then on    cosine_decay, from peak at step warmup to final from step total on
    """
    raise NotImplementedError("3.3 warmup_cosine")


# ---- clipping: gradients that would throw a model out of its valley


def clip_grad_norm(parameters, max_norm):  # kata 3.3
    """Scale all gradients by one factor if together they are longer than max_norm.

    parameters  whose grad is changed, as `listed` takes them
    max_norm    the longest that all gradients together, taken as one vector, may be
    ->          how long they were before, a number; entries may be too large to be squared

    The factor is max_norm / (norm + 1e-6), as in PyTorch, where that is below 1; a float stays one.
    ValueError, naming it, if a gradient holds NaN or infinity: then all stay as they were.
    """
    raise NotImplementedError("3.3 clip_grad_norm")


def clip_grad_value(parameters, limit):  # kata 3.3
    """Cut every single entry of every gradient to the range from -limit to limit.

    parameters  as clip_grad_norm takes them; NaN stays NaN, a float of Python one
    """
    raise NotImplementedError("3.3 clip_grad_value")
