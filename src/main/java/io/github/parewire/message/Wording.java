package io.github.parewire.message;

import java.nio.file.Path;
import java.util.Optional;

/** How options and commands are called where a message is shown. */
public interface Wording {

  /** By the names of the library's own interface. */
  Wording LIBRARY =
      new Wording() {
        @Override
        public String option(RunOption option, Optional<String> value) {
          return value.map(text -> option + " " + text).orElse(option.toString());
        }

        @Override
        public String inspection(Optional<Path> model) {
          return model.map(file -> "an inspection of " + file).orElse("an inspection");
        }
      };

  /**
   * An option.
   *
   * @param option which one
   * @param value the value that is meant; empty for the option itself
   * @return how it is called
   */
  String option(RunOption option, Optional<String> value);

  /**
   * The inspection of a model.
   *
   * @param model the file; empty for the model at hand
   * @return how it is called
   */
  String inspection(Optional<Path> model);
}
