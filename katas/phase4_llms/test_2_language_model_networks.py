"""4.2 · Language models: networks that learn which token comes next."""

import numpy as np
import pytest

from dojo.expect import expect_close, expect_raises, same_parameters
from katas.phase4_llms.language_model import Embedding, NGramMLP
from katas.phase4_llms.spec_helpers import (
    MEASURED,
    expect_float32,
    expect_same,
    in_float32,
    is_drawn_from,
    is_float32,
    is_tensor,
    measured,
    numbers,
    rng_of,
    shapes_of,
)
from katas.phase4_llms.tensor import Tensor


@pytest.mark.kata("Embedding.__init__")
class TestEmbeddingInit:
    def test_the_table_has_a_row_for_each_token(self):
        weight = Embedding(7, 3).weight
        assert isinstance(weight, Tensor), f"weight is a {type(weight).__name__}, and not a Tensor"
        expect_close(
            weight.data.shape, (7, 3), "shape of weight", mistakes={"it is transposed": (3, 7)}
        )

    def test_no_row_is_left_out(self):
        empty = np.flatnonzero(~Embedding(7, 3, rng_of(7)).weight.data.any(axis=1)).tolist()
        assert not empty, f"the rows {empty} are 0: a boundary has numbers to be learned, too"

    def test_its_numbers_are_normal_with_deviation_1(self):
        """Of 63,000 such numbers the mean is 0, give or take 0.004, and the deviation 1 ± 0.003."""
        data = Embedding(700, 90, rng_of(7)).weight.data
        expect_close(data.mean(), 0.0, "mean of 63,000 numbers of the table", tolerance=0.02)
        expect_close(
            data.std(),
            1.0,
            "deviation of 63,000 numbers of the table",
            mistakes={
                "they are uniform from -1 to 1": 0.577,
                "they are uniform from 0 to 1": 0.289,
                "they are divided by √C, as in Flax and MLX; in PyTorch and here it is 1": 90**-0.5,
                "they are divided by √n": 700**-0.5,
                "they are uniform in ±1/√C": (3 * 90) ** -0.5,
                "they are uniform in ±0.05, as in Keras": 0.05 / 3**0.5,
                "it is 0.02, as in GPT-2": 0.02,
                "they are all 0": 0.0,
            },
            tolerance=0.0085,
        )
        within = (np.abs(data) < 1).mean()
        assert abs(within - 0.683) < 0.03, (
            f"{within:.1%} of the numbers are less than one deviation from 0, and of normal ones "
            "it is 68.3 %"
        )

    def test_the_draw_comes_from_rng(self):
        is_drawn_from(lambda rng: Embedding(5, 3, rng), "Embedding(5, 3)")

    def test_the_table_is_its_only_parameter(self):
        assert list(shapes_of(Embedding(7, 3))) == ["weight"], (
            f"named_parameters finds {shapes_of(Embedding(7, 3))}, and should find weight alone"
        )


def embedding_of(rows):
    embedding = Embedding(*np.shape(rows))
    embedding.weight.data = np.array(rows)
    return embedding


