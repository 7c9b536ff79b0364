package io.github.parewire.write;

import io.github.parewire.message.DataFileNames;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;
import io.github.parewire.model.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks at what is in the places of an output's data files. The user has named the model, and knows
 * what is there; a data file's place is often this program's idea, and what is there may be
 * anything.
 */
final class DataPlaces {

  private final Path target;
  private final boolean force;
  private final Message otherPlace;
  private final Set<Path> soundFolders = new HashSet<>();
  private Set<String> named;

  /**
   * Prepares for a model's data files.
   *
   * @param target the model
   * @param force whether they may take the place of files that are not the older model's
   * @param otherPlace what to do if one can't have its place
   */
  DataPlaces(Path target, boolean force, Message otherPlace) {
    this.target = target;
    this.force = force;
    this.otherPlace = otherPlace;
  }

  /**
   * Checks that a data file can have its place.
   *
   * @throws UsageException if another file would be lost, or the place is outside the model's
   *     folder
   */
  void requireFree(String location) throws IOException {
    requireApart(location);
    requireFolders(location);
    Path file = target.resolveSibling(location);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isRegularFile(file) && !Files.isSymbolicLink(file)) {
      throw new UsageException(
          Message.of(
              file,
              ": the data file of OUT goes there; expected a file or none, found a folder,"
                  + " device, pipe or socket"),
          otherPlace);
    }
    if (!force && !isOlderModels(file, location)) {
      throw new UsageException(
          Message.of(
              file,
              ": the data file of OUT goes there; expected none, or that of the model ",
              target,
              ", found a file that no model there names"),
          Message.of("move it elsewhere"),
          otherPlace,
          Message.of("replace it with ", Message.option(RunOption.FORCE)));
    }
  }

  /** The data file is not the model itself, and not in the folder in which both are made. */
  private void requireApart(String location) {
    String outermost = DataFileNames.folded(location.replaceFirst("/.*", ""));
    for (String other : List.of(target.getFileName().toString(), StagingFolder.name(target))) {
      if (outermost.equals(DataFileNames.folded(other))) {
        throw new UsageException(
            Message.of(
                target.resolveSibling(location),
                ": the data file of OUT goes there; expected a name that none of its other files"
                    + " has, found that of ",
                target.resolveSibling(other)),
            otherPlace);
      }
    }
  }

  /** A model's readers follow no link out of its folder. */
  private void requireFolders(String location) throws IOException {
    Path root = target.toAbsolutePath().getParent().toRealPath();
    for (int end = location.indexOf('/'); end >= 0; end = location.indexOf('/', end + 1)) {
      Path folder = target.resolveSibling(location.substring(0, end));
      if (soundFolders.contains(folder) || !Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      if (!Files.isDirectory(folder) || !folder.toRealPath().startsWith(root)) {
        throw new UsageException(
            Message.of(
                folder,
                ": a data file of OUT goes into it; expected a folder in that of OUT, or none,"
                    + " found a file or a link elsewhere"),
            otherPlace);
      }
      soundFolders.add(folder);
    }
  }

  /** Whether the older model has bytes in a file. */
  private boolean isOlderModels(Path file, String location) throws IOException {
    if (named == null) {
      named =
          Files.isRegularFile(target)
              ? OnnxFile.locations(target).stream()
                  .filter(each -> !each.startsWith("/"))
                  .map(DataPlaces::plain)
                  .collect(Collectors.toSet())
              : Set.of();
    }
    if (named.contains(location)) {
      return true;
    }
    // Where letters are not told by their case.
    for (String name : named) {
      if (DataFileNames.folded(name).equals(DataFileNames.folded(location))
          && FilePlaces.isSame(target.resolveSibling(name), file)) {
        return true;
      }
    }
    return false;
  }

  /** A path without what stands for nothing. */
  private static String plain(String location) {
    return Stream.of(location.split("/"))
        .filter(name -> !name.isEmpty() && !name.equals("."))
        .collect(Collectors.joining("/"));
  }
}
