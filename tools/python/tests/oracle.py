"""The authors' algorithm in numpy, applied to a framework's own parameters."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "oracle"))

import parewire_numpy

Array = np.ndarray[Any, Any]
# Brings a parameter to [output neurons, inputs...], or back.
Turn = Callable[[Array], Array]


def same(array: Array) -> Array:
    return array


def swapped(array: Array) -> Array:
    """[in, out, ...] and [out, in, ...]: torch's ConvTranspose; a Keras dense kernel."""
    return array.swapaxes(0, 1)


def rewired(
    before: Array,
    seed: int,
    layer: int,
    to_matrix: Turn = same,
    from_matrix: Turn = same,
) -> Array:
    matrix = np.ascontiguousarray(to_matrix(before))
    return from_matrix(parewire_numpy.rewire(matrix, seed, (layer,)))


def rewired_slices(before: Array, seed: int, layer: int) -> Array:
    """Rewire [slices, output neurons, inputs...], each slice by itself."""
    slices = [np.ascontiguousarray(each) for each in before]
    return np.stack(
        [parewire_numpy.rewire(each, seed, (layer, k)) for k, each in enumerate(slices)]
    )


def assert_same_bits(actual: Mapping[str, Array], expected: Mapping[str, Array]) -> None:
    assert actual.keys() == expected.keys()
    differing = [name for name in expected if not same_bits(actual[name], expected[name])]
    assert differing == []


def same_bits(one: Array, other: Array) -> bool:
    alike = one.shape == other.shape and one.dtype == other.dtype
    return alike and np.ascontiguousarray(one).tobytes() == np.ascontiguousarray(other).tobytes()


def bfloat16(words: Array) -> Array:
    return words.view(ml_dtypes.bfloat16)
