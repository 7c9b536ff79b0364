"""Initializes a weight, and keeps the draw of which the neurons' strengths vary least."""

from __future__ import annotations

from collections.abc import Callable

import torch

from parewire._layout import Layout
from parewire._torch_bits import to_bits, to_tensor

Initializer = Callable[[torch.Tensor], object]


def initialize(
    parameter: torch.Tensor, layout: Layout, initializer: Initializer, draws: int
) -> None:
    """Fill a weight in place with the best of some draws, of equal ones the first.

    It is the authors' ``stabilize_strength``. Slices, such as the parts of a packed projection, are
    drawn one after the other, each by itself.

    Args:
        parameter: what to fill.
        layout: the meaning of its axes.
        initializer: fills a tensor of [output neurons, inputs, kernel...] in place. It gets the
            parameter itself, if that is one.
        draws: how many, 1 or more.
    """
    with torch.no_grad():
        if layout.is_natural:
            parameter.copy_(_best(parameter, initializer, draws))
            return
        shape = layout.matrix(parameter.shape)
        one = [shape.groups * shape.outputs, shape.inputs, shape.kernel]
        empty = parameter.new_empty(one[: 2 if shape.kernel == 1 else 3])
        slices = [_best(empty, initializer, draws) for _ in range(shape.slices)]
        matrix = to_bits(torch.stack(slices))
        parameter.copy_(to_tensor(layout.from_matrix(matrix, tuple(parameter.shape)), parameter))


def _best(weight: torch.Tensor, initializer: Initializer, draws: int) -> torch.Tensor:
    best, least = None, float("inf")
    for _ in range(draws):
        initializer(weight)
        variance = _mean_variance(weight)
        if best is None or variance < least:
            best, least = weight.clone(), variance
    assert best is not None
    return best


def _mean_variance(weight: torch.Tensor) -> float:
    """Return the mean of the variances of both sides' strengths; one neuron's does not count."""
    matrix = weight.reshape(weight.shape[0], -1)
    sides = [matrix.sum(dim=axis) for axis in (0, 1) if matrix.shape[1 - axis] > 1]
    if not sides:
        return 0.0
    return torch.stack([side.var() for side in sides]).mean().item()
