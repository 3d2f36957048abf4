"""3.3 · A race down a ravine and past a saddle, steps that do not settle, and one bad gradient.

Run with `make experiment SECTION=3.3`; with `MINE=1` it runs on your own katas.
"""

import random

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase1_autodiff.value import Value
from katas.phase3_training.optimizers import SGD, Adam, RMSProp, clip_grad_norm, cosine_decay

COLOURS = {
    "descent": "#0072B2",
    "momentum": "#D55E00",
    "RMSProp": "#595959",
    "Adam": "#009E73",
}


def ravine(x, y):
    """Gentle along x, fifty times as steep along y; the lowest point is (0, 0)."""
    return (x**2 + y**2 * 50) * 0.5


def saddle(x, y):
    """Down along x, then up or down along y: level at (0, 0), lowest at (0, -1) and (0, 1)."""
    return x**2 * 0.5 - y**2 * 0.5 + y**4 * 0.25


def travel(make, f, start, steps):
    """The points that an optimizer visits, start first, and the loss at each."""
    parameters = [Value(number) for number in start]
    optimizer = make(parameters)
    points, losses = [], []
    for step in range(steps + 1):
        optimizer.zero_grad()
        loss = f(*parameters)
        loss.backward()
        points.append([p.data for p in parameters])
        losses.append(loss.data)
        if step < steps:
            optimizer.step()
    return points, losses


def first_below(losses, level):
    """The first step from which on all losses are below a level; None if there is none."""
    above = [n for n, loss in enumerate(losses) if loss >= level]
    n = above[-1] + 1 if above else 0
    return n if n < len(losses) else None


def race(f, start, steps, racers, level):
    """Let all travel, print when each arrives, and return their ways."""
    ways = {name: travel(make, f, start, steps) for name, (_, make) in racers.items()}
    for name, (_, losses) in ways.items():
        n = first_below(losses, level)
        arrived = f"{n:>4} steps" if n is not None else f"not in {steps}"
        print(f"  {name:<9} {racers[name][0]:<22} {arrived}")
    print()
    return ways


