"""Make the small ONNX test models with real exporters, and the results expected of rewiring them.

    python make_testmodels.py [FOLDER]              (the repository's testmodels by default)
    python make_testmodels.py --torch22 [FOLDER]    (the one model of torch 2.2, made there first)

Each model of the table MODELS is built from seeded random weights and exported. The expected
results, in expected.json, come from the framework's own parameters, not from the file: a parameter
is brought to [output neurons, inputs...], rewired by the numpy oracle, and laid out as the file
stores it. Without the rewiring, the same steps must give the very bytes that the file holds; the
script fails if they do not, as it does where an exporter has folded a batch norm into a weight.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import sys
import warnings
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import onnx
import torch
from google.protobuf.message import Message
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, numpy_helper
from torch import nn

# The oracle is a file, not an installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from parewire_numpy import DEFAULT_SEED, Array, as_matrix, rewire, strength_variances

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "testmodels"
MODEL_SEED = 2024
MAX_FILE_BYTES = 300_000
TORCH22_MODEL = "torch22_functions"

Parameters = dict[str, Array]
Build = Callable[[Path], Parameters]
Transform = Callable[[Array], Array]
Scope = ChainMap[str, "TensorProto | NodeProto"]
Json = dict[str, Any]


# Layouts: how a framework or a file orders a weight's axes, against [output neurons, inputs...]


def unchanged(weight: Array) -> Array:
    """[out, in, ...] both ways: Linear and Conv of torch; Conv, and Gemm with transB=1, of ONNX."""
    return weight


def transposed(weight: Array) -> Array:
    """[in, out] to [out, in] and back: Dense of Keras; MatMul, and Gemm with transB=0, of ONNX."""
    return weight.T


def swapped(weight: Array, groups: int = 1) -> Array:
    """[in, out/groups, ...] to [out, in/groups, ...] and back: transposed convolutions."""
    grouped = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:])
    exchanged = grouped.swapaxes(1, 2)
    return exchanged.reshape(-1, *exchanged.shape[2:])


def from_hwio(weight: Array) -> Array:
    """[..., in, out], the kernel of Conv in Keras and flax, to [out, in, ...]."""
    return np.moveaxis(weight, (-1, -2), (0, 1))


def from_hwoi(weight: Array) -> Array:
    """[..., out, in], the kernel of Conv2DTranspose in Keras, to [out, in, ...]."""
    return np.moveaxis(weight, (-2, -1), (0, 1))


def from_hwcm(weight: Array) -> Array:
    """[h, w, channels, multiplier], Keras' depthwise kernel, to [channels*multiplier, 1, h, w]."""
    height, width, _, _ = weight.shape
    return weight.transpose(2, 3, 0, 1).reshape(-1, 1, height, width)


@dataclass(frozen=True)
class Layer:
    """A layer that a file must hold: the framework's parameter, and its way into the file.

    ``to_matrix`` takes the parameter to [output neurons, inputs...]; ``to_stored`` takes that to
    the layout of the stored tensor.
    """

    parameter: str
    to_matrix: Transform = unchanged
    to_stored: Transform = unchanged


@dataclass(frozen=True)
class Model:
    """A test model: its file's name, its exporter, how to build it, its layers in node order.

    ``called`` names each layer's operator where that is inside a local function.
    """

    name: str
    exporter: str
    packages: tuple[str, ...]
    build: Build
    layers: tuple[Layer, ...]
    called: tuple[str, ...] = ()

    def exporter_versions(self) -> str:
        versions = ", ".join(f"{package} {version(package)}" for package in self.packages)
        return f"{self.exporter} ({versions})" if versions else self.exporter


# torch


def mlp() -> nn.Module:
    return nn.Sequential(
        nn.Linear(24, 48), nn.ReLU(), nn.Linear(48, 32), nn.ReLU(), nn.Linear(32, 10, bias=False)
    )


class Cnn(nn.Module):
    """Plain, grouped, depthwise and transposed convolutions, then a dense head."""

    def __init__(self, norm: Callable[[int], nn.Module] = nn.BatchNorm2d) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.norm = norm(16)
        self.grouped = nn.Conv2d(16, 32, 3, groups=4)
        self.depthwise = nn.Conv2d(32, 32, 3, groups=32)
        self.up = nn.ConvTranspose2d(32, 16, 2, stride=2)
        self.grouped_up = nn.ConvTranspose2d(16, 12, 3, groups=2)
        self.head = nn.Linear(12, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.norm(self.stem(x)))
        x = torch.relu(self.depthwise(self.grouped(x)))
        x = torch.relu(self.grouped_up(self.up(x)))
        return self.head(x.mean((2, 3)))


