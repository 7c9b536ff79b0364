"""Runs onnx-parewire on all models of the onnx package's backend tests: docs/backend-models.md.

Each run must end in one of three ways: rewired, no layer, refused. Layers must be those that an
independent reading of the graph finds, but for fixed filters, and a rewired file must be the input
with numpy's weights in their place, byte for byte. backend_models.sh starts it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.backend.test
from onnx import ModelProto, TensorProto, ValueInfoProto, numpy_helper

# The oracle is a file, not an installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from parewire_numpy import DEFAULT_SEED, rewire
from real_models_expected import Indices, Reader, Scope, Stored

Json = dict[str, Any]
Counts = Counter[str]

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "backend-models.md"
DATA = Path(onnx.backend.test.__file__).parent / "data"

HANGS = 60
"""Seconds after which a run counts as one that hangs."""

REWIRED, NO_LAYER = 0, 4
REFUSED = {2: "usage", 3: "invalid or unsafe model", 5: "can't be read or written"}
"""The other exit codes that a sound program may end with."""

OUTCOMES = ("rewired", "no layer", "refused")

TEXT = """# The onnx package's backend models

The Python package `onnx` {version} has {shipped} models to test backends with, most of them one node each: nearly every
operator in nearly every form. `tools/models/backend_models.sh` gets the package, runs `onnx-parewire` on all of them and
writes this page, in about two minutes; it needs Python 3.11 and 40 MB of download. (1.22 is the last version that has
the models of single nodes as files.)

As a single node has its weights as inputs, these models are run twice more, with the first input stored in the model, and
with all others stored, of the values that the package tests with.

{outcomes}
{refusals}
Nothing else comes about: a crash, a proof that fails, any other exit code or a run of {hangs} seconds fails the script, and
so does a difference from a second reading. That is `tools/models/real_models_expected.py`, which shares no code with the
tool: it says which layers a graph has, with their numbers, but for fixed filters; and a rewired file must be its input with
the weights that `tools/oracle/parewire_numpy.py` makes of these {layers} layers, byte for byte (0.0 and -0.0 may change
places, as numpy leaves that open). The models of `light` have no layer since they compute their weights.
"""


class Tool:
    """The command, many times in one JVM."""

    def __init__(self) -> None:
        jar = ROOT / "target" / "onnx-parewire.jar"
        options = f"@{ROOT / 'src' / 'dist' / 'jvm.options'}"
        source = ROOT / "tools" / "models" / "ManyCommands.java"
        self.process = subprocess.Popen(
            ["java", options, "-cp", jar, source],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str | Path) -> tuple[int, str]:
        """Run a command; return its exit code and what it says on standard error."""
        assert self.process.stdin
        assert self.process.stdout
        clock = threading.Timer(HANGS, self.process.kill)
        clock.start()
        self.process.stdin.write("\t".join(map(str, arguments)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        clock.cancel()
        if not answer:
            command = " ".join(map(str, arguments))
            sys.exit(f"crashed, or took more than {HANGS} s: onnx-parewire {command}")
        status, said = answer.rstrip("\n").split("\t", 1)
        return int(status), said


class Wrong(Exception):
    """The tool's result is not what the independent reading gives."""


class GivenShapes(Reader):
    """A reading of a graph that follows no view whose shape is computed."""

    def resolve(self, name: str, scope: Scope) -> tuple[Stored, Indices] | None:
        """Return the stored tensor that a value is, if that can be told."""
        try:
            return super().resolve(name, scope)
        except (KeyError, TypeError):
            return None


def require(holds: bool, what: str) -> None:
    """End the check of a model unless something holds."""
    if not holds:
        raise Wrong(what)


def rewired_weights(number: int, stored: Stored) -> bytes:
    """What numpy makes of a tensor's elements."""
    before = numpy_helper.to_array(stored.tensor).ravel()
    after = before.copy()
    slices = stored.matrices[0]
    for index, matrix in enumerate(slices):
        stream = (number,) if len(slices) == 1 else (number, index)
        after[matrix] = rewire(before[matrix], DEFAULT_SEED, stream)
    return after.tobytes()


def same_but_for_zeros(tensor: TensorProto, ours: bytes, theirs: bytes) -> bool:
    """Compare values: numpy's sort leaves open which of 0.0 and -0.0 comes first."""
    kind = numpy_helper.to_array(tensor).dtype
    zero = kind.type(0)
    values = [np.frombuffer(content, kind) + zero for content in (ours, theirs)]
    return len(ours) == len(theirs) and values[0].tobytes() == values[1].tobytes()


def check_layers(model: ModelProto, inspection: Json) -> dict[str, tuple[int, Stored]]:
    """Compare the layers that the tool finds with the graph's; return those to rewire, by name."""
    found = {
        stored.name: (number, stored)
        for number, stored in enumerate(GivenShapes(model.graph).weights)
        if stored.is_layer()
    }
    fixed = {
        layer["tensor"]
        for layer in inspection["layers"]
        if layer.get("left", "").startswith("fixed filter: ")
    }
    theirs = {
        layer["tensor"]: layer["number"] for layer in inspection["layers"] if "left" not in layer
    }
    ours = {name: number for name, (number, _) in found.items() if name not in fixed}
    require(ours == theirs, f"layers {theirs}; the graph has {ours}")
    return {name: layer for name, layer in found.items() if name in ours}


