"""Right solutions of 2.2 in other designs than the reference's."""

from tests.alternatives import alternative


@alternative("2.2 children", "one dict of parts for all kinds")
def children(thing):
    parts = {}
    if isinstance(thing, dict):
        parts = thing
    elif isinstance(thing, (list, tuple)):  # noqa: UP038
        parts = dict(enumerate(thing))
    elif callable(getattr(thing, "parameters", None)):
        parts = thing.__dict__
    return [(f"{name}", part) for name, part in parts.items()]


@alternative("2.2 children", "match")
def children(thing):
    match thing:
        case dict():
            pairs = thing.items()
        case list() | tuple():
            pairs = zip(range(len(thing)), thing)
        case _ if callable(getattr(thing, "parameters", None)):
            pairs = vars(thing).items()
        case _:
            pairs = ()
    return [(str(name), part) for name, part in pairs]


@alternative("2.2 Module.named_parameters", "a stack instead of recursion")
def named_parameters(self):
    found, seen, waiting = [], set(), [("", self)]
    while waiting:
        path, thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((path, thing))
            continue
        for name, part in reversed(children(thing)):
            waiting.append((f"{path}.{name}" if path else name, part))
    return found


@alternative("2.2 Module.named_parameters", "a generator inside, and names as texts")
def named_parameters(self):
    entered = {}

    def walk(thing, prefix):
        for name, part in children(thing):
            if id(part) in entered:
                continue
            entered[id(part)] = part
            if hasattr(part, "data") and hasattr(part, "grad"):
                yield prefix + name, part
            else:
                yield from walk(part, f"{prefix}{name}.")

    entered[id(self)] = self
    return list(walk(self, ""))


@alternative("2.2 Module.named_parameters", "the whole way as what is remembered")
def named_parameters(self):
    found = {}  # id → (name, parameter), in the order in which they were met

    def visit(thing, path, on_the_way):
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.setdefault(id(thing), (".".join(path), thing))
        elif id(thing) not in on_the_way:
            for name, part in children(thing):
                visit(part, [*path, name], on_the_way | {id(thing)})

    visit(self, [], frozenset())
    return list(found.values())


@alternative("2.2 Module.parameters", "through a dict")
def parameters(self):
    return list(dict(self.named_parameters()).values())


@alternative("2.2 Module.parameters", "a loop")
def parameters(self):
    found = []
    for pair in self.named_parameters():
        found.append(pair[1])
    return found


@alternative("2.2 Module.modules", "recursion")
def modules(self):
    found, seen = [], set()

    def visit(thing):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if isinstance(thing, Module):
            found.append(thing)
        for _, part in children(thing):
            visit(part)

    visit(self)
    return found


@alternative("2.2 Module.modules", "breadth first")
def modules(self):
    everything = [self]
    for thing in everything:
        known = set(map(id, everything))
        for _, part in children(thing):
            if id(part) not in known:
                known.add(id(part))
                everything.append(part)
    return [thing for thing in everything if isinstance(thing, Module)]


@alternative("2.2 Module.train", "returns the module, as PyTorch does")
def train(self):
    for module in self.modules():
        module.training = True
    return self


@alternative("2.2 Module.eval", "written into the attributes")
def eval(self):
    for module in self.modules():
        vars(module)["training"] = False


@alternative(
    "2.2 Module.zero_grad",
    "the function of 1.1",
    prelude="from ..phase1_autodiff.value import zero_grad",
)
def zero_grad(self):
    zero_grad(self.parameters())


@alternative("2.2 Module.n_parameters", "the product of the shape", prelude="from math import prod")
def n_parameters(self):
    total = 0
    for parameter in self.parameters():
        total += prod(parameter.data.shape) if hasattr(parameter.data, "shape") else 1
    return total


@alternative("2.2 Module.state_dict", "copies of everything", prelude="import copy")
def state_dict(self):
    return {name: copy.deepcopy(parameter.data) for name, parameter in self.named_parameters()}


