"""Rewires the model of a Hugging Face Trainer once, before its first step of training."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from parewire import _notices
from parewire.report import Report
from parewire.torch import rewire_

__all__ = ["RewireCallback"]

_notices.see_through("transformers", "accelerate")


class RewireCallback(TrainerCallback):  # type: ignore[misc]
    """Rewires the model when training begins, and never a model that has been trained.

    A run that goes on from a checkpoint is left alone, and so is a second ``train`` of the same
    callback. A pretrained model is refused, unless ``include`` names what is new in it. With
    several processes it runs in each, as :func:`parewire.torch.rewire_` wants it.

    Attributes:
        report: what was done; None before, and where nothing was done.
    """

    def __init__(self, seed: int = 42, **arguments: Any) -> None:
        """Take the arguments of :func:`parewire.torch.rewire_`, without the module."""
        self.report: Report | None = None
        self._arguments = {"seed": seed, **arguments}

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Rewire, if this is the start; a checkpoint is loaded by then."""
        if self.report is None and state.global_step == 0:
            self.report = rewire_(given["model"], **self._arguments)
