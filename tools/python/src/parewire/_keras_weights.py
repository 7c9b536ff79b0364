"""Finds the dense and conv weights of a Keras model, by its layers' variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras

from parewire import _reasons
from parewire._extra import LayoutLike, extra_layouts
from parewire._layout import Layout, einsum_layout
from parewire.errors import NetworkError

_KERNEL = "dhw"
_REVERSED = "reverse_embeddings"

_CONVOLUTIONS = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
_TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)
_DEPTHWISE = (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)
_SEPARABLE = (keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
_DENSE = (keras.layers.Dense, keras.layers.EinsumDense)
_KINDS = (*_DENSE, *_CONVOLUTIONS, *_TRANSPOSED, *_DEPTHWISE, *_SEPARABLE)
_RECURRENT = (
    keras.layers.RNN,
    keras.layers.SimpleRNNCell,
    keras.layers.LSTMCell,
    keras.layers.GRUCell,
    keras.layers.StackedRNNCells,
)
_ATTENTION = (keras.layers.MultiHeadAttention, keras.layers.GroupQueryAttention)


@dataclass(frozen=True, eq=False)
class KerasWeight:
    """A variable, and what the report says of it.

    Attributes:
        name: its path, made different from those of variables before it.
        variable: the variable; shared by all layers that it is a weight of.
        is_trained: whether training changes it.
        layout: the meaning of its axes; None if it is no dense or conv weight.
        left: why it is left; None if nothing speaks against it.
        by_name: whether it is taken all the same if it is asked for by its name.
        note: what to know of it if it is rewired.
    """

    name: str
    variable: Any
    is_trained: bool
    layout: Layout | None
    left: str | None
    by_name: bool = False
    note: str | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape in Keras."""
        return _shape(self.variable)

    @property
    def type(self) -> str:
        """What its values are; JAX may hold others than the variable's ``dtype`` says."""
        return _type(self.variable)


def find_weights(model: keras.Layer, extra: Mapping[str, LayoutLike]) -> list[KerasWeight]:
    """Return all weights of a model, a shared one once, in the order of ``model.weights``.

    That is the order of the layers, those within a layer after its own weights.

    Args:
        model: the network.
        extra: layouts of further weights, by globs of their names.

    Raises:
        ArgumentError: if a glob of ``extra`` matches nothing, or a layout is not one of its weight.
        NetworkError: if the model has no weights yet.
    """
    if not model.weights:
        raise NetworkError(
            f"model '{model.name}' has no weights yet; build it, or call it once, before"
        )
    return _with_extra(list(_weights(model)), extra)


def unbuilt_layers(model: keras.Layer) -> list[str]:
    """Return the names of dense, conv and attention layers that have no weights yet."""
    kinds = (*_KINDS, *_ATTENTION)
    return [layer.name for layer in _layers(model) if isinstance(layer, kinds) and not layer.built]


@dataclass(frozen=True)
class _Use:
    """How a layer uses a variable."""

    layout: Layout | None
    left: str | None = None
    by_name: bool = False


def _weights(model: keras.Layer) -> Iterator[KerasWeight]:
    uses = _uses(model)
    names = _names(model)
    embeddings = {
        id(variable): names[id(variable)]
        for layer in _layers(model)
        if isinstance(layer, keras.layers.Embedding)
        for variable in _own(layer)
        if variable.name != _REVERSED
    }
    notes = {
        id(variable): "spectral normalization divides it by its largest singular value"
        for layer in _layers(model)
        if isinstance(layer, keras.layers.SpectralNormalization)
        for variable in layer.weights
    }
    trained = {id(variable) for variable in model.trainable_weights}
    for variable in model.weights:
        is_trained = id(variable) in trained
        use = uses.get(id(variable), _Use(None, _reasons.unknown(_shape(variable))))
        left, by_name = use.left, use.by_name
        if use.layout is not None and id(variable) in embeddings:
            left, by_name = _reasons.tied(embeddings[id(variable)]), True
        if use.layout is not None and not is_trained:
            left, by_name = _reasons.FROZEN, False
        yield KerasWeight(
            names[id(variable)],
            variable,
            is_trained,
            use.layout,
            left,
            by_name,
            notes.get(id(variable)),
        )


def _layers(model: keras.Layer) -> list[Any]:
    """Return a model and all layers in it, each once, in no order to rely on.

    ``Model.layers`` has not what is within other layers than models, such as attention.
    """
    layers: list[Any] = model._flatten_layers()
    return layers


def _own(layer: Any) -> list[Any]:
    """Return a layer's weights without those of the layers in it."""
    others = {
        id(variable)
        for each in layer._flatten_layers(include_self=False)
        for variable in each.weights
    }
    return [variable for variable in layer.weights if id(variable) not in others]


def _names(model: keras.Layer) -> dict[int, str]:
    names: dict[int, str] = {}
    taken: set[str] = set()
    for variable in model.weights:
        name, number = variable.path, 1
        while name in taken:
            number += 1
            name = f"{variable.path}#{number}"
        taken.add(name)
        names[id(variable)] = name
    return names


