from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np
import oracle
import pytest

import parewire
from parewire import Weight, _container, rewire_arrays

SEED = 7


def normal(*shape: int, dtype: Any = np.float32) -> Any:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


def by_numpy(array: Any, layer: int, outputs: tuple[int, ...], slices: tuple[int, ...] = ()) -> Any:
    """That array rewired; the axes that are named neither outputs nor slices are inputs."""
    inputs = [at for at in range(array.ndim) if at not in (*outputs, *slices)]
    return by_numpy_in_order(array, layer, (*slices, *outputs, *inputs), len(outputs), len(slices))


def by_numpy_in_order(
    array: Any, layer: int, order: tuple[int, ...], outputs: int, slices: int = 0
) -> Any:
    turned = array.transpose(order)
    rows = int(np.prod(turned.shape[slices : slices + outputs]))
    parts = turned.reshape(int(np.prod(turned.shape[:slices])), rows, -1)
    streams = [(layer, part) if slices else (layer,) for part in range(len(parts))]
    after = np.stack(
        [
            oracle.parewire_numpy.rewire(part, SEED, stream)
            for part, stream in zip(parts, streams, strict=True)
        ]
    )
    return after.reshape(turned.shape).transpose(np.argsort(order))


@pytest.mark.parametrize(
    ("layout", "shape", "order", "outputs", "slices"),
    [
        ("oi", (6, 5), (0, 1), 1, 0),
        ("io", (6, 5), (1, 0), 1, 0),
        ("oihw", (6, 5, 2, 3), (0, 1, 2, 3), 1, 0),
        ("hwio", (2, 3, 5, 6), (3, 2, 0, 1), 1, 0),
        ("iohw", (5, 6, 2, 3), (1, 0, 2, 3), 1, 0),
        ("kio", (3, 5, 6), (2, 1, 0), 1, 0),
        ("ohwi", (6, 2, 3, 5), (0, 3, 1, 2), 1, 0),
        ("oii", (6, 5, 4), (0, 1, 2), 1, 0),
        ("ioo", (5, 2, 4), (1, 2, 0), 2, 0),
        ("iio", (2, 4, 5), (2, 0, 1), 1, 0),
        ("boi", (3, 6, 5), (0, 1, 2), 1, 1),
        ("bio", (3, 5, 6), (0, 2, 1), 1, 1),
        ("bhwio", (2, 3, 3, 4, 5), (0, 4, 3, 1, 2), 1, 1),
        ("ibo", (5, 3, 6), (1, 2, 0), 1, 1),
        ("bbio", (2, 3, 5, 6), (0, 1, 3, 2), 1, 2),
        ("ok", (6, 5), (0, 1), 1, 0),
    ],
)
def test_each_layout_equals_numpy(
    layout: str, shape: tuple[int, ...], order: tuple[int, ...], outputs: int, slices: int
) -> None:
    array = normal(*shape)
    before = array.copy()

    new, report = rewire_arrays({"w": Weight(array, layout)}, SEED)

    assert oracle.same_bits(new["w"], by_numpy_in_order(before, 0, order, outputs, slices))
    assert oracle.same_bits(array, before)
    assert [(each.name, each.shape) for each in report.rewired] == [("w", shape)]


GROUPED = [
    ("(go)ihw", (6, 2, 2, 3), (6, 2, 2, 3), (0, 1, 2, 3)),
    ("hwi(go)", (2, 3, 2, 6), (2, 3, 2, 6), (3, 2, 0, 1)),
]


@pytest.mark.parametrize(("layout", "shape", "_", "order"), GROUPED)
def test_groups_are_one_matrix_or_one_each(layout: str, shape: Any, _: Any, order: Any) -> None:
    array = normal(*shape)
    weights = {"w": Weight(array, layout, {"g": 3})}

    joint, _report = rewire_arrays(weights, SEED)
    separate, _report = rewire_arrays(weights, SEED, groups="separate")

    assert oracle.same_bits(joint["w"], by_numpy_in_order(array, 0, order, 1))
    parts = np.split(array.transpose(order), 3)
    after = [oracle.parewire_numpy.rewire(part, SEED, (0, g)) for g, part in enumerate(parts)]
    assert oracle.same_bits(separate["w"], np.concatenate(after).transpose(np.argsort(order)))


def test_a_transposed_convs_groups_are_in_its_inputs() -> None:
    array = normal(6, 4, 2)  # [groups of 2 inputs, outputs of a group, kernel]

    new, _ = rewire_arrays({"w": Weight(array, "(gi)ok", {"g": 3})}, SEED)

    matrix = array.reshape(3, 2, 4, 2).transpose(0, 2, 1, 3).reshape(12, 2, 2)
    after = oracle.parewire_numpy.rewire(matrix, SEED, (0,)).reshape(3, 4, 2, 2)
    assert oracle.same_bits(new["w"], after.transpose(0, 2, 1, 3).reshape(6, 4, 2))