@alternative("2.2 Module.state_dict", "a shallow copy is enough", prelude="import copy")
def state_dict(self):
    state = {}
    for name, parameter in self.named_parameters():
        state[name] = copy.copy(parameter.data)
    return state


@alternative("2.2 Module.load_state_dict", "sets of names, and a full slice")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    missing = parameters.keys() - state.keys()
    unexpected = state.keys() - parameters.keys()
    wrong = []
    for name in parameters.keys() & state.keys():
        old, new = parameters[name].data, state[name]
        both = hasattr(old, "shape"), hasattr(new, "shape")
        if both == (True, True):
            fits = old.shape == new.shape
        else:
            fits = both == (False, False) and isinstance(new, Real)
        if not fits:
            wrong.append(name)
    if missing or unexpected or wrong:
        raise ValueError(f"missing {missing}, unexpected {unexpected}, wrong {wrong}")
    for name, new in state.items():
        if hasattr(new, "shape"):
            parameters[name].data[:] = new
        else:
            parameters[name].data = new


@alternative("2.2 Module.load_state_dict", "row by row, after a rehearsal")
def load_state_dict(self, state):
    problems, plan = [], []
    names = [name for name, _ in self.named_parameters()]
    for name, parameter in self.named_parameters():
        if name not in state:
            problems.append(f"no {name}")
        elif getattr(state[name], "shape", None) != getattr(parameter.data, "shape", None):
            problems.append(f"shape of {name}")
        elif not hasattr(parameter.data, "shape") and not isinstance(state[name], Real):
            problems.append(f"kind of {name}")
        else:
            plan.append((parameter, state[name]))
    problems += [f"no place for {name}" for name in state if name not in names]
    if problems:
        raise ValueError(", ".join(problems))
    for parameter, new in plan:
        if hasattr(new, "shape"):
            for place in range(len(new)):
                parameter.data[place] = new[place]
        else:
            parameter.data = float(new)


@alternative("2.2 xavier_uniform", "from random() by hand, and row by row")
def xavier_uniform(n_in, n_out, rng):
    rng = random_from(rng)
    limit = (6 / (n_out + n_in)) ** 0.5
    table = []
    for _ in range(n_in):
        row = []
        for _ in range(n_out):
            row.append((1 - 2 * rng.random()) * limit)
        table.append(row)
    return table


@alternative("2.2 xavier_uniform", "from the deviation, with a sign of its own")
def xavier_uniform(n_in, n_out, rng):
    rng = random_from(rng)
    deviation = sqrt(2 / (n_in + n_out))
    limit = sqrt(3) * deviation
    return [
        [rng.choice((-1, 1)) * rng.uniform(0, limit) for _ in range(n_out)] for _ in range(n_in)
    ]


@alternative("2.2 he_normal", "normalvariate, and a scale outside")
def he_normal(n_in, n_out, rng):
    rng = random_from(rng)
    scale = (2 / n_in) ** 0.5
    return [[scale * rng.normalvariate(0, 1) for _ in range(n_out)] for _ in range(n_in)]


@alternative(
    "2.2 he_normal", "the inverse of the distribution", prelude="from statistics import NormalDist"
)
def he_normal(n_in, n_out, rng):
    rng = random_from(rng)
    normal = NormalDist(0, sqrt(2 / n_in))
    return [[normal.inv_cdf(1 - rng.random() or 0.5) for _ in range(n_out)] for _ in range(n_in)]


@alternative("2.2 Layer.__init__", "a loop, and sizes that are kept")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    rng = random_from(rng)
    self.n_in, self.n_out, self.activation = n_in, n_out, activation
    self.neurons = []
    for _ in range(n_out):
        self.neurons.append(Neuron(n_in, activation, rng))


@alternative("2.2 Layer.__call__", "a loop")
def __call__(self, inputs):
    outputs = []
    for neuron in self.neurons:
        outputs.append(neuron(inputs))
    return outputs


