package io.github.parewire.write;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that appears whole or not at all: written under a temporary name beside its target, then
 * renamed. Closing it unpublished deletes it; so does the end of the process, unless it is killed.
 */
public final class PendingFile implements AutoCloseable {

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private final Thread cleanup;
  private boolean published;

  private PendingFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
    this.cleanup = new Thread(this::deleteQuietly, "delete " + temporary);
  }

  /**
   * Begins a file.
   *
   * @param target the name that it will have
   * @throws IOException if its folder is missing or can't be written to
   */
  public static PendingFile create(Path target) throws IOException {
    Path temporary =
        target.resolveSibling(
            "."
                + target.getFileName()
                + "."
                + UUID.randomUUID().toString().substring(0, 8)
                + ".tmp");
    FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    PendingFile file = new PendingFile(target, temporary, channel);
    Runtime.getRuntime().addShutdownHook(file.cleanup);
    return file;
  }

  /** Where the bytes go; positional writes are safe from several threads. */
  public FileChannel channel() {
    return channel;
  }

  /** The temporary name, under which the file can be read before it is published. */
  public Path path() {
    return temporary;
  }

  /**
   * Gives the file its name, in place of an older file.
   *
   * @throws IOException if the bytes can't be brought to the disk or the rename fails
   */
  public void publish() throws IOException {
    channel.force(true);
    channel.close();
    try {
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    }
    published = true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!published) {
      Files.deleteIfExists(temporary);
    }
    try {
      Runtime.getRuntime().removeShutdownHook(cleanup);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook deletes the file a second time.
    }
  }

  private void deleteQuietly() {
    try {
      if (!published) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      // Nobody is left to tell.
    }
  }
}
