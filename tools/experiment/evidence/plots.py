"""The plots of the page, as PNG that is the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from evidence.paired import Comparison, Values

ORANGE, GREY = "#d06010", "#8a8a8a"
COLORS = {
    "original": "#2266aa",
    "rewired": ORANGE,
    "permuted": GREY,
    "best of 100": "#3a8f4d",
    "greedy": "#8b4fa8",
    "offset 0.1": "#c9a20a",
    "offset 0.01": "#b02a44",
}
STYLE = {
    "savefig.dpi": 144,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


@contextmanager
def figure(
    path: Path, rows: int, columns: int, size: tuple[float, float], sharey: bool = False
) -> Iterator[tuple[Figure, np.ndarray]]:
    """Give axes to draw on, and save what was drawn."""
    mpl.use("agg")
    with mpl.rc_context(STYLE):
        drawing, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, sharey=sharey)
        yield drawing, axes
        drawing.savefig(path, metadata={"Software": None})
        plt.close(drawing)


def strengths(path: Path, ratios: Mapping[str, Mapping[tuple[str, str], Values]]) -> None:
    """Draw the part of the variance that stays, mean, least and most.

    A panel is a side, a row a layer, a color an initializer. ``ratios`` holds for each side the values over seeds of
    each (initializer, layer), in percent.
    """
    with figure(path, 1, len(ratios), (9, 4.6), sharey=True) as (drawing, axes):
        for panel, (side, cases) in zip(axes[0], ratios.items(), strict=True):
            initializers = list(dict.fromkeys(initializer for initializer, _ in cases))
            layers = list(dict.fromkeys(layer for _, layer in cases))
            for number, initializer in enumerate(initializers):
                values = [cases[initializer, layer] for layer in layers]
                places = np.arange(len(layers)) + (number - (len(initializers) - 1) / 2) * 0.12
                panel.errorbar(
                    [value.mean() for value in values],
                    places,
                    xerr=np.transpose([(value.mean() - value.min(), value.max() - value.mean()) for value in values]),
                    fmt="osD^vP"[number],
                    markersize=4,
                    linewidth=1,
                    label=initializer,
                )
            panel.set(title=f"{side} neurons", xlabel="strength variance after / before, %")
            panel.set(xscale="log", xlim=(0.2, 300))
            panel.xaxis.set_major_formatter("{x:g}")
            panel.axvline(100, color="black", linewidth=0.8)
            panel.set_yticks(range(len(layers)), layers)
            panel.grid(axis="x", color="#dddddd")
        axes[0, 0].invert_yaxis()
        handles, labels = axes[0, 0].get_legend_handles_labels()
        drawing.legend(handles, labels, loc="outside lower center", ncols=len(labels))


def differences(path: Path, cases: Mapping[str, Mapping[str, Comparison]], unit: str) -> None:
    """Draw each pair's difference, and their mean with its interval: a panel a time, a row a case."""
    with figure(path, 1, len(cases), (9, 0.7 + 0.6 * len(next(iter(cases.values())))), sharey=True) as (_, axes):
        for panel, (when, rows) in zip(axes[0], cases.items(), strict=True):
            panel.axvline(0, color="black", linewidth=0.8)
            for place, comparison in enumerate(rows.values()):
                values = comparison.differences
                panel.plot(values, place + _spread(len(values)), "o", color=GREY, markersize=3, alpha=0.6)
                panel.plot([comparison.low, comparison.high], [place] * 2, color=ORANGE, linewidth=3)
                panel.plot(values.mean(), place, "D", color=ORANGE, markersize=6, markeredgecolor="white")
            panel.set(title=when, xlabel=f"rewired less original, {unit}")
            # Linear as far as one point, where all would be but for a few runs.
            panel.set_xscale("symlog", linthresh=1, linscale=2)
            panel.xaxis.set_major_locator(FixedLocator([-30, -10, -3, -1, -0.5, 0, 0.5, 1, 3, 10, 30]))
            panel.xaxis.set_major_formatter("{x:g}")
            panel.xaxis.set_minor_locator(NullLocator())
            panel.grid(axis="x", color="#eeeeee")
            panel.set_yticks(range(len(rows)), list(rows))
        axes[0, 0].invert_yaxis()


def accuracies(path: Path, cases: Mapping[str, Mapping[str, Mapping[str, Values]]]) -> None:
    """Draw each run's accuracy, and each arm's mean: a row a case, a panel a time, a column an arm."""
    times = list(next(iter(cases.values())))
    with figure(path, len(cases), len(times), (9, 1.9 * len(cases))) as (_, axes):
        for row, (name, panels) in zip(axes, cases.items(), strict=True):
            for panel, (when, arms) in zip(row, panels.items(), strict=True):
                for place, (arm, points) in enumerate(arms.items()):
                    panel.plot(place + _spread(len(points)), points, "o", color=COLORS[arm], markersize=3, alpha=0.5)
                    panel.plot([place - 0.3, place + 0.3], [points.mean()] * 2, color=COLORS[arm], linewidth=2)
                panel.set_xticks(range(len(arms)), list(arms), fontsize=7)
                panel.set_xlim(-0.6, len(arms) - 0.4)
                panel.set_title(f"{name}, {when}")
            row[0].set_ylabel("test accuracy, %")


def curves(path: Path, cases: Mapping[str, Mapping[str, Values]], stretch: int, batch: int) -> None:
    """Draw how the training loss falls in the first epoch, each arm's less the original's: a panel a case.

    Lines are means over runs of one seed; where the band is beside zero, 95% of such means would be.
    """
    columns = 3
    rows = -(-len(cases) // columns)
    with figure(path, rows, columns, (9, 2.3 * rows)) as (drawing, axes):
        for panel in axes.flat[len(cases) :]:
            panel.set_axis_off()
        for panel, (name, arms) in zip(axes.flat, cases.items(), strict=False):
            panel.axhline(0, color="black", linewidth=0.8)
            for arm, losses in arms.items():
                if arm != "original":
                    _draw_curve(panel, arm, losses - arms["original"], stretch)
            panel.set_title(name)
            panel.grid(axis="y", color="#eeeeee")
        for panel in axes[:, 0]:
            panel.set_ylabel("loss less original's, nats", fontsize=8)
        for panel in axes[-1]:
            panel.set_xlabel(f"steps of {batch} images", fontsize=8)
        found = {
            label: line for panel in axes.flat for line, label in zip(*panel.get_legend_handles_labels(), strict=True)
        }
        drawing.legend(found.values(), found.keys(), loc="outside lower center", ncols=len(found))


def _draw_curve(panel: Axes, arm: str, differences: Values, stretch: int) -> None:
    steps = stretch * np.arange(1, differences.shape[1] + 1)
    mean = differences.mean(axis=0)
    panel.plot(steps, mean, color=COLORS[arm], linewidth=1.2, label=arm)
    if arm == "rewired" and len(differences) > 1:
        margin = 1.96 * differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
        panel.fill_between(steps, mean - margin, mean + margin, color=COLORS[arm], alpha=0.15, linewidth=0)


def _spread(count: int) -> Values:
    """Offsets that keep points apart, the same each time."""
    return np.random.default_rng(0).uniform(-0.22, 0.22, count)
