package io.github.parewire.options;

/**
 * What a report is to have besides; each takes a pass over the weights.
 *
 * @param hashes whether it carries SHA-256 sums of files and of each layer's sorted weights
 * @param sketches whether it carries what charts of each layer show, of the first hundreds of
 *     layers
 */
public record ReportOptions(boolean hashes, boolean sketches) {

  /** Neither. */
  public static final ReportOptions DEFAULT = new ReportOptions(false, false);
}
