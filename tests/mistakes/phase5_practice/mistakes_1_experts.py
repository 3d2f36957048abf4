"""Wrong solutions of 5.1's experts that its specs reject by name."""

from tests.mistakes import mistake


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


@mistake("5.1 MixtureOfExperts.__init__", "one expert, listed often", says="one SwiGLU four times")
def __init__(self, C, hidden, n_experts, k, rng=None):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = rng or np.random.default_rng()
    self.k = k
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng)] * n_experts


@mistake("5.1 MixtureOfExperts.route", "not renormalized", says="not divided by their sum")
def route(self, x):
    logits = self.router(x)
    probs = softmax(logits)
    kept = np.zeros(logits.shape)
    best = np.argsort(-logits.data, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    return probs * kept, probs


@mistake("5.1 MixtureOfExperts.route", "0 is no -inf", says="which is no small logit")
def route(self, x):
    logits = self.router(x)
    kept = np.zeros(logits.shape)
    best = np.argsort(-logits.data, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    return softmax(logits * kept), softmax(logits)


@mistake("5.1 MixtureOfExperts.route", "compared with the k-th", says="count them")
def route(self, x):
    logits = self.router(x)
    least = np.sort(logits.data, axis=1)[:, -self.k :][:, :1]
    return softmax(logits + np.where(logits.data < least, -np.inf, 0.0)), softmax(logits)


@mistake("5.1 MixtureOfExperts.route", "gates without gradient", says="no gradient gets there")
def route(self, x):
    logits = self.router(x)
    probs = softmax(logits)
    gates = np.zeros(logits.shape)
    for row, values in zip(gates, probs.data):
        best = np.argsort(-values, kind="stable")[: self.k]
        row[best] = values[best] / values[best].sum()
    return Tensor(gates), probs.detach()


@mistake("5.1 MixtureOfExperts.route", "the sum is a constant", says="the gradient of router")
def route(self, x):
    probs = softmax(self.router(x))
    kept = np.zeros(probs.shape)
    best = np.argsort(-probs.data, axis=1, kind="stable")[:, : self.k]
    np.put_along_axis(kept, best, 1.0, axis=1)
    return probs * (kept / (probs.data * kept).sum(axis=1, keepdims=True)), probs


@mistake("5.1 MixtureOfExperts.route", "the last of equals", says="called stable")
def route(self, x):
    logits = self.router(x)
    chosen = np.argsort(logits.data, axis=1, kind="stable")[:, -self.k :]
    hidden = np.full(logits.shape, -np.inf)
    np.put_along_axis(hidden, chosen, 0.0, axis=1)
    return softmax(logits + hidden), softmax(logits)


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


@mistake("5.1 MixtureOfExperts.__init__", "k is not kept", says="route will need it")
def __init__(self, C, hidden, n_experts, k, rng=None):
    if not 1 <= k <= n_experts:
        raise ValueError(f"{k} of {n_experts}")
    rng = rng or np.random.default_rng()
    self.router = Linear(C, n_experts, rng, bias=False)
    self.experts = [SwiGLU(C, hidden, rng) for _ in range(n_experts)]


@mistake("5.1 MixtureOfExperts.route", "the gates kept", says="counts as a parameter")
def route(self, x):
    logits = self.router(x)
    chosen = np.argsort(-logits.data, axis=1, kind="stable")[:, : self.k]
    hidden = np.full(logits.shape, -np.inf)
    np.put_along_axis(hidden, chosen, 0.0, axis=1)
    self.gates = softmax(logits + hidden)
    return self.gates, softmax(logits)


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
