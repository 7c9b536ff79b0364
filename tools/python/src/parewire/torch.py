"""Rewires the weights of a PyTorch module in place."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from parewire import onnx
from parewire._mapping import Candidate, Match, match
from parewire._run import Settings, rewire_exported
from parewire._state import python_generators_kept
from parewire._weights import Bits
from parewire.errors import ExportError, MappingError
from parewire.report import Report, make_report

__all__ = ["rewire_"]

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_WORDS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
_WRAPPERS = (nn.DataParallel, nn.parallel.DistributedDataParallel)


def rewire_(
    module: nn.Module,
    example_inputs: torch.Tensor | Sequence[Any],
    seed: int = 42,
    *,
    example_kwargs: Mapping[str, Any] | None = None,
    training: bool = False,
    groups: onnx.Groups = "joint",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    options: Sequence[str] = (),
    export_options: Mapping[str, Any] | None = None,
) -> Report:
    """Rewire the dense and conv weights of ``module`` in place.

    The module is exported to a temporary ONNX file without any optimization, the tool rewires it,
    and each rewired tensor goes back to the parameter whose bytes it had. Nothing is written before
    all are found and have the same weights. Parameters that training does not change, by their
    ``requires_grad``, are left. Kept are training mode, buffers, ``requires_grad``,
    device, type and strides of each parameter, and the states of the random generators.

    Args:
        module: the network, initialized; wrappers such as DataParallel and torch.compile's are seen
            through.
        example_inputs: positional inputs that the module can be called with, on its device; a
            tensor stands for one input.
        seed: of the random streams.
        example_kwargs: inputs by name.
        training: export as in training, which finds layers that work in training alone.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        include: globs of the tensors to rewire, by the names of the exported file, which are those
            of the module's parameters; all if there are none.
        exclude: globs of the tensors to leave.
        options: more of the tool's options, as on its command line.
        export_options: more of ``torch.onnx.export``'s arguments.

    Raises:
        ExportError: if the module can't be exported.
        ToolNotFoundError: if onnx-parewire can't be found or started.
        NoLayerError: if the module has no layer to rewire.
        ToolError: if the tool fails for another reason.
        MappingError: if a rewired tensor can't be given back.
    """
    network = _unwrapped(module)
    _require_values(network)
    inputs = (example_inputs,) if isinstance(example_inputs, torch.Tensor) else (*example_inputs,)
    settings = Settings(seed, groups, include, exclude, options)
    with tempfile.TemporaryDirectory(prefix="parewire-") as folder:
        file = Path(folder, "model.onnx")
        with _untouched(network, training):
            _export(network, inputs, example_kwargs, export_options, file)
        report, tensors = rewire_exported(file, type(network).__name__, settings)
    holders = _holders(network)
    matches = match(tensors, holders)
    parameters = [each for each in holders if isinstance(holders[each], nn.Parameter)]
    trained = [each for each in parameters if holders[each].requires_grad]
    _write([(holders[each.candidate], each) for each in matches if each.candidate in trained])
    return make_report(report, matches, parameters, trained)


def _unwrapped(module: nn.Module) -> nn.Module:
    wrapped = getattr(module, "module" if isinstance(module, _WRAPPERS) else "_orig_mod", None)
    return _unwrapped(wrapped) if isinstance(wrapped, nn.Module) else module


def _require_values(module: nn.Module) -> None:
    for name, parameter in module.named_parameters():
        if isinstance(parameter, nn.parameter.UninitializedParameter):
            raise ExportError(
                f"parameter '{name}' is lazy and has no weights yet; call the module once before"
            )
        if parameter.is_meta:
            raise ExportError(
                f"parameter '{name}' is on the meta device and has no weights; "
                "move the module with to_empty() and initialize it before"
            )


@contextmanager
def _untouched(module: nn.Module, training: bool) -> Iterator[None]:
    """Set the mode, and afterwards put back all that a run of the module may change."""
    modes = [(each, each.training) for each in module.modules()]
    buffers = [(buffer, buffer.detach().clone()) for buffer in module.buffers()]
    fast_path = torch.backends.mha.get_fastpath_enabled()
    devices = range(torch.cuda.device_count()) if _uses_cuda() else ()
    with python_generators_kept(), torch.random.fork_rng(devices), torch.enable_grad():
        try:
            for each, _ in modes:
                each.training = training
            # One fused operator in place of a transformer's layers; no exporter knows it.
            torch.backends.mha.set_fastpath_enabled(False)
            yield
        finally:
            torch.backends.mha.set_fastpath_enabled(fast_path)
            for each, mode in modes:
                each.training = mode
            with torch.no_grad():
                for buffer, before in buffers:
                    if not _is_same(buffer, before):
                        buffer.copy_(before)


def _uses_cuda() -> bool:
    return bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]


def _is_same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return torch.equal(_words(one), _words(other))


def _export(
    module: nn.Module,
    inputs: tuple[Any, ...],
    kwargs: Mapping[str, Any] | None,
    more: Mapping[str, Any] | None,
    file: Path,
) -> None:
    options = {"dynamo": True, "optimize": False, "verbose": False, **(more or {})}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(module, inputs, kwargs=dict(kwargs or {}), **options)
            if program is None:
                raise TypeError("torch.onnx.export gave no program; leave dynamo=True")
            program.save(file)
    except Exception as error:
        raise ExportError(
            f"{type(module).__name__} can't be exported to ONNX: {_reason(error)}"
        ) from error


def _reason(error: BaseException) -> str:
    """Return the first line of what failed at first: torch wraps it in colourful banners."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = _COLOURS.sub("", str(error)).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _holders(module: nn.Module) -> dict[Candidate, torch.Tensor]:
    """Return the floating-point parameters, then buffers; one for all that share their memory."""
    names: dict[tuple[Any, ...], list[str]] = {}
    tensors: dict[tuple[Any, ...], torch.Tensor] = {}
    for named in (module.named_parameters, module.named_buffers):
        for name, tensor in named(remove_duplicate=False):
            if tensor.is_floating_point():
                key = (
                    tensor.data_ptr(),
                    tensor.shape,
                    tensor.stride(),
                    tensor.dtype,
                    tensor.device,
                )
                names.setdefault(key, []).append(name)
                tensors.setdefault(key, tensor)
    return {Candidate(tuple(names[key]), _bits(tensors[key])): tensors[key] for key in tensors}


