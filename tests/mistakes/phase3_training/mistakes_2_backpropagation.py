"""Wrong solutions of 3.2 that its specs reject by name."""

from tests.mistakes import mistake

# ---- train_step


@mistake("3.2 train_step", "gradients not zeroed", says="added to what was left over")
def train_step(model, inputs, targets, loss, lr):
    total = sum(loss(model(x), y) for x, y in zip(inputs, targets)) / len(inputs)
    total.backward()
    gradient_descent_step(model.parameters(), lr)
    return total.data


@mistake("3.2 train_step", "sum for mean", says="added, not averaged")
def train_step(model, inputs, targets, loss, lr):
    model.zero_grad()
    total = sum(loss(model(x), y) for x, y in zip(inputs, targets))
    total.backward()
    gradient_descent_step(model.parameters(), lr)
    return total.data


@mistake("3.2 train_step", "1/N twice", says="divided by the number of examples once more")
def train_step(model, inputs, targets, loss, lr):
    model.zero_grad()
    total = sum(loss(model(x), y) for x, y in zip(inputs, targets)) / len(inputs)
    total.backward()
    gradient_descent_step(model.parameters(), lr / len(inputs))
    return total.data


@mistake("3.2 train_step", "a step for each example", says="a step is taken after each example")
def train_step(model, inputs, targets, loss, lr):
    losses = []
    for x, y in zip(inputs, targets):
        model.zero_grad()
        one = loss(model(x), y)
        one.backward()
        gradient_descent_step(model.parameters(), lr)
        losses.append(one.data)
    return sum(losses) / len(losses)


@mistake("3.2 train_step", "the loss after the step", says="measured after the step")
def train_step(model, inputs, targets, loss, lr):
    def mean():
        return sum(loss(model(x), y) for x, y in zip(inputs, targets)) / len(inputs)

    model.zero_grad()
    mean().backward()
    gradient_descent_step(model.parameters(), lr)
    return mean().data


@mistake("3.2 train_step", "a Value is returned", says="keep the graph of every step alive")
def train_step(model, inputs, targets, loss, lr):
    model.zero_grad()
    total = sum(loss(model(x), y) for x, y in zip(inputs, targets)) / len(inputs)
    total.backward()
    gradient_descent_step(model.parameters(), lr)
    return total


@mistake("3.2 train_step", "the last layer alone", says="only the last layer is moved")
def train_step(model, inputs, targets, loss, lr):
    model.zero_grad()
    total = sum(loss(model(x), y) for x, y in zip(inputs, targets)) / len(inputs)
    total.backward()
    last = model.layers[-1] if hasattr(model, "layers") else model
    gradient_descent_step(last.parameters(), lr)
    return total.data


# ---- train


@mistake("3.2 train", "one step, listed often", says="the model never moves")
def train(model, inputs, targets, loss, lr, steps):
    return [train_step(model, inputs, targets, loss, lr)] * steps


