package io.github.parewire.opencl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** What a platform or a device says of itself. */
final class ClInfo {

  private interface Query {
    int ask(long bytes, long value, long bytesNeeded);
  }

  private ClInfo() {}

  static String platformText(long platform, int what) {
    return text(
        (bytes, value, needed) -> CL10.nclGetPlatformInfo(platform, what, bytes, value, needed));
  }

  static String text(long device, int what) {
    return text(
        (bytes, value, needed) -> CL10.nclGetDeviceInfo(device, what, bytes, value, needed));
  }

  /** What a compiler has to say. */
  static String buildLog(long program, long device) {
    return text(
        (bytes, value, needed) ->
            CL10.nclGetProgramBuildInfo(
                program, device, CL10.CL_PROGRAM_BUILD_LOG, bytes, value, needed));
  }

  /** A number of 4 or 8 bytes; fewer bytes than asked for leave the upper ones 0. */
  static long number(long device, int what) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      ByteBuffer value = stack.calloc(8, Long.BYTES);
      check(CL10.nclGetDeviceInfo(device, what, 8, MemoryUtil.memAddress(value), 0));
      return value.getLong(0);
    }
  }

  private static String text(Query query) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer needed = stack.mallocPointer(1);
      check(query.ask(0, 0, MemoryUtil.memAddress(needed)));
      int bytes = Math.toIntExact(needed.get(0));
      ByteBuffer value = MemoryUtil.memCalloc(bytes + 1);
      try {
        check(query.ask(bytes, MemoryUtil.memAddress(value), 0));
        byte[] text = new byte[bytes];
        value.get(0, text);
        return new String(text, StandardCharsets.UTF_8).replace("\0", "").strip();
      } finally {
        MemoryUtil.memFree(value);
      }
    }
  }

  private static void check(int code) {
    ClException.check("asking a device", code);
  }
}
