"""Weights as bit patterns, in unsigned integers, so that every element type passes unchanged."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.unsignedinteger[Any]]

# By the names that numpy, ml_dtypes and the frameworks have for them: ONNX's names, and bytes.
ELEMENT_TYPES = {
    "float64": ("DOUBLE", 8),
    "float32": ("FLOAT", 4),
    "float16": ("FLOAT16", 2),
    "bfloat16": ("BFLOAT16", 2),
}


def to_bits(array: npt.NDArray[Any]) -> Bits:
    """Return an array's bit patterns, in this machine's order of bytes."""
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    return np.ascontiguousarray(native).view(f"u{array.dtype.itemsize}").reshape(array.shape)
