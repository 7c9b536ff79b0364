package io.github.parewire.write;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A model, and its data file if it has one, that appear whole or not at all: written in a hidden
 * folder beside the target, under their final names, then renamed, the data first. Closing it
 * unpublished deletes it; so does the end of the process, unless it is killed.
 */
public final class PendingOutput implements AutoCloseable {

  private static final String DATA_SUFFIX = ".data";

  private final Path target;
  private final Path folder;
  private final FileChannel model;
  private final Thread cleanup = new Thread(this::deleteQuietly, "delete unpublished output");
  private FileChannel data;

  private PendingOutput(Path target, Path folder, FileChannel model) {
    this.target = target;
    this.folder = folder;
    this.model = model;
  }

  /**
   * Begins an output.
   *
   * @param target the name that the model will have
   * @throws IOException if its folder is missing or can't be written to
   */
  public static PendingOutput create(Path target) throws IOException {
    String unique = UUID.randomUUID().toString().substring(0, 8);
    Path folder = target.resolveSibling("." + target.getFileName() + "." + unique + ".tmp");
    try {
      Files.createDirectory(folder);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(target.toAbsolutePath().getParent().toString());
    }
    try {
      FileChannel model = open(folder.resolve(target.getFileName()));
      PendingOutput output = new PendingOutput(target, folder, model);
      Runtime.getRuntime().addShutdownHook(output.cleanup);
      return output;
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(folder);
      throw e;
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** The data file that belongs to a model of this name. */
  public static Path dataFile(Path model) {
    return model.resolveSibling(model.getFileName() + DATA_SUFFIX);
  }

  /** The model as it can be read before it is published. */
  public Path path() {
    return folder.resolve(target.getFileName());
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

  /** Where the data file's bytes go; the file is made at the first call. */
  FileChannel data() throws IOException {
    if (data == null) {
      data = open(dataFile(path()));
    }
    return data;
  }

  /**
   * Gives the files their names, in place of older ones.
   *
   * @throws IOException if the bytes can't be brought to the disk or a rename fails
   */
  public void publish() throws IOException {
    finish(model);
    if (data != null) {
      finish(data);
      move(dataFile(path()), dataFile(target));
    }
    move(path(), target);
  }

  private static void finish(FileChannel channel) throws IOException {
    channel.force(true);
    channel.close();
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public void close() throws IOException {
    model.close();
    if (data != null) {
      data.close();
    }
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(cleanup);
    } catch (IllegalStateException e) {
      // The process is ending: the hook finds nothing left to delete.
    }
  }

  /** Deletes what was not published, and the folder. */
  private void delete() throws IOException {
    Files.deleteIfExists(path());
    Files.deleteIfExists(dataFile(path()));
    Files.deleteIfExists(folder);
  }

  private void deleteQuietly() {
    try {
      delete();
    } catch (IOException e) {
      // Nobody is left to tell.
    }
  }
}