@alternative("2.2 MLP.__init__", "hidden layers first, then the last one")
def __init__(self, sizes, activation="tanh", rng=None):
    sizes = list(sizes)
    if len(sizes) <= 1:
        raise ValueError(f"at least two sizes, not {sizes}")
    rng = random_from(rng)
    self.sizes, self.layers = sizes, []
    for i in range(1, len(sizes) - 1):
        self.layers.append(Layer(sizes[i - 1], sizes[i], activation, rng))
    self.layers.append(Layer(sizes[-2], sizes[-1], activation=None, rng=rng))


@alternative("2.2 MLP.__call__", "a fold", prelude="from functools import reduce")
def __call__(self, inputs):
    return reduce(lambda signal, layer: layer(signal), self.layers, inputs)


@alternative("2.2 mlp_parameter_count", "weights and biases apart")
def mlp_parameter_count(sizes):
    weights = sum(a * b for a, b in zip(sizes[:-1], sizes[1:]))
    biases = sum(sizes[1:])
    return weights + biases


@alternative("2.2 xavier_uniform", "drawn output by output")
def xavier_uniform(n_in, n_out, rng):
    rng = random_from(rng)
    limit = sqrt(6 / (n_in + n_out))
    columns = [[rng.uniform(-limit, limit) for _ in range(n_in)] for _ in range(n_out)]
    return [list(row) for row in zip(*columns)]


@alternative("2.2 MLP.__init__", "the activation of the last layer is taken away again")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(f"too few sizes: {sizes}")
    rng = random_from(rng)
    self.layers = [Layer(a, b, activation, rng) for a, b in zip(sizes, sizes[1:])]
    for neuron in self.layers[-1].neurons:
        neuron.activation = None


@alternative("2.2 walk", "a helper that calls itself")
def walk(thing):
    found, seen = [], set()

    def visit(path, part):
        if id(part) in seen:
            return
        seen.add(id(part))
        found.append((path, part))
        for name, below in children(part):
            visit(".".join([path, name]) if path else name, below)

    visit("", thing)
    return found


@alternative("2.2 walk", "a generator, and a dict of what was seen")
def walk(thing):
    seen = {}

    def visit(path, part):
        if seen.setdefault(id(part), path) == path:
            yield path, part
            for name, below in children(part):
                if id(below) not in seen:
                    yield from visit(f"{path}.{name}".lstrip("."), below)

    return list(visit("", thing))


@alternative("2.2 Module.named_parameters", "a walk of its own, in a dict")
def named_parameters(self):
    names, entered = {}, set()

    def go(prefix, t):
        for n, p in children(t):
            if hasattr(p, "grad") and hasattr(p, "data"):
                if id(p) not in names:
                    names[id(p)] = (prefix + n, p)
            elif id(p) not in entered:
                entered.add(id(p))
                go(prefix + n + ".", p)

    entered.add(id(self))
    go("", self)
    return list(names.values())


@alternative("2.2 Module.load_state_dict", "an array is one of numpy")
def load_state_dict(self, state):
    import numpy as np

    mine, bad = dict(self.named_parameters()), []
    bad += [f"missing key {n}" for n in mine.keys() - state.keys()] + [
        f"unexpected key {n}" for n in state.keys() - mine.keys()
    ]
    for n in mine.keys() & state.keys():
        a, b = mine[n].data, state[n]
        if isinstance(a, np.ndarray):
            if not isinstance(b, np.ndarray) or a.shape != b.shape:
                bad.append(f"{n}: shape")
        elif not isinstance(b, Real):
            bad.append(f"{n}: not a number")
    if bad:
        raise ValueError("\n".join(bad))
    for n, p in mine.items():
        if isinstance(p.data, np.ndarray):
            np.copyto(p.data, state[n])
        else:
            p.data = state[n]


@alternative("2.2 Module.state_dict", "copies of arrays of numpy")
def state_dict(self):
    import numpy as np

    return {
        n: np.array(p.data) if isinstance(p.data, np.ndarray) else p.data
        for n, p in self.named_parameters()
    }


@alternative("2.2 Module.n_parameters", "the size that numpy gives")
def n_parameters(self):
    import numpy as np

    return int(sum(np.size(p.data) for p in self.parameters()))
