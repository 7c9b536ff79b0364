package io.github.parewire.result;

import io.github.parewire.message.LowerCase;
import io.github.parewire.message.Message;

/**
 * One thing that was to be shown of a written file.
 *
 * @param name what
 * @param outcome whether it was
 * @param detail figures, the first differences, or why it was skipped; one line
 */
public record Proof(String name, Outcome outcome, Message detail) {

  /** The proof that a file's other fields are its input's. */
  public static final String NOTHING_ELSE = "nothing else changed";

  /** The proof that each rewired tensor holds its input's weights, each as often. */
  public static final String SAME_WEIGHTS = "same weights";

  /** The proof that ONNX Runtime loads and runs a file wherever it does its input. */
  public static final String RUNS = "runs";

  /** How a proof ended. */
  public enum Outcome {
    /** It holds. */
    HOLDS,
    /** It does not. */
    FAILED,
    /** It could not be tried, and the others decide. */
    SKIPPED
  }

  /** {@return the whole of it on a line} */
  public Message line() {
    return Message.of(name, ": ", LowerCase.of(outcome), " (", detail, ")");
  }
}
