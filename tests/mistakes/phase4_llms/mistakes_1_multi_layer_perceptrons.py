"""Wrong solutions of 4.1 that its specs reject by name."""

from tests.mistakes import mistake

# ---- the node


@mistake("4.1 Tensor.__init__", "constants stay parents", says="constant is not needed")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    array = np.asarray(data)
    if array.dtype not in (np.float64, np.float32):
        if array.dtype.kind not in "iubf":
            raise TypeError(f"not {data!r}")
        array = array.astype(np.float64)
    self.data, self.grad, self.keeps_grad = array, 0.0, False
    self.op, self.label = op, label
    if parents:
        requires_grad = Tensor.recording and any(p.requires_grad for p in parents)
    self.parents, self.pullbacks = (parents, pullbacks) if requires_grad else ((), ())
    self.requires_grad = requires_grad


@mistake("4.1 Tensor.__init__", "the parents go, their pullbacks stay", says="goes with it")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    array = np.asarray(data)
    if array.dtype not in (np.float64, np.float32):
        if array.dtype.kind not in "iubf":
            raise TypeError(f"not {data!r}")
        array = array.astype(np.float64)
    self.data, self.grad, self.keeps_grad = array, 0.0, False
    self.op, self.label = op, label
    if parents:
        parents = tuple(p for p in parents if p.requires_grad) if Tensor.recording else ()
        requires_grad = bool(parents)
    self.parents, self.pullbacks = parents, pullbacks if parents else ()
    self.requires_grad = requires_grad


@mistake("4.1 Tensor.__init__", "everything becomes float64", says="float32 became float64")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    array = np.asarray(data)
    if array.dtype.kind not in "iubf":
        raise TypeError(f"not {data!r}")
    if parents:
        edges = [(p, pull) for p, pull in zip(parents, pullbacks) if p.requires_grad]
        parents, pullbacks = zip(*edges) if edges and Tensor.recording else ((), ())
        requires_grad = bool(parents)
    self.data, self.grad, self.keeps_grad = array.astype(np.float64, copy=False), 0.0, False
    self.op, self.label = op, label
    self.parents, self.pullbacks, self.requires_grad = parents, pullbacks, requires_grad


@mistake("4.1 Tensor.__init__", "integers are kept", says="a step of 0.1 on integers is rounded")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    array = np.asarray(data)
    if array.dtype.kind not in "iubf":
        raise TypeError(f"not {data!r}")
    if parents:
        edges = [(p, pull) for p, pull in zip(parents, pullbacks) if p.requires_grad]
        parents, pullbacks = zip(*edges) if edges and Tensor.recording else ((), ())
        requires_grad = bool(parents)
    self.data, self.grad, self.keeps_grad = array, 0.0, False
    self.op, self.label = op, label
    self.parents, self.pullbacks, self.requires_grad = parents, pullbacks, requires_grad


@mistake("4.1 Tensor.__init__", "the gradient starts as zeros", says="should be the number 0.0")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    array = np.asarray(data)
    if array.dtype not in (np.float64, np.float32):
        if array.dtype.kind not in "iubf":
            raise TypeError(f"not {data!r}")
        array = array.astype(np.float64)
    if parents:
        edges = [(p, pull) for p, pull in zip(parents, pullbacks) if p.requires_grad]
        parents, pullbacks = zip(*edges) if edges and Tensor.recording else ((), ())
        requires_grad = bool(parents)
    self.data, self.grad, self.keeps_grad = array, np.zeros_like(array), False
    self.op, self.label = op, label
    self.parents, self.pullbacks, self.requires_grad = parents, pullbacks, requires_grad


# ---- the backward pass


@mistake("4.1 Tensor.backward", "assigned, not added", says="the gradient is assigned, not added")
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    self.grad = np.ones_like(self.data) if seed is None else np.array(seed, self.data.dtype)
    for node in reversed(topological_order(self)):
        for parent, pullback in zip(node.parents, node.pullbacks):
            parent.grad = np.array(pullback(node.grad), parent.data.dtype)
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.backward", "from a constant, nothing happens", says="stands still without a")
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = self.grad + (np.ones_like(self.data) if seed is None else np.array(seed))
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            parent.grad = np.array(parent.grad + pullback(node.grad), parent.data.dtype)
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.backward", "a buffer of two nodes", says="that another node holds")
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = self.grad + (np.ones_like(self.data) if seed is None else np.array(seed))
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = pullback(node.grad)
            if type(parent.grad) is float:
                parent.grad = g
            else:
                parent.grad += g
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.backward", "leaves that share a gradient", says="x.grad and y.grad are one")
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    seed = np.ones_like(self.data) if seed is None else np.array(seed, self.data.dtype)
    self.grad = self.grad + seed if not self.parents else seed
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = pullback(node.grad)
            parent.grad = g if type(parent.grad) is float else parent.grad + g
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake(
    "4.1 Tensor.backward", "inner gradients kept", says="inner gradients are kept from the first"
)
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    seed = 1.0 if seed is None else np.asarray(seed)
    self.grad = np.add(self.grad, seed, out=np.empty_like(self.data))
    for node in reversed(topological_order(self)):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = pullback(node.grad)
            parent.grad = np.add(parent.grad, g, out=np.empty_like(parent.data))
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.backward", "nothing is freed", says="should be 0.0 again")
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    seed = 1.0 if seed is None else np.asarray(seed)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = np.add(self.grad, seed, out=np.empty_like(self.data))
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = pullback(node.grad)
            parent.grad = np.add(parent.grad, g, out=np.empty_like(parent.data))


@mistake("4.1 Tensor.backward", "a seed of ones, unasked", says="of which entry is it the gradient")
def backward(self, seed=None):
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    seed = 1.0 if seed is None else np.asarray(seed)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = np.add(self.grad, seed, out=np.empty_like(self.data))
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = pullback(node.grad)
            parent.grad = np.add(parent.grad, g, out=np.empty_like(parent.data))
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.backward", "recursion", says="too deep for a recursion")
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    seed = 1.0 if seed is None else np.asarray(seed)
    self.grad = np.add(self.grad, seed, out=np.empty_like(self.data))
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = pullback(node.grad)
            parent.grad = np.add(parent.grad, g, out=np.empty_like(parent.data))
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.backward", "the widest dtype wins", says="an optimizer would widen it all")
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = self.grad + (np.ones_like(self.data) if seed is None else np.array(seed))
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            parent.grad = np.asarray(parent.grad + pullback(node.grad))
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.retain_grad", "all below are marked", says="only 2 · 3x was to keep its")
def retain_grad(self):
    for node in topological_order(self):
        node.keeps_grad = True


@mistake("4.1 Tensor.detach", "the graph comes along", says="still leads back to x")
def detach(self):
    return Tensor(self.data, self.parents, self.pullbacks)


@mistake("4.1 Tensor.detach", "the original is cut off", says="cut off by y.detach()")
def detach(self):
    self.parents, self.pullbacks, self.requires_grad = (), (), False
    return Tensor(self.data, requires_grad=False)


@mistake("4.1 no_grad", "not restored after an error", says="an error has left")
def no_grad():
    before = Tensor.recording
    Tensor.recording = False
    yield
    Tensor.recording = before


@mistake("4.1 no_grad", "the inner one switches recording on", says="and the outer one with it")
def no_grad():
    Tensor.recording = False
    try:
        yield
    finally:
        Tensor.recording = True


@mistake("4.1 Tensor.wrap", "a constant widens float32", says="widens everything that follows")
def wrap(self, x):
    return x if isinstance(x, Tensor) else Tensor(x, requires_grad=False)


@mistake("4.1 Tensor.wrap", "a constant is a leaf to learn", says="that requires a gradient")
def wrap(self, x):
    return x if isinstance(x, Tensor) else Tensor(Tensor(x).data.astype(self.data.dtype))


# ---- entry by entry


@mistake("4.1 Tensor.__add__", "broadcasting not undone", says="broadcasting is not undone")
def __add__(self, other):
    other = self.wrap(other)
    return Tensor(self.data + other.data, (self, other), (lambda g: g, lambda g: g), "+")


@mistake("4.1 Tensor.__mul__", "broadcasting not undone", says="broadcasting is not undone")
def __mul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    return Tensor(a * b, (self, other), (lambda g: g * b, lambda g: g * a), "*")


@mistake("4.1 Tensor.__mul__", "its own factor", says="multiplied by itself, not by the other")
def __mul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    pulls = (lambda g: unbroadcast(g * a, a.shape), lambda g: unbroadcast(g * b, b.shape))
    return Tensor(a * b, (self, other), pulls, "*")


@mistake(
    "4.1 Tensor.__mul__", "the gradient changed in place", says="changed in place the gradient"
)
def __mul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data

    def scaled(g, factor, shape):
        if g.ndim and g.shape == np.broadcast_shapes(g.shape, factor.shape):
            g *= factor
            return unbroadcast(g, shape)
        return unbroadcast(g * factor, shape)

    pulls = (lambda g: scaled(g, b, a.shape), lambda g: scaled(g, a, b.shape))
    return Tensor(a * b, (self, other), pulls, "*")


