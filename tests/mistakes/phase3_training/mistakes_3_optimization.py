"""Wrong solutions of 3.3 that its specs reject by name."""

from tests.mistakes import mistake

# ---- SGD.__init__


@mistake("3.3 SGD.__init__", "the generator is kept as it came", says="gone through only once")
def __init__(self, parameters, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    if nesterov and not momentum:
        raise ValueError("nesterov without momentum")
    self.parameters = parameters
    self.lr = lr
    self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
    self.velocities = {}


@mistake("3.3 SGD.__init__", "nesterov without momentum passes", says="look ahead by")
def __init__(self, parameters, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    super().__init__(parameters, lr)
    self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
    self.velocities = [0.0] * len(self.parameters)


@mistake(
    "3.3 SGD.__init__", "parameters are copied", says="the same two objects", prelude="import copy"
)
def __init__(self, parameters, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    if nesterov and not momentum:
        raise ValueError("nesterov without momentum")
    super().__init__(copy.deepcopy(list(parameters)), lr)
    self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
    self.velocities = [0.0] * len(self.parameters)


@mistake("3.3 SGD.__init__", "the class holds the velocities", says="a new optimizer clears them")
def __init__(self, parameters, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    if nesterov and not momentum:
        raise ValueError("nesterov without momentum")
    super().__init__(parameters, lr)
    self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
    SGD.velocities = [0.0] * len(self.parameters)


@mistake("3.3 SGD.__init__", "momentum under another name", says="finds it under the name")
def __init__(self, parameters, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    if nesterov and not momentum:
        raise ValueError("nesterov without momentum")
    super().__init__(parameters, lr)
    self.mu, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
    self.velocities = [0.0] * len(self.parameters)


# ---- SGD.step


@mistake("3.3 SGD.step", "one velocity for all", says="one velocity is shared by all")
def step(self):
    for p in self.parameters:
        g = p.grad + self.weight_decay * p.data
        self.velocities[0] = self.momentum * self.velocities[0] + g
        ahead = g + self.momentum * self.velocities[0]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[0])


@mistake("3.3 SGD.step", "the velocity is lost", says="velocity is lost between steps")
def step(self):
    velocities = [0.0] * len(self.parameters)
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        velocities[i] = self.momentum * velocities[i] + g
        ahead = g + self.momentum * velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else velocities[i])


@mistake("3.3 SGD.step", "an average, not a sum", says="multiplied by 1 - momentum")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        self.velocities[i] = self.momentum * self.velocities[i] + (1 - self.momentum) * g
        ahead = (1 - self.momentum) * g + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "lr in the velocity", says="learning rate is a part of the velocity")
def step(self):
    for i, p in enumerate(self.parameters):
        g = self.lr * (p.grad + self.weight_decay * p.data)
        self.velocities[i] = self.momentum * self.velocities[i] + g
        p.data -= g + self.momentum * self.velocities[i] if self.nesterov else self.velocities[i]


@mistake("3.3 SGD.step", "the old velocity looks ahead", says="looks ahead by the old velocity")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        ahead = g + self.momentum * self.velocities[i]
        self.velocities[i] = self.momentum * self.velocities[i] + g
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "the step ahead is kept", says="whole step is kept as the velocity")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        self.velocities[i] = self.momentum * self.velocities[i] + g
        if self.nesterov:
            self.velocities[i] = g + self.momentum * self.velocities[i]
        p.data -= self.lr * self.velocities[i]


@mistake("3.3 SGD.step", "decay beside the velocity", says="decay does not enter the velocity")
def step(self):
    for i, p in enumerate(self.parameters):
        self.velocities[i] = self.momentum * self.velocities[i] + p.grad
        ahead = p.grad + self.momentum * self.velocities[i]
        move = ahead if self.nesterov else self.velocities[i]
        p.data -= self.lr * (move + self.weight_decay * p.data)


@mistake("3.3 SGD.step", "raw gradient ahead", says="in the step is the one without decay")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        self.velocities[i] = self.momentum * self.velocities[i] + g
        ahead = p.grad + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "the array is rebound", says="has a new array as its data")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        self.velocities[i] = self.momentum * self.velocities[i] + g
        ahead = g + self.momentum * self.velocities[i]
        p.data = p.data - self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "decay written into the gradient", says="a step only reads it")
def step(self):
    for i, p in enumerate(self.parameters):
        p.grad += self.weight_decay * p.data
        self.velocities[i] = self.momentum * self.velocities[i] + p.grad
        ahead = p.grad + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "the velocity is the gradient's array", says="own array is kept")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data if self.weight_decay else p.grad
        first = isinstance(self.velocities[i], float) and self.velocities[i] == 0
        self.velocities[i] = g if first else self.momentum * self.velocities[i] + g
        ahead = g + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "a zero gradient is passed over", says="did not reach is passed over")
def step(self):
    for i, p in enumerate(self.parameters):
        if isinstance(p.grad, float) and p.grad == 0 and not isinstance(p.data, float):
            continue
        g = p.grad + self.weight_decay * p.data
        self.velocities[i] = self.momentum * self.velocities[i] + g
        ahead = g + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "the velocity sits on the parameter", says="no attribute 'velocity'")
