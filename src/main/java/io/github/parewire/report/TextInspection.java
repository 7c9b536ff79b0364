package io.github.parewire.report;

import static io.github.parewire.report.Tables.alignedLeft;
import static io.github.parewire.report.Tables.alignedRight;
import static io.github.parewire.report.Tables.count;
import static io.github.parewire.report.Tables.grouped;
import static io.github.parewire.report.Tables.matrix;
import static io.github.parewire.report.Tables.number;
import static io.github.parewire.report.Tables.shape;
import static io.github.parewire.report.Tables.table;
import static java.util.stream.Collectors.joining;

import com.github.freva.asciitable.ColumnData;
import io.github.parewire.message.LowerCase;
import io.github.parewire.message.Printable;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.LayerInspection;
import io.github.parewire.result.LeftTensor;
import io.github.parewire.result.Likeness;
import io.github.parewire.result.StrengthVariance;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/** What a model has, as lines for a terminal. */
public final class TextInspection {

  /** Initializers to name. */
  private static final int NAMED = 2;

  private final boolean ideal;
  private final boolean strengths;

  /**
   * Makes a form of inspections.
   *
   * @param ideal whether to print the strength variances expected of independent weights, too
   * @param strengths whether to print how strengths are distributed
   */
  public TextInspection(boolean ideal, boolean strengths) {
    this.ideal = ideal;
    this.strengths = strengths;
  }

  /**
   * Header, a row a layer, the evidence for what they look like, and what is left and why.
   *
   * @param inspection what a model has
   * @return the lines
   */
  public List<String> lines(Inspection inspection) {
    List<String> lines = new ArrayList<>();
    lines.add(header(inspection));
    add(lines, table(inspection.layers(), columns()));
    add(lines, evidence(inspection.layers()));
    if (strengths) {
      add(lines, StrengthTable.lines(inspection));
    }
    add(lines, obstacles(inspection.layers()));
    add(lines, others(inspection.left()));
    lines.add("");
    lines.add(summary(inspection));
    return lines.stream().map(Printable::line).toList();
  }

  private static void add(List<String> lines, List<String> table) {
    if (!table.isEmpty()) {
      lines.add("");
      lines.addAll(table);
    }
  }

  private static String header(Inspection inspection) {
    return inspection.path()
        + ": "
        + grouped(inspection.bytes())
        + " bytes"
        + (inspection.dataBytes() == 0
            ? ""
            : " and " + grouped(inspection.dataBytes()) + " in data files")
        + ", IR "
        + inspection.irVersion()
        + ", opset "
        + String.join(", ", inspection.opsets())
        + (inspection.producer().isEmpty() ? "" : ", made by " + inspection.producer());
  }

  private List<ColumnData<LayerInspection>> columns() {
    List<ColumnData<LayerInspection>> columns = new ArrayList<>();
    columns.add(alignedRight("#", row -> String.valueOf(row.layer().number())));
    columns.add(alignedLeft("tensor", row -> row.layer().tensor()));
    columns.add(alignedLeft("operator", row -> row.layer().operator()));
    columns.add(alignedRight("shape", row -> shape(row.layer().dims())));
    columns.add(alignedLeft("type", row -> row.layer().type()));
    columns.add(alignedLeft("storage", row -> LowerCase.of(row.layer().storage())));
    columns.add(alignedRight("matrix", row -> matrix(row.layer().matrix())));
    columns.add(alignedRight("fan-in", row -> String.valueOf(row.layer().fans().in())));
    columns.add(alignedRight("fan-out", row -> String.valueOf(row.layer().fans().out())));
    addVariance(columns, "in", StrengthVariance::input);
    addVariance(columns, "out", StrengthVariance::output);
    columns.add(alignedRight("mean", row -> number(row.statistics().mean())));
    columns.add(alignedRight("std", row -> number(row.statistics().standardDeviation())));
    columns.add(alignedLeft("looks like", row -> name(row.likeness())));
    return columns;
  }

  /** The measured one, and beside it what it would be by chance. */
  private void addVariance(
      List<ColumnData<LayerInspection>> columns,
      String side,
      Function<StrengthVariance, OptionalDouble> of) {
    columns.add(
        alignedRight("var " + side, row -> number(of.apply(row.statistics().strengthVariance()))));
    if (ideal) {
      columns.add(
          alignedRight(
              "ideal " + side, row -> number(of.apply(row.statistics().idealStrengthVariance()))));
    }
  }

  /** What weights look like, in words. */
  static String name(Likeness likeness) {
    String name =
        switch (likeness.kind()) {
          case RANDOM -> names(likeness.initializers());
          default -> LowerCase.of(likeness.kind()).replace('_', ' ');
        };
    return name + (likeness.rewired() ? ", rewired" : "");
  }

  private static String names(List<String> initializers) {
    int more = initializers.size() - NAMED;
    return initializers.isEmpty()
        ? "random, of no common scale"
        : initializers.stream().limit(NAMED).collect(joining(" or "))
            + (more > 0 ? " or " + more + " more" : "");
  }

  private static List<String> evidence(List<LayerInspection> layers) {
    return table(
        layers,
        List.of(
            alignedRight("#", row -> String.valueOf(row.layer().number())),
            alignedLeft("evidence", row -> String.join("; ", row.likeness().evidence()))));
  }

  private static List<String> obstacles(List<LayerInspection> layers) {
    return table(
        layers.stream().filter(row -> row.obstacle().isPresent()).toList(),
        List.of(
            alignedRight("#", row -> String.valueOf(row.layer().number())),
            alignedLeft("left because", row -> row.obstacle().orElseThrow())));
  }

  private static List<String> others(List<LeftTensor> left) {
    return table(
        left,
        List.of(
            alignedLeft("other tensor", LeftTensor::name),
            alignedRight("shape", tensor -> shape(tensor.dims())),
            alignedLeft("type", LeftTensor::type),
            alignedLeft("left because", LeftTensor::reason)));
  }

  private static String summary(Inspection inspection) {
    return count(inspection.layers().size(), "layer")
        + ", "
        + grouped(inspection.weights())
        + " weights; "
        + count(inspection.left().size(), "other tensor");
  }
}
