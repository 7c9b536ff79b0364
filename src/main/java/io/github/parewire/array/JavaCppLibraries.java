package io.github.parewire.array;

import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.Optional;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;

/**
 * Tells JavaCPP where its libraries are. Left alone it looks for each of them in some eighty
 * places, in all jars, a fifth of what ND4J takes to start. And where they lie unpacked already, it
 * would make a cache in the home folder all the same, and copy OpenBLAS there, of which it wants a
 * second one by another name.
 */
final class JavaCppLibraries {

  private static final String LOADS = "org.bytedeco.javacpp.loadLibraries";

  private JavaCppLibraries() {}

  /** Prepares JavaCPP, before anything uses it. */
  static void prepare() {
    Optional<String> folders = NativesFolder.unpacked();
    folders.ifPresent(JavaCppLibraries::preferFolders);
    // The class loads its own library when it is initialized, which is too early.
    String loads = System.setProperty(LOADS, "false");
    try {
      tellPlaces(folders);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      if (folders.isPresent()) {
        throw new IllegalStateException(e);
      }
      // A program that depends on this one has another version of JavaCPP, which looks by itself.
    } finally {
      if (loads == null) {
        System.clearProperty(LOADS);
      } else {
        System.setProperty(LOADS, loads);
      }
    }
    loadOwn(folders.isPresent());
  }

  private static void preferFolders(String folders) {
    System.setProperty("org.bytedeco.javacpp.pathsFirst", "true");
    // Before the system's folders, which may have libraries of these names.
    System.setProperty("org.bytedeco.javacpp.platform.preloadpath", folders);
  }

  /** It has no other way to be told. */
  private static void tellPlaces(Optional<String> folders) throws ReflectiveOperationException {
    if (folders.isPresent()) {
      // Some folder that is not there, for JavaCPP makes links beside each library in its cache.
      field("cacheDir").set(null, new File(folders.get(), "none"));
    }
    Properties platform = Loader.loadProperties();
    LibraryPlaces.Names names =
        new LibraryPlaces.Names(
            platform.getProperty("platform.library.prefix", ""),
            platform.getProperty("platform.library.suffix", ""));
    field("foundLibraries")
        .set(
            null,
            folders.isPresent()
                ? LibraryPlaces.inFolders(names, folders.get())
                : LibraryPlaces.inJars(names, platform.getProperty("platform")));
  }

  private static Field field(String name) throws ReflectiveOperationException {
    Field field = Loader.class.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static void loadOwn(boolean isUnpacked) {
    try {
      Loader.load(Loader.class);
    } catch (UnsatisfiedLinkError e) {
      if (isUnpacked) {
        throw e;
      }
      // Without natives on the class path: as JavaCPP does, which leaves it to who needs them.
    }
  }
}
