"""Wrong solutions of 3.4 that its specs reject by name."""

from tests.mistakes import mistake

# ---- a file


@mistake("3.4 parse_row", "short rows pass", says="zip drops what is left over")
def parse_row(cells, columns, where):
    numbers = []
    for column, cell in zip(columns[:-1], cells):
        try:
            number = float(cell)
        except ValueError:
            number = np.nan
        if not np.isfinite(number):
            raise ValueError(f"{where}, column {column}: {cell!r} is no finite number")
        numbers.append(number)
    label = cells[-1].strip()
    if not label:
        raise ValueError(f"{where}, column {columns[-1]}: the label is empty")
    return numbers, label


@mistake("3.4 parse_row", "float's own message", says="does not name iris.csv, line 7, width")
def parse_row(cells, columns, where):
    if len(cells) != len(columns) or not cells:
        raise ValueError(f"{where}: {len(cells)} cells, but {len(columns)} columns")
    if not cells[-1].strip():
        raise ValueError(f"{where}, column {columns[-1]}: the label is empty")
    return [float(cell) for cell in cells[:-1]], cells[-1].strip()


@mistake("3.4 parse_row", "nan is a number", says=("'nan'", "spoils every sum"))
def parse_row(cells, columns, where):
    if len(cells) != len(columns) or not cells:
        raise ValueError(f"{where}: {len(cells)} cells, but {len(columns)} columns")
    numbers = []
    for column, cell in zip(columns[:-1], cells):
        try:
            numbers.append(float(cell))
        except ValueError:
            raise ValueError(f"{where}, column {column}: {cell!r}") from None
    if not cells[-1].strip():
        raise ValueError(f"{where}, column {columns[-1]}: the label is empty")
    return numbers, cells[-1].strip()


@mistake("3.4 parse_row", "the label is taken out of the cells", says="taken out of the list")
def parse_row(cells, columns, where):
    if len(cells) != len(columns) or not cells:
        raise ValueError(f"{where}: {len(cells)} cells, but {len(columns)} columns")
    label = cells.pop().strip()
    numbers = []
    for column, cell in zip(columns, cells):
        try:
            number = float(cell)
        except ValueError:
            number = np.nan
        if not np.isfinite(number):
            raise ValueError(f"{where}, column {column}: {cell!r} is no finite number")
        numbers.append(number)
    if not label:
        raise ValueError(f"{where}, column {columns[-1]}: the label is empty")
    return numbers, label


@mistake("3.4 parse_row", "three ways to write it", says="'NaN'")
def parse_row(cells, columns, where):
    if len(cells) != len(columns) or not cells:
        raise ValueError(f"{where}: {len(cells)} cells, but {len(columns)} columns")
    numbers = []
    for column, cell in zip(columns[:-1], cells):
        if cell in ("nan", "inf", "-inf"):
            raise ValueError(f"{where}, column {column}: {cell!r} is no finite number")
        try:
            numbers.append(float(cell))
        except ValueError:
            raise ValueError(f"{where}, column {column}: {cell!r} is no finite number") from None
    label = cells[-1].strip()
    if not label:
        raise ValueError(f"{where}, column {columns[-1]}: the label is empty")
    return numbers, label


@mistake("3.4 parse_row", "an array of numbers", says="the numbers of a row is")
def parse_row(cells, columns, where):
    if len(cells) != len(columns) or not cells:
        raise ValueError(f"{where}: {len(cells)} cells, but {len(columns)} columns")
    try:
        numbers = np.array([float(cell) for cell in cells[:-1]])
    except ValueError:
        raise ValueError(f"{where}: {columns[:-1]} hold {cells[:-1]}") from None
    label = cells[-1].strip()
    if not label or not np.all(np.isfinite(numbers)):
        raise ValueError(f"{where}: {columns} hold {cells}")
    return numbers, label


@mistake(
    "3.4 load_csv", "split at commas", says="finds too many cells", prelude="import gzip, zlib"
)
def load_csv(path):
    open_text = gzip.open if path.suffix == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    columns = lines[0].split(",") if lines else []
    rows = [
        parse_row(line.split(","), columns, f"{path}, line {number}")
        for number, line in enumerate(lines[1:], start=2)
    ]
    if not rows:
        raise ValueError(f"{path}: no rows")
    features, labels = zip(*rows)
    return np.array(features), list(labels)


@mistake("3.4 load_csv", "lines counted from the first flower", says="counted from 0, or the one")
def load_csv(path):
    table = read_table(path)
    if len(table) < 2:
        raise ValueError(f"{path}: no rows")
    (_, columns), *rows = table
    parsed = [
        parse_row(cells, columns, f"{path}, line {i}") for i, (_, cells) in enumerate(rows, 1)
    ]
    features, labels = zip(*parsed)
    return np.array(features), list(labels)


@mistake("3.4 load_csv", "empty lines are skipped", says="even an empty line")
def load_csv(path):
    table = read_table(path)
    if len(table) < 2:
        raise ValueError(f"{path}: no rows")
    (_, columns), *rows = table
    parsed = [parse_row(cells, columns, f"{path}, line {line}") for line, cells in rows if cells]
    features, labels = zip(*parsed)
    return np.array(features), list(labels)


