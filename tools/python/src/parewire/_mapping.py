"""Finds the parameter of the network that each rewired tensor was, by its bytes before rewiring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from parewire._weights import Bits, Layout, RewiredTensor, sha256
from parewire.errors import MappingError


@dataclass(frozen=True, eq=False)
class Candidate:
    """A parameter, or another tensor, of the network as it was before rewiring.

    Attributes:
        names: all names that it has, the first being the one to show.
        bits: its values, in the framework's own shape.
    """

    names: tuple[str, ...]
    bits: Bits = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape in the framework."""
        return self.bits.shape


@dataclass(frozen=True)
class Match:
    """A rewired tensor with what it was, and the new values in that one's shape."""

    tensor: RewiredTensor
    candidate: Candidate
    bits: Bits = field(repr=False)


def match(tensors: Sequence[RewiredTensor], candidates: Iterable[Candidate]) -> list[Match]:
    """Find the one candidate of each tensor, and check that it has the tensor's weights.

    A candidate's bytes must have the hash of the tensor before rewiring, as they are or laid out as
    the model stores them. Of several candidates with equal bytes, the one with the tensor's name is
    taken.

    Raises:
        MappingError: if a tensor has none, or there is no telling which.
    """
    return _Matcher(tensors, list(candidates)).match()


class _Matcher:
    def __init__(self, tensors: Sequence[RewiredTensor], candidates: list[Candidate]) -> None:
        self._tensors = tensors
        self._candidates = candidates
        self._by_name = {name: each for each in candidates for name in each.names}
        self._hash = cache(lambda candidate, layout: sha256(layout.apply(candidate.bits)))
        self._taken: dict[Candidate, RewiredTensor] = {}

    def match(self) -> list[Match]:
        named = {tensor.name: self._of_its_name(tensor) for tensor in self._tensors}
        matches = [named[tensor.name] or self._of_its_bytes(tensor) for tensor in self._tensors]
        for found in matches:
            _require_same_weights(found)
        return matches

    def _of_its_name(self, tensor: RewiredTensor) -> Match | None:
        candidate = self._by_name.get(tensor.name)
        layout = candidate and self._layout(candidate, tensor)
        return self._take(candidate, layout, tensor) if candidate and layout else None

    def _of_its_bytes(self, tensor: RewiredTensor) -> Match:
        equal = [
            (candidate, layout)
            for candidate in self._candidates
            if (layout := self._layout(candidate, tensor))
        ]
        if not equal:
            raise _nothing_equal(tensor)
        free = [pair for pair in equal if pair[0] not in self._taken]
        if not free:
            raise _exported_twice(tensor, equal[0][0], self._taken[equal[0][0]])
        if len(free) > 1 and not self._is_indifferent(tensor):
            raise _ambiguous(tensor, [candidate for candidate, _ in free])
        return self._take(*free[0], tensor)

    def _take(self, candidate: Candidate, layout: Layout, tensor: RewiredTensor) -> Match:
        self._taken[candidate] = tensor
        return Match(tensor, candidate, layout.undo(tensor.bits))

    def _layout(self, candidate: Candidate, tensor: RewiredTensor) -> Layout | None:
        """Return the layout in which the candidate has the tensor's bytes, if there is one."""
        bits = candidate.bits
        if bits.itemsize != tensor.bits.itemsize:
            return None
        for layout in (Layout(tensor.bits.shape, ()), tensor.layout):
            if bits.shape == layout.stored and self._hash(candidate, layout) == tensor.hash_before:
                return layout
        return None

    def _is_indifferent(self, tensor: RewiredTensor) -> bool:
        """Tell if rewiring changed none of the tensors that had the same bytes: constant ones."""
        same = [each for each in self._tensors if each.hash_before == tensor.hash_before]
        return all(sha256(each.bits) == each.hash_before for each in same)


def _require_same_weights(found: Match) -> None:
    before = np.sort(found.candidate.bits, axis=None)
    if not np.array_equal(before, np.sort(found.bits, axis=None)):
        raise MappingError(
            f"{_where(found.tensor)}: the rewired weights are not those of parameter "
            f"'{found.candidate.names[0]}' in another order; this is a bug in onnx-parewire"
        )


def _nothing_equal(tensor: RewiredTensor) -> MappingError:
    shape = " x ".join(map(str, tensor.bits.shape))
    return MappingError(
        f"{_where(tensor)} ({shape}): no parameter of the network has these weights; it is a "
        "constant, or the exporter computed it from parameters; leave it with "
        f"exclude=['{tensor.name}']"
    )


def _exported_twice(tensor: RewiredTensor, one: Candidate, other: RewiredTensor) -> MappingError:
    return MappingError(
        f"{_where(tensor)}: parameter '{one.names[0]}' was exported twice, as '{other.name}' too, "
        f"and each was rewired in its own way; leave one with exclude=['{tensor.name}']"
    )


def _ambiguous(tensor: RewiredTensor, candidates: Sequence[Candidate]) -> MappingError:
    names = ", ".join(f"'{each.names[0]}'" for each in candidates)
    return MappingError(
        f"{_where(tensor)}: no telling which of the parameters {names} it is, for they have equal "
        "weights and the exporter gave it another name; initialize them apart, or leave them with "
        f"exclude=['{tensor.name}']"
    )


def _where(tensor: RewiredTensor) -> str:
    return f"layer {tensor.layer}, tensor '{tensor.name}' of {tensor.operator}"
