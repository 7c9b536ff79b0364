"""Chooses by names, as the tool does: ``*`` is any characters, ``?`` one, all else itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from parewire.errors import ArgumentError

_WILD = {"*": ".*", "?": "."}


def pattern(glob: str) -> re.Pattern[str]:
    """Return the pattern of names that a glob matches whole."""
    return re.compile("".join(_WILD.get(each, re.escape(each)) for each in glob), re.DOTALL)


class Choice:
    """Which names are chosen by globs to take and globs to leave."""

    def __init__(self, include: Sequence[str], exclude: Sequence[str]) -> None:
        for argument, globs in (("include", include), ("exclude", exclude)):
            if isinstance(globs, str):
                raise ArgumentError(f"{argument}: expected a list of globs, found '{globs}'")
        self._include = [(glob, pattern(glob)) for glob in include]
        self._exclude = [(glob, pattern(glob)) for glob in exclude]

    def reason_to_leave(self, name: str) -> str | None:
        """Return why a name is not chosen; None if it is."""
        for glob, matches in self._exclude:
            if matches.fullmatch(name):
                return f"excluded by '{glob}'"
        if self._include and not any(each.fullmatch(name) for _, each in self._include):
            return "not asked for by include"
        return None

    def names(self, name: str) -> bool:
        """Return whether a name is given whole, which takes what else is left."""
        return any(glob == name for glob, _ in self._include)

    def require_matches(self, names: Iterable[str]) -> None:
        """Raise an error if a glob matches nothing, which is a slip of the pen."""
        known = list(names)
        for argument, globs in (("include", self._include), ("exclude", self._exclude)):
            for glob, matches in globs:
                if not any(map(matches.fullmatch, known)):
                    raise ArgumentError(
                        f"{argument}: no weight has a name like '{glob}'; there are "
                        + (", ".join(known[:5]) + (", ..." if len(known) > 5 else "") or "none")
                    )
