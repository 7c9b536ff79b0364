"""Says why a network has no layer to rewire."""

from __future__ import annotations

import json
from pathlib import Path

from parewire._tool import run_tool
from parewire.errors import NoLayerError


def explain_no_layer(error: NoLayerError, model: Path, network: str) -> NoLayerError:
    """Return an error that names each weight that was left, in place of a temporary file."""
    json_file = model.with_suffix(".json")
    run_tool(["inspect", "-q", f"--json={json_file}", "--", model])
    report = json.loads(json_file.read_text("utf-8"))
    left = [*report["left"], *(layer for layer in report["layers"] if "left" in layer)]
    reasons = "; ".join(f"'{each['tensor']}' is left: {each['left']}" for each in left)
    return NoLayerError(
        f"onnx-parewire: {network}: no layer to rewire"
        + (f" ({reasons})" if reasons else " and no other weight"),
        error.exit_code,
    )
