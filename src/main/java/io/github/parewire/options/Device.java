package io.github.parewire.options;

import io.github.parewire.message.LowerCase;
import io.github.parewire.message.UsageException;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where layers are rewired.
 *
 * @param kind what it is
 * @param number of an OpenCL device, as the list of all has it; empty for the first that can be
 *     used
 */
public record Device(Kind kind, OptionalInt number) {

  /** What a device can be. */
  public enum Kind {
    /** The processor. */
    CPU(KernelKind.JAVA),
    /** The first GPU that OpenCL can use. */
    GPU(KernelKind.OPENCL),
    /** Any device that OpenCL can use. */
    OPENCL(KernelKind.OPENCL),
    /** An NVIDIA GPU, by way of ND4J. */
    CUDA(KernelKind.ND4J);

    private final KernelKind kernel;

    Kind(KernelKind kernel) {
      this.kernel = kernel;
    }
  }

  /** The processor. */
  public static final Device CPU = new Device(Kind.CPU, OptionalInt.empty());

  /** The first GPU that OpenCL can use. */
  public static final Device GPU = new Device(Kind.GPU, OptionalInt.empty());

  /** The first device of any type that OpenCL can use. */
  public static final Device OPENCL = new Device(Kind.OPENCL, OptionalInt.empty());

  /** An NVIDIA GPU, by way of ND4J. */
  public static final Device CUDA = new Device(Kind.CUDA, OptionalInt.empty());

  private static final Pattern NUMBERED = Pattern.compile("opencl:(\\d{1,6})");

  /**
   * Checks that a number is one of OpenCL's.
   *
   * @throws UsageException if a device of another kind has a number, or the number is negative
   */
  public Device {
    if (number.isPresent() && (kind != Kind.OPENCL || number.getAsInt() < 0)) {
      throw new UsageException(
          "expected a number of 0 or more, of an OpenCL device, found "
              + number.getAsInt()
              + " of "
              + LowerCase.of(kind));
    }
  }

  /**
   * An OpenCL device.
   *
   * @param number its number in the list of all, 0-based
   * @return the device
   */
  public static Device opencl(int number) {
    return new Device(Kind.OPENCL, OptionalInt.of(number));
  }

  /**
   * The device of a name.
   *
   * @param name cpu, gpu, opencl, opencl:N or cuda
   * @return the device
   * @throws UsageException if it is none of these
   */
  public static Device of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (Kind kind : Kind.values()) {
      if (LowerCase.of(kind).equals(lower)) {
        return new Device(kind, OptionalInt.empty());
      }
    }
    Matcher matcher = NUMBERED.matcher(lower);
    if (!matcher.matches()) {
      throw new UsageException(
          "expected a device as cpu, gpu, opencl, opencl:N or cuda, found '" + name + "'");
    }
    return opencl(Integer.parseInt(matcher.group(1)));
  }

  /** {@return what rewires there unless another kernel is asked for} */
  public KernelKind defaultKernel() {
    return kind.kernel;
  }

  /** {@return whether OpenCL is what finds and runs it} */
  public boolean isOpenCl() {
    return kind == Kind.GPU || kind == Kind.OPENCL;
  }

  /** The name that {@link #of} takes. */
  @Override
  public String toString() {
    return LowerCase.of(kind) + (number.isPresent() ? ":" + number.getAsInt() : "");
  }
}
