"""The GPT of transformer.py in PyTorch, with the names that its parameters have there.

Two things differ in how they are written down: PyTorch keeps the matrix of a Linear transposed,
(n_out, n_in), and calls the gain of a LayerNorm `weight`.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, C, n_head):
        super().__init__()
        self.n_head = n_head
        self.qkv = nn.Linear(C, 3 * C)
        self.output = nn.Linear(C, C)

    def forward(self, x):
        heads = self.qkv(x).unflatten(-1, (3, self.n_head, -1))  # (B, T, 3, n_head, D)
        q, k, v = heads.permute(2, 0, 3, 1, 4)  # each (B, n_head, T, D)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(mixed.transpose(1, 2).flatten(-2))


class FeedForward(nn.Module):
    def __init__(self, C, hidden):
        super().__init__()
        self.expand = nn.Linear(C, hidden)
        self.contract = nn.Linear(hidden, C)

    def forward(self, x):
        return self.contract(F.gelu(self.expand(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, C, n_head):
        super().__init__()
        self.norm1 = nn.LayerNorm(C)
        self.attention = Attention(C, n_head)
        self.norm2 = nn.LayerNorm(C)
        self.feed_forward = FeedForward(C, 4 * C)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class Positions(nn.Module):
    def __init__(self, block_size, C):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(block_size, C))

    def forward(self, x):
        return x + self.table[: x.shape[1]]


class TorchGPT(nn.Module):
    """A GPT from a GPTConfig."""

    def __init__(self, config):
        super().__init__()
        C = config.n_channels
        self.token = nn.Embedding(config.n_tokens, C)
        self.positions = Positions(config.block_size, C)
        self.blocks = nn.ModuleList(Block(C, config.n_head) for _ in range(config.n_layer))
        self.norm = nn.LayerNorm(C)

    def forward(self, ids):
        """ids (B, T) -> logits (B, T, V)"""
        x = self.positions(self.token(ids))
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.token.weight)


def to_torch(state):
    """What GPT.state_dict returns, as TorchGPT.load_state_dict takes it."""
    return {
        name.replace(".gain", ".weight"): torch.tensor(
            data.T.copy() if _is_transposed(name) else data
        )
        for name, data in state.items()
    }


def from_torch(state):
    """The way back: what TorchGPT.state_dict returns, as GPT.load_state_dict takes it."""
    back = {}
    for name, tensor in state.items():
        data = tensor.detach().cpu().numpy()
        if "norm" in name:
            name = name.replace("weight", "gain")
        back[name] = data.T.copy() if _is_transposed(name) else data.copy()
    return back


def _is_transposed(name):
    """True for the weight of a Linear; the tables of tokens and positions are as they are."""
    return name.endswith(".weight") and not name.startswith("token.") and "norm" not in name
