"""3.4 · Real dataset: the data."""

from dojo.compare.row import Row


class StandardDeviation(Row):
    title = "The standard deviation of 1, 2, 3, 4"
    says = (
        "It is 1.118 if the squares are divided by how many numbers there are, as in the "
        "course's Standardizer, and 1.291 if by one less, as for a sample of something larger."
    )
    values = {
        "course": 1.118,
        "torch": 1.291,
        "jax": 1.118,
        "keras": 1.118,
        "tensorflow": 1.118,
        "mlx": 1.118,
        "numpy": 1.118,
        "tinygrad": 1.291,
        "sklearn": 1.118,
    }

    def course():
        import numpy as np

        from katas.phase3_training.dataset import Standardizer

        X = np.array([[1.0], [2.0], [3.0], [4.0]])
        standardizer = Standardizer()
        standardizer.fit(X)
        return 1 / np.diff(standardizer.transform(X)[:2, 0])[0]

    def numpy():
        import numpy as np

        return np.std([1.0, 2.0, 3.0, 4.0])

    def torch():
        import torch

        return torch.tensor([1.0, 2.0, 3.0, 4.0]).std()

    def jax():
        from jax import numpy as jnp

        return jnp.array([1.0, 2.0, 3.0, 4.0]).std()

    def keras():
        import keras

        return float(keras.ops.std(keras.ops.convert_to_tensor([1.0, 2.0, 3.0, 4.0])))

    def tensorflow():
        import tensorflow as tf

        return tf.math.reduce_std([1.0, 2.0, 3.0, 4.0]).numpy()

    def mlx():
        import mlx.core as mx

        return mx.std(mx.array([1.0, 2.0, 3.0, 4.0]))

    def tinygrad():
        from tinygrad import Tensor

        return Tensor([1.0, 2.0, 3.0, 4.0]).std().item()

    def sklearn():
        from sklearn.preprocessing import StandardScaler

        return StandardScaler().fit([[1.0], [2.0], [3.0], [4.0]]).scale_[0]


class IrisRows(Row):
    title = "Two flowers of iris"
    says = (
        "The 35th and the 38th iris have petals 0.2 and 0.1 wide in Fisher's paper, and 0.1 "
        "both in the copy at UCI, from which several libraries have theirs."
    )
    values = {
        "course": [0.2, 0.1],
        "sklearn": [0.2, 0.1],
        "plotly": [0.1, 0.1],
        "mlxtend": [0.1, 0.1],
        "vega_datasets": [0.2, 0.1],
    }

    def course():
        from dojo.course import ROOT
        from katas.phase3_training.dataset import load_csv

        return load_csv(ROOT / "data" / "iris.csv")[0][[34, 37], 3]

    def sklearn():
        from sklearn.datasets import load_iris

        return load_iris().data[[34, 37], 3]

    def plotly():
        from plotly import data

        return data.iris()["petal_width"].iloc[[34, 37]].tolist()

    def mlxtend():
        from mlxtend.data import iris_data

        return iris_data()[0][[34, 37], 3]

    def vega_datasets():
        from vega_datasets import data

        return data.iris()["petalWidth"].iloc[[34, 37]].tolist()
