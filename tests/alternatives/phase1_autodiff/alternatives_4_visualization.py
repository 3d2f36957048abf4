"""Right solutions of 1.4 in another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("1.4 nodes_and_edges", "places by identity in nested loops")
def nodes_and_edges(root):
    nodes, edges, place = [], [], {}
    for node in topological_order(root):
        place[node] = len(nodes)
        nodes.append(node)
        for parent in node.parents:
            edges.append((place[parent], place[node]))
    return nodes, edges


@alternative("1.4 nodes_and_edges", "one stack, no helper")
def nodes_and_edges(root):
    nodes, edges, place, stack = [], [], {}, [(root, iter(root.parents))]
    while stack:
        node, rest = stack[-1]
        parent = next((p for p in rest if id(p) not in place), None)
        if parent is not None:
            stack.append((parent, iter(parent.parents)))
            continue
        stack.pop()
        place[id(node)] = len(nodes)
        nodes.append(node)
        edges += [(place[id(p)], place[id(node)]) for p in node.parents]
    return nodes, edges


@alternative("1.4 node_label", "replace, the backslash first")
def node_label(value):
    label = str(value.label).replace("\n", "\0")
    for character in '\\{}|<>"':
        label = label.replace(character, "\\" + character)
    label = label.replace("\0", "\\n")
    numbers = "data {:.4f} | grad {:.4f}"
    shape = getattr(value.data, "shape", None)
    body = numbers.format(value.data, value.grad) if not shape else f"shape {shape}"
    return f"{label} | {body}" if label else body


@alternative("1.4 node_label", "a table of translations")
def node_label(value):
    table = {ord(c): "\\" + c for c in '\\{}|<>"'} | {10: "\\n"}
    fields = [value.label.translate(table)] if value.label else []
    if getattr(value.data, "shape", ()) != ():
        fields.append(f"shape {value.data.shape}")
    else:
        fields.extend([f"data {value.data:.4f}", f"grad {value.grad:.4f}"])
    return " | ".join(fields)


@alternative("1.4 to_dot", "shapes as defaults, edges in a subgraph")
def to_dot(root, rankdir="LR", active=None):
    nodes, edges = nodes_and_edges(root)
    dot = graphviz.Digraph("graph of values", format="svg")
    dot.attr(rankdir=rankdir)
    dot.attr("node", shape="record", fontname="monospace")
    for i, node in enumerate(nodes, start=1):
        dot.node(f"v{i}", node_label(node), penwidth="3.0" if node is active else "1")
    dot.attr("node", shape="ellipse")
    for i, node in enumerate(nodes, start=1):
        if node.parents:
            width = "3.0" if node is active else "1.0"
            with dot.subgraph() as operation:
                operation.attr("edge", penwidth=width)
                operation.node(f"op{i}", label=node.op, penwidth=width)
                operation.edges([(f"v{p + 1}", f"op{i}") for p, child in edges if child + 1 == i])
                operation.edge(f"op{i}", f"v{i}", arrowhead="vee")
    return dot


@alternative("1.4 to_text", "a generator, and operands held back in an iterator")
def to_text(root):
    ids = {id(node): f"v{i}" for i, node in enumerate(nodes_and_edges(root)[0], start=1)}
    lines, drawn, levels = [], set(), [iter([root])]
    while levels:
        node = next(levels[-1], None)
        if node is None:
            levels.pop()
            continue
        start = "  " * (len(levels) - 1) + ids[id(node)]
        if node in drawn:
            lines.append(start + " (above)")
            continue
        drawn.add(node)
        words = (
            [start, f"[{node.op}]", node_label(node)] if node.parents else [start, node_label(node)]
        )
        lines.append(" ".join(words))
        levels.append(iter(node.parents))
    return "\n".join(lines)


@alternative("1.4 backward_frames", "on a copy of the graph")
def backward_frames(root):
    class Copy:
        def __init__(self, node, parents):
            self.data, self.grad, self.op, self.label = node.data, 0.0, node.op, node.label
            self.parents, self.local_grads = parents, node.local_grads

    copies = {}
    for node in topological_order(root):
        copies[id(node)] = Copy(node, [copies[id(parent)] for parent in node.parents])
    result = copies[id(root)]
    result.grad = 1.0
    seed = to_dot(result)
    seed.node(f"v{len(copies)}", penwidth="3")
    frames = [seed]
    for node in reversed(topological_order(result)):
        if node.parents:
            for parent, local_grad in zip(node.parents, node.local_grads):
                parent.grad += local_grad * node.grad
            frames.append(to_dot(result, active=node))
    return frames


@alternative("1.4 render", "the package's own render", prelude="import os")
def render(root, path):
    path = Path(path)
    kinds = {".svg": "svg", ".png": "png"}
    if path.suffix not in kinds:
        raise ValueError(f"{path.suffix!r} is none of {', '.join(kinds)}")
    dot = to_dot(root)
    source = path.with_suffix(".dot")
    try:
        made = dot.render(filename=source, format=kinds[path.suffix])
    except graphviz.ExecutableNotFound as error:
        raise RuntimeError(
            f"dot is missing, its input is in {source}: install Graphviz on Linux with apt, on "
            "macOS with brew, on Windows with winget"
        ) from error
    os.replace(made, path)
    os.remove(source)
    return path


@alternative("1.4 render", "a process of its own", prelude="import shutil, subprocess")
def render(root, path):
    path = Path(path)
    if path.suffix not in {".svg", ".png"}:
        raise ValueError(f"cannot draw {path.suffix!r}")
    program = shutil.which("dot")
    text = to_dot(root).source
    if program is None:
        path.with_suffix(".dot").write_text(text, encoding="utf-8")
        raise RuntimeError(f"Linux, macOS, Windows: get Graphviz. {path.with_suffix('.dot')}")
    command = [program, "-T" + path.suffix.removeprefix("."), "-o", str(path)]
    subprocess.run(command, input=text.encode(), check=True)
    return path


@alternative("1.4 render", "the package is told both names")
def render(root, path):
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"{path.suffix!r} is no kind of picture")
    text = path.with_suffix(".dot")
    try:
        to_dot(root).render(filename=text, outfile=path)
    except graphviz.ExecutableNotFound:
        raise RuntimeError(f"get Graphviz (Linux, macOS, Windows), and see {text}") from None
    text.unlink()
    return path


@alternative("1.4 render", "the suffix as it is, and no quotes around it")
def render(root, path):
    path = Path(path)
    kind = path.suffix.removeprefix(".")
    if kind not in ("svg", "png") or not path.suffix:
        raise ValueError(
            f"a picture is an svg or a png, and {path.name} is {path.suffix or 'neither'}"
        )
    text = path.with_suffix(".dot")
    try:
        path.write_bytes(to_dot(root).pipe(format=kind))
    except graphviz.ExecutableNotFound:
        text.write_text(to_dot(root).source, encoding="utf-8")
        raise RuntimeError(
            f"Graphviz for Linux, macOS, Windows: graphviz.org; see {text}"
        ) from None
    return path
