#!/usr/bin/env bash
# Fact:     a model with PEFT's PiSSA or OLoRA that has its adapter disabled or unloaded is not the model one
#           started from: these adapters take their start out of the weights and leave the rest behind.
# Guess:    the base model, as disable_adapter's docstring promises and as it is with plain LoRA.
# Versions: peft 0.21.2, torch 2.13.0, transformers 5.24.0, numpy 2.4.6.
# Seen:     two layers of 16, rank 4, before any training: with the adapter the outputs are those of the
#           base, without it they are off by up to 0.84 (PiSSA) and 1.20 (OLoRA), and so after unload().
#           LoRA, also with Gaussian or orthogonal starts, is off by 0.
# Why:      the largest singular directions move from the weights into the adapter, so that it trains these.
#           A DPO or GRPO whose reference is "the model without its adapter" (5.2) pulls the policy towards
#           a broken model. PEFT can turn such an adapter into a plain LoRA as it saves it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 transformers==5.24.0 peft==0.21.2 numpy==2.4.6
venv/bin/python - <<'PY'
import importlib.metadata, warnings

import peft, torch
from torch import nn

warnings.simplefilter("ignore")
print(*(f"{name} {importlib.metadata.version(name)}" for name in ("peft", "torch", "transformers")))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(16, 16), nn.Linear(16, 16)

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


@torch.no_grad()
def off(start):
    """How far outputs are from the base model's: with a fresh adapter, with it disabled, unloaded."""
    torch.manual_seed(0)
    base, x = Model(), torch.randn(4, 16)
    wanted = base(x)
    config = peft.LoraConfig(target_modules=["first", "second"], r=4, init_lora_weights=start)
    model = peft.get_peft_model(base, config).eval()
    with_it = model(x)
    with model.disable_adapter():
        disabled = model(x)
    return [(outputs - wanted).abs().max().item() for outputs in (with_it, disabled, model.unload()(x))]


for start in (True, "gaussian", "orthogonal", "pissa", "olora"):
    fresh, disabled, unloaded = off(start)
    print(f"{start}: with the adapter {fresh:.1e}, disabled {disabled:.2f}, unloaded {unloaded:.2f}")
    assert fresh < 1e-5 and disabled == unloaded
    if start in ("pissa", "olora"):
        assert disabled > 0.1, f"{start} leaves the base model as it was now"
    else:
        assert disabled == 0
PY
