"""Pictures of a run for 3.4: how it learned, what it mixes up, and its worst mistakes."""

import numpy as np

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#595959"


def pyplot():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 12, "axes.titlesize": 12, "figure.titlesize": 13})
    return plt


def draw_curves(path, title, histories):
    """Loss and accuracy epoch by epoch, of one run or several; a dot marks the best epoch."""
    plt = pyplot()
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.9), layout="constrained")
    figure.suptitle(title, weight="bold")
    for axes, what in ((left, "loss"), (right, "accuracy")):
        for number, history in enumerate(histories):
            epochs = range(1, len(history["train_loss"]) + 1)
            best = int(np.argmin(history["validation_loss"]))
            for part, colour, style in (("train", BLUE, "-"), ("validation", ORANGE, "--")):
                name = {"train": "training", "validation": "validation"}[part]
                label = None if number else f"{name} part"
                numbers = history[f"{part}_{what}"]
                axes.plot(epochs, numbers, style, color=colour, linewidth=1.8, label=label)
            numbers = history[f"validation_{what}"]
            label = None if number else "lowest validation loss"
            axes.plot(best + 1, numbers[best], "o", color=ORANGE, markersize=8, label=label)
        axes.set(xlabel="epoch", title=what)
        axes.grid(color="#dddddd")
        axes.spines[["top", "right"]].set_visible(False)
    left.set_ylim(bottom=0)
    right.set_ylim(top=1.005)
    lowest = min(min(history["validation_accuracy"][2:] or [0]) for history in histories)
    right.set_ylim(bottom=np.floor(lowest * 10) / 10 - 0.1)
    left.legend(fontsize=11)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def draw_confusion(path, title, matrix, names):
    """A matrix of counts: right answers in blue on the diagonal, mistakes in orange and bold."""
    plt = pyplot()
    size = 4.4 if len(names) < 6 else 6.2
    figure, axes = plt.subplots(figsize=(size, size), layout="constrained")
    axes.set_title(title, weight="bold", fontsize=13)
    for i, row in enumerate(matrix):
        for j, count in enumerate(row):
            share = count / max(row.sum(), 1)
            colour = BLUE if i == j else ORANGE
            strength = 0.15 + 0.75 * share if i == j else min(1.0, 0.25 + 4 * share)
            if count:
                box = plt.Rectangle((j - 0.5, i - 0.5), 1, 1, color=colour, alpha=strength)
                axes.add_patch(box)
            dark = i == j and share > 0.5
            shown = "white" if dark else "black" if count else "#bbbbbb"
            weight = "bold" if count and i != j else "normal"
            axes.text(j, i, str(count), ha="center", va="center", color=shown, weight=weight)
    places = range(len(names))
    axes.set(
        xlim=(-0.5, len(names) - 0.5),
        ylim=(len(names) - 0.5, -0.5),
        xticks=places,
        yticks=places,
        xticklabels=names,
        yticklabels=names,
        xlabel="taken for",
        ylabel="is",
        aspect="equal",
    )
    if len(names) < 6:
        axes.tick_params(axis="y", rotation=90)
        plt.setp(axes.get_yticklabels(), va="center")
    figure.savefig(path, dpi=150)
    plt.close(figure)


def draw_worst(path, title, images, captions):
    """Up to eight images, each with a caption of two lines."""
    plt = pyplot()
    figure, grid = plt.subplots(2, 4, figsize=(7, 4.8), layout="constrained")
    figure.suptitle(title, weight="bold")
    for axes in grid.flat:
        axes.axis("off")
    for axes, image, caption in zip(grid.flat, images, captions):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=16)
        axes.set_title(caption, fontsize=12)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def worst(runs, dataset, count=8):
    """The mistakes in which the right class was thought least likely: images and captions."""
    found = []
    for run in runs:
        probs = run.probs()
        for i in np.flatnonzero(~run.right):
            row, said = run.test[i], run.predictions[i]
            is_class = dataset.y[row]
            found.append((probs[i, is_class], probs[i, said], row, is_class, said))
    found.sort()
    images = [dataset.X[row].reshape(8, 8) for _, _, row, _, _ in found[:count]]
    captions = [
        f"a {dataset.names[is_class]}, not a {dataset.names[said]}\n({sure:.1%} sure)"
        for _, sure, _, is_class, said in found[:count]
    ]
    return images, captions
