"""Tells the dense and conv weights of a pytree by their layers, or by their names and shapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parewire import _reasons
from parewire._extra import LayoutLike, extra_layouts
from parewire._jax_leaves import Leaf, kinds
from parewire._layout import Layout, einsum_layout

Shape = tuple[int, ...]

_SMALL = "fewer than two dimensions"
_UNKNOWN = (
    "no layer or name that is known has it as its dense or conv weight; if it is one, name its "
    "axes in extra"
)
_OTHERS = {
    "bias": "a bias",
    "b": "a bias",
    "scale": "a norm's scale",
    "offset": "a norm's offset",
}
_NOTES = {
    "equinox.WeightNorm": "weight norm gives each of its rows a length",
    "equinox.SpectralNorm": "spectral norm divides it by its largest singular value",
}

# What linen and nnx call the dense layers in a cell.
_CELLS = [
    {"hf", "hg", "hi", "ho", "if", "ig", "ii", "io"},
    {"hn", "hr", "hz", "in", "ir", "iz"},
    {"hf", "hn", "if", "in"},
    {"dense_h", "dense_i"},
    {"hh", "ih"},
    {"h", "i"},
]
_HAIKU_CELL = re.compile(r"(.*/)?(conv\d_d)?(lstm|gru|vanilla_rnn)(_\d+)?/.*")
_ATTENTION = {"query", "key", "value", "out"}
# What flax calls modules by themselves whose weights lie in stacks.
_STACKED = re.compile(r"(.*/)?(Scan|Vmap)[A-Z].*")
_BIASES = {"kernel": "bias", "w": "b"}


@dataclass(frozen=True)
class Meaning:
    """What a leaf is.

    Attributes:
        layout: of its axes; None if it is no dense or conv weight.
        left: why it is left; None if nothing speaks against it.
        note: what to know of it if it is rewired.
    """

    layout: Layout | None
    left: str | None = None
    note: str | None = None


def find_meanings(leaves: Sequence[Leaf], extra: Mapping[str, LayoutLike]) -> list[Meaning]:
    """Return what each leaf is.

    Args:
        leaves: all leaves of a pytree.
        extra: layouts by globs of names, which come before all else that is known.

    Raises:
        ArgumentError: if one of ``extra`` fits nothing, or a layout is not one of its leaf.
    """
    extras = extra_layouts(extra, {leaf.name: leaf.shape for leaf in leaves})
    names = _Names(leaves)
    return [
        Meaning(extras[leaf.name])
        if leaf.name in extras
        else _by_layer(leaf) or names.meaning(leaf)
        for leaf in leaves
    ]


def _equinox_conv(layer: Any) -> Layout:
    return Layout("(go)i" + "k" * layer.num_spatial_dims, {"g": layer.groups})


def _nnx_conv(layer: Any) -> Layout:
    return Layout("k" * len(layer.kernel_size) + "i(go)", {"g": layer.feature_group_count})


def _nnx_transposed(layer: Any) -> Layout:
    return Layout("k" * len(layer.kernel_size) + ("oi" if layer.transpose_kernel else "io"))


def _nnx_general(layer: Any) -> Layout:
    return Layout("i" * len(layer.in_features) + "o" * len(layer.out_features))


# The kinds of layers, and of each the name of its weight and the meaning of that one's axes.
_LAYERS: dict[str, tuple[str, Callable[[Any], Layout | None]]] = {
    "equinox.Linear": ("weight", lambda _: Layout("oi")),
    "equinox.Conv": ("weight", _equinox_conv),
    "equinox.ConvTranspose": ("weight", _equinox_conv),
    "flax.Linear": ("kernel", lambda _: Layout("io")),
    "flax.LinearGeneral": ("kernel", _nnx_general),
    "flax.Einsum": ("kernel", lambda layer: einsum_layout(layer.einsum_str)),
    "flax.Conv": ("kernel", _nnx_conv),
    "flax.ConvTranspose": ("kernel", _nnx_transposed),
}
_EMBEDDING_LAYERS = {"equinox.Embedding", "flax.Embed"}
_CELL_LAYERS = {"equinox.LSTMCell", "equinox.GRUCell", "flax.RNNCellBase"}


def _by_layer(leaf: Leaf) -> Meaning | None:
    """Return what a leaf is by the class of its layer, where the pytree has layers."""
    within = set[str]().union(*map(kinds, leaf.holders))
    if within & _CELL_LAYERS:
        return Meaning(None, _SMALL if len(leaf.shape) < 2 else _reasons.RECURRENT)
    layer = leaf.holders[-1]
    own = kinds(layer)
    if own & _EMBEDDING_LAYERS:
        return Meaning(None, _reasons.EMBEDDING)
    for kind in own & _LAYERS.keys():
        weight, describe = _LAYERS[kind]
        if leaf.name.rpartition("/")[2] != weight:
            continue
        layout = describe(layer)
        if layout is None:
            return Meaning(None, _UNKNOWN)
        # vmap has made a stack of layers of one.
        stacked = layout.stacked(len(leaf.shape) - layout.axes)
        notes = [note for wrapper, note in _NOTES.items() if wrapper in within]
        return Meaning(stacked, note=", ".join(notes) or None)
    return None


class _Names:
    """Tells what leaves are by their names and shapes, where nothing else is known of them."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._shapes = {leaf.name: leaf.shape for leaf in leaves}
        self._children: dict[str, set[str]] = {}
        for name in self._shapes:
            parts = name.split("/")
            for end in range(1, len(parts)):
                self._children.setdefault("/".join(parts[:end]), set()).add(parts[end])
                self._children.setdefault("", set()).add(parts[0])

    def meaning(self, leaf: Leaf) -> Meaning:
        module, _, name = leaf.name.rpartition("/")
        if name in ("embedding", "embeddings"):
            return Meaning(None, _reasons.EMBEDDING)
        if len(leaf.shape) < 2:
            return Meaning(None, _SMALL)
        if name in ("w_i", "w_h") or self._is_in_cell(leaf.name):
            return Meaning(None, _reasons.RECURRENT)
        if name not in _BIASES:
            return Meaning(None, _OTHERS.get(name, _UNKNOWN))
        bias = self._shapes.get(f"{module}/{_BIASES[name]}" if module else _BIASES[name])
        found = list(dict.fromkeys(self._readings(module, name, leaf.shape, bias)))
        if len(found) == 1:
            return Meaning(Layout(found[0]))
        if found:
            choice = " or ".join(f"'{each}'" for each in found)
            reason = f"its axes may be {choice}: say which in extra"
        else:
            reason = f"its bias of shape {bias} fits no layer that is known: name its axes in extra"
        # It keeps its number, for when it is named.
        return Meaning(Layout("o" + "i" * (len(leaf.shape) - 1)), reason)

    def _is_in_cell(self, name: str) -> bool:
        if _HAIKU_CELL.fullmatch(name):
            return True
        parent, _, module = name.rpartition("/")[0].rpartition("/")
        siblings = {each.removesuffix("_") for each in self._children.get(parent, ())}
        return any(module.removesuffix("_") in cell and cell == siblings for cell in _CELLS)

    def _readings(self, module: str, name: str, shape: Shape, bias: Shape | None) -> Iterator[str]:
        """Give all layouts that a weight may have."""
        if bias is None:
            yield from self._without_bias(module, name, shape)
            return
        if name == "w" and set(bias[1:]) == {1}:
            bias = bias[:1]  # of a conv with its channels first
        stacks = list(_stacks(shape, bias))
        role = self._role(module)
        for stack in stacks:
            outputs = len(bias) - stack
            inputs = len(shape) - stack - outputs
            if role and (inputs, outputs) != ((2, 1) if role == "out" else (1, 2)):
                continue
            if outputs > 1 or role:
                yield "b" * stack + "i" * inputs + "o" * outputs
            else:
                yield from ("b" * stack + each for each in _one_output(module, name, inputs))
        if not stacks and len(bias) == 1 and len(shape) > 2 and bias[0] == shape[-2]:
            yield "k" * (len(shape) - 2) + "oi"

    def _without_bias(self, module: str, name: str, shape: Shape) -> Iterator[str]:
        role = self._role(module)
        if role:
            yield "b" * (len(shape) - 3) + ("iio" if role == "out" else "ioo")
            return
        yield from _one_output(module, name, len(shape) - 1)
        if _STACKED.fullmatch(module) or (len(shape) == 3 and not _says_its_kind(module)):
            yield from ("b" + each for each in _one_output(module, name, len(shape) - 2))

    def _role(self, module: str) -> str | None:
        """Return which part of flax' attention a module is, with heads as an axis, or None."""
        parent, slash, part = module.rpartition("/")
        if part not in _ATTENTION or not self._children[parent] >= _ATTENTION:
            return None
        query = self._shapes.get(f"{parent}{slash}query/kernel", ())
        out = self._shapes.get(f"{parent}{slash}out/kernel", ())
        return part if len(query) > 2 and query[-2:] == out[-3:-1] else None


def _stacks(shape: Shape, bias: Shape) -> Iterator[int]:
    """Give the numbers of first axes that can be stacks of layers, for each has a bias."""
    for stack in range(len(bias)):
        outputs = len(bias) - stack
        fits = bias[:stack] == shape[:stack] and bias[stack:] == shape[len(shape) - outputs :]
        if fits and len(shape) - len(bias) > 0:
            yield stack


def _one_output(module: str, name: str, inputs: int) -> Iterator[str]:
    """Give the layouts of a weight with one axis of outputs, the last or the one before it."""
    layer = module.rpartition("/")[2].lower()
    if inputs == 1 or "densegeneral" in layer:
        yield "i" * inputs + "o"
        return
    # Haiku's transposed convs have it as the conv does of which they are the gradient.
    is_swapped = name == "w" and "transpose" in layer
    yield "k" * (inputs - 1) + ("oi" if is_swapped else "io")
    if inputs == 2 and name == "kernel" and not _says_its_kind(module):
        yield "iio"


def _says_its_kind(module: str) -> bool:
    layer = module.rpartition("/")[2].lower()
    return "conv" in layer or "densegeneral" in layer
