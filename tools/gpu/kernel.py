"""The OpenCL kernel by itself: compiled and run from Python, without the Java program.

Two ways to compile the same source: as OpenCL C by pyopencl, and as CUDA C by CuPy (NVRTC), for a
machine with a GPU whose driver has no OpenCL.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src/main/resources/io/github/parewire/opencl"

# As rewire.cl has them.
FACTS = 8
MARKS = 4
LINE, IN_ORDER, UNFIT = 0, 2, 3
SCRATCH_DOUBLES = 8
TILE, TRANSPOSE_GROUP = 32, 256

# Local memory of a group: what the kernel itself has for each item, and for each weight of a line.
OWN_LOCAL_BYTES, FIRST_BYTES = 20, 4


class UnfitError(Exception):
    """Strengths are too large for attachment probabilities."""


def stream(seed: int, key: Sequence[int]) -> list[int]:
    """Return the state and the increment of a stream's generator, upper halves first."""
    bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=tuple(key)))
    state = bits.state["state"]
    halves = []
    for number in (state["state"], state["inc"]):
        halves += [number >> 64, number & (2**64 - 1)]
    return halves


def macros(
    dtype: np.dtype, *, group: int, first_in_local: bool, sort_local: int = 4096, hand: int = 2
) -> dict[str, object]:
    """Return what the source wants to be set."""
    wide = dtype.itemsize == 8
    return {
        "WEIGHT": "double" if wide else "float",
        "BITS": "uint64" if wide else "uint32",
        "GROUP": group,
        "ROW": 2 ** math.ceil(math.log2(group) / 2),
        "HAND": hand,
        "FIRST_IN_LOCAL": int(first_in_local),
        "SORT_LOCAL": sort_local,
    }


def definitions(settings: dict[str, object]) -> list[str]:
    """Return options of a compiler."""
    return [f"-D{name}={value}" for name, value in settings.items()]


class Device(ABC):
    """What compiles and runs the kernels."""

    name: str
    local_bytes: int

    def __init__(self) -> None:
        self.programs: dict[tuple, Any] = {}

    def program(self, settings: dict[str, object]) -> Any:
        """Return the source compiled with some settings, once for each."""
        key = tuple(settings.items())
        if key not in self.programs:
            self.programs[key] = self.compiled(settings)
        return self.programs[key]

    def source(self) -> str:
        """Return rewire.cl."""
        return (SOURCE / "rewire.cl").read_text()

    @abstractmethod
    def compiled(self, settings: dict[str, object]) -> Any:
        """Compile the source."""

    @abstractmethod
    def put(self, array: np.ndarray) -> Any:
        """Return a copy on the device."""

    @abstractmethod
    def empty(self, count: int, dtype: Any) -> Any:
        """Return memory on the device."""

    @abstractmethod
    def get(self, buffer: Any, out: np.ndarray) -> None:
        """Copy from the device."""

    @abstractmethod
    def run(
        self, program: Any, name: str, groups: int, items: int, local: int, *arguments: Any
    ) -> None:
        """Start a kernel; without a last argument if it wants no local memory."""

    @abstractmethod
    def finish(self) -> None:
        """Wait for all that was started."""


class OpenCl(Device):
    """Runs the kernels on an OpenCL device."""

    def __init__(self, number: int = 0) -> None:
        super().__init__()
        import pyopencl as cl

        self.cl = cl
        device = [d for p in cl.get_platforms() for d in p.get_devices()][number]
        self.name = f"{device.platform.name}: {device.name}, driver {device.driver_version}"
        self.local_bytes = device.local_mem_size
        self.context = cl.Context([device])
        self.queue = cl.CommandQueue(self.context)
        self.kernels: dict[tuple, Any] = {}

    def compiled(self, settings: dict[str, object]) -> Any:  # noqa: D102
        options = definitions(settings)
        if "NVIDIA" in self.name:
            options += ["-DNVIDIA", "-DUNROLLED"]
        else:
            options += ["-DINLINED"]
        text = (SOURCE / "dialect.cl").read_text() + self.source()
        return self.cl.Program(self.context, text).build(options)

    def put(self, array: np.ndarray) -> Any:  # noqa: D102
        # Not COPY_HOST_PTR: a driver may put that copy off until the first kernel, and time both.
        buffer = self.empty(array.size, array.dtype)
        self.cl.enqueue_copy(self.queue, buffer, array)
        return buffer

    def empty(self, count: int, dtype: Any) -> Any:  # noqa: D102
        size = max(1, count) * np.dtype(dtype).itemsize
        return self.cl.Buffer(self.context, self.cl.mem_flags.READ_WRITE, size)

    def get(self, buffer: Any, out: np.ndarray) -> None:  # noqa: D102
        self.cl.enqueue_copy(self.queue, out, buffer)

    def run(  # noqa: D102
        self, program: Any, name: str, groups: int, items: int, local: int, *arguments: Any
    ) -> None:
        key = (program, name)
        if key not in self.kernels:
            self.kernels[key] = self.cl.Kernel(program, name)
        if local:
            arguments += (self.cl.LocalMemory(local),)
        self.kernels[key](self.queue, (groups * items,), (items,), *arguments)

    def finish(self) -> None:  # noqa: D102
        self.queue.finish()


