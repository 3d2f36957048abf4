"""The GPT of microgpt (2026) on a scalar engine that has a node for every + and *.

Written here from its published design and for timing alone, with the weights of a ScalarGPT.
"""

from itertools import pairwise


def linear(rows, x):
    return [sum(w * a for w, a in zip(row, x)) for row in rows]


def softmax(scores):
    highest = max(score.data for score in scores)
    exps = [(score - highest).exp() for score in scores]
    total = sum(exps)
    return [e / total for e in exps]


def rms_norm(x):
    scale = (sum(a * a for a in x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


class MicroGPT:
    """The peer of a ScalarGPT on an engine's Value."""

    def __init__(self, engine, course):
        def matrix(rows):
            return [[engine.Value(w.data) for w in row] for row in rows]

        self.tokens, self.positions = matrix(course.tokens), matrix(course.positions)
        self.blocks = [
            {name: matrix(rows) for name, rows in vars(block).items() if name != "n_head"}
            for block in course.blocks
        ]
        self.n_head = course.blocks[0].n_head
        self.head = matrix(course.head)
        groups = [self.tokens, self.positions]
        groups += [rows for block in self.blocks for rows in block.values()]
        self.parameters = [w for rows in (*groups, self.head) for row in rows for w in row]

    def logits(self, token, pasts):
        x = [a + b for a, b in zip(self.tokens[token], self.positions[len(pasts[0][0])])]
        x = rms_norm(x)
        for block, (keys, values) in zip(self.blocks, pasts):
            residual, x = x, rms_norm(x)
            query = linear(block["query"], x)
            keys.append(linear(block["key"], x))
            values.append(linear(block["value"], x))
            x = linear(block["output"], self.attend(query, keys, values))
            residual = x = [a + b for a, b in zip(x, residual)]
            x = [z.relu() for z in linear(block["widen"], rms_norm(x))]
            x = [a + b for a, b in zip(linear(block["narrow"], x), residual)]
        return linear(self.head, x)

    def attend(self, query, keys, values):
        head_dim = len(query) // self.n_head
        mixed = []
        for start in range(0, len(query), head_dim):
            head = range(start, start + head_dim)
            scores = [sum(query[j] * key[j] for j in head) / head_dim**0.5 for key in keys]
            weights = softmax(scores)
            mixed += [sum(w * value[j] for w, value in zip(weights, values)) for j in head]
        return mixed

    def loss(self, ids):
        pasts = [([], []) for _ in self.blocks]
        losses = [
            -softmax(self.logits(token, pasts))[after].log() for token, after in pairwise(ids)
        ]
        return (1 / len(losses)) * sum(losses)
