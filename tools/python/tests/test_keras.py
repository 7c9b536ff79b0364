"""Runs on the backend that KERAS_BACKEND names, and once more on each of the others."""

from __future__ import annotations

import gc
import os
import random
import runpy
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest

keras = pytest.importorskip("keras")

from keras import layers  # noqa: E402

import parewire  # noqa: E402
from parewire.keras import RewireCallback, rewire_  # noqa: E402
from parewire.report import Report  # noqa: E402

SEED = 7
HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "keras_train.py"
BACKENDS = ("tensorflow", "torch", "jax")

Turns = tuple[oracle.Turn, oracle.Turn]


def build(model: Callable[[], Any]) -> Any:
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    return model()


@pytest.fixture(autouse=True)
def named_and_drawn_alike() -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)


def array(variable: Any) -> Any:
    return keras.ops.convert_to_numpy(variable.value)


def arrays(model: Any) -> dict[str, Any]:
    return {each.path: array(each) for each in model.weights}


def names(report: Report) -> list[str]:
    return [each.name for each in report.rewired]


def reasons(report: Report) -> dict[str, str]:
    return {each.name: each.reason for each in report.left}


# What an axis of a Keras kernel is, written out without the package's layouts.


def conv(kernel: Any) -> Any:
    """[kernel..., in, out] to [out, in, kernel...]."""
    return np.moveaxis(kernel, (-1, -2), (0, 1))


def conv_back(kernel: Any) -> Any:
    return np.moveaxis(kernel, (0, 1), (-1, -2))


def conv_transpose(kernel: Any) -> Any:
    """[kernel..., out, in] to [out, in, kernel...]."""
    return np.moveaxis(kernel, (-2, -1), (0, 1))


def conv_transpose_back(kernel: Any) -> Any:
    return np.moveaxis(kernel, (0, 1), (-2, -1))


def depthwise(kernel: Any) -> Any:
    """[kernel..., channels, multiplier] to [channels * multiplier, 1, kernel...]."""
    *size, channels, multiplier = kernel.shape
    return np.moveaxis(kernel.reshape(*size, 1, channels * multiplier), (-1, -2), (0, 1))


def depthwise_back(multiplier: int) -> oracle.Turn:
    def turn(matrix: Any) -> Any:
        kernel = np.moveaxis(matrix, (0, 1), (-1, -2))
        return kernel.reshape(*kernel.shape[:-2], -1, multiplier)

    return turn


def flat(axes: int, shape: tuple[int, ...]) -> Turns:
    """[inputs..., outputs...], of which so many axes count inputs."""
    inputs = int(np.prod(shape[:axes]))
    return (lambda k: k.reshape(inputs, -1).T, lambda m: m.T.reshape(shape))


DENSE = (oracle.swapped, oracle.swapped)
CONV = (conv, conv_back)
CONV_TRANSPOSE = (conv_transpose, conv_transpose_back)


def mlp(dtype: str = "float32") -> Any:
    return keras.Sequential(
        [
            keras.Input((12,), dtype="float32"),
            layers.Dense(24, activation="relu", dtype=dtype),
            layers.Dense(5, dtype=dtype),
        ],
        name="mlp",
    )


def mlp_with_a_filter() -> Any:
    """One of its two weights is no draw."""
    model = mlp()
    kernel = model.layers[1].kernel
    kernel.assign(np.eye(*kernel.shape))
    return model


def cnn() -> Any:
    return keras.Sequential(
        [
            keras.Input((14, 14, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(8, 3, use_bias=False),
            layers.BatchNormalization(gamma_initializer="random_normal"),
            layers.ReLU(),
            layers.Conv2D(16, 3, groups=4),
            layers.DepthwiseConv2D(3, depth_multiplier=2),
            layers.SeparableConv2D(8, 3),
            layers.Conv2DTranspose(6, 3, strides=2),
            layers.Dropout(0.5),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10),
        ],
        name="cnn",
    )


def sequence() -> Any:
    return keras.Sequential(
        [
            keras.Input((20, 6)),
            layers.Conv1D(8, 5, padding="causal"),
            layers.DepthwiseConv1D(3, depth_multiplier=2),
            layers.SeparableConv1D(10, 3, depth_multiplier=3),
            layers.Conv1D(12, 3, groups=2),
            layers.Conv1DTranspose(5, 3, strides=2),
            layers.TimeDistributed(layers.Dense(4), name="each"),
        ],
        name="sequence",
    )


def volume() -> Any:
    return keras.Sequential(
        [
            keras.Input((6, 6, 6, 2)),
            layers.Conv3D(4, 3),
            layers.Conv3DTranspose(3, 2),
            layers.Flatten(),
            layers.Dense(4),
        ],
        name="volume",
    )


def residual() -> Any:
    x = inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(8, 3, padding="same", name="stem")(x)
    for i in range(2):
        y = layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same", name=f"conv{i}")(x))
        x = layers.Add()([x, layers.ReLU()(y)])
    x = layers.Dense(4, name="head")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, x, name="residual")