@mistake("3.2 train", "it gives up", says="training stops when the loss rises")
def train(model, inputs, targets, loss, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(train_step(model, inputs, targets, loss, lr))
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
    return losses


@mistake("3.2 train", "a copy is trained", says="the caller's is not", prelude="import copy")
def train(model, inputs, targets, loss, lr, steps):
    model = copy.deepcopy(model)
    return [train_step(model, inputs, targets, loss, lr) for _ in range(steps)]


@mistake("3.2 train", "the plateau is taken for the end", says=("75 %", "stuck, not solved"))
def train(model, inputs, targets, loss, lr, steps):
    losses = []
    while len(losses) < steps:
        losses.append(train_step(model, inputs, targets, loss, lr))
        if losses[-1] < 0.55 and steps == 120:  # three of the four points are right
            break
    return losses


@mistake("3.2 train", "a small loss is enough", says="however small a")
def train(model, inputs, targets, loss, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(train_step(model, inputs, targets, loss, lr))
        if losses[-1] < 1e-3:
            break
    return losses


@mistake("3.2 train", "it stops where nothing changes", says="even if it stays as it was")
def train(model, inputs, targets, loss, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(train_step(model, inputs, targets, loss, lr))
        if len(losses) > 1 and losses[-1] == losses[-2]:
            break
    return losses


# ---- linear layers


@mistake("3.2 linear_forward", "no bias", says="b is left out")
def linear_forward(X, W, b):
    return X @ W


@mistake("3.2 linear_forward", "PyTorch's weights", says="W is transposed")
def linear_forward(X, W, b):
    return X @ W.T + b


@mistake("3.2 linear_backward", "W not transposed", says="W is not transposed")
def linear_backward(dY, X, W):
    return dY @ W, X.T @ dY, dY.sum(axis=0)


@mistake("3.2 linear_backward", "dW transposed", says="dW itself is transposed")
def linear_backward(dY, X, W):
    return dY @ W.T, dY.T @ X, dY.sum(axis=0)


@mistake("3.2 linear_backward", "db not summed", says="db is not summed over the examples")
def linear_backward(dY, X, W):
    return dY @ W.T, X.T @ dY, dY


@mistake("3.2 linear_backward", "divided by N here", says="divided by the number of examples")
def linear_backward(dY, X, W):
    return dY @ W.T, X.T @ dY / len(X), dY.mean(axis=0)


# ---- activations


@mistake("3.2 relu_backward", "the values, not the slope", says="multiplied by Z")
def relu_backward(dA, Z):
    return dA * np.maximum(0, Z)


@mistake("3.2 relu_backward", "1 at 0", says="the derivative at 0 is taken to be 1")
def relu_backward(dA, Z):
    return dA * (Z >= 0)


@mistake("3.2 relu_backward", "in place", says="dA changed in place")
def relu_backward(dA, Z):
    dA[Z <= 0] = 0
    return dA


@mistake("3.2 tanh_backward", "A taken for Z", says="A is taken for what went into the tanh")
def tanh_backward(dA, A):
    return dA * (1 - np.tanh(A) ** 2)


@mistake("3.2 tanh_backward", "in place", says="dA changed in place")
def tanh_backward(dA, A):
    dA *= 1 - A * A
    return dA


# ---- softmax_cross_entropy


@mistake("3.2 softmax_cross_entropy", "1/N never", says="1/N is missing")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return float(-log_probs[np.arange(n), targets].mean()), dlogits


@mistake("3.2 softmax_cross_entropy", "1/N twice", says="1/N is there twice")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return float(-log_probs[np.arange(n), targets].mean()), dlogits / n / n


@mistake("3.2 softmax_cross_entropy", "all rows, all targets", says="the classes of all")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[:, targets] -= 1
    return float(-log_probs[:, targets].mean()), dlogits / n


@mistake(
    "3.2 softmax_cross_entropy", "over the examples", says="the softmax runs over the examples"
)
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    shifted = logits - logits.max(axis=0)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=0))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return float(-log_probs[np.arange(n), targets].mean()), dlogits / n


@mistake("3.2 softmax_cross_entropy", "no shift", says="exp overflows")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    dlogits = probs.copy()
    dlogits[np.arange(n), targets] -= 1
    return float(-np.log(probs[np.arange(n), targets]).mean()), dlogits / n


@mistake("3.2 softmax_cross_entropy", "log of a rounded 0", says="rounded to 0 before its log")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = e / e.sum(axis=1, keepdims=True)
    dlogits = probs.copy()
    dlogits[np.arange(n), targets] -= 1
    return float(-np.log(probs[np.arange(n), targets]).mean()), dlogits / n


@mistake("3.2 softmax_cross_entropy", "one maximum for all", says="the highest score of them all")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    shifted = logits - logits.max()
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return float(-log_probs[np.arange(n), targets].mean()), dlogits / n


@mistake("3.2 softmax_cross_entropy", "shifted in place", says="logits changed in place")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    if targets.min() < 0 or targets.max() >= k:
        raise IndexError(f"{targets} not in 0 to {k - 1}")
    logits -= logits.max(axis=1, keepdims=True)
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return float(-log_probs[np.arange(n), targets].mean()), dlogits / n


@mistake("3.2 softmax_cross_entropy", "-1 is the last class", says="numpy counts -1 from the end")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return float(-log_probs[np.arange(n), targets].mean()), dlogits / n


@mistake("3.2 softmax_cross_entropy", "only the last target is looked at", says="class -1 of three")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    if not 0 <= targets[-1] < k:
        raise IndexError(f"{targets.min()} {targets.max()} 0 to {k - 1}")
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(n)
    d = np.exp(log_probs)
    d[rows, targets] -= 1
    return float(-log_probs[rows, targets].mean()), d / n


@mistake(
    "3.2 softmax_cross_entropy", "the loss is an array without axes", says="and should be a number"
)
def softmax_cross_entropy(logits, targets):
    n, n_classes = logits.shape
    if targets.min() < 0 or targets.max() >= n_classes:
        raise IndexError(f"{targets.min()} or {targets.max()} is not from 0 to {n_classes - 1}")
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return np.array(-log_probs[np.arange(n), targets].mean()), dlogits / n


@mistake("3.2 softmax_cross_entropy", "NaN is left out of the mean", says="left out of the mean")
def softmax_cross_entropy(logits, targets):
    n, n_classes = logits.shape
    if targets.min() < 0 or targets.max() >= n_classes:
        raise IndexError(f"{targets.min()} or {targets.max()} is not from 0 to {n_classes - 1}")
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return float(-np.nanmean(log_probs[np.arange(n), targets])), dlogits / n


# ---- unbroadcast


@mistake("3.2 unbroadcast", "size-1 axes forgotten", says="axes of size 1 are forgotten")
def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    return grad


@mistake("3.2 unbroadcast", "leading axes forgotten", says="leading axes are forgotten")
def unbroadcast(grad, shape):
    for axis, size in enumerate(shape[::-1], start=1):
        if size == 1:
            grad = grad.sum(axis=-axis, keepdims=True)
    return grad


@mistake("3.2 unbroadcast", "keepdims forgotten", says="axes of size 1 are summed, but lost")
def unbroadcast(grad, shape):
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    return grad.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1))


