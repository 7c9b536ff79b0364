"""Trains a small conv net on generated images, rewired before its first step.

    python torch_train.py --checkpoint state.pt

A run that was stopped goes on from its checkpoint, and is not rewired again: that would throw away
what it has learnt.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
from torch import nn

from parewire.torch import rewire_

SIZE = 12
BATCH = 64


def striped_images(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return noisy images [count, 1, SIZE, SIZE], and whether the stripes of each are upright."""
    generator = torch.Generator().manual_seed(seed)
    is_upright = torch.randint(2, (count,), generator=generator)
    starts = 2 * math.pi * torch.rand((count, 1), generator=generator)
    waves = torch.sin(torch.arange(SIZE) * 1.5 + starts)
    across = waves[:, None, :].expand(count, SIZE, SIZE)
    stripes = torch.where(is_upright[:, None, None] == 1, across, across.mT)
    noise = 0.5 * torch.randn(stripes.shape, generator=generator)
    return (stripes + noise).unsqueeze(1), is_upright


def conv_net() -> nn.Module:
    """Return a new network, its initial weights Kaiming normal."""
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 2),
    )
    for layer in model:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight)
    return model


def accuracy(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """Return how many of the images are told right, of 1."""
    model.eval()
    with torch.no_grad():
        return (model(images).argmax(1) == labels).double().mean().item()


def main() -> None:
    """Train, and go on with a run that was stopped if it has left a checkpoint."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--checkpoint", type=Path, help="file for the state after each epoch")
    arguments = parser.parse_args()

    torch.manual_seed(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = conv_net().to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)

    first = 0
    if arguments.checkpoint and arguments.checkpoint.exists():
        state = torch.load(arguments.checkpoint, map_location=device)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["epoch"]
        print(f"goes on after {first} epochs, so nothing is rewired")
    else:
        print(rewire_(model, seed=42))

    images, labels = (each.to(device) for each in striped_images(512, seed=2))
    for epoch in range(first, arguments.epochs):
        model.train()
        for batch in torch.randperm(len(images), device=device).split(BATCH):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
        if arguments.checkpoint:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save({**state, "epoch": epoch + 1}, arguments.checkpoint)
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}")

    new_images, new_labels = (each.to(device) for each in striped_images(256, seed=3))
    print(f"accuracy on new images {accuracy(model, new_images, new_labels):.2f}")


if __name__ == "__main__":
    main()
