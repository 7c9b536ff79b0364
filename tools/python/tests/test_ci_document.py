"""Runs the shell lines of the jobs in docs/ci.md."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

import parewire.onnx

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parents[3]
BLOCKS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.DOTALL)
GITHUB, GITLAB = (yaml.safe_load(block) for block in BLOCKS)
STEPS = {step["name"]: step for step in GITHUB["jobs"]["rewire"]["steps"] if "run" in step}


def shell(lines: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run lines as both services do: each line's failure ends the job."""
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", lines],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def program(file: Path, text: str) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/usr/bin/env bash\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


@pytest.fixture(params=["github", "gitlab"])
def job(request: Any, tmp_path: Path) -> Any:
    """Runs the job's rewiring in tmp_path."""
    tool = parewire.onnx.find_tool()
    if request.param == "gitlab":
        launcher = program(tmp_path / "bin" / "tool", f'exec {" ".join(tool)} "$@"')
        assert GITLAB["rewire"]["variables"].keys() == {"PAREWIRE"}
        lines = "\n".join(GITLAB["rewire"]["script"])
        return lambda: shell(lines, tmp_path, PAREWIRE=str(launcher))
    # 'java -jar JAR', with the launcher that knows its jar.
    program(tmp_path / "bin" / "java", f'shift 2; exec {" ".join(tool)} "$@"')
    java_home = {"JAVA_HOME": real_java_home()}
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return lambda: shell(STEPS["Rewire"]["run"], tmp_path, PATH=path, **java_home)


def real_java_home() -> str:
    java = shutil.which("java")
    assert java is not None
    return os.environ.get("JAVA_HOME") or str(Path(java).resolve().parents[1])


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
    uploads = [s for s in GITHUB["jobs"]["rewire"]["steps"] if "upload" in s.get("uses", "")]
    assert uploads[0]["with"]["path"].split() == GITLAB["rewire"]["artifacts"]["paths"]
    assert uploads[0]["if"] == "always()"
    assert GITLAB["rewire"]["artifacts"]["when"] == "always"


def test_the_build_fills_the_cache(tmp_path: Path) -> None:
    """All but Maven's part, whose place a program takes that leaves a jar where Maven does."""
    source = tmp_path / "source"
    version = GITHUB["jobs"]["rewire"]["env"]["PAREWIRE_VERSION"]
    subprocess.run(["git", "init", "-q", str(source)], check=True)
    (source / "pom.xml").write_text("<project/>")
    author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "-C", str(source), "add", "."], check=True)
    subprocess.run(["git", "-C", str(source), *author, "commit", "-qm", "a"], check=True)
    subprocess.run(["git", "-C", str(source), "tag", version], check=True)
    program(
        tmp_path / "bin" / "mvn",
        'while [ "$1" != -f ]; do shift; done; [ -f "$2" ]; t=$(dirname "$2")/target; mkdir "$t"; '
        'echo jar >"$t/onnx-parewire-linux-x86_64.jar"; echo no >"$t/onnx-parewire.jar"',
    )
    done = shell(
        STEPS["Build onnx-parewire"]["run"],
        tmp_path,
        PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        PAREWIRE_SOURCE=source.as_uri(),
        PAREWIRE_VERSION=version,
        RUNNER_TEMP=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / ".parewire" / "onnx-parewire.jar").read_text() == "jar\n"