def plain_cnn() -> nn.Module:
    """The CNN without its batch norm, which the dynamo exporter folds into the Conv before it."""
    return Cnn(norm=nn.Identity)


class OtherRanks(nn.Module):
    """Convolutions in one and in three dimensions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1d = nn.Conv1d(6, 16, 5)
        self.up1d = nn.ConvTranspose1d(16, 8, 4, stride=2)
        self.conv3d = nn.Conv3d(2, 8, 3)
        self.up3d = nn.ConvTranspose3d(8, 4, 2, stride=2, groups=2)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.up1d(torch.relu(self.conv1d(x))), self.up3d(torch.relu(self.conv3d(y)))


class Recurring(nn.Module):
    """Linear layers on rank-3 input, one of them applied twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(24, 32)
        self.twice = nn.Linear(32, 32)
        self.last = nn.Linear(32, 10, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.twice(torch.relu(self.first(x))))
        return self.last(torch.relu(self.twice(x)))


class Branches(nn.Module):
    """One of two Linear layers, chosen by the data: weights used in the branches of an If."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(24, 32)
        self.positive = nn.Linear(32, 32)
        self.negative = nn.Linear(32, 32, bias=False)
        self.last = nn.Linear(32, 10)


class ScriptedBranches(Branches):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.first(x))
        return self.last(self.positive(x) if x.sum() > 8.0 else self.negative(x))


class TracedBranches(Branches):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.first(x))
        x = torch.cond(x.sum() > 8.0, lambda y: self.positive(y), lambda y: self.negative(y), (x,))
        return self.last(x)


class Recurrent(nn.Module):
    """An embedding and an LSTM, which are not rewired, and a dense head, which is."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 16)
        self.lstm = nn.LSTM(16, 16, batch_first=True)
        self.head = nn.Linear(16, 12, bias=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(self.embedding(tokens))[0])


class Tied(nn.Module):
    """A head that shares the weight of the embedding, and a dense layer of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 16)
        self.position = nn.Parameter(torch.randn(6, 16))
        self.dense = nn.Linear(16, 16)
        self.head = nn.Linear(16, 40, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(torch.relu(self.dense(self.embedding(tokens) + self.position)))


def torch_array(tensor: torch.Tensor) -> Array:
    """Return the values of ``tensor``, bfloat16 included, as a numpy array."""
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return tensor.numpy()


def export_torch(
    network: Callable[[], nn.Module], inputs: tuple[torch.Tensor, ...], path: Path, **options: Any
) -> Parameters:
    torch.manual_seed(MODEL_SEED)
    module = network().eval()
    torch.onnx.export(module, inputs, str(path), **options)
    return {name: torch_array(tensor) for name, tensor in module.state_dict().items()}


def torchscript(
    network: Callable[[], nn.Module], *inputs: torch.Tensor, **options: Any
) -> dict[str, Any]:
    """Table entries of a model that torch's TorchScript exporter writes, batch norm unfolded."""
    unfolded = torch.onnx.TrainingMode.PRESERVE
    build = partial(export_torch, network, inputs, dynamo=False, training=unfolded, **options)
    return {"exporter": "torch, TorchScript exporter", "packages": ("torch",), "build": build}


def dynamo(
    network: Callable[[], nn.Module],
    *inputs: torch.Tensor,
    external_data: bool = False,
    **options: Any,
) -> dict[str, Any]:
    """Table entries of a model that torch's dynamo exporter writes."""
    options |= {"dynamo": True, "external_data": external_data, "verbose": False}
    build = partial(export_torch, network, inputs, **options)
    packages = ("torch", "onnxscript")
    return {"exporter": "torch, dynamo exporter", "packages": packages, "build": build}