def _uses(model: keras.Layer) -> dict[int, _Use]:
    uses: dict[int, _Use] = {}
    for layer in _layers(model):
        for variable, use in _uses_of(layer):
            known = uses.get(id(variable))
            if known is None or (known.layout is None and use.layout is not None):
                uses[id(variable)] = use
    for layer in _layers(model):
        if isinstance(layer, _RECURRENT):
            # What its cell is made of, too: each step of a sequence goes through it again.
            for variable in layer.weights:
                reason = _reasons.vector(_shape(variable)) or _reasons.RECURRENT
                layout = uses[id(variable)].layout if id(variable) in uses else None
                uses[id(variable)] = _Use(layout, reason, by_name=True)
    return uses


def _uses_of(layer: Any) -> Iterator[tuple[Any, _Use]]:
    """Give a layer's own variables, and how it uses them, if it is one that is known."""
    if isinstance(layer, keras.layers.Embedding):
        yield from _embedding_uses(layer)
    elif isinstance(layer, _KINDS):
        for name, layout in _layouts(layer):
            variable = _kernel(layer, name)
            if variable is not None:
                yield variable, _kernel_use(variable, layout)
        quantized = any(map(_is_quantized, _own(layer)))
        for variable in _own(layer):
            yield variable, _Use(None, _beside_kernel(variable, quantized))


def _layouts(layer: Any) -> Iterator[tuple[str, Layout | None]]:
    """Give the attributes that hold a layer's kernels, and the meaning of their axes."""
    if isinstance(layer, keras.layers.Dense):
        yield "kernel", Layout("io")
    elif isinstance(layer, keras.layers.EinsumDense):
        yield "kernel", einsum_layout(layer.equation)
    elif isinstance(layer, _SEPARABLE):
        axes = _kernel_axes(layer)
        yield "depthwise_kernel", Layout(axes + "go")
        yield "pointwise_kernel", Layout(axes + "io")
    elif isinstance(layer, _DEPTHWISE):
        # A convolution with a group for each of its inputs.
        yield "kernel", Layout(_kernel_axes(layer) + "go")
    elif isinstance(layer, _TRANSPOSED):
        yield "kernel", Layout(_kernel_axes(layer) + "oi")
    else:
        yield "kernel", Layout(_kernel_axes(layer) + "i(go)", {"g": int(layer.groups)})


def _kernel_axes(layer: Any) -> str:
    return _KERNEL[-len(layer.kernel_size) :]


def _kernel(layer: Any, name: str) -> Any:
    """Return the variable that holds a kernel; None if there is none.

    It is private where what is public is computed from it, such as with LoRA.
    """
    # By identity, for in older versions of Keras weights are no instances of keras.Variable.
    weights = {id(each) for each in layer.weights}
    for attribute in (f"_{name}", name):
        variable = getattr(layer, attribute, None)
        if id(variable) in weights:
            return variable
    return None


def _kernel_use(variable: Any, layout: Layout | None) -> _Use:
    if _is_quantized(variable):
        return _Use(None, f"quantized, to {_type(variable)}")
    return _Use(layout) if layout else _Use(None, _reasons.unknown(_shape(variable)))


def _beside_kernel(variable: Any, quantized: bool) -> str:
    if variable.name.startswith("lora_"):
        return _reasons.vector(_shape(variable)) or "a low-rank adapter of a frozen weight"
    if variable.name == "bias":
        return _reasons.vector(_shape(variable)) or "a bias"
    return _reasons.vector(_shape(variable)) or (
        "part of a quantized weight" if quantized else _reasons.unknown(_shape(variable))
    )


def _embedding_uses(layer: Any) -> Iterator[tuple[Any, _Use]]:
    # KerasHub has one of its own, for versions of Keras that have none. Reversed, it is dense.
    is_reversible = any(kind.__name__ == "ReversibleEmbedding" for kind in type(layer).__mro__)
    for variable in _own(layer):
        if is_reversible and variable.name == _REVERSED:
            yield variable, _kernel_use(variable, Layout("io"))
        elif is_reversible and variable.name == "embeddings" and layer.tie_weights:
            yield variable, _kernel_use(variable, Layout("oi"))
        else:
            yield variable, _Use(None, _reasons.vector(_shape(variable)) or _reasons.EMBEDDING)


def _with_extra(weights: list[KerasWeight], extra: Mapping[str, LayoutLike]) -> list[KerasWeight]:
    layouts = extra_layouts(extra, {weight.name: weight.shape for weight in weights})
    return [
        replace(
            weight,
            layout=layouts[weight.name],
            left=None if weight.is_trained else _reasons.FROZEN,
            by_name=False,
            note=None,
        )
        if weight.name in layouts
        else weight
        for weight in weights
    ]


def _shape(variable: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in variable.shape)


def _type(variable: Any) -> str:
    return str(keras.backend.standardize_dtype(variable.value.dtype))


def _is_quantized(variable: Any) -> bool:
    return "int" in _type(variable)
