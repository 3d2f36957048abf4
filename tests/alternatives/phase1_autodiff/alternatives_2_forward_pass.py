"""Right solutions of 1.2 that are built in another way than the reference."""

from tests.alternatives import alternative


@alternative("1.2 Value.__add__", "whole numbers as slopes, lists for tuples")
def __add__(self, other):
    other = other if isinstance(other, Value) else Value(other)
    return Value(self.data + other.data, [self, other], [1, 1], op="+")


@alternative("1.2 Value.__pow__", "the rules are looked up one by one")
def __pow__(self, exponent):
    if isinstance(exponent, Value):
        return exponent.__rpow__(self)
    if isinstance(exponent, bool) or not isinstance(exponent, Real):
        raise TypeError(f"{type(exponent).__name__} as exponent: it has to be a number")
    try:
        power = self.data**exponent
    except ZeroDivisionError:
        raise ValueError(f"{self.data} to the power {exponent}") from None
    if isinstance(power, complex):
        raise ValueError(f"{self.data} to the power {exponent}")
    if exponent == 0:
        slope = 0.0
    elif self.data != 0:
        slope = exponent * power / self.data
    elif exponent == 1:
        slope = 1.0
    else:
        slope = 0.0 if exponent > 1 else math.inf
    return Value(power, (self,), (slope,), f"**{exponent}")


@alternative("1.2 Value.exp", "a power of e")
def exp(self):
    out = Value(math.e**self.data, (self,), op="exp")
    out.local_grads = (out.data,)
    return out


@alternative("1.2 Value.log", "the logarithm to base 2, rescaled")
def log(self):
    if self.data <= 0:
        raise ValueError(f"no logarithm of {self.data!r}")
    return Value(math.log2(self.data) * math.log(2), (self,), (self.data**-1,), "log")


@alternative("1.2 Value.tanh", "by exp of a negative number, which cannot overflow")
def tanh(self):
    e = math.exp(-2 * abs(self.data))
    t = math.copysign((1 - e) / (1 + e), self.data)
    return Value(t, (self,), ((1 + t) * (1 - t),), "tanh")


@alternative("1.2 Value.relu", "a truth value times a float as slope")
def relu(self):
    return Value(self.data * (self.data > 0), (self,), ((self.data > 0) * 1.0,), "relu")


@alternative("1.2 Value.relu", "max, with the number first, so that NaN wins")
def relu(self):
    return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,), "relu")


@alternative("1.2 Value.__radd__", "the 0 from which sum starts adds nothing")
def __radd__(self, other):
    return self if other == 0 else self + other


@alternative("1.2 Value.__add__", "Python is left to refuse what is no number")
def __add__(self, other):
    if not isinstance(other, Value | Real):
        return NotImplemented
    other = Value.wrap(other)
    return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


@alternative("1.2 Value.__sub__", "plus minus one times")
def __sub__(self, other):
    return self + Value(-1) * other


@alternative("1.2 Value.__sub__", "minus the reverse")
def __sub__(self, other):
    return -(-self + other)


@alternative("1.2 Value.__truediv__", "the reciprocal first")
def __truediv__(self, other):
    return Value.wrap(other) ** -1.0 * self


@alternative("1.2 Value.__radd__", "the Value first")
def __radd__(self, other):
    return self + other


@alternative("1.2 Value.__rmul__", "the Value first")
def __rmul__(self, other):
    return self * other


@alternative("1.2 Value.__rsub__", "the negative first")
def __rsub__(self, other):
    return -self + other


@alternative("1.2 Value.__rtruediv__", "the reciprocal first")
def __rtruediv__(self, other):
    return self**-1 * other


@alternative("1.2 topological_order", "Kahn's algorithm", prelude="from collections import deque")
def topological_order(root):
    nodes, children = {id(root): root}, {id(root): []}
    for node in (found := [root]):
        for parent in node.parents:
            if id(parent) not in nodes:
                nodes[id(parent)], children[id(parent)] = parent, []
                found.append(parent)
            children[id(parent)].append(id(node))
    waiting = {key: len(node.parents) for key, node in nodes.items()}
    ready, order = deque(key for key, count in waiting.items() if count == 0), []
    while ready:
        key = ready.popleft()
        order.append(nodes[key])
        for child in children[key]:
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    return order


@alternative("1.2 topological_order", "Kahn's algorithm from the root, turned round")
def topological_order(root):
    uses, found = {id(root): 0}, [root]
    for node in found:
        for parent in node.parents:
            if id(parent) not in uses:
                uses[id(parent)] = 0
                found.append(parent)
            uses[id(parent)] += 1
    order, ready = [], [root]
    while ready:
        node = ready.pop()
        order.append(node)
        for parent in node.parents:
            uses[id(parent)] -= 1
            if uses[id(parent)] == 0:
                ready.append(parent)
    order.reverse()
    return order


