package io.github.parewire.array;

import java.io.File;
import java.lang.reflect.Field;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.Loader;

/**
 * Has JavaCPP load libraries from the folder in which they lie unpacked, and write nothing. Left
 * alone it makes a cache in the home folder, and copies OpenBLAS there, of which it wants a second
 * one by another name.
 */
final class UnpackedNatives {

  /** What JavaCPP calls OpenBLAS's two names, on Linux, on macOS and on Windows. */
  private static final Map<String, String> BY_TWO_NAMES =
      Map.of(
          "libopenblas.so.0", "openblas@.0#openblas@.0",
          "libopenblas_nolapack.so.0", "openblas@.0#openblas_nolapack@.0",
          "libopenblas.0.dylib", "openblas@.0#openblas@.0",
          "libopenblas_nolapack.0.dylib", "openblas@.0#openblas_nolapack@.0",
          "libopenblas.dll", "libopenblas#libopenblas",
          "libopenblas_nolapack.dll", "libopenblas#libopenblas_nolapack");

  private static final String LOADS = "org.bytedeco.javacpp.loadLibraries";

  private UnpackedNatives() {}

  /** Prepares JavaCPP, before anything uses it; does nothing if the libraries are in the jar. */
  static void prepare() {
    NativesFolder.unpacked().ifPresent(UnpackedNatives::prepare);
  }

  private static void prepare(String folders) {
    System.setProperty("org.bytedeco.javacpp.pathsFirst", "true");
    // Before the system's folders, which may have libraries of these names.
    System.setProperty("org.bytedeco.javacpp.platform.preloadpath", folders);
    // The class loads its own library when it is initialized, which is too early.
    System.setProperty(LOADS, "false");
    // Some folder that is not there, for JavaCPP makes links beside each library in its cache.
    Map<String, URL[]> found = startWith(new File(folders, "none"));
    for (String folder : folders.split(File.pathSeparator, -1)) {
      for (Map.Entry<String, String> library : BY_TWO_NAMES.entrySet()) {
        Path file = Path.of(folder, library.getKey());
        if (Files.exists(file)) {
          found.put(library.getValue(), new URL[] {url(file)});
        }
      }
    }
    System.clearProperty(LOADS);
    Loader.load(Loader.class);
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Names JavaCPP's cache, and returns what libraries it has found; it has no other way to. */
  @SuppressWarnings("unchecked")
  private static Map<String, URL[]> startWith(File cache) {
    try {
      field("cacheDir").set(null, cache);
      return (Map<String, URL[]>) field("foundLibraries").get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Field field(String name) throws ReflectiveOperationException {
    Field field = Loader.class.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
