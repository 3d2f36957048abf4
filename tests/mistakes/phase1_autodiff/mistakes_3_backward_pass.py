"""Wrong solutions of 1.3 that its specs reject by name."""

from tests.mistakes import mistake

# ---- path_derivative


@mistake("1.3 path_derivative", "the derivatives are added", says="added, not multiplied")
def path_derivative(local_grads):
    return sum(local_grads)


@mistake("1.3 path_derivative", "the product starts at 0", says="starts at 0, and stays there")
def path_derivative(local_grads):
    product = 0.0
    for local_grad in local_grads:
        product *= local_grad
    return product


@mistake("1.3 path_derivative", "the empty path is worth 0", says="empty product is taken to be 0")
def path_derivative(local_grads):
    product = 1.0 if local_grads else 0.0
    for local_grad in local_grads:
        product *= local_grad
    return product


@mistake("1.3 path_derivative", "the first edge is left out", says="first edge is left out")
def path_derivative(local_grads):
    product = 1.0
    for i in range(1, len(local_grads)):
        product *= local_grads[i]
    return product


@mistake("1.3 path_derivative", "edges of 0 are skipped", says="an edge of 0 is skipped")
def path_derivative(local_grads):
    product = 1.0
    for local_grad in local_grads:
        product *= local_grad or 1.0
    return product


@mistake("1.3 path_derivative", "the list is used up", says="it was used up")
def path_derivative(local_grads):
    product = 1.0
    while local_grads:
        product *= local_grads.pop()
    return product


# ---- gradient_by_paths


@mistake("1.3 gradient_by_paths", "the edges are added", says="added, not multiplied")
def gradient_by_paths(root, node):
    total = 0.0
    paths = [(root, [])]
    while paths:
        start, local_grads = paths.pop()
        if start is node:
            total += sum(local_grads)
        for parent, local_grad in zip(start.parents, start.local_grads):
            paths.append((parent, [*local_grads, local_grad]))
    return total


@mistake("1.3 gradient_by_paths", "the first path found is the answer", says="path through u²")
def gradient_by_paths(root, node):
    paths = [(root, 1.0)]
    while paths:
        start, product = paths.pop()
        if start is node:
            return product
        for parent, local_grad in zip(start.parents, start.local_grads):
            paths.append((parent, product * local_grad))
    return 0.0


@mistake("1.3 gradient_by_paths", "the shortest path is the answer", says="shortest path counts")
def gradient_by_paths(root, node):
    paths = [(root, 1.0)]
    while paths:
        start, product = paths.pop(0)
        if start is node:
            return product
        for parent, local_grad in zip(start.parents, start.local_grads):
            paths.append((parent, product * local_grad))
    return 0.0


@mistake("1.3 gradient_by_paths", "each node is visited once", says="is u visited just once")
def gradient_by_paths(root, node, seen=None):
    seen = set() if seen is None else seen
    if root is node:
        return 1.0
    seen.add(id(root))
    total = 0.0
    for parent, local_grad in zip(root.parents, root.local_grads):
        if id(parent) not in seen:
            total += local_grad * gradient_by_paths(parent, node, seen)
    return total


@mistake("1.3 gradient_by_paths", "parents in a dict", says="last of the two edges counts")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    slopes = dict(zip(root.parents, root.local_grads))
    return sum((slopes[p] * gradient_by_paths(p, node) for p in slopes), 0.0)


@mistake("1.3 gradient_by_paths", "parents.index for a repeated parent", says="taken for both")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    total = 0.0
    for parent in root.parents:
        local_grad = root.local_grads[root.parents.index(parent)]
        total += local_grad * gradient_by_paths(parent, node)
    return total


@mistake("1.3 gradient_by_paths", "only leaves end a path", says="end in a leaf")
def gradient_by_paths(root, node):
    if not root.parents:
        return 1.0 if root is node else 0.0
    return sum(g * gradient_by_paths(p, node) for p, g in zip(root.parents, root.local_grads))


@mistake("1.3 gradient_by_paths", "the path without edges is missing", says="without edges")
def gradient_by_paths(root, node):
    total = 0.0
    for parent, local_grad in zip(root.parents, root.local_grads):
        rest = 1.0 if parent is node else gradient_by_paths(parent, node)
        total += local_grad * rest
    return total


