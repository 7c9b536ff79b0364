"""Rewires a PyTorch module that several processes have parts or copies of.

Each rank has the tool rewire a share of the weights. Weights go from rank to rank one at a time,
and all ranks go through them in the same order, whatever happens on one of them: its error waits
until the others can be told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from operator import attrgetter

import torch
from torch import nn
from torch.distributed.fsdp import FSDPModule
from torch.distributed.tensor import DTensor, distribute_tensor

from parewire import _notices, _shares, onnx
from parewire._bits import Bits
from parewire._container import Source, Stored
from parewire._rewiring import Files, Plan, Settings, require_wanted
from parewire._torch_bits import to_bits, to_tensor, to_words
from parewire._torch_ranks import Ranks
from parewire._torch_weights import TorchWeight
from parewire.errors import ArgumentError, NetworkError, NoLayerError
from parewire.report import Report

__all__ = ["Ranks", "rewire"]

_OF_WHOLE_NETWORKS = {"--include", "--exclude", "--weights-out", "--json", "--html"}


def rewire(
    network: nn.Module,
    find: Callable[[], Sequence[TorchWeight]],
    settings: Settings,
    arguments: Mapping[str, object],
    ranks: Ranks,
    timeout: float,
) -> Report:
    """Rewire a module in place, together with the other ranks.

    Args:
        network: the module.
        find: finds its weights.
        settings: the arguments.
        arguments: those that are this framework's own.
        ranks: all that have the module.
        timeout: seconds to wait for them.

    Raises:
        ArgumentError: if the ranks have other arguments.
        NetworkError: if a rank does not come, or has other weights, or weights are where not all
            ranks can read them.
        ParewireError: whatever one process would raise.
    """
    ranks.meet(timeout)
    given = [f"{name}={value!r}" for name, value in {**asdict(settings), **arguments}.items()]
    ranks.require_same(given, _other_arguments)
    _require_shared_options(settings.options, ranks)
    weights = ranks.all(lambda: _find(network, find))
    ranks.require_same([_line(each) for each in weights], _other_weights)
    reader = _Reader()
    plan = ranks.all(lambda: _plan(network, weights, settings, reader))
    owners = _shares.owners(plan.places, len(ranks.numbers))
    share = _shares.share(plan.places, owners, ranks.own)
    layers = ranks.all(lambda: _layers(plan, owners, weights, ranks))
    reader.expect(layers)
    with ExitStack() as open_files, torch.no_grad():
        files = ranks.all(lambda: _stored(plan, share, reader, open_files))
        ranks.require_same(reader.lines, _other_values)
        outcome = ranks.all(lambda: _rewired(files, share), takes_long=True)
        outcomes = ranks.gather(outcome)
        report = ranks.all(lambda: _report(plan, outcomes, settings, ranks.own == 0))
        taken = {each.name for each in report.rewired}
        _write([each for each in layers if each.source.name in taken], files, ranks)
        return report


@dataclass(frozen=True)
class _Layer:
    """A weight that goes to the tool.

    Attributes:
        source: how the core has it.
        parameter: how this rank has it.
        owner: the place of the rank that has the tool rewire it.
        device: where it is to be sent from rank to rank.
    """

    source: Source
    parameter: nn.Parameter
    owner: int
    device: torch.device


def _require_shared_options(options: Sequence[str], ranks: Ranks) -> None:
    for option in options:
        if len(ranks.numbers) > 1 and option.partition("=")[0] in _OF_WHOLE_NETWORKS:
            raise ArgumentError(
                f"options: expected none on the whole network, of which each rank's run of the "
                f"tool has a share, found {option}; there are include and exclude for names"
            )


def _find(network: nn.Module, find: Callable[[], Sequence[TorchWeight]]) -> Sequence[TorchWeight]:
    for module in network.modules():
        if isinstance(module, FSDPModule):
            # After a forward pass it may have copies of whole weights in place of its own.
            module.reshard()
    return find()


def _line(weight: TorchWeight) -> str:
    """Return what must be the same on all ranks."""
    parameter = weight.parameter
    facts = ["x".join(map(str, parameter.shape)), str(parameter.dtype), parameter.device.type]
    if isinstance(parameter, DTensor):
        facts += [str(tuple(parameter.device_mesh.shape)), str(parameter.placements)]
    if not parameter.requires_grad:
        facts.append("frozen")
    return f"'{weight.name}' {', '.join(facts)}"


def _plan(
    network: nn.Module, weights: Sequence[TorchWeight], settings: Settings, reader: _Reader
) -> Plan:
    found = [weight.found(partial(reader.read, weight.name)) for weight in weights]
    return Plan(type(network).__name__, found, settings)


def _layers(
    plan: Plan, owners: Sequence[int], weights: Sequence[TorchWeight], ranks: Ranks
) -> list[_Layer]:
    parameters = {weight.name: weight.parameter for weight in weights}
    layers = []
    for source, owner in zip(plan.places, owners, strict=True):
        if source:
            parameter = parameters[source.name]
            _require_readable(source.name, parameter, ranks)
            device = ranks.device(_local(parameter).device.type)
            layers.append(_Layer(source, parameter, owner, device))
    return layers


def _require_readable(name: str, parameter: torch.Tensor, ranks: Ranks) -> None:
    if not isinstance(parameter, DTensor):
        return
    if any(each.is_partial() for each in parameter.placements):
        raise NetworkError(
            f"weight '{name}' is a sum of what the ranks have, {parameter.placements}; expected it "
            "sharded or replicated: redistribute it before"
        )
    members = parameter.device_mesh.mesh.flatten().tolist()
    if not set(members) <= set(ranks.numbers) or parameter.device_mesh.get_coordinate() is None:
        raise NetworkError(
            f"weight '{name}' is on the ranks {members}, but the ranks {ranks.numbers} call "
            "rewire_; give it the process_group of those that have the module"
        )


def _local(parameter: torch.Tensor) -> torch.Tensor:
    """Return what this rank has of a weight, to be read and written in place."""
    local = parameter.detach()
    return local.to_local() if isinstance(local, DTensor) else local


def _whole(parameter: torch.Tensor) -> torch.Tensor:
    """Return all of a weight, which takes all ranks that have parts of it."""
    part = parameter.detach()
    if not isinstance(part, DTensor):
        return part
    # A shard that is offloaded to the processor goes to where its mesh can gather it.
    reachable: DTensor = part.to(part.device_mesh.device_type)  # type: ignore[assignment]
    return reachable.full_tensor()


def _part(whole: torch.Tensor, parameter: torch.Tensor) -> torch.Tensor:
    """Return what this rank is to have of a weight."""
    if not isinstance(parameter, DTensor):
        return whole
    mesh, placements = parameter.device_mesh, parameter.placements
    return distribute_tensor(whole, mesh, placements, src_data_rank=None).to_local()


class _Reader:
    """Reads whole weights, of which a rank keeps those that are asked for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._rest: Iterator[_Layer] = iter(())

    def expect(self, layers: Sequence[_Layer]) -> None:
        """Say what there is to read."""
        self._rest = iter(layers)

    def read(self, name: str) -> Bits:
        """Read on until a weight, and return its bits."""
        for layer in self._rest:
            if layer.source.name == name:
                return self._next(layer)
            self._next(layer)
        raise AssertionError(f"weight '{name}' has been read")

    def finish(self) -> None:
        """Read the rest, for the other ranks."""
        _for_each(self._rest, self._next)

    def _next(self, layer: _Layer) -> Bits:
        whole = _whole(layer.parameter)
        bits = to_bits(whole)
        name = layer.source.name
        self.lines.append(f"'{name}': {_digest(bits)}")
        local = _local(layer.parameter)
        # Shown before anything is written: that its parts are where they are thought to be.
        part = _part(whole, layer.parameter).to(local.device)
        if not torch.equal(to_words(part), to_words(local)):
            raise NetworkError(
                f"weight '{name}' is not sharded as it says, "
                f"{getattr(layer.parameter, 'placements', '')}; leave it with exclude=['{name}']"
            )
        return bits


