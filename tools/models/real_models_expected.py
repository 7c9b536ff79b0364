"""Writes what rewiring the models of tools/models/real_models.sh must give: src/test/resources/real-models.

The models have no framework parameters to compare with, so this reads each graph by itself. It shares
no code and no method with the Java tool: where that transforms shapes, this takes the numbers of a
tensor's elements, lets numpy do to them what the nodes do, and sees where they end in the matrix.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import ChainMap
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, helper, numpy_helper

# The oracle is a file, not an installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from parewire_numpy import DEFAULT_SEED, rewire

Json = dict[str, Any]
Indices = npt.NDArray[np.int64]
Scope = ChainMap[str, Any]

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "target" / "real-models"
EXPECTED = ROOT / "src" / "test" / "resources" / "real-models"

DEPTH = 4
"""Of a layer in the JSON: in the list of a model in the list of a package."""

FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
LAYOUT = ("Identity", "Cast", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Slice")
SHAPE_READERS = ("Shape", "Size")
SHAPES = {
    "all-minilm-l6-v2.onnx": {
        "input_ids": [1, 12],
        "attention_mask": [1, 12],
        "token_type_ids": [1, 12],
    },
    "ch_PP-OCRv4_det_infer.onnx": {"x": [1, 3, 64, 64]},
    "ch_PP-OCRv4_rec_infer.onnx": {"x": [1, 3, 48, 96]},
    "ch_ppocr_mobile_v2.0_cls_infer.onnx": {"x": [1, 3, 48, 192]},
    "melspectrogram.onnx": {"input": [1, 16000]},
    "silero_vad.onnx": {"input": [1, 288]},  # of 8 kHz: integers in a trial run are 0 or 1
    "silero_vad_16k_op15.onnx": {"input": [1, 576]},
    "silero_vad_16k_sequence.onnx": {"input": [3, 576]},
    "silero_vad_half.onnx": {"input": [1, 576]},
    "silero_vad_op18_ifless.onnx": {"input": [1, 576]},
}
"""Shapes of inputs to run a model with, where 1 won't do for a free dimension."""

WEIGHTS = {
    "Conv": (1,),
    "ConvTranspose": (1,),
    "Gemm": (0, 1),
    "MatMul": (0, 1),
    "Einsum": (0, 1),
}


@dataclass
class Stored:
    """A tensor that the file stores, and what reads it."""

    tensor: TensorProto
    name: str
    operators: list[str] = field(default_factory=list)
    """The operators that use it as a layer's weight."""
    matrices: list[Indices] = field(default_factory=list)
    """The matrices [slices, output neurons, inputs] that these see, of the elements' numbers."""
    others: list[str] = field(default_factory=list)
    """Anything else that reads it."""

    def numbers(self) -> Indices:
        return np.arange(np.prod(self.tensor.dims, dtype=np.int64)).reshape(self.tensor.dims)

    def is_layer(self) -> bool:
        same = all(np.array_equal(matrix, self.matrices[0]) for matrix in self.matrices)
        return bool(self.matrices) and not self.others and same

    def is_float_matrix(self) -> bool:
        return len(self.tensor.dims) > 1 and self.tensor.data_type in FLOATS


# Reading a graph


def attributes(node: NodeProto) -> Json:
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


