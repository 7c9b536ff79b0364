"""The networks, and their initializers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from evidence.images import CIFAR10


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


def resnet(width: int = 8, channels: int = 1, stride: int = 2) -> nn.Module:
    """A stem, two residual blocks with batch norm, and a dense layer: 18,312 weights."""
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        Residual(width, 2 * width),
        Residual(2 * width, 4 * width),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4 * width, 10),
    )


class Attention(nn.Module):
    """Self-attention with four heads, its projections dense layers of their own."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        parts = (
            layer(x).unflatten(2, (self.heads, -1)).transpose(1, 2) for layer in (self.query, self.key, self.value)
        )
        return self.out(functional.scaled_dot_product_attention(*parts).transpose(1, 2).flatten(2))


def two_layers(width: int) -> nn.Module:
    """Two dense layers, of which the first has twice the outputs."""
    return nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))


class Across(nn.Module):
    """Two dense layers over the patches of an image in place of its features."""

    def __init__(self, patches: int) -> None:
        super().__init__()
        self.layers = two_layers(patches)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x.transpose(1, 2)).transpose(1, 2)


class Beside(nn.Module):
    """What a module makes of its input, and the input."""

    def __init__(self, *modules: nn.Module) -> None:
        super().__init__()
        self.module = nn.Sequential(*modules)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.module(x)


@dataclass(frozen=True)
class Grid:
    """How images are cut into patches: square ones, of so many pixels a side."""

    channels: int = 1
    pixels: int = 28
    patch: int = 7

    @property
    def patches(self) -> int:
        return (self.pixels // self.patch) ** 2


CLOTHES = Grid()
CIFAR = Grid(channels=3, pixels=32, patch=4)


class Patches(nn.Module):
    """Blocks over the patches of an image, each of so many features, and a dense layer over their mean."""

    def __init__(self, grid: Grid, width: int, blocks: nn.Module, has_places: bool) -> None:
        super().__init__()
        self.patches = nn.Conv2d(grid.channels, width, grid.patch, stride=grid.patch)
        self.places = nn.Parameter(0.02 * torch.randn(1, grid.patches, width)) if has_places else None
        self.blocks = blocks
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = self.blocks(x if self.places is None else x + self.places)
        return self.head(self.norm(x).mean(1))


def vit(grid: Grid = CLOTHES, width: int = 48, depth: int = 4) -> nn.Module:
    """A transformer of four blocks over 16 patches (Dosovitskiy et al. 2021): 76,560 weights."""
    blocks = [
        layer
        for _ in range(depth)
        for layer in (
            Beside(nn.LayerNorm(width), Attention(width)),
            Beside(nn.LayerNorm(width), two_layers(width)),
        )
    ]
    return Patches(grid, width, nn.Sequential(*blocks), has_places=True)


def mixer(grid: Grid = CLOTHES, width: int = 48, depth: int = 4) -> nn.Module:
    """An MLP-Mixer of four blocks over 16 patches (Tolstikhin et al. 2021): 43,792 weights."""
    blocks = [
        layer
        for _ in range(depth)
        for layer in (
            Beside(nn.LayerNorm(width), Across(grid.patches)),
            Beside(nn.LayerNorm(width), two_layers(width)),
        )
    ]
    return Patches(grid, width, nn.Sequential(*blocks), has_places=False)


def conv_mixer(channels: int = 1, patch: int = 4, width: int = 32, depth: int = 3) -> nn.Module:
    """A ConvMixer of three blocks with kernels of 5 x 5, over patches of 4 x 4 (Trockman, Kolter 2022): 6,304 weights."""

    def then_norm(conv: nn.Module) -> nn.Module:
        return nn.Sequential(conv, nn.GELU(), nn.BatchNorm2d(width))

    return nn.Sequential(
        then_norm(nn.Conv2d(channels, width, patch, stride=patch)),
        *(
            layer
            for _ in range(depth)
            for layer in (
                Beside(then_norm(nn.Conv2d(width, width, 5, groups=width, padding=2))),
                then_norm(nn.Conv2d(width, width, 1)),
            )
        ),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(width, 10),
    )


@dataclass(frozen=True)
class Network:
    """A network, what it is to tell apart, and what it is tried with."""

    make: Callable[[], nn.Module]
    images: str
    initializers: tuple[str, ...]
    arms: tuple[str, ...]


DEFAULT, KAIMING, ORTHOGONAL = "torch default", "Kaiming normal", "orthogonal"
_FEW = ("original", "rewired", "permuted")
_MORE = (*_FEW, "best of 100", "greedy")
NETWORKS = {
    "MLP": Network(mlp, "digits", (DEFAULT, KAIMING), _FEW),
    "CNN": Network(cnn, "digits", (DEFAULT, KAIMING), _FEW),
    "ResNet": Network(resnet, "digits", (DEFAULT, KAIMING), _FEW),
    "ViT": Network(vit, "clothes", (DEFAULT, KAIMING, ORTHOGONAL), (*_MORE, "offset 0.1", "offset 0.01")),
    "ConvMixer": Network(conv_mixer, "clothes", (DEFAULT, KAIMING, ORTHOGONAL), _MORE),
    "MLP-Mixer": Network(mixer, "clothes", (DEFAULT, KAIMING, ORTHOGONAL), _MORE),
    # The same kinds at a size for colour images, which want a GPU.
    "ResNet, wide": Network(partial(resnet, 64, 3, 1), CIFAR10, (KAIMING, ORTHOGONAL), _MORE),
    "ViT, wide": Network(partial(vit, CIFAR, 192, 6), CIFAR10, (DEFAULT, KAIMING, ORTHOGONAL), _MORE),
    "ConvMixer, wide": Network(partial(conv_mixer, 3, 2, 256, 8), CIFAR10, (DEFAULT, KAIMING, ORTHOGONAL), _MORE),
    "MLP-Mixer, wide": Network(partial(mixer, CIFAR, 192, 6), CIFAR10, (DEFAULT, KAIMING, ORTHOGONAL), _MORE),
}


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


def orthogonal(network: nn.Module) -> None:
    """Draw orthogonal weights, which the authors recommend, and set biases to zero (Saxe et al. 2014)."""
    for layer in layers(network):
        nn.init.orthogonal_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


INITIALIZERS: dict[str, Callable[[nn.Module], None]] = {
    DEFAULT: torch_default,
    KAIMING: kaiming_normal,
    ORTHOGONAL: orthogonal,
}


def initialized(network: str, initializer: str, seed: int) -> nn.Module:
    """Return a network whose weights depend on the names and the seed alone."""
    torch.manual_seed(seed)
    module = NETWORKS[network].make()
    INITIALIZERS[initializer](module)
    return module
