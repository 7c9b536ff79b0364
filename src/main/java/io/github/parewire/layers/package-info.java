/**
 * Finds the weights of dense and conv layers in a model, as matrices, and says why each other
 * tensor was left.
 */
package io.github.parewire.layers;
