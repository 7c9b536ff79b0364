package io.github.parewire.result;

import java.util.Arrays;
import java.util.List;

/** Numbers with dots between them, the most significant first. */
public final class Version implements Comparable<Version> {

  private final String text;
  private final List<Integer> parts;

  private Version(String text, List<Integer> parts) {
    this.text = text;
    this.parts = parts;
  }

  /**
   * Reads a version.
   *
   * @param text numbers with dots between them
   * @return the version
   * @throws NumberFormatException if it is none
   */
  public static Version parse(String text) {
    return new Version(text, Arrays.stream(text.split("\\.", -1)).map(Integer::valueOf).toList());
  }

  /** Number by number; of a version and its beginning, the beginning is less. */
  @Override
  public int compareTo(Version other) {
    int common = Math.min(parts.size(), other.parts.size());
    for (int i = 0; i < common; i++) {
      int order = parts.get(i).compareTo(other.parts.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(parts.size(), other.parts.size());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Version version && parts.equals(version.parts);
  }

  @Override
  public int hashCode() {
    return parts.hashCode();
  }

  /** As it was read. */
  @Override
  public String toString() {
    return text;
  }
}
