"""Processes that stay, ranks of one group, for tests to run functions in."""

from __future__ import annotations

import datetime
import os
import pickle
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import distributed, multiprocessing

_PATIENCE = 240


class Pool:
    """As many processes as a group has ranks, which find each other through a store in this one."""

    def __init__(self, count: int) -> None:
        self._store = distributed.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
        context = multiprocessing.get_context("spawn")
        self._ends = []
        self._processes = []
        for rank in range(count):
            end, its_end = context.Pipe()
            arguments = (rank, count, self._store.port, its_end)
            process = context.Process(target=_serve, args=arguments, daemon=True)
            process.start()
            self._ends.append(end)
            self._processes.append(process)

    def run(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Run a function of a module in all ranks, and return what each returns."""
        for end in self._ends:
            end.send((function, arguments))
        answers = [self._answer(rank) for rank in range(len(self._ends))]
        failed = [text for is_done, text in answers if not is_done]
        assert not failed, "\n".join(failed)
        return [value for _, value in answers]

    def _answer(self, rank: int) -> Any:
        if not self._ends[rank].poll(_PATIENCE):
            self.close()
            raise AssertionError(f"rank {rank} has not answered in {_PATIENCE} seconds")
        return pickle.loads(self._ends[rank].recv())

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.join()


def _serve(rank: int, count: int, port: int, end: Any) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    store = distributed.TCPStore("127.0.0.1", port, is_master=False)
    patience = datetime.timedelta(seconds=_PATIENCE)
    distributed.init_process_group(
        "gloo", store=store, rank=rank, world_size=count, timeout=patience
    )
    while True:
        try:
            function, arguments = end.recv()
        except EOFError:
            return
        try:
            with warnings.catch_warnings():
                answer = (True, function(*arguments))
        except BaseException:
            answer = (False, f"rank {rank}: {traceback.format_exc()}")
        end.send(pickle.dumps(answer))
