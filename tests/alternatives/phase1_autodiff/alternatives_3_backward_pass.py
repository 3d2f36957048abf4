"""Right solutions of 1.3 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("1.3 path_derivative", "math.prod", prelude="import math")
def path_derivative(local_grads):
    return math.prod(local_grads)


@alternative("1.3 path_derivative", "reduce", prelude="from functools import reduce")
def path_derivative(local_grads):
    return reduce(lambda product, local_grad: product * local_grad, local_grads, 1.0)


@alternative("1.3 gradient_by_paths", "recursion on the root's parents")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    return sum(g * gradient_by_paths(p, node) for p, g in zip(root.parents, root.local_grads))


@alternative("1.3 gradient_by_paths", "all paths first, then their products")
def gradient_by_paths(root, node):
    def paths(start):
        if start is node:
            yield []
        for parent, local_grad in zip(start.parents, start.local_grads):
            for path in paths(parent):
                yield [local_grad, *path]

    return sum((path_derivative(path) for path in paths(root)), 0.0)


@alternative("1.3 gradient_by_paths", "forward over the topological order")
def gradient_by_paths(root, node):
    slopes = {}
    for each in topological_order(root):
        inner = sum(g * slopes[id(p)] for p, g in zip(each.parents, each.local_grads))
        slopes[id(each)] = 1.0 if each is node else inner
    return slopes[id(root)]


@alternative("1.3 Value.backward", "pull from the children")
def backward(self):
    order = topological_order(self)
    uses = {node: [] for node in order}
    for node in order:
        for parent, local_grad in zip(node.parents, node.local_grads):
            uses[parent].append((node, local_grad))
    total = {self: 1.0}
    for node in reversed(order[:-1]):
        total[node] = sum(local_grad * total[child] for child, local_grad in uses[node])
    for node in order:
        node.grad = total[node] if node.parents else node.grad + total[node]


@alternative("1.3 Value.backward", "a table of gradients, written at the end")
def backward(self):
    order = topological_order(self)
    flow = dict.fromkeys(map(id, order), 0.0)
    flow[id(self)] = 1.0
    for node in order[::-1]:
        for i in range(len(node.parents)):
            flow[id(node.parents[i])] += node.local_grads[i] * flow[id(node)]
    for node in order:
        node.grad = flow[id(node)] + (0.0 if node.parents else node.grad)


@alternative("1.3 Value.backward", "the number of uses counted down, as Kahn does")
def backward(self):
    waiting = {self: 0}
    stack = [self]
    while stack:
        node = stack.pop()
        if node.parents:
            node.grad = 0.0
        for parent in node.parents:
            if parent not in waiting:
                waiting[parent] = 0
                stack.append(parent)
            waiting[parent] += 1
    self.grad += 1.0
    ready = [self]
    while ready:
        node = ready.pop()
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)


@alternative("1.3 Value.backward", "by depth, the deepest first")
def backward(self):
    depth = {}
    for node in topological_order(self):
        depth[node] = 1 + max((depth[parent] for parent in node.parents), default=0)
        if not node.is_leaf:
            node.grad = 0.0
    self.grad += 1.0
    for node in sorted(depth, key=depth.get, reverse=True):
        for local_grad, parent in zip(node.local_grads, node.parents):
            parent.grad = parent.grad + node.grad * local_grad


@alternative("1.3 Value.detach", "of its own type, with the label")
def detach(self):
    return type(self)(self.data, label=self.label)


@alternative("1.3 gradient_error", "a loop over the entries, with steps of its own")
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    worst = 0.0
    for i, leaf in enumerate(leaves):

        def f_at(step, i=i):
            return f([type(x)(x.data + (step if j == i else 0.0)) for j, x in enumerate(xs)]).data

        a, n = leaf.grad, (f_at(h) - f_at(-h)) / (2 * h)
        error = abs(a - n) / max(1.0, abs(a), abs(n))
        if error != error:
            return error
        worst = max(worst, error)
    return worst


@alternative("1.3 gradient_error", "the worst at the end of a sorted list")
def gradient_error(f, xs, h=1e-5):
    kind = type(xs[0])
    fresh = [kind(x.data) for x in xs]
    f(fresh).backward()
    numerical = numerical_gradient(
        lambda point: f([kind(p) for p in point]).data, [x.data for x in xs], h
    )
    errors = []
    for x, n in zip(fresh, numerical):
        scale = 1.0
        for size in (abs(x.grad), abs(n)):
            scale = max(scale, size)
        errors.append(abs(x.grad - n) / scale)
    return float("nan") if any(isnan(e) for e in errors) else sorted(errors)[-1]


@alternative("1.3 tanh_from_exp", "one minus a fraction")
def tanh_from_exp(x):
    return 1 - 2 / ((x * 2).exp() + 1)


@alternative("1.3 tanh_from_exp", "with e^x and e^-x")
def tanh_from_exp(x):
    up, down = x.exp(), (-x).exp()
    return (up - down) / (up + down)


@alternative("1.3 tanh_from_exp", "a power of e that is never large")
def tanh_from_exp(x):
    sign = 1 if x.data > 0 else -1
    e = (-2 * sign * x).exp()
    return sign * (1 - e) / (1 + e)
