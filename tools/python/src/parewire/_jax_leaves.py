"""Names the leaves of a pytree, orders them, and finds the layers that hold them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax.tree_util import (
    DictKey,
    FlattenedIndexKey,
    GetAttrKey,
    SequenceKey,
    tree_leaves_with_path,
)

from parewire.errors import ArgumentError, NetworkError

Path = tuple[Any, ...]

_PARAMS = "params"
# What flax puts arrays into; the key "value" after it is no part of a name.
_VARIABLES = {"flax.Variable", "flax.VariableState"}
_BOXES = {*_VARIABLES, "flax.AxisMetadata"}
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, eq=False)
class Leaf:
    """An array in a pytree.

    Attributes:
        place: among the pytree's leaves.
        name: the keys to it, with "/" between.
        array: of jax or numpy.
        holders: the objects on the way to it, the outermost first; None where that can't be told.
    """

    place: int
    name: str
    array: Any
    holders: tuple[Any, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return tuple(self.array.shape)


def find_leaves(tree: Any, layers: Any) -> list[Leaf]:
    """Return the parameters of a pytree, in an order that jit and tree_map keep.

    That is the order of the pytree's leaves, but that of a dict's keys in which numbers count as
    numbers: Dense_2 is before Dense_10.

    Args:
        tree: the pytree; if it has "params" on top, as flax' variables and train states have, what
            is beside them is no parameter.
        layers: the object that the same keys lead into, to learn of layers; the pytree itself, or
            the module that it is the state of.

    Raises:
        ArgumentError: if two leaves have the same name.
        NetworkError: if a leaf has no values here.
    """
    paths = [path for path, _ in tree_leaves_with_path(tree)]
    arrays = jax.tree_util.tree_leaves(tree)
    keys = _order(paths)
    has_params = any(_names(path)[:1] == [_PARAMS] for path in paths)
    leaves: dict[str, Leaf] = {}
    for place in sorted(range(len(paths)), key=keys.__getitem__):
        if has_params and _names(paths[place])[:1] != [_PARAMS]:
            continue
        leaf = _leaf(tree, layers, place, paths[place], arrays[place])
        if leaf and leaf.name in leaves:
            raise ArgumentError(f"params: expected a name for each leaf, found '{leaf.name}' twice")
        if leaf:
            leaves[leaf.name] = leaf
    return list(leaves.values())


def kinds(holder: Any) -> set[str]:
    """Return the names of an object's classes, with those of their libraries: equinox.Linear."""
    return {f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in type(holder).__mro__}


def _leaf(tree: Any, layers: Any, place: int, path: Path, array: Any) -> Leaf | None:
    box = kinds(_walk(tree, path)[-1]) if path else set()
    if box & _VARIABLES and "flax.Param" not in box:
        return None
    holders = _walk(layers, path)
    if box & _BOXES:
        path, holders = path[:-1], holders[:-1]
    name = "/".join(_names(path)) or _PARAMS
    return Leaf(place, name, array, holders) if _has_values(name, array) else None


def _order(paths: list[Path]) -> list[tuple[Any, ...]]:
    """Return what to sort each leaf by."""
    first: dict[Path, int] = {}
    for place, path in enumerate(paths):
        for end in range(1, len(path) + 1):
            first.setdefault(path[:end], place)
    return [
        tuple(
            (_natural(key.key) if isinstance(key, DictKey) else [], first[path[: end + 1]])
            for end, key in enumerate(path)
        )
        for path in paths
    ]


def _natural(key: Any) -> list[str | int]:
    parts = _DIGITS.split(str(key))
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


def _names(path: Path) -> list[str]:
    return [str(_key(key)) for key in path]


def _key(key: Any) -> Any:
    match key:
        case DictKey() | FlattenedIndexKey():
            return key.key
        case SequenceKey():
            return key.idx
        case GetAttrKey():
            return key.name
    return key


def _walk(node: Any, path: Path) -> tuple[Any, ...]:
    """Return the objects on the way to a leaf: None from where its keys don't tell."""
    nodes = [node]
    for key in path[:-1]:
        node = None if isinstance(key, FlattenedIndexKey) else _child(node, _key(key))
        nodes.append(node)
    return tuple(nodes)


def _child(node: Any, key: Any) -> Any:
    if isinstance(key, str) and not isinstance(node, Mapping):
        return getattr(node, key, None)
    try:
        return node[key]
    except (TypeError, LookupError):
        return None


def _has_values(name: str, leaf: Any) -> bool:
    """Return whether a leaf is an array.

    Raises:
        NetworkError: if it is one without values, or without all of them.
    """
    if isinstance(leaf, jax.core.Tracer):
        raise NetworkError(
            f"parameter '{name}' is traced and has no values yet; call it outside of jit, grad and "
            "vmap"
        )
    if isinstance(leaf, jax.ShapeDtypeStruct):
        raise NetworkError(
            f"parameter '{name}' is a ShapeDtypeStruct and has no values; initialize the network "
            "before, without eval_shape"
        )
    if not isinstance(leaf, jax.Array):
        return isinstance(leaf, np.ndarray)
    if leaf.is_deleted():
        raise NetworkError(f"parameter '{name}' is deleted; give arrays that were not donated")
    if not leaf.is_fully_addressable:
        raise NetworkError(
            f"parameter '{name}' has parts on devices of other processes; rewire it before it is "
            "distributed, in each process with the same seed"
        )
    return True
