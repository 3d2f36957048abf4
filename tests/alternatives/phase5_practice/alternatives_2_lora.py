"""Right solutions of 5.2's lora of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("5.2 LoRA.__init__", "frozen one by one")
def __init__(self, linear, rank, alpha=None, rng=None):
    if not rank >= 1:
        raise ValueError(f"no change has rank {rank}")
    rng = np.random.default_rng(rng)
    linear.weight.requires_grad = False
    if linear.bias is not None:
        linear.bias.requires_grad = False
    n_in, n_out = linear.weight.shape
    kind = linear.weight.data.dtype
    self.linear = linear
    self.factor = 1.0 if alpha is None else alpha / rank
    self.A = Tensor(rng.normal(0.0, n_in**-0.5, size=(n_in, rank)).astype(kind))
    self.B = Tensor(np.zeros((rank, n_out)).astype(kind))


@alternative("5.2 LoRA.__call__", "the change as one matrix")
def __call__(self, x):
    rows = x.reshape(-1, x.shape[-1])
    change = rows @ (self.factor * self.A @ self.B)
    return change.reshape(*x.shape[:-1], -1) + self.linear(x)


@alternative("5.2 LoRA.merge", "a deep copy that is changed", prelude="import copy")
def merge(self):
    merged = copy.deepcopy(self.linear)
    merged.weight.data += self.factor * self.A.data @ self.B.data
    for parameter in merged.parameters():
        parameter.requires_grad = True
    return merged


@alternative("5.2 trainable", "filter")
def trainable(model):
    return list(filter(lambda p: p.requires_grad, model.parameters()))


@alternative("5.2 LoRA.__init__", "A and B made first")
def __init__(self, linear, rank, alpha=None, rng=None):
    if not rank >= 1:
        raise ValueError(f"rank = {rank}")
    n_in, n_out = linear.weight.data.shape
    kind = linear.weight.data.dtype
    A = np.random.default_rng(rng).standard_normal((n_in, rank)) / n_in**0.5
    self.factor = (rank if alpha is None else alpha) / rank
    self.A = Tensor(A.astype(kind))
    self.B = Tensor(np.zeros((rank, n_out)).astype(kind))
    self.linear = linear
    linear.weight.requires_grad = False
    if linear.bias is not None:
        linear.bias.requires_grad = False
