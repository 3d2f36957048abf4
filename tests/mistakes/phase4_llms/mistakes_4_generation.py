"""Wrong solutions of 4.4's generation that its specs reject by name."""

from tests.mistakes import mistake

CHECKS = """
def check(logits, temperature, top_k, top_p):
    logits = np.asarray(logits, dtype=np.float64)
    if logits.ndim != 1 or not logits.size:
        raise ValueError(f"{logits.shape}")
    if not np.isfinite(logits.max()):
        raise ValueError(f"{logits.max()}")
    if not 0 <= temperature < np.inf:
        raise ValueError(f"{temperature}")
    if top_k is not None and (not isinstance(top_k, Integral) or top_k < 1):
        raise ValueError(f"{top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"{top_p}")
    return logits


def softmax(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()


import numpy as np
from numbers import Integral
"""


@mistake("4.4 KVCache.__init__", "it begins at one", says="a new cache has length 1")
def __init__(self):
    self.length = 1
    self.k = self.v = None


@mistake("4.4 KVCache.extend", "only the new ones", says="only the new ones come back")
def extend(self, k, v):
    if self.length:
        self.k = concatenate([self.k, k], axis=-2)
        self.v = concatenate([self.v, v], axis=-2)
    else:
        self.k, self.v = k, v
    self.length = self.k.shape[-2]
    return k, v


@mistake("4.4 KVCache.extend", "off by one", says="the last of the old ones is written over")
def extend(self, k, v):
    if self.length:
        k = concatenate([self.k[:, :, :-1], k], axis=-2)
        v = concatenate([self.v[:, :, :-1], v], axis=-2)
    self.k, self.v, self.length = k, v, k.shape[-2]
    return k, v


@mistake("4.4 KVCache.extend", "in front", says="new ones are put in front of the old")
def extend(self, k, v):
    if self.length:
        k = concatenate([k, self.k], axis=-2)
        v = concatenate([v, self.v], axis=-2)
    self.k, self.v, self.length = k, v, k.shape[-2]
    return k, v


@mistake("4.4 KVCache.extend", "calls are counted", says="calls are counted, not positions")
def extend(self, k, v):
    if self.length:
        k = concatenate([self.k, k], axis=-2)
        v = concatenate([self.v, v], axis=-2)
    self.k, self.v, self.length = k, v, self.length + 1
    return k, v


@mistake(
    "4.4 sample",
    "top-p drops the token that crosses the line",
    says="the token that crosses the line is dropped",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        keep = np.cumsum(probs) <= top_p
        keep[0] = True
        probs = np.where(keep, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake(
    "4.4 sample",
    "temperature on probabilities",
    says="probabilities are divided by the temperature, not logits",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order])
    if temperature != 1:
        probs = softmax(probs / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake(
    "4.4 sample",
    "temperature multiplied",
    says="logits are multiplied by the temperature",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] * temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake("4.4 sample", "top_k after top_p", says="top_p is applied before top_k", prelude=CHECKS)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    order, probs = order[:top_k], probs[:top_k]
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake(
    "4.4 sample",
    "temperature after top_p",
    says="top_p is applied before the temperature",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order])
    if top_p is not None:
        order = order[np.cumsum(probs) - probs < top_p]
    probs = softmax(logits[order] / temperature)
    return int((rng or np.random.default_rng()).choice(order, p=probs))


@mistake("4.4 sample", "a generator alone will do", says="rng may be a seed", prelude=CHECKS)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    rng = np.random.default_rng() if rng is None else rng
    return int(rng.choice(order, p=probs / probs.sum()))


@mistake("4.4 sample", "a threshold keeps all ties", says="all that equal the k-th", prelude=CHECKS)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    if top_k is not None:
        least = np.sort(logits)[-min(top_k, len(logits))]
        logits = np.where(logits < least, -np.inf, logits)
    probs = softmax(logits / temperature)
    if top_p is not None:
        order = np.argsort(-probs, kind="stable")
        before = np.cumsum(probs[order]) - probs[order]
        probs[order[before >= top_p]] = 0.0
    probs /= probs.sum()
    return int((rng or np.random.default_rng()).choice(len(probs), p=probs))


@mistake("4.4 sample", "temperature 0 divides", says="sample of nan", prelude=CHECKS)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    if temperature == 0:
        return int(np.asarray(logits).argmax())
    logits = check(logits, temperature, top_k, top_p)
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake(
    "4.4 sample",
    "settings are checked after temperature 0",
    says="sample with {'temperature': 0.0, 'top_k': 0}",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    if temperature == 0:
        return int(check(logits, temperature, None, None).argmax())
    logits = check(logits, temperature, top_k, top_p)
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake("4.4 generate", "from the first position", says="the logits of the first position are")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, 0], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "no cache", says="all is computed again for each token")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "the prompt grows", says="a list is handed over, not copied")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    block_size = model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "left in eval mode", says="trains without dropout from then on")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    model.eval()
    with no_grad():
        for _ in range(n):
            if len(ids) <= block_size:
                logits = model(np.array([ids[caches[0].length :]]), caches)
            else:
                logits = model(np.array([ids[-block_size:]]))
            ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
            if ids[-1] == stop:
                break
    return ids


