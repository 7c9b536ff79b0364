package io.github.parewire.cli;

import io.github.parewire.message.RunOption;
import io.github.parewire.message.Wording;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Calls options by their flags, and commands as one types them. */
final class FlagWording implements Wording {

  static final FlagWording FLAGS = new FlagWording();

  private FlagWording() {}

  /** The flag that sets an option, or has it set. */
  static String flag(RunOption option) {
    return switch (option) {
      case RUN -> "--no-run";
      case INPUT_SHAPES -> "--input-shape";
      case HASHES -> "--json";
      case SKETCHES -> "--html";
      default -> "--" + option.name().toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }

  @Override
  public String option(RunOption option, Optional<String> value) {
    return flag(option) + value.map(text -> " " + text).orElse("");
  }

  @Override
  public String inspection(Optional<Path> model) {
    return "'onnx-parewire inspect" + model.map(file -> " " + file).orElse("") + "'";
  }
}