@pytest.mark.kata("Embedding.__call__")
class TestEmbeddingCall:
    def test_each_id_brings_its_row(self):
        rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
        embedding = embedding_of(rows)
        with same_parameters(embedding):
            got = is_tensor(embedding(np.array([2, 0, 2])), "the rows")
        expect_close(
            got,
            [[5, 6], [1, 2], [5, 6]],
            f"rows 2, 0, 2 of {rows}",
            mistakes={
                "ids are taken to begin at 1": [[3, 4], [5, 6], [3, 4]],
                "rows are multiplied by √C, as in the first transformer and in Gemma": (
                    np.multiply([[5, 6], [1, 2], [5, 6]], 2**0.5)
                ),
                "the row is multiplied by its id": [[10, 12], [0, 0], [10, 12]],
                "each row is taken once": [[1, 2], [5, 6]],
            },
        )

    @pytest.mark.parametrize("shape", [(), (5,), (2, 5), (2, 3, 5)], ids=str)
    def test_ids_may_have_any_shape(self, shape):
        rows = numbers(7, 3)
        ids = rng_of(7).integers(0, 7, shape)
        wanted = np.reshape([rows[id] for id in ids.ravel()], (*shape, 3))
        expect_close(embedding_of(rows)(ids), wanted, f"rows of ids of shape {shape}")

    def test_no_ids_bring_no_rows(self):
        got = embedding_of(numbers(7, 3))(np.zeros((2, 0), dtype=int))
        assert got.shape == (2, 0, 3), f"ids of shape (2, 0) became {got.shape}"

    def test_lists_will_do(self):
        expect_close(embedding_of([[1.0], [3.0]])([[1, 0]]), [[[3.0], [1.0]]], "rows of [[1, 0]]")

    def test_a_row_that_was_taken_twice_collects_both_gradients(self):
        embedding = embedding_of(numbers(4, 2))
        out = embedding(np.array([3, 1, 3]))
        (out * np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])).sum().backward()
        expect_close(
            embedding.weight.grad,
            [[0, 0], [2, 20], [0, 0], [5, 50]],
            "gradient of the table, of which row 1 was taken once and row 3 twice",
            mistakes={
                "of several gradients the last one wins": [[0, 0], [2, 20], [0, 0], [4, 40]],
                "the gradients of a row are averaged": [[0, 0], [2, 20], [0, 0], [2.5, 25]],
                "no gradient arrives": 0.0,
            },
        )

    def test_its_gradient_is_the_measured_one(self):
        rows, ids, upstream = numbers(5, 3), np.array([[4, 0], [4, 2], [0, 4]]), numbers(3, 2, 3)
        embedding = embedding_of(rows)
        (embedding(ids).tanh() * upstream).sum().backward()
        wanted = measured(lambda rows: (np.tanh(rows[ids]) * upstream).sum(), rows)
        padding = wanted.copy()
        padding[0] = 0
        expect_close(
            embedding.weight.grad,
            wanted,
            "gradient of the table",
            mistakes={"row 0 learns nothing, as the padding of PyTorch": padding},
            tolerance=MEASURED,
        )

    def test_two_calls_add_up(self):
        embedding = embedding_of([[1.0], [3.0]])
        (embedding([0, 1]) * 10.0 + embedding([1, 1])).sum().backward()
        expect_close(embedding.weight.grad, [[10.0], [12.0]], "gradient of a table used twice")

    def test_float32_stays_float32(self):
        embedding = Embedding(5, 3)
        embedding.weight.data = embedding.weight.data.astype(np.float32)
        out = embedding([1, 1])
        out.sum().backward()
        kinds = out.data.dtype, embedding.weight.grad.dtype
        assert kinds == (np.float32, np.float32), (
            f"a table of float32 gave rows and gradients of {' and '.join(map(str, kinds))}: a "
            "Tensor of float64 beside it (of ones and zeros, say) widens it, and an array does not"
        )

    def test_float32_stays_float32_on_the_way_back(self):
        embedding = Embedding(5, 3)

        def rows(weight):
            embedding.weight = weight
            return embedding([[1, 4, 1]])

        expect_float32(rows, (5, 3))

    @pytest.mark.parametrize("id", [-1, 4])
    def test_an_id_without_a_row_is_refused(self, id):
        """numpy would count -1 from the end, and say nothing."""
        expect_raises(
            IndexError,
            lambda: embedding_of(numbers(4, 2))(np.array([0, id, 2])),
            f"id {id} of a table with rows 0 to 3 (numpy counts negative ones from the end)",
            naming=[id, range(4)],
        )

    def test_booleans_are_not_ids(self):
        expect_raises(
            TypeError,
            lambda: embedding_of([[1.0], [2.0]])(np.array([True, False])),
            "an embedding of True, False: as an index they choose like a mask, and",
            naming=[bool],
        )


@pytest.mark.kata("NGramMLP.__init__")
class TestNGramMLPInit:
    def test_the_parts_fit_together(self):
        model = NGramMLP(11, 3, 2, 5)
        expect_same(
            shapes_of(model),
            {
                "embedding.weight": (11, 2),
                "hidden.weight": (6, 5),
                "hidden.bias": (5,),
                "output.weight": (5, 11),
                "output.bias": (11,),
            },
            "shapes of the parameters for 11 tokens, 3 of them in sight, C = 2 and 5 hidden units",
            mistakes={
                "the output layer has no bias": {
                    "embedding.weight": (11, 2),
                    "hidden.weight": (6, 5),
                    "hidden.bias": (5,),
                    "output.weight": (5, 11),
                },
                "the hidden layer sees the row of one token, and not of all in the window": {
                    "embedding.weight": (11, 2),
                    "hidden.weight": (2, 5),
                    "hidden.bias": (5,),
                    "output.weight": (5, 11),
                    "output.bias": (11,),
                },
                "the table has a row for each place of the window, and not for each token": {
                    "embedding.weight": (3, 2),
                    "hidden.weight": (6, 5),
                    "hidden.bias": (5,),
                    "output.weight": (5, 11),
                    "output.bias": (11,),
                },
            },
        )

    def test_the_draw_comes_from_rng(self):
        is_drawn_from(lambda rng: NGramMLP(11, 3, 2, 5, rng), "an NGramMLP")

    def test_the_parts_do_not_draw_the_same_numbers(self):
        """A square model, in which each part would repeat the other if each seeded its own."""
        model = NGramMLP(5, 1, 5, 5, rng_of(7))
        assert not np.array_equal(model.hidden.weight.data, model.output.weight.data), (
            "hidden and output have the same numbers: hand on rng itself, which moves on"
        )