@mistake("4.1 Tensor.__sub__", "the sign of the right side", says="y gets it with the sign of x")
def __sub__(self, other):
    other = self.wrap(other)
    pulls = (lambda g: unbroadcast(g, self.shape), lambda g: unbroadcast(g, other.shape))
    return Tensor(self.data - other.data, (self, other), pulls, "-")


@mistake("4.1 Tensor.__truediv__", "the divisor not squared", says="y is not squared")
def __truediv__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    pulls = (lambda g: unbroadcast(g / b, a.shape), lambda g: unbroadcast(-g * a / b, b.shape))
    return Tensor(a / b, (self, other), pulls, "/")


@mistake("4.1 Tensor.__pow__", "the exponent not lowered", says="the exponent is not lowered")
def __pow__(self, exponent):
    if not isinstance(exponent, Real):
        raise TypeError(f"an exponent is a real number, not {type(exponent).__name__}")
    a = self.data
    return Tensor(a**exponent, (self,), (lambda g: g * exponent * a**exponent,), f"**{exponent}")


@mistake("4.1 Tensor.__pow__", "0 times infinity", says="0 is multiplied by 0 ** -1")
def __pow__(self, exponent):
    if not isinstance(exponent, Real):
        raise TypeError(f"an exponent is a real number, not {type(exponent).__name__}")
    a, n = self.data, float(exponent)
    with np.errstate(all="ignore"):
        slope = n * a ** (n - 1)
    return Tensor(a**n, (self,), (lambda g: g * slope,), f"**{exponent}")


@mistake("4.1 Tensor.exp", "the slope of the input", says="the slope is x, of what went in")
def exp(self):
    return Tensor(np.exp(self.data), (self,), (lambda g: g * self.data,), "exp")


@mistake("4.1 Tensor.log", "times x", says="the slope is x, not 1 / x")
def log(self):
    return Tensor(np.log(self.data), (self,), (lambda g: g * self.data,), "log")


@mistake("4.1 Tensor.sqrt", "no 2", says="the 2 is missing")
def sqrt(self):
    root = np.sqrt(self.data)
    return Tensor(root, (self,), (lambda g: g / root,), "sqrt")


@mistake("4.1 Tensor.tanh", "the slope of the input", says="the slope is 1 - x², of what went in")
def tanh(self):
    return Tensor(np.tanh(self.data), (self,), (lambda g: g * (1 - self.data**2),), "tanh")


@mistake("4.1 Tensor.relu", "1 at 0", says="the derivative at 0 is 1")
def relu(self):
    return Tensor(np.maximum(self.data, 0), (self,), (lambda g: g * (self.data >= 0),), "relu")


@mistake("4.1 Tensor.relu", "the data is cut in place", says="x was cut")
def relu(self):
    passes = self.data > 0
    data = self.data
    data[~passes] = 0
    return Tensor(data, (self,), (lambda g: g * passes,), "relu")


# ---- along axes


@mistake("4.1 Tensor.sum", "the gradient is not spread", says="not spread over the entries")
def sum(self, axis=None, keepdims=False):
    return Tensor(self.data.sum(axis=axis, keepdims=keepdims), (self,), (lambda g: g,), "sum")


@mistake("4.1 Tensor.sum", "spread along the wrong axis", says="spread along the wrong axis")
def sum(self, axis=None, keepdims=False):
    total = self.data.sum(axis=axis, keepdims=keepdims)
    return Tensor(total, (self,), (lambda g: np.ones_like(self.data) * g,), "sum")


@mistake("4.1 Tensor.mean", "no 1/n on the way back", says="1/n is missing")
def mean(self, axis=None, keepdims=False):
    total = self.sum(axis, keepdims)
    total.data = total.data * (total.data.size / self.data.size)
    return total


@mistake("4.1 Tensor.mean", "of nothing it is nan", says="the mean of (0, 3) should raise")
def mean(self, axis=None, keepdims=False):
    total = self.sum(axis, keepdims)
    return total * (total.data.size / max(1, self.data.size))


@mistake("4.1 Tensor.mean", "n is all entries", says="by the number of all entries")
def mean(self, axis=None, keepdims=False):
    return self.sum(axis, keepdims) * (1 / self.data.size)


@mistake("4.1 Tensor.max", "ties counted in full", says="largest entries gets all of it")
def max(self, axis=None, keepdims=False):
    kept = self.data.max(axis=axis, keepdims=True)
    pulls = (lambda g: g.reshape(kept.shape) * (self.data == kept),)
    return Tensor(kept if keepdims else kept.squeeze(axis), (self,), pulls, "max")


@mistake("4.1 Tensor.max", "nan passed over", says="nan counts as no entry")
def max(self, axis=None, keepdims=False):
    kept = np.fmax.reduce(self.data, axis=axis, keepdims=True)

    def pull(g):
        largest = (self.data == kept).astype(kept.dtype)
        return g.reshape(kept.shape) * (largest / largest.sum(axis=axis, keepdims=True))

    return Tensor(kept if keepdims else kept.squeeze(axis), (self,), (pull,), "max")


@mistake("4.1 Tensor.max", "float32 widened by a count", says="has widened it, at twice the time")
def max(self, axis=None, keepdims=False):
    kept = self.data.max(axis=axis, keepdims=True)

    def pull(g):
        largest = self.data == kept
        return g.reshape(kept.shape) * largest / largest.sum(axis=axis, keepdims=True)

    return Tensor(kept if keepdims else kept.squeeze(axis), (self,), (pull,), "max")


# ---- places


@mistake("4.1 Tensor.reshape", "the gradient keeps the new shape", says="keeps the new shape")
def reshape(self, *shape):
    return Tensor(self.data.reshape(shape), (self,), (lambda g: g,), "reshape")


@mistake("4.1 Tensor.transpose", "the same axes again", says="applied again, and not the way back")
def transpose(self, *axes):
    axes = axes or range(self.data.ndim)[::-1]
    pulls = (lambda g: g.transpose(axes),)
    return Tensor(self.data.transpose(axes), (self,), pulls, "transpose")


@mistake("4.1 Tensor.swapaxes", "the last two, always", says="the last two axes are exchanged")
def swapaxes(self, axis1, axis2):
    pulls = (lambda g: g.swapaxes(-1, -2),)
    return Tensor(self.data.swapaxes(axis1, axis2), (self,), pulls, "swapaxes")


@mistake("4.1 Tensor.__getitem__", "repeats lost", says="repeats are lost")
def __getitem__(self, index):
    def pull(g):
        grad = np.zeros_like(self.data)
        grad[index] += g
        return grad

    return Tensor(self.data[index], (self,), (pull,), "[]")


@mistake("4.1 concatenate", "all of it for everyone", says="each operand gets the whole gradient")
def concatenate(tensors, axis=0):
    data = np.concatenate([tensor.data for tensor in tensors], axis=axis)
    return Tensor(data, tuple(tensors), tuple(lambda g: g for _ in tensors), "concatenate")


@mistake(
    "4.1 concatenate", "every lambda sees the last piece", says="they share the loop's variables"
)
def concatenate(tensors, axis=0):
    data = np.concatenate([tensor.data for tensor in tensors], axis=axis)
    pulls, start = [], 0
    for tensor in tensors:
        end = start + tensor.shape[axis]
        pulls.append(lambda g: g.swapaxes(0, axis)[start:end].swapaxes(0, axis))
        start = end
    return Tensor(data, tuple(tensors), tuple(pulls), "concatenate")


# ---- products


@mistake("4.1 Tensor.__matmul__", "no transpose", says="y is not transposed")
def __matmul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
        raise ValueError(f"{a.shape} @ {b.shape}")
    pulls = (
        lambda g: unbroadcast(g @ b, a.shape),
        lambda g: unbroadcast(a @ g, b.shape),
    )
    return Tensor(a @ b, (self, other), pulls, "@")


@mistake("4.1 Tensor.__matmul__", "the batch not summed", says="of the batch are not summed")
def __matmul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
        raise ValueError(f"{a.shape} @ {b.shape}")
    pulls = (lambda g: g @ b.swapaxes(-1, -2), lambda g: a.swapaxes(-1, -2) @ g)
    return Tensor(a @ b, (self, other), pulls, "@")


@mistake("4.1 Tensor.__matmul__", "the batch averaged", says="of the batch are averaged")
def __matmul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
        raise ValueError(f"{a.shape} @ {b.shape}")

    def fitted(g, shape):
        out = unbroadcast(g, shape)
        return out * (out.size / g.size)

    pulls = (
        lambda g: fitted(g @ b.swapaxes(-1, -2), a.shape),
        lambda g: fitted(a.swapaxes(-1, -2) @ g, b.shape),
    )
    return Tensor(a @ b, (self, other), pulls, "@")


@mistake(
    "4.1 Tensor.__matmul__", "numpy's own rules for one axis", says="(2, 3) @ (3,) should raise"
)
def __matmul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    if a.shape[-1:] != b.shape[-2:-1] and b.ndim != 1 or b.ndim == 0:
        raise ValueError(f"{a.shape} @ {b.shape}")
    pulls = (
        lambda g: unbroadcast(g @ b.swapaxes(-1, -2), a.shape),
        lambda g: unbroadcast(a.swapaxes(-1, -2) @ g, b.shape),
    )
    return Tensor(a @ b, (self, other), pulls, "@")


# ---- several steps as one node


