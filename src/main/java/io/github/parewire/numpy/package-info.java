/**
 * numpy's random generator, its choice without replacement and its sum, equal to numpy bit for bit.
 * Knows nothing of weights.
 */
package io.github.parewire.numpy;
