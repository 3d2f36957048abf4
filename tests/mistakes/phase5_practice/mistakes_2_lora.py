"""Wrong solutions of 5.2's lora that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.2 LoRA.__init__", "both random", says="would change what the trained layer computes")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    rng = np.random.default_rng(rng)
    n_in, n_out = linear.weight.shape
    for parameter in linear.parameters():
        parameter.requires_grad = False
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = 1.0 if alpha is None else alpha / rank
    self.A = Tensor((rng.standard_normal((n_in, rank)) / np.sqrt(n_in)).astype(dtype))
    self.B = Tensor((rng.standard_normal((rank, n_out)) / np.sqrt(rank)).astype(dtype))


@mistake("5.2 LoRA.__init__", "A is computed", says="A was computed, by")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    rng = np.random.default_rng(rng)
    n_in, n_out = linear.weight.shape
    for parameter in linear.parameters():
        parameter.requires_grad = False
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = 1.0 if alpha is None else alpha / rank
    self.A = Tensor(rng.standard_normal((n_in, rank)).astype(dtype)) * float(n_in) ** -0.5
    self.B = Tensor(np.zeros((rank, n_out), dtype=dtype))


@mistake("5.2 LoRA.__init__", "both zero", says="stay 0 for ever")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    n_in, n_out = linear.weight.shape
    for parameter in linear.parameters():
        parameter.requires_grad = False
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = 1.0 if alpha is None else alpha / rank
    self.A = Tensor(np.zeros((n_in, rank), dtype))
    self.B = Tensor(np.zeros((rank, n_out), dtype))


@mistake("5.2 LoRA.__init__", "the base is not frozen", says="the base is frozen")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    rng = np.random.default_rng(rng)
    n_in, n_out = linear.weight.shape
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = 1.0 if alpha is None else alpha / rank
    self.A = Tensor((rng.standard_normal((n_in, rank)) / np.sqrt(n_in)).astype(dtype))
    self.B = Tensor(np.zeros((rank, n_out), dtype))


@mistake("5.2 LoRA.__init__", "the weight alone is frozen", says="bias of the Linear still")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    rng = np.random.default_rng(rng)
    n_in, n_out = linear.weight.shape
    linear.weight.requires_grad = False
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = 1.0 if alpha is None else alpha / rank
    self.A = Tensor((rng.standard_normal((n_in, rank)) / np.sqrt(n_in)).astype(dtype))
    self.B = Tensor(np.zeros((rank, n_out), dtype))


@mistake("5.2 LoRA.__call__", "no way down through the base", says="through the frozen base")
def __call__(self, x):
    return self.linear(x.data) + (x @ self.A) @ self.B * self.factor


@mistake("5.2 LoRA.__call__", "divided by the rank", says="divided by the rank")
def __call__(self, x):
    return self.linear(x) + (x @ self.A) @ self.B * (1 / self.A.shape[1])


@mistake("5.2 LoRA.merge", "the base itself", says="the change is not merged in")
def merge(self):
    n_in, n_out = self.linear.weight.shape
    merged = Linear(n_in, n_out, bias=self.linear.bias is not None)
    merged.weight = Tensor(self.linear.weight.data.copy())
    if merged.bias is not None:
        merged.bias = Tensor(self.linear.bias.data.copy())
    return merged


@mistake("5.2 LoRA.merge", "into the base", says="another LoRA may stand on the same base")
def merge(self):
    self.linear.weight.data += self.factor * (self.A.data @ self.B.data)
    return self.linear


@mistake("5.2 LoRA.merge", "the bias is shared", says="share an array")
def merge(self):
    n_in, n_out = self.linear.weight.shape
    merged = Linear(n_in, n_out, bias=self.linear.bias is not None)
    merged.weight = Tensor(self.linear.weight.data + self.factor * (self.A.data @ self.B.data))
    if merged.bias is not None:
        merged.bias = Tensor(self.linear.bias.data)
    return merged


@mistake("5.2 LoRA.merge", "a weight that was computed", says="weight was computed, by")
def merge(self):
    n_in, n_out = self.linear.weight.shape
    merged = Linear(n_in, n_out, bias=self.linear.bias is not None)
    merged.weight = self.linear.weight + self.A @ self.B * self.factor
    if merged.bias is not None:
        merged.bias = Tensor(self.linear.bias.data.copy())
    return merged


@mistake("5.2 trainable", "everything", says="should be A and B themselves")
def trainable(model):
    return model.parameters()


@mistake("5.2 trainable", "by name", says="names do not say what is frozen")
def trainable(model):
    return [p for name, p in model.named_parameters() if not name.startswith("linear.")]


@mistake("5.2 trainable", "what has a gradient", says="if it requires a gradient")
def trainable(model):
    return [p for p in model.parameters() if p.requires_grad and np.any(p.grad)]


@mistake("5.2 LoRA.__init__", "A uniform, as PEFT draws it", says="as PEFT and MLX LM draw it")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    rng = np.random.default_rng(rng)
    n_in, n_out = linear.weight.shape
    for parameter in linear.parameters():
        parameter.requires_grad = False
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = 1.0 if alpha is None else alpha / rank
    self.A = Tensor((rng.uniform(-1, 1, (n_in, rank)) / np.sqrt(n_in)).astype(dtype))
    self.B = Tensor(np.zeros((rank, n_out), dtype))


@mistake("5.2 LoRA.__call__", "PEFT's alpha", says="as in PEFT, whose alpha is 8")
def __call__(self, x):
    return self.linear(x) + (x @ self.A) @ self.B * (8 / self.A.shape[1])


@mistake("5.2 LoRA.__call__", "MLX LM's scale", says="multiplied by 20, as in MLX LM")
def __call__(self, x):
    return self.linear(x) + (x @ self.A) @ self.B * 20.0


@mistake("5.2 LoRA.__call__", "the change kept", says="counts as a parameter")
def __call__(self, x):
    self.change = (x @ self.A) @ self.B * self.factor
    return self.linear(x) + self.change


@mistake("5.2 LoRA.merge", "divided by the rank", says="divided by the rank here")
def merge(self):
    n_in, n_out = self.linear.weight.shape
    merged = Linear(n_in, n_out, bias=self.linear.bias is not None)
    merged.weight = Tensor(self.linear.weight.data + self.A.data @ self.B.data / self.A.shape[1])
    if merged.bias is not None:
        merged.bias = Tensor(self.linear.bias.data.copy())
    return merged


@mistake("5.2 LoRA.merge", "B starts over", says="the LoRA itself stays as it was")
def merge(self):
    n_in, n_out = self.linear.weight.shape
    merged = Linear(n_in, n_out, bias=self.linear.bias is not None)
    merged.weight = Tensor(self.linear.weight.data + self.factor * (self.A.data @ self.B.data))
    if merged.bias is not None:
        merged.bias = Tensor(self.linear.bias.data.copy())
    self.B.data[...] = 0.0
    return merged


@mistake("5.2 LoRA.__init__", "rank over alpha", says="it is rank over alpha")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    rng = np.random.default_rng(rng)
    n_in, n_out = linear.weight.shape
    for parameter in linear.parameters():
        parameter.requires_grad = False
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = 1.0 if alpha is None else rank / alpha
    self.A = Tensor((rng.standard_normal((n_in, rank)) / np.sqrt(n_in)).astype(dtype))
    self.B = Tensor(np.zeros((rank, n_out), dtype))


@mistake("5.2 LoRA.__init__", "PEFT's alpha", says="alpha is 8 if none is given, as in PEFT")
def __init__(self, linear, rank, alpha=8, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    rng = np.random.default_rng(rng)
    n_in, n_out = linear.weight.shape
    for parameter in linear.parameters():
        parameter.requires_grad = False
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = (8 if alpha is None else alpha) / rank
    self.A = Tensor((rng.standard_normal((n_in, rank)) / np.sqrt(n_in)).astype(dtype))
    self.B = Tensor(np.zeros((rank, n_out), dtype))


@mistake("5.2 LoRA.__init__", "alpha or rank", says="0 counts as False, and is given")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    rng = np.random.default_rng(rng)
    n_in, n_out = linear.weight.shape
    for parameter in linear.parameters():
        parameter.requires_grad = False
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = (alpha or rank) / rank
    self.A = Tensor((rng.standard_normal((n_in, rank)) / np.sqrt(n_in)).astype(dtype))
    self.B = Tensor(np.zeros((rank, n_out), dtype))


@mistake("5.2 LoRA.__call__", "no factor", says="the factor is left out")
def __call__(self, x):
    return self.linear(x) + (x @ self.A) @ self.B


@mistake("5.2 LoRA.__call__", "a factor for each matrix", says="both multiplied by the factor")
def __call__(self, x):
    return self.linear(x) + (x @ (self.A * self.factor)) @ (self.B * self.factor)


@mistake("5.2 LoRA.merge", "no factor", says="the factor is left out here")
def merge(self):
    n_in, n_out = self.linear.weight.shape
    merged = Linear(n_in, n_out, bias=self.linear.bias is not None)
    merged.weight = Tensor(self.linear.weight.data + self.A.data @ self.B.data)
    if merged.bias is not None:
        merged.bias = Tensor(self.linear.bias.data.copy())
    return merged


@mistake("5.2 LoRA.__call__", "rows alone", says="a Linear takes a single row")
def __call__(self, x):
    return self.linear(x) + x @ self.A @ self.B * self.factor


@mistake("5.2 LoRA.__init__", "always float32", says="the weight is float64")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"a rank of {rank}")
    n_in, n_out = linear.weight.shape
    for parameter in linear.parameters():
        parameter.requires_grad = False
    self.linear, self.factor = linear, 1.0 if alpha is None else alpha / rank
    drawn = np.random.default_rng(rng).standard_normal((n_in, rank)) / np.sqrt(n_in)
    self.A = Tensor(drawn.astype(np.float32))
    self.B = Tensor(np.zeros((rank, n_out), np.float32))


@mistake("5.2 LoRA.__call__", "widened", says="has widened it")
def __call__(self, x):
    if len(x.shape) == 1:
        return self(x.reshape(1, -1)).reshape(-1)
    change = x @ self.A @ self.B
    return self.linear(x) + Tensor(self.factor, requires_grad=False) * change


@mistake("5.2 LoRA.__call__", "Tensors alone", says="a Linear takes an array too")
def __call__(self, x):
    if not isinstance(x, Tensor):
        raise TypeError(f"{type(x)}")
    if len(x.shape) == 1:
        return self(x.reshape(1, -1)).reshape(-1)
    return self.linear(x) + x @ self.A @ self.B * self.factor


@mistake("5.2 LoRA.merge", "merged once for all", says="kept, and handed out again")
def merge(self):
    if not hasattr(self, "kept"):
        n_in, n_out = self.linear.weight.shape
        merged = Linear(n_in, n_out, bias=self.linear.bias is not None)
        change = self.A.data @ self.B.data * self.factor
        merged.weight = Tensor(self.linear.weight.data + change)
        if self.linear.bias is not None:
            merged.bias = Tensor(self.linear.bias.data.copy())
        self.kept = merged
    return self.kept


@mistake("5.2 trainable", "matrices", says="how many axes a parameter has does not matter")
def trainable(model):
    return [p for p in model.parameters() if p.requires_grad and p.data.ndim == 2]


@mistake("5.2 trainable", "gradients cleared", says="should only look")
def trainable(model):
    model.zero_grad()
    return [p for p in model.parameters() if p.requires_grad]


@mistake("5.2 LoRA.__init__", "a seed of its own", says="None stands for a fresh generator")
def __init__(self, linear, rank, alpha=None, rng=None):
    if rank < 1:
        raise ValueError(f"{rank}")
    rng = np.random.default_rng(42 if rng is None else rng)
    n_in, n_out = linear.weight.shape
    for parameter in linear.parameters():
        parameter.requires_grad = False
    dtype = linear.weight.data.dtype
    self.linear = linear
    self.factor = 1.0 if alpha is None else alpha / rank
    self.A = Tensor((rng.standard_normal((n_in, rank)) / np.sqrt(n_in)).astype(dtype))
    self.B = Tensor(np.zeros((rank, n_out), dtype))


@mistake("5.2 LoRA.merge", "A multiplied in place", says="A or B is another after merge")
def merge(self):
    n_in, n_out = self.linear.weight.shape
    self.A.data *= self.factor
    merged = Linear(n_in, n_out, bias=self.linear.bias is not None)
    merged.weight = Tensor(self.linear.weight.data + self.A.data @ self.B.data)
    if merged.bias is not None:
        merged.bias = Tensor(self.linear.bias.data.copy())
    return merged