def transformer() -> Any:
    inputs = keras.Input((5,), dtype="int32")
    x = layers.Embedding(20, 12, name="embedding")(inputs)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(3, 4, name="attention")(x, x))
    x = layers.GroupQueryAttention(4, 6, 2, name="grouped")(x, x)
    x = layers.EinsumDense("abc,cd->abd", output_shape=(None, 16), name="einsum")(x)
    x = layers.Dense(3, name="head")(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, x, name="transformer")


class Blocks(keras.Model):
    """Layers in layers, in lists and in dicts, two of a name, and none that knows its inputs."""

    def __init__(self) -> None:
        super().__init__(name="blocks")
        self.blocks = [
            keras.Sequential([layers.Dense(6), layers.Dense(6)], name=f"block{i}") for i in range(2)
        ]
        self.heads = {"a": Weighted(4, name="head"), "b": Weighted(3, name="head")}

    def call(self, inputs: Any) -> Any:
        x = inputs["x"]
        for block in self.blocks:
            x = block(x)
        return self.heads["a"](x), self.heads["b"](x) * inputs["scale"]


class Weighted(layers.Dense):
    """A subclass is what its base is."""


BLOCKS_INPUTS = {"x": np.ones((2, 6), "float32"), "scale": np.ones((2, 1), "float32")}


def blocks() -> Any:
    model = Blocks()
    model(BLOCKS_INPUTS)
    return model


CASES: list[tuple[Callable[[], Any], dict[str, Turns]]] = [
    (mlp, {"mlp/dense/kernel": DENSE, "mlp/dense_1/kernel": DENSE}),
    (
        cnn,
        {
            "cnn/conv2d/kernel": CONV,
            "cnn/conv2d_1/kernel": CONV,
            "cnn/depthwise_conv2d/kernel": (depthwise, depthwise_back(2)),
            "cnn/separable_conv2d/depthwise_kernel": (depthwise, depthwise_back(1)),
            "cnn/separable_conv2d/pointwise_kernel": CONV,
            "cnn/conv2d_transpose/kernel": CONV_TRANSPOSE,
            "cnn/dense/kernel": DENSE,
        },
    ),
    (
        sequence,
        {
            "sequence/conv1d/kernel": CONV,
            "sequence/depthwise_conv1d/kernel": (depthwise, depthwise_back(2)),
            "sequence/separable_conv1d/depthwise_kernel": (depthwise, depthwise_back(3)),
            "sequence/separable_conv1d/pointwise_kernel": CONV,
            "sequence/conv1d_1/kernel": CONV,
            "sequence/conv1d_transpose/kernel": CONV_TRANSPOSE,
            "sequence/each/dense/kernel": DENSE,
        },
    ),
    (
        volume,
        {
            "volume/conv3d/kernel": CONV,
            "volume/conv3d_transpose/kernel": CONV_TRANSPOSE,
            "volume/dense/kernel": DENSE,
        },
    ),
    (
        residual,
        {"stem/kernel": CONV, "conv0/kernel": CONV, "conv1/kernel": CONV, "head/kernel": DENSE},
    ),
    (
        transformer,
        {
            "attention/query/kernel": flat(1, (12, 3, 4)),
            "attention/key/kernel": flat(1, (12, 3, 4)),
            "attention/value/kernel": flat(1, (12, 3, 4)),
            "attention/attention_output/kernel": flat(2, (3, 4, 12)),
            "grouped/query/kernel": flat(1, (12, 6, 4)),
            "grouped/key/kernel": flat(1, (12, 2, 4)),
            "grouped/value/kernel": flat(1, (12, 2, 4)),
            "grouped/attention_output/kernel": flat(2, (6, 4, 12)),
            "einsum/kernel": DENSE,
            "head/kernel": DENSE,
        },
    ),
    (
        blocks,
        {
            "blocks/block0/dense/kernel": DENSE,
            "blocks/block0/dense_1/kernel": DENSE,
            "blocks/block1/dense_2/kernel": DENSE,
            "blocks/block1/dense_3/kernel": DENSE,
            "blocks/head/kernel": DENSE,
            "blocks/head/kernel#2": DENSE,
        },
    ),
]


