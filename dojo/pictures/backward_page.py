"""One HTML page in which a reader steps through the backward pass of an expression.

The page is a single file without links: picture, numbers, style and script are all in it, and
its template is backward_page.html beside this file.
"""

import json
import re
from html import escape
from pathlib import Path

from dojo.pictures.graph import graph_svg, in_order, number

TEMPLATE = Path(__file__).with_suffix(".html")

LOCAL = {
    "+": "The local derivative of a sum is 1 for each operand: the gradient is passed on as it is.",
    "*": "The local derivative of a product by one operand is the other operand.",
    "**": "The local derivative of x ** n is n · x ** (n - 1).",
    "exp": "The local derivative of exp is its own result.",
    "log": "The local derivative of log x is 1 / x.",
    "tanh": "The local derivative of tanh is 1 - result².",
    "relu": "The local derivative of relu is 1 above 0, and 0 elsewhere.",
}


class _Copy:
    """A node with a name and a gradient of its own, so that the graph's stay untouched."""

    def __init__(self, node, place, parents):
        self.data, self.grad, self.op = node.data, 0.0, node.op
        self.label = str(node.label) or f"v{place + 1}"
        self.parents, self.local_grads = parents, node.local_grads


def write_page(root, path, title=""):
    """Write the page for the backward pass from root.

    root   a node with `.data`, `.parents`, `.local_grads`, `.op` and `.label`
    path   where to, a name that ends in .html
    title  the heading
    ->     the path
    """
    nodes = _copies(root)
    steps, notes = _steps(nodes)
    title = title or f"The backward pass of {nodes[-1].label}"
    svg = graph_svg(nodes[-1], title, notes=notes)
    width = re.search(r'viewBox="0 0 (\d+)', svg)[1]
    parts = {
        "title": escape(title),
        "width": width,
        "svg": svg.replace("</svg>", '<path data-marker="" d="M-9 -11 h18 l-9 9 z"/>\n</svg>'),
        "list": "\n".join(_list_item(n, step) for n, step in enumerate(steps)),
        "steps": json.dumps(steps, ensure_ascii=False).replace("<", "\\u003c"),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], text)
    Path(path).write_text(page, encoding="utf-8", newline="\n")
    return path


def _copies(root):
    copies = {}
    for place, node in enumerate(in_order(root)):
        parents = [copies[id(parent)] for parent in node.parents]
        copies[id(node)] = _Copy(node, place, parents)
    return list(copies.values())


def _steps(nodes):
    """What each step shows, and the product that stands at each edge; fills in the gradients."""
    place = {id(node): i for i, node in enumerate(nodes)}
    first_edge, count = [], 0
    for node in nodes:
        first_edge.append(count)
        count += len(node.parents)
    notes = [()] * count

    root = nodes[-1]
    root.grad = 1.0
    seed = (
        f"The seed. {root.label} changes as fast as itself, so its own gradient is 1. "
        "All other gradients start at 0."
    )
    steps = [_step(nodes, len(nodes) - 1, f"Seed: {root.label} gets 1", seed, [], [], [])]
    for i in reversed(range(len(nodes))):
        node, sums, edges = nodes[i], [], []
        for e, (parent, local_grad) in enumerate(
            zip(node.parents, node.local_grads), first_edge[i]
        ):
            before, product = parent.grad, local_grad * node.grad
            parent.grad += product
            factors = f"{_factor(local_grad)} × {_factor(node.grad)}"
            notes[e] = (factors, f"= {number(product)}")
            edges.append(e)
            terms = [number(before), _factor(local_grad), _factor(node.grad), number(parent.grad)]
            sums.append([parent.label, *terms])
        if node.parents:
            names = " and ".join(dict.fromkeys(parent.label for parent in node.parents))
            words = f"{node.label} = {_formula(node)}. {_local(node.op)} {_arrivals(node)}"
            title = f"{node.label} passes back to {names}"
            changed = sorted({place[id(parent)] for parent in node.parents})
            steps.append(_step(nodes, i, title, words, sums, edges, changed))
    steps[-1]["words"] += " That was the last step: every gradient is complete."
    return steps, notes


def _step(nodes, active, title, words, sums, edges, changed):
    return {
        "active": active,
        "name": nodes[active].label,
        "title": title,
        "words": words.strip(),
        "sums": sums,
        "edges": edges,
        "changed": changed,
        "grads": {i: number(nodes[i].grad) for i in changed or [active]},  # not those of all nodes
    }


def _list_item(n, step):
    sums = "".join(
        f"<li>{escape(name)}: {before} + {local} × {grad} = {after}</li>"
        for name, before, local, grad, after in step["sums"]
    )
    return (
        f'<li><button type="button" data-step="{n}">{escape(step["title"])}</button>'
        f"<ul>{sums}</ul></li>"
    )


def _factor(x):
    return f"({number(x)})" if x < 0 else number(x)


def _formula(node):
    names = [parent.label for parent in node.parents]
    if node.op.startswith("**"):
        return f"{names[0]} ** {node.op[2:]}"
    return f" {node.op} ".join(names) if node.op in ("+", "*") else f"{node.op}({', '.join(names)})"


def _local(op):
    return LOCAL.get("**" if op.startswith("**") else op, "")


def _arrivals(node):
    """How often each operand is reached, where that is more than once."""
    names = [parent.label for parent in node.parents]
    if len({id(parent) for parent in node.parents}) == len(names):
        return ""
    return "The same operand stands there more than once, and collects a product for each use."