def ngram_of(n_tokens, block_size, C, hidden):
    """An NGramMLP with numbers of its own, and these numbers by name."""
    model = NGramMLP(n_tokens, block_size, C, hidden)
    arrays = {}
    for name, parameter in model.named_parameters():
        arrays[name] = parameter.data = numbers(*parameter.data.shape)
    return model, arrays


def plain_ngram(arrays, X, hidden=np.tanh, output=lambda z: z):
    """The logits, window by window."""
    rows = []
    for window in X:
        side_by_side = np.concatenate([arrays["embedding.weight"][id] for id in window])
        h = hidden(side_by_side @ arrays["hidden.weight"] + arrays["hidden.bias"])
        rows.append(output(h @ arrays["output.weight"] + arrays["output.bias"]))
    return np.array(rows)


@pytest.mark.kata("NGramMLP.__call__")
class TestNGramMLPCall:
    def test_a_window_becomes_logits(self):
        model, arrays = ngram_of(11, 3, 2, 5)
        X = np.array([[0, 0, 4], [7, 10, 4], [4, 10, 7], [0, 1, 2]])
        with same_parameters(model):
            got = is_tensor(model(X), "the logits")

        def averaged(window):
            mean = np.mean([arrays["embedding.weight"][id] for id in window], axis=0)
            return np.tanh(np.tile(mean, 3) @ arrays["hidden.weight"] + arrays["hidden.bias"])

        bare = np.array([averaged(w) @ arrays["output.weight"] + arrays["output.bias"] for w in X])
        flat = arrays["embedding.weight"][X].swapaxes(1, 2).reshape(4, -1)
        mixed = np.tanh(flat @ arrays["hidden.weight"] + arrays["hidden.bias"])
        squashed = arrays | {"embedding.weight": np.tanh(arrays["embedding.weight"])}
        expect_close(
            got,
            plain_ngram(arrays, X),
            "logits of 4 windows of 3 tokens",
            mistakes={
                "the tanh is missing": plain_ngram(arrays, X, hidden=lambda z: z),
                "ReLU stands where tanh belongs": plain_ngram(
                    arrays, X, hidden=lambda z: np.maximum(z, 0)
                ),
                "the logits go through a tanh, too": plain_ngram(arrays, X, output=np.tanh),
                "the logits go through a softmax, which the loss does": plain_ngram(
                    arrays, X, output=lambda z: np.exp(z) / np.exp(z).sum()
                ),
                "the newest token comes first": plain_ngram(arrays, X[:, ::-1]),
                "the rows of the table go through a tanh, too": plain_ngram(squashed, X),
                "tokens of several windows are put side by side": plain_ngram(
                    arrays, X.T.reshape(4, 3)
                ),
                "the rows of a window are averaged, so that their order is lost": bare,
                "channels come before tokens when the rows are put side by side": mixed
                @ arrays["output.weight"]
                + arrays["output.bias"],
            },
        )

    @pytest.mark.parametrize("n", [1, 7])
    def test_it_takes_any_number_of_windows(self, n):
        model, arrays = ngram_of(5, 2, 3, 4)
        X = rng_of(7).integers(0, 5, (n, 2))
        expect_close(model(X), plain_ngram(arrays, X), f"logits of {n} windows")

    def test_every_parameter_has_the_measured_gradient(self):
        model, arrays = ngram_of(5, 2, 3, 4)
        X, upstream = np.array([[0, 4], [4, 4], [3, 0]]), numbers(3, 5)
        (model(X).tanh() * upstream).sum().backward()
        for name, parameter in model.named_parameters():
            wanted = measured(
                lambda array, name=name: (
                    np.tanh(plain_ngram(arrays | {name: array}, X)) * upstream
                ).sum(),
                arrays[name],
            )
            expect_close(
                parameter.grad,
                wanted,
                f"gradient of {name}",
                mistakes={"no gradient arrives: the graph is cut on its way there": 0.0},
                tolerance=MEASURED,
            )

    def test_float32_stays_float32(self):
        model = in_float32(NGramMLP(11, 3, 2, 5))
        is_float32(model(np.array([[1, 2, 3]])))