@mistake(
    "3.4 load_csv",
    "a .gz anywhere in the path",
    says="ends in .gz, and not if",
    prelude="import csv, gzip, zlib",
)
def load_csv(path):
    open_text = gzip.open if ".gz" in str(path) else open
    try:
        with open_text(path, "rt", encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            columns = next(lines, [])
            rows = [parse_row(cells, columns, f"{path}, line {lines.line_num}") for cells in lines]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if not rows:
        raise ValueError(f"{path}: no rows")
    features, labels = zip(*rows)
    return np.array(features), list(labels)


@mistake(
    "3.4 load_csv",
    "only a missing file is caught",
    says="IsADirectoryError came through",
    prelude="import csv, gzip, zlib",
)
def load_csv(path):
    open_text = gzip.open if path.suffix == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            columns = next(lines, [])
            rows = [parse_row(cells, columns, f"{path}, line {lines.line_num}") for cells in lines]
    except (
        FileNotFoundError,
        gzip.BadGzipFile,
        EOFError,
        zlib.error,
        UnicodeDecodeError,
        csv.Error,
    ) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if not rows:
        raise ValueError(f"{path}: no rows")
    features, labels = zip(*rows)
    return np.array(features), list(labels)


@mistake(
    "3.4 load_csv",
    "what csv itself refuses comes through",
    says="Error came through for a file that is damaged",
    prelude="import csv, gzip, zlib",
)
def load_csv(path):
    open_text = gzip.open if path.suffix == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            columns = next(lines, [])
            rows = [parse_row(cells, columns, f"{path}, line {lines.line_num}") for cells in lines]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if not rows:
        raise ValueError(f"{path}: no rows")
    features, labels = zip(*rows)
    return np.array(features), list(labels)


# ---- classes


@mistake("3.4 encode_labels", "numbered as they turn up", says="numbered as they turn up")
def encode_labels(labels):
    names = list(dict.fromkeys(labels))
    return np.array([names.index(label) for label in labels]), sorted(names)


@mistake("3.4 encode_labels", "names are an array", says="the names of the classes is")
def encode_labels(labels):
    names, targets = np.unique(labels, return_inverse=True)
    return targets, names


@mistake("3.4 encode_labels", "capitals are sorted among the others", says="all capitals first")
def encode_labels(labels):
    names = sorted(set(labels), key=str.lower)
    return np.array([names.index(label) for label in labels]), names


@mistake("3.4 one_hot", "class -1 is the last", says="counts negative indices from the end")
def one_hot(targets, n_classes):
    return np.eye(n_classes)[targets]


@mistake("3.4 one_hot", "every row gets every one", says="set in every row")
def one_hot(targets, n_classes):
    if targets.min() < 0 or targets.max() >= n_classes:
        raise IndexError(f"{targets.min()} to {targets.max()}, not 0 to {n_classes - 1}")
    rows = np.zeros((len(targets), n_classes))
    rows[:, targets] = 1
    return rows


# ---- setting aside


@mistake("3.4 train_test_split", "X is shuffled without y", says="not shuffled in the same way")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    X, y = rng.permutation(X), rng.permutation(y)
    cut = round(test_fraction * len(X))
    return X[cut:], X[:cut], y[cut:], y[:cut]


@mistake("3.4 train_test_split", "overlap", says="has them by heart")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    n = round(test_fraction * len(X))
    test = rng.choice(len(X), n, replace=False)
    train = rng.choice(len(X), len(X) - n, replace=False)
    return X[train], X[test], y[train], y[test]


@mistake("3.4 train_test_split", "the last rows", says="files are often sorted by class")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    cut = len(X) - round(test_fraction * len(X))
    return X[:cut], X[cut:], y[:cut], y[cut:]


@mistake("3.4 train_test_split", "the caller's arrays", says="it is the caller's")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    order = rng.permutation(len(X))
    X[:], y[:] = X[order], y[order]
    cut = round(test_fraction * len(X))
    return X[cut:].copy(), X[:cut].copy(), y[cut:].copy(), y[:cut].copy()


@mistake("3.4 train_test_split", "shares cut off", says="the shares are cut off")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    if len(X) != len(y):
        raise ValueError(f"{len(X)} rows of features, but {len(y)} targets")
    if not 0 < test_fraction < 1:
        raise ValueError(f"a test fraction is between 0 and 1, not {test_fraction}")
    groups = [np.flatnonzero(y == k) for k in np.unique(y)] if stratify else [np.arange(len(y))]
    shuffled = [rng.permutation(group) for group in groups]
    cuts = [int(test_fraction * len(group)) for group in groups]
    test = np.concatenate([g[:cut] for g, cut in zip(shuffled, cuts)])
    train = np.concatenate([g[cut:] for g, cut in zip(shuffled, cuts)])
    return X[train], X[test], y[train], y[test]


@mistake("3.4 train_test_split", "stratified from the top of each class", says="of every class")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    groups = [np.flatnonzero(y == k) for k in np.unique(y)]
    if not stratify:
        groups = [rng.permutation(len(y))]
    cuts = [round(test_fraction * len(group)) for group in groups]
    test = np.concatenate([g[:cut] for g, cut in zip(groups, cuts)])
    train = np.concatenate([g[cut:] for g, cut in zip(groups, cuts)])
    return X[train], X[test], y[train], y[test]


@mistake("3.4 train_test_split", "a block from a random place", says="side by side in the file")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    if len(X) != len(y):
        raise ValueError(f"{len(X)} rows of features, but {len(y)} targets")
    if not 0 < test_fraction < 1:
        raise ValueError(f"a test fraction is between 0 and 1, not {test_fraction}")
    groups = [np.flatnonzero(y == k) for k in np.unique(y)] if stratify else [np.arange(len(y))]
    cuts = [round(test_fraction * len(group)) for group in groups]
    groups = [np.roll(g, -rng.integers(len(g))) for g in groups]
    test = np.concatenate([g[:cut] for g, cut in zip(groups, cuts)])
    train = np.concatenate([g[cut:] for g, cut in zip(groups, cuts)])
    return X[train], X[test], y[train], y[test]


@mistake("3.4 train_test_split", "stratify is not looked at", says="stratify is not looked at")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    if len(X) != len(y) or not 0 < test_fraction < 1:
        raise ValueError(f"{len(X)} rows, {len(y)} targets, a fraction of {test_fraction}")
    order = rng.permutation(len(y))
    cut = round(test_fraction * len(y))
    test, train = order[:cut], order[cut:]
    return X[train], X[test], y[train], y[test]


@mistake("3.4 train_test_split", "at least one of each class", says="at least one of each class")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    if len(X) != len(y) or not 0 < test_fraction < 1:
        raise ValueError(f"{len(X)} rows, {len(y)} targets, a fraction of {test_fraction}")
    groups = [np.flatnonzero(y == k) for k in np.unique(y)] if stratify else [np.arange(len(y))]
    shuffled = [rng.permutation(group) for group in groups]
    cuts = [max(1, round(test_fraction * len(group))) for group in groups]
    test = np.concatenate([group[:cut] for group, cut in zip(shuffled, cuts)])
    train = np.concatenate([group[cut:] for group, cut in zip(shuffled, cuts)])
    return X[train], X[test], y[train], y[test]


@mistake("3.4 train_test_split", "scikit-learn: rounded up", says="as scikit-learn does")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    if len(X) != len(y) or not 0 < test_fraction < 1:
        raise ValueError(f"{len(X)} rows, {len(y)} targets, a fraction of {test_fraction}")
    groups = [np.flatnonzero(y == k) for k in np.unique(y)] if stratify else [np.arange(len(y))]
    shuffled = [rng.permutation(group) for group in groups]
    cuts = [int(np.ceil(test_fraction * len(group))) for group in groups]
    test = np.concatenate([group[:cut] for group, cut in zip(shuffled, cuts)])
    train = np.concatenate([group[cut:] for group, cut in zip(shuffled, cuts)])
    return X[train], X[test], y[train], y[test]


# ---- scaling


@mistake("3.4 Standardizer.fit", "the wrong axis", says="taken along the rows")
def fit(self, X):
    self.mean = X.mean(axis=1)
    self.deviation = X.std(axis=1)
    return self


@mistake("3.4 Standardizer.fit", "the sample's deviation", says="divided by N - 1, for a sample")
def fit(self, X):
    self.mean = X.mean(axis=0)
    self.deviation = np.where(X.min(axis=0) == X.max(axis=0), 0.0, X.std(axis=0, ddof=1))
    return self


@mistake("3.4 Standardizer.fit", "rounding taken for spread", says="that is rounding")
def fit(self, X):
    self.mean = X.mean(axis=0)
    self.deviation = X.std(axis=0)
    return self


@mistake("3.4 Standardizer.fit", "a fixed threshold", says="a small deviation is taken for none")
def fit(self, X):
    self.mean = X.mean(axis=0)
    self.deviation = X.std(axis=0)
    self.deviation[self.deviation < 1e-8] = 0.0
    return self


@mistake(
    "3.4 Standardizer.fit", "the mean of squares minus the square of the mean", says="so large that"
)
def fit(self, X):
    self.mean = X.mean(axis=0)
    variance = (X**2).mean(axis=0) - self.mean**2
    constant = X.min(axis=0) == X.max(axis=0)
    self.deviation = np.where(constant, 0.0, np.sqrt(np.maximum(variance, 0)))
    return self


@mistake(
    "3.4 Standardizer.fit", "small beside the mean is none", says="small compared with the mean"
)
def fit(self, X):
    self.mean = X.mean(axis=0)
    self.deviation = np.where(np.ptp(X, axis=0) < 1e-9 * abs(self.mean), 0.0, X.std(axis=0))
    return self


@mistake(
    "3.4 Standardizer.transform",
    "each part by its own measure",
    says="by their own mean and deviation",
)
def transform(self, X):
    return (X - X.mean(axis=0)) / np.where(X.std(axis=0) == 0, 1.0, X.std(axis=0))


@mistake(
    "3.4 Standardizer.transform",
    "fitted on all there is",
    says="all examples, old and new, are measured again",
)
def transform(self, X):
    if not hasattr(self, "seen"):  # two examples that measure the same as those of fit
        self.seen = np.array([self.mean - self.deviation, self.mean + self.deviation])
    self.seen = np.concatenate([self.seen, X])
    self.fit(self.seen)
    return (X - self.mean) / np.where(self.deviation == 0, 1.0, self.deviation)


@mistake("3.4 Standardizer.transform", "clipped", says="further out than 5 deviations is cut off")
def transform(self, X):
    scaled = (X - self.mean) / np.where(self.deviation == 0, 1.0, self.deviation)
    return np.clip(scaled, -5.0, 5.0)


@mistake("3.4 Standardizer.transform", "division by 0", says="divided by a deviation of 0")
def transform(self, X):
    return (X - self.mean) / self.deviation


@mistake("3.4 Standardizer.transform", "in place", says="changed the caller's array in place")
def transform(self, X):
    X -= self.mean
    X /= np.where(self.deviation == 0, 1.0, self.deviation)
    return X


@mistake(
    "3.4 Standardizer.transform", "the 0 is replaced for good", says="fit's measurement is lost"
)
def transform(self, X):
    self.deviation[self.deviation == 0] = 1.0
    return (X - self.mean) / self.deviation


@mistake(
    "3.4 Standardizer.transform",
    "an epsilon is added to the deviation",
    says="1e-08 is added to the deviation",
)
def transform(self, X):
    return (X - self.mean) / (self.deviation + 1e-8)


@mistake(
    "3.4 Standardizer.transform",
    "a small deviation is taken for none",
    says="below some limit taken for none",
)
def transform(self, X):
    return (X - self.mean) / np.where(self.deviation < 1e-8, 1.0, self.deviation)


@mistake(
    "3.4 Standardizer.transform", "a least number to divide by", says="a least number to divide by"
)
def transform(self, X):
    return (X - self.mean) / np.where(self.deviation == 0, 1.0, np.maximum(self.deviation, 1e-9))


@mistake("3.4 Standardizer.transform", "patched up afterwards", says="patched up afterwards")
def transform(self, X):
    with np.errstate(all="ignore"):
        return np.nan_to_num((X - self.mean) / self.deviation)


# ---- batches and judging


@mistake("3.4 minibatches", "the short batch is dropped", says="last, short batch is dropped")
def minibatches(n, batch_size, rng):
    order = rng.permutation(n)
    for start in range(0, n - batch_size + 1, batch_size):
        yield order[start : start + batch_size]


@mistake("3.4 minibatches", "a generator alone will do", says="rng may be a seed")
def minibatches(n, batch_size, rng):
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


@mistake("3.4 minibatches", "drawn with replacement", says="came more than once")
def minibatches(n, batch_size, rng):
    for start in range(0, n, batch_size):
        yield rng.integers(0, n, min(batch_size, n - start))


@mistake("3.4 minibatches", "batches are shuffled, examples not", says="holds neighbours only")
def minibatches(n, batch_size, rng):
    starts = list(range(0, n, batch_size))
    for i in rng.permutation(len(starts)):
        yield np.arange(starts[i], min(starts[i] + batch_size, n))


@mistake("3.4 minibatches", "the same order every epoch", says="at each call")
def minibatches(n, batch_size, rng):
    if batch_size < 1:
        raise ValueError(f"a batch has at least one example, not {batch_size}")
    order = np.random.default_rng(0).permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


@mistake("3.4 minibatches", "dealt out evenly", says="dealt out evenly")
def minibatches(n, batch_size, rng):
    if batch_size < 1:
        raise ValueError(f"a batch has at least one example, not {batch_size}")
    return np.array_split(rng.permutation(n), -(-n // batch_size))


@mistake("3.4 minibatches", "batches are shuffled, examples are not", says="the examples are not")
def minibatches(n, batch_size, rng):
    if batch_size < 1:
        raise ValueError(f"a batch has at least one example, not {batch_size}")
    for start in rng.permutation(np.arange(0, n, batch_size)):
        yield np.arange(start, min(start + batch_size, n))


@mistake("3.4 confusion_matrix", "repeats are lost", says="comes twice is counted once")
def confusion_matrix(targets, predictions, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    matrix[targets, predictions] += 1
    return matrix


@mistake("3.4 confusion_matrix", "transposed", says="rows and columns are exchanged")
def confusion_matrix(targets, predictions, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (predictions, targets), 1)
    return matrix


@mistake("3.4 majority_baseline", "the test part's majority", says="looked up in the test part")
def majority_baseline(y_train, y_test):
    return float(np.mean(y_test == np.bincount(y_test).argmax()))


# ---- a network


@mistake("3.4 ArrayNetwork.__init__", "Xavier's variance", says="as for tanh")
def __init__(self, sizes, rng):
    if len(sizes) < 2:
        raise ValueError(f"a network needs an input and an output size, not {sizes}")
    self.weights = [
        Parameter(rng.standard_normal((n, m)) * np.sqrt(2 / (n + m)))
        for n, m in zip(sizes, sizes[1:])
    ]
    self.biases = [Parameter(np.zeros(n_out)) for n_out in sizes[1:]]


@mistake("3.4 ArrayNetwork.__init__", "variance for deviation", says="taken for the deviation")
def __init__(self, sizes, rng):
    self.weights = [
        Parameter(rng.normal(0, 2 / n_in, (n_in, n_out))) for n_in, n_out in zip(sizes, sizes[1:])
    ]
    self.biases = [Parameter(np.zeros(n_out)) for n_out in sizes[1:]]


@mistake("3.4 ArrayNetwork.__init__", "bare arrays", says="whatever has .data and .grad")
def __init__(self, sizes, rng):
    self.weights = [
        rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in)
        for n_in, n_out in zip(sizes, sizes[1:])
    ]
    self.biases = [np.zeros(n_out) for n_out in sizes[1:]]


@mistake("3.4 ArrayNetwork.__init__", "biases are drawn", says="only they are drawn")
def __init__(self, sizes, rng):
    if len(sizes) < 2:
        raise ValueError(f"a network needs an input and an output size, not {sizes}")
    self.weights = [
        Parameter(rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in))
        for n_in, n_out in pairwise(sizes)
    ]
    self.biases = [Parameter(rng.standard_normal(n_out) * 0.01) for n_out in sizes[1:]]


@mistake("3.4 ArrayNetwork.forward", "ReLU on the logits", says="the last layer has a ReLU")
def forward(self, X):
    cache = []
    for W, b in zip(self.weights, self.biases):
        Z = linear_forward(X, W.data, b.data)
        cache.append((X, Z))
        X = np.maximum(Z, 0)
    return X, cache


@mistake(
    "3.4 ArrayNetwork.forward", "the cache is kept in the network", says="should return 2 things"
)
def forward(self, X):
    self.cache = []
    for W, b in zip(self.weights, self.biases):
        Z = linear_forward(X, W.data, b.data)
        self.cache.append((X, Z))
        X = np.maximum(Z, 0)
    return Z


@mistake("3.4 ArrayNetwork.forward", "the ReLU makes 0 of NaN", says="makes 0 of NaN")
def forward(self, X):
    cache = []
    for W, b in zip(self.weights, self.biases):
        Z = linear_forward(X, W.data, b.data)
        cache.append((X, Z))
        X = np.where(Z > 0, Z, 0.0)
    return Z, cache


@mistake(
    "3.4 ArrayNetwork.forward",
    "the logits are kept as a Parameter",
    says="counts as a parameter from then on",
)
def forward(self, X):
    cache = []
    for W, b in zip(self.weights, self.biases):
        Z = linear_forward(X, W.data, b.data)
        cache.append((X, Z))
        X = np.maximum(Z, 0)
    self.logits = Parameter(Z)
    return Z, cache


@mistake("3.4 ArrayNetwork.backward", "no ReLU on the way back", says="left out on the way back")
def backward(self, dlogits, cache):
    dZ = dlogits
    for (X, _), W, b in reversed(list(zip(cache, self.weights, self.biases))):
        dZ, dW, db = linear_backward(dZ, X, W.data)
        W.grad, b.grad = W.grad + dW, b.grad + db


@mistake(
    "3.4 ArrayNetwork.backward",
    "the neighbour's ReLU",
    says="the second layer's ReLU is taken for the first",
)
def backward(self, dlogits, cache):
    dZ = dlogits
    for i in reversed(range(len(cache))):
        dX, dW, db = linear_backward(dZ, cache[i][0], self.weights[i].data)
        self.weights[i].grad = self.weights[i].grad + dW
        self.biases[i].grad = self.biases[i].grad + db
        if i > 0:
            mask = cache[i][1] if cache[i][1].shape == dX.shape else cache[i - 1][1]
            dZ = relu_backward(dX, mask)


@mistake("3.4 ArrayNetwork.backward", "assigned", says="the second gradient replaces the first")
def backward(self, dlogits, cache):
    dZ = dlogits
    for i in reversed(range(len(cache))):
        dX, self.weights[i].grad, self.biases[i].grad = linear_backward(
            dZ, cache[i][0], self.weights[i].data
        )
        if i > 0:
            dZ = relu_backward(dX, cache[i - 1][1])


@mistake("3.4 ArrayNetwork.backward", "the cache is used up", says="has used the cache up")
def backward(self, dlogits, cache):
    dZ = dlogits
    for i in reversed(range(len(self.weights))):
        X, _ = cache.pop()
        dX, dW, db = linear_backward(dZ, X, self.weights[i].data)
        self.weights[i].grad = self.weights[i].grad + dW
        self.biases[i].grad = self.biases[i].grad + db
        if i > 0:
            dZ = relu_backward(dX, X)


@mistake("3.4 array_loss", "no backward pass", says="no backward pass was made")
def array_loss(model, X, y):
    logits, _ = model.forward(X)
    loss, _ = softmax_cross_entropy(logits, y)
    return loss, float(np.mean(logits.argmax(axis=1) == y))


@mistake("3.4 array_loss", "the highest of each column", says="down the columns")
def array_loss(model, X, y):
    logits, cache = model.forward(X)
    loss, dlogits = softmax_cross_entropy(logits, y)
    model.backward(dlogits, cache)
    return loss, float(np.mean(logits.argmax(axis=0) == y))


@mistake("3.4 array_loss", "the accuracy in percent", says="given in percent")
def array_loss(model, X, y):
    logits, cache = model.forward(X)
    loss, dlogits = softmax_cross_entropy(logits, y)
    model.backward(dlogits, cache)
    return loss, 100 * float(np.mean(logits.argmax(axis=1) == y))


@mistake("3.4 array_loss", "NaN is cleared away", says="every example has a logit of NaN")
def array_loss(model, X, y):
    logits, cache = model.forward(X)
    loss, dlogits = softmax_cross_entropy(np.nan_to_num(logits), y)
    model.backward(dlogits, cache)
    return loss, float(np.mean(logits.argmax(axis=1) == y))


# ---- training


@mistake("3.4 fit", "the validation part is learned from", says="flow into the next step")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = train
    optimizer.zero_grad()
    for _ in range(epochs):
        seen = np.zeros(2)
        for batch in minibatches(len(X), batch_size, rng):
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
            optimizer.zero_grad()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *validation)]):
            history[name].append(float(number))
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 fit", "cleared after the step", says="cleared after a step, not before")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = train
    for _ in range(epochs):
        seen = np.zeros(2)
        for batch in minibatches(len(X), batch_size, rng):
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
            optimizer.zero_grad()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *validation)]):
            history[name].append(float(number))
        optimizer.zero_grad()
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 fit", "batches averaged", says="averaged, though the last one is smaller")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = train
    for _ in range(epochs):
        seen = []
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen.append(loss(model, X[batch], y[batch]))
            optimizer.step()
        for name, number in zip(names, [*np.mean(seen, axis=0), *loss(model, *validation)]):
            history[name].append(float(number))
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 fit", "judged by the training part", says="in place of the validation part")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = train
    for _ in range(epochs):
        seen = np.zeros(2)
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *train)]):
            history[name].append(float(number))
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 fit", "on_epoch is not asked", says="what on_epoch returns is not looked at")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = train
    for _ in range(epochs):
        seen = np.zeros(2)
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *validation)]):
            history[name].append(float(number))
        if on_epoch:
            on_epoch(history)
    return history


