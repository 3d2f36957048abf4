#!/usr/bin/env bash
# Fact:     DLPack loses a minus sign: the imaginary part of a conjugated PyTorch tensor comes out with
#           the other sign in numpy, in mlx, and in PyTorch's own from_dlpack, without an error.
# Guess:    the right numbers or a refusal, as for the conjugated tensor itself.
# Versions: torch 2.13.0, numpy 2.4.6; mlx 0.32.4 does as numpy.
# Seen:     z.conj().imag of 1+2j and 3-4j is [-2, 4] in PyTorch and [2, -4] after from_dlpack;
#           z.conj() is refused (BufferError), .numpy() of both is refused (RuntimeError).
# Why:      conj() only sets a flag, and so does .imag of it; __dlpack__ asks for the flag of
#           conjugation and not for that of negation, and hands over the memory as it is. resolve_neg()
#           before it mends that. Anything that reads a tensor's memory by itself can go wrong so:
#           safetensors 0.8.0 saves z.conj() as z (its issue 831).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0
venv/bin/python - <<'PY'
import numpy as np, torch

print("torch", torch.__version__, "numpy", np.__version__)
z = torch.tensor([1 + 2j, 3 - 4j])
x = z.conj().imag
print("in PyTorch", x.tolist(), "is_neg", x.is_neg())
print("np.from_dlpack", np.from_dlpack(x).tolist(), "torch.from_dlpack", torch.from_dlpack(x).tolist())
print("after resolve_neg", np.from_dlpack(x.resolve_neg()).tolist())
assert x.tolist() == [-2, 4] == np.from_dlpack(x.resolve_neg()).tolist()
assert np.from_dlpack(x).tolist() == torch.from_dlpack(x).tolist() == [2, -4], "the sign is kept now"
for refused, error in ((lambda: np.from_dlpack(z.conj()), BufferError), (x.numpy, RuntimeError)):
    try:
        refused()
    except error as found:
        print(f"{error.__name__}: {str(found)[:60]}")
    else:
        raise AssertionError("not refused any more")
PY
