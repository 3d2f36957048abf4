"""Read DOT text back: which nodes and edges it draws, with which attributes.

Enough of the language for what the Python package graphviz writes, however it was asked to:
defaults (`node [shape=record]`), clusters, ports, chains of edges, attributes added later.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise

_TOKEN = re.compile(
    r'\s+|//[^\n]*|("(?:\\.|[^"\\])*"'  # blanks and comments are skipped; a quoted text
    r"|(?<==)<[^\n]*>(?=[\s\]])"  # a text between angle brackets: HTML
    r"|->|[\[\]{}=,;:]|-?[^\s\[\]{}=,;:\"<>-]+)",
    re.DOTALL,
)


@dataclass
class Node:
    id: str
    attributes: dict = field(default_factory=dict)

    @property
    def label(self):
        return self.attributes.get("label", self.id)

    @property
    def shape(self):
        return self.attributes.get("shape", "ellipse")

    @property
    def fields(self):
        """The fields of a record label, escapes undone; [label] for one without bars."""
        label = self.label.strip()
        if label.startswith("{") and label.endswith("}"):
            label = label[1:-1]
        parts = re.findall(r"(?:\\.|[^\\|])+", label)
        return [re.sub(r"\\(.)", _meant, part).strip() for part in parts]


@dataclass
class Edge:
    tail: str
    head: str
    attributes: dict


def read(dot):
    """The (nodes by id, edges in order, graph attributes) of a graphviz.Digraph or a DOT text."""
    tokens = [t for t in _TOKEN.findall(getattr(dot, "source", dot)) if t]
    nodes, edges, graph = {}, [], {}
    defaults = [{"node": {}, "edge": {}}]
    strict = tokens[0] == "strict"
    at = tokens.index("{") + 1
    while at < len(tokens):
        token = tokens[at]
        if token == "{":
            defaults.append({kind: dict(known) for kind, known in defaults[-1].items()})
            at += 1
        elif token == "}":
            defaults.pop()
            at += 1
        elif token == ";":
            at += 1
        elif token == "subgraph":
            at += 1 if tokens[at + 1] == "{" else 2
        elif tokens[at + 1] == "=":
            if len(defaults) == 1:
                graph[_text(token)] = _text(tokens[at + 2])
            at += 3
        elif token in ("node", "edge", "graph"):
            known, at = _attributes(tokens, at + 1)
            if token != "graph":
                defaults[-1][token].update(known)
            elif len(defaults) == 1:
                graph.update(known)
        else:
            ids = [_text(token)]
            at = _past_port(tokens, at + 1)
            while tokens[at] == "->":
                ids.append(_text(tokens[at + 1]))
                at = _past_port(tokens, at + 2)
            known, at = _attributes(tokens, at)
            for name in ids:
                nodes.setdefault(name, Node(name, dict(defaults[-1]["node"])))
            if len(ids) == 1:
                nodes[ids[0]].attributes.update(known)
            for tail, head in pairwise(ids):
                if not strict or not any((e.tail, e.head) == (tail, head) for e in edges):
                    edges.append(Edge(tail, head, {**defaults[-1]["edge"], **known}))
    return nodes, edges, graph


def _meant(escape):
    """What a character means after a backslash: n, l and r end a line, others are themselves."""
    return "\n" if escape[1] in "nlr" else escape[1]


def _past_port(tokens, at):
    while tokens[at] == ":":
        at += 2
    return at


def _attributes(tokens, at):
    """The attributes in brackets at that place, if any, and the place behind them."""
    known = {}
    while tokens[at] == "[":
        at += 1
        while tokens[at] != "]":
            if tokens[at] in (",", ";"):
                at += 1
                continue
            known[_text(tokens[at])] = _text(tokens[at + 2])
            at += 3
        at += 1
    return known, at


def _text(token):
    return token[1:-1] if token.startswith('"') else token
