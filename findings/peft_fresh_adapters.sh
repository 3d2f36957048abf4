#!/usr/bin/env bash
# Fact:     not every fresh adapter of PEFT leaves the model as it is: with their defaults FourierFT,
#           C3A, VB-LoRA and Uni-LoRA change its outputs before the first step, FourierFT grossly.
# Guess:    all of them start as no change, as LoRA does with its B of zeros.
# Versions: peft 0.21.2, torch 2.13.0, transformers 5.24.0, numpy 2.4.6.
# Seen:     outputs of two layers of 768 move by 40% of their deviation with FourierFT, by 0.3% with C3A,
#           0.9% with VB-LoRA and 0.04% with Uni-LoRA, and by rounding at most with LoRA, VeRA, LoHa,
#           OFT, HRA and RandLoRA.
# Why:      the numbers that FourierFT trains are drawn from a standard normal, those of C3A by
#           Xavier's rule, and the other two fill both thin matrices from one bank of random numbers.
#           5.2's LoRA starts as the base model; with init_weights=True FourierFT does so, too.
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
print("peft", peft.__version__, "torch", torch.__version__, "transformers", importlib.metadata.version("transformers"))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(768, 768), nn.Linear(768, 768)

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


def change(config):
    """How far a fresh adapter moves the outputs, in their standard deviations."""
    torch.manual_seed(0)
    model, x = Model().eval(), torch.randn(64, 768)
    with torch.no_grad():
        before = model(x)
        after = peft.get_peft_model(model, config).eval()(x)
        return ((after - before).std() / before.std()).item()


where = {"target_modules": ["first", "second"]}
for name in ("Lora", "Vera", "LoHa", "OFT", "HRA", "RandLora"):
    moved = change(getattr(peft, name + "Config")(**where))
    print(f"{name:9} {moved:.1e}")
    assert moved < 1e-5, f"{name} is no identity now"
for name in ("FourierFT", "C3A", "VBLoRA", "UniLora"):
    moved = change(getattr(peft, name + "Config")(**where))
    print(f"{name:9} {moved:.1e}")
    assert moved > 1e-4, f"{name} starts as the identity now"
zeros = change(peft.FourierFTConfig(init_weights=True, **where))
print(f"FourierFT with init_weights=True {zeros:.1e}")
assert change(peft.FourierFTConfig(**where)) > 0.1 and zeros < 1e-5
PY
