"""What the ranks of ``torch.distributed`` tell each other, so that all go on or none does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import distributed

from parewire.errors import ArgumentError, NetworkError, ParewireError, ToolError

if TYPE_CHECKING:
    from torch._C._distributed_c10d import Store

_T = TypeVar("_T")

# Another rank may have the largest layer. No collective waits that long.
_PATIENCE = timedelta(days=1)
_ALL_HERE = "all here"


class Ranks:
    """The ranks of a process group, of which this is one.

    Attributes:
        numbers: their numbers in the default group, in the group's order.
        own: this rank's place among them.
    """

    def __init__(self, group: distributed.ProcessGroup | None) -> None:
        self._group = distributed.group.WORLD if group is None else group
        self.own = distributed.get_rank(self._group)
        if self.own < 0:
            raise ArgumentError(
                f"process_group: expected one that rank {distributed.get_rank()} is in"
            )
        self.numbers = distributed.get_process_group_ranks(self._group)
        # None with a backend that has no store, such as MPI.
        self._store: Store | None = distributed.distributed_c10d._get_default_store()
        members = hashlib.sha256(repr(self.numbers).encode()).hexdigest()[:16]
        self._room = f"parewire/{members}"
        self._round = self._room

    def device(self, type_: str) -> torch.device:
        """Return where a tensor must be to be sent: on a device of this type, if that can be."""
        config = distributed.get_backend_config(self._group)  # such as cpu:gloo,cuda:nccl
        types = [each.partition(":")[0] for each in config.split(",")]
        chosen = next((each for each in (type_, "cpu") if each in types), types[0])
        if chosen == "cpu":
            return torch.device(chosen)
        return torch.device(chosen, torch.get_device_module(chosen).current_device())

    def broadcast(self, tensor: torch.Tensor, sender: int) -> None:
        """Fill a tensor, contiguous and on :meth:`device`, with that of the sender."""
        # As bytes: not every backend has integers of two.
        content = tensor.detach().view(-1).view(torch.uint8)
        distributed.broadcast(content, src=self.numbers[sender], group=self._group)

    def gather(self, value: _T) -> list[_T]:
        """Return what each rank gives."""
        values: list[_T | None] = [None] * len(self.numbers)
        distributed.all_gather_object(values, value, group=self._group)
        return values  # type: ignore[return-value]

    def all(self, action: Callable[[], _T], takes_long: bool = False) -> _T:
        """Do something on all ranks, and raise on all what one raises.

        Args:
            action: what to do; it takes part in the same collectives on all ranks, in any case.
            takes_long: whether one rank may take much longer than another.
        """
        result: list[_T] = []
        error: BaseException | None = None
        try:
            result.append(action())
        except BaseException as raised:
            error = raised
        if takes_long:
            self._wait_for_all()
        failures = self.gather(None if error is None else _Failure.of(error))
        if error is not None and not isinstance(error, ParewireError):
            raise error
        if any(failures):
            raise self._error(failures) from error
        return result[0]

    def _error(self, failures: Sequence[_Failure | None]) -> ParewireError:
        """Return the error of the first rank that has one, the same one on all ranks."""
        number, first = next(
            (number, each) for number, each in zip(self.numbers, failures, strict=True) if each
        )
        is_common = all(each == first for each in failures)
        return first.error("" if is_common else f"rank {number}: ")

    def require_same(
        self, lines: Sequence[str], error: Callable[[int, str, int, str], ParewireError]
    ) -> None:
        """Require that all ranks have the same lines.

        Args:
            lines: this rank's.
            error: returns what all ranks raise else, of a rank, its first line that differs, the
                first rank, and its line.
        """
        digest = hashlib.sha256("\n".join(lines).encode()).digest()
        if len(set(self.gather(digest))) == 1:
            return
        expected = [list(lines)]
        distributed.broadcast_object_list(expected, src=self.numbers[0], group=self._group)
        pairs = zip_longest(lines, expected[0], fillvalue="nothing more")
        found = self.gather(next((pair for pair in pairs if pair[0] != pair[1]), None))
        number, pair = next(
            (number, pair) for number, pair in zip(self.numbers, found, strict=True) if pair
        )
        raise error(number, pair[0], self.numbers[0], pair[1])

    def meet(self, timeout: float) -> None:
        """Wait until all ranks are here.

        This goes through the store that the ranks found each other by, for a collective would wait
        much longer, and with some backends end the process.

        Raises:
            NetworkError: if a rank does not come; on all ranks that wait, and on the one that is
                late.
        """
        if self._store is None:
            return
        # Rounds are counted in the store: a rank that was not there has not counted.
        self._round = f"{self._room}/{self._store.add(self._room, 0)}"
        self._store.set(f"{self._round}/{distributed.get_rank()}", "here")
        if self._store.add(f"{self._round}/here", 1) == len(self.numbers):
            verdict = self._decide(self._store, _ALL_HERE)
        else:
            verdict = self._wait(self._store, timeout)
        if verdict != _ALL_HERE:
            raise NetworkError(verdict)

    def _wait(self, store: Store, timeout: float) -> str:
        try:
            store.wait([f"{self._round}/verdict"], timedelta(seconds=timeout))
        except RuntimeError:
            absent = [each for each in self.numbers if not store.check([f"{self._round}/{each}"])]
            return self._decide(
                store,
                f"{_named(absent)} of {len(self.numbers)} did not call rewire_ within {timeout:g} "
                "seconds, and nothing is changed; call it on all ranks, with the same arguments",
            )
        return _text(store, f"{self._round}/verdict")

    def _decide(self, store: Store, verdict: str) -> str:
        """Return the verdict of whoever came first, so that all have the same."""
        if store.add(f"{self._round}/decided", 1) == 1:
            store.add(self._room, 1)
            store.set(f"{self._round}/verdict", verdict)
        return _text(store, f"{self._round}/verdict")

    def _wait_for_all(self) -> None:
        if self._store is None:
            return
        if self._store.add(f"{self._round}/done", 1) == len(self.numbers):
            self._store.set(f"{self._round}/all done", "")
        self._store.wait([f"{self._round}/all done"], _PATIENCE)


@dataclass(frozen=True)
class _Failure:
    """An error, for another process."""

    kind: type[ParewireError]
    text: str
    exit_code: int | None = None

    @classmethod
    def of(cls, error: BaseException) -> _Failure:
        if isinstance(error, ToolError):
            return cls(type(error), error.message, error.exit_code)
        if isinstance(error, ParewireError):
            return cls(type(error), str(error))
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return cls(NetworkError, text)

    def error(self, prefix: str) -> ParewireError:
        text = prefix + self.text
        if issubclass(self.kind, ToolError):
            return self.kind(text, self.exit_code or 0)
        return self.kind(text)


def _text(store: Store, key: str) -> str:
    value: bytes = store.get(key)
    return value.decode()


def _named(ranks: Sequence[int]) -> str:
    names = ", ".join(map(str, ranks[:8])) + (", ..." if len(ranks) > 8 else "")
    return f"rank{'s' if len(ranks) != 1 else ''} {names}"
