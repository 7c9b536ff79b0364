"""Trains a small Keras conv net on generated images, rewired before its first step.

Run it on any of Keras' backends:

    KERAS_BACKEND=jax python keras_train.py
"""

from __future__ import annotations

import argparse
from pathlib import Path

import keras
import numpy as np

from parewire.keras import RewireCallback

SIZE = 12


def striped_images(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy images [count, SIZE, SIZE, 1], and whether the stripes of each are upright."""
    generator = np.random.default_rng(seed)
    is_upright = generator.integers(0, 2, count)
    waves = np.sin(np.arange(SIZE) * 1.5 + generator.uniform(0, 2 * np.pi, (count, 1)))
    across = np.broadcast_to(waves[:, None, :], (count, SIZE, SIZE))
    stripes = np.where(is_upright[:, None, None] == 1, across, across.swapaxes(1, 2))
    images = stripes + generator.normal(0, 0.5, stripes.shape)
    return images[..., None].astype("float32"), is_upright


def conv_net() -> keras.Model:
    """Return a new network, its initial weights as Keras draws them."""
    model = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.SeparableConv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    return model


def main() -> None:
    """Train, and go on with a run that was stopped if there is a folder of its states."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--backup", type=Path, help="folder for the state after each epoch")
    arguments = parser.parse_args()

    keras.utils.set_random_seed(1)
    model = conv_net()
    rewire = RewireCallback(seed=42)
    callbacks = [rewire]
    if arguments.backup:
        # A run that it resumes is not rewired again.
        callbacks.append(
            keras.callbacks.BackupAndRestore(arguments.backup, delete_checkpoint=False)
        )
    images, labels = striped_images(512, seed=2)
    model.fit(images, labels, epochs=arguments.epochs, callbacks=callbacks, verbose=0)

    print(rewire.report or "resumed, so nothing was rewired")
    _, accuracy = model.evaluate(*striped_images(256, seed=3), verbose=0)
    print(f"Keras on {keras.backend.backend()}: accuracy on new images {accuracy:.2f}")


if __name__ == "__main__":
    main()
