package io.github.parewire.options;

import io.github.parewire.message.UsageException;
import java.nio.file.Path;
import java.util.Arrays;

/** The formats of files that hold arrays by name. */
public enum WeightsFormat {
  /** Hugging Face's safetensors: a JSON header, then the arrays. */
  SAFETENSORS(".safetensors"),
  /** numpy's npz: a zip file of npy files. */
  NPZ(".npz");

  private final String suffix;

  WeightsFormat(String suffix) {
    this.suffix = suffix;
  }

  /**
   * The format of a file by its name's suffix.
   *
   * @param file the file, which need not exist
   * @return its format
   * @throws UsageException if the name asks for none
   */
  public static WeightsFormat of(Path file) {
    String name = String.valueOf(file.getFileName());
    return Arrays.stream(values())
        .filter(format -> name.endsWith(format.suffix))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "expected a file of weights whose name ends in .safetensors or .npz, found "
                        + file));
  }
}