@mistake("3.2 unbroadcast", "matched from the left", says="matched from the left")
def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=-1)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


# ---- embedding_backward


@mistake("3.2 embedding_backward", "+= with a list of rows", says="the last look-up of a row wins")
def embedding_backward(dout, ids, n_rows):
    dtable = np.zeros((n_rows, dout.shape[-1]))
    dtable[ids] += dout
    return dtable


@mistake("3.2 embedding_backward", "a loop over sentences", says="within a sentence are lost")
def embedding_backward(dout, ids, n_rows):
    dtable = np.zeros((n_rows, dout.shape[-1]))
    for row, d in zip(ids, dout):
        dtable[row] += d
    return dtable


# ---- two layers


@mistake("3.2 two_layer_forward", "no tanh", says="there is no tanh between the layers")
def two_layer_forward(X, W1, b1, W2, b2):
    Z = linear_forward(X, W1, b1)
    return linear_forward(Z, W2, b2), (X, W1, Z, W2)


@mistake(
    "3.2 two_layer_forward", "Z kept for A", says="z stands in the cache, where tanh(z) belongs"
)
def two_layer_forward(X, W1, b1, W2, b2):
    Z = linear_forward(X, W1, b1)
    return linear_forward(np.tanh(Z), W2, b2), (X, W1, Z, W2)


@mistake(
    "3.2 two_layer_forward",
    "one cache for all",
    says="by the first cache, after another forward pass",
    prelude="CACHE = []",
)
def two_layer_forward(X, W1, b1, W2, b2):
    A = np.tanh(linear_forward(X, W1, b1))
    CACHE[:] = [X, W1, A, W2]
    return linear_forward(A, W2, b2), CACHE


@mistake("3.2 two_layer_forward", "a sigmoid for tanh", says="a sigmoid stands where tanh belongs")
def two_layer_forward(X, W1, b1, W2, b2):
    A = 1 / (1 + np.exp(-linear_forward(X, W1, b1)))
    return linear_forward(A, W2, b2), (X, W1, A, W2)


