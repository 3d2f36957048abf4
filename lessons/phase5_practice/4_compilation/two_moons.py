"""5.4 · Two moons, for experiments and milestone: points on two half circles."""

import math


def moons(n, rng):
    """n points on two half circles, one inside the other, with noise, and their labels ±1."""
    points, labels = [], []
    for i in range(n):
        angle = math.pi * i / n
        x, y = math.cos(angle), math.sin(angle)
        if i % 2:
            x, y = 1 - x, 0.5 - y
        points.append([x + rng.gauss(0, 0.1), y + rng.gauss(0, 0.1)])
        labels.append(1 if i % 2 else -1)
    return points, labels
