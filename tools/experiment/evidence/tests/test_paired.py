"""The statistics, against figures known from elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evidence.paired import compare, holm, rank_biserial, smallest


def test_holm_adjusts_step_by_step_and_never_downwards() -> None:
    # statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005, 0.6], method="holm")
    assert holm([0.01, 0.04, 0.03, 0.005, 0.6]) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.6])


def test_holm_is_at_most_one() -> None:
    assert holm([0.5, 0.9]) == [1.0, 1.0]


def test_effect_is_the_balance_of_ranks() -> None:
    # ranks 1, 2.5, 2.5, 4: gains 1 + 2.5 + 4, losses 2.5
    assert rank_biserial(np.array([1.0, -2.0, 2.0, 3.0])) == pytest.approx(0.5)
    assert rank_biserial(np.array([-1.0, -2.0])) == -1
    assert rank_biserial(np.array([])) == 0


def test_equal_differences_rank_alike_though_percentages_round_differently() -> None:
    # Three images of 2,000 each time: 0.15000000000000568 points in three pairs, 0.14999999999999147 in the last.
    before, after = np.array([1880, 1881, 1885, 1886]), np.array([1883, 1884, 1888, 1883])
    in_percent = compare(before * 100 / 2000, after * 100 / 2000)
    in_images = compare(before.astype(float), after.astype(float))
    assert in_percent.effect == in_images.effect == 0.5
    assert in_percent.p == in_images.p


def test_shift_is_found_and_inside_its_interval() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(90, 2, 30)
    second = first + rng.normal(1, 0.5, 30)
    found = compare(first, second)
    assert found.low < found.differences.mean() < found.high
    assert found.low > 0 and found.p < 1e-4 and found.effect > 0.8
    assert found.p == stats.wilcoxon(first, second).pvalue


def test_arms_that_are_equal_differ_by_nothing() -> None:
    same = np.array([90.0, 91.0, 92.0])
    found = compare(same, same)
    assert (found.low, found.high, found.effect, found.p) == (0, 0, 0, 1)


def test_the_smallest_difference_that_is_found_four_times_of_five_is() -> None:
    rng = np.random.default_rng(2)
    differences = rng.normal(0, 1.5, (2000, 30))
    effect = float(np.mean([smallest(each) for each in differences]))
    found = [compare_p(each + effect) < 0.05 for each in differences]
    assert 0.77 < np.mean(found) < 0.84


def compare_p(differences: np.ndarray) -> float:
    return float(stats.wilcoxon(differences).pvalue)
