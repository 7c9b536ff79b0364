package io.github.parewire.opencl;

import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.result.OpenClDevice;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** A device at work: its context, its queue, and what is compiled for it. One thread at a time. */
final class ClDevice implements AutoCloseable {

  /** A processor takes the items of a group one after another, a GPU some dozens at a time. */
  private static final int CPU_GROUP = 64;

  private static final int GPU_GROUP = 256;

  private final OpenClDevice description;
  private final long device;
  private final long context;
  private final long queue;
  private final Map<Variant, ClProgram> programs = new HashMap<>();

  private long mostBytes = Long.MAX_VALUE;
  private int error;

  private ClDevice(DeviceQuery.Found found) {
    description = found.description();
    device = found.id();
    int[] code = new int[1];
    try (MemoryStack stack = MemoryStack.stackPush()) {
      context =
          CL10.clCreateContext(
              stack.pointers(CL10.CL_CONTEXT_PLATFORM, found.platform(), 0),
              stack.pointers(device),
              null,
              0,
              code);
      ClException.check("clCreateContext", code[0]);
    }
    queue = CL10.clCreateCommandQueue(context, device, 0, code);
    ClException.check("clCreateCommandQueue", code[0]);
  }

  /**
   * Starts a device.
   *
   * @param description one of {@link DeviceList}
   * @throws UnsupportedDeviceException if it is no longer there, or does not start
   */
  static ClDevice open(OpenClDevice description) {
    try {
      return SignalHandlers.keptBy(() -> started(description));
    } catch (ClException e) {
      throw unsupported(description, "can't be started: " + e.getMessage());
    }
  }

  private static ClDevice started(OpenClDevice description) {
    List<DeviceQuery.Found> found = DeviceQuery.all();
    if (description.number() >= found.size()
        || !found.get(description.number()).description().name().equals(description.name())) {
      throw unsupported(description, "is no longer there");
    }
    return new ClDevice(found.get(description.number()));
  }

  /** That a device can't be used. */
  static UnsupportedDeviceException unsupported(OpenClDevice device, String what) {
    return UnsupportedDeviceException.of(
        "opencl:" + device.number(), device + " " + what, List.of());
  }

  OpenClDevice description() {
    return description;
  }

  long queue() {
    return queue;
  }

  /** Items of a group that sorts or rewires. */
  int group() {
    return description.type() == OpenClDevice.Type.CPU ? CPU_GROUP : GPU_GROUP;
  }

  /** Whether it is compiled. */
  boolean has(Variant variant) {
    return programs.containsKey(variant);
  }

  /** The program, compiled if it is not yet, which takes up to some seconds. */
  ClProgram program(Variant variant) {
    return programs.computeIfAbsent(
        variant,
        one ->
            SignalHandlers.keptBy(
                () ->
                    new ClProgram(
                        context,
                        device,
                        KernelLayout.source(),
                        KernelLayout.options(description, one, group()))));
  }

  /** Has larger buffers fail, for tests. */
  void failAbove(long bytes, int withError) {
    mostBytes = bytes;
    error = withError;
  }

  /** Memory on the device, to be freed. */
  long allocate(long bytes) {
    if (bytes > mostBytes) {
      throw new ClException("clCreateBuffer of " + bytes + " bytes", error);
    }
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.mallocInt(1);
      long buffer = CL10.clCreateBuffer(context, CL10.CL_MEM_READ_WRITE, bytes, code);
      ClException.check("clCreateBuffer of " + bytes + " bytes", code.get(0));
      return buffer;
    }
  }

  static void free(long buffer) {
    if (buffer != 0) {
      CL10.clReleaseMemObject(buffer);
    }
  }

  /** Copies to the device. */
  void write(long buffer, long offset, long bytes, long address) {
    ClException.check(
        "clEnqueueWriteBuffer",
        CL10.nclEnqueueWriteBuffer(
            queue, buffer, CL10.CL_TRUE, offset, bytes, address, 0, MemoryUtil.NULL, 0));
  }

  /** Copies from the device, when all that was started before has ended. */
  void read(long buffer, long offset, long bytes, long address) {
    ClException.check(
        "clEnqueueReadBuffer",
        CL10.nclEnqueueReadBuffer(
            queue, buffer, CL10.CL_TRUE, offset, bytes, address, 0, MemoryUtil.NULL, 0));
  }

  @Override
  public void close() {
    programs.values().forEach(ClProgram::close);
    CL10.clReleaseCommandQueue(queue);
    CL10.clReleaseContext(context);
  }
}
