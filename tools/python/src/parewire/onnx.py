"""Rewires ONNX files."""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from parewire._tool import find_tool, run_tool
from parewire.errors import RewiringWarning

__all__ = [
    "Groups",
    "Layer",
    "LeftTensor",
    "Notice",
    "Proof",
    "Report",
    "Variances",
    "find_tool",
    "rewire",
]

StrPath = str | os.PathLike[str]
Groups = Literal["joint", "separate"]


@dataclass(frozen=True)
class Variances:
    """Unbiased variances of a layer's strengths; None with fewer than two neurons."""

    before: float | None
    after: float | None


@dataclass(frozen=True)
class Layer:
    """A dense or conv weight of the model.

    Attributes:
        number: its place among the layers, which chooses its random stream.
        tensor: the weight's name in the file.
        operator: the ONNX operator that it is a weight of.
        dims: the weight's shape in the file.
        type: ONNX's name of the element type.
        matrix: (slices, output neurons, inputs).
        rewired: whether it was rewired.
        left: why not, or None.
        input_strengths: None if it was not rewired.
        output_strengths: None if it was not rewired.
    """

    number: int
    tensor: str
    operator: str
    dims: tuple[int, ...]
    type: str
    matrix: tuple[int, int, int]
    rewired: bool
    left: str | None
    input_strengths: Variances | None
    output_strengths: Variances | None


@dataclass(frozen=True)
class LeftTensor:
    """A tensor of two or more dimensions that is no layer's weight, and why."""

    tensor: str
    dims: tuple[int, ...]
    reason: str


@dataclass(frozen=True)
class Notice:
    """A warning of the tool: of weights that look ``trained``, or are too ``small`` to rewire."""

    kind: str
    layers: tuple[int, ...]
    text: str


@dataclass(frozen=True)
class Proof:
    """What the tool has shown of the output. ``outcome`` is ``holds`` or ``skipped``."""

    name: str
    outcome: str
    detail: str


@dataclass(frozen=True)
class Report:
    """What a run did.

    Attributes:
        seed: the seed.
        layers: every layer found, in the order of their numbers.
        left: the other tensors that an operator could call a weight.
        notices: what the tool warns of.
        proofs: what it has shown of the output.
        weights: how many weights were rewired.
        version: the tool's version.
        json: the tool's whole report, as docs/report.schema.json describes it.
    """

    seed: int
    layers: tuple[Layer, ...]
    left: tuple[LeftTensor, ...]
    notices: tuple[Notice, ...]
    proofs: tuple[Proof, ...]
    weights: int
    version: str
    json: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_json(cls, report: Mapping[str, Any]) -> Report:
        """Read the report that ``--json`` wrote."""
        return cls(
            seed=report["settings"]["seed"],
            layers=tuple(_layer(layer) for layer in report["layers"]),
            left=tuple(
                LeftTensor(left["tensor"], tuple(left["dims"]), left["left"])
                for left in report["left"]
            ),
            notices=tuple(
                Notice(warning["kind"], tuple(warning["layers"]), warning["text"])
                for warning in report["warnings"]
            ),
            proofs=tuple(
                Proof(proof["name"], proof["outcome"], proof["detail"])
                for proof in report["proofs"]
            ),
            weights=report["weights"],
            version=report["versions"]["onnx-parewire"],
            json=report,
        )


def _layer(layer: Mapping[str, Any]) -> Layer:
    matrix = layer["matrix"]
    return Layer(
        number=layer["number"],
        tensor=layer["tensor"],
        operator=layer["operator"],
        dims=tuple(layer["dims"]),
        type=layer["type"],
        matrix=(matrix["slices"], matrix["outputs"], matrix["inputs"]),
        rewired=layer["rewired"],
        left=layer.get("left"),
        input_strengths=_variances(layer.get("inputStrengthVariance")),
        output_strengths=_variances(layer.get("outputStrengthVariance")),
    )


def _variances(variances: Mapping[str, float | None] | None) -> Variances | None:
    return Variances(variances["before"], variances["after"]) if variances else None


def rewire(
    model: StrPath,
    output: StrPath,
    *,
    seed: int = 42,
    groups: Groups = "joint",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    weights_out: StrPath | None = None,
    options: Sequence[str] = (),
) -> Report:
    """Rewire the ONNX file ``model`` to ``output``, which appears verified or not at all.

    Args:
        model: the file to read; it is never written to.
        output: the file to write.
        seed: of the random streams; 0 or more.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        include: globs of the tensors to rewire; all if there are none.
        exclude: globs of the tensors to leave.
        weights_out: a .safetensors or .npz file for the rewired tensors by themselves.
        options: more of the tool's options, as on its command line.

    Raises:
        ToolNotFoundError: if onnx-parewire can't be found or started.
        NoLayerError: if the model has no layer to rewire.
        ToolError: if the tool fails for another reason.
    """
    with tempfile.TemporaryDirectory(prefix="parewire-") as folder:
        json_file = Path(folder, "report.json")
        arguments: list[StrPath] = ["-q", f"--seed={seed}", f"--groups={groups}"]
        arguments += [f"--include={glob}" for glob in include]
        arguments += [f"--exclude={glob}" for glob in exclude]
        if weights_out is not None:
            arguments.append(f"--weights-out={os.fspath(weights_out)}")
        arguments += [f"--json={json_file}", *options, "--", model, output]
        run_tool(arguments)
        report = Report.from_json(json.loads(json_file.read_text("utf-8")))
    for notice in report.notices:
        warnings.warn(notice.text, RewiringWarning, stacklevel=2)
    return report
