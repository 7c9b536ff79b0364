"""What can go wrong. Whichever of these is raised, no weight has been changed."""

from __future__ import annotations


class ParewireError(Exception):
    """The base of all errors of this package."""


class ToolNotFoundError(ParewireError):
    """onnx-parewire, or the Java that runs it, can't be found."""


class ToolError(ParewireError):
    """onnx-parewire failed.

    Attributes:
        message: its one line.
        exit_code: its exit code, as the main README lists them; below 0 if a signal ended it.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type[ToolError], tuple[str, int]]:
        """Let the error pass between processes."""
        return type(self), (self.message, self.exit_code)


class NoLayerError(ToolError):
    """The model has no layer to rewire (exit code 4)."""


class NetworkError(ParewireError):
    """The network has no weights yet, or none that can be written to."""


class RewiringWarning(UserWarning):
    """The tool did as told, but its user should know something of the weights."""


class ArgumentError(ParewireError, ValueError):
    """An argument can't be meant, such as a layout of other axes than the array has."""


class TrainedWeightsError(ParewireError):
    """Weights look trained, which rewiring would undo."""


class WeightsLeftError(ParewireError):
    """With ``strict=True``: a dense or conv weight that is trained would be left."""