def named(model: Any) -> dict[str, Any]:
    """All weights by the names that the report has for them."""
    found: dict[str, Any] = {}
    for variable in model.weights:
        name = variable.path
        found[name if name not in found else f"{name}#2"] = array(variable)
    return found


@pytest.mark.parametrize(("network", "kernels"), CASES, ids=[case[0].__name__ for case in CASES])
def test_rewires_as_numpy_does(network: Callable[[], Any], kernels: dict[str, Turns]) -> None:
    model = build(network)
    expected = named(model)
    for number, (name, turns) in enumerate(kernels.items()):
        expected[name] = oracle.rewired(expected[name], SEED, number, *turns)
    report = rewire_(model, SEED)
    assert names(report) == list(kernels)
    assert [each.layer.number for each in report.rewired] == list(range(len(kernels)))
    assert report.next_layer == len(kernels)
    oracle.assert_same_bits(named(model), expected)


def rewired_slices(slices: Any, number: int) -> Any:
    """Rewire matrices [outputs, inputs], each with a random stream of its own."""
    return np.stack(
        [oracle.parewire_numpy.rewire(each, SEED, (number, i)) for i, each in enumerate(slices)]
    )


def heads_apart(kernel: Any) -> Any:
    """[head, in, out]."""
    return rewired_slices(kernel.swapaxes(1, 2), 0).swapaxes(1, 2)


def outputs_first(kernel: Any) -> Any:
    """[out, out, in, in]."""
    matrix = oracle.parewire_numpy.rewire(kernel.reshape(15, 8), SEED, (0,))
    return matrix.reshape(kernel.shape)


def inputs_between(kernel: Any) -> Any:
    """[in, out, in]."""
    matrix = kernel.transpose(1, 0, 2).reshape(kernel.shape[1], -1)
    turned = oracle.parewire_numpy.rewire(matrix, SEED, (0,)).reshape(
        kernel.shape[1], kernel.shape[0], kernel.shape[2]
    )
    return turned.transpose(1, 0, 2)


@pytest.mark.parametrize(
    ("equation", "inputs", "output", "expected"),
    [
        ("abc,bcd->abd", (3, 4), (3, 5), heads_apart),
        ("...cd,efcd->...ef", (6, 4, 2), (3, 5), outputs_first),
        ("abc,bec->ae", (4, 3), (5,), inputs_between),
        ("ab...,bc->ac...", (6, 2), (5,), lambda k: oracle.rewired(k, SEED, 0, *DENSE)),
    ],
    ids=["slices", "outputs first", "inputs between", "ellipsis"],
)
def test_an_equation_says_what_the_axes_are(
    equation: str, inputs: tuple[int, ...], output: tuple[int, ...], expected: oracle.Turn
) -> None:
    model = build(
        lambda: keras.Sequential(
            [keras.Input(inputs), layers.EinsumDense(equation, output)], name="net"
        )
    )
    after = expected(array(model.weights[0]))
    rewire_(model, SEED)
    assert oracle.same_bits(array(model.weights[0]), np.ascontiguousarray(after))


def test_an_equation_that_sums_nothing_is_no_layer() -> None:
    model = keras.Sequential(
        [keras.Input((3, 4)), layers.EinsumDense("abc,bc->abc", (3, 4)), layers.Dense(2)],
        name="net",
    )
    report = rewire_(model)
    assert names(report) == ["net/dense/kernel"]
    assert "no layer that is known has it" in reasons(report)["net/einsum_dense/kernel"]


def test_groups_apart() -> None:
    model = build(
        lambda: keras.Sequential([keras.Input((9, 9, 8)), layers.Conv2D(12, 3, groups=4)])
    )
    before = array(model.weights[0])
    groups = conv(before).reshape(4, 3, -1)
    expected = rewired_slices(groups, 0).reshape(12, 2, 3, 3)
    rewire_(model, SEED, groups="separate")
    assert oracle.same_bits(array(model.weights[0]), np.ascontiguousarray(conv_back(expected)))