@mistake("3.4 fit", "validated in train mode", says="loss is measured in train mode")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = train
    for _ in range(epochs):
        seen = np.zeros(2)
        model.train()
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *validation)]):
            history[name].append(float(number))
        optimizer.zero_grad()
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 fit", "in eval mode for ever", says="stays in eval mode after the first")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = train
    model.train()
    for _ in range(epochs):
        seen = np.zeros(2)
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        model.eval()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *validation)]):
            history[name].append(float(number))
        optimizer.zero_grad()
        if on_epoch and on_epoch(history):
            break
    return history


@mistake(
    "3.4 fit", "the validation part is measured before the epoch", says="measured before each epoch"
)
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = train
    for _ in range(epochs):
        model.eval()
        before, seen = loss(model, *validation), np.zeros(2)
        model.train()
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        model.eval()
        for name, number in zip(names, [*(seen / len(X)), *before]):
            history[name].append(float(number))
        optimizer.zero_grad()
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 fit", "the history holds arrays", says="and should hold numbers")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = train
    for _ in range(epochs):
        seen = np.zeros(2)
        model.train()
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        model.eval()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *validation)]):
            history[name].append(np.array(number))
        optimizer.zero_grad()
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 EarlyStopping.__init__", "the model's own arrays", says="which training moves")
def __init__(self, model, patience):
    self.model = model
    self.patience = patience
    self.best_loss = inf
    self.best = {name: parameter.data for name, parameter in model.named_parameters()}
    self.waited = 0