class Cuda(Device):
    """Runs the kernels on an NVIDIA GPU, compiled by NVRTC."""

    def __init__(self) -> None:
        super().__init__()
        import cupy

        self.cupy = cupy
        self.name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
        self.local_bytes = 48 << 10

    def compiled(self, settings: dict[str, object]) -> Any:  # noqa: D102
        text = Path(__file__).with_name("dialect.cuh").read_text() + self.source()
        options = ("--fmad=false", *definitions(settings))
        return self.cupy.RawModule(code=text, options=options)

    def put(self, array: np.ndarray) -> Any:  # noqa: D102
        return self.cupy.asarray(array)

    def empty(self, count: int, dtype: Any) -> Any:  # noqa: D102
        return self.cupy.empty(max(1, count), dtype)

    def get(self, buffer: Any, out: np.ndarray) -> None:  # noqa: D102
        out[...] = self.cupy.asnumpy(buffer)

    def run(  # noqa: D102
        self, program: Any, name: str, groups: int, items: int, local: int, *arguments: Any
    ) -> None:
        program.get_function(name)((groups,), (items,), arguments, shared_mem=local)

    def finish(self) -> None:  # noqa: D102
        self.cupy.cuda.Device().synchronize()


class Matrices:
    """Matrices of one type on a device, [output neurons, inputs] each, to rewire once.

    ``work`` is how many weights a launch takes of each at most; ``group``, ``first_in_local``,
    ``sort_local``, ``hand`` and macros by their names set how the kernels are compiled. First draws
    lie in global memory where the lines are too long for local memory.
    """

    def __init__(
        self,
        device: Device,
        matrices: Sequence[np.ndarray],
        streams: Sequence[list[int]],
        *,
        group: int = 256,
        first_in_local: bool = True,
        sort_local: int = 4096,
        hand: int = 2,
        work: int = 1 << 62,
        offset: float = 1.0,
        **extra: object,
    ) -> None:
        self.device = device
        self.streams = streams
        self.shapes = [matrix.shape for matrix in matrices]
        self.group = group
        self.work = np.uint64(work)
        self.offset = np.float64(offset)
        longest = max(max(shape) for shape in self.shapes)
        first_bytes, own_bytes = FIRST_BYTES * longest, OWN_LOCAL_BYTES * group
        in_local = first_in_local and first_bytes + own_bytes <= device.local_bytes
        self.first_bytes = first_bytes if in_local else 0
        self.flat = np.concatenate([matrix.ravel() for matrix in matrices])
        settings = macros(
            self.flat.dtype,
            group=group,
            first_in_local=in_local,
            sort_local=sort_local,
            hand=hand,
        )
        self.program = device.program(settings | extra)
        self.weights = device.put(self.flat)
        self.other = device.empty(self.flat.size, self.flat.dtype)
        self.starts = np.cumsum([0] + [matrix.size for matrix in matrices])[:-1]
        self.seconds: dict[str, float] = {}
        self.in_order = 0

    def rewire(self) -> list[np.ndarray]:
        """Return the rewired matrices; raise UnfitError if strengths are too large."""
        turned = [(columns, rows) for rows, columns in self.shapes]
        for shapes in (self.shapes, turned):
            self._sort(shapes)
            self._pass(shapes)
            self._transpose(shapes)
        self.device.get(self.weights, self.flat)
        return [
            self.flat[start : start + rows * columns].reshape(rows, columns)
            for start, (rows, columns) in zip(self.starts, self.shapes, strict=True)
        ]

    def _timed(self, what: str, begin: float) -> None:
        self.device.finish()
        self.seconds[what] = self.seconds.get(what, 0.0) + time.perf_counter() - begin

    def _sort(self, shapes: Sequence[tuple[int, int]]) -> None:
        begin = time.perf_counter()
        for start, (lines, length) in zip(self.starts, shapes, strict=True):
            arguments = (self.weights, self.other, np.int64(start), np.int32(length))
            self.device.run(self.program, "sort_lines", lines, self.group, 0, *arguments)
        self._timed("sort", begin)

    def _pass(self, shapes: Sequence[tuple[int, int]]) -> None:
        begin = time.perf_counter()
        facts = np.zeros((len(shapes), FACTS), np.uint64)
        scratch = 0
        for i, (start, (lines, length)) in enumerate(zip(self.starts, shapes, strict=True)):
            facts[i] = [start, lines, length, scratch, *self.streams[i]]
            scratch += SCRATCH_DOUBLES * length
        marks = np.zeros((len(shapes), MARKS), np.uint64)
        there = self.device.put(marks)
        buffers = (self.device.put(facts), there, self.device.empty(scratch, np.float64))
        arguments = (self.weights, self.other, *buffers, self.offset, self.work)
        while (marks[:, LINE] < facts[:, 1]).any():
            groups = len(shapes)
            self.device.run(
                self.program, "rewire", groups, self.group, self.first_bytes, *arguments
            )
            self.device.get(there, marks)
            if marks[:, UNFIT].any():
                raise UnfitError(f"matrices {np.flatnonzero(marks[:, UNFIT])}")
        self.in_order += int(marks[:, IN_ORDER].sum())
        self._timed("rewire", begin)

    def _transpose(self, shapes: Sequence[tuple[int, int]]) -> None:
        begin = time.perf_counter()
        for start, (rows, columns) in zip(self.starts, shapes, strict=True):
            tiles = -(-rows // TILE) * -(-columns // TILE)
            matrix = (np.int64(start), np.int32(rows), np.int32(columns))
            arguments = (self.weights, self.other, *matrix)
            self.device.run(self.program, "transpose", tiles, TRANSPOSE_GROUP, 0, *arguments)
        self.weights, self.other = self.other, self.weights
        self._timed("transpose", begin)