@mistake("4.1 softmax", "overflow", says="nothing is taken off before exp")
def softmax(x, axis=-1):
    with np.errstate(all="ignore"):
        e = np.exp(x.data)
        p = e / e.sum(axis=axis, keepdims=True)
    pulls = (lambda g: p * (g - (g * p).sum(axis=axis, keepdims=True)),)
    return Tensor(p, (x,), pulls, "softmax")


@mistake("4.1 softmax", "only its own score", says="depend on its own score alone")
def softmax(x, axis=-1):
    e = np.exp(x.data - x.data.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    return Tensor(p, (x,), (lambda g: g * p * (1 - p),), "softmax")


@mistake("4.1 softmax", "the data shifted in place", says="data of an operand was changed in place")
def softmax(x, axis=-1):
    shifted = x.data
    shifted -= shifted.max(axis=axis, keepdims=True)
    e = np.exp(shifted)
    p = e / e.sum(axis=axis, keepdims=True)
    pulls = (lambda g: p * (g - (g * p).sum(axis=axis, keepdims=True)),)
    return Tensor(p, (x,), pulls, "softmax")


@mistake("4.1 softmax", "always the last axis", says="axis is not looked at")
def softmax(x, axis=-1):
    e = np.exp(x.data - x.data.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    pulls = (lambda g: p * (g - (g * p).sum(axis=-1, keepdims=True)),)
    return Tensor(p, (x,), pulls, "softmax")


@mistake("4.1 softmax", "the kept shares written on", says="called twice with the same gradient")
def softmax(x, axis=-1):
    e = np.exp(x.data - x.data.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    buffer = np.zeros_like(p)

    def pull(g):
        np.add(buffer, p * (g - (g * p).sum(axis=axis, keepdims=True)), out=buffer)
        return buffer

    return Tensor(p.copy(), (x,), (pull,), "softmax")


@mistake("4.1 log_softmax", "the log of softmax", says="a share that was rounded to 0 is taken")
def log_softmax(x, axis=-1):
    e = np.exp(x.data - x.data.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        log_p = np.log(p)
    pulls = (lambda g: g - p * g.sum(axis=axis, keepdims=True),)
    return Tensor(log_p, (x,), pulls, "log_softmax")


@mistake("4.1 cross_entropy", "added, not averaged", says="losses are added, not averaged")
def cross_entropy(logits, targets):
    targets = np.asarray(targets)
    K = logits.shape[-1]
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"{targets.shape} and {logits.shape}")
    if targets.min() < 0 or targets.max() >= K:
        raise IndexError(f"{targets.min()} to {targets.max()}, not 0 to {K - 1}")
    picked = log_softmax(logits).reshape(-1, K)[np.arange(targets.size), targets.reshape(-1)]
    return picked.sum() * -1


@mistake("4.1 cross_entropy", "the wrong axis", says="softmax runs over the wrong axis")
def cross_entropy(logits, targets):
    targets = np.asarray(targets)
    K = logits.shape[-1]
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"{targets.shape} and {logits.shape}")
    if targets.min() < 0 or targets.max() >= K:
        raise IndexError(f"{targets.min()} to {targets.max()}, not 0 to {K - 1}")
    rows, flat = np.arange(targets.size), targets.reshape(-1)
    return log_softmax(logits.reshape(-1, K), axis=0)[rows, flat].mean() * -1


@mistake("4.1 cross_entropy", "the upstream gradient left out", says="from above is left out")
def cross_entropy(logits, targets):
    targets = np.asarray(targets)
    K = logits.shape[-1]
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"{targets.shape} and {logits.shape}")
    if targets.size and (targets.min() < 0 or targets.max() >= K):
        raise IndexError(f"{targets.min()} to {targets.max()}, not 0 to {K - 1}")
    rows, flat = np.arange(targets.size), targets.reshape(-1)
    scores = logits.data.reshape(-1, K)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def pull(g):
        grad = np.exp(log_p)
        grad[rows, flat] -= 1
        return (grad / flat.size).reshape(logits.shape)

    return Tensor(-log_p[rows, flat].mean(), (logits,), (pull,), "cross_entropy")


@mistake("4.1 cross_entropy", "kept shares written on", says="after two calls, compared with twice")
def cross_entropy(logits, targets):
    targets = np.asarray(targets)
    K = logits.shape[-1]
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"{targets.shape} and {logits.shape}")
    if targets.size and (targets.min() < 0 or targets.max() >= K):
        raise IndexError(f"{targets.min()} to {targets.max()}, not 0 to {K - 1}")
    rows, flat = np.arange(targets.size), targets.reshape(-1)
    scores = logits.data.reshape(-1, K)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss, p = -log_p[rows, flat].mean(), np.exp(log_p)

    def pull(g):
        p[rows, flat] -= 1
        return (p * (g / flat.size)).reshape(logits.shape)

    return Tensor(loss, (logits,), (pull,), "cross_entropy")


# ---- layers


@mistake("4.1 Linear.__init__", "PyTorch's way round", says="Y = X W + b (PyTorch has them")
def __init__(self, n_in, n_out, rng=None, bias=True):
    rng = rng or np.random.default_rng()
    limit = 1 / sqrt(n_in)
    self.weight = Tensor(rng.uniform(-limit, limit, (n_out, n_in)))
    self.bias = Tensor(np.zeros(n_out)) if bias else None


@mistake("4.1 Linear.__init__", "1/n for 1/√n", says="the limit is 1 / n")
def __init__(self, n_in, n_out, rng=None, bias=True):
    rng = rng or np.random.default_rng()
    self.weight = Tensor(rng.uniform(-1 / n_in, 1 / n_in, (n_in, n_out)))
    self.bias = Tensor(np.zeros(n_out)) if bias else None


@mistake("4.1 Linear.__call__", "the bias forgotten", says="the bias is left out")
def __call__(self, x):
    return x @ self.weight


@mistake("4.1 Sequential.__init__", "layers that are used up", says="by one layer, each time")
def __init__(self, *layers):
    self.layers = iter(layers)


@mistake("4.1 Sequential.__call__", "everyone gets the input", says="every layer gets the input")
def __call__(self, x):
    for layer in self.layers:
        y = layer(x)
    return y if self.layers else x


@mistake("4.1 MLP.__init__", "an activation at the end", says="an activation after the last layer")
def __init__(self, sizes, activation=None, rng=None):
    activation = activation or Tensor.relu
    if len(sizes) < 2:
        raise ValueError(f"not {sizes}")
    rng = rng or np.random.default_rng()
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [Linear(n_in, n_out, rng), activation]
    super().__init__(*layers)


@mistake("4.1 MLP.__init__", "the same generator, begun anew", says="drawn with the same weights")
def __init__(self, sizes, activation=None, rng=None):
    activation = activation or Tensor.relu
    if len(sizes) < 2:
        raise ValueError(f"not {sizes}")
    seed = (rng or np.random.default_rng()).integers(1000)
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [Linear(n_in, n_out, np.random.default_rng(seed)), activation]
    super().__init__(*layers[:-1])


@mistake("4.1 Dropout.__init__", "p is not looked at", says="Dropout(1) should raise ValueError")
def __init__(self, p, rng=None):
    self.p = p
    self.rng = rng or np.random.default_rng()


@mistake("4.1 Dropout.__call__", "not scaled", says="what is kept is not scaled")
def __call__(self, x):
    if not self.training or self.p == 0:
        return x
    return x * (self.rng.random(x.shape) >= self.p)


@mistake("4.1 Dropout.__call__", "active in eval", says="it is for training alone")
def __call__(self, x):
    if self.p == 0:
        return x
    return x * ((self.rng.random(x.shape) >= self.p) / (1 - self.p))


@mistake("4.1 Dropout.__call__", "p is kept", says="p is the share that is kept")
def __call__(self, x):
    if not self.training or self.p == 0:
        return x
    return x * ((self.rng.random(x.shape) < self.p) / self.p)


@mistake("4.1 cast_parameters", "new Tensors in a list", says="there is a float64 left")
def cast_parameters(model, dtype):
    parameters = model.parameters()
    for i, parameter in enumerate(parameters):
        parameters[i] = Tensor(parameter.data.astype(dtype))


@mistake("4.1 tensor_loss", "no backward pass", says="no backward pass was made")
def tensor_loss(model, X, y):
    logits = model(X)
    loss = cross_entropy(logits, y)
    return float(loss.data), float(np.mean(logits.data.argmax(axis=-1) == y))


@mistake("4.1 tensor_loss", "Tensors are returned", says="keep the graph of every step alive")
def tensor_loss(model, X, y):
    logits = model(X)
    loss = cross_entropy(logits, y)
    loss.backward()
    return loss, float(np.mean(logits.data.argmax(axis=-1) == y))


@mistake("4.1 tensor_loss", "accuracy down the columns", says="looked for down the columns")
def tensor_loss(model, X, y):
    logits = model(X)
    loss = cross_entropy(logits, y)
    loss.backward()
    return float(loss.data), float(np.mean(logits.data.argmax(axis=0) == y))


# ---- slips of the hand


@mistake("4.1 Tensor.backward", "given back too early", says="before the second parent was served")
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    seed = 1.0 if seed is None else np.asarray(seed)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = np.add(self.grad, seed, out=np.empty_like(self.data))
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = pullback(node.grad)
            parent.grad = np.add(parent.grad, g, out=np.empty_like(parent.data))
            if not node.keeps_grad:
                node.grad = 0.0


