"""Runs the shell steps of the GitHub action in tools/action, as its runner would."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from shell import executable

import parewire.onnx

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "tools" / "action"
ACTION = yaml.safe_load((FOLDER / "action.yml").read_text("utf-8"))
CNN = ROOT / "testmodels" / "torchscript_cnn.onnx"
MLP = ROOT / "testmodels" / "torchscript_mlp.onnx"


@dataclass
class Runner:
    """Runs the steps that are shell, with what they know of inputs and of each other."""

    folder: Path
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    summary: str = ""
    log: str = ""

    def run(self, name: str, **environment: str) -> int:
        step = next(step for step in ACTION["runs"]["steps"] if step["name"] == name)
        assert step["shell"] == "bash"
        files = {key: self.folder / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", "utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env={
                **os.environ,
                **{key: self.value(text) for key, text in step["env"].items()},
                **{key: str(file) for key, file in files.items()},
                "GITHUB_ACTION_PATH": str(FOLDER),
                "RUNNER_TEMP": str(self.folder / "temp"),
                **environment,
            },
            capture_output=True,
            text=True,
        )
        lines = files["GITHUB_OUTPUT"].read_text("utf-8").splitlines()
        self.outputs[step.get("id", name)] = dict(line.split("=", 1) for line in lines)
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        self.log = done.stdout + done.stderr
        return done.returncode

    def value(self, text: str) -> str:
        """Replace the expressions that name an input or a step's output."""

        def look_up(match: re.Match[str]) -> str:
            kind, *path = match.group(1).split(".")
            if kind == "inputs":
                return str(self.inputs.get(path[0], ACTION["inputs"][path[0]].get("default")))
            assert (kind, path[1]) == ("steps", "outputs"), text
            return self.outputs[path[0]][path[2]]

        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", look_up, text)

    def reports(self) -> list[dict[str, Any]]:
        file = Path(self.value(ACTION["outputs"]["json"]["value"]))
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.fixture
def runner(tmp_path: Path) -> Any:
    """Makes a runner that has the program installed."""
    (tmp_path / "temp").mkdir()

    def make(**inputs: str) -> Runner:
        made = Runner(tmp_path, {name.replace("_", "-"): text for name, text in inputs.items()})
        bin_folder = tmp_path / "bin"
        executable(bin_folder / "python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        tool = parewire.onnx.find_tool()
        executable(bin_folder / "onnx-parewire", f'#!/bin/sh\nexec {" ".join(tool)} "$@"\n')
        made.outputs["install"] = {"bin": str(bin_folder)}
        return made

    return make


def test_models_are_rewired_and_summed_up(runner: Any, tmp_path: Path) -> None:
    nested = tmp_path / "all models" / "deep"
    nested.mkdir(parents=True)
    shutil.copy(CNN, nested / "cnn.onnx")
    shutil.copy(MLP, tmp_path / "one.onnx")
    shutil.copy(MLP, tmp_path / "other.onnx")
    action = runner(
        models="all models\n\n  o*.onnx\n",
        out_dir="new",
        options="--seed '7' --sampler exponential",
    )
    assert action.run("Rewire") == 0, action.log
    assert action.run("Summarize") == 0, action.log

    outs = sorted(str(f.relative_to(tmp_path / "new")) for f in (tmp_path / "new").rglob("*.onnx"))
    assert outs == ["deep/cnn.onnx", "one.onnx", "other.onnx"]
    assert [report["settings"]["seed"] for report in action.reports()] == [7, 7, 7]
    assert action.reports()[0]["settings"]["sampler"] == "exponential"
    assert "3 models, 0 failed" in action.summary
    rows = [line for line in action.summary.splitlines() if "cnn.onnx</code> |" in line]
    assert len(rows) == 1
    assert "| 6 | 4,904 | rewired |" in rows[0]
    assert "| 0 | <code>stem.weight</code> | Conv | 16 x 27 | 0.1346 → 0." in action.summary


def test_a_model_that_fails_fails_the_action_and_is_told(runner: Any, tmp_path: Path) -> None:
    shutil.copy(CNN, tmp_path / "good.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"\xff" * 64)
    action = runner(models="*.onnx")
    assert action.run("Rewire") == 3, action.log
    assert "bad.onnx" in action.log
    assert action.run("Summarize") == 0, action.log
    assert "2 models, 1 failed" in action.summary
    assert re.search(r"bad.onnx</code> \|  \|  \| exit code 3: .*bad.onnx", action.summary)
    assert (tmp_path / "rewired" / "good.onnx").is_file()
    assert not (tmp_path / "rewired" / "bad.onnx").exists()
    assert [("error" in report) for report in action.reports()] == [True, False]


@pytest.mark.parametrize(
    ("models", "said"),
    [("no/*.onnx", "'no/*.onnx'"), (" \n", "none given")],
)
def test_models_that_are_not_there_are_named(runner: Any, models: str, said: str) -> None:
    action = runner(models=models)
    assert action.run("Rewire") == 2
    assert action.log.startswith("::error::models: ")
    assert said in action.log
    assert action.run("Summarize") == 0
    assert "No model was rewired" in action.summary


@pytest.mark.parametrize(("given", "installed"), [("0.0.7", "0.0.7"), ("", None)])
def test_its_own_version_is_installed_unless_another_is_named(
    tmp_path: Path, given: str, installed: str | None
) -> None:
    """By a Python that is its own virtual environment, and writes down what pip is told."""
    (tmp_path / "temp").mkdir()
    python = executable(
        tmp_path / "python",
        '#!/bin/sh\nif [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; '
        'else echo "$@" >>"$RUNNER_TEMP/told"; fi\n',
    )
    action = Runner(tmp_path, {"python": str(python), "version": given})
    assert action.run("Install onnx-parewire") == 0, action.log
    version = installed or ElementTree.parse(ROOT / "pom.xml").getroot().findtext("{*}version")
    told = (tmp_path / "temp" / "told").read_text("utf-8")
    assert told.startswith("-m pip install ")
    assert told.endswith(f" onnx-parewire=={version}\n")
    assert (Path(action.outputs["install"]["bin"]) / "python").is_file()


def test_the_report_is_kept_and_told_whatever_happens() -> None:
    *_, summarize, keep = ACTION["runs"]["steps"]
    for step in (summarize, keep):
        assert step["if"].startswith("always() && ")
    assert keep["uses"].startswith("actions/upload-artifact@")
    assert keep["with"]["path"] == ACTION["outputs"]["json"]["value"]


def test_a_summary_fits_and_is_no_markup(tmp_path: Path) -> None:
    variance = {"before": 0.5, "after": 0.25}
    layer = {
        "number": 0,
        "tensor": "a|b<script>`*",
        "operator": "Gemm",
        "matrix": {"slices": 2, "outputs": 3, "inputs": 4},
        "rewired": True,
        "inputStrengthVariance": variance,
        "outputStrengthVariance": variance,
    }
    report = {
        "input": {"path": "m.onnx"},
        "output": {},
        "layers": [layer] * 3000,
        "weights": 12345,
        "warnings": [],
    }
    file = tmp_path / "report.jsonl"
    file.write_text(f"{json.dumps(report)}\n" * 5, "utf-8")
    done = subprocess.run(
        [sys.executable, FOLDER / "summary.py", file], capture_output=True, check=True
    )
    text = done.stdout.decode()
    assert len(done.stdout) <= 1 << 20
    assert "alone" in text.splitlines()[-1]
    assert "| 3000 | 12,345 | rewired |" in text
    assert (
        "<code>a&#124;b&lt;script&gt;&#96;&#42;</code> | Gemm | 2 of 3 x 4 | 0.5 → 0.25 |" in text
    )
