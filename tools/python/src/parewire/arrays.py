"""Rewires arrays of weights, of any framework or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from parewire import onnx
from parewire._bits import to_bits
from parewire._container import Source
from parewire._layout import Layout
from parewire._rewiring import Found, Settings, rewired
from parewire.errors import ArgumentError
from parewire.report import Report

__all__ = ["Weight", "rewire_arrays"]


@dataclass(frozen=True)
class Weight:
    """A weight and the meaning of its axes.

    Attributes:
        array: of float64, float32, float16 or ml_dtypes' bfloat16.
        layout: a letter for each axis: ``o`` output neurons, ``i`` inputs, ``b`` slices that are
            rewired by themselves, such as experts, ``g`` a convolution's groups, any other letter a
            kernel's places, as in ``hwio``. Parentheses hold what an axis is made of, the slowest
            first: ``(go)ihw`` is a grouped convolution of PyTorch, ``(bo)i`` a packed projection.
        sizes: of letters in parentheses, all but one of each axis.
    """

    array: npt.NDArray[Any]
    layout: str = "oi"
    sizes: Mapping[str, int] = field(default_factory=dict)


def rewire_arrays(
    weights: Mapping[str, Weight],
    seed: int = 42,
    *,
    first_layer: int = 0,
    groups: onnx.Groups = "joint",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    allow_trained: bool = False,
    strict: bool = False,
    options: Sequence[str] = (),
) -> tuple[dict[str, npt.NDArray[Any]], Report]:
    """Rewire weights, and leave them as they are.

    A weight's place in ``weights`` is its layer's number, which chooses its random stream, whether
    those before it are left or not; a weight with slices has a stream for each.

    Args:
        weights: by their names, in their order.
        seed: of the random streams; 0 or more.
        first_layer: the number of the first weight.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        include: globs of the weights to rewire; all if there are none.
        exclude: globs of the weights to leave.
        allow_trained: rewire weights that look trained.
        strict: fail if a weight would be left.
        options: more of the tool's options, as on its command line.

    Returns:
        New arrays by the names, equal to the given ones but for the order of what is in them, and a
        report. What was left is the given array itself.

    Raises:
        ArgumentError: if a layout is none, or not one of its array, or a glob matches nothing.
        ToolNotFoundError: if onnx-parewire can't be found or started.
        NoLayerError: if there is nothing to rewire.
        TrainedWeightsError: if weights look trained.
        WeightsLeftError: if a weight would be left, with ``strict``.
        ToolError: if the tool fails for another reason.
    """
    settings = Settings(seed, first_layer, groups, include, exclude, allow_trained, strict, options)
    found = [_found(name, weight) for name, weight in weights.items()]
    new = {name: weight.array for name, weight in weights.items()}
    with rewired("arrays", found, settings) as outcome:
        for source in outcome.sources:
            type_ = np.asarray(new[source.name]).dtype
            native = outcome.after(source).view(type_.newbyteorder("="))
            new[source.name] = native.astype(type_, copy=False)
        return new, outcome.report


def _found(name: str, weight: Weight) -> Found:
    if not isinstance(weight, Weight):
        raise ArgumentError(
            f"weight '{name}': expected Weight(array, layout), found {type(weight).__name__}"
        )
    array = np.asarray(weight.array)
    try:
        layout = Layout(weight.layout, weight.sizes)
        layout.matrix(array.shape)
    except ArgumentError as error:
        raise ArgumentError(f"weight '{name}': {error}") from None
    source = Source(name, array.shape, array.dtype.name, layout, lambda: to_bits(array))
    return Found(name, array.shape, source)
