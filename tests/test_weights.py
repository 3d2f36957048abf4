"""Weights in Hugging Face's format: read into the models of 4.4, which give the same logits."""

import json
import subprocess
import sys

import numpy as np
import pytest

from dojo import course

TRAINING = course.ROOT / "lessons/phase4_llms/4_modern_architectures/training"
SCRIPT = TRAINING / "experiment_weights.py"
SIZES = {"vocab_size": 50257, "n_positions": 16, "n_embd": 4, "n_layer": 1, "n_head": 2}

ON_REFERENCE = """
import json, sys
import numpy as np
from dojo import tree
tree.Tree(solutions=True).install()
import weights
{code}
"""


def safetensors(tensors, dtype="F32"):
    """The bytes of such a file, written as its format says."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in tensors.items():
        array = np.asarray(array, np.float32)
        if dtype == "BF16":
            raw = (array.view(np.uint32) >> 16).astype("<u2").tobytes()
        else:
            raw = array.astype({"F32": "<f4", "F16": "<f2", "F64": "<f8"}[dtype]).tobytes()
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": dtype, "shape": array.shape, "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def tiny_gpt2():
    """A GPT-2 of one block, drawn at random, as {name: array}."""
    V, T, C = SIZES["vocab_size"], SIZES["n_positions"], SIZES["n_embd"]
    shapes = {"wte.weight": (V, C), "wpe.weight": (T, C), "h.0.attn.bias": (1, 1, T, T)}
    for norm in ("ln_f", "h.0.ln_1", "h.0.ln_2"):
        shapes |= {f"{norm}.weight": (C,), f"{norm}.bias": (C,)}
    for name, n_in, n_out in (
        ("attn.c_attn", C, 3 * C), ("attn.c_proj", C, C),
        ("mlp.c_fc", C, 4 * C), ("mlp.c_proj", 4 * C, C),
    ):  # fmt: skip
        shapes |= {f"h.0.{name}.weight": (n_in, n_out), f"h.0.{name}.bias": (n_out,)}
    rng = np.random.default_rng(0)
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2", **SIZES}))
    (tmp_path / "model.safetensors").write_bytes(safetensors(tiny_gpt2()))
    return tmp_path


def python(*arguments):
    environment = {"PYTHONPATH": f"{course.ROOT}:{TRAINING}", "PYTHONUTF8": "1", "PATH": "/usr/bin"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=course.ROOT, env=environment, capture_output=True, encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def on_reference(code, *arguments):
    ran = python("-c", ON_REFERENCE.format(code=code), *arguments)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_it_writes_from_a_file_in_gpt_2s_format(folder):
    ran = python(SCRIPT, folder, "--prompt", "hello world", "--tokens", "3")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    n = 50257 * 4 + 16 * 4 + 3 * (4 + 4) + (4 + 1) * 12 + (4 + 1) * 4 + (4 + 1) * 16 + (16 + 1) * 4
    assert f"{n:,} parameters" in ran.stdout
    assert "what happened   hello world" in ran.stdout and "tokens a second" in ran.stdout


def test_without_a_file_it_says_where_there_are_some(tmp_path):
    for arguments in ([], [tmp_path]):
        ran = python(SCRIPT, *arguments)
        assert ran.returncode == 1 and ran.stderr == "", ran.stderr
        assert "save into one folder" in ran.stdout and "model.safetensors" in ran.stdout


READ = """
for path in sys.argv[1:]:
    print(weights.read_safetensors(path)["a"].tolist())
"""


def test_each_dtype_is_read(tmp_path):
    paths = [tmp_path / dtype for dtype in ("F32", "F16", "BF16", "F64")]
    for path in paths:
        path.write_bytes(safetensors({"a": [[1.5, -2.0], [0.0, 384.0]]}, path.name))
    said = on_reference(READ, *paths).splitlines()
    assert list(map(json.loads, said)) == [[[1.5, -2.0], [0.0, 384.0]]] * 4


REFUSED = """
for line in json.loads(sys.argv[2]):
    try:
        weights.load(sys.argv[1] + "/" + line)
    except ValueError as error:
        print(error)
    else:
        print("loaded")
