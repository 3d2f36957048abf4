"""Right solutions of 3.4 of another design, which its specs accept."""

from tests.alternatives import alternative


@alternative("3.4 parse_row", "a label first, then a comprehension")
def parse_row(cells, columns, where):
    if not cells or len(cells) != len(columns):
        raise ValueError(f"{where} has {len(cells)} cells where {len(columns)} are wanted")
    *cells, label = (cell.strip() for cell in cells)
    if label == "":
        raise ValueError(f"{where}: nothing under {columns[-1]}")

    def number(column, cell):
        try:
            value = float(cell)
            int(value)  # neither nan nor infinity has one
        except (ValueError, OverflowError):
            raise ValueError(f"{where}: {cell!r} under {column}") from None
        return value

    return [number(*pair) for pair in zip(columns, cells)], label


@alternative(
    "3.4 load_csv",
    "all bytes first, then the text",
    prelude="import csv, gzip, io, zlib\nfrom pathlib import Path",
)
def load_csv(path):
    path = Path(path)
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.name.endswith(".gz") else content).decode("utf-8")
        lines = csv.reader(io.StringIO(text))
        columns, *rows = [(row, lines.line_num) for row in lines] or [([], 0)]
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    if not rows or len(columns[0]) == 1:
        raise ValueError(f"{path} has no rows, or a single column")
    pairs = [parse_row(row, columns[0], f"{path}, line {n}") for row, n in rows]
    return np.array([numbers for numbers, _ in pairs], dtype=float), [label for _, label in pairs]


@alternative("3.4 encode_labels", "numpy's unique")
def encode_labels(labels):
    names, targets = np.unique([*labels], return_inverse=True)
    return targets.astype(int), names.tolist()


@alternative("3.4 one_hot", "comparison by broadcasting")
def one_hot(targets, n_classes):
    for target in targets:
        if not isinstance(target, np.integer):
            raise TypeError(f"{target} is of type {type(target).__name__}, and no integer")
        if target not in range(n_classes):
            raise IndexError(f"class {target} is not from 0 to {n_classes - 1}")
    return (targets[:, None] == np.arange(n_classes)).astype(float)


@alternative("3.4 train_test_split", "a mask, and the parts in the order of the file")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    if isinstance(X, np.ma.MaskedArray) or isinstance(y, np.ma.MaskedArray):
        raise TypeError("masked")
    X, y, rng = np.array(X), np.array(y), np.random.default_rng(rng)
    if len(X) != len(y):
        raise ValueError(f"lengths {len(X)} and {len(y)}")
    if test_fraction <= 0 or test_fraction >= 1:
        raise ValueError(f"test_fraction is {test_fraction}")
    kinds = y if stratify else np.zeros(len(y))
    is_test = np.zeros(len(y), dtype=bool)
    for kind in set(kinds.tolist()):
        group = np.flatnonzero(kinds == kind)
        is_test[rng.choice(group, round(test_fraction * len(group)), replace=False)] = True
    return X[~is_test], X[is_test], y[~is_test], y[is_test]


@alternative("3.4 Standardizer.fit", "written out")
def fit(self, X):
    if isinstance(X, np.ma.MaskedArray):
        raise TypeError("fill in what is masked")
    X = np.array(X, dtype=np.float64)
    self.mean = sum(X) / len(X)
    self.deviation = (sum((X - self.mean) ** 2) / len(X)) ** 0.5
    self.deviation[np.ptp(X, axis=0) == 0] = 0.0
    return self


@alternative("3.4 Standardizer.transform", "divided where there is something to divide by")
def transform(self, X):
    if len(X[0]) != len(self.mean):
        raise ValueError(f"{np.shape(X)} for {self.mean.shape}")
    scaled = X - self.mean
    varies = self.deviation > 0
    scaled[:, varies] /= self.deviation[varies]
    return scaled


@alternative("3.4 minibatches", "a list, not a generator")
def minibatches(n, batch_size, rng):
    if batch_size <= 0:
        raise ValueError(f"batch_size is {batch_size}")
    order = np.arange(n)
    np.random.default_rng(rng).shuffle(order)
    return np.split(order, range(batch_size, n, batch_size))


@alternative("3.4 confusion_matrix", "one-hot rows multiplied")
def confusion_matrix(targets, predictions, n_classes):
    if np.shape(targets) != np.shape(predictions):
        raise ValueError(f"{np.shape(targets)} and {np.shape(predictions)}")
    targets, predictions = one_hot(targets, n_classes), one_hot(predictions, n_classes)
    return (targets.T @ predictions).astype(int)


@alternative("3.4 majority_baseline", "unique with counts")
def majority_baseline(y_train, y_test):
    classes, counts = np.unique(y_train, return_counts=True)
    return (y_test == classes[np.argmax(counts)]).mean()


