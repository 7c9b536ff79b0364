"""Finds the dense and conv weights of a PyTorch module, by its layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import nn
from torch.nn.utils import parametrize

from parewire import _reasons
from parewire._bits import Bits
from parewire._container import Source
from parewire._extra import LayoutLike, extra_layouts
from parewire._layout import Layout
from parewire._rewiring import Found
from parewire._torch_libraries import library_layouts
from parewire.errors import ArgumentError, NetworkError

Packed = Literal["parts", "whole"]

_ROWS = "weight norm gives each of its rows a length"
_KERNEL = "dhw"

# By the names of their classes, for scripted modules have no others, and no library is imported.
_CONVOLUTIONS = {
    f"Conv{transpose}{rank}d": (bool(transpose), rank)
    for transpose in ("", "Transpose")
    for rank in (1, 2, 3)
}
_EMBEDDINGS = {"Embedding", "EmbeddingBag"}
_RECURRENT = {"RNNBase", "RNNCellBase", "RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"}
_DENSE = {"Linear", "NonDynamicallyQuantizableLinear"}


@dataclass(frozen=True, eq=False)
class TorchWeight:
    """A parameter, and what the report says of it.

    Attributes:
        name: its first name in the module.
        parameter: the parameter; shared by all layers that it is a weight of.
        layout: the meaning of its axes; None if it is no dense or conv weight.
        left: why it is left; None if nothing speaks against it.
        by_name: whether it is taken all the same if it is asked for by its name.
        note: what to know of it if it is rewired.
    """

    name: str
    parameter: nn.Parameter
    layout: Layout | None
    left: str | None
    by_name: bool = False
    note: str | None = None

    def found(self, read: Callable[[], Bits]) -> Found:
        """Return it for the core, with a way to read it."""
        shape = tuple(self.parameter.shape)
        source = None
        if self.layout is not None:
            type_ = str(self.parameter.dtype).removeprefix("torch.")
            source = Source(self.name, shape, type_, self.layout, read)
        counts = self.parameter.requires_grad and not self.by_name
        return Found(self.name, shape, source, self.left, self.by_name, counts, self.note)


def find_weights(
    module: nn.Module, extra: Mapping[str, LayoutLike], packed: Packed
) -> list[TorchWeight]:
    """Return all parameters of a module, a shared one once, in the order of its layers.

    Args:
        module: the network.
        extra: layouts of further weights, by globs of their names.
        packed: whether attention's packed projections are rewired in parts, each by itself.

    Raises:
        ArgumentError: if a glob of ``extra`` matches nothing, or a layout is not one of its weight.
        NetworkError: if a parameter has no values yet.
    """
    return _Finder(module, extra, packed).find()


@dataclass(frozen=True)
class _Use:
    """How a layer uses a parameter."""

    layout: Layout | None
    left: str | None = None
    note: str | None = None


class _Finder:
    def __init__(self, module: nn.Module, extra: Mapping[str, LayoutLike], packed: Packed) -> None:
        self._module = module
        self._extra = extra
        self._packed = packed
        self._names = dict[int, str]()
        self._embeddings = dict[int, str]()

    def find(self) -> list[TorchWeight]:
        for name, parameter in self._module.named_parameters(remove_duplicate=False):
            _require_values(name, parameter)
            self._names.setdefault(id(parameter), name)
        uses: dict[int, tuple[nn.Parameter, _Use]] = {}
        for name, layer in self._module.named_modules():
            _require_known_wrapper(layer)
            for parameter, use in self._uses(name, layer):
                known = uses.get(id(parameter))
                if known is None or (known[1].layout is None and use.layout is not None):
                    # A weight has the place of the first layer that it is a weight of.
                    uses.pop(id(parameter), None)
                    uses[id(parameter)] = (parameter, use)
        return self._with_extra([self._weight(parameter, use) for parameter, use in uses.values()])

    def _uses(self, name: str, layer: nn.Module) -> Iterator[tuple[nn.Parameter, _Use]]:
        kinds = _kinds(layer)
        own = dict(layer.named_parameters(recurse=False))
        if kinds & _EMBEDDINGS:
            for parameter in own.values():
                self._embeddings.setdefault(id(parameter), self._name(parameter))
                yield parameter, _Use(None, _reasons.EMBEDDING)
        elif kinds & _RECURRENT:
            for parameter in own.values():
                yield parameter, _Use(None, _reasons.vector(parameter.shape) or _reasons.RECURRENT)
        else:
            for weight, layout in self._layouts(name, layer, kinds):
                yield from _underlying(layer, weight, layout)
            for parameter in own.values():
                yield parameter, _Use(None, _reasons.unknown(parameter.shape))

    def _layouts(
        self, name: str, layer: nn.Module, kinds: set[str]
    ) -> Iterator[tuple[str, Layout]]:
        """Give the names of a layer's weights, and the meaning of their axes."""
        in_parts = self._packed == "parts"
        if kinds & _DENSE:
            yield "weight", Layout("oi")
        elif "Bilinear" in kinds:
            yield "weight", Layout("oii")
        elif "MultiheadAttention" in kinds:
            yield "in_proj_weight", Layout("(bo)i", {"b": 3}) if in_parts else Layout("oi")
            for each in ("q_proj_weight", "k_proj_weight", "v_proj_weight"):
                yield each, Layout("oi")
        for kind in kinds & _CONVOLUTIONS.keys():
            is_transposed, rank = _CONVOLUTIONS[kind]
            axes = "(gi)o" if is_transposed else "(go)i"
            sizes = {"g": int(layer.groups)}  # type: ignore[arg-type]
            yield "weight", Layout(axes + _KERNEL[-rank:], sizes)
        yield from library_layouts(name, layer, kinds, in_parts)

    def _weight(self, parameter: nn.Parameter, use: _Use) -> TorchWeight:
        name = self._name(parameter)
        embedding = self._embeddings.get(id(parameter))
        left, by_name = use.left, False
        if use.layout is not None and embedding is not None:
            left, by_name = _reasons.tied(embedding), True
        if not parameter.requires_grad and use.layout is not None:
            left, by_name = _reasons.FROZEN, False
        return TorchWeight(name, parameter, use.layout, left, by_name, use.note)

    def _with_extra(self, weights: list[TorchWeight]) -> list[TorchWeight]:
        shapes = {weight.name: weight.parameter.shape for weight in weights}
        layouts = extra_layouts(self._extra, shapes)
        return [
            replace(
                weight,
                layout=layouts[weight.name],
                left=None if weight.parameter.requires_grad else _reasons.FROZEN,
                by_name=False,
                note=None,
            )
            if weight.name in layouts
            else weight
            for weight in weights
        ]

    def _name(self, parameter: nn.Parameter) -> str:
        return self._names[id(parameter)]