def _digest(bits: Bits) -> str:
    return hashlib.sha256(bits.data).hexdigest()


def _for_each(layers: Iterable[_Layer], action: Callable[[_Layer], object]) -> None:
    """Do something with each, for which other ranks wait, and raise the first error at the end."""
    errors: list[BaseException] = []
    for layer in layers:
        try:
            action(layer)
        except BaseException as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _stored(
    plan: Plan, share: Sequence[Source | None], reader: _Reader, open_files: ExitStack
) -> Files | None:
    try:
        return open_files.enter_context(plan.files(share)) if any(share) else None
    finally:
        reader.finish()


def _rewired(files: Files | None, share: Sequence[Source | None]) -> onnx.Report | dict[str, str]:
    """Return the tool's report on a share; if it rewires none of it, why, by the names."""
    if files is None:
        return {}
    try:
        return _shares.own_layers(files.rewire(), share)
    except NoLayerError:
        return files.reasons()


def _report(
    plan: Plan,
    outcomes: Sequence[onnx.Report | dict[str, str]],
    settings: Settings,
    warns: bool,
) -> Report:
    tools = [each for each in outcomes if isinstance(each, onnx.Report)]
    for outcome in outcomes:
        if isinstance(outcome, dict):
            plan.leave(outcome)
    if not tools:
        raise plan.no_layer()
    report = plan.report(_shares.merged(tools))
    # One rank is enough to tell the user.
    require_wanted(report, settings, _notices.warn if warns else _say_nothing)
    return report