@mistake(
    "3.2 two_layer_forward",
    "one cache for all passes",
    says="newest forward pass has left",
    prelude="KEPT = []",
)
def two_layer_forward(X, W1, b1, W2, b2):
    A = np.tanh(linear_forward(X, W1, b1))
    KEPT[:] = [X, W1, A, W2]
    return linear_forward(A, W2, b2), KEPT


@mistake("3.2 two_layer_backward", "tanh twice", says="tanh is taken twice")
def two_layer_backward(dlogits, cache):
    X, W1, A, W2 = cache
    dA, dW2, db2 = linear_backward(dlogits, A, W2)
    _, dW1, db1 = linear_backward(tanh_backward(dA, np.tanh(A)), X, W1)
    return dW1, db1, dW2, db2


@mistake("3.2 two_layer_backward", "the slope of Z", says="1 - z², of what went into the tanh")
def two_layer_backward(dlogits, cache):
    X, W1, A, W2 = cache
    dA, dW2, db2 = linear_backward(dlogits, A, W2)
    _, dW1, db1 = linear_backward(tanh_backward(dA, np.arctanh(A)), X, W1)
    return dW1, db1, dW2, db2


@mistake("3.2 two_layer_backward", "dW2 of Z", says="dw2 takes z, where it needs tanh(z)")
def two_layer_backward(dlogits, cache):
    X, W1, A, W2 = cache
    dA, dW2, db2 = linear_backward(dlogits, np.arctanh(A), W2)
    _, dW1, db1 = linear_backward(tanh_backward(dA, A), X, W1)
    return dW1, db1, dW2, db2


@mistake("3.2 two_layer_backward", "1/N here too", says="1/N is there twice")
def two_layer_backward(dlogits, cache):
    X, W1, A, W2 = cache
    dA, dW2, db2 = linear_backward(dlogits / len(X), A, W2)
    _, dW1, db1 = linear_backward(tanh_backward(dA, A), X, W1)
    return dW1, db1, dW2, db2


@mistake("3.2 two_layer_backward", "the cache is written on", says="an array in the cache in place")
def two_layer_backward(dlogits, cache):
    X, W1, A, W2 = cache
    dA, dW2, db2 = linear_backward(dlogits, A, W2)
    A *= -A
    A += 1
    _, dW1, db1 = linear_backward(dA * A, X, W1)
    return dW1, db1, dW2, db2


@mistake("3.2 two_layer_backward", "the weights are written on", says="W2 was changed in place")
def two_layer_backward(dlogits, cache):
    X, W1, A, W2 = cache
    dA, dW2, db2 = linear_backward(dlogits, A, W2)
    _, dW1, db1 = linear_backward(tanh_backward(dA, A), X, W1)
    W2 -= 0.1 * dW2
    return dW1, db1, dW2, db2


@mistake(
    "3.2 two_layer_backward",
    "the output of tanh is squared in place",
    says="changed an array in the cache in place",
)
def two_layer_backward(dlogits, cache):
    X, W1, A, W2 = cache
    dA, dW2, db2 = linear_backward(dlogits, A, W2)
    A *= A
    _, dW1, db1 = linear_backward(dA * (1 - A), X, W1)
    return dW1, db1, dW2, db2


@mistake("3.2 two_layer_backward", "divided by N again", says="divided by N again")
def two_layer_backward(dlogits, cache):
    X, W1, A, W2 = cache
    dA, dW2, db2 = linear_backward(dlogits / len(X), A, W2)
    _, dW1, db1 = linear_backward(tanh_backward(dA, A), X, W1)
    return dW1, db1, dW2, db2


@mistake(
    "3.2 two_layer_backward",
    "dW1 from after the tanh",
    says="dw1 takes the gradient from after the tanh",
)
def two_layer_backward(dlogits, cache):
    X, W1, A, W2 = cache
    dA, dW2, db2 = linear_backward(dlogits, A, W2)
    return X.T @ dA, tanh_backward(dA, A).sum(axis=0), dW2, db2


# ---- gradient_norm_by_depth


