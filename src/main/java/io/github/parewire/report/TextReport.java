package io.github.parewire.report;

import static java.util.stream.Collectors.joining;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import io.github.parewire.device.Gpu;
import io.github.parewire.layers.Findings;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LeftTensor;
import io.github.parewire.layers.MatrixView;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.rewire.StrengthVariance;
import io.github.parewire.verify.Proof;
import io.github.parewire.verify.Verification;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/** A report as lines for a terminal. */
public final class TextReport {

  /** Wide enough for any name: a table is for grep as much as for reading. */
  private static final int MAX_WIDTH = 1000;

  private static final String DEFAULT_KERNEL = "java";

  private final boolean verbose;

  /**
   * Makes a form of reports.
   *
   * @param verbose whether to name every tensor that was left
   */
  public TextReport(boolean verbose) {
    this.verbose = verbose;
  }

  /** The table of layers and the summary. */
  public List<String> lines(Report report) {
    List<String> lines = new ArrayList<>();
    lines.addAll(
        table(
            report.rewired(),
            List.of(
                right("#", r -> String.valueOf(r.layer().number())),
                left("tensor", r -> r.layer().tensor().name()),
                left("operator", r -> r.layer().operator()),
                right("matrix", r -> matrix(r.layer().matrix())),
                right("input strength variance", r -> change(r, StrengthVariance::input)),
                right("output strength variance", r -> change(r, StrengthVariance::output)))));
    lines.add("");
    lines.add(summary(report));
    return lines;
  }

  private static String summary(Report report) {
    List<String> parts = new ArrayList<>();
    parts.add(
        (report.out().isPresent() ? "rewired " : "would rewire ")
            + count(report.rewired().size(), "layer"));
    parts.add(grouped(report.weights()) + " weights");
    parts.add("seed " + report.settings().seed());
    kernel(report).ifPresent(parts::add);
    parts.add(String.format(Locale.ROOT, "%.1f s", report.times().total().toMillis() / 1000.0));
    parts.add(report.verification().map(TextReport::verdict).orElse("nothing written"));
    return String.join(", ", parts) + report.out().map(out -> ": " + out).orElse("");
  }

  /** Worth a word where it is not the default. */
  private static Optional<String> kernel(Report report) {
    String kernel = report.settings().kernel();
    return kernel.equals(DEFAULT_KERNEL)
        ? Optional.empty()
        : Optional.of(kernel + " kernel on " + report.gpu().map(Gpu::name).orElse("cpu"));
  }

  private static String verdict(Verification verification) {
    return verification.comparesWeights() ? "verified" : "weights not compared";
  }

  private static Stream<Proof> proofs(Verification verification, Proof.Outcome outcome) {
    return verification.proofs().stream().filter(proof -> proof.outcome() == outcome);
  }

  /** What is worth knowing besides: what was left and why, and which proof was skipped. */
  public List<String> notes(Report report) {
    List<String> notes = new ArrayList<>(left(report));
    report
        .verification()
        .ifPresent(
            verification ->
                (verbose
                        ? verification.proofs().stream()
                        : proofs(verification, Proof.Outcome.SKIPPED))
                    .map(Proof::toString)
                    .forEach(notes::add));
    if (verbose) {
      notes.add(times(report.times()));
    }
    return notes;
  }

  private static String times(StageTimes times) {
    return Arrays.stream(StageTimes.Stage.values())
        .map(
            stage ->
                String.format(
                    Locale.ROOT,
                    "%s %.3f s",
                    stage.name().toLowerCase(Locale.ROOT),
                    times.of(stage).toMillis() / 1000.0))
        .collect(joining(", ", "times: ", ""));
  }

  /** What was left, and why: a line a reason, or in verbose form a line a tensor. */
  private List<String> left(Report report) {
    List<String> names = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (LayerReport layer : report.layers()) {
      layer
          .left()
          .ifPresent(
              why -> {
                names.add(layer.layer().tensor().name());
                reasons.add(why);
              });
    }
    for (LeftTensor tensor : report.left()) {
      names.add(tensor.name());
      reasons.add(tensor.reason());
    }
    return verbose ? each(names, reasons) : byReason(names, reasons);
  }

