#!/usr/bin/env python3
"""Check and time the OpenCL kernel by itself: `check_kernel.py opencl[:N]|cuda [--small] [--time]`.

Every result is compared, byte by byte, with the golden files or with numpy's. `cuda` compiles the
same source by NVRTC, for a machine whose driver has no OpenCL; it needs CuPy. Exits with 1 if
anything differs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from kernel import ROOT, Cuda, Device, Matrices, OpenCl, stream

sys.path.insert(0, str(ROOT / "tools/oracle"))
import parewire_numpy as oracle

GOLDEN = ROOT / "src/test/resources/golden"
SEED = 42

SETTINGS = [
    {"group": 64, "first_in_local": False, "sort_local": 64, "hand": 1},
    {"group": 256, "first_in_local": True, "sort_local": 4096},
    {"group": 512, "first_in_local": False, "sort_local": 2048, "hand": 4},
]

# Trust most look-ups, or none; all lines in a launch, or few.
WAYS = [{}, {"DOUBT_ALL": 1}, {"TOLERANCES": 1 << 28}, {"work": 5000}]

# For a simulator, which takes a thousand times as long.
SMALL_SETTINGS = [
    {"group": 16, "first_in_local": local, "sort_local": 16, "hand": 2} for local in (True, False)
]
SMALL_WAYS = [{}, {"DOUBT_ALL": 1, "work": 100}]
SMALL_SHAPES = [(4, 37), (9, 20), (2, 70)]

SHAPES = [(2, 1), (1, 9), (64, 3), (3, 3000), (300, 301), (40, 20000), (512, 2304)]


# Name, matrix, rewired matrix, stream, and whether zeros may differ in sign.
Case = tuple[str, np.ndarray, np.ndarray, list[int], bool]


def golden() -> Iterator[Case]:
    """Yield what is in the golden files."""
    for case in json.loads((GOLDEN / "cases.json").read_text())["cases"]:
        arrays = [np.fromfile(GOLDEN / case[end], case["dtype"]) for end in ("input", "output")]
        if case["dtype"] == "float16":
            arrays = [array.astype(np.float32) for array in arrays]
        given, expected = (array.reshape(case["shape"][0], -1) for array in arrays)
        key = stream(int(case["seed"]), case["spawn_key"] or ())
        yield case["name"], given, expected, key, case["compare"] == "values"


def draws(rng: np.random.Generator, shape: tuple[int, int], kind: int) -> np.ndarray:
    """Return weights of several kinds."""
    weights = rng.standard_normal(shape) * [0.02, 1e3, 1e-40, 1.0, 1.0][kind]
    if kind == 3:
        weights = np.round(weights)  # ties and zeros of both signs
    elif kind == 4:
        weights = np.abs(weights) + 5
    return weights.astype([np.float32, np.float64][kind % 2 == 1])


def same(found: np.ndarray, expected: np.ndarray, signs_may_differ: bool = False) -> bool:
    """Whether all bytes are equal."""
    return found.tobytes() == expected.tobytes() or (
        signs_may_differ and np.array_equal(found, expected)
    )


def random_cases(shapes: list[tuple[int, int]]) -> Iterator[Case]:
    """Yield matrices of each shape, and what numpy makes of them."""
    rng = np.random.default_rng(SEED)
    for number, shape in enumerate(shapes * 2):
        given = draws(rng, shape, number % 5)
        expected = oracle.rewire(given, SEED, (number,))
        name = f"{shape[0]}x{shape[1]} {given.dtype}"
        yield name, given, expected, stream(SEED, (number,)), number % 5 == 3


def near_case() -> Case:
    """Return a matrix with a draw so near to a share that sums in another order mistake it."""
    given = np.random.default_rng(SEED).standard_normal((2, 100_003), np.float32)
    given[0] = 0  # equal shares, whose sums from left to right drift away
    key = (459,)
    return "near", given, oracle.rewire(given, SEED, key), stream(SEED, key), False


def differing(device: Device, cases: list[Case], **settings: Any) -> tuple[list[str], int]:
    """Return the names of those whose bytes differ, and how many rounds were added up in order."""
    wrong, in_order = [], 0
    for dtype in (np.float32, np.float64):
        some = [case for case in cases if case[1].dtype == dtype]
        if not some:
            continue
        matrices = Matrices(device, [c[1] for c in some], [c[3] for c in some], **settings)
        for case, found in zip(some, matrices.rewire(), strict=True):
            if not same(found, case[2], case[4]):
                wrong.append(case[0])
        in_order += matrices.in_order
    return wrong, in_order


def check(device: Device, small: bool) -> int:
    """Run all comparisons; return how many failed."""
    failed = 0
    cases = list(random_cases(SMALL_SHAPES if small else SHAPES))
    if not small:
        cases += [*golden(), near_case()]
    for settings in SMALL_SETTINGS if small else SETTINGS:
        for way in SMALL_WAYS if small else WAYS:
            begin = time.perf_counter()
            wrong, in_order = differing(device, cases, **settings, **way)
            failed += len(wrong)
            print(
                f"{settings} {way}: {len(cases) - len(wrong)} of {len(cases)} equal,"
                f" {in_order} rounds in order, {time.perf_counter() - begin:.1f} s {wrong}",
                flush=True,
            )
    return failed


def measure(device: Device, shape: tuple[int, int], count: int, **settings: Any) -> None:
    """Print the median times of rewiring some alike matrices at once, of three runs."""
    rng = np.random.default_rng(SEED)
    given = [rng.standard_normal(shape, np.float32) * np.float32(0.02)] * count
    streams = [stream(SEED, (i,)) for i in range(count)]
    Matrices(device, given[:1], streams[:1], **settings).rewire()  # compiles
    runs = []
    for _ in range(3):
        matrices = Matrices(device, given, streams, **settings)
        matrices.device.finish()
        matrices.rewire()
        runs.append(matrices.seconds)
    medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    weights = count * shape[0] * shape[1]
    print(
        f"| {count} x {shape[0]}x{shape[1]} | {settings} |"
        + "".join(f" {key} {value * 1e3:.1f} ms |" for key, value in medians.items())
        + f" {sum(medians.values()) / weights * 1e9:.2f} ns a weight |"
        + f" {matrices.in_order} in order |",
        flush=True,
    )


def main() -> int:
    """Check, then time if asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("device")
    parser.add_argument("--small", action="store_true", help="few and small matrices")
    parser.add_argument("--time", action="store_true", help="time some sizes, too")
    arguments = parser.parse_args()
    kind, _, number = arguments.device.partition(":")
    device = Cuda() if kind == "cuda" else OpenCl(int(number or 0))
    print(device.name)
    failed = check(device, arguments.small)
    if arguments.time:
        for group in (128, 256, 512):
            for shape, count in (
                ((4096, 4096), 1),
                ((4608, 512), 20),
                ((1024, 4096), 200),
            ):
                measure(device, shape, count, group=group)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
