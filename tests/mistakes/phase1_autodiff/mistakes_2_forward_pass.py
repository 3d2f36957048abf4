"""Wrong solutions of 1.2 that its specs reject by name."""

from tests.mistakes import mistake

# a line of a trace table, for entries that get something else wrong
LINE = """
def _line(node, names):
    operands = [names[id(parent)] for parent in node.parents]
    if not operands:
        formula = ""
    elif node.op.startswith("**"):
        formula = f"{operands[0]} ** {node.op[2:]} = "
    elif node.op in ("+", "*"):
        formula = f" {node.op} ".join(operands) + " = "
    else:
        formula = f"{node.op}({', '.join(operands)}) = "
    return f"{names[id(node)]} = {formula}{node.data:.6g}"
"""

# ---- + and *


@mistake("1.2 Value.__add__", "the parents are kept in a set", says="in a set")
def __add__(self, other):
    other = Value.wrap(other)
    return Value(self.data + other.data, {self, other}, (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "an operand used twice is one parent", says="a parent twice")
def __add__(self, other):
    other = Value.wrap(other)
    parents = tuple(dict.fromkeys((self, other)))
    return Value(self.data + other.data, parents, (2.0 / len(parents),) * len(parents), "+")


@mistake("1.2 Value.__add__", "the parents are reversed", says="in reverse order")
def __add__(self, other):
    other = Value.wrap(other)
    return Value(self.data + other.data, (other, self), (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "nothing is recorded", says="no parents")
def __add__(self, other):
    return Value(self.data + Value.wrap(other).data)


@mistake("1.2 Value.__add__", "a float is returned", says="should be a Value")
def __add__(self, other):
    return self.data + Value.wrap(other).data


@mistake(
    "1.2 Value.__add__", "the left operand is changed in place", says="the operand itself, and not"
)
def __add__(self, other):
    self.data += Value.wrap(other).data
    return self


@mistake("1.2 Value.__add__", "plain numbers are not wrapped", says="'int' object has no attribute")
def __add__(self, other):
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "a plain number is a parent", says="a plain number becomes a leaf")
def __add__(self, other):
    number = other.data if isinstance(other, Value) else other
    return Value(self.data + number, (self, other), (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "a plain number is no parent", says="2 operand(s)")
def __add__(self, other):
    if not isinstance(other, Value):
        return Value(self.data + other, (self,), (1.0,), "+")
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake(
    "1.2 Value.__add__", "only whole numbers are wrapped", says="'float' object has no attribute"
)
def __add__(self, other):
    other = Value(other) if isinstance(other, int) else other
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "the operands are copied", says="a copy")
def __add__(self, other):
    other = Value.wrap(other)
    parents = (Value(self.data), Value(other.data))
    return Value(self.data + other.data, parents, (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "the parents' parents are recorded", says="should be the operands")
def __add__(self, other):
    other = Value.wrap(other)
    parents = (self.parents or (self,)) + (other.parents or (other,))
    return Value(self.data + other.data, parents[-2:], (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "the gradients of a product", says="those of a product")
def __add__(self, other):
    other = Value.wrap(other)
    return Value(self.data + other.data, (self, other), (other.data, self.data), "+")


@mistake("1.2 Value.__add__", "one gradient for both parents", says=("The shape is", "(2,)"))
def __add__(self, other):
    other = Value.wrap(other)
    return Value(self.data + other.data, (self, other), (1.0,), "+")


@mistake("1.2 Value.__add__", "grad of the operands is multiplied in", says="whatever gradient")
def __add__(self, other):
    other = Value.wrap(other)
    slopes = (self.grad or 1.0, other.grad or 1.0)
    return Value(self.data + other.data, (self, other), slopes, "+")


@mistake("1.2 Value.__add__", "the operands' gradients are filled in", says="changed an operand")
def __add__(self, other):
    other = Value.wrap(other)
    self.grad += 1.0
    other.grad += 1.0
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "op is left out", says="op is ''")
def __add__(self, other):
    other = Value.wrap(other)
    return Value(self.data + other.data, (self, other), (1.0, 1.0))


@mistake("1.2 Value.__mul__", "the local gradients are not swapped", says="not swapped")
def __mul__(self, other):
    other = Value.wrap(other)
    return Value(self.data * other.data, (self, other), (self.data, other.data), "*")


@mistake("1.2 Value.__mul__", "the gradients of a sum", says="those of a sum")
def __mul__(self, other):
    other = Value.wrap(other)
    return Value(self.data * other.data, (self, other), (1.0, 1.0), "*")


@mistake("1.2 Value.__mul__", "the operands are noted, not their numbers", says="a slope at this")
def __mul__(self, other):
    other = Value.wrap(other)
    return Value(self.data * other.data, (self, other), (other, self), "*")


@mistake("1.2 Value.__mul__", "the parents are kept in a set", says="in a set")
def __mul__(self, other):
    other = Value.wrap(other)
    return Value(self.data * other.data, {self, other}, (other.data, self.data), "*")


@mistake("1.2 Value.__mul__", "a square is one edge", says="a parent twice")
def __mul__(self, other):
    other = Value.wrap(other)
    if self is other:
        return Value(self.data * self.data, (self,), (2 * self.data,), "*")
    return Value(self.data * other.data, (self, other), (other.data, self.data), "*")


@mistake("1.2 Value.__mul__", "both edges of a square carry all of 2x", says="they are added")
def __mul__(self, other):
    other = Value.wrap(other)
    times = 2 if self is other else 1
    slopes = (times * other.data, times * self.data)
    return Value(self.data * other.data, (self, other), slopes, "*")


@mistake("1.2 Value.__mul__", "the slope is the product over the operand", says="ZeroDivisionError")
def __mul__(self, other):
    other = Value.wrap(other)
    product = self.data * other.data
    return Value(product, (self, other), (product / self.data, product / other.data), "*")


# ---- **


@mistake("1.2 Value.__pow__", "the exponent is missing in front", says="missing in front")
def __pow__(self, exponent):
    slope = self.data ** (exponent - 1) if exponent else 0.0
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "the exponent is not lowered", says="not lowered by 1")
def __pow__(self, exponent):
    return Value(self.data**exponent, (self,), (exponent * self.data**exponent,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "1 is taken from the power", says="brackets are missing")
def __pow__(self, exponent):
    slope = exponent * self.data**exponent - 1
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "the exponent is always 2", says="2 to the power 3")
def __pow__(self, exponent):
    return Value(self.data**2, (self,), (2 * self.data,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "the exponent is a parent", says="1 operand(s)")
def __pow__(self, exponent):
    base = self.data
    slopes = (exponent * base ** (exponent - 1), 0.0)
    return Value(base**exponent, (self, Value(exponent)), slopes, f"**{exponent}")


@mistake("1.2 Value.__pow__", "op says nothing of the exponent", says="should be '**3'")
def __pow__(self, exponent):
    return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),), "**")


@mistake("1.2 Value.__pow__", "a Value as exponent is unwrapped", says="2 operand(s)")
def __pow__(self, exponent):
    n = Value.wrap(exponent).data
    return Value(self.data**n, (self,), (n * self.data ** (n - 1),), f"**{exponent}")


@mistake("1.2 Value.__pow__", "the power 0 divides by a base of 0", says="ZeroDivisionError")
def __pow__(self, exponent):
    slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "every negative base is refused", says="ValueError")
def __pow__(self, exponent):
    if self.data < 0:
        raise ValueError(f"{self.data} is negative")
    slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "a root of a negative number is let through", says="complex")
def __pow__(self, exponent):
    if self.data == 0 and exponent < 0:
        raise ValueError(f"{self.data} ** {exponent}")
    slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "the refusal does not name the numbers", says="does not name -8, 0.5")
def __pow__(self, exponent):
    base = self.data
    if (base < 0 and exponent % 1) or (base == 0 and exponent < 0):
        raise ValueError("not a real number")
    slope = exponent * base ** (exponent - 1) if exponent else 0.0
    return Value(base**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "at base 0 the slope is always 0", says="0 ** 1")
def __pow__(self, exponent):
    base = self.data
    slope = exponent * base ** (exponent - 1) if exponent and base else 0.0
    return Value(base**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "the sign of a negative base is lost", says="-2 to the power 3")
def __pow__(self, exponent):
    base = abs(self.data)
    slope = exponent * base ** (exponent - 1) if exponent else 0.0
    return Value(base**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "only int and float are real", says="TypeError: Fraction")
def __pow__(self, exponent):
    if not isinstance(exponent, int | float):
        raise TypeError(f"{type(exponent).__name__} as exponent")
    slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "a chain of products", says="1 operand(s)")
def __pow__(self, exponent):
    power = Value(1.0)
    for _ in range(abs(int(exponent))):
        power = power * self
    return power


# ---- the functions of one number


