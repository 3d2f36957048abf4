"""4.1 · Tensor: the engine of Phase 1 on arrays, where "times the local gradient" is "pull back".

In every shape below, … stands for any number of axes in front. Operations keep the dtype: float32
in, float32 out, in data and in what pullbacks return.
"""

from contextlib import contextmanager
from functools import cache
from itertools import accumulate, count
from numbers import Real
from time import time_ns

import numpy as np

from ..phase1_autodiff.graph import topological_order
from ..phase3_training.backpropagation import unbroadcast
from ..phase3_training.classes import class_numbers
from ..phase3_training.plain_arrays import real_array


class Tensor:
    """An array in a computation, and how much the result changes when each entry does.

    data           a numpy array of float64 or float32
    grad           d result / d this, an array like data; 0.0 until a gradient arrives
    parents        the Tensors it was computed from, in operand order
    pullbacks      for each parent a function: it takes d result / d this and returns the share
                   of d result / d parent that comes this way, in a new array or a view, and
                   changes nothing that it was given
    op             the operation that made it: "+", "@", "exp", ... or "" for a leaf
    label          a name for tables and pictures
    requires_grad  False for a constant: no gradient is computed for it
    keeps_grad     True if its gradient is wanted although it is not a leaf
    written        a count that says when data was last assigned to: of two Tensors the later has
                   the greater. `x.data = …` and `x.data -= …` assign; what is written into the
                   array past the Tensor (`x.data[0] = …`, `out=x.data`) is not noticed

    There are no other fields (`__slots__`).
    """

    __slots__ = (
        "_data",
        "grad",
        "keeps_grad",
        "label",
        "op",
        "parents",
        "pullbacks",
        "requires_grad",
        "written",
    )
    writes = count(time_ns())  # only grows, also from one run of Python to the next
    __array_ufunc__ = None  # numpy leaves ndarray * Tensor to Tensor.__rmul__
    recording = True  # False inside `with no_grad()`

    def __init__(  # kata 4.1
        self, data, parents=(), pullbacks=(), op="", label="", requires_grad=True
    ):
        """Keep what is given; grad starts at 0.0, keeps_grad is False.

        data           an array, or what real_array makes one of. float64 and float32 are kept, not
                       copied; integers, booleans and other floats become float64
        requires_grad  of a leaf; if parents are given, they decide

        Of parents that are given, those that require no gradient are left out, and so are their
        pullbacks. If none of them is left, or while `Tensor.recording` is False, this Tensor keeps
        neither parents nor pullbacks, and requires no gradient; otherwise it does. A leaf, made
        without parents, is what requires_grad says, recording or not.

        TypeError, naming the data, as from real_array: if it holds anything but real numbers of
        kinds that numpy has, or is masked.
        """
        if type(data) is not np.ndarray or data.dtype.kind != "f":  # what an operation made is one
            data = real_array(data)
        if data.dtype.char not in "df":  # neither float64 nor float32
            data = data.astype(np.float64)
        if parents:
            if not Tensor.recording:
                parents = pullbacks = ()
            elif not all([p.requires_grad for p in parents]):
                edges = [edge for edge in zip(parents, pullbacks) if edge[0].requires_grad]
                parents, pullbacks = zip(*edges) if edges else ((), ())
            requires_grad = bool(parents)
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.pullbacks = pullbacks
        self.op = op
        self.label = label
        self.requires_grad = requires_grad
        self.keeps_grad = False

    def __repr__(self):
        label = f"label={self.label!r}, " if self.label else ""
        return f"Tensor({label}shape={self.shape}, dtype={self.data.dtype})"

    # ---- what would take a Tensor for one object, or for none, and silently be wrong

    def __array__(self, dtype=None, copy=None):
        """TypeError: numpy would make an array of one object, a Tensor."""
        raise TypeError(f"a Tensor is no array: {self!r} has one in .data")

    def __array_function__(self, function, types, args, kwargs):
        """TypeError: np.argmax, np.mean, ... know nothing of gradients."""
        raise TypeError(
            f"np.{function.__name__} takes arrays, such as the .data of a Tensor; what a gradient "
            "shall pass through is a method of Tensor"
        )

    def __eq__(self, other):
        """Whether other is this very Tensor; TypeError if entries were to be compared."""
        if isinstance(other, np.ndarray | Real | list | tuple):
            raise TypeError("a Tensor is equal to itself alone: compare the numbers in its .data")
        return self is other

    __hash__ = object.__hash__

    def __bool__(self):
        """The truth of its one number; ValueError, as for an array, if it has several."""
        return bool(self.data)

    def __iter__(self):
        """Its rows, one after the other; TypeError, as for an array, if it has no axes."""
        return (self[i] for i, _ in enumerate(self.data))

    @property
    def data(self):
        return self._data

    @data.setter
    def data(self, array):
        self._data = array
        self.written = next(Tensor.writes)

    @property
    def shape(self):
        """The shape of data."""
        return self.data.shape

    def wrap(self, x):  # kata 4.1
        """Make an operand for self: a Tensor.

        x   a Tensor, an array or what real_array makes one of; left unchanged
        ->  x itself if it is a Tensor, of a subclass too; else a Tensor of the dtype of self that
            requires no gradient

        TypeError, as from Tensor(x), if x holds anything but real numbers.
        """
        if isinstance(x, Tensor):
            return x
        constant = Tensor(x, requires_grad=False)
        constant.data = constant.data.astype(self.data.dtype, copy=False)
        return constant

    # ---- entry by entry; shapes that differ are broadcast as numpy does

    def __add__(self, other):  # kata 4.1
        """self + other, with op "+"; other is a Tensor, an array or a number."""
        other = self.wrap(other)
        return Tensor(
            self.data + other.data,
            (self, other),
            (lambda g: unbroadcast(g, self.shape), lambda g: unbroadcast(g, other.shape)),
            "+",
        )

    def __mul__(self, other):  # kata 4.1
        """self * other, with op "*"; other is a Tensor, an array or a number."""
        other = self.wrap(other)
        a, b = self.data, other.data
        return Tensor(
            a * b,
            (self, other),
            (lambda g: unbroadcast(g * b, a.shape), lambda g: unbroadcast(g * a, b.shape)),
            "*",
        )

    def __sub__(self, other):  # kata 4.1
        """self - other, with op "-"; other is a Tensor, an array or a number."""
        other = self.wrap(other)
        return Tensor(
            self.data - other.data,
            (self, other),
            (lambda g: unbroadcast(g, self.shape), lambda g: -unbroadcast(g, other.shape)),
            "-",
        )

    def __truediv__(self, other):  # kata 4.1
        """self / other, with op "/"; other is a Tensor, an array or a number.

        What is divided by 0 is left to numpy: inf or nan.
        """
        other = self.wrap(other)
        a, b = self.data, other.data
        quotient = a / b
        return Tensor(
            quotient,
            (self, other),
            (
                lambda g: unbroadcast(g / b, a.shape),
                lambda g: unbroadcast(-g * quotient / b, b.shape),  # b * b may over- or underflow
            ),
            "/",
        )

    def __pow__(self, exponent):  # kata 4.1
        """Every entry to the power of one constant, with op "**3" for 3 and "**0.5" for 0.5.

        The gradient for exponent 0 is 0, whatever the entry. What is not a real number is left to
        numpy: nan or inf.

        TypeError, naming its type, if the exponent is not a real number.
        """
        if not isinstance(exponent, Real):
            raise TypeError(f"an exponent is a real number, not {type(exponent).__name__}")
        a, n = self.data, float(exponent)
        lowered = n - 1 if n else 0.0  # 0 * a**-1 would be nan at 0
        return Tensor(a**n, (self,), (lambda g: g * (n * a**lowered),), f"**{exponent}")

    def exp(self):  # kata 4.1
        """e to the power of every entry, with op "exp"; inf where it is too large."""
        e = np.exp(self.data)
        return Tensor(e, (self,), (lambda g: g * e,), "exp")

    def log(self):  # kata 4.1
        """The natural logarithm of every entry, with op "log"; -inf or nan where numpy has it."""
        return Tensor(np.log(self.data), (self,), (lambda g: g / self.data,), "log")

    def tanh(self):  # kata 4.1
        """The hyperbolic tangent of every entry, with op "tanh"."""
        t = np.tanh(self.data)
        return Tensor(t, (self,), (lambda g: g * (1 - t * t),), "tanh")

    def relu(self):  # kata 4.1
        """Every entry if above 0, else 0, with op "relu"; nan stays nan, the slope at 0 is 0."""
        return Tensor(np.maximum(self.data, 0), (self,), (lambda g: g * (self.data > 0),), "relu")

    def sqrt(self):  # kata 4.1
        """The square root of every entry, with op "sqrt"; nan where numpy has it."""
        root = np.sqrt(self.data)
        return Tensor(root, (self,), (lambda g: g / (2 * root),), "sqrt")

    def __neg__(self):
        """-self."""
        return self * -1

    def __radd__(self, other):
        """other + self, where other is an array or a number."""
        return self + other

    def __rmul__(self, other):
        """other * self, where other is an array or a number."""
        return self * other

    def __rsub__(self, other):
        """other - self, where other is an array or a number."""
        return self.wrap(other) - self

    def __rtruediv__(self, other):
        """other / self, where other is an array or a number."""
        return self.wrap(other) / self

    # ---- products of matrices

    def __matmul__(self, other):  # kata 4.1
        """self @ other, the product of matrices, with op "@".

        self   (…, N, D)
        other  (…, D, H)  a Tensor or an array; axes in front are broadcast
        ->     (…, N, H)

        ValueError, naming both shapes, if one of them has fewer than two axes, or D differs.
        """
        other = self.wrap(other)
        a, b = self.data, other.data
        if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
            raise ValueError(f"no product of matrices (N, D) and (D, H): {a.shape} @ {b.shape}")
        if a.ndim > b.ndim == 2:  # the same matrix for all: one large product, not many small ones
            rows = a.reshape(-1, a.shape[-1])

            def flat(g):
                return g.reshape(-1, g.shape[-1])

            return Tensor(
                (rows @ b).reshape(*a.shape[:-1], b.shape[1]),
                (self, other),
                (lambda g: (flat(g) @ b.T).reshape(a.shape), lambda g: rows.T @ flat(g)),
                "@",
            )
        return Tensor(
            a @ b,
            (self, other),
            (
                lambda g: unbroadcast(g @ b.swapaxes(-1, -2), a.shape),
                lambda g: unbroadcast(a.swapaxes(-1, -2) @ g, b.shape),
            ),
            "@",
        )

    def __rmatmul__(self, other):
        """other @ self, where other is an array."""
        return self.wrap(other) @ self

    # ---- along axes; axis is an int, a tuple of ints, or None for all of them

    def sum(self, axis=None, keepdims=False):  # kata 4.1
        """The sum along the axes, with op "sum"; keepdims keeps them, with length 1."""
        kept = self.data.sum(axis=axis, keepdims=True)
        return Tensor(
            kept if keepdims else kept.squeeze(axis),
            (self,),
            (lambda g: np.broadcast_to(g.reshape(kept.shape), self.shape),),
            "sum",
        )

    def mean(self, axis=None, keepdims=False):  # kata 4.1
        """The mean along the axes; keepdims as in sum.

        ValueError, naming the shape, if there are no entries.
        """
        if not self.data.size:
            raise ValueError(f"no mean of nothing: the shape is {self.shape}")
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def max(self, axis=None, keepdims=False):  # kata 4.1
        """The largest entry along the axes, NaN if one is; with op "max"; keepdims as in sum.

        Where several entries are the largest, each has an equal share of the gradient (PyTorch's
        amax shares too; its max along an axis gives all to one).
        """
        kept = self.data.max(axis=axis, keepdims=True)

        def pull(g):
            largest = (self.data == kept).astype(kept.dtype)
            return g.reshape(kept.shape) * (largest / largest.sum(axis=axis, keepdims=True))

        return Tensor(kept if keepdims else kept.squeeze(axis), (self,), (pull,), "max")

    # ---- the same entries in other places

    def reshape(self, *shape):  # kata 4.1
        """The same entries in the same order, in another shape, with op "reshape".

        shape  the lengths of the axes, one after the other or in one tuple; one of them may be
               -1: what is left
        """
        return Tensor(
            self.data.reshape(*shape), (self,), (lambda g: g.reshape(self.shape),), "reshape"
        )

    def transpose(self, *axes):  # kata 4.1
        """The axes in another order, with op "transpose".

        axes  for each axis of the result, which of self's it is (-1: the last), one after the
              other or in one tuple; none given: all in reverse
        """
        if len(axes) == 1 and isinstance(axes[0], tuple | list):
            axes = axes[0]
        axes = axes or range(self.data.ndim)[::-1]

        def pull(g):
            return g.transpose(np.argsort([axis % g.ndim for axis in axes]))

        return Tensor(self.data.transpose(axes), (self,), (pull,), "transpose")

    def swapaxes(self, axis1, axis2):  # kata 4.1
        """Two axes exchanged, with op "swapaxes"."""
        return Tensor(
            self.data.swapaxes(axis1, axis2),
            (self,),
            (lambda g: g.swapaxes(axis1, axis2),),
            "swapaxes",
        )

    def __getitem__(self, index):  # kata 4.1
        """self[index], with op "[]"; an entry that is taken several times collects all gradients.

        index  what numpy takes: integers, slices, None, ..., arrays of integers or booleans, or a
               tuple of these

        The gradient is an array as large as self: to take all rows one by one is quadratic.
        """
        taken = self.data[index]

        def pull(g):
            grad = np.zeros_like(self.data)
            if np.may_share_memory(taken, self.data):  # a view: it takes no entry twice
                grad[index] = g
            else:
                np.add.at(grad, index, g)
            return grad

        return Tensor(taken, (self,), (pull,), "[]")

    # ---- the backward pass

    def backward(self, seed=None):  # kata 4.1
        """Fill in `grad` of every leaf that this Tensor was computed from.

        seed  d result / d this, an array or lists of the shape of this; may be left out for a
              single number: 1.0

        As in Phase 1, leaves are added to and keep what they had from earlier calls. The others
        give their memory back: their grad is 0.0 afterwards, unless retain_grad was called. No
        leaf's grad shares memory with anything, and each has the dtype of its data.

        ValueError, naming the shape, if there is no seed and this is not a single number, or if
        seed has another shape. RuntimeError, as in PyTorch, if this requires no gradient, or if a
        parent was written later than what was computed from it: the pullbacks would take the new
        numbers for the old. Whatever is refused leaves every grad as it was.
        """
        if not self.requires_grad:
            raise RuntimeError(f"no gradient for {self}: it is constant, or made under no_grad")
        if seed is None and self.data.size != 1:
            raise ValueError(f"a result of shape {self.shape} needs a seed: what is it worth?")
        if seed is not None and np.shape(seed) != self.shape:
            raise ValueError(f"a seed of shape {np.shape(seed)} for a result of shape {self.shape}")
        seed = 1.0 if seed is None else np.asarray(seed)
        order = topological_order(self)
        for node in order:
            for parent in node.parents:
                if parent.written > node.written:
                    raise RuntimeError(f"{parent} was changed after {node.op!r} had been computed")
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad = np.add(self.grad, seed, out=np.empty_like(self.data))
        own = set()  # whose grad is an array that no other can hold: it may be added to in place
        for node in reversed(order):
            for parent, pullback in zip(node.parents, node.pullbacks):
                g = pullback(node.grad)
                if parent in own:
                    parent.grad += g
                elif parent.parents and type(parent.grad) is float:
                    parent.grad = g  # the first to arrive, perhaps a view of another's
                else:
                    parent.grad = np.asarray(parent.grad + g, parent.data.dtype)
                    own.add(parent)
            if node.parents and not node.keeps_grad:
                node.grad = 0.0

    def retain_grad(self):  # kata 4.1
        """Have the gradient of the last backward kept here, for pictures.

        A leaf keeps its own anyway, and a constant has none: for them nothing changes.
        """
        self.keeps_grad = True

    def detach(self):  # kata 4.1
        """The same data, not copied, as a constant: a Tensor that requires no gradient."""
        return Tensor(self.data, requires_grad=False)


