"""Preferential-attachment rewiring in plain numpy: the slow, independent oracle of the Java tool.

The algorithm is that of Scabini, De Baets and Bruno, "Improving Deep Neural Network Random
Initialization Through Neuronal Rewiring" (Neurocomputing 599, 2024; arXiv 2207.08148). It permutes
the weights of a layer, row by row and then column by column, and changes no value.

An array is taken as a framework holds a layer's parameter: the first axis counts the output
neurons, the other axes, flattened in row-major order, count the inputs.
"""

from __future__ import annotations

from collections.abc import Sequence

import ml_dtypes
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]
Stream = Sequence[int] | None

DEFAULT_SEED = 42


def rewire(weight: Array, seed: int = DEFAULT_SEED, stream: Stream = None) -> Array:
    """Return a rewired copy of ``weight``, of the same shape and data type.

    ``stream`` is the spawn key of the generator's seed sequence: ``(i,)`` for layer number i,
    ``(i, b)`` for slice b of a batched weight, None for the seed alone.
    """
    if weight.dtype == ml_dtypes.bfloat16:  # float32 holds it exactly
        return rewire(weight.astype(np.float32), seed, stream).astype(ml_dtypes.bfloat16)
    matrix = as_matrix(weight).copy()
    rewire_rows(matrix, generator(seed, stream))
    rewire_rows(matrix.T, generator(seed, stream))
    return matrix.reshape(weight.shape)


def as_matrix(weight: Array) -> Array:
    """View ``weight`` as [output neurons, inputs]."""
    return weight.reshape(weight.shape[0], -1)


def generator(seed: int, stream: Stream) -> np.random.Generator:
    """Return the generator that one pass over a layer starts from."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(stream or ())))


def rewire_rows(matrix: Array, rng: np.random.Generator) -> None:
    """Rewire all rows of ``matrix`` but the first, in place.

    Each row's weights, smallest first, go to its columns in an order that is drawn without
    replacement, the columns that are strongest in the rows above being the likeliest to come first.
    """
    rows, columns = matrix.shape
    strength = np.zeros(columns, dtype=np.float64)
    for r in range(1, rows):
        strength += matrix[r - 1]
        p = strength + abs(strength.min()) + 1
        p /= p.sum()
        order = rng.choice(columns, size=columns, replace=False, p=p)
        matrix[r, order] = np.sort(matrix[r])


def strength_variances(weight: Array) -> tuple[float | None, float | None]:
    """Return the unbiased variances of the input strengths and of the output strengths.

    Input strengths are the column sums and output strengths the row sums of the matrix, both in
    float64. A variance is None where there are fewer than two neurons.
    """
    matrix = as_matrix(weight).astype(np.float64)
    return _variance(matrix.sum(axis=0)), _variance(matrix.sum(axis=1))


def _variance(strengths: npt.NDArray[np.float64]) -> float | None:
    return float(strengths.var(ddof=1)) if strengths.size > 1 else None