@mistake("3.2 gradient_norm_by_depth", "the last layer first", says="the last layer comes first")
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    weights, outputs = [], []
    for _ in range(depth):
        weights.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        A = np.tanh(A @ weights[-1])
        outputs.append(A)
    gradient, norms = np.ones_like(A), []
    for W, A in zip(reversed(weights), reversed(outputs)):
        gradient = tanh_backward(gradient, A) @ W.T
        norms.append(float(np.linalg.norm(gradient)))
    return norms


@mistake("3.2 gradient_norm_by_depth", "at the outputs", says="those at the outputs of the layers")
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    weights, outputs = [], []
    for _ in range(depth):
        weights.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        A = np.tanh(A @ weights[-1])
        outputs.append(A)
    gradient, norms = np.ones_like(A), []
    for W, A in zip(reversed(weights), reversed(outputs)):
        norms.append(float(np.linalg.norm(gradient)))
        gradient = tanh_backward(gradient, A) @ W.T
    return norms[::-1]


@mistake("3.2 gradient_norm_by_depth", "no slope", says="the slope of tanh is left out")
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    weights = [rng.standard_normal((32, 32)) * scale / np.sqrt(32) for _ in range(depth)]
    gradient, norms = np.ones_like(A), []
    for W in reversed(weights):
        gradient = gradient @ W.T
        norms.append(float(np.linalg.norm(gradient)))
    return norms[::-1]


@mistake("3.2 gradient_norm_by_depth", "the slope of Z", says="1 - Z², of what went into the tanh")
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    weights, inputs = [], []
    for _ in range(depth):
        weights.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        inputs.append(A @ weights[-1])
        A = np.tanh(inputs[-1])
    gradient, norms = np.ones_like(A), []
    for W, Z in zip(reversed(weights), reversed(inputs)):
        gradient = tanh_backward(gradient, Z) @ W.T
        norms.append(float(np.linalg.norm(gradient)))
    return norms[::-1]


@mistake("3.2 gradient_norm_by_depth", "weights before inputs", says="drawn before the inputs")
def gradient_norm_by_depth(depth, scale, rng):
    weights = [rng.standard_normal((32, 32)) * scale / np.sqrt(32) for _ in range(depth)]
    A = rng.standard_normal((16, 32))
    outputs = []
    for W in weights:
        A = np.tanh(A @ W)
        outputs.append(A)
    gradient, norms = np.ones_like(A), []
    for W, A in zip(reversed(weights), reversed(outputs)):
        gradient = tanh_backward(gradient, A) @ W.T
        norms.append(float(np.linalg.norm(gradient)))
    return norms[::-1]


@mistake("3.2 gradient_norm_by_depth", "one layer too low", says="the slope at its input")
def gradient_norm_by_depth(depth, scale, rng):
    activations, weights = [rng.standard_normal((16, 32))], []
    for _ in range(depth):
        weights.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        activations.append(np.tanh(activations[-1] @ weights[-1]))
    gradient, norms = np.ones((16, 32)), []
    for i in reversed(range(depth)):
        gradient = tanh_backward(gradient, activations[i]) @ weights[i].T
        norms.append(float(np.linalg.norm(gradient)))
    return norms[::-1]


@mistake("3.2 train_step", "inputs without a target are dropped by zip", says="3 inputs with 2")
def train_step(model, inputs, targets, loss, lr):
    model.zero_grad()
    total = sum(loss(model(x), y) for x, y in zip(inputs, targets)) / len(inputs)
    total.backward()
    gradient_descent_step(model.parameters(), lr)
    return total.data


@mistake("3.2 train_step", "the model is given all examples at once", says="one example at a time")
def train_step(model, inputs, targets, loss, lr):
    if len(inputs) != len(targets):
        raise ValueError(f"{len(inputs)} inputs, but {len(targets)} targets")
    model.zero_grad()
    total = loss(model(inputs), targets)
    total.backward()
    gradient_descent_step(model.parameters(), lr)
    return total.data


@mistake("3.2 train_step", "targets without an input are dropped by zip", says="2 inputs with 3")
def train_step(model, inputs, targets, loss, lr):
    if len(inputs) > len(targets):
        raise ValueError(f"{len(inputs)} inputs, but {len(targets)} targets")
    model.zero_grad()
    total = sum(loss(model(x), y) for x, y in zip(inputs, targets)) / len(inputs)
    total.backward()
    gradient_descent_step(model.parameters(), lr)
    return total.data


