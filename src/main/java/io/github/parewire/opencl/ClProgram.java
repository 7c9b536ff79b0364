package io.github.parewire.opencl;

import java.nio.IntBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/** The kernels, compiled for a device. */
final class ClProgram implements AutoCloseable {

  private final long program;
  private final long sort;
  private final long rewire;
  private final long transpose;

  /**
   * Compiles.
   *
   * @param options macros, as the compiler takes them
   * @throws ClException if the compiler refuses
   */
  ClProgram(long context, long device, String source, String options) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.mallocInt(1);
      program = CL10.clCreateProgramWithSource(context, source, code);
      ClException.check("clCreateProgramWithSource", code.get(0));
    }
    int code = CL10.clBuildProgram(program, device, options, null, 0);
    if (code != 0) {
      // POCL's cache of compiled programs fails for a moment while other processes use it.
      code = CL10.clBuildProgram(program, device, options, null, 0);
    }
    if (code != 0) {
      String log = ClInfo.buildLog(program, device);
      throw new ClException("compiling with " + options + " ('" + firstError(log) + "')", code);
    }
    sort = kernel(KernelLayout.SORT);
    rewire = kernel(KernelLayout.REWIRE);
    transpose = kernel(KernelLayout.TRANSPOSE);
  }

  /** The first line that speaks of an error, or the first one. */
  private static String firstError(String log) {
    return log.lines()
        .filter(line -> line.contains("error"))
        .findFirst()
        .or(() -> log.lines().findFirst())
        .orElse("");
  }

  private long kernel(String name) {
    int[] code = new int[1];
    long kernel = CL10.clCreateKernel(program, name, code);
    ClException.check("clCreateKernel " + name, code[0]);
    return kernel;
  }

  /** Sorts lines from one buffer to another; a group a line. */
  void sort(long queue, long from, long to, long start, int length, long lines, int group) {
    set(CL10.clSetKernelArg1p(sort, 0, from));
    set(CL10.clSetKernelArg1p(sort, 1, to));
    set(CL10.clSetKernelArg1l(sort, 2, start));
    set(CL10.clSetKernelArg1i(sort, 3, length));
    launch(queue, sort, KernelLayout.SORT, lines, group);
  }

  /** Transposes a matrix of [rows, columns] from one buffer to another. */
  void transpose(long queue, long from, long to, long start, int rows, int columns) {
    set(CL10.clSetKernelArg1p(transpose, 0, from));
    set(CL10.clSetKernelArg1p(transpose, 1, to));
    set(CL10.clSetKernelArg1l(transpose, 2, start));
    set(CL10.clSetKernelArg1i(transpose, 3, rows));
    set(CL10.clSetKernelArg1i(transpose, 4, columns));
    long tiles =
        (long) ((rows - 1) / KernelLayout.TILE + 1) * ((columns - 1) / KernelLayout.TILE + 1);
    launch(queue, transpose, KernelLayout.TRANSPOSE, tiles, KernelLayout.TRANSPOSE_GROUP);
  }

  /** Sets what all launches of a pass have in common; no local memory if its bytes are 0. */
  void prepare(
      long weights, long sorted, long facts, long marks, long scratch, double offset, long local) {
    set(CL10.clSetKernelArg1p(rewire, 0, weights));
    set(CL10.clSetKernelArg1p(rewire, 1, sorted));
    set(CL10.clSetKernelArg1p(rewire, 2, facts));
    set(CL10.clSetKernelArg1p(rewire, 3, marks));
    set(CL10.clSetKernelArg1p(rewire, 4, scratch));
    set(CL10.clSetKernelArg1d(rewire, 5, offset));
    if (local > 0) {
      set(CL10.clSetKernelArg(rewire, 7, local));
    }
  }

  /** Rewires some lines of each matrix; a group a matrix. */
  void rewire(long queue, long work, int matrices, int group) {
    set(CL10.clSetKernelArg1l(rewire, 6, work));
    launch(queue, rewire, KernelLayout.REWIRE, matrices, group);
  }

  private static void set(int code) {
    ClException.check("clSetKernelArg", code);
  }

  private static void launch(long queue, long kernel, String name, long groups, int group) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      ClException.check(
          "starting " + name,
          CL10.clEnqueueNDRangeKernel(
              queue,
              kernel,
              1,
              null,
              stack.pointers(groups * group),
              stack.pointers(group),
              null,
              null));
    }
  }

  @Override
  public void close() {
    CL10.clReleaseKernel(sort);
    CL10.clReleaseKernel(rewire);
    CL10.clReleaseKernel(transpose);
    CL10.clReleaseProgram(program);
  }
}
