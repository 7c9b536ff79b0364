package io.github.parewire.run;

import io.github.parewire.message.UsageException;
import io.github.parewire.model.ExternalData;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.write.FilePlaces;
import io.github.parewire.write.PendingOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Checks that a new model has a place of its own. */
final class OutputPlace {

  private OutputPlace() {}

  /**
   * Checks, before any work, that a file can be written there, and is not the input.
   *
   * @throws UsageException if it can't or is
   */
  static void requireFree(Path in, Path out) throws IOException {
    if (Files.isDirectory(out)) {
      throw new UsageException("OUT is a folder: " + out, "name the file to write");
    }
    if (Files.exists(out) && !Files.isRegularFile(out)) {
      // A rename would put a file in its place.
      throw new UsageException("OUT is a device, pipe or socket: " + out, "name a file");
    }
    if (FilePlaces.isSame(in, out)) {
      throw new UsageException(
          "IN and OUT are the same file: " + out, "give OUT a name of its own");
    }
  }

  /**
   * Checks that neither the model nor its data file takes the place of a data file of the input,
   * which is as untouchable as the input.
   *
   * @throws UsageException if one does
   */
  static void requireNoDataFile(OnnxFile file, Path out) throws IOException {
    for (Path target : List.of(out, PendingOutput.dataFile(out))) {
      for (ExternalData range : file.external()) {
        if (FilePlaces.isSame(range.file(), target)) {
          throw new UsageException(
              target + " is a data file of IN and would be overwritten",
              "give OUT another name or folder");
        }
      }
    }
  }
}
