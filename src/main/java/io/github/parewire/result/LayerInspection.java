package io.github.parewire.result;

import java.util.Optional;

/**
 * One layer of a model, as it is.
 *
 * @param layer what it is
 * @param obstacle why a run leaves it unless it is named, if so
 * @param statistics of its weights
 * @param centrality of its neurons
 * @param likeness what they look like
 */
public record LayerInspection(
    LayerDescription layer,
    Optional<String> obstacle,
    LayerStatistics statistics,
    Centrality centrality,
    Likeness likeness) {}
