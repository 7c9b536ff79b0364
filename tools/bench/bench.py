"""Time onnx-parewire against the authors' algorithm in plain numpy, side by side.

    tools/.venv/bin/python tools/bench/bench.py                 # all tables, printed and into docs/benchmarks.md
    tools/.venv/bin/python tools/bench/bench.py --rounds 3 --networks small_cnn mobilenet_v2 --no-growth --no-write

Runs alternate, tool, numpy, tool, numpy, on the same models, which the script makes itself. Each
figure is a median; a ratio is the median of the ratios of neighbouring runs. The numpy side is
parewire_numpy.py in a process of its own, reading and writing the model with onnx. Every output of
the tool is compared with numpy's, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnx
from onnx import numpy_helper

import bench_models

# The oracle is a file, not an installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import parewire_numpy

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "onnx-parewire"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
START = "## How it starts"
"""Heading of the last section but one of the page, which is bench_start.py's."""
GROWTH = "## How the time grows"
"""Heading of the last section of the page, which is bench_growth.py's."""
MIB = 1 << 20
Result = TypeVar("Result")


@dataclass(frozen=True)
class Run:
    """What one process took: seconds by the clock, in the layers, in the verification; peak memory in MiB."""

    whole: float
    layers: float
    verify: float
    memory: float


