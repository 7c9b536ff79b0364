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


@pytest.mark.parametrize(
    ("example", "needs", "layers"),
    [
        (EXAMPLES[0], "torch", ["0.weight", "3.weight"]),
        (EXAMPLES[1], "keras", ["kernel", "kernel"]),
        (EXAMPLES[2], "parewire", None),
    ],
    ids=["torch", "keras", "files"],
)
def test_example(
    example: str,
    needs: str,
    layers: list[str] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip(needs)
    monkeypatch.chdir(tmp_path)
    shutil.copy(MODEL, "model.onnx")
    names: dict[str, object] = {}
    exec(compile(example, f"README.md, {needs}", "exec"), names)
    report = names["report"]
    if layers is None:
        assert Path("rewired.onnx").exists()
        assert Path("weights.safetensors").exists()
        assert len(capsys.readouterr().out.splitlines()) == 6
    else:
        assert [each.name.split("/")[-1] for each in report.rewired] == layers  # type: ignore[attr-defined]


def test_many_files_and_a_model_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("models").mkdir()
    shutil.copy(MODEL, "model.onnx")
    shutil.copy(MODEL, "models/other.onnx")
    names: dict[str, object] = {}
    exec(compile(EXAMPLES[3], "README.md, many files", "exec"), names)
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert Path("rewired/other.onnx").read_bytes() == Path("rewired/model.onnx").read_bytes()
    assert names["rewired"] == onnx.load("rewired/model.onnx")


def test_every_example_is_run() -> None:
    assert len(EXAMPLES) == 4
