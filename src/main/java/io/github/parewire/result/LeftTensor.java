package io.github.parewire.result;

import java.util.List;

/**
 * A tensor of two or more dimensions that is no layer's weight, or can't be rewired.
 *
 * @param name the tensor's name
 * @param dims its shape
 * @param type its element type, in ONNX's words
 * @param reason why it is left
 */
public record LeftTensor(String name, List<Long> dims, String type, String reason) {

  /** Copies its arguments. */
  public LeftTensor {
    dims = List.copyOf(dims);
  }
}