@mistake("1.2 Value.exp", "a parent without its comma", says="a tuple of one thing needs a comma")
def exp(self):
    e = math.exp(self.data)
    return Value(e, (self), (e,), "exp")


@mistake("1.2 Value.exp", "a slope without its comma", says="a tuple of one thing needs a comma")
def exp(self):
    e = math.exp(self.data)
    return Value(e, (self,), (e), "exp")


@mistake("1.2 Value.exp", "the slope is the input", says="the input is noted")
def exp(self):
    return Value(math.exp(self.data), (self,), (self.data,), "exp")


@mistake("1.2 Value.exp", "the rule for powers", says="rule for powers")
def exp(self):
    x = self.data
    return Value(math.exp(x), (self,), (x * math.exp(x - 1),), "exp")


@mistake("1.2 Value.exp", "exp of the output", says="of the output")
def exp(self):
    e = math.exp(self.data)
    return Value(e, (self,), (math.exp(e),), "exp")


@mistake("1.2 Value.exp", "e is rounded", says="exp(2) is not right")
def exp(self):
    e = 2.71828**self.data
    return Value(e, (self,), (e,), "exp")


@mistake("1.2 Value.exp", "composed of a power, with another op", says="should be 'exp'")
def exp(self):
    e = math.exp(self.data)
    return Value(e, (self,), (e,), f"**{self.data}")


@mistake("1.2 Value.log", "one over the output", says="taken of the output")
def log(self):
    if self.data <= 0:
        raise ValueError(f"log of {self.data}")
    y = math.log(self.data)
    return Value(y, (self,), (1 / y if y else 1.0,), "log")


@mistake("1.2 Value.log", "to base 10", says="to base 10")
def log(self):
    if self.data <= 0:
        raise ValueError(f"log of {self.data}")
    return Value(math.log10(self.data), (self,), (1 / self.data,), "log")


@mistake("1.2 Value.log", "kept away from 0", says="to keep away from log 0")
def log(self):
    x = max(self.data, 1e-12)
    return Value(math.log(x), (self,), (1 / x,), "log")


@mistake("1.2 Value.log", "Python's own error, without the number", says="does not name")
def log(self):
    return Value(math.log(self.data), (self,), (1 / self.data,), "log")


@mistake("1.2 Value.log", "only negative numbers are refused", says="does not name 0")
def log(self):
    if self.data < 0:
        raise ValueError(f"log of {self.data}")
    return Value(math.log(self.data), (self,), (1 / self.data,), "log")


@mistake("1.2 Value.log", "the absolute value", says="should raise ValueError")
def log(self):
    x = abs(self.data) or 1.0
    return Value(math.log(x), (self,), (1 / x,), "log")


@mistake("1.2 Value.tanh", "the slope is computed from the input", says="from the input, 1 - x²")
def tanh(self):
    return Value(math.tanh(self.data), (self,), (1 - self.data**2,), "tanh")


@mistake("1.2 Value.tanh", "tanh of the output", says="of the output")
def tanh(self):
    t = math.tanh(self.data)
    return Value(t, (self,), (1 - math.tanh(t) ** 2,), "tanh")


@mistake("1.2 Value.tanh", "the slope of the sigmoid", says="sigmoid")
def tanh(self):
    t = math.tanh(self.data)
    return Value(t, (self,), (t * (1 - t),), "tanh")


@mistake("1.2 Value.tanh", "the square is missing", says="the square is missing")
def tanh(self):
    t = math.tanh(self.data)
    return Value(t, (self,), (1 - t,), "tanh")


@mistake("1.2 Value.tanh", "exp overflows", says="OverflowError")
def tanh(self):
    up, down = math.exp(self.data), math.exp(-self.data)
    t = (up - down) / (up + down)
    return Value(t, (self,), (1 - t * t,), "tanh")


@mistake("1.2 Value.tanh", "composed, and so not one node", says="parent")
def tanh(self):
    t = math.tanh(self.data)
    return Value(t, (Value(t), self), (1.0, 1 - t * t), "tanh")


@mistake("1.2 Value.relu", "the gradient passes below 0", says="at a negative input, too")
def relu(self):
    return Value(max(0.0, self.data), (self,), (1.0,), "relu")


@mistake("1.2 Value.relu", "the gradient passes at 0", says="0 counts as above 0")
def relu(self):
    return Value(max(0.0, self.data), (self,), (float(self.data >= 0),), "relu")


@mistake("1.2 Value.relu", "the slope is the number", says="the number itself")
def relu(self):
    y = max(0.0, self.data)
    return Value(y, (self,), (y,), "relu")


@mistake("1.2 Value.relu", "below 0 a constant is returned", says="no parents")
def relu(self):
    return Value(self.data, (self,), (1.0,), "relu") if self.data > 0 else Value(0.0)


@mistake("1.2 Value.relu", "above 0 the operand itself is returned", says="operand itself")
def relu(self):
    return self if self.data > 0 else Value(0.0, (self,), (0.0,), "relu")


@mistake("1.2 Value.relu", "a leak", says="a leak")
def relu(self):
    slope = 1.0 if self.data > 0 else 0.01
    return Value(max(0.0, self.data), (self,), (slope,), "relu")


@mistake("1.2 Value.relu", "the absolute value", says="relu(-3) is not right")
def relu(self):
    return Value(abs(self.data), (self,), (float(self.data > 0),), "relu")


# ---- the operators that are composed


@mistake("1.2 Value.__sub__", "the operands change places", says="change places")
def __sub__(self, other):
    return -self + other


@mistake("1.2 Value.__sub__", "the right one loses its trace", says="b goes in as a plain number")
def __sub__(self, other):
    return self + -Value.wrap(other).data


@mistake("1.2 Value.__sub__", "both lose their trace", says="both traces are lost")
def __sub__(self, other):
    return Value(self.data - Value.wrap(other).data)


@mistake("1.2 Value.__sub__", "an operation of its own", says="an operation '-'")
def __sub__(self, other):
    other = Value.wrap(other)
    return Value(self.data - other.data, (self, other), (1.0, -1.0), "-")


@mistake("1.2 Value.__sub__", "plain numbers are not handled", says="'int' object has no attribute")
def __sub__(self, other):
    return self if other.data == 0 else self + Value(-1.0) * other


@mistake("1.2 Value.__truediv__", "the operands change places", says="change places")
def __truediv__(self, other):
    return Value.wrap(other) * self**-1


@mistake("1.2 Value.__truediv__", "the divisor loses its trace", says="b goes in as a plain number")
def __truediv__(self, other):
    other = Value.wrap(other)
    if other.data == 0:
        raise ValueError("division by 0")
    return self * (1 / other.data)


@mistake("1.2 Value.__truediv__", "a plain 0 is not looked at", says="ZeroDivisionError")
def __truediv__(self, other):
    return self * other**-1


@mistake("1.2 Value.__truediv__", "an operation of its own", says="an operation '/'")
def __truediv__(self, other):
    other = Value.wrap(other)
    if other.data == 0:
        raise ValueError("division by 0")
    a, b = self.data, other.data
    return Value(a / b, (self, other), (1 / b, -a / b**2), "/")


@mistake("1.2 Value.__truediv__", "division by 0 is infinite", says="should raise ValueError")
def __truediv__(self, other):
    other = Value.wrap(other)
    return self * (other**-1 if other.data else Value(math.inf))


@mistake("1.2 Value.__radd__", "it calls itself without end", says=("3 + a never ends", "__radd__"))
def __radd__(self, other):
    return other + self


@mistake("1.2 Value.__radd__", "the trace is lost", says="the trace is lost")
def __radd__(self, other):
    return Value(other + self.data)


@mistake("1.2 Value.__radd__", "the sum of plain numbers", says="should be a Value")
def __radd__(self, other):
    return other + self.data


@mistake("1.2 Value.__rmul__", "it calls itself without end", says=("3 * a never ends", "__rmul__"))
def __rmul__(self, other):
    return other * self


@mistake("1.2 Value.__rmul__", "the trace is lost", says="the trace is lost")
def __rmul__(self, other):
    return Value(other * self.data)


@mistake("1.2 Value.__rmul__", "it adds", says="the two are added")
def __rmul__(self, other):
    return self + other


@mistake("1.2 Value.__rmul__", "added up as often as the number says", says="-0.5 * a")
def __rmul__(self, other):
    product = Value(0.0)
    for _ in range(int(other)):
        product = product + self
    return product


@mistake("1.2 Value.__rsub__", "reversed", says="the operands are reversed")
def __rsub__(self, other):
    return self - other


@mistake("1.2 Value.__rsub__", "it calls itself without end", says=("never ends", "__rsub__"))
def __rsub__(self, other):
    return other - self


@mistake("1.2 Value.__rsub__", "the trace is lost", says="the trace is lost")
def __rsub__(self, other):
    return Value(other) - self.data