@contextmanager
def no_grad():  # kata 4.1
    """Record no graph inside `with no_grad():`, for evaluation: `Tensor.recording` is False there.

    Afterwards it is as it was before, even if an error left the block, or one stood in another.
    """
    before = Tensor.recording
    Tensor.recording = False
    try:
        yield
    finally:
        Tensor.recording = before


def array_of(tensor):
    """The array in a Tensor, for functions that read it.

    TypeError, naming its type, if it is anything else: an array has a `data` too, its memory.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"a Tensor is wanted here, and not {type(tensor).__name__}: Tensor(…) makes one"
        )
    return tensor.data


def concatenate(tensors, axis=0):  # kata 4.1
    """Tensors one after the other along an axis, with op "concatenate".

    tensors  a list of Tensors whose shapes differ in the length of that axis at most
    """
    tensors = tuple(tensors)
    arrays = [array_of(tensor) for tensor in tensors]
    lengths = [array.shape[axis] for array in arrays]

    def pullback(length, end):
        return lambda g: g.swapaxes(0, axis)[end - length : end].swapaxes(0, axis)

    return Tensor(
        np.concatenate(arrays, axis=axis),
        tensors,
        tuple(map(pullback, lengths, accumulate(lengths))),
        "concatenate",
    )


# ---- several steps as one node: fewer arrays, and no overflow


@cache
def column(n, number, dtype):
    """An array (n, 1) of one number, made once: a product with it adds up rows, times the number.

    For short rows that is faster than numpy's own sum and mean.
    """
    return np.full((n, 1), number, dtype)


def sum_kept(a, axis=-1):
    """The sum of an array along an axis, which stays, with length 1."""
    if axis == -1:
        return a @ column(a.shape[-1], 1, a.dtype)
    return a.sum(axis=axis, keepdims=True)


def softmax(x, axis=-1):  # kata 4.1
    """Probabilities along an axis: exp(x), divided by its sum, with op "softmax".

    x   a Tensor of any shape, entries of any size, -inf among them; but not -inf alone along
        the axis
    ->  the same shape; nan along the axis where an entry is nan

    TypeError, naming its type, if x is not a Tensor, also in the functions below.
    """
    scores = array_of(x)
    p = np.exp(scores - scores.max(axis=axis, keepdims=True))
    p /= sum_kept(p, axis)

    def pull(g):
        grad = g * p
        grad -= p * sum_kept(grad, axis)
        return grad

    return Tensor(p, (x,), (pull,), "softmax")


def log_softmax(x, axis=-1):  # kata 4.1
    """The logarithm of softmax, with op "log_softmax"; finite for finite entries of any size."""
    scores = array_of(x)
    shifted = scores - scores.max(axis=axis, keepdims=True)
    log_p = shifted - np.log(sum_kept(np.exp(shifted), axis))
    return Tensor(log_p, (x,), (lambda g: g - np.exp(log_p) * sum_kept(g, axis),), "log_softmax")


def cross_entropy(logits, targets):  # kata 4.1
    """The mean of -log softmax(logits)[target] over all examples, with op "cross_entropy".

    logits   (…, K)  scores of any size, -inf for a class that is ruled out; of at least one
                     example
    targets  (…)     an array or (nested) list of integers: the right classes
    ->       ()      nan if a score is

    ValueError, naming both shapes, if they do not go together, or hold no example. TypeError if
    targets are not integers. IndexError, naming it and the range, if a target is not from 0 to
    K - 1.
    """
    scores, K = array_of(logits), logits.shape[-1]
    targets = class_numbers(targets, K)
    if targets.shape != logits.shape[:-1] or targets.size == 0:
        raise ValueError(f"targets of shape {targets.shape} for logits of shape {logits.shape}")
    rows, flat = np.arange(targets.size), targets.reshape(-1)
    scores = scores.reshape(-1, K)
    shifted = scores - scores.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = sum_kept(e)
    losses = np.log(total[:, 0]) - shifted[rows, flat]

    def pull(g):
        grad = e / total
        grad[rows, flat] -= 1
        grad *= g / flat.size
        return grad.reshape(logits.shape)

    return Tensor(losses.mean(), (logits,), (pull,), "cross_entropy")
