"""Rewires the weights of a PyTorch module in place, and initializes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import distributed, nn

from parewire import onnx
from parewire._bits import Bits
from parewire._container import Source
from parewire._extra import LayoutLike
from parewire._rewiring import Outcome, Plan, Settings, rewired
from parewire._torch_bits import to_bits, to_tensor
from parewire._torch_search import initialize
from parewire._torch_weights import Packed, TorchWeight, find_weights
from parewire.errors import ArgumentError, NetworkError
from parewire.report import Report

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup

__all__ = ["init_", "rewire_"]

_WRAPPERS = (nn.DataParallel, nn.parallel.DistributedDataParallel)


def rewire_(
    module: nn.Module,
    seed: int = 42,
    *,
    first_layer: int = 0,
    groups: onnx.Groups = "joint",
    packed: Packed = "parts",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    extra: Mapping[str, LayoutLike] | None = None,
    allow_trained: bool = False,
    strict: bool = False,
    options: Sequence[str] = (),
    process_group: ProcessGroup | None = None,
    timeout: float = 60.0,
) -> Report:
    """Rewire the dense and conv weights of ``module`` in place.

    Those of Linear, Bilinear, Conv and ConvTranspose layers and their subclasses, of attention, of
    transformers' Conv1D, and what ``extra`` names. A weight's place among them, in the order of
    ``module.named_parameters()``, is its number, which chooses its random stream, whether those
    before it are left or not. A weight of several layers is one, with the place of the first.
    Nothing but the order of values changes, so that an optimizer that was made before goes on.

    Where ``torch.distributed`` is initialized, all ranks call this, with the same arguments, before
    or after the module is wrapped or sharded. Each has the tool rewire a share of the weights, and
    all get what one process would have made of the whole module. A rank holds its part of the
    module and a layer at a time; its share lies in files, in the folder for temporary ones.

    Args:
        module: the network, initialized; DataParallel, DistributedDataParallel and torch.compile's
            wrapper are seen through. Weights may be DTensors, as ``fully_shard`` and
            ``parallelize_module`` make them, sharded or replicated in any way.
        seed: of the random streams; 0 or more.
        first_layer: the number of the first weight, for a part of a network.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        packed: MultiheadAttention's packed projections in parts, each by itself, or as one matrix.
        include: globs of the weights to rewire, by the names that ``module.named_parameters()`` has
            for them; all if there are none. A name given whole also takes a weight that is tied to
            an embedding.
        exclude: globs of the weights to leave.
        extra: the meaning of the axes of weights that are used by functions, by globs of their
            names, as :class:`parewire.Weight` has it: a layout, or a layout and its sizes. Of
            those that fit a name and have as many axes, the last one counts.
        allow_trained: rewire weights that look trained.
        strict: fail if a dense or conv weight that training changes would be left.
        options: more of the tool's options, as on its command line.
        process_group: the ranks that rewire one module together, if not all: a stage of a pipeline,
            or ``torch.distributed.new_subgroups(1)[0]`` for a module of each rank's own.
        timeout: seconds that a rank waits for the others to call this.

    Returns:
        What was done, the same on all ranks. Parameters that training does not change, by their
        ``requires_grad``, are left.

    Raises:
        ArgumentError: if an argument can't be meant, such as a glob that matches nothing.
        NetworkError: if weights have no values yet, or can't be written to; if not all ranks call
            this, or not with the same weights. What one rank raises, all do.
        ToolNotFoundError: if onnx-parewire can't be found or started.
        NoLayerError: if there is nothing to rewire.
        TrainedWeightsError: if weights look trained.
        WeightsLeftError: if a weight would be left, with ``strict``.
        ToolError: if the tool fails for another reason.
    """
    settings = Settings(seed, first_layer, groups, include, exclude, allow_trained, strict, options)
    if packed not in ("parts", "whole"):
        raise ArgumentError(f"packed: expected 'parts' or 'whole', found {packed!r}")
    network = _unwrapped(module)

    def find() -> list[TorchWeight]:
        return find_weights(network, extra or {}, packed)

    if distributed.is_available() and distributed.is_initialized():
        from parewire import _torch_shards

        arguments = {"packed": packed, "extra": dict(extra or {})}
        ranks = _torch_shards.Ranks(process_group)
        return _torch_shards.rewire(network, find, settings, arguments, ranks, timeout)
    weights = find()
    parameters = {weight.name: weight.parameter for weight in weights}
    found = [weight.found(partial(to_bits, weight.parameter)) for weight in weights]
    with rewired(type(network).__name__, found, settings) as outcome:
        _write(outcome, parameters)
        return outcome.report


def init_(
    module: nn.Module,
    initializer: Callable[[torch.Tensor], object],
    seed: int = 42,
    *,
    best_of: int = 1,
    rewire: bool = True,
    first_layer: int = 0,
    groups: onnx.Groups = "joint",
    packed: Packed = "parts",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    extra: Mapping[str, LayoutLike] | None = None,
    strict: bool = False,
    options: Sequence[str] = (),
) -> Report | None:
    """Initialize the dense and conv weights of ``module`` in place, and rewire them.

    Those that :func:`rewire_` would rewire, one after the other, from PyTorch's random generators:
    ``torch.manual_seed`` decides what is drawn. Biases and all else stay as they are.

    With ``best_of=K``, each weight is drawn K times, and the draw is kept of which the neurons'
    strengths vary least, by the mean of the variances of both sides: the authors' random search,
    ``stabilize_strength``, which the paper takes 100 draws for. Draws are compared in the weights'
    own precision, as there.

    Args:
        module: the network; all of it in this process, and not sharded.
        initializer: fills a tensor of [output neurons, inputs, kernel...] in place, such as
            ``torch.nn.init.orthogonal_``. It gets parameters of that shape as they are, and others,
            such as a transposed conv's, turned so that fan-in is what it takes for it.
        seed: of the rewiring.
        best_of: how many draws, 1 or more.
        rewire: whether to rewire what was drawn.
        first_layer: the number of the first weight, for rewiring a part of a network.
        groups: of rewiring; what is drawn is a whole conv.
        packed: MultiheadAttention's packed projections in parts, each drawn by itself, or whole.
        include: globs of the weights to take, as for :func:`rewire_`.
        exclude: globs of the weights to leave.
        extra: the meaning of the axes of weights that are used by functions, as there.
        strict: fail if a dense or conv weight that training changes would be left.
        options: more of the tool's options, as on its command line.

    Returns:
        What rewiring did; None without it.

    Raises:
        ArgumentError: if an argument can't be meant, such as a glob that matches nothing.
        NetworkError: if weights have no values yet, or are sharded.
        ToolNotFoundError: if onnx-parewire can't be found; nothing is drawn then.
        NoLayerError: if there is no weight to take.
        ParewireError: what :func:`rewire_` raises, with the weights that were drawn in place.
    """
    if isinstance(best_of, bool) or not isinstance(best_of, int) or best_of < 1:
        raise ArgumentError(f"best_of: expected a whole number, 1 or more, found {best_of!r}")
    settings = Settings(seed, first_layer, groups, include, exclude, False, strict, options)
    network = _unwrapped(module)
    weights = {weight.name: weight for weight in find_weights(network, extra or {}, packed)}
    for weight in weights.values():
        if hasattr(weight.parameter, "placements"):
            raise NetworkError(
                f"parameter '{weight.name}' is sharded; initialize it before, and shard and rewire "
                "the module then"
            )
    found = [each.found(partial(to_bits, each.parameter)) for each in weights.values()]
    for source in Plan(type(network).__name__, found, settings).places:
        if source is not None:
            initialize(weights[source.name].parameter, source.layout, initializer, best_of)
    if not rewire:
        return None
    return rewire_(
        module,
        seed,
        first_layer=first_layer,
        groups=groups,
        packed=packed,
        include=include,
        exclude=exclude,
        extra=extra,
        strict=strict,
        options=options,
    )


def _unwrapped(module: nn.Module) -> nn.Module:
    wrapped = getattr(module, "module" if isinstance(module, _WRAPPERS) else "_orig_mod", None)
    return _unwrapped(wrapped) if isinstance(wrapped, nn.Module) else module


def _write(outcome: Outcome, parameters: Mapping[str, torch.Tensor]) -> None:
    def write(source: Source, bits: Bits) -> None:
        parameter = parameters[source.name]
        with torch.no_grad():
            parameter.copy_(to_tensor(bits, parameter))

    outcome.write(
        lambda source: to_bits(parameters[source.name]),
        write,
        lambda source: (
            f"parameter '{source.name}' shares its memory with another one of other shape"
        ),
    )
