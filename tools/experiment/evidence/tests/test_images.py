"""CIFAR-10 as its binary version has it, and how its images are moved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from evidence import images
from evidence.training import moved


def write(folder: Path, each: int) -> np.ndarray:
    """Write files of so many random records each, and return all: [records, bytes]."""
    rng = np.random.default_rng(5)
    records = rng.integers(0, 256, (6 * each, 3073), dtype=np.uint8)
    records[:, 0] %= 10
    names = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]
    for name, part in zip(names, np.split(records, 6), strict=True):
        part.tofile(folder / name)
    return records


def test_cifar10_is_read_as_its_site_describes_it(tmp_path: Path) -> None:
    records = write(tmp_path, each=4)
    training, testing = images.cifar10(tmp_path)
    assert training.images.shape == (20, 3, 32, 32)
    assert testing.images.shape == (4, 3, 32, 32)
    assert training.classes.tolist() == records[:20, 0].tolist()
    assert testing.classes.tolist() == records[20:, 0].tolist()
    assert torch.allclose(training.images.mean((0, 2, 3)), torch.zeros(3), atol=1e-5)
    assert torch.allclose(training.images.std((0, 2, 3), correction=0), torch.ones(3), atol=1e-5)
    # The green of the pixel in row 2, column 3 of the eighth image, among that of all.
    green = records[:20, 1 + 1024 : 1 + 2048]
    expected = (float(green[7, 2 * 32 + 3]) - green.mean()) / green.std()
    assert training.images[7, 1, 2, 3].item() == pytest.approx(expected, abs=1e-5)


def test_a_folder_without_cifar10_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"data_batch_1\.bin; expected the folder of CIFAR-10's binary version"):
        images.cifar10(tmp_path)


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    write(tmp_path, each=4)
    file = tmp_path / "data_batch_2.bin"
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(SystemExit, match=r"data_batch_2\.bin has 5000 bytes, expected records of 3,073"):
        images.cifar10(tmp_path)


def test_images_are_shifted_and_mirrored_and_no_pixel_becomes_another() -> None:
    before = torch.arange(1.0, 1 + 64 * 2 * 5 * 7).reshape(64, 2, 5, 7)
    after = moved(before, 2, torch.Generator().manual_seed(6))
    padded = torch.nn.functional.pad(before, (2, 2, 2, 2))
    found = set()
    for one, was in zip(after, padded, strict=True):
        places = [
            (down, right, mirrored)
            for down in range(5)
            for right in range(5)
            for mirrored in (False, True)
            if torch.equal(one.flip(2) if mirrored else one, was[:, down : down + 5, right : right + 7])
        ]
        assert len(places) == 1
        found.add(places[0])
    assert {mirrored for *_, mirrored in found} == {False, True}
    assert {down for down, *_ in found} == {right for _, right, _ in found} == set(range(5))


def test_images_that_are_not_to_move_stay_and_draw_nothing() -> None:
    generator = torch.Generator().manual_seed(6)
    before = generator.get_state()
    images_there = torch.rand(3, 1, 4, 4)
    assert moved(images_there, 0, generator) is images_there
    assert torch.equal(generator.get_state(), before)
