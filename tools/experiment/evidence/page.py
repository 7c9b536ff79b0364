"""The page's tables and plots, from the raw results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from evidence import plots
from evidence.arms import ARMS
from evidence.paired import Comparison, Values, compare, holm
from evidence.strength import Strengths
from evidence.training import Epoch

SIDES: dict[str, Callable[[Strengths], float]] = {
    "output": lambda record: 100 * record.outputs_after / record.outputs_before,
    "input": lambda record: 100 * record.inputs_after / record.inputs_before,
}
WHEN = ("after one epoch", "at the end")
REWIRED = ("original", "rewired")
Case = tuple[str, str]
Arms = tuple[str, str]


def fill(page: Path, parts: dict[str, str]) -> None:
    """Put each text between the page's marks ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; the rest stays."""
    text = page.read_text()
    for name, part in parts.items():
        marks = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text, count = marks.subn(lambda match: f"{match[1]}\n{part}\n\n{match[2]}", text)  # noqa: B023
        if count != 1:
            raise SystemExit(f"experiment: {page} has the marks of '{name}' {count} times, expected once")
    page.write_text(text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], words: int) -> str:
    """A table in Markdown; after the first columns, of words, figures stand flush right."""
    lines = [header, ["---"] * words + ["---:"] * (len(header) - words), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def strength(records: Sequence[Strengths], folder: Path) -> str:
    """Draw the strengths and return their table: the percentage that stays, mean and standard deviation over seeds."""
    cases = list(dict.fromkeys((record.initializer, record.layer) for record in records))
    ratios = {
        side: {case: np.array([ratio(r) for r in records if (r.initializer, r.layer) == case]) for case in cases}
        for side, ratio in SIDES.items()
    }
    plots.strengths(folder / "strength.png", ratios)
    layers = list(dict.fromkeys(layer for _, layer in cases))
    rows = [
        [initializer, side, *(_spread(ratios[side][initializer, layer], 1) for layer in layers)]
        for initializer in dict.fromkeys(initializer for initializer, _ in cases)
        for side in SIDES
    ]
    return table(["initializer", "strength of", *layers], rows, 2)


class Results:
    """The training runs, and what pairs of arms say of them."""

    def __init__(self, records: Sequence[Epoch]) -> None:
        self.records = records
        self.cases: list[Case] = sorted(
            {(r.initializer, r.network) for r in records}, key=[(r.initializer, r.network) for r in records].index
        )

    def values(self, case: Case, arm: str, when: str, measure: Callable[[Epoch], float]) -> Values:
        """Return an arm's values, in the order of seeds."""
        of_arm = [r for r in self.records if (r.initializer, r.network) == case and r.arm == arm]
        epoch = 1 if when == WHEN[0] else max(r.epoch for r in of_arm)
        chosen = sorted((r for r in of_arm if r.epoch == epoch), key=lambda r: r.seed)
        return np.array([measure(r) for r in chosen])

    def compare(self, case: Case, arms: Arms, when: str, measure: Callable[[Epoch], float]) -> Comparison:
        first, second = (self.values(case, arm, when, measure) for arm in arms)
        return compare(first, second)

    def table(self, arms: Arms, measure: Callable[[Epoch], float], digits: int, unit: str) -> str:
        """Compare two arms in all cases; they are one family of tests."""
        tests = [(case, when) for when in WHEN for case in self.cases]
        comparisons = [self.compare(case, arms, when, measure) for case, when in tests]
        rows = [
            [
                network,
                initializer,
                when,
                _spread(c.first, digits),
                _spread(c.second, digits),
                f"{c.differences.mean():+z.{digits}f} [{c.low:+z.{digits}f}, {c.high:+z.{digits}f}]",
                f"{c.effect:+z.2f}",
                _probability(c.p),
                _probability(adjusted),
            ]
            for ((initializer, network), when), c, adjusted in zip(
                tests, comparisons, holm([c.p for c in comparisons]), strict=True
            )
        ]
        header = ["network", "initializer", "when", *(f"{arm}, {unit}" for arm in arms), "difference [95%]"]
        return table([*header, "effect", "p", "p, Holm"], rows, 3)


def accuracy(record: Epoch) -> float:
    """In percent."""
    return 100 * record.correct / record.tested


def test_loss(record: Epoch) -> float:
    return record.test_loss


def training(records: Sequence[Epoch], folder: Path) -> dict[str, str]:
    """Draw the training runs and return their tables, by the names of the page's marks."""
    results = Results(records)
    names = {case: f"{case[1]}, {case[0]}" for case in results.cases}
    plots.differences(
        folder / "differences.png",
        {w: {names[c]: results.compare(c, REWIRED, w, accuracy) for c in results.cases} for w in WHEN},
        "points of accuracy",
    )
    plots.accuracies(
        folder / "accuracy.png",
        {w: {names[c]: [results.values(c, arm, w, accuracy) for arm in ARMS] for c in results.cases} for w in WHEN},
        list(ARMS),
    )
    return {
        "accuracy": results.table(REWIRED, accuracy, 2, "%"),
        "loss": results.table(REWIRED, test_loss, 4, "nats"),
        "control": results.table(("original", "permuted"), accuracy, 2, "%"),
        "organization": results.table(("permuted", "rewired"), accuracy, 2, "%"),
    }


def _spread(values: Values, digits: int) -> str:
    return f"{values.mean():.{digits}f} ± {values.std(ddof=1):.{digits}f}"


def _probability(p: float) -> str:
    return f"{p:.3f}" if p >= 0.01 else f"{p:.2g}"
