"""How an array of weights becomes matrices of [output neurons, inputs], and back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from parewire.errors import ArgumentError

Array = npt.NDArray[Any]

_AXES = re.compile(r"\(([a-z]+)\)|([a-z])")
# In a matrix: slices and groups, output neurons, inputs. All other letters are a kernel's places.
_RANKS = {"b": 0, "g": 1, "o": 2, "i": 3}
_KERNEL = 4


@dataclass(frozen=True)
class MatrixShape:
    """What a layout makes of an array.

    Attributes:
        slices: matrices that are rewired by themselves, each with a random stream of its own.
        groups: of a grouped convolution, whose output neurons follow each other in the matrix.
        outputs: output neurons of a group.
        inputs: of an output neuron, without the kernel.
        kernel: the kernel's places.
    """

    slices: int
    groups: int
    outputs: int
    inputs: int
    kernel: int


class Layout:
    """The meaning of an array's axes, by a letter each.

    ``o`` is output neurons, ``i`` inputs, ``b`` slices that are rewired by themselves, ``g`` a
    convolution's groups, and any other letter a kernel's places, which are inputs too. A letter may
    occur more than once: ``iio`` has two axes of inputs. Parentheses hold what one axis is made of,
    the slowest first: a grouped convolution of PyTorch is ``(go)ihw``. Of those, ``sizes`` has all
    but one, which follows from the array.
    """

    def __init__(self, text: str, sizes: Mapping[str, int] | None = None) -> None:
        found = list(_AXES.finditer(text))
        if not text or "".join(each.group() for each in found) != text:
            raise ArgumentError(
                f"layout '{text}': expected a letter for each axis, or several in parentheses, "
                "such as 'oi', 'hwio' or '(go)ihw'"
            )
        self._text = text
        self._axes = [each[1] or each[2] for each in found]
        letters = "".join(self._axes)
        if not set(letters) & {"o", "g"} or not set(letters) - {"o", "g", "b"}:
            raise ArgumentError(
                f"layout '{text}': expected output neurons, 'o', and inputs, 'i' or a kernel"
            )
        self._sizes = _sizes(text, sizes or {})
        self._ranks = [_RANKS.get(letter, _KERNEL) for letter in letters]
        self._order = sorted(range(len(letters)), key=lambda at: self._ranks[at])

    def __str__(self) -> str:
        return self._text

    @property
    def axes(self) -> int:
        """How many axes its arrays have."""
        return len(self._axes)

    @property
    def is_convolution(self) -> bool:
        """Whether it has a kernel or groups."""
        return _KERNEL in self._ranks or _RANKS["g"] in self._ranks

    @property
    def is_natural(self) -> bool:
        """Whether its arrays are [output neurons, inputs, kernel...] as they are."""
        return self._order == list(range(len(self._ranks))) and _RANKS["b"] not in self._ranks

    def stacked(self, axes: int) -> Layout:
        """Return the layout of stacks of its arrays, along as many axes before theirs."""
        return Layout("b" * axes + self._text, self._sizes)

    def matrix(self, shape: Sequence[int]) -> MatrixShape:
        """Return what becomes of an array of a shape.

        Raises:
            ArgumentError: if the layout is not one of that shape.
        """
        sizes = list(zip(self._ranks, self._spread(shape), strict=True))
        return MatrixShape(
            *(
                math.prod(size for its_rank, size in sizes if its_rank == rank)
                for rank in (*_RANKS.values(), _KERNEL)
            )
        )

    def to_matrix(self, array: Array) -> Array:
        """Return an array as [slices, groups, outputs, inputs, kernel]."""
        shape = self.matrix(array.shape)
        turned = array.reshape(self._spread(array.shape)).transpose(self._order)
        return turned.reshape(shape.slices, shape.groups, shape.outputs, shape.inputs, shape.kernel)

    def from_matrix(self, matrix: Array, shape: Sequence[int]) -> Array:
        """Return what :meth:`to_matrix` was given, from numbers in the order that it gave."""
        spread = self._spread(shape)
        turned = matrix.reshape([spread[axis] for axis in self._order])
        return turned.transpose(np.argsort(self._order)).reshape(shape)

    def _spread(self, shape: Sequence[int]) -> list[int]:
        """Return a size for each letter."""
        if len(shape) != len(self._axes):
            raise ArgumentError(
                f"layout '{self}' has {len(self._axes)} axes, the array has {len(shape)}: "
                f"{tuple(shape)}"
            )
        return [
            size
            for axis, length in zip(self._axes, shape, strict=True)
            for size in self._parts(axis, length)
        ]

    def _parts(self, axis: str, length: int) -> list[int]:
        if len(axis) == 1:
            return [length]
        sizes = [self._sizes.get(letter) for letter in axis]
        known = math.prod(size for size in sizes if size is not None)
        if sizes.count(None) > 1 or length % known or (None not in sizes and known != length):
            raise ArgumentError(
                f"layout '{self}' with sizes {self._sizes}: an axis of {length} is no ({axis})"
            )
        return [length // known if size is None else size for size in sizes]


def einsum_layout(equation: str) -> Layout | None:
    """Return the layout of the second operand of an einsum, such as ``"abc,cd->abd"``.

    What only it and the result have is output neurons; what only it and the first operand have is
    summed, so it is inputs; what all have are slices.

    Returns:
        None if that is no dense layer's weight: one of its axes is in it alone, or it has not both
        inputs and outputs, or takes a part in ``...``.
    """
    operands, result = equation.replace(" ", "").split("->")
    inputs, kernel = operands.split(",")
    meanings = {(True, True): "b", (False, True): "o", (True, False): "i"}
    letters = [meanings.get((axis in inputs, axis in result)) for axis in kernel]
    if "." in kernel or None in letters or not {"i", "o"} <= set(letters):
        return None
    return Layout("".join(filter(None, letters)))


def _sizes(text: str, sizes: Mapping[str, int]) -> dict[str, int]:
    within = "".join(each[1] or "" for each in _AXES.finditer(text))
    for letter, size in sizes.items():
        if letter not in within:
            raise ArgumentError(f"layout '{text}': sizes has '{letter}', which no parentheses have")
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ArgumentError(
                f"layout '{text}': size of '{letter}': expected a whole number, 1 or more, "
                f"found {size!r}"
            )
    return dict(sizes)
