"""Measures what --passes, --selection and --offset leave of the strength variance: the table of docs/options.md.

    python tools/bench/measure_options.py [--seeds N]

Makes N models (10 by default) of a dense and a conv layer with Kaiming's normal weights, each from
a seed of its own, runs tools/onnx-parewire on each with that seed and each choice of options, and
prints a table in Markdown: the variance afterwards as a share of that before, the mean over the
seeds and their standard deviation. The last column is the same of the neurons' sums of squared
weights: the largest mean of the four columns before. A quarter of an hour for 10 seeds on two cores, most of it
for the 10,000 orders.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

TOOL = Path(__file__).resolve().parents[1] / "onnx-parewire"

LAYERS = {"dense": (512, 512), "conv": (64, 64, 3, 3)}
SIDES = ("input", "output")
THEN = ", then "
"""Between the options of a run and those of a second one on what it leaves, which are none."""

CHOICES = (
    "",
    "--passes input",
    "--passes output",
    "--offset 0.01",
    "--offset 0.1",
    "--offset 10",
    "--offset 100",
    "--sampler exponential",
    "--selection greedy",
    "--selection greedy --passes input",
    "--selection greedy --passes output",
    *(f"--selection best-of --draws {draws}" for draws in (1, 10, 100, 1_000, 10_000)),
    *(f"--selection best-of --draws {draws}{THEN}" for draws in (100, 10_000)),
)


def model(seed: int) -> onnx.ModelProto:
    """Return a model of the layers, with weights of variance 2 / fan-in."""
    rng = np.random.default_rng(seed)
    weights = [
        numpy_helper.from_array(
            rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape).astype(np.float32), name
        )
        for name, shape in LAYERS.items()
    ]
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["x", "dense"], ["y"], transB=1),
            helper.make_node("Conv", ["image", "conv"], ["z"]),
        ],
        "layers",
        [
            helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 512]),
            helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, [1, 64, 3, 3]),
        ],
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in "yz"],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


Shares = dict[tuple[str, str], float]


def rewire(path: Path, seed: int, options: str) -> tuple[Shares, Shares]:
    """Return variances afterwards by those before, for each layer and side: of strengths, of norms."""
    out = path
    reports = []
    for step in options.split(THEN):
        given, out = out, path.with_suffix(f".{len(reports)}.onnx")
        command = [TOOL, given, out, "--seed", str(seed), "-q", "--json", "-", *step.split()]
        reports.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    strengths = {
        (layer["tensor"], side): last[key]["after"] / layer[key]["before"]
        for layer, last in zip(reports[0]["layers"], reports[-1]["layers"], strict=True)
        for side in SIDES
        for key in [f"{side}StrengthVariance"]
    }
    before, after = squared_norm_variances(path), squared_norm_variances(out)
    return strengths, {key: after[key] / before[key] for key in before}


def squared_norm_variances(path: Path) -> Shares:
    """Return the variance of the neurons' sums of squared weights, for each layer and side."""
    variances = {}
    for tensor in onnx.load(path).graph.initializer:
        weight = numpy_helper.to_array(tensor)
        squares = weight.reshape(weight.shape[0], -1).astype(np.float64) ** 2
        for axis, side in enumerate(SIDES):
            variances[tensor.name, side] = float(squares.sum(axis=axis).var(ddof=1))
    return variances


def percent(shares: list[float]) -> str:
    mean = 100 * statistics.mean(shares)
    spread = 100 * statistics.stdev(shares)
    decimals = 0 if mean >= 10 else 2
    return f"{mean:.{decimals}f}% ± {spread:.{decimals}f}" if spread > 1e-6 else f"{mean:.0f}%"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    seeds = range(parser.parse_args().seeds)
    columns = [(layer, side) for layer in LAYERS for side in SIDES]
    print("| options | " + " | ".join(f"{layer}: {side}s" for layer, side in columns) + " | norms |")
    print("| --- |" + " ---: |" * (len(columns) + 1))
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            onnx.save(model(seed), Path(folder, f"{seed}.onnx"))
        for options in CHOICES:
            runs = [rewire(Path(folder, f"{seed}.onnx"), seed, options) for seed in seeds]
            cells = [percent([strengths[column] for strengths, _ in runs]) for column in columns]
            norms = max(statistics.mean(norms[column] for _, norms in runs) for column in columns)
            cells.append(f"x {norms:.1f}")
            first, then, _ = options.partition(THEN)
            name = f"`{first}`" if first else "none: the authors' algorithm"
            if then:
                name += f"{THEN}the authors' algorithm"
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
