from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")
pytest.importorskip("tf2onnx")

from keras import layers  # noqa: E402

import parewire  # noqa: E402
from parewire.keras import rewire_  # noqa: E402
from parewire.report import Report  # noqa: E402

SEED = 7


def mlp(dtype: str = "float32") -> Any:
    return keras.Sequential(
        [
            keras.Input((12,), dtype="float32"),
            layers.Dense(24, activation="relu", dtype=dtype),
            layers.Dense(5, dtype=dtype),
        ],
        name="mlp",
    )


def cnn() -> Any:
    """Batch norms and a scale, which the converter's own folding merges into the convs."""
    return keras.Sequential(
        [
            keras.Input((14, 14, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(8, 3, use_bias=False),
            layers.BatchNormalization(gamma_initializer="random_normal"),
            layers.ReLU(),
            layers.Conv2D(16, 3, groups=4),
            layers.BatchNormalization(moving_variance_initializer="ones"),
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
            layers.Conv1DTranspose(5, 3, strides=2),
            layers.Dense(4),
        ],
        name="sequence",
    )


def volume() -> Any:
    return keras.Sequential(
        [keras.Input((6, 6, 6, 2)), layers.Conv3D(4, 3), layers.Flatten(), layers.Dense(4)],
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
    x = layers.Embedding(20, 12)(inputs)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(3, 4, name="attention")(x, x))
    x = layers.EinsumDense("abc,cd->abd", output_shape=(None, 16), name="einsum")(x)
    x = layers.Dense(3, name="head")(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, x, name="transformer")


def build(model: Callable[[], Any]) -> Any:
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    return model()


def arrays(model: Any) -> dict[str, Any]:
    return {each.path: each.numpy().copy() for each in model.weights}


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


def flat(axes: int, shape: tuple[int, ...]) -> tuple[oracle.Turn, oracle.Turn]:
    """[inputs..., outputs...], of which so many axes count inputs."""
    inputs = int(np.prod(shape[:axes]))
    return (lambda k: k.reshape(inputs, -1).T, lambda m: m.T.reshape(shape))


DENSE = (oracle.swapped, oracle.swapped)
CONV = (conv, conv_back)
CONV_TRANSPOSE = (conv_transpose, conv_transpose_back)
CASES: list[tuple[Callable[[], Any], dict[str, tuple[oracle.Turn, oracle.Turn]]]] = [
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
            "sequence/conv1d_transpose/kernel": CONV_TRANSPOSE,
            "sequence/dense/kernel": DENSE,
        },
    ),
    (volume, {"volume/conv3d/kernel": CONV, "volume/dense/kernel": DENSE}),
    (
        residual,
        {
            "stem/kernel": CONV,
            "conv0/kernel": CONV,
            "conv1/kernel": CONV,
            "head/kernel": DENSE,
        },
    ),
    (
        transformer,
        {
            "attention/query/kernel": flat(1, (12, 3, 4)),
            "attention/key/kernel": flat(1, (12, 3, 4)),
            "attention/value/kernel": flat(1, (12, 3, 4)),
            "attention/attention_output/kernel": flat(2, (3, 4, 12)),
            "einsum/kernel": DENSE,
            "head/kernel": DENSE,
        },
    ),
]


def names(report: Report) -> list[str]:
    return [each.name for each in report.rewired]


@pytest.mark.parametrize(("network", "kernels"), CASES, ids=[case[0].__name__ for case in CASES])
def test_equals_numpy_on_the_models_own_variables(
    network: Callable[[], Any], kernels: dict[str, tuple[oracle.Turn, oracle.Turn]]
) -> None:
    model = build(network)
    expected = arrays(model)
    for number, (name, turns) in enumerate(kernels.items()):
        expected[name] = oracle.rewired(expected[name], SEED, number, *turns)

    report = rewire_(model, SEED)

    assert names(report) == list(kernels)
    oracle.assert_same_bits(arrays(model), expected)


@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16", "mixed_float16"])
def test_every_type_is_rewired_as_it_is(dtype: str) -> None:
    model = build(lambda: mlp(dtype))
    expected = arrays(model)
    for number, name in enumerate(["mlp/dense/kernel", "mlp/dense_1/kernel"]):
        expected[name] = oracle.rewired(expected[name], SEED, number, *DENSE)
    rewire_(model, SEED)
    oracle.assert_same_bits(arrays(model), expected)


