package io.github.parewire.array;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * The folder of native libraries: one in which they lie beside the program, or else JavaCPP's, to
 * which they are unpacked once for all runs.
 */
public final class NativesFolder {

  /** Names the folders in which the libraries lie already, if they do: as paths are listed here. */
  public static final String UNPACKED = "parewire.natives";

  private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";

  /** The version, since another one would meet a library that is not its own. */
  private static final String LWJGL = "3.3.6";

  private static final int MEBIBYTE = 1 << 20;

  /** More than any of the libraries has. */
  private static final int PROBE_MEBIBYTES = 256;

  private NativesFolder() {}

  /** The folders in which the libraries lie, as paths are listed; empty if the jar has them. */
  public static Optional<String> unpacked() {
    return Optional.ofNullable(System.getProperty(UNPACKED));
  }

  /** Where LWJGL's library goes: a folder beside those that JavaCPP makes, which may not be yet. */
  public static Path lwjgl() {
    return folder().resolve("lwjgl-" + LWJGL);
  }

  /**
   * Whether an error is that a native library could not be started; the first user of its class
   * gets another one than those that come later.
   */
  public static boolean isToBlame(LinkageError e) {
    return e instanceof UnsatisfiedLinkError
        || e instanceof ExceptionInInitializerError
        || String.valueOf(e.getMessage()).startsWith("Could not initialize class ");
  }

  /**
   * Whether it is that JavaCPP looked everywhere for a library, and there was none to unpack; where
   * they are unpacked already, one has been lost.
   */
  static boolean isFoundNowhere(LinkageError e) {
    return unpacked().isEmpty() && rootMessage(e).endsWith("in class, module, and library paths.");
  }

  /**
   * Says of libraries that could not be started what hinders them.
   *
   * @param e what came of it first
   */
  public static IOException failure(Throwable e) {
    IOException failure = unpacked().map(f -> incomplete(f, e)).orElseGet(() -> unwritable(e));
    failure.initCause(e);
    return failure;
  }

  private static IOException incomplete(String folders, Throwable e) {
    String reason =
        "native libraries there can't be started: "
            + rootMessage(e)
            + "; install the program again, for this system";
    return new FileSystemException(folders, null, reason);
  }

  private static IOException unwritable(Throwable e) {
    Path folder = folder();
    String why = obstacle(folder).orElseGet(() -> rootMessage(e));
    return new FileSystemException(
        folder.toString(),
        null,
        "native libraries, which are unpacked to this folder, can't be started: "
            + why
            + "; make room there, or name another folder with the environment variable"
            + " JAVA_TOOL_OPTIONS=-D"
            + PROPERTY
            + "=FOLDER");
  }

  private static Path folder() {
    try {
      return Loader.getCacheDir().toPath();
    } catch (IOException e) {
      // None can be made: of those that were tried, the one that is meant.
      String given = System.getProperty(PROPERTY);
      return given == null
          ? Path.of(System.getProperty("user.home"), ".javacpp", "cache")
          : new File(given).toPath();
    }
  }

  /** Why a file like a library can't be made in a folder; empty if it can. */
  private static Optional<String> obstacle(Path folder) {
    try {
      Files.createDirectories(folder);
      Path probe = Files.createTempFile(folder, "probe", null);
      try (FileChannel channel = FileChannel.open(probe, StandardOpenOption.WRITE)) {
        for (int i = 0; i < PROBE_MEBIBYTES; i++) {
          ByteBuffer zeros = ByteBuffer.allocate(MEBIBYTE);
          while (zeros.hasRemaining()) {
            channel.write(zeros);
          }
        }
      } finally {
        Files.delete(probe);
      }
      return Optional.empty();
    } catch (AccessDeniedException e) {
      return Optional.of("permission denied");
    } catch (FileSystemException e) {
      return Optional.of(e.getReason() == null ? "it can't be made" : e.getReason());
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
