package io.github.parewire.report;

import io.github.parewire.layers.Layer;
import io.github.parewire.measure.LayerStatistics;
import io.github.parewire.measure.Likeness;

/**
 * One layer of a model, as it is.
 *
 * @param layer the layer
 * @param statistics of its weights
 * @param likeness what they look like
 */
public record LayerInspection(Layer layer, LayerStatistics statistics, Likeness likeness) {}
