package io.github.parewire.write;

import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;
import io.github.parewire.model.OnnxFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model, and its data file if it has one, that appear whole or not at all: written in a hidden
 * folder beside the target, under their final names, then renamed, the data first. Closing it
 * unpublished deletes it; so does the end of the process, unless it is killed, and then the next
 * run to the same target does.
 */
public final class PendingOutput implements AutoCloseable {

  private static final String DATA_SUFFIX = ".data";

  private final Path target;
  private final boolean force;
  private final Thread cleanup = new Thread(this::end, "delete unpublished output");
  private StagingFolder folder;
  private FileChannel model;
  private FileChannel data;
  private boolean ending;

  private PendingOutput(Path target, boolean force) {
    this.target = target;
    this.force = force;
  }

  /**
   * Begins an output, whose data file replaces that of an older model and no other.
   *
   * @see #create(Path, boolean)
   */
  public static PendingOutput create(Path target) throws IOException {
    return create(target, false);
  }

  /**
   * Begins an output.
   *
   * @param target the name that the model will have
   * @param force whether its data file may take the place of one that is not the older model's
   * @throws IOException if its folder is missing or can't be written to, or another run is at work
   *     on the same target
   */
  public static PendingOutput create(Path target, boolean force) throws IOException {
    PendingOutput output = new PendingOutput(target, force);
    try {
      Runtime.getRuntime().addShutdownHook(output.cleanup);
    } catch (IllegalStateException e) {
      throw new IOException("the process is ending", e);
    }
    try {
      output.begin();
      return output;
    } catch (IOException | RuntimeException e) {
      output.close();
      throw e;
    }
  }

  private synchronized void begin() throws IOException {
    waitIfEnding();
    folder = StagingFolder.create(target);
    model = open(folder.model(), target);
  }

  /** Makes a file; a failure is one of the name that it will have, which may be too long. */
  private static FileChannel open(Path file, Path published) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileSystemException e) {
      throw failed(published, e, e.getReason());
    }
  }

  /** The data file that belongs to a model of this name. */
  public static Path dataFile(Path model) {
    return model.resolveSibling(model.getFileName() + DATA_SUFFIX);
  }

  /** The model as it can be read before it is published. */
  public Path path() {
    return folder.model();
  }

  /** The files, by the names that they will have: where each can be read before. */
  public Map<Path, Path> files() {
    Map<Path, Path> files = new LinkedHashMap<>();
    files.put(target, path());
    if (data != null) {
      files.put(dataFile(target), dataFile(path()));
    }
    return files;
  }

  /** Where the model's bytes go; positional writes are safe from several threads. */
  FileChannel model() {
    return model;
  }

  /**
   * Where the data file's bytes go; the file is made at the first call.
   *
   * @throws UsageException if it would take the place of a file that is not the older model's
   */
  synchronized FileChannel data() throws IOException {
    waitIfEnding();
    if (data == null) {
      requireOwnDataFile();
      data = open(folder.data(), dataFile(target));
    }
    return data;
  }

  /**
   * The user has named the model, and knows what is there; the data file's name is this program's
   * idea, and what is there may be anything.
   */
  private void requireOwnDataFile() throws IOException {
    Path file = dataFile(target);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isRegularFile(file) && !Files.isSymbolicLink(file)) {
      throw new UsageException(
          file
              + ": the data file of OUT goes there; expected a file or none, found a folder,"
              + " device, pipe or socket",
          "give OUT another name or folder");
    }
    if (!force && !namesDataFile()) {
      throw new UsageException(
          Message.of(
              file,
              ": the data file of OUT goes there; expected none, or that of the model ",
              target,
              ", found a file that no model there names"),
          Message.of("move it elsewhere"),
          Message.of("give OUT another name or folder"),
          Message.of("replace it with ", Message.option(RunOption.FORCE)));
    }
  }

  /** Whether the older model has bytes in the data file. */
  private boolean namesDataFile() throws IOException {
    String name = dataFile(target).getFileName().toString();
    return Files.isRegularFile(target)
        && OnnxFile.locations(target).stream()
            .anyMatch(location -> location.replaceFirst("^(\\./+)+", "").equals(name));
  }

  /** The model as a stream, for an output that is written from start to end. */
  public OutputStream stream() {
    return new BufferedOutputStream(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            try {
              while (buffer.hasRemaining()) {
                model.write(buffer);
              }
            } catch (IOException e) {
              throw failed(e);
            }
          }
        },
        1 << 16);
  }

  /** A failure to write, under the name that the user gave. */
  IOException failed(IOException e) {
    return failed(target, e, e.getMessage());
  }

  private static IOException failed(Path published, IOException e, String reason) {
    IOException named = new FileSystemException(published.toString(), null, reason);
    named.initCause(e);
    return named;
  }

  /**
   * Brings the bytes to the disk; no more can be written then.
   *
   * @throws IOException if they can't be
   */
  public void finish() throws IOException {
    finish(model);
    if (data != null) {
      finish(data);
    }
  }

  /**
   * Gives the files, which are {@link #finish finished}, their names in place of older ones.
   *
   * @throws IOException if a rename fails; older files are as they were then
   */
  public synchronized void publish() throws IOException {
    waitIfEnding();
    folder.publish(data != null);
  }

  private void finish(FileChannel channel) throws IOException {
    try {
      channel.force(true);
      channel.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      waitIfEnding();
      delete();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(cleanup);
    } catch (IllegalStateException e) {
      // The process is ending: the hook finds nothing left to delete.
    }
  }

  /** Deletes what was not published, and the folder. */
  private void delete() throws IOException {
    if (model != null) {
      model.close();
    }
    if (data != null) {
      data.close();
    }
    if (folder != null) {
      folder.delete();
      folder = null;
    }
  }

  private synchronized void end() {
    ending = true;
    try {
      delete();
    } catch (IOException e) {
      // Nobody is left to tell.
    }
  }

  /**
   * Once the process is ending, and its files are deleted, nothing that fails for that is worth a
   * message: whoever comes here waits for the end.
   */
  private void waitIfEnding() {
    while (ending) {
      try {
        wait();
      } catch (InterruptedException e) {
        // The process ends whether or not this thread waits any longer.
      }
    }
  }
}
