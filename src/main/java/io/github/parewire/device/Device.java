package io.github.parewire.device;

/** Where ND4J's operations and the trial run of the output take place. */
public enum Device {
  /** The processor. */
  CPU,
  /** An NVIDIA GPU. */
  CUDA
}