class Called(nn.Module):
    """A network whose operators torch 2.2 puts into local functions, convolutions into an If."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3)
        self.grouped = nn.Conv2d(16, 32, 3, groups=4)
        self.up = nn.ConvTranspose2d(32, 12, 2, stride=2)
        self.dense = nn.Linear(12, 24)
        self.head = nn.Linear(24, 10, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.up(torch.relu(self.grouped(torch.relu(self.stem(x)))))
        return self.head(torch.relu(self.dense(x.mean((2, 3)))))


def export_torch22(path: Path) -> None:
    """Write the model of ``Called`` with the first dynamo exporter, of torch 2.2."""
    torch.manual_seed(MODEL_SEED)
    network = Called().eval()
    torch.onnx.dynamo_export(network, image()).save(str(path))
    proto = onnx.load(path)
    strip(proto)
    path.write_bytes(proto.SerializeToString(deterministic=True))


def adopt_torch22(path: Path) -> Parameters:
    """Keep the file that ``export_torch22`` wrote, and build the parameters that it must hold."""
    if not path.exists():
        raise FileNotFoundError(f"{path}: make it first, with --torch22 and torch 2.2")
    torch.manual_seed(MODEL_SEED)
    return {name: tensor.numpy() for name, tensor in Called().state_dict().items()}


# Keras


def keras_dense() -> Any:
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((24,)),
            layers.Dense(32, activation="relu", name="first"),
            layers.Dense(16, activation="relu", name="second"),
            layers.Dense(5, use_bias=False, name="last"),
        ],
        name="net",
    )


def keras_conv() -> Any:
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((14, 14, 3)),
            layers.Conv2D(12, 3, activation="relu", name="stem"),
            layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise"),
            layers.SeparableConv2D(16, 3, activation="relu", name="separable"),
            layers.Conv2DTranspose(8, 2, strides=2, name="up"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(5, name="head"),
        ],
        name="net",
    )


def keras_sequence() -> Any:
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((20, 6)),
            layers.Conv1D(16, 5, activation="relu", name="conv"),
            layers.Dense(12, name="dense"),
        ],
        name="net",
    )


def export_keras(network: Callable[[], Any], path: Path) -> Parameters:
    import keras
    import tensorflow as tf
    import tf2onnx

    keras.utils.set_random_seed(MODEL_SEED)
    model = network()
    signature = [tf.TensorSpec((1, *model.input_shape[1:]), tf.float32, name="x")]
    function = tf.function(partial(model, training=False), input_signature=signature)
    proto, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=18)
    number_by_use(proto.graph)
    onnx.save(proto, path)
    return {variable.path.removeprefix("net/"): variable.numpy() for variable in model.weights}


def number_by_use(graph: GraphProto) -> None:
    """Renumber the constants that tf2onnx folds, in an order that changes from run to run."""
    names = (name for node in graph.node for name in node.input if "const_fold_opt__" in name)
    renamed = {name: f"const_fold_opt__{i}" for i, name in enumerate(dict.fromkeys(names))}
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    for tensor in graph.initializer:
        tensor.name = renamed.get(tensor.name, tensor.name)
    graph.initializer.sort(key=lambda tensor: tensor.name)


def keras(network: Callable[[], Any]) -> dict[str, Any]:
    """Table entries of a Keras model that tf2onnx writes."""
    packages = ("tf2onnx", "keras", "tensorflow-cpu")
    return {"exporter": "tf2onnx", "packages": packages, "build": partial(export_keras, network)}


# scikit-learn


def export_sklearn(estimator: str, dtype: type[np.floating], path: Path) -> Parameters:
    from skl2onnx import to_onnx
    from sklearn import neural_network

    rng = np.random.default_rng(MODEL_SEED)
    x = rng.standard_normal((60, 20)).astype(dtype)
    y = np.arange(60) % 4 if estimator == "MLPClassifier" else x @ x[:3].T
    network = getattr(neural_network, estimator)(
        hidden_layer_sizes=(32, 16), max_iter=1, random_state=MODEL_SEED
    )
    network.fit(x, y)
    options = {"zipmap": False} if estimator == "MLPClassifier" else None
    path.write_bytes(to_onnx(network, x[:1], options=options).SerializeToString())
    return {f"coefs_[{i}]": weight for i, weight in enumerate(network.coefs_)}


def sklearn(estimator: str, dtype: type[np.floating]) -> dict[str, Any]:
    """Table entries of a scikit-learn network, after one epoch, that skl2onnx writes."""
    build = partial(export_sklearn, estimator, dtype)
    return {"exporter": "skl2onnx", "packages": ("skl2onnx", "scikit-learn"), "build": build}


# flax


def export_flax(path: Path) -> Parameters:
    from flax import nnx
    from jax import numpy as jnp
    from jax2onnx import to_onnx

    class Net(nnx.Module):
        def __init__(self, rngs: nnx.Rngs) -> None:
            self.stem = nnx.Conv(3, 12, (3, 3), rngs=rngs)
            self.grouped = nnx.Conv(12, 24, (3, 3), feature_group_count=4, rngs=rngs)
            self.dense = nnx.Linear(24, 32, rngs=rngs)
            self.head = nnx.Linear(32, 5, use_bias=False, rngs=rngs)

        def __call__(self, x: Any) -> Any:
            x = nnx.relu(self.grouped(nnx.relu(self.stem(x))))
            return self.head(nnx.relu(self.dense(jnp.mean(x, axis=(1, 2)))))

    net = Net(nnx.Rngs(MODEL_SEED))
    onnx.save(to_onnx(net, [(1, 10, 10, 3)]), path)
    names = ("stem", "grouped", "dense", "head")
    return {f"{name}.kernel": np.asarray(getattr(net, name).kernel[...]) for name in names}


# Paddle


def export_paddle(path: Path) -> Parameters:
    import paddle
    import paddle2onnx

    class Net(paddle.nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.stem = paddle.nn.Conv2D(3, 12, 3)
            self.depthwise = paddle.nn.Conv2D(12, 12, 3, groups=12)
            self.up = paddle.nn.Conv2DTranspose(12, 8, 2, stride=2, groups=2)
            self.dense = paddle.nn.Linear(8, 24)
            self.head = paddle.nn.Linear(24, 5, bias_attr=False)

        def forward(self, x: paddle.Tensor) -> paddle.Tensor:
            x = paddle.nn.functional.relu(self.depthwise(self.stem(x)))
            x = paddle.mean(self.up(x), axis=[2, 3])
            return self.head(paddle.nn.functional.relu(self.dense(x)))

    paddle.seed(MODEL_SEED)
    net = Net()
    net.eval()
    spec = paddle.static.InputSpec([1, 3, 12, 12], "float32", "x")
    static = path.with_suffix("")
    paddle.jit.save(net, str(static), input_spec=[spec])
    program, weights = static.with_suffix(".json"), static.with_suffix(".pdiparams")
    paddle2onnx.export(
        str(program), str(weights), str(path), opset_version=14, optimize_tool="None"
    )
    program.unlink()
    weights.unlink()
    return {name: tensor.numpy() for name, tensor in net.state_dict().items()}


# The table


def layers(
    *parameters: str, to_matrix: Transform = unchanged, to_stored: Transform = unchanged
) -> tuple[Layer, ...]:
    return tuple(Layer(name, to_matrix, to_stored) for name in parameters)


def rank2(dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.ones(2, 24, dtype=dtype)


def rank3() -> torch.Tensor:
    return torch.ones(2, 3, 24)


def image(dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.ones(1, 3, 10, 10, dtype=dtype)


def tokens() -> torch.Tensor:
    return torch.zeros(2, 6, dtype=torch.long)


MLP = ("0.weight", "2.weight", "4.weight")
RECURRING = ("first.weight", "twice.weight", "last.weight")
CNN = (
    *layers("stem.weight", "grouped.weight", "depthwise.weight"),
    Layer("up.weight", swapped, swapped),
    Layer("grouped_up.weight", partial(swapped, groups=2), partial(swapped, groups=2)),
    Layer("head.weight"),
)
BRANCHES = ("first.weight", "positive.weight", "negative.weight", "last.weight")

MODELS = (
    Model(
        "torchscript_mlp",
        **torchscript(mlp, rank2()),
        layers=(*layers(*MLP[:2]), Layer(MLP[2], to_stored=transposed)),
    ),
    Model(
        "torchscript_linear_rank3",
        **torchscript(Recurring, rank3()),
        layers=layers(*RECURRING, to_stored=transposed),
    ),
    Model(
        "torchscript_linear_unfolded",
        **torchscript(Recurring, rank3(), do_constant_folding=False),
        layers=layers(*RECURRING),
    ),
    Model("torchscript_cnn", **torchscript(Cnn, image()), layers=CNN),
    Model(
        "torchscript_conv_1d_3d",
        **torchscript(
            OtherRanks,
            torch.ones(1, 6, 12),
            torch.ones(1, 2, 5, 5, 5),
            keep_initializers_as_inputs=True,
        ),
        layers=(
            Layer("conv1d.weight"),
            Layer("up1d.weight", swapped, swapped),
            Layer("conv3d.weight"),
            Layer("up3d.weight", partial(swapped, groups=2), partial(swapped, groups=2)),
        ),
    ),
    Model(
        "torchscript_float16",
        **torchscript(lambda: Cnn().half(), image(torch.float16)),
        layers=CNN,
    ),
    Model(
        "torchscript_float64",
        **torchscript(lambda: mlp().double(), rank2(torch.float64)),
        layers=(*layers(*MLP[:2]), Layer(MLP[2], to_stored=transposed)),
    ),
    Model(
        "torchscript_if",
        **torchscript(lambda: torch.jit.script(ScriptedBranches()), rank2()),
        layers=(
            *layers(*BRANCHES[:2]),
            Layer(BRANCHES[2], to_stored=transposed),
            Layer(BRANCHES[3]),
        ),
    ),
    Model(
        "torchscript_embedding_lstm",
        **torchscript(Recurrent, tokens()),
        layers=layers("head.weight", to_stored=transposed),
    ),
    Model("dynamo_mlp", **dynamo(mlp, rank2()), layers=layers(*MLP)),
    Model(
        "dynamo_linear_rank3",
        **dynamo(Recurring, rank3()),
        layers=layers(*RECURRING, to_stored=transposed),
    ),
    Model(
        "dynamo_linear_unfolded",
        **dynamo(Recurring, rank3(), optimize=False),
        layers=layers(*RECURRING),
    ),
    Model("dynamo_cnn", **dynamo(plain_cnn, image()), layers=CNN),
    Model(
        "dynamo_bfloat16",
        **dynamo(lambda: plain_cnn().bfloat16(), image(torch.bfloat16), opset_version=22),
        layers=CNN,
    ),
    Model("dynamo_external_data", **dynamo(plain_cnn, image(), external_data=True), layers=CNN),
    Model("dynamo_if", **dynamo(TracedBranches, rank2()), layers=layers(*BRANCHES)),
    Model(
        "dynamo_tied_embedding",
        **dynamo(Tied, tokens(), optimize=False),
        layers=layers("dense.weight"),
    ),
    Model(
        TORCH22_MODEL,
        exporter="torch 2.2.2, dynamo exporter",
        packages=(),
        build=adopt_torch22,
        layers=(
            *layers("stem.weight", "grouped.weight"),
            Layer("up.weight", swapped, swapped),
            *layers("dense.weight", "head.weight"),
        ),
        called=("Conv", "Conv", "ConvTranspose", "Gemm", "MatMul"),
    ),
    Model(
        "keras_dense",
        **keras(keras_dense),
        layers=layers(
            "first/kernel",
            "second/kernel",
            "last/kernel",
            to_matrix=transposed,
            to_stored=transposed,
        ),
    ),
    Model(
        "keras_conv",
        **keras(keras_conv),
        layers=(
            Layer("stem/kernel", from_hwio),
            Layer("depthwise/kernel", from_hwcm),
            Layer("separable/depthwise_kernel", from_hwcm),
            Layer("separable/pointwise_kernel", from_hwio),
            Layer("up/kernel", from_hwoi, swapped),
            Layer("head/kernel", transposed, transposed),
        ),
    ),
    Model(
        "keras_sequence",
        **keras(keras_sequence),
        layers=(
            Layer("conv/kernel", from_hwio),
            Layer("dense/kernel", transposed, transposed),
        ),
    ),
    Model(
        "sklearn_classifier",
        **sklearn("MLPClassifier", np.float32),
        layers=layers(
            "coefs_[0]", "coefs_[1]", "coefs_[2]", to_matrix=transposed, to_stored=transposed
        ),
    ),
    Model(
        "sklearn_regressor_float64",
        **sklearn("MLPRegressor", np.float64),
        layers=layers(
            "coefs_[0]", "coefs_[1]", "coefs_[2]", to_matrix=transposed, to_stored=transposed
        ),
    ),
    Model(
        "flax_cnn",
        exporter="jax2onnx",
        packages=("jax2onnx", "flax", "jax"),
        build=export_flax,
        layers=(
            *layers("stem.kernel", "grouped.kernel", to_matrix=from_hwio),
            *layers("dense.kernel", "head.kernel", to_matrix=transposed, to_stored=transposed),
        ),
    ),
    Model(
        "paddle_cnn",
        exporter="paddle2onnx",
        packages=("paddle2onnx", "paddlepaddle"),
        build=export_paddle,
        layers=(
            *layers("stem.weight", "depthwise.weight"),
            Layer("up.weight", partial(swapped, groups=2), partial(swapped, groups=2)),
            *layers("dense.weight", "head.weight", to_matrix=transposed, to_stored=transposed),
        ),
    ),
)


# What a file holds

LAYOUT_ONLY = ("Identity", "Cast", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze")
WEIGHTED = ("Conv", "ConvTranspose", "Gemm", "MatMul")
WEIGHT_INPUT = 1  # of each operator above, in the models made here


@dataclass
class Stored:
    """A tensor that a file stores, and who reads it: operator types and input numbers."""

    tensor: TensorProto
    name: str
    holder: str
    readers: list[tuple[str, int]] = field(default_factory=list)

    def is_layer(self) -> bool:
        return all(op in WEIGHTED and number == WEIGHT_INPUT for op, number in self.readers)

    def storage(self) -> str:
        """Say what holds the tensor, and in which field its elements are."""
        if self.tensor.data_location == TensorProto.EXTERNAL:
            return f"{self.holder}, external_data"
        fields = (descriptor.name for descriptor, _ in self.tensor.ListFields())
        return f"{self.holder}, {next(name for name in fields if name.endswith('_data'))}"


def walk(graph: GraphProto, outer: Scope) -> Iterator[tuple[NodeProto, Scope]]:
    """Yield all nodes, those of subgraphs right after their owner, with the names each can see."""
    scope = outer.new_child({tensor.name: tensor for tensor in graph.initializer})
    for node in graph.node:
        yield node, scope
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from walk(attribute.g, scope)
        scope.update(dict.fromkeys(node.output, node))


def resolve(name: str, scope: Scope) -> Stored | None:
    """Return the stored tensor behind ``name``, seen through nodes that only change the layout."""
    source = scope.get(name)
    if isinstance(source, TensorProto):
        return Stored(source, name, "initializer")
    if source is None:
        return None
    if source.op_type == "Constant":
        return Stored(source.attribute[0].t, name, "Constant")
    return resolve(source.input[0], scope) if source.op_type in LAYOUT_ONLY else None


def stored_matrices(model: onnx.ModelProto) -> list[Stored]:
    """Return the stored tensors of rank 2 and more, in the node order of their first reader."""
    found: dict[str, Stored] = {}
    for node, scope in walk(model.graph, ChainMap()):
        if node.op_type in LAYOUT_ONLY:
            continue
        for number, name in enumerate(node.input):
            stored = resolve(name, scope)
            if stored and len(stored.tensor.dims) > 1:
                found.setdefault(stored.name, stored).readers.append((node.op_type, number))
    return list(found.values())


def called_matrices(model: onnx.ModelProto, operators: Iterable[str]) -> list[Stored]:
    """Return the initializers of rank 2 and more, read by these operators inside functions."""
    matrices = (tensor for tensor in model.graph.initializer if len(tensor.dims) > 1)
    return [
        Stored(tensor, tensor.name, "initializer", [(operator, WEIGHT_INPUT)])
        for tensor, operator in zip(matrices, operators, strict=True)
    ]


# Expected results


def sha256(array: Array) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()


def before_after(before: Any, after: Any) -> Json:
    return {"before": before, "after": after}


def expected_layer(
    number: int, layer: Layer, stored: Stored, parameter: Array, folder: Path
) -> Json:
    """Describe layer ``number``, having checked that the file stores the framework's parameter."""
    held = numpy_helper.to_array(stored.tensor, str(folder))
    weight = layer.to_matrix(parameter)
    original = layer.to_stored(weight)
    if original.dtype != held.dtype or original.tobytes() != held.tobytes():
        raise ValueError(f"{layer.parameter}: {stored.name} does not hold this parameter")
    rewired = rewire(weight, DEFAULT_SEED, (number,))
    variances = zip(strength_variances(weight), strength_variances(rewired), strict=True)
    inputs, outputs = (before_after(*pair) for pair in variances)
    return {
        "layer": number,
        "tensor": stored.name,
        "operator": stored.readers[0][0],
        "parameter": layer.parameter,
        "storage": stored.storage(),
        "data_type": held.dtype.name,
        "dims": list(held.shape),
        "matrix": list(as_matrix(weight).shape),
        "input_strength_variance": inputs,
        "output_strength_variance": outputs,
        "sha256": before_after(sha256(held), sha256(layer.to_stored(rewired))),
    }


