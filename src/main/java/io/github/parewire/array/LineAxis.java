package io.github.parewire.array;

/** What the lines of a matrix are taken to be. */
public enum LineAxis {
  /** Its rows: a line has the weights of one output neuron. */
  ROWS,
  /** Its columns: a line has the weights of one input. */
  COLUMNS;

  /** The other axis. */
  LineAxis other() {
    return this == ROWS ? COLUMNS : ROWS;
  }
}