@mistake("4.1 Tensor.backward", "times the gradient, once more", says="node's gradient once more")
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    seed = 1.0 if seed is None else np.asarray(seed)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = np.add(self.grad, seed, out=np.empty_like(self.data))
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = pullback(node.grad) * node.grad
            parent.grad = np.asarray(parent.grad + g, parent.data.dtype)
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake(
    "4.1 Tensor.backward", "a leaf keeps the seed itself", says="the very array that the caller"
)
def backward(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape} needs a seed")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)}, not {self.shape}")
    seed = np.ones_like(self.data) if seed is None else np.asarray(seed, self.data.dtype)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = seed if type(self.grad) is float else self.grad + seed
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            g = pullback(node.grad)
            parent.grad = np.add(parent.grad, g, out=np.empty_like(parent.data))
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 no_grad", "errors are swallowed", says="was swallowed")
def no_grad():
    before, Tensor.recording = Tensor.recording, False
    try:
        yield
    except Exception:
        pass
    Tensor.recording = before


@mistake("4.1 no_grad", "nothing is yielded", says="a function that yields once")
def no_grad():
    Tensor.recording = False


@mistake("4.1 Tensor.__add__", "numbers for functions", says="should be a function")
def __add__(self, other):
    other = self.wrap(other)
    return Tensor(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake("4.1 Tensor.__add__", "pullbacks that fill in grad", says="returned None")
def __add__(self, other):
    other = self.wrap(other)

    def to_self(g):
        self.grad = self.grad + unbroadcast(g, self.shape)

    def to_other(g):
        other.grad = other.grad + unbroadcast(g, other.shape)

    return Tensor(self.data + other.data, (self, other), (to_self, to_other), "+")


@mistake("4.1 Tensor.__mul__", "summed, then multiplied", says="summed first and multiplied after")
def __mul__(self, other):
    other = self.wrap(other)
    return Tensor(
        self.data * other.data,
        (self, other),
        (
            lambda g: unbroadcast(g, self.shape) * other.data,
            lambda g: unbroadcast(g, other.shape) * self.data,
        ),
        "*",
    )


@mistake("4.1 Tensor.__mul__", "Tensors in the pullback", says="returned a Tensor")
def __mul__(self, other):
    other = self.wrap(other)
    return Tensor(self.data * other.data, (self, other), (other.__mul__, self.__mul__), "*")


@mistake("4.1 Tensor.exp", "a tuple without its comma", says="the tuple of x alone is (x,)")
def exp(self):
    e = np.exp(self.data)
    return Tensor(e, (self), (lambda g: g * e,), "exp")


@mistake("4.1 Tensor.exp", "the rule for powers", says="the rule for powers was taken")
def exp(self):
    return Tensor(
        np.exp(self.data), (self,), (lambda g: g * self.data * np.exp(self.data - 1),), "exp"
    )


@mistake("4.1 Tensor.sum", "every axis of length 1 goes", says="has the shape (), not (1,)")
def sum(self, axis=None, keepdims=False):
    kept = self.data.sum(axis=axis, keepdims=True)
    return Tensor(
        kept if keepdims else kept.squeeze(),
        (self,),
        (lambda g: np.broadcast_to(g.reshape(kept.shape), self.shape),),
        "sum",
    )


@mistake(
    "4.1 Tensor.transpose", "-1 sorted before 0", says="sorted before 0, though it is the last"
)
def transpose(self, *axes):
    axes = axes or range(self.data.ndim)[::-1]
    back = np.argsort(axes)
    return Tensor(self.data.transpose(axes), (self,), (lambda g: g.transpose(back),), "transpose")


@mistake("4.1 Tensor.__getitem__", "float64 zeros", says="has widened it, at twice the time")
def __getitem__(self, index):
    def pull(g):
        grad = np.zeros(self.shape)
        np.add.at(grad, index, g)
        return grad

    return Tensor(self.data[index], (self,), (pull,), "[]")


@mistake("4.1 Tensor.__getitem__", "zeros made once", says="gave two answers")
def __getitem__(self, index):
    grad = np.zeros_like(self.data)

    def pull(g):
        np.add.at(grad, index, g)
        return grad

    return Tensor(self.data[index], (self,), (pull,), "[]")


@mistake("4.1 Tensor.__matmul__", ".T on a stack", says="not its last two exchanged")
def __matmul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
        raise ValueError(f"{a.shape} @ {b.shape}")
    return Tensor(
        a @ b,
        (self, other),
        (lambda g: unbroadcast(g @ b.T, a.shape), lambda g: unbroadcast(a.T @ g, b.shape)),
        "@",
    )


@mistake("4.1 cross_entropy", "N counts the sequences", says="N is the number of sequences")
def cross_entropy(logits, targets):
    targets = np.asarray(targets)
    k = logits.shape[-1]
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"logits {logits.shape}, targets {targets.shape}")
    for target in targets.ravel():
        if not 0 <= target < k:
            raise IndexError(f"target {target} is not from 0 to {k - 1}")
    p = softmax(logits).data
    one_hot = np.eye(k)[targets]
    loss = -log_softmax(logits).data[one_hot == 1].mean()
    n = len(targets)
    return Tensor(loss, (logits,), (lambda g: g * (p - one_hot) / n,), "cross_entropy")


@mistake("4.1 Dropout.__call__", "cut off from the graph", says="does not lead back to x")
def __call__(self, x):
    if not self.training:
        return x
    return Tensor(x.data * (self.rng.random(x.shape) >= self.p) / (1 - self.p))


@mistake(
    "4.1 Tensor.__init__",
    "requires_grad counts although there are parents",
    says="where there are parents, they decide",
)
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    array = np.asarray(data)
    if array.dtype.kind not in "iubf":
        raise TypeError(f"not {data!r}")
    if array.dtype.char not in "fd":
        array = array.astype(np.float64)
    edges = [(p, q) for p, q in zip(parents, pullbacks) if p.requires_grad and Tensor.recording]
    if parents:
        requires_grad = requires_grad and bool(edges)
    parents, pullbacks = zip(*edges) if edges else ((), ())
    self.data, self.grad, self.parents, self.pullbacks = array, 0.0, parents, pullbacks
    self.op, self.label, self.requires_grad, self.keeps_grad = op, label, requires_grad, False


@mistake(
    "4.1 concatenate", "constants take no place", says="the places of constants are not counted"
)
def concatenate(tensors, axis=0):
    live = [t for t in tensors if t.requires_grad]
    ends = np.cumsum([t.shape[axis] for t in live])

    def cut(i):
        return lambda g: np.take(g, range(ends[i] - live[i].shape[axis], ends[i]), axis)

    return Tensor(
        np.concatenate([t.data for t in tensors], axis=axis),
        tuple(live),
        tuple(cut(i) for i in range(len(live))),
        "concatenate",
    )


@mistake(
    "4.1 log_softmax",
    "the data shifted in place",
    says="log_softmax changed the data of x in place",
)
def log_softmax(x, axis=-1):
    s = x.data
    s -= s.max(axis=axis, keepdims=True)
    lp = s - np.log(np.exp(s).sum(axis=axis, keepdims=True))
    return Tensor(
        lp, (x,), (lambda g: g - np.exp(lp) * g.sum(axis=axis, keepdims=True),), "log_softmax"
    )


# ---- data that was changed, kinds, edges


@mistake(
    "4.1 Tensor.backward", "data that was changed goes unnoticed", says="should raise RuntimeError"
)
def backward(self, seed=None):
    if not self.requires_grad:
        raise RuntimeError("nothing here requires a gradient")
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape}")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)} for {self.shape}")
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = np.asarray(self.grad + (1.0 if seed is None else np.asarray(seed)), self.data.dtype)
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            parent.grad = np.asarray(parent.grad + pullback(node.grad), parent.data.dtype)
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.backward", "refused half way", says="changed gradients before")
def backward(self, seed=None):
    if not self.requires_grad:
        raise RuntimeError("nothing here requires a gradient")
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = np.zeros_like(node.data)
    if any(p.written > node.written for node in order for p in node.parents):
        raise RuntimeError("data was changed")
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape}")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)} for {self.shape}")
    self.grad = np.asarray(self.grad + (1.0 if seed is None else np.asarray(seed)), self.data.dtype)
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            parent.grad = np.asarray(parent.grad + pullback(node.grad), parent.data.dtype)
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.backward", "keeps_grad is not looked at", says="no inner gradient is kept")
def backward(self, seed=None):
    if not self.requires_grad:
        raise RuntimeError("nothing here requires a gradient")
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape}")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)} for {self.shape}")
    order = topological_order(self)
    if any(p.written > node.written for node in order for p in node.parents):
        raise RuntimeError("data was changed")
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = np.asarray(self.grad + (1.0 if seed is None else np.asarray(seed)), self.data.dtype)
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            parent.grad = np.asarray(parent.grad + pullback(node.grad), parent.data.dtype)
        if node.parents:
            node.grad = 0.0


@mistake("4.1 Tensor.wrap", "a subclass is no Tensor", says="a Tensor of a subclass")
def wrap(self, x):
    if type(x) is Tensor:
        return x
    array = x.data if isinstance(x, Tensor) else np.asarray(x)
    constant = Tensor(array, requires_grad=False)
    constant.data = constant.data.astype(self.data.dtype)
    return constant


