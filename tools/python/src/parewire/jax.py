"""Rewires trees of parameters of jax: of flax, equinox, haiku, or none of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import jax
import numpy as np

from parewire import onnx
from parewire._bits import Bits, to_bits
from parewire._container import Source
from parewire._extra import LayoutLike
from parewire._jax_layouts import Meaning, find_meanings
from parewire._jax_leaves import Leaf, find_leaves, kinds
from parewire._rewiring import Found, Settings, rewired
from parewire.errors import ArgumentError
from parewire.report import Report

__all__ = ["rewire", "rewire_"]

Tree = TypeVar("Tree")


def rewire(
    params: Tree,
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
) -> tuple[Tree, Report]:
    """Rewire the dense and conv weights of a pytree, and leave it as it is.

    It is flax' variables or params, an nnx.State or nnx.Module, an equinox module, haiku's params,
    or a pytree of one's own. If it has "params" on top, all beside that is no parameter. Names are
    the keys to a leaf with "/" between, such as ``params/Dense_0/kernel``.

    What a weight's axes mean is told, in this order, by ``extra``; by the class of its layer, in
    modules of nnx and equinox; by its name, ``kernel`` or ``w``, its shape, and the shape of the
    ``bias`` or ``b`` beside it. Where these leave a choice, such as between a conv and a stack of
    dense layers, the weight is left with a warning. Groups can't be told by names and shapes; they
    matter only for ``groups="separate"``, and need ``extra``.

    A weight's place among them is its number, which chooses its random stream, whether those before
    it are left or not. Their order is that of the pytree's leaves, but with numbers in a dict's
    keys as numbers: Dense_2 is before Dense_10. It stays when the pytree goes through jit, which
    forgets the order in which a dict was made.

    Args:
        params: the pytree; its leaves are of jax or numpy, others are kept.
        seed: of the random streams; 0 or more.
        first_layer: the number of the first weight, for a part of a network.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        include: globs of the weights to rewire, by their names; all if there are none.
        exclude: globs of the weights to leave.
        extra: the meaning of the axes of weights by globs of their names, as
            :class:`parewire.Weight` has it: a layout, or a layout and its sizes. The last one that
            fits a name and has as many axes counts.
        allow_trained: rewire weights that look trained.
        strict: fail if a dense or conv weight would be left.
        options: more of the tool's options, as on its command line.

    Returns:
        A new pytree, in which rewired weights have the sharding and type of the given ones, and all
        else is what was given; and what was done.

    Raises:
        ArgumentError: if an argument can't be meant, such as a glob that matches nothing.
        NetworkError: if leaves have no values, such as under jit, or not all of them here.
        ToolNotFoundError: if onnx-parewire can't be found or started.
        NoLayerError: if there is nothing to rewire.
        TrainedWeightsError: if weights look trained.
        WeightsLeftError: if a weight would be left, with ``strict``.
        ToolError: if the tool fails for another reason.
    """
    settings = Settings(seed, first_layer, groups, include, exclude, allow_trained, strict, options)
    if _is_nnx_module(params):
        from flax import nnx

        graph, state = nnx.split(params)
        new, report = _rewired(state, params, extra or {}, settings)
        return nnx.merge(graph, new), report
    return _rewired(params, params, extra or {}, settings)


def rewire_(
    module: Any,
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
    """Rewire the dense and conv weights of an nnx.Module in place, as :func:`rewire` does.

    Its variables stay the same objects, so that an optimizer that was made before goes on. A
    variable of several layers is one weight. The arguments and errors are those of :func:`rewire`.
    """
    settings = Settings(seed, first_layer, groups, include, exclude, allow_trained, strict, options)
    if not _is_nnx_module(module):
        raise ArgumentError(
            f"module: expected an nnx.Module, found {type(module).__name__}; other pytrees can't "
            "be written to: params, report = rewire(params)"
        )
    from flax import nnx

    # A copy, for what nnx.state returns are the module's own variables.
    state = jax.tree_util.tree_map(lambda array: array, nnx.state(module))
    new, report = _rewired(state, module, extra or {}, settings)
    try:
        nnx.update(module, new)
    except BaseException:
        nnx.update(module, state)
        raise
    return report


def _is_nnx_module(tree: Any) -> bool:
    return {"flax.Module", "flax.Pytree"} <= kinds(tree)


def _rewired(
    tree: Tree, layers: Any, extra: Mapping[str, LayoutLike], settings: Settings
) -> tuple[Tree, Report]:
    leaves = find_leaves(tree, layers)
    found = [
        _found(leaf, meaning)
        for leaf, meaning in zip(leaves, find_meanings(leaves, extra), strict=True)
    ]
    by_name = {leaf.name: leaf for leaf in leaves}
    new, structure = jax.tree_util.tree_flatten(tree)
    with rewired(type(layers).__name__, found, settings) as outcome:
        for source in outcome.sources:
            leaf = by_name[source.name]
            new[leaf.place] = _like(leaf.array, outcome.after(source))
        return jax.tree_util.tree_unflatten(structure, new), outcome.report


def _found(leaf: Leaf, meaning: Meaning) -> Found:
    source = None
    if meaning.layout is not None:
        type_ = leaf.array.dtype.name
        source = Source(leaf.name, leaf.shape, type_, meaning.layout, _reader(leaf.array))
    return Found(leaf.name, leaf.shape, source, meaning.left, note=meaning.note)


def _reader(array: Any) -> Callable[[], Bits]:
    return lambda: to_bits(np.asarray(array))


def _like(given: Any, bits: Bits) -> Any:
    """Return an array of these bits, where and as the given one is."""
    native = bits.view(given.dtype.newbyteorder("="))
    if isinstance(given, np.ndarray):
        return native.astype(given.dtype)
    with _wide(given.dtype.itemsize):
        if given.committed:
            return jax.device_put(native, given.sharding)
        with jax.default_device(next(iter(given.devices()))):
            return jax.device_put(native)


def _wide(width: int) -> contextlib.AbstractContextManager[Any]:
    """Let jax make arrays of 64 bits, as it was let when the given one was made."""
    return jax.enable_x64(True) if width > 4 else contextlib.nullcontext()
