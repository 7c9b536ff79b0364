package io.github.parewire.layers;

import io.github.parewire.onnx.NodeProto;
import io.github.parewire.options.GroupMode;
import io.github.parewire.result.Fans;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The operators of dense and conv layers, and the matrix [output neurons, inputs] that each makes
 * of its weight (ONNX operators, Conv, ConvTranspose, Gemm, MatMul; ONNX Runtime's contrib
 * operators FusedConv, FusedGemm, FusedMatMul, which are the same with more in one node).
 */
enum WeightOperator {
  /** Weight [M, C/group, k...]. */
  CONV("Conv", "FusedConv", true) {
    @Override
    MatrixStack matrices(
        TensorView weight, int input, NodeProto node, Scope scope, GroupMode mode) {
      requireRank(weight, 3);
      long group = group(node, scope);
      long outputs = weight.dims().get(0);
      long inputs = ViewStep.product(weight.dims().subList(1, weight.dims().size()));
      requireDivisible(outputs, group, weight);
      return mode == GroupMode.JOINT
          ? MatrixStack.single(weight, outputs, inputs)
          : MatrixStack.of(weight, group, outputs / group, inputs);
    }
  },

  /** Weight [C, M/group, k...]: each group has its axes 0 and 1 exchanged. */
  CONV_TRANSPOSE("ConvTranspose", "", true) {
    @Override
    MatrixStack matrices(
        TensorView weight, int input, NodeProto node, Scope scope, GroupMode mode) {
      requireRank(weight, 3);
      long group = group(node, scope);
      long channels = weight.dims().get(0);
      long outputs = weight.dims().get(1);
      long kernel = ViewStep.product(weight.dims().subList(2, weight.dims().size()));
      requireDivisible(channels, group, weight);
      TensorView grouped =
          weight
              .reshape(List.of(group, channels / group, outputs, kernel))
              .permute(List.of(0, 2, 1, 3));
      long inputs = channels / group * kernel;
      return mode == GroupMode.JOINT
          ? MatrixStack.single(grouped, group * outputs, inputs)
          : MatrixStack.of(grouped, group, outputs, inputs);
    }
  },

  /** Y = A B: B is [K, N], or [N, K] with transB; A is [M, K], or [K, M] with transA. */
  GEMM("Gemm", "FusedGemm", false) {
    @Override
    MatrixStack matrices(
        TensorView weight, int input, NodeProto node, Scope scope, GroupMode mode) {
      if (weight.dims().size() != 2) {
        throw new UnclearViewException("expected 2 dimensions, found " + weight.dims());
      }
      return MatrixStack.ofLastAxes(parameter(weight, input, node, scope));
    }
  },

  /**
   * B is [..., K, N], A is [..., M, K]: a matrix for each leading index. The fused form can
   * exchange the two last axes of either before.
   */
  MAT_MUL("MatMul", "FusedMatMul", false) {
    @Override
    MatrixStack matrices(
        TensorView weight, int input, NodeProto node, Scope scope, GroupMode mode) {
      requireRank(weight, 2);
      String side = input == 0 ? "A" : "B";
      if (scope.integer(node, "transBatch" + side, 0) != 0) {
        throw new UnclearViewException("it has transBatch" + side);
      }
      return MatrixStack.ofLastAxes(parameter(weight, input, node, scope));
    }
  },

  /** A dense layer of any axes, as in Flax's DenseGeneral and Keras's EinsumDense. */
  EINSUM("Einsum", "", false) {
    @Override
    MatrixStack matrices(
        TensorView weight, int input, NodeProto node, Scope scope, GroupMode mode) {
      return new MatrixStack(parameter(weight, input, node, scope));
    }

    @Override
    TensorView parameter(TensorView weight, int input, NodeProto node, Scope scope) {
      return EinsumEquation.of(node, scope).matrices(weight, input);
    }
  };

  private static final String MICROSOFT = "com.microsoft";

  private final String operator;
  private final String fused;
  private final boolean isConvolution;

  /**
   * Names an operator.
   *
   * @param operator its name in ONNX
   * @param fused its name in ONNX Runtime's domain; empty if it has none there
   * @param isConvolution whether its weight has a kernel
   */
  WeightOperator(String operator, String fused, boolean isConvolution) {
    this.operator = operator;
    this.fused = fused;
    this.isConvolution = isConvolution;
  }

  /** The weight operator that a node is. */
  static Optional<WeightOperator> of(NodeProto node) {
    return Arrays.stream(values()).filter(op -> op.isOf(node)).findFirst();
  }

  private boolean isOf(NodeProto node) {
    return Nodes.isOnnx(node, operator)
        || (node.getDomain().equals(MICROSOFT) && node.getOpType().equals(fused));
  }

  /** Whether this input is a layer's weight if it is constant: of a product both could be. */
  boolean isWeight(int input) {
    return input == 1 || (input == 0 && !isConvolution);
  }

  /**
   * The matrices that the operator makes of a weight.
   *
   * @param weight the weight as the operator gets it
   * @param input the number of the node's input that it is
   * @throws UnclearViewException if the weight's shape does not fit the operator
   */
  abstract MatrixStack matrices(
      TensorView weight, int input, NodeProto node, Scope scope, GroupMode mode);

  /**
   * The fans of a weight, for which {@link #matrices} must have succeeded.
   *
   * @param weight the weight as the operator gets it
   * @param matrices what {@link #matrices} made of it
   */
  Fans fans(TensorView weight, MatrixStack matrices, NodeProto node, Scope scope) {
    if (!isConvolution) {
      return new Fans(matrices.shape().inputs(), matrices.shape().outputs(), 1);
    }
    long group = group(node, scope);
    List<Long> dims = weight.dims();
    if (dims.contains(0L)) {
      return new Fans(0, 0, group);
    }
    long kernel = ViewStep.product(dims.subList(2, dims.size()));
    return new Fans(dims.get(1) * kernel, dims.get(0) * kernel, group);
  }

  /**
   * The weight as PyTorch's modules hold it: [output neurons, inputs] of a dense layer, behind what
   * axes lead; of a convolution as the operator does. {@link #matrices} must have succeeded.
   *
   * @param weight the weight as the operator gets it
   * @param input the number of the node's input that it is
   */
  TensorView parameter(TensorView weight, int input, NodeProto node, Scope scope) {
    if (isConvolution) {
      return weight;
    }
    boolean transposed = scope.integer(node, input == 0 ? "transA" : "transB", 0) != 0;
    return (input == 0) != transposed ? weight : weight.transposeLast();
  }

  private static long group(NodeProto node, Scope scope) {
    long group = scope.integer(node, "group", 1);
    if (group < 1) {
      throw new UnclearViewException("expected a group of 1 or more, found " + group);
    }
    return group;
  }

  private static void requireRank(TensorView weight, int rank) {
    if (weight.dims().size() < rank) {
      throw new UnclearViewException(
          "expected " + rank + " or more dimensions, found " + weight.dims());
    }
  }

  private static void requireDivisible(long channels, long group, TensorView weight) {
    if (channels % group != 0) {
      throw new UnclearViewException(group + " groups do not divide " + weight.dims());
    }
  }
}
