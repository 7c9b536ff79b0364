from __future__ import annotations

import os
from contextlib import suppress

# Before TensorFlow is imported: the processor alone, and no notices.
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

# torch's compiler can't be loaded after TensorFlow, in which LLVM is, too; it ends the process.
with suppress(ImportError):
    import triton  # noqa: F401
