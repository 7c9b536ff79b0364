/** Measures: what a layer's weights are like, and how they came about. */
package io.github.parewire.measure;
