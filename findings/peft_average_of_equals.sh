#!/usr/bin/env bash
# Fact:     the average that PEFT's add_weighted_adapter makes of an adapter with itself is twice the adapter
#           by "linear", "dare_linear" and "magnitude_prune", and half of it by "ties";
#           "cat" and "svd" are right.
# Guess:    the adapter itself, by all of them.
# Versions: peft 0.21.2, torch 2.13.0, transformers 5.24.0, numpy 2.4.6.
# Seen:     weights 0.5 and 0.5, density 1, two adapters with the same A and B: the change of the layer's
#           weight is 2, 2, 2, 0.5, 1 and 1 times that of one adapter.
# Why:      "linear" adds up the A and the B, each times the square root of its weight, and not the products
#           B A (5.2): the sum of n equal ones, weighted 1/n, is n times too large, and of different ones each
#           B meets each A. "ties" divides by how many agree, after the weights have been applied. The docstring
#           calls "linear" rough; two adapters that were trained alike are where it is furthest off.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check peft==0.21.2 torch==2.13.0 transformers==5.24.0 numpy==2.4.6
venv/bin/python - <<'PY'
import peft, torch

print("peft", peft.__version__, "torch", torch.__version__)
torch.manual_seed(0)
config = peft.LoraConfig(r=2, lora_alpha=2, target_modules=["0"], init_lora_weights=False)
model = peft.get_peft_model(torch.nn.Sequential(torch.nn.Linear(4, 4)), config, adapter_name="one")
model.add_adapter("same", config)
layer = model.base_model.model[0]
for matrices in (layer.lora_A, layer.lora_B):
    matrices["same"].load_state_dict(matrices["one"].state_dict())

seen = {}
for kind in ("linear", "dare_linear", "magnitude_prune", "ties", "cat", "svd"):
    pruned = {} if kind in ("linear", "cat", "svd") else {"density": 1.0}
    model.add_weighted_adapter(["one", "same"], [0.5, 0.5], f"by_{kind}", combination_type=kind, **pruned)
    ratios = layer.get_delta_weight(f"by_{kind}") / layer.get_delta_weight("one")
    assert (ratios - ratios[0, 0]).abs().max() < 1e-3
    seen[kind] = round(ratios.mean().item(), 3)
print("times the adapter:", seen)
assert seen["cat"] == seen["svd"] == 1
assert seen["linear"] == seen["dare_linear"] == seen["magnitude_prune"] == 2, "an average is one now"
assert seen["ties"] == 0.5
PY