def _words(tensor: torch.Tensor) -> torch.Tensor:
    tensor = tensor.detach()
    return tensor.view(_WORDS[tensor.element_size()]) if tensor.is_floating_point() else tensor


def _bits(tensor: torch.Tensor) -> Bits:
    words = _words(tensor).cpu().contiguous().numpy()
    return words.view(f"u{words.itemsize}")


def _tensor(bits: Bits, like: torch.Tensor) -> torch.Tensor:
    signed = bits.view(f"i{bits.itemsize}") if bits.itemsize > 1 else bits
    return torch.tensor(signed).view(like.dtype)


def _write(changes: Sequence[tuple[torch.Tensor, Match]]) -> None:
    """Write all, or none if one can't be written or reads differently afterwards."""
    new = [(target, _tensor(found.bits, target), found) for target, found in changes]
    old = [(target, target.detach().clone()) for target, _ in changes]
    try:
        with torch.no_grad():
            for target, values, _ in new:
                target.copy_(values)
        for target, values, found in new:
            if not _is_same(target.cpu(), values):
                raise MappingError(
                    f"parameter '{found.candidate.names[0]}' shares its memory with another one "
                    f"of other shape; leave it with exclude=['{found.tensor.name}']"
                )
    except BaseException:
        with torch.no_grad():
            for target, values in old:
                target.copy_(values)
        raise