@mistake("1.3 gradient_by_paths", "None where there is no path", says="is None")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    found = [(gradient_by_paths(p, node), g) for p, g in zip(root.parents, root.local_grads)]
    terms = [slope * g for slope, g in found if slope is not None]
    return sum(terms) if terms else None


@mistake("1.3 gradient_by_paths", "nodes are compared by number", says="the number they hold")
def gradient_by_paths(root, node):
    if getattr(root, "data", root) == getattr(node, "data", node):
        return 1.0
    return sum(
        (g * gradient_by_paths(p, node) for p, g in zip(root.parents, root.local_grads)), 0.0
    )


@mistake("1.3 gradient_by_paths", "it needs data", says="nothing but parents and local_grads")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0 if root.data == root.data else 0.0
    return sum(
        (g * gradient_by_paths(p, node) for p, g in zip(root.parents, root.local_grads)), 0.0
    )


@mistake("1.3 gradient_by_paths", "it is stored in grad", says="returned, not stored")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    total = 0.0
    for parent, local_grad in zip(root.parents, root.local_grads):
        total += local_grad * gradient_by_paths(parent, node)
    if hasattr(node, "grad"):
        node.grad = total
    return total


# ---- Value.backward


@mistake("1.3 Value.backward", "assignment instead of +=", says=("assigned, not added", "last use"))
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad = local_grad * node.grad


@mistake("1.3 Value.backward", "assigned where inner, added to leaves", says="assigned, not added")
def backward(self):
    order = topological_order(self)
    self.grad = 1.0 if self.parents else self.grad + 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            if parent.parents:
                parent.grad = local_grad * node.grad
            else:
                parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "depth first, each node once", says="no topological order")
def backward(self):
    for node in topological_order(self):
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    stack, seen = [self], {self}
    while stack:
        node = stack.pop()
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)


@mistake("1.3 Value.backward", "breadth first, each node once", says="no topological order")
def backward(self):
    for node in topological_order(self):
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    queue, seen = [self], {self}
    for node in queue:
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)


@mistake("1.3 Value.backward", "breadth first, at every arrival", says="instead of waiting")
def backward(self):
    for node in topological_order(self):
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    queue = [self]
    for node in queue:
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
            queue.append(parent)


@mistake("1.3 Value.backward", "a stack, at every arrival", says="once for each of its children")
def backward(self):
    for node in topological_order(self):
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    stack = [self]
    while stack:
        node = stack.pop()
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
            stack.append(parent)


@mistake("1.3 Value.backward", "recursive push of whole gradients", says="instead of waiting")
def backward(self):
    for node in topological_order(self):
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0

    def hand_on(node):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
            hand_on(parent)

    hand_on(self)


@mistake("1.3 Value.backward", "a walk along each path", says=("every path", "2^60"))
def backward(self):
    for node in topological_order(self):
        if node.parents:
            node.grad = 0.0
    paths = [(self, 1.0)]
    while paths:
        node, flow = paths.pop()
        node.grad += flow
        for parent, local_grad in zip(node.parents, node.local_grads):
            paths.append((parent, local_grad * flow))


@mistake("1.3 Value.backward", "the order is not reversed", says="the order is not reversed")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in order:
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "no seed", says="the seed is missing")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "seed before the reset", says="the seed is missing")
def backward(self):
    self.grad += 1.0
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "seed added to an old gradient", says="seed is added to the root's")
def backward(self):
    order = topological_order(self)
    for node in order[:-1]:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "seed set on a leaf", says="the seed replaces")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "own gradient left out", says="own gradient is left out")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad


@mistake("1.3 Value.backward", "data for gradient", says="data stands where its gradient belongs")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.data


@mistake("1.3 Value.backward", "inner gradients kept", says="inner gradients are kept")
def backward(self):
    self.grad = 1.0 if self.parents else self.grad + 1.0
    for node in reversed(topological_order(self)):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "only the root's parents reset", says="save those of the root's")
def backward(self):
    for node in (self, *self.parents):
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(topological_order(self)):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "nothing reset at all", says="all gradients are kept")
def backward(self):
    self.grad += 1.0
    for node in reversed(topological_order(self)):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "inner decided by op", says="inner gradients are kept")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.op:
            node.grad = 0.0
    self.grad = 1.0 if self.parents else self.grad + 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "leaves cleared", says="leaves are cleared by backward")
def backward(self):
    order = topological_order(self)
    for node in order:
        node.grad = 0.0
    self.grad = 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "recursive", says=("calls itself", "needs no recursion"))