"""


def test_what_cannot_be_used_is_refused_in_words(folder):
    config = {"model_type": "gpt2", **SIZES}
    whole = safetensors(tiny_gpt2())
    less = {name: array for name, array in tiny_gpt2().items() if name != "h.0.ln_1.bias"}
    wrong = tiny_gpt2() | {"ln_f.bias": np.zeros(5)}
    size = int.from_bytes(whole[:8], "little")
    integers = whole[:8] + whole[8 : 8 + size].replace(b'"F32"', b'"I32"') + whole[8 + size :]
    llama = {"model_type": "llama", "rope_scaling": {"rope_type": "llama3"}}
    cases = {
        "cut off": (config, whole[:-8], "no whole file of safetensors"),
        "no header": (config, b"hello", "no whole file of safetensors"),
        "a huge header": (config, b"\xff" * 16, "no whole file of safetensors"),
        "integers": (config, integers, "its dtype I32 is not among"),
        "one missing": (config, safetensors(less), "lacks 'h.0.ln_1.bias'"),
        "a wrong shape": (config, safetensors(wrong), "norm.bias is"),
        "no size": ({"model_type": "gpt2"}, whole, "lacks 'n_layer'"),
        "another kind": ({"model_type": "bert"}, whole, "of the kind 'bert', not gpt2 or llama"),
        "scaled angles": (llama, whole, "its angles are scaled"),
        "no object": ([1], whole, "is no object of JSON"),
    }
    for name, (settings, content, _) in cases.items():
        (folder / name).mkdir()
        (folder / name / "config.json").write_text(json.dumps(settings))
        (folder / name / "model.safetensors").write_bytes(content)
    said = on_reference(REFUSED, folder, json.dumps(list(cases))).splitlines()
    for (name, (*_, words)), line in zip(cases.items(), said, strict=True):
        assert words in line, f"{name}: {line}"


# ---- beside the real thing

LOGITS = """
ids = np.array(json.loads(sys.argv[1]))
for folder in sys.argv[2:]:
    print(json.dumps(weights.load(folder)(ids).data.tolist()))
"""


def test_the_logits_are_those_of_transformers(tmp_path):
    torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
    transformers = pytest.importorskip(
        "transformers", reason="parity needs transformers, which is not installed"
    )
    llama = {
        "vocab_size": 31, "hidden_size": 24, "intermediate_size": 20, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 16,
        "rms_norm_eps": 1e-3,
    }  # fmt: skip
    gpt2 = {**SIZES, "vocab_size": 31, "n_layer": 2, "n_embd": 8}
    torch.manual_seed(0)
    made = {
        "gpt2": transformers.GPT2LMHeadModel(transformers.GPT2Config(**gpt2)),
        "llama": transformers.LlamaForCausalLM(transformers.LlamaConfig(**llama)),
        "tied": transformers.LlamaForCausalLM(
            transformers.LlamaConfig(**llama, tie_word_embeddings=True)
        ),
    }
    ids = np.random.default_rng(1).integers(0, 31, (2, 11)).tolist()
    for name, model in made.items():
        with torch.no_grad():
            for parameter in model.eval().parameters():
                parameter.uniform_(-0.7, 0.7)
        model.save_pretrained(tmp_path / name)
    said = on_reference(LOGITS, json.dumps(ids), *(tmp_path / name for name in made))
    for line, model in zip(said.splitlines(), made.values(), strict=True):
        with torch.no_grad():
            theirs = model(torch.tensor(ids)).logits.numpy()
        np.testing.assert_allclose(json.loads(line), theirs, rtol=1e-4, atol=1e-4)
