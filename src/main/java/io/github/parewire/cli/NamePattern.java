package io.github.parewire.cli;

import io.github.parewire.message.UsageException;

/**
 * A name of files of which each of many models has one: {@code {}} in it stands for the model's.
 *
 * @param text as it was given
 */
record NamePattern(String text) {

  private static final String PLACE = "{}";

  boolean hasPlace() {
    return text.contains(PLACE);
  }

  /** The name for one model. */
  String of(String model) {
    return text.replace(PLACE, model);
  }

  /**
   * Checks that each model gets a file of its own.
   *
   * @param flag the option that has the name
   * @throws UsageException if they all would get one
   */
  void requirePlace(String flag) {
    if (!hasPlace()) {
      throw new UsageException(
          flag + " " + text + " would be one file for all models",
          "put " + PLACE + " into the name, which stands for each model's");
    }
  }
}
