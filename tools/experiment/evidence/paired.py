"""What pairs say: the mean difference, how sure it is, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

RESAMPLES = 10_000
DECIMALS = 9  # differences as large as each other are to rank alike, whatever the last bit says
BOOTSTRAP_SEED = 0
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """Values of pairs, and their differences, second less first.

    ``low`` and ``high`` bound the mean difference at 95% (bias-corrected and accelerated bootstrap). ``p`` is that of
    Wilcoxon's signed-rank test, two-sided: differences of zero are left out, and it is exact, or where ranks are tied
    by the normal approximation. ``effect`` is the matched-pairs rank-biserial correlation of the same ranks, from -1
    to 1.
    """

    first: Values
    second: Values
    low: float
    high: float
    effect: float
    p: float

    @property
    def differences(self) -> Values:
        return difference(self.first, self.second)


def difference(first: Values, second: Values) -> Values:
    return np.round(second - first, DECIMALS)


def compare(first: Values, second: Values) -> Comparison:
    """Compare pairs. Where all differences are equal the interval is that value."""
    differences = difference(first, second)
    if np.ptp(differences) == 0:
        low = high = float(differences.mean())
    else:
        low, high = stats.bootstrap(
            (differences,), np.mean, n_resamples=RESAMPLES, rng=np.random.default_rng(BOOTSTRAP_SEED)
        ).confidence_interval
    moved = differences[differences != 0]
    p = float(stats.wilcoxon(moved).pvalue) if moved.size else 1.0
    return Comparison(first, second, float(low), float(high), rank_biserial(moved), p)


def smallest(differences: Values) -> float:
    """The mean difference that would be found four times of five at p < 0.05, before any adjustment.

    From the differences' standard deviation, as the t test would find it; Wilcoxon's test needs pi / 3 as many pairs as
    the t test for normal differences (Hodges and Lehmann 1956).
    """
    if len(differences) < 2:
        return float("nan")
    quantiles = stats.t.ppf([0.975, 0.8], len(differences) - 1).sum()
    return float(quantiles * differences.std(ddof=1) * np.sqrt(np.pi / 3 / len(differences)))


def rank_biserial(differences: Values) -> float:
    """The ranks' sum of gains less that of losses, as a part of the whole (Kerby 2014); 0 without differences."""
    if not differences.size:
        return 0.0
    ranks = stats.rankdata(np.abs(differences))
    return float((ranks * np.sign(differences)).sum() / ranks.sum())


def holm(ps: Sequence[float]) -> list[float]:
    """Adjust the p-values of a family of tests (Holm 1979)."""
    adjusted = [0.0] * len(ps)
    floor = 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        floor = max(floor, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = floor
    return adjusted
