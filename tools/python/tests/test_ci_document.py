"""Runs the shell lines of the GitLab job in docs/ci.md; test_action.py runs those of the action."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from shell import executable, shell

import parewire.onnx

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parents[3]
BLOCKS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.DOTALL)
GITHUB, GITLAB = (yaml.safe_load(block) for block in BLOCKS)
ACTION = "parewire/onnx-parewire/"


def program(file: Path, text: str) -> Path:
    return executable(file, f"#!/usr/bin/env bash\n{text}\n")


@pytest.fixture
def job(tmp_path: Path) -> Any:
    """Runs the job's rewiring in tmp_path."""
    tool = " ".join(parewire.onnx.find_tool())
    launcher = program(tmp_path / "bin" / "tool", f'exec {tool} "$@"')
    assert GITLAB["rewire"]["variables"].keys() == {"PAREWIRE"}
    lines = "\n".join(GITLAB["rewire"]["script"])
    return lambda: shell(lines, tmp_path, PAREWIRE=str(launcher))


def test_the_job_makes_model_and_report(job: Any, tmp_path: Path) -> None:
    shutil.copy(ROOT / "testmodels" / "torchscript_cnn.onnx", tmp_path / "model.onnx")
    done = job()
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "rewire.json").read_text("utf-8"))
    assert report["settings"]["seed"] == 42
    assert (tmp_path / "rewired.onnx").read_bytes() != (tmp_path / "model.onnx").read_bytes()


def test_a_model_without_layers_passes_as_it_is(job: Any, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [2])
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [2])
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["x"], ["y"])], "none", [value], [out]
    )
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=9
    )
    onnx.save(model, tmp_path / "model.onnx")
    done = job()
    assert done.returncode == 0, done.stderr
    assert "no layer to rewire" in done.stderr
    assert (tmp_path / "rewired.onnx").read_bytes() == (tmp_path / "model.onnx").read_bytes()


def test_any_other_failure_fails_the_job(job: Any, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\xff" * 64)
    done = job()
    assert done.returncode == 3
    assert "model.onnx" in done.stderr
    assert not (tmp_path / "rewired.onnx").exists()


def test_what_is_kept_is_what_is_made() -> None:
    assert GITLAB["rewire"]["artifacts"] == {
        "when": "always",
        "paths": ["rewired.onnx", "rewired.onnx.data", "rewire.json"],
    }


def test_github_gives_the_action_what_it_takes() -> None:
    steps = [s for s in GITHUB["jobs"]["rewire"]["steps"] if s["uses"].startswith(ACTION)]
    assert len(steps) == 1
    folder = ROOT / steps[0]["uses"].removeprefix(ACTION).partition("@")[0]
    inputs = yaml.safe_load((folder / "action.yml").read_text("utf-8"))["inputs"]
    assert steps[0]["with"].keys() <= inputs.keys()
    assert {name for name, one in inputs.items() if one.get("required")} <= steps[0]["with"].keys()
