#!/usr/bin/env python3
"""Break the OpenCL kernel in one place at a time, and say which breaks its checks notice.

Removes each barrier, and lets look-ups count that come too near to a share. A device that has the
items of a group take turns may not notice a barrier, where oclgrind sees a race. Takes half an
hour: each broken kernel is compiled anew. Exits with 1 if the kernel as it is fails.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import numpy as np

from check_kernel import SMALL_SHAPES, Case, differing, golden, near_case, random_cases
from kernel import SOURCE, OpenCl, UnfitError

NOTHING = "nothing broken"
LIMIT_SECONDS = 180

SETTINGS = {"group": 16, "first_in_local": True, "sort_local": 64, "hand": 2}
WAYS = [{}, {"DOUBT_ALL": 1, "work": 3000}]
SHAPES = [(7, 300), (40, 41), (3, 700)]


def mutants(source: str) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield what is broken, the broken source, and settings beside."""
    yield NOTHING, source, {}
    lines = source.splitlines(keepends=True)
    begin = next(i for i, line in enumerate(lines) if line.startswith("#ifdef SHUFFLE_UP"))
    end = next(i for i, line in enumerate(lines) if i > begin and line.startswith("#else"))
    for number, line in enumerate(lines):
        # What stands between is for NVIDIA's compiler.
        if re.fullmatch(r"\s*BARRIER;( \\)?\s*", line) and not begin < number < end:
            rest = [*lines[:number], line.replace("BARRIER;", ";"), *lines[number + 1 :]]
            yield f"line {number + 1}: no barrier", "".join(rest), {}
    yield "tolerance: none", source, {"TOLERANCES": 0}


class Mutant(OpenCl):
    """Compiles a source that is given."""

    text = ""

    def source(self) -> str:  # noqa: D102
        return self.text


def failures(device: Mutant, cases: list[Case], extra: dict[str, object]) -> int:
    """Return how many comparisons fail; all of them if the kernel does not run."""
    failed = 0
    for way in WAYS:
        try:
            failed += len(differing(device, cases, **SETTINGS, **way, **extra)[0])
        except (UnfitError, RuntimeError, device.cl.Error) as e:
            print(f"  {e}")
            failed += len(cases)
    return failed


def try_one(number: int, simulated: bool) -> int:
    """Return the exit status of a check of one mutant: 1 if it is noticed."""
    name, source, extra = list(mutants(original()))[number]
    cases = list(random_cases(SMALL_SHAPES if simulated else SHAPES))
    if not simulated:
        cases += golden()
    # Of one type: each takes a compilation.
    cases = [c for c in cases if c[1].dtype == np.float32 and c[1].size <= 3000]
    if extra:
        cases = [near_case()]
    device = Mutant()
    device.text = source
    failed = failures(device, cases, extra)
    print(f"{name}: {failed} of {len(WAYS) * len(cases)} comparisons fail", flush=True)
    return 1 if failed else 0


def original() -> str:
    """Return the kernel as it is."""
    return (SOURCE / "rewire.cl").read_text()


def notices(number: int, name: str) -> bool:
    """Whether a mutant gives other bytes or never ends; or has races, where there is oclgrind."""
    command = [sys.executable, __file__, str(number)]
    try:
        if subprocess.run(command, timeout=LIMIT_SECONDS, check=False).returncode != 0:
            return True
        if shutil.which("oclgrind"):
            simulator = ["oclgrind", "--data-races", *command, "simulated"]
            said = subprocess.run(
                simulator, timeout=LIMIT_SECONDS, check=False, capture_output=True, text=True
            )
            races = len(re.findall("data race", said.stdout + said.stderr, re.IGNORECASE))
            print(f"{name}: {races} races, status {said.returncode}", flush=True)
            return races > 0 or said.returncode != 0
    except subprocess.TimeoutExpired:
        print(f"{name}: no end in {LIMIT_SECONDS} s", flush=True)
        return True
    return False


def main() -> int:
    """Try every mutant, each in a process of its own: some never end."""
    if len(sys.argv) > 1:
        return try_one(int(sys.argv[1]), "simulated" in sys.argv)
    missed = []
    for number, (name, _, _) in enumerate(mutants(original())):
        noticed = notices(number, name)
        if name == NOTHING and noticed:
            return 1
        if name != NOTHING and not noticed:
            missed.append(name)
    print("not noticed:", *(missed or ["none"]), sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
