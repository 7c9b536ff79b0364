package io.github.parewire.verify;

/**
 * One thing that was to be shown of a written file.
 *
 * @param name what
 * @param outcome whether it was
 * @param detail figures, the first differences, or why it was skipped; one line
 */
public record Proof(String name, Outcome outcome, String detail) {

  /** How a proof ended. */
  public enum Outcome {
    /** It holds. */
    HOLDS,
    /** It does not. */
    FAILED,
    /** It could not be tried, and the others decide. */
    SKIPPED
  }

  static Proof holds(String name, String detail) {
    return new Proof(name, Outcome.HOLDS, detail);
  }

  static Proof failed(String name, String detail) {
    return new Proof(name, Outcome.FAILED, detail);
  }

  static Proof skipped(String name, String detail) {
    return new Proof(name, Outcome.SKIPPED, detail);
  }

  @Override
  public String toString() {
    return name + ": " + outcome.name().toLowerCase(java.util.Locale.ROOT) + " (" + detail + ")";
  }
}
