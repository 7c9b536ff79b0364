"""ND4J's native libraries for onnx-parewire, in the folder ``natives``; nothing to import."""