def check_rewired(
    content: bytes, out: bytes, layers: dict[str, tuple[int, Stored]], model: ModelProto
) -> None:
    """Compare a rewired file with the input that has numpy's weights."""
    require(
        model.SerializeToString() == content,
        "this script can't write the input as it is, so it can't tell",
    )
    rewired = {tensor.name: tensor for tensor in onnx.load_from_string(out).graph.initializer}
    for name, (number, stored) in layers.items():
        require(
            stored.tensor.HasField("raw_data"),
            f"{name} is not raw, which this script can't put in its place",
        )
        expected = rewired_weights(number, stored)
        got = rewired[name].raw_data
        require(
            same_but_for_zeros(stored.tensor, got, expected),
            f"{name} is not what numpy makes of it",
        )
        stored.tensor.raw_data = got
    require(model.SerializeToString() == out, "something else than the weights differs")


def inspect(tool: Tool, path: Path, folder: Path) -> Json | None:
    """What the tool finds in a model; nothing if it refuses it."""
    report = folder / "inspection.json"
    status, said = tool("inspect", path, "--json", report)
    require(status in (0, *REFUSED), f"inspect ended with {status}: {said}")
    return json.loads(report.read_text(encoding="utf-8")) if status == 0 else None


def check(tool: Tool, path: Path, folder: Path) -> tuple[str, str, int]:
    """Run the tool on a model; return the outcome, why it was refused, and the layers rewired."""
    out = folder / "out.onnx"
    out.unlink(missing_ok=True)
    inspection = inspect(tool, path, folder)
    status, said = tool(path, out)
    if status in REFUSED:
        require(not out.exists(), "refused, but there is an output")
        return "refused", f"{status}, {REFUSED[status]}: {said.split(': ', 2)[-1]}", 0
    require(status in (REWIRED, NO_LAYER), f"ended with {status}: {said}")
    require(inspection is not None, "refused by inspect alone")
    content = path.read_bytes()
    model = onnx.load_from_string(content)
    layers = check_layers(model, inspection or {})
    expected = REWIRED if layers else NO_LAYER
    require(status == expected, f"ended with {status}, with {len(layers)} layers in the graph")
    if not layers:
        return "no layer", "", 0
    check_rewired(content, out.read_bytes(), layers, model)
    return "rewired", "", len(layers)


def with_stored_inputs(path: Path, first: bool) -> ModelProto | None:
    """Store a model's first input, or all others, as initializers of the values to test with."""
    model = onnx.load(path)
    kept: list[ValueInfoProto] = []
    for number, value in enumerate(model.graph.input):
        file = path.parent / "test_data_set_0" / f"input_{number}.pb"
        is_stored = (number == 0) == first and value.type.HasField("tensor_type") and file.exists()
        if is_stored:
            tensor = model.graph.initializer.add()
            tensor.ParseFromString(file.read_bytes())
            tensor.name = value.name
        else:
            kept.append(onnx.ValueInfoProto.FromString(value.SerializeToString()))
    if len(kept) == len(model.graph.input):
        return None
    del model.graph.input[:]
    model.graph.input.extend(kept)
    return model


def models(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield each model's group, name and file; those with stored inputs are made in a folder."""
    for path in sorted(DATA.rglob("*.onnx")):
        name = str(path.relative_to(DATA))
        yield name.split("/")[0], name, path
    for group, first in (("node, first input stored", True), ("node, other inputs stored", False)):
        for path in sorted(DATA.glob("node/*/model.onnx")):
            model = with_stored_inputs(path, first)
            if model:
                made = folder / "model.onnx"
                made.write_bytes(model.SerializeToString())
                yield group, f"{path.relative_to(DATA)}, {group}", made


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Make a table in Markdown, its figures flush right."""
    marks = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in (header, marks, *rows))


def page(outcomes: dict[str, Counts], refused: Counts, layers: int) -> str:
    """Make the page from the counts."""
    total = sum(outcomes.values(), Counter[str]())
    rows = [
        [name, f"{counts.total():,}", *(f"{counts[outcome]:,}" for outcome in OUTCOMES)]
        for name, counts in (*outcomes.items(), ("all", total))
    ]
    reasons = [[why, f"{number:,}"] for why, number in refused.most_common()]
    refusals = table(["refused: exit code and reason", "models"], reasons) if reasons else ""
    shipped = sum(counts.total() for name, counts in outcomes.items() if "stored" not in name)
    return TEXT.format(
        version=onnx.__version__,
        shipped=f"{shipped:,}",
        layers=f"{layers:,}",
        hangs=HANGS,
        outcomes=table(["models", "number", *OUTCOMES], rows),
        refusals=refusals and "\n" + refusals + "\n",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "group", nargs="*", help="folders of the package's models, such as node; without one, all"
    )
    parser.add_argument(
        "--no-write", action="store_true", help="print the page only, as with groups"
    )
    arguments = parser.parse_args()
    outcomes: dict[str, Counts] = {}
    refused: Counts = Counter()
    layers = 0
    wrong = []
    tool = Tool()
    with tempfile.TemporaryDirectory() as folder:
        for group, name, path in models(Path(folder)):
            if arguments.group and group not in arguments.group:
                continue
            try:
                outcome, why, count = check(tool, path, Path(folder))
            except Wrong as e:
                wrong.append(f"{name}: {e}")
                continue
            outcomes.setdefault(group, Counter())[outcome] += 1
            layers += count
            if why:
                refused[why] += 1
    text = page(outcomes, refused, layers)
    print(text)
    if wrong:
        sys.exit("\n".join(["wrong:", *wrong]))
    if not arguments.group and not arguments.no_write:
        DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