def draw(ways, f, corners, low, path, title):
    """Each way over the contours of f, in a picture of its own below the other."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np

    (x0, x1), (y0, y1) = corners
    xs, ys = np.meshgrid(np.linspace(x0, x1, 201), np.linspace(y0, y1, 201))
    heights = np.vectorize(lambda x, y: f(x, y))(xs, ys)
    levels = low + (heights.max() - low) * np.linspace(0.02, 1, 12) ** 2
    figure, axes = plt.subplots(len(ways), 1, figsize=(7, 2.5 * len(ways)), sharex=True)
    for (name, (points, _)), axis in zip(ways.items(), axes):
        axis.contour(xs, ys, heights, levels=levels, colors="#bdbdbd", linewidths=0.8)
        axis.plot(*zip(*points), "o-", color=COLOURS[name], markersize=3.5, linewidth=1.5)
        axis.plot(*points[0], "ks", markersize=7)
        axis.set(xlim=(x0, x1), ylim=(y0, y1), ylabel="y")
        axis.set_title(name, fontsize=14, loc="left")
        axis.tick_params(labelsize=12)
        axis.yaxis.label.set_size(13)
    axes[-1].set_xlabel("x", fontsize=13)
    figure.suptitle(title, fontsize=15)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
    lab.saved(path)


def down_the_ravine():
    lab.part("down a ravine: L = (x² + 50 y²)/2 from (10, 1), until L stays below 0.001")
    racers = {
        "descent": ("lr 0.038", lambda ps: SGD(ps, lr=0.038)),
        "momentum": ("lr 0.02, momentum 0.8", lambda ps: SGD(ps, lr=0.02, momentum=0.8)),
        "RMSProp": ("lr 0.3, alpha 0.9", lambda ps: RMSProp(ps, lr=0.3, alpha=0.9)),
        "Adam": ("lr 0.5", lambda ps: Adam(ps, lr=0.5)),
    }
    guess = lab.predict("Who arrives first, and does everyone arrive within 250 steps?")
    ways = race(ravine, (10.0, 1.0), 250, racers, 0.001)
    arrivals = {name: first_below(losses, 0.001) for name, (_, losses) in ways.items()}
    there = {name: n for name, n in arrivals.items() if n is not None}
    first, never = min(there, key=there.get), [name for name in arrivals if name not in there]
    lab.result(f"{first} is first; not there at all: {', '.join(never) or 'none of them'}", guess)
    print("A step of RMSProp is about lr long wherever it is: it jumps over the lowest point, and")
    print("over it again. Part three lets its rate fall.\n")
    ways = {name: (points[:41], losses) for name, (points, losses) in ways.items()}
    title = "40 steps down a ravine"
    draw(ways, ravine, ((-4, 11), (-2.2, 2.2)), 0.0, lab.output("ravine.png"), title)


def past_the_saddle():
    lab.part("past a saddle: L = x²/2 - y²/2 + y⁴/4 from (2, 0.0001), until L stays below -0.24")
    racers = {
        "descent": ("lr 0.1", lambda ps: SGD(ps, lr=0.1)),
        "momentum": ("lr 0.1, momentum 0.9", lambda ps: SGD(ps, lr=0.1, momentum=0.9)),
        "RMSProp": ("lr 0.05, alpha 0.9", lambda ps: RMSProp(ps, lr=0.05, alpha=0.9)),
        "Adam": ("lr 0.1", lambda ps: Adam(ps, lr=0.1)),
    }
    print("Along y the way down begins with a slope of 0.0001.\n")
    guess = lab.predict("Who gets past first: those that follow slopes, or those that scale them?")
    ways = race(saddle, (2.0, 0.0001), 250, racers, -0.24)
    steps = {name: first_below(losses, -0.24) for name, (_, losses) in ways.items()}
    there = {name: n for name, n in steps.items() if n is not None}
    lab.result(f"in this order: {', '.join(sorted(there, key=there.get))}", guess)
    print("Scaled by its own size, a slope of 0.0001 is as good as any other. So is one that is")
    print("only noise, which is the price.\n")
    ways = {name: (points[:61], losses) for name, (points, losses) in ways.items()}
    title = "60 steps past a saddle"
    draw(ways, saddle, ((-1.2, 2.2), (-0.4, 1.5)), -0.25, lab.output("saddle.png"), title)


def settle():
    lab.part("steps that do not settle: RMSProp on the ravine, with noise in its gradients")

    def last_losses(schedule):
        rng = random.Random(3)
        x, y = Value(10.0), Value(1.0)
        optimizer = RMSProp([x, y], lr=0.3, alpha=0.9)
        losses = []
        for step in range(300):
            optimizer.lr = schedule(step)
            optimizer.zero_grad()
            loss = ravine(x, y)
            loss.backward()
            x.grad += rng.gauss(0, 1)
            y.grad += rng.gauss(0, 1)
            optimizer.step()
            losses.append(loss.data)
        return sum(losses[-20:]) / 20

    guess = lab.predict("With a cosine down to 0, how many times lower is the final loss?")
    constant = last_losses(lambda step: 0.3)
    cosine = last_losses(lambda step: cosine_decay(step, peak=0.3, total=300))
    print(f"  mean loss of the last 20 steps   lr 0.3: {constant:.4f}   cosine: {cosine:.6f}\n")
    lab.result(f"about {constant / cosine:,.0f} times", guess)


def one_bad_gradient():
    lab.part("one bad gradient: at step 60 it comes out 1,000 times too large")

    def farthest(max_norm):
        x, y = Value(10.0), Value(1.0)
        optimizer = SGD([x, y], lr=0.02, momentum=0.8)
        away, norms = 0.0, []
        for step in range(120):
            optimizer.zero_grad()
            ravine(x, y).backward()
            if step == 60:
                x.grad, y.grad = (x.grad - 1) * 1000, (y.grad - 1) * 1000
            if max_norm:
                norms.append(clip_grad_norm([x, y], max_norm))
            optimizer.step()
            if step >= 60:
                away = max(away, (x.data**2 + y.data**2) ** 0.5)
        return away, norms

    guess = lab.predict("It is nearly at (0, 0) by then. How far away is it thrown, as it is?")
    lab.result(f"{farthest(None)[0]:.1f} away", guess)
    guess = lab.predict("And if gradients are clipped to a norm of 5?")
    away, norms = farthest(5.0)
    lab.result(f"{away:.2f} away; the norm before clipping was {norms[60]:,.0f}", guess)
    print("The norm that clip_grad_norm returns is worth a plot: this is where it would show.")


def main():
    down_the_ravine()
    past_the_saddle()
    settle()
    one_bad_gradient()
    lab.end(
        "Give momentum nesterov=True in the ravine: does it swing as far?",
        "Start on the saddle at (2, 0.0) exactly: which of them gets past now, and why none?",
        "Multiply the ravine by 1,000: which racers have to change their learning rate?",
    )


main()
