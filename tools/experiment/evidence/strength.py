"""How much of its variance of strength a fresh layer keeps when it is rewired, by initializer and shape."""

from __future__ import annotations

import copy
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import parewire.torch
import torch
from torch import Tensor, nn

# The oracle is a file, not an installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "oracle"))

import parewire_numpy

INITIALIZERS: dict[str, Callable[[Tensor], object]] = {
    "torch default": lambda weight: nn.init.kaiming_uniform_(weight, a=math.sqrt(5)),
    "Kaiming normal": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
    "Kaiming uniform": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
    "Xavier normal": nn.init.xavier_normal_,
    "Xavier uniform": nn.init.xavier_uniform_,
    "orthogonal": nn.init.orthogonal_,
}

# Sizes are [outputs, inputs], then the kernel.
LAYERS: dict[str, Callable[[], nn.Linear | nn.Conv2d]] = {
    "dense 256 x 256": lambda: nn.Linear(256, 256, bias=False),
    "dense 64 x 1024": lambda: nn.Linear(1024, 64, bias=False),
    "dense 1024 x 64": lambda: nn.Linear(64, 1024, bias=False),
    "conv 64 x 64, 3 x 3": lambda: nn.Conv2d(64, 64, 3, bias=False),
    "conv 128 x 64, 1 x 1": lambda: nn.Conv2d(64, 128, 1, bias=False),
    "depthwise 64, 3 x 3": lambda: nn.Conv2d(64, 64, 3, groups=64, bias=False),
}

CASES = [(initializer, layer) for initializer in INITIALIZERS for layer in LAYERS]


@dataclass(frozen=True)
class Strengths:
    """The unbiased variances of a layer's input and output strengths, before rewiring and after."""

    initializer: str
    layer: str
    seed: int
    inputs_before: float
    inputs_after: float
    outputs_before: float
    outputs_after: float


class SideBySide(nn.Module):
    """Every layer of every initializer: one run of the tool rewires them all."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(make() for _ in INITIALIZERS for make in LAYERS.values())
        for (initializer, _), layer in zip(CASES, self.layers, strict=True):
            INITIALIZERS[initializer](layer.weight)


def run(seed: int) -> list[Strengths]:
    """Draw, rewire and measure every layer of every initializer."""
    torch.manual_seed(seed)
    before = SideBySide()
    after = copy.deepcopy(before)
    parewire.torch.rewire_(after, seed)
    return [
        Strengths(initializer, layer, seed, *_variances(old.weight, new.weight))
        for (initializer, layer), old, new in zip(CASES, before.layers, after.layers, strict=True)
    ]


def _variances(before: Tensor, after: Tensor) -> tuple[float, float, float, float]:
    inputs_before, outputs_before = parewire_numpy.strength_variances(before.detach().numpy())
    inputs_after, outputs_after = parewire_numpy.strength_variances(after.detach().numpy())
    return inputs_before, inputs_after, outputs_before, outputs_after