def test_names_and_hash_seeds_do_not_matter() -> None:
    """The converter orders nodes by both."""
    script = """
import hashlib, sys, test_keras
for _ in range(int(sys.argv[1])): test_keras.transformer(), test_keras.cnn()
test_keras.keras.utils.set_random_seed(1)
model = test_keras.transformer()
test_keras.rewire_(model)
print(hashlib.sha256(b"".join(each.numpy().tobytes() for each in model.weights)).hexdigest())
"""
    sums = set()
    for seed in range(3):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        folder = Path(__file__).parent
        command = [sys.executable, "-c", script, str(4 * seed)]
        done = subprocess.run(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        sums.add(done.stdout.split()[-1])
    assert len(sums) == 1


def generators() -> tuple[Any, ...]:
    return random.getstate(), [np.asarray(each).tolist() for each in np.random.get_state()[1:]]


def test_keeps_optimizer_and_generators() -> None:
    model = build(cnn)
    model.compile("adam", "mse")
    images, targets = np.ones((4, 14, 14, 3), "float32"), np.ones((4, 10), "float32")
    model.fit(images, targets, verbose=0)
    optimizer = [each.numpy().copy() for each in model.optimizer.variables]
    seeds = [each.numpy().copy() for each in model.non_trainable_variables]
    before, states = arrays(model), generators()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *arguments, **more: None)
        report = rewire_(model)
    assert generators() == states
    for one, other in zip(optimizer, model.optimizer.variables, strict=True):
        assert np.array_equal(one, other.numpy())
    for one, other in zip(seeds, model.non_trainable_variables, strict=True):
        assert np.array_equal(one, other.numpy())
    rewired = names(report)
    oracle.assert_same_bits(
        {name: each for name, each in arrays(model).items() if name not in rewired},
        {name: each for name, each in before.items() if name not in rewired},
    )
    model.fit(images, targets, verbose=0)


def test_what_is_left_is_named_with_its_reason() -> None:
    def network() -> Any:
        return keras.Sequential(
            [keras.Input((7, 5)), layers.LSTM(6), layers.Dense(2, name="head")], name="net"
        )

    report = rewire_(build(network))
    assert names(report) == ["net/head/kernel"]
    reasons = {each.name: each.reason for each in report.left}
    assert reasons["net/lstm/lstm_cell/kernel"] == "read by Loop"
    assert reasons["net/head/bias"] == "fewer than two dimensions"


def test_a_shared_layer_is_rewired_once() -> None:
    def network() -> Any:
        inputs = keras.Input((8,))
        dense = layers.Dense(8, name="twice")
        return keras.Model(inputs, dense(layers.ReLU()(dense(inputs))))

    model = build(network)
    expected = oracle.rewired(arrays(model)["twice/kernel"], SEED, 0, *DENSE)
    assert names(rewire_(model, SEED)) == ["twice/kernel"]
    assert oracle.same_bits(arrays(model)["twice/kernel"], expected)


def test_frozen_weights_are_left() -> None:
    model = build(mlp)
    model.layers[0].trainable = False
    report = rewire_(model)
    assert names(report) == ["mlp/dense_1/kernel"]
    reasons = {each.name: each.reason for each in report.left}
    assert reasons["mlp/dense/kernel"] == "frozen or a buffer: training does not change it"


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


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__(name="subclassed")
        self.dense = layers.Dense(6, name="dense")

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs["x"]) * inputs["scale"]


def test_a_subclassed_model_needs_inputs() -> None:
    inputs = {"x": np.ones((2, 6), "float32"), "scale": np.ones((2, 1), "float32")}
    with pytest.raises(parewire.ExportError, match="'subclassed' is not built"):
        rewire_(Subclassed())
    model = Subclassed()
    model(inputs)
    with pytest.raises(parewire.ExportError, match="does not know its inputs; give example_inputs"):
        rewire_(model)
    assert names(rewire_(model, example_inputs=inputs)) == ["subclassed/dense/kernel"]


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


def test_failures_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = assert_fails_without_change(
        build(mlp), parewire.ToolError, "not an int", options=["--threads=none"]
    )
    assert raised.value.exit_code == 2
    norm = keras.Sequential([keras.Input((4,)), layers.LayerNormalization()], name="norm")
    assert_fails_without_change(norm, parewire.NoLayerError, "norm: no layer to rewire")
    monkeypatch.setenv("ONNX_PAREWIRE", "/nowhere/onnx-parewire")
    assert_fails_without_change(build(mlp), parewire.ToolNotFoundError, "which is no file")


def test_a_model_that_can_not_be_exported() -> None:
    class Unknown(layers.Layer):
        def call(self, x: Any) -> Any:
            import tensorflow as tf

            return tf.linalg.cholesky(tf.matmul(x, x, transpose_a=True))

    model = keras.Sequential(
        [keras.Input((4, 4), batch_size=2), layers.Dense(4), Unknown()], name="odd"
    )
    assert_fails_without_change(model, parewire.ExportError, "'odd' can't be exported to ONNX")


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
