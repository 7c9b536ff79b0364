"""Rewires the weights of a Keras 3 model in place, on any of its backends."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import ml_dtypes  # noqa: F401, it tells numpy of bfloat16
import numpy as np

from parewire import _notices, onnx
from parewire._bits import Bits, to_bits
from parewire._container import Source
from parewire._extra import LayoutLike
from parewire._keras_weights import KerasWeight, find_weights, unbuilt_layers
from parewire._rewiring import Found, Outcome, Settings, rewired
from parewire.errors import NetworkError
from parewire.report import Report

__all__ = ["RewireCallback", "rewire_"]

# What RewireCallback warns of concerns the line that calls fit.
_notices.see_through("keras")


def rewire_(
    model: keras.Model,
    seed: int = 42,
    *,
    first_layer: int = 0,
    groups: onnx.Groups = "joint",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    extra: Mapping[str, LayoutLike] | None = None,
    allow_trained: bool = False,
    strict: bool = False,
    options: Sequence[str] = (),
) -> Report:
    """Rewire the dense and conv weights of ``model`` in place.

    Those of Dense, EinsumDense, Conv, DepthwiseConv, SeparableConv and ConvTranspose layers, their
    subclasses and layers that are made of them, such as attention, and what ``extra`` names. A
    weight's place among them, in the order of ``model.weights``, is its number, which chooses its
    random stream, whether those before it are left or not. A weight of several layers is one, with
    the place of the first. Nothing but the order of values changes, so that an optimizer that was
    made before goes on.

    Args:
        model: the model, or a layer, built; a subclassed one has been called once, or its layers
            are built.
        seed: of the random streams; 0 or more.
        first_layer: the number of the first weight, for a part of a network.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        include: globs of the variables to rewire, by ``variable.path``, to which the second of
            equal ones adds ``#2`` and so on; all if there are none. A name given whole also takes a
            weight that is tied to an embedding, or is in a recurrent layer's cell.
        exclude: globs of the variables to leave.
        extra: the meaning of the axes of variables that are used by functions, by globs of their
            names, as :class:`parewire.Weight` has it: a layout, or a layout and its sizes. Of
            those that fit a name and have as many axes, the last one counts.
        allow_trained: rewire weights that look trained.
        strict: fail if a dense or conv weight that training changes would be left, or a dense or
            conv layer is not built.
        options: more of the tool's options, as on its command line.

    Returns:
        What was done. Variables that training does not change, which are not among
        ``model.trainable_weights``, are left.

    Raises:
        ArgumentError: if an argument can't be meant, such as a glob that matches nothing.
        NetworkError: if the model has no weights yet, or they can't be written to.
        ToolNotFoundError: if onnx-parewire can't be found or started.
        NoLayerError: if there is nothing to rewire.
        TrainedWeightsError: if weights look trained.
        WeightsLeftError: if a weight would be left, with ``strict``.
        ToolError: if the tool fails for another reason.
    """
    settings = Settings(seed, first_layer, groups, include, exclude, allow_trained, strict, options)
    return _rewire(model, settings, extra or {})


class RewireCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Rewires a model once, before the first step of its first training.

    A run that is resumed goes on with the weights that it has: one that starts at a later epoch, by
    ``initial_epoch`` or ``keras.callbacks.BackupAndRestore``, or with an optimizer that has made
    steps. Nor does it rewire the same model twice, in several calls of ``fit``.

    The model must be built, or ``fit`` must build it, as it does on PyTorch and JAX; on TensorFlow
    it does not before the first step, and the error says so.

    Attributes:
        report: what was done; None if nothing was, for the run was resumed or has not begun.
    """

    report: Report | None

    def __init__(
        self,
        seed: int = 42,
        *,
        first_layer: int = 0,
        groups: onnx.Groups = "joint",
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        extra: Mapping[str, LayoutLike] | None = None,
        allow_trained: bool = False,
        strict: bool = False,
        options: Sequence[str] = (),
    ) -> None:
        """Make a callback that calls :func:`rewire_` with these arguments.

        Raises:
            ArgumentError: if an argument can't be meant.
        """
        super().__init__()
        self._settings = Settings(
            seed, first_layer, groups, include, exclude, allow_trained, strict, options
        )
        self._extra = dict(extra or {})
        self._seen: weakref.ref[Any] | None = None
        self.report = None

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Rewire the model if it is at the start of its training.

        The start of an epoch is the first that tells which epoch it is, and comes after all
        callbacks that restore a state at the start of training, whatever their order.

        Args:
            epoch: the epoch's number, from 0.
            logs: not used.

        Raises:
            ParewireError: as :func:`rewire_`.
        """
        model = self.model
        if self._seen is not None and self._seen() is model:
            return
        self.report = None
        if epoch == 0 and _steps(model) == 0:
            self.report = _rewire(model, self._settings, self._extra)
        self._seen = weakref.ref(model)


def _steps(model: keras.Model) -> int:
    """Return how many steps a model's optimizer has made."""
    optimizer = getattr(model, "optimizer", None)
    return 0 if optimizer is None else int(keras.ops.convert_to_numpy(optimizer.iterations))


def _rewire(model: keras.Model, settings: Settings, extra: Mapping[str, LayoutLike]) -> Report:
    weights = find_weights(model, extra)
    _require_built(model, settings.strict)
    variables = {weight.name: weight.variable for weight in weights}
    with rewired(model.name, [_found(each) for each in weights], settings) as outcome:
        _write(outcome, variables)
        return outcome.report


def _require_built(model: keras.Model, strict: bool) -> None:
    unbuilt = unbuilt_layers(model)
    if unbuilt:
        text = (
            f"model '{model.name}': layers without weights yet, which can't be rewired: "
            + ", ".join(f"'{name}'" for name in unbuilt[:5])
            + (", ..." if len(unbuilt) > 5 else "")
            + "; if the model uses them, build it, or call it once, before"
        )
        if strict:
            raise NetworkError(text)
        _notices.warn(text)


def _found(weight: KerasWeight) -> Found:
    source = None
    if weight.layout is not None:
        source = Source(
            weight.name, weight.shape, weight.type, weight.layout, _reader(weight.variable)
        )
    return Found(
        weight.name,
        weight.shape,
        source,
        weight.left,
        weight.by_name,
        weight.is_trained and not weight.by_name,
        weight.note,
    )


def _reader(variable: Any) -> Callable[[], Bits]:
    return lambda: _bits(variable)


def _bits(variable: Any) -> Bits:
    return to_bits(keras.ops.convert_to_numpy(variable.value))


def _assign(variable: Any, source: Source, bits: Bits) -> None:
    variable.assign(np.ascontiguousarray(bits).view(np.dtype(source.type)))


def _write(outcome: Outcome, variables: Mapping[str, Any]) -> None:
    outcome.write(
        lambda source: _bits(variables[source.name]),
        lambda source, bits: _assign(variables[source.name], source, bits),
        lambda source: f"variable '{source.name}' has other values than were assigned to it",
    )
