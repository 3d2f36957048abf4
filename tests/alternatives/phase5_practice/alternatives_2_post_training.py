"""Right solutions of 5.2 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("5.2 render_chat", "pieces first, then two lists of them", prelude="import itertools")
def render_chat(messages, tokenizer):
    pieces = []
    for message in messages:
        if message["role"] not in ROLES:
            raise ValueError(f"there is no role {message['role']!r}")
        if bad := [t for t in SPECIAL_TOKENS if t in message["content"]]:
            raise ValueError(f"{bad} in {message['content']!r}")
        answer = message["role"] == "assistant"
        pieces.append((tokenizer.encode("<|" + message["role"] + "|>"), False))
        pieces.append((tokenizer.encode(message["content"]), answer))
        pieces.append((tokenizer.encode(END), answer))
    ids = list(itertools.chain.from_iterable(ids for ids, _ in pieces))
    learned = [flag for ids, flag in pieces for _ in ids]
    return ids, learned


@alternative("5.2 chat_prompt", "an empty answer without its end")
def chat_prompt(messages, tokenizer):
    ids, _ = render_chat([*messages, {"role": "assistant", "content": ""}], tokenizer)
    return ids[: -len(tokenizer.encode(END))]


@alternative("5.2 pad_chats", "lists that are filled up")
def pad_chats(chats, pad):
    T = max(map(len, (ids for ids, _ in chats)))
    ids = np.array([[*ids, *[pad] * (T - len(ids))] for ids, _ in chats])
    learned = np.array([[*flags, *[False] * (T - len(flags))] for _, flags in chats])
    inputs = ids[:, :-1].copy()
    for row, (text, _) in enumerate(chats):
        inputs[row, len(text) - 1 :] = pad
    return inputs, ids[:, 1:], learned[:, 1:]


@alternative(
    "5.2 masked_cross_entropy",
    "log_softmax of the counted rows",
    prelude="from katas.phase4_llms.tensor import log_softmax",
)
def masked_cross_entropy(logits, targets, counted):
    if np.shape(targets) != logits.shape[:-1] or np.shape(counted) != logits.shape[:-1]:
        raise ValueError(f"{logits.shape}, {np.shape(targets)}, {np.shape(counted)}")
    if np.count_nonzero(counted) == 0:
        raise ValueError("nothing counts")
    places = np.nonzero(counted)
    wanted = np.asarray(targets)[places]
    if wanted.min() < 0 or wanted.max() >= logits.shape[-1]:
        raise IndexError(f"targets from {wanted.min()} to {wanted.max()}")
    log_probs = log_softmax(logits[places])
    return -log_probs[np.arange(len(wanted)), wanted].sum() / len(wanted)


@alternative("5.2 token_log_probs", "one-hot, and a sum")
def token_log_probs(model, ids):
    log_probs = log_softmax(model(ids[:, :-1]))
    chosen = np.zeros(log_probs.shape)
    np.put_along_axis(chosen, ids[:, 1:, None], 1.0, axis=-1)
    return (log_probs * chosen).sum(axis=-1)


@alternative("5.2 token_log_probs", "flat rows")
def token_log_probs(model, ids):
    B, T = ids.shape
    logits = model(ids[:, :-1])
    flat = log_softmax(logits.reshape(B * (T - 1), logits.shape[-1]))
    return flat[np.arange(B * (T - 1)), ids[:, 1:].reshape(-1)].reshape(B, T - 1)


@alternative("5.2 log_probability", "counted from the back")
def log_probability(model, prompt, completion):
    if len(prompt) == 0:
        raise ValueError("nothing to go on from")
    log_probs = token_log_probs(model, np.array([list(prompt) + list(completion)]))
    return log_probs[:, -len(completion) :].sum()


@alternative(
    "5.2 log_probability",
    "cross-entropy, times the length",
    prelude="from katas.phase4_llms.tensor import cross_entropy",
)
def log_probability(model, prompt, completion):
    if not prompt:
        raise ValueError("nothing to go on from")
    text = np.array([prompt + completion])
    logits = model(text[:, :-1])[:, len(prompt) - 1 :]
    return cross_entropy(logits, text[:, len(prompt) :]) * -len(completion)


@alternative("5.2 log_sigmoid", "logaddexp")
def log_sigmoid(x):
    a = x.data
    y = -np.logaddexp(0, -a)
    return Tensor(y, (x,), (lambda g: g * np.exp(-np.logaddexp(0, a)),), "log_sigmoid")


@alternative(
    "5.2 reward_loss",
    "cross-entropy of two classes",
    prelude="from katas.phase4_llms.tensor import concatenate, cross_entropy",
)
def reward_loss(chosen, rejected):
    if chosen.shape != rejected.shape:
        raise ValueError(f"{chosen.shape} and {rejected.shape}")
    both = concatenate([chosen.reshape(-1, 1), rejected.reshape(-1, 1)], axis=1)
    return cross_entropy(both, np.zeros(len(chosen.data), dtype=int))


@alternative("5.2 dpo_loss", "the margin at once")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"no beta of {beta}")
    ref_margin = ref_chosen.data - ref_rejected.data
    return -log_sigmoid((chosen - rejected - ref_margin) * beta).mean()


@alternative("5.2 sample_answers", "Gumbel noise, and the whole text each time")
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    ids, going, counted = np.array(prompts), np.ones(len(prompts), bool), []
    with no_grad():
        while len(counted) < n and going.any():
            logits = model(ids).data[:, -1].astype(np.float64)
            if not (np.abs(logits.max(axis=1)) < np.inf).all():
                raise ValueError(f"{logits.max(axis=1)}")
            if temperature > 0:
                logits = logits / temperature + rng.gumbel(size=logits.shape)
            drawn = np.where(going, np.argmax(logits, axis=-1), end)
            ids = np.column_stack([ids, drawn])
            counted.append(going)
            going = going & (drawn != end)
    missing = n - len(counted)
    answers = np.pad(ids[:, len(prompts[0]) :], ((0, 0), (0, missing)), constant_values=end)
    counted = np.stack(counted + [np.zeros(len(prompts), bool)] * missing, axis=1)
    return answers, counted


@alternative(
    "5.2 sample_answers",
    "each row by sample",
    prelude="from katas.phase4_llms.generation import sample",
)
def sample_answers(model, prompts, n, end, temperature=1.0, rng=None):
    rng = np.random.default_rng(rng)
    answers = np.full((len(prompts), n), end)
    counted = np.zeros((len(prompts), n), dtype=bool)
    caches = [KVCache() for _ in model.blocks]
    going, ids = [True] * len(prompts), prompts
    with no_grad():
        for t in range(n):
            if not any(going):
                return answers, counted
            logits = model(ids, caches).data[:, -1]
            for row in range(len(prompts)):
                if going[row]:
                    answers[row, t] = sample(logits[row], temperature, rng=rng)
                    counted[row, t] = True
                    going[row] = answers[row, t] != end
            ids = answers[:, [t]]
    return answers, counted


@alternative("5.2 group_advantages", "row by row")
def group_advantages(rewards):
    found = []
    for row in np.array(rewards, dtype=float):
        same = bool((row == row[0]).all())
        found.append(np.zeros(len(row)) if same else (row - row.mean()) / np.sqrt(row.var()))
    return np.array(found)


@alternative("5.2 clipped_objective", "bounds by the sign of the advantage")
def clipped_objective(log_probs, old_log_probs, advantages, counted, clip=0.2):
    counted = np.asarray(counted) != 0
    if np.ndim(advantages) != 1 or len(advantages) != len(counted):
        raise ValueError(f"advantages {np.shape(advantages)}")
    A = np.broadcast_to(np.asarray(advantages)[:, None], np.shape(counted))[counted]
    ratio = (log_probs[counted] - old_log_probs[counted]).exp()
    too_far = np.where(A > 0, ratio.data > 1 + clip, ratio.data < 1 - clip)
    bound = np.where(A > 0, 1 + clip, 1 - clip)
    return (ratio * (A * ~too_far) + bound * A * too_far).sum() * (1 / len(A))


@alternative("5.2 kl_to_reference", "r as a quotient")
def kl_to_reference(log_probs, ref_log_probs, counted):
    ours = log_probs[np.nonzero(counted)]
    theirs = np.asarray(ref_log_probs)[np.nonzero(counted)]
    r = np.exp(theirs) / ours.exp()
    return (r - 1 + ours - theirs).mean()


@alternative("5.2 roll_out", "question by question, rewards of ints")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    rng = np.random.default_rng(rng)
    ids, counted, rewards = [], [], []
    P = prompts.shape[1]
    for question, prompt in enumerate(prompts):
        group = np.array([prompt] * n_answers)
        answers, said = sample_answers(model, group, n_tokens, end, rng=rng)
        ids.append(np.hstack([group, answers]))
        counted.append(np.hstack([np.full((n_answers, P - 1), False), said]))
        rewards.append([reward(question, [int(i) for i in a[s]]) for a, s in zip(answers, said)])
    ids, counted, rewards = np.concatenate(ids), np.concatenate(counted), np.array(rewards)
    with no_grad():
        old = token_log_probs(model, ids).data
        ref = token_log_probs(reference, ids).data
    return Rollout(
        rewards=rewards,
        ids=ids,
        counted=counted,
        advantages=group_advantages(rewards).ravel(),
        old_log_probs=old,
        ref_log_probs=ref,
    )


@alternative("5.2 roll_out", "the first answers to all questions are judged first")
def roll_out(model, reference, prompts, reward, n_answers, n_tokens, end, rng=None):
    Q, P = np.shape(prompts)
    asked = prompts[np.arange(Q * n_answers) // n_answers]
    answers, said = sample_answers(model, asked, n_tokens, end, 1.0, rng)
    rewards = np.empty((Q, n_answers))
    for place in range(n_answers):
        for question in range(Q):
            row = question * n_answers + place
            rewards[question, place] = reward(question, answers[row, : said[row].sum()].tolist())
    ids = np.hstack([asked, answers])
    counted = np.zeros((len(ids), ids.shape[1] - 1), dtype=bool)
    counted[:, P - 1 :] = said
    with no_grad():
        old, ref = token_log_probs(model, ids).data, token_log_probs(reference, ids).data
    return Rollout(rewards, ids, counted, group_advantages(rewards).reshape(-1), old, ref)


@alternative("5.2 policy_step", "one objective, with KL in it only where it costs")
def policy_step(model, optimizer, rollout, clip=0.2, beta=0.0):
    optimizer.zero_grad()
    now = token_log_probs(model, rollout.ids)
    gain = clipped_objective(
        now, rollout.old_log_probs, rollout.advantages, rollout.counted, clip=clip
    )
    kl = kl_to_reference(now, rollout.ref_log_probs, rollout.counted)
    total = gain - kl * beta if beta else gain
    total.backward(-1.0)
    optimizer.step()
    return gain.data.item(), kl.data.item()
