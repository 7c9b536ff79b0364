"""Rewires initial weights by preferential attachment (arXiv 2207.08148), with onnx-parewire.

``parewire.torch`` rewires a PyTorch module in place, ``parewire.keras`` a Keras model, and
``parewire.onnx`` ONNX files. Use it once, between creating a network and training it.
"""

from parewire.errors import (
    ExportError,
    MappingError,
    NoLayerError,
    ParewireError,
    RewiringWarning,
    ToolError,
    ToolNotFoundError,
)

__all__ = [
    "ExportError",
    "MappingError",
    "NoLayerError",
    "ParewireError",
    "RewiringWarning",
    "ToolError",
    "ToolNotFoundError",
]