@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16", "mixed_float16"])
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")
def test_every_type_is_rewired_as_it_is(dtype: str) -> None:
    model = build(lambda: mlp(dtype))
    expected = arrays(model)
    for number, name in enumerate(["mlp/dense/kernel", "mlp/dense_1/kernel"]):
        expected[name] = oracle.rewired(expected[name], SEED, number, *DENSE)
    rewire_(model, SEED)
    oracle.assert_same_bits(arrays(model), expected)


def test_a_shared_layer_is_rewired_once() -> None:
    def network() -> Any:
        inputs = keras.Input((8,))
        dense = layers.Dense(8, name="twice")
        return keras.Model(inputs, dense(layers.ReLU()(dense(inputs))))

    model = build(network)
    expected = oracle.rewired(arrays(model)["twice/kernel"], SEED, 0, *DENSE)
    assert names(rewire_(model, SEED)) == ["twice/kernel"]
    assert oracle.same_bits(arrays(model)["twice/kernel"], expected)


def test_copies_of_one_layer() -> None:
    """Equal bytes in several variables."""

    def network() -> Any:
        same = keras.initializers.GlorotUniform(seed=3)
        return keras.Sequential(
            [keras.Input((8,)), *(layers.Dense(8, kernel_initializer=same) for _ in range(3))],
            name="copies",
        )

    model = build(network)
    before = arrays(model)["copies/dense/kernel"]
    rewire_(model, SEED)
    for number, name in enumerate(["dense", "dense_1", "dense_2"]):
        expected = oracle.rewired(before, SEED, number, *DENSE)
        assert oracle.same_bits(arrays(model)[f"copies/{name}/kernel"], expected)


def test_a_part_of_a_model() -> None:
    model = build(cnn)
    expected = oracle.rewired(arrays(model)["cnn/dense/kernel"], SEED, 6, *DENSE)
    report = rewire_(model.layers[-1], SEED, first_layer=6)
    assert names(report) == ["cnn/dense/kernel"]
    assert report.next_layer == 7
    assert oracle.same_bits(arrays(model)["cnn/dense/kernel"], expected)


# What is left.


class Step(layers.Layer):
    """A recurrent cell that is made of a dense layer."""

    def __init__(self) -> None:
        super().__init__(name="step")
        self.state_size = 6
        self.dense = layers.Dense(6, name="dense")

    def build(self, shape: Any) -> None:
        self.dense.build((None, shape[-1] + 6))

    def call(self, inputs: Any, states: Any) -> Any:
        output = self.dense(keras.ops.concatenate([inputs, states[0]], axis=-1))
        return output, [output]


def test_recurrent_layers_are_left() -> None:
    def network() -> Any:
        return keras.Sequential(
            [
                keras.Input((7, 5)),
                layers.Bidirectional(layers.GRU(4, return_sequences=True, name="gru"), name="both"),
                layers.LSTM(6, return_sequences=True, name="lstm"),
                layers.RNN(Step(), return_sequences=True, name="rnn"),
                layers.Reshape((7, 6, 1)),
                layers.ConvLSTM1D(3, 2, name="conv"),
                layers.Flatten(),
                layers.Dense(2, name="head"),
            ],
            name="net",
        )

    model = build(network)
    report = rewire_(model)
    assert names(report) == ["net/head/kernel"]
    assert report.coverage == "1 of 1 dense and conv weights"
    recurrent = "a recurrent layer's weight"
    found = reasons(report)
    kernels = {name: why for name, why in found.items() if name.endswith("kernel")}
    assert len(kernels) == 9
    assert set(kernels.values()) == {recurrent}
    assert found["net/head/bias"] == "fewer than two dimensions"
    cell = "net/rnn/step/dense/kernel"
    assert names(rewire_(model, include=[cell])) == [cell]


def test_frozen_weights_are_left() -> None:
    model = build(mlp)
    model.layers[0].trainable = False
    report = rewire_(model, SEED)
    assert names(report) == ["mlp/dense_1/kernel"]
    assert report.rewired[0].layer.number == 1
    assert reasons(report)["mlp/dense/kernel"] == "frozen: training does not change it"
    assert report.coverage == "1 of 1 dense and conv weights"
    model.trainable = False
    assert_fails_without_change(model, parewire.NoLayerError, "'mlp/dense/kernel': frozen")


