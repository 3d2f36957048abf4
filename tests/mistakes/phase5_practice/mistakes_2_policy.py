"""Wrong solutions of 5.2's policy that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.2 sample_answers", "row by row", says="was called 9 times, with")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    for row, prompt in enumerate(prompts):
        text = list(prompt)
        for place in range(n):
            with no_grad():
                logits = model(np.array([text])).data[0, -1].astype(np.float64)
            p = np.exp((logits - logits.max()) / (temperature or 1e-9))
            text.append(rng.choice(len(p), p=p / p.sum()) if temperature else int(p.argmax()))
            answers[row, place], counted[row, place] = text[-1], True
            if text[-1] == end:
                break
    return answers, counted


@mistake("5.2 sample_answers", "it goes on after the end", says="a row goes on after its end")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    ids, counted, going = prompts, [], np.full(len(prompts), True)
    with no_grad():
        for _ in range(n):
            logits = model(ids).data[:, -1].astype(np.float64)
            noise = rng.gumbel(size=logits.shape) * temperature if temperature else 0.0
            drawn = (logits + noise).argmax(axis=1)
            ids = np.concatenate([ids, drawn[:, None]], axis=1)
            counted.append(going)
            going = going & (drawn != end)
    return ids[:, prompts.shape[1] :], np.array(counted).T


@mistake("5.2 sample_answers", "the end does not count", says="the end does not count")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    ids, going = prompts, np.full(len(prompts), True)
    with no_grad():
        for _ in range(n):
            if not going.any():
                drawn = np.full(len(prompts), end)
            else:
                logits = model(ids).data[:, -1].astype(np.float64)
                noise = rng.gumbel(size=logits.shape) * temperature if temperature else 0.0
                drawn = np.where(going, (logits + noise).argmax(axis=1), end)
            ids = np.concatenate([ids, drawn[:, None]], axis=1)
            going = going & (drawn != end)
    answers = ids[:, prompts.shape[1] :]
    return answers, answers != end


@mistake("5.2 sample_answers", "everything counts", says="what stands after the end counts")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    ids, going = prompts, np.full(len(prompts), True)
    with no_grad():
        for _ in range(n):
            if not going.any():
                drawn = np.full(len(prompts), end)
            else:
                logits = model(ids).data[:, -1].astype(np.float64)
                noise = rng.gumbel(size=logits.shape) * temperature if temperature else 0.0
                drawn = np.where(going, (logits + noise).argmax(axis=1), end)
            ids = np.concatenate([ids, drawn[:, None]], axis=1)
            going = going & (drawn != end)
    answers = ids[:, prompts.shape[1] :]
    return answers, np.full(answers.shape, True)


@mistake("5.2 sample_answers", "one draw for all rows", says="one draw is made for all rows")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids, caches).data[:, -1].astype(np.float64)
            p = np.exp((logits - logits.max(axis=1, keepdims=True)) / (temperature or 1))
            below = np.cumsum(p, axis=1)
            if temperature == 0:
                drawn = p.argmax(axis=1)
            else:
                drawn = (below > rng.random() * below[:, -1:]).argmax(axis=1)
            answers[going, place], counted[:, place] = drawn[going], going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 sample_answers", "the first position", says="the first position are taken, not of")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids, caches).data[:, 0].astype(np.float64)
            noise = rng.gumbel(size=logits.shape) * temperature if temperature else 0.0
            drawn = (logits + noise).argmax(axis=1)
            answers[going, place], counted[:, place] = drawn[going], going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 sample_answers", "it never stops early", says="had ended after two tokens, and the")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            logits = model(ids[:, -4:]).data[:, -1].astype(np.float64)
            noise = rng.gumbel(size=logits.shape) * temperature if temperature else 0.0
            drawn = (logits + noise).argmax(axis=1)
            answers[going, place], counted[:, place] = drawn[going], going
            going = going & (drawn != end)
            ids = np.concatenate([ids, answers[:, place : place + 1]], axis=1)
    return answers, counted


@mistake("5.2 sample_answers", "a graph is kept", says="a graph is kept that nobody goes back")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    for place in range(n):
        if not going.any():
            break
        logits = model(ids, caches).data[:, -1].astype(np.float64)
        noise = rng.gumbel(size=logits.shape) * temperature if temperature else 0.0
        drawn = (logits + noise).argmax(axis=1)
        answers[going, place], counted[:, place] = drawn[going], going
        going = going & (drawn != end)
        ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 sample_answers", "the likeliest always", says="the likeliest is always taken")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            drawn = model(ids, caches).data[:, -1].argmax(axis=1)
            answers[going, place], counted[:, place] = drawn[going], going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 sample_answers", "no cache, the newest alone", says="call by call the model saw")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids).data[:, -1].astype(np.float64)
            noise = rng.gumbel(size=logits.shape) * temperature if temperature else 0.0
            drawn = (logits + noise).argmax(axis=1)
            answers[going, place], counted[:, place] = drawn[going], going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 group_advantages", "divided by zero", says="0 was divided by it")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    with np.errstate(all="ignore"):
        return (rewards - rewards.mean(axis=1, keepdims=True)) / rewards.std(axis=1, keepdims=True)


@mistake("5.2 group_advantages", "where the deviation is 0", says="what rounding leaves of their")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    gap, deviation = (
        rewards - rewards.mean(axis=1, keepdims=True),
        rewards.std(axis=1, keepdims=True),
    )
    return np.where(deviation == 0, 0.0, gap / np.where(deviation == 0, 1.0, deviation))


@mistake("5.2 group_advantages", "TRL's deviation", says="divided by G - 1, as in TRL and verl")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    if rewards.shape[1] < 2:
        return np.zeros(rewards.shape)
    equal = np.ptp(rewards, axis=1, keepdims=True) == 0
    deviation = np.where(equal, 1.0, rewards.std(axis=1, ddof=1, keepdims=True))
    return np.where(equal, 0.0, (rewards - rewards.mean(axis=1, keepdims=True)) / deviation)


@mistake("5.2 group_advantages", "TRL's small number", says="1e-4 is added to the deviation")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    gap = rewards - rewards.mean(axis=1, keepdims=True)
    return gap / (rewards.std(axis=1, keepdims=True) + 1e-4)


@mistake("5.2 group_advantages", "Dr. GRPO", says="not divided by the deviation, as in Dr. GRPO")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    return rewards - rewards.mean(axis=1, keepdims=True)


@mistake("5.2 group_advantages", "RLOO", says="compared with the mean of the others, as in RLOO")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    G = rewards.shape[1]
    return (rewards - rewards.mean(axis=1, keepdims=True)) * G / max(G - 1, 1)


@mistake("5.2 group_advantages", "all as one group", says="the deviation of all answers are taken")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    return (rewards - rewards.mean()) / (rewards.std() or 1.0)


@mistake("5.2 group_advantages", "by columns", says="those of a column are taken")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    deviation = rewards.std(axis=0)
    return (rewards - rewards.mean(axis=0)) / np.where(deviation == 0, 1.0, deviation)


@mistake("5.2 group_advantages", "nearly equal", says="nearly equal are taken for equal")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    deviation = rewards.std(axis=1, keepdims=True)
    equal = deviation < 1e-6
    gap = rewards - rewards.mean(axis=1, keepdims=True)
    return np.where(equal, 0.0, gap / np.where(equal, 1.0, deviation))


@mistake("5.2 clipped_objective", "nothing held", says="nothing is held")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    A = advantages[np.nonzero(counted)[0]]
    return ((log_probs[counted] - old_log_probs[counted]).exp() * A).mean()


@mistake("5.2 clipped_objective", "always held", says="the held ratio is always taken")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    A = advantages[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    inside = np.abs(ratio.data - 1) <= clip
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    return (ratio * np.where(inside, A, 0.0) + np.where(inside, 0.0, held * A)).mean()


@mistake("5.2 clipped_objective", "the wrong side", says="the larger of both is taken")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    A = advantages[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A >= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


@mistake(
    "5.2 clipped_objective", "the smaller ratio, not product", says="only the upper side is held"
)
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    A = advantages[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    free = ratio.data <= 1 + clip
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, (1 + clip) * A)).mean()


@mistake("5.2 clipped_objective", "a loss", says="the sign is that of a loss")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    A = advantages[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A <= held * A
    return -(ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


@mistake("5.2 clipped_objective", "a mean of means", says="the mean of each answer is taken first")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    rows = np.nonzero(counted)[0]
    share = 1 / (counted.sum(axis=1)[rows] * len(np.unique(rows)))
    A = advantages[rows]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A <= held * A
    return ((ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)) * share).sum()


@mistake("5.2 clipped_objective", "advantages along tokens", says="run along the tokens")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    if counted.shape[1] == len(advantages):
        A = np.broadcast_to(advantages, counted.shape)[counted]
    else:
        A = advantages[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A <= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


@mistake("5.2 clipped_objective", "upside down", says="the ratio is upside down")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    A = advantages[np.nonzero(counted)[0]]
    ratio = (old_log_probs[counted] - log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A <= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


@mistake("5.2 clipped_objective", "multiplied by the mask", says="nan is multiplied by 0, which")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    with np.errstate(all="ignore"):
        A = advantages[:, None] * np.ones(counted.shape)
        ratio = (log_probs - old_log_probs).exp()
        held = np.clip(ratio.data, 1 - clip, 1 + clip)
        free = ratio.data * A <= held * A
        both = ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)
        return (both * counted).sum() * (1 / counted.sum())


@mistake("5.2 clipped_objective", "one ratio for an answer", says="one ratio is taken for a whole")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    rows = np.nonzero(counted)[0]
    A = advantages[rows]
    ratio = ((log_probs - old_log_probs) * counted).sum(axis=1).exp()[rows]
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A <= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


@mistake("5.2 clipped_objective", "clip is always 0.2", says="clip is 0.2, whatever is given")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    A = advantages[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 0.8, 1.2)
    free = ratio.data * A <= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


@mistake("5.2 kl_to_reference", "the wrong direction", says="the direction is wrong: r is upside")
def kl_to_reference(log_probs, ref_log_probs, counted):
    log_r = log_probs[counted] - ref_log_probs[counted]
    return (log_r.exp() - log_r - 1.0).mean()


@mistake("5.2 kl_to_reference", "k1", says="the logarithms (k1), which may be negative")
def kl_to_reference(log_probs, ref_log_probs, counted):
    return (log_probs[counted] - ref_log_probs[counted]).mean()


@mistake("5.2 kl_to_reference", "k2", says="it is half the squared difference (k2)")
def kl_to_reference(log_probs, ref_log_probs, counted):
    return ((log_probs[counted] - ref_log_probs[counted]) ** 2).mean() * 0.5


@mistake("5.2 kl_to_reference", "without the 1", says="the 1 is not subtracted")
def kl_to_reference(log_probs, ref_log_probs, counted):
    log_r = ref_log_probs[counted] - log_probs[counted]
    return (log_r.exp() - log_r).mean()


@mistake("5.2 kl_to_reference", "r is a constant", says="r is taken for a constant")
def kl_to_reference(log_probs, ref_log_probs, counted):
    log_r = ref_log_probs[counted] - log_probs[counted]
    return (log_r.exp().detach() - log_r - 1.0).mean()


@mistake("5.2 kl_to_reference", "all tokens", says="all tokens count")
def kl_to_reference(log_probs, ref_log_probs, counted):
    log_r = ref_log_probs - log_probs
    return (log_r.exp() - log_r - 1.0).mean()


@mistake("5.2 kl_to_reference", "divided by all", says="added up, and divided by all tokens")
def kl_to_reference(log_probs, ref_log_probs, counted):
    log_r = ref_log_probs[counted] - log_probs[counted]
    return (log_r.exp() - log_r - 1.0).sum() * (1 / counted.size)


@mistake("5.2 roll_out", "np.tile", says="answers to one question are not neighbours")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    repeated = np.tile(prompts, (n_answers, 1))
    answers, said = sample_answers(model, repeated, n_tokens, end, rng=rng)
    rewards = np.array(
        [
            float(reward(i % len(prompts), a[s].tolist()))
            for i, (a, s) in enumerate(zip(answers, said))
        ]
    ).reshape(len(prompts), n_answers)
    ids = np.concatenate([repeated, answers], axis=1)
    unasked = np.zeros((len(ids), prompts.shape[1] - 1), dtype=bool)
    with no_grad():
        old, ref = (token_log_probs(each, ids).data for each in (model, reference))
    advantages = group_advantages(rewards).reshape(-1)
    return Rollout(rewards, ids, np.concatenate([unasked, said], axis=1), advantages, old, ref)


@mistake("5.2 roll_out", "one place too late", says="it is one place too late")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    repeated = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, repeated, n_tokens, end, rng=rng)
    rewards = np.array(
        [
            float(reward(i // n_answers, a[s].tolist()))
            for i, (a, s) in enumerate(zip(answers, said))
        ]
    ).reshape(len(prompts), n_answers)
    ids = np.concatenate([repeated, answers], axis=1)
    unasked = np.zeros(prompts.shape, dtype=bool).repeat(n_answers, axis=0)
    counted = np.concatenate([unasked, said], axis=1)[:, :-1]
    with no_grad():
        old, ref = (token_log_probs(each, ids).data for each in (model, reference))
    return Rollout(rewards, ids, counted, group_advantages(rewards).reshape(-1), old, ref)


@mistake("5.2 roll_out", "the filler is judged", says="what fills the row after the end is judged")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    repeated = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, repeated, n_tokens, end, rng=rng)
    rewards = np.array(
        [float(reward(i // n_answers, a.tolist())) for i, a in enumerate(answers)]
    ).reshape(len(prompts), n_answers)
    ids = np.concatenate([repeated, answers], axis=1)
    unasked = np.zeros((len(ids), prompts.shape[1] - 1), dtype=bool)
    with no_grad():
        old, ref = (token_log_probs(each, ids).data for each in (model, reference))
    advantages = group_advantages(rewards).reshape(-1)
    return Rollout(rewards, ids, np.concatenate([unasked, said], axis=1), advantages, old, ref)


@mistake("5.2 roll_out", "graphs are kept", says="a step would train the past, or the reference")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    repeated = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, repeated, n_tokens, end, rng=rng)
    rewards = np.array(
        [
            float(reward(i // n_answers, a[s].tolist()))
            for i, (a, s) in enumerate(zip(answers, said))
        ]
    ).reshape(len(prompts), n_answers)
    ids = np.concatenate([repeated, answers], axis=1)
    unasked = np.zeros((len(ids), prompts.shape[1] - 1), dtype=bool)
    old, ref = token_log_probs(model, ids), token_log_probs(reference, ids)
    advantages = group_advantages(rewards).reshape(-1)
    return Rollout(rewards, ids, np.concatenate([unasked, said], axis=1), advantages, old, ref)


@mistake("5.2 roll_out", "the reference drew", says="they are those of the reference")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    repeated = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, repeated, n_tokens, end, rng=rng)
    rewards = np.array(
        [
            float(reward(i // n_answers, a[s].tolist()))
            for i, (a, s) in enumerate(zip(answers, said))
        ]
    ).reshape(len(prompts), n_answers)
    ids = np.concatenate([repeated, answers], axis=1)
    unasked = np.zeros((len(ids), prompts.shape[1] - 1), dtype=bool)
    with no_grad():
        ref, old = (token_log_probs(each, ids).data for each in (model, reference))
    advantages = group_advantages(rewards).reshape(-1)
    return Rollout(rewards, ids, np.concatenate([unasked, said], axis=1), advantages, old, ref)


@mistake("5.2 roll_out", "rewards for advantages", says="rewards stand where advantages should")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    repeated = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, repeated, n_tokens, end, rng=rng)
    rewards = np.array(
        [
            float(reward(i // n_answers, a[s].tolist()))
            for i, (a, s) in enumerate(zip(answers, said))
        ]
    ).reshape(len(prompts), n_answers)
    ids = np.concatenate([repeated, answers], axis=1)
    unasked = np.zeros((len(ids), prompts.shape[1] - 1), dtype=bool)
    with no_grad():
        old, ref = (token_log_probs(each, ids).data for each in (model, reference))
    counted = np.concatenate([unasked, said], axis=1)
    return Rollout(rewards, ids, counted, rewards.reshape(-1), old, ref)


@mistake("5.2 roll_out", "the likeliest answers", says="nothing is left to compare")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    repeated = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, repeated, n_tokens, end, temperature=0)
    rewards = np.array(
        [
            float(reward(i // n_answers, a[s].tolist()))
            for i, (a, s) in enumerate(zip(answers, said))
        ]
    ).reshape(len(prompts), n_answers)
    ids = np.concatenate([repeated, answers], axis=1)
    unasked = np.zeros((len(ids), prompts.shape[1] - 1), dtype=bool)
    with no_grad():
        old, ref = (token_log_probs(each, ids).data for each in (model, reference))
    advantages = group_advantages(rewards).reshape(-1)
    return Rollout(rewards, ids, np.concatenate([unasked, said], axis=1), advantages, old, ref)


@mistake("5.2 policy_step", "old probabilities recomputed", says="every ratio is 1 and nothing")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, log_probs.data, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    optimizer.zero_grad()
    (kl * beta - objective).backward()
    optimizer.step()
    return float(objective.data), float(kl.data)


@mistake("5.2 policy_step", "downhill", says="an objective is made large")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    optimizer.zero_grad()
    (objective + kl * beta).backward()
    optimizer.step()
    return float(objective.data), float(kl.data)


@mistake("5.2 policy_step", "away from the reference", says="it is pushed away from the reference")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    optimizer.zero_grad()
    (-(kl * beta) - objective).backward()
    optimizer.step()
    return float(objective.data), float(kl.data)


@mistake("5.2 policy_step", "beta left out", says="beta is left out")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    optimizer.zero_grad()
    (-objective).backward()
    optimizer.step()
    return float(objective.data), float(kl.data)


@mistake("5.2 policy_step", "gradients pile up", says="the left-over gradient is not cleared")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    (kl * beta - objective).backward()
    optimizer.step()
    return float(objective.data), float(kl.data)


@mistake("5.2 policy_step", "clip is not handed on", says="clip is 0.2, whatever is given")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    optimizer.zero_grad()
    (kl * beta - objective).backward()
    optimizer.step()
    return float(objective.data), float(kl.data)


@mistake("5.2 policy_step", "numbers from after the step", says="computed anew after the step")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    for again in (False, True):
        log_probs = token_log_probs(model, rollout.ids)
        objective = clipped_objective(
            log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
        )
        kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
        if not again:
            optimizer.zero_grad()
            (kl * beta - objective).backward()
            optimizer.step()
    return float(objective.data), float(kl.data)


@mistake("5.2 policy_step", "the loss comes back", says="it is the loss, which is its opposite")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    optimizer.zero_grad()
    loss = kl * beta - objective
    loss.backward()
    optimizer.step()
    return float(loss.data), float(kl.data)


@mistake("5.2 sample_answers", "a seed is no generator", says="a seed, 0 among them, is an rng too")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = rng or np.random.default_rng()
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids, caches).data[:, -1].astype(np.float64)
            noise = rng.gumbel(size=logits.shape) * temperature if temperature else 0.0
            drawn = (logits + noise).argmax(axis=1)
            answers[going, place], counted[:, place] = drawn[going], going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 sample_answers", "the largest of all", says="each row needs its own largest one")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids, caches).data[:, -1].astype(np.float64)
            p = np.exp((logits - logits.max()) / (temperature or 1.0))
            below = np.cumsum(p, axis=1)
            at = rng.random((len(p), 1)) * below[:, -1:] if temperature else None
            drawn = (below > at).argmax(axis=1) if temperature else p.argmax(axis=1)
            answers[going, place], counted[:, place] = drawn[going], going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 sample_answers", "the first place", says="by the prompt's first")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    prompts = np.asarray(prompts)
    B = len(prompts)
    answers = np.full((B, n), end)
    counted = np.zeros((B, n), dtype=bool)
    going = np.ones(B, dtype=bool)
    ids = prompts
    with no_grad():
        for t in range(n):
            if not going.any():
                break
            logits = model(ids).data[:, 0]
            if temperature == 0:
                drawn = logits.argmax(axis=-1)
            else:
                p = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
                p = p / p.sum(axis=-1, keepdims=True)
                u = rng.random((B, 1))
                drawn = np.minimum((p.cumsum(axis=-1) < u).sum(axis=-1), p.shape[-1] - 1)
            drawn = np.where(going, drawn, end)
            answers[:, t] = drawn
            counted[:, t] = going
            going = going & (drawn != end)
            ids = np.concatenate([ids, drawn[:, None]], axis=1)
    return answers, counted


@mistake("5.2 sample_answers", "divided by 0", says="a temperature of 0")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    prompts = np.asarray(prompts)
    B = len(prompts)
    answers = np.full((B, n), end)
    counted = np.zeros((B, n), dtype=bool)
    going = np.ones(B, dtype=bool)
    ids = prompts
    with no_grad():
        for t in range(n):
            if not going.any():
                break
            logits = model(ids).data[:, -1]
            if False:
                drawn = logits.argmax(axis=-1)
            else:
                p = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
                p = p / p.sum(axis=-1, keepdims=True)
                u = rng.random((B, 1))
                drawn = np.minimum((p.cumsum(axis=-1) < u).sum(axis=-1), p.shape[-1] - 1)
            drawn = np.where(going, drawn, end)
            answers[:, t] = drawn
            counted[:, t] = going
            going = going & (drawn != end)
            ids = np.concatenate([ids, drawn[:, None]], axis=1)
    return answers, counted


@mistake("5.2 group_advantages", "float32", says="they are float32")
def group_advantages(rewards):
    rewards = np.asarray(rewards)
    centered = rewards - rewards.mean(axis=1, keepdims=True)
    same = (rewards == rewards[:, :1]).all(axis=1, keepdims=True)
    std = np.sqrt((centered**2).mean(axis=1, keepdims=True))
    return np.where(same, 0.0, centered / np.where(same, 1.0, std))


@mistake("5.2 kl_to_reference", "log r for r", says="log r stands where r belongs")
def kl_to_reference(log_probs, ref_log_probs, counted):
    log_r = np.asarray(ref_log_probs)[counted] - log_probs[counted]
    return ((log_r + 1) - log_r - 1).mean()


@mistake("5.2 kl_to_reference", "weighted", says="multiplied by the token's probability")
def kl_to_reference(log_probs, ref_log_probs, counted):
    log_r = np.asarray(ref_log_probs)[counted] - log_probs[counted]
    return ((log_r.exp() - log_r - 1) * log_probs[counted].exp()).mean()


@mistake("5.2 roll_out", "an array to judge", says="should be a list")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    prompts = np.asarray(prompts)
    Q, P = prompts.shape
    asked = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, asked, n_tokens, end, rng=rng)
    rewards = np.zeros((Q, n_answers))
    for b, (answer, mask) in enumerate(zip(answers, said)):
        rewards[b // n_answers, b % n_answers] = reward(b // n_answers, answer[mask])
    ids = np.concatenate([asked, answers], axis=1)
    counted = np.concatenate([np.zeros((len(asked), P - 1), dtype=bool), said], axis=1)
    with no_grad():
        old = token_log_probs(model, ids).data
        ref = token_log_probs(reference, ids).data
    return Rollout(rewards, ids, counted, group_advantages(rewards).reshape(-1), old, ref)


@mistake("5.2 roll_out", "the question judged too", says="the question stands in front")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    prompts = np.asarray(prompts)
    Q, P = prompts.shape
    asked = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, asked, n_tokens, end, rng=rng)
    rewards = np.zeros((Q, n_answers))
    for b, (answer, mask) in enumerate(zip(answers, said)):
        rewards[b // n_answers, b % n_answers] = reward(
            b // n_answers, asked[b].tolist() + answer[mask].tolist()
        )
    ids = np.concatenate([asked, answers], axis=1)
    counted = np.concatenate([np.zeros((len(asked), P - 1), dtype=bool), said], axis=1)
    with no_grad():
        old = token_log_probs(model, ids).data
        ref = token_log_probs(reference, ids).data
    return Rollout(rewards, ids, counted, group_advantages(rewards).reshape(-1), old, ref)


@mistake("5.2 roll_out", "the reference answers", says="and the model gives them")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    prompts = np.asarray(prompts)
    Q, P = prompts.shape
    asked = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(reference, asked, n_tokens, end, rng=rng)
    rewards = np.zeros((Q, n_answers))
    for b, (answer, mask) in enumerate(zip(answers, said)):
        rewards[b // n_answers, b % n_answers] = reward(b // n_answers, answer[mask].tolist())
    ids = np.concatenate([asked, answers], axis=1)
    counted = np.concatenate([np.zeros((len(asked), P - 1), dtype=bool), said], axis=1)
    with no_grad():
        old = token_log_probs(model, ids).data
        ref = token_log_probs(reference, ids).data
    return Rollout(rewards, ids, counted, group_advantages(rewards).reshape(-1), old, ref)


@mistake("5.2 policy_step", "the gradient cut", says="cut to length 1")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    model.zero_grad()
    loss = -(objective - kl * beta)
    loss.backward()
    for p in model.parameters():
        p.grad = p.grad / max(1.0, float(np.linalg.norm(p.grad)))
    optimizer.step()
    return float(objective.data), float(kl.data)


@mistake("5.2 sample_answers", "left in eval mode", says="training was True before")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    prompts = np.asarray(prompts)
    B = len(prompts)
    answers = np.full((B, n), end)
    counted = np.zeros((B, n), dtype=bool)
    going = np.ones(B, dtype=bool)
    ids = prompts
    model.eval()
    with no_grad():
        for t in range(n):
            if not going.any():
                break
            logits = model(ids).data[:, -1]
            if temperature == 0:
                drawn = logits.argmax(axis=-1)
            else:
                p = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
                p = p / p.sum(axis=-1, keepdims=True)
                u = rng.random((B, 1))
                drawn = np.minimum((p.cumsum(axis=-1) < u).sum(axis=-1), p.shape[-1] - 1)
            drawn = np.where(going, drawn, end)
            answers[:, t] = drawn
            counted[:, t] = going
            going = going & (drawn != end)
            ids = np.concatenate([ids, drawn[:, None]], axis=1)
    return answers, counted


@mistake("5.2 clipped_objective", "0 and 1 choose rows", says="taken for the places of rows")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    if np.shape(advantages) != (len(counted),):
        raise ValueError(f"{np.shape(advantages)} for {len(counted)} answers")
    A = advantages[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A <= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


@mistake("5.2 clipped_objective", "a column of advantages", says="a column times a row is a square")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    counted = np.asarray(counted, bool)
    A = advantages[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A <= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


@mistake("5.2 kl_to_reference", "0 and 1 choose rows", says="taken for the places of rows")
def kl_to_reference(log_probs, ref_log_probs, counted):
    log_r = ref_log_probs[counted] - log_probs[counted]
    return (log_r.exp() - log_r - 1.0).mean()


@mistake("5.2 group_advantages", "nan is equal", says="taken for one of equal rewards")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    gap = rewards - rewards.mean(axis=1, keepdims=True)
    deviation = rewards.std(axis=1, keepdims=True)
    differ = np.ptp(rewards, axis=1, keepdims=True) > 0
    return np.divide(gap, deviation, out=np.zeros_like(gap), where=differ)


@mistake("5.2 sample_answers", "drawn from nan", says="in the second of two rows")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids, caches).data[:, -1].astype(np.float64)
            if temperature == 0:
                drawn = logits.argmax(axis=1)
            else:
                p = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
                below = np.cumsum(p, axis=1)
                at = rng.random((len(p), 1)) * below[:, -1:]
                drawn = (below > at).argmax(axis=1)
            answers[going, place] = drawn[going]
            counted[:, place] = going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 sample_answers", "nan alone is refused", says="inf, and of nothing else")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids, caches).data[:, -1].astype(np.float64)
            largest = logits.max(axis=1)
            if np.isnan(largest).any():
                raise ValueError(f"not {largest}")
            p = np.exp((logits - largest[:, None]) / (temperature or 1e-9))
            below = np.cumsum(p, axis=1)
            at = rng.random((len(p), 1)) * below[:, -1:] if temperature else below[:, -1:] / 2
            drawn = (below > at).argmax(axis=1)
            answers[going, place] = drawn[going]
            counted[:, place] = going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 group_advantages", "nan left out", says="nobody would see that a judge fails")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    gap = rewards - np.nanmean(rewards, axis=1, keepdims=True)
    deviation = np.nanstd(rewards, axis=1, keepdims=True)
    differ = np.ptp(rewards, axis=1, keepdims=True) != 0
    return np.where(differ, gap / np.where(differ, deviation, 1.0), 0.0)


@mistake("5.2 group_advantages", "cut at 2", says="advantages are cut off at 2")
def group_advantages(rewards):
    rewards = np.asarray(rewards, dtype=np.float64)
    gap = rewards - rewards.mean(axis=1, keepdims=True)
    deviation = rewards.std(axis=1, keepdims=True)
    differ = np.ptp(rewards, axis=1, keepdims=True) != 0
    return np.where(differ, gap / np.where(differ, deviation, 1.0), 0.0).clip(-2, 2)


@mistake("5.2 clipped_objective", "dual clip", says="at a ratio of 3 (dual clip)")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    counted, A = np.asarray(counted, bool), np.asarray(advantages)
    if A.shape != counted.shape[:1]:
        raise ValueError(f"{A.shape} for {counted.shape}")
    A = A[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - np.asarray(old_log_probs)[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip) * A
    held = np.where((A < 0) & (ratio.data > 3), 3 * A, held)
    free = (ratio.data * A <= held) & ~((A < 0) & (ratio.data > 3))
    return (ratio * (A * free) + np.where(free, 0.0, held)).mean()


@mistake("5.2 clipped_objective", "an advantage for each token", says="advantages of shape (3, 5)")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    counted, A = np.asarray(counted, bool), np.asarray(advantages)
    if A.shape == counted.shape:
        A = A[counted]
    elif A.shape == counted.shape[:1]:
        A = A[np.nonzero(counted)[0]]
    else:
        raise ValueError(f"{A.shape} for {counted.shape}")
    ratio = (log_probs[counted] - np.asarray(old_log_probs)[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip) * A
    free = ratio.data * A <= held
    return (ratio * (A * free) + np.where(free, 0.0, held)).mean()


@mistake("5.2 kl_to_reference", "taken out at the end", says="before anything is computed of it")
def kl_to_reference(log_probs, ref_log_probs, counted):
    log_r = np.asarray(ref_log_probs) - log_probs
    return (log_r.exp() - log_r - 1)[np.asarray(counted, bool)].mean()


@mistake("5.2 policy_step", "the KL of all", says="the KL of all tokens is taken")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, np.ones_like(rollout.counted))
    optimizer.zero_grad()
    (kl * beta - objective).backward()
    optimizer.step()
    return float(objective.data), float(kl.data)


@mistake(
    "5.2 sample_answers", "the first that reaches it", says="and not the first that reaches it"
)
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids, caches).data[:, -1].astype(np.float64)
            largest = logits.max(axis=1)
            if not np.isfinite(largest).all():
                raise ValueError(f"not {largest}")
            if temperature == 0:
                drawn = logits.argmax(axis=1)
            else:
                below = np.cumsum(np.exp((logits - largest[:, None]) / temperature), axis=1)
                drawn = (below >= rng.random((len(below), 1)) * below[:, -1:]).argmax(axis=1)
            answers[going, place] = drawn[going]
            counted[:, place] = going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 policy_step", "one gradient cleared", says="only the first parameter's gradient")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    log_probs = token_log_probs(model, rollout.ids)
    objective = clipped_objective(
        log_probs, rollout.old_log_probs, rollout.advantages, rollout.counted, clip
    )
    kl = kl_to_reference(log_probs, rollout.ref_log_probs, rollout.counted)
    model.parameters()[0].grad = 0.0
    (kl * beta - objective).backward()
    optimizer.step()
    return float(objective.data), float(kl.data)


@mistake("5.2 sample_answers", "one row that is well is enough", says="in the second of two rows")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = np.full(len(prompts), True), prompts
    with no_grad():
        for place in range(n):
            if not going.any():
                break
            logits = model(ids, caches).data[:, -1].astype(np.float64)
            largest = logits.max(axis=1)
            if not np.isfinite(largest).any():
                raise ValueError(f"not {largest}")
            if temperature == 0:
                drawn = logits.argmax(axis=1)
            else:
                below = np.cumsum(np.exp((logits - largest[:, None]) / temperature), axis=1)
                drawn = (below > rng.random((len(below), 1)) * below[:, -1:]).argmax(axis=1)
            answers[going, place] = drawn[going]
            counted[:, place] = going
            going = going & (drawn != end)
            ids = answers[:, place : place + 1]
    return answers, counted


@mistake("5.2 clipped_objective", "nan made a number", says="log-probability that is nan")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    counted = np.asarray(counted, bool)
    if np.shape(advantages) != counted.shape[:1]:
        raise ValueError(f"{np.shape(advantages)}")
    A = advantages[np.nonzero(counted)[0]]
    taken = log_probs[counted]
    taken.data = np.nan_to_num(taken.data)
    ratio = (taken - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + clip)
    free = ratio.data * A <= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()


@mistake("5.2 kl_to_reference", "nan made a number", says="0 takes the place of what is nan")
def kl_to_reference(log_probs, ref_log_probs, counted):
    counted = np.asarray(counted, bool)
    log_r = ref_log_probs[counted] - log_probs[counted]
    log_r.data = np.nan_to_num(log_r.data)
    return (log_r.exp() - log_r - 1.0).mean()


@mistake("5.2 roll_out", "a seed for each question", says="if each question gets the seed itself")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    asked = [np.repeat(prompt[None], n_answers, axis=0) for prompt in prompts]
    answered = [sample_answers(model, rows, n_tokens, end, rng=rng) for rows in asked]
    answers, said = (np.concatenate(parts) for parts in zip(*answered))
    rewards = [
        reward(row // n_answers, answer[told].tolist())
        for row, (answer, told) in enumerate(zip(answers, said))
    ]
    rewards = np.array(rewards, dtype=float).reshape(-1, n_answers)
    ids = np.concatenate([np.concatenate(asked), answers], axis=1)
    counted = np.concatenate([np.zeros_like(ids[:, 1 : prompts.shape[1]], bool), said], axis=1)
    with no_grad():
        old, ref = (token_log_probs(each, ids).data for each in (model, reference))
    return Rollout(rewards, ids, counted, group_advantages(rewards).ravel(), old, ref)


@mistake("5.2 kl_to_reference", "held at 10", says="it is held at 10, as in verl")
def kl_to_reference(log_probs, ref_log_probs, counted):
    counted = np.asarray(counted, bool)
    log_r = ref_log_probs[counted] - log_probs[counted]
    each = log_r.exp() - log_r - 1.0
    free = each.data < 10
    return (each * free + 10.0 * ~free).mean()


@mistake("5.2 roll_out", "rewards of ints", says="halves are lost")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    repeated = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, repeated, n_tokens, end, rng=rng)
    rewards = np.zeros((len(prompts), n_answers), dtype=int)
    for row, (answer, told) in enumerate(zip(answers, said)):
        rewards.flat[row] = reward(row // n_answers, answer[told].tolist())
    ids = np.concatenate([repeated, answers], axis=1)
    counted = np.concatenate([np.zeros_like(ids[:, 1 : prompts.shape[1]], bool), said], axis=1)
    with no_grad():
        old, ref = (token_log_probs(each, ids).data for each in (model, reference))
    return Rollout(rewards, ids, counted, group_advantages(rewards).ravel(), old, ref)


@mistake("5.2 roll_out", "the question itself", says="should be told the place of the question")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    repeated = np.repeat(prompts, n_answers, axis=0)
    answers, said = sample_answers(model, repeated, n_tokens, end, rng=rng)
    rewards = [
        reward(*pair) for pair in zip(repeated, [a[s].tolist() for a, s in zip(answers, said)])
    ]
    rewards = np.array(rewards, dtype=float).reshape(-1, n_answers)
    ids = np.concatenate([repeated, answers], axis=1)
    counted = np.concatenate([np.zeros_like(ids[:, 1 : prompts.shape[1]], bool), said], axis=1)
    with no_grad():
        old, ref = (token_log_probs(each, ids).data for each in (model, reference))
    return Rollout(rewards, ids, counted, group_advantages(rewards).ravel(), old, ref)


@mistake("5.2 clipped_objective", "clip higher", says="the upper bound is 1.28, as in DAPO")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    counted = np.asarray(counted, bool)
    if np.shape(advantages) != counted.shape[:1]:
        raise ValueError(f"{np.shape(advantages)}")
    A = advantages[np.nonzero(counted)[0]]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    held = np.clip(ratio.data, 1 - clip, 1 + 1.4 * clip)
    free = ratio.data * A <= held * A
    return (ratio * np.where(free, A, 0.0) + np.where(free, 0.0, held * A)).mean()
