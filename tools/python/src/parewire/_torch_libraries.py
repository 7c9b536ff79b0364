"""Layers of libraries on top of PyTorch that are no subclasses of its own.

They are told by the names of their classes, so that no library is imported.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from parewire._layout import Layout

_LINEAR = {
    "torch_geometric.nn.dense.linear.Linear": "oi",
    "torch_geometric.nn.dense.linear.HeteroLinear": "bio",
}
_CONV1D = "transformers.pytorch_utils.Conv1D"
_EXPERTS = ("gate_up_proj", "gate_proj", "up_proj", "down_proj")


def library_layouts(
    name: str, layer: nn.Module, kinds: set[str], in_parts: bool
) -> Iterator[tuple[str, Layout]]:
    """Give the names of a layer's weights, and the meaning of their axes.

    Args:
        name: the layer's, in its network.
        layer: the layer.
        kinds: the names of its classes, with their modules.
        in_parts: whether packed projections are rewired in parts.
    """
    for kind in kinds & _LINEAR.keys():
        yield "weight", Layout(_LINEAR[kind])
    if _CONV1D in kinds:
        yield "weight", _conv1d(name, layer, in_parts)
    own = dict(layer.named_parameters(recurse=False))
    for kind in kinds:
        if kind.startswith("transformers.") and kind.endswith("Experts"):
            for each in _EXPERTS:
                if each in own and own[each].dim() == 3:
                    yield each, _experts(layer, in_parts and each == "gate_up_proj")
        is_router = kind.startswith("transformers.") and kind.endswith("Router")
        if is_router and "weight" in own and own["weight"].dim() == 2:
            yield "weight", Layout("oi")


def _conv1d(name: str, layer: nn.Module, in_parts: bool) -> Layout:
    """Return the layout of [inputs, output neurons]; attention packs queries, keys and values."""
    inputs, outputs = layer.weight.shape  # type: ignore[misc]
    is_packed = name.rpartition(".")[2] == "c_attn" and int(outputs) % int(inputs) == 0
    if in_parts and is_packed:
        return Layout("i(bo)", {"b": int(outputs) // int(inputs)})
    return Layout("io")


def _experts(layer: nn.Module, is_packed: bool) -> Layout:
    """Return the layout of [experts, ...], of which each expert may pack a gate."""
    is_transposed = getattr(layer, "is_transposed", False)
    if not is_packed:
        return Layout("bio" if is_transposed else "boi")
    outputs = "(bo)" if getattr(layer, "is_concatenated", True) else "(ob)"
    return Layout(f"bi{outputs}" if is_transposed else f"b{outputs}i", {"b": 2})
