"""Pictures of a graph as SVG text: a box for each value, an ellipse for each operation.

Python is all it needs, and the text is the same each time. Its parts can be found again: node
i of the topological order is `<g data-node="i">`, its gradient `<text data-grad="i">`, and edge
e, counted child by child and operand by operand, `<g data-edge="e">`, its note `data-note="e"`.
"""

from html import escape

from dojo.pictures.layout import OP_TALL, layout

FONT = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
INK, GREY, LINE, FILL, OP_FILL = "#1a1a1a", "#595959", "#4d5862", "#e8f2fa", "#fdf0e3"
SIZE, WIDE, TALL = 15, 9.1, 20  # of the font; a character and a text line in it
WIDEST = 760


def number(x):
    """A number in few characters; an array as its shape."""
    return f"shape {tuple(x.shape)}" if getattr(x, "shape", ()) else f"{float(x):.6g}"


def in_order(root):
    """All nodes that root was computed from, each after its parents, depth first."""
    order, seen, ahead = [], set(), [(root, False)]
    while ahead:
        node, is_done = ahead.pop()
        if is_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            ahead.append((node, True))
            ahead += [(parent, False) for parent in reversed(node.parents)]
    return order


def graph_svg(root, title="", notes=()):
    """Draw the graph that root was computed from, in the direction of computation.

    root   a node with `.data`, `.grad`, `.parents`, `.op` and `.label`
    title  what the picture shows, for those who cannot see it
    notes  for each edge the lines of a note where it begins, or none at all
    ->     the text of an SVG file, at most 760 wide
    """
    order = in_order(root)
    index = {id(node): i for i, node in enumerate(order)}
    parents = [[index[id(parent)] for parent in node.parents] for node in order]
    fields = [[("data", number(node.data)), ("grad", number(node.grad))] for node in order]

    texts = [f"{name} {text}" for lines in fields for name, text in lines]
    longest = max(len(text) for text in [*texts, *(str(node.label) for node in order)])
    box = (round(max(longest, 10) * WIDE) + 22, TALL * 3 + 10)
    radius = max(20, round(max(len(node.op) for node in order) * WIDE / 2) + 8)
    widest = max((len(line) for lines in notes for line in lines), default=0)
    more = {"between": round(widest * WIDE) + 56} if widest else {}
    places = layout(parents, box, radius, **more)

    parts = [
        f'<g data-edge="{e}">{_arrow(path, *tip)}</g>'
        for e, (path, *tip) in enumerate(places.paths)
    ]
    for i, node in enumerate(order):
        parts.append(f'<g data-node="{i}">')
        if places.ops[i]:
            parts += _operation(node.op, *places.ops[i], radius, places.boxes[i][0])
        parts += [*_box(i, node.label, fields[i], *places.boxes[i], box), "</g>"]
    edges = [(parent, child) for child, operands in enumerate(parents) for parent in operands]
    twins_of = {}  # of an edge: all that lead from the same node to the same one
    for e, edge in enumerate(edges):
        twins_of.setdefault(edge, []).append(e)
    for e, lines in enumerate(notes):
        twins = twins_of[edges[e]]
        left, y = places.boxes[edges[e][0]]
        shift = round((twins.index(e) - (len(twins) - 1) / 2) * (len(lines) * TALL + 10))
        parts += _note(e, lines, left + box[0] + 8, y + shift)
    scale = min(1, WIDEST / places.width)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {places.width} {places.height}" '
            f'width="{round(places.width * scale)}" height="{round(places.height * scale)}" '
            f'role="img" font-family="{FONT}" font-size="{SIZE}" fill="{INK}">',
            f"<title>{escape(title or 'The graph of an expression')}</title>",
            f'<rect data-paper="" width="{places.width}" height="{places.height}" fill="white"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _operation(op, x, y, radius, box_left):
    yield _arrow(f"M{x + radius} {y} H{box_left - 8}", box_left, y)
    yield (
        f'<ellipse cx="{x}" cy="{y}" rx="{radius}" ry="{OP_TALL // 2}" '
        f'fill="{OP_FILL}" stroke="{LINE}" stroke-width="1.5"/>'
    )
    yield _text(x, y + 5, op, "middle")


def _box(i, label, fields, left, y, size):
    wide, tall = size
    yield (
        f'<rect x="{left}" y="{y - tall // 2}" width="{wide}" height="{tall}" rx="5" '
        f'fill="{FILL}" stroke="{LINE}" stroke-width="1.5"/>'
    )
    line = y - (len(fields) + bool(label)) * TALL // 2 + 15
    if label:
        yield _text(left + wide // 2, line, label, "middle", ' font-weight="bold"')
        line += TALL
    for name, text in fields:
        yield _text(left + 10, line, name, "start", f' fill="{GREY}"')
        mark = f' data-grad="{i}"' if name == "grad" else ""
        yield _text(left + wide - 10, line, text, "end", mark)
        line += TALL


def _note(e, lines, left, y):
    wide, tall = round(max(map(len, lines)) * WIDE) + 14, len(lines) * TALL + 6
    yield f'<g data-note="{e}"><rect x="{left}" y="{y - tall // 2}" width="{wide}" height="{tall}" '
    yield f'rx="4" fill="white" stroke="{LINE}"/>'
    for i, line in enumerate(lines):
        yield _text(left + 7, y - tall // 2 + 18 + i * TALL, line, "start")
    yield "</g>"


def _arrow(path, x, y):
    return (
        f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"/>'
        f'<path d="M{x} {y} l-9 -4.5 v9 z" fill="{LINE}" data-tip=""/>'
    )


def _text(x, y, text, anchor, more=""):
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{more}>{escape(str(text))}</text>'