def backward(self):
    for node in topological_order(self):
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    missing = {}
    for node in topological_order(self):
        for parent in node.parents:
            missing[parent] = missing.get(parent, 0) + 1

    def hand_on(node):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
            missing[parent] -= 1
            if not missing[parent]:
                hand_on(parent)

    hand_on(self)


@mistake("1.3 Value.backward", "first use only", says="only the first use is counted")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    reached = set()
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            if parent not in reached:
                reached.add(parent)
                parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "a leaf's first use only", says="use nearest to the root")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    reached = set()
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            if parent.parents or parent not in reached:
                reached.add(parent)
                parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "parents.index", says="first local gradient is taken for both")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent in node.parents:
            parent.grad += node.local_grads[node.parents.index(parent)] * node.grad


@mistake("1.3 Value.backward", "the graph is freed", says=("data and graph are for reading",))
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        node.parents, node.local_grads = (), ()


@mistake("1.3 Value.backward", "two operands at most", says="only the first two parents")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, local_grad in zip(node.parents[:2], node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "the root is skipped", says="the root itself passes nothing on")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order[:-1]):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "the root's parents only", says="the walk ends at the root's own")
def backward(self):
    for node in topological_order(self):
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for parent, local_grad in zip(self.parents, self.local_grads):
        parent.grad += local_grad * self.grad


# ---- Value.detach


@mistake("1.3 Value.detach", "it returns itself", says="nothing was cut")
def detach(self):
    return self


@mistake(
    "1.3 Value.detach", "a copy with its parents", says="passes its gradient on to u's parents"
)
def detach(self):
    return Value(self.data, self.parents, self.local_grads, self.op)


@mistake("1.3 Value.detach", "a node above the original", says="passes its gradient on to u")
def detach(self):
    return Value(self.data, (self,), (1.0,))


@mistake("1.3 Value.detach", "an edge of 0", says="not even by an edge of 0")
def detach(self):
    return Value(self.data, (self,), (0.0,))


@mistake("1.3 Value.detach", "the original is cut", says="the copy is cut off, not y")
def detach(self):
    detached = Value(self.data)
    self.parents, self.local_grads = (), ()
    return detached


@mistake("1.3 Value.detach", "the gradient is copied", says="x's own was copied")
def detach(self):
    detached = Value(self.data)
    detached.grad = self.grad
    return detached


@mistake("1.3 Value.detach", "a number", says="should be a Value")
def detach(self):
    return self.data


# ---- gradient_error


@mistake("1.3 gradient_error", "steps to one side", says="forwards only")
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    y = f(leaves)
    y.backward()
    worst = 0.0
    for i, leaf in enumerate(leaves):
        moved = [type(x)(x.data + (h if j == i else 0.0)) for j, x in enumerate(xs)]
        n = (f(moved).data - y.data) / h
        error = abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n))
        if isnan(error):
            return error
        worst = max(worst, error)
    return worst


@mistake("1.3 gradient_error", "absolute", says="the error is absolute")
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    errors = [abs(leaf.grad - n) for leaf, n in zip(leaves, numerical)]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "relative near 0 too", says="even where both gradients are below 1")
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    errors = [
        abs(leaf.grad - n) / max(1e-8, abs(leaf.grad), abs(n)) for leaf, n in zip(leaves, numerical)
    ]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "relative to the engine alone", says="the engine's gradient alone")
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    errors = [abs(leaf.grad - n) / max(1.0, abs(leaf.grad)) for leaf, n in zip(leaves, numerical)]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "numerical with itself", says="compared with itself")
def gradient_error(f, xs, h=1e-5):
    point = [x.data for x in xs]

    def g(numbers):
        return f([type(x)(number) for x, number in zip(xs, numbers)]).data

    one, two = numerical_gradient(g, point, h), numerical_gradient(g, point, h)
    errors = [abs(a - n) / max(1.0, abs(a), abs(n)) for a, n in zip(one, two)]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "the engine twice", says="compared with itself")
def gradient_error(f, xs, h=1e-5):
    def engine():
        leaves = [type(x)(x.data) for x in xs]
        f(leaves).backward()
        return [leaf.grad for leaf in leaves]

    errors = [abs(a - n) / max(1.0, abs(a), abs(n)) for a, n in zip(engine(), engine())]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake(
    "1.3 gradient_error",
    "max passes NaN over",
    says=("of the engine's gradient is NaN", "NaN is passed over"),
)
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    return max(
        abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n)) for leaf, n in zip(leaves, numerical)
    )