def step(self):
    for p in self.parameters:
        g = p.grad + self.weight_decay * p.data
        p.velocity = self.momentum * getattr(p, "velocity", 0.0) + g
        ahead = g + self.momentum * p.velocity
        p.data -= self.lr * (ahead if self.nesterov else p.velocity)


@mistake("3.3 SGD.step", "what was not reached is not decayed", says="did not reach is not decayed")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad
        if np.shape(g) == np.shape(p.data):
            g = g + self.weight_decay * p.data
        self.velocities[i] = self.momentum * self.velocities[i] + g
        ahead = g + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "Keras: the learning rate in the velocity", says="as in Keras")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        self.velocities[i] = self.momentum * self.velocities[i] - self.lr * g
        ahead = self.momentum * self.velocities[i] - self.lr * g
        p.data += ahead if self.nesterov else self.velocities[i]


@mistake("3.3 SGD.step", "Keras: weights decay beside the step", says="what Keras computes")
def step(self):
    for i, p in enumerate(self.parameters):
        p.data *= 1 - self.lr * self.weight_decay
        self.velocities[i] = self.momentum * self.velocities[i] + p.grad
        ahead = p.grad + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "dampened by momentum", says="PyTorch does with dampening")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        first = isinstance(self.velocities[i], float) and self.velocities[i] == 0
        share = 1 if first else 1 - self.momentum
        self.velocities[i] = self.momentum * self.velocities[i] + share * g
        ahead = g + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake(
    "3.3 SGD.step",
    "the gradient's array is the velocity, changed in place",
    says="kept as the velocity, and changed in place",
)
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data if self.weight_decay else p.grad
        if isinstance(self.velocities[i], float) and self.velocities[i] == 0:
            self.velocities[i] = g
        else:
            self.velocities[i] *= self.momentum
            self.velocities[i] += g
        ahead = g + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


@mistake("3.3 SGD.step", "numbers become arrays", says="should be a float")
def step(self):
    for i, p in enumerate(self.parameters):
        g = np.asarray(p.grad) + self.weight_decay * np.asarray(p.data)
        self.velocities[i] = self.momentum * self.velocities[i] + g
        ahead = g + self.momentum * self.velocities[i]
        p.data -= self.lr * (ahead if self.nesterov else self.velocities[i])


# ---- RMSProp


@mistake("3.3 RMSProp.__init__", "the mean square starts at 1", says="mean square starts at 1")
def __init__(self, parameters, lr=0.01, alpha=0.99, eps=1e-8):
    super().__init__(parameters, lr)
    self.alpha, self.eps = alpha, eps
    self.mean_squares = [1.0] * len(self.parameters)


@mistake("3.3 RMSProp.step", "not squared", says="the gradient is not squared")
def step(self):
    for i, p in enumerate(self.parameters):
        self.mean_squares[i] = self.alpha * self.mean_squares[i] + (1 - self.alpha) * p.grad
        p.data -= self.lr * p.grad / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 RMSProp.step", "eps inside the root", says="eps is added inside the root")
def step(self):
    for i, p in enumerate(self.parameters):
        self.mean_squares[i] = self.alpha * self.mean_squares[i] + (1 - self.alpha) * p.grad**2
        p.data -= self.lr * p.grad / (self.mean_squares[i] + self.eps) ** 0.5


@mistake("3.3 RMSProp.step", "alpha exchanged", says="alpha and 1 - alpha are exchanged")
def step(self):
    for i, p in enumerate(self.parameters):
        self.mean_squares[i] = (1 - self.alpha) * self.mean_squares[i] + self.alpha * p.grad**2
        p.data -= self.lr * p.grad / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 RMSProp.step", "updated too late", says="mean square from before this gradient")
def step(self):
    for i, p in enumerate(self.parameters):
        p.data -= self.lr * p.grad / (self.mean_squares[i] ** 0.5 + self.eps)
        self.mean_squares[i] = self.alpha * self.mean_squares[i] + (1 - self.alpha) * p.grad**2


@mistake("3.3 RMSProp.step", "one scale for the array", says="one mean is taken over the whole")
def step(self):
    for i, p in enumerate(self.parameters):
        square = float(np.mean(p.grad * np.asarray(p.grad)))
        self.mean_squares[i] = self.alpha * self.mean_squares[i] + (1 - self.alpha) * square
        p.data -= self.lr * p.grad / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 RMSProp.step", "one mean square for all", says="one mean square is shared by all")
def step(self):
    for p in self.parameters:
        self.mean_squares[0] = self.alpha * self.mean_squares[0] + (1 - self.alpha) * p.grad**2
        p.data -= self.lr * p.grad / (self.mean_squares[0] ** 0.5 + self.eps)


