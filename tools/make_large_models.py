"""Export full-size torchvision networks with random weights, and time the numpy oracle on them.

    python make_large_models.py [FOLDER] [--models resnet50 mobilenet_v2 ...]
    python make_large_models.py --time-numpy FOLDER/resnet50.onnx

The networks are seeded and untrained. Batch norm is left unfolded, so that each Conv weight in a
file is the network's own parameter.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

import parewire_numpy
from parewire_numpy import Array

MODELS = ("resnet50", "mobilenet_v2", "resnet18", "vgg11_bn")
DEFAULT_FOLDER = Path(tempfile.gettempdir()) / "parewire-large"
INPUT_SHAPE = (1, 3, 224, 224)
MODEL_SEED = 2024


def export(name: str, folder: Path) -> Path:
    """Export the torchvision network ``name`` into ``folder`` and return the file's path."""
    import torch  # not needed to time the oracle
    import torchvision

    torch.manual_seed(MODEL_SEED)
    network = torchvision.models.get_model(name, weights=None).eval()
    path = folder / f"{name}.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the TorchScript exporter warns that it is a legacy
        torch.onnx.export(
            network,
            (torch.zeros(INPUT_SHAPE),),
            str(path),
            dynamo=False,
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            input_names=["input"],
            output_names=["logits"],
        )
    return path


def layer_weights(model: onnx.ModelProto) -> Iterator[Array]:
    """Yield the weight of each Conv, Gemm and MatMul in node order, output neurons first.

    Only weights that are initializers of the main graph count, each of them once.
    """
    initializers = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type not in ("Conv", "Gemm", "MatMul"):
            continue
        tensor = initializers.pop(node.input[1], None)
        if tensor is None:
            continue
        weight = numpy_helper.to_array(tensor)
        yield weight if _outputs_first(node) else np.ascontiguousarray(weight.T)


def _outputs_first(node: onnx.NodeProto) -> bool:
    if node.op_type == "Gemm":
        return any(a.name == "transB" and a.i == 1 for a in node.attribute)
    return node.op_type == "Conv"


def time_numpy(path: Path) -> None:
    """Rewire all layers of an ONNX file with the numpy oracle and print how long that took."""
    weights = list(layer_weights(onnx.load(path)))
    start = time.perf_counter()
    for number, weight in enumerate(weights):
        parewire_numpy.rewire(weight, stream=(number,))
    seconds = time.perf_counter() - start
    count = sum(weight.size for weight in weights)
    print(f"{path.name}: {len(weights)} layers, {count:,} weights, {seconds:.2f} s (1 thread)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT_FOLDER)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS, metavar="NAME")
    parser.add_argument("--time-numpy", type=Path, metavar="MODEL", help="time; export nothing")
    options = parser.parse_args()
    if options.time_numpy:
        time_numpy(options.time_numpy)
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.models:
        path = export(name, options.folder)
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
