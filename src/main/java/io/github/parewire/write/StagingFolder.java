package io.github.parewire.write;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The hidden folder beside an output in which it is made, {@code .NAME.tmp}: the new files in
 * {@code new}, and in {@code old} for a moment what they take the place of. Where a file system
 * could not hold that name, the folder's is of the same length for all outputs, {@code .UUID.tmp}.
 *
 * <p>Its name is that of the output alone, so that two runs to one output meet here. The one at
 * work holds a lock on a file in it, which the system releases when a process dies, however it
 * does: a folder whose lock is free is what a killed run left, and the next run removes it.
 */
final class StagingFolder {

  /** Of making the folder, should other runs remove it at the same time. */
  private static final int ATTEMPTS = 20;

  /** Of a name, in bytes, on the file systems that are in use. */
  private static final int LONGEST_NAME = 255;

  /** Outputs that this process is at work on: a lock holds between processes only. */
  private static final Set<Path> BUSY = ConcurrentHashMap.newKeySet();

  private final Path target;
  private final Path folder;
  private final Path key;
  private final FileChannel lock;

  private StagingFolder(Path target, Path folder, Path key, FileChannel lock) {
    this.target = target;
    this.folder = folder;
    this.key = key;
    this.lock = lock;
  }

  /**
   * Makes the folder for an output, in place of one that a killed run left.
   *
   * @throws IOException if another run is at work on the output, or the folder can't be made
   */
  static StagingFolder create(Path target) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (!Files.exists(parent)) {
      throw new NoSuchFileException(parent.toString());
    }
    Path folder = target.resolveSibling(name(target));
    Path key = parent.toRealPath().resolve(folder.getFileName());
    if (!BUSY.add(key)) {
      throw busy(target);
    }
    StagingFolder made = null;
    try {
      for (int attempt = 0; made == null && attempt < ATTEMPTS; attempt++) {
        made = tryCreate(target, folder, key);
      }
    } finally {
      if (made == null) {
        BUSY.remove(key);
      }
    }
    if (made == null) {
      throw busy(target);
    }
    return made;
  }

  /** What the folder of an output is called. */
  static String name(Path output) {
    String target = output.getFileName().toString();
    byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
    String readable = "." + target + ".tmp";
    return readable.length() - target.length() + bytes.length <= LONGEST_NAME
        ? readable
        : "." + UUID.nameUUIDFromBytes(bytes) + ".tmp";
  }

  private static IOException busy(Path target) {
    return new FileSystemException(
        target.toString(),
        null,
        "another run is writing this file; wait for its end, or give OUT another name");
  }

  /** The folder, or null if another run was faster. */
  private static StagingFolder tryCreate(Path target, Path folder, Path key) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      removeDead(target, folder);
      return null;
    }
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              lockFile(folder), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      Files.deleteIfExists(folder);
      throw e;
    }
    if (lock(channel, lockFile(folder)) == Held.NO) {
      channel.close();
      return null;
    }
    StagingFolder made = new StagingFolder(target, folder, key, channel);
    try {
      Files.createDirectory(made.newFolder());
    } catch (IOException e) {
      made.delete();
      throw e;
    }
    return made;
  }

  private enum Held {
    YES,
    NO,
    /** The file system has no locks. */
    UNKNOWN
  }

  /** Tries to hold the lock, and that on the file that has the name still. */
  private static Held lock(FileChannel channel, Path file) throws IOException {
    Object before = FileIdentity.key(file);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (IOException e) {
      return Held.UNKNOWN;
    }
    boolean isHeld =
        lock != null && before != null && Objects.equals(before, FileIdentity.key(file));
    return isHeld ? Held.YES : Held.NO;
  }

  private static void removeDead(Path target, Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileSystemException(
            folder.toString(), null, "in the way of a temporary folder; move it elsewhere");
      }
      return;
    }
    try (FileChannel channel =
        FileChannel.open(
            lockFile(folder),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      switch (lock(channel, lockFile(folder))) {
        case YES -> {
          new StagingFolder(target, folder, null, channel).restoreAndDelete();
        }
        case NO -> throw busy(target);
        case UNKNOWN ->
            throw new FileSystemException(
                folder.toString(),
                null,
                "another run is writing, or was killed; delete this folder if none is");
      }
    } catch (NoSuchFileException e) {
      // Another run has removed it.
    } catch (DirectoryNotEmptyException e) {
      throw new FileSystemException(
          folder.toString(), null, "has files that are no run's; delete this folder");
    }
  }

  private static Path lockFile(Path folder) {
    return folder.resolve("lock");
  }

  private Path newFolder() {
    return folder.resolve("new");
  }

  private Path oldFolder() {
    return folder.resolve("old");
  }

  /** The model's place until it is published. */
  Path model() {
    return newFolder().resolve(target.getFileName());
  }

  /** A data file's place until it is published. */
  Path data(String location) {
    return newFolder().resolve(location);
  }

  /** Where a data file will be. */
  Path target(String location) {
    return target.resolveSibling(location);
  }

  /** Gives the files their final names; see {@link Publication}. */
  void publish(Collection<String> data) throws IOException {
    publication().publish(data);
  }

  private Publication publication() {
    return new Publication(target, newFolder(), oldFolder(), note());
  }

  private Path note() {
    return folder.resolve("data");
  }

  /** Deletes the folder, and in it what was not published. */
  void delete() throws IOException {
    try (lock) {
      restoreAndDelete();
    } catch (DirectoryNotEmptyException e) {
      // Another run has found the folder without its lock, and begun to remove it too.
    } finally {
      BUSY.remove(key);
    }
  }

  /** The lock file last, and while it is locked: whoever has opened it finds it gone. */
  private void restoreAndDelete() throws IOException {
    publication().undo();
    deleteWithAll(newFolder());
    deleteWithAll(oldFolder());
    for (Path file : List.of(note(), lockFile(folder), folder)) {
      Files.deleteIfExists(file);
    }
  }

  private static void deleteWithAll(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              // Never made, or removed by another run.
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path emptied, IOException e)
              throws IOException {
            Files.deleteIfExists(emptied);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
