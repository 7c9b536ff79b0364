"""The meaning of weights that are no known layer's, as a caller gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from parewire._globs import pattern
from parewire._layout import Layout
from parewire.errors import ArgumentError

LayoutLike = str | tuple[str, Mapping[str, int]]


def to_layout(given: LayoutLike) -> Layout:
    """Return a layout that is given as its text, or as its text and sizes."""
    return Layout(given) if isinstance(given, str) else Layout(*given)


def extra_layouts(
    extra: Mapping[str, LayoutLike], shapes: Mapping[str, Sequence[int]]
) -> dict[str, Layout]:
    """Return the layouts of the weights that a caller gives them for.

    Args:
        extra: layouts by globs of names. Of those that fit a name and have as many axes as its
            weight, the last one counts.
        shapes: of all weights, by their names.

    Raises:
        ArgumentError: if a glob fits no name, or its layout no weight of such a name.
    """
    layouts: dict[str, Layout] = {}
    for glob, given in extra.items():
        layout, matches = to_layout(given), pattern(glob)
        names = [name for name in shapes if matches.fullmatch(name)]
        layouts.update(dict.fromkeys(_fitting(glob, layout, names, shapes), layout))
    return layouts


def _fitting(
    glob: str, layout: Layout, names: Sequence[str], shapes: Mapping[str, Sequence[int]]
) -> Iterator[str]:
    if not names:
        raise ArgumentError(f"extra: no parameter has a name like '{glob}'")
    fitting = [name for name in names if len(shapes[name]) == layout.axes]
    for name in fitting or names[:1]:
        try:
            layout.matrix(shapes[name])
        except ArgumentError as error:
            raise ArgumentError(f"extra: '{glob}': '{name}': {error}") from None
        yield name
