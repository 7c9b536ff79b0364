"""PyTorch's tensors as bit patterns in numpy, and back."""

from __future__ import annotations

import numpy as np
import torch

from parewire._bits import Bits

_WORDS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def to_words(tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor's bit patterns, as a view of it."""
    return tensor.detach().view(_WORDS[tensor.element_size()])


def to_bits(tensor: torch.Tensor) -> Bits:
    """Return a tensor's bit patterns, which may be a view of it."""
    words = to_words(tensor.detach().cpu().contiguous()).numpy()
    return words.view(f"u{words.itemsize}")


def to_tensor(bits: Bits, like: torch.Tensor) -> torch.Tensor:
    """Return bit patterns as a tensor of the type of another one, on the processor."""
    signed = np.ascontiguousarray(bits).view(f"i{bits.itemsize}" if bits.itemsize > 1 else "u1")
    return torch.from_numpy(signed).view(like.dtype)