@mistake("3.4 EarlyStopping.__init__", "no best before the first epoch", says="best is None")
def __init__(self, model, patience):
    self.model = model
    self.patience = patience
    self.best_loss = inf
    self.best = None
    self.waited = 0


@mistake("3.4 EarlyStopping.restore", "as if it began", says="lowest loss so far is forgotten")
def restore(self):
    self.model.load_state_dict(self.best)
    self.best_loss, self.waited = float("inf"), 0


@mistake("3.4 EarlyStopping.restore", "trained on in the store", says="trains on in the stored")
def restore(self):
    for name, parameter in self.model.named_parameters():
        parameter.data = self.best[name]


@mistake("3.4 EarlyStopping.__call__", "the last is kept", says="kept, not the best")
def __call__(self, history):
    newest = history["validation_loss"][-1]
    if newest < self.best_loss:
        self.best_loss, self.waited = newest, 0
        return False
    self.waited += 1
    return self.waited >= self.patience


@mistake("3.4 EarlyStopping.__call__", "the training loss", says="the training loss is watched")
def __call__(self, history):
    newest = history["train_loss"][-1]
    if newest < self.best_loss:
        self.best_loss, self.best, self.waited = newest, self.model.state_dict(), 0
        return False
    self.waited += 1
    if self.waited >= self.patience:
        self.restore()
    return self.waited >= self.patience


