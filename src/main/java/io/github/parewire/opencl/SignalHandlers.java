package io.github.parewire.opencl;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.lwjgl.system.JNI;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.system.Platform;
import org.lwjgl.system.linux.DynamicLinkLoader;

/**
 * What this process does on signals. Java stops its threads, and finds null pointers, by faults
 * that its handler of SIGSEGV resolves. LLVM, by which POCL, AMD's, Intel's and Mesa's drivers
 * compile, puts handlers of its own in the place of Java's; when two threads fault at once then,
 * the process ends. Windows has no such handlers.
 */
final class SignalHandlers {

  /** POSIX's are below; the numbers of some differ between systems. */
  private static final int SIGNALS = 32;

  /** More than a {@code struct sigaction} takes anywhere. */
  private static final int BYTES = 256;

  private static final long SIGACTION =
      Platform.get() == Platform.WINDOWS
          ? MemoryUtil.NULL
          : DynamicLinkLoader.dlsym(
              DynamicLinkLoader.ndlopen(MemoryUtil.NULL, DynamicLinkLoader.RTLD_LAZY), "sigaction");

  private final List<byte[]> actions;

  private SignalHandlers(List<byte[]> actions) {
    this.actions = actions;
  }

  /** Calls what may load a driver, and leaves the handlers as they were. */
  static <T> T keptBy(Supplier<T> call) {
    SignalHandlers before = now();
    try {
      return call.get();
    } finally {
      before.restore();
    }
  }

  /** The handlers there are. */
  static SignalHandlers now() {
    List<byte[]> actions = new ArrayList<>();
    for (int signal = 1; signal < SIGNALS && SIGACTION != MemoryUtil.NULL; signal++) {
      actions.add(action(signal));
    }
    return new SignalHandlers(actions);
  }

  /** The signals on which something else is done now. */
  List<Integer> changed() {
    List<Integer> changed = new ArrayList<>();
    for (int i = 0; i < actions.size(); i++) {
      if (handler(actions.get(i)) != handler(action(i + 1))) {
        changed.add(i + 1);
      }
    }
    return changed;
  }

  private void restore() {
    for (int signal : changed()) {
      try (MemoryStack stack = MemoryStack.stackPush()) {
        long action =
            MemoryUtil.memAddress(stack.malloc(16, BYTES).put(actions.get(signal - 1)).flip());
        JNI.invokePPI(signal, action, MemoryUtil.NULL, SIGACTION);
      }
    }
  }

  /** Where the function lies: a struct sigaction begins with it; not all after that is set. */
  private static long handler(byte[] action) {
    return ByteBuffer.wrap(action).getLong();
  }

  /** Of SIGKILL and SIGSTOP there is none. */
  private static byte[] action(int signal) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      ByteBuffer action = stack.calloc(16, BYTES);
      JNI.invokePPI(signal, MemoryUtil.NULL, MemoryUtil.memAddress(action), SIGACTION);
      byte[] bytes = new byte[BYTES];
      action.get(bytes);
      return bytes;
    }
  }
}
