"""Does rewiring help? Measure strengths, train networks with and without it, and write docs/evidence.md's tables.

    python tools/experiment/experiment.py               # everything: about two hours on two cores
    python tools/experiment/experiment.py --quick       # two minutes: few images, into target/evidence
    python tools/experiment/experiment.py --page-only   # tables and plots from the raw results there are
    python tools/experiment/experiment.py --cifar10 FOLDER --device cuda --processes 1   # wider networks

tools/experiment/requirements.txt says how to make the environment; npm gets the images.

Raw results go to docs/evidence/*.csv, plots beside them. The same seeds give the same results with the same versions on
the same kind of processor, however many processes run. What --cifar10 finds goes to target/evidence-cifar10.
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import metadata
from pathlib import Path

from evidence import images, networks, page, records, strength, training
from evidence.images import Images
from evidence.strength import Strengths
from evidence.training import Curve, Epoch, Task

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "onnx-parewire"
PAGE = ROOT / "docs" / "evidence.md"
PACKAGES = ("torch", "numpy", "scipy", "onnx", "matplotlib")


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is done, how much of it, and the folder of evidence.md and evidence/.

    ``sets`` are those of images, whose networks are trained on ``device``; ``images`` of each at most.
    """

    folder: Path
    seeds: int
    strength_seeds: int
    sets: tuple[str, ...] = tuple(images.SOURCES)
    device: str = "cpu"
    images: int | None = None

    @property
    def raw(self) -> Path:
        return self.folder / "evidence"

    @property
    def strength_csv(self) -> Path:
        return self.raw / "strength.csv"

    @property
    def training_csv(self) -> Path:
        return self.raw / "training.csv"

    @property
    def curves_csv(self) -> Path:
        return self.raw / "curves.csv"

    def tasks(self) -> list[Task]:
        """All networks of a seed before the next seed, so that a run that is cut off has as many of each."""
        return [
            Task(name, initializer, seed)
            for seed in range(self.seeds)
            for name, network in networks.NETWORKS.items()
            if network.images in self.sets
            for initializer in network.initializers
        ]


class Worker:
    """What a process holds: the images, read once."""

    parts: dict[str, tuple[Images, Images]]

    @classmethod
    def start(cls, sources: dict[str, Path], plan: Plan) -> None:
        # cuBLAS adds up in the same order each time only if this is set before it starts.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        cls.parts = {}
        for name, place in sources.items():
            training_part, test_part = (
                images.cifar10(place) if name == images.CIFAR10 else images.load(images.SOURCES[name], place)
            )
            training_part = training_part.first(plan.images or len(training_part))
            cls.parts[name] = training_part.to(plan.device), test_part.to(plan.device)

    @classmethod
    def train(cls, task: Task) -> tuple[list[Epoch], list[Curve]]:
        return training.run(task, *cls.parts[networks.NETWORKS[task.network].images])


def measure_strength(plan: Plan, pool: ProcessPoolExecutor) -> None:
    """Write the strengths of layers before and after rewiring, of the seeds that are not there yet."""
    path = plan.strength_csv
    done = {record.seed for record in records.read(path, Strengths)} if path.exists() else set()
    for found in pool.map(strength.run, [seed for seed in range(plan.strength_seeds) if seed not in done]):
        records.append(path, found)
        print(f"strength: seed {found[0].seed}", file=sys.stderr, flush=True)