def test_low_rank_adapters_are_left_with_the_weight_that_they_freeze() -> None:
    model = build(mlp)
    model.layers[0].enable_lora(2)
    report = rewire_(model)
    assert names(report) == ["mlp/dense_1/kernel"]
    found = reasons(report)
    assert found["mlp/dense/kernel"] == "frozen: training does not change it"
    for name in ("a", "b"):
        assert found[f"mlp/dense/lora_kernel_{name}"] == "a low-rank adapter of a frozen weight"


@pytest.mark.filterwarnings("ignore::UserWarning:keras")
def test_quantized_weights_are_left() -> None:
    model = build(transformer)
    model.get_layer("einsum").quantize("int8")
    model.get_layer("attention")._query_dense.quantize("int8")
    report = rewire_(model)
    assert not {"einsum/kernel", "attention/query/kernel"} & set(names(report))
    found = reasons(report)
    assert found["einsum/kernel"] == "quantized, to int8"
    assert found["attention/query/kernel_scale"] == "part of a quantized weight"


def test_biases_of_heads_are_left() -> None:
    assert reasons(rewire_(build(transformer)))["attention/query/bias"] == "a bias"


HAS_REVERSIBLE = pytest.mark.skipif(
    not hasattr(layers, "ReversibleEmbedding"), reason="needs a Keras with ReversibleEmbedding"
)


def reversible(tie_weights: bool) -> Callable[[], Any]:
    def network() -> Any:
        inputs = keras.Input((5,), dtype="int32")
        normal = keras.initializers.RandomNormal(stddev=0.3)
        embedding = layers.ReversibleEmbedding(20, 12, tie_weights, normal, name="embedding")
        x = layers.Dense(12, name="dense")(embedding(inputs))
        return keras.Model(inputs, embedding(x, reverse=True))

    return network


def test_embeddings_are_left() -> None:
    report = rewire_(build(transformer))
    assert reasons(report)["embedding/embeddings"] == "an embedding"
    assert report.coverage == "10 of 10 dense and conv weights"


@HAS_REVERSIBLE
def test_a_tied_embedding_is_left_unless_it_is_named() -> None:
    model = build(reversible(True))
    report = rewire_(model)
    assert names(report) == ["dense/kernel"]
    reason = "an embedding's weight, too ('embedding/embeddings')"
    assert reasons(report)["embedding/embeddings"] == reason
    expected = oracle.rewired(arrays(model)["embedding/embeddings"], SEED, 0)
    report = rewire_(model, SEED, include=["embedding/embeddings"])
    assert names(report) == ["embedding/embeddings"]
    assert oracle.same_bits(arrays(model)["embedding/embeddings"], expected)


@HAS_REVERSIBLE
def test_an_untied_projection_to_the_vocabulary_is_dense() -> None:
    model = build(reversible(False))
    name = "embedding/reverse_embeddings"
    expected = oracle.rewired(arrays(model)[name], SEED, 0, *DENSE)
    report = rewire_(model, SEED)
    assert names(report) == [name, "dense/kernel"]
    assert oracle.same_bits(arrays(model)[name], expected)


def test_spectral_normalization_is_noted() -> None:
    model = keras.Sequential(
        [keras.Input((8,)), layers.SpectralNormalization(layers.Dense(6))], name="net"
    )
    (rewired,) = rewire_(model).rewired
    assert rewired.note == "spectral normalization divides it by its largest singular value"


# What the user chooses.


class Product(layers.Layer):
    """A weight that only its functions know to be dense."""

    def build(self, shape: Any) -> None:
        self.weight = self.add_weight(shape=(shape[-1], 9), name="weight")

    def call(self, x: Any) -> Any:
        return x @ self.weight


def product() -> Any:
    return keras.Sequential([keras.Input((6,)), Product(), layers.Dense(3)], name="net")


def test_further_weights_are_named() -> None:
    report = rewire_(build(product))
    assert "name its axes in extra" in reasons(report)["net/product/weight"]
    model = build(product)
    expected = oracle.rewired(arrays(model)["net/product/weight"], SEED, 0, *DENSE)
    report = rewire_(model, SEED, extra={"*/product/*": "io"})
    assert names(report) == ["net/product/weight", "net/dense/kernel"]
    assert oracle.same_bits(arrays(model)["net/product/weight"], expected)
    assert_fails_without_change(
        model,
        parewire.ArgumentError,
        "extra: no parameter has a name like 'nn'",
        extra={"nn": "io"},
    )
    assert_fails_without_change(
        model, parewire.ArgumentError, "has 3 axes", extra={"net/product/weight": "ioo"}
    )


