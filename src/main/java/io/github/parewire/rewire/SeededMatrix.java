package io.github.parewire.rewire;

import io.github.parewire.array.Matrix;
import io.github.parewire.numpy.SeedSequence;

/**
 * A matrix to rewire.
 *
 * @param matrix [output neurons, inputs], finite
 * @param stream its random stream
 */
public record SeededMatrix(Matrix matrix, SeedSequence stream) {}
