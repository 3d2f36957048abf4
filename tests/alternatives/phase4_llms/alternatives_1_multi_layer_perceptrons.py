"""Right solutions of 4.1 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("4.1 Tensor.__init__", "lists, and the checks first")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    if np.ma.isMaskedArray(data):
        raise TypeError("masked")
    self.data = np.asarray(data)
    if not isinstance(data, Tensor) and self.data.dtype.kind in "iub":
        self.data = self.data.astype(float)
    if self.data.dtype.kind != "f":
        raise TypeError(f"{data!r} is no array of real numbers")
    if self.data.dtype.itemsize not in (4, 8):
        self.data = self.data.astype(np.float64)
    self.parents, self.pullbacks = [], []
    if self.recording:
        for parent, pullback in zip(parents, pullbacks):
            if parent.requires_grad:
                self.parents.append(parent)
                self.pullbacks.append(pullback)
    self.requires_grad = bool(self.parents) if len(parents) else requires_grad
    self.grad, self.keeps_grad, self.op, self.label = 0.0, False, op, label


@alternative("4.1 Tensor.backward", "the loop of 1.3, a new array at each addition")
def backward(self, seed=None):
    if not self.requires_grad:
        raise RuntimeError("there is no graph behind this Tensor")
    if seed is None:
        if self.data.size > 1 or self.data.size == 0:
            raise ValueError(f"{self.shape} is no single number")
        seed = np.ones_like(self.data)
    seed = np.asarray(seed)
    if seed.shape != self.shape:
        raise ValueError(f"{seed.shape} is not {self.shape}")
    order = topological_order(self)
    if any(p.written > node.written for node in order for p in node.parents):
        raise RuntimeError("some data was changed after it had been used")
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = self.grad + seed.astype(self.data.dtype)
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = np.asarray(pullback(node.grad), dtype=parent.data.dtype)
            parent.grad = np.asarray(parent.grad + g)
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@alternative("4.1 Tensor.backward", "gradients in a dict until they are complete")
def backward(self, seed=None):
    if self.requires_grad is False:
        raise RuntimeError(f"no gradient is required of {self}")
    if seed is None:
        if self.data.size != 1:
            raise ValueError(f"which entry of {self.shape}?")
        seed = np.ones(self.shape)
    if np.shape(seed) != self.shape:
        raise ValueError(f"{np.shape(seed)} for {self.shape}")
    arrived = {id(self): [np.array(seed, dtype=self.data.dtype)]}
    order = topological_order(self)
    for node in order:
        if node.parents and max(parent.written for parent in node.parents) > node.written:
            raise RuntimeError(f"{node} is older than what it was computed from")
    for node in order[::-1]:
        g = np.array(arrived.pop(id(node))[0])
        for more in arrived.pop(("more", id(node)), []):
            g = g + more
        for parent, pullback in zip(node.parents, node.pullbacks):
            share = pullback(g)
            if id(parent) in arrived:
                arrived.setdefault(("more", id(parent)), []).append(share)
            else:
                arrived[id(parent)] = [share]
        if not node.parents:
            node.grad = np.array(node.grad + g, dtype=node.data.dtype)
        else:
            node.grad = g if node.keeps_grad else 0.0


@alternative("4.1 Tensor.detach", "by way of no_grad's flag")
def detach(self):
    made = Tensor(self.data)
    made.requires_grad = False
    return made


@alternative("4.1 no_grad", "with the flag as it was, in a list")
def no_grad():
    kept = [Tensor.recording]
    try:
        Tensor.recording = not True
        yield None
    finally:
        Tensor.recording = kept.pop()


@alternative("4.1 Tensor.wrap", "an array first")
def wrap(self, x):
    if issubclass(type(x), Tensor):
        return x
    array = Tensor(x).data
    return Tensor(np.array(array, dtype=self.data.dtype), requires_grad=False)


@alternative("4.1 Tensor.__sub__", "the sign before the sum")
def __sub__(self, other):
    b = self.wrap(other)
    pulls = (lambda g: unbroadcast(g, self.shape), lambda g: unbroadcast(-g, b.shape))
    return Tensor(self.data - b.data, (self, b), pulls, "-")


@alternative("4.1 Tensor.__truediv__", "by the quotient")
def __truediv__(self, other):
    b = self.wrap(other)
    q = self.data / b.data
    pulls = (
        lambda g: unbroadcast(g / b.data, self.shape),
        lambda g: unbroadcast(-(g * q) / b.data, b.shape),
    )
    return Tensor(q, (self, b), pulls, "/")


@alternative("4.1 Tensor.relu", "where")
def relu(self):
    stops = self.data <= 0
    pull = lambda g: np.where(stops, np.zeros_like(g), g)  # noqa: E731
    return Tensor(np.where(stops, np.zeros_like(self.data), self.data), (self,), (pull,), "relu")


@alternative("4.1 Tensor.sum", "an array of ones, with the axes put back")
def sum(self, axis=None, keepdims=False):
    def pull(g):
        if axis is None:
            return np.full_like(self.data, g.reshape(()))
        return np.ones_like(self.data) * (g if keepdims else np.expand_dims(g, axis))

    return Tensor(self.data.sum(axis=axis, keepdims=keepdims), (self,), (pull,), "sum")


@alternative("4.1 Tensor.mean", "a node of its own")
def mean(self, axis=None, keepdims=False):
    if not self.data.size:
        raise ValueError(f"mean of {self.shape}")
    kept = self.data.mean(axis=axis, keepdims=True)
    n = self.data.size // kept.size

    def pull(g):
        return np.broadcast_to(g.reshape(kept.shape) / n, self.shape)

    return Tensor(kept if keepdims else kept.squeeze(axis), (self,), (pull,), "mean")


@alternative("4.1 Tensor.max", "the shares are computed at once")
def max(self, axis=None, keepdims=False):
    kept = self.data.max(axis=axis, keepdims=True)
    share = np.where(self.data == kept, np.ones_like(self.data), np.zeros_like(self.data))
    share /= share.sum(axis=axis, keepdims=True)
    out = kept if keepdims else self.data.max(axis=axis)
    return Tensor(out, (self,), (lambda g: share * g.reshape(kept.shape),), "max")


@alternative("4.1 Tensor.transpose", "the way back, place by place")
def transpose(self, *axes):
    n = self.data.ndim
    if axes and not np.isscalar(axes[0]):
        (axes,) = axes
    axes = [axis % n for axis in axes] or list(range(n))[::-1]
    back = [0] * n
    for place, axis in enumerate(axes):
        back[axis] = place
    return Tensor(
        np.transpose(self.data, axes), (self,), (lambda g: g.transpose(back),), "transpose"
    )


@alternative("4.1 Tensor.__getitem__", "always added up, place by place")
def __getitem__(self, index):
    def pull(g):
        grad = np.zeros(self.shape, self.data.dtype)
        np.add.at(grad, index, g)
        return grad

    return Tensor(np.array(self.data[index]), (self,), (pull,), "[]")


@alternative("4.1 concatenate", "split", prelude="from functools import partial")
def concatenate(tensors, axis=0):
    lengths = [tensor.data.shape[axis] for tensor in tensors]
    places = list(np.cumsum(lengths))[:-1]

    def piece(i, g):
        return np.split(g, places, axis)[i]

    data = np.concatenate([tensor.data for tensor in tensors], axis)
    return Tensor(
        data, list(tensors), [partial(piece, i) for i in range(len(lengths))], "concatenate"
    )


@alternative("4.1 Tensor.__matmul__", "einsum, and one rule for all shapes")
def __matmul__(self, other):
    other = self.wrap(other)
    if min(self.data.ndim, other.data.ndim) < 2 or self.shape[-1] != other.shape[-2]:
        raise ValueError(f"{self.shape} and {other.shape} have no product")
    pulls = (
        lambda g: unbroadcast(np.einsum("...nh,...dh->...nd", g, other.data), self.shape),
        lambda g: unbroadcast(np.einsum("...nd,...nh->...dh", self.data, g), other.shape),
    )
    return Tensor(np.matmul(self.data, other.data), (self, other), pulls, "@")


@alternative("4.1 softmax", "by way of log_softmax")
def softmax(x, axis=-1):
    if not isinstance(x, Tensor):
        raise TypeError(f"softmax of {type(x)}")
    log_p = x.data - x.data.max(axis=axis, keepdims=True)
    log_p = log_p - np.log(np.exp(log_p).sum(axis=axis, keepdims=True))
    p = np.exp(log_p)
    return Tensor(p, [x], [lambda g: p * (g - np.sum(g * p, axis, keepdims=True))], "softmax")


@alternative("4.1 cross_entropy", "log-shares kept, one-hot subtracted")
def cross_entropy(logits, targets):
    targets = np.array(targets)
    scores = array_of(logits)
    *front, K = scores.shape
    if list(targets.shape) != front or not targets.size:
        raise ValueError(f"{targets.shape} does not go with {scores.shape}")
    if not np.issubdtype(targets.dtype, np.integer):
        raise TypeError(f"targets of {targets.dtype}")
    bad = targets[(targets < 0) | (targets >= K)]
    if bad.size:
        raise IndexError(f"class {bad.flat[0]} is not from 0 to {K - 1}")
    one_hot = np.eye(K, dtype=scores.dtype)[targets]
    shifted = scores - scores.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    loss = -np.where(one_hot > 0, log_p, 0).sum(dtype=log_p.dtype) / targets.size

    def pull(g):
        return (np.exp(log_p) - one_hot) * (g / targets.size)

    return Tensor(np.asarray(loss, log_p.dtype), (logits,), (pull,), "cross_entropy")


@alternative("4.1 Linear.__init__", "0 to 1, stretched")
def __init__(self, n_in, n_out, rng=None, bias=True):
    if not isinstance(rng, np.random.Generator):
        rng = np.random.default_rng(rng)
    self.weight = Tensor((2 * rng.random((n_in, n_out)) - 1) / np.sqrt(n_in))
    self.bias = Tensor([0.0] * n_out) if bias else None


@alternative("4.1 Linear.__call__", "an axis more than there is, taken off again")
def __call__(self, x):
    y = x[None] @ self.weight
    if self.bias is not None:
        y = y + self.bias
    return y[0]


@alternative("4.1 Tensor.reshape", "one shape, whichever way it came")
def reshape(self, *shape):
    if len(shape) == 1 and not isinstance(shape[0], int):
        shape = tuple(shape[0])
    old = self.data.shape
    return Tensor(np.reshape(self.data, shape), [self], [lambda g: np.reshape(g, old)], "reshape")


@alternative("4.1 tensor_loss", "accuracy by a list")
def tensor_loss(model, X, y):
    logits = model(X)
    loss = cross_entropy(logits, y)
    loss.backward()
    right = [int(np.argmax(row)) == k for row, k in zip(logits.data, y)]
    return loss.data.item(), right.count(True) / len(right)


@alternative("4.1 Dropout.__call__", "where")
def __call__(self, x):
    if self.p == 0 or not self.training:
        return x
    dropped = self.rng.uniform(size=x.shape) < self.p
    return x * np.where(dropped, 0.0, 1 / (1 - self.p))


@alternative("4.1 MLP.__init__", "the first one, then pairs of activation and Linear")
def __init__(self, sizes, activation=None, rng=None):
    activation = activation or Tensor.relu
    if len(sizes) in (0, 1):
        raise ValueError(f"{sizes} are too few")
    rng = np.random.default_rng(rng)
    layers = [Linear(sizes[0], sizes[1], rng)]
    for i in range(1, len(sizes) - 1):
        layers.append(activation)
        layers.append(Linear(sizes[i], sizes[i + 1], rng))
    self.layers = layers


@alternative("4.1 Tensor.__getitem__", "bincount of places")
def __getitem__(self, index):
    places = np.arange(self.data.size).reshape(self.shape)[index]

    def pull(g):
        flat = np.bincount(np.ravel(places), weights=np.ravel(g), minlength=self.data.size)
        return flat.reshape(self.shape).astype(g.dtype)

    return Tensor(self.data[index], (self,), (pull,), "[]")


@alternative("4.1 Tensor.backward", "a dict of gradients")
def backward(self, seed=None):
    if not self.requires_grad:
        raise RuntimeError("this Tensor requires no gradient")
    if seed is None:
        if self.data.size != 1:
            raise ValueError(f"backward of shape {self.shape} needs a seed")
        seed = np.ones_like(self.data)
    seed = np.array(seed, dtype=self.data.dtype)
    if seed.shape != self.shape:
        raise ValueError(f"seed has shape {seed.shape}, wanted {self.shape}")
    order = topological_order(self)
    for node in order:
        for parent in node.parents:
            if parent.written > node.written:
                raise RuntimeError(f"{parent!r} was changed after {node.op!r} was computed")
    grads = {id(self): seed}
    for node in reversed(order):
        g = grads.pop(id(node), None)
        if g is None:
            continue
        if not node.parents:
            node.grad = node.grad + np.array(g, dtype=node.data.dtype)
            continue
        if node.keeps_grad:
            node.grad = np.array(g)
        for parent, pull in zip(node.parents, node.pullbacks):
            pass
            share = pull(g)
            grads[id(parent)] = grads[id(parent)] + share if id(parent) in grads else share
