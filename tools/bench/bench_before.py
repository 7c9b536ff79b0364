"""Time onnx-parewire against an earlier commit of it, a run of one after a run of the other, on models of all sizes.

    git worktree add ../before COMMIT
    tools/.venv/bin/python tools/bench/bench_before.py ../before            # the table, printed and into docs/benchmarks.md
    tools/.venv/bin/python tools/bench/bench_before.py ../before --cases small resnet50 --rounds 9 --no-write

Each launcher builds its own checkout. Both outputs are compared, byte for byte. Figures are medians; a ratio is the
median of the ratios of neighbouring runs. Models of billions of weights are run once or twice, and take twice --gigabytes
of the disk.
"""

from __future__ import annotations

import argparse
import filecmp
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bench_growth
import bench_models
import make_huge_model
from timing import BEFORE, MIB, TOOL, Process, apart, machine, measure, put, table, written_by

MANY = 3000
"""Layers of the model of many small ones."""

FEW_GIGABYTES = 0.36
"""Four layers."""


@dataclass(frozen=True)
class Case:
    """A model and options to run it with."""

    what: str
    make: Callable[[Path, float], Path]
    options: tuple[str, ...] = ()
    most_rounds: int = 99


def network(name: str) -> Callable[[Path, float], Path]:
    return lambda folder, _: apart(bench_models.NETWORKS[name], folder)


def dense(folder: Path, _: float) -> Path:
    return apart(bench_models.dense, folder, 10_000, 10_000)


def many(folder: Path, _: float) -> Path:
    model = folder / "many.onnx"
    apart(bench_growth.chain, model, MANY, 0, False)
    return model


def few_large(folder: Path, _: float) -> Path:
    return all_large(folder, FEW_GIGABYTES)


def all_large(folder: Path, gigabytes: float) -> Path:
    apart(make_huge_model.write, folder, gigabytes)
    return folder / "huge.onnx"


CASES = {
    "small": Case("small network of 100 KB", network("small_cnn")),
    "resnet50": Case("ResNet-50", network("resnet50")),
    "vgg11": Case("VGG-11, a file of 507 MiB", network("vgg11"), most_rounds=3),
    "many": Case(f"{MANY:,} layers of {bench_growth.WIDTH} x {bench_growth.WIDTH}", many),
    "dense": Case("one layer of 10,000 x 10,000", dense, most_rounds=3),
    "few": Case("4 layers of float16", few_large, most_rounds=3),
    "huge": Case("{layers} layers of float16", all_large, most_rounds=1),
    "huge-json": Case("the same, `--json`", all_large, ("--json", "report.json"), most_rounds=1),
}


@dataclass(frozen=True)
class Side:
    """A checkout, and what its runs of a case took."""

    tool: Path
    runs: list[Process]

    def run(self, model: Path, out: Path, options: Sequence[str]) -> None:
        out.parent.mkdir(exist_ok=True)
        options = [str(out.with_name(option)) if option.endswith(".json") else option for option in options]
        self.runs.append(measure([self.tool, model, out, "-v", *options]))

    def median(self, figure: str) -> float:
        return statistics.median(getattr(run, figure) for run in self.runs)


def require_equal(ours: Path, theirs: Path) -> None:
    """End unless both folders hold the same bytes; reports tell times, which differ."""
    names = sorted(path.name for path in ours.iterdir() if path.suffix != ".json")
    _, differing, missing = filecmp.cmpfiles(ours, theirs, names, shallow=False)
    if differing or missing:
        sys.exit(f"{ours} and {theirs} differ in {', '.join(differing + missing)}")


def size(model: Path) -> float:
    """MiB of a model with its data."""
    return sum(path.stat().st_size for path in model.parent.iterdir()) / MIB


def row(case: Case, rounds: int, gigabytes: float, earlier: Path) -> list[str]:
    """Time a case."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = folder / "in"
        given.mkdir()
        model = case.make(given, gigabytes)
        weights = apart(bench_models.count_weights, model)
        before, now = Side(earlier, []), Side(TOOL, [])
        for _ in range(min(rounds, case.most_rounds)):
            before.run(model, folder / "before" / "out.onnx", case.options)
            now.run(model, folder / "now" / "out.onnx", case.options)
            require_equal(folder / "now", folder / "before")
        ratios = [a.processor / b.processor for a, b in zip(now.runs, before.runs, strict=True)]
        whole = size(model)
        layers = weights // (make_huge_model.NARROW * make_huge_model.WIDE)
        return [
            case.what.format(layers=layers),
            f"{weights:,}",
            f"{len(ratios)}",
            *(f"{side.median('seconds'):.2f}" for side in (before, now)),
            *(f"{side.median('processor') / weights * 1e9:,.0f}" for side in (before, now)),
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
            *(f"{side.median('memory'):,.0f}" for side in (before, now)),
            f"{whole:,.0f}",
        ]


HEADER = (
    "model",
    "weights",
    "runs",
    "before, s",
    "now, s",
    "before, processors, ns a weight",
    "now, processors, ns a weight",
    "now / before",
    "before, peak memory, MiB",
    "now, peak memory, MiB",
    "model, MiB",
)


def commit(checkout: Path) -> str:
    """Its commit, in words."""
    command = ["git", "-C", checkout, "log", "-1", "--format=%h of %cs"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, metavar="CHECKOUT", help="a checkout of the earlier commit")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each side, where a model is not large (7)")
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=list(CASES))
    parser.add_argument("--gigabytes", type=float, default=6, help="of the largest model (6)")
    parser.add_argument("--no-write", action="store_true", help="print the table only")
    arguments = parser.parse_args()
    earlier = arguments.before / "tools" / "onnx-parewire"
    where = machine()
    for tool in (earlier, TOOL):
        measure([tool, "--version"])  # builds it if it has to be
    rows = []
    for name in arguments.cases:
        rows.append(row(CASES[name], arguments.rounds, arguments.gigabytes, earlier.resolve()))
        print(" | ".join(rows[-1]), flush=True)
    text = (
        f"{written_by(__file__, arguments.rounds, where)} Before is {commit(arguments.before)}. A run of one follows a run of\n"
        "the other; the outputs are equal byte for byte. A ratio is the median over neighbouring runs, of the time of\n"
        f"processors, with the least and the most.\n\n{table(HEADER, rows)}\n"
    )
    print(text)
    if not arguments.no_write:
        put(BEFORE, text)


if __name__ == "__main__":
    main()
