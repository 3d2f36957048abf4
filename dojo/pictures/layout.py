"""Where the boxes and arrows of a graph go: columns by depth, heights by the neighbours.

A small layered layout. A result stands one column right of the last of its operands, a leaf
just left of its first use. An arrow that has to pass a column gets a lane of its own in it, so
that it never runs through a box.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

MARGIN, BETWEEN, APART, LANE = 12, 44, 16, 16  # border, columns, boxes, a passing arrow
OP_TALL, OP_GAP = 34, 20  # of an ellipse; between it and its box


@dataclass(frozen=True)
class Layout:
    """Whole numbers, from the upper left corner.

    width, height  of the picture
    boxes          (left, middle height) of each node's box
    ops            (middle, middle height) of each result's ellipse, None for a leaf
    paths          (SVG path, x, y of the arrow's tip) for each edge
    """

    width: int
    height: int
    boxes: list
    ops: list
    paths: list


def layout(parents, box, radius, between=BETWEEN):
    """Place a graph.

    parents  for each node, in topological order, the places of its parents in that order
    box      (width, height) of a box
    radius   half the width of an ellipse
    between  how far the columns are apart
    ->       a Layout; its edges go child by child, operands in order
    """
    edges = [(parent, child) for child, operands in enumerate(parents) for parent in operands]
    columns, routes = _columns(parents, edges)
    y = _heights(columns, routes, len(parents), box[1])

    spans, x = [], MARGIN  # of each column: its left end, and the left side of its boxes
    for column in columns:
        with_op = any(item < len(parents) and parents[item] for item in column)
        spans.append((x, x + with_op * (2 * radius + OP_GAP)))
        x = spans[-1][1] + box[0] + between
    span = {item: spans[c] for c, column in enumerate(columns) for item in column}

    boxes = [(span[i][1], y[i]) for i in range(len(parents))]
    ops = [(span[i][0] + radius, y[i]) if parents[i] else None for i in range(len(parents))]
    leaving, entering = _by_height(routes, 0, 1, y), _by_height(routes, -1, -2, y)
    paths = [
        _path(e, routes, span, y, box[0], radius, leaving, entering) for e in range(len(edges))
    ]
    height = max(y.values()) + box[1] // 2 + MARGIN
    return Layout(x - between + MARGIN, height, boxes, ops, paths)


def _columns(parents, edges):
    """The items of each column, and the items that each edge passes, ends included.

    An item below len(parents) is a node, any other a lane for one arrow.
    """
    column_of = []
    for operands in parents:
        column_of.append(max((1 + column_of[parent] for parent in operands), default=0))
    uses = {}
    for parent, child in edges:
        uses.setdefault(parent, []).append(column_of[child])
    for leaf in (i for i, operands in enumerate(parents) if not operands):
        column_of[leaf] = min(uses.get(leaf, [1])) - 1
    columns = [[] for _ in range(max(column_of) + 1)]
    for i, c in enumerate(column_of):
        columns[c].append(i)
    routes, lane = [], len(parents)
    for parent, child in edges:
        route = [parent]
        for c in range(column_of[parent] + 1, column_of[child]):
            columns[c].append(lane)
            route.append(lane)
            lane += 1
        routes.append([*route, child])
    return columns, routes


def _heights(columns, routes, n_nodes, box_tall):
    """The height of each item: again and again the mean of its neighbours, kept apart."""
    left, right = {}, {}
    for route in routes:
        for a, b in pairwise(route):
            right.setdefault(a, []).append(b)
            left.setdefault(b, []).append(a)

    def tall(item):
        return (box_tall if item < n_nodes else LANE) + APART

    y = {}
    for column in columns:
        at = 0.0
        for item in column:
            y[item] = at + tall(item) / 2
            at += tall(item)
    for sweep in range(16):
        near = right if sweep % 2 else left
        for column in reversed(columns) if sweep % 2 else columns:
            wish = {item: _mean([y[n] for n in near.get(item, [item])]) for item in column}
            column.sort(key=wish.get)
            lowest = float("-inf")
            for item in column:
                y[item] = max(wish[item], lowest + tall(item) / 2)
                lowest = y[item] + tall(item) / 2
            shift = _mean([wish[item] - y[item] for item in column])
            for item in column:
                y[item] += shift
    top = min(at - (box_tall if item < n_nodes else LANE) / 2 for item, at in y.items())
    return {item: round(at - top) + MARGIN for item, at in y.items()}


def _path(e, routes, span, y, box_wide, radius, leaving, entering):
    """The path of one edge from its parent's box to its child's ellipse, and its tip."""
    parent, *lanes, child = routes[e]
    out, into = leaving[parent], entering[child]
    x, at = span[parent][1] + box_wide, y[parent] + _fan(out.index(e), len(out), 13, 48)
    path = f"M{x} {at}"
    for lane in lanes:
        path += f"{_curve(x, at, span[lane][0], y[lane])} H{span[lane][1] + box_wide}"
        x, at = span[lane][1] + box_wide, y[lane]
    shift = _fan(into.index(e), len(into), 12, 24)
    tip = span[child][0] + radius - round(radius * sqrt(1 - (2 * shift / OP_TALL) ** 2))
    return path + _curve(x, at, tip - 8, y[child] + shift), tip, y[child] + shift


def _by_height(routes, end, next_to_it, y):
    """For each node the edges at that end of them, from the top down."""
    found = {}
    for e in sorted(range(len(routes)), key=lambda e: (y[routes[e][next_to_it]], e)):
        found.setdefault(routes[e][end], []).append(e)
    return found


def _fan(i, n, step, room):
    """The i-th of n offsets around 0, a step apart or as far as there is room."""
    return round((i - (n - 1) / 2) * min(step, room / max(1, n - 1)))


def _curve(x, y, to_x, to_y):
    middle = (x + to_x) // 2
    return f" C{middle} {y} {middle} {to_y} {to_x} {to_y}"


def _mean(numbers):
    return sum(numbers) / len(numbers)