@mistake("4.4 generate", "the seed for each token", says="a seed that is handed to sample for each")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    sample(np.zeros(2), temperature, top_k, top_p, 0)
    modes = [(module, module.training) for module in model.modules()]
    caches = [KVCache() for _ in model.blocks]
    model.eval()
    with no_grad():
        for _ in range(n):
            if len(ids) <= block_size:
                logits = model(np.array([ids[caches[0].length :]]), caches)
            else:
                logits = model(np.array([ids[-block_size:]]))
            ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
            if ids[-1] == stop:
                break
    for module, mode in modes:
        module.training = mode
    return ids


@mistake("4.4 generate", "the mode after an error", says="after generate was stopped by an error")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    sample(np.zeros(2), temperature, top_k, top_p, 0)
    rng = np.random.default_rng(rng)
    modes = [(module, module.training) for module in model.modules()]
    caches = [KVCache() for _ in model.blocks]
    model.eval()
    with no_grad():
        for _ in range(n):
            if len(ids) <= block_size:
                logits = model(np.array([ids[caches[0].length :]]), caches)
            else:
                logits = model(np.array([ids[-block_size:]]))
            ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
            if ids[-1] == stop:
                break
    for module, mode in modes:
        module.training = mode
    return ids


@mistake("4.4 generate", "always left in train mode", says="the model was in eval mode, and is not")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        model.train()
    return ids


@mistake("4.4 generate", "a graph is recorded", says="the model's results have parents")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        for _ in range(n):
            if len(ids) <= block_size:
                logits = model(np.array([ids[caches[0].length :]]), caches)
            else:
                logits = model(np.array([ids[-block_size:]]))
            ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
            if ids[-1] == stop:
                break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "the whole prompt with a full cache", says="a token that is given twice")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for i in range(n):
                if len(ids) <= block_size:
                    new = ids if i == 0 else ids[-2:]
                    logits = model(np.array([new]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "the caches grow beyond the context", says="the model was to see 5 tokens")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids = list(ids)
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                logits = model(np.array([ids[caches[0].length :]]), caches)
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "stop is tested for truth", says="stop = 0 should end")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if stop and ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 KVCache.extend", "along the heads", says="time is the last axis but one")
def extend(self, k, v):
    if self.length:
        k = concatenate([self.k, k], axis=1)
        v = concatenate([self.v, v], axis=1)
    self.k, self.v, self.length = k, v, k.shape[-2]
    return k, v


@mistake("4.4 KVCache.extend", "keys in front of values", says="the old ones are of the other kind")
def extend(self, k, v):
    if self.length:
        v = concatenate([self.k, v], axis=-2)
        k = concatenate([self.k, k], axis=-2)
    self.k, self.v, self.length = k, v, k.shape[-2]
    return k, v


@mistake("4.4 KVCache.extend", "the heads are counted", says="the second axis is counted")
def extend(self, k, v):
    if self.length:
        k = concatenate([self.k, k], axis=-2)
        v = concatenate([self.v, v], axis=-2)
    self.k, self.v, self.length = k, v, k.shape[1]
    return k, v


@mistake("4.4 KVCache.extend", "nothing comes back", says="extend returned None")
def extend(self, k, v):
    if self.length:
        k = concatenate([self.k, k], axis=-2)
        v = concatenate([self.v, v], axis=-2)
    self.k, self.v, self.length = k, v, k.shape[-2]


@mistake("4.4 KVCache.extend", "arrays come back", says="keys came back as ndarray")
def extend(self, k, v):
    if self.length:
        k = concatenate([self.k, k], axis=-2)
        v = concatenate([self.v, v], axis=-2)
    self.k, self.v, self.length = k, v, k.shape[-2]
    return k.data, v.data


