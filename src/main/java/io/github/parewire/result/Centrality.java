package io.github.parewire.result;

/**
 * How central the neurons of a layer are.
 *
 * @param inputs the strengths of the inputs
 * @param outputs the strengths of the output neurons
 */
public record Centrality(NeuronStrengths inputs, NeuronStrengths outputs) {}
