package io.github.parewire.layers;

import io.github.parewire.model.StoredTensor;
import java.util.Optional;

/**
 * The weight of a dense or conv layer.
 *
 * @param number the layer's number, which its random stream depends on; 0-based, in the order in
 *     which the model's operators first use the weights
 * @param tensor the stored weight
 * @param operator the operator that uses it, such as Conv
 * @param node the name of that node; may be empty
 * @param matrix how the operator sees the tensor
 * @param fans its fans, as initializers count them
 * @param parameter how the framework sees it, in PyTorch's layout: [output neurons, inputs] of a
 *     dense layer, behind what axes lead; of a convolution as the operator has it
 * @param quantization what the tensor's integers mean as weights; empty for floating point
 * @param obstacle why it is left unless the user names it, if so
 */
public record Layer(
    int number,
    StoredTensor tensor,
    String operator,
    String node,
    MatrixView matrix,
    Fans fans,
    MatrixView parameter,
    Optional<Quantization> quantization,
    Optional<String> obstacle) {}
