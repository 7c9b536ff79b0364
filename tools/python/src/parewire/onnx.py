"""Rewires ONNX files, and models in memory."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from parewire._notices import warn
from parewire._tool import find_tool, run_tool, tool_error, try_tool
from parewire.errors import ToolError

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = [
    "FileResult",
    "Groups",
    "Layer",
    "LeftTensor",
    "Notice",
    "Proof",
    "Report",
    "Variances",
    "find_tool",
    "rewire",
    "rewire_files",
    "rewire_model",
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
    more = [] if weights_out is None else [f"--weights-out={os.fspath(weights_out)}"]
    chosen = [*_chosen(groups, include, exclude), *more, *options]
    report = run(model, output, seed=seed, options=chosen)
    _warn(report)
    return report


def run(model: StrPath, output: StrPath, *, seed: int, options: Sequence[str]) -> Report:
    """Rewire a file, and warn of nothing; not a part of what stays."""
    with tempfile.TemporaryDirectory(prefix="parewire-") as folder:
        json_file = Path(folder, "report.json")
        run_tool(["-q", f"--seed={seed}", f"--json={json_file}", *options, "--", model, output])
        return Report.from_json(json.loads(json_file.read_text("utf-8")))


def _chosen(groups: Groups, include: Sequence[str], exclude: Sequence[str]) -> list[str]:
    return [
        f"--groups={groups}",
        *(f"--include={glob}" for glob in include),
        *(f"--exclude={glob}" for glob in exclude),
    ]


def _warn(report: Report) -> None:
    for notice in report.notices:
        warn(notice.text)


@dataclass(frozen=True)
class FileResult:
    """What became of one of many files.

    Attributes:
        model: the file that was read.
        output: the file that was written, or would have been.
        report: what was done; None if it failed.
        error: why it failed, as :func:`rewire` would have raised it; None if it did not.
    """

    model: Path
    output: Path
    report: Report | None
    error: ToolError | None


def rewire_files(
    models: Sequence[StrPath],
    out_dir: StrPath,
    *,
    seed: int = 42,
    groups: Groups = "joint",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    options: Sequence[str] = (),
) -> list[FileResult]:
    """Rewire many ONNX files in one process, each as :func:`rewire` does it.

    A file that fails ends no other: its result has the error.

    Args:
        models: files, which go into ``out_dir`` by their names, and folders, which stand for all
            ``.onnx`` files in and below them, and keep their structure.
        out_dir: the folder to write to; it is made if it is missing.
        seed: of the random streams; 0 or more.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        include: globs of the tensors to rewire; all if there are none.
        exclude: globs of the tensors to leave.
        options: more of the tool's options, as on its command line.

    Returns:
        A result for each file, in the order of ``models``.

    Raises:
        ToolNotFoundError: if onnx-parewire can't be found or started.
        ToolError: if it can't begin, or was ended before it came to the last file.
    """
    if not models:
        return []
    with tempfile.TemporaryDirectory(prefix="parewire-") as folder:
        lines = Path(folder, "reports.jsonl")
        arguments = ["-q", f"--seed={seed}", *_chosen(groups, include, exclude), *options]
        out = f"--out-dir={os.fspath(out_dir)}"
        end = try_tool([*arguments, f"--json={lines}", out, "--", *models])
        # A file that fails at its very end has two lines, of which the last counts.
        results = {
            result.model: result
            for line in (lines.read_text("utf-8").splitlines() if lines.exists() else [])
            for result in [_result(json.loads(line))]
        }
    codes = {each.error.exit_code for each in results.values() if each.error}
    if end.code != 0 and end.code not in codes:
        raise end.error()
    for result in results.values():
        if result.report:
            _warn(result.report)
    return list(results.values())


def _result(line: Mapping[str, Any]) -> FileResult:
    failed = "error" in line
    return FileResult(
        model=Path(line["input"]["path"]),
        output=Path(line["output"]["path"]),
        report=None if failed else Report.from_json(line),
        error=tool_error(line["error"], line["exitCode"]) if failed else None,
    )


def rewire_model(
    model: ModelProto,
    *,
    base_dir: StrPath | None = None,
    seed: int = 42,
    groups: Groups = "joint",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    options: Sequence[str] = (),
) -> ModelProto:
    """Rewire a model in memory, and leave it as it is.

    Needs the package ``onnx``. The model goes through a temporary folder, of which ``TMPDIR`` says
    where it is.

    Args:
        model: the model; a copy of its weights must fit into memory.
        base_dir: the folder of its external data, if its tensors have some that is not loaded. The
            result has all of its weights in memory.
        seed: of the random streams; 0 or more.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        include: globs of the tensors to rewire; all if there are none.
        exclude: globs of the tensors to leave.
        options: more of the tool's options, as on its command line.

    Returns:
        A new model, equal to ``model`` but for the order of the weights.

    Raises:
        ValueError: if tensors have external data that is not loaded, and ``base_dir`` is missing;
            if the data is not there, ``onnx`` raises an error of its own.
        ToolNotFoundError: if onnx-parewire can't be found or started.
        NoLayerError: if the model has no layer to rewire.
        ToolError: if the tool fails for another reason.
    """
    from parewire import _proto

    with tempfile.TemporaryDirectory(prefix="parewire-") as folder:
        given = Path(folder, "model.onnx")
        output = Path(folder, "rewired.onnx")
        _proto.save(model, given, base_dir)
        rewire(
            given,
            output,
            seed=seed,
            groups=groups,
            include=include,
            exclude=exclude,
            options=options,
        )
        return _proto.load(output, model)