def train(plan: Plan, pool: ProcessPoolExecutor) -> None:
    """Write how every network trains in every arm, of the tasks that are not there yet."""
    path = plan.training_csv
    done = {Task(r.network, r.initializer, r.seed) for r in records.read(path, Epoch)} if path.exists() else set()
    left = [task for task in plan.tasks() if task not in done]
    start = time.monotonic()
    for number, future in enumerate(as_completed([pool.submit(Worker.train, task) for task in left]), 1):
        epochs, curves = future.result()
        records.append(plan.curves_csv, curves)
        records.append(path, epochs)
        print(f"training: {number} of {len(left)}, {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    # In the order of tasks, whichever process was faster.
    order = {task: number for number, task in enumerate(plan.tasks())}
    for file, kind in ((path, Epoch), (plan.curves_csv, Curve)):
        rows = sorted(records.read(file, kind), key=lambda r: order[Task(r.network, r.initializer, r.seed)])
        file.unlink()
        records.append(file, rows)


def write_page(plan: Plan, machine: str | None) -> None:
    """Fill in the tables, draw the plots, and name the machine if the results are its own."""
    parts = {}
    if plan.strength_seeds:
        parts["strength"] = page.strength(records.read(plan.strength_csv, Strengths), plan.raw)
    epochs, curves = records.read(plan.training_csv, Epoch), records.read(plan.curves_csv, Curve)
    parts |= page.training(epochs, curves, plan.raw)
    if machine:
        parts["machine"] = machine
    page.fill(plan.folder / "evidence.md", parts)


def describe(processes: int, seconds: float, load: float) -> str:
    """The machine, the versions and the time, in words; the processor's too, which other work hardly changes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    at_work = (usage.ru_utime + usage.ru_stime) / 60
    described = (line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    model = next((value.strip() for name, value in described if name.startswith("model name")), platform.processor())
    version = subprocess.run([TOOL, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return (
        f"Run on {time.strftime('%Y-%m-%d')} in {seconds / 60:.0f} minutes by {processes} processes, with "
        f"{at_work:.0f} minutes of processor time, on {os.cpu_count()} cores of {model}; "
        f"load when it began {load:.1f}; {version}; Python {platform.python_version()}, {versions}."
    )


def run(plan: Plan, sources: dict[str, Path], processes: int, resume: bool) -> None:
    """Do all with the images of these places, and write the page."""
    start, load = time.monotonic(), os.getloadavg()[0]
    plan.raw.mkdir(parents=True, exist_ok=True)
    if not resume:
        plan.strength_csv.unlink(missing_ok=True)
        plan.training_csv.unlink(missing_ok=True)
        plan.curves_csv.unlink(missing_ok=True)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, Worker.start, (sources, plan)) as pool:
        measure_strength(plan, pool)
        train(plan, pool)
    write_page(plan, describe(processes, time.monotonic() - start, load))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=30, help="draws of initial weights for each network (30)")
    parser.add_argument("--processes", type=int, default=2, help="of one thread each (2)")
    parser.add_argument("--resume", action="store_true", help="keep the raw results there are, and do the rest")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--quick", action="store_true", help="a smoke run, into target/evidence")
    kinds.add_argument("--page-only", action="store_true", help="run nothing")
    kinds.add_argument("--cifar10", type=Path, metavar="FOLDER", help="the folder cifar-10-batches-bin: train on it")
    parser.add_argument("--device", default="cpu", help="where --cifar10 trains, as torch names it (cpu)")
    arguments = parser.parse_args()
    plan = Plan(PAGE.parent, arguments.seeds, strength_seeds=10)
    if arguments.page_only:
        write_page(plan, machine=None)
        return
    if arguments.quick:
        plan = Plan(ROOT / "target" / "evidence", seeds=2, strength_seeds=2, images=320)
        plan.folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(PAGE, plan.folder)
    if arguments.cifar10:
        folder = ROOT / "target" / "evidence-cifar10"
        plan = Plan(folder, arguments.seeds, 0, sets=(images.CIFAR10,), device=arguments.device)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PAGE.name).write_text(page.blank("CIFAR-10", ["machine", *page.TRAINING_PARTS]))
        sources = {images.CIFAR10: arguments.cifar10}
    else:
        sources = {name: images.fetch(source) for name, source in images.SOURCES.items()}
    run(plan, sources, arguments.processes, arguments.resume)
    print(f"written: {plan.folder / PAGE.name}")


if __name__ == "__main__":
    main()