class Reader:
    """Goes through a graph and collects the stored tensors with their readers."""

    def __init__(self, graph: GraphProto) -> None:
        self.found: dict[int, Stored] = {}
        self.weights: list[Stored] = []
        self.graph = graph
        for node, scope in self.walk(graph, ChainMap()):
            self.read(node, scope)

    def walk(self, graph: GraphProto, outer: Scope) -> Iterator[tuple[NodeProto, Scope]]:
        """Yield all nodes with the names that each can see, those of branches after their If."""
        scope = outer.new_child({i.name: None for i in graph.input})
        scope.update((t.name, Stored(t, t.name)) for t in graph.initializer)
        for node in graph.node:
            if node.op_type == "Constant":
                for attribute in node.attribute:
                    if attribute.type == AttributeProto.TENSOR:
                        scope[node.output[0]] = Stored(attribute.t, node.output[0])
                continue
            yield node, scope
            for attribute in node.attribute:
                if attribute.type == AttributeProto.GRAPH:
                    yield from self.walk(attribute.g, scope)
            scope.update(dict.fromkeys(node.output, (node, scope)))
        for output in graph.output:
            self.other(output.name, scope, "an output")

    def resolve(self, name: str, scope: Scope) -> tuple[Stored, Indices] | None:
        """Return the stored tensor that a value is, with its elements where the value has them."""
        source = scope.get(name)
        if isinstance(source, Stored):
            return source, source.numbers()
        if source is None or source[0].op_type not in LAYOUT:
            return None
        node, inner = source
        stored = self.resolve(node.input[0], inner)
        return stored and (stored[0], self.through(stored[1], node, inner))

    def through(self, numbers: Indices, node: NodeProto, scope: Scope) -> Indices:
        given = attributes(node)
        if node.op_type == "Transpose":
            return numbers.transpose(given.get("perm"))
        if node.op_type == "Flatten":
            axis = given.get("axis", 1)
            return numbers.reshape(int(np.prod(numbers.shape[:axis])), -1)
        if node.op_type == "Reshape":
            shape = given.get("shape") or self.integers(node.input[1], scope)
            return numbers.reshape([size or numbers.shape[axis] for axis, size in enumerate(shape)])
        if node.op_type in ("Squeeze", "Unsqueeze"):
            axes = given.get("axes")
            if axes is None and len(node.input) > 1:
                axes = self.integers(node.input[1], scope)
            if axes is None:
                return np.squeeze(numbers)
            change = np.squeeze if node.op_type == "Squeeze" else np.expand_dims
            return change(numbers, tuple(axes))
        if node.op_type == "Slice":
            return self.sliced(numbers, node, scope)
        return numbers

    def sliced(self, numbers: Indices, node: NodeProto, scope: Scope) -> Indices:
        given = attributes(node)
        for number, name in enumerate(("starts", "ends", "axes", "steps")):
            if len(node.input) > number + 1 and node.input[number + 1]:
                given[name] = self.integers(node.input[number + 1], scope)
        count = len(given["starts"])
        axes, steps = given.get("axes", range(count)), given.get("steps", [1] * count)
        index = [slice(None)] * numbers.ndim
        for axis, *bounds in zip(axes, given["starts"], given["ends"], steps, strict=True):
            index[axis] = slice(*bounds)
        return numbers[tuple(index)]

    def integers(self, name: str, scope: Scope) -> list[int]:
        source = scope[name]
        if not isinstance(source, Stored):
            raise TypeError(f"{name} is computed")
        return [int(value) for value in numpy_helper.to_array(source.tensor)]

    def read(self, node: NodeProto, scope: Scope) -> None:
        if node.op_type in (*LAYOUT, *SHAPE_READERS):
            return
        inputs = WEIGHTS.get(node.op_type, ()) if not node.domain else ()
        constant = [self.resolve(name, scope) for name in node.input]
        # Of two constants the second is the weight.
        applied = len(inputs) == 2 and all(constant[:2])
        for number, stored in enumerate(constant):
            if stored is None:
                continue
            is_vector = stored[1].ndim < 2
            if node.op_type == "Einsum" and number in inputs:
                is_vector = not einsum_axes(node, number)[1]
            is_applied = applied and number == 0
            if number in inputs and not is_applied and not is_vector:
                matrix = as_matrices(stored[1], node, number)
                self.weight(stored[0], node.op_type, matrix)
            else:
                self.other(node.input[number], scope, node.op_type)

    def weight(self, stored: Stored, operator: str, matrix: Indices) -> None:
        if not stored.matrices:
            self.weights.append(stored)
        stored.operators.append(operator)
        stored.matrices.append(matrix)
        self.found.setdefault(id(stored), stored)

    def other(self, name: str, scope: Scope, reader: str) -> None:
        stored = self.resolve(name, scope)
        if stored and stored[0].is_float_matrix():
            found = self.found.setdefault(id(stored[0]), stored[0])
            if reader not in found.others:
                found.others.append(reader)

    def left(self) -> Iterator[tuple[str, list[int], str]]:
        for stored in self.found.values():
            if not stored.is_layer():
                shared = "shared, " if stored.matrices else ""
                readers = " and ".join(sorted(stored.others))
                yield stored.name, list(stored.tensor.dims), f"{shared}read by {readers}"
        read = {stored.name for stored in self.found.values()}
        for tensor in self.graph.initializer:
            if Stored(tensor, tensor.name).is_float_matrix() and tensor.name not in read:
                yield tensor.name, list(tensor.dims), "not read"


def as_matrices(numbers: Indices, node: NodeProto, number: int) -> Indices:
    """Return the matrices [slices, output neurons, inputs] that an operator makes of a weight."""
    given = attributes(node)
    if node.op_type == "Conv":
        return numbers.reshape(1, numbers.shape[0], -1)
    if node.op_type == "ConvTranspose":
        groups = np.split(numbers, given.get("group", 1))
        joint = np.concatenate([np.swapaxes(group, 0, 1) for group in groups])
        return joint.reshape(1, joint.shape[0], -1)
    if node.op_type == "Einsum":
        slices, outputs, inputs = einsum_axes(node, number)
        sizes = [
            int(np.prod([numbers.shape[axis] for axis in axes]))
            for axes in (slices, outputs, inputs)
        ]
        return numbers.transpose(slices + outputs + inputs).reshape(sizes)
    transposed = given.get("transA" if number == 0 else "transB", 0)
    outputs_last = (number == 1) != bool(transposed)
    matrices = np.swapaxes(numbers, -1, -2) if outputs_last else numbers
    return matrices.reshape(-1, *matrices.shape[-2:])


