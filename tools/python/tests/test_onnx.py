from __future__ import annotations

import hashlib
import pickle
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from onnx import ModelProto, load, numpy_helper, save
from onnx.checker import ValidationError
from safetensors.numpy import load_file
from shell import executable

import parewire
from parewire import _proto, onnx

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "testmodels" / "torchscript_cnn.onnx"


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def program(file: Path, *lines: str) -> Path:
    """Write an executable that stands for the tool."""
    return executable(file, "\n".join([f"#!{sys.executable}", "import os, sys", *lines, ""]))


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

    def test_installed_package_before_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installed = ModuleType("onnx_parewire")
        installed.__spec__ = ModuleSpec("onnx_parewire", None)
        installed.command = lambda: ["java", "-jar", "installed.jar"]  # type: ignore[attr-defined]
        installed.JavaError = OSError  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "onnx_parewire", installed)
        program(tmp_path / "onnx-parewire")
        path = {"PATH": str(tmp_path)}
        assert onnx.find_tool(path) == ["java", "-jar", "installed.jar"]
        launcher = program(tmp_path / "launcher")
        assert onnx.find_tool({"ONNX_PAREWIRE": str(launcher), **path}) == [str(launcher)]

        def command() -> list[str]:
            raise OSError("no Java there")

        installed.command = command  # type: ignore[attr-defined]
        with pytest.raises(parewire.ToolNotFoundError, match="no Java there"):
            onnx.find_tool(path)

    def test_path_then_checkout(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        found = program(tmp_path / "onnx-parewire")
        assert onnx.find_tool({"PATH": str(tmp_path)}) == [str(found)]
        found.unlink()
        checkout = tmp_path / "tools" / "python" / "src" / "parewire" / "_tool.py"
        monkeypatch.setattr("parewire._tool.__file__", str(checkout))
        with pytest.raises(parewire.ToolNotFoundError, match=r"not found: .*pip install") as raised:
            onnx.find_tool({"PATH": str(tmp_path)})
        assert "\n" not in str(raised.value)
        launcher = program(tmp_path / "tools" / "onnx-parewire")
        assert onnx.find_tool({"PATH": str(tmp_path)}) == [str(launcher)]


MODELS = sorted((ROOT / "testmodels").glob("*.onnx"))


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.stem)
def test_a_model_in_memory_equals_the_file(file: Path, tmp_path: Path) -> None:
    model = load(file)
    before = model.SerializeToString(deterministic=True)
    rewired = onnx.rewire_model(model, seed=5)
    assert model.SerializeToString(deterministic=True) == before
    onnx.rewire(file, tmp_path / "out.onnx", seed=5)
    assert rewired == load(tmp_path / "out.onnx")
    assert rewired != model


def external() -> ModelProto:
    return load(ROOT / "testmodels" / "dynamo_external_data.onnx", load_external_data=False)


def test_external_data_of_a_model_in_memory(tmp_path: Path) -> None:
    model = external()
    rewired = onnx.rewire_model(model, base_dir=ROOT / "testmodels")
    assert model == external()
    onnx.rewire(ROOT / "testmodels" / "dynamo_external_data.onnx", tmp_path / "out.onnx")
    assert rewired == load(tmp_path / "out.onnx")
    with pytest.raises(ValueError, match="expected base_dir"):
        onnx.rewire_model(model)
    with pytest.raises(ValidationError, match=r"stem\.weight"):
        onnx.rewire_model(model, base_dir=tmp_path)


def test_a_model_in_memory_too_large_for_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load(MODEL)
    expected = onnx.rewire_model(model)
    monkeypatch.setattr(_proto, "_serialized", lambda model: None)
    assert onnx.rewire_model(model) == expected
    assert model == load(MODEL)
    assert onnx.rewire_model(external(), base_dir=ROOT / "testmodels") == expected_external()


def expected_external() -> ModelProto:
    return onnx.rewire_model(load(ROOT / "testmodels" / "dynamo_external_data.onnx"))


def test_a_model_in_memory_without_a_layer() -> None:
    model = load(MODEL)
    with pytest.raises(parewire.NoLayerError):
        onnx.rewire_model(model, exclude=["*"])
    assert model == load(MODEL)


def test_many_files_in_one_process(tmp_path: Path) -> None:
    models = tmp_path / "models"
    (models / "sub").mkdir(parents=True)
    for name in ["a.onnx", "sub/b.onnx"]:
        (models / name).write_bytes(MODEL.read_bytes())
    bad = tmp_path / "bad.onnx"
    bad.write_text("none")
    out = tmp_path / "out"
    a, b, failed, gone = onnx.rewire_files([models, bad, "gone.onnx"], out, seed=3)
    onnx.rewire(MODEL, tmp_path / "alone.onnx", seed=3)
    for result, name in [(a, "a.onnx"), (b, "sub/b.onnx")]:
        assert (result.model, result.output) == (models / name, out / name)
        assert result.error is None
        assert result.report is not None
        assert result.report.weights == 4904
        assert sha256(result.output) == sha256(tmp_path / "alone.onnx")
    assert failed.report is None
    assert failed.error is not None
    assert failed.error.exit_code == 3
    assert "not an ONNX model" in failed.error.message
    assert gone.model == Path("gone.onnx")
    assert gone.error is not None
    assert gone.error.exit_code == 5
    assert sorted(out.rglob("*")) == [out / "a.onnx", out / "sub", out / "sub" / "b.onnx"]


def test_many_files_of_which_none_has_a_layer(tmp_path: Path) -> None:
    (result,) = onnx.rewire_files([MODEL], tmp_path, exclude=["*"])
    assert isinstance(result.error, parewire.NoLayerError)


def test_many_files_that_cannot_begin(tmp_path: Path) -> None:
    assert onnx.rewire_files([], tmp_path) == []
    with pytest.raises(parewire.ToolError, match="would take the place") as caught:
        onnx.rewire_files([MODEL], MODEL.parent)
    assert caught.value.exit_code == 2


def test_many_files_and_a_tool_that_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = program(tmp_path / "onnx-parewire", "os.kill(os.getpid(), 9)")
    monkeypatch.setenv("ONNX_PAREWIRE", str(tool))
    with pytest.raises(parewire.ToolError, match="by signal 9"):
        onnx.rewire_files([MODEL], tmp_path / "out")
