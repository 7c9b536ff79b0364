package io.github.parewire.opencl;

import io.github.parewire.array.NativesFolder;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.lwjgl.opencl.CL;
import org.lwjgl.system.Configuration;
import org.lwjgl.system.Platform;

/** The system's OpenCL loader, which is no part of this program. */
final class ClLibrary {

  /** A file to load in place of the system's; for tests. */
  static final String PROPERTY = "parewire.opencl.library";

  private static boolean isLoaded;

  private ClLibrary() {}

  /**
   * Loads it, once.
   *
   * @throws UnsatisfiedLinkError if there is none
   */
  static synchronized void load() {
    if (isLoaded) {
      return;
    }
    // LWJGL prints advice for developers where something is missing.
    Configuration.DEBUG_STREAM.set(new PrintStream(OutputStream.nullOutputStream()));
    NativesFolder.unpacked()
        .ifPresentOrElse(
            Configuration.LIBRARY_PATH::set,
            () -> Configuration.SHARED_LIBRARY_EXTRACT_PATH.set(NativesFolder.lwjgl().toString()));
    Configuration.OPENCL_EXPLICIT_INIT.set(true);
    UnsatisfiedLinkError first = null;
    for (String name : names()) {
      try {
        if (name.isEmpty()) {
          CL.create();
        } else {
          CL.create(name);
        }
        isLoaded = true;
        return;
      } catch (UnsatisfiedLinkError e) {
        first = first == null ? e : first;
      }
    }
    throw first;
  }

  /** Where the loader may be, the likeliest first; empty for where LWJGL knows it to be. */
  static List<String> names() {
    String given = System.getProperty(PROPERTY);
    if (given != null) {
      return List.of(given);
    }
    return switch (Platform.get()) {
      // Without the package for developers there is no libOpenCL.so.
      case LINUX, FREEBSD -> List.of("libOpenCL.so.1", "libOpenCL.so");
      case WINDOWS -> List.of("OpenCL.dll");
      case MACOSX -> List.of("");
    };
  }
}
