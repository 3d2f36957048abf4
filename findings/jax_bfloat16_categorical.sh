#!/usr/bin/env bash
# Fact:     jax.random.categorical of bfloat16 logits prefers small indices: of 1,000 equally likely
#           tokens the first hundred get half of all draws, and the last hundred almost none.
# Guess:    an even draw; the noise is float32, or at least fair.
# Versions: jax 0.10.2, numpy 2.4.6. mlx 0.32.4, torch.multinomial and PyTorch's gumbel_softmax of
#           bfloat16 are even.
# Seen:     of 10,000 draws 5,407 are among the first hundred and 5 among the last; float32 946 and
#           1,009, float16 1,448 and 703, bfloat16 with mode="high" 1,064 and 958.
# Why:      it adds Gumbel noise in the type of the logits and takes the largest. That noise is made of
#           a uniform number with 7 bits, so there are 128 values of it; of 1,000 tokens about 8 share
#           the largest, and the first of them wins. A model run in bfloat16 that samples (4.4) must
#           turn its logits into float32 first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2
venv/bin/python - <<'PY'
import jax, jax.numpy as jnp, numpy as np

print("jax", jax.__version__, "numpy", np.__version__)


def tenths(kind, mode=None):
    """How many of 10,000 draws from 1,000 equal logits fall into each tenth of them."""
    logits = jnp.zeros(1000, kind)
    ids = jax.random.categorical(jax.random.key(0), logits, shape=(10_000,), mode=mode)
    counts = np.histogram(np.asarray(ids), 10, (0, 1000))[0].tolist()
    print(f"{kind:8} {mode or '':4}", counts)
    return counts


coarse = tenths("bfloat16")
assert coarse[0] > 5000 and coarse[-1] < 20, "bfloat16 logits are drawn from evenly now"
half = tenths("float16")
assert half[0] > 1350 and half[-1] < 800, "float16 logits are drawn from evenly now"
for even in (tenths("float32"), tenths("bfloat16", "high")):
    assert 850 < min(even) and max(even) < 1150
PY
