"""1.1 to 1.3 · Value: a number that remembers how it was computed."""

import math
from numbers import Real

from .graph import topological_order


class Value:
    """A number in a computation, and how much the result changes when it does.

    data         the number
    grad         d result / d this, filled in by `backward` of the result
    parents      the Values it was computed from, in operand order
    local_grads  d this / d parent, one for each parent
    op           the operation that made it: "+", "*", "**3", "tanh", ... or "" for a leaf
    label        a name for tables and pictures

    There are no other fields (`__slots__`): a slip in a name is an AttributeError.
    """

    __slots__ = ("data", "grad", "label", "local_grads", "op", "parents")

    def __init__(self, data, parents=(), local_grads=(), op="", label=""):  # kata 1.1
        """Keep what is given; `data` as a float, and `grad` starts at 0.0.

        data  a real number: int, float, or any other `numbers.Real`, such as a bool, a Fraction,
              a number of numpy, infinity or NaN

        TypeError, with the repr of data in the message, if it is anything else: a string, a
        complex number, a Value.
        """
        raise NotImplementedError("1.1 Value.__init__")

    def __repr__(self):  # kata 1.1
        """Show data and gradient, after the label where there is one, as `repr` writes them.

        >>> Value(3)
        Value(data=3.0, grad=0.0)
        >>> Value(3, label="a")
        Value(label='a', data=3.0, grad=0.0)
        """
        raise NotImplementedError("1.1 Value.__repr__")

    @staticmethod
    def wrap(x):  # kata 1.1
        """Make sure that x is a Value.

        x   a Value or a real number
        ->  x itself if it is a Value, else a new leaf that holds the number

        TypeError, as from Value(x), if x is neither.
        """
        raise NotImplementedError("1.1 Value.wrap")

    @property
    def is_leaf(self):  # kata 1.1
        """True if no operation made this Value: it has no parents."""
        raise NotImplementedError("1.1 Value.is_leaf")

    # ---- operations: compute the data, and note the sensitivity to each operand

    def __add__(self, other):  # kata 1.2
        """self + other, a new Value with op "+".

        other  a Value or a real number (which becomes a leaf), of any kind: one of numpy's small
               integers too counts as the number that it is, also in the operations below

        The parents are the two operands in order, the same one twice if it is used twice,
        and the local gradients stand beside them in the same order.
        """
        raise NotImplementedError("1.2 Value.__add__")

    def __mul__(self, other):  # kata 1.2
        """self * other, a new Value with op "*".

        other  a Value or a real number (which becomes a leaf)
        """
        raise NotImplementedError("1.2 Value.__mul__")

    def __pow__(self, exponent):  # kata 1.2
        """self ** exponent, a new Value with op "**3" for an exponent of 3, as `str` writes it.

        exponent  a real number: a constant, and no parent. A Value goes on to `__rpow__`, which
                  makes self ** exponent of it, and is its own kata

        The local gradient for exponent 0 is 0.0, whatever the base; at base 0 an exponent
        between 0 and 1 has an infinite one.

        TypeError, naming its type, if the exponent is neither. ValueError, naming base and
        exponent, if the base is negative and the exponent is not whole, or the base is 0 and the
        exponent negative.
        """
        raise NotImplementedError("1.2 Value.__pow__")

    def exp(self):  # kata 1.2
        """e to the power self, a new Value with op "exp"."""
        raise NotImplementedError("1.2 Value.exp")

    def log(self):  # kata 1.2
        """The natural logarithm, a new Value with op "log".

        ValueError, naming the number, if it is 0 or below. The logarithm of NaN is NaN.
        """
        raise NotImplementedError("1.2 Value.log")

    def tanh(self):  # kata 1.2
        """The hyperbolic tangent, a new Value with op "tanh"."""
        raise NotImplementedError("1.2 Value.tanh")

    def relu(self):  # kata 1.2
        """0 for a number up to 0, else the number itself: a new Value with op "relu".

        At 0 there is no derivative; the convention is 0.0. NaN stays NaN.
        """
        raise NotImplementedError("1.2 Value.relu")

    # ---- the other operators, all composed of + * **

    def __neg__(self):
        """-self."""
        return self * -1

    def __sub__(self, other):  # kata 1.2
        """self - other, composed of + and *."""
        raise NotImplementedError("1.2 Value.__sub__")

    def __truediv__(self, other):  # kata 1.2
        """self / other, composed of * and **.

        ValueError if other is 0, as for 0 ** -1.
        """
        raise NotImplementedError("1.2 Value.__truediv__")

    def __radd__(self, other):  # kata 1.2
        """other + self, where other is a plain number."""
        raise NotImplementedError("1.2 Value.__radd__")

    def __rmul__(self, other):  # kata 1.2
        """other * self, where other is a plain number."""
        raise NotImplementedError("1.2 Value.__rmul__")

    def __rsub__(self, other):  # kata 1.2
        """other - self, where other is a plain number."""
        raise NotImplementedError("1.2 Value.__rsub__")

    def __rtruediv__(self, other):  # kata 1.2
        """other / self, where other is a plain number."""
        raise NotImplementedError("1.2 Value.__rtruediv__")

    def __rpow__(self, base):  # kata 1.2
        """base ** self, a new Value with op "pow": here the exponent is a Value, too.

        base  a Value, or a real number (which becomes a leaf)

        Base and exponent are the parents, in this order. Along the base the slope is that of
        `**`. Along the exponent it is the power times the natural logarithm of the base, and 0.0
        at base 0, as in PyTorch.

        ValueError, naming base and exponent, if the base is negative: along the exponent there is
        no slope then, whole or not. ValueError as from `**` for base 0 and a negative exponent.
        """
        raise NotImplementedError("1.2 Value.__rpow__")

    # ---- the backward pass

    def backward(self):  # kata 1.3
        """Fill in `grad` of every Value that this one was computed from.

        Afterwards each node's `grad` is d self / d node, and that of self is 1.0. Gradients
        of inner nodes are set anew by each call. Those of leaves are added to, as in PyTorch:
        after a second call on the same graph they are twice as large, until `zero_grad`
        clears them. A leaf on its own has 1.0 added.

        The gradients are those at the numbers of the forward pass, which `local_grads` recorded:
        data that was changed since does not count (PyTorch refuses then). After a step of
        training, compute the expression again.

        Works at any depth, in time proportional to the number of edges.
        """
        raise NotImplementedError("1.3 Value.backward")

    def detach(self):  # kata 1.3
        """A new leaf with the same data: what is computed from it does not reach back to self."""
        raise NotImplementedError("1.3 Value.detach")


def zero_grad(values):  # kata 1.1
    """Set the gradient of each Value back to 0.0.

    values  an iterable of Values

    TypeError, naming its type, if it is a single one.
    """
    raise NotImplementedError("1.1 zero_grad")


def tanh_from_exp(x):  # kata 1.3
    """The hyperbolic tangent of a Value, composed of exp and arithmetic.

    x   a Value, with |x.data| up to 150
    ->  a Value with the same data, and after `backward` the same gradients, as x.tanh()
    """
    raise NotImplementedError("1.3 tanh_from_exp")
