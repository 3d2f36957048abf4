"""Wrong solutions of 5.1's experts that its specs reject by name."""

from tests.mistakes import mistake

softmax = None  # a default of functions below, which are run in another module


@mistake("5.1 put_rows", "one after the other", says="put in one after the other")
def put_rows(y, rows, n):
    data = np.zeros((n, y.shape[1]), dtype=y.data.dtype)
    data[: len(rows)] = y.data
    return Tensor(data, (y,), (lambda g: g[: len(rows)],), "put_rows")


@mistake("5.1 put_rows", "the gradient's first rows", says="the first rows of what arrives")
def put_rows(y, rows, n):
    data = np.zeros((n, y.shape[1]), dtype=y.data.dtype)
    data[rows] = y.data
    return Tensor(data, (y,), (lambda g: g[: len(rows)],), "put_rows")


@mistake("5.1 MixtureOfExperts.__call__", "dense", says="as if there were no router")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = tokens * 0.0
    for e, expert in enumerate(self.experts):
        total = total + expert(tokens) * gates[:, e].reshape(-1, 1)
    return total.reshape(*x.shape)


@mistake("5.1 MixtureOfExperts.__call__", "gates left out", says="the gates are left out")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            total = total + put_rows(expert(tokens[rows]), rows, len(tokens.data))
    return total.reshape(*x.shape)


@mistake("5.1 MixtureOfExperts.__call__", "the router never learns", says="no gradient gets there")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            y = expert(tokens[rows]) * gates.data[rows, e].reshape(-1, 1)
            total = total + put_rows(y, rows, len(tokens.data))
    return total.reshape(*x.shape)


@mistake("5.1 load_balance_loss", "no factor E", says="the factor E is missing")
def load_balance_loss(gates, probs):
    sent = gates.data > 0
    return (probs.mean(axis=0) * (sent.sum(axis=0) / sent.sum())).sum()


@mistake("5.1 load_balance_loss", "f with a gradient", says="which has a gradient, not a count")
def load_balance_loss(gates, probs):
    return (probs.mean(axis=0) * gates.mean(axis=0)).sum() * gates.shape[1]


@mistake("5.1 load_balance_loss", "the best alone", says="only each token's best expert")
def load_balance_loss(gates, probs):
    E = gates.shape[1]
    f = np.bincount(gates.data.argmax(axis=1), minlength=E) / len(gates.data)
    return (probs.mean(axis=0) * f).sum() * E


@mistake("5.1 put_rows", "y is emptied", says="the data of an operand was changed in place")
def put_rows(y, rows, n):
    data = np.zeros((n, y.shape[1]), dtype=y.data.dtype)
    data[rows] = y.data
    y.data[...] = 0
    return Tensor(data, (y,), (lambda g: g[rows],), "put_rows")


@mistake("5.1 MixtureOfExperts.__call__", "the gate first", says="into what an expert gets")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            y = expert(tokens[rows] * gates[rows, e].reshape(-1, 1))
            total = total + put_rows(y, rows, len(tokens.data))
    return total.reshape(*x.shape)


@mistake("5.1 load_balance_loss", "k times as much", says="as in Transformers")
def load_balance_loss(gates, probs):
    f = (gates.data > 0).mean(axis=0)
    return (probs.mean(axis=0) * f).sum() * len(f)


@mistake("5.1 MixtureOfExperts.__init__", "one expert, listed often", says="one SwiGLU four times")
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = rng or np.random.default_rng()
    self.k = k
    self.score = score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng)] * n_experts
    self.shared = SwiGLU(C, n_shared * hidden, rng) if n_shared else None
    self.bias = np.zeros(n_experts)


@mistake(
    "5.1 MixtureOfExperts.__init__",
    "shared is drawn from anything",
    says="is rng handed on to all that draw",
)
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = np.random.default_rng(rng)
    self.k = k
    self.score = score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = SwiGLU(C, n_shared * hidden) if n_shared else None
    self.bias = np.zeros(n_experts)


@mistake("5.1 MixtureOfExperts.__init__", "k is not kept", says="route will need it")
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = rng or np.random.default_rng()
    self.score = score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = SwiGLU(C, n_shared * hidden, rng) if n_shared else None
    self.bias = np.zeros(n_experts)


@mistake("5.1 MixtureOfExperts.__init__", "the bias learns", says="no gradient says who is crowded")
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = rng or np.random.default_rng()
    self.k = k
    self.score = score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = SwiGLU(C, n_shared * hidden, rng) if n_shared else None
    self.bias = Tensor(np.zeros(n_experts))