@mistake("3.2 train_step", "the loss is kept on the model", says="counts as one")
def train_step(model, inputs, targets, loss, lr):
    if len(inputs) != len(targets):
        raise ValueError(f"{len(inputs)} inputs, but {len(targets)} targets")
    model.zero_grad()
    model.loss = sum(loss(model(x), y) for x, y in zip(inputs, targets)) / len(inputs)
    model.loss.backward()
    number = model.loss.data
    gradient_descent_step(model.parameters(), lr)
    return number


@mistake("3.2 train_step", "a loss of NaN is called 0", says="has to look so")
def train_step(model, inputs, targets, loss, lr):
    if len(inputs) != len(targets):
        raise ValueError(f"{len(inputs)} inputs, but {len(targets)} targets")
    model.zero_grad()
    total = sum(loss(model(x), y) for x, y in zip(inputs, targets)) / len(inputs)
    if total.data != total.data:
        return 0.0
    total.backward()
    gradient_descent_step(model.parameters(), lr)
    return total.data


@mistake("3.2 embedding_backward", "the gradient is float64 whatever came", says="dout was float32")
def embedding_backward(dout, ids, n_rows):
    dtable = np.zeros((n_rows, dout.shape[-1]))
    np.add.at(dtable, ids, dout)
    return dtable


@mistake("3.2 train", "it stops at nan", says="To give up is the caller's")
def train(model, inputs, targets, loss, lr, steps):
    losses = []
    for i in range(steps):
        losses.append(train_step(model, inputs, targets, loss, lr))
        if losses[-1] != losses[-1]:
            break
    return losses


@mistake("3.2 train", "an array comes back", says="should be a list of numbers")
def train(model, inputs, targets, loss, lr, steps):
    return np.array([train_step(model, inputs, targets, loss, lr) for _ in range(steps)])


@mistake(
    "3.2 unbroadcast",
    "as many entries are taken for the same shape",
    says="sizes are compared, not shapes",
)
def unbroadcast(grad, shape):
    if grad.size == int(np.prod(shape)):
        return grad
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for i, s in enumerate(shape):
        if s == 1:
            grad = grad.sum(axis=i, keepdims=True)
    return grad


@mistake("3.2 unbroadcast", "axes are compared from the left", says="matched from the left")
def unbroadcast(grad, shape):
    axes = tuple(i for i, n in enumerate(grad.shape) if i >= len(shape) or shape[i] != n)
    return grad.sum(axis=axes).reshape(shape) if axes else grad


@mistake(
    "3.2 embedding_backward",
    "loops over one axis or two",
    says="repeats along the last of three axes",
)
def embedding_backward(dout, ids, n_rows):
    table = np.zeros((n_rows, dout.shape[-1]), dout.dtype)
    if ids.ndim == 1:
        for i, g in zip(ids, dout):
            table[i] += g
    else:
        for row, grow in zip(ids, dout):
            for i, g in zip(row, grow):
                table[i] += g
    return table


@mistake("3.2 embedding_backward", "the ids are sorted", says="ids are sorted")
def embedding_backward(dout, ids, n_rows):
    table = np.zeros((n_rows, dout.shape[-1]), dtype=dout.dtype)
    np.add.at(table, np.sort(np.ravel(ids)), dout.reshape(-1, dout.shape[-1]))
    return table


@mistake(
    "3.2 gradient_norm_by_depth",
    "the gradients before the tanh",
    says="those before the tanh, of dZ",
)
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    Ws, outs = [], []
    for _ in range(depth):
        Ws.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        A = np.tanh(A @ Ws[-1])
        outs.append(A)
    g, norms = np.ones_like(A), []
    for W, A in zip(Ws[::-1], outs[::-1]):
        d = g * (1 - A * A)
        norms.append(float(np.linalg.norm(d)))
        g = d @ W.T
    return norms[::-1]


