package io.github.parewire.model;

import io.github.parewire.message.FileNames;
import io.github.parewire.message.Message;
import io.github.parewire.message.ModelException;
import io.github.parewire.message.RunOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Opens the data files that a model names, each once, and none that lies elsewhere than beside or
 * below the model: a model must not make a program read other files.
 */
final class ExternalFiles implements Closeable {

  private static final String MEND = "put the data file into the model's folder";

  private final Path folder;
  private final Set<Path> roots = new LinkedHashSet<>();
  private final boolean allowHardLinks;
  private final Map<String, OpenFile> byLocation = new HashMap<>();

  /**
   * Prepares for a model's data files.
   *
   * @param model the model's path, which may be relative or a link
   * @param allowHardLinks whether a file may have other names, which may lie elsewhere
   */
  ExternalFiles(Path model, boolean allowHardLinks) throws IOException {
    Path absolute = model.toAbsolutePath();
    folder = absolute.getParent();
    // A hub's cache links model and data, each by itself, to a folder of blobs.
    roots.add(folder.toRealPath());
    roots.add(absolute.toRealPath().getParent());
    this.allowHardLinks = allowHardLinks;
  }

  /**
   * The file at a location.
   *
   * @param where the model and the tensor, for messages
   * @throws ModelException if the location is unsafe, or there is no such regular file
   */
  OpenFile open(String where, String location) throws IOException {
    OpenFile known = byLocation.get(location);
    if (known == null) {
      known = openFirst(where, location);
      byLocation.put(location, known);
    }
    return known;
  }

  private OpenFile openFirst(String where, String location) throws IOException {
    Path named = folder.resolve(relative(where, location));
    if (!Files.exists(named)) {
      throw refused(where, location, "expected a file, found none at " + named);
    }
    Path real = named.toRealPath();
    if (roots.stream().noneMatch(real::startsWith)) {
      throw refused(where, location, "expected a file in the model's folder, found " + real);
    }
    BasicFileAttributes before = attributes(real);
    if (!before.isRegularFile()) {
      throw refused(where, location, "expected a regular file, found a folder, pipe or device");
    }
    if (!allowHardLinks && linkCount(real) > 1) {
      throw new ModelException(
          where,
          "external data '"
              + location
              + "': expected one name for the file, found hard links to it",
          Message.of("copy the file"),
          Message.of("allow it with ", Message.option(RunOption.ALLOW_HARD_LINKS)));
    }
    FileStamp stamp = FileStamp.of(real);
    FileChannel channel =
        FileChannel.open(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    BasicFileAttributes after = attributes(real);
    if (!real.equals(named.toRealPath())
        || !Objects.equals(before.fileKey(), after.fileKey())
        || channel.size() != after.size()
        || channel.size() != stamp.size()) {
      channel.close();
      throw refused(where, location, "the file was exchanged while it was being opened");
    }
    return new OpenFile(stamp, channel);
  }

  /** The location as a path that can't lead out of a folder by itself. */
  private static Path relative(String where, String location) {
    if (!FileNames.canHave(location)) {
      throw FileNames.refusal(where + ", external data '" + shown(location) + "'");
    }
    boolean isPlain =
        !location.isEmpty()
            && location.indexOf('\0') < 0
            && location.indexOf('\\') < 0
            && !location.startsWith("/")
            && !location.matches("[A-Za-z]:.*");
    if (isPlain) {
      try {
        Path path = FileSystems.getDefault().getPath(location);
        boolean climbs = false;
        for (Path part : path) {
          climbs |= part.toString().equals("..");
        }
        if (!climbs && !path.isAbsolute() && !path.normalize().toString().isEmpty()) {
          return path;
        }
      } catch (InvalidPathException e) {
        // A name that this system can't have is refused below, like one that leads elsewhere.
      }
    }
    throw refused(where, location, "expected a relative path without '..' or backslashes");
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /** How many names the file has; 1 where the file system does not tell. */
  private static int linkCount(Path path) throws IOException {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? (Integer) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
        : 1;
  }

  private static ModelException refused(String where, String location, String why) {
    return new ModelException(where, "external data '" + shown(location) + "': " + why, MEND);
  }

  private static String shown(String location) {
    return location.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * Checks that the files are as they were when they were opened.
   *
   * @throws IOException if one is not
   */
  void requireUnchanged() throws IOException {
    for (OpenFile file : byLocation.values()) {
      file.stamp().requireUnchanged();
    }
  }

  @Override
  public void close() throws IOException {
    for (OpenFile file : byLocation.values()) {
      file.close();
    }
  }
}
