package io.github.parewire.report;

import static io.github.parewire.report.Tables.count;
import static io.github.parewire.report.Tables.grouped;
import static io.github.parewire.report.Tables.left;
import static io.github.parewire.report.Tables.matrix;
import static io.github.parewire.report.Tables.number;
import static io.github.parewire.report.Tables.right;
import static io.github.parewire.report.Tables.shape;
import static io.github.parewire.report.Tables.table;
import static java.util.stream.Collectors.joining;

import io.github.parewire.layers.LeftTensor;
import io.github.parewire.measure.Likeness;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a model has, as lines for a terminal. */
public final class TextInspection {

  /** Initializers to name. */
  private static final int NAMED = 2;

  private TextInspection() {}

  /** Header, a row a layer, the evidence for what they look like, and what is left and why. */
  public static List<String> lines(Inspection inspection) {
    List<String> lines = new ArrayList<>();
    lines.add(header(inspection));
    add(lines, layers(inspection.layers()));
    add(lines, evidence(inspection.layers()));
    add(lines, obstacles(inspection.layers()));
    add(lines, others(inspection.left()));
    lines.add("");
    lines.add(summary(inspection));
    return lines;
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

  private static List<String> layers(List<LayerInspection> layers) {
    return table(
        layers,
        List.of(
            right("#", row -> String.valueOf(row.layer().number())),
            left("tensor", row -> row.layer().tensor().name()),
            left("operator", row -> row.layer().operator()),
            right("shape", row -> shape(row.layer().tensor().dims())),
            left("type", row -> row.layer().tensor().type().toString()),
            left("storage", row -> row.layer().tensor().form().toString()),
            right("matrix", row -> matrix(row.layer().matrix())),
            right("fan-in", row -> String.valueOf(row.layer().fans().in())),
            right("fan-out", row -> String.valueOf(row.layer().fans().out())),
            right("var in", row -> number(row.statistics().strengthVariance().input())),
            right("var out", row -> number(row.statistics().strengthVariance().output())),
            right("mean", row -> number(row.statistics().mean())),
            right("std", row -> number(row.statistics().standardDeviation())),
            left("looks like", row -> name(row.likeness()))));
  }

  private static String name(Likeness likeness) {
    String name =
        switch (likeness.kind()) {
          case RANDOM -> names(likeness.initializers());
          default -> likeness.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
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
            right("#", row -> String.valueOf(row.layer().number())),
            left("evidence", row -> String.join("; ", row.likeness().evidence()))));
  }

  private static List<String> obstacles(List<LayerInspection> layers) {
    return table(
        layers.stream().filter(row -> row.layer().obstacle().isPresent()).toList(),
        List.of(
            right("#", row -> String.valueOf(row.layer().number())),
            left("left because", row -> row.layer().obstacle().orElseThrow())));
  }

  private static List<String> others(List<LeftTensor> left) {
    return table(
        left,
        List.of(
            left("other tensor", LeftTensor::name),
            right("shape", tensor -> shape(tensor.dims())),
            left("type", LeftTensor::type),
            left("left because", LeftTensor::reason)));
  }

  private static String summary(Inspection inspection) {
    return count(inspection.layers().size(), "layer")
        + ", "
        + grouped(inspection.weights())
        + " weights; "
        + count(inspection.left().size(), "other tensor");
  }
}
