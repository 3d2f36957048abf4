"""The char GPT of 4.4 in PyTorch, twice: of functions, and of modules with a Linear per head.

The second is built as in Karpathy's video course "Let's build GPT: from scratch, in code, spelled
out" (2023); both get the weights of the course's model. Imported only where torch is installed.
"""

import torch
from torch import nn
from torch.nn import functional as F


def parameter(tensor):
    """A leaf of torch with a copy of a Tensor's data."""
    return torch.tensor(tensor.data, requires_grad=True)


class Functional:
    """As quick as eager PyTorch gets without tricks: its fused norm, attention and loss."""

    def __init__(self, gpt):
        self.named = {name: parameter(p) for name, p in gpt.named_parameters()}
        self.config = gpt.config

    def parameters(self):
        return list(self.named.values())

    def __call__(self, ids, cache=None):
        """The logits (B, T, V); cache as in peer_cache."""
        config, named = self.config, self.named
        B, T = ids.shape
        start = cache.length if cache else 0
        C = config.n_channels

        def linear(x, name):
            return x @ named[f"{name}.weight"] + named[f"{name}.bias"]

        def norm(x, name):
            return F.layer_norm(x, (C,), named[f"{name}.gain"], named[f"{name}.bias"])

        def heads(x):
            return x.view(B, T, config.n_head, C // config.n_head).transpose(1, 2)

        x = named["token.weight"][ids] + named["positions.table"][start : start + T]
        for i in range(config.n_layer):
            block = f"blocks.{i}"
            qkv = linear(norm(x, f"{block}.norm1"), f"{block}.attention.qkv")
            q, k, v = (heads(part) for part in qkv.split(C, dim=-1))
            if cache:
                k, v = cache.extend(i, k, v)
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=T > 1)
            mixed = mixed.transpose(1, 2).reshape(B, T, C)
            x = x + linear(mixed, f"{block}.attention.output")
            hidden = linear(norm(x, f"{block}.norm2"), f"{block}.feed_forward.expand")
            hidden = F.gelu(hidden, approximate="tanh")
            x = x + linear(hidden, f"{block}.feed_forward.contract")
        return norm(x, "norm") @ named["token.weight"].T

    def loss(self, ids, targets):
        logits = self(ids)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))


class Head(nn.Module):
    """One head, with three Linears of its own."""

    def __init__(self, C, head_dim, block_size):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(C, head_dim) for _ in range(3))
        self.register_buffer("past", torch.tril(torch.ones(block_size, block_size)))

    def forward(self, x):
        T = x.shape[1]
        q, k, v = self.query(x), self.key(x), self.value(x)
        scores = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5
        scores = scores.masked_fill(self.past[:T, :T] == 0, float("-inf"))
        return F.softmax(scores, dim=-1) @ v


class Attention(nn.Module):
    def __init__(self, C, n_head, block_size):
        super().__init__()
        self.heads = nn.ModuleList(Head(C, C // n_head, block_size) for _ in range(n_head))
        self.output = nn.Linear(C, C)

    def forward(self, x):
        return self.output(torch.cat([head(x) for head in self.heads], dim=-1))


class Block(nn.Module):
    def __init__(self, C, n_head, block_size):
        super().__init__()
        self.attention = Attention(C, n_head, block_size)
        self.feed_forward = nn.Sequential(
            nn.Linear(C, 4 * C), nn.GELU(approximate="tanh"), nn.Linear(4 * C, C)
        )
        self.norm1, self.norm2 = nn.LayerNorm(C), nn.LayerNorm(C)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class Modules(nn.Module):
    """As a learner of the video course writes it."""

    def __init__(self, gpt):
        super().__init__()
        c = gpt.config
        self.token = nn.Embedding(c.n_tokens, c.n_channels)
        self.position = nn.Embedding(c.block_size, c.n_channels)
        blocks = [Block(c.n_channels, c.n_head, c.block_size) for _ in range(c.n_layer)]
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.LayerNorm(c.n_channels)
        self.to({"float32": torch.float32, "float64": torch.float64}[str(_dtype(gpt))])
        self.load(gpt)

    def forward(self, ids):
        x = self.token(ids) + self.position(torch.arange(ids.shape[1]))
        return self.norm(self.blocks(x)) @ self.token.weight.T

    def loss(self, ids, targets):
        logits = self(ids)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))

    def load(self, gpt):
        """Take over the weights of the course's model."""
        put(self.token.weight, gpt.token.weight.data)
        put(self.position.weight, gpt.positions.table.data)
        put_norm(self.norm, gpt.norm)
        for mine, theirs in zip(self.blocks, gpt.blocks):
            put_norm(mine.norm1, theirs.norm1)
            put_norm(mine.norm2, theirs.norm2)
            put_linear(mine.attention.output, theirs.attention.output)
            put_linear(mine.feed_forward[0], theirs.feed_forward.expand)
            put_linear(mine.feed_forward[2], theirs.feed_forward.contract)
            qkv = theirs.attention.qkv
            heads = mine.attention.heads
            linears = [getattr(h, part) for part in ("query", "key", "value") for h in heads]
            width = qkv.bias.data.size // len(linears)
            for i, linear in enumerate(linears):
                columns = slice(i * width, (i + 1) * width)
                put(linear.weight, qkv.weight.data[:, columns].T)
                put(linear.bias, qkv.bias.data[columns])


def _dtype(gpt):
    return gpt.token.weight.data.dtype


def put(weight, array):
    with torch.no_grad():
        weight.copy_(torch.from_numpy(array))


def put_linear(mine, theirs):
    put(mine.weight, theirs.weight.data.T)
    put(mine.bias, theirs.bias.data)


def put_norm(mine, theirs):
    put(mine.weight, theirs.gain.data)
    put(mine.bias, theirs.bias.data)


@torch.no_grad()
def generate(model, ids, n, block_size, greedy=False):
    """Continue texts of one length without a cache: the whole context anew for each token."""
    ids = torch.tensor(ids)
    for _ in range(n):
        logits = model(ids[:, -block_size:])[:, -1]
        if greedy:
            after = logits.argmax(dim=-1, keepdim=True)
        else:
            after = torch.multinomial(F.softmax(logits, dim=-1), 1)
        ids = torch.cat([ids, after], dim=1)
    return ids.tolist()
