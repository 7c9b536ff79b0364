"""Warns at the line that called this package, however deep inside it is noticed."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from pathlib import Path
from types import ModuleType

from parewire.errors import RewiringWarning

# What is between a caller and a notice: this package, and context managers.
_inside = [str(Path(__file__).parent), contextlib.__file__, "<frozen"]


def see_through(package: ModuleType) -> None:
    """Take a package, which calls this one back, as what is between a caller and a notice, too."""
    _inside.append(str(Path(str(package.__file__)).parent) + os.sep)


def warn(text: str) -> None:
    """Warn of what a caller should know."""
    frame = sys._getframe()
    level = 1
    while frame.f_back and frame.f_code.co_filename.startswith(tuple(_inside)):
        frame = frame.f_back
        level += 1
    warnings.warn(text, RewiringWarning, stacklevel=level)