def left_tensor(stored: Stored) -> Json:
    operators = sorted({op for op, _ in stored.readers})
    reason = f"read by {' and '.join(operators)}"
    return {"tensor": stored.name, "dims": list(stored.tensor.dims), "reason": reason}


def expected_model(model: Model, path: Path, parameters: Mapping[str, Array]) -> Json:
    proto = onnx.load(path, load_external_data=False)
    matrices = called_matrices(proto, model.called) if model.called else stored_matrices(proto)
    found = [stored for stored in matrices if stored.is_layer()]
    expected = [
        expected_layer(number, layer, stored, parameters[layer.parameter], path.parent)
        for number, (layer, stored) in enumerate(zip(model.layers, found, strict=True))
    ]
    return {
        "file": path.name,
        "exporter": model.exporter_versions(),
        "layers": expected,
        "left": [left_tensor(stored) for stored in matrices if not stored.is_layer()],
    }


# Making the files


def strip(message: Message) -> None:
    """Remove doc strings and stack traces, which name the exporting machine's folders."""
    for descriptor, value in message.ListFields():
        if descriptor.name == "doc_string":
            message.ClearField("doc_string")
        elif descriptor.name == "metadata_props":
            kept = [entry for entry in value if not entry.key.endswith("stack_trace")]
            message.ClearField("metadata_props")
            message.metadata_props.extend(kept)
        else:
            for part in submessages(value):
                strip(part)


