package io.github.parewire.opencl;

import static java.util.stream.Collectors.joining;

import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.result.OpenClDevice;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What the kernels in the resources take, and where they keep what: as rewire.cl has it. */
final class KernelLayout {

  static final String SORT = "sort_lines";
  static final String REWIRE = "rewire";
  static final String TRANSPOSE = "transpose";

  /** The numbers that describe a matrix. */
  static final int FACTS = 8;

  static final int FACT_LINES = 1;
  static final int FACT_LENGTH = 2;

  /** How far a matrix has come. */
  static final int MARKS = 4;

  static final int MARK_LINE = 0;
  static final int MARK_UNFIT = 3;

  /** For each weight of a matrix's line. */
  static final int SCRATCH_BYTES = 64;

  /** An edge of what a group transposes, and the items of that group. */
  static final int TILE = 32;

  static final int TRANSPOSE_GROUP = 256;

  /** The most items of any group. */
  static final int LARGEST_GROUP = 256;

  /** Local memory that is the rewiring kernel's own, at most, in bytes. */
  static final int OWN_LOCAL = 20 * LARGEST_GROUP;

  /** Local memory for each weight of a line, if that is where first draws are to be. */
  static final int FIRST_BYTES = Integer.BYTES;

  /** A sort's share of local memory in bytes: half of what any device has. */
  private static final int SORT_BYTES = 16 << 10;

  /** Source between the dialect and the kernels; for tests, which spoil the kernels so. */
  static final String PROLOGUE = "parewire.opencl.prologue";

  /** What an item has in hand at a time where loads take long. */
  private static final int GPU_HAND = 2;

  private KernelLayout() {}

  /** The facts of a matrix, in their order. */
  static long[] facts(long start, int lines, int length, long scratch, SeedSequence stream) {
    long[] state = stream.generator().state();
    // Scratch is counted in doubles.
    return new long[] {
      start, lines, length, scratch / Double.BYTES, state[0], state[1], state[2], state[3]
    };
  }

  /**
   * What the compiler is told.
   *
   * @param device what it is compiled for
   * @param group items of a group: a power of two
   */
  static String options(OpenClDevice device, Variant variant, int group) {
    int bits = Integer.numberOfTrailingZeros(group);
    boolean isDouble = variant.isDouble();
    boolean isGpu = device.type() == OpenClDevice.Type.GPU;
    List<String> macros = new ArrayList<>();
    macros.add("WEIGHT=" + (isDouble ? "double" : "float"));
    macros.add("BITS=" + (isDouble ? "uint64" : "uint32"));
    macros.add("GROUP=" + group);
    macros.add("ROW=" + (1 << ((bits + 1) / 2)));
    macros.add("HAND=" + (isGpu ? GPU_HAND : 1));
    macros.add("FIRST_IN_LOCAL=" + (variant.isFirstInLocal() ? 1 : 0));
    macros.add("SORT_LOCAL=" + SORT_BYTES / (isDouble ? Double.BYTES : Float.BYTES));
    if (isGpu) {
      // What is in hand stays in registers then.
      macros.add("UNROLLED");
    } else {
      // POCL may keep the local memory of a function that it calls in one place for all groups.
      macros.add("INLINED");
    }
    if (isGpu && device.vendor().contains("NVIDIA")) {
      macros.add("NVIDIA");
    }
    return macros.stream().map(macro -> "-D" + macro).collect(joining(" "));
  }

  /** The source of all kernels. */
  static String source() {
    return resource("dialect.cl") + System.getProperty(PROLOGUE, "") + resource("rewire.cl");
  }

  private static String resource(String name) {
    try (InputStream in = KernelLayout.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