@mistake("3.4 EarlyStopping.__call__", "never reset", says="added up over the whole run")
def __call__(self, history):
    newest = history["validation_loss"][-1]
    if newest < self.best_loss:
        self.best_loss, self.best = newest, self.model.state_dict()
        return False
    self.waited += 1
    if self.waited >= self.patience:
        self.restore()
    return self.waited >= self.patience


@mistake("3.4 EarlyStopping.__call__", "best_loss is not kept", says="stays as it was at the start")
def __call__(self, history):
    losses = [x for x in history["validation_loss"] if x == x]
    newest = history["validation_loss"][-1]
    if newest == newest and newest < min(losses[:-1], default=inf):
        self.best, self.waited = self.model.state_dict(), 0
        return False
    self.waited += 1
    if self.waited < self.patience:
        return False
    self.restore()
    return True


@mistake("3.4 EarlyStopping.__call__", "a hair does not count", says="by however little")
def __call__(self, history):
    newest = history["validation_loss"][-1]
    if newest < self.best_loss - 1e-4:
        self.best_loss, self.best, self.waited = newest, self.model.state_dict(), 0
        return False
    self.waited += 1
    if self.waited < self.patience:
        return False
    self.restore()
    return True


@mistake("3.4 EarlyStopping.__call__", "nothing is returned", says="does every path end")
def __call__(self, history):
    newest = history["validation_loss"][-1]
    if newest < self.best_loss:
        self.best_loss, self.best, self.waited = newest, self.model.state_dict(), 0
    else:
        self.waited += 1
        if self.waited >= self.patience:
            self.restore()


@mistake(
    "3.4 EarlyStopping.__call__", "the lowest of the history, by argmin", says="as np.argmin does"
)
def __call__(self, history):
    losses = history["validation_loss"]
    best = int(np.argmin(losses))
    if best == len(losses) - 1:
        self.best_loss, self.best = losses[-1], self.model.state_dict()
        return False
    if len(losses) - 1 - best >= self.patience:
        self.restore()
        return True
    return False


@mistake(
    "3.4 EarlyStopping.__call__",
    "PyTorch: one epoch longer than patience",
    says="as PyTorch's ReduceLROnPlateau does",
)
def __call__(self, history):
    newest = history["validation_loss"][-1]
    if newest < self.best_loss:
        self.best_loss, self.best, self.waited = newest, self.model.state_dict(), 0
        return False
    self.waited += 1
    if self.waited <= self.patience:
        return False
    self.restore()
    return True


@mistake(
    "3.4 EarlyStopping.__call__", "PyTorch: better by a ten-thousandth", says="by a ten-thousandth"
)
def __call__(self, history):
    newest = history["validation_loss"][-1]
    if newest < self.best_loss * (1 - 1e-4):
        self.best_loss, self.best, self.waited = newest, self.model.state_dict(), 0
        return False
    self.waited += 1
    if self.waited < self.patience:
        return False
    self.restore()
    return True


@mistake(
    "3.4 EarlyStopping.__call__",
    "Keras: the last weights stay",
    says="as Keras' EarlyStopping does",
)
def __call__(self, history):
    newest = history["validation_loss"][-1]
    if newest < self.best_loss:
        self.best_loss, self.best, self.waited = newest, self.model.state_dict(), 0
        return False
    self.waited += 1
    return self.waited >= self.patience


# ---- files


@mistake("3.4 save_parameters", "written over the old file", says="damaged or gone")
def save_parameters(model, path):
    with open(path, "wb") as file:
        np.savez(file, **model.state_dict())


@mistake(
    "3.4 save_parameters", "a pickle", says="is no .npz file of numbers", prelude="import pickle"
)
def save_parameters(model, path):
    path.write_bytes(pickle.dumps(model.state_dict()))


@mistake("3.4 save_parameters", "a half file is left", says="was left behind", prelude="import os")
def save_parameters(model, path):
    unfinished = path.with_name(f"{path.name}.part")
    with open(unfinished, "wb") as file:
        np.savez(file, **model.state_dict())
    os.replace(unfinished, path)


@mistake(
    "3.4 save_parameters",
    "all bytes first, then over the old file",
    says="opened and written over",
    prelude="import io",
)
def save_parameters(model, path):
    buffer = io.BytesIO()
    np.savez(buffer, **model.state_dict())
    path.write_bytes(buffer.getvalue())


@mistake(
    "3.4 save_parameters",
    "written beside, and copied over the old file",
    says="opened and written over",
    prelude="import shutil",
)
def save_parameters(model, path):
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **model.state_dict())
        shutil.copy(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@mistake(
    "3.4 save_parameters",
    "nobody hears of the error",
    says="has to know that nothing was saved",
    prelude="import os",
)
def save_parameters(model, path):
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **model.state_dict())
        os.replace(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)


@mistake("3.4 load_parameters", "pickles are allowed", says="run code that stood in the file")
def load_parameters(model, path):
    try:
        with np.load(path, allow_pickle=True) as file:
            state = {name: file[name][()] for name in file.files}
        model.load_state_dict(state)
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error


@mistake("3.4 load_parameters", "one after the other", says="was loaded all the same")
def load_parameters(model, path):
    try:
        with np.load(path, allow_pickle=False) as file:
            for name, parameter in model.named_parameters():
                numbers = file[name][()]
                parameter.data = numbers if numbers.ndim else float(numbers)
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error


@mistake("3.4 load_parameters", "lone numbers come back as arrays", says="as an array without axes")
def load_parameters(model, path):
    try:
        with np.load(path, allow_pickle=False) as file:
            state = {name: file[name] for name in file.files}
        for name, parameter in model.named_parameters():
            parameter.data = state[name]
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error


@mistake("3.4 load_parameters", "integers will do", says="integers")
def load_parameters(model, path):
    try:
        with np.load(path, allow_pickle=False) as file:
            state = {name: file[name][()] for name in file.files}
    except Exception as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    for name, numbers in state.items():
        if numbers.dtype.kind not in "fiub":
            raise ValueError(f"{path}: {name} holds {numbers.dtype}, and should hold floats")
    try:
        model.load_state_dict(state)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


@mistake("3.4 load_csv", "rows are counted, not lines", says="rows are counted, not lines")
def load_csv(path):
    table = read_table(path)
    if len(table) < 2:
        raise ValueError(f"{path}: no rows")
    (_, columns), *rows = table
    parsed = [
        parse_row(cells, columns, f"{path}, line {i}") for i, (_, cells) in enumerate(rows, 2)
    ]
    features, labels = zip(*parsed)
    return np.array(features), list(labels)


@mistake("3.4 load_csv", "the labels are an array", says="should be a list")
def load_csv(path):
    table = read_table(path)
    if len(table) < 2:
        raise ValueError(f"{path}: no rows")
    (_, columns), *rows = table
    parsed = [parse_row(cells, columns, f"{path}, line {line}") for line, cells in rows]
    features, labels = zip(*parsed)
    return np.array(features), np.array(labels)


@mistake(
    "3.4 load_csv",
    "some errors of reading come through",
    says="came through for",
    prelude="import csv",
)
def load_csv(path):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            columns = next(lines, [])
            rows = [parse_row(cells, columns, f"{path}, line {lines.line_num}") for cells in lines]
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not in UTF-8: {error}") from error
    if not rows:
        raise ValueError(f"{path}: no rows")
    features, labels = zip(*rows)
    return np.array(features), list(labels)


@mistake(
    "3.4 save_parameters", "the old file is deleted first", says="is deleted before the new one"
)
def save_parameters(model, path):
    part = path.with_name(path.name + ".tmp")
    try:
        with open(part, "wb") as f:
            np.savez(f, **model.state_dict())
        path.unlink(missing_ok=True)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


