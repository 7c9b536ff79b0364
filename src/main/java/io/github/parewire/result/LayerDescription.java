package io.github.parewire.result;

import java.util.List;

/**
 * What a layer is.
 *
 * @param number its number, which its random stream depends on; 0-based, in the order in which the
 *     model's operators first use the weights
 * @param tensor name of the stored weight, unique in the model
 * @param operator the operator that uses it, such as Conv
 * @param node the name of that node; may be empty
 * @param dims shape of the stored tensor
 * @param type its element type, in ONNX's words: float, double, float16, bfloat16, int8 or uint8
 * @param storage how the file holds its elements
 * @param matrix how the operator sees the tensor
 * @param fans its fans, as initializers count them
 */
public record LayerDescription(
    int number,
    String tensor,
    String operator,
    String node,
    List<Long> dims,
    String type,
    StorageForm storage,
    MatrixShape matrix,
    Fans fans) {

  /** Copies its arguments. */
  public LayerDescription {
    dims = List.copyOf(dims);
  }

  /** {@return number of weights} */
  public long weights() {
    return matrix.weights();
  }
}