@mistake(
    "3.2 gradient_norm_by_depth", "the gradients of the weights", says="those of the weights, of dW"
)
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    Ws, outs, ins = [], [], []
    for _ in range(depth):
        ins.append(A)
        Ws.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        A = np.tanh(A @ Ws[-1])
        outs.append(A)
    g, norms = np.ones_like(A), []
    for W, A, X in zip(Ws[::-1], outs[::-1], ins[::-1]):
        d = g * (1 - A * A)
        norms.append(float(np.linalg.norm(X.T @ d)))
        g = d @ W.T
    return norms[::-1]


@mistake(
    "3.2 gradient_norm_by_depth",
    "no tanh in the last layer",
    says="the tanh of the last layer is left out",
)
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    Ws, outs = [], []
    for _ in range(depth):
        Ws.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        A = np.tanh(A @ Ws[-1])
        outs.append(A)
    g, norms = np.ones_like(A), []
    for i in reversed(range(depth)):
        if i < depth - 1:
            g = g * (1 - outs[i] ** 2)
        g = g @ Ws[i].T
        norms.append(float(np.linalg.norm(g)))
    return norms[::-1]


@mistake("3.2 gradient_norm_by_depth", "the spectral norm", says="the spectral norm")
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    weights, outputs = [], []
    for _ in range(depth):
        weights.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        A = np.tanh(A @ weights[-1])
        outputs.append(A)
    gradient, norms = np.ones_like(A), []
    for W, A in zip(reversed(weights), reversed(outputs)):
        gradient = tanh_backward(gradient, A) @ W.T
        norms.append(float(np.linalg.norm(gradient, 2)))
    return norms[::-1]


@mistake(
    "3.2 gradient_norm_by_depth",
    "the norms of rows are averaged",
    says="norms of the rows are averaged",
)
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    weights, outputs = [], []
    for _ in range(depth):
        weights.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        A = np.tanh(A @ weights[-1])
        outputs.append(A)
    gradient, norms = np.ones_like(A), []
    for W, A in zip(reversed(weights), reversed(outputs)):
        gradient = tanh_backward(gradient, A) @ W.T
        norms.append(float(np.linalg.norm(gradient, axis=1).mean()))
    return norms[::-1]


@mistake("3.2 gradient_norm_by_depth", "an array of norms", says="should be a list")
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    weights, outputs = [], []
    for _ in range(depth):
        weights.append(rng.standard_normal((32, 32)) * scale / np.sqrt(32))
        A = np.tanh(A @ weights[-1])
        outputs.append(A)
    gradient, norms = np.ones_like(A), np.zeros(depth)
    for i in reversed(range(depth)):
        gradient = tanh_backward(gradient, outputs[i]) @ weights[i].T
        norms[i] = np.linalg.norm(gradient)
    return norms


@mistake(
    "3.2 relu_backward",
    "the sign of the product decides",
    says="the sign of dA · Z decides",
)
def relu_backward(dA, Z):
    return (dA * Z > 0) * dA


@mistake(
    "3.2 train",
    "the inputs are put in another order",
    says="put in another order, and the targets are not",
)
def train(model, inputs, targets, loss, lr, steps):
    return [train_step(model, inputs[::-1], targets, loss, lr) for _ in range(steps)]


@mistake(
    "3.2 linear_forward",
    "NaN is turned into a number",
    says="what went wrong is hidden",
)
def linear_forward(X, W, b):
    return np.nan_to_num(X @ W + b)


@mistake(
    "3.2 linear_backward",
    "NaN in dY is turned into a number",
    says="nothing is seen of a NaN",
)
def linear_backward(dY, X, W):
    return dY @ W.T, X.T @ np.nan_to_num(dY), dY.sum(0)


@mistake(
    "3.2 linear_backward",
    "everything is summed, in each place",
    says="everything is summed, and stands in each place",
)
def linear_backward(dY, X, W):
    return dY @ W.T, X.T @ dY, np.full(W.shape[1], dY.sum())


@mistake(
    "3.2 relu_backward",
    "the sign of Z is multiplied in",
    says="the sign of Z is multiplied in",
)
def relu_backward(dA, Z):
    return dA * np.sign(Z)