@mistake(
    "1.3 gradient_error",
    "NaN only of the engine",
    says=("of the numerical gradient is NaN", "NaN is passed over"),
)
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    worst = 0.0
    for leaf, n in zip(leaves, numerical):
        if isnan(leaf.grad):
            return leaf.grad
        worst = max(worst, abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n)))
    return worst


@mistake("1.3 gradient_error", "no absolute value", says="keeps its sign")
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    errors = [
        (leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n)) for leaf, n in zip(leaves, numerical)
    ]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "the sizes are compared", says="without their signs")
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    errors = [
        abs(abs(leaf.grad) - abs(n)) / max(1.0, abs(leaf.grad), abs(n))
        for leaf, n in zip(leaves, numerical)
    ]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "the errors are averaged", says="averaged")
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    errors = [
        abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n)) for leaf, n in zip(leaves, numerical)
    ]
    return sum(errors) / len(errors)


@mistake("1.3 gradient_error", "h is not handed on", says="h is not handed on")
def gradient_error(f, xs, h=1e-5):
    leaves = [type(x)(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs]
    )
    errors = [
        abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n)) for leaf, n in zip(leaves, numerical)
    ]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "on the caller's Values", says="the old gradients are counted")
def gradient_error(f, xs, h=1e-5):
    f(xs).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    errors = [abs(x.grad - n) / max(1.0, abs(x.grad), abs(n)) for x, n in zip(xs, numerical)]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "the caller's Values cleared", says="are cleared, then filled")
def gradient_error(f, xs, h=1e-5):
    for x in xs:
        x.grad = 0.0
    f(xs).backward()
    numerical = numerical_gradient(
        lambda numbers: f([type(x)(n) for x, n in zip(xs, numbers)]).data, [x.data for x in xs], h
    )
    errors = [abs(x.grad - n) / max(1.0, abs(x.grad), abs(n)) for x, n in zip(xs, numerical)]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "another type of leaf", says="of the type that stands in xs")
def gradient_error(f, xs, h=1e-5):
    from .value import Value

    leaves = [Value(x.data) for x in xs]
    f(leaves).backward()
    numerical = numerical_gradient(
        lambda numbers: f([Value(n) for n in numbers]).data, [x.data for x in xs], h
    )
    errors = [
        abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n)) for leaf, n in zip(leaves, numerical)
    ]
    return max(errors, key=lambda error: inf if isnan(error) else error)


# ---- tanh_from_exp


@mistake("1.3 tanh_from_exp", "e^x for e^2x", says="e^x stands where e^2x belongs")
def tanh_from_exp(x):
    e = x.exp()
    return (e - 1) / (e + 1)


@mistake("1.3 tanh_from_exp", "upside down", says="upside down")
def tanh_from_exp(x):
    e = (2 * x).exp()
    return (e + 1) / (e - 1)


@mistake("1.3 tanh_from_exp", "the wrong way round", says="the wrong way round")
def tanh_from_exp(x):
    e = (2 * x).exp()
    return (1 - e) / (e + 1)


@mistake("1.3 tanh_from_exp", "the sigmoid", says="the sigmoid of 2x")
def tanh_from_exp(x):
    e = (2 * x).exp()
    return e / (e + 1)


@mistake("1.3 tanh_from_exp", "of a detached x", says="the graph ends before it reaches x")
def tanh_from_exp(x):
    e = (2 * x.detach()).exp()
    return (e - 1) / (e + 1)


@mistake("1.3 tanh_from_exp", "computed on numbers", says="the graph ends before it reaches x")
def tanh_from_exp(x):
    e = math.exp(2 * x.data)
    return Value((e - 1) / (e + 1))


@mistake("1.3 tanh_from_exp", "it calls tanh", says=("tanh", "the point is to build tanh of"))
def tanh_from_exp(x):
    return x.tanh()


# ---- a sign, a copy, an infinity


@mistake("1.3 path_derivative", "return inside the loop", says="is the return inside the loop?")
def path_derivative(local_grads):
    product = 1.0
    for local_grad in local_grads:
        product *= local_grad
        return product
    return product