@mistake("1.2 Value.__rtruediv__", "reversed", says="the operands are reversed")
def __rtruediv__(self, other):
    return self / other


@mistake(
    "1.2 Value.__rtruediv__", "it calls itself without end", says=("never ends", "__rtruediv__")
)
def __rtruediv__(self, other):
    return other / self


@mistake("1.2 Value.__rtruediv__", "the trace is lost", says="the trace is lost")
def __rtruediv__(self, other):
    return Value(other) / self.data


@mistake("1.2 Value.__rtruediv__", "the reciprocal of the reverse", says="0.0 ** -1")
def __rtruediv__(self, other):
    return (self / other) ** -1


@mistake("1.2 Value.__rtruediv__", "only the reciprocal", says="the plain number is lost")
def __rtruediv__(self, other):
    return self**-1


# ---- walks over the graph


@mistake("1.2 topological_order", "a recursive sort", says="nodes is too deep")
def topological_order(root):
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


@mistake(
    "1.2 topological_order",
    "a recursive sort under a raised limit",
    says="recursion limit was moved",
    prelude="import sys",
)
def topological_order(root):
    sys.setrecursionlimit(1_000_000)
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


@mistake(
    "1.2 topological_order",
    "a recursive sort under a limit that is raised for a while",
    says="recursion limit was moved",
    prelude="import sys",
)
def topological_order(root):
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    visit(root)
    sys.setrecursionlimit(before)
    return order


@mistake(
    "1.2 topological_order", "sorted by the shortest way to the root", says="before its parent"
)
def topological_order(root):
    near, found = {id(root): 0}, [root]
    for node in found:
        for parent in node.parents:
            if id(parent) not in near:
                near[id(parent)] = near[id(node)] + 1
                found.append(parent)
    return sorted(found, key=lambda node: (-near[id(node)], len(node.parents)))


@mistake("1.2 topological_order", "once per path", says="on each path that leads to it")
def topological_order(root):
    order, stack = [], [root]
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(node.parents)
    last = {id(node): i for i, node in enumerate(order)}
    return [node for i, node in enumerate(order) if last[id(node)] == i][::-1]