@mistake(
    "3.4 save_parameters",
    "the old file is put aside, and back after an error",
    says="is not in its place",
    prelude="import os",
)
def save_parameters(model, path):
    back = path.with_name(path.name + ".bak")
    if path.exists():
        os.replace(path, back)
    try:
        with open(path, "wb") as f:
            np.savez(f, **model.state_dict())
    except BaseException:
        path.unlink(missing_ok=True)
        if back.exists():
            os.replace(back, path)
        raise
    back.unlink(missing_ok=True)


@mistake(
    "3.4 save_parameters",
    "written in the folder for temporary files",
    says="and not beside the old one",
    prelude="import os, shutil, tempfile",
)
def save_parameters(model, path):
    fd, tmp = tempfile.mkstemp()
    try:
        with os.fdopen(fd, "wb") as f:
            np.savez(f, **model.state_dict())
        shutil.move(tmp, path)
    except BaseException:
        os.unlink(tmp)
        raise


@mistake(
    "3.4 save_parameters",
    "cleared away after an OSError alone",
    says="stays after every other error",
    prelude="import os",
)
def save_parameters(model, path):
    part = path.with_name(path.name + ".tmp")
    try:
        with open(part, "wb") as f:
            np.savez(f, **model.state_dict())
    except OSError:
        part.unlink()
        raise
    os.replace(part, path)


@mistake("3.4 load_parameters", "another suffix becomes .npz", says="is there, and was refused")
def load_parameters(model, path):
    try:
        with np.load(path.with_suffix(".npz")) as file:
            state = {name: file[name][()] for name in file.files}
    except Exception as e:
        raise ValueError(f"{path}: {e}") from e
    for n, a in state.items():
        if a.dtype.kind != "f":
            raise ValueError(f"{path}: {n}")
    try:
        model.load_state_dict(state)
    except ValueError as e:
        raise ValueError(f"{path}: {e}") from e


@mistake("3.4 load_parameters", "float32 is refused", says="are floats as well")
def load_parameters(model, path):
    try:
        with np.load(path) as file:
            state = {name: file[name][()] for name in file.files}
    except Exception as e:
        raise ValueError(f"{path}: {e}") from e
    for n, a in state.items():
        if a.dtype != np.float64:
            raise ValueError(f"{path}: {n}")
    try:
        model.load_state_dict(state)
    except ValueError as e:
        raise ValueError(f"{path}: {e}") from e


@mistake("3.4 load_parameters", "some errors of reading come through", says="came through")
def load_parameters(model, path):
    try:
        with np.load(path, allow_pickle=False) as file:
            state = {name: file[name][()] for name in file.files}
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    for name, numbers in state.items():
        if numbers.dtype.kind != "f":
            raise ValueError(f"{path}: {name} holds {numbers.dtype}")
    try:
        model.load_state_dict(state)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


@mistake(
    "3.4 load_parameters",
    "a lone array ends in an AttributeError",
    says="AttributeError came through",
)
def load_parameters(model, path):
    try:
        file = np.load(path, allow_pickle=False)
    except Exception as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    state = {name: file[name][()] for name in file.files}
    model.load_state_dict(state)


@mistake(
    "3.4 array_loss",
    "backward in train mode alone",
    says="whether it is wanted is the caller's business",
)
def array_loss(model, X, y):
    logits, cache = model.forward(X)
    loss, d = softmax_cross_entropy(logits, y)
    if model.training:
        model.backward(d, cache)
    return loss, float((logits.argmax(1) == y).mean())


@mistake(
    "3.4 array_loss",
    "no backward where all is right",
    says="whether it is wanted is the caller's business",
)
def array_loss(model, X, y):
    logits, cache = model.forward(X)
    loss, d = softmax_cross_entropy(logits, y)
    acc = float((logits.argmax(1) == y).mean())
    if acc < 1:
        model.backward(d, cache)
    return loss, acc


@mistake(
    "3.4 array_loss",
    "a tie for the highest counts as right",
    says="as high as the highest counts as right",
)
def array_loss(model, X, y):
    logits, cache = model.forward(X)
    loss, d = softmax_cross_entropy(logits, y)
    model.backward(d, cache)
    return loss, float((logits[np.arange(len(y)), y] == logits.max(1)).mean())


@mistake(
    "3.4 Standardizer.fit",
    "a deviation below 1e-12 is none",
    says="a small deviation is taken for none",
)
def fit(self, X):
    self.mean = X.mean(0)
    self.deviation = X.std(0)
    self.deviation = np.where(self.deviation < 1e-12, 0.0, self.deviation)
    self.deviation = np.where((X == X[0]).all(0), 0.0, self.deviation)
    return self


@mistake(
    "3.4 Standardizer.fit",
    "a deviation small beside the mean is none",
    says="small compared with the mean",
)
def fit(self, X):
    self.mean = X.mean(0)
    self.deviation = X.std(0)
    self.deviation = np.where(self.deviation < 1e-12 * np.abs(self.mean), 0.0, self.deviation)
    self.deviation = np.where((X == X[0]).all(0), 0.0, self.deviation)
    return self


@mistake(
    "3.4 Standardizer.transform",
    "a deviation below 1e-12 is not divided by",
    says="below some limit taken for none",
)
def transform(self, X):
    return (X - self.mean) / np.where(self.deviation < 1e-12, 1.0, self.deviation)


@mistake(
    "3.4 array_loss",
    "of equal scores the last",
    says="of equal scores the last is the answer",
)
def array_loss(model, X, y):
    logits, cache = model.forward(X)
    loss, d = softmax_cross_entropy(logits, y)
    model.backward(d, cache)
    return loss, float((logits.shape[1] - 1 - logits[:, ::-1].argmax(1) == y).mean())


@mistake("3.4 parse_row", "the label is put in small letters", says="Capitals, and whatever")
def parse_row(cells, columns, where):
    if len(cells) != len(columns) or not cells:
        raise ValueError(f"{where}: {len(cells)} cells for {len(columns)} columns")
    numbers = []
    for cell, column in zip(cells[:-1], columns):
        try:
            number = float(cell)
        except ValueError:
            number = np.nan
        if not np.isfinite(number):
            raise ValueError(f"{where}: {column} is {cell!r}, no finite number")
        numbers.append(number)
    label = cells[-1].strip().lower()
    if not label:
        raise ValueError(f"{where}: {columns[-1]} is empty")
    return numbers, label


# ---- what comes from elsewhere


@mistake("3.4 one_hot", "booleans choose like a mask", says="they choose like a mask")
def one_hot(targets, n_classes):
    if targets.min() < 0 or targets.max() >= n_classes:
        raise IndexError(f"{targets.min()} to {targets.max()} are not 0 to {n_classes - 1}")
    return np.eye(n_classes)[targets]


@mistake("3.4 confusion_matrix", "a class from the end", says="the targets [0, -1]")
def confusion_matrix(targets, predictions, n_classes):
    if targets.dtype == bool:
        raise TypeError("bool is not a class")
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (targets, predictions), 1)
    return matrix