@mistake("1.3 path_derivative", "the first edge to begin with", says="IndexError")
def path_derivative(local_grads):
    product = local_grads[0]
    for local_grad in local_grads[1:]:
        product *= local_grad
    return product


@mistake("1.3 gradient_by_paths", "sizes for slopes", says="the signs are dropped")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    return sum(abs(g) * gradient_by_paths(p, node) for p, g in zip(root.parents, root.local_grads))


@mistake("1.3 Value.backward", "cleared once passed on", says="cleared once they were passed on")
def backward(self):
    self.grad += 1.0
    for node in reversed(topological_order(self)):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        if node.parents:
            node.grad = 0.0


@mistake(
    "1.3 Value.backward", "inner ones cleared once passed on", says="inner gradients are cleared"
)
def backward(self):
    self.grad = 1.0 if self.parents else self.grad + 1.0
    for node in reversed(topological_order(self)):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        if node.parents and node is not self:
            node.grad = 0.0


@mistake(
    "1.3 Value.backward", "one local gradient for each parent", says="in a dict for each parent"
)
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, local_grad in dict(zip(node.parents, node.local_grads)).items():
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.detach", "a leaf is handed back", says="a leaf, too, is detached")
def detach(self):
    return Value(self.data) if self.parents else self


@mistake("1.3 gradient_error", "an infinite gradient", says="NaN is passed over")
def gradient_error(f, xs, h=1e-5):
    def leaves_at(numbers):
        return [type(x)(number) for x, number in zip(xs, numbers)]

    point, worst = [x.data for x in xs], 0.0
    leaves = leaves_at(point)
    f(leaves).backward()
    numerical = numerical_gradient(lambda numbers: f(leaves_at(numbers)).data, point, h)
    for leaf, n in zip(leaves, numerical):
        error = abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n))
        if isnan(leaf.grad) or isnan(n):
            return leaf.grad + n
        worst = error if error > worst else worst
    return worst


@mistake("1.3 gradient_error", "equal infinities agree", says="two infinite slopes count as equal")
def gradient_error(f, xs, h=1e-5):
    def leaves_at(numbers):
        return [type(x)(number) for x, number in zip(xs, numbers)]

    point = [x.data for x in xs]
    leaves = leaves_at(point)
    f(leaves).backward()
    numerical = numerical_gradient(lambda numbers: f(leaves_at(numbers)).data, point, h)
    errors = [
        0.0 if leaf.grad == n else abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n))
        for leaf, n in zip(leaves, numerical)
    ]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 gradient_error", "NaN as infinity", says="counts as an infinite error")
def gradient_error(f, xs, h=1e-5):
    def leaves_at(numbers):
        return [type(x)(number) for x, number in zip(xs, numbers)]

    point = [x.data for x in xs]
    leaves = leaves_at(point)
    f(leaves).backward()
    numerical = numerical_gradient(lambda numbers: f(leaves_at(numbers)).data, point, h)
    errors = [
        abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n)) for leaf, n in zip(leaves, numerical)
    ]
    return max(inf if isnan(error) else error for error in errors)


@mistake(
    "1.3 gradient_error",
    "copies that keep their parents",
    says="whatever that was computed from",
    prelude="import copy",
)
def gradient_error(f, xs, h=1e-5):
    def leaves_at(numbers):
        return [type(x)(number) for x, number in zip(xs, numbers)]

    leaves = [copy.copy(x) for x in xs]
    for leaf in leaves:
        leaf.grad = 0.0
    f(leaves).backward()
    point = [x.data for x in xs]
    numerical = numerical_gradient(lambda numbers: f(leaves_at(numbers)).data, point, h)
    errors = [
        abs(leaf.grad - n) / max(1.0, abs(leaf.grad), abs(n)) for leaf, n in zip(leaves, numerical)
    ]
    return max(errors, key=lambda error: inf if isnan(error) else error)


@mistake("1.3 tanh_from_exp", "2·e^x for e^2x", says="2·e^x stands where")
def tanh_from_exp(x):
    e = 2 * x.exp()
    return (e - 1) / (e + 1)


@mistake("1.3 tanh_from_exp", "1 far out", says="far out 1 is put in for it")
def tanh_from_exp(x):
    if abs(x.data) > 9:
        return 0 * x.exp() + (1 if x.data > 0 else -1)
    e = (2 * x).exp()
    return (e - 1) / (e + 1)


