"""Train each network from the same initial weights in each arm, and record how well it does."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass

import torch
from parewire import RewiringWarning
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from evidence import networks
from evidence.arms import ARMS
from evidence.images import Images

BATCH = 64
MOMENTUM = 0.9
TESTED_AT_ONCE = 2000  # images
STRETCH = 5  # steps whose mean loss is a point of a curve


@dataclass(frozen=True)
class Recipe:
    """How long a network trains, by what, and how fast.

    The rate is that of three, 0.01, 0.03 and 0.1 for SGD and 0.001, 0.003 and 0.01 for AdamW, whose final test loss was
    least with any of the initializers, in trial runs of the original arm at seed 1000, which is not used again. Of the
    wide networks no rate was tried.

    ``moves`` shifts each image by up to so many pixels and mirrors half of them, anew in each epoch.
    """

    epochs: int
    optimizer: str
    learning_rate: float
    moves: int = 0

    def make(self, network: nn.Module) -> torch.optim.Optimizer:
        if self.optimizer == "SGD":
            return torch.optim.SGD(network.parameters(), lr=self.learning_rate, momentum=MOMENTUM)
        return torch.optim.AdamW(network.parameters(), lr=self.learning_rate)


RECIPES = {
    "MLP": Recipe(5, "SGD", 0.03),
    "CNN": Recipe(3, "SGD", 0.03),
    "ResNet": Recipe(3, "SGD", 0.1),
    "ViT": Recipe(3, "AdamW", 0.003),
    "ConvMixer": Recipe(3, "AdamW", 0.01),
    "MLP-Mixer": Recipe(3, "AdamW", 0.01),
    "ResNet, wide": Recipe(30, "SGD", 0.1, moves=4),
    "ViT, wide": Recipe(30, "AdamW", 0.001, moves=4),
    "ConvMixer, wide": Recipe(30, "AdamW", 0.01, moves=4),
    "MLP-Mixer, wide": Recipe(30, "AdamW", 0.001, moves=4),
}


@dataclass(frozen=True)
class Task:
    """A pair, and its control: one network, one draw of initial weights."""

    network: str
    initializer: str
    seed: int


@dataclass(frozen=True)
class Epoch:
    """How a network does at the end of an epoch, counted from 1.

    Losses are mean cross-entropies in nats, that of training over the epoch's batches; ``correct`` of the ``tested``
    test images are classed right.
    """

    network: str
    initializer: str
    seed: int
    arm: str
    epoch: int
    train_loss: float
    test_loss: float
    correct: int
    tested: int


@dataclass(frozen=True)
class Curve:
    """The training loss in the first epoch, in nats: a mean for each ``STRETCH`` steps, with blanks between them."""

    network: str
    initializer: str
    seed: int
    arm: str
    losses: str

    @property
    def points(self) -> list[float]:
        return [float(loss) for loss in self.losses.split()]


def run(task: Task, training: Images, testing: Images) -> tuple[list[Epoch], list[Curve]]:
    """Train a task's network in all of its arms, where its images are."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    # Small layers, and those of which little is expected, are warned of.
    warnings.simplefilter("ignore", RewiringWarning)
    start = networks.initialized(task.network, task.initializer, task.seed)
    epochs, curves = [], []
    for arm in networks.NETWORKS[task.network].arms:
        network = copy.deepcopy(start)
        ARMS[arm](network, task.seed)
        require_same_weights(start, network)
        network.to(training.images.device)
        steps: list[float] = []
        epochs += _train(network, task, arm, training, testing, steps)
        first = steps[: len(steps) // RECIPES[task.network].epochs]
        parts = [first[at : at + STRETCH] for at in range(0, len(first), STRETCH)]
        means = (sum(part) / len(part) for part in parts)
        curves.append(Curve(**asdict(task), arm=arm, losses=" ".join(f"{mean:.4f}" for mean in means)))
    return epochs, curves


def require_same_weights(start: nn.Module, changed: nn.Module) -> None:
    """An arm may reorder the weights of a layer, and nothing else."""
    reordered = {id(layer.weight) for layer in networks.layers(changed)}
    values = changed.state_dict(keep_vars=True)
    for name, before in start.state_dict().items():
        after = values[name]
        if id(after) in reordered:
            before, after = before.flatten().sort().values, after.flatten().sort().values
        if not torch.equal(before, after):
            raise AssertionError(f"{name} has other values")


def _train(
    network: nn.Module, task: Task, arm: str, training: Images, testing: Images, steps_losses: list[float]
) -> Iterator[Epoch]:
    """Train by a network's recipe, the rate falling to zero as a cosine, and add each step's loss to a list.

    The order of images depends on the seed alone.
    """
    order = torch.Generator().manual_seed(task.seed)
    recipe = RECIPES[task.network]
    device = training.images.device
    optimizer = recipe.make(network)
    steps = recipe.epochs * math.ceil(len(training) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(1, recipe.epochs + 1):
        network.train()
        total = 0.0
        for batch in torch.randperm(len(training), generator=order).split(BATCH):
            optimizer.zero_grad()
            batch = batch.to(device)
            images = moved(training.images[batch], recipe.moves, order)
            # The other ways of attention that a GPU has add up in any order.
            with sdpa_kernel(SDPBackend.MATH) if device.type != "cpu" else nullcontext():
                loss = functional.cross_entropy(network(images), training.classes[batch])
                loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
            steps_losses.append(loss.item())
        test_loss, correct = _test(network, testing)
        train_loss = total / len(training)
        yield Epoch(
            **asdict(task),
            arm=arm,
            epoch=epoch,
            train_loss=train_loss,
            test_loss=test_loss,
            correct=correct,
            tested=len(testing),
        )


def moved(images: Tensor, by: int, generator: torch.Generator) -> Tensor:
    """Shift each of the images [count, channels, height, width] by up to so many pixels, and mirror half of them.

    Zeros, the mean, come in at the borders. With 0 they are left as they are, and nothing is drawn.
    """
    if by == 0:
        return images
    count, _, height, width = images.shape
    down, right = torch.randint(2 * by + 1, (2, count, 1), generator=generator).to(images.device)
    mirrored = torch.randint(2, (count, 1), generator=generator).to(images.device)
    across = torch.arange(width, device=images.device).expand(count, -1)
    columns = torch.where(mirrored == 1, width - 1 - across, across) + right
    rows = torch.arange(height, device=images.device) + down
    padded = functional.pad(images, (by, by, by, by))
    each = torch.arange(count, device=images.device)[:, None, None]
    return padded[each, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _test(network: nn.Module, testing: Images) -> tuple[float, int]:
    network.eval()
    with torch.no_grad():
        answers = torch.cat([network(part) for part in testing.images.split(TESTED_AT_ONCE)])
        loss = functional.cross_entropy(answers, testing.classes).item()
        return loss, int((answers.argmax(1) == testing.classes).sum())