@mistake("4.1 Tensor.wrap", "Tensors are converted in place", says="was converted itself")
def wrap(self, x):
    if isinstance(x, Tensor):
        x.data = x.data.astype(self.data.dtype, copy=False)
        return x
    constant = Tensor(x, requires_grad=False)
    constant.data = constant.data.astype(self.data.dtype, copy=False)
    return constant


@mistake("4.1 Tensor.__add__", "pullbacks before parents", says="the Tensors come first")
def __add__(self, other):
    other = self.wrap(other)
    pulls = (lambda g: unbroadcast(g, self.shape), lambda g: unbroadcast(g, other.shape))
    return Tensor(self.data + other.data, pulls, (self, other), "+")


@mistake("4.1 Tensor.__mul__", "one pullback for two parents", says="2 parents and 1 pullbacks")
def __mul__(self, other):
    other = self.wrap(other)
    pull = lambda g: unbroadcast(g * other.data, self.shape)  # noqa: E731
    return Tensor(self.data * other.data, (self, other), (pull,), "*")


@mistake("4.1 Tensor.relu", "nan becomes 0", says="nan is taken for what is not above 0")
def relu(self):
    passes = self.data > 0
    return Tensor(np.where(passes, self.data, 0), (self,), (lambda g: g * passes,), "relu")


@mistake("4.1 Tensor.relu", "half at 0", says="as that of maximum(x, 0) in PyTorch and JAX")
def relu(self):
    slope = (self.data > 0) + 0.5 * (self.data == 0)
    slope = slope.astype(self.data.dtype)
    return Tensor(np.maximum(self.data, 0), (self,), (lambda g: g * slope,), "relu")


@mistake("4.1 Tensor.sum", "the axis is not put back", says="has to come back first, with length 1")
def sum(self, axis=None, keepdims=False):
    kept = self.data.sum(axis=axis, keepdims=True)
    return Tensor(
        kept if keepdims else kept.squeeze(axis),
        (self,),
        (lambda g: np.broadcast_to(g, self.shape),),
        "sum",
    )


@mistake("4.1 Tensor.max", "all to the first", says="as in PyTorch's max along")
def max(self, axis=None, keepdims=False):
    kept = self.data.max(axis=axis, keepdims=True)

    def pull(g):
        share = np.zeros_like(self.data)
        if axis is None:
            share.flat[self.data.argmax()] = 1
        else:
            places = np.expand_dims(self.data.argmax(axis=axis), axis)
            np.put_along_axis(share, places, 1, axis)
        return share * g.reshape(kept.shape)

    return Tensor(kept if keepdims else kept.squeeze(axis), (self,), (pull,), "max")


@mistake("4.1 Tensor.reshape", "the way back is flat", says="gradient of x.reshape")
def reshape(self, *shape):
    return Tensor(self.data.reshape(*shape), (self,), (lambda g: g.reshape(-1),), "reshape")


@mistake("4.1 softmax", "the pullback looks at the last axis", says="the last axis, whichever was")
def softmax(x, axis=-1):
    p = np.exp(x.data - x.data.max(axis=axis, keepdims=True))
    p /= p.sum(axis=axis, keepdims=True)

    def pull(g):
        return p * (g - (g * p).sum(axis=-1, keepdims=True))

    return Tensor(p, (x,), (pull,), "softmax")


@mistake("4.1 softmax", "shifted by what is above 0", says="only where it is above 0")
def softmax(x, axis=-1):
    with np.errstate(all="ignore"):
        p = np.exp(x.data - np.maximum(x.data.max(axis=axis, keepdims=True), 0))
        p /= p.sum(axis=axis, keepdims=True)
    return Tensor(p, (x,), (lambda g: p * (g - (g * p).sum(axis=axis, keepdims=True)),), "softmax")


@mistake("4.1 log_softmax", "shifted by what is above 0", says="only where it is above 0")
def log_softmax(x, axis=-1):
    shifted = x.data - np.maximum(x.data.max(axis=axis, keepdims=True), 0)
    with np.errstate(all="ignore"):
        log_p = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))

    def pull(g):
        return g - np.exp(log_p) * g.sum(axis=axis, keepdims=True)

    return Tensor(log_p, (x,), (pull,), "log_softmax")


@mistake("4.1 cross_entropy", "the mean of nothing", says="the mean loss of no examples")
def cross_entropy(logits, targets):
    targets = np.asarray(targets)
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"{targets.shape} and {logits.shape}")
    if targets.dtype.kind not in "iu":
        raise TypeError(f"{targets.dtype}")
    K = logits.shape[-1]
    if targets.size and (targets.min() < 0 or targets.max() >= K):
        raise IndexError(f"{targets.min()} to {targets.max()}, of 0 to {K - 1}")
    one_hot = np.eye(K, dtype=logits.data.dtype)[targets]
    with np.errstate(all="ignore"):
        loss = -(log_softmax(logits).data * one_hot).sum(axis=-1).mean()
    p = softmax(logits).data
    return Tensor(loss, (logits,), (lambda g: (p - one_hot) * (g / targets.size),), "cross_entropy")


@mistake("4.1 Linear.__init__", "the bias drawn as PyTorch draws it", says="PyTorch draws it as")
def __init__(self, n_in, n_out, rng=None, bias=True):
    rng = rng or np.random.default_rng()
    limit = 1 / sqrt(n_in)
    self.weight = Tensor(rng.uniform(-limit, limit, (n_in, n_out)))
    self.bias = Tensor(rng.uniform(-limit, limit, n_out)) if bias else None


@mistake("4.1 Linear.__init__", "Glorot's limit, as Keras has it", says="as in Keras")
def __init__(self, n_in, n_out, rng=None, bias=True):
    rng = rng or np.random.default_rng()
    limit = sqrt(6 / (n_in + n_out))
    self.weight = Tensor(rng.uniform(-limit, limit, (n_in, n_out)))
    self.bias = Tensor(np.zeros(n_out)) if bias else None


@mistake("4.1 Linear.__call__", "an axis in front is needed", says="the dots stand for any number")
def __call__(self, x):
    y = x @ self.weight
    return y if self.bias is None else y + self.bias


@mistake("4.1 Linear.__call__", "the input is kept", says="counts as a parameter")
def __call__(self, x):
    if len(x.shape) == 1:
        return self(x.reshape(1, -1)).reshape(-1)
    self.y = x @ self.weight
    return self.y if self.bias is None else self.y + self.bias


@mistake("4.1 Sequential.__call__", "outputs are kept", says="counts as a parameter")
def __call__(self, x):
    self.outputs = []
    for layer in self.layers:
        x = layer(x)
        self.outputs.append(x)
    return x


@mistake("4.1 Dropout.__call__", "the mask is kept as a Tensor", says="counts as a parameter")
def __call__(self, x):
    if not self.training or self.p == 0:
        return x
    kept = (self.rng.random(x.shape) >= self.p) / (1 - self.p)
    self.mask = x.wrap(kept)
    return x * self.mask


@mistake("4.1 tensor_loss", "numpy's numbers", says="should be a float")
def tensor_loss(model, X, y):
    logits = model(X)
    loss = cross_entropy(logits, y)
    loss.backward()
    return loss.data[()], np.mean(logits.data.argmax(axis=-1) == y)


@mistake(
    "4.1 Tensor.backward", "only the result's age is looked at", says="between two of its uses"
)
def backward(self, seed=None):
    if not self.requires_grad:
        raise RuntimeError("nothing here requires a gradient")
    if seed is None and self.data.size != 1:
        raise ValueError(f"a result of shape {self.shape}")
    if seed is not None and np.shape(seed) != self.shape:
        raise ValueError(f"a seed of shape {np.shape(seed)} for {self.shape}")
    order = topological_order(self)
    if any(node.written > self.written for node in order):
        raise RuntimeError("data was changed")
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = np.asarray(self.grad + (1.0 if seed is None else np.asarray(seed)), self.data.dtype)
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            parent.grad = np.asarray(parent.grad + pullback(node.grad), parent.data.dtype)
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 Tensor.exp", "cut off so that it cannot overflow", says="entries are cut off at 50")
def exp(self):
    e = np.exp(np.minimum(self.data, 50))
    return Tensor(e, (self,), (lambda g: g * e,), "exp")


@mistake("4.1 Tensor.log", "held above something tiny", says="put in its place")
def log(self):
    x = np.maximum(self.data, 1e-12)
    return Tensor(np.log(x), (self,), (lambda g: g / x,), "log")


@mistake("4.1 Tensor.sqrt", "of x and something tiny", says="is something tiny added to x")
def sqrt(self):
    root = np.sqrt(self.data + 1e-12)
    return Tensor(root, (self,), (lambda g: g / (2 * root),), "sqrt")


@mistake("4.1 Tensor.tanh", "by way of exp", says="made of exp, which overflows")
def tanh(self):
    with np.errstate(all="ignore"):
        e = np.exp(2 * self.data)
        t = (e - 1) / (e + 1)
    return Tensor(t, (self,), (lambda g: g * (1 - t * t),), "tanh")


