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
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import numpy_helper

import bench_models
import make_huge_model
from timing import MIB, NUMPY, ROOT, TOOL, Process, apart, machine, measure, put, table, written_by

# The oracle is a file, not an installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import parewire_numpy


@dataclass(frozen=True)
class Run:
    """What one run took: its process, and of that the seconds in the layers and in the verification."""

    process: Process
    layers: float
    verify: float

    @property
    def whole(self) -> float:
        return self.process.seconds

    @property
    def processor(self) -> float:
        return self.process.processor

    @property
    def memory(self) -> float:
        return self.process.memory


def run_tool(model: Path, out: Path, *options: str) -> Run:
    """Run the tool. Its rewiring includes reading and writing the weights, and measuring strengths."""
    process = measure([TOOL, model, out, "-v", *options])
    stages = dict(re.findall(r"(\w+) ([\d.]+) s", process.output[process.output.index("times: ") :]))
    return Run(process, float(stages["rewire"]), float(stages["verify"]))


def run_numpy(model: Path, out: Path) -> Run:
    """Run the numpy side. Its rewiring is the algorithm alone."""
    process = measure([sys.executable, __file__, "--numpy-side", model, out])
    return Run(process, json.loads(process.output)["kernel"], 0.0)


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


def nanoseconds(seconds: float, weights: int) -> str:
    """Seconds as nanoseconds a weight."""
    return f"{seconds / weights * 1e9:,.{0 if seconds / weights > 1e-7 else 1}f}"


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
        weights = apart(bench_models.count_weights, model)
        memory = max(run.memory for run in ours)
        rows.append(
            [
                name,
                f"{weights:,}",
                f"{median(theirs, 'layers'):.2f}",
                f"{median(ours, 'layers'):.2f}",
                ratio(ours, theirs, "layers"),
                f"{median(theirs, 'whole'):.2f}",
                f"{median(ours, 'whole'):.2f}",
                ratio(ours, theirs, "whole"),
                nanoseconds(median(ours, "processor"), weights),
                f"{statistics.median(run.verify / run.layers for run in ours):.0%}",
                f"{memory:.0f} = model + {memory - size:.0f}",
            ]
        )
        print(table(["network"] + [""] * 10, [rows[-1]]).splitlines()[-1], flush=True)
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
        "tool, processors, ns a weight",
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
        measure(
            ["mvn", "-q", "-B", "-f", ROOT / "pom.xml", "-P", "bench", "compile", "exec:exec", f"-Dbench={options}"]
        )
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


@dataclass(frozen=True)
class Grown:
    """The median figures of a model of a size."""

    matrices: str
    weights: int
    layers: float
    verify: float
    whole: float
    processor: float

    @classmethod
    def of(cls, matrices: str, weights: int, runs: Sequence[Run]) -> Grown:
        """The medians of runs of a model."""
        return cls(matrices, weights, *(median(runs, figure) for figure in ("layers", "verify", "whole", "processor")))

    def row(self) -> list[str]:
        return [
            self.matrices,
            f"{self.weights:,}",
            f"{self.layers:.3f}",
            nanoseconds(self.layers, self.weights),
            f"{self.verify:.3f}",
            f"{self.whole:.2f}",
            nanoseconds(self.processor, self.weights),
        ]


GROWN_HEADER = (
    "matrix",
    "weights",
    "layers, s",
    "layers, ns a weight",
    "verification, s",
    "process, s",
    "processors, ns a weight",
)


def dense(shapes: Sequence[tuple[int, int]], rounds: int, folder: Path) -> list[Grown]:
    """How the cost of one dense layer grows, for the tool alone."""
    grown = []
    for outputs, inputs in shapes:
        model = apart(bench_models.dense, folder, outputs, inputs)
        runs = [run_tool(model, folder / "out.onnx") for _ in range(rounds)]
        grown.append(Grown.of(f"{outputs:,} x {inputs:,}", outputs * inputs, runs))
        print(" | ".join(grown[-1].row()), flush=True)
        model.unlink()
    return grown


def huge(gigabytes: Sequence[float], rounds: int, folder: Path) -> list[Grown]:
    """The same of models of many float16 layers in external data."""
    grown = []
    for size in gigabytes:
        made = folder / "huge"
        weights = apart(make_huge_model.write, made, size)
        runs = [run_tool(made / "huge.onnx", folder / "out.onnx") for _ in range(rounds)]
        layers = weights // (make_huge_model.NARROW * make_huge_model.WIDE)
        matrices = f"{layers} of {make_huge_model.NARROW:,} x {make_huge_model.WIDE:,}"
        grown.append(Grown.of(matrices, weights, runs))
        print(" | ".join(grown[-1].row()), flush=True)
        shutil.rmtree(made)
        (folder / "out.onnx").unlink()
        (folder / "out.onnx.data").unlink()
    return grown


def against_weights(gigabytes: Sequence[float], rounds: int, folder: Path) -> str:
    """How the cost grows with the weights: a table, and one line of it."""
    squares = [(100, 100), (316, 316), (1000, 1000), (3162, 3162), (10_000, 10_000)]
    grown = dense(squares, rounds, folder) + huge(gigabytes, 1, folder)
    line = ", ".join(nanoseconds(one.processor, one.weights) for one in grown)
    least, most = grown[0].weights, grown[-1].weights
    return (
        f"{table(GROWN_HEADER, [one.row() for one in grown])}\n\n"
        f"Processors, ns a weight, from {least:,} to {most:,} weights: **{line}**."
    )


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


def document(sections: Sequence[tuple[str, str, str]]) -> str:
    """All sections."""
    return "\n".join(f"## {title}\n\n{text}\n\n{figures}\n" for title, text, figures in sections)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side (5)")
    parser.add_argument(
        "--networks", nargs="+", default=list(bench_models.NETWORKS), choices=list(bench_models.NETWORKS)
    )
    parser.add_argument("--no-growth", action="store_true", help="leave out how the cost grows")
    parser.add_argument(
        "--stages",
        nargs="*",
        default=["resnet50", "vgg11"],
        choices=list(bench_models.NETWORKS),
        help="networks whose stages to measure by themselves in JMH, which Maven runs (resnet50 vgg11)",
    )
    parser.add_argument(
        "--huge",
        nargs="*",
        type=float,
        default=[2, 6],
        help="GB of the models of many layers, of which two are on the disk (2 6)",
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
            lengths = [((1 << 22) >> bits, 1 << bits) for bits in range(2, 21, 3)]
            sections += [
                (
                    "Against the number of weights",
                    "One dense layer, square; what a small one takes is the start of Java code that is not compiled yet. "
                    "Then one run each of models of MatMul layers of float16 weights in external data.",
                    against_weights(arguments.huge, arguments.rounds, folder),
                ),
                (
                    "Against the length of rows",
                    "One dense layer of 4,194,304 weights.",
                    table(GROWN_HEADER, [one.row() for one in dense(lengths, arguments.rounds, folder)]),
                ),
                (
                    "Against threads",
                    "One layer alone keeps a second thread busy too: it sorts and draws ahead.",
                    threads(sorted({1, 2, os.cpu_count() or 1}), arguments.rounds, folder),
                ),
            ]
    page = f"{written_by(__file__, arguments.rounds, where)}\n\n{document(sections)}"
    print(page)
    if not arguments.no_write:
        put(NUMPY, page)


if __name__ == "__main__":
    main()
