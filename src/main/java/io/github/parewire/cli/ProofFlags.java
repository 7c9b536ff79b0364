package io.github.parewire.cli;

import io.github.parewire.message.UsageException;
import io.github.parewire.options.InputShapes;
import io.github.parewire.options.RunDevice;
import io.github.parewire.options.VerificationOptions;
import io.github.parewire.options.WeightCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** How the output is verified: what rewiring and verifying have in common. */
final class ProofFlags {

  private static final Pattern SHAPE = Pattern.compile("(?<name>.+):(?<dims>\\d+(,\\d+)*)");

  @Option(
      names = "--check",
      paramLabel = "sort|fingerprint|none",
      completionCandidates = Choices.Checks.class,
      defaultValue = "fingerprint",
      description =
          "How ONNX Runtime compares the weights of IN and OUT: by sorting them (exact, slow), by"
              + " a fingerprint of 128 bits or more, or not at all (default: ${DEFAULT-VALUE}).")
  private WeightCheck check;

  @Option(
      names = "--input-shape",
      paramLabel = "NAME:DIMS",
      description =
          "Shape of an input that ONNX Runtime is to run IN and OUT with, such as"
              + " x:1,3,224,224. Without it some sizes are tried for free dimensions. Repeatable.")
  private List<String> inputShapes = new ArrayList<>();

  @Option(
      names = "--no-run",
      description = "Do not have ONNX Runtime load and run OUT: the other proofs decide.")
  private boolean noRun;

  @Option(
      names = "--run-on",
      paramLabel = "cpu|cuda",
      completionCandidates = Choices.RunDevices.class,
      description =
          "Have ONNX Runtime run IN and OUT on the processor or on an NVIDIA GPU, which takes the"
              + " build of 'mvn -Pcuda' (default: cpu; cuda with --device cuda).")
  private RunDevice runOn;

  VerificationOptions verification() {
    Map<String, List<Long>> shapes = new HashMap<>();
    for (String text : inputShapes) {
      Matcher matcher = SHAPE.matcher(text);
      if (!matcher.matches()) {
        throw unclear(text);
      }
      try {
        shapes.put(
            matcher.group("name"),
            Stream.of(matcher.group("dims").split(",", -1)).map(Long::valueOf).toList());
      } catch (NumberFormatException e) {
        throw unclear(text);
      }
    }
    return new VerificationOptions(
        check, !noRun, Optional.ofNullable(runOn), new InputShapes(shapes));
  }

  private static UsageException unclear(String text) {
    return new UsageException(
        "expected an input's shape as NAME:1,3,224,224, found '" + text + "'");
  }
}