@mistake("4.1 Tensor.__matmul__", "np.dot", says="np.dot multiplies every matrix")
def __matmul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
        raise ValueError(f"{a.shape} @ {b.shape}")
    pulls = (
        lambda g: unbroadcast(g @ b.swapaxes(-1, -2), a.shape),
        lambda g: unbroadcast(a.swapaxes(-1, -2) @ g, b.shape),
    )
    return Tensor(np.dot(a, b), (self, other), pulls, "@")


@mistake("4.1 Sequential.__init__", "a tuple is kept", says="should be a list")
def __init__(self, *layers):
    self.layers = layers


@mistake("4.1 Linear.__call__", "the data of the input", says="no layer below learns")
def __call__(self, x):
    x = x.data if isinstance(x, Tensor) else np.asarray(x)
    if x.ndim == 1:
        return self(x[None])[0]
    y = x @ self.weight
    return y if self.bias is None else y + self.bias


@mistake("4.1 cast_parameters", "parameters made anew", says="lost its label")
def cast_parameters(model, dtype):
    for parameter in model.parameters():
        parameter.__init__(parameter.data.astype(dtype))


@mistake("4.1 Tensor.sum", "axes put back in the order given", says="names its axes in any order")
def sum(self, axis=None, keepdims=False):
    def pull(g):
        if axis is not None and not keepdims:
            for one in axis if isinstance(axis, tuple) else (axis,):
                g = np.expand_dims(g, one)
        return np.broadcast_to(g, self.shape)

    return Tensor(self.data.sum(axis=axis, keepdims=keepdims), (self,), (pull,), "sum")


@mistake("4.1 Tensor.max", "negative axes counted in the result", says="counts from the end of x")
def max(self, axis=None, keepdims=False):
    kept = self.data.max(axis=axis, keepdims=True)

    def pull(g):
        if axis is not None and not keepdims:
            axes = axis if isinstance(axis, tuple) else (axis,)
            for one in sorted(a % (g.ndim + 1) for a in axes):
                g = np.expand_dims(g, one)
        largest = (self.data == kept).astype(kept.dtype)
        return g * (largest / largest.sum(axis=axis, keepdims=True))

    return Tensor(kept if keepdims else kept.squeeze(axis), (self,), (pull,), "max")


@mistake("4.1 Tensor.max", "nearly as large is as large", says="only nearly as large have a share")
def max(self, axis=None, keepdims=False):
    kept = self.data.max(axis=axis, keepdims=True)

    def pull(g):
        largest = np.isclose(self.data, kept).astype(kept.dtype)
        return g.reshape(kept.shape) * (largest / largest.sum(axis=axis, keepdims=True))

    return Tensor(kept if keepdims else kept.squeeze(axis), (self,), (pull,), "max")


@mistake("4.1 Tensor.log", "an epsilon in the gradient", says="something tiny (an epsilon)")
def log(self):
    return Tensor(np.log(self.data), (self,), (lambda g: g / (self.data + 1e-12),), "log")


@mistake("4.1 Tensor.sqrt", "an epsilon in the gradient", says="something tiny (an epsilon)")
def sqrt(self):
    root = np.sqrt(self.data)
    return Tensor(root, (self,), (lambda g: g / (2 * root + 1e-8),), "sqrt")


@mistake("4.1 Tensor.__truediv__", "an epsilon in the gradient", says="something tiny (an epsilon)")
def __truediv__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    return Tensor(
        a / b,
        (self, other),
        (
            lambda g: unbroadcast(g / (b + 1e-8), a.shape),
            lambda g: unbroadcast(-g * a / (b * b + 1e-8), b.shape),
        ),
        "/",
    )


@mistake("4.1 Tensor.relu", "x times whether it is above 0", says="-inf times 0 is nan")
def relu(self):
    above = self.data > 0
    return Tensor(self.data * above, (self,), (lambda g: g * above,), "relu")


@mistake("4.1 Tensor.__getitem__", "repeats looked for in arrays alone", says="and not lists or")
def __getitem__(self, index):
    def pull(g):
        grad = np.zeros_like(self.data)
        if isinstance(index, np.ndarray):
            np.add.at(grad, index, g)
        else:
            grad[index] = g
        return grad

    return Tensor(self.data[index], (self,), (pull,), "[]")


@mistake("4.1 Tensor.retain_grad", "refused on a constant", says="It is no mistake to call")
def retain_grad(self):
    if not self.requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    self.keeps_grad = True


@mistake("4.1 softmax", "the axis forgotten in the sum", says="of all rows, though each row has")
def softmax(x, axis=-1):
    p = np.exp(x.data - x.data.max(axis=axis, keepdims=True))
    p /= p.sum()
    return Tensor(p, (x,), (lambda g: p * (g - (g * p).sum(axis, keepdims=True)),), "softmax")


@mistake("4.1 softmax", "the sum along the last axis", says="runs along the last axis")
def softmax(x, axis=-1):
    p = np.exp(x.data - x.data.max(axis=axis, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    return Tensor(p, (x,), (lambda g: p * (g - (g * p).sum(axis, keepdims=True)),), "softmax")


@mistake("4.1 log_softmax", "the gradient not summed", says="not times the sum of the gradients")
def log_softmax(x, axis=-1):
    y = x.data - np.logaddexp.reduce(x.data, axis=axis, keepdims=True)
    return Tensor(y, (x,), (lambda g: g - np.exp(y),), "log_softmax")


CHECKED = """
def checked(logits, targets):
    targets = np.asarray(targets)
    if targets.dtype.kind not in "iu":
        raise TypeError(f"{targets.dtype}")
    if targets.shape != logits.shape[:-1] or not targets.size:
        raise ValueError(f"{logits.shape} {targets.shape}")
    K = logits.shape[-1]
    if targets.min() < 0 or targets.max() >= K:
        raise IndexError(f"{targets.min()}, {targets.max()} are not both from 0 to {K - 1}")
    return np.eye(K)[targets]


import numpy as np
"""


@mistake("4.1 cross_entropy", "cut off at 1e-7", says="Keras cuts it off at 1e-7", prelude=CHECKED)
def cross_entropy(logits, targets):
    one_hot = checked(logits, targets)
    p = softmax(Tensor(logits.data)).data
    right = np.clip((p * one_hot).sum(axis=-1), 1e-7, 1 - 1e-7)
    slope = ((p - one_hot) / right.size).astype(p.dtype)
    return Tensor(
        -np.log(right).mean().astype(p.dtype), (logits,), (lambda g: g * slope,), "cross_entropy"
    )


@mistake("4.1 cross_entropy", "0 times -inf", says="0 times -inf is nan", prelude=CHECKED)
def cross_entropy(logits, targets):
    one_hot = checked(logits, targets)
    logs = log_softmax(Tensor(logits.data)).data
    n = logs.size // logs.shape[-1]
    slope = ((np.exp(logs) - one_hot) / n).astype(logs.dtype)
    loss = -(logs * one_hot).sum(axis=-1).mean().astype(logs.dtype)
    return Tensor(loss, (logits,), (lambda g: g * slope,), "cross_entropy")


@mistake("4.1 Dropout.__call__", "a fixed number is dropped", says="a fixed number is dropped")
def __call__(self, x):
    if not self.training or self.p == 0:
        return x
    places = self.rng.permutation(x.data.size).reshape(x.shape)
    return x * ((places >= round(self.p * x.data.size)) / (1 - self.p))


@mistake("4.1 cast_parameters", "gradients cleared", says="the data alone is converted")
def cast_parameters(model, dtype):
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(dtype)
        parameter.grad = 0.0


@mistake("4.1 Dropout.__call__", "normal draws", says="normal numbers are compared with p")
def __call__(self, x):
    if not self.training or self.p == 0:
        return x
    return x * ((self.rng.standard_normal(x.shape) >= self.p) / (1 - self.p))


@mistake("4.1 Tensor.__init__", "booleans refused", says="booleans and other floats are real")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    array = np.asarray(data)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"no real numbers: {data!r}")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    kept = [pair for pair in zip(parents, pullbacks) if pair[0].requires_grad] * self.recording
    self.data, self.grad, self.keeps_grad, self.op, self.label = array, 0.0, False, op, label
    self.parents, self.pullbacks = zip(*kept) if kept else ((), ())
    self.requires_grad = bool(kept) if parents else requires_grad


@mistake("4.1 Tensor.__init__", "integers are constants", says="requires_grad says that alone")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    array = np.asarray(data)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"no real numbers: {data!r}")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
        requires_grad = False
    kept = [pair for pair in zip(parents, pullbacks) if pair[0].requires_grad] * self.recording
    self.data, self.grad, self.keeps_grad, self.op, self.label = array, 0.0, False, op, label
    self.parents, self.pullbacks = zip(*kept) if kept else ((), ())
    self.requires_grad = bool(kept) if parents else requires_grad


@mistake("4.1 Tensor.wrap", "asked for a field named data", says="Arrays have a field named data")
def wrap(self, x):
    if hasattr(x, "data") and not isinstance(x, (int, float)):
        return x
    return Tensor(np.asarray(x, dtype=self.data.dtype), requires_grad=False)


@mistake("4.1 Tensor.__matmul__", "D on the first axis of other", says="the last but one of other")
def __matmul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[0]:
        raise ValueError(f"cannot multiply {a.shape} and {b.shape}")
    return Tensor(
        a @ b,
        (self, other),
        (
            lambda g: unbroadcast(g @ b.swapaxes(-1, -2), a.shape),
            lambda g: unbroadcast(a.swapaxes(-1, -2) @ g, b.shape),
        ),
        "@",
    )


