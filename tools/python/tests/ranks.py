"""Processes that stay, ranks of one group, for tests to run functions in."""

from __future__ import annotations

import datetime
import os
import pickle
import time
import traceback
import warnings
from collections.abc import Callable
from multiprocessing import connection
from typing import Any

import torch
from torch import distributed, multiprocessing

_PATIENCE = 240


class Pool:
    """As many processes as a group has ranks, which find each other through a store in this one."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._ends: list[Any] = []
        self._processes: list[Any] = []

    def run(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Run a function of a module in all ranks, and return what each returns."""
        if not self._ends:
            self._start()
        try:
            for end in self._ends:
                end.send((function, arguments))
            return self._answers()
        except BaseException:
            # Where one rank has failed, others may wait for it: the next test gets new ones.
            self.close()
            raise

    def _answers(self) -> list[Any]:
        answers: dict[Any, Any] = {}
        until = time.monotonic() + _PATIENCE
        while len(answers) < self._count:
            waiting = [end for end in self._ends if end not in answers]
            ready = connection.wait(waiting, max(0.0, until - time.monotonic()))
            ranks = [rank for rank, end in enumerate(self._ends) if end in waiting]
            assert ready, f"ranks {ranks} have not answered in {_PATIENCE} seconds"
            for end in ready:
                is_done, answers[end] = pickle.loads(end.recv())
                assert is_done, answers[end]
        return [answers[end] for end in self._ends]

    def _start(self) -> None:
        self._store = distributed.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
        context = multiprocessing.get_context("spawn")
        for rank in range(self._count):
            end, its_end = context.Pipe()
            arguments = (rank, self._count, self._store.port, its_end)
            process = context.Process(target=_serve, args=arguments, daemon=True)
            process.start()
            self._ends.append(end)
            self._processes.append(process)

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.join()
        self._ends = []
        self._processes = []


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