def submessages(value: Any) -> Iterable[Message]:
    if isinstance(value, Message):
        return (value,)
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        return ()
    return (part for part in value if isinstance(part, Message))


def make(name: str, folder: Path) -> Json:
    """Write the model ``name`` into ``folder`` and return what is expected of it."""
    model = next(model for model in MODELS if model.name == name)
    path = folder / f"{name}.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # exporters warn of their age, sklearn of one epoch
        parameters = model.build(path)
    proto = onnx.load(path, load_external_data=False)
    strip(proto)
    content = proto.SerializeToString(deterministic=True)
    if len(content) > MAX_FILE_BYTES or b"site-packages" in content:
        raise ValueError(f"{path.name}: too large, or a folder of this machine is still in it")
    path.write_bytes(content)
    onnx.checker.check_model(str(path), full_check=True)
    return expected_model(model, path, parameters)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT_FOLDER)
    parser.add_argument("--torch22", action="store_true", help=f"make {TORCH22_MODEL} alone")
    options = parser.parse_args()
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    if options.torch22:
        export_torch22(folder / f"{TORCH22_MODEL}.onnx")
        return
    os.environ |= {
        "PYTHONHASHSEED": "0",
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    # A fresh process for each model: exporters number names by process, and TensorFlow and
    # Paddle cannot share one.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        expected = []
        for description in pool.map(make, (model.name for model in MODELS), [folder] * len(MODELS)):
            print(f"{description['file']}: {len(description['layers'])} layers", flush=True)
            expected.append(description)
    about = (
        "What rewiring each model must give with this seed, layer i drawing from spawn key (i,). "
        "Layers are in node order, a branch's nodes at the place of its If. Strength variances "
        "are unbiased, in float64. Hashes are of the stored tensor's little-endian elements. "
        "'left' lists the tensors of rank 2 and more that are not rewired."
    )
    document = {"about": about, "seed": DEFAULT_SEED, "models": expected}
    (folder / "expected.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