def test_the_numbers_of_what_is_left_stay() -> None:
    model = build(cnn)
    expected = oracle.rewired(arrays(model)["cnn/dense/kernel"], SEED, 6, *DENSE)
    report = rewire_(model, SEED, include=["cnn/d*"], exclude=["*/depthwise*"], strict=True)
    assert names(report) == ["cnn/dense/kernel"]
    assert oracle.same_bits(arrays(model)["cnn/dense/kernel"], expected)
    found = reasons(report)
    assert found["cnn/conv2d/kernel"] == "not asked for by include"
    assert found["cnn/depthwise_conv2d/kernel"] == "excluded by '*/depthwise*'"


def test_strict_leaves_none() -> None:
    model = build(mlp_with_a_filter)
    assert_fails_without_change(
        model, parewire.WeightsLeftError, "left 1 of 2 .*'mlp/dense_1/kernel', fixed", strict=True
    )


# What a model must have.


class Unused(keras.Model):
    def __init__(self) -> None:
        super().__init__(name="unused")
        self.used = layers.Dense(6, name="used")
        self.unused = layers.Dense(6, name="unused_dense")

    def call(self, inputs: Any) -> Any:
        return self.used(inputs)


def test_a_model_that_has_no_weights_yet() -> None:
    with pytest.raises(parewire.NetworkError, match="'unused' has no weights yet; build it, or"):
        rewire_(Unused())


def test_a_layer_that_has_no_weights_yet() -> None:
    model = Unused()
    model(np.ones((2, 4), "float32"))
    with pytest.warns(parewire.RewiringWarning, match="without weights yet.*: 'unused_dense'"):
        assert names(rewire_(model)) == ["unused/used/kernel"]
    assert_fails_without_change(model, parewire.NetworkError, "'unused_dense'", strict=True)


def test_a_model_of_models_that_is_never_called() -> None:
    class Pair(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="pair")
            self.one, self.other = mlp(), residual()

    assert len(rewire_(Pair()).rewired) == 6


# What stays as it is.


def generators() -> tuple[Any, ...]:
    return random.getstate(), [np.asarray(each).tolist() for each in np.random.get_state()[1:]]


def assert_fails_without_change(
    model: Any, error: type[Exception], text: str, **arguments: Any
) -> pytest.ExceptionInfo[Any]:
    before, states = arrays(model), generators()
    with pytest.raises(error, match=text) as raised:
        rewire_(model, **arguments)
    oracle.assert_same_bits(arrays(model), before)
    assert generators() == states
    assert "\n" not in str(raised.value)
    return raised


IMAGES, TARGETS = np.ones((4, 14, 14, 3), "float32"), np.ones((4, 10), "float32")


def test_keeps_optimizer_generators_and_console(capfd: pytest.CaptureFixture[str]) -> None:
    model = build(cnn)
    model.compile("adam", "mse")
    model.fit(IMAGES, TARGETS, verbose=0)
    kept = [*model.optimizer.variables, *model.non_trainable_variables]
    before, states = arrays(model), generators()
    values = [array(each) for each in kept]
    capfd.readouterr()
    report = rewire_(model, allow_trained=True)
    assert capfd.readouterr() == ("", "")
    assert generators() == states
    for variable, value in zip(kept, values, strict=True):
        assert np.array_equal(array(variable), value)
    rewired = names(report)
    oracle.assert_same_bits(
        {name: each for name, each in arrays(model).items() if name not in rewired},
        {name: each for name, each in before.items() if name not in rewired},
    )
    model.fit(IMAGES, TARGETS, verbose=0)


def test_failures_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = assert_fails_without_change(
        build(mlp), parewire.ToolError, "not an int", options=["--threads=none"]
    )
    assert raised.value.exit_code == 2
    norm = keras.Sequential([keras.Input((4,)), layers.LayerNormalization()], name="norm")
    assert_fails_without_change(norm, parewire.NoLayerError, "norm: no layer to rewire")
    assert_fails_without_change(build(mlp), parewire.ArgumentError, "seed", seed=-1)
    monkeypatch.setenv("ONNX_PAREWIRE", "/nowhere/onnx-parewire")
    assert_fails_without_change(build(mlp), parewire.ToolNotFoundError, "which is no file")


