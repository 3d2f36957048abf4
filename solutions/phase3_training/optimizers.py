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
        if nesterov and momentum == 0:
            raise ValueError(f"nesterov needs a momentum above 0, not {momentum}")
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.nesterov = nesterov
        self.weight_decay = weight_decay
        self.velocities = [0.0] * len(self.parameters)

    def step(self):  # kata 3.3
        """Move every parameter once.

        g = grad + weight_decay · data
        velocity = momentum · velocity + g
        data = data - lr · velocity, or with nesterov data - lr · (g + momentum · velocity)
        """
        for i, p in enumerate(self.parameters):
            g = p.grad + self.weight_decay * p.data
            self.velocities[i] = self.momentum * self.velocities[i] + g
            ahead = g + self.momentum * self.velocities[i]
            p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


class RMSProp(Optimizer):
    """Divide each gradient by how large it usually is, as PyTorch's torch.optim.RMSprop does."""

    def __init__(self, parameters, lr=0.01, alpha=0.99, eps=1e-8):  # kata 3.3
        """Keep what is given; every parameter has a mean square of its own, which starts at 0."""
        super().__init__(parameters, lr)
        self.alpha = alpha
        self.eps = eps
        self.mean_squares = [0.0] * len(self.parameters)

    def step(self):  # kata 3.3
        """Move every parameter once.

        mean_square = alpha · mean_square + (1 - alpha) · grad²
        data = data - lr · grad / (√mean_square + eps)
        """
        for i, p in enumerate(self.parameters):
            square = p.grad * p.grad
            self.mean_squares[i] = self.alpha * self.mean_squares[i] + (1 - self.alpha) * square
            p.data -= self.lr * p.grad / (self.mean_squares[i] ** 0.5 + self.eps)


class Adam(Optimizer):
    """Momentum, and a scale for each parameter, both corrected for their cold start.

    Source: Kingma and Ba 2015, as PyTorch's documentation of torch.optim.Adam has it.
    """

    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):  # kata 3.3
        """Keep what is given; every parameter has two means of its own, which start at 0.

        betas  (beta1, beta2): how much of the mean gradient, and of the mean square, is kept
        """
        super().__init__(parameters, lr)
        self.betas = betas
        self.eps = eps
        self.means = [0.0] * len(self.parameters)
        self.mean_squares = [0.0] * len(self.parameters)
        self.steps = 0

    def step(self):  # kata 3.3
        """Move every parameter once. It is step t, the same for all, counted from 1.

        mean = beta1 · mean + (1 - beta1) · grad
        mean_square = beta2 · mean_square + (1 - beta2) · grad²
        data = data - lr · (mean / (1 - beta1^t)) / (√(mean_square / (1 - beta2^t)) + eps)
        """
        self.steps += 1
        beta1, beta2 = self.betas
        lr = self.lr / (1 - beta1**self.steps)  # corrects the means, all by one number
        correction = 1 - beta2**self.steps
        for i, p in enumerate(self.parameters):
            self.means[i] += (1 - beta1) * (p.grad - self.means[i])
            self.mean_squares[i] += (1 - beta2) * (p.grad * p.grad - self.mean_squares[i])
            p.data -= lr * self.means[i] / ((self.mean_squares[i] / correction) ** 0.5 + self.eps)


class AdamW(Adam):
    """Adam, and a weight decay that does not pass through its means.

    Source: Loshchilov and Hutter 2019, as PyTorch's documentation of torch.optim.AdamW has it.
    """

    def __init__(  # kata 3.3
        self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01
    ):
        """Keep what is given; all starts as in Adam."""
        super().__init__(parameters, lr, betas, eps)
        self.weight_decay = weight_decay

    def step(self):  # kata 3.3
        """Shrink every parameter by the factor 1 - lr · weight_decay, then take Adam's step."""
        for p in self.parameters:
            p.data *= 1 - self.lr * self.weight_decay
        super().step()


# ---- schedules: the learning rate of a step, and steps are counted from 0


def step_decay(step, peak, every, factor):  # kata 3.3
    """peak, multiplied by factor once more after each `every` steps."""
    return peak * factor ** (step // every)


def exponential_decay(step, peak, factor):  # kata 3.3
    """peak, multiplied by factor once more after each step."""
    return peak * factor**step


def cosine_decay(step, peak, total, final=0.0):  # kata 3.3
    """From peak at step 0 down half a wave of the cosine to final from step total (even 0) on."""
    if step >= total:
        return final
    return final + (peak - final) * (1 + cos(pi * step / total)) / 2


def warmup_cosine(step, peak, warmup, total, final=0.0):  # kata 3.3
    """Up a line, then down a cosine.

    step < warmup   peak · (step + 1) / warmup: not 0 at step 0, and peak at the last of these
    from then on    cosine_decay, from peak at step warmup to final from step total on
    """
    if step < warmup:
        return peak * (step + 1) / warmup
    return cosine_decay(step - warmup, peak, total - warmup, final)


# ---- clipping: gradients that would throw a model out of its valley


def clip_grad_norm(parameters, max_norm):  # kata 3.3
    """Scale all gradients by one factor if together they are longer than max_norm.

    parameters  whose grad is changed, as `listed` takes them
    max_norm    the longest that all gradients together, taken as one vector, may be
    ->          how long they were before, a number; entries may be too large to be squared

    The factor is max_norm / (norm + 1e-6), as in PyTorch, where that is below 1; a float stays one.
    ValueError, naming it, if a gradient holds NaN or infinity: then all stay as they were.
    """
    parameters = listed(parameters)
    sizes = [float(np.max(np.abs(p.grad))) for p in parameters]
    if not all(map(isfinite, sizes)):
        raise ValueError(f"the largest entries of the gradients are {sizes}, and not all finite")
    largest = max(sizes) or 1.0  # divided by it, every entry can be squared
    norm = largest * sqrt(sum(float(np.sum((p.grad / largest) ** 2)) for p in parameters))
    if (factor := max_norm / (norm + 1e-6)) < 1:
        for p in parameters:
            p.grad = p.grad * factor
    return norm


def clip_grad_value(parameters, limit):  # kata 3.3
    """Cut every single entry of every gradient to the range from -limit to limit.

    parameters  as clip_grad_norm takes them; NaN stays NaN, a float of Python one
    """
    for p in listed(parameters):
        clipped = np.clip(p.grad, -limit, limit)
        p.grad = clipped if clipped.ndim else float(clipped)
