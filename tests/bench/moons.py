"""Two moons, and a 2-16-16-1 network to tell them apart: in the course, and on a peer's engine."""

import math
import random

from katas.phase2_networks.losses import hinge, l2_penalty
from katas.phase2_networks.module import MLP

STRENGTH = 1e-4


def moons(n, rng):
    """n points on two half circles, one inside the other, with noise, and their labels ±1."""
    points, labels = [], []
    for i in range(n):
        angle = math.pi * i / n
        x, y = math.cos(angle), math.sin(angle)
        labels.append(1 if i % 2 else -1)
        if i % 2:
            x, y = 1 - x, 0.5 - y
        points.append([x + rng.gauss(0, 0.1), y + rng.gauss(0, 0.1)])
    return points, labels


class Course:
    """A step as a learner of 2.4 writes it."""

    def __init__(self, points, labels, hidden, rng):
        self.points, self.labels = points, labels
        self.model = MLP([2, hidden, hidden, 1], "relu", rng)

    def step(self):
        self.model.zero_grad()
        scores = [self.model(point)[0] for point in self.points]
        loss = hinge(scores, self.labels) + l2_penalty(self.model.parameters(), STRENGTH)
        loss.backward()
        return loss

    def results(self):
        """The loss and all its gradients."""
        return [self.step().data, *(p.grad for p in self.model.parameters())]


class Peer:
    """The same step, with the same weights, on an engine that has a node for every + and *."""

    def __init__(self, engine, course):
        def parameters(neuron):
            return [engine.Value(w.data) for w in neuron.w], engine.Value(neuron.b.data)

        self.Value = engine.Value
        self.points, self.labels = course.points, course.labels
        self.layers = [[parameters(n) for n in layer.neurons] for layer in course.model.layers]
        self.parameters = [p for layer in self.layers for w, b in layer for p in (*w, b)]

    def score(self, inputs):
        for layer in self.layers:
            inputs = [sum((w * x for w, x in zip(ws, inputs)), b) for ws, b in layer]
            if layer is not self.layers[-1]:
                inputs = [z.relu() for z in inputs]
        return inputs[0]

    def step(self):
        for p in self.parameters:
            p.grad = 0.0
        inputs = [[self.Value(x) for x in point] for point in self.points]
        scores = [self.score(point) for point in inputs]
        losses = [(1 + -y * score).relu() for score, y in zip(scores, self.labels)]
        penalty = STRENGTH * sum(p * p for p in self.parameters)
        loss = sum(losses) * (1.0 / len(losses)) + penalty
        loss.backward()
        return loss

    def results(self):
        """The loss and all its gradients."""
        return [self.step().data, *(p.grad for p in self.parameters)]


def contenders(engines, n, hidden):
    """The course's step, and that of each peer's engine."""
    rng = random.Random(0)
    course = Course(*moons(n, rng), hidden, rng)
    return course, [Peer(engine, course) for engine in engines]
