/**
 * Preferential-attachment rewiring of matrices: the rule, the samplers, what a kernel is, and the
 * kernel in Java. Knows matrices, neither ONNX nor ND4J.
 */
package io.github.parewire.rewire;
