package io.github.parewire.report;

import io.github.parewire.result.LeftTensor;
import java.util.List;

/**
 * What the pages share, which their frame shows: a head, figures, and the tensors that were left.
 */
interface Page {

  /** A figure of the summary; {@code kind} is a class of the style, or empty. */
  record Tile(String label, String value, String note, String kind) {}

  /** A tensor that was left. */
  record LeftRow(String tensor, String shape, String type, String reason) {

    static LeftRow of(LeftTensor tensor) {
      return new LeftRow(
          tensor.name(), Tables.shape(tensor.dims()), tensor.type(), tensor.reason());
    }
  }

  /** The policy of what a browser may load and run: no more than the page holds. */
  String policy();

  /** The style sheet. */
  default String style() {
    return PageScript.style();
  }

  /** The program's version. */
  String version();

  /** The name of the file that the page is about. */
  String heading();

  /** A sentence below the heading. */
  String lead();

  /** The figures of the summary. */
  List<Tile> tiles();

  /** The tensors that are no layer's or were left. */
  List<LeftRow> left();
}
