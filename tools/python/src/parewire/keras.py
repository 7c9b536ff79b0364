"""Rewires the weights of a Keras 3 model in place; needs Keras' TensorFlow backend."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx as onnx_files
import tensorflow as tf
import tf2onnx
from onnx import numpy_helper

from parewire import onnx
from parewire._mapping import Candidate, Match, match
from parewire._order import order_nodes
from parewire._run import Settings, rewire_exported
from parewire._state import python_generators_kept
from parewire.errors import ExportError
from parewire.report import Report, make_report

__all__ = ["rewire_"]

_OPSET = 18
_EXTERNAL_FROM = 1 << 30
_FLOATS = ("float64", "float32", "float16", "bfloat16")


def rewire_(
    model: keras.Model,
    seed: int = 42,
    *,
    example_inputs: Any = None,
    groups: onnx.Groups = "joint",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    options: Sequence[str] = (),
) -> Report:
    """Rewire the dense and conv weights of ``model`` in place.

    The model is exported to a temporary ONNX file with its variables as inputs, so that nothing can
    be folded, as ``model.export`` folds a batch norm into the conv before it. The tool rewires the
    file, and each tensor goes back to its variable. Nothing is written before all are found and
    have the same weights. Frozen variables are left, and all else stays as it is, an optimizer's
    state included.

    Layers are numbered by data flow, and in the order of ``model.weights`` where that leaves a
    choice.

    Args:
        model: the model, built.
        seed: of the random streams.
        example_inputs: what the model can be called with, for a subclassed model; functional and
            sequential ones know their inputs.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        include: globs of the variables to rewire, by ``variable.path``; all if there are none.
        exclude: globs of the variables to leave.
        options: more of the tool's options, as on its command line.

    Raises:
        ExportError: if the model can't be exported.
        ToolNotFoundError: if onnx-parewire can't be found or started.
        NoLayerError: if the model has no layer to rewire.
        ToolError: if the tool fails for another reason.
        MappingError: if a rewired tensor can't be given back.
    """
    variables = _variables(model)
    settings = Settings(seed, groups, include, exclude, options)
    with tempfile.TemporaryDirectory(prefix="parewire-") as folder:
        file = Path(folder, "model.onnx")
        _export(model, variables, _signature(model, example_inputs), file)
        report, tensors = rewire_exported(file, model.name, settings)
    candidates = {
        Candidate((name,), array.view(f"u{array.itemsize}")): variables[name]
        for name, array in ((name, _array(variable)) for name, variable in variables.items())
    }
    matches = match(tensors, candidates)
    trained = [each for each, variable in candidates.items() if variable.trainable]
    _write([(candidates[each.candidate], each) for each in matches if each.candidate in trained])
    return make_report(report, matches, trained, trained)


def _variables(model: keras.Model) -> dict[str, Any]:
    """Return the floating-point variables by their paths, made different where they are equal."""
    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            f"expected Keras' backend to be tensorflow, found {keras.backend.backend()}; "
            "set KERAS_BACKEND=tensorflow"
        )
    if not model.built:
        raise ExportError(f"model '{model.name}' is not built and has no weights; build it before")
    variables: dict[str, Any] = {}
    for variable in model.variables:
        if keras.backend.standardize_dtype(variable.dtype) in _FLOATS:
            name = variable.path
            while name in variables:
                name += "_"
            variables[name] = variable
    return variables


def _array(variable: Any) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(keras.ops.convert_to_numpy(variable.value))


def _signature(model: keras.Model, example_inputs: Any) -> Any:
    """Return the shapes and types of the model's inputs, in the structure that it takes."""
    if example_inputs is None:
        try:
            single = isinstance(model, keras.Sequential)
            example_inputs = model.inputs[0] if single else model.input
        except (AttributeError, TypeError, ValueError) as error:
            raise ExportError(
                f"model '{model.name}' does not know its inputs; give example_inputs"
            ) from error
    return keras.tree.map_structure(
        lambda each: tf.TensorSpec(each.shape, keras.backend.standardize_dtype(each.dtype)),
        example_inputs,
    )


def _export(model: keras.Model, variables: dict[str, Any], signature: Any, file: Path) -> None:
    names = [f"variable_{i}" for i in range(len(variables))]
    try:
        with _quietly():
            graph = _converted(model, dict(zip(names, variables.values(), strict=True)), signature)
    except Exception as error:
        raise ExportError(
            f"model '{model.name}' can't be exported to ONNX: {_first_line(error)}"
        ) from error
    order_nodes(graph.graph, {name: rank for rank, name in enumerate(names)})
    _rename(graph.graph, dict(zip(names, variables, strict=True)))
    _fill(graph.graph, variables)
    size = sum(len(tensor.raw_data) for tensor in graph.graph.initializer)
    onnx_files.save_model(graph, file, save_as_external_data=size > _EXTERNAL_FROM)


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the converter from logging, and random generators as they are."""
    disabled = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with python_generators_kept():
            yield
    finally:
        logging.disable(disabled)


def _converted(model: keras.Model, variables: dict[str, Any], signature: Any) -> Any:
    """Return the ONNX model, with the variables as inputs of these names."""
    inputs = keras.tree.flatten(signature)
    weights = [
        tf.TensorSpec(variable.shape, variable.dtype, name) for name, variable in variables.items()
    ]
    specs = [
        *weights,
        *(tf.TensorSpec(each.shape, each.dtype, f"input_{i}") for i, each in enumerate(inputs)),
    ]

    @tf.function(input_signature=specs, autograph=False)  # type: ignore[untyped-decorator]
    def call(*tensors: Any) -> Any:
        given = keras.tree.pack_sequence_as(signature, tensors[len(weights) :])
        mapping = list(zip(variables.values(), tensors, strict=False))
        with _functions_inlined(), keras.StatelessScope(state_mapping=mapping):
            return model(given, training=False)

    proto, _ = tf2onnx.convert.from_function(call, input_signature=specs, opset=_OPSET)
    onnx_files.checker.check_model(proto)
    return proto


@contextmanager
def _functions_inlined() -> Iterator[None]:
    """Trace through what Keras compiles, such as grouped convs; tf2onnx can't convert it."""
    eager = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(eager)


def _rename(graph: Any, names: dict[str, str]) -> None:
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        for attribute in node.attribute:
            for body in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                _rename(body, names)
    for each in graph.input:
        each.name = names.get(each.name, each.name)


def _fill(graph: Any, variables: dict[str, Any]) -> None:
    """Turn the inputs that stand for variables into initializers."""
    read = {each.name for each in graph.input}
    for name, variable in variables.items():
        if name in read:
            graph.initializer.append(numpy_helper.from_array(_array(variable), name))
    inputs = [each for each in graph.input if each.name not in variables]
    del graph.input[:]
    graph.input.extend(inputs)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _write(changes: Sequence[tuple[Any, Match]]) -> None:
    """Write all, or none if one can't be written."""
    old = [(variable, _array(variable)) for variable, _ in changes]
    try:
        for (variable, found), (_, before) in zip(changes, old, strict=True):
            variable.assign(found.bits.view(before.dtype))
    except BaseException:
        for variable, before in old:
            variable.assign(before)
        raise