@mistake("3.4 confusion_matrix", "as long as the shorter one", says="for targets (2,)")
def confusion_matrix(targets, predictions, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    targets, predictions = (class_numbers(n, n_classes) for n in (targets, predictions))
    for target, prediction in zip(targets, predictions):
        matrix[target, prediction] += 1
    return matrix


@mistake("3.4 train_test_split", "by label and not by place", says="looks for labels there")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    rng = np.random.default_rng(rng)
    if len(X) != len(y):
        raise ValueError(f"{len(X)} rows of features, but {len(y)} targets")
    if not 0 < test_fraction < 1:
        raise ValueError(f"a test fraction is above 0 and below 1, not {test_fraction}")
    groups = [np.flatnonzero(y == k) for k in np.unique(y)] if stratify else [np.arange(len(y))]
    shuffled = [rng.permutation(group) for group in groups]
    cuts = [round(test_fraction * len(group)) for group in groups]
    test = rng.permutation(np.concatenate([g[:cut] for g, cut in zip(shuffled, cuts)]))
    train = rng.permutation(np.concatenate([g[cut:] for g, cut in zip(shuffled, cuts)]))
    return X[train], X[test], y[train], y[test]


@mistake(
    "3.4 fit",
    "the seed is handed on for each epoch",
    says="with rng=0 each epoch comes in the same order",
)
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = map(np.asarray, train)
    for _ in range(epochs):
        seen = np.zeros(2)
        model.train()
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        model.eval()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *validation)]):
            history[name].append(float(number))
        optimizer.zero_grad()
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 fit", "by label and not by place", says="looks for labels there")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    rng = np.random.default_rng(rng)
    X, y = train
    for _ in range(epochs):
        seen = np.zeros(2)
        model.train()
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        model.eval()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *validation)]):
            history[name].append(float(number))
        optimizer.zero_grad()
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 save_parameters", "saved as float32", says="or turned into float32")
def save_parameters(model, path):
    with replacing(path) as file:
        np.savez(file, **{name: np.float32(data) for name, data in model.state_dict().items()})


@mistake("3.4 Standardizer.fit", "squares in float16", says="too large for float16")
def fit(self, X):
    X = real_array(X)
    self.mean = X.mean(axis=0)
    self.deviation = np.where(X.min(axis=0) == X.max(axis=0), 0.0, X.std(axis=0))
    return self


@mistake("3.4 Standardizer.fit", "the mask is dropped", says="of which np.asarray drops the mask")
def fit(self, X):
    X = np.asarray(X, dtype=float)
    self.mean = X.mean(axis=0)
    self.deviation = np.where(X.min(axis=0) == X.max(axis=0), 0.0, X.std(axis=0))
    return self


@mistake("3.4 Standardizer.transform", "one column for all", says="numpy repeats a single one")
def transform(self, X):
    return (real_array(X) - self.mean) / np.where(self.deviation == 0, 1.0, self.deviation)


@mistake("3.4 train_test_split", "the mask is dropped", says="of which np.asarray drops the mask")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    X, y, rng = np.asarray(X), np.asarray(y), np.random.default_rng(rng)
    if len(X) != len(y):
        raise ValueError(f"{len(X)} rows, {len(y)} targets")
    if not 0 < test_fraction < 1:
        raise ValueError(f"not {test_fraction}")
    groups = [np.flatnonzero(y == k) for k in np.unique(y)] if stratify else [np.arange(len(y))]
    shuffled = [rng.permutation(group) for group in groups]
    cuts = [round(test_fraction * len(group)) for group in groups]
    test = rng.permutation(np.concatenate([g[:cut] for g, cut in zip(shuffled, cuts)]))
    train = rng.permutation(np.concatenate([g[cut:] for g, cut in zip(shuffled, cuts)]))
    return X[train], X[test], y[train], y[test]


@mistake("3.4 load_csv", "a single column is a label", says="a label without features")
def load_csv(path):
    table = read_table(path)
    if len(table) < 2:
        raise ValueError(f"{path}: no rows")
    (_, columns), *rows = table
    parsed = [parse_row(cells, columns, f"{path}, line {line}") for line, cells in rows]
    features, labels = zip(*parsed)
    return np.array(features), list(labels)


@mistake("3.4 fit", "more targets than examples", says="perhaps none is that of its example")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = map(plain_array, train)
    validation = [*map(plain_array, validation)]
    rng = np.random.default_rng(rng)
    for _ in range(epochs):
        seen = np.zeros(2)
        model.train()
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        model.eval()
        for name, number in zip(names, [*(seen / len(X)), *loss(model, *validation)]):
            history[name].append(float(number))
        optimizer.zero_grad()
        if on_epoch and on_epoch(history):
            break
    return history


# ---- what a table, a class or a batch may look like


@mistake("3.4 parse_row", "a sign for percent is dropped", says="the width '50%' should raise")
def parse_row(cells, columns, where):
    if len(cells) != len(columns) or not cells:
        raise ValueError(f"{where}: {len(cells)} cells, but {len(columns)} columns")
    numbers = []
    for column, cell in zip(columns, cells[:-1]):
        try:
            number = float(cell.rstrip("%"))
        except ValueError:
            number = nan
        if not isfinite(number):
            raise ValueError(f"{where}, column {column}: {cell!r} is no finite number")
        numbers.append(number)
    label = cells[-1].strip()
    if not label:
        raise ValueError(f"{where}: {columns[-1]} is empty")
    return numbers, label


@mistake("3.4 parse_row", "two blanks become one", says="two blanks inside are its name too")
def parse_row(cells, columns, where):
    if len(cells) != len(columns) or not cells:
        raise ValueError(f"{where}: {len(cells)} cells, but {len(columns)} columns")
    numbers = []
    for column, cell in zip(columns, cells[:-1]):
        try:
            number = float(cell)
        except ValueError:
            number = nan
        if not isfinite(number):
            raise ValueError(f"{where}, column {column}: {cell!r} is no finite number")
        numbers.append(number)
    label = " ".join(cells[-1].split())
    if not label:
        raise ValueError(f"{where}: {columns[-1]} is empty")
    return numbers, label


@mistake("3.4 load_csv", "whether there are names is guessed", says="is taken for a flower")
def load_csv(path):
    rows = read_table(path)
    if not rows or len(rows[0][1]) < 2:
        raise ValueError(f"{path} holds no table")
    columns = rows[0][1]
    if not columns[0].isdigit():
        rows = rows[1:]
    if not rows:
        raise ValueError(f"{path} has no rows")
    parsed = [parse_row(cells, columns, f"{path}, line {line}") for line, cells in rows]
    return np.array([row for row, _ in parsed], float), [label for _, label in parsed]


@mistake("3.4 encode_labels", "read twice", says="used up when the names were known")
def encode_labels(labels):
    names = sorted(set(labels))
    return np.array([names.index(label) for label in labels], dtype=int), names


@mistake("3.4 encode_labels", "none of them are floats", says="should be an array of integers")
def encode_labels(labels):
    labels = list(labels)
    names = sorted(set(labels))
    return np.array([names.index(label) for label in labels]), names


@mistake("3.4 one_hot", "the identity matrix", says="the identity matrix has a row for each class")
def one_hot(targets, n_classes):
    return np.eye(n_classes)[class_numbers(targets, n_classes)]


@mistake("3.4 train_test_split", "two shares rounded", says="not a share that is rounded by itself")
def train_test_split(X, y, test_fraction, rng, stratify=False):
    if not 0 < test_fraction < 1:
        raise ValueError(f"a test fraction of {test_fraction}")
    X, y = plain_array(X), plain_array(y)
    if len(X) != len(y):
        raise ValueError(f"{len(X)} rows, but {len(y)} targets")
    rng = np.random.default_rng(rng)
    groups = [np.flatnonzero(y == k) for k in np.unique(y)] if stratify else [np.arange(len(y))]
    test, train = [], []
    for group in map(rng.permutation, groups):
        n_test, n_train = (round(len(group) * f) for f in (test_fraction, 1 - test_fraction))
        test.append(group[:n_test])
        train.append(group[n_test:][:n_train])
    test, train = np.concatenate(test), np.concatenate(train)
    return X[train], X[test], y[train], y[test]