@mistake("1.3 tanh_from_exp", "half of it on numbers", says="the denominator is a plain number")
def tanh_from_exp(x):
    e = (2 * x).exp()
    return (e - 1) / (e.data + 1)


# ---- what a first learner wrote


@mistake("1.3 path_derivative", "the last edge wins", says="only the last edge counts")
def path_derivative(local_grads):
    product = 1.0
    for local_grad in local_grads:
        product = local_grad
    return product


@mistake("1.3 gradient_by_paths", "a = for a +=", says="the last operand alone counts")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    total = 0.0
    for parent, local_grad in zip(root.parents, root.local_grads):
        total = local_grad * gradient_by_paths(parent, node)
    return total


@mistake("1.3 gradient_by_paths", "a = for a +=, over a stack", says="is there a = for a +=?")
def gradient_by_paths(root, node):
    total = 0.0
    paths = [(root, 1.0)]
    while paths:
        start, product = paths.pop(0)
        if start is node:
            total = product
        for parent, local_grad in zip(start.parents, start.local_grads):
            paths.append((parent, product * local_grad))
    return total


@mistake("1.3 gradient_by_paths", "any leaf will do", says="every leaf counts as the node")
def gradient_by_paths(root, node):
    if root is node or not root.parents:
        return 1.0
    total = 0.0
    for parent, local_grad in zip(root.parents, root.local_grads):
        total += local_grad * gradient_by_paths(parent, node)
    return total


@mistake("1.3 gradient_by_paths", "a + for a *", says="added to what comes from further down")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    total = 0.0
    for parent, local_grad in zip(root.parents, root.local_grads):
        total += local_grad + gradient_by_paths(parent, node)
    return total


@mistake("1.3 gradient_by_paths", "a set of edges", says="two equal edges count as one")
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    edges = set(zip(root.parents, root.local_grads))
    return sum(slope * gradient_by_paths(parent, node) for parent, slope in edges) + 0.0


