"""Rewires a Lightning module once, before its first step of training."""

from __future__ import annotations

from typing import Any

try:
    import lightning.pytorch as pl
except ModuleNotFoundError:  # the package's older name
    import pytorch_lightning as pl

from parewire import _notices
from parewire.report import Report
from parewire.torch import rewire_

__all__ = ["RewireCallback"]

_notices.see_through("lightning", "pytorch_lightning")


class RewireCallback(pl.Callback):  # type: ignore[misc]
    """Rewires the module when training begins, and never a module that has been trained.

    A run that goes on from a checkpoint is left alone, and so is a second ``fit`` of the same
    callback. Under a strategy with several processes it runs in each, as
    :func:`parewire.torch.rewire_` wants it.

    Attributes:
        report: what was done; None before, and where nothing was done.
    """

    def __init__(self, seed: int = 42, **arguments: Any) -> None:
        """Take the arguments of :func:`parewire.torch.rewire_`, without the module."""
        super().__init__()
        self.report: Report | None = None
        self._arguments = {"seed": seed, **arguments}
        self._is_done = False

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Rewire, if this is the start; optimizers are there, and a checkpoint is loaded."""
        if self._is_done or trainer.ckpt_path is not None or trainer.global_step > 0:
            return
        self.report = rewire_(pl_module, **self._arguments)
        self._is_done = True

    def state_dict(self) -> dict[str, Any]:
        """Have a checkpoint remember that it is done."""
        return {"is_done": self._is_done}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Remember that it is done."""
        self._is_done = state_dict["is_done"]
