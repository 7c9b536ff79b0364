package io.github.parewire.layers;

import io.github.parewire.result.Fans;
import java.util.Optional;

/**
 * An operator that reads a stored tensor as the weight of a layer.
 *
 * @param operator the operator, such as Conv
 * @param node the node's name; may be empty
 * @param matrices the matrices that the operator makes of it
 * @param fans the layer's fans, as initializers count them
 * @param parameter how the framework sees it, in PyTorch's layout: [output neurons, inputs] of a
 *     dense layer, behind what axes lead; of a convolution as the operator has it
 * @param quantization what the tensor's integers mean as weights; empty for floating point
 * @param doubt why it is perhaps no weight, for people
 */
public record WeightUse(
    String operator,
    String node,
    MatrixStack matrices,
    Fans fans,
    TensorView parameter,
    Optional<Quantization> quantization,
    Optional<String> doubt) {}
