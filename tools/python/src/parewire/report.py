"""What rewiring a network did."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from parewire import onnx

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

__all__ = ["LeftParameter", "Report", "RewiredParameter"]


@dataclass(frozen=True)
class RewiredParameter:
    """A weight that was rewired.

    Attributes:
        name: as the framework has it.
        shape: its shape in the framework.
        layer: what the tool says of it.
        note: what to know of it beside, such as that the network computes its weight from it; or
            None.
    """

    name: str
    shape: tuple[int, ...]
    layer: onnx.Layer
    note: str | None = None

    def __str__(self) -> str:
        """Return its name, shape and variances of strength on one line."""
        sides = (
            f"{side} strength variance {_number(both.before)} -> {_number(both.after)}"
            for side, both in (
                ("input", self.layer.input_strengths),
                ("output", self.layer.output_strengths),
            )
            if both
        )
        note = f" ({self.note})" if self.note else ""
        return f"{self.name} {_shape(self.shape)}: {', '.join(sides)}{note}"


@dataclass(frozen=True)
class LeftParameter:
    """A weight, or another parameter, that was left.

    Attributes:
        name: as the framework has it.
        shape: its shape in the framework.
        reason: why it was left.
        is_weight: whether it is a dense or conv weight that training changes.
        by_request: whether it is so because ``include`` or ``exclude`` says so.
    """

    name: str
    shape: tuple[int, ...]
    reason: str
    is_weight: bool = False
    by_request: bool = False

    def __str__(self) -> str:
        """Return its name, shape and reason on one line."""
        return f"{self.name} {_shape(self.shape)}: left, {self.reason}"


@dataclass(frozen=True)
class Report:
    """What was done to a network; ``print`` shows it a line a parameter.

    Attributes:
        rewired: in the order of the layers' numbers.
        left: the others, in the network's order.
        next_layer: the number after the last weight's, to rewire another part of a network with
            streams of its own: ``first_layer=report.next_layer``.
        tool: the tool's own report.
    """

    rewired: tuple[RewiredParameter, ...]
    left: tuple[LeftParameter, ...]
    next_layer: int
    tool: onnx.Report = field(repr=False)

    @property
    def coverage(self) -> str:
        """Say how many of the dense and conv weights that training changes were rewired."""
        weights = len(self.rewired) + sum(each.is_weight for each in self.left)
        return f"{len(self.rewired)} of {weights} dense and conv weights"

    def __str__(self) -> str:
        """Return a line for each parameter, and a last one that sums up."""
        return "\n".join([*map(str, (*self.rewired, *self.left)), f"rewired {self.coverage}"])

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        head = (
            "parameter",
            "shape",
            "input strength variance",
            "output strength variance",
            "left, or note",
        )
        rows = [
            (each.name, _shape(each.shape), *map(_change, _sides(each.layer)), each.note or "")
            for each in self.rewired
        ]
        rows += [(each.name, _shape(each.shape), "", "", each.reason) for each in self.left]
        body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
        return (
            f"<table><caption>rewired {html.escape(self.coverage)}</caption>"
            f"<thead><tr>{_cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"
        )

    def to_pandas(self) -> DataFrame:
        """Return a row for each parameter, by its name.

        The columns are ``shape``, ``rewired``, ``layer`` (its number), ``input_before``,
        ``input_after``, ``output_before`` and ``output_after`` (variances of strength), ``reason``
        (why it was left) and ``note``; what a parameter has not is missing.

        Raises:
            ImportError: if there is no pandas.
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_pandas needs pandas: pip install pandas") from error
        rows = [*map(_rewired_row, self.rewired), *map(_left_row, self.left)]
        table = pandas.DataFrame(rows, columns=["name", *_COLUMNS]).set_index("name")
        floats = dict.fromkeys(_VARIANCES, "float64")
        return table.astype({"rewired": "bool", "layer": "Int64", **floats})

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the variances of strength before and after, a line for each rewired weight.

        Args:
            ax: where to draw; a new figure's if it is None.

        Returns:
            The axes that it is drawn on.

        Raises:
            ImportError: if there is no matplotlib.
        """
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise ImportError(
                "plot needs matplotlib: pip install 'parewire[plot]', or matplotlib by itself"
            ) from error
        if ax is None:
            _, ax = pyplot.subplots(figsize=(7, 1 + 0.4 * len(self.rewired)), layout="constrained")
        _draw(ax, self.rewired)
        return ax


_VARIANCES = ("input_before", "input_after", "output_before", "output_after")
_COLUMNS = ("shape", "rewired", "layer", *_VARIANCES, "reason", "note")


def _sides(layer: onnx.Layer) -> tuple[onnx.Variances, onnx.Variances]:
    none = onnx.Variances(None, None)
    return layer.input_strengths or none, layer.output_strengths or none


def _change(variances: onnx.Variances) -> str:
    return f"{_number(variances.before)} \u2192 {_number(variances.after)}"


def _cells(tag: str, texts: Sequence[str]) -> str:
    return "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts)


def _rewired_row(each: RewiredParameter) -> dict[str, Any]:
    both = [variance for side in _sides(each.layer) for variance in (side.before, side.after)]
    return {
        "name": each.name,
        "shape": each.shape,
        "rewired": True,
        "layer": each.layer.number,
        **dict(zip(_VARIANCES, both, strict=True)),
        "note": each.note,
    }


def _left_row(each: LeftParameter) -> dict[str, Any]:
    return {"name": each.name, "shape": each.shape, "rewired": False, "reason": each.reason}


def _draw(ax: Axes, rewired: Sequence[RewiredParameter]) -> None:
    for side, (name, offset) in enumerate((("input", -0.15), ("output", 0.15))):
        color = f"C{side}"
        found = [(at + offset, _sides(each.layer)[side]) for at, each in enumerate(rewired)]
        known = [
            (at, each.before, each.after)
            for at, each in found
            if each.before is not None and each.after is not None
        ]
        heights, before, after = zip(*known, strict=True) if known else ((), (), ())
        ax.hlines(heights, before, after, color=color, alpha=0.5)
        ax.plot(before, heights, "o", color=color, mfc="none", label=f"{name} strengths, before")
        ax.plot(after, heights, "o", color=color, label=f"{name} strengths, after")
    ax.set_yticks(range(len(rewired)), [each.name for each in rewired])
    ax.set_ylim(len(rewired) - 0.5, -0.5)
    ax.set_xscale("symlog", linthresh=1e-6)
    ax.set_xlabel("variance of strengths")
    ax.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))


def _number(variance: float | None) -> str:
    return "none" if variance is None else f"{variance:.4g}"


def _shape(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"
