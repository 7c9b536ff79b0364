package io.github.parewire.cli;

import io.github.parewire.message.UsageException;
import io.github.parewire.write.FilePlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Where the new models of many go: into one folder, by the names that they have. */
final class OutDir {

  private static final String SUFFIX = ".onnx";

  /**
   * A model and its place.
   *
   * @param in the model
   * @param out where the new one goes
   * @param name its path below the folder, without {@code .onnx}
   */
  record Place(Path in, Path out, String name) {}

  private final Path folder;

  OutDir(Path folder) {
    this.folder = folder;
  }

  /**
   * Finds the models.
   *
   * @param given files, which go into the folder by their names, and folders, which stand for every
   *     {@code .onnx} file in them and below, and keep their structure
   * @throws UsageException if two would go to one place, or one to another's
   * @throws IOException if a folder can't be read
   */
  List<Place> places(List<Path> given) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new UsageException(
          "expected a folder to write to, found a file: " + folder, "name a folder");
    }
    Map<String, Place> places = new LinkedHashMap<>();
    for (Path each : given) {
      if (Pipes.isPipe(each)) {
        throw new UsageException(
            "standard input is one model, and goes to a file or a pipe", "name OUT, not a folder");
      }
      for (Place place : Files.isDirectory(each) ? within(each) : List.of(file(each))) {
        add(place, places);
      }
    }
    requireNoInput(places.values().stream().toList());
    return List.copyOf(places.values());
  }

  private Place file(Path model) {
    return place(model, model.getFileName());
  }

  private Place place(Path model, Path below) {
    String path =
        String.join(
            "/", StreamSupport.stream(below.spliterator(), false).map(Path::toString).toList());
    return new Place(
        model,
        folder.resolve(below),
        path.endsWith(SUFFIX) ? path.substring(0, path.length() - SUFFIX.length()) : path);
  }

  /** The models in a folder, but for what earlier runs have written, or left unfinished. */
  private List<Place> within(Path models) throws IOException {
    Path real = models.toRealPath();
    Path written = Files.exists(folder) ? folder.toRealPath() : folder.toAbsolutePath().normalize();
    List<Place> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(real)) {
      for (Path file : files.sorted().toList()) {
        Path below = real.relativize(file);
        boolean isWritten = file.startsWith(written) && !real.startsWith(written);
        if (isModel(file) && Files.isRegularFile(file) && !isHidden(below) && !isWritten) {
          found.add(place(models.resolve(below), below));
        }
      }
    }
    if (found.isEmpty()) {
      throw new UsageException(
          "no " + SUFFIX + " file in the folder " + models, "name a folder that has some");
    }
    return found;
  }

  private static boolean isModel(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(SUFFIX);
  }

  private static boolean isHidden(Path below) {
    return StreamSupport.stream(below.spliterator(), false)
        .anyMatch(part -> part.toString().startsWith("."));
  }

  private static void add(Place place, Map<String, Place> places) throws IOException {
    Place other = places.putIfAbsent(place.name(), place);
    if (other != null && !FilePlaces.isSame(other.in(), place.in())) {
      throw new UsageException(
          other.in() + " and " + place.in() + " would both be written to " + place.out(),
          "give the folder in which they have different paths, or rewire them apart");
    }
  }

  /** What one model is written to must not be what another is read from. */
  private static void requireNoInput(List<Place> places) throws IOException {
    Map<Object, Path> inputs = new HashMap<>();
    for (Place place : places) {
      for (Object mark : FilePlaces.marks(place.in())) {
        inputs.putIfAbsent(mark, place.in());
      }
    }
    for (Place place : places) {
      Optional<Path> input =
          FilePlaces.marks(place.out()).stream()
              .map(inputs::get)
              .filter(Objects::nonNull)
              .findFirst();
      if (input.isPresent()) {
        throw new UsageException(
            place.out() + " would take the place of a model to read, " + input.get(),
            "name another folder to write to");
      }
    }
  }
}