@mistake("1.3 Value.backward", "a set of edges", says="two equal edges count as one (a set")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, local_grad in set(zip(node.parents, node.local_grads)):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.backward", "ints for floats", says="gradient of the root is 1 (int)")
def backward(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0
    self.grad += 1
    for node in reversed(order):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad


@mistake("1.3 Value.detach", "no return", says="detach returned None")
def detach(self):
    Value(self.data)


# ---- found by trying: let through once, or rejected without a name


@mistake(
    "1.3 path_derivative",
    "the first edge twice",
    says="the first edge counts twice",
)
def path_derivative(local_grads):
    p = local_grads[0]
    for g in local_grads:
        p *= g
    return p


@mistake(
    "1.3 Value.backward",
    "gradients are rounded",
    says="is rounded to 0",
)
def backward(self):
    order = topological_order(self)
    for n in order:
        if n.parents:
            n.grad = 0.0
    self.grad += 1.0
    for n in reversed(order):
        for p, g in zip(n.parents, n.local_grads):
            p.grad = round(p.grad + g * n.grad, 6)


@mistake(
    "1.3 gradient_error",
    "relative to the mean",
    says="the mean of the two",
)
def gradient_error(f, xs, h=1e-05):
    point = [x.data for x in xs]
    fresh = [type(x)(x.data) for x in xs]
    f(fresh).backward()
    num = numerical_gradient(lambda p: f([type(x)(q) for x, q in zip(xs, p)]).data, point, h)
    return max(
        (abs(a.grad - n) / max(1.0, (abs(a.grad) + abs(n)) / 2) for a, n in zip(fresh, num)),
        key=lambda e: inf if isnan(e) else e,
    )


@mistake(
    "1.3 tanh_from_exp",
    "sinh",
    says="which gives sinh",
)
def tanh_from_exp(x):
    return (x.exp() - (-x).exp()) / 2


@mistake(
    "1.3 path_derivative",
    "the logarithms are added",
    says="have no logarithm",
    prelude="import math",
)
def path_derivative(local_grads):
    return math.exp(sum(math.log(g) for g in local_grads))


@mistake(
    "1.3 gradient_by_paths",
    "== decides which node it is",
    says="decides which node it is",
)
def gradient_by_paths(root, node):
    if root == node:
        return 1.0
    return sum(g * gradient_by_paths(p, node) for p, g in zip(root.parents, root.local_grads))


@mistake(
    "1.3 gradient_by_paths",
    "what was found is kept by number",
    says="what was found for one node",
)
def gradient_by_paths(root, node):
    memo = {}

    def go(r):
        if r is node:
            return 1.0
        k = getattr(r, "data", id(r))
        if k not in memo:
            memo[k] = sum((g * go(p) for p, g in zip(r.parents, r.local_grads)), 0.0)
        return memo[k]

    return go(root)


@mistake(
    "1.3 Value.backward",
    "slopes are clipped at a million",
    says="what is large is clipped",
)
def backward(self):
    order = topological_order(self)
    for node in order:
        if not node.is_leaf:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, local in zip(node.parents, node.local_grads):
            parent.grad += max(-1e6, min(1e6, local)) * node.grad


@mistake(
    "1.3 Value.backward",
    "slopes of NaN are passed over",
    says="hidden",
)
def backward(self):
    order = topological_order(self)
    for n in order:
        if n.parents:
            n.grad = 0.0
    self.grad += 1.0
    for n in reversed(order):
        for p, g in zip(n.parents, n.local_grads):
            if g == g:
                p.grad += g * n.grad


@mistake(
    "1.3 Value.backward",
    "the slopes of a product are computed anew",
    says="slopes are computed anew",
)
def backward(self):
    order = topological_order(self)
    for n in order:
        if n.parents:
            n.grad = 0.0
    self.grad += 1.0
    for n in reversed(order):
        lg = n.local_grads
        if n.op == "*" and len(n.parents) == 2:
            lg = (n.parents[1].data, n.parents[0].data)
        for p, g in zip(n.parents, lg):
            p.grad += g * n.grad


@mistake(
    "1.3 Value.backward",
    "seen is what looks the same",
    says="counts as seen",
)
def backward(self):
    order, seen = [], set()
    stack = [(self, False)]
    while stack:
        n, ready = stack.pop()
        if ready:
            order.append(n)
        elif repr(n) not in seen:
            seen.add(repr(n))
            stack.append((n, True))
            stack.extend((p, False) for p in reversed(n.parents))
    for n in order:
        if n.parents:
            n.grad = 0.0
    self.grad += 1.0
    for n in reversed(order):
        for p, g in zip(n.parents, n.local_grads):
            p.grad += g * n.grad


@mistake(
    "1.3 tanh_from_exp",
    "e to the power 4x",
    says="e^4x stands",
)
def tanh_from_exp(x):
    e2 = (2 * x).exp() ** 2
    return (e2 - 1) / (e2 + 1)


@mistake(
    "1.3 gradient_error",
    "relative even near 0, as in CS231n",
    says="CS231n's notes",
)
def gradient_error(f, xs, h=1e-05):
    point = [x.data for x in xs]
    fresh = [type(x)(x.data) for x in xs]
    f(fresh).backward()
    num = numerical_gradient(lambda p: f([type(x)(q) for x, q in zip(xs, p)]).data, point, h)
    return max(abs(a.grad - n) / max(abs(a.grad), abs(n), 1e-8) for a, n in zip(fresh, num))


@mistake(
    "1.3 tanh_from_exp",
    "1e-12 is added",
    says="an epsilon",
)
def tanh_from_exp(x):
    e = (x * 2).exp()
    return (e - 1) / (e + 1) + 1e-12


@mistake(
    "1.3 path_derivative",
    "an edge of 0 returns at once",
    says="as soon as an edge is 0",
)
def path_derivative(local_grads):
    out = 1.0
    for g in local_grads:
        if g == 0:
            return 0.0
        out *= g
    return out


@mistake(
    "1.3 gradient_by_paths",
    "edges of 0 are skipped",
    says="an edge of 0 is passed over",
)
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    return sum(g * gradient_by_paths(p, node) for p, g in zip(root.parents, root.local_grads) if g)


@mistake(
    "1.3 gradient_by_paths",
    "answers are kept from call to call",
    says="kept from call to call",
    prelude="_memo = {}",
)
def gradient_by_paths(root, node):
    if root is node:
        return 1.0
    key = (id(root), id(node))
    if key not in _memo:
        _memo[key] = sum(
            g * gradient_by_paths(p, node) for p, g in zip(root.parents, root.local_grads)
        )
    return _memo[key]


@mistake("1.3 tanh_from_exp", "e^-x made of a number", says="e^-x is made of a number")
def tanh_from_exp(x):
    up = x.exp()
    down = Value(1 / up.data)
    return (up - down) / (up + down)
