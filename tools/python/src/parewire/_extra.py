"""The meaning of weights that are no known layer's, as a caller gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from parewire._globs import pattern
from parewire._layout import Layout
from parewire.errors import ArgumentError

LayoutLike = str | tuple[str, Mapping[str, int]]


def to_layout(given: LayoutLike) -> Layout:
    """Return a layout that is given as its text, or as its text and sizes."""
    return Layout(given) if isinstance(given, str) else Layout(*given)


class Extra:
    """Layouts by globs of names; the last one that fits counts."""

    def __init__(self, given: Mapping[str, LayoutLike]) -> None:
        self._layouts = [(glob, pattern(glob), to_layout(text)) for glob, text in given.items()]
        self._unused = {glob: None for glob, _, _ in self._layouts}

    def layout(self, name: str, shape: Sequence[int]) -> Layout | None:
        """Return the layout of a weight; None if none is given.

        Raises:
            ArgumentError: if it is not one of that shape.
        """
        found = None
        for glob, matches, its_layout in self._layouts:
            if matches.fullmatch(name):
                self._unused.pop(glob, None)
                its_layout.matrix(shape)
                found = its_layout
        return found

    def require_used(self) -> None:
        """Raise an error if a glob has fitted no name."""
        for glob in self._unused:
            raise ArgumentError(f"extra: no parameter has a name like '{glob}'")