@alternative("3.4 ArrayNetwork.__init__", "normal with a deviation, layer by layer")
def __init__(self, sizes, rng):
    if len(sizes) < 2:
        raise ValueError(f"sizes are {sizes}")
    rng = np.random.default_rng(rng)
    self.weights, self.biases = [], []
    for i in range(len(sizes) - 1):
        scale = (2 / sizes[i]) ** 0.5
        self.weights.append(Parameter(rng.normal(0.0, scale, size=(sizes[i], sizes[i + 1]))))
        self.biases.append(Parameter(np.zeros(sizes[i + 1])))


@alternative("3.4 ArrayNetwork.forward", "the inputs of all layers are the cache")
def forward(self, X):
    inputs = [X]
    for W, b in list(zip(self.weights, self.biases))[:-1]:
        inputs.append(linear_forward(inputs[-1], W.data, b.data).clip(min=0))
    # what went in beside what came out: a unit that came out at 0 was at or below it
    outputs = [*inputs[1:], None]
    logits = linear_forward(inputs[-1], self.weights[-1].data, self.biases[-1].data)
    return logits, list(zip(inputs, outputs))


@alternative("3.4 ArrayNetwork.backward", "a gradient that is there is added to in place")
def backward(self, dlogits, cache):
    gradient = dlogits
    for layer in range(len(cache) - 1, -1, -1):
        W, b = self.weights[layer], self.biases[layer]
        gradient, dW, db = linear_backward(gradient, cache[layer][0], W.data)
        W.grad += dW
        b.grad += db
        if layer:
            gradient = gradient * (cache[layer][0] > 0)


@alternative("3.4 array_loss", "accuracy by comparing with the highest score")
def array_loss(model, X, y):
    logits, cache = model.forward(X)
    loss, dlogits = softmax_cross_entropy(logits, y)
    model.backward(dlogits, cache)
    right = sum(int(np.argmax(row)) == k for row, k in zip(logits, y))
    return loss, right / len(y)


@alternative("3.4 fit", "validation in batches, lists for the sums")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    history = {f"{part}_{n}": [] for part in ("train", "validation") for n in ("loss", "accuracy")}

    def add(part, pairs, n):
        history[f"{part}_loss"].append(sum(size * a for size, a, _ in pairs) / n)
        history[f"{part}_accuracy"].append(sum(size * b for size, _, b in pairs) / n)

    if any(np.ma.isMaskedArray(part) for part in (*train, *validation)):
        raise TypeError("a masked array loses its mask here")
    train, rng = [np.array(part) for part in train], np.random.default_rng(rng)
    if len({len(part) for part in train}) > 1:
        raise ValueError(f"{[len(part) for part in train]}")
    while len(history["train_loss"]) < epochs:
        pairs = []
        model.train()
        for batch in minibatches(len(train[0]), batch_size, rng):
            optimizer.zero_grad()
            pairs.append((len(batch), *loss(model, train[0][batch], train[1][batch])))
            optimizer.step()
        add("train", pairs, len(train[0]))
        pairs = []
        model.eval()
        for start in range(0, len(validation[0]), batch_size):
            part = [array[start : start + batch_size] for array in validation]
            pairs.append((len(part[0]), *loss(model, *part)))
        add("validation", pairs, len(validation[0]))
        if on_epoch is not None and on_epoch(history):
            return history
    return history


@alternative("3.4 EarlyStopping.__call__", "the best epoch is looked up in the history")
def __call__(self, history):
    losses = [inf if loss != loss else loss for loss in history["validation_loss"]]
    since = len(losses) - 1 - losses.index(min(losses)) if min(losses) < inf else len(losses)
    if since == 0 and losses[-1] < self.best_loss:
        self.best, self.best_loss = self.model.state_dict(), losses[-1]
    if since >= self.patience:
        self.restore()
    return since >= self.patience


@alternative("3.4 EarlyStopping.restore", "parameter by parameter", prelude="import copy")
def restore(self):
    for name, parameter in self.model.named_parameters():
        parameter.data = copy.copy(self.best[name])


@alternative("3.4 save_parameters", "all bytes are made first", prelude="import io, os, tempfile")
def save_parameters(model, path):
    content = io.BytesIO()
    np.savez(content, **model.state_dict())
    handle, name = tempfile.mkstemp(dir=os.path.dirname(path) or ".")
    with os.fdopen(handle, "wb") as file:
        file.write(content.getvalue())
    os.replace(name, path)


@alternative("3.4 load_parameters", "all is checked by hand", prelude="import io")
def load_parameters(model, path):
    parameters = dict(model.named_parameters())
    try:
        with open(path, "rb") as content:
            file = np.load(io.BytesIO(content.read()))
        with file:
            state = {name: np.asarray(numbers) for name, numbers in file.items()}
    except Exception as error:
        raise ValueError(f"{path}: {error}") from None
    wrong = sorted(state.keys() ^ parameters.keys())
    for name in sorted(state.keys() & parameters.keys()):
        if np.shape(parameters[name].data) != state[name].shape or state[name].dtype.kind != "f":
            wrong.append(name)
    if wrong:
        raise ValueError(f"{path}: {', '.join(wrong)} do not fit")
    for name, parameter in parameters.items():
        parameter.data = state[name] if state[name].ndim else float(state[name])
