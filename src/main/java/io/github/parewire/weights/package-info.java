/**
 * Brings a layer's weights from its file into ND4J's memory, as its operator sees them, and back.
 */
package io.github.parewire.weights;
