/**
 * Preferential-attachment rewiring of matrices: the random generator, the sampler, the kernel and
 * the strengths. Knows matrices, not ONNX.
 */
package io.github.parewire.rewire;
