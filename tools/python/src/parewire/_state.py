"""Keeps the states of random generators that a framework's export may change."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def python_generators_kept() -> Iterator[None]:
    """Give ``random`` and ``numpy.random`` back the states that they had."""
    python_state = random.getstate()
    numpy_state = np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