@mistake("1.2 topological_order", "without a check for what was seen", says="listed more than once")
def topological_order(root):
    order, stack = [], [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        else:
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


@mistake("1.2 topological_order", "pre-order", says="before what it was computed from (pre-order)")
def topological_order(root):
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            stack.extend(reversed(node.parents))
    return order


@mistake("1.2 topological_order", "pre-order, turned round", says="turned round at the end (pre")
def topological_order(root):
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            stack.extend(reversed(node.parents))
    return order[::-1]


@mistake("1.2 topological_order", "right-to-left pre-order, turned round", says="(pre-order)")
def topological_order(root):
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            stack.extend(node.parents)
    return order[::-1]


@mistake("1.2 topological_order", "breadth first", says="level by level from the root")
def topological_order(root):
    order, seen = [root], {id(root)}
    for node in order:
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                order.append(parent)
    return order


@mistake("1.2 topological_order", "breadth first, turned round", says="(breadth first)")
def topological_order(root):
    order, seen = [root], {id(root)}
    for node in order:
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                order.append(parent)
    return order[::-1]


@mistake("1.2 topological_order", "children first", says="children first")
def topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order[::-1]


@mistake("1.2 topological_order", "the root is left out", says="is missing")
def topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order[:-1]


@mistake("1.2 topological_order", "nodes go by what they look like", says="three all the same")
def topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif repr(node) not in seen:
            seen.add(repr(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


@mistake("1.2 topological_order", "nodes go by their parents", says="is missing")
def topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node.parents not in seen:
            seen.add(node.parents)
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


@mistake("1.2 topological_order", "a list of nodes that were seen", says="entry by entry")
def topological_order(root):
    order, seen, stack = [], [], [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen:
            seen.append(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


@mistake("1.2 topological_order", "a list of ids that were seen", says="longer at each step")
def topological_order(root):
    order, seen, stack = [], [], [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.append(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


@mistake("1.2 topological_order", "sweeps until nothing is left", says="again and again")
def topological_order(root):
    waiting, seen = [root], {id(root)}
    for node in waiting:
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                waiting.append(parent)
    order, done = [], set()
    while waiting:
        for node in waiting:
            if all(id(parent) in done for parent in node.parents):
                done.add(id(node))
                order.append(node)
        waiting = [node for node in waiting if id(node) not in done]
    return order


@mistake(
    "1.2 topological_order",
    "seen is kept from call to call",
    says="is missing",
    prelude="SEEN = set()",
)
def topological_order(root):
    order, stack = [], [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif id(node) not in SEEN:
            SEEN.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


@mistake("1.2 topological_order", "it asks for data", says="alone' object has no attribute 'data'")
def topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif (id(node), node.data) not in seen:
            seen.add((id(node), node.data))
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


@mistake("1.2 topological_order", "a generator", says="should be a list")
def topological_order(root):
    seen, stack = set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))


@mistake("1.2 leaves", "only the root's own parents", says="should be a b c")
def leaves(root):
    return [parent for parent in root.parents if not parent.parents] or [root]


@mistake("1.2 leaves", "a leaf is listed for each use", says="a is used three times")
def leaves(root):
    if not root.parents:
        return [root]
    return [leaf for parent in root.parents for leaf in leaves(parent)]


@mistake("1.2 leaves", "only what has a label", says="with or without a label")
def leaves(root):
    found = [node for node in topological_order(root) if not node.parents]
    return [leaf for leaf in found if getattr(leaf, "label", "as given")]


@mistake("1.2 leaves", "a set", says=("a set, somewhere", "loses the order"))
def leaves(root):
    return list({node for node in topological_order(root) if not node.parents})


@mistake("1.2 leaves", "in reverse order", says="not in the order in which topological_order")
def leaves(root):
    return [node for node in reversed(topological_order(root)) if not node.parents]


@mistake("1.2 leaves", "the inner nodes", says="leaves of a · b + c are")
def leaves(root):
    return [node for node in topological_order(root) if node.parents]


@mistake("1.2 leaves", "it asks for is_leaf", says="alone' object has no attribute")
def leaves(root):
    return [node for node in topological_order(root) if node.is_leaf]


@mistake("1.2 depth", "nodes are counted", says="nodes are counted, not edges")
def depth(root):
    depths = {}
    for node in topological_order(root):
        depths[id(node)] = 1 + max((depths[id(parent)] for parent in node.parents), default=0)
    return depths[id(root)]


@mistake("1.2 depth", "the shortest path", says="the shortest path")
def depth(root):
    depths = {}
    for node in topological_order(root):
        depths[id(node)] = min((1 + depths[id(parent)] for parent in node.parents), default=0)
    return depths[id(root)]


@mistake("1.2 depth", "the first operand alone", says="the first operand alone")
def depth(root):
    edges = 0
    while root.parents:
        root, edges = root.parents[0], edges + 1
    return edges


@mistake("1.2 depth", "the place in the order", says="all nodes but the root")
def depth(root):
    return len(topological_order(root)) - 1


@mistake("1.2 depth", "levels of a breadth-first walk", says="its nearest way")
def depth(root):
    levels, waiting = {id(root): 0}, [root]
    for node in waiting:
        for parent in node.parents:
            if id(parent) not in levels:
                levels[id(parent)] = levels[id(node)] + 1
                waiting.append(parent)
    return max(levels.values())


@mistake("1.2 depth", "a recursive walk", says="on each path that leads to it")
def depth(root):
    return max((1 + depth(parent) for parent in root.parents), default=0)


@mistake("1.2 depth", "a recursive walk that remembers", says="nodes is too deep")
def depth(root):
    known = {}

    def of(node):
        if id(node) not in known:
            known[id(node)] = max((1 + of(parent) for parent in node.parents), default=0)
        return known[id(node)]

    return of(root)


@mistake(
    "1.2 trace_table", "only nameless nodes are counted", says="nodes without a label", prelude=LINE
)
def trace_table(root):
    names, nameless, lines = {}, 0, []
    for node in topological_order(root):
        nameless += not node.label
        names[id(node)] = node.label or f"v{nameless}"
        lines.append(_line(node, names))
    return lines


@mistake("1.2 trace_table", "counted from 0", says="counted from 0", prelude=LINE)
def trace_table(root):
    names, lines = {}, []
    for place, node in enumerate(topological_order(root)):
        names[id(node)] = node.label or f"v{place}"
        lines.append(_line(node, names))
    return lines


@mistake("1.2 trace_table", "numbers for names", says="not their names", prelude=LINE)
def trace_table(root):
    names, lines = {}, []
    for place, node in enumerate(topological_order(root), start=1):
        name = node.label or f"v{place}"
        names[id(node)] = f"{node.data:.6g}"
        lines.append(_line(node, {**names, id(node): name}))
    return lines


@mistake(
    "1.2 trace_table", "numbers as Python shows them", says="as the docstring says", prelude=LINE
)
def trace_table(root):
    names, lines = {}, []
    for place, node in enumerate(topological_order(root), start=1):
        names[id(node)] = node.label or f"v{place}"
        line = _line(node, names).rpartition(" = ")[0]
        lines.append(f"{line} = {node.data}")
    return lines


@mistake("1.2 trace_table", "all digits", says="all digits are written", prelude=LINE)
def trace_table(root):
    names, lines = {}, []
    for place, node in enumerate(topological_order(root), start=1):
        names[id(node)] = node.label or f"v{place}"
        line = _line(node, names).rpartition(" = ")[0]
        shown = int(node.data) if node.data % 1 == 0 else node.data
        lines.append(f"{line} = {shown}")
    return lines


@mistake(
    "1.2 trace_table", "names are kept by number", says="got       v2 = relu(v2) = 3", prelude=LINE
)
def trace_table(root):
    names, lines = {}, []
    for place, node in enumerate(topological_order(root), start=1):
        names[node.data] = node.label or f"v{place}"
        by_id = {id(n): names[n.data] for n in (*node.parents, node)}
        lines.append(_line(node, by_id))
    return lines


@mistake("1.2 trace_table", "one long string", says="a list of strings", prelude=LINE)
def trace_table(root):
    names, lines = {}, []
    for place, node in enumerate(topological_order(root), start=1):
        names[id(node)] = node.label or f"v{place}"
        lines.append(_line(node, names))
    return "\n".join(lines)


@mistake(
    "1.2 trace_table",
    "anything with two operands is an operator",
    says="v3 maximum a",
    prelude=LINE,
)
def trace_table(root):
    names, lines = {}, []
    for place, node in enumerate(topological_order(root), start=1):
        names[id(node)] = node.label or f"v{place}"
        operands = [names[id(parent)] for parent in node.parents]
        if len(operands) == 2:
            formula = f"{operands[0]} {node.op} {operands[1]} = "
            lines.append(f"{names[id(node)]} = {formula}{node.data:.6g}")
        else:
            lines.append(_line(node, names))
    return lines


@mistake(
    "1.2 trace_table", "the exponent is cut to its last digit", says="v2 = a ** 5 = 2", prelude=LINE
)
def trace_table(root):
    names, lines = {}, []
    for place, node in enumerate(topological_order(root), start=1):
        names[id(node)] = node.label or f"v{place}"
        if node.op.startswith("**"):
            base = names[id(node.parents[0])]
            lines.append(f"{names[id(node)]} = {base} ** {node.op[-1]} = {node.data:.6g}")
        else:
            lines.append(_line(node, names))
    return lines


@mistake("1.2 trace_table", "every operation as a call", says=("expected", "got", "+(a, a)"))
def trace_table(root):
    names, lines = {}, []
    for place, node in enumerate(topological_order(root), start=1):
        names[id(node)] = node.label or f"v{place}"
        operands = ", ".join(names[id(parent)] for parent in node.parents)
        call = f"{node.op}({operands}) = " if node.parents else ""
        lines.append(f"{names[id(node)]} = {call}{node.data:.6g}")
    return lines


# ---- what is right for most operands, and not for all


@mistake("1.2 Value.__add__", "int and float alone are wrapped", says="'Fraction' object has no")
def __add__(self, other):
    if isinstance(other, int | float):
        other = Value(other)
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "nothing is done for + 0", says="even where the number stays")
def __add__(self, other):
    if not isinstance(other, Value) and other == 0:
        return self
    other = Value.wrap(other)
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake("1.2 Value.__add__", "the gradient is taken over", says="takes over neither")
def __add__(self, other):
    other = Value.wrap(other)
    total = Value(self.data + other.data, (self, other), (1.0, 1.0), "+")
    total.grad = self.grad
    return total


@mistake("1.2 Value.__add__", "a label is made up", says="grad and label of the result are")
def __add__(self, other):
    other = Value.wrap(other)
    label = f"({self.label} + {other.label})"
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+", label)


@mistake("1.2 Value.__mul__", "int and float alone are wrapped", says="'Fraction' object has no")
def __mul__(self, other):
    if isinstance(other, int | float):
        other = Value(other)
    return Value(self.data * other.data, (self, other), (other.data, self.data), "*")


@mistake("1.2 Value.__mul__", "nothing is done for * 1", says="even where the number stays")
def __mul__(self, other):
    if not isinstance(other, Value) and other == 1:
        return self
    other = Value.wrap(other)
    return Value(self.data * other.data, (self, other), (other.data, self.data), "*")


@mistake("1.2 Value.__pow__", "micrograd's assert", says="python -O leaves it out")
def __pow__(self, exponent):
    assert isinstance(exponent, Real), "only supporting real powers for now"
    base = self.data
    if (base < 0 and exponent % 1) or (base == 0 and exponent < 0):
        raise ValueError(f"{base} ** {exponent}")
    if base == 0 and exponent < 1:
        slope = math.inf if exponent else 0.0
    else:
        slope = exponent * base ** (exponent - 1)
    return Value(base**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "the exponent by repr", says="that is its repr")
def __pow__(self, exponent):
    if isinstance(exponent, Value):
        return exponent.__rpow__(self)
    if not isinstance(exponent, Real):
        raise TypeError(type(exponent).__name__)
    base, n = self.data, float(exponent)
    if (base < 0 and n % 1) or (base == 0 and n < 0):
        raise ValueError(f"{base} ** {exponent}")
    slope = 0.0 if n == 0 else math.inf if base == 0 and n < 1 else n * base ** (n - 1)
    return Value(base**n, (self,), (slope,), f"**{exponent!r}")


@mistake("1.2 Value.__pow__", "the exponent in six digits", says="digits are missing")
def __pow__(self, exponent):
    if isinstance(exponent, Value):
        return exponent.__rpow__(self)
    if not isinstance(exponent, Real):
        raise TypeError(type(exponent).__name__)
    base, n = self.data, float(exponent)
    if (base < 0 and n % 1) or (base == 0 and n < 0):
        raise ValueError(f"{base} ** {exponent}")
    slope = 0.0 if n == 0 else math.inf if base == 0 and n < 1 else n * base ** (n - 1)
    return Value(base**n, (self,), (slope,), f"**{n:g}")


@mistake("1.2 Value.exp", "held back, lest it overflow", says="x is held at ±50")
def exp(self):
    e = math.exp(max(-50.0, min(50.0, self.data)))
    return Value(e, (self,), (e,), "exp")


@mistake("1.2 Value.relu", "ReLU6", says="it is held at 6")
def relu(self):
    y = min(6.0, max(0.0, self.data))
    return Value(y, (self,), (float(0 < self.data < 6),), "relu")


@mistake("1.2 Value.relu", "almost 0 counts as 0", says="another limit than 0")
def relu(self):
    return Value(max(0.0, self.data), (self,), (float(self.data > 1e-6),), "relu")


@mistake("1.2 leaves", "told apart by their numbers", says="by which object it is")
def leaves(root):
    found = {getattr(n, "data", id(n)): n for n in topological_order(root) if not n.parents}
    return list(found.values())


@mistake("1.2 trace_table", "it asks for is_leaf", says="has no attribute 'is_leaf'")
def trace_table(root):
    order = topological_order(root)
    names = {id(node): node.label or f"v{place}" for place, node in enumerate(order, start=1)}
    lines = []
    for node in order:
        operands = [names[id(parent)] for parent in node.parents]
        if node.is_leaf:
            formula = ""
        elif node.op.startswith("**"):
            formula = f"{operands[0]} ** {node.op[2:]} = "
        elif node.op in ("+", "*"):
            formula = f" {node.op} ".join(operands) + " = "
        else:
            formula = f"{node.op}({', '.join(operands)}) = "
        lines.append(f"{names[id(node)]} = {formula}{node.data:.6g}")
    return lines


@mistake(
    "1.2 trace_table", "a call shows its first operand alone", says="got       m = maximum(v3) ="
)
def trace_table(root):
    order = topological_order(root)
    names = {id(node): node.label or f"v{place}" for place, node in enumerate(order, start=1)}
    lines = []
    for node in order:
        operands = [names[id(parent)] for parent in node.parents]
        if not operands:
            formula = ""
        elif node.op.startswith("**"):
            formula = f"{operands[0]} ** {node.op[2:]} = "
        elif node.op in ("+", "*"):
            formula = f" {node.op} ".join(operands) + " = "
        else:
            formula = f"{node.op}({operands[0]}) = "
        lines.append(f"{names[id(node)]} = {formula}{node.data:.6g}")
    return lines


# ---- what a first learner wrote


@mistake("1.2 Value.__add__", "no return", says="does every path end in a return?")
def __add__(self, other):
    other = Value.wrap(other)
    Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake("1.2 Value.__pow__", "no power in the slope", says="raised to no power")
def __pow__(self, exponent):
    return Value(self.data**exponent, (self,), (exponent * self.data,), f"**{exponent}")


@mistake("1.2 Value.__pow__", "an int for the flat power", says="is 0 (int), and should be a float")
def __pow__(self, exponent):
    if not isinstance(exponent, Real):
        raise TypeError(f"{exponent!r}")
    base = self.data
    if (base < 0 and exponent % 1) or (base == 0 and exponent < 0):
        raise ValueError(f"{base} ** {exponent} is not a real number")
    if base == 0 and 0 < exponent < 1:
        slope = math.inf
    else:
        slope = exponent * base ** (exponent - 1) if exponent else 0
    return Value(base**exponent, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.tanh", "doubled for squared", says="doubled, not squared")
def tanh(self):
    t = math.tanh(self.data)
    return Value(t, (self,), (1 - t * 2,), "tanh")


@mistake("1.2 Value.relu", "ints for slopes", says="is 1 (int), and should be a float")
def relu(self):
    return Value(max(0.0, self.data), (self,), (1 if self.data > 0 else 0,), "relu")


@mistake("1.2 Value.relu", "the answer to a question for a slope", says="(bool)")
def relu(self):
    return Value(max(0.0, self.data), (self,), (self.data > 0,), "relu")


@mistake("1.2 Value.relu", "an int at 0 alone", says="is 0 (int), and should be a float")
def relu(self):
    slope = 1.0 if self.data > 0 else 0
    return Value(max(0.0, self.data), (self,), (slope,), "relu")


@mistake("1.2 topological_order", "it asks for is_leaf", says="alone' object has no attribute")
def topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done or node.is_leaf:
            if done or id(node) not in seen:
                order.append(node)
            seen.add(id(node))
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


@mistake("1.2 leaves", "a set comes back", says="leaves returned a set, and should return a list")
def leaves(root):
    return {node for node in topological_order(root) if not node.parents}


@mistake("1.2 depth", "all edges", says="all edges of the graph are counted")
def depth(root):
    return sum(len(node.parents) for node in topological_order(root))


@mistake("1.2 depth", "paths added up", says="the paths are added up")
def depth(root):
    depths = {}
    for node in topological_order(root):
        depths[id(node)] = sum(1 + depths[id(parent)] for parent in node.parents)
    return depths[id(root)]


@mistake(
    "1.2 topological_order", "the parents are walked through as a set", says="a set has no order"
)
def topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
            continue
        if node in seen:
            continue
        seen.add(node)
        stack.append((node, True))
        for p in set(node.parents):
            stack.append((p, False))
    return order


@mistake(
    "1.2 topological_order",
    "all parents are looked at again for each of them",
    says="begins again with the first",
)
def topological_order(root):
    order, done, stack = [], set(), [root]
    while stack:
        node = stack[-1]
        left = [p for p in node.parents if p not in done]
        if left:
            stack.append(left[0])
        else:
            stack.pop()
            if node not in done:
                done.add(node)
                order.append(node)
    return order


@mistake("1.2 depth", "a float", says="counted by an int")
def depth(root):
    d = {}
    for n in topological_order(root):
        d[n] = max((d[p] + 1.0 for p in n.parents), default=0.0)
    return d[root]


@mistake("1.2 depth", "levels, kept in sets", says="at each depth where it is used")
def depth(root):
    level, n = {root}, -1
    while level:
        level = {p for node in level for p in node.parents}
        n += 1
    return n


@mistake(
    "1.2 trace_table",
    "what is no word is an operator",
    says="anything but a word is taken",
)
def trace_table(root):
    order = topological_order(root)
    names = {n: n.label or f"v{i}" for i, n in enumerate(order, 1)}
    out = []
    for node in order:
        ops = [names[p] for p in node.parents]
        if not ops:
            f = ""
        elif "**" in node.op:
            f = f"{ops[0]} {node.op[:2]} {node.op[2:]} = "
        elif not node.op.isalpha():
            f = f" {node.op} ".join(ops) + " = "
        else:
            f = f"{node.op}({', '.join(ops)}) = "
        out.append(f"{names[node]} = {f}{node.data:.6g}")
    return out


@mistake(
    "1.2 trace_table",
    "the names are written into the nodes",
    says="a table only reads",
    prelude=LINE,
)
def trace_table(root):
    order = topological_order(root)
    for place, node in enumerate(order, start=1):
        node.label = node.label or f"v{place}"
    names = {id(node): node.label for node in order}
    return [_line(node, names) for node in order]


# ---- found by trying: let through once, or rejected without a name


@mistake(
    "1.2 Value.__add__",
    "the constant is labelled",
    says="was given no name",
)
def __add__(self, other):
    other = other if isinstance(other, Value) else Value(other, label=str(other))
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake(
    "1.2 Value.__mul__",
    "the parents can be gone through once",
    says="soon used up",
)
def __mul__(self, other):
    other = Value.wrap(other)
    return Value(self.data * other.data, (v for v in (self, other)), (other.data, self.data), "*")


@mistake(
    "1.2 Value.__pow__",
    "0 to the power 0 is refused",
    says="a constant 1 is flat whatever",
)
def __pow__(self, exponent):
    if isinstance(exponent, Value):
        raise TypeError("the exponent is a Value: only constants")
    if not isinstance(exponent, Real):
        raise TypeError(f"no number: {exponent!r}")
    b = self.data
    if b <= 0 and exponent % 1 or b == 0 and exponent <= 0:
        raise ValueError(f"{b} ** {exponent}")
    s = 0.0 if exponent == 0 else exponent * b ** (exponent - 1)
    return Value(b**exponent, (self,), (s,), f"**{exponent}")


@mistake(
    "1.2 Value.relu",
    "NaN is refused",
    says="relu(NaN) is refused",
)
def relu(self):
    if self.data != self.data:
        raise ValueError("nan")
    return Value(max(self.data, 0.0), (self,), (float(self.data > 0),), "relu")


@mistake(
    "1.2 leaves",
    "no parents in a list",
    says="whether () says so or []",
)
def leaves(root):
    return [n for n in topological_order(root) if n.parents == ()]


@mistake(
    "1.2 leaves",
    "the leaves backwards",
    says="they come backwards",
)
def leaves(root):
    return [n for n in reversed(topological_order(root)) if not n.parents]


@mistake(
    "1.2 trace_table",
    "the table is kept",
    says="kept from call to call",
    prelude="_tables = {}",
)
def trace_table(root):
    if id(root) in _tables:
        return _tables[id(root)][1]
    order = topological_order(root)
    names = {id(n): n.label or f"v{i}" for i, n in enumerate(order, 1)}
    lines = []
    for n in order:
        a = [names[id(p)] for p in n.parents]
        if not a:
            rhs = ""
        elif n.op[:2] == "**":
            rhs = f"{a[0]} ** {n.op[2:]} = "
        elif n.op in ("+", "*"):
            rhs = f"{a[0]} {n.op} {a[1]} = "
        else:
            rhs = f"{n.op}({', '.join(a)}) = "
        lines.append(f"{names[id(n)]} = {rhs}{n.data:.6g}")
    _tables[id(root)] = root, lines
    return lines


@mistake(
    "1.2 Value.__add__",
    "of plain numbers only int and float are wrapped",
    says="int and float are only two",
)
def __add__(self, other):
    if isinstance(other, (int, float)):
        other = Value(other)
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake(
    "1.2 Value.__add__",
    "what has data is taken for a Value",
    says="without being a Value",
)
def __add__(self, other):
    other = other if hasattr(other, "data") else Value(other)
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake(
    "1.2 Value.__add__",
    "the two tuples change places",
    says="have changed places",
)
def __add__(self, other):
    other = Value.wrap(other)
    return Value(self.data + other.data, (1.0, 1.0), (self, other), "+")


@mistake(
    "1.2 Value.__add__",
    "op and the slopes change places",
    says="local_grads and op have changed places",
)
def __add__(self, other):
    other = Value.wrap(other)
    return Value(self.data + other.data, (self, other), "+", (1.0, 1.0))


@mistake(
    "1.2 Value.__mul__",
    "a product with 0 is a constant",
    says="no parents",
)
def __mul__(self, other):
    other = Value.wrap(other)
    if other.data == 0 or self.data == 0:
        return Value(0.0)
    return Value(self.data * other.data, (self, other), (other.data, self.data), "*")


@mistake(
    "1.2 Value.__mul__",
    "the slopes by division",
    says="0 is passed over",
)
def __mul__(self, other):
    other = Value.wrap(other)
    out = self.data * other.data
    return Value(
        out,
        (self, other),
        (out / self.data if self.data else 0.0, out / other.data if other.data else 0.0),
        "*",
    )


@mistake(
    "1.2 Value.__pow__",
    "at base 0 the root is flat",
    says="for whatever exponent but 1",
)
def __pow__(self, exponent):
    if not isinstance(exponent, Real):
        raise TypeError(f"exponent {exponent!r} is no real number")
    if self.data == 0 and exponent < 0 or self.data < 0 and exponent % 1:
        raise ValueError(f"{self.data} ** {exponent}")
    if self.data == 0:
        slope = 1.0 if exponent == 1 else 0.0
    else:
        slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake(
    "1.2 Value.__pow__",
    "the power 0 is looked at for base 0 alone",
    says="a constant 1 is flat whatever",
)
def __pow__(self, exponent):
    if not isinstance(exponent, Real):
        raise TypeError(f"exponent {exponent!r} is no real number")
    if self.data == 0 and exponent < 0 or self.data < 0 and exponent % 1:
        raise ValueError(f"{self.data} ** {exponent}")
    if self.data == 0 and exponent == 0:
        slope = 0.0
    elif self.data == 0 and exponent < 1:
        slope = math.inf
    else:
        slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake(
    "1.2 Value.__pow__",
    "the exponent is written as a float",
    says="into a float before",
)
def __pow__(self, exponent):
    if isinstance(exponent, Value) or not isinstance(exponent, Real):
        raise TypeError(f"exponent {exponent!r} is no real number")
    if self.data == 0 and exponent < 0 or self.data < 0 and exponent % 1:
        raise ValueError(f"{self.data} ** {exponent}")
    if exponent == 0:
        slope = 0.0
    elif self.data == 0 and exponent < 1:
        slope = math.inf
    else:
        slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{float(exponent)}")


@mistake(
    "1.2 Value.__pow__",
    "the exponent is written as an int",
    says="into an int",
)
def __pow__(self, exponent):
    if isinstance(exponent, Value) or not isinstance(exponent, Real):
        raise TypeError(f"exponent {exponent!r} is no real number")
    if self.data == 0 and exponent < 0 or self.data < 0 and exponent % 1:
        raise ValueError(f"{self.data} ** {exponent}")
    if exponent == 0:
        slope = 0.0
    elif self.data == 0 and exponent < 1:
        slope = math.inf
    else:
        slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{int(exponent)}")


@mistake(
    "1.2 Value.__pow__",
    "micrograd's assert, of int and float",
    says="an assert failed",
)
def __pow__(self, exponent):
    assert isinstance(exponent, (int, float)), "only supporting int/float powers for now"
    if self.data == 0 and exponent < 0 or self.data < 0 and exponent % 1:
        raise ValueError(f"{self.data} ** {exponent}")
    if exponent == 0:
        slope = 0.0
    elif self.data == 0 and exponent < 1:
        slope = math.inf
    else:
        slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake(
    "1.2 Value.__pow__",
    "an exponent has to be int or float",
    says="int and float are only two",
)
def __pow__(self, exponent):
    if isinstance(exponent, Value) or not isinstance(exponent, (int, float)):
        raise TypeError(f"exponent {exponent!r} is no real number")
    if self.data == 0 and exponent < 0 or self.data < 0 and exponent % 1:
        raise ValueError(f"{self.data} ** {exponent}")
    if exponent == 0:
        slope = 0.0
    elif self.data == 0 and exponent < 1:
        slope = math.inf
    else:
        slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake(
    "1.2 Value.__pow__",
    "0 times infinity for the power 0, as in JAX",
    says="as TensorFlow and MLX do",
)
def __pow__(self, exponent):
    if isinstance(exponent, Value):
        raise TypeError("the exponent is a Value: only constants")
    if not isinstance(exponent, Real):
        raise TypeError(f"no number: {exponent!r}")
    b = self.data
    if (b < 0 and exponent % 1) or (b == 0 and exponent < 0):
        raise ValueError(f"{b} ** {exponent}")
    s = exponent * (math.inf if b == 0 and exponent < 1 else b ** (exponent - 1))
    return Value(b**exponent, (self,), (s,), f"**{exponent}")


@mistake(
    "1.2 Value.__pow__",
    "an epsilon in the base",
    says="1e-12 is added to the base",
)
def __pow__(self, exponent):
    if isinstance(exponent, Value):
        raise TypeError("the exponent is a Value: only constants")
    if not isinstance(exponent, Real):
        raise TypeError(f"no number: {exponent!r}")
    b = self.data
    if (b < 0 and exponent % 1) or (b == 0 and exponent < 0):
        raise ValueError(f"{b} ** {exponent}")
    s = exponent * (b + 1e-12) ** (exponent - 1)
    return Value(b**exponent, (self,), (s if not isinstance(s, complex) else 0.0,), f"**{exponent}")


@mistake(
    "1.2 Value.exp",
    "held at 700",
    says="held at ±700",
)
def exp(self):
    e = math.exp(min(self.data, 700.0))
    return Value(e, (self,), (e,), "exp")


@mistake(
    "1.2 Value.exp",
    "held at both ends, which loses NaN",
    says="exp(NaN) is",
)
def exp(self):
    e = math.exp(max(-700.0, min(700.0, self.data)))
    return Value(e, (self,), (e,), "exp")


@mistake(
    "1.2 Value.exp",
    "infinite from 700 on",
    says="still a float",
)
def exp(self):
    if self.data > 700:
        return Value(math.inf, (self,), (math.inf,), "exp")
    e = math.exp(self.data)
    return Value(e, (self,), (e,), "exp")


@mistake(
    "1.2 Value.exp",
    "e with nine decimals, far out",
    says="after nine decimals",
)
def exp(self):
    e = 2.718281828**self.data
    return Value(e, (self,), (e,), "exp")


@mistake(
    "1.2 Value.log",
    "-inf at 0, as NumPy and PyTorch have it",
    says="-inf for NumPy",
)
def log(self):
    if self.data < 0:
        raise ValueError(f"log of {self.data}")
    if self.data == 0:
        return Value(-math.inf, (self,), (math.inf,), "log")
    return Value(math.log(self.data), (self,), (1 / self.data,), "log")


@mistake(
    "1.2 Value.log",
    "the slope of a number moved away from 0",
    says="added to the number in the slope",
)
def log(self):
    if self.data <= 0:
        raise ValueError(f"log of {self.data}")
    return Value(math.log(self.data), (self,), (1 / (self.data + 1e-8),), "log")


@mistake(
    "1.2 Value.log",
    "NaN becomes the least number allowed",
    says="log(NaN) is",
)
def log(self):
    x = max(1e-300, self.data) if not self.data <= 0 else None
    if x is None:
        raise ValueError(f"log of {self.data}")
    return Value(math.log(x), (self,), (1 / x,), "log")


@mistake(
    "1.2 Value.tanh",
    "the formula of Karpathy's lecture",
    says="Karpathy's lecture",
)
def tanh(self):
    x = self.data
    t = (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1)
    return Value(t, (self,), (1 - t**2,), "tanh")


@mistake(
    "1.2 Value.tanh",
    "held at ±20, which loses NaN",
    says="tanh(NaN) is",
)
def tanh(self):
    x = max(-20.0, min(20.0, self.data))
    t = math.tanh(x)
    return Value(t, (self,), (1 - t * t,), "tanh")


@mistake(
    "1.2 Value.tanh",
    "held at ±1, not bent",
    says="held at ±1, and not bent",
)
def tanh(self):
    t = max(-1.0, min(1.0, self.data))
    return Value(t, (self,), (1.0 if abs(self.data) < 1 else 0.0,), "tanh")


@mistake(
    "1.2 Value.tanh",
    "the slope is kept above 0",
    says="kept above 1e-08",
)
def tanh(self):
    t = math.tanh(self.data)
    return Value(t, (self,), (max(1 - t * t, 1e-8),), "tanh")


@mistake(
    "1.2 Value.relu",
    "max with 0 first, which loses NaN",
    says="relu(NaN) is",
)
def relu(self):
    return Value(max(0.0, self.data), (self,), (1.0 if self.data > 0 else 0.0,), "relu")


@mistake(
    "1.2 Value.relu",
    "micrograd's op",
    says="that is what micrograd writes",
)
def relu(self):
    return Value(0.0 if self.data < 0 else self.data, (self,), (float(self.data > 0),), "ReLU")


@mistake(
    "1.2 Value.relu",
    "the average of the sides at 0",
    says="PyTorch, JAX and Autograd",
)
def relu(self):
    return Value(
        max(self.data, 0.0),
        (self,),
        (1.0 if self.data > 0 else 0.5 if self.data == 0 else 0.0,),
        "relu",
    )


@mistake(
    "1.2 Value.__truediv__",
    "a constant 1 for a / a",
    says="a constant 1 is put in",
)
def __truediv__(self, other):
    if other is self:
        return Value(1.0)
    return self * Value.wrap(other) ** -1


@mistake(
    "1.2 Value.__truediv__",
    "an epsilon in the divisor",
    says="1e-8 is added to the divisor",
)
def __truediv__(self, other):
    return self * (Value.wrap(other) + 1e-8) ** -1


@mistake(
    "1.2 topological_order",
    "the list is kept and handed out again",
    says="hands out the same list again",
    prelude="_orders = {}",
)
def topological_order(root):
    if id(root) in _orders:
        return _orders[id(root)]
    order, seen, path = [], {id(root)}, [(root, iter(root.parents))]
    while path:
        node, left = path[-1]
        for p in left:
            if id(p) not in seen:
                seen.add(id(p))
                path.append((p, iter(p.parents)))
                break
        else:
            order.append(node)
            path.pop()
    _orders[id(root)] = order
    return order


@mistake(
    "1.2 topological_order",
    "nodes are gone through again at each depth",
    says="at each depth where it is used",
)
def topological_order(root):
    depth_ = {id(root): 0}
    nodes = {id(root): root}
    stack = [root]
    while stack:
        n = stack.pop()
        for p in n.parents:
            nodes[id(p)] = p
            if depth_.get(id(p), -1) < depth_[id(n)] + 1:
                depth_[id(p)] = depth_[id(n)] + 1
                stack.append(p)
    return [nodes[k] for k in sorted(nodes, key=lambda k: -depth_[k])]


@mistake(
    "1.2 leaves",
    "leaves of one label fall together",
    says="its label or its text",
)
def leaves(root):
    out = {}
    for n in topological_order(root):
        if not n.parents:
            out[getattr(n, "label", "") or id(n)] = n
    return list(out.values())


@mistake(
    "1.2 depth",
    "depths are kept by label",
    says="share what is noted",
)
def depth(root):
    d = {}
    for n in topological_order(root):
        key = getattr(n, "label", "") or id(n)
        d[key] = max((1 + d[getattr(p, "label", "") or id(p)] for p in n.parents), default=0)
    return d[getattr(root, "label", "") or id(root)]


@mistake(
    "1.2 depth",
    "depths are kept by number",
    says="share what is noted",
)
def depth(root):
    d = {}
    for n in topological_order(root):
        key = getattr(n, "data", id(n))
        d[key] = max((1 + d[getattr(p, "data", id(p))] for p in n.parents), default=0)
    return d[getattr(root, "data", id(root))]


@mistake(
    "1.2 trace_table",
    "two operands make an operator",
    says="taken for an operator",
)
def trace_table(root):
    order = topological_order(root)
    names = {id(n): n.label or f"v{i}" for i, n in enumerate(order, 1)}
    lines = []
    for n in order:
        args = [names[id(p)] for p in n.parents]
        head = names[id(n)]
        if not args:
            lines.append(f"{head} = {n.data:.6g}")
        elif n.op.startswith("**"):
            lines.append(f"{head} = {args[0]} ** {n.op[2:]} = {n.data:.6g}")
        elif len(args) == 2:
            lines.append(f"{head} = {args[0]} {n.op} {args[1]} = {n.data:.6g}")
        else:
            lines.append(f"{head} = {n.op}({', '.join(args)}) = {n.data:.6g}")
    return lines


@mistake(
    "1.2 trace_table",
    "the op decides what is a leaf",
    says="the op decides",
)
def trace_table(root):
    order = topological_order(root)
    names = {id(n): n.label or f"v{i}" for i, n in enumerate(order, 1)}
    lines = []
    for n in order:
        a = [names[id(p)] for p in n.parents]
        if not n.op:
            rhs = ""
        elif n.op[:2] == "**":
            rhs = f"{a[0]} ** {n.op[2:]} = "
        elif n.op in ("+", "*"):
            rhs = f"{a[0]} {n.op} {a[1]} = "
        else:
            rhs = f"{n.op}({', '.join(a)}) = "
        lines.append(f"{names[id(n)]} = {rhs}{n.data:.6g}")
    return lines


@mistake(
    "1.2 Value.log",
    "what is not above 0 is refused, and so is NaN",
    says="log(NaN)",
    prelude="import math",
)
def log(self):
    if not self.data > 0:
        raise ValueError(f"no logarithm of {self.data}")
    return Value(math.log(self.data), (self,), (1 / self.data,), "log")


@mistake(
    "1.2 Value.__add__",
    "the sum is rounded to twelve decimals",
    says="is a number rounded",
)
def __add__(self, other):
    other = Value.wrap(other)
    return Value(round(self.data + other.data, 12), (self, other), (1.0, 1.0), "+")


@mistake(
    "1.2 Value.__add__",
    "the type of the operand is compared",
    says="a subclass of Value is refused",
)
def __add__(self, other):
    if type(other) is not Value:
        other = Value(other)
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@mistake(
    "1.2 Value.__mul__",
    "a factor of 0 makes 0, whatever the other is",
    says="should be NaN",
)
def __mul__(self, other):
    other = Value.wrap(other)
    if other.data == 0 or self.data == 0:
        return Value(0.0, (self, other), (other.data, self.data), "*")
    return Value(self.data * other.data, (self, other), (other.data, self.data), "*")


@mistake(
    "1.2 Value.__mul__",
    "a plain 0 makes a leaf",
    says="has no parents",
)
def __mul__(self, other):
    if other == 0:
        return Value(0.0)
    other = Value.wrap(other)
    return Value(self.data * other.data, (self, other), (other.data, self.data), "*")


@mistake(
    "1.2 Value.__mul__",
    "the slopes have no sign",
    says="the sign of an operand is dropped",
)
def __mul__(self, other):
    other = Value.wrap(other)
    return Value(self.data * other.data, (self, other), (abs(other.data), abs(self.data)), "*")


@mistake(
    "1.2 Value.__mul__",
    "the product is held within what a float holds",
    says="held within limits",
)
def __mul__(self, other):
    other = Value.wrap(other)
    data = max(-1e308, min(1e308, self.data * other.data))
    return Value(data, (self, other), (other.data, self.data), "*")


@mistake(
    "1.2 Value.__pow__",
    "the power 0 is a leaf",
    says="has no parents",
)
def __pow__(self, exponent):
    if isinstance(exponent, Value) or not isinstance(exponent, Real):
        raise TypeError(type(exponent).__name__)
    if exponent == 0:
        return Value(1.0)
    if (self.data < 0 and exponent != int(exponent)) or (self.data == 0 and exponent < 0):
        raise ValueError(f"{self.data!r} ** {exponent!r}")
    if self.data == 0:
        slope = 0.0 if exponent > 1 else 1.0 if exponent == 1 else math.inf
    else:
        slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@mistake(
    "1.2 Value.__pow__",
    "1e-8 is added to the base in the slope",
    says="is something tiny added",
)
def __pow__(self, exponent):
    if isinstance(exponent, Value) or not isinstance(exponent, Real):
        raise TypeError(type(exponent).__name__)
    if (self.data < 0 and exponent != int(exponent)) or (self.data == 0 and exponent < 0):
        raise ValueError(f"{self.data!r} ** {exponent!r}")
    out = self.data**exponent
    if exponent == 0:
        slope = 0.0
    elif self.data == 0:
        slope = 0.0 if exponent > 1 else 1.0 if exponent == 1 else math.inf
    elif exponent >= 1:
        slope = exponent * self.data ** (exponent - 1)
    else:
        slope = exponent * (self.data + 1e-8) ** (exponent - 1)
    return Value(out, (self,), (slope,), f"**{exponent}")


@mistake(
    "1.2 Value.__pow__",
    "1e-12 is added to the base of a reciprocal",
    says="is something tiny added",
)
def __pow__(self, exponent):
    if isinstance(exponent, Value) or not isinstance(exponent, Real):
        raise TypeError(type(exponent).__name__)
    if (self.data < 0 and exponent != int(exponent)) or (self.data == 0 and exponent < 0):
        raise ValueError(f"{self.data!r} ** {exponent!r}")
    b = self.data + 1e-12 if exponent < 0 else self.data
    out = b**exponent
    if exponent == 0:
        slope = 0.0
    elif self.data == 0:
        slope = 0.0 if exponent > 1 else 1.0 if exponent == 1 else math.inf
    else:
        slope = exponent * b ** (exponent - 1)
    return Value(out, (self,), (slope,), f"**{exponent}")


@mistake(
    "1.2 Value.exp",
    "the slope is the output times the input",
    says="the output is multiplied by the input",
)
def exp(self):
    out = math.exp(self.data)
    return Value(out, (self,), (out * self.data,), "exp")


@mistake(
    "1.2 Value.exp",
    "1e-8 is added to the slope",
    says="1e-8 is added to the slope",
)
def exp(self):
    out = math.exp(self.data)
    return Value(out, (self,), (out + 1e-8,), "exp")


@mistake(
    "1.2 Value.log",
    "infinity is refused",
    says="log(inf) is refused",
)
def log(self):
    if self.data <= 0 or self.data == math.inf:
        raise ValueError(f"log of {self.data}")
    return Value(math.log(self.data), (self,), (1 / self.data,), "log")


@mistake(
    "1.2 Value.__truediv__",
    "a small divisor is refused",
    says="a small number is not 0",
)
def __truediv__(self, other):
    other = Value.wrap(other)
    if abs(other.data) < 1e-12:
        raise ValueError(f"{other.data} ** -1")
    return self * other**-1


@mistake(
    "1.2 Value.__radd__",
    "the plain number alone comes back",
    says="the plain number alone comes back",
)
def __radd__(self, other):
    return Value(other)


@mistake(
    "1.2 Value.__rmul__",
    "the plain number is no parent",
    says="no parent of the product",
)
def __rmul__(self, other):
    return Value(other * self.data, (self,), (other,), "*")


@mistake(
    "1.2 Value.__rmul__",
    "0 times a Value is a leaf",
    says="a constant 0 is put in",
)
def __rmul__(self, other):
    return self * other if other else Value(0.0)


@mistake(
    "1.2 Value.__rtruediv__",
    "1e-10 is added to the divisor",
    says="an epsilon",
)
def __rtruediv__(self, other):
    return (self + 1e-10) ** -1 * other


@mistake(
    "1.2 Value.log",
    "the number is held above 1e-8 in the slope",
    says="slope of log",
)
def log(self):
    if self.data <= 0:
        raise ValueError(f"log of {self.data}")
    return Value(math.log(self.data), (self,), (1 / max(self.data, 1e-8),), "log")


@mistake(
    "1.2 trace_table",
    "a minus and an at sign stand between, too",
    says="is taken for an operator like + and *",
    prelude=LINE.replace('("+", "*")', '("+", "*", "-", "/", "@")'),
)
def trace_table(root):
    order = topological_order(root)
    names = {id(node): node.label or f"v{i}" for i, node in enumerate(order, 1)}
    return [_line(node, names) for node in order]


@mistake("1.2 Value.__sub__", "the negative of a number as it came", says="-2 is 254")
def __sub__(self, other):
    return self + -other


@mistake("1.2 Value.__pow__", "a Value as exponent is refused", says="go on to __rpow__")
def __pow__(self, exponent):
    if not isinstance(exponent, Real):
        raise TypeError(f"an exponent is a real number, not {exponent!r}")
    base, n = self.data, float(exponent)
    if (base < 0 and n % 1) or (base == 0 and n < 0):
        raise ValueError(f"{base} ** {exponent}")
    if base == 0 and n < 1:
        slope = math.inf if n else 0.0
    else:
        slope = n * base ** (n - 1)
    return Value(base**n, (self,), (slope,), f"**{exponent}")


@mistake("1.2 Value.__rpow__", "the operands are reversed", says="operands are reversed")
def __rpow__(self, base):
    return self ** Value.wrap(base).data


@mistake("1.2 Value.__rpow__", "the endless reflection", says="keeps calling itself")
def __rpow__(self, base):
    return base**self


@mistake("1.2 Value.__rpow__", "the base is no parent", says="2 operand(s)")
def __rpow__(self, base):
    power = Value.wrap(base).data ** self.data
    return Value(power, (self,), (power * math.log(Value.wrap(base).data),), "pow")


@mistake("1.2 Value.__rpow__", "composed of exp and log", says="record has 1 parent(s)")
def __rpow__(self, base):
    return (self * Value.wrap(base).log()).exp()


@mistake("1.2 Value.__rpow__", "no logarithm", says="logarithm of the base is missing")
def __rpow__(self, base):
    base = Value.wrap(base)
    power = base**self.data
    return Value(power.data, (base, self), (*power.local_grads, power.data), "pow")


@mistake("1.2 Value.__rpow__", "the logarithm without the power", says="stands alone")
def __rpow__(self, base):
    base = Value.wrap(base)
    power = base**self.data
    return Value(power.data, (base, self), (*power.local_grads, math.log(base.data)), "pow")


@mistake("1.2 Value.__rpow__", "the rule for powers twice", says="along the exponent, too")
def __rpow__(self, base):
    base = Value.wrap(base)
    power = base**self.data
    return Value(power.data, (base, self), power.local_grads * 2, "pow")


@mistake("1.2 Value.__rpow__", "the slopes have changed places", says="changed places")
def __rpow__(self, base):
    base = Value.wrap(base)
    power = base**self.data
    slope = power.data * math.log(base.data) if base.data > 0 else 0.0
    return Value(power.data, (base, self), (slope, *power.local_grads), "pow")


@mistake("1.2 Value.__rpow__", "the exponent stands first", says="stand in reverse order")
def __rpow__(self, base):
    base = Value.wrap(base)
    power = base**self.data
    slope = power.data * math.log(base.data) if base.data > 0 else 0.0
    return Value(power.data, (self, base), (slope, *power.local_grads), "pow")


@mistake("1.2 Value.__rpow__", "log of 0", says="no logarithm of 0")
def __rpow__(self, base):
    base = Value.wrap(base)
    if base.data < 0:
        raise ValueError(f"{base.data} ** {self.data}")
    power = base**self.data
    slope = power.data * math.log(base.data)
    return Value(power.data, (base, self), (*power.local_grads, slope), "pow")


@mistake("1.2 Value.__rpow__", "an epsilon keeps away from log of 0", says="to keep away from 0")
def __rpow__(self, base):
    base = Value.wrap(base)
    if base.data < 0:
        raise ValueError(f"{base.data} ** {self.data}")
    power = base**self.data
    slope = power.data * math.log(base.data + 1e-8)
    return Value(power.data, (base, self), (*power.local_grads, slope), "pow")


@mistake("1.2 Value.__rpow__", "a whole exponent excuses a negative base", says="no slope along y")
def __rpow__(self, base):
    base = Value.wrap(base)
    power = base**self.data
    slope = power.data * math.log(base.data) if base.data > 0 else 0.0
    return Value(power.data, (base, self), (*power.local_grads, slope), "pow")


@mistake("1.2 Value.__rpow__", "NaN along the exponent, as in PyTorch", says="NaN for PyTorch")
def __rpow__(self, base):
    base = Value.wrap(base)
    power = base**self.data
    slope = (
        power.data * math.log(base.data) if base.data > 0 else 0.0 if not base.data else math.nan
    )
    return Value(power.data, (base, self), (*power.local_grads, slope), "pow")


@mistake("1.2 Value.__rpow__", "Python's own errors", says="does not name")
def __rpow__(self, base):
    base = Value.wrap(base)
    power = base**self.data
    slope = power.data * math.log(base.data) if base.data else 0.0
    return Value(power.data, (base, self), (*power.local_grads, slope), "pow")


@mistake("1.2 Value.__rpow__", "base 0 is refused", says="is refused")
def __rpow__(self, base):
    base = Value.wrap(base)
    if base.data <= 0:
        raise ValueError(f"{base.data} ** {self.data}")
    power = base**self.data
    slopes = (*power.local_grads, power.data * math.log(base.data))
    return Value(power.data, (base, self), slopes, "pow")


@mistake("1.2 Value.__rpow__", "written as a power with a constant", says="should be 'pow'")
def __rpow__(self, base):
    base = Value.wrap(base)
    if base.data < 0:
        raise ValueError(f"{base.data} ** {self.data}")
    power = base**self.data
    slope = power.data * math.log(base.data) if base.data else 0.0
    return Value(power.data, (base, self), (*power.local_grads, slope), f"**{self.data}")


@mistake("1.2 Value.__rpow__", "the logarithm of 0", says="the logarithm of 0 is infinite")
def __rpow__(self, base):
    base = Value.wrap(base)
    if base.data < 0:
        raise ValueError(f"{base.data} ** {self.data}")
    power = base**self.data
    slope = power.data * math.log(base.data) if base.data else -math.inf
    return Value(power.data, (base, self), (*power.local_grads, slope), "pow")


@mistake("1.2 Value.__pow__", "steep up to x itself", says="infinite for the exponent 1 too")
def __pow__(self, exponent):
    if isinstance(exponent, Value):
        return exponent.__rpow__(self)
    if not isinstance(exponent, Real):
        raise TypeError(f"exponent {exponent!r}")
    if self.data == 0 and exponent < 0 or self.data < 0 and float(exponent) % 1:
        raise ValueError(f"{self.data} ** {exponent}")
    if exponent == 0:
        slope = 0.0
    elif self.data == 0 and exponent <= 1:
        slope = math.inf
    else:
        slope = float(exponent) * self.data ** (float(exponent) - 1)
    return Value(self.data ** float(exponent), (self,), (slope,), f"**{exponent}")
