package io.github.parewire.layers;

import io.github.parewire.onnx.TensorProto;

/**
 * A tensor that the file stores, under the name by which operators read it.
 *
 * @param proto the message, told apart by identity
 * @param name the initializer's name, or the output of the Constant node
 */
record NamedTensor(TensorProto proto, String name) {}
