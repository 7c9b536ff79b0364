"""What is done to the initial weights: the only thing in which runs of one seed differ."""

from __future__ import annotations

from collections.abc import Callable

import parewire.torch
import torch
from torch import nn

from evidence import networks


def original(network: nn.Module, seed: int) -> None:
    """Leave the weights as they were drawn."""


def rewired(network: nn.Module, seed: int, *options: str) -> None:
    """Rewire the weights by onnx-parewire, as a user would."""
    parewire.torch.rewire_(network, seed, options=options)


def permuted(network: nn.Module, seed: int) -> None:
    """Put each layer's weights in a random order: as many changes, and no organization."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in networks.layers(network):
            weight = layer.weight
            order = torch.randperm(weight.numel(), generator=generator)
            weight.copy_(weight.flatten()[order].view_as(weight))


def by(*options: str) -> Callable[[nn.Module, int], None]:
    """Order the weights by onnx-parewire with other options than its own."""
    return lambda network, seed: rewired(network, seed, *options)


ARMS: dict[str, Callable[[nn.Module, int], None]] = {
    "original": original,
    "rewired": rewired,
    "permuted": permuted,
    "best of 100": by("--selection", "best-of", "--draws", "100"),
    "greedy": by("--selection", "greedy"),
    "offset 0.1": by("--offset", "0.1"),
    "offset 0.01": by("--offset", "0.01"),
}
