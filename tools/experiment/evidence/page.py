"""The page's tables and plots, from the raw results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evidence import plots
from evidence.arms import ARMS
from evidence.networks import NETWORKS
from evidence.paired import Comparison, Values, compare, holm, smallest
from evidence.strength import Strengths
from evidence.training import BATCH, STRETCH, Curve, Epoch

SIDES: dict[str, Callable[[Strengths], float]] = {
    "output": lambda record: 100 * record.outputs_after / record.outputs_before,
    "input": lambda record: 100 * record.inputs_after / record.inputs_before,
}
WHEN = ("after one epoch", "at the end")
REWIRED = ("original", "rewired")
SIGNIFICANT = 0.05
ORDER = list(ARMS).index
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


def blank(title: str, parts: Iterable[str]) -> str:
    """A page that has a heading and marks for each part, and nothing else."""
    marks = (f"## {part.capitalize()}\n\n<!-- begin {part} -->\n<!-- end {part} -->\n" for part in parts)
    return "\n".join([f"# {title}\n", *marks])


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
        found = {(r.initializer, r.network) for r in records}
        self.cases: list[Case] = [
            (initializer, name)
            for name, network in NETWORKS.items()
            for initializer in network.initializers
            if (initializer, name) in found
        ]

    def values(self, case: Case, arm: str, when: str, measure: Callable[[Epoch], float]) -> Values:
        """Return an arm's values, in the order of seeds."""
        of_arm = [r for r in self.records if (r.initializer, r.network) == case and r.arm == arm]
        epoch = 1 if when == WHEN[0] else max(r.epoch for r in of_arm)
        chosen = sorted((r for r in of_arm if r.epoch == epoch), key=lambda r: r.seed)
        return np.array([measure(r) for r in chosen])

    def compare(self, case: Case, arms: Arms, when: str, measure: Callable[[Epoch], float]) -> Comparison:
        first, second = (self.values(case, arm, when, measure) for arm in arms)
        return compare(first, second)

    def arms(self, case: Case) -> list[str]:
        """Return the arms of a case, in the order that its network has them."""
        found = {r.arm for r in self.records if (r.initializer, r.network) == case}
        return [arm for arm in NETWORKS[case[1]].arms if arm in found]

    def family(self, pairs: Sequence[Arms], measure: Callable[[Epoch], float]) -> list[Test]:
        """Compare pairs of arms in all cases that have both; they are one family of tests."""
        tests = [
            (case, arms, when)
            for when in WHEN
            for case in self.cases
            for arms in pairs
            if set(arms) <= set(self.arms(case))
        ]
        comparisons = [self.compare(*test, measure) for test in tests]
        adjusted = holm([c.p for c in comparisons])
        return [Test(*test, c, p) for test, c, p in zip(tests, comparisons, adjusted, strict=True)]

    def table(self, arms: Arms, measure: Callable[[Epoch], float], digits: int, unit: str) -> str:
        """Compare two arms in all cases; they are one family of tests."""
        rows = [
            [
                test.case[1],
                test.case[0],
                test.when,
                _spread(test.comparison.first, digits),
                _spread(test.comparison.second, digits),
                _difference(test.comparison, digits),
                f"{test.comparison.effect:+z.2f}",
                _probability(test.comparison.p),
                _probability(test.adjusted),
                f"{smallest(test.comparison.differences):.{digits}f}",
            ]
            for test in self.family([arms], measure)
        ]
        header = ["network", "initializer", "when", *(f"{arm}, {unit}" for arm in arms), "difference [95%]"]
        return table([*header, "effect", "p", "p, Holm", "could be seen"], rows, 3)

    def options(self, measure: Callable[[Epoch], float], digits: int) -> str:
        """Compare with the original what other options make, and rewiring beside them."""
        others = sorted({arm for case in self.cases for arm in self.arms(case)} - {"original", "permuted"}, key=ORDER)
        tests = self.family([("original", arm) for arm in others], measure)
        chosen = [test for test in tests if "greedy" in NETWORKS[test.case[1]].arms]
        cells = {(test.case, test.arms[1], test.when): test for test in chosen}
        rows = [
            [
                case[1],
                case[0],
                arm,
                *(
                    cell
                    for when in WHEN
                    for test in [cells[case, arm, when]]
                    for cell in (_difference(test.comparison, digits), _probability(test.adjusted))
                ),
            ]
            for case, arm in dict.fromkeys((test.case, test.arms[1]) for test in chosen)
        ]
        header = ["network", "initializer", "weights", WHEN[0], "p, Holm", WHEN[1], "p, Holm"]
        return table(header, rows, 3)

    def answer(self) -> str:
        """Say of each case and option what is established, by accuracy and by loss."""
        others = sorted({arm for case in self.cases for arm in self.arms(case)} - {"original", "permuted"}, key=ORDER)
        pairs = [("original", arm) for arm in others]
        tests = {
            (test.case, test.arms[1], test.when, name): test
            for name, measure in (("accuracy", accuracy), ("loss", test_loss))
            for test in self.family(pairs, measure)
        }
        rows = []
        for case in self.cases:
            for arm in others:
                if arm in self.arms(case):
                    said = [_verdict(when, [tests[case, arm, when, m] for m in ("accuracy", "loss")]) for when in WHEN]
                    rows.append([case[1], case[0], arm, *said])
        return table(["network", "initializer", "weights", *WHEN], rows, 5)


