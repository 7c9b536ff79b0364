package io.github.parewire.layers;

import io.github.parewire.model.StoredTensor;

/**
 * The weight of a recurrent layer, in an open file. It is measured and never rewired: each step of
 * a sequence goes through it again.
 *
 * @param tensor the stored weight
 * @param use how the operator uses it: a matrix [gates x hidden, inputs] a direction
 */
public record RecurrentWeight(StoredTensor tensor, WeightUse use) {}
