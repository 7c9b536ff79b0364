"""Prints what onnx-parewire's JSON, a line for each model, says, as GitHub's Markdown.

summary.py JSON
"""

from __future__ import annotations

import html
import json
import sys
from pathlib import Path
from typing import Any

#: GitHub shows no summary of more than 1 MiB.
MOST_BYTES = 1_000_000

Report = dict[str, Any]


def main(file: str) -> None:
    """Print the summary of a file, which is missing where a run ended before any model."""
    path = Path(file)
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(summarize([json.loads(line) for line in lines if line.strip()]), end="")


def summarize(reports: list[Report]) -> str:
    """Return a table of the models, and one of each model's layers as far as there is room."""
    if not reports:
        return "### onnx-parewire\n\nNo model was rewired; the log says why.\n"
    failed = sum("error" in report for report in reports)
    title = f"### onnx-parewire: {count(len(reports), 'model')}, {failed} failed\n\n"
    text = title + table(
        ["model", "layers", "weights", "result"], [overview(report) for report in reports]
    )
    for report in reports:
        if "error" in report:
            continue
        details = f"\n<details><summary>{name(report)}</summary>\n\n{layers(report)}\n</details>\n"
        if len((text + details).encode()) > MOST_BYTES:
            return text + "\nThe other models' layers are in the JSON report alone.\n"
        text += details
    return text


def overview(report: Report) -> list[str]:
    """Return a model's row."""
    if "error" in report:
        return [name(report), "", "", f"exit code {report['exitCode']}: {escape(report['error'])}"]
    rewired = sum(layer["rewired"] for layer in report["layers"])
    result = "rewired" if "output" in report else "dry run"
    warnings = "".join(f"; {escape(warning['text'])}" for warning in report["warnings"])
    return [name(report), str(rewired), f"{report['weights']:,}", result + warnings]


def layers(report: Report) -> str:
    """Return the table that the program prints of a model's layers."""
    rows = [
        [
            str(layer["number"]),
            f"<code>{escape(layer['tensor'])}</code>",
            escape(layer["operator"]),
            matrix(layer["matrix"]),
            change(layer, "inputStrengthVariance"),
            change(layer, "outputStrengthVariance"),
        ]
        for layer in report["layers"]
    ]
    strengths = ["input strength variance", "output strength variance"]
    return table(["#", "tensor", "operator", "matrix", *strengths], rows)


def matrix(shape: dict[str, int]) -> str:
    """Return output neurons x inputs, and of how many such matrices if of several."""
    slices = f"{shape['slices']} of " if shape["slices"] > 1 else ""
    return f"{slices}{shape['outputs']} x {shape['inputs']}"


def change(layer: Report, variance: str) -> str:
    """Return a variance before and after, with four digits; nothing where a layer has none."""
    values = layer.get(variance) or {}
    shown = [values[key] for key in ("before", "after") if values.get(key) is not None]
    return " → ".join(f"{value:.4g}" for value in shown)


def name(report: Report) -> str:
    """Return the path of the model."""
    model = report["input"]
    return f"<code>{escape(model if isinstance(model, str) else model['path'])}</code>"


def count(number: int, noun: str) -> str:
    """Return a number of things, in words."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def escape(text: str) -> str:
    """Return text that Markdown shows as it is, in one cell."""
    shown = html.escape(text)
    for character in "\\`*_[]|~":
        shown = shown.replace(character, f"&#{ord(character)};")
    return " ".join(shown.split())


if __name__ == "__main__":
    main(*sys.argv[1:])