@dataclass(frozen=True)
class Test:
    """A comparison of two arms in one case, and its p-value adjusted for its family."""

    case: Case
    arms: Arms
    when: str
    comparison: Comparison
    adjusted: float


def _verdict(when: str, tests: Sequence[Test]) -> str:
    """Say what both measures establish: a higher accuracy or a lower loss helps."""
    accuracy_test, loss_test = tests
    said = []
    for name, test, sign in (("accuracy", accuracy_test, 1), ("loss", loss_test, -1)):
        if test.adjusted < SIGNIFICANT:
            gain = sign * test.comparison.differences.mean()
            said.append(f"{'helps' if gain > 0 else 'harms'} ({name} {_difference(test.comparison, 2)})")
    return "; ".join(said) or "nothing established"


def _difference(comparison: Comparison, digits: int) -> str:
    mean = comparison.differences.mean()
    return f"{mean:+z.{digits}f} [{comparison.low:+z.{digits}f}, {comparison.high:+z.{digits}f}]"


def accuracy(record: Epoch) -> float:
    """In percent."""
    return 100 * record.correct / record.tested


def test_loss(record: Epoch) -> float:
    return record.test_loss


TRAINING_PARTS: dict[str, Callable[[Results], str]] = {
    "answer": Results.answer,
    "accuracy": lambda results: results.table(REWIRED, accuracy, 2, "%"),
    "loss": lambda results: results.table(REWIRED, test_loss, 4, "nats"),
    "options": lambda results: results.options(accuracy, 2),
    "options-loss": lambda results: results.options(test_loss, 4),
    "control": lambda results: results.table(("original", "permuted"), accuracy, 2, "%"),
    "organization": lambda results: results.table(("permuted", "rewired"), accuracy, 2, "%"),
}


def training(records: Sequence[Epoch], curves: Sequence[Curve], folder: Path) -> dict[str, str]:
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
        {
            names[c]: {w: {arm: results.values(c, arm, w, accuracy) for arm in results.arms(c)} for w in WHEN}
            for c in results.cases
        },
    )
    drawn = {names[c]: arms for c in results.cases if (arms := _curves(curves, c))}
    plots.curves(folder / "curves.png", drawn, STRETCH, BATCH)
    return {name: part(results) for name, part in TRAINING_PARTS.items()}


def _curves(curves: Sequence[Curve], case: Case) -> dict[str, Values]:
    """Return each arm's curves, [runs, points], in the order of seeds."""
    of_case = sorted((c for c in curves if (c.initializer, c.network) == case), key=lambda c: c.seed)
    found = {c.arm for c in of_case}
    return {
        arm: np.array([c.points for c in of_case if c.arm == arm]) for arm in NETWORKS[case[1]].arms if arm in found
    }


def _spread(values: Values, digits: int) -> str:
    return f"{values.mean():.{digits}f} ± {values.std(ddof=1):.{digits}f}"


def _probability(p: float) -> str:
    return f"{p:.3f}" if p >= 0.01 else f"{p:.2g}"
