"""Makes the golden cases of the options of the field: src/test/resources/golden/options.

Rewires some inputs of the golden cases with numpy, by all combinations of passes and offsets, the
greedy selection or the best of some orders, and writes what comes out and cases.json. Run it in the tests' Python:

    python tools/models/make_option_cases.py
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import numpy as np

# The oracle is a file, not an installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import parewire_numpy

GOLDEN = Path(__file__).resolve().parents[2] / "src/test/resources/golden"
FOLDER = GOLDEN / "options"

# Float32 and float64, 16 bits, ties, one sign, more than two dimensions, a single row and column.
INPUTS = (
    "all_negative_12x20",
    "conv3d_8x4x3x3x3",
    "float16_32x48",
    "float64_33x65",
    "odd_7x13",
    "row_1x10",
    "column_10x1",
    "ties_16x24",
)
PASSES = ("both", "input", "output")
OFFSETS = (0.01, 1.0, 7.5)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    given = {case["name"]: case for case in json.loads((GOLDEN / "cases.json").read_text())["cases"]}
    rules = [
        {"passes": passes, "selection": "draw", "offset": offset}
        for passes, offset in itertools.product(PASSES, OFFSETS)
    ]
    rules += [{"passes": passes, "selection": "greedy", "offset": 1.0} for passes in PASSES]
    rules += [
        {"passes": passes, "selection": "best-of", "draws": draws}
        for passes, draws in (*((passes, 25) for passes in PASSES), ("both", 1))
    ]
    cases = []
    for name, rule in itertools.product(INPUTS, rules):
        case = given[name]
        weight = np.fromfile(GOLDEN / case["input"], case["dtype"]).reshape(case["shape"])
        rewired = parewire_numpy.rewire(weight, case["seed"], case["spawn_key"], **rule)
        if rule == {"passes": "both", "selection": "draw", "offset": 1.0}:
            expected = np.fromfile(GOLDEN / case["output"], case["dtype"]).reshape(case["shape"])
            assert rewired.tobytes() == expected.tobytes(), f"{name}: not the authors' result"
            continue
        how = {
            "draw": f"offset_{rule.get('offset', 1):g}",
            "greedy": "greedy",
            "best-of": f"best_of_{rule.get('draws')}",
        }[rule["selection"]]
        output = f"options/{name}.{rule['passes']}.{how}.out.bin"
        rewired.tofile(GOLDEN / output)
        keys = ("dtype", "shape", "seed", "spawn_key", "input")
        cases.append(
            {"name": Path(output).name.removesuffix(".out.bin")}
            | {key: case[key] for key in keys}
            | rule
            | {"output": output}
        )
    text = json.dumps({"numpy": np.__version__, "cases": cases}, indent=1)
    (FOLDER / "cases.json").write_text(text + "\n")
    print(f"{len(cases)} cases, made with numpy {np.__version__}")


if __name__ == "__main__":
    main()
