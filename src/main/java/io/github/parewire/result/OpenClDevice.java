package io.github.parewire.result;

import java.util.Optional;

/**
 * What an OpenCL driver says of a device.
 *
 * @param number its number in the list of all, 0-based: by platform, then as the platform has them
 * @param platform the driver's name for itself
 * @param name the product
 * @param vendor who made it
 * @param type what it is
 * @param version the version of OpenCL that it has
 * @param driver the version of its driver
 * @param memory its memory in bytes
 * @param largestBuffer how much of that one buffer may take, in bytes
 * @param localMemory memory of a work-group in bytes
 * @param computeUnits how many work-groups are at work at a time, at least
 * @param doublePrecision whether it computes with float64 as IEEE 754 has it
 * @param obstacle why it can't rewire; empty if it can
 */
public record OpenClDevice(
    int number,
    String platform,
    String name,
    String vendor,
    Type type,
    String version,
    String driver,
    long memory,
    long largestBuffer,
    long localMemory,
    int computeUnits,
    boolean doublePrecision,
    Optional<String> obstacle) {

  /** What a device is. */
  public enum Type {
    /** A graphics card, or what is built like one. */
    GPU,
    /** The processor that this program runs on. */
    CPU,
    /** Anything else. */
    ACCELERATOR
  }

  /** {@return whether it can rewire} */
  public boolean isUsable() {
    return obstacle.isEmpty();
  }

  /** Enough to tell it from others. */
  @Override
  public String toString() {
    return name + " (" + platform + ", driver " + driver + ")";
  }
}