@mistake(
    "3.2 relu_backward",
    "what is small counts as 0",
    says="what is small counts as 0",
)
def relu_backward(dA, Z):
    return np.where(np.maximum(Z, 0) > 1e-8, dA, 0.0)


@mistake(
    "3.2 tanh_backward",
    "the slope is kept above 1e-7",
    says="the slope is kept above 1e-07",
)
def tanh_backward(dA, A):
    return dA * np.maximum(1 - A**2, 1e-7)


@mistake(
    "3.2 unbroadcast",
    "cut into pieces of that shape",
    says="cut into pieces of that shape",
)
def unbroadcast(grad, shape):
    return grad.reshape(-1, *shape).sum(0) if grad.shape != shape else grad


@mistake(
    "3.2 gradient_norm_by_depth",
    "all layers have the same weights",
    says="all layers have the same weights",
)
def gradient_norm_by_depth(depth, scale, rng):
    A = rng.standard_normal((16, 32))
    W = rng.standard_normal((32, 32)) * scale / np.sqrt(32)
    As = []
    for _ in range(depth):
        A = np.tanh(A @ W)
        As.append(A)
    d = np.ones_like(A)
    out = []
    for A in reversed(As):
        d = (d * (1 - A**2)) @ W.T
        out.append(float(np.linalg.norm(d)))
    return out[::-1]


@mistake(
    "3.2 softmax_cross_entropy",
    "targets as they come",
    says="they choose like a mask",
)
def softmax_cross_entropy(logits, targets):
    n, K = logits.shape
    if targets.min() < 0 or targets.max() >= K:
        raise IndexError(f"targets {targets.min()} to {targets.max()} are not 0 to {K - 1}")
    if targets.shape != (n,):
        raise ValueError(f"targets {targets.shape} for logits {logits.shape}")
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return float(-log_probs[np.arange(n), targets].mean()), dlogits / n


@mistake("3.2 softmax_cross_entropy", "a column of targets", says="each example with each target")
def softmax_cross_entropy(logits, targets):
    n, K = logits.shape
    targets = class_numbers(targets, K)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return float(-log_probs[np.arange(n), targets].mean()), dlogits / n


@mistake("3.2 tanh_backward", "the brackets are forgotten", says="A² is taken from dA itself")
def tanh_backward(dA, A):
    return dA - A**2


@mistake(
    "3.2 train_step", "a share of a step for each example", says="a share of the step is taken"
)
def train_step(model, inputs, targets, loss, lr):
    if len(inputs) != len(targets):
        raise ValueError(f"{len(inputs)} inputs, but {len(targets)} targets")
    total = 0.0
    for x, target in zip(inputs, targets):
        model.zero_grad()
        one = loss(model(x), target)
        one.backward()
        gradient_descent_step(model.parameters(), lr / len(inputs))
        total += one.data
    return total / len(inputs)


@mistake("3.2 train", "given up when the loss explodes", says="training stops when the loss rises")
def train(model, inputs, targets, loss, lr, steps):
    losses = []
    for _ in range(steps):
        losses.append(train_step(model, inputs, targets, loss, lr))
        if losses[-1] > 10 * losses[0]:
            break
    return losses


@mistake("3.2 linear_forward", "b is changed in place", says="would need room for them in b itself")
def linear_forward(X, W, b):
    b += X @ W
    return b


@mistake("3.2 linear_forward", "b subtracted", says="b is subtracted")
def linear_forward(X, W, b):
    return X @ W - b


@mistake("3.2 softmax_cross_entropy", "held at 100", says="which only binary_cross_entropy of 2.4")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    targets = class_numbers(targets, k)
    if targets.shape != (n,):
        raise ValueError(f"targets {targets.shape} for logits {logits.shape}")
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits, rows = np.exp(logs), np.arange(n)
    dlogits[rows, targets] -= 1
    return min(100.0, float(-logs[rows, targets].mean())), dlogits / n


@mistake("3.2 two_layer_forward", "one bias for both", says="b1 is added twice")
def two_layer_forward(X, W1, b1, W2, b2):
    A = np.tanh(linear_forward(X, W1, b1))
    return linear_forward(A, W2, np.resize(b1, b2.shape)), (X, W1, A, W2)
