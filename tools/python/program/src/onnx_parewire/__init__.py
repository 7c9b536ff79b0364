"""The program onnx-parewire, with its native libraries; ``onnx-parewire`` on the PATH runs it.

:func:`command` is for programs that start it themselves.
"""

from onnx_parewire._command import JAVA_VARIABLE, JavaError, command
from onnx_parewire._start_cache import prepare

__all__ = ["JAVA_VARIABLE", "JavaError", "command", "prepare"]