def trained() -> Any:
    """Its neurons differ in a way that chance does not make."""
    model = keras.Sequential([keras.Input((64,)), layers.Dense(64)], name="trained")
    kernel = model.layers[0].kernel
    kernel.assign(array(kernel) * np.linspace(0.01, 3, 64, dtype="float32"))
    return model


def test_trained_weights_are_refused() -> None:
    model = build(trained)
    raised = assert_fails_without_change(
        model, parewire.TrainedWeightsError, "'trained/dense/kernel'"
    )
    assert "allow_trained=True" in str(raised.value)
    with pytest.warns(parewire.RewiringWarning):
        assert names(rewire_(model, allow_trained=True)) == ["trained/dense/kernel"]


def test_a_failure_while_writing_undoes_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(mlp)
    second = model.layers[1].kernel
    assign = type(second).assign
    calls: list[Any] = []

    def failing(variable: Any, value: Any) -> Any:
        calls.append(variable)
        if len(calls) == 2:
            raise MemoryError("full")
        return assign(variable, value)

    monkeypatch.setattr(type(second), "assign", failing)
    assert_fails_without_change(model, MemoryError, "full")
    assert len(calls) == 4


def test_what_can_not_be_written_as_it_is_undoes_what_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = build(mlp)
    second = model.layers[1].kernel
    assign = type(second).assign

    def rounding(variable: Any, value: Any) -> Any:
        is_rewired = variable is second and not np.array_equal(value, before)
        return assign(variable, value * np.float32(1.5) if is_rewired else value)

    before = array(second)
    monkeypatch.setattr(type(second), "assign", rounding)
    assert_fails_without_change(model, parewire.NetworkError, r"exclude=\['mlp/dense_1/kernel'\]")


# The callback.


def compiled(model: Callable[[], Any] = mlp) -> Any:
    network = build(model)
    network.compile(keras.optimizers.Adam(), "mse")
    return network


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]
    """Notes the weights with which the first step begins."""

    first: dict[str, Any] | None = None

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self.first is None:
            self.first = arrays(self.model)


def fit(model: Any, *callbacks: Any, **more: Any) -> dict[str, Any]:
    """Train, and return the weights with which the first step begins."""
    recorder = Recorder()
    inputs = np.ones((8, 12), "float32")
    model.fit(inputs, inputs[:, :5], callbacks=[*callbacks, recorder], verbose=0, **more)
    assert recorder.first is not None
    return recorder.first


def test_the_callback_rewires_before_the_first_step() -> None:
    model = compiled()
    expected = arrays(model)
    for number, name in enumerate(["mlp/dense/kernel", "mlp/dense_1/kernel"]):
        expected[name] = oracle.rewired(expected[name], SEED, number, *DENSE)
    callback = RewireCallback(SEED)
    assert callback.report is None
    oracle.assert_same_bits(fit(model, callback, epochs=2), expected)
    assert callback.report is not None
    assert names(callback.report) == ["mlp/dense/kernel", "mlp/dense_1/kernel"]
    for name, value in expected.items():
        assert not np.array_equal(arrays(model)[name], value)


def test_the_callback_rewires_a_model_once() -> None:
    model, callback = compiled(), RewireCallback(SEED)
    fit(model, callback)
    report, after = callback.report, arrays(model)
    oracle.assert_same_bits(fit(model, callback), after)
    assert callback.report is report
    model.compile(keras.optimizers.Adam(), "mse")
    after = arrays(model)
    oracle.assert_same_bits(fit(model, callback), after)
    # Of another model, such as the next fold's, nothing is known.
    fit(compiled(), callback)
    assert callback.report is not report
    assert callback.report is not None


def test_the_callback_leaves_a_run_that_has_begun() -> None:
    model, callback = compiled(), RewireCallback(SEED)
    fit(model)
    after = arrays(model)
    oracle.assert_same_bits(fit(model, callback), after)
    assert callback.report is None


def test_the_callback_leaves_a_later_epoch() -> None:
    model, callback = compiled(), RewireCallback(SEED)
    before = arrays(model)
    oracle.assert_same_bits(fit(model, callback, initial_epoch=1, epochs=2), before)
    assert callback.report is None
    fit(model, callback)
    assert callback.report is None


