"""Time how a run of onnx-parewire grows with the layers and with the nodes of a model.

    tools/.venv/bin/python tools/bench/bench_growth.py               # the table, printed and into docs/benchmarks.md
    tools/.venv/bin/python tools/bench/bench_growth.py --rounds 1 --most 1000 --no-write

Models are chains, which the script makes: of dense layers of 64 x 64, of nodes without weights behind four such layers,
and of the same nodes with a Constant each. Each figure is a median. Processor time is what to compare, as it depends
less on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from timing import GROWTH, TOOL, Process, apart, machine, measure, put, table, written_by

WIDTH = 64
"""Neurons of a dense layer."""

FEW_LAYERS = 4
STAGES = ("find", "rewire", "verify")


@dataclass(frozen=True)
class Run:
    """What one process took, and the seconds of its stages."""

    process: Process
    stages: dict[str, float]


def chain(file: Path, layers: int, nodes: int, constants: bool) -> None:
    """Write a model of layers, one behind the other, and then of other nodes."""
    rng = np.random.default_rng(1)
    made: list[NodeProto] = []
    initializers: list[TensorProto] = []
    value = "input"
    for i in range(layers):
        weight = rng.normal(0, 0.1, (WIDTH, WIDTH)).astype(np.float32)
        initializers.append(numpy_helper.from_array(weight, f"weight_{i}"))
        made.append(helper.make_node("Gemm", [value, f"weight_{i}"], [f"layer_{i}"], transB=1))
        value = f"layer_{i}"
    for i in range(nodes):
        if constants:
            constant = numpy_helper.from_array(np.float32(i % 7 / 100))
            made.append(helper.make_node("Constant", [], [f"constant_{i}"], value=constant))
            made.append(helper.make_node("Add", [value, f"constant_{i}"], [f"node_{i}"]))
        else:
            made.append(helper.make_node(("Relu", "Identity", "Abs")[i % 3], [value], [f"node_{i}"]))
        value = f"node_{i}"
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, WIDTH]) for name in ("input", value)]
    graph = helper.make_graph(made, "chain", ends[:1], ends[1:], initializers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), file)


def run_tool(model: Path, folder: Path, *options: str | Path) -> Run:
    """Run the tool once."""
    report = folder / "report.json"
    process = measure([TOOL, model, folder / "out.onnx", "-q", "--json", report, *options])
    return Run(process, json.loads(report.read_text(encoding="utf-8"))["seconds"])


def row(name: str, model: Path, rounds: int, *options: str | Path) -> list[str]:
    """Time a model, with options."""
    runs = [run_tool(model, model.parent, *options) for _ in range(rounds)]
    figures = [
        name,
        f"{statistics.median(run.process.seconds for run in runs):.1f}",
        f"{statistics.median(run.process.processor for run in runs):.1f}",
        *(f"{statistics.median(run.stages[stage] for run in runs):.2f}" for stage in STAGES),
        f"{max(run.process.memory for run in runs):.0f}",
    ]
    print(" | ".join(figures), flush=True)
    return figures


def figures(counts: Sequence[int], html: int, rounds: int, folder: Path) -> str:
    """The table: a row for each kind of model and number."""
    model, page = folder / "model.onnx", folder / "report.html"
    rows = []
    for count in counts:
        apart(chain, model, count, 0, False)
        rows.append(row(f"{count:,} layers", model, rounds))
        if count == html:
            rows.append(row(f"{count:,} layers, `--html`", model, rounds, "--html", page))
    for kind, constants in (("nodes", False), ("nodes and as many constants", True)):
        for count in counts:
            apart(chain, model, FEW_LAYERS, count, constants)
            rows.append(row(f"{count:,} {kind}", model, rounds))
    header = ["model", "process, s", "processors, s", *(f"{stage}, s" for stage in STAGES), "peak memory, MiB"]
    return table(header, rows)


def section(rounds: int, where: str, growth: str) -> str:
    """The part of the page."""
    return f"""{written_by(__file__, rounds, where)} Layers are dense ones of
{WIDTH} x {WIDTH}; nodes and constants stand behind {FEW_LAYERS} of them.

{growth}

A layer costs the same however many there are, and so does a node. What grows faster is ONNX Runtime's part of `verify`:
loading a model takes it time in proportion to the square of the number of its initializers and constants, 5 s of a
processor for 30,000 constants, for IN and for OUT. Of its options one helps and is used, to plan no memory: it took 14 s
with the plan. Levels of optimization, constant folding and arenas make no difference. `--no-run` leaves it out.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each model (3)")
    parser.add_argument("--most", type=int, default=10_000, help="the most layers and nodes (10,000)")
    parser.add_argument("--no-write", action="store_true", help="print the table only")
    arguments = parser.parse_args()
    where = machine()
    counts = [count for count in (100, 1_000, 10_000) if count <= arguments.most]
    with tempfile.TemporaryDirectory() as folder:
        growth = figures(counts, min(1_000, arguments.most), arguments.rounds, Path(folder))
    print(growth)
    if not arguments.no_write:
        put(GROWTH, section(arguments.rounds, where, growth))


if __name__ == "__main__":
    main()
