"""The networks, and their initializers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


class Patches(nn.Module):
    """Blocks over patches of 7 x 7 pixels, each of so many features, and a dense layer over their mean."""

    def __init__(self, width: int, blocks: nn.Module, has_places: bool) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, width, 7, stride=7)
        self.places = nn.Parameter(0.02 * torch.randn(1, 16, width)) if has_places else None
        self.blocks = blocks
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = self.blocks(x if self.places is None else x + self.places)
        return self.head(self.norm(x).mean(1))


def vit() -> nn.Module:
    """A transformer of four blocks over 16 patches (Dosovitskiy et al. 2021): 76,560 weights."""
    width = 48
    blocks = [
        layer
        for _ in range(4)
        for layer in (
            Beside(nn.LayerNorm(width), Attention(width)),
            Beside(nn.LayerNorm(width), two_layers(width)),
        )
    ]
    return Patches(width, nn.Sequential(*blocks), has_places=True)


def mixer() -> nn.Module:
    """An MLP-Mixer of four blocks over 16 patches (Tolstikhin et al. 2021): 43,792 weights."""
    width = 48
    blocks = [
        layer
        for _ in range(4)
        for layer in (Beside(nn.LayerNorm(width), Across(16)), Beside(nn.LayerNorm(width), two_layers(width)))
    ]
    return Patches(width, nn.Sequential(*blocks), has_places=False)


def conv_mixer() -> nn.Module:
    """A ConvMixer of three blocks with kernels of 5 x 5, over patches of 4 x 4 (Trockman and Kolter 2022): 6,304 weights."""
    width = 32

    def then_norm(conv: nn.Module) -> nn.Module:
        return nn.Sequential(conv, nn.GELU(), nn.BatchNorm2d(width))

    return nn.Sequential(
        then_norm(nn.Conv2d(1, width, 4, stride=4)),
        *(
            layer
            for _ in range(3)
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