def _say_nothing(_: str) -> None:
    pass


def _write(layers: Sequence[_Layer], files: Files | None, ranks: Ranks) -> None:
    """Write all, or none if one can't be written or reads differently afterwards."""
    written: dict[str, str] = {}

    def write(stored: Callable[[Files], Stored], layer: _Layer) -> None:
        whole = _sent(layer, files, stored, ranks)
        written[layer.source.name] = _digest(to_bits(whole))
        _local(layer.parameter).copy_(_part(whole, layer.parameter))

    def check(layer: _Layer) -> None:
        name = layer.source.name
        if _digest(to_bits(_whole(layer.parameter))) != written[name]:
            raise NetworkError(
                f"parameter '{name}' shares its memory with another one of other shape; leave it "
                f"with exclude=['{name}']"
            )

    try:
        ranks.all(lambda: _for_each(layers, partial(write, attrgetter("after"))))
        ranks.all(lambda: _for_each(layers, check))
    except BaseException:
        _for_each(layers, partial(write, attrgetter("before")))
        raise


def _sent(
    layer: _Layer, files: Files | None, stored: Callable[[Files], Stored], ranks: Ranks
) -> torch.Tensor:
    """Return a weight that its owner reads from its files and sends to all."""
    whole = torch.empty(layer.source.shape, dtype=layer.parameter.dtype, device=layer.device)
    try:
        if files and layer.owner == ranks.own:
            whole.copy_(to_tensor(stored(files).read(layer.source), whole))
    finally:
        # The others wait for it, even if it can't be read.
        ranks.broadcast(whole, layer.owner)
    return whole


def _other_arguments(rank: int, found: str, first: int, expected: str) -> ArgumentError:
    return ArgumentError(
        f"rank {rank} calls rewire_ with {found}, rank {first} with {expected}; expected the same "
        "arguments on all ranks"
    )


def _other_weights(rank: int, found: str, first: int, expected: str) -> NetworkError:
    return NetworkError(
        f"rank {rank} has {found}, rank {first} has {expected}; expected the same module on all "
        "ranks, or a process_group of those that have it"
    )


def _other_values(rank: int, found: str, first: int, _: str) -> NetworkError:
    name = found.rpartition(": ")[0]
    return NetworkError(
        f"weight {name} has other values on rank {rank} than on rank {first}; expected copies of "
        "one module: initialize it with the same seed on all ranks, or wrap it in "
        "DistributedDataParallel before, which sends those of rank 0"
    )
