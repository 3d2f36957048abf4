"""Pictures of a GPT for 4.4: how it learned, and where each letter looks."""

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#595959"


def pyplot():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 12, "axes.titlesize": 12, "figure.titlesize": 13})
    return plt


def draw_losses(path, histories, to_beat=None):
    """Training and validation loss step by step, of one run or several.

    to_beat  None, or the loss of the n-gram MLP: a line to get below
    """
    plt = pyplot()
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    axes.set_title("A GPT learns to write surnames", weight="bold", fontsize=13)
    for number, history in enumerate(histories):
        steps = [row["step"] for row in history]
        for part, colour, style in (("training", BLUE, "-"), ("validation", ORANGE, "--")):
            label = None if number else f"{part} names"
            losses = [row[part] for row in history]
            axes.plot(steps, losses, style, color=colour, linewidth=1.6, label=label)
    if to_beat is not None:
        axes.axhline(to_beat, color=GREY, linestyle=":", linewidth=2)
        axes.annotate(
            f"n-gram MLP of 4.2, validation names: {to_beat:.3f}",
            (0.02, to_beat),
            (0, -16),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="left",
            color=GREY,
        )
    axes.set(xlabel="step", ylabel="loss, nats per token")
    axes.set_xlim(left=0)
    axes.grid(color="#dddddd")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=12)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def draw_attention(path, name, maps, letters):
    """A square for each layer and head: the row is the letter that looks, the column what it sees.

    maps     (n_layer, n_head, T, T)
    letters  T of them
    """
    plt = pyplot()
    n_layer, n_head, T, _ = maps.shape
    size = (1.9 * n_head + 1.2, 2.05 * n_layer + 1.0)
    figure, grid = plt.subplots(n_layer, n_head, figsize=size, layout="constrained", squeeze=False)
    figure.suptitle(f'Where each letter of "{name}" looks', weight="bold")
    for layer, row in enumerate(grid):
        for head, axes in enumerate(row):
            image = axes.imshow(maps[layer, head], cmap="Blues", vmin=0, vmax=1)
            axes.set_xticks(range(T), letters)
            axes.set_yticks(range(T), letters)
            axes.tick_params(length=0, labelsize=11)
            axes.set_title(f"layer {layer + 1}, head {head + 1}", fontsize=12)
    grid[-1][0].set(xlabel="is looked at", ylabel="looks")
    figure.colorbar(image, ax=grid, shrink=0.6, label="weight")
    figure.savefig(path, dpi=150)
    plt.close(figure)