def test_the_callback_leaves_a_loaded_model(tmp_path: Path) -> None:
    model, callback = compiled(), RewireCallback(SEED)
    fit(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    before = arrays(loaded)
    oracle.assert_same_bits(fit(loaded, callback), before)
    assert callback.report is None


@pytest.mark.parametrize("is_first", [True, False])
def test_the_callback_leaves_a_restored_run(tmp_path: Path, is_first: bool) -> None:
    def backup() -> Any:
        return keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)

    stopped = compiled()
    fit(stopped, RewireCallback(SEED), backup())
    restored, callback = compiled(), RewireCallback(SEED)
    both = [callback, backup()] if is_first else [backup(), callback]
    oracle.assert_same_bits(fit(restored, *both, epochs=2), arrays(stopped))
    assert callback.report is None


def test_a_model_that_fit_builds() -> None:
    def network() -> Any:
        return keras.Sequential([layers.Dense(5, name="dense")], name="late")

    model, callback = compiled(network), RewireCallback()
    if keras.backend.backend() == "tensorflow":
        # There it is built in its first step.
        with pytest.raises(parewire.NetworkError, match="'late' has no weights yet; build it"):
            fit(model, callback)
        assert callback.report is None
        model.build((None, 12))
    fit(model, callback)
    assert callback.report is not None
    assert names(callback.report) == ["late/dense/kernel"]


@contextmanager
def warned_here() -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    notices = [each for each in caught if issubclass(each.category, parewire.RewiringWarning)]
    assert [each.filename for each in notices] == [__file__]


def test_warnings_are_of_the_line_that_calls() -> None:
    with warned_here():
        rewire_(build(mlp_with_a_filter))
    with warned_here():
        fit(compiled(mlp_with_a_filter), RewireCallback())


def test_the_callback_takes_what_rewire_takes() -> None:
    with pytest.raises(parewire.ArgumentError, match="seed"):
        RewireCallback(-1)
    model, callback = (
        compiled(product),
        RewireCallback(SEED, first_layer=3, extra={"*/weight": "io"}),
    )
    expected = oracle.rewired(arrays(model)["net/product/weight"], SEED, 3, *DENSE)
    recorder = Recorder()
    model.fit(np.ones((4, 6)), np.ones((4, 3)), callbacks=[callback, recorder], verbose=0)
    assert recorder.first is not None
    assert oracle.same_bits(recorder.first["net/product/weight"], expected)


def test_the_callback_keeps_no_model() -> None:
    callback = RewireCallback()
    model = compiled()
    fit(model, callback)
    callback.set_model(None)
    assert callback._seen is not None
    del model
    keras.utils.clear_session()
    gc.collect()
    assert callback._seen() is None


# Processes of their own, for Keras takes its backend when it is imported.


def run(backend: str, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=HERE.parent,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_imports_no_other_framework() -> None:
    backend = keras.backend.backend()
    script = (
        "import keras, sys; known = set(sys.modules); "
        "import parewire.keras; print(*set(sys.modules) - known)"
    )
    imported = {each.partition(".")[0] for each in run(backend, "-c", script).split()}
    assert not imported & {"tensorflow", "torch", "jax", "tf2onnx"}
    assert "parewire" in imported


def test_the_example_trains_and_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def example(epochs: int) -> str:
        arguments = [str(EXAMPLE), f"--epochs={epochs}", f"--backup={tmp_path}"]
        monkeypatch.setattr(sys, "argv", arguments)
        runpy.run_path(str(EXAMPLE), run_name="__main__")
        return capsys.readouterr().out

    first = example(2)
    assert "rewired 4 of 4 dense and conv weights" in first
    assert f"Keras on {keras.backend.backend()}: accuracy" in first
    second = example(4)
    assert "resumed, so nothing was rewired" in second
    assert float(second.split()[-1]) > 0.9


# What depends on one: values there and back, and training. The rest is the same code.
ON_EACH_BACKEND = "numpy or type or callback or undoes or keeps or example"


@pytest.mark.parametrize("backend", [each for each in BACKENDS if each != keras.backend.backend()])
def test_that_on_another_backend(backend: str) -> None:
    pytest.importorskip(backend)
    output = run(
        backend,
        *("-m", "pytest", "-p", "no:cacheprovider", __file__),
        *("-k", ON_EACH_BACKEND),
    )
    assert " passed" in output
    assert "skipped" not in output
    print(output)
