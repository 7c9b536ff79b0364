"""Builds the wheels: parewire, and for each platform onnx-parewire and onnx-parewire-nd4j.

build_wheels.sh runs it, in an environment of requirements.txt.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from hatch_build import PLATFORM_VARIABLE, STAGE_VARIABLE
from natives import unpack, without
from platforms import PLATFORMS, this_platform

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parent
ROOT = PYTHON.parents[1]
TARGET = ROOT / "target"
STAGE = TARGET / "wheels"

_MAVEN = ["mvn", "-B", "-ntp", "-q", "-Dstyle.color=never", "-f", str(ROOT / "pom.xml")]
_TIME = "1767225600"
"""2026-01-01: a fixed time stamp makes two builds of one commit the same bytes, as in pom.xml."""


def main(arguments: Sequence[str]) -> None:
    """Build the wheels of some platforms into a folder, the first argument."""
    folder = Path(arguments[0])
    platforms = _platforms(arguments[1:])
    folder.mkdir(parents=True, exist_ok=True)
    jar = _jar()
    _wheel(PYTHON, folder, {})
    for platform in platforms:
        stage = _stage(platform, jar)
        for package in ("program", "nd4j"):
            _wheel(
                PYTHON / package, folder, {STAGE_VARIABLE: str(stage), PLATFORM_VARIABLE: platform}
            )
        shutil.rmtree(stage)


def _platforms(named: Sequence[str]) -> list[str]:
    platforms = list(PLATFORMS) if "all" in named else list(named) or [this_platform()]
    for platform in platforms:
        if platform not in PLATFORMS:
            expected = ", ".join(PLATFORMS)
            raise SystemExit(f"unknown platform {platform}; expected all, or some of {expected}")
    return platforms


def _jar() -> Path:
    """Build the jar that holds all, for this machine, and return it without its natives."""
    _run([*_MAVEN, "-Dmaven.test.skip", "package"])
    STAGE.mkdir(exist_ok=True)
    jar = STAGE / "onnx-parewire.jar"
    platform = this_platform()
    without(TARGET / f"onnx-parewire-{platform}.jar", platform, jar)
    return jar


def _stage(platform: str, jar: Path) -> Path:
    """Put together what the wheels of a platform hold beside Python."""
    stage = STAGE / platform
    shutil.rmtree(stage, ignore_errors=True)
    jars = stage / "jars"
    copy = [f"-DoutputDirectory={jars}", "-DincludeScope=runtime", "dependency:copy-dependencies"]
    _run([*_MAVEN, f"-Djavacpp.platform={platform}", *copy])
    program = stage / "onnx_parewire"
    unpack(jars, "program", platform, program / "natives")
    shutil.copy(jar, program)
    shutil.copy(ROOT / "src/dist/jvm.options", program)
    shutil.copy(ROOT / "testmodels/torchscript_mlp.onnx", program / "small.onnx")
    for empty in ("start.aot", "start.new", "start.lock"):
        (program / empty).touch()
    natives = stage / "onnx_parewire_nd4j" / "natives"
    unpack(jars, "nd4j", platform, natives)
    if platform == "linux-arm64":
        _add_libgomp(stage, natives)
    return stage


def _add_libgomp(stage: Path, natives: Path) -> None:
    """Add GCC's OpenMP library, which ND4J brings for Linux on x86_64 alone."""
    tags = ["--platform=manylinux_2_17_aarch64", "--python-version=3.11"]
    requirement = ["--require-hashes", "-r", str(HERE / "requirements-libgomp.txt")]
    pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"]
    _run([*pip, "--no-deps", "--only-binary=:all:", *tags, *requirement, "-d", str(stage)])
    (wheel,) = stage.glob("*.whl")
    with zipfile.ZipFile(wheel) as entries:
        (name,) = (name for name in entries.namelist() if "/libgomp-" in name)
        (natives / "libgomp.so.1").write_bytes(entries.read(name))


def _wheel(project: Path, folder: Path, environment: dict[str, str]) -> None:
    if environment:
        shutil.copy(ROOT / "LICENSE", project)
        shutil.copy(TARGET / "dist" / "THIRD-PARTY.txt", project)
    hatchling = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
    _run([*hatchling, str(folder.resolve())], cwd=project, SOURCE_DATE_EPOCH=_TIME, **environment)


def _run(command: list[str], cwd: Path = ROOT, **environment: str) -> None:
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, check=False)
    if done.returncode != 0:
        raise SystemExit(f"failed with exit code {done.returncode}: {' '.join(command)}")


if __name__ == "__main__":
    main(sys.argv[1:])