@mistake("4.1 Tensor.__pow__", "never below exponent 0", says="the exponent is not lowered below 0")
def __pow__(self, exponent):
    if not isinstance(exponent, Real):
        raise TypeError(f"exponent must be a real number, not {type(exponent).__name__}")
    n = float(exponent)
    return Tensor(
        self.data**n, (self,), (lambda g: g * n * self.data ** max(n - 1, 0),), f"**{exponent}"
    )


@mistake("4.1 Tensor.backward", "refused on the way", says="Look through the whole graph")
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
    pass
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
            if parent.written > node.written:
                raise RuntimeError(f"{parent!r} was changed")
            share = pull(g)
            grads[id(parent)] = grads[id(parent)] + share if id(parent) in grads else share


@mistake("4.1 Tensor.backward", "what is kept adds up", says="added to what was kept before")
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
            node.grad = node.grad + np.array(g)
        for parent, pull in zip(node.parents, node.pullbacks):
            pass
            share = pull(g)
            grads[id(parent)] = grads[id(parent)] + share if id(parent) in grads else share


@mistake("4.1 Sequential.__call__", "begins with the first layer", says="there is no first one")
def __call__(self, x):
    out = self.layers[0](x)
    for layer in self.layers[1:]:
        out = layer(out)
    return out


@mistake("4.1 MLP.__init__", "rng not handed on", says="is rng handed on to every Linear")
def __init__(self, sizes, activation=lambda x: x.relu(), rng=None):
    if len(sizes) < 2:
        raise ValueError(f"an MLP needs at least two sizes, got {sizes}")
    layers = []
    for a, b in pairwise(sizes):
        layers += [Linear(a, b), activation]
    super().__init__(*layers[:-1])


# ---- what comes from elsewhere


@mistake("4.1 Linear.__init__", "0 is no seed", says="0 is a seed too")
def __init__(self, n_in, n_out, rng=None, bias=True):
    rng = np.random.default_rng(rng or None)
    limit = 1 / sqrt(n_in)
    self.weight = Tensor(rng.uniform(-limit, limit, (n_in, n_out)))
    self.bias = Tensor(np.zeros(n_out)) if bias else None


@mistake("4.1 Tensor.__truediv__", "the square of the divisor", says="too small or too large")
def __truediv__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    pulls = (
        lambda g: unbroadcast(g / b, a.shape),
        lambda g: unbroadcast(-g * a / (b * b), b.shape),
    )
    return Tensor(a / b, (self, other), pulls, "/")


@mistake("4.1 softmax", "the data of whatever comes", says="whose .data is its memory")
def softmax(x, axis=-1):
    p = np.exp(x.data - np.max(x.data, axis=axis, keepdims=True))
    p /= p.sum(axis=axis, keepdims=True)
    return Tensor(p, (x,), (lambda g: p * (g - (g * p).sum(axis=axis, keepdims=True)),), "softmax")


@mistake("4.1 Tensor.__add__", "summed without keepdims", says="an axis of length 1 is gone")
def __add__(self, other):
    other = self.wrap(other)

    def pull(g, shape):
        while g.ndim > len(shape):
            g = g.sum(axis=0)
        return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1))

    pulls = (lambda g: pull(g, self.shape), lambda g: pull(g, other.shape))
    return Tensor(self.data + other.data, (self, other), pulls, "+")


@mistake("4.1 MLP.__init__", "the seed for each", says="all begin anew")
def __init__(self, sizes, activation=lambda x: x.relu(), rng=None):
    if len(sizes) < 2:
        raise ValueError(f"an MLP needs an input and an output size, not {sizes}")
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [Linear(n_in, n_out, rng), activation]
    super().__init__(*layers[:-1])


@mistake("4.1 Tensor.__init__", "the mask is dropped", says="of which np.asarray drops the mask")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    array = np.asarray(data)
    if array.dtype not in (np.float64, np.float32):
        if array.dtype.kind not in "iubf":
            raise TypeError(f"not {data!r}")
        array = array.astype(np.float64)
    if parents:
        edges = [(p, pull) for p, pull in zip(parents, pullbacks) if p.requires_grad]
        parents, pullbacks = zip(*edges) if edges and Tensor.recording else ((), ())
        requires_grad = bool(parents)
    self.data, self.grad, self.keeps_grad = array, 0.0, False
    self.op, self.label = op, label
    self.parents, self.pullbacks, self.requires_grad = parents, pullbacks, requires_grad


@mistake("4.1 cast_parameters", "integers, too", says="all that is between -1 and 1 would be 0")
def cast_parameters(model, dtype):
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(dtype)


@mistake("4.1 Tensor.wrap", "only what is of the class of self", says="where self is of a subclass")
def wrap(self, x):
    if isinstance(x, type(self)):
        return x
    constant = Tensor(x, requires_grad=False)
    constant.data = constant.data.astype(self.data.dtype, copy=False)
    return constant


@mistake(
    "4.1 Tensor.wrap", "a Tensor of the dtype of self", says="to another one no gradient comes"
)
def wrap(self, x):
    if isinstance(x, Tensor) and x.data.dtype == self.data.dtype:
        return x
    array = x.data if isinstance(x, Tensor) else real_array(x)
    return Tensor(array.astype(self.data.dtype), requires_grad=False)


@mistake("4.1 Tensor.__truediv__", "0 for a division by 0", says="what is divided by 0 becomes 0")
def __truediv__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    room = np.zeros(np.broadcast_shapes(a.shape, b.shape), a.dtype)
    return Tensor(
        np.divide(a, b, out=room, where=b != 0),
        (self, other),
        (lambda g: unbroadcast(g / b, a.shape), lambda g: unbroadcast(-g * a / b**2, b.shape)),
        "/",
    )


@mistake("4.1 Tensor.__pow__", "exponent 0 at 0 alone", says="only an entry of 0 is looked after")
def __pow__(self, exponent):
    if not isinstance(exponent, Real):
        raise TypeError(f"{type(exponent).__name__} as an exponent")
    a, n = self.data, float(exponent)

    def pullback(g):
        slope = n * a ** (n - 1)
        return g * np.where((a == 0) & (n == 0), 0, slope).astype(a.dtype)

    return Tensor(a**n, (self,), (pullback,), f"**{exponent}")


@mistake("4.1 Tensor.__pow__", "integers in op", says="op is '**0', and should be '**0.5'")
def __pow__(self, exponent):
    if not isinstance(exponent, Real):
        raise TypeError(f"{type(exponent).__name__} as an exponent")
    a, n = self.data, float(exponent)
    lowered = n - 1 if n else 0.0
    return Tensor(a**n, (self,), (lambda g: g * n * a**lowered,), f"**{int(exponent)}")


@mistake("4.1 Tensor.log", "of the distance from 0", says="the sign is dropped first")
def log(self):
    return Tensor(np.log(np.abs(self.data)), (self,), (lambda g: g / self.data,), "log")


@mistake("4.1 Tensor.__matmul__", "einsum, which stretches", says="(2, 1) @ (3, 5)")
def __matmul__(self, other):
    other = self.wrap(other)
    a, b = self.data, other.data
    if a.ndim < 2 or b.ndim < 2:
        raise ValueError(f"{a.shape} and {b.shape} are no matrices")
    return Tensor(
        np.einsum("...nd,...dh->...nh", a, b),
        (self, other),
        (
            lambda g: unbroadcast(g @ b.swapaxes(-1, -2), a.shape),
            lambda g: unbroadcast(a.swapaxes(-1, -2) @ g, b.shape),
        ),
        "@",
    )


@mistake("4.1 Tensor.sum", "axis 0 is False", says="axis 0 is taken for no axis")
def sum(self, axis=None, keepdims=False):
    axis = axis or None
    kept = self.data.sum(axis=axis, keepdims=True)
    data = kept if keepdims else kept.reshape(self.data.sum(axis=axis).shape)

    def pullback(g):
        return np.broadcast_to(np.reshape(g, kept.shape), self.shape)

    return Tensor(data, (self,), (pullback,), "sum")


@mistake("4.1 Tensor.max", "the largest distance from 0", says="it is the largest distance from 0")
def max(self, axis=None, keepdims=False):
    a = np.abs(self.data)
    top = a.max(axis=axis, keepdims=True)
    hit = (a == top).astype(a.dtype)
    share = hit / hit.sum(axis=axis, keepdims=True)
    data = top if keepdims else a.max(axis=axis)
    return Tensor(data, (self,), (lambda g: share * np.reshape(g, top.shape),), "max")


@mistake("4.1 Tensor.__getitem__", "repeats by number", says="lost where one counts from the end")
def __getitem__(self, index):
    def pullback(g):
        grad = np.zeros_like(self.data)
        if isinstance(index, list) and len(set(map(str, index))) == len(index):
            grad[index] += g
        else:
            np.add.at(grad, index, g)
        return grad

    return Tensor(self.data[index], (self,), (pullback,), "[]")


