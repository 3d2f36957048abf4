"""Right solutions of 3.2 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("3.2 train_step", "a backward pass for each example, gradients collected")
def train_step(model, inputs, targets, loss, lr):
    if len(inputs) - len(targets):
        raise ValueError(f"{len(targets)} targets for {len(inputs)} inputs")
    model.zero_grad()
    total = 0.0
    for x, y in zip(inputs, targets):
        share = loss(model(x), y) * (1 / len(inputs))
        share.backward()
        total += share.data
    gradient_descent_step(model.parameters(), lr)
    return total


@alternative("3.2 train_step", "by hand, in another order")
def train_step(model, inputs, targets, loss, lr):
    if len(inputs) != len(targets):
        raise ValueError(f"of {len(inputs)} and {len(targets)} one is too many")
    outputs = [model(x) for x in inputs]
    losses = [loss(output, target) for output, target in zip(outputs, targets)][::-1]
    mean = losses[0]
    for one in losses[1:]:
        mean = mean + one
    mean = mean / len(losses)
    for parameter in model.parameters():
        parameter.grad = 0
    mean.backward()
    for parameter in model.parameters():
        parameter.data = parameter.data - lr * parameter.grad
    return mean.data


@alternative("3.2 train", "a list that grows")
def train(model, inputs, targets, loss, lr, steps):
    losses = []
    while len(losses) < steps:
        losses.append(train_step(model, inputs, targets, loss, lr))
    return losses


@alternative("3.2 linear_forward", "einsum")
def linear_forward(X, W, b):
    return np.einsum("nd,dh->nh", X, W) + b[None, :]


@alternative("3.2 linear_backward", "einsum and a row of ones, in a list")
def linear_backward(dY, X, W):
    dX = np.einsum("nh,dh->nd", dY, W)
    dW = np.einsum("nd,nh->dh", X, dY)
    return [dX, dW, np.ones(len(dY)) @ dY]


@alternative("3.2 linear_backward", "example by example")
def linear_backward(dY, X, W):
    dX, dW, db = np.zeros_like(X), np.zeros_like(W), np.zeros(W.shape[1])
    for n in range(len(X)):
        dX[n] = W @ dY[n]
        dW += np.outer(X[n], dY[n])
        db += dY[n]
    return dX, dW, db


@alternative("3.2 relu_backward", "where")
def relu_backward(dA, Z):
    return np.where(Z > 0, dA, 0.0)


@alternative("3.2 relu_backward", "a copy, cleared by a mask")
def relu_backward(dA, Z):
    dZ = dA.copy()
    dZ[Z <= 0] = 0
    return dZ


@alternative("3.2 tanh_backward", "a power, in factors")
def tanh_backward(dA, A):
    return dA - dA * A**2


@alternative("3.2 softmax_cross_entropy", "one-hot rows, and logaddexp")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    if targets.dtype == bool:
        raise TypeError("classes are numbers, not bool")
    if len(logits) != len(targets) or targets.ndim > 1:
        raise ValueError(f"{targets.shape} targets for logits {logits.shape}")
    for target in targets:
        if not 0 <= target < k:
            raise IndexError(f"class {target} is not from 0 to {k - 1}")
    one_hot = np.eye(k)[targets]
    log_probs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return -(one_hot * log_probs).sum() / n, (np.exp(log_probs) - one_hot) / n


@alternative("3.2 softmax_cross_entropy", "row by row")
def softmax_cross_entropy(logits, targets):
    n, k = logits.shape
    if not np.issubdtype(targets.dtype, np.integer):
        raise TypeError(f"classes are numbers, not {targets.dtype}")
    if targets.shape != (n,):
        raise ValueError(f"{targets.shape} targets for logits {logits.shape}")
    loss, dlogits = 0.0, np.empty_like(logits)
    for row, (scores, target) in enumerate(zip(logits, targets)):
        if target not in range(k):
            raise IndexError(f"target {target}: there are only the classes 0 to {k - 1}")
        e = np.exp(scores - max(scores))
        loss -= scores[target] - max(scores) - np.log(sum(e))
        dlogits[row] = e / sum(e) / n
        dlogits[row, target] -= 1 / n
    return float(loss / n), dlogits


@alternative("3.2 unbroadcast", "axis by axis")
def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if grad.shape[axis] != size:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@alternative("3.2 unbroadcast", "all axes at once, then a reshape")
def unbroadcast(grad, shape):
    full = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i in range(grad.ndim) if full[i] == 1)
    return grad.sum(axis=axes, keepdims=True).reshape(shape)


@alternative("3.2 embedding_backward", "a product with one-hot rows")
def embedding_backward(dout, ids, n_rows):
    one_hot = np.eye(n_rows, dtype=dout.dtype)[ids.reshape(-1)]
    return one_hot.T @ dout.reshape(-1, dout.shape[-1])


@alternative("3.2 embedding_backward", "a loop over all places")
def embedding_backward(dout, ids, n_rows):
    dtable = np.zeros((n_rows, dout.shape[-1]), dout.dtype)
    for place in np.ndindex(ids.shape):
        dtable[ids[place]] += dout[place]
    return dtable


@alternative("3.2 two_layer_forward", "the cache is what backward happens to unpack, as copies")
def two_layer_forward(X, W1, b1, W2, b2):
    A = np.tanh(X @ W1 + b1)
    return A @ W2 + b2, [X.copy(), W1.copy(), A, W2.copy()]


@alternative("3.2 two_layer_backward", "all in one place")
def two_layer_backward(dlogits, cache):
    X, _, A, W2 = cache
    dZ = (dlogits @ W2.T) * (1 - A**2)
    return X.T @ dZ, dZ.sum(axis=0), A.T @ dlogits, dlogits.sum(axis=0)


@alternative("3.2 gradient_norm_by_depth", "drawn by normal, walked by index")
def gradient_norm_by_depth(depth, scale, rng):
    rng = np.random.default_rng(rng)
    activations = [rng.normal(size=(16, 32))]
    weights = []
    for layer in range(depth):
        weights.append(rng.normal(0.0, scale / 32**0.5, (32, 32)))
        activations.append(np.tanh(activations[layer] @ weights[layer]))
    norms = [0.0] * depth
    dA = np.ones((16, 32))
    for layer in range(depth - 1, -1, -1):
        dA, _, _ = linear_backward(
            tanh_backward(dA, activations[layer + 1]), activations[layer], weights[layer]
        )
        norms[layer] = np.sqrt((dA**2).sum())
    return norms


@alternative("3.2 gradient_norm_by_depth", "all weights first, after the inputs, in one block")
def gradient_norm_by_depth(depth, scale, rng):
    rng = np.random.default_rng(rng)
    X = rng.standard_normal((16, 32))
    weights = rng.standard_normal((depth, 32, 32)) * (scale / np.sqrt(32))
    slopes = []
    for W in weights:
        X = np.tanh(X @ W)
        slopes.append(1 - X * X)
    dA, norms = 1.0, np.empty(depth)
    for i in reversed(range(depth)):
        dA = (dA * slopes[i]) @ weights[i].T
        norms[i] = np.linalg.norm(dA)
    return norms.tolist()
