package io.github.parewire.write;

import io.github.parewire.message.Message;
import io.github.parewire.message.UsageException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A model, and its data files if it has any, that appear whole or not at all: written in a hidden
 * folder beside the target, under their final names, then renamed, the data first. Closing it
 * unpublished deletes it; so does the end of the process, unless it is killed, and then the next
 * run to the same target does.
 */
public final class PendingOutput implements AutoCloseable {

  /** Two outputs of this process can't publish one data file at a time. */
  private static final Object PUBLISHING = new Object();

  private final Path target;
  private final boolean force;
  private final Thread cleanup = new Thread(this::end, "delete unpublished output");
  private StagingFolder folder;
  private FileChannel model;

  /** The data files by their locations, each with what was in its place: null for nothing. */
  private final Map<String, String> found = new LinkedHashMap<>();

  /** Those that are open. */
  private final Map<String, FileChannel> data = new HashMap<>();

  private boolean ending;

  private PendingOutput(Path target, boolean force) {
    this.target = target;
    this.force = force;
  }

  /**
   * Begins an output, whose data files replace those of an older model and no others.
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
   * @param force whether its data files may take the place of ones that are not the older model's
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
      throw FileFailures.named(published.toString(), e, e.getReason());
    }
  }

  /** The model as it can be read before it is published. */
  public Path path() {
    return folder.model();
  }

  /** The files, by the names that they will have: where each can be read before. */
  public Map<Path, Path> files() {
    Map<Path, Path> files = new LinkedHashMap<>();
    files.put(target, path());
    found.keySet().forEach(each -> files.put(folder.target(each), folder.data(each)));
    return files;
  }

  /** Where the model's bytes go; positional writes are safe from several threads. */
  FileChannel model() {
    return model;
  }

  /**
   * Makes the data files, empty.
   *
   * @param locations their paths, relative to the model's folder
   * @param otherPlace what to do if one can't have its place
   * @throws UsageException if one would take the place of a file that is not the older model's, or
   *     lie outside the model's folder
   */
  synchronized void beginData(Collection<String> locations, Message otherPlace) throws IOException {
    waitIfEnding();
    DataPlaces places = new DataPlaces(target, force, otherPlace);
    for (String location : locations) {
      places.requireFree(location);
      found.put(location, FileIdentity.of(folder.target(location)));
    }
    for (String location : locations) {
      Path file = folder.data(location);
      Files.createDirectories(file.getParent());
      open(file, folder.target(location)).close();
    }
  }

  /** Where a data file's bytes go, until it is closed; safe as {@link #model} is. */
  synchronized FileChannel data(String location) throws IOException {
    waitIfEnding();
    FileChannel channel = data.get(location);
    if (channel == null) {
      channel = FileChannel.open(folder.data(location), StandardOpenOption.WRITE);
      data.put(location, channel);
    }
    return channel;
  }

  /** Closes a data file that is written whole. */
  synchronized void closeData(String location) throws IOException {
    FileChannel channel = data.remove(location);
    if (channel != null) {
      channel.close();
    }
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
    return FileFailures.named(target.toString(), e);
  }

  /**
   * Brings the bytes to the disk; no more can be written then.
   *
   * @throws IOException if they can't be
   */
  public void finish() throws IOException {
    finish(model);
    for (String location : found.keySet()) {
      finish(data(location));
      closeData(location);
    }
  }

  /**
   * Gives the files, which are {@link #finish finished}, their names in place of older ones.
   *
   * @throws IOException if a rename fails, or another file has come to the place of a data file;
   *     older files are as they were then
   */
  public synchronized void publish() throws IOException {
    waitIfEnding();
    synchronized (PUBLISHING) {
      requireUnchangedPlaces();
      folder.publish(found.keySet());
    }
  }

  /** Another output's data file may have got its name since this one was begun. */
  private void requireUnchangedPlaces() throws IOException {
    for (Map.Entry<String, String> place : found.entrySet()) {
      Path file = folder.target(place.getKey());
      if (!Objects.equals(FileIdentity.of(file), place.getValue())) {
        throw new FileSystemException(
            file.toString(),
            null,
            "another file came to the place of this data file while it was written; run again, or"
                + " give it another name");
      }
    }
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
    for (FileChannel channel : data.values()) {
      channel.close();
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
