"""Runs the examples of README.md."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import onnx
import pytest

FOLDER = Path(__file__).resolve().parents[1]
EXAMPLES = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text("utf-8"), re.DOTALL)
MODEL = FOLDER.parents[1] / "testmodels" / "torchscript_cnn.onnx"


def run(example: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    return names


def example(needs: str) -> str:
    """Return the one that imports something."""
    (found,) = [each for each in EXAMPLES if re.search(rf"^(from|import) {needs}\b", each, re.M)]
    return found


@pytest.mark.parametrize(
    ("framework", "layers"),
    [
        ("torch", ["0.weight", "3.weight"]),
        ("keras", ["kernel", "kernel"]),
        ("flax", ["kernel"]),
        ("numpy", ["conv", "experts"]),
    ],
)
def test_networks_and_arrays(framework: str, layers: list[str]) -> None:
    pytest.importorskip(framework)
    report = run(example(framework))["report"]
    assert [each.name.split("/")[-1] for each in report.rewired] == layers  # type: ignore[attr-defined]


def test_callback() -> None:
    pytest.importorskip("lightning")
    assert run(example("parewire.lightning"))["callback"]


def test_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(MODEL, "model.onnx")
    run(next(each for each in EXAMPLES if "onnx.rewire(" in each))
    assert Path("rewired.onnx").exists()
    assert Path("weights.safetensors").exists()
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_many_files_and_a_model_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("models").mkdir()
    shutil.copy(MODEL, "model.onnx")
    shutil.copy(MODEL, "models/other.onnx")
    names = run(next(each for each in EXAMPLES if "rewire_files" in each))
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert Path("rewired/other.onnx").read_bytes() == Path("rewired/model.onnx").read_bytes()
    assert names["rewired"] == onnx.load("rewired/model.onnx")


def test_every_example_is_run() -> None:
    assert len(EXAMPLES) == 7
