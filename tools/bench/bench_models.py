"""Networks of the literature with freshly drawn weights, as ONNX models, made with onnx and numpy alone.

Weights are Kaiming normal. Batch norm is left out: it has no weight that the tool would touch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 2024
OPSET = 17
IR_VERSION = 8


class Network:
    """Collects the nodes and weights of a model with one input and one output."""

    def __init__(self, name: str, shape: tuple[int, ...]) -> None:
        self.name = name
        self.shape = shape
        self.rng = np.random.default_rng(SEED)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def node(self, operator: str, *inputs: str, **attributes: object) -> str:
        """Add a node and return the name of its output."""
        output = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def weight(self, *shape: int) -> str:
        """Draw a weight, output neurons first, and return its name."""
        name = f"layer{len(self.weights)}.weight"
        scale = np.sqrt(2 / np.prod(shape[1:]))
        values = self.rng.standard_normal(shape, dtype=np.float32) * np.float32(scale)
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def conv(self, x: str, outputs: int, inputs: int, kernel: int, stride: int = 1, group: int = 1) -> str:
        """Add a convolution that keeps the image's size but for the stride."""
        weight = self.weight(outputs, inputs // group, kernel, kernel)
        pads = [kernel // 2] * 4
        return self.node("Conv", x, weight, strides=[stride, stride], pads=pads, group=group)

    def dense(self, x: str, outputs: int, inputs: int) -> str:
        """Add a dense layer as PyTorch's exporter does."""
        return self.node("Gemm", x, self.weight(outputs, inputs), transB=1)

    def save(self, folder: Path, output: str) -> Path:
        """Write the model and return the file's path."""
        graph = helper.make_graph(
            self.nodes,
            self.name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            self.weights,
        )
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
        path = folder / f"{self.name}.onnx"
        onnx.save(model, path)
        return path


def resnet50(folder: Path) -> Path:
    """ResNet-50 (He et al. 2016): 54 layers, 25,502,912 weights."""
    net = Network("resnet50", (1, 3, 224, 224))
    x = net.node("Relu", net.conv("input", 64, 3, 7, stride=2))
    x = net.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    inputs = 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            y = net.node("Relu", net.conv(x, width, inputs, 1))
            y = net.node("Relu", net.conv(y, width, width, 3, stride=stride))
            y = net.conv(y, 4 * width, width, 1)
            if block == 0:
                x = net.conv(x, 4 * width, inputs, 1, stride=stride)
            x = net.node("Relu", net.node("Add", y, x))
            inputs = 4 * width
    x = net.node("Flatten", net.node("GlobalAveragePool", x))
    return net.save(folder, net.dense(x, 1000, inputs))


def resnet18(folder: Path) -> Path:
    """ResNet-18 (He et al. 2016): 21 layers, 11,678,912 weights."""
    net = Network("resnet18", (1, 3, 224, 224))
    x = net.node("Relu", net.conv("input", 64, 3, 7, stride=2))
    x = net.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    inputs = 64
    for stage in range(4):
        width = 64 << stage
        for block in range(2):
            stride = 2 if stage > 0 and block == 0 else 1
            y = net.node("Relu", net.conv(x, width, inputs, 3, stride=stride))
            y = net.conv(y, width, width, 3)
            if inputs != width:
                x = net.conv(x, width, inputs, 1, stride=stride)
            x = net.node("Relu", net.node("Add", y, x))
            inputs = width
    x = net.node("Flatten", net.node("GlobalAveragePool", x))
    return net.save(folder, net.dense(x, 1000, inputs))


def mobilenet_v2(folder: Path) -> Path:
    """MobileNetV2 (Sandler et al. 2018): 53 layers, 3,469,760 weights, many of short rows."""
    net = Network("mobilenet_v2", (1, 3, 224, 224))
    x = net.node("Relu", net.conv("input", 32, 3, 3, stride=2))
    inputs = 32
    settings = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    for expansion, outputs, blocks, first_stride in settings:
        for block in range(blocks):
            stride = first_stride if block == 0 else 1
            hidden = inputs * expansion
            y = x if expansion == 1 else net.node("Relu", net.conv(x, hidden, inputs, 1))
            y = net.node("Relu", net.conv(y, hidden, hidden, 3, stride=stride, group=hidden))
            y = net.conv(y, outputs, hidden, 1)
            x = net.node("Add", x, y) if stride == 1 and inputs == outputs else y
            inputs = outputs
    x = net.node("Relu", net.conv(x, 1280, inputs, 1))
    x = net.node("Flatten", net.node("GlobalAveragePool", x))
    return net.save(folder, net.dense(x, 1000, 1280))


def vgg11(folder: Path) -> Path:
    """VGG-11 (Simonyan and Zisserman 2015): 11 layers, 132,851,392 weights, 77% of them in one layer."""
    net = Network("vgg11", (1, 3, 224, 224))
    x, inputs = "input", 3
    for outputs in (64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0):
        if outputs:
            x = net.node("Relu", net.conv(x, outputs, inputs, 3))
            inputs = outputs
        else:
            x = net.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = net.node("Flatten", x)
    x = net.node("Relu", net.dense(x, 4096, 25088))
    x = net.node("Relu", net.dense(x, 4096, 4096))
    return net.save(folder, net.dense(x, 1000, 4096))


def small_cnn(folder: Path) -> Path:
    """A network for digits of 100 KB: 4 layers, 24,464 weights."""
    net = Network("small_cnn", (1, 1, 28, 28))
    x = net.node("Relu", net.conv("input", 16, 1, 3, stride=2))
    x = net.node("Relu", net.conv(x, 32, 16, 3, stride=2))
    x = net.node("Relu", net.conv(x, 64, 32, 3, stride=2))
    x = net.node("Flatten", net.node("GlobalAveragePool", x))
    return net.save(folder, net.dense(x, 20, 64))


def count_weights(model: Path) -> int:
    """The elements of all initializers, whose data are not read."""
    return sum(int(np.prod(tensor.dims)) for tensor in onnx.load(model, load_external_data=False).graph.initializer)


def dense(folder: Path, outputs: int, inputs: int) -> Path:
    """One dense layer."""
    net = Network(f"dense_{outputs}x{inputs}", (1, inputs))
    return net.save(folder, net.dense("input", outputs, inputs))


NETWORKS: dict[str, Callable[[Path], Path]] = {
    maker.__name__: maker for maker in (small_cnn, mobilenet_v2, resnet18, resnet50, vgg11)
}