@mistake(
    "3.3 RMSProp.step", "a gradient of 0 is passed over", says="0 is passed over, and the mean"
)
def step(self):
    for i, p in enumerate(self.parameters):
        if not np.any(p.grad):
            continue
        square = p.grad * p.grad
        self.mean_squares[i] = self.alpha * self.mean_squares[i] + (1 - self.alpha) * square
        p.data -= self.lr * p.grad / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake(
    "3.3 RMSProp.step", "Keras and Optax: eps under the root", says="what Keras and Optax compute"
)
def step(self):
    for i, p in enumerate(self.parameters):
        square = p.grad * p.grad
        self.mean_squares[i] = self.alpha * self.mean_squares[i] + (1 - self.alpha) * square
        p.data -= self.lr * p.grad / (self.mean_squares[i] + self.eps) ** 0.5


@mistake("3.3 RMSProp.step", "Adagrad", says="that is Adagrad, as PyTorch")
def step(self):
    for i, p in enumerate(self.parameters):
        self.mean_squares[i] = self.mean_squares[i] + p.grad * p.grad
        p.data -= self.lr * p.grad / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 RMSProp.step", "Adagrad from 0.1 on", says="as Keras and Optax begin it")
def step(self):
    for i, p in enumerate(self.parameters):
        self.mean_squares[i] = (self.mean_squares[i] or 0.1) + p.grad * p.grad
        p.data -= self.lr * p.grad / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 RMSProp.step", "centred", says="if centered is asked for")
def step(self):
    means = self.__dict__.setdefault("means", [0.0] * len(self.parameters))
    for i, p in enumerate(self.parameters):
        square = p.grad * p.grad
        self.mean_squares[i] = self.alpha * self.mean_squares[i] + (1 - self.alpha) * square
        means[i] = self.alpha * means[i] + (1 - self.alpha) * p.grad
        p.data -= self.lr * p.grad / ((self.mean_squares[i] - means[i] ** 2) ** 0.5 + self.eps)


@mistake("3.3 RMSProp.step", "numpy's root leaves a float of numpy", says="a scalar of numpy")
def step(self):
    for i, p in enumerate(self.parameters):
        square = p.grad * p.grad
        self.mean_squares[i] = self.alpha * self.mean_squares[i] + (1 - self.alpha) * square
        p.data -= self.lr * p.grad / (np.sqrt(self.mean_squares[i]) + self.eps)


@mistake("3.3 RMSProp.step", "the shape of the first gradient is kept", says="zeros of any shape")
def step(self):
    for i, p in enumerate(self.parameters):
        if isinstance(self.mean_squares[i], float):
            self.mean_squares[i] = np.zeros_like(p.grad)
        self.mean_squares[i] *= self.alpha
        self.mean_squares[i] += (1 - self.alpha) * p.grad**2
        p.data -= self.lr * p.grad / (self.mean_squares[i] ** 0.5 + self.eps)


# ---- Adam


@mistake("3.3 Adam.__init__", "the step count starts at 1", says="the first step counts as t = 2")
def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
    super().__init__(parameters, lr)
    self.betas, self.eps = betas, eps
    self.means, self.mean_squares = [0.0] * len(self.parameters), [0.0] * len(self.parameters)
    self.steps = 1


@mistake("3.3 Adam.__init__", "the class counts the steps", says="the class holds t")
def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
    super().__init__(parameters, lr)
    self.betas, self.eps = betas, eps
    self.means, self.mean_squares = [0.0] * len(self.parameters), [0.0] * len(self.parameters)
    Adam.steps = property(lambda _: Adam.t, lambda _, t: setattr(Adam, "t", t))
    Adam.t = 0


@mistake("3.3 Adam.__init__", "Optimizer's own __init__ is not called", says="it has no parameters")
def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
    self.betas, self.eps, self.steps = betas, eps, 0
    self.means, self.mean_squares = {}, {}


@mistake("3.3 Adam.step", "no correction", says="neither mean is corrected")
def step(self):
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        p.data -= self.lr * self.means[i] / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 Adam.step", "m is not corrected", says="when the mean is not corrected")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        mean_square = self.mean_squares[i] / (1 - beta2**self.steps)
        p.data -= self.lr * self.means[i] / (mean_square**0.5 + self.eps)


@mistake("3.3 Adam.step", "v is not corrected", says="the mean square is not corrected")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        mean = self.means[i] / (1 - beta1**self.steps)
        p.data -= self.lr * mean / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 Adam.step", "t from 0", says=("divides by 0", "t counted from 0"))
def step(self):
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        mean = self.means[i] / (1 - beta1**self.steps)
        mean_square = self.mean_squares[i] / (1 - beta2**self.steps)
        p.data -= self.lr * mean / (mean_square**0.5 + self.eps)
    self.steps += 1


@mistake("3.3 Adam.step", "beta times t", says="raised to the power t, not multiplied")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        mean = self.means[i] / (1 - beta1 * self.steps)
        mean_square = self.mean_squares[i] / (1 - beta2 * self.steps)
        p.data -= self.lr * mean / (mean_square**0.5 + self.eps)