def _kinds(layer: nn.Module) -> set[str]:
    """Return the names of a layer's classes; those of other libraries than torch with theirs."""
    original = getattr(layer, "original_name", None)  # of a scripted module
    if isinstance(original, str):
        return {original}
    return {
        kind.__name__
        if kind.__module__.startswith("torch.")
        else f"{kind.__module__}.{kind.__name__}"
        for kind in type(layer).__mro__
    }


def _underlying(layer: nn.Module, name: str, layout: Layout) -> Iterator[tuple[nn.Parameter, _Use]]:
    """Give the parameter that a layer's weight is, or is computed from."""
    own = dict(layer.named_parameters(recurse=False))
    if name in own:
        yield own[name], _Use(layout)
    elif f"{name}_v" in own:
        yield own[f"{name}_v"], _Use(layout, note=_ROWS)
    elif f"{name}_orig" in own:
        yield own[f"{name}_orig"], _Use(layout, note="the network computes the weight from it")
    elif not isinstance(layer, torch.jit.ScriptModule) and parametrize.is_parametrized(layer, name):
        yield from _parametrized(layer.parametrizations[name], layout)  # type: ignore[index]


def _parametrized(steps: Any, layout: Layout) -> Iterator[tuple[nn.Parameter, _Use]]:
    kinds = [type(step).__name__.lstrip("_") for step in steps]
    originals = dict(steps.named_parameters(recurse=False))
    if "WeightNorm" in kinds:
        yield originals["original0"], _Use(None, "the lengths that weight norm gives to rows")
        yield (
            originals["original1"],
            _Use(layout, note=_ROWS),
        )
    elif len(originals) == 1:
        yield _one_original(originals["original"], layout, kinds)
    else:
        for original in originals.values():
            yield original, _Use(None, f"a weight is computed of several ({kinds[0]})")


def _one_original(
    original: nn.Parameter, layout: Layout, kinds: list[str]
) -> tuple[nn.Parameter, _Use]:
    if "Orthogonal" in kinds:
        return original, _Use(layout, "parametrized as orthogonal, which no order of weights is")
    if "SpectralNorm" in kinds:
        note = "spectral norm divides it by its largest singular value"
    else:
        note = f"the network computes the weight from it ({', '.join(kinds)})"
    try:
        layout.matrix(original.shape)
    except ArgumentError:
        return original, _Use(None, f"a weight of another shape is computed of it ({kinds[0]})")
    return original, _Use(layout, note=note)


def _require_values(name: str, parameter: torch.Tensor) -> None:
    if isinstance(parameter, nn.parameter.UninitializedParameter):
        raise NetworkError(
            f"parameter '{name}' is lazy and has no weights yet; call the module once before"
        )
    if parameter.is_meta:
        raise NetworkError(
            f"parameter '{name}' is on the meta device and has no weights; "
            "move the module with to_empty() and initialize it before"
        )


def _require_known_wrapper(layer: nn.Module) -> None:
    if type(layer).__name__ == "FullyShardedDataParallel":
        raise NetworkError(
            "FullyShardedDataParallel has flattened the weights; rewire the module before it is "
            "wrapped, or shard it with fully_shard"
        )
