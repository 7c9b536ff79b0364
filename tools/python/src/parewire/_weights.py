"""Reads the rewired tensors that ``--weights-out`` writes to a .safetensors file.

Values are held as their bit patterns, in unsigned integers, so that every type passes unchanged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import deserialize, safe_open

Bits = npt.NDArray[np.unsignedinteger[Any]]

_METADATA = "onnx-parewire"
_WIDTHS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I8": 1, "U8": 1}


@dataclass(frozen=True)
class Layout:
    """How a tensor stored in the model becomes PyTorch's, by permutations and reshapes.

    Attributes:
        stored: the shape in the model.
        steps: each ("permute", axes) or ("reshape", shape).
    """

    stored: tuple[int, ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...]

    def apply(self, stored: Bits) -> Bits:
        """Bring a tensor of the model into PyTorch's layout."""
        for kind, numbers in self.steps:
            stored = stored.transpose(numbers) if kind == "permute" else stored.reshape(numbers)
        return stored

    def undo(self, parameter: Bits) -> Bits:
        """Bring a tensor in PyTorch's layout into the model's."""
        shapes = self._shapes()
        for (kind, numbers), shape in zip(reversed(self.steps), reversed(shapes), strict=True):
            if kind == "permute":
                parameter = parameter.transpose(np.argsort(numbers))
            else:
                parameter = parameter.reshape(shape)
        return parameter

    def _shapes(self) -> list[tuple[int, ...]]:
        """Return the shape before each step."""
        shapes = []
        shape = self.stored
        for kind, numbers in self.steps:
            shapes.append(shape)
            shape = tuple(shape[axis] for axis in numbers) if kind == "permute" else numbers
        return shapes


@dataclass(frozen=True)
class RewiredTensor:
    """A tensor as the tool rewired it.

    Attributes:
        name: its name in the model.
        layer: its layer's number.
        operator: the ONNX operator that it is a weight of.
        layout: how the model holds it.
        hash_before: SHA-256 of its bytes before rewiring, in PyTorch's layout.
        bits: its values after rewiring, in PyTorch's layout.
    """

    name: str
    layer: int
    operator: str
    layout: Layout
    hash_before: str
    bits: Bits = field(repr=False)


def read_weights(file: Path) -> list[RewiredTensor]:
    """Read all tensors of a .safetensors file, in the order of their layers."""
    with safe_open(file, framework="np") as opened:
        descriptions: Mapping[str, Any] = json.loads(opened.metadata()[_METADATA])
    contents: list[tuple[str, dict[str, Any]]] = deserialize(file.read_bytes())  # type: ignore[no-untyped-call]
    tensors = [_tensor(name, tensor, descriptions[name]) for name, tensor in contents]
    return sorted(tensors, key=lambda tensor: tensor.layer)


def _tensor(name: str, tensor: Mapping[str, Any], description: Mapping[str, Any]) -> RewiredTensor:
    type_ = np.dtype(f"<u{_WIDTHS[tensor['dtype']]}")
    return RewiredTensor(
        name=name,
        layer=description["layer"],
        operator=description["operator"],
        layout=Layout(tuple(description["stored"]), _steps(description["steps"])),
        hash_before=description["sha256Before"],
        bits=np.frombuffer(tensor["data"], type_).reshape(tensor["shape"]),
    )


def _steps(steps: Sequence[Mapping[str, Sequence[int]]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((kind, tuple(numbers)) for step in steps for kind, numbers in step.items())


def sha256(bits: Bits) -> str:
    """Return the SHA-256 of an array's elements in row-major order, little-endian."""
    little = np.ascontiguousarray(bits, bits.dtype.newbyteorder("<"))
    return hashlib.sha256(little.data.cast("B") if little.size else b"").hexdigest()
