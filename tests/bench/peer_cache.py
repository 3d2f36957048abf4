"""The char GPT in PyTorch with the keys and values kept, in arrays that are made once."""

import torch
from torch.nn import functional as F


class Cache:
    """Keys and values of all layers; one row is as long as the context."""

    def __init__(self, config, B, dtype):
        shape = (B, config.n_head, config.block_size, config.n_channels // config.n_head)
        self.kept = [torch.empty(2, *shape, dtype=dtype) for _ in range(config.n_layer)]
        self.length = 0

    def extend(self, layer, k, v):
        """Write new ones behind those that are there; returns all. The last layer moves on."""
        end = self.length + k.shape[2]
        keys, values = self.kept[layer]
        keys[:, :, self.length : end], values[:, :, self.length : end] = k, v
        if layer == len(self.kept) - 1:
            self.length = end
        return keys[:, :, :end], values[:, :, :end]


@torch.inference_mode()
def generate(model, ids, n, greedy=False):
    """Continue texts of one length that fit into the context: one column for each token."""
    new = torch.tensor(ids)
    written, cache = [new], Cache(model.config, len(ids), model.named["token.weight"].dtype)
    for _ in range(n):
        logits = model(new, cache)[:, -1]
        if greedy:
            new = logits.argmax(dim=-1, keepdim=True)
        else:
            new = torch.multinomial(F.softmax(logits, dim=-1), 1)
        written.append(new)
    return torch.cat(written, dim=1).tolist()
