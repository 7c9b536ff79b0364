package io.github.parewire.result;

import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * What a file held.
 *
 * @param path the file
 * @param bytes its size
 * @param sha256 SHA-256 of its bytes, hexadecimal
 */
public record FileHash(Path path, long bytes, String sha256) {

  /**
   * The same with another name.
   *
   * @param names gives a path its other name, or leaves it
   * @return what that file held
   */
  public FileHash renamed(UnaryOperator<Path> names) {
    return new FileHash(names.apply(path), bytes, sha256);
  }
}
