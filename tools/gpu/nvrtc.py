#!/usr/bin/env python3
"""Compile the kernel as CUDA C, by NVRTC, without a GPU: `nvrtc.py [sm_90 ...]`.

Wants the package nvidia-cuda-nvrtc-cu12. Exits with 1 if anything fails to compile.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from pathlib import Path

import numpy as np

from kernel import SOURCE, definitions, macros

ARCHITECTURES = ["sm_75", "sm_80", "sm_90", "sm_100", "sm_120"]


def library() -> ctypes.CDLL:
    """Load NVRTC from its package."""
    spec = importlib.util.find_spec("nvidia.cuda_nvrtc")
    if spec is None or spec.submodule_search_locations is None:
        raise SystemExit("NVRTC is missing: pip install nvidia-cuda-nvrtc-cu12")
    folder = Path(next(iter(spec.submodule_search_locations))) / "lib"
    return ctypes.CDLL(str(next(folder.glob("libnvrtc.so*"))))


def compile_for(nvrtc: ctypes.CDLL, source: bytes, options: list[str]) -> str:
    """Return what the compiler says: nothing if all is well."""
    program = ctypes.c_void_p()
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, b"rewire.cu", 0, None, None)
    array = (ctypes.c_char_p * len(options))(*[option.encode() for option in options])
    status = nvrtc.nvrtcCompileProgram(program, len(options), array)
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    text = log.value.decode().strip()
    return text if status == 0 else text or f"status {status}"


def main() -> int:
    """Compile every variant."""
    nvrtc = library()
    dialect = Path(__file__).with_name("dialect.cuh").read_bytes()
    source = dialect + (SOURCE / "rewire.cl").read_bytes()
    failed = 0
    for architecture in sys.argv[1:] or ARCHITECTURES:
        for dtype in (np.float32, np.float64):
            for first_in_local in (True, False):
                settings = macros(np.dtype(dtype), group=256, first_in_local=first_in_local)
                options = ["--fmad=false", f"--gpu-architecture={architecture}"]
                options += definitions(settings)
                said = compile_for(nvrtc, source, options)
                print(f"{architecture} {np.dtype(dtype)} {first_in_local}: {said or 'compiles'}")
                failed += said != ""
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