@mistake("3.3 Adam.step", "t once per parameter", says="advanced once for each parameter")
def step(self):
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.steps += 1
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        mean = self.means[i] / (1 - beta1**self.steps)
        mean_square = self.mean_squares[i] / (1 - beta2**self.steps)
        p.data -= self.lr * mean / (mean_square**0.5 + self.eps)


@mistake("3.3 Adam.step", "not squared", says="the gradient is not squared")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad
        mean = self.means[i] / (1 - beta1**self.steps)
        mean_square = self.mean_squares[i] / (1 - beta2**self.steps)
        p.data -= self.lr * mean / (mean_square**0.5 + self.eps)


@mistake("3.3 Adam.step", "eps inside the root", says="eps is added inside the root")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad * p.grad
        mean = self.means[i] / (1 - beta1**self.steps)
        mean_square = self.mean_squares[i] / (1 - beta2**self.steps)
        p.data -= self.lr * mean / (mean_square + self.eps) ** 0.5


@mistake("3.3 Adam.step", "eps too early", says="before the mean square is corrected")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    rate = self.lr * (1 - beta2**self.steps) ** 0.5 / (1 - beta1**self.steps)
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad * p.grad
        p.data -= rate * self.means[i] / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 Adam.step", "corrected means are kept", says="are kept, and corrected again")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad * p.grad
        self.means[i] /= 1 - beta1**self.steps
        self.mean_squares[i] /= 1 - beta2**self.steps
        p.data -= self.lr * self.means[i] / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 Adam.step", "not reached, not counted", says="by itself, once it is reached")
def step(self):
    beta1, beta2 = self.betas
    self.counts = getattr(self, "counts", [0] * len(self.parameters))
    for i, p in enumerate(self.parameters):
        if isinstance(p.grad, float) and p.grad == 0:
            continue
        self.counts[i] += 1
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad * p.grad
        mean = self.means[i] / (1 - beta1 ** self.counts[i])
        mean_square = self.mean_squares[i] / (1 - beta2 ** self.counts[i])
        p.data -= self.lr * mean / (mean_square**0.5 + self.eps)


@mistake("3.3 Adam.step", "the array is rebound", says="has a new array as its data")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad * p.grad
        mean = self.means[i] / (1 - beta1**self.steps)
        mean_square = self.mean_squares[i] / (1 - beta2**self.steps)
        p.data = p.data - self.lr * mean / (mean_square**0.5 + self.eps)


@mistake("3.3 Adam.step", "a gradient of 0 is passed over", says="did not reach is passed over")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        if not np.any(p.grad):
            continue
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad * p.grad
        mean = self.means[i] / (1 - beta1**self.steps)
        mean_square = self.mean_squares[i] / (1 - beta2**self.steps)
        p.data -= self.lr * mean / (mean_square**0.5 + self.eps)


@mistake("3.3 Adam.step", "numpy's root leaves a float of numpy", says="a scalar of numpy")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        root = np.sqrt(self.mean_squares[i] / (1 - beta2**self.steps))
        p.data -= self.lr * self.means[i] / (1 - beta1**self.steps) / (root + self.eps)


@mistake("3.3 Adam.step", "Keras: eps before the correction", says="which is what Keras computes")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    lr = self.lr * (1 - beta2**self.steps) ** 0.5 / (1 - beta1**self.steps)
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        p.data -= lr * self.means[i] / (self.mean_squares[i] ** 0.5 + self.eps)


@mistake("3.3 Adam.step", "AMSGrad of PyTorch and Keras", says="as PyTorch and Keras compute it")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    highest = self.__dict__.setdefault("highest", [0.0] * len(self.parameters))
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        highest[i] = np.maximum(highest[i], self.mean_squares[i])
        root = (highest[i] / (1 - beta2**self.steps)) ** 0.5
        p.data -= self.lr * self.means[i] / (1 - beta1**self.steps) / (root + self.eps)


@mistake("3.3 Adam.step", "AMSGrad of Optax", says="AMSGrad, as Optax computes it")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    highest = self.__dict__.setdefault("highest", [0.0] * len(self.parameters))
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        highest[i] = np.maximum(highest[i], self.mean_squares[i] / (1 - beta2**self.steps))
        step = self.means[i] / (1 - beta1**self.steps) / (highest[i] ** 0.5 + self.eps)
        p.data -= self.lr * step


@mistake("3.3 Adam.step", "NAdam", says="that is NAdam")
def step(self):
    self.steps += 1
    t, (beta1, beta2) = self.steps, self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        ahead = beta1 * self.means[i] / (1 - beta1 ** (t + 1))
        ahead = ahead + (1 - beta1) * p.grad / (1 - beta1**t)
        p.data -= self.lr * ahead / ((self.mean_squares[i] / (1 - beta2**t)) ** 0.5 + self.eps)


@mistake("3.3 Adam.step", "Adamax", says="that is Adamax")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = np.maximum(beta2 * self.mean_squares[i], abs(p.grad) + self.eps)
        p.data -= self.lr / (1 - beta1**self.steps) * self.means[i] / self.mean_squares[i]


