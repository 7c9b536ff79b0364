from __future__ import annotations

import hashlib
import pickle
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import load, numpy_helper, save
from safetensors.numpy import load_file

import parewire
from parewire import onnx

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "testmodels" / "torchscript_cnn.onnx"


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def program(file: Path, *lines: str) -> Path:
    """Write an executable that stands for the tool."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([f"#!{sys.executable}", "import os, sys", *lines, ""]))
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def test_rewires_a_file_and_reports(tmp_path: Path) -> None:
    before = sha256(MODEL)
    report = onnx.rewire(MODEL, tmp_path / "out.onnx", seed=3)
    assert sha256(MODEL) == before
    assert report.seed == 3
    assert report.weights == 4904
    assert [each.number for each in report.layers] == list(range(6))
    up = report.layers[3]
    assert (up.tensor, up.operator, up.matrix) == ("up.weight", "ConvTranspose", (1, 16, 128))
    assert up.rewired
    assert up.left is None
    assert up.input_strengths is not None
    assert up.input_strengths.before is not None
    assert up.input_strengths.after is not None
    assert up.input_strengths.after < up.input_strengths.before
    assert {each.name for each in report.proofs} == {"nothing else changed", "same weights", "runs"}
    assert report.json["output"]["files"][0]["sha256"] == sha256(tmp_path / "out.onnx")


def test_weights_groups_and_filters(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    report = onnx.rewire(
        MODEL,
        tmp_path / "out.onnx",
        groups="separate",
        include=["*.weight"],
        exclude=["up.*", "stem.*"],
        weights_out=file,
    )
    assert report.json["settings"]["groups"] == "separate"
    kept = {each.tensor for each in report.layers if each.rewired}
    assert kept == {"grouped.weight", "depthwise.weight", "grouped_up.weight", "head.weight"}
    assert set(load_file(file)) == kept
    left = {each.tensor: each.left for each in report.layers if not each.rewired}
    assert left.keys() == {"stem.weight", "up.weight"}
    assert all(left.values())


def test_same_bytes_as_the_command_line_options_give(tmp_path: Path) -> None:
    onnx.rewire(MODEL, tmp_path / "one.onnx", seed=9, options=["--check", "sort"])
    onnx.rewire(MODEL, tmp_path / "two.onnx", options=["--threads=1"], seed=9)
    assert sha256(tmp_path / "one.onnx") == sha256(tmp_path / "two.onnx")


def test_a_name_that_looks_like_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    onnx.rewire(MODEL, "-q")
    assert Path("-q").is_file()


def test_errors_carry_the_tools_line_and_exit_code(tmp_path: Path) -> None:
    out = tmp_path / "out.onnx"
    with pytest.raises(parewire.ToolError, match=r"nothing\.onnx: no such file") as raised:
        onnx.rewire(tmp_path / "nothing.onnx", out)
    assert raised.value.exit_code == 5
    assert raised.value.message == str(raised.value)
    (tmp_path / "bad.onnx").write_bytes(b"\xff" * 100)
    with pytest.raises(parewire.ToolError) as raised:
        onnx.rewire(tmp_path / "bad.onnx", out)
    assert raised.value.exit_code == 3
    with pytest.raises(parewire.NoLayerError) as none:
        onnx.rewire(MODEL, out, exclude=["*"])
    assert none.value.exit_code == 4
    assert not out.exists()
    again = pickle.loads(pickle.dumps(raised.value))
    assert (again.message, again.exit_code) == (raised.value.message, 3)


def test_an_error_names_the_keyword_that_helps(tmp_path: Path) -> None:
    model = load(MODEL)
    weight = next(each for each in model.graph.initializer if each.name == "head.weight")
    values = numpy_helper.to_array(weight).copy()
    values.flat[0] = np.nan
    weight.CopyFrom(numpy_helper.from_array(values, weight.name))
    save(model, tmp_path / "nan.onnx")
    with pytest.raises(parewire.ToolError, match=r"leave the tensor out with exclude=\[name\]"):
        onnx.rewire(tmp_path / "nan.onnx", tmp_path / "out.onnx")
    onnx.rewire(tmp_path / "nan.onnx", tmp_path / "out.onnx", exclude=["head.weight"])


def test_a_tool_that_says_nothing_or_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = program(tmp_path / "tool", "sys.exit(9)")
    monkeypatch.setenv("ONNX_PAREWIRE", str(tool))
    with pytest.raises(parewire.ToolError, match="ended with exit code 9 and said nothing"):
        onnx.rewire(MODEL, tmp_path / "out.onnx")
    program(tool, "os.kill(os.getpid(), 9)")
    with pytest.raises(parewire.ToolError, match="ended by signal 9"):
        onnx.rewire(MODEL, tmp_path / "out.onnx")
    tool.write_text("#!/nowhere/interpreter\n")
    with pytest.raises(parewire.ToolNotFoundError, match="can't be started"):
        onnx.rewire(MODEL, tmp_path / "out.onnx")


class TestFindTool:
    def test_launcher_or_jar_by_variable(self, tmp_path: Path) -> None:
        java = program(tmp_path / "java")
        launcher = program(tmp_path / "launcher")
        jar = tmp_path / "onnx-parewire.jar"
        jar.touch()
        path = {"PATH": str(tmp_path)}
        assert onnx.find_tool({"ONNX_PAREWIRE": str(launcher)}) == [str(launcher)]
        assert onnx.find_tool({"ONNX_PAREWIRE": str(jar), **path}) == [str(java), "-jar", str(jar)]
        home = program(tmp_path / "home" / "bin" / "java")
        environment = {"ONNX_PAREWIRE": str(jar), "JAVA_HOME": str(tmp_path / "home"), **path}
        assert onnx.find_tool(environment)[0] == str(home)
        with pytest.raises(parewire.ToolNotFoundError, match=r"no Java .* 17 or newer"):
            onnx.find_tool({"ONNX_PAREWIRE": str(jar), "PATH": str(tmp_path / "home")})

    def test_a_variable_that_names_no_program(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch(mode=0o644)
        with pytest.raises(parewire.ToolNotFoundError, match="which is no file"):
            onnx.find_tool({"ONNX_PAREWIRE": str(tmp_path / "nothing")})
        with pytest.raises(parewire.ToolNotFoundError, match="can't be executed"):
            onnx.find_tool({"ONNX_PAREWIRE": str(tmp_path / "file")})

    def test_path_then_checkout(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        found = program(tmp_path / "onnx-parewire")
        assert onnx.find_tool({"PATH": str(tmp_path)}) == [str(found)]
        found.unlink()
        checkout = tmp_path / "tools" / "python" / "src" / "parewire" / "_tool.py"
        monkeypatch.setattr("parewire._tool.__file__", str(checkout))
        with pytest.raises(parewire.ToolNotFoundError, match=r"not found: .*mvn -B") as raised:
            onnx.find_tool({"PATH": str(tmp_path)})
        assert "\n" not in str(raised.value)
        launcher = program(tmp_path / "tools" / "onnx-parewire")
        assert onnx.find_tool({"PATH": str(tmp_path)}) == [str(launcher)]