@mistake(
    "4.4 sample",
    "in the caller's array",
    says="write into the array that was given",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    logits /= temperature
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order])
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake("4.4 sample", "exp of what came", says="subtract the largest logit first", prelude=CHECKS)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = np.exp(logits[order] / temperature)
    probs /= probs.sum()
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake(
    "4.4 sample",
    "top-p from the least likely, as Transformers does",
    says="the last of equals go first, as in Transformers",
    prelude=CHECKS,
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        upwards = np.argsort(probs, kind="stable")
        gone = np.cumsum(probs[upwards]) <= 1 - top_p
        gone[-1] = False
        probs[upwards[gone]] = 0.0
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake("4.4 sample", "unstable among equals", says="only if it is stable", prelude=CHECKS)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits)[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
    return int((rng or np.random.default_rng()).choice(order, p=probs / probs.sum()))


@mistake("4.4 generate", "the mode of the model alone", says="a module inside of it is not")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        model.training = was_training
    return ids


@mistake("4.4 generate", "stop compared with is", says="it goes on after the stop token")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] is stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 generate", "the prompt token by token", says="the prompt is given token by token")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{ids}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    while caches[0].length < len(ids):
                        logits = model(np.array([[ids[caches[0].length]]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake(
    "4.4 sample", "a draw above the sum", says="add up to a little less than 1", prelude=CHECKS
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = check(logits, temperature, top_k, top_p)
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    probs = softmax(logits[order] / temperature)
    if top_p is not None:
        probs = np.where(np.cumsum(probs) - probs < top_p, probs, 0.0)
        probs /= probs.sum()
    draw = (rng or np.random.default_rng()).random()
    place = np.searchsorted(np.cumsum(probs), draw, side="right")
    return int(order[min(place, len(order) - 1)])


@mistake("4.4 generate", "all put into train mode", says="each module needs its own mode back")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    if not len(ids) or n < 0:
        raise ValueError(f"{len(ids)}, {n}")
    ids, block_size = list(ids), model.config.block_size
    rng = rng or np.random.default_rng()
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
        else:
            model.eval()
    return ids


@mistake("4.4 generate", "several prompts are taken for one", says="where one row of tokens is")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    ids, block_size = np.ravel(ids).tolist(), model.config.block_size
    if not ids:
        raise ValueError("no prompt")
    if n < 0:
        raise ValueError(f"n tokens to add cannot be below 0: {n}")
    rng = np.random.default_rng(rng)
    caches = [KVCache() for _ in model.blocks]
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        if was_training:
            model.train()
    return ids


@mistake("4.4 sample", "the mask is dropped", says="so that what it hides is drawn")
def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    logits = np.asarray(logits, dtype=np.float64)
    if logits.ndim != 1 or not logits.size:
        raise ValueError(f"{logits.shape}")
    if not np.isfinite(logits.max()):
        raise ValueError(f"{logits.max()}")
    if not 0 <= temperature < np.inf:
        raise ValueError(f"{temperature}")
    if top_k is not None and (not isinstance(top_k, Integral) or top_k < 1):
        raise ValueError(f"{top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"{top_p}")
    if temperature == 0:
        return int(logits.argmax())
    order = np.argsort(-logits, kind="stable")[:top_k]
    shares = np.exp((logits[order] - logits.max()) / temperature)
    probs = shares / shares.sum()
    if top_p is not None:
        before = np.cumsum(probs) - probs
        probs = np.where(before < top_p, probs, 0.0)
        probs /= probs.sum()
    return int(np.random.default_rng(rng).choice(order, p=probs))


@mistake("4.4 generate", "any stop", says="no token is ever equal to it")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    prompt = np.asarray(ids)
    if prompt.ndim != 1 or not prompt.size:
        raise ValueError(f"{prompt.shape}")
    if n < 0:
        raise ValueError(f"{n}")
    ids, block_size = prompt.tolist(), model.config.block_size
    rng = np.random.default_rng(rng)
    caches = [KVCache() for _ in model.blocks]
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if ids[-1] == stop:
                    break
    finally:
        for module, training in modes:
            module.training = training
    return ids


@mistake("4.4 generate", "a stop of numpy is never met", says="not the same object")
def generate(model, ids, n, temperature=1.0, top_k=None, top_p=None, rng=None, stop=None):
    prompt = np.asarray(ids)
    if prompt.ndim != 1 or not prompt.size:
        raise ValueError(f"{prompt.shape}")
    if n < 0:
        raise ValueError(f"{n}")
    if stop is not None and not isinstance(stop, Integral):
        raise TypeError(f"{type(stop).__name__}")
    ids, block_size = prompt.tolist(), model.config.block_size
    rng = np.random.default_rng(rng)
    caches = [KVCache() for _ in model.blocks]
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with no_grad():
            for _ in range(n):
                if len(ids) <= block_size:
                    logits = model(np.array([ids[caches[0].length :]]), caches)
                else:
                    logits = model(np.array([ids[-block_size:]]))
                ids.append(sample(logits.data[0, -1], temperature, top_k, top_p, rng))
                if type(stop) is int and ids[-1] == stop:
                    break
    finally:
        for module, training in modes:
            module.training = training
    return ids
