package io.github.parewire.report;

import static java.util.stream.Collectors.joining;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import io.github.parewire.message.Printable;
import io.github.parewire.result.MatrixShape;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;

/** Tables without borders, and what stands in their cells. */
final class Tables {

  /** Wide enough for any name: a table is for grep as much as for reading. */
  private static final int MAX_WIDTH = 1000;

  private Tables() {}

  /** The lines of a table; none without rows. */
  static <T> List<String> table(Collection<T> rows, List<ColumnData<T>> columns) {
    if (rows.isEmpty()) {
      return List.of();
    }
    return AsciiTable.builder()
        .border(AsciiTable.NO_BORDERS)
        .data(rows, columns)
        .asString()
        .lines()
        .map(String::stripTrailing)
        .toList();
  }

  static <T> ColumnData<T> alignedLeft(String header, Function<T, String> value) {
    return column(header, HorizontalAlign.LEFT, value);
  }

  static <T> ColumnData<T> alignedRight(String header, Function<T, String> value) {
    return column(header, HorizontalAlign.RIGHT, value);
  }

  private static <T> ColumnData<T> column(
      String header, HorizontalAlign align, Function<T, String> value) {
    return new Column()
        .header(header)
        .headerAlign(align)
        .dataAlign(align)
        .maxWidth(MAX_WIDTH)
        .with(row -> Printable.line(value.apply(row)));
  }

  /** Four significant digits. */
  static String number(OptionalDouble value) {
    return value.isPresent() ? number(value.getAsDouble()) : "-";
  }

  /** Four significant digits. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  static String matrix(MatrixShape matrix) {
    String one = matrix.outputs() + " x " + matrix.inputs();
    return matrix.slices() == 1 ? one : matrix.slices() + " of " + one;
  }

  static String shape(List<Long> dims) {
    return dims.stream().map(String::valueOf).collect(joining("x"));
  }

  static String count(long number, String noun) {
    return grouped(number) + " " + noun + (number == 1 ? "" : "s");
  }

  static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
