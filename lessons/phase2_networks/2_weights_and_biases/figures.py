"""The figures of lesson 2.2, written as SVG by hand: `python figures.py` draws them again."""

from pathlib import Path

from dojo.pictures.svg import BLUE, GREY, INK, ORANGE, page, text, write


def main(folder):
    """Write the figures into the folder of the lesson."""
    write(folder, {"tree.svg": tree(), "signal.svg": signal()})


def tree():
    """MLP([2, 2, 1]) as a tree: two Layers, three Neurons, nine parameters with their names."""
    columns = (12, 112, 232, 366)  # left edges: model, layers, neurons, parameters
    widths = (70, 86, 98, 194)
    kinds = ("MLP", "Layer", "Neuron", "parameter")
    neurons = [("layers.0", "neurons.0"), ("layers.0", "neurons.1"), ("layers.1", "neurons.0")]
    rows = [(*neuron, part) for neuron in neurons for part in ("w.0", "w.1", "b")]
    marked = ("layers.0", "neurons.1", "w.0")  # the path drawn in orange
    places = {row: 68 + 34 * i + 12 * (i // 3) for i, row in enumerate(rows)}
    for depth in (2, 1, 0):  # a box stands in the middle of those behind it
        for prefix in {row[:depth] for row in rows}:
            behind = [places[row] for row in places if row[:depth] == prefix and len(row) > depth]
            places[prefix] = (min(behind) + max(behind)) / 2
    parts = [text(x, 30, kind, GREY) for x, kind in zip(columns, kinds)]
    ordered = sorted(places, key=lambda path: (marked[: len(path)] == path, len(path), path))
    for path in ordered:
        if not path:
            continue
        depth, y, on = len(path), places[path], marked[: len(path)] == path
        x0, y0 = columns[depth - 1] + widths[depth - 1], places[path[:-1]]
        middle, x1 = (x0 + columns[depth]) / 2, columns[depth]
        parts.append(
            f'<path d="M{x0},{y0:g} C{middle:g},{y0:g} {middle:g},{y:g} {x1},{y:g}" fill="none" '
            f'stroke="{ORANGE if on else GREY}" stroke-width="{4 if on else 1.5}"/>'
        )
    for path in ordered:
        depth, y, on = len(path), places[path], marked[: len(path)] == path
        name = "model" if not path else ".".join(path) if depth == 3 else path[-1]
        colour = ORANGE if on else BLUE
        parts += [
            f'<rect x="{columns[depth]}" y="{y - 14:g}" width="{widths[depth]}" height="28" '
            f'rx="6" fill="#FFFFFF" stroke="{colour}" stroke-width="{3 if on else 1.5}"/>',
            text(columns[depth] + widths[depth] / 2, y + 6, name, INK, "middle"),
        ]
    bottom = max(places.values()) + 48
    parts.append(
        text(12, bottom, "thick: one path from the model to a weight, which is its name", ORANGE)
    )
    title = "A network as a tree: from the model through layers and neurons to nine parameters"
    return page(572, int(bottom) + 20, title, parts, anchor="start")


def signal():
    """How large a signal is after each of ten layers, for four sizes of weights."""
    left, right, top, step = 66, 374, 50, 50  # step: pixels for a power of ten

    def at(layer, power):
        return left + (right - left) * layer / 10, top + step * (3 - power)

    parts = [text(left, 28, "size of the signal, if it is 1 at the input", GREY)]
    for power, name in ((3, "1000"), (2, "100"), (1, "10"), (0, "1"), (-1, "0.1"), (-2, "0.01")):
        x, y = at(0, power)
        parts += [
            f'<line x1="{x}" y1="{y}" x2="{right}" y2="{y}" stroke="#DDDDDD"/>',
            text(x - 8, y + 5, name, INK, "end"),
        ]
    x, y = at(0, -3)
    parts += [
        text(x - 8, y + 5, "0.001", INK, "end"),
        f'<line x1="{x}" y1="{y}" x2="{right}" y2="{y}" stroke="{INK}" stroke-width="1.5"/>',
    ]
    for layer in range(0, 11, 2):
        parts.append(text(at(layer, 0)[0], y + 24, str(layer), INK, "middle"))
    parts.append(text((left + right) / 2, y + 48, "layers", GREY, "middle"))
    # the powers of ten that one layer adds: log10 of 2, 1, √⅓ and ½
    for slope, colour, dashes, name, y_name in (
        (0.30103, ORANGE, "", "× 2 a layer: 1024", -2),
        (0.0, BLUE, "", "× 1: n · Var(w) = 1", 5),
        (-0.238561, GREY, "10 5", "× 0.58: a Neuron’s", -22),
        (-0.30103, ORANGE, "3 5", "× ½: 0.001", 6),
    ):
        (x0, y0), (x1, y1) = at(0, 0), at(10, 10 * slope)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts += [
            f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1:.1f}" stroke="{colour}" '
            f'stroke-width="3.5"{dashed}/>',
            text(x1 + 10, y1 + y_name, name, INK if colour == GREY else colour),
        ]
    x1, y1 = at(10, -2.38561)
    parts.append(text(x1 + 10, y1 - 2, "±1/√n: 0.004", INK))
    title = "Sizes of a signal over ten layers: doubled, kept or halved at each, on a log scale"
    return page(560, 420, title, parts, anchor="start")


if __name__ == "__main__":
    main(Path(__file__).parent)
