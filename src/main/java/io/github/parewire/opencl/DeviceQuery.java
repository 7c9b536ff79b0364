package io.github.parewire.opencl;

import io.github.parewire.result.OpenClDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.system.MemoryStack;

/** Asks all drivers for their devices, in this process. */
final class DeviceQuery {

  private static final int DEVICE_NOT_FOUND = -1;
  private static final int PLATFORM_NOT_FOUND = -1001;

  /** What the standard asks of any device but an embedded one. */
  private static final long LEAST_LOCAL_MEMORY = 32 << 10;

  /**
   * A device.
   *
   * @param platform OpenCL's handle of its driver
   * @param id OpenCL's handle
   */
  record Found(long platform, long id, OpenClDevice description) {}

  private DeviceQuery() {}

  /**
   * All devices, numbered in this order; none if there is no driver.
   *
   * @throws UnsatisfiedLinkError if there is no loader
   */
  static List<Found> all() {
    ClLibrary.load();
    List<Found> found = new ArrayList<>();
    for (long platform : platforms()) {
      for (long device : devices(platform)) {
        found.add(new Found(platform, device, describe(found.size(), platform, device)));
      }
    }
    return found;
  }

  private static long[] platforms() {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      int[] count = new int[1];
      int code = CL10.clGetPlatformIDs(null, count);
      if (code == PLATFORM_NOT_FOUND || (code == 0 && count[0] == 0)) {
        return new long[0];
      }
      ClException.check("clGetPlatformIDs", code);
      PointerBuffer ids = stack.mallocPointer(count[0]);
      ClException.check("clGetPlatformIDs", CL10.clGetPlatformIDs(ids, count));
      return handles(ids);
    }
  }

  private static long[] devices(long platform) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      int[] count = new int[1];
      int code = CL10.clGetDeviceIDs(platform, CL10.CL_DEVICE_TYPE_ALL, null, count);
      if (code == DEVICE_NOT_FOUND || (code == 0 && count[0] == 0)) {
        return new long[0];
      }
      ClException.check("clGetDeviceIDs", code);
      PointerBuffer ids = stack.mallocPointer(count[0]);
      ClException.check(
          "clGetDeviceIDs",
          CL10.clGetDeviceIDs(platform, CL10.CL_DEVICE_TYPE_ALL, ids, (int[]) null));
      return handles(ids);
    }
  }

  private static long[] handles(PointerBuffer ids) {
    long[] handles = new long[ids.remaining()];
    for (int i = 0; i < handles.length; i++) {
      handles[i] = ids.get(i);
    }
    return handles;
  }

  private static OpenClDevice describe(int number, long platform, long device) {
    long type = ClInfo.number(device, CL10.CL_DEVICE_TYPE);
    String extensions = ClInfo.text(device, CL10.CL_DEVICE_EXTENSIONS);
    boolean doubles = extensions.contains("cl_khr_fp64");
    return new OpenClDevice(
        number,
        ClInfo.platformText(platform, CL10.CL_PLATFORM_NAME),
        ClInfo.text(device, CL10.CL_DEVICE_NAME),
        ClInfo.text(device, CL10.CL_DEVICE_VENDOR),
        (type & CL10.CL_DEVICE_TYPE_GPU) != 0
            ? OpenClDevice.Type.GPU
            : (type & CL10.CL_DEVICE_TYPE_CPU) != 0
                ? OpenClDevice.Type.CPU
                : OpenClDevice.Type.ACCELERATOR,
        ClInfo.text(device, CL10.CL_DEVICE_VERSION),
        ClInfo.text(device, CL10.CL_DRIVER_VERSION),
        ClInfo.number(device, CL10.CL_DEVICE_GLOBAL_MEM_SIZE),
        ClInfo.number(device, CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        ClInfo.number(device, CL10.CL_DEVICE_LOCAL_MEM_SIZE),
        (int) ClInfo.number(device, CL10.CL_DEVICE_MAX_COMPUTE_UNITS),
        doubles,
        obstacle(device, doubles));
  }

  private static Optional<String> obstacle(long device, boolean doubles) {
    try {
      return firstObstacle(device, doubles);
    } catch (ClException e) {
      return Optional.of("its driver does not say what it can do: " + e.getMessage());
    }
  }

  private static Optional<String> firstObstacle(long device, boolean doubles) {
    if (isNot(device, CL10.CL_DEVICE_AVAILABLE)) {
      return Optional.of("the driver says that it is not available");
    }
    if (!doubles) {
      return Optional.of("it has no double precision");
    }
    if (isNot(device, CL10.CL_DEVICE_COMPILER_AVAILABLE)) {
      return Optional.of("its driver has no compiler");
    }
    if (isNot(device, CL10.CL_DEVICE_ENDIAN_LITTLE)) {
      return Optional.of("it is big-endian");
    }
    String version = ClInfo.text(device, CL11.CL_DEVICE_OPENCL_C_VERSION);
    if (version.startsWith("OpenCL C 1.0") || version.startsWith("OpenCL C 1.1")) {
      return Optional.of("it has " + version + ", and 1.2 is the least");
    }
    long local = ClInfo.number(device, CL10.CL_DEVICE_LOCAL_MEM_SIZE);
    if (local < LEAST_LOCAL_MEMORY) {
      return Optional.of(
          "it has " + local + " bytes of local memory, and " + LEAST_LOCAL_MEMORY + " are needed");
    }
    long group = ClInfo.number(device, CL10.CL_DEVICE_MAX_WORK_GROUP_SIZE);
    if (group < KernelLayout.LARGEST_GROUP) {
      return Optional.of(
          "its work-groups have at most "
              + group
              + " items, and "
              + KernelLayout.LARGEST_GROUP
              + " are needed");
    }
    return Optional.empty();
  }

  private static boolean isNot(long device, int what) {
    return (int) ClInfo.number(device, what) == CL10.CL_FALSE;
  }
}