def einsum_axes(node: NodeProto, number: int) -> tuple[list[int], list[int], list[int]]:
    """Return a weight's axes by what they do: count matrices, be outputs', be summed over.

    All are empty if the equation makes no dense layer of the input.
    """
    equation = attributes(node)["equation"].decode().replace(" ", "")
    left, arrow, output = equation.partition("->")
    terms = left.split(",")
    if len(terms) != 2:
        return [], [], []
    own, other = terms[number], terms[1 - number]
    if not arrow:
        output = "".join(letter for letter in left if left.count(letter) == 1)
    places = range(len(own))
    slices = [i for i in places if own[i] in other and own[i] in output]
    outputs = [i for i in places if own[i] not in other and own[i] in output]
    inputs = [i for i in places if own[i] in other and own[i] not in output]
    is_plain = own.isalpha() and len(set(own)) == len(own) == len(slices + outputs + inputs)
    return (slices, outputs, inputs) if is_plain and outputs and inputs else ([], [], [])


# Expected results


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def type_name(number: int) -> str:
    name: str = TensorProto.DataType.Name(number)
    return name.lower()


def expected_layer(number: int, stored: Stored) -> Json:
    weights = numpy_helper.to_array(stored.tensor)
    slices = stored.matrices[0]
    before = weights.ravel()
    after = before.copy()
    for index, matrix in enumerate(slices):
        stream = (number,) if len(slices) == 1 else (number, index)
        after[matrix] = rewire(before[matrix], DEFAULT_SEED, stream)
    zeros = np.signbit(before[before == 0])
    if zeros.any() and not zeros.all():
        # Which zero comes first is up to numpy's sort, and that differs between processors.
        after = after + after.dtype.type(0)
        compare = "values"
    else:
        compare = "bytes"
    return {
        "tensor": stored.name,
        "operator": stored.operators[0],
        "type": type_name(stored.tensor.data_type),
        "dims": list(weights.shape),
        "matrix": list(slices.shape),
        "compare": compare,
        "before": sha256(before.tobytes()),
        "after": sha256(after.tobytes()),
    }


def expected_model(path: Path) -> Json:
    model = onnx.load(path)
    reader = Reader(model.graph)
    started = time.perf_counter()
    layers = []
    for number, stored in enumerate(reader.weights):
        if stored.is_layer():
            layers.append({"layer": number, **expected_layer(number, stored)})
    seconds = time.perf_counter() - started
    left = [
        {"tensor": name, "dims": dims, "reason": reason} for name, dims, reason in reader.left()
    ]
    counts = f"{len(layers)} layers, {len(left)} left"
    print(f"{path.parent.name}/{path.name}: {counts}, {seconds:.1f} s", flush=True)
    return {
        "file": path.name,
        "sha256": sha256(path.read_bytes()),
        "producer": f"{model.producer_name} {model.producer_version}".strip(),
        "input_shapes": SHAPES.get(path.name, {}),
        "layers": layers,
        "left": left,
    }


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def readable(value: Any, depth: int = 0) -> str:
    """Give JSON with a line for each layer and tensor."""
    if depth == DEPTH or not isinstance(value, (dict, list)) or not value:
        return compact(value)
    start, end = ("{", "}") if isinstance(value, dict) else ("[", "]")
    parts = (
        [f"{compact(key)}: {readable(part, depth + 1)}" for key, part in value.items()]
        if isinstance(value, dict)
        else [readable(part, depth + 1) for part in value]
    )
    indent = "\n" + " " * depth
    return start + f"{indent} " + f",{indent} ".join(parts) + indent + end


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="*", help="folders in target/real-models; without one, all")
    names = parser.parse_args().name or sorted(
        folder.name for folder in MODELS.iterdir() if folder.is_dir()
    )
    EXPECTED.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2) as pool:
        for name in names:
            models = list(pool.map(expected_model, sorted((MODELS / name).glob("*.onnx"))))
            package = (MODELS / name / "package.txt").read_text().strip()
            expected = {"package": package, "seed": DEFAULT_SEED, "models": models}
            (EXPECTED / f"{name}.json").write_text(readable(expected) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
