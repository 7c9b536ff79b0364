"""Finds onnx-parewire and runs it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from parewire.errors import NoLayerError, ToolError, ToolNotFoundError

ENVIRONMENT_VARIABLE = "ONNX_PAREWIRE"
PROGRAM = "onnx-parewire"
_NO_LAYER = 4


def find_tool(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the command that runs onnx-parewire.

    In this order: the launcher or jar that the variable ``ONNX_PAREWIRE`` names, the package
    ``onnx-parewire`` that is installed with this one, ``onnx-parewire`` on the PATH, the launcher
    of the checkout that this package is installed from.

    Raises:
        ToolNotFoundError: if there is none, or what is named is none, or it has no Java.
    """
    named = environment.get(ENVIRONMENT_VARIABLE)
    if named:
        return _named(Path(named), environment)
    if importlib.util.find_spec("onnx_parewire"):
        return _installed()
    on_path = shutil.which(PROGRAM, path=environment.get("PATH"))
    if on_path:
        return [on_path]
    launcher = _checkout_launcher()
    if launcher.is_file():
        return [str(launcher)]
    raise ToolNotFoundError(
        f"{PROGRAM} not found: expected the package of that name, or the program on the PATH, or "
        f"{ENVIRONMENT_VARIABLE} to name its launcher or jar; "
        f"install it with 'pip install {PROGRAM}', or from the folder of wheels that a checkout's "
        "tools/python/build_wheels.sh makes"
    )


def _installed() -> list[str]:
    from onnx_parewire import JavaError, command

    try:
        return command()
    except JavaError as error:
        raise ToolNotFoundError(str(error)) from error


def _named(tool: Path, environment: Mapping[str, str]) -> list[str]:
    if not tool.is_file():
        raise ToolNotFoundError(
            f"{ENVIRONMENT_VARIABLE} names {tool}, which is no file; "
            f"expected the launcher or jar of {PROGRAM}"
        )
    if tool.suffix == ".jar":
        return [_java(environment), "-jar", str(tool)]
    if not os.access(tool, os.X_OK):
        raise ToolNotFoundError(
            f"{ENVIRONMENT_VARIABLE} names {tool}, which can't be executed; "
            f"expected the launcher or jar of {PROGRAM}"
        )
    return [str(tool)]


def _java(environment: Mapping[str, str]) -> str:
    home = environment.get("JAVA_HOME")
    folders = str(Path(home) / "bin") if home else environment.get("PATH")
    java = shutil.which("java", path=folders)
    if java is None:
        raise ToolNotFoundError(
            f"no Java for the jar of {PROGRAM}: expected 17 or newer, in JAVA_HOME or on the PATH"
        )
    return java


def _checkout_launcher() -> Path:
    """Return where the launcher lies if this file lies in tools/python/src/parewire."""
    return Path(__file__).resolve().parents[3] / PROGRAM


@dataclass(frozen=True)
class Exit:
    """How a run of the tool ended: its exit code, and the last line that it wrote of it."""

    code: int
    message: str

    def error(self) -> ToolError:
        """Return what to raise if the code is not 0."""
        return tool_error(self.message, self.code)


def tool_error(message: str, exit_code: int) -> ToolError:
    """Return the error that an exit code stands for."""
    kind = NoLayerError if exit_code == _NO_LAYER else ToolError
    return kind(_in_python(message), exit_code)


def run_tool(arguments: Sequence[str | os.PathLike[str]]) -> None:
    """Run onnx-parewire quietly and wait for it.

    Raises:
        ToolNotFoundError: if it can't be found or started.
        ToolError: if it fails.
    """
    end = try_tool(arguments)
    if end.code != 0:
        raise end.error()


def try_tool(arguments: Sequence[str | os.PathLike[str]]) -> Exit:
    """Run onnx-parewire quietly, wait for it, and tell how it ended.

    Raises:
        ToolNotFoundError: if it can't be found or started.
    """
    command = [*find_tool(), *(os.fspath(argument) for argument in arguments)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_locale(os.environ),
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise ToolNotFoundError(f"{command[0]} can't be started: {error.strerror}") from error
    return Exit(done.returncode, _last_line(done.stderr, done.returncode))


def _locale(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which Java can name any file, as Python can in the locale C."""
    categories = (environment.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    named = next((value for value in categories if value), "C")
    return {**environment, **({"LC_ALL": "C.UTF-8"} if named in ("C", "POSIX") else {})}


def _in_python(line: str) -> str:
    """Return a message in which a flag that is a keyword argument here is named as that.

    Other flags stay: they go into ``options`` as they are.
    """
    return line.replace(" with --exclude", " with exclude=[name]")


def _last_line(output: str, exit_code: int) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    if lines and exit_code > 0:
        return lines[-1]
    how = f"by signal {-exit_code}" if exit_code < 0 else f"with exit code {exit_code}"
    return f"{PROGRAM} ended {how}" + (f": {lines[-1]}" if lines else " and said nothing")
