"""Preferential-attachment rewiring in plain numpy: the slow, independent oracle of the Java tool.

The algorithm is that of Scabini, De Baets and Bruno, "Improving Deep Neural Network Random
Initialization Through Neuronal Rewiring" (Neurocomputing 599, 2024; arXiv 2207.08148). It permutes
the weights of a layer, row by row and then column by column, and changes no value.

An array is taken as a framework holds a layer's parameter: the first axis counts the output
neurons, the other axes, flattened in row-major order, count the inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import ml_dtypes
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]
Stream = Sequence[int] | None
Passes = Literal["both", "input", "output"]
Selection = Literal["draw", "greedy", "best-of"]

DEFAULT_SEED = 42


def rewire(
    weight: Array,
    seed: int = DEFAULT_SEED,
    stream: Stream = None,
    *,
    passes: Passes = "both",
    selection: Selection = "draw",
    offset: float = 1,
    draws: int = 100,
) -> Array:
    """Return a rewired copy of ``weight``, of the same shape and data type.

    ``stream`` is the spawn key of the generator's seed sequence: ``(i,)`` for layer number i,
    ``(i, b)`` for slice b of a batched weight, None for the seed alone. The rest are the options of
    the same names; their defaults are the authors' algorithm.
    """
    if weight.dtype == ml_dtypes.bfloat16:  # float32 holds it exactly
        wide = weight.astype(np.float32)
        options = {"passes": passes, "selection": selection, "offset": offset, "draws": draws}
        return rewire(wide, seed, stream, **options).astype(ml_dtypes.bfloat16)
    matrix = as_matrix(weight).copy()
    if selection == "best-of":
        return best_order(matrix, generator(seed, stream), draws, passes).reshape(weight.shape)
    for name, rows in (("input", matrix), ("output", matrix.T)):
        if passes in ("both", name):
            if selection == "greedy":
                rewire_rows_greedily(rows)
            else:
                rewire_rows(rows, generator(seed, stream), offset)
    return matrix.reshape(weight.shape)


def as_matrix(weight: Array) -> Array:
    """View ``weight`` as [output neurons, inputs]."""
    return weight.reshape(weight.shape[0], -1)


def generator(seed: int, stream: Stream) -> np.random.Generator:
    """Return the generator that one pass over a layer starts from."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(stream or ())))


def rewire_rows(matrix: Array, rng: np.random.Generator, offset: float = 1) -> None:
    """Rewire all rows of ``matrix`` but the first, in place.

    Each row's weights, smallest first, go to its columns in an order that is drawn without
    replacement, the columns that are strongest in the rows above being the likeliest to come first.
    """
    rows, columns = matrix.shape
    strength = np.zeros(columns, dtype=np.float64)
    for r in range(1, rows):
        strength += matrix[r - 1]
        p = strength + abs(strength.min()) + offset
        p /= p.sum()
        order = rng.choice(columns, size=columns, replace=False, p=p)
        matrix[r, order] = np.sort(matrix[r])


def rewire_rows_greedily(matrix: Array) -> None:
    """Rewire all rows of ``matrix`` but the first, in place, without a draw.

    The column that is weakest in the rows above gets the row's largest weight, and so on; of
    equally strong columns the first gets the larger one. But for this choice and for sums in
    float64 it is ``rewiring_torch_deterministic`` of github.com/scabini/RADAM.
    """
    rows, columns = matrix.shape
    strength = np.zeros(columns, dtype=np.float64)
    for r in range(1, rows):
        strength += matrix[r - 1]
        matrix[r, np.argsort(strength, kind="stable")] = np.sort(matrix[r])[::-1]


def best_order(
    matrix: Array, rng: np.random.Generator, draws: int, passes: Passes = "both"
) -> Array:
    """Return the best of some random orders of all weights of ``matrix``, of equals the first.

    It is the one of which the neurons' strengths vary least. But for the values, which stay, it is
    the authors' ``stabilize_strength``.
    """
    best, least = matrix, np.inf
    for _ in range(draws):
        drawn = rng.permutation(matrix.ravel()).reshape(matrix.shape)
        variance = _mean_variance(drawn, passes)
        if variance < least:
            best, least = drawn, variance
    return best


def _mean_variance(matrix: Array, passes: Passes) -> float:
    """Return the mean of the unbiased variances of the strengths that count."""
    variances = []
    for name, rows in (("input", matrix), ("output", matrix.T)):
        if passes in ("both", name):
            strength = np.zeros(rows.shape[1], dtype=np.float64)
            for row in rows:
                strength += row
            variances.append(_variance(strength) or 0.0)
    return sum(variances) / len(variances)


def strength_variances(weight: Array) -> tuple[float | None, float | None]:
    """Return the unbiased variances of the input strengths and of the output strengths.

    Input strengths are the column sums and output strengths the row sums of the matrix, both in
    float64. A variance is None where there are fewer than two neurons.
    """
    matrix = as_matrix(weight).astype(np.float64)
    return _variance(matrix.sum(axis=0)), _variance(matrix.sum(axis=1))


def _variance(strengths: npt.NDArray[np.float64]) -> float | None:
    return float(strengths.var(ddof=1)) if strengths.size > 1 else None