def test_a_packed_projection_is_rewired_in_parts() -> None:
    array = normal(12, 4)

    new, _ = rewire_arrays({"qkv": Weight(array, "(bo)i", {"b": 3})}, SEED)

    after = by_numpy(array.reshape(3, 4, 4), 0, (1,), (0,))
    assert oracle.same_bits(new["qkv"], after.reshape(12, 4))


@pytest.mark.parametrize("dtype", [np.float64, np.float16, ml_dtypes.bfloat16], ids=str)
def test_every_type_is_rewired_as_it_is(dtype: Any) -> None:
    array = normal(6, 5, dtype=dtype)

    new, _ = rewire_arrays({"w": Weight(array)}, SEED)

    assert oracle.same_bits(new["w"], by_numpy(array, 0, (0,)))


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(normal(6, 5)),
        normal(12, 10)[::2, ::-2],
        normal(6, 5).astype(">f4"),
        normal(6, 5).astype(">f8")[:, ::-1],
    ],
    ids=["fortran", "strided", "big endian", "big endian, strided"],
)
def test_an_array_may_lie_in_memory_as_it_likes(array: Any) -> None:
    before = array.copy()
    array.flags.writeable = False

    new, _ = rewire_arrays({"w": Weight(array)}, SEED)

    native = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("=")))
    assert new["w"].dtype == array.dtype
    assert np.array_equal(new["w"], by_numpy(native, 0, (0,)))
    assert np.array_equal(array, before)


def three() -> dict[str, Weight]:
    return {name: Weight(normal(6, 4 + at)) for at, name in enumerate(("a", "b", "c"))}


def assert_rewired(new: Mapping[str, Any], weights: Mapping[str, Weight], **numbers: int) -> None:
    """These are rewired as layers of these numbers, and the others are the given arrays."""
    for name, weight in weights.items():
        if name in numbers:
            assert oracle.same_bits(new[name], by_numpy(weight.array, numbers[name], (0,)))
        else:
            assert new[name] is weight.array


def test_a_weights_place_is_its_number_whether_others_are_left_or_not() -> None:
    weights = three()

    # By request, so without a warning, and not against strict.
    new, report = rewire_arrays(weights, SEED, exclude=["b"], strict=True)

    assert_rewired(new, weights, a=0, c=2)
    assert [each.layer.number for each in report.rewired] == [0, 2]
    assert [(each.name, each.reason) for each in report.left] == [("b", "excluded by 'b'")]
    assert report.coverage == "2 of 3 dense and conv weights"


@pytest.mark.parametrize(
    ("include", "numbers"),
    [(["b"], {"b": 1}), (["a", "c*"], {"a": 0, "c": 2}), (["?"], {"a": 0, "b": 1, "c": 2})],
    ids=str,
)
def test_include_takes_by_globs(include: list[str], numbers: dict[str, int]) -> None:
    weights = three()

    new, _ = rewire_arrays(weights, SEED, include=include)

    assert_rewired(new, weights, **numbers)


def test_first_layer_numbers_a_part_of_a_network_from_where_another_ends() -> None:
    weights = three()
    _, report = rewire_arrays({"a": weights["a"]}, SEED)
    rest = {"b": weights["b"], "c": weights["c"]}

    new, last = rewire_arrays(rest, SEED, first_layer=report.next_layer)

    assert_rewired(new, rest, b=1, c=2)
    assert (report.next_layer, last.next_layer) == (1, 3)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.ones((3, 4), np.int32), "of type int32; expected one of float64"),
        (np.ones((3, 4), ml_dtypes.float8_e4m3fn), "of type float8_e4m3fn"),
        (np.ones((0, 4), np.float32), "empty"),
    ],
    ids=["int32", "float8", "empty"],
)
def test_an_unfit_array_is_left_with_a_reason(array: Any, reason: str) -> None:
    weights = {"z": Weight(array), "b": three()["b"]}

    with pytest.warns(parewire.RewiringWarning, match=f"left 1 of 2.*'z', {reason}"):
        new, report = rewire_arrays(weights, SEED)

    assert_rewired(new, weights, b=1)
    assert report.left[0].reason.startswith(reason)
    with pytest.raises(parewire.WeightsLeftError, match="'z'"):
        rewire_arrays(weights, SEED, strict=True)
    with pytest.raises(parewire.NoLayerError, match=f"'z': {reason}"):
        rewire_arrays({"z": weights["z"]}, SEED)


