package io.github.parewire.write;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The renames that give a model and its data files their names, and how they are undone if they do
 * not all happen, in this process or in a later one.
 *
 * @param target where the model will be; locations of data files are relative to its folder
 * @param newFolder where the new files are
 * @param oldFolder where the older ones go for the time; need not be there
 * @param note where it is written down what is about to be published
 */
record Publication(Path target, Path newFolder, Path oldFolder, Path note) {

  private Path model() {
    return newFile(target.getFileName().toString());
  }

  private Path oldModel() {
    return oldFolder.resolve(target.getFileName());
  }

  private Path newFile(String location) {
    return newFolder.resolve(location);
  }

  private Path place(String location) {
    return target.resolveSibling(location);
  }

  /**
   * Gives the files their final names. The model's rename publishes all.
   *
   * <p>An older model and older data files go out of the way first: several renames are not one,
   * and a process that is killed between them must not leave a model with the data of another.
   * Should a rename fail, {@link #undo} puts them back.
   *
   * <p>A rename replaces a symbolic link, as {@code mv} does. To write through it, as {@code cp}
   * does, could not be done in one step, and in a hub's cache would change a file of other models.
   *
   * @param data the locations of the data files
   */
  void publish(Collection<String> data) throws IOException {
    List<String> folders = missingFolders(data);
    if (!data.isEmpty()) {
      new PublicationNote(identities(data), folders).write(note);
    }
    moveAside(data);
    for (String each : folders) {
      Files.createDirectories(place(each));
    }
    for (String each : data) {
      move(newFile(each), place(each));
    }
    move(model(), target);
  }

  private Map<String, String> identities(Collection<String> data) throws IOException {
    Map<String, String> identities = new LinkedHashMap<>();
    for (String each : data) {
      identities.put(each, FileIdentity.of(newFile(each)));
    }
    return identities;
  }

  /** Those in which data files will be, outer ones first. */
  private List<String> missingFolders(Collection<String> data) {
    Set<String> folders = new LinkedHashSet<>();
    for (String each : data) {
      for (int end = each.indexOf('/'); end >= 0; end = each.indexOf('/', end + 1)) {
        String outer = each.substring(0, end);
        if (!Files.exists(place(outer))) {
          folders.add(outer);
        }
      }
    }
    return List.copyOf(folders);
  }

  private void moveAside(Collection<String> data) throws IOException {
    List<String> older = data.stream().filter(each -> isFile(place(each))).toList();
    if (older.isEmpty()) {
      return;
    }
    Files.createDirectory(oldFolder);
    if (isFile(target)) {
      move(target, oldModel());
    }
    for (String each : older) {
      Path old = oldFolder.resolve(each);
      Files.createDirectories(old.getParent());
      move(place(each), old);
    }
  }

  private static boolean isFile(Path path) {
    return Files.isRegularFile(path) || Files.isSymbolicLink(path);
  }

  /**
   * Undoes a publication that was begun, but did not come to the model's rename; does nothing
   * otherwise.
   */
  void undo() throws IOException {
    restore();
    removeLoneData();
  }

  /** Puts older files back, unless a newer model is there. */
  private void restore() throws IOException {
    boolean hasOldModel = Files.exists(oldModel(), LinkOption.NOFOLLOW_LINKS);
    boolean isUnpublished =
        !Files.exists(target, LinkOption.NOFOLLOW_LINKS)
            || (!hasOldModel && Files.exists(model(), LinkOption.NOFOLLOW_LINKS));
    if (!isUnpublished) {
      return;
    }
    for (Path old : files(oldFolder)) {
      if (!old.equals(oldModel())) {
        Path place = target.resolveSibling(oldFolder.relativize(old));
        Files.createDirectories(place.toAbsolutePath().getParent());
        move(old, place);
      }
    }
    if (hasOldModel) {
      move(oldModel(), target);
    }
  }

  /**
   * Takes data files back that were published without their model, and the folders made for them:
   * they are no pair with whatever model is there, and the next run would take them for somebody
   * else's.
   */
  private void removeLoneData() throws IOException {
    if (!Files.exists(model(), LinkOption.NOFOLLOW_LINKS)
        || !Files.exists(note, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    PublicationNote published = PublicationNote.read(note);
    for (Map.Entry<String, String> file : published.files().entrySet()) {
      if (file.getValue().equals(FileIdentity.of(place(file.getKey())))) {
        Files.delete(place(file.getKey()));
      }
    }
    List<String> innerFirst = new ArrayList<>(published.folders());
    Collections.reverse(innerFirst);
    for (String each : innerFirst) {
      try {
        Files.deleteIfExists(place(each));
      } catch (DirectoryNotEmptyException e) {
        // Somebody uses it.
      }
    }
  }

  /** All that is in a folder, at any depth, but folders; links are not followed. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(each -> !Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
