package io.github.parewire.options;

/** Where ONNX Runtime runs input and output for a proof. */
public enum RunDevice {
  /** On the processor. */
  CPU,
  /** On an NVIDIA GPU, in the CUDA provider. */
  CUDA
}
