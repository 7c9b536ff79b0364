package io.github.parewire;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.testing.IndexTensor;
import io.github.parewire.testing.Models;
import java.util.List;
import java.util.function.Function;

/**
 * An operator with a weight, and the matrices [output neurons, inputs] that its definition gives,
 * written with coordinates.
 */
enum OperatorCase {
  CONV("Conv", 1, 1, new int[] {6, 4, 3, 3}, OperatorCase::conv),
  CONV_GROUPED("Conv", 1, 2, new int[] {6, 2, 3, 3}, OperatorCase::conv),
  CONV_DEPTHWISE("Conv", 1, 6, new int[] {6, 1, 3, 3}, OperatorCase::conv),
  CONV_1D("Conv", 1, 1, new int[] {5, 3, 4}, OperatorCase::conv),
  CONV_3D("Conv", 1, 1, new int[] {4, 2, 2, 3, 2}, OperatorCase::conv),
  CONV_TRANSPOSE("ConvTranspose", 1, 1, new int[] {4, 5, 2, 2}, w -> convTranspose(w, 1)),
  CONV_TRANSPOSE_GROUPED("ConvTranspose", 1, 3, new int[] {6, 2, 3, 3}, w -> convTranspose(w, 3)),
  CONV_TRANSPOSE_1D("ConvTranspose", 1, 2, new int[] {4, 3, 5}, w -> convTranspose(w, 2)),
  GEMM_B_TRANSPOSED("Gemm", 1, 1, new int[] {7, 9}, OperatorCase::plain),
  GEMM_B("Gemm", 1, 0, new int[] {9, 7}, OperatorCase::transposed),
  GEMM_A("Gemm", 0, 0, new int[] {7, 9}, OperatorCase::plain),
  GEMM_A_TRANSPOSED("Gemm", 0, 1, new int[] {9, 7}, OperatorCase::transposed),
  MATMUL_B("MatMul", 1, 0, new int[] {8, 6}, OperatorCase::transposed),
  MATMUL_A("MatMul", 0, 0, new int[] {8, 6}, OperatorCase::plain),
  MATMUL_B_BATCHED("MatMul", 1, 0, new int[] {3, 5, 4}, OperatorCase::transposed),
  MATMUL_A_BATCHED("MatMul", 0, 0, new int[] {2, 3, 4, 5}, OperatorCase::plain);

  private final String operator;
  private final int weightInput;
  private final int setting;
  private final int[] dims;
  private final Function<IndexTensor, int[][][]> matrices;

  OperatorCase(
      String operator,
      int weightInput,
      int setting,
      int[] dims,
      Function<IndexTensor, int[][][]> matrices) {
    this.operator = operator;
    this.weightInput = weightInput;
    this.setting = setting;
    this.dims = dims;
    this.matrices = matrices;
  }

  String operator() {
    return operator;
  }

  /** The shape in which the operator wants its weight. */
  int[] dims() {
    return dims.clone();
  }

  /** The operator's inputs. */
  List<String> inputs(String x, String weight) {
    return weightInput == 0 ? List.of(weight, x) : List.of(x, weight);
  }

  /** The name of the one attribute that the case sets; empty if the operator has none. */
  String attributeName() {
    return switch (operator) {
      case "Conv", "ConvTranspose" -> "group";
      case "Gemm" -> weightInput == 0 ? "transA" : "transB";
      default -> "";
    };
  }

  AttributeProto[] attributes() {
    return attributeName().isEmpty()
        ? new AttributeProto[0]
        : new AttributeProto[] {Models.attribute(attributeName(), setting)};
  }

  /**
   * Where each element of each matrix is stored.
   *
   * @param weight the weight as the operator gets it
   * @return [slice][output neuron][input]
   */
  int[][][] matrices(IndexTensor weight) {
    return matrices.apply(weight);
  }

  /** Output neuron m: all of W[m]. */
  private static int[][][] conv(IndexTensor w) {
    int outputs = w.dims()[0];
    int inputs = count(w) / outputs;
    int[][] matrix = new int[outputs][inputs];
    for (int m = 0; m < outputs; m++) {
      for (int i = 0; i < inputs; i++) {
        matrix[m][i] = w.flat(m * inputs + i);
      }
    }
    return new int[][][] {matrix};
  }

  /** Output neuron j of group g: W[c, j, k] for the channels c of the group. */
  private static int[][][] convTranspose(IndexTensor w, int groups) {
    int channels = w.dims()[0] / groups;
    int outputs = w.dims()[1];
    int kernel = count(w) / w.dims()[0] / outputs;
    int[][] matrix = new int[groups * outputs][channels * kernel];
    for (int g = 0; g < groups; g++) {
      for (int j = 0; j < outputs; j++) {
        for (int c = 0; c < channels; c++) {
          for (int k = 0; k < kernel; k++) {
            int flat = ((g * channels + c) * outputs + j) * kernel + k;
            matrix[g * outputs + j][c * kernel + k] = w.flat(flat);
          }
        }
      }
    }
    return new int[][][] {matrix};
  }

  private static int[][][] plain(IndexTensor w) {
    int rank = w.dims().length;
    int rows = w.dims()[rank - 2];
    int columns = w.dims()[rank - 1];
    int[][][] slices = new int[count(w) / rows / columns][rows][columns];
    for (int i = 0; i < count(w); i++) {
      slices[i / columns / rows][i / columns % rows][i % columns] = w.flat(i);
    }
    return slices;
  }

  private static int[][][] transposed(IndexTensor w) {
    int rank = w.dims().length;
    int rows = w.dims()[rank - 2];
    int columns = w.dims()[rank - 1];
    int[][][] slices = new int[count(w) / rows / columns][columns][rows];
    for (int i = 0; i < count(w); i++) {
      slices[i / columns / rows][i % columns][i / columns % rows] = w.flat(i);
    }
    return slices;
  }

  private static int count(IndexTensor w) {
    return java.util.Arrays.stream(w.dims()).reduce(1, Math::multiplyExact);
  }
}