def test_trained_weights_are_refused_unless_they_are_allowed() -> None:
    scales = np.exp(np.random.default_rng(1).standard_normal((64, 1)))
    weights = {"fresh": Weight(normal(64, 64)), "old": Weight(normal(64, 64) * scales)}

    with pytest.raises(parewire.TrainedWeightsError, match=r"'old'.*allow_trained=True"):
        rewire_arrays(weights, SEED)
    with pytest.warns(parewire.RewiringWarning, match="freshly initialized"):
        new, _ = rewire_arrays(weights, SEED, allow_trained=True)

    assert_rewired(new, weights, fresh=0, old=1)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (Weight(normal(6, 5), ""), "weight 'w': layout '': expected a letter for each axis"),
        (Weight(normal(6, 5), "OI"), "weight 'w': layout 'OI': expected a letter for each axis"),
        (Weight(normal(6, 5), "(oi"), r"layout '\(oi': expected a letter"),
        (Weight(normal(6, 5), "ii"), "layout 'ii': expected output neurons, 'o', and inputs"),
        (Weight(normal(6, 5), "oo"), "layout 'oo': expected output neurons, 'o', and inputs"),
        (
            Weight(normal(6, 5), "oihw"),
            r"weight 'w': layout 'oihw' has 4 axes, the array has 2: \(6, 5\)",
        ),
        (Weight(normal(6, 5), "(go)i", {"g": 4}), r"an axis of 6 is no \(go\)"),
        (Weight(normal(6, 5), "(go)i", {"g": 2, "o": 2}), r"an axis of 6 is no \(go\)"),
        (Weight(normal(6, 5), "(go)i"), r"an axis of 6 is no \(go\)"),
        (Weight(normal(6, 5), "(go)i", {"g": 0}), "size of 'g': expected a whole number.*found 0"),
        (Weight(normal(6, 5), "oi", {"g": 2}), "sizes has 'g', which no parentheses have"),
        (normal(6, 5), r"weight 'w': expected Weight\(array, layout\), found ndarray"),
    ],
)
def test_a_weight_that_is_not_of_its_layout_is_an_error(weight: Any, message: str) -> None:
    with pytest.raises(parewire.ArgumentError, match=message):
        rewire_arrays({"w": weight})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed: expected a whole number, 0 or more, found -1"),
        ({"seed": 1.0}, "seed: expected a whole number, 0 or more, found 1.0"),
        ({"seed": True}, "seed: .*found True"),
        ({"first_layer": -1}, "first_layer: expected a whole number, 0 or more, found -1"),
        ({"groups": "both"}, "groups: expected 'joint' or 'separate', found 'both'"),
        ({"include": "a"}, "include: expected a list of globs, found 'a'"),
        ({"exclude": "a"}, "exclude: expected a list of globs, found 'a'"),
        ({"options": "--passes=input"}, "options: expected a list of options"),
        ({"include": ["x*"]}, r"include: no weight has a name like 'x\*'; there are a, b, c"),
        ({"exclude": ["d"]}, "exclude: no weight has a name like 'd'"),
    ],
    ids=str,
)
def test_an_argument_that_cannot_be_meant_is_an_error(arguments: Any, message: str) -> None:
    with pytest.raises(parewire.ArgumentError, match=message):
        rewire_arrays(three(), **arguments)


def test_numpys_integers_are_seeds() -> None:
    weights = three()
    new, _ = rewire_arrays(weights, np.int64(SEED))  # type: ignore[arg-type]
    assert_rewired(new, weights, a=0, b=1, c=2)


@pytest.mark.parametrize("name", ["", "parewire.input.0", "parewire.left.1"])
def test_a_name_that_the_file_needs_itself_is_an_error(name: str) -> None:
    with pytest.raises(parewire.ArgumentError, match=f"^weight '{name}': expected a name"):
        rewire_arrays({"w": Weight(normal(6, 5)), name: Weight(normal(6, 5))})


def test_options_reach_the_tool() -> None:
    new, _ = rewire_arrays({"w": Weight(normal(6, 5))}, SEED, options=["--passes=input"])

    after = oracle.parewire_numpy.rewire(normal(6, 5), SEED, (0,), passes="input")
    assert oracle.same_bits(new["w"], after)


def test_weights_that_are_no_numbers_are_an_error_that_names_them() -> None:
    weights = three()
    weights["b"].array[2, 1] = np.nan
    with pytest.raises(parewire.ToolError, match=r"^onnx-parewire: arrays, tensor 'b': .*finite"):
        rewire_arrays(weights)


def test_nothing_to_rewire_is_an_error() -> None:
    with pytest.raises(parewire.NoLayerError, match="left are no weights at all"):
        rewire_arrays({})
    weights = three()
    with pytest.raises(parewire.NoLayerError, match="'b': excluded by"):
        rewire_arrays(weights, exclude=["*"])


def test_many_weights_are_told_apart_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that a file may not like, and sizes after which the next one is not aligned."""
    weights = {
        name: Weight(normal(3 + at, 5))
        for at, name in enumerate(["a/b:c", "parewire", "ü *?", "a b", "x" * 300])
    }
    monkeypatch.setattr(_container, "_ALIGNMENT", 1)

    new, report = rewire_arrays(weights, SEED)

    assert [each.name for each in report.rewired] == list(weights)
    for number, (name, weight) in enumerate(weights.items()):
        assert oracle.same_bits(new[name], by_numpy(weight.array, number, (0,)))
