"""The picture of 5.2's milestone: rewards step by step."""

COLOURS = ["#0072B2", "#56B4E9", "#009E73", "#D55E00", "#E69F00", "#CC79A7", "#595959"]


def draw_rewards(path, curves):
    """The share of right answers in each step, smoothed over five, for each of the curves.

    curves  {name: rows as additions.ask returns them}
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np

    plt.rcParams.update({"font.size": 12})
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    axes.set_title("What a checker has praised", weight="bold", fontsize=13)
    for number, (name, rows) in enumerate(curves.items()):
        rewards = [row["reward"] for row in rows]
        smooth = [np.mean(rewards[max(0, i - 4) : i + 1]) for i in range(len(rewards))]
        style = "-" if name.startswith("seed") else "--"
        axes.plot(smooth, style, color=COLOURS[number % len(COLOURS)], label=name)
    axes.set(xlabel="step", ylabel="share of the drawn answers that are right", ylim=(0, 1.02))
    axes.grid(color="#dddddd")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=10)
    figure.savefig(path, dpi=150)
    plt.close(figure)