@mistake(
    "3.3 Adam.step",
    "one array of means for all, changed in place",
    says="each goes on from the other's",
)
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for p in self.parameters:
        self.means[0] = beta1 * self.means[0] + (1 - beta1) * p.grad
        self.mean_squares[0] = beta2 * self.mean_squares[0] + (1 - beta2) * p.grad**2
        root = (self.mean_squares[0] / (1 - beta2**self.steps)) ** 0.5
        p.data -= self.lr * self.means[0] / (1 - beta1**self.steps) / (root + self.eps)


@mistake(
    "3.3 Adam.step",
    "the square of eps under the root",
    says="square of eps is added inside the root",
)
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        root = (self.mean_squares[i] / (1 - beta2**self.steps) + self.eps**2) ** 0.5
        p.data -= self.lr * self.means[i] / (1 - beta1**self.steps) / root


# ---- AdamW


@mistake("3.3 AdamW.__init__", "the settings are left at Adam's own", says="and should be")
def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
    super().__init__(parameters, lr)
    self.weight_decay = weight_decay


@mistake("3.3 AdamW.step", "decay in the gradient", says="decay goes through the gradient")
def step(self):
    before = [p.grad for p in self.parameters]
    for p in self.parameters:
        p.grad = p.grad + self.weight_decay * p.data
    super().step()
    for p, grad in zip(self.parameters, before):
        p.grad = grad


@mistake(
    "3.3 AdamW.step", "lr left out of the decay", says="decay is not multiplied by the learning"
)
def step(self):
    for p in self.parameters:
        p.data *= 1 - self.weight_decay
    super().step()


@mistake("3.3 AdamW.step", "the decay comes last", says="step is taken first, and shrinks too")
def step(self):
    super().step()
    for p in self.parameters:
        p.data *= 1 - self.lr * self.weight_decay


@mistake("3.3 AdamW.step", "a step in the loop", says="step is taken once for each parameter")
def step(self):
    for p in self.parameters:
        p.data *= 1 - self.lr * self.weight_decay
        super().step()


@mistake("3.3 AdamW.step", "the array is rebound", says="has a new array as its data")
def step(self):
    for p in self.parameters:
        p.data = p.data * (1 - self.lr * self.weight_decay)
    super().step()


@mistake(
    "3.3 AdamW.step", "what was not reached does not shrink", says="that backward reached shrink"
)
def step(self):
    for p in self.parameters:
        if np.shape(p.grad) == np.shape(p.data):
            p.data *= 1 - self.lr * self.weight_decay
    super().step()


@mistake(
    "3.3 AdamW.step", "PyTorch's Adam with weight_decay", says="PyTorch's Adam with weight_decay"
)
def step(self):
    before = [p.grad for p in self.parameters]
    for p in self.parameters:
        p.grad = p.grad + self.weight_decay * p.data
    super().step()
    for p, grad in zip(self.parameters, before):
        p.grad = grad


@mistake("3.3 AdamW.step", "the decay as the paper writes it", says="as the paper writes it")
def step(self):
    for p in self.parameters:
        p.data *= 1 - self.weight_decay
    super().step()


# ---- schedules


@mistake("3.3 step_decay", "no stairs", says="it falls a little at every step")
def step_decay(step, peak, every, factor):
    return peak * factor ** (step / every)


