"""A plain ONNX file that holds weights, each as the weight of a node of its own.

The weights lie in a data file beside it, so that neither the 2 GiB of a file of protocol buffers
nor a copy in memory is a bound: they are written and read one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, external_data_helper, helper

from parewire._bits import ELEMENT_TYPES, Bits
from parewire._layout import Layout, MatrixShape

OWN_NAMES = "parewire."
"""What all names in the file begin with but those of weights, which may not."""

PLACE_HOLDER = f"{OWN_NAMES}left."
"""What the names of weights begin with that stand for those that are left."""

_DATA = "weights.bin"
_ALIGNMENT = 64
_OPSET = 22  # the first in which Conv takes bfloat16
_IR_VERSION = 10


@dataclass(frozen=True)
class Source:
    """A weight to be rewired.

    Attributes:
        name: what it is called in the report.
        shape: as its framework has it.
        type: float64, float32, float16 or bfloat16.
        layout: the meaning of its axes.
        read: returns its bits, in that shape; called once, when it is written to the file.
    """

    name: str
    shape: tuple[int, ...]
    type: str
    layout: Layout
    read: Callable[[], Bits] = field(repr=False)


def write(places: Sequence[Source | None], separate_groups: bool, file: Path) -> None:
    """Write weights to a file, in their order.

    Args:
        places: the weights; for None, which keeps a number, a single weight of 0 is written.
        separate_groups: whether a convolution's groups are matrices of their own.
        file: where to write it; the folder gets a data file, too.
    """
    graph = onnx.GraphProto(name="weights")
    end = 0
    with (file.parent / _DATA).open("wb") as data:
        for number, place in enumerate(places):
            if place is None:
                weight = helper.make_tensor(
                    f"{PLACE_HOLDER}{number}", TensorProto.FLOAT, [1, 1], [0.0]
                )
                _add(graph, number, weight, "Gemm", [1, 1], transB=1)
                continue
            bits = _stored(place, separate_groups)
            start = -(-end // _ALIGNMENT) * _ALIGNMENT
            data.seek(start)
            bits.astype(bits.dtype.newbyteorder("<"), copy=False).tofile(data)
            end = start + bits.nbytes
            _add_source(graph, number, place, separate_groups, bits.shape, start)
            del bits  # before the next one is read
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
    )
    onnx.save(model, file)


def _shape(source: Source, separate_groups: bool) -> MatrixShape:
    shape = source.layout.matrix(source.shape)
    if shape.slices > 1 or (separate_groups and shape.groups > 1):
        slices = shape.slices * (shape.groups if separate_groups else 1)
        outputs = shape.outputs * (1 if separate_groups else shape.groups)
        return MatrixShape(slices, 1, outputs, shape.inputs * shape.kernel, 1)
    return shape


def _stored(source: Source, separate_groups: bool) -> Bits:
    matrix = source.layout.to_matrix(source.read())
    shape = _shape(source, separate_groups)
    if shape.slices > 1:
        # As MatMul has it: [slices, inputs, outputs].
        turned = matrix.reshape(shape.slices, shape.outputs, shape.inputs).swapaxes(1, 2)
        return np.ascontiguousarray(turned)
    outputs = shape.groups * shape.outputs
    if source.layout.is_convolution:
        return np.ascontiguousarray(matrix.reshape(outputs, shape.inputs, shape.kernel))
    return np.ascontiguousarray(matrix.reshape(outputs, shape.inputs))


def _add_source(
    graph: onnx.GraphProto,
    number: int,
    source: Source,
    separate_groups: bool,
    dims: Sequence[int],
    start: int,
) -> None:
    shape = _shape(source, separate_groups)
    type_, width = ELEMENT_TYPES[source.type]
    data_type = TensorProto.DataType.Value(type_)
    weight = TensorProto(name=source.name, data_type=data_type, dims=dims)
    weight.data_location = TensorProto.EXTERNAL
    places = {"location": _DATA, "offset": start, "length": int(np.prod(dims)) * width}
    for key, value in places.items():
        weight.external_data.add(key=key, value=str(value))
    if shape.slices > 1:
        _add(graph, number, weight, "MatMul", [shape.slices, 1, shape.inputs])
    elif source.layout.is_convolution:
        entry = [1, shape.groups * shape.inputs, shape.kernel]
        _add(graph, number, weight, "Conv", entry, group=shape.groups)
    else:
        _add(graph, number, weight, "Gemm", [1, shape.inputs], transB=1)


def _add(
    graph: onnx.GraphProto,
    number: int,
    weight: TensorProto,
    operator: str,
    entry: Sequence[int],
    **attributes: int,
) -> None:
    """Add a node with this weight, and an input and an output for it."""
    names = [f"{OWN_NAMES}{end}.{number}" for end in ("input", "output")]
    graph.initializer.append(weight)
    graph.node.append(helper.make_node(operator, [names[0], weight.name], [names[1]], **attributes))
    graph.input.append(helper.make_tensor_value_info(names[0], weight.data_type, entry))
    graph.output.append(helper.make_tensor_value_info(names[1], weight.data_type, None))


class Stored:
    """The weights in a file that :func:`write` has written, or the tool has made of it."""

    def __init__(self, file: Path, separate_groups: bool) -> None:
        self._folder = file.parent
        self._separate_groups = separate_groups
        model = onnx.load(file, load_external_data=False)
        self._tensors = {tensor.name: tensor for tensor in model.graph.initializer}

    def read(self, source: Source) -> Bits:
        """Return a weight's bits, in the shape that its framework has."""
        shape = _shape(source, self._separate_groups)
        _, width = ELEMENT_TYPES[source.type]
        stored = self._bits(self._tensors[source.name], np.dtype(f"<u{width}"))
        if shape.slices > 1:
            stored = stored.reshape(shape.slices, shape.inputs, shape.outputs).swapaxes(1, 2)
        return np.ascontiguousarray(source.layout.from_matrix(stored, source.shape))

    def _bits(self, tensor: TensorProto, type_: np.dtype[Any]) -> Bits:
        if not external_data_helper.uses_external_data(tensor):
            return np.frombuffer(tensor.raw_data, type_).reshape(tensor.dims)
        info = external_data_helper.ExternalDataInfo(tensor)
        return np.memmap(
            self._folder / info.location, type_, "c", info.offset or 0, tuple(tensor.dims)
        )
