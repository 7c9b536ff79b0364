"""Writes a model of many GB with external data: MatMul layers of random float16 weights.

    tools/.venv/bin/python tools/bench/make_huge_model.py FOLDER [--gigabytes 6]

It writes FOLDER/huge.onnx and FOLDER/huge.bin, one layer at a time, so that it needs little memory.
Layers are [4096, 11008] and [11008, 4096] in turn, as in a transformer's feed-forward blocks.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

NARROW, WIDE = 4096, 11008
LAYER_BYTES = NARROW * WIDE * 2


def external(name: str, dims: tuple[int, int], offset: int) -> TensorProto:
    tensor = TensorProto(name=name, dims=dims, data_type=TensorProto.FLOAT16)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": "huge.bin", "offset": offset, "length": LAYER_BYTES}.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def write(folder: Path, gigabytes: float) -> int:
    """Write the model, and return the number of its weights."""
    layers = max(1, round(gigabytes * 1e9 / LAYER_BYTES))
    rng = np.random.default_rng(1)
    initializers, nodes = [], []
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "huge.bin", "wb") as data:
        for i in range(layers):
            dims = (NARROW, WIDE) if i % 2 == 0 else (WIDE, NARROW)
            initializers.append(external(f"layers.{i}.weight", dims, data.tell()))
            weights = rng.standard_normal(dims, dtype=np.float32) * np.float32(np.sqrt(2 / dims[0]))
            data.write(weights.astype("<f2").tobytes())
            nodes.append(helper.make_node("MatMul", [f"h{i}", f"layers.{i}.weight"], [f"h{i + 1}"]))
    last = NARROW if layers % 2 == 0 else WIDE
    graph = helper.make_graph(
        nodes,
        "huge",
        [helper.make_tensor_value_info("h0", TensorProto.FLOAT16, ["batch", NARROW])],
        [helper.make_tensor_value_info(f"h{layers}", TensorProto.FLOAT16, ["batch", last])],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "huge.onnx")
    return layers * NARROW * WIDE


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gigabytes", type=float, default=6)
    arguments = parser.parse_args()
    print(f"{arguments.folder / 'huge.onnx'}: {write(arguments.folder, arguments.gigabytes):,} weights")
