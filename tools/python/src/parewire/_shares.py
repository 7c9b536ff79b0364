"""Divides the weights of a network among processes, and makes one report of theirs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from parewire import onnx
from parewire._container import Source


def owners(places: Sequence[Source | None], count: int) -> list[int]:
    """Return which process has each weight: each has a stretch of them, about equally large."""
    sizes = [math.prod(each.shape) if each else 0 for each in places]
    total = sum(sizes)
    found = []
    before = 0
    for size in sizes:
        # Where the middle of it lies in all of them.
        found.append(min(count - 1, count * (2 * before + size) // (2 * total)))
        before += size
    return found


def share(places: Sequence[Source | None], owners: Sequence[int], own: int) -> list[Source | None]:
    """Return the places up to the last of a process's own weights, of which others are None."""
    own_places = [
        each if owner == own else None for each, owner in zip(places, owners, strict=True)
    ]
    while own_places and own_places[-1] is None:
        own_places.pop()
    return own_places


def own_layers(tool: onnx.Report, places: Sequence[Source | None]) -> onnx.Report:
    """Return a report on a share without what stands in it for the weights of others."""
    names = {each.name for each in places if each}
    layers = [each for each in tool.json["layers"] if each["tensor"] in names]
    return replace(
        tool,
        layers=tuple(each for each in tool.layers if each.tensor in names),
        json={**tool.json, "layers": layers},
    )


def merged(tools: Sequence[onnx.Report]) -> onnx.Report:
    """Return a report on all shares. Its ``json`` has theirs, by the key ``shares``."""
    return replace(
        tools[0],
        layers=tuple(chain.from_iterable(each.layers for each in tools)),
        notices=_notices([notice for each in tools for notice in each.notices]),
        proofs=tuple(dict.fromkeys(proof for each in tools for proof in each.proofs)),
        weights=sum(each.weights for each in tools),
        json={"shares": [each.json for each in tools]},
    )


def _notices(notices: Sequence[onnx.Notice]) -> tuple[onnx.Notice, ...]:
    """Return one notice of each kind."""
    kinds = dict.fromkeys(notice.kind for notice in notices)
    alike = [[each for each in notices if each.kind == kind] for kind in kinds]
    return tuple(
        onnx.Notice(
            each[0].kind,
            tuple(chain.from_iterable(notice.layers for notice in each)),
            "; ".join(notice.text for notice in each),
        )
        for each in alike
    )
