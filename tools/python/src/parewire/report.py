"""What rewiring a network in place did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from parewire import onnx
from parewire._mapping import Candidate, Match

__all__ = ["LeftParameter", "Report", "RewiredParameter"]

_NOT_TRAINED = "frozen or a buffer: training does not change it"


@dataclass(frozen=True)
class RewiredParameter:
    """A parameter that was rewired.

    Attributes:
        name: as the framework has it.
        shape: its shape in the framework.
        layer: what the tool says of it.
    """

    name: str
    shape: tuple[int, ...]
    layer: onnx.Layer

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
        return f"{self.name} {_shape(self.shape)}: {', '.join(sides)}"


@dataclass(frozen=True)
class LeftParameter:
    """A parameter, or a buffer that a layer has as its weight, that was left, and why."""

    name: str
    shape: tuple[int, ...]
    reason: str

    def __str__(self) -> str:
        """Return its name, shape and reason on one line."""
        return f"{self.name} {_shape(self.shape)}: left, {self.reason}"


@dataclass(frozen=True)
class Report:
    """What was done to a network; ``print`` shows it a line a parameter.

    Attributes:
        rewired: in the order of the layers' numbers.
        left: the others, in the network's order.
        tool: the tool's own report.
    """

    rewired: tuple[RewiredParameter, ...]
    left: tuple[LeftParameter, ...]
    tool: onnx.Report = field(repr=False)

    def __str__(self) -> str:
        """Return a line for each parameter."""
        return "\n".join(map(str, (*self.rewired, *self.left)))


def _number(variance: float | None) -> str:
    return "none" if variance is None else f"{variance:.4g}"


def _shape(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def make_report(
    tool: onnx.Report,
    matches: Sequence[Match],
    parameters: Collection[Candidate],
    trained: Collection[Candidate],
) -> Report:
    """Say what was done.

    Args:
        tool: the tool's report.
        matches: what each rewired tensor was.
        parameters: those of the network, which the report lists.
        trained: what training changes; nothing else was written.
    """
    layers = {layer.tensor: layer for layer in tool.layers}
    reasons = {left.tensor: left.reason for left in tool.left}
    reasons |= {layer.tensor: layer.left for layer in tool.layers if layer.left}
    written = [found for found in matches if found.candidate in trained]
    others = [found.candidate for found in matches if found.candidate not in trained]
    done = {found.candidate for found in written}
    left = [each for each in parameters if each not in done]
    left += [each for each in others if each not in parameters]
    return Report(
        tuple(_rewired(found, layers) for found in written),
        tuple(
            LeftParameter(
                each.names[0],
                each.shape,
                _NOT_TRAINED if each in others else _reason(each, reasons),
            )
            for each in left
        ),
        tool,
    )


def _rewired(found: Match, layers: Mapping[str, onnx.Layer]) -> RewiredParameter:
    candidate = found.candidate
    return RewiredParameter(candidate.names[0], candidate.shape, layers[found.tensor.name])


def _reason(candidate: Candidate, reasons: Mapping[str, str]) -> str:
    for name in candidate.names:
        if name in reasons:
            return reasons[name]
    if len(candidate.shape) < 2:
        return "fewer than two dimensions"
    return "not in the exported graph by its name"
