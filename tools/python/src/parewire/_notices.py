"""Warns at the line that called this package, however deep inside it is noticed."""

from __future__ import annotations

import sys
import warnings

from parewire.errors import RewiringWarning

# The packages between a caller and a notice: this one, and that of context managers.
_between = {__name__.partition(".")[0], "contextlib"}


def see_through(*packages: str) -> None:
    """Take packages, which call this one back, as what is between a caller and a notice, too."""
    _between.update(packages)


def warn(text: str) -> None:
    """Warn of what a caller should know."""
    frame = sys._getframe()
    level = 1
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _between:
        frame = frame.f_back
        level += 1
    warnings.warn(text, RewiringWarning, stacklevel=level)