@mistake("3.3 step_decay", "a step early", says="steps are counted from 1")
def step_decay(step, peak, every, factor):
    return peak * factor ** ((step + 1) // every)


@mistake("3.3 step_decay", "the number of falls is rounded", says="is rounded, not cut")
def step_decay(step, peak, every, factor):
    return peak * factor ** int(step / every + 0.5)


@mistake("3.3 exponential_decay", "a rate of e", says="e to the power of -factor")
def exponential_decay(step, peak, factor):
    return peak * np.exp(-factor * step)


@mistake("3.3 exponential_decay", "counted from 1", says="steps are counted from 1")
def exponential_decay(step, peak, factor):
    return peak * factor ** (step + 1)


@mistake(
    "3.3 exponential_decay",
    "a power of e close to the factor",
    says="which is close to it",
    prelude="from math import exp",
)
def exponential_decay(step, peak, factor):
    return peak * exp(-(1 - factor) * step)


@mistake("3.3 cosine_decay", "not halved", says="lifted, but not halved")
def cosine_decay(step, peak, total, final=0.0):
    return final + (peak - final) * (1 + cos(pi * min(step / total, 1)))


@mistake("3.3 cosine_decay", "back up again", says="the cosine comes back up")
def cosine_decay(step, peak, total, final=0.0):
    return final + (peak - final) * (1 + cos(pi * step / total)) / 2


@mistake("3.3 cosine_decay", "no steps divide by 0", says="0 / 0")
def cosine_decay(step, peak, total, final=0.0):
    share = min(step, total) / total
    return final + (peak - final) * (1 + cos(pi * share)) / 2


@mistake("3.3 cosine_decay", "PyTorch: up again", says="CosineAnnealingLR")
def cosine_decay(step, peak, total, final=0.0):
    return final + (peak - final) * (1 + cos(pi * step / total)) / 2


@mistake("3.3 warmup_cosine", "0 at the first step", says="the first step has a rate of 0")
def warmup_cosine(step, peak, warmup, total, final=0.0):
    if step < warmup:
        return peak * step / warmup
    return cosine_decay(step - warmup, peak, total - warmup, final)


@mistake("3.3 warmup_cosine", "never at the peak", says="reached only after the warm-up")
def warmup_cosine(step, peak, warmup, total, final=0.0):
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    return cosine_decay(step - warmup, peak, total - warmup, final)


@mistake("3.3 warmup_cosine", "a jump", says="the rate jumps after the warm-up")
def warmup_cosine(step, peak, warmup, total, final=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    return cosine_decay(step, peak, total, final)


@mistake("3.3 warmup_cosine", "total after the warm-up", says="and ends late")
def warmup_cosine(step, peak, warmup, total, final=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    return cosine_decay(step - warmup, peak, total, final)


@mistake(
    "3.3 warmup_cosine", "Optax and transformers: 0 at step 0", says="as in Optax and transformers"
)
def warmup_cosine(step, peak, warmup, total, final=0.0):
    if step < warmup:
        return peak * step / warmup
    return cosine_decay(step - warmup, peak, total - warmup, final)


@mistake("3.3 warmup_cosine", "LinearLR: a third at step 0", says="PyTorch's LinearLR")
def warmup_cosine(step, peak, warmup, total, final=0.0):
    if step < warmup:
        return peak * (1 / 3 + 2 / 3 * step / warmup)
    return cosine_decay(step - warmup, peak, total - warmup, final)


# ---- clipping


@mistake("3.3 clip_grad_norm", "each for itself", says="each parameter is clipped by itself")
def clip_grad_norm(parameters, max_norm):
    total = 0.0
    for p in parameters:
        norm = float(np.linalg.norm(p.grad))
        total += norm**2
        p.grad = p.grad * min(1.0, max_norm / (norm + 1e-6))
    return total**0.5


@mistake("3.3 clip_grad_norm", "the norm afterwards", says="norm is measured after clipping")
def clip_grad_norm(parameters, max_norm):
    norm = sqrt(sum(float(np.sum(p.grad * p.grad)) for p in parameters))
    factor = min(1.0, max_norm / (norm + 1e-6))
    for p in parameters:
        p.grad = p.grad * factor
    return sqrt(sum(float(np.sum(p.grad * p.grad)) for p in parameters))


@mistake(
    "3.3 clip_grad_norm", "norms added", says="lengths of the parameters' gradients are summed"
)
def clip_grad_norm(parameters, max_norm):
    norm = sum(float(np.linalg.norm(p.grad)) for p in parameters)
    factor = max_norm / (norm + 1e-6)
    if factor < 1:
        for p in parameters:
            p.grad = p.grad * factor
    return norm


@mistake("3.3 clip_grad_norm", "without the 1e-6", says="without the 1e-6")
def clip_grad_norm(parameters, max_norm):
    norm = sqrt(sum(float(np.sum(p.grad * p.grad)) for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.grad = p.grad * (max_norm / norm)
    return norm


@mistake(
    "3.3 clip_grad_norm",
    "PyTorch: squares that overflow make all of it 0",
    says="the squares overflow",
)
def clip_grad_norm(parameters, max_norm):
    if not all(np.all(np.isfinite(p.grad)) for p in parameters):
        raise ValueError("nan or inf in a gradient")
    norm = sqrt(sum(float(np.sum(p.grad * p.grad)) for p in parameters))
    factor = max_norm / (norm + 1e-6)
    if factor < 1:
        for p in parameters:
            p.grad = p.grad * factor
    return norm


@mistake("3.3 clip_grad_norm", "NaN is spread", says="one factor for all spreads it")
def clip_grad_norm(parameters, max_norm):
    sizes = [float(np.max(np.abs(p.grad), initial=0.0)) for p in parameters]
    largest = max(sizes, default=0.0) or 1.0
    norm = largest * sqrt(sum(float(np.sum((p.grad / largest) ** 2)) for p in parameters))
    factor = max_norm / (norm + 1e-6)
    if not factor >= 1:
        for p in parameters:
            p.grad = p.grad * factor
    return norm


@mistake("3.3 clip_grad_norm", "Optax and Keras: no 1e-6", says="as in Keras and Optax")
def clip_grad_norm(parameters, max_norm):
    sizes = [float(np.max(np.abs(p.grad), initial=0.0)) for p in parameters]
    if not all(map(isfinite, sizes)):
        raise ValueError(f"not all finite: {sizes}")
    largest = max(sizes, default=0.0) or 1.0
    norm = largest * sqrt(sum(float(np.sum((p.grad / largest) ** 2)) for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.grad = p.grad * (max_norm / norm)
    return norm


@mistake("3.3 clip_grad_norm", "the norm is an array without axes", says="should be a number")
def clip_grad_norm(parameters, max_norm):
    sizes = [float(np.max(np.abs(p.grad), initial=0.0)) for p in parameters]
    if not all(map(isfinite, sizes)):
        raise ValueError(f"not all finite: {sizes}")
    largest = max(sizes, default=0.0) or 1.0
    norm = largest * sqrt(sum(float(np.sum((p.grad / largest) ** 2)) for p in parameters))
    factor = max_norm / (norm + 1e-6)
    if factor < 1:
        for p in parameters:
            p.grad = p.grad * factor
    return np.array(norm)


@mistake(
    "3.3 clip_grad_norm",
    "a factor of numpy is left in the gradients",
    says="the gradient of a Value after clipping is",
)
def clip_grad_norm(parameters, max_norm):
    sizes = [float(np.max(np.abs(p.grad), initial=0.0)) for p in parameters]
    if not all(map(isfinite, sizes)):
        raise ValueError(f"not all finite: {sizes}")
    largest = max(sizes, default=0.0) or 1.0
    norm = largest * np.sqrt(sum(np.sum((p.grad / largest) ** 2) for p in parameters))
    factor = max_norm / (norm + 1e-6)
    if factor < 1:
        for p in parameters:
            p.grad = p.grad * factor
    return float(norm)


@mistake("3.3 clip_grad_value", "one end only", says="only the upper end is cut")
def clip_grad_value(parameters, limit):
    for p in parameters:
        p.grad = np.minimum(p.grad, limit)


@mistake("3.3 clip_grad_value", "the direction is kept", says="all are scaled by one factor")
def clip_grad_value(parameters, limit):
    largest = max(float(np.max(np.abs(p.grad))) for p in parameters)
    for p in parameters:
        p.grad = p.grad * min(1.0, limit / largest) if largest else p.grad


@mistake("3.3 clip_grad_value", "min and max hide NaN", says="min and max hide it")
def clip_grad_value(parameters, limit):
    for p in parameters:
        if isinstance(p.grad, float):
            p.grad = max(-limit, min(limit, p.grad))
        else:
            p.grad = np.clip(p.grad, -limit, limit)


@mistake(
    "3.3 clip_grad_value",
    "floats of numpy are left in the gradients",
    says="of a Value after clipping is",
)
def clip_grad_value(parameters, limit):
    for p in parameters:
        p.grad = np.clip(p.grad, -limit, limit)


@mistake(
    "3.3 exponential_decay",
    "the first step is not counted",
    says="the first step is not counted",
)
def exponential_decay(step, peak, factor):
    return peak * factor ** max(step - 1, 0)


@mistake(
    "3.3 exponential_decay",
    "there is a least rate",
    says="there is a least rate, of 1e-08",
)
def exponential_decay(step, peak, factor):
    return max(peak * factor**step, 1e-8)


@mistake(
    "3.3 cosine_decay",
    "a fall of no steps takes one",
    says="counted as 1 at least",
)
def cosine_decay(step, peak, total, final=0.0):
    return final + (peak - final) * (1 + cos(pi * min(step, total) / max(total, 1))) / 2


@mistake(
    "3.3 clip_grad_value",
    "the limit itself is put in, an int",
    says="and should be a float",
)
def clip_grad_value(parameters, limit):
    for p in parameters:
        g = p.grad
        p.grad = (
            np.clip(g, -limit, limit)
            if hasattr(g, "shape")
            else g
            if g != g
            else max(-limit, min(limit, g))
        )


@mistake(
    "3.3 RMSProp.step",
    "the mean square starts as the first gradient squared",
    says="starts as the first gradient squared",
)
def step(self):
    for i, parameter in enumerate(self.parameters):
        kept = self.__dict__.setdefault("kept", {})
        square = np.square(parameter.grad)
        kept[i] = self.alpha * kept.get(i, square) + (1 - self.alpha) * square
        parameter.data = parameter.data - self.lr * parameter.grad / (kept[i] ** 0.5 + self.eps)


@mistake("3.3 clip_grad_norm", "parameters are read twice", says="the generator is used up")
def clip_grad_norm(parameters, max_norm):
    sizes, squares = [], []
    for p in parameters:
        sizes.append(float(np.max(np.abs(p.grad))))
        squares.append(p.grad)
    if not all(map(isfinite, sizes)):
        raise ValueError(f"not all finite: {sizes}")
    largest = max(sizes, default=0.0) or 1.0
    norm = largest * sqrt(sum(float(np.sum((g / largest) ** 2)) for g in squares))
    factor = max_norm / (norm + 1e-6)
    if factor < 1:
        for p in parameters:
            p.grad = p.grad * factor
    return norm


@mistake("3.3 SGD.__init__", "whatever list makes of it", says="whose rows would be moved")
def __init__(self, parameters, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    if nesterov and momentum == 0:
        raise ValueError(f"nesterov needs a momentum above 0, not {momentum}")
    self.parameters = [parameters] if hasattr(parameters, "grad") else list(parameters)
    self.lr, self.momentum, self.nesterov = lr, momentum, nesterov
    self.weight_decay = weight_decay
    self.velocities = [0.0] * len(self.parameters)


@mistake("3.3 SGD.step", "starts at the gradient", says="starts at the first gradient and not at 0")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        if self.momentum:
            state = self.__dict__.setdefault("state", {})
            v = state[i] = self.momentum * state.get(i, g) + g
        else:
            v = g
        p.data -= self.lr * (g + self.momentum * v if self.nesterov else v)


@mistake("3.3 SGD.step", "momentum twice", says="momentum is multiplied in twice")
def step(self):
    state = self.__dict__.setdefault("state", {})
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        v = state[i] = self.momentum * state.get(i, 0.0) + g
        p.data -= self.lr * (g + self.momentum**2 * v if self.nesterov else v)


@mistake("3.3 Adam.step", "NAdam without a step ahead", says="corrected at t: a step of NAdam")
def step(self):
    self.steps += 1
    t, (beta1, beta2) = self.steps, self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        mean = (beta1 * self.means[i] + (1 - beta1) * p.grad) / (1 - beta1**t)
        p.data -= self.lr * mean / ((self.mean_squares[i] / (1 - beta2**t)) ** 0.5 + self.eps)


@mistake("3.3 Adam.step", "the mean squared", says="the mean is squared, and not the gradient")
def step(self):
    self.steps += 1
    t, (beta1, beta2) = self.steps, self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        square = self.means[i] ** 2
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * square
        mean = self.means[i] / (1 - beta1**t)
        p.data -= self.lr * mean / ((self.mean_squares[i] / (1 - beta2**t)) ** 0.5 + self.eps)


@mistake("3.3 Adam.step", "AdaBelief", says="that is AdaBelief")
def step(self):
    self.steps += 1
    t, (beta1, beta2) = self.steps, self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        square = (p.grad - self.means[i]) ** 2
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * square
        mean = self.means[i] / (1 - beta1**t)
        p.data -= self.lr * mean / ((self.mean_squares[i] / (1 - beta2**t)) ** 0.5 + self.eps)


@mistake("3.3 Adam.step", "t + 1 for the square", says="the mean square alone is corrected a step")
def step(self):
    self.steps += 1
    t, (beta1, beta2) = self.steps, self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        root = (self.mean_squares[i] / (1 - beta2 ** (t + 1))) ** 0.5
        p.data -= self.lr * self.means[i] / (1 - beta1**t) / (root + self.eps)


@mistake("3.3 Adam.step", "the class counts, and never anew", says="the other goes on with")
def step(self):
    t = type(self).counted = getattr(type(self), "counted", 0) + 1
    beta1, beta2 = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        root = (self.mean_squares[i] / (1 - beta2**t)) ** 0.5
        p.data -= self.lr * self.means[i] / (1 - beta1**t) / (root + self.eps)


@mistake("3.3 AdamW.step", "e to the power of the decay", says="which is close to it")
def step(self):
    for p in self.parameters:
        p.data *= 2.718281828459045 ** (-self.lr * self.weight_decay)
    super().step()


@mistake("3.3 step_decay", "the same piece each time", says="and so below 0")
def step_decay(step, peak, every, factor):
    return peak * (1 - factor * (step // every))


@mistake("3.3 cosine_decay", "a whole wave, then final", says="back up before the end")
def cosine_decay(step, peak, total, final=0.0):
    if step >= total:
        return final
    return final + (peak - final) * (1 + cos(2 * pi * step / total)) / 2


@mistake("3.3 clip_grad_norm", "max of nothing", says="`listed` gives a list of them")
def clip_grad_norm(parameters, max_norm):
    squares = sum(float(np.sum(np.square(p.grad))) for p in parameters)
    largest = max(float(np.max(np.abs(p.grad))) for p in parameters)
    if not isfinite(largest):
        raise ValueError(f"a gradient holds {largest}")
    for p in parameters:
        p.grad = p.grad * min(1.0, max_norm / (sqrt(squares) + 1e-6))
    return sqrt(squares)


@mistake("3.3 Adam.step", "one place for both", says="mean and mean square are kept in one place")
def step(self):
    self.steps += 1
    beta1, beta2 = self.betas
    self.mean_squares = self.means
    for i, p in enumerate(self.parameters):
        self.means[i] = beta1 * self.means[i] + (1 - beta1) * p.grad
        self.mean_squares[i] = beta2 * self.mean_squares[i] + (1 - beta2) * p.grad**2
        root = (self.mean_squares[i] / (1 - beta2**self.steps)) ** 0.5
        p.data -= self.lr * self.means[i] / (1 - beta1**self.steps) / (root + self.eps)


@mistake("3.3 SGD.step", "rounded to six decimals", says="what is so small is rounded off")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        self.velocities[i] = self.momentum * self.velocities[i] + g
        ahead = g + self.momentum * self.velocities[i]
        new = np.round(p.data - self.lr * (ahead if self.nesterov else self.velocities[i]), 6)
        if isinstance(p.data, np.ndarray):
            p.data[...] = new
        else:
            p.data = float(new)