@mistake(
    "5.1 MixtureOfExperts.__init__", "as many shared as wide", says="shared.gate.weight is missing"
)
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = rng or np.random.default_rng()
    self.k = k
    self.score = score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = [SwiGLU(C, hidden, rng) for _ in range(n_shared)] or None
    self.bias = np.zeros(n_experts)


@mistake("5.1 MixtureOfExperts.__init__", "score is not kept", says="route will need the function")
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = rng or np.random.default_rng()
    self.k = k
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = SwiGLU(C, n_shared * hidden, rng) if n_shared else None
    self.bias = np.zeros(n_experts)


@mistake(
    "5.1 MixtureOfExperts.__init__", "a router with a bias", says="router.bias is one too many"
)
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = rng or np.random.default_rng()
    self.k = k
    self.score = score
    self.router = Linear(C, n_experts, rng)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = SwiGLU(C, n_shared * hidden, rng) if n_shared else None
    self.bias = np.zeros(n_experts)


@mistake("5.1 MixtureOfExperts.route", "not renormalized", says="not divided by their sum")
def route(self, x):
    scores = self.score(self.router(x))
    kept = np.zeros(scores.shape)
    best = np.argsort(-scores.data - self.bias, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    return scores * kept, scores / scores.sum(axis=1, keepdims=True)


@mistake("5.1 MixtureOfExperts.route", "0 is no -inf", says="which is no small logit")
def route(self, x):
    logits = self.router(x)
    kept = np.zeros(logits.shape)
    best = np.argsort(-logits.data, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    return softmax(logits * kept), softmax(logits)


@mistake("5.1 MixtureOfExperts.route", "compared with the k-th", says="count them")
def route(self, x):
    scores = self.score(self.router(x))
    least = np.sort(scores.data + self.bias, axis=1)[:, -self.k :][:, :1]
    gates = scores * (scores.data + self.bias >= least)
    return (
        gates / gates.sum(axis=1, keepdims=True),
        scores / scores.sum(axis=1, keepdims=True),
    )


@mistake("5.1 MixtureOfExperts.route", "gates without gradient", says="no gradient gets there")
def route(self, x):
    scores = self.score(self.router(x))
    gates = np.zeros(scores.shape)
    for row, values in zip(gates, scores.data):
        best = np.argsort(-values - self.bias, kind="stable")[: self.k]
        row[best] = values[best] / values[best].sum()
    return Tensor(gates), scores.detach() / scores.data.sum(axis=1, keepdims=True)


@mistake("5.1 MixtureOfExperts.route", "the sum is a constant", says="the gradient of router")
def route(self, x):
    scores = self.score(self.router(x))
    kept = np.zeros(scores.shape)
    best = np.argsort(-scores.data - self.bias, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    gates = scores * (kept / (scores.data * kept).sum(axis=1, keepdims=True))
    return gates, scores / scores.sum(axis=1, keepdims=True)


@mistake("5.1 MixtureOfExperts.route", "the last of equals", says="called stable")
def route(self, x):
    scores = self.score(self.router(x))
    kept = np.zeros(scores.shape)
    best = np.argsort(scores.data + self.bias, axis=1, kind="stable")[:, -self.k :]
    np.put_along_axis(kept, best, 1.0, axis=1)
    gates = scores * kept
    return (
        gates / gates.sum(axis=1, keepdims=True),
        scores / scores.sum(axis=1, keepdims=True),
    )


@mistake("5.1 MixtureOfExperts.route", "the gates kept", says="counts as a parameter")
def route(self, x):
    scores = self.score(self.router(x))
    kept = np.zeros(scores.shape)
    best = np.argsort(-scores.data - self.bias, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    self.gates = scores * kept
    self.gates = self.gates / self.gates.sum(axis=1, keepdims=True)
    return self.gates, scores / scores.sum(axis=1, keepdims=True)


@mistake(
    "5.1 MixtureOfExperts.route", "gates with bias", says="the gates come from the scores with"
)
def route(self, x):
    scores = self.score(self.router(x))
    kept = np.zeros(scores.shape)
    best = np.argsort(-scores.data - self.bias, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    gates = (scores + self.bias) * kept
    return (
        gates / gates.sum(axis=1, keepdims=True),
        scores / scores.sum(axis=1, keepdims=True),
    )


@mistake("5.1 MixtureOfExperts.route", "no bias", says="the bias is not used")
def route(self, x):
    scores = self.score(self.router(x))
    kept = np.zeros(scores.shape)
    best = np.argsort(-scores.data, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    gates = scores * kept
    return (
        gates / gates.sum(axis=1, keepdims=True),
        scores / scores.sum(axis=1, keepdims=True),
    )


@mistake("5.1 MixtureOfExperts.route", "on the logits", says="added to the logits")
def route(self, x):
    logits = self.router(x)
    scores = self.score(logits)
    kept = np.zeros(scores.shape)
    best = np.argsort(-logits.data - self.bias, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    gates = scores * kept
    return (
        gates / gates.sum(axis=1, keepdims=True),
        scores / scores.sum(axis=1, keepdims=True),
    )


@mistake("5.1 MixtureOfExperts.route", "always a softmax", says="whatever score is")
def route(self, x):
    scores = softmax(self.router(x))
    kept = np.zeros(scores.shape)
    best = np.argsort(-scores.data - self.bias, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    gates = scores * kept
    return gates / gates.sum(axis=1, keepdims=True), scores


@mistake("5.1 MixtureOfExperts.route", "scores for probs", says="which is not 1 with sigmoids")
def route(self, x):
    scores = self.score(self.router(x))
    kept = np.zeros(scores.shape)
    best = np.argsort(-scores.data - self.bias, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    gates = scores * kept
    return gates / gates.sum(axis=1, keepdims=True), scores


@mistake("5.1 MixtureOfExperts.__call__", "no shared one", says="the shared expert is not asked")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            y = expert(tokens[rows]) * gates[rows, e].reshape(-1, 1)
            total = total + put_rows(y, rows, len(tokens.data))
    return total.reshape(*x.shape)


@mistake("5.1 MixtureOfExperts.__call__", "shared for each", says="once for each expert")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            y = expert(tokens[rows]) * gates[rows, e].reshape(-1, 1)
            total = total + put_rows(y, rows, len(tokens.data))
        if self.shared:
            total = total + self.shared(tokens)
    return total.reshape(*x.shape)


@mistake("5.1 MixtureOfExperts.__call__", "shared with a gate", says="a token's largest gate")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            y = expert(tokens[rows]) * gates[rows, e].reshape(-1, 1)
            total = total + put_rows(y, rows, len(tokens.data))
    if self.shared:
        total = total + self.shared(tokens) * gates.max(axis=1, keepdims=True)
    return total.reshape(*x.shape)


@mistake("5.1 MixtureOfExperts.update_bias", "the signs turned", says="the busiest gets busier")
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    self.bias = self.bias + speed * np.sign(load - load.mean())


@mistake("5.1 MixtureOfExperts.update_bias", "in proportion", says="it is the same for all")
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    self.bias = self.bias + speed * (load.mean() - load)


@mistake("5.1 MixtureOfExperts.update_bias", "sums of gates", says="the sums of gates are compared")
def update_bias(self, gates, speed=0.001):
    load = gates.data.sum(axis=0)
    self.bias = self.bias + speed * np.sign(load.mean() - load)


@mistake(
    "5.1 MixtureOfExperts.update_bias", "tokens over experts", says="each token counts k times"
)
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    self.bias = self.bias + speed * np.sign(len(gates.data) / len(load) - load)


@mistake("5.1 MixtureOfExperts.update_bias", "a parameter", says="no gradient says who is crowded")
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    self.bias = Tensor(np.asarray(self.bias) + speed * np.sign(load.mean() - load))


@mistake("5.1 MixtureOfExperts.update_bias", "returned", says="does the layer keep the new bias?")
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    return self.bias + speed * np.sign(load.mean() - load)


@mistake("5.1 MixtureOfExperts.update_bias", "begun anew", says="takes the place of the bias")
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    self.bias = speed * np.sign(load.mean() - load)


@mistake("5.1 MixtureOfExperts.update_bias", "the router moved", says="update_bias changes the")
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    step = speed * np.sign(load.mean() - load)
    self.bias = self.bias + step
    self.router.weight.data = self.router.weight.data + step


@mistake(
    "5.1 MixtureOfExperts.__call__",
    "shared for each that was chosen",
    says="should compute each token once",
)
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            y = expert(tokens[rows])
            if self.shared:
                y = y + self.shared(tokens[rows])
            total = total + put_rows(y * gates[rows, e].reshape(-1, 1), rows, len(tokens.data))
    return total.reshape(*x.shape)


@mistake("5.1 MixtureOfExperts.update_bias", "the mean goes up", says="goes up: it stays")
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    self.bias = self.bias + np.where(load > load.mean(), -speed, speed)


@mistake(
    "5.1 MixtureOfExperts.__init__",
    "the shared one is narrow",
    says="shared.gate.weight has the shape (3, 5)",
)
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} {n_experts}")
    rng = rng or np.random.default_rng()
    self.k, self.score = k, score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = SwiGLU(C, hidden, rng) if n_shared else None
    self.bias = np.zeros(n_experts)


@mistake("5.1 MixtureOfExperts.route", "not stable", says="called stable")
def route(self, x):
    scores = self.score(self.router(x))
    chosen = np.argsort(-(scores.data + self.bias), axis=1)[:, : self.k]
    kept = np.zeros(scores.shape)
    np.put_along_axis(kept, chosen, 1.0, axis=1)
    gates = scores * kept
    return gates / gates.sum(axis=1, keepdims=True), scores / scores.sum(axis=1, keepdims=True)


@mistake("5.1 MixtureOfExperts.__init__", "the seed for each", says="all begin anew")
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"k {k} of {n_experts}")
    self.k, self.score = k, score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = SwiGLU(C, hidden * n_shared, rng) if n_shared else None
    self.bias = np.zeros(n_experts)


@mistake("5.1 MixtureOfExperts.update_bias", "always a thousandth", says="speed is always 0.001")
def update_bias(self, gates, speed=0.001):
    n = (gates.data > 0).sum(axis=0)
    self.bias = self.bias - 0.001 * np.sign(n - n.mean())


@mistake(
    "5.1 MixtureOfExperts.update_bias",
    "two of them",
    says="the busiest and the first of the idlest",
)
def update_bias(self, gates, speed=0.001):
    n = (gates.data > 0).sum(axis=0)
    self.bias[n.argmax()] -= speed
    self.bias[n.argmin()] += speed


@mistake("5.1 MixtureOfExperts.__init__", "shared as wide as all", says="shared.gate.weight has")
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = np.random.default_rng(rng)
    self.k, self.score = k, score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = SwiGLU(C, n_experts * hidden, rng) if n_shared else None
    self.bias = np.zeros(n_experts)


@mistake("5.1 MixtureOfExperts.__init__", "a bias of integers", says="should hold floats")
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = np.random.default_rng(rng)
    self.k, self.score = k, score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]
    self.shared = SwiGLU(C, n_shared * hidden, rng) if n_shared else None
    self.bias = np.zeros(n_experts, dtype=int)


@mistake("5.1 MixtureOfExperts.route", "a bias on shares", says="divided by their sum: 0.24, 0.37")
def route(self, x):
    scores = self.score(self.router(x))
    probs = scores / scores.sum(axis=1, keepdims=True)
    chosen = np.argsort(-(probs.data + self.bias), axis=1, kind="stable")[:, : self.k]
    kept = np.zeros(scores.shape)
    np.put_along_axis(kept, chosen, 1.0, axis=1)
    return probs * kept / (probs * kept).sum(axis=1, keepdims=True), probs


@mistake("5.1 MixtureOfExperts.route", "widened", says="has widened it")
def route(self, x):
    scores = self.score(self.router(x))
    chosen = np.argsort(-(scores.data + self.bias), axis=1, kind="stable")[:, : self.k]
    kept = np.zeros(scores.shape)
    np.put_along_axis(kept, chosen, 1.0, axis=1)
    gates = scores * Tensor(kept, requires_grad=False)
    return gates / gates.sum(axis=1, keepdims=True), scores / scores.sum(axis=1, keepdims=True)


@mistake("5.1 MixtureOfExperts.__call__", "shared on its data", says="gradient gets there")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = self.shared(tokens).detach() if self.shared else tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            y = expert(tokens[rows]) * gates[rows, e].reshape(-1, 1)
            total = total + put_rows(y, rows, len(tokens.data))
    return total.reshape(*x.shape)


@mistake("5.1 MixtureOfExperts.__call__", "the bias moved", says="called by whoever trains")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    self.update_bias(gates)
    total = self.shared(tokens) if self.shared else tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            y = expert(tokens[rows]) * gates[rows, e].reshape(-1, 1)
            total = total + put_rows(y, rows, len(tokens.data))
    return total.reshape(*x.shape)


@mistake("5.1 load_balance_loss", "widened", says="has widened it")
def load_balance_loss(gates, probs):
    sent = (gates.data > 0).sum(axis=0)
    return (Tensor(sent / sent.sum(), requires_grad=False) * probs.mean(axis=0)).sum() * len(sent)


@mistake("5.1 MixtureOfExperts.update_bias", "shares compared", says="1/7 is rounded")
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    shares = load / load.sum()
    self.bias = self.bias + speed * np.sign(shares.mean() - shares)


@mistake("5.1 MixtureOfExperts.update_bias", "a whole mean", says="the mean, 3⅓, is rounded")
def update_bias(self, gates, speed=0.001):
    load = (gates.data > 0).sum(axis=0)
    self.bias = self.bias + speed * np.sign(load.sum() // len(load) - load)


@mistake("5.1 MixtureOfExperts.route", "nothing below 0", says="what is below 0 counts as 0")
def route(self, x):
    scores = self.score(self.router(x))
    wanted = np.maximum(scores.data + self.bias, 0)
    chosen = np.argsort(-wanted, axis=1, kind="stable")[:, : self.k]
    kept = np.zeros(scores.shape)
    np.put_along_axis(kept, chosen, 1.0, axis=1)
    gates = scores * kept
    return gates / gates.sum(axis=1, keepdims=True), scores / scores.sum(axis=1, keepdims=True)


@mistake("5.1 MixtureOfExperts.__call__", "a capacity", says="than 1.25 times its mean")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    room = int(1.25 * len(gates.data) * self.k / len(self.experts))
    total = self.shared(tokens) if self.shared else tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])[:room]
        if len(rows):
            y = expert(tokens[rows]) * gates[rows, e].reshape(-1, 1)
            total = total + put_rows(y, rows, len(tokens.data))
    return total.reshape(*x.shape)


@mistake("5.1 MixtureOfExperts.__init__", "a tuple of experts", says="and should be a list")
def __init__(self, C, hidden, n_experts, k, rng=None, n_shared=0, score=softmax):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = np.random.default_rng(rng)
    self.k, self.score = k, score
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = tuple(SwiGLU(C, hidden, rng) for _ in range(n_experts))
    self.shared = SwiGLU(C, n_shared * hidden, rng) if n_shared else None
    self.bias = np.zeros(n_experts)


@mistake(
    "5.1 MixtureOfExperts.route", "compared in float16", says="nearly equal are taken for equal"
)
def route(self, x):
    scores = self.score(self.router(x))
    sums = (scores.data + self.bias).astype(np.float16)
    chosen = np.argsort(-sums, axis=1, kind="stable")[:, : self.k]
    kept = np.zeros(scores.shape)
    np.put_along_axis(kept, chosen, 1.0, axis=1)
    gates = scores * kept
    return (
        gates / gates.sum(axis=1, keepdims=True),
        scores / scores.sum(axis=1, keepdims=True),
    )


@mistake("5.1 MixtureOfExperts.route", "over the tokens", says="by the sum of their column")
def route(self, x):
    scores = self.score(self.router(x))
    chosen = np.argsort(-(scores.data + self.bias), axis=1, kind="stable")[:, : self.k]
    kept = np.zeros(scores.shape)
    np.put_along_axis(kept, chosen, 1.0, axis=1)
    gates = scores * kept
    return gates / gates.sum(axis=0), scores / scores.sum(axis=1, keepdims=True)


@mistake("5.1 MixtureOfExperts.__call__", "gates from the top", says="from the top of the column")
def __call__(self, x):
    tokens = x.reshape(-1, x.shape[-1])
    gates, _ = self.route(tokens)
    total = self.shared(tokens) if self.shared else tokens * 0.0
    for e, expert in enumerate(self.experts):
        rows = np.flatnonzero(gates.data[:, e])
        if len(rows):
            y = expert(tokens[rows]) * gates[: len(rows), e].reshape(-1, 1)
            total = total + put_rows(y, rows, len(tokens.data))
    return total.reshape(*x.shape)


@mistake("5.1 load_balance_loss", "counted in place", says="after the loss gates are")
def load_balance_loss(gates, probs):
    gates.data[gates.data > 0] = 1.0
    f = gates.data.sum(axis=0) / gates.data.sum()
    return (probs.mean(axis=0) * f).sum() * len(f)
