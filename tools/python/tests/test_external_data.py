"""What others make of external data that was written here: the newest onnx, and ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnx.external_data_helper import load_external_data_for_model, uses_external_data

from parewire.onnx import rewire

Manner = dict[str, Any]

OPTIONS = {
    "beside": ["--save-as-external-data"],
    "named": ["--external-data", "weights.bin"],
    "below": ["--external-data", "data/deep/weights.bin"],
    "each": ["--one-file-per-tensor"],
    "each below": ["--one-file-per-tensor", "--external-data", "data"],
}
SAVES: dict[str, Manner] = {
    "inside": {},
    "one file": {"save_as_external_data": True, "location": "again.bin"},
    "each": {"save_as_external_data": True, "all_tensors_to_one_file": False},
    "attributes too": {
        "save_as_external_data": True,
        "location": "again.bin",
        "size_threshold": 0,
        "convert_attribute": True,
    },
}
INPUTS: dict[str, Manner | None] = {
    "inside": None,
    "one file": {"save_as_external_data": True, "location": "in.data", "size_threshold": 0},
    "each": {"save_as_external_data": True, "all_tensors_to_one_file": False},
    "attributes too": {
        "save_as_external_data": True,
        "all_tensors_to_one_file": False,
        "size_threshold": 0,
        "convert_attribute": True,
    },
}

# every kind of input with one file and with several, and the other options
CASES = [(kind, options) for kind in INPUTS for options in ("named", "each below")] + [
    ("inside", options) for options in OPTIONS if options not in ("named", "each below")
]


def weight(name: str, *dims: int) -> TensorProto:
    rng = np.random.default_rng([len(name), *dims])
    return numpy_helper.from_array(rng.normal(size=dims).astype(np.float32), name)


def branch(name: str) -> Any:
    """A subgraph with a weight of its own, of a name that its twin has, too."""
    return helper.make_graph(
        [helper.make_node("MatMul", ["h", "inner/weight"], [name])],
        name,
        [],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 40])],
        [weight("inner/weight", 40, 40)],
    )


def model() -> ModelProto:
    """Layers in initializers, a subgraph and a Constant, and names that no file can have."""
    nodes = [
        helper.make_node("MatMul", ["x", "W"], ["a"]),
        helper.make_node("MatMul", ["a", "w"], ["b"]),
        helper.make_node("MatMul", ["b", "onnx::MatMul_7"], ["c"]),
        helper.make_node("Constant", [], ["held"], value=weight("held", 40, 40)),
        helper.make_node("MatMul", ["c", "held"], ["h"]),
        helper.make_node(
            "If", ["condition"], ["d"], then_branch=branch("then"), else_branch=branch("else")
        ),
        helper.make_node("MatMul", ["d", "large"], ["y"]),
        helper.make_node("Concat", ["none", "y"], ["z"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "graph",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 48]),
            helper.make_tensor_value_info("condition", TensorProto.BOOL, []),
        ],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 9000])],
        [
            weight("W", 48, 40),
            weight("w", 40, 40),
            weight("onnx::MatMul_7", 40, 40),
            weight("large", 40, 9000),
            numpy_helper.from_array(np.zeros((1, 0), np.float32), "none"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def tensors(message: Any) -> Iterator[TensorProto]:
    """Every tensor in a message, in its order."""
    if isinstance(message, TensorProto):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is not None:
            for each in value if field.is_repeated else [value]:
                yield from tensors(each)


def values(proto: ModelProto) -> list[tuple[str, bytes]]:
    """Names and elements of a model whose external data is loaded."""
    return [(each.name, numpy_helper.to_array(each).tobytes()) for each in tensors(proto)]


def written(folder: Path, manner: Manner | None) -> Path:
    folder.mkdir()
    onnx.save(model(), folder / "in.onnx", **(manner or {}))
    return folder / "in.onnx"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes]]:
    """The rewired model with all tensors inside."""
    folder = tmp_path_factory.mktemp("expected")
    rewire(written(folder / "in", None), folder / "out.onnx")
    return values(onnx.load(folder / "out.onnx"))


@pytest.mark.parametrize(("kind", "options"), CASES)
def test_onnx_loads_checks_and_saves_again(
    kind: str, options: str, tmp_path: Path, expected: list[tuple[str, bytes]]
) -> None:
    source = written(tmp_path / "in", INPUTS[kind])
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "out.onnx"
    report = rewire(source, out, options=OPTIONS[options])
    onnx.checker.check_model(out)
    loaded = onnx.load(out)
    assert values(loaded) == expected
    onnx.checker.check_model(loaded)

    bare = onnx.load(out, load_external_data=False)
    moved = [each for each in tensors(bare) if uses_external_data(each)]
    assert len(moved) >= 6
    sizes: dict[str, int] = {}
    for each in moved:
        entries = {entry.key: entry.value for entry in each.external_data}
        offset, length = int(entries["offset"]), int(entries["length"])
        assert offset % (65536 if length >= 1 << 20 else 4096) == 0
        file = out.parent / entries["location"]
        assert offset + length <= file.stat().st_size
        sizes[entries["location"]] = sizes.get(entries["location"], 0) + 1
    assert (max(sizes.values()) == 1) == options.startswith("each")
    folder = {str(file.relative_to(out.parent)) for file in out.parent.rglob("*") if file.is_file()}
    assert folder == {"out.onnx", *sizes}
    named = {str(Path(each["path"]).relative_to(out.parent)) for each in output(report)}
    assert named == folder
    load_external_data_for_model(bare, str(out.parent))
    assert values(bare) == expected

    for name, manner in SAVES.items():
        again = tmp_path / name / "again.onnx"
        again.parent.mkdir()
        onnx.save(onnx.load(out), again, **manner)
        onnx.checker.check_model(again)
        assert values(onnx.load(again)) == expected


def output(report: Any) -> list[dict[str, str]]:
    files: list[dict[str, str]] = report.json["output"]["files"]
    return files


def test_saved_in_place(tmp_path: Path, expected: list[tuple[str, bytes]]) -> None:
    """As a user does who changes the model a bit: the file alone, its data files as they are."""
    source = written(tmp_path / "in", None)
    rewire(source, tmp_path / "out.onnx", options=["--one-file-per-tensor"])
    bare = onnx.load(tmp_path / "out.onnx", load_external_data=False)
    bare.doc_string = "changed"
    onnx.save(bare, tmp_path / "out.onnx")
    onnx.checker.check_model(tmp_path / "out.onnx")
    assert values(onnx.load(tmp_path / "out.onnx")) == expected


def test_rewired_again_over_itself(tmp_path: Path, expected: list[tuple[str, bytes]]) -> None:
    """Data files of the older OUT are replaced, whoever wrote it; those not named stay."""
    source = written(tmp_path / "in", None)
    out = tmp_path / "out.onnx"
    onnx.save(model(), out, save_as_external_data=True, all_tensors_to_one_file=False)
    before = {file.name for file in tmp_path.iterdir() if file.is_file()}
    rewire(source, out, options=["--one-file-per-tensor"])
    assert values(onnx.load(out)) == expected
    assert before - {file.name for file in tmp_path.iterdir()} == set()
