"""1.2 and 1.3 · Graph: walk what an expression leaves behind.

Everything here works on any object that has `.parents` (and, where it says so, `.data`, `.op`,
`.label` or `.local_grads`). A node is the same as another only if it is the same object, which
`is` and `id` tell; so do sets and dictionaries, unless its class has an `__eq__` of its own.
"""


def topological_order(root):  # kata 1.2
    """List every node that root was computed from, in an order of computation.

    root  a node; of a node's attributes nothing is read but `.parents`
    ->    a new list that holds each ancestor of root once, parents before children, root last

    The order is the same each time: depth first, operands from left to right. Every right
    order passes; this is the one that tables and pictures use. Works at any depth (a chain
    of 50,000 nodes), in time proportional to the number of edges.
    """
    order, seen = [], set()
    path = [(root, iter(root.parents))]
    while path:
        node, parents_left = path[-1]
        for parent in parents_left:
            if parent not in seen:
                seen.add(parent)
                path.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            path.pop()
    return order


def leaves(root):  # kata 1.2
    """List the nodes that root was computed from and that were not computed themselves.

    root  a node
    ->    the nodes without parents, each once, in topological order
    """
    return [node for node in topological_order(root) if not node.parents]


def depth(root):  # kata 1.2
    """Count the edges on the longest path from a leaf to root.

    root  a node
    ->    an int: 0 for a leaf; any depth, in linear time
    """
    depths = {}
    for node in topological_order(root):
        depths[node] = max((1 + depths[parent] for parent in node.parents), default=0)
    return depths[root]


def trace_table(root):  # kata 1.2
    """Write down the computation of root, a line for each node, in topological order.

    root  a node with `.data`, `.op` and `.label`
    ->    a list of strings

    A node goes by its label or, without one, by v and its place in the order, from 1.
    Data is written with up to six significant digits, as f"{data:.6g}" does. A node without
    parents is "a = 2", + and * stand between their operands, a power shows its exponent, and
    any other operation, such as tanh or max, is written as a call:

        a = 2
        v2 = -3
        v3 = a * v2 = -6
        v4 = v3 ** 2 = 36
        v5 = tanh(v4) = 1
        L = max(v5, a) = 2
    """
    order = topological_order(root)
    names = {node: node.label or f"v{place}" for place, node in enumerate(order, start=1)}
    lines = []
    for node in order:
        operands = [names[parent] for parent in node.parents]
        if not operands:
            formula = ""
        elif node.op.startswith("**"):
            formula = f"{operands[0]} ** {node.op[2:]} = "
        elif node.op in ("+", "*"):
            formula = f" {node.op} ".join(operands) + " = "
        else:
            formula = f"{node.op}({', '.join(operands)}) = "
        lines.append(f"{names[node]} = {formula}{node.data:.6g}")
    return lines


def path_derivative(local_grads):  # kata 1.3
    """Multiply the local derivatives along one path.

    local_grads  a list of numbers, one for each edge of the path
    ->           their product; 1 for the path without edges, from a node to itself
    """
    product = 1.0
    for local_grad in local_grads:
        product *= local_grad
    return product


def gradient_by_paths(root, node):  # kata 1.3
    """Compute the derivative of root with respect to node by its definition.

    root  a node with `.parents` and `.local_grads`
    node  the node to differentiate by; by itself, root has derivative 1
    ->    the sum over all paths from node to root of the product of the local derivatives
          along the path; 0 where there is no path

    Exponential in the size of the graph: this is the definition, not the way to compute it.
    """
    total = 0.0
    paths = [(root, [])]
    while paths:
        start, local_grads = paths.pop()
        if start is node:
            total += path_derivative(local_grads)
        for parent, local_grad in zip(start.parents, start.local_grads):
            paths.append((parent, [*local_grads, local_grad]))
    return total
