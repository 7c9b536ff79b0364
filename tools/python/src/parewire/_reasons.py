"""Why parameters are left, in the words of all adapters."""

from __future__ import annotations

from collections.abc import Sequence

FROZEN = "frozen: training does not change it"
EMBEDDING = "an embedding"
RECURRENT = "a recurrent layer's weight"


def unknown(shape: Sequence[int]) -> str:
    """Return why a parameter is left that is no layer's that is known."""
    return vector(shape) or (
        "no layer that is known has it as its dense or conv weight; if it is one, name its axes in "
        "extra"
    )


def vector(shape: Sequence[int]) -> str | None:
    """Return why a parameter is left if it is a vector, or less; None if it is more."""
    return "fewer than two dimensions" if sum(size > 1 for size in shape) < 2 else None


def tied(embedding: str) -> str:
    """Return why a weight is left that is an embedding's, too."""
    return f"an embedding's weight, too ('{embedding}')"
