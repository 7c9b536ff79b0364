"""Runs the tool on a network's exported file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from parewire import onnx
from parewire._tool import run_tool
from parewire._weights import RewiredTensor, read_weights
from parewire.errors import NoLayerError


@dataclass(frozen=True)
class Settings:
    """The arguments of ``rewire_`` that go to the tool."""

    seed: int
    groups: onnx.Groups
    include: Sequence[str]
    exclude: Sequence[str]
    options: Sequence[str]


def rewire_exported(
    model: Path, network: str, settings: Settings
) -> tuple[onnx.Report, list[RewiredTensor]]:
    """Rewire a network's file, and return the tool's report and the rewired tensors.

    Args:
        model: the file, in a folder that may be written to.
        network: what to call the network in an error.
        settings: the arguments.
    """
    weights = model.with_name("weights.safetensors")
    try:
        report = onnx.rewire(
            model,
            model.with_name("rewired.onnx"),
            seed=settings.seed,
            groups=settings.groups,
            include=settings.include,
            exclude=settings.exclude,
            weights_out=weights,
            options=settings.options,
        )
    except NoLayerError as error:
        raise _explained(error, model, network) from None
    return report, read_weights(weights)


def _explained(error: NoLayerError, model: Path, network: str) -> NoLayerError:
    """Return an error that names what was left, in place of a file that is gone by then."""
    json_file = model.with_name("inspect.json")
    run_tool(["inspect", "-q", f"--json={json_file}", "--", model])
    report = json.loads(json_file.read_text("utf-8"))
    left = [*report["left"], *report["layers"]]
    reasons = "; ".join(f"'{each['tensor']}': {each.get('left', 'not asked for')}" for each in left)
    return NoLayerError(
        f"onnx-parewire: {network}: no layer to rewire; left are {reasons or 'no weights at all'}",
        error.exit_code,
    )
