/** What a run is asked to do, as values: a record a concern, and one that holds them together. */
package io.github.parewire.options;