def apart(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a process of its own: a program's peak memory counts that of whoever started it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def measure(command: Sequence[str | Path]) -> tuple[float, float, str]:
    """Run a command; return its seconds, its peak resident memory in MiB, and what it printed."""
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
    return seconds, usage.ru_maxrss * 1024 / MIB, text


def run_tool(model: Path, out: Path, *options: str) -> Run:
    """Run the tool. Its rewiring includes reading and writing the weights, and measuring strengths."""
    seconds, memory, text = measure([TOOL, model, out, "-v", *options])
    stages = dict(re.findall(r"(\w+) ([\d.]+) s", text[text.index("times: ") :]))
    return Run(seconds, float(stages["rewire"]), float(stages["verify"]), memory)


def run_numpy(model: Path, out: Path) -> Run:
    """Run the numpy side. Its rewiring is the algorithm alone."""
    seconds, memory, text = measure([sys.executable, __file__, "--numpy-side", model, out])
    return Run(seconds, json.loads(text)["kernel"], 0.0, memory)


def numpy_side(model_path: Path, out: Path) -> None:
    """Rewire a model of bench_models, whose initializers are its layers, output neurons first."""
    model = onnx.load(model_path)
    kernel = 0.0
    for number, tensor in enumerate(model.graph.initializer):
        weight = numpy_helper.to_array(tensor)
        start = time.perf_counter()
        rewired = parewire_numpy.rewire(weight, stream=(number,))
        kernel += time.perf_counter() - start
        tensor.raw_data = rewired.tobytes()
    onnx.save(model, out)
    print(json.dumps({"kernel": kernel}))


def require_equal(ours: Path, theirs: Path) -> None:
    """End unless both models hold the same weights."""
    for a, b in zip(onnx.load(ours).graph.initializer, onnx.load(theirs).graph.initializer, strict=True):
        if a.raw_data != b.raw_data:
            sys.exit(f"{ours}: {a.name} differs from numpy's")


def count_weights(model: Path) -> int:
    return sum(int(np.prod(tensor.dims)) for tensor in onnx.load(model).graph.initializer)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, its figures flush right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def median(runs: Iterable[Run], figure: str) -> float:
    return statistics.median(getattr(run, figure) for run in runs)


def ratio(ours: Sequence[Run], theirs: Sequence[Run], figure: str) -> str:
    """How many times faster the tool is, over neighbouring runs: median, least and most."""
    ratios = [getattr(b, figure) / getattr(a, figure) for a, b in zip(ours, theirs, strict=True)]
    return f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"


def against_numpy(networks: Sequence[str], rounds: int, folder: Path) -> tuple[str, dict[str, float]]:
    """The table of whole networks, and the seconds that numpy's kernel took for each."""
    rows = []
    kernels = {}
    for name in networks:
        model = apart(bench_models.NETWORKS[name], folder)
        out, expected = folder / "out.onnx", folder / "expected.onnx"
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(run_tool(model, out))
            theirs.append(run_numpy(model, expected))
            apart(require_equal, out, expected)
        kernels[name] = median(theirs, "layers")
        size = model.stat().st_size / MIB
        memory = max(run.memory for run in ours)
        rows.append(
            [
                name,
                f"{apart(count_weights, model):,}",
                f"{median(theirs, 'layers'):.2f}",
                f"{median(ours, 'layers'):.2f}",
                ratio(ours, theirs, "layers"),
                f"{median(theirs, 'whole'):.2f}",
                f"{median(ours, 'whole'):.2f}",
                ratio(ours, theirs, "whole"),
                f"{statistics.median(run.verify / run.layers for run in ours):.0%}",
                f"{memory:.0f} = model + {memory - size:.0f}",
            ]
        )
        print(table(["network"] + [""] * 9, [rows[-1]]).splitlines()[-1], flush=True)
        model.unlink()
    header = [
        "network",
        "weights",
        "numpy, kernel, s",
        "tool, layers, s",
        "times faster",
        "numpy, process, s",
        "tool, process, s",
        "times faster",
        "verification / layers",
        "tool, peak memory, MiB",
    ]
    return table(header, rows), kernels


def stages(kernels: dict[str, float], folder: Path) -> str:
    """The stages of a run by themselves, as JMH measures them (src/jmh, FreshBenchmark and ModelBenchmark)."""
    warm = ("read", "statistics", "kernel", "strengths", "write", "verify")
    rows = []
    for name, numpy_kernel in kernels.items():
        model = apart(bench_models.NETWORKS[name], folder)
        results = folder / "jmh.json"
        cores = min(2, os.cpu_count() or 1)
        options = f"FreshBenchmark ModelBenchmark -p model={model} -p threads={cores} -rf json -rff {results}"
        measure(["mvn", "-q", "-B", "-f", ROOT / "pom.xml", "-P", "bench", "compile", "exec:exec", f"-Dbench={options}"])
        seconds = {
            result["benchmark"].rsplit(".", 1)[1]: result["primaryMetric"]["scorePercentiles"]["50.0"] / 1000
            for result in json.loads(results.read_text())
        }
        rows.append(
            [
                name,
                f"{numpy_kernel:.2f}",
                f"{seconds['firstKernel']:.3f}",
                f"{numpy_kernel / seconds['firstKernel']:.1f}",
                *(f"{seconds[stage]:.3f}" for stage in warm),
                f"{numpy_kernel / seconds['kernel']:.1f}",
            ]
        )
        model.unlink()
    header = [
        "network",
        "numpy, kernel, s",
        "kernel, fresh JVM, s",
        "times faster",
        *(f"{stage}, warm, s" for stage in warm),
        "kernel, warm, times faster",
    ]
    return table(header, rows)


def growth(shapes: Sequence[tuple[int, int]], rounds: int, folder: Path, options: Sequence[str] = ()) -> str:
    """How the cost of one dense layer grows, for the tool alone."""
    rows = []
    for outputs, inputs in shapes:
        model = apart(bench_models.dense, folder, outputs, inputs)
        runs = [run_tool(model, folder / "out.onnx", *options) for _ in range(rounds)]
        layers = median(runs, "layers")
        rows.append(
            [
                f"{outputs:,} x {inputs:,}",
                f"{outputs * inputs:,}",
                f"{layers:.3f}",
                f"{layers / (outputs * inputs) * 1e9:.1f}",
                f"{median(runs, 'verify'):.3f}",
                f"{median(runs, 'whole'):.2f}",
            ]
        )
        model.unlink()
    header = ["matrix", "weights", "layers, s", "layers, ns a weight", "verification, s", "process, s"]
    return table(header, rows)


def threads(counts: Sequence[int], rounds: int, folder: Path) -> str:
    """What threads gain, on many layers and on one."""
    rows = []
    for name, model in (
        ("resnet50", apart(bench_models.resnet50, folder)),
        ("one layer of 4,096 x 4,096", apart(bench_models.dense, folder, 4096, 4096)),
    ):
        for count in counts:
            runs = [run_tool(model, folder / "out.onnx", "--threads", str(count)) for _ in range(rounds)]
            rows.append([name, str(count), f"{median(runs, 'layers'):.2f}", f"{median(runs, 'whole'):.2f}"])
    return table(["model", "threads", "layers, s", "process, s"], rows)


def machine() -> str:
    """The machine and the versions, in words."""
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
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


def document(sections: Sequence[tuple[str, str, str]], rounds: int, where: str) -> str:
    """The page of all tables."""
    parts = [
        "# Benchmarks\n",
        f"Written by `tools/bench/bench.py`, {rounds} rounds, on {time.strftime('%Y-%m-%d')}: {where}.\n",
    ]
    for title, text, figures in sections:
        parts.append(f"## {title}\n\n{text}\n\n{figures}\n")
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side (5)")
    parser.add_argument("--networks", nargs="+", default=list(bench_models.NETWORKS), choices=list(bench_models.NETWORKS))
    parser.add_argument("--no-growth", action="store_true", help="leave out how the cost grows")
    parser.add_argument(
        "--stages",
        nargs="*",
        default=["resnet50", "vgg11"],
        choices=list(bench_models.NETWORKS),
        help="networks whose stages to measure by themselves in JMH, which Maven runs (resnet50 vgg11)",
    )
    parser.add_argument("--no-write", action="store_true", help="print the tables only")
    parser.add_argument("--numpy-side", nargs=2, type=Path, metavar=("IN", "OUT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.numpy_side:
        numpy_side(*arguments.numpy_side)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_tool(apart(bench_models.small_cnn, folder), folder / "out.onnx")  # builds the tool if it has to be
        where = machine()
        networks, kernels = against_numpy(arguments.networks, arguments.rounds, folder)
        sections = [
            (
                "Against numpy",
                "The numpy side is the authors' algorithm, which one thread is all it uses. *Kernel* is both passes over "
                "the weights of all layers, in memory. *Layers* is what the tool does with them in a run: the kernel, "
                "in a fresh JVM, and besides it reading and writing the weights, and measuring strengths before and "
                "after. *Process* is everything: starting, reading, rewiring, writing, and for the tool verifying in "
                "ONNX Runtime. The outputs are equal byte for byte. A ratio is the median over neighbouring runs, with "
                "the least and the most.",
                networks,
            )
        ]
        stage_networks = [name for name in arguments.stages if name in kernels]
        if stage_networks:
            sections.append(
                (
                    "Stages",
                    "Each by itself, on two threads: the kernel, on weights in memory as numpy's is, in a JVM that has not "
                    "run it before, as in a run of the tool; then each stage in a JVM that has run it five times, which "
                    "is what is left when the code is compiled. Medians of five.",
                    stages({name: kernels[name] for name in stage_networks}, folder),
                )
            )
        if not arguments.no_growth:
            squares = [(100, 100), (316, 316), (1000, 1000), (3162, 3162), (10_000, 10_000)]
            lengths = [((1 << 22) >> bits, 1 << bits) for bits in range(2, 21, 3)]
            sections += [
                (
                    "Against the number of weights",
                    "One dense layer, square. What a small one takes is the start of Java code that is not compiled yet.",
                    growth(squares, arguments.rounds, folder),
                ),
                (
                    "Against the length of rows",
                    "One dense layer of 4,194,304 weights.",
                    growth(lengths, arguments.rounds, folder),
                ),
                (
                    "Against threads",
                    "One layer alone keeps a second thread busy too: it sorts and draws ahead.",
                    threads(sorted({1, 2, os.cpu_count() or 1}), arguments.rounds, folder),
                ),
            ]
    page = document(sections, arguments.rounds, where)
    print(page)
    if not arguments.no_write:
        written = DOCUMENT.read_text(encoding="utf-8")
        others = [heading + written.partition(heading)[2] for heading in (START, GROWTH) if heading in written]
        DOCUMENT.write_text("\n".join([page, *others[:1]]), encoding="utf-8")


if __name__ == "__main__":
    main()
