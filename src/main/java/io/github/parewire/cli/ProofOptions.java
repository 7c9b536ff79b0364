package io.github.parewire.cli;

import io.github.parewire.UsageException;
import io.github.parewire.verify.InputShapes;
import io.github.parewire.verify.WeightCheck;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How the output is verified: what rewiring and verifying have in common. */
final class ProofOptions {

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
              + " x:1,3,224,224. Free dimensions are 1 otherwise. Repeatable.")
  private List<String> inputShapes = new ArrayList<>();

  WeightCheck check() {
    return check;
  }

  InputShapes inputShapes() {
    try {
      return InputShapes.parse(inputShapes);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
