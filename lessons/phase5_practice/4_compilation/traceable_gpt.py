"""The scalar GPT of 4.4, of nothing but operations that a trace knows.

Import it after the tree was chosen: it imports from katas.

4.4 writes softmax and cross-entropy as nodes of their own, and subtracts the largest score, which
it reads from `.data`. A trace knows no such nodes, and would take the largest score for a constant.
So both are composed of exp, log and arithmetic here, and nothing is subtracted: the scores of this
model stay far below 700, where exp would overflow.
"""

import sys

from dojo import course

sys.path.append(
    str(course.ROOT / "lessons" / "phase4_llms" / "4_modern_architectures" / "training")
)
from scalar_gpt import Block, ScalarGPT


def softmax(scores):
    """Scores to probabilities, each e to its power, divided by the sum of all."""
    exps = [score.exp() for score in scores]
    total = sum(exps)
    return [e / total for e in exps]


def cross_entropy(logits, target):
    """log Σ e^logit, minus the logit of the target."""
    return sum(logit.exp() for logit in logits).log() - logits[target]


class TraceableBlock(Block):
    softmax = staticmethod(softmax)


class TraceableGPT(ScalarGPT):
    block, cross_entropy = TraceableBlock, staticmethod(cross_entropy)
