"""Wrong solutions of 5.2's chat that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.2 render_chat", "loss on the prompt", says="everything is learned, the question too")
def render_chat(messages, tokenizer):
    ids = []
    for message in messages:
        ids += tokenizer.encode(f"<|{message['role']}|>{message['content']}{END}")
    return ids, [True] * len(ids)


@mistake("5.2 render_chat", "the end is not learned", says="would never learn to stop")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        said = tokenizer.encode(content)
        ids += [*tokenizer.encode(f"<|{role}|>"), *said, *tokenizer.encode(END)]
        learned += [False, *[role == "assistant"] * len(said), False]
    return ids, learned


@mistake("5.2 render_chat", "the user's later turns are learned", says="the second question too")
def render_chat(messages, tokenizer):
    ids, learned, answering = [], [], False
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        said = tokenizer.encode(content + END)
        ids += [*tokenizer.encode(f"<|{role}|>"), *said]
        learned += [answering]
        answering = answering or role == "assistant"
        learned += [answering] * len(said)
    return ids, learned


@mistake("5.2 render_chat", "only the last answer", says="only the last answer is learned")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        said = tokenizer.encode(content + END)
        ids += [*tokenizer.encode(f"<|{role}|>"), *said]
        learned = [False] * (len(learned) + 1) + [role == "assistant"] * len(said)
    return ids, learned


@mistake("5.2 render_chat", "the role is learned", says="the token of the role is learned")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        said = tokenizer.encode(f"<|{role}|>{content}{END}")
        ids += said
        learned += [role == "assistant"] * len(said)
    return ids, learned


@mistake("5.2 render_chat", "whatever is not the user's", says="the system message too")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        said = tokenizer.encode(content + END)
        ids += [*tokenizer.encode(f"<|{role}|>"), *said]
        learned += [False] + [role != "user"] * len(said)
    return ids, learned


@mistake("5.2 render_chat", "shifted already", says="to what predicts it (that is for the loss")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        said = tokenizer.encode(content + END)
        ids += [*tokenizer.encode(f"<|{role}|>"), *said]
        learned += [*[role == "assistant"] * len(said), False]
    return ids, learned


@mistake("5.2 render_chat", "no end", says="the end is left out")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        said = tokenizer.encode(content)
        ids += [*tokenizer.encode(f"<|{role}|>"), *said]
        learned += [False, *[role == "assistant"] * len(said)]
    return ids, learned


@mistake("5.2 render_chat", "letters are counted", says="letters are counted, and not ids")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        ids += tokenizer.encode(f"<|{role}|>{content}{END}")
        learned += [False] + [role == "assistant"] * (len(content) + 1)
    return ids, learned


@mistake("5.2 render_chat", "letter by letter", says="each letter is encoded by itself")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        said = [id for letter in content for id in tokenizer.encode(letter)]
        said += tokenizer.encode(END)
        ids += [*tokenizer.encode(f"<|{role}|>"), *said]
        learned += [False] + [role == "assistant"] * len(said)
    return ids, learned


@mistake(
    "5.2 render_chat",
    "a user speaks for the assistant",
    says="within what the user says should raise ValueError, but it returned",
)
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES:
            raise ValueError(f"no role: {role}")
        said = tokenizer.encode(content + END)
        ids += [*tokenizer.encode(f"<|{role}|>"), *said]
        learned += [False] + [role == "assistant"] * len(said)
    return ids, learned


@mistake("5.2 render_chat", "any role will do", says="the role 'bot' should raise ValueError")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        for token in SPECIAL_TOKENS:
            if token in content:
                raise ValueError(f"{token} in {content}")
        opening = tokenizer.ids.get(f"<|{role}|>".encode(), 0)
        said = tokenizer.encode(content + END)
        ids += [opening, *said]
        learned += [False] + [role == "assistant"] * len(said)
    return ids, learned


@mistake("5.2 render_chat", "stripped", says="a content is stripped, as the templates of some")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"].strip()
        if role not in ROLES or any(token in content for token in SPECIAL_TOKENS):
            raise ValueError(f"{role}: {content}")
        said = tokenizer.encode(content + END)
        ids += [*tokenizer.encode(f"<|{role}|>"), *said]
        learned += [False] + [role == "assistant"] * len(said)
    return ids, learned


@mistake("5.2 chat_prompt", "nobody is asked", says="the model would have to guess who speaks")
def chat_prompt(messages, tokenizer):
    return render_chat(messages, tokenizer)[0]


@mistake("5.2 chat_prompt", "an empty answer", says="an empty answer is there already")
def chat_prompt(messages, tokenizer):
    return render_chat([*messages, {"role": "assistant", "content": ""}], tokenizer)[0]


@mistake("5.2 chat_prompt", "the last message alone", says="before the last question is left out")
def chat_prompt(messages, tokenizer):
    ids, _ = render_chat(messages[-1:], tokenizer)
    return ids + tokenizer.encode("<|assistant|>")


@mistake("5.2 chat_prompt", "the caller's list grows", says="added to the caller's list")
def chat_prompt(messages, tokenizer):
    messages.append({"role": "assistant", "content": ""})
    return render_chat(messages, tokenizer)[0][:-1]


@mistake("5.2 chat_prompt", "a question without its end", says="the question has no end")
def chat_prompt(messages, tokenizer):
    ids, _ = render_chat(messages, tokenizer)
    return ids[:-1] + tokenizer.encode("<|assistant|>")


@mistake("5.2 pad_chats", "counted goes with the inputs", says="would never be learned")
def pad_chats(chats, pad):
    T = max(len(ids) for ids, _ in chats) - 1
    inputs = np.full((len(chats), T), pad)
    targets = np.full((len(chats), T), pad)
    counted = np.zeros((len(chats), T), dtype=bool)
    for row, (ids, learned) in enumerate(chats):
        n = len(ids) - 1
        inputs[row, :n], targets[row, :n], counted[row, :n] = ids[:-1], ids[1:], learned[:-1]
    return inputs, targets, counted


@mistake("5.2 pad_chats", "targets are not shifted", says="would have to predict itself")
def pad_chats(chats, pad):
    T = max(len(ids) for ids, _ in chats) - 1
    inputs = np.full((len(chats), T), pad)
    targets = np.full((len(chats), T), pad)
    counted = np.zeros((len(chats), T), dtype=bool)
    for row, (ids, learned) in enumerate(chats):
        n = len(ids) - 1
        inputs[row, :n], targets[row, :n], counted[row, :n] = ids[:-1], ids[:-1], learned[1:]
    return inputs, targets, counted


@mistake("5.2 pad_chats", "padding in front", says="padding stands in front")
def pad_chats(chats, pad):
    T = max(len(ids) for ids, _ in chats) - 1
    inputs = np.full((len(chats), T), pad)
    targets = np.full((len(chats), T), pad)
    counted = np.zeros((len(chats), T), dtype=bool)
    for row, (ids, learned) in enumerate(chats):
        n = len(ids) - 1
        inputs[row, -n:], targets[row, -n:], counted[row, -n:] = ids[:-1], ids[1:], learned[1:]
    return inputs, targets, counted


@mistake("5.2 pad_chats", "padding counts", says="padding counts")
def pad_chats(chats, pad):
    T = max(len(ids) for ids, _ in chats) - 1
    inputs = np.full((len(chats), T), pad)
    targets = np.full((len(chats), T), pad)
    counted = np.ones((len(chats), T), dtype=bool)
    for row, (ids, learned) in enumerate(chats):
        n = len(ids) - 1
        inputs[row, :n], targets[row, :n], counted[row, :n] = ids[:-1], ids[1:], learned[1:]
    return inputs, targets, counted


@mistake("5.2 pad_chats", "whatever equals pad does not count", says="so that no end is learned")
def pad_chats(chats, pad):
    T = max(len(ids) for ids, _ in chats) - 1
    inputs = np.full((len(chats), T), pad)
    targets = np.full((len(chats), T), pad)
    counted = np.zeros((len(chats), T), dtype=bool)
    for row, (ids, learned) in enumerate(chats):
        n = len(ids) - 1
        inputs[row, :n], targets[row, :n], counted[row, :n] = ids[:-1], ids[1:], learned[1:]
    return inputs, targets, counted & (targets != pad)


@mistake("5.2 pad_chats", "-100 where nothing is learned", says="as in transformers")
def pad_chats(chats, pad):
    T = max(len(ids) for ids, _ in chats) - 1
    inputs = np.full((len(chats), T), pad)
    targets = np.full((len(chats), T), -100)
    counted = np.zeros((len(chats), T), dtype=bool)
    for row, (ids, learned) in enumerate(chats):
        n = len(ids) - 1
        inputs[row, :n], counted[row, :n] = ids[:-1], learned[1:]
        targets[row, :n] = np.where(learned[1:], ids[1:], -100)
    return inputs, targets, counted


@mistake("5.2 pad_chats", "padded with 0", says="0 stands for what is missing")
def pad_chats(chats, pad):
    T = max(len(ids) for ids, _ in chats) - 1
    inputs, targets = np.zeros((2, len(chats), T), dtype=int)
    counted = np.zeros((len(chats), T), dtype=bool)
    for row, (ids, learned) in enumerate(chats):
        n = len(ids) - 1
        inputs[row, :n], targets[row, :n], counted[row, :n] = ids[:-1], ids[1:], learned[1:]
    return inputs, targets, counted


@mistake("5.2 masked_cross_entropy", "mean over all", says="divided by all places")
def masked_cross_entropy(logits, targets, counted):
    if not (np.shape(targets) == np.shape(counted) == logits.shape[:-1]) or not counted.any():
        raise ValueError(f"{np.shape(targets)} {np.shape(counted)} {logits.shape}")
    return cross_entropy(logits[counted], targets[counted]) * counted.mean()


@mistake("5.2 masked_cross_entropy", "everything counts", says="everything counts")
def masked_cross_entropy(logits, targets, counted):
    if not (np.shape(targets) == np.shape(counted) == logits.shape[:-1]) or not counted.any():
        raise ValueError(f"{np.shape(targets)} {np.shape(counted)} {logits.shape}")
    return cross_entropy(logits, np.where(targets < 0, 0, targets))


@mistake("5.2 masked_cross_entropy", "logits set to 0", says="logits are set to 0")
def masked_cross_entropy(logits, targets, counted):
    if not (np.shape(targets) == np.shape(counted) == logits.shape[:-1]) or not counted.any():
        raise ValueError(f"{np.shape(targets)} {np.shape(counted)} {logits.shape}")
    return cross_entropy(logits * counted[..., None], np.where(counted, targets, 0))


@mistake("5.2 masked_cross_entropy", "a mean of means", says="the mean of each answer is taken")
def masked_cross_entropy(logits, targets, counted):
    if not (np.shape(targets) == np.shape(counted) == logits.shape[:-1]) or not counted.any():
        raise ValueError(f"{np.shape(targets)} {np.shape(counted)} {logits.shape}")
    if counted.ndim < 2:
        return cross_entropy(logits[counted], targets[counted])
    total = [
        cross_entropy(logits[b][counted[b]], targets[b][counted[b]]) for b in range(len(counted))
    ]
    return sum(total[1:], total[0]) * (1 / len(total))


@mistake(
    "5.2 masked_cross_entropy", "multiplied by the mask", says="nan is multiplied by 0, which is"
)
def masked_cross_entropy(logits, targets, counted):
    if not (np.shape(targets) == np.shape(counted) == logits.shape[:-1]) or not counted.any():
        raise ValueError(f"{np.shape(targets)} {np.shape(counted)} {logits.shape}")
    K = logits.shape[-1]
    inside = np.where(counted, targets, 0)
    if inside.min() < 0 or inside.max() >= K:
        raise IndexError(f"{targets}")
    shifted = logits - np.nanmax(logits.data, axis=-1, keepdims=True)
    log_p = shifted - shifted.exp().sum(axis=-1, keepdims=True).log()
    chosen = np.eye(K)[inside] * counted[..., None]
    return (log_p * chosen).sum() * (-1 / counted.sum())


@mistake("5.2 masked_cross_entropy", "nothing is nothing", says="in which nothing counts should")
def masked_cross_entropy(logits, targets, counted):
    if not (np.shape(targets) == np.shape(counted) == logits.shape[:-1]):
        raise ValueError(f"{np.shape(targets)} {np.shape(counted)} {logits.shape}")
    if not counted.any():
        return logits.sum() * 0.0
    return cross_entropy(logits[counted], targets[counted])


@mistake("5.2 masked_cross_entropy", "a sum", says="added up, and not divided")
def masked_cross_entropy(logits, targets, counted):
    if not (np.shape(targets) == np.shape(counted) == logits.shape[:-1]) or not counted.any():
        raise ValueError(f"{np.shape(targets)} {np.shape(counted)} {logits.shape}")
    return cross_entropy(logits[counted], targets[counted]) * float(counted.sum())


@mistake("5.2 masked_cross_entropy", "turned round", says="what does not count is what counts")
def masked_cross_entropy(logits, targets, counted):
    if not (np.shape(targets) == np.shape(counted) == logits.shape[:-1]) or not counted.any():
        raise ValueError(f"{np.shape(targets)} {np.shape(counted)} {logits.shape}")
    return cross_entropy(logits[~counted], targets[~counted])


@mistake("5.2 render_chat", "a new line", says="as in ChatML")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES:
            raise ValueError(f"{role!r} is none of {ROLES}")
        for special in SPECIAL_TOKENS:
            if special in content:
                raise ValueError(f"a content holds {special}: {content!r}")
        opening = tokenizer.encode(f"<|{role}|>\n")
        said = tokenizer.encode(content)
        closing = tokenizer.encode(END)
        ids += opening + said + closing
        learned += [False] * len(opening)
        learned += [role == "assistant"] * len(said)
        learned += [role == "assistant"] * len(closing)
    return ids, learned


@mistake("5.2 render_chat", "the user's end", says="it is the user who says it")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES:
            raise ValueError(f"{role!r} is none of {ROLES}")
        for special in SPECIAL_TOKENS:
            if special in content:
                raise ValueError(f"a content holds {special}: {content!r}")
        opening = tokenizer.encode(f"<|{role}|>")
        said = tokenizer.encode(content)
        closing = tokenizer.encode(END)
        ids += opening + said + closing
        learned += [False] * len(opening)
        learned += [role == "assistant"] * len(said)
        learned += [True] * len(closing)
    return ids, learned


@mistake(
    "5.2 render_chat",
    "an array",
    says="It is a ndarray, and should be a list. Its entries are right",
)
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES:
            raise ValueError(f"{role!r} is none of {ROLES}")
        for special in SPECIAL_TOKENS:
            if special in content:
                raise ValueError(f"a content holds {special}: {content!r}")
        opening = tokenizer.encode(f"<|{role}|>")
        said = tokenizer.encode(content)
        closing = tokenizer.encode(END)
        ids += opening + said + closing
        learned += [False] * len(opening)
        learned += [role == "assistant"] * len(said)
        learned += [role == "assistant"] * len(closing)
    return ids, np.array(learned)


@mistake("5.2 pad_chats", "too long", says="its last id is only predicted")
def pad_chats(chats, pad):
    B, T = len(chats), max(len(ids) for ids, _ in chats)
    inputs = np.full((B, T), pad)
    targets = np.full((B, T), pad)
    counted = np.zeros((B, T), dtype=bool)
    for b, (ids, learned) in enumerate(chats):
        n = len(ids) - 1
        inputs[b, :n] = ids[:-1]
        targets[b, :n] = ids[1:]
        counted[b, :n] = learned[1:]
    return inputs, targets, counted


@mistake("5.2 pad_chats", "one byte", says="more room than one byte")
def pad_chats(chats, pad):
    B, T = len(chats), max(len(ids) for ids, _ in chats) - 1
    inputs = np.full((B, T), pad, dtype=np.int8)
    targets = np.full((B, T), pad, dtype=np.int8)
    counted = np.zeros((B, T), dtype=bool)
    for b, (ids, learned) in enumerate(chats):
        n = len(ids) - 1
        inputs[b, :n] = ids[:-1]
        targets[b, :n] = ids[1:]
        counted[b, :n] = learned[1:]
    return inputs, targets, counted


@mistake("5.2 masked_cross_entropy", "0 and 1 choose rows", says="taken for the places of rows")
def masked_cross_entropy(logits, targets, counted):
    targets, counted = np.asarray(targets), np.asarray(counted)
    for given in (targets, counted):
        if given.shape != logits.shape[:-1]:
            raise ValueError(f"{given.shape} for {logits.shape}")
    if not counted.any():
        raise ValueError("nothing counts")
    return cross_entropy(logits[counted], targets[counted])


@mistake("5.2 render_chat", "whatever begins like one", says="<|end and |> are no special tokens")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"]
        if role not in ROLES:
            raise ValueError(f"not {role!r}")
        for token in SPECIAL_TOKENS:
            if token in content or "<|" in content:
                raise ValueError(f"no {token}: {content!r}")
        opening, said = tokenizer.encode(f"<|{role}|>"), tokenizer.encode(content + END)
        ids += opening + said
        learned += [False] * len(opening) + [role == "assistant"] * len(said)
    return ids, learned


@mistake("5.2 render_chat", "small letters", says="put into small letters")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for message in messages:
        role, content = message["role"], message["content"].lower()
        if role not in ROLES:
            raise ValueError(f"not {role!r}")
        for token in SPECIAL_TOKENS:
            if token in content:
                raise ValueError(f"no {token}: {content!r}")
        opening, said = tokenizer.encode(f"<|{role}|>"), tokenizer.encode(content + END)
        ids += opening + said
        learned += [False] * len(opening) + [role == "assistant"] * len(said)
    return ids, learned


@mistake("5.2 render_chat", "in turns", says="who speaks after whom is not for render_chat to say")
def render_chat(messages, tokenizer):
    ids, learned = [], []
    for before, message in zip([{"role": ""}, *messages], messages):
        role, content = message["role"], message["content"]
        if role not in ROLES or role == before["role"]:
            raise ValueError(f"not {role!r}")
        for token in SPECIAL_TOKENS:
            if token in content:
                raise ValueError(f"no {token}: {content!r}")
        opening, said = tokenizer.encode(f"<|{role}|>"), tokenizer.encode(content + END)
        ids += opening + said
        learned += [False] * len(opening) + [role == "assistant"] * len(said)
    return ids, learned


@mistake("5.2 chat_prompt", "the answer taken up", says="the last answer is taken up again")
def chat_prompt(messages, tokenizer):
    ids, _ = render_chat(messages, tokenizer)
    if messages[-1]["role"] == "assistant":
        return ids[:-1]
    return ids + tokenizer.encode("<|assistant|>")


@mistake("5.2 pad_chats", "rolled", says="as np.roll puts it")
def pad_chats(chats, pad):
    T = max(len(ids) for ids, _ in chats) - 1
    inputs, counted = np.full((len(chats), T), pad), np.zeros((len(chats), T), dtype=bool)
    for row, (ids, learned) in enumerate(chats):
        inputs[row, : len(ids) - 1] = ids[:-1]
        counted[row, : len(ids) - 1] = learned[1:]
    return inputs, np.roll(inputs, -1, axis=1), counted


@mistake(
    "5.2 masked_cross_entropy", "targets set to 0", says="targets, counted or logits are others"
)
def masked_cross_entropy(logits, targets, counted):
    targets, counted = np.asarray(targets), np.asarray(counted, bool)
    for given in (targets, counted):
        if given.shape != logits.shape[:-1]:
            raise ValueError(f"{logits.shape} and {given.shape}")
    if not counted.any():
        raise ValueError("none")
    targets[~counted] = 0
    return cross_entropy(logits[counted], targets[counted])


@mistake("5.2 masked_cross_entropy", "int64 alone", says="holds ints as well as int64 does")
def masked_cross_entropy(logits, targets, counted):
    counted = np.asarray(counted, bool)
    if targets.dtype != np.int64:
        raise TypeError(f"{targets.dtype}")
    for given in (targets, counted):
        if given.shape != logits.shape[:-1]:
            raise ValueError(f"{logits.shape} and {given.shape}")
    if not counted.any():
        raise ValueError("none")
    return cross_entropy(logits[counted], targets[counted])


@mistake("5.2 masked_cross_entropy", "shifted again", says="targets are shifted once more")
def masked_cross_entropy(logits, targets, counted):
    targets, counted = np.asarray(targets), np.asarray(counted, bool)
    for given in (targets, counted):
        if given.shape != logits.shape[:-1]:
            raise ValueError(f"{logits.shape} and {given.shape}")
    if not counted.any():
        raise ValueError("none")
    if targets.ndim == 2:
        logits, targets, counted = logits[:, :-1], targets[:, 1:], counted[:, 1:]
    return cross_entropy(logits[counted], targets[counted])


@mistake("5.2 masked_cross_entropy", "nan made a number", says="takes the place of nan")
def masked_cross_entropy(logits, targets, counted):
    targets, counted = np.asarray(targets), np.asarray(counted, bool)
    for given in (targets, counted):
        if given.shape != logits.shape[:-1]:
            raise ValueError(f"{logits.shape} and {given.shape}")
    if not counted.any():
        raise ValueError("none")
    taken = logits[counted]
    taken.data = np.nan_to_num(taken.data)
    return cross_entropy(taken, targets[counted])


@mistake("5.2 chat_prompt", "a new line", says="a new line follows the role, as in ChatML")
def chat_prompt(messages, tokenizer):
    ids, _ = render_chat(messages, tokenizer)
    return ids + tokenizer.encode("<|assistant|>\n")