@mistake("3.4 Standardizer.fit", "the median", says="the median is taken for the mean")
def fit(self, X):
    X = real_array(X).astype(float)
    self.mean = np.median(X, axis=0)
    self.deviation = np.where(X.min(axis=0) == X.max(axis=0), 0.0, X.std(axis=0))
    return self


@mistake("3.4 Standardizer.fit", "NaN is passed over", says="NaN is left out, as np.nanmean")
def fit(self, X):
    X = real_array(X).astype(float)
    self.mean = np.nanmean(X, axis=0)
    constant = np.nanmin(X, axis=0) == np.nanmax(X, axis=0)
    self.deviation = np.where(constant, 0.0, np.nanstd(X, axis=0))
    return self


@mistake("3.4 Standardizer.fit", "one for all distances", says="one deviation is taken of all dist")
def fit(self, X):
    X = real_array(X).astype(float)
    self.mean = X.mean(axis=0)
    constant = X.min(axis=0) == X.max(axis=0)
    self.deviation = np.where(constant, 0.0, np.sqrt(((X - self.mean) ** 2).mean()))
    return self


@mistake("3.4 Standardizer.fit", "centred in place", says="it only measures them")
def fit(self, X):
    X = real_array(X)
    if X.dtype != np.float64:
        X = X.astype(float)
    constant = X.min(axis=0) == X.max(axis=0)
    self.mean = X.mean(axis=0)
    X -= self.mean
    self.deviation = np.where(constant, 0.0, np.sqrt((X**2).mean(axis=0)))
    return self


@mistake("3.4 minibatches", "one array for all batches", says="One array is filled anew for each")
def minibatches(n, batch_size, rng):
    if batch_size < 1:
        raise ValueError(f"batches of {batch_size}")
    order = np.random.default_rng(rng).permutation(n)
    batch = np.empty(min(n, batch_size), int)
    for start in range(0, n, batch_size):
        part = order[start : start + batch_size]
        batch[: len(part)] = part
        yield batch[: len(part)]


@mistake("3.4 confusion_matrix", "predictions are not looked at", says="the predictions [0, -1]")
def confusion_matrix(targets, predictions, n_classes):
    targets, predictions = class_numbers(targets, n_classes), np.asarray(predictions)
    if targets.shape != predictions.shape:
        raise ValueError(f"predictions {predictions.shape} for targets {targets.shape}")
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (targets, predictions), 1)
    return matrix


@mistake("3.4 confusion_matrix", "one number for a pair", says="19 · 20 + 18 does not fit")
def confusion_matrix(targets, predictions, n_classes):
    targets, predictions = (class_numbers(n, n_classes) for n in (targets, predictions))
    if targets.shape != predictions.shape:
        raise ValueError(f"predictions {predictions.shape} for targets {targets.shape}")
    pairs = targets * targets.dtype.type(n_classes) + predictions
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


@mistake("3.4 ArrayNetwork.__init__", "integers for biases", says="moved by a fraction")
def __init__(self, sizes, rng):
    if len(sizes) < 2:
        raise ValueError(f"a network needs two sizes, not {sizes}")
    rng = np.random.default_rng(rng)
    self.weights = [
        Parameter(rng.normal(0, np.sqrt(2 / a), (a, b))) for a, b in zip(sizes, sizes[1:])
    ]
    self.biases = [Parameter(np.zeros(b, int)) for b in sizes[1:]]


@mistake("3.4 fit", "validated in batches", says="cut into batches, and the batches are averaged")
def fit(model, loss, train, validation, optimizer, epochs, batch_size, rng, on_epoch=None):
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    history = {name: [] for name in names}
    X, y = map(plain_array, train)
    if len(X) != len(y):
        raise ValueError(f"{len(X)} examples, but {len(y)} targets")
    watched = [*map(plain_array, validation)]
    rng = np.random.default_rng(rng)
    for _ in range(epochs):
        seen = np.zeros(2)
        model.train()
        for batch in minibatches(len(X), batch_size, rng):
            optimizer.zero_grad()
            seen += np.array(loss(model, X[batch], y[batch])) * len(batch)
            optimizer.step()
        model.eval()
        cuts = range(0, len(watched[0]), batch_size)
        parts = [loss(model, *(part[i : i + batch_size] for part in watched)) for i in cuts]
        for name, number in zip(names, [*(seen / len(X)), *np.mean(parts, axis=0)]):
            history[name].append(float(number))
        optimizer.zero_grad()
        if on_epoch and on_epoch(history):
            break
    return history


@mistake("3.4 ArrayNetwork.forward", "a ReLU in front", says="stands before the first layer too")
def forward(self, X):
    cache = []
    for W, b in zip(self.weights, self.biases):
        X = np.maximum(X, 0)
        Z = linear_forward(X, W.data, b.data)
        cache.append((X, Z))
        X = Z
    return Z, cache


@mistake("3.4 ArrayNetwork.backward", "a ReLU behind", says="as if the output had a ReLU")
def backward(self, dlogits, cache):
    dZ = np.maximum(dlogits, 0)
    for i in reversed(range(len(cache))):
        dX, dW, db = linear_backward(dZ, cache[i][0], self.weights[i].data)
        self.weights[i].grad = self.weights[i].grad + dW
        self.biases[i].grad = self.biases[i].grad + db
        if i > 0:
            dZ = relu_backward(dX, cache[i - 1][1])


@mistake("3.4 encode_labels", "numpy takes what yields for one", says="takes it for a single thing")
def encode_labels(labels):
    names, targets = np.unique(labels, return_inverse=True)
    return targets.astype(int), names.tolist()


@mistake("3.4 confusion_matrix", "counted in eight bits", says="which end at 255")
def confusion_matrix(targets, predictions, n_classes):
    targets, predictions = (class_numbers(n, n_classes) for n in (targets, predictions))
    if targets.shape != predictions.shape:
        raise ValueError(f"predictions {predictions.shape} for targets {targets.shape}")
    matrix = np.zeros((n_classes, n_classes), dtype=np.uint8)
    np.add.at(matrix, (targets, predictions), 1)
    return matrix


@mistake(
    "3.4 ArrayNetwork.__init__", "the seed anew for each layer", says="not anew for each layer"
)
def __init__(self, sizes, rng):
    if len(sizes) < 2:
        raise ValueError(f"a network needs two sizes, not {sizes}")
    self.weights, self.biases = [], []
    for n_in, n_out in pairwise(sizes):
        drawn = np.random.default_rng(rng).standard_normal((n_in, n_out))
        self.weights.append(Parameter(drawn * np.sqrt(2 / n_in)))
        self.biases.append(Parameter(np.zeros(n_out)))


@mistake("3.4 ArrayNetwork.__init__", "a generator is all it takes", says="was asked for numbers")
def __init__(self, sizes, rng):
    if len(sizes) < 2:
        raise ValueError(f"a network needs two sizes, not {sizes}")
    self.weights = [
        Parameter(rng.normal(0, np.sqrt(2 / a), (a, b))) for a, b in zip(sizes, sizes[1:])
    ]
    self.biases = [Parameter(np.zeros(b)) for b in sizes[1:]]


@mistake("3.4 one_hot", "floats are cut", says="even where they are whole")
def one_hot(targets, n_classes):
    if targets.dtype == bool:
        raise TypeError("targets are bool")
    if targets.min() < 0 or targets.max() >= n_classes:
        raise IndexError(f"{targets.min()} to {targets.max()} are not 0 to {n_classes - 1}")
    rows = np.zeros((len(targets), n_classes))
    rows[np.arange(len(targets)), targets.astype(int)] = 1
    return rows
