#!/usr/bin/env bash
# Fact:     what a model draws with torch.multinomial or torch.bernoulli is drawn once for each time that
#           OpenVINO compiles it: every run of the compiled model gives the same numbers.
# Guess:    new numbers at each run, as from torch.rand_like in the same converter.
# Versions: openvino 2026.4.1 (CPU), torch 2.13.0, numpy 2.4.6.
# Seen:     64 tokens drawn from even chances are the same in both runs of a compiled model, and mostly the same
#           if it is compiled four times within a second; so is a mask of torch.bernoulli from run to run, but not
#           from compilation to compilation. rand_like differs from run to run.
# Why:      a seed of 0 is handed on, which is to mean "none", and one is chosen when the model is compiled: that
#           of multinomial changes with the second on the clock. A language model that samples its next token
#           inside the graph (4.4) chooses with the same luck at every step, and two that are started together
#           share it. Draw outside, from the probabilities, or compare rand_like with them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 openvino==2026.4.1
venv/bin/python - <<'PY'
import warnings

warnings.simplefilter("ignore")
import numpy as np, openvino, torch


class Model(torch.nn.Module):
    def __init__(self, draw):
        super().__init__()
        self.draw = draw

    def forward(self, x):
        return self.draw(x)


print("openvino", openvino.__version__, "torch", torch.__version__, "numpy", np.__version__)
core, x = openvino.Core(), torch.full((64,), 0.5)
for name, draw, runs_differ, few in (
    ("multinomial", lambda x: torch.multinomial(x, 64, replacement=True), False, True),
    ("bernoulli", torch.bernoulli, False, False),
    ("rand_like", torch.rand_like, True, False),
):
    model = Model(draw)
    assert not torch.equal(model(x), model(x))
    converted, drawn, runs = openvino.convert_model(model, example_input=x), set(), set()
    for _ in range(4):
        compiled = core.compile_model(converted, "CPU")
        first, second = (tuple(compiled(x.numpy())[0].tolist()) for _ in range(2))
        drawn.add(first)
        runs.add(first != second)
    print(f"{name:12} runs differ: {runs}; four compilations drew {len(drawn)} different things")
    assert runs == {runs_differ}, name + " is drawn otherwise now"
    assert (len(drawn) < 4) == few, name + " has another seed now"
PY
