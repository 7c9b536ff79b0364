package io.github.parewire.array;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.parewire.array.LibraryPlaces.Names;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;

/** Where libraries are found for JavaCPP: where it finds them itself, only sooner. */
final class LibraryPlacesTest {

  private static final Names LINUX = new Names("lib", ".so");

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    Nd4jBackend.start();
  }

  @ParameterizedTest
  @ValueSource(strings = {"jniopenblas", "openblas@.0", "openblas@.0#openblas_nolapack@.0"})
  void inJarsAsJavaCppFindsThem(String library) {
    assertAsJavaCpp(openblas.class, library);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jnind4jcpu", "nd4jcpu"})
  void inJarsOfNd4jAsJavaCppFindsThem(String library) {
    assertAsJavaCpp(Nd4jCpu.class, library);
  }

  private static void assertAsJavaCpp(Class<?> user, String library) {
    Properties platform = Loader.loadProperties();
    ClassProperties all = Loader.loadProperties(user, platform, true);
    Names names =
        new Names(
            platform.getProperty("platform.library.prefix", ""),
            platform.getProperty("platform.library.suffix", ""));
    URL[] found = LibraryPlaces.inJars(names, platform.getProperty("platform")).get(library);
    URL[] expected = Loader.findLibrary(user, all, library, false);
    assertNotNull(found, library);
    assertEquals(String.valueOf(expected[0]), String.valueOf(found[0]));
  }

  @Test
  void whatIsNowhereIsLeftToJavaCpp() {
    assertNull(LibraryPlaces.inJars(LINUX, "linux-x86_64").get("mkl_rt"));
    assertNull(LibraryPlaces.inFolders(LINUX, folder.toString()).get("mkl_rt@.2"));
  }

  @ParameterizedTest
  @CsvSource({
    "lib, .so, openblas@.0#openblas_nolapack@.0, libopenblas_nolapack.so.0",
    "lib, .so, gcc_s@.1, libgcc_s.so.1",
    "lib, .dylib, openblas@.0#openblas_nolapack@.0, libopenblas_nolapack.0.dylib",
    "lib, .dylib, jnijavacpp, libjnijavacpp.dylib",
    "'', .dll, libopenblas#libopenblas_nolapack, libopenblas_nolapack.dll",
    "'', .dll, jnind4jcpu, jnind4jcpu.dll"
  })
  void inFoldersByTheNamesOfEachSystem(String prefix, String suffix, String library, String file)
      throws IOException {
    Path other = Files.createDirectory(folder.resolve("with a space"));
    Path expected = Files.createFile(other.resolve(file));
    LibraryPlaces places =
        LibraryPlaces.inFolders(
            new Names(prefix, suffix),
            String.join(File.pathSeparator, List.of("none", "" + other)));
    assertArrayEquals(new URL[] {expected.toUri().toURL()}, places.get(library));
  }

  /** Else the second name, under which another library knows it, would be looked for elsewhere. */
  @Test
  void theFileOfTheSecondNameIsTaken() throws IOException {
    Files.createFile(folder.resolve("libopenblas.so.0"));
    LibraryPlaces places = LibraryPlaces.inFolders(LINUX, folder.toString());
    assertNull(places.get("openblas@.0#openblas_nolapack@.0"));
    assertNotNull(places.get("openblas@.0#openblas@.0"));
  }
}