BACKWARD = """
def checked(self, seed):
    if not self.requires_grad:
        raise RuntimeError("no gradient is required")
    if seed is None and self.data.size != 1:
        raise ValueError(f"no seed for a result of shape {self.shape}")
    seed = np.ones(self.shape) if seed is None else np.asarray(seed)
    if seed.shape != self.shape:
        raise ValueError(f"seed {seed.shape}, result {self.shape}")
    return seed


def look_through(order):
    for node in order:
        if any(parent.written > node.written for parent in node.parents):
            raise RuntimeError(f"a parent of {node} was written later")
"""


@mistake(
    "4.1 Tensor.backward",
    "cleared, and then refused",
    says="gradients are cleared before the graph is looked through",
    prelude=BACKWARD,
)
def backward(self, seed=None):
    seed, order = checked(self, seed), topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    look_through(order)
    self.grad = np.array(self.grad + seed, self.data.dtype)
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            parent.grad = np.array(parent.grad + pullback(node.grad), parent.data.dtype)
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake(
    "4.1 Tensor.backward",
    "into the array that was there",
    says="a leaf's grad is an array that backward made itself",
    prelude=BACKWARD,
)
def backward(self, seed=None):
    seed, order = checked(self, seed), topological_order(self)
    look_through(order)
    for node in order:
        if node.parents:
            node.grad = 0.0

    def add(node, share):
        if isinstance(node.grad, np.ndarray) and node.grad.flags.writeable:
            node.grad += share
        else:
            node.grad = np.array(node.grad + share, node.data.dtype)

    add(self, seed)
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            add(parent, pullback(node.grad))
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake(
    "4.1 Tensor.backward",
    "a seed as it comes",
    says="a seed of integers made the gradient",
    prelude=BACKWARD,
)
def backward(self, seed=None):
    seed, order = checked(self, seed), topological_order(self)
    look_through(order)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = seed if self.parents else np.array(self.grad + seed, self.data.dtype)
    for node in reversed(order):
        for parent, pullback in zip(node.parents, node.pullbacks):
            parent.grad = np.array(parent.grad + pullback(node.grad), parent.data.dtype)
        if node.parents and not node.keeps_grad:
            node.grad = 0.0


@mistake("4.1 concatenate", "cut into equal parts", says="it is cut into pieces as equal as can be")
def concatenate(tensors, axis=0):
    def piece(i):
        return lambda g: np.array_split(g, len(tensors), axis)[i]

    data = np.concatenate([tensor.data for tensor in tensors], axis)
    return Tensor(data, tensors, [piece(i) for i in range(len(tensors))], "concatenate")


@mistake("4.1 softmax", "scores cut off", says="the share of what is hidden by -inf is")
def softmax(x, axis=-1):
    z = array_of(x)
    z = np.maximum(z - z.max(axis=axis, keepdims=True), -30)
    p = np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)

    def pullback(g):
        return p * (g - (g * p).sum(axis=axis, keepdims=True))

    return Tensor(p, (x,), (pullback,), "softmax")


@mistake("4.1 softmax", "a mean of the gradient", says="the mean of the gradient is not weighted")
def softmax(x, axis=-1):
    e = np.exp(array_of(x) - array_of(x).max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    return Tensor(p, (x,), (lambda g: p * (g - g.mean(axis=axis, keepdims=True)),), "softmax")


@mistake(
    "4.1 log_softmax", "the memory of an array", says=("of an array", "should raise TypeError")
)
def log_softmax(x, axis=-1):
    z = np.asarray(x.data)
    z = z - z.max(axis=axis, keepdims=True)
    y = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))

    def pullback(g):
        return g - np.exp(y) * g.sum(axis=axis, keepdims=True)

    return Tensor(y, (x,) if isinstance(x, Tensor) else (), (pullback,), "log_softmax")


@mistake(
    "4.1 Dropout.__init__", "a seed as it comes", says="with the seed 7 the rng of a Dropout is 7"
)
def __init__(self, p, rng=None):
    if not 0 <= p < 1:
        raise ValueError(f"p is {p}")
    self.p, self.rng = p, np.random.default_rng() if rng is None else rng


@mistake("4.1 Dropout.__call__", "a mask for the way back", says="drawn a mask of its own")
def __call__(self, x):
    if not self.training or self.p == 0:
        return x

    def mask():
        return ((self.rng.random(x.shape) >= self.p) / (1 - self.p)).astype(x.data.dtype)

    return Tensor(x.data * mask(), (x,), (lambda g: g * mask(),), "dropout")


@mistake("4.1 cast_parameters", "any kind of float", says="parameters as float16")
def cast_parameters(model, dtype):
    if np.dtype(dtype).kind != "f":
        raise ValueError(f"{dtype} is no kind of float")
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(dtype)


@mistake("4.1 cast_parameters", "refused too late", says="and a parameter has other data")
def cast_parameters(model, dtype):
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(dtype)
        if dtype not in (np.float32, np.float64):
            raise ValueError(f"float32 or float64, and not {dtype}")


@mistake("4.1 tensor_loss", "eval, to be sure", says="the caller, fit, says whether Dropout drops")
def tensor_loss(model, X, y):
    model.eval()
    logits = model(X)
    loss = cross_entropy(logits, y)
    loss.backward()
    return float(loss.data), float(np.mean(logits.data.argmax(axis=-1) == y))


@mistake("4.1 tensor_loss", "a step as well", says="an optimizer of the caller does that")
def tensor_loss(model, X, y):
    logits = model(X)
    loss = cross_entropy(logits, y)
    loss.backward()
    for parameter in model.parameters():
        parameter.data = parameter.data - 0.01 * parameter.grad
    return float(loss.data), float(np.mean(logits.data.argmax(axis=-1) == y))


@mistake("4.1 Dropout.__call__", "drawn, then looked at the mode", says="where nothing is dropped")
def __call__(self, x):
    kept = self.rng.random(x.shape) >= self.p
    if not self.training or self.p == 0:
        return x
    return x * (kept / (1 - self.p))


@mistake("4.1 log_softmax", "-inf cut off at -1e9", says="scores were cut off")
def log_softmax(x, axis=-1):
    scores = array_of(x)
    shifted = np.maximum(scores - scores.max(axis=axis, keepdims=True), -1e9)
    log_p = shifted - np.log(sum_kept(np.exp(shifted), axis))
    return Tensor(log_p, (x,), (lambda g: g - np.exp(log_p) * sum_kept(g, axis),), "log_softmax")


@mistake("4.1 Tensor.__init__", "constants without op", says="parents and pullbacks alone are left")
def __init__(self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True):
    if type(data) is not np.ndarray or data.dtype.char not in "df":
        data = real_array(data)
        data = data if data.dtype.char in "df" else data.astype(np.float64)
    if parents:
        edges = [e for e in zip(parents, pullbacks) if e[0].requires_grad and Tensor.recording]
        parents, pullbacks = zip(*edges) if edges else ((), ())
        requires_grad = bool(parents)
    self.data, self.grad, self.keeps_grad = data, 0.0, False
    self.parents, self.pullbacks, self.requires_grad = parents, pullbacks, requires_grad
    self.op, self.label = (op, label) if parents else ("", label)


@mistake("4.1 Tensor.exp", "grad is written by the pullback", says="wrote into the grad of its")
def exp(self):
    e = np.exp(self.data)

    def pull(g):
        self.grad = self.grad + g * e
        return 0 * g

    return Tensor(e, (self,), (pull,), "exp")


@mistake("4.1 Tensor.mean", "rows are counted, not entries", says="the mean of (3, 0)")
def mean(self, axis=None, keepdims=False):
    if self.shape and not len(self.data):
        raise ValueError(f"no mean of {self.shape}")
    total = self.sum(axis, keepdims)
    return total * (total.data.size / np.float64(self.data.size))


@mistake("4.1 Linear.__call__", "no gradient for the bias", says="has no gradient arrived")
def __call__(self, x):
    if len(x.shape) == 1:
        return self(x.reshape(1, -1)).reshape(-1)
    y = x @ self.weight
    return y if self.bias is None else y + self.bias.data


@mistake("4.1 softmax", "nan made 0", says="0 takes the place of shares that are nan")
def softmax(x, axis=-1):
    scores = array_of(x)
    p = np.exp(scores - scores.max(axis=axis, keepdims=True))
    p = np.nan_to_num(p / p.sum(axis=axis, keepdims=True))
    return Tensor(p, (x,), (lambda g: p * (g - (g * p).sum(axis=axis, keepdims=True)),), "softmax")


@mistake("4.1 cross_entropy", "nan made a number", says="0 takes the place of what is nan")
def cross_entropy(logits, targets):
    scores, K = np.nan_to_num(array_of(logits), neginf=-np.inf), logits.shape[-1]
    targets = class_numbers(targets, K)
    if targets.shape != logits.shape[:-1] or targets.size == 0:
        raise ValueError(f"targets of shape {targets.shape} for logits of shape {logits.shape}")
    rows, flat = np.arange(targets.size), targets.reshape(-1)
    shifted = scores.reshape(-1, K) - scores.reshape(-1, K).max(axis=1, keepdims=True)
    p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[rows, flat]
    grad = (p - np.eye(K)[flat]).reshape(logits.shape) / targets.size
    pull = lambda g: (g * grad).astype(grad.dtype)  # noqa: E731
    return Tensor(losses.mean(), (logits,), (pull,), "cross_entropy")
