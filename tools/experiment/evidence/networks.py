"""The three networks, and their initializers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional


def mlp() -> nn.Module:
    """Three dense layers, without normalization: 234,752 weights."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256),
        nn.ReLU(),
        nn.Linear(256, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


def cnn() -> nn.Module:
    """Two convolutions and two dense layers, without normalization: 52,168 weights."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(784, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


class Residual(nn.Module):
    """A block of two convolutions that halves the image, beside a 1 x 1 convolution (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride=2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norm1(self.conv1(x)))
        return functional.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


def resnet() -> nn.Module:
    """A stem, two residual blocks with batch norm, and a dense layer: 18,312 weights."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        Residual(8, 16),
        Residual(16, 32),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 10),
    )


NETWORKS: dict[str, Callable[[], nn.Module]] = {"MLP": mlp, "CNN": cnn, "ResNet": resnet}


def layers(network: nn.Module) -> list[nn.Linear | nn.Conv2d]:
    """The dense and conv layers: those that rewiring is for."""
    return [module for module in network.modules() if isinstance(module, nn.Linear | nn.Conv2d)]


def torch_default(network: nn.Module) -> None:
    """Leave what PyTorch draws: Kaiming uniform with a = sqrt(5), and biases."""


def kaiming_normal(network: nn.Module) -> None:
    """Draw Kaiming normal weights for ReLU, and set biases to zero (He et al. 2015)."""
    for layer in layers(network):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


INITIALIZERS: dict[str, Callable[[nn.Module], None]] = {
    "torch default": torch_default,
    "Kaiming normal": kaiming_normal,
}


def initialized(network: str, initializer: str, seed: int) -> nn.Module:
    """Return a network whose weights depend on the names and the seed alone."""
    torch.manual_seed(seed)
    module = NETWORKS[network]()
    INITIALIZERS[initializer](module)
    return module
