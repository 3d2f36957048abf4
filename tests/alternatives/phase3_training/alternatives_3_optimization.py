"""Right solutions of 3.3 that are built in another way than the reference."""

from tests.alternatives import alternative


@alternative("3.3 SGD.__init__", "velocities are arrays of the right shape")
def __init__(self, parameters, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    if nesterov and not momentum > 0:
        raise ValueError("nesterov=True needs momentum")
    self.parameters = listed(parameters)
    self.lr, self.momentum = lr, momentum
    self.nesterov, self.weight_decay = nesterov, weight_decay
    self.velocities = [np.zeros(np.shape(p.data)) for p in self.parameters]


@alternative("3.3 SGD.__init__", "velocities are kept in a dictionary")
def __init__(self, parameters, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    if nesterov and momentum == 0:
        raise ValueError("nesterov=True needs momentum")
    super().__init__(parameters, lr)
    self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
    self.velocities = dict.fromkeys(range(len(self.parameters)), 0)


@alternative("3.3 SGD.step", "nothing is computed that is not asked for")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad
        if self.weight_decay != 0:
            g = g + self.weight_decay * p.data
        if self.momentum != 0:
            self.velocities[i] = self.momentum * self.velocities[i] + g
            g = g + self.momentum * self.velocities[i] if self.nesterov else self.velocities[i]
        if isinstance(p.data, np.ndarray):
            p.data[...] = p.data - self.lr * g
        else:
            p.data = float(p.data - self.lr * g)


@alternative("3.3 SGD.step", "the state is made at the first step, by identity")
def step(self):
    if not hasattr(self, "by_id"):
        self.by_id = {}
    for p in self.parameters:
        g = p.grad + self.weight_decay * p.data
        self.by_id[id(p)] = v = self.by_id.get(id(p), 0.0) * self.momentum + g
        p.data += -self.lr * (g + self.momentum * v if self.nesterov else v)


@alternative("3.3 RMSProp.step", "with numpy's square root, of numbers too, made a float again")
def step(self):
    for i, (p, old) in enumerate(zip(self.parameters, self.mean_squares)):
        new = old + (1 - self.alpha) * (np.square(p.grad) - old)
        self.mean_squares[i] = new
        root = np.sqrt(new) if np.ndim(new) else float(np.sqrt(new))
        p.data -= self.lr * p.grad / (root + self.eps)


@alternative("3.3 Adam.step", "the order of PyTorch's own arithmetic")
def step(self):
    self.steps += 1
    b1, b2 = self.betas
    step_size = self.lr / (1 - b1**self.steps)
    root = (1 - b2**self.steps) ** 0.5
    for i, p in enumerate(self.parameters):
        self.means[i] = self.means[i] + (1 - b1) * (p.grad - self.means[i])
        self.mean_squares[i] = b2 * self.mean_squares[i] + (1 - b2) * p.grad * p.grad
        p.data -= step_size * self.means[i] / (self.mean_squares[i] ** 0.5 / root + self.eps)


@alternative("3.3 Adam.step", "a count of its own for each parameter, which is always the same")
def step(self):
    if self.steps == 0:
        self.steps = [0] * len(self.parameters)
    b1, b2 = self.betas
    for i, p in enumerate(self.parameters):
        self.steps[i] += 1
        self.means[i] = b1 * self.means[i] + (1 - b1) * p.grad
        self.mean_squares[i] = b2 * self.mean_squares[i] + (1 - b2) * p.grad**2
        mean = self.means[i] / (1 - b1 ** self.steps[i])
        mean_square = self.mean_squares[i] / (1 - b2 ** self.steps[i])
        p.data -= self.lr * mean / (mean_square**0.5 + self.eps)


@alternative("3.3 AdamW.step", "the old weights, subtracted after Adam's step")
def step(self):
    shrink = [self.lr * self.weight_decay * p.data for p in self.parameters]
    super().step()
    for p, less in zip(self.parameters, shrink):
        p.data -= less


@alternative("3.3 step_decay", "a loop over the falls")
def step_decay(step, peak, every, factor):
    for _ in range(every, step + 1, every):
        peak *= factor
    return peak


@alternative("3.3 cosine_decay", "the share that is gone, cut off at 1")
def cosine_decay(step, peak, total, final=0.0):
    gone = (1 - cos(pi * min(1, step / total))) / 2 if total else 1
    return peak * (1 - gone) + final * gone


@alternative("3.3 warmup_cosine", "in one, without cosine_decay")
def warmup_cosine(step, peak, warmup, total, final=0.0):
    if step + 1 <= warmup:
        return (step + 1) / warmup * peak
    share = (step - warmup) / (total - warmup) if step < total else 1
    return final + (peak - final) * cos(share * pi / 2) ** 2


@alternative(
    "3.3 clip_grad_norm",
    "one long vector, changed in place where that is possible",
    prelude="from math import hypot, inf",
)
def clip_grad_norm(parameters, max_norm):
    parameters = tuple(parameters)
    norm = hypot(*(float(x) for p in parameters for x in np.ravel(p.grad)))
    if not norm < inf:
        raise ValueError(f"the gradients are {norm} long")
    if norm > max_norm:
        for p in parameters:
            p.grad *= max_norm / (norm + 1e-6)
    return norm


@alternative("3.3 clip_grad_value", "numbers and arrays apart")
def clip_grad_value(parameters, limit):
    for p in parameters:
        if isinstance(p.grad, np.ndarray):
            p.grad[p.grad > limit] = limit
            p.grad[p.grad < -limit] = -limit
        else:
            p.grad = float(min(max(p.grad, -limit), limit))
