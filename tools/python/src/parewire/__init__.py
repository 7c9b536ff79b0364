"""Rewires initial weights by preferential attachment (arXiv 2207.08148), with onnx-parewire.

``parewire.torch`` rewires a PyTorch module in place, ``parewire.keras`` a Keras model,
``parewire.jax`` a tree of parameters, ``parewire.rewire_arrays`` arrays, and ``parewire.onnx`` ONNX
files. Use it once, between creating a network and training it.
"""

from parewire.arrays import Weight, rewire_arrays
from parewire.errors import (
    ArgumentError,
    NetworkError,
    NoLayerError,
    ParewireError,
    RewiringWarning,
    ToolError,
    ToolNotFoundError,
    TrainedWeightsError,
    WeightsLeftError,
)

__all__ = [
    "ArgumentError",
    "NetworkError",
    "NoLayerError",
    "ParewireError",
    "RewiringWarning",
    "ToolError",
    "ToolNotFoundError",
    "TrainedWeightsError",
    "Weight",
    "WeightsLeftError",
    "rewire_arrays",
]
