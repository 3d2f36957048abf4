"""The figures of 1.4: the graph of the running example, and its backward pass in four frames."""

import re
from pathlib import Path

from dojo.pictures.graph import graph_svg
from solutions.phase1_autodiff.graph import topological_order
from solutions.phase1_autodiff.value import Value

ORANGE = "#B84F00"
CAPTION = 32  # its height


def example():
    """u = x * x, v = 2 * x, L = u * v at x = 3."""
    x = Value(3.0, label="x")
    u, v = x * x, 2 * x
    loss = u * v
    u.label, v.label, loss.label = "u", "v", "L"
    return loss


def bold(svg, opening, closing="</g>"):
    """The picture with thick outlines from one piece of its text to another."""
    start = svg.index(opening)
    end = svg.index(closing, start)
    marked = svg[start:end].replace('stroke-width="1.5"', 'stroke-width="4"')
    marked = re.sub(r'stroke="#\w+"', f'stroke="{ORANGE}"', marked)
    return svg[:start] + marked + svg[end:]


def frames(root):
    """(caption, picture) for the seed and for each node that passes its gradient on."""
    order = topological_order(root)
    edges = [(parent, node) for node in order for parent in node.parents]
    root.grad = 1.0
    picture = graph_svg(root)
    box_of_root = picture[picture.rindex("<rect") :]
    yield "the seed: L has gradient 1", bold(picture, box_of_root, "/>")
    for i, node in reversed(list(enumerate(order))):
        for parent, local_grad in zip(node.parents, node.local_grads):
            parent.grad += local_grad * node.grad
        if node.parents:
            picture = bold(graph_svg(root), f'<g data-node="{i}">')
            for e, (_, child) in enumerate(edges):
                if child is node:
                    picture = bold(picture, f'<g data-edge="{e}">')
            names = dict.fromkeys(parent.label or f"{parent.data:g}" for parent in node.parents)
            yield f"{node.label} passes back to {' and '.join(names)}", picture


def below_each_other(captions_and_pictures):
    """One picture of several, each with its number and caption."""
    parts, y = [], 0
    for number, (caption, picture) in enumerate(captions_and_pictures, start=1):
        head, body = picture.split("</title>\n")
        width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', head).groups())
        parts.append(f'<text x="12" y="{y + 26}" font-weight="bold">{number} · {caption}</text>')
        parts.append(f'<g transform="translate(0 {y + CAPTION})">')
        parts.append(body.replace("</svg>\n", "</g>"))
        y += height + CAPTION
    size = f'viewBox="0 0 {width} {y}" width="{width}" height="{y}"'
    opening = re.sub(r'viewBox="[^"]*" width="\d+" height="\d+"', size, head.split(">")[0])
    title = "The backward pass in four frames: what is active has thick lines"
    ground = f'<rect width="{width}" height="{y}" fill="white"/>'
    return "\n".join([f"{opening}>", f"<title>{title}</title>", ground, *parts, "</svg>\n"])


def main(folder):
    loss = example()
    pictures = {"frames.svg": below_each_other(frames(loss))}
    title = "The graph of L = (x * x) * (2 * x) at x = 3, with all gradients"
    pictures["graph.svg"] = graph_svg(loss, title)
    for name, text in pictures.items():
        (Path(folder) / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(__file__).parent)