  private static List<String> each(List<String> names, List<String> reasons) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      lines.add("left '" + names.get(i) + "': " + reasons.get(i));
    }
    return lines;
  }

  private static List<String> byReason(List<String> names, List<String> reasons) {
    List<String> lines = new ArrayList<>();
    for (String reason : reasons.stream().distinct().toList()) {
      int first = reasons.indexOf(reason);
      long more = reasons.stream().filter(reason::equals).count() - 1;
      lines.add(
          "left '"
              + names.get(first)
              + "'"
              + (more > 0 ? " and " + more + " more" : "")
              + ": "
              + reason);
    }
    return lines;
  }

  /** What a model has. */
  public static List<String> inspection(OnnxFile file, Findings findings) {
    List<String> lines = new ArrayList<>();
    lines.add(header(file));
    lines.add("");
    lines.addAll(
        table(
            findings.layers(),
            List.of(
                right("#", layer -> String.valueOf(layer.number())),
                left("tensor", layer -> layer.tensor().name()),
                left("operator", Layer::operator),
                right("shape", layer -> shape(layer.tensor().dims())),
                left("type", layer -> layer.tensor().type().toString()),
                left("storage", layer -> layer.tensor().form().toString()),
                right("matrix", layer -> matrix(layer.matrix())),
                left("left because", layer -> layer.obstacle().orElse("")))));
    if (!findings.left().isEmpty()) {
      lines.add("");
      lines.addAll(
          table(
              findings.left(),
              List.of(
                  left("other tensor", LeftTensor::name),
                  right("shape", left -> shape(left.dims())),
                  left("type", LeftTensor::type),
                  left("left because", LeftTensor::reason))));
    }
    lines.add("");
    lines.add(
        count(findings.layers().size(), "layer")
            + ", "
            + grouped(
                findings.layers().stream().mapToLong(layer -> layer.tensor().elements()).sum())
            + " weights; "
            + count(findings.left().size(), "other tensor"));
    return lines;
  }

  private static String header(OnnxFile file) {
    String producer = file.producer();
    return file.path()
        + ": "
        + grouped(file.size())
        + " bytes"
        + ", IR "
        + file.irVersion()
        + ", opset "
        + String.join(", ", file.opsets())
        + (producer.isEmpty() ? "" : ", made by " + producer);
  }

  private static <T> List<String> table(Collection<T> rows, List<ColumnData<T>> columns) {
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

  private static <T> ColumnData<T> left(String header, Function<T, String> value) {
    return column(header, HorizontalAlign.LEFT, value);
  }

  private static <T> ColumnData<T> right(String header, Function<T, String> value) {
    return column(header, HorizontalAlign.RIGHT, value);
  }

  private static <T> ColumnData<T> column(
      String header, HorizontalAlign align, Function<T, String> value) {
    return new Column()
        .header(header)
        .headerAlign(align)
        .dataAlign(align)
        .maxWidth(MAX_WIDTH)
        .with(value);
  }

  private static String change(LayerReport layer, Function<StrengthVariance, OptionalDouble> side) {
    return number(layer.before().map(side)) + " -> " + number(layer.after().map(side));
  }

  private static String number(Optional<OptionalDouble> value) {
    OptionalDouble number = value.orElse(OptionalDouble.empty());
    return number.isPresent() ? String.format(Locale.ROOT, "%.4g", number.getAsDouble()) : "-";
  }

  private static String matrix(MatrixView view) {
    String one = view.outputs() + " x " + view.inputs();
    return view.slices() == 1 ? one : view.slices() + " of " + one;
  }

  private static String shape(List<Long> dims) {
    return dims.stream().map(String::valueOf).collect(joining("x"));
  }

  private static String count(long number, String noun) {
    return grouped(number) + " " + noun + (number == 1 ? "" : "s");
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
