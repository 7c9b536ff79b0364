package io.github.parewire.run;

import io.github.parewire.message.Message;
import io.github.parewire.message.UsageException;
import io.github.parewire.model.ExternalData;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.options.FileOptions;
import io.github.parewire.write.DataFiles;
import io.github.parewire.write.FilePlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

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
   * Plans the data files, and checks that neither the model nor one of them takes the place of the
   * input or of a data file of it, which is as untouchable.
   *
   * @return the plan
   * @throws UsageException if one does
   */
  static DataFiles plan(OnnxFile file, Path out, FileOptions options) throws IOException {
    Set<Object> inputs = new HashSet<>();
    for (ExternalData range : file.external()) {
      FilePlaces.key(range.file()).ifPresent(inputs::add);
    }
    requireNoneOf(inputs, out, Message.of("give OUT another name or folder"));
    FilePlaces.key(file.path()).ifPresent(inputs::add);
    DataFiles data = DataFiles.plan(file, out, options);
    for (Path target : data.targets()) {
      requireNoneOf(inputs, target, data.otherPlace());
    }
    return data;
  }

  private static void requireNoneOf(Set<Object> inputs, Path target, Message otherPlace)
      throws IOException {
    if (FilePlaces.key(target).filter(inputs::contains).isPresent()) {
      throw new UsageException(
          Message.of(target, " is IN or a data file of IN and would be overwritten"), otherPlace);
    }
  }
}
