"""The libraries that rows are about: how each is called and found, and which version was seen."""

import importlib.util
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Library:
    """One library, or one on a certain backend.

    shown        its name on the page
    column       the column of the page that it stands in
    seen         the version that did what the page says
    modules      what has to be there for it to be run
    family       the name by which it is asked for together with others; "" for its own alone
    package      its name for pip; "" if that is its name here
    functions    the library whose functions in the rows it runs; "" for its own
    environment  what its process needs to be told
    """

    shown: str
    column: str
    seen: str
    modules: tuple
    family: str = ""
    package: str = ""
    functions: str = ""
    environment: dict = field(default_factory=dict)


COLUMNS = ("PyTorch", "JAX, Optax, Flax", "Keras, TensorFlow", "MLX", "others")
TORCH, JAX, KERAS, MLX, OTHERS = COLUMNS


def keras(shown, backend):
    """Keras on one of its backends."""
    return Library(
        shown,
        KERAS,
        "3.15.1",
        ("keras", backend),
        family="keras",
        package="keras",
        functions="keras",
        environment={"KERAS_BACKEND": backend},
    )


LIBRARIES = {
    "torch": Library("PyTorch", TORCH, "2.15.0", ("torch",)),
    "jax": Library("JAX", JAX, "0.12.0.1", ("jax",)),
    "optax": Library("Optax", JAX, "0.2.8", ("optax",), family="jax"),
    "flax": Library("Flax", JAX, "0.12.12", ("flax",), family="jax"),
    "keras": keras("Keras", "tensorflow"),
    "keras_jax": keras("Keras on JAX", "jax"),
    "keras_torch": keras("Keras on PyTorch", "torch"),
    "tensorflow": Library("TensorFlow", KERAS, "2.21.0", ("tensorflow",)),
    "keras_hub": Library(
        "KerasHub",
        KERAS,
        "0.32.0",
        ("keras_hub", "tensorflow"),
        package="keras-hub",
        environment={"KERAS_BACKEND": "tensorflow"},
    ),
    "mlx": Library("MLX", MLX, "0.32.4", ("mlx",)),
    "mlx_lm": Library("mlx-lm", MLX, "0.32.2", ("mlx_lm",), family="mlx", package="mlx-lm"),
    "numpy": Library("NumPy", OTHERS, "2.5.5", ("numpy",)),
    "sklearn": Library("scikit-learn", OTHERS, "1.9.1", ("sklearn",), package="scikit-learn"),
    "plotly": Library("Plotly", OTHERS, "7.1.0", ("plotly", "pandas")),
    "mlxtend": Library("mlxtend", OTHERS, "0.25.0", ("mlxtend",)),
    "vega_datasets": Library("Vega", OTHERS, "0.9.0", ("vega_datasets",), package="vega-datasets"),
    "equinox": Library("Equinox", OTHERS, "0.13.8", ("equinox",)),
    "tinygrad": Library("tinygrad", OTHERS, "0.14.0", ("tinygrad",), environment={"DEV": "PYTHON"}),
    "autograd": Library("autograd", OTHERS, "1.9.1", ("autograd",)),
    "mygrad": Library("MyGrad", OTHERS, "2.5.0", ("mygrad",)),
    "tokenizers": Library("tokenizers", OTHERS, "0.23.3", ("tokenizers",)),
    "tiktoken": Library("tiktoken", OTHERS, "0.14.0", ("tiktoken",)),
    "sentencepiece": Library("SentencePiece", OTHERS, "0.2.3", ("sentencepiece",)),
    "transformers": Library("transformers", OTHERS, "5.24.0", ("transformers", "torch")),
    "peft": Library("PEFT", OTHERS, "0.21.2", ("peft",)),
    "torchao": Library("torchao", OTHERS, "0.18.0", ("torchao",)),
}


def function_of(library):
    """Whose functions in the rows are run for a library: those of Keras on every backend."""
    return LIBRARIES[library].functions or library


def is_installed(library):
    """True if all that a library needs is there; nothing is imported to find out."""
    return all(importlib.util.find_spec(module) for module in LIBRARIES[library].modules)
