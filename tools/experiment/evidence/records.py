"""Raw results as CSV: a row a record, its columns named as the record's fields."""

from __future__ import annotations

import csv
import dataclasses
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

Record = TypeVar("Record")


def append(path: Path, records: Iterable[object]) -> None:
    """Add rows, under a header where the file is new. Floats have seven digits."""
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for record in records:
            values = dataclasses.asdict(record)  # type: ignore[call-overload]
            if new:
                writer.writerow(values)
                new = False
            writer.writerow(f"{value:.7g}" if isinstance(value, float) else value for value in values.values())


def read(path: Path, kind: type[Record]) -> list[Record]:
    """Read what ``append`` wrote."""
    types = typing.get_type_hints(kind)
    with path.open(newline="") as file:
        return [kind(**{name: types[name](text) for name, text in row.items()}) for row in csv.DictReader(file)]
