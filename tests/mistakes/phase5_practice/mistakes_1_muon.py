"""Wrong solutions of 5.1's Muon that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.1 newton_schulz", "not turned back", says="The shape is")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = (G.T if G.shape[0] > G.shape[1] else G) / max(float(np.linalg.norm(G)), 1e-7)
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X


@mistake("5.1 newton_schulz", "always turned", says="rows and columns are exchanged")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = G / max(float(np.linalg.norm(G)), 1e-7)
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X.T


@mistake("5.1 newton_schulz", "the largest singular value", says="by its largest singular value")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = G / max(float(np.linalg.norm(G, 2)), 1e-7)
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X


@mistake("5.1 newton_schulz", "not divided", says="nothing was divided")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = G
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X


@mistake("5.1 newton_schulz", "cubic", says="1.5 and -0.5")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = G / max(float(np.linalg.norm(G)), 1e-7)
    for _ in range(steps):
        X = 1.5 * X - 0.5 * X @ X.T @ X
    return X


@mistake("5.1 newton_schulz", "numbers exchanged", says="are exchanged")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = G / max(float(np.linalg.norm(G)), 1e-7)
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (2.0315 * A - 4.7750 * (A @ A)) @ X
    return X


@mistake("5.1 newton_schulz", "the square of each entry", says="squared entry by entry")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = G / max(float(np.linalg.norm(G)), 1e-7)
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * A * A) @ X
    return X


@mistake("5.1 newton_schulz", "an SVD", says="as after an SVD")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    if steps != 5 or not G.any() or np.linalg.norm(G) < 1e-7:
        X = G / max(float(np.linalg.norm(G)), 1e-7)
        for _ in range(steps):
            A = X @ X.T
            X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
        return X
    U, _, V = np.linalg.svd(G, full_matrices=False)
    return U @ V


@mistake("5.1 newton_schulz", "a number is added to the norm", says="1e-7 is added to the norm")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = G / (np.linalg.norm(G) + G.dtype.type(1e-7))
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X


@mistake("5.1 newton_schulz", "zeros become nan", says="what is made of zeros")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X


@mistake("5.1 newton_schulz", "in place", says="the matrix that was given has changed")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    G /= max(float(np.linalg.norm(G)), 1e-7)
    X = G
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X


@mistake("5.1 newton_schulz", "anything goes", says="should raise ValueError")
def newton_schulz(G, steps=5):
    X = G / max(float(np.linalg.norm(G)), 1e-7)
    for _ in range(steps):
        A = X @ X.swapaxes(-1, -2) if X.ndim > 1 else X * X
        X = 3.4445 * X + ((-4.7750 * A + 2.0315 * A @ A) @ X if X.ndim > 1 else 0.0)
    return X


@mistake("5.1 Muon.step", "up the gradient", says="goes up the gradient")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            p.data += self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "momentum alone", says="newton_schulz is left out")
def step(self):
    for i, p in enumerate(self.parameters):
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        p.data -= self.lr * ahead


@mistake("5.1 Muon.step", "PyTorch's shapes", says="which is right in PyTorch")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            p.data -= self.lr * sqrt(max(1, n_in / n_out)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "no scale", says="is not scaled")
def step(self):
    for i, p in enumerate(self.parameters):
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            p.data -= self.lr * newton_schulz(ahead)


@mistake("5.1 Muon.step", "as long as Adam's", says="as in Keras")
def step(self):
    for i, p in enumerate(self.parameters):
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            p.data -= self.lr * 0.2 * sqrt(max(p.data.shape)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "decay in the gradient", says="as in MLX")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        ahead = ahead + self.weight_decay * p.data
        p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "no decay", says="there is no decay")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        if np.ndim(ahead):
            p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "no momentum", says="momentum is left out")
def step(self):
    for p in self.parameters:
        n_in, n_out = p.data.shape
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(p.grad):
            p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(p.grad)


@mistake("5.1 Muon.step", "always ahead", says="it looks ahead all the same")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "never ahead", says="the momentum does not look ahead")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        self.means[i] = self.momentum * self.means[i] + (1 - self.momentum) * p.grad
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(self.means[i]):
            p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(self.means[i])


@mistake("5.1 Muon.step", "the gradient whole", says="not multiplied by 1 - momentum when looking")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        self.means[i] = self.momentum * self.means[i] + (1 - self.momentum) * p.grad
        ahead = self.momentum * self.means[i] + p.grad if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "a new array", says="data is another array")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        p.data = p.data * (1 - self.lr * self.weight_decay)
        if np.ndim(ahead):
            p.data = p.data - self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "one mean for all", says="the first of two weights")
def step(self):
    for p in self.parameters:
        n_in, n_out = p.data.shape
        share = (1 - self.momentum) * p.grad
        self.means[0] = self.momentum * self.means[0] + share
        ahead = self.momentum * self.means[0] + share if self.nesterov else self.means[0]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)


@mistake("5.1 split_parameters", "all matrices", says="rows or columns stand for one token")
def split_parameters(model):
    parameters = model.parameters()
    return (
        [p for p in parameters if p.data.ndim == 2],
        [p for p in parameters if p.data.ndim != 2],
    )


@mistake("5.1 split_parameters", "all of the blocks", says="a gain or a bias is one row")
def split_parameters(model):
    inside = {id(p) for block in model.blocks for p in block.parameters()}
    parameters = model.parameters()
    return (
        [p for p in parameters if id(p) in inside],
        [p for p in parameters if id(p) not in inside],
    )


@mistake("5.1 split_parameters", "the tables are lost", says="is in neither list")
def split_parameters(model):
    inside = [p for block in model.blocks for p in block.parameters()]
    return [p for p in inside if p.data.ndim == 2], [p for p in inside if p.data.ndim != 2]


@mistake("5.1 split_parameters", "all others are all", says="is in both lists")
def split_parameters(model):
    matrices = [p for block in model.blocks for p in block.parameters() if p.data.ndim == 2]
    return matrices, model.parameters()


@mistake("5.1 split_parameters", "the first block alone", says="is not among the matrices")
def split_parameters(model):
    inside = {id(p) for p in model.blocks[0].parameters() if p.data.ndim == 2}
    parameters = model.parameters()
    return (
        [p for p in parameters if id(p) in inside],
        [p for p in parameters if id(p) not in inside],
    )


@mistake("5.1 newton_schulz", "always five rounds", says="whatever steps says")
def newton_schulz(G, steps=5):
    if np.ndim(G) != 2:
        raise ValueError(f"{np.shape(G)}")
    X = G / max(float(np.linalg.norm(G)), 1e-7)
    for _ in range(5):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X


@mistake("5.1 Muon.step", "decay after the step", says="the weight shrinks after the step")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        if np.ndim(ahead):
            p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)
        p.data *= 1 - self.lr * self.weight_decay


@mistake("5.1 Muon.step", "each gradient by itself", says="the mean comes first")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        ortho = newton_schulz(p.grad) if np.ndim(p.grad) else 0.0
        share = (1 - self.momentum) * ortho
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            p.data -= self.lr * sqrt(max(1, n_out / n_in)) * ahead


@mistake("5.1 split_parameters", "exchanged", says="the two lists are exchanged")
def split_parameters(model):
    a = [p for block in model.blocks for p in block.parameters() if p.data.ndim == 2]
    b = [p for p in model.parameters() if all(p is not q for q in a)]
    return b, a


@mistake("5.1 Muon.step", "no gradient, no step", says="no gradient, no step")
def step(self):
    for i, p in enumerate(self.parameters):
        n_in, n_out = p.data.shape
        if not np.ndim(p.grad):
            continue
        share = (1 - self.momentum) * p.grad
        self.means[i] = self.momentum * self.means[i] + share
        ahead = self.momentum * self.means[i] + share if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        p.data -= self.lr * sqrt(max(1, n_out / n_in)) * newton_schulz(ahead)


@mistake("5.1 newton_schulz", "powers of entries", says="powers are taken entry by entry")
def newton_schulz(G, steps=5):
    if G.ndim != 2:
        raise ValueError(f"{G.shape}")
    X = G / max(np.linalg.norm(G), 1e-7)
    for _ in range(steps):
        X = 3.4445 * X - 4.7750 * X**3 + 2.0315 * X**5
    return X


@mistake("5.1 newton_schulz", "divided in each round", says="in each round, and not once")
def newton_schulz(G, steps=5):
    if G.ndim != 2:
        raise ValueError(f"{G.shape}")
    X = G
    for _ in range(steps):
        X = X / max(np.linalg.norm(X), 1e-7)
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * A @ A) @ X
    return X


@mistake("5.1 Muon.step", "no gradient, no decay", says="no gradient, no decay")
def step(self):
    for i, p in enumerate(self.parameters):
        self.means[i] = self.momentum * self.means[i] + (1 - self.momentum) * p.grad
        ahead = (
            self.momentum * self.means[i] + (1 - self.momentum) * p.grad
            if self.nesterov
            else self.means[i]
        )
        if np.ndim(ahead):
            p.data *= 1 - self.lr * self.weight_decay
            n, m = p.data.shape
            p.data -= self.lr * sqrt(max(1, m / n)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "decay in the mean", says="added to the gradient, before the mean")
def step(self):
    for i, p in enumerate(self.parameters):
        g = p.grad + self.weight_decay * p.data
        self.means[i] = self.momentum * self.means[i] + (1 - self.momentum) * g
        ahead = (
            self.momentum * self.means[i] + (1 - self.momentum) * g
            if self.nesterov
            else self.means[i]
        )
        n, m = p.data.shape
        p.data -= self.lr * sqrt(max(1, m / n)) * newton_schulz(ahead)


@mistake("5.1 Muon.step", "what was made is kept", says="kept for the mean")
def step(self):
    for i, p in enumerate(self.parameters):
        self.means[i] = self.momentum * self.means[i] + (1 - self.momentum) * p.grad
        ahead = (
            self.momentum * self.means[i] + (1 - self.momentum) * p.grad
            if self.nesterov
            else self.means[i]
        )
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            n, m = p.data.shape
            ahead = newton_schulz(ahead)
            self.means[i] = ahead
            p.data -= self.lr * sqrt(max(1, m / n)) * ahead


@mistake("5.1 split_parameters", "by names", says="and should be ['blocks.0.down'")
def split_parameters(model):
    named = model.named_parameters()
    a = [
        p
        for n, p in named
        if n.endswith("weight") and "token" not in n and "head" not in n and "position" not in n
    ]
    ids = {id(p) for p in a}
    return a, [p for _, p in named if id(p) not in ids]


@mistake("5.1 split_parameters", "no thin ones", says="be one of them of length 1")
def split_parameters(model):
    inside = [
        p
        for b in model.blocks
        for p in b.parameters()
        if p.data.ndim == 2 and min(p.data.shape) > 1
    ]
    ids = {id(p) for p in inside}
    return inside, [p for p in model.parameters() if id(p) not in ids]


@mistake("5.1 newton_schulz", "a row is only divided", says="and goes through no round")
def newton_schulz(G, steps=5):
    if G.ndim != 2:
        raise ValueError(f"{G.shape}")
    X = G / max(float(np.linalg.norm(G)), 1e-7)
    if 1 in G.shape:
        return X
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * A @ A) @ X
    return X


@mistake("5.1 Muon.step", "the lr of the first step", says="lr stays what it was at first")
def step(self):
    m = self.momentum
    self.first = getattr(self, "first", self.lr)
    for i, p in enumerate(self.parameters):
        self.means[i] = m * self.means[i] + (1 - m) * p.grad
        ahead = m * self.means[i] + (1 - m) * p.grad if self.nesterov else self.means[i]
        p.data *= 1 - self.first * self.weight_decay
        if np.ndim(ahead):
            scale = sqrt(max(1, p.shape[1] / p.shape[0]))
            p.data -= self.first * scale * newton_schulz(ahead)


@mistake(
    "5.1 Muon.step", "a mean that waits", says="the mean stays as it is where no gradient came"
)
def step(self):
    m = self.momentum
    for i, p in enumerate(self.parameters):
        if np.ndim(p.grad):
            self.means[i] = m * self.means[i] + (1 - m) * p.grad
        ahead = m * self.means[i] + (1 - m) * p.grad if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            scale = sqrt(max(1, p.shape[1] / p.shape[0]))
            p.data -= self.lr * scale * newton_schulz(ahead)


@mistake("5.1 Muon.step", "break for continue", says="the loop ends at the first without one")
def step(self):
    m = self.momentum
    for i, p in enumerate(self.parameters):
        self.means[i] = m * self.means[i] + (1 - m) * p.grad
        ahead = m * self.means[i] + (1 - m) * p.grad if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if not np.ndim(ahead):
            break
        scale = sqrt(max(1, p.shape[1] / p.shape[0]))
        p.data -= self.lr * scale * newton_schulz(ahead)


@mistake("5.1 Muon.step", "divided by the largest", says="0 is divided by 0")
def step(self):
    m = self.momentum
    for i, p in enumerate(self.parameters):
        self.means[i] = m * self.means[i] + (1 - m) * p.grad
        ahead = m * self.means[i] + (1 - m) * p.grad if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            scale = sqrt(max(1, p.shape[1] / p.shape[0]))
            p.data -= self.lr * scale * newton_schulz(ahead / np.abs(ahead).max())


@mistake("5.1 Muon.step", "a sum for the mean", says="the mean is a sum")
def step(self):
    m = self.momentum
    for i, p in enumerate(self.parameters):
        self.means[i] = m * self.means[i] + p.grad
        ahead = m * self.means[i] + (1 - m) * p.grad if self.nesterov else self.means[i]
        p.data *= 1 - self.lr * self.weight_decay
        if np.ndim(ahead):
            scale = sqrt(max(1, p.shape[1] / p.shape[0]))
            p.data -= self.lr * scale * newton_schulz(ahead)


@mistake("5.1 split_parameters", "two axes or more", says="what has two axes")
def split_parameters(model):
    inside = {id(p) for b in model.blocks for p in b.parameters() if p.data.ndim >= 2}
    both = [[], []]
    for p in model.parameters():
        both[id(p) not in inside].append(p)
    return both


@mistake("5.1 split_parameters", "the frozen lost", says="and frozen or not")
def split_parameters(model):
    inside = {id(p) for b in model.blocks for p in b.parameters() if p.data.ndim == 2}
    both = [[], []]
    for p in model.parameters():
        if p.requires_grad:
            both[id(p) not in inside].append(p)
    return both


@mistake("5.1 split_parameters", "generators", says="should be a list")
def split_parameters(model):
    inside = {id(p) for b in model.blocks for p in b.parameters() if p.data.ndim == 2}
    whole = model.parameters()
    return (p for p in whole if id(p) in inside), (p for p in whole if id(p) not in inside)
