"""Wrong solutions of 5.2's preferences that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.2 token_log_probs", "not shifted", says="looked up where it stands, not where it is")
def token_log_probs(model, ids):
    log_probs = log_softmax(model(ids[:, :-1]))
    rows, places = np.indices(log_probs.shape[:-1])
    return log_probs[rows, places, ids[:, :-1]]


@mistake("5.2 token_log_probs", "the whole text is read", says="the last id is only predicted")
def token_log_probs(model, ids):
    log_probs = log_softmax(model(ids))[:, :-1]
    rows, places = np.indices(log_probs.shape[:-1])
    return log_probs[rows, places, ids[:, 1:]]


@mistake("5.2 token_log_probs", "logits", says="logits are taken for log-probabilities")
def token_log_probs(model, ids):
    logits = model(ids[:, :-1])
    rows, places = np.indices(logits.shape[:-1])
    return logits[rows, places, ids[:, 1:]]


@mistake("5.2 token_log_probs", "numbers without a graph", says="should be a Tensor")
def token_log_probs(model, ids):
    log_probs = log_softmax(model(ids[:, :-1])).data
    return np.take_along_axis(log_probs, ids[:, 1:, None], axis=-1)[..., 0]


@mistake("5.2 token_log_probs", "probabilities", says="probabilities come back")
def token_log_probs(model, ids):
    log_probs = log_softmax(model(ids[:, :-1]))
    rows, places = np.indices(log_probs.shape[:-1])
    return log_probs[rows, places, ids[:, 1:]].exp()


@mistake("5.2 log_probability", "a mean", says="the mean is taken, as in SimPO, and not the sum")
def log_probability(model, prompt, completion):
    if not len(prompt):
        raise ValueError("an empty prompt")
    log_probs = token_log_probs(model, np.array([[*prompt, *completion]]))
    return log_probs[0, len(prompt) - 1 :].mean()


@mistake("5.2 log_probability", "from the second token", says="from its second token on")
def log_probability(model, prompt, completion):
    if not len(prompt):
        raise ValueError("an empty prompt")
    log_probs = token_log_probs(model, np.array([[*prompt, *completion]]))
    return log_probs[0, len(prompt) :].sum()


@mistake("5.2 log_probability", "the prompt too", says="the prompt is scored too")
def log_probability(model, prompt, completion):
    if not len(prompt):
        raise ValueError("an empty prompt")
    return token_log_probs(model, np.array([[*prompt, *completion]])).sum()


@mistake("5.2 log_probability", "without the prompt", says="judged without its prompt")
def log_probability(model, prompt, completion):
    if not len(prompt):
        raise ValueError("an empty prompt")
    if len(completion) < 2:
        return token_log_probs(model, np.array([[*prompt, *completion]]))[0, -1:].sum()
    return token_log_probs(model, np.array([completion])).sum()


@mistake("5.2 log_probability", "the caller's list grows", says="lengthens the caller's list")
def log_probability(model, prompt, completion):
    if not len(prompt):
        raise ValueError("an empty prompt")
    n = len(prompt)
    prompt += completion
    return token_log_probs(model, np.array([prompt]))[0, n - 1 :].sum()


@mistake("5.2 log_probability", "any prompt", says="an empty prompt should raise ValueError")
def log_probability(model, prompt, completion):
    log_probs = token_log_probs(model, np.array([[*prompt, *completion]]))
    return log_probs[0, -len(completion) :].sum()


@mistake("5.2 log_sigmoid", "the logarithm of a sigmoid", says="a sigmoid that is 0")
def log_sigmoid(x):
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-x.data))
        y = np.log(p)
    return Tensor(y, (x,), (lambda g: g * (1 - p),), "log_sigmoid")


@mistake("5.2 log_sigmoid", "log without log1p", says="numpy has log1p for that")
def log_sigmoid(x):
    a = x.data
    e = np.exp(-np.abs(a))
    slope = np.where(a > 0, e, 1) / (1 + e)
    return Tensor(np.minimum(a, 0) - np.log(1 + e), (x,), (lambda g: g * slope,), "log_sigmoid")


@mistake("5.2 log_sigmoid", "the slope as 1 - p", says="loses its digits where the sigmoid")
def log_sigmoid(x):
    a = x.data
    e = np.exp(-np.abs(a))
    slope = 1 - np.where(a > 0, 1, e) / (1 + e)
    return Tensor(np.minimum(a, 0) - np.log1p(e), (x,), (lambda g: g * slope,), "log_sigmoid")


@mistake("5.2 log_sigmoid", "softplus", says="the sign is missing: softplus(-x)")
def log_sigmoid(x):
    a = x.data
    e = np.exp(-np.abs(a))
    slope = np.where(a > 0, e, 1) / (1 + e)
    return Tensor(np.log1p(e) - np.minimum(a, 0), (x,), (lambda g: -g * slope,), "log_sigmoid")


@mistake("5.2 log_sigmoid", "the slope of the wrong side", says="sigmoid(x), and not sigmoid(-x)")
def log_sigmoid(x):
    a = x.data
    e = np.exp(-np.abs(a))
    slope = np.where(a > 0, 1, e) / (1 + e)
    return Tensor(np.minimum(a, 0) - np.log1p(e), (x,), (lambda g: g * slope,), "log_sigmoid")


@mistake("5.2 log_sigmoid", "several nodes", says="should be one node")
def log_sigmoid(x):
    return -((-x).exp() + 1.0).log()


@mistake("5.2 reward_loss", "exchanged", says="chosen and rejected are exchanged")
def reward_loss(chosen, rejected):
    if chosen.shape != rejected.shape:
        raise ValueError(f"{chosen.shape} {rejected.shape}")
    return -log_sigmoid(rejected - chosen).mean()


@mistake("5.2 reward_loss", "a sum", says="losses are added, not averaged")
def reward_loss(chosen, rejected):
    if chosen.shape != rejected.shape:
        raise ValueError(f"{chosen.shape} {rejected.shape}")
    return -log_sigmoid(chosen - rejected).sum()


@mistake("5.2 reward_loss", "the sign", says="the sign is missing")
def reward_loss(chosen, rejected):
    if chosen.shape != rejected.shape:
        raise ValueError(f"{chosen.shape} {rejected.shape}")
    return log_sigmoid(chosen - rejected).mean()


@mistake("5.2 reward_loss", "the mean first", says="the mean difference is taken first")
def reward_loss(chosen, rejected):
    if chosen.shape != rejected.shape:
        raise ValueError(f"{chosen.shape} {rejected.shape}")
    return -log_sigmoid((chosen - rejected).mean())


@mistake("5.2 reward_loss", "each against each", says="rewards (3,) and (3, 1) should raise")
def reward_loss(chosen, rejected):
    if len(chosen.data) != np.size(rejected.data):
        raise ValueError(f"{chosen.shape} {rejected.shape}")
    return -log_sigmoid(chosen - rejected).mean()


@mistake("5.2 reward_loss", "the chosen alone", says="only the reward of the chosen counts")
def reward_loss(chosen, rejected):
    if chosen.shape != rejected.shape:
        raise ValueError(f"{chosen.shape} {rejected.shape}")
    return -log_sigmoid(chosen).mean()


@mistake("5.2 frozen_copy", "the model itself", says="the model itself came back")
def frozen_copy(model):
    return model


@mistake("5.2 frozen_copy", "a shallow copy", says="the copy holds the very Tensors of the model")
def frozen_copy(model):
    return copy.copy(model)


@mistake("5.2 frozen_copy", "not frozen", says="of the copy still require a gradient")
def frozen_copy(model):
    return copy.deepcopy(model)


@mistake(
    "5.2 frozen_copy",
    "the model is frozen",
    says="whether the model's own parameters require a gradient has changed",
)
def frozen_copy(model):
    reference = copy.deepcopy(model)
    for parameter in [*model.parameters(), *reference.parameters()]:
        parameter.requires_grad = False
    return reference


@mistake("5.2 frozen_copy", "arrays are shared", says="here both hold the same ones")
def frozen_copy(model):
    reference = copy.deepcopy(model)
    for mine, its in zip(reference.parameters(), model.parameters()):
        mine.requires_grad, mine.data = False, its.data
    return reference


@mistake("5.2 dpo_loss", "the sign", says="chosen and rejected are exchanged")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"{beta}")
    gain, loss = chosen - ref_chosen.detach(), rejected - ref_rejected.detach()
    return reward_loss(loss * beta, gain * beta)


@mistake("5.2 dpo_loss", "no reference", says="the reference is left out")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"{beta}")
    return reward_loss(chosen * beta, rejected * beta)


@mistake("5.2 dpo_loss", "the sign of the reference", says="the reference is added, not subtracted")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"{beta}")
    gain, loss = chosen + ref_chosen.detach(), rejected + ref_rejected.detach()
    return reward_loss(gain * beta, loss * beta)


@mistake("5.2 dpo_loss", "the reference is trained", says="the reference would be trained too")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"{beta}")
    return reward_loss((chosen - ref_chosen) * beta, (rejected - ref_rejected) * beta)


@mistake("5.2 dpo_loss", "beta left out", says="beta is left out")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"{beta}")
    return reward_loss(chosen - ref_chosen.detach(), rejected - ref_rejected.detach())


@mistake("5.2 dpo_loss", "beta as a temperature", says="it is divided by beta")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"{beta}")
    gain, loss = chosen - ref_chosen.detach(), rejected - ref_rejected.detach()
    return reward_loss(gain * (1 / beta), loss * (1 / beta))


@mistake("5.2 dpo_loss", "beta on the outside", says="beta is multiplied with the loss")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"{beta}")
    gain, loss = chosen - ref_chosen.detach(), rejected - ref_rejected.detach()
    return reward_loss(gain, loss) * beta


@mistake("5.2 dpo_loss", "IPO", says="it is the squared loss of IPO")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"{beta}")
    margin = (chosen - ref_chosen.detach()) - (rejected - ref_rejected.detach())
    return ((margin - 1 / (2 * beta)) ** 2).mean()


@mistake("5.2 dpo_loss", "any beta", says="beta 0 should raise ValueError")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    gain, loss = chosen - ref_chosen.detach(), rejected - ref_rejected.detach()
    return reward_loss(gain * beta, loss * beta)


@mistake(
    "5.2 token_log_probs",
    "the log of softmax",
    says="rounded to 0",
    prelude="from ..phase4_llms.tensor import softmax",
)
def token_log_probs(model, ids):
    ids = np.asarray(ids)
    B, T = ids.shape
    log_p = softmax(model(ids[:, :-1])).log()
    return log_p[np.arange(B)[:, None], np.arange(T - 1), ids[:, 1:]]


@mistake("5.2 log_probability", "the prompt cut", says="only the last token is read")
def log_probability(model, prompt, completion):
    if len(prompt) == 0:
        raise ValueError("an empty prompt predicts nothing")
    return token_log_probs(model, np.array([[prompt[-1], *completion]]))[0].sum()


@mistake("5.2 frozen_copy", "the model in eval mode", says="into train or eval mode")
def frozen_copy(model):
    twin = copy.deepcopy(model)
    for parameter in twin.parameters():
        parameter.requires_grad = False
    model.eval()
    return twin


@mistake("5.2 log_probability", "a short memory", says="only the last two tokens are read")
def log_probability(model, prompt, completion):
    if not prompt:
        raise ValueError("no prompt")
    prompt = prompt[-2:]
    ids = np.array([prompt + completion])
    return token_log_probs(model, ids)[0, len(prompt) - 1 :].sum()


@mistake("5.2 log_sigmoid", "two cases and a gap", says="is left out of both cases")
def log_sigmoid(x):
    a = x.data
    e = np.exp(-np.abs(a))
    slope = np.where(a > 0, e / (1 + e), np.where(a < 0, 1 / (1 + e), 1.0)).astype(a.dtype)
    return Tensor(np.minimum(a, 0) - np.log1p(e), (x,), (lambda g: g * slope,), "log_sigmoid")


@mistake("5.2 frozen_copy", "the blocks of the model", says="both move together")
def frozen_copy(model):
    twin = copy.copy(model)
    for name, part in vars(model).items():
        if name != "blocks":
            setattr(twin, name, copy.deepcopy(part))
    for p in twin.parameters():
        p.requires_grad = False
    return twin


@mistake("5.2 dpo_loss", "beta up to 1", says="as large as one likes")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not 0 < beta <= 1:
        raise ValueError(f"beta {beta}")
    return reward_loss(
        beta * (chosen - ref_chosen.detach()), beta * (rejected - ref_rejected.detach())
    )


@mistake("5.2 dpo_loss", "the reference switched off", says="detach makes a constant of it")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"beta {beta}")
    ref_chosen.requires_grad = ref_rejected.requires_grad = False
    return reward_loss(beta * (chosen - ref_chosen), beta * (rejected - ref_rejected))


@mistake("5.2 reward_loss", "by hand", says="of the difference overflows")
def reward_loss(chosen, rejected):
    if chosen.shape != rejected.shape:
        raise ValueError(f"{chosen.shape} and {rejected.shape}")
    return ((rejected - chosen).exp() + 1).log().mean()


@mistake("5.2 token_log_probs", "the first axis", says="the softmax runs over the texts")
def token_log_probs(model, ids):
    log_probs = log_softmax(model(ids[:, :-1]), axis=0)
    rows, places = np.indices(log_probs.shape[:-1])
    return log_probs[rows, places, ids[:, 1:]]


@mistake("5.2 token_log_probs", "text by text", says="call by call the model read [[[0, 1, 2]], [[")
def token_log_probs(model, ids):
    each = [log_softmax(model(row[None, :-1]))[0] for row in ids]
    rows = [row[np.arange(len(text) - 1), text[1:]] for row, text in zip(each, ids)]
    return sum(row * (np.arange(len(ids)) == b)[:, None] for b, row in enumerate(rows))


@mistake("5.2 dpo_loss", "each by itself", says="each answer is judged by itself")
def dpo_loss(chosen, rejected, ref_chosen, ref_rejected, beta):
    if not beta > 0:
        raise ValueError(f"not {beta}")
    gain, loss = chosen - ref_chosen.detach(), rejected - ref_rejected.detach()
    return -(log_sigmoid(gain * beta).mean() + log_sigmoid(loss * -beta).mean())
