package io.github.parewire.rewire;

/** What the lines of a pass are. */
enum Side {
  ROWS,
  COLUMNS
}
