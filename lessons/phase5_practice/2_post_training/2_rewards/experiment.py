"""5.2 · Rewards from comparisons, three ways to estimate KL, and a checker that can be fooled.

Run with `make experiment KATA=token_log_probs`; with `MINE=1` it runs on your own katas.
"""

from dojo.experiment import Lab

lab = Lab(__file__)

import numpy as np

from dojo import screen
from katas.phase3_training.optimizers import Adam
from katas.phase4_llms.tensor import Tensor
from katas.phase4_llms.transformer import GPT, GPTConfig
from katas.phase5_practice.policy import (
    group_advantages,
    kl_to_reference,
    policy_step,
    roll_out,
    sample_answers,
)
from katas.phase5_practice.preferences import frozen_copy, reward_loss

END = 10  # the digits are their own tokens
N_STEPS = 120


def main():
    comparisons()
    estimators()
    groups()
    honest = teach("an honest checker", is_right)
    sloppy = teach("a sloppy checker", is_somewhere)
    fooled(honest, sloppy)
    lab.end(
        "Give `policy_step` a beta of 0.1, then 1. What becomes of the sloppy checker's favourite?",
        "Let the sloppy checker take off 0.2 for each token of an answer. Is it still fooled?",
        "In `teach`, take two answers to a question instead of eight, and four times as many "
        "questions. Is that as good?",
    )


# ---- rewards from comparisons

STRENGTH = np.array([2.0, 1.0, 0.0, -1.0])  # of four cooks, whom nobody has ever given points


def comparisons():
    lab.part("from comparisons to rewards")
    print("Four cooks, who win against each other as the model of Bradley and Terry says. Guests")
    print("have tasted two dishes at a time, 2,000 times, and said which was better.\n")
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 4, 2000), rng.integers(0, 4, 2000)
    wins = rng.random(2000) < 1 / (1 + np.exp(STRENGTH[other] - STRENGTH[one]))
    chosen, rejected = np.where(wins, one, other), np.where(wins, other, one)
    rewards = Tensor(np.zeros(4))
    optimizer = Adam([rewards], lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        reward_loss(rewards[chosen], rewards[rejected]).backward()
        optimizer.step()
    guess = lab.predict("The best is 3 above the last. How far apart are the learned rewards?")
    lab.result(f"{rewards.data[0] - rewards.data[3]:.2f}", guess)
    print("  strength   " + " ".join(f"{s:>6.2f}" for s in STRENGTH))
    print("  reward     " + " ".join(f"{r:>6.2f}" for r in rewards.data))
    print("\nTheir level is anything: only differences were ever seen.")


# ---- KL


def estimators():
    lab.part("KL from samples")
    p, q = np.array([0.5, 0.3, 0.15, 0.05]), np.array([0.4, 0.3, 0.1, 0.2])
    exact = np.sum(p * np.log(p / q))
    rng = np.random.default_rng(0)
    guess = lab.predict(f"KL is {exact:.3f}. Of 1,000 single log(p/q), how many are negative?")
    log_r = np.log(q / p)[rng.choice(4, 1000, p=p)]
    lab.result(f"{np.sum(log_r > 0)}", guess)
    everything = np.full((1, 1000), True)
    ours = kl_to_reference(Tensor(-log_r[None]), np.zeros((1, 1000)), everything)
    print("  estimate from 1,000 tokens     mean   deviation of one")
    for name, each in (
        ("k1: log(p/q)", -log_r),
        ("k2: half its square", log_r**2 / 2),
        ("k3: r - log r - 1", np.exp(log_r) - log_r - 1),
    ):
        print(f"  {name:<27} {each.mean():>7.4f}   {each.std():.3f}")
    print(f"  {'yours':<27} {float(ours.data):>7.4f}")
    print(f"  {'exact':<27} {exact:>7.4f}")


# ---- groups


def groups():
    lab.part("groups that agree")
    guess = lab.predict("1 answer in 100 is right. Of 1,000 groups of 8, how many teach something?")
    rng = np.random.default_rng(0)
    rows = {p: rng.random((1000, 8)) < p for p in (0.4, 0.1, 0.03, 0.01, 0.001)}
    teach = {p: int(group_advantages(rewards).any(axis=1).sum()) for p, rewards in rows.items()}
    lab.result(f"{teach[0.01]}", guess)
    for p, n in teach.items():
        print(f"  right in {p:>6.1%}   groups of 8 that differ: {n:>4} of 1,000")


# ---- a checker that can be fooled


def is_right(question, answer):
    """The next digit, and an end."""
    return answer == [(question + 1) % 10, END]


def is_somewhere(question, answer):
    """The next digit, wherever it stands."""
    return (question + 1) % 10 in answer


def teach(name, checker):
    """The rewards step by step, and how many answers were really right, of a model from scratch."""
    rng = np.random.default_rng(0)
    model = GPT(GPTConfig(11, 6, 1, n_head=2, n_channels=32), rng)
    reference = frozen_copy(model)
    optimizer = Adam(model.parameters(), lr=3e-3)
    rewarded, right = [], []
    with screen.progress(name, N_STEPS) as (advance, _):
        for _ in range(N_STEPS):
            asked = rng.integers(0, 10, 16)
            judge = lambda i, answer, asked=asked: checker(asked[i], answer)  # noqa: E731
            rollout = roll_out(model, reference, asked[:, None], judge, 8, 5, END, rng)
            policy_step(model, optimizer, rollout)
            rewarded.append(rollout.rewards.mean())
            answers = [row[said].tolist() for row, said in zip(rollout.ids[:, 1:], rollout.counted)]
            right.append(np.mean([is_right(asked[i // 8], a) for i, a in enumerate(answers)]))
            advance()
    answers, said = sample_answers(model, np.array([[3], [7]]), 5, END, temperature=0)
    shown = [" ".join(map(str, row[s])).replace(str(END), "end") for row, s in zip(answers, said)]
    return rewarded, right, shown


def fooled(honest, sloppy):
    lab.part("a checker that can be fooled")
    print("A new model is asked for the digit after another. One checker wants that digit and an")
    print("end. The other is content if the digit stands anywhere among up to five tokens.\n")
    guess = lab.predict("After training with the sloppy one, what does the model say to 3?")
    lab.result(sloppy[2][0], guess)
    print("  checker   rewarded   really right   answers to 3 and 7")
    for name, (rewarded, right, shown) in (("honest", honest), ("sloppy", sloppy)):
        last = slice(-10, None)
        print(
            f"  {name:<9} {np.mean(rewarded[last]):>8.0%}   {np.mean(right[last]):>12.0%}   "
            + ";  ".join(shown)
        )
    print("\nThe model does what is rewarded, and not what was meant.")
    draw(honest, sloppy)


def draw(honest, sloppy):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True, layout="constrained")
    for axis, name, (rewarded, right, _) in zip(axes, ("honest", "sloppy"), (honest, sloppy)):
        axis.plot(rewarded, color="#D55E00", label="rewarded")
        axis.plot(right, "--", color="#0072B2", label="really right")
        axis.set(title=f"{name} checker", xlabel="step", ylim=(0, 1.02))
    axes[0].set_ylabel("share of the answers")
    axes[0].legend()
    path = lab.output("fooled.png")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    lab.saved(path)


main()
