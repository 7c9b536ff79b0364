"""What the benchmarks share: processes that are timed, tables, and the parts of docs/benchmarks.md."""

from __future__ import annotations

import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "onnx-parewire"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
MIB = 1 << 20

NUMPY = "# Benchmarks"
BEFORE = "## Against an earlier commit"
START = "## How it starts"
GROWTH = "## How the time grows"
PARTS = (NUMPY, BEFORE, START, GROWTH)
"""How each script's part of the page begins, in the order of the page."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Process:
    """What a process took: seconds by the clock and of processors, peak resident memory in MiB; and what it printed."""

    seconds: float
    processor: float
    memory: float
    output: str


def measure(command: Sequence[str | Path]) -> Process:
    """Run a command, and end if it fails."""
    os.sync()  # What the run before has written is not this run's work.
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{text}")
    return Process(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MIB, text)


def apart(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a process of its own: a program's peak memory counts that of whoever started it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, its figures flush right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> str:
    """The machine and the versions, in words."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True).stderr.splitlines()[1]
    version = subprocess.run([TOOL, "--version"], capture_output=True, text=True, check=True).stdout
    return (
        f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}; "
        f"{java}; {', '.join(version.split(chr(10))).strip(', ')}; "
        f"Python {platform.python_version()}, numpy {np.__version__}; load when it began: {os.getloadavg()[0]:.1f}"
    )


def written_by(script: str, rounds: int, where: str) -> str:
    """The first words of a part."""
    runs = "1 round" if rounds == 1 else f"{rounds} rounds"
    return f"Written by `tools/bench/{Path(script).name}`, {runs}, on {time.strftime('%Y-%m-%d')}: {where}."


def put(heading: str, text: str) -> None:
    """Write a part of the page, from its heading on, and leave the others as they are."""
    parts: dict[str, list[str]] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line in PARTS:
            current = parts.setdefault(line, [])
        current.append(line)
    parts[heading] = [heading, "", *text.strip("\n").splitlines()]
    page = ["\n".join(parts[part]).rstrip("\n") for part in PARTS if part in parts]
    DOCUMENT.write_text("\n\n".join(page) + "\n", encoding="utf-8")