@alternative("1.2 topological_order", "depth first, with a stack of iterators")
def topological_order(root):
    order, seen, path = [], {id(root)}, [(root, iter(root.parents))]
    while path:
        node, parents = path[-1]
        for parent in parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                path.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            path.pop()
    return order


@alternative("1.2 topological_order", "depth first, a node counts as seen when it is placed")
def topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
            seen.add(id(node))
        elif id(node) not in seen:
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


@alternative("1.2 topological_order", "depth first, operands from right to left")
def topological_order(root):
    placed, started, stack = {}, set(), [root]
    while stack:
        node = stack[-1]
        if id(node) in started:
            stack.pop()
            placed.setdefault(id(node), node)
        else:
            started.add(id(node))
            stack.extend(parent for parent in node.parents if id(parent) not in started)
    return list(placed.values())


@alternative(
    "1.2 topological_order",
    "the standard library's sorter, on ids",
    prelude="from graphlib import TopologicalSorter",
)
def topological_order(root):
    nodes, found = {id(root): root}, [root]
    for node in found:
        for parent in node.parents:
            if id(parent) not in nodes:
                nodes[id(parent)] = parent
                found.append(parent)
    edges = {key: [id(parent) for parent in node.parents] for key, node in nodes.items()}
    return [nodes[key] for key in TopologicalSorter(edges).static_order()]


@alternative("1.2 leaves", "a walk of its own, from left to right")
def leaves(root):
    found, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            stack.extend(reversed(node.parents))
            if not node.parents:
                found.append(node)
    return found


@alternative("1.2 depth", "each node pushes its depth on to its children")
def depth(root):
    order = topological_order(root)
    longest = {id(node): 0 for node in order}
    for node in reversed(order):
        for parent in node.parents:
            longest[id(parent)] = max(longest[id(parent)], longest[id(node)] + 1)
    return max(longest.values())


@alternative("1.2 trace_table", "a line is joined from its parts")
def trace_table(root):
    lines, names = [], {}
    for node in topological_order(root):
        names[node] = node.label if node.label else f"v{len(names) + 1}"
        parts = [names[node]]
        operands = [names[parent] for parent in node.parents]
        if len(operands) == 2 and node.op in "+*":
            parts.append(f"{operands[0]} {node.op} {operands[1]}")
        elif node.op[:2] == "**":
            parts.append(operands[0] + " ** " + node.op[2:])
        elif operands:
            parts.append(node.op + "(" + ", ".join(operands) + ")")
        parts.append(format(node.data, ".6g"))
        lines.append(" = ".join(parts))
    return lines


@alternative("1.2 Value.__pow__", "Python is left to refuse what is no number")
def __pow__(self, exponent):
    if isinstance(exponent, Value):
        return exponent.__rpow__(self)
    if not isinstance(exponent, Real):
        return NotImplemented
    base = self.data
    if (base < 0 and exponent % 1) or (base == 0 and exponent < 0):
        raise ValueError(f"{base} ** {exponent}")
    if base == 0 and 0 < exponent < 1:
        slope = math.inf
    else:
        slope = exponent * base ** (exponent - 1) if exponent else 0.0
    return Value(base**exponent, (self,), (slope,), f"**{exponent}")


@alternative("1.2 Value.__truediv__", "numbers and Values apart")
def __truediv__(self, other):
    if isinstance(other, Value):
        return self * other**-1
    if other == 0:
        raise ValueError("division by 0")
    return self * (1 / other)


@alternative("1.2 Value.__pow__", "a Value as exponent is dealt with on the spot")
def __pow__(self, exponent):
    if not isinstance(exponent, (Real, Value)):
        raise TypeError(f"{exponent!r} is no exponent")
    x, y = self.data, Value.wrap(exponent).data
    if (x < 0 and (y % 1 or isinstance(exponent, Value))) or (x == 0 and y < 0):
        raise ValueError(f"{x} ** {y}")
    if y == 0:
        along_base = 0.0
    else:
        along_base = math.inf if x == 0 and y < 1 else y * x ** (y - 1)
    if not isinstance(exponent, Value):
        return Value(x**y, (self,), (along_base,), f"**{exponent}")
    along_exponent = 0.0 if x == 0 else x**y * math.log(x)
    return Value(x**y, (self, exponent), (along_base, along_exponent), "pow")


@alternative("1.2 Value.__rpow__", "by exp and log, all rules written out")
def __rpow__(self, base):
    base = Value.wrap(base)
    x, y = base.data, self.data
    if x < 0 or (x == 0 and y < 0):
        raise ValueError(f"{x} to the power {y}")
    if x == 0:
        slope = math.inf if 0 < y < 1 else float(y == 1)
        return Value(float(y == 0), [base, self], [slope, 0], op="pow")
    power = math.exp(y * math.log(x))
    return Value(power, [base, self], [y * power / x, math.log(x) * power], op="pow")
