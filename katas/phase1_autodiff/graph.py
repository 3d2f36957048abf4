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
    raise NotImplementedError("1.2 topological_order")


def leaves(root):  # kata 1.2
    """List the nodes that root was computed from and that were not computed themselves.

    root  a node
    ->    the nodes without parents, each once, in topological order
    """
    raise NotImplementedError("1.2 leaves")


def depth(root):  # kata 1.2
    """Count the edges on the longest path from a leaf to root.

    root  a node
    ->    an int: 0 for a leaf; any depth, in linear time
    """
    raise NotImplementedError("1.2 depth")


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
    raise NotImplementedError("1.2 trace_table")


def path_derivative(local_grads):  # kata 1.3
    """Multiply the local derivatives along one path.

    local_grads  a list of numbers, one for each edge of the path
    ->           their product; 1 for the path without edges, from a node to itself
    """
    raise NotImplementedError("1.3 path_derivative")


def gradient_by_paths(root, node):  # kata 1.3
    """Compute the derivative of root with respect to node by its definition.

    root  a node with `.parents` and `.local_grads`
    node  the node to differentiate by; by itself, root has derivative 1
    ->    the sum over all paths from node to root of the product of the local derivatives
          along the path; 0 where there is no path

    Exponential in the size of the graph: this is the definition, not the way to compute it.
    """
    raise NotImplementedError("1.3 gradient_by_paths")
