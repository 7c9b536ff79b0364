package io.github.parewire.array;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What JavaCPP has found of libraries, by what it calls them: here each is found when it is first
 * asked for. For one that is not where the others are there is nothing, and JavaCPP looks for it
 * itself.
 *
 * <p>Its names are {@code NAME}, {@code NAME@VERSION}, and {@code FIRST#SECOND}, both of this form,
 * for a library that is to be loaded from a file of a second name.
 */
@SuppressWarnings("serial")
final class LibraryPlaces extends HashMap<String, URL[]> {

  /** Folders in the jars, in each of which there is one for the platform. */
  private static final List<String> FOLDERS =
      List.of(
          "org/nd4j/linalg/cpu/nativecpu/bindings",
          "org/bytedeco/openblas",
          "org/bytedeco/javacpp");

  /** Finds a library by its name; empty if it is in no place. */
  private final transient Function<String, Optional<URL>> place;

  private LibraryPlaces(Function<String, Optional<URL>> place) {
    this.place = place;
  }

  /** Libraries in some folders, as paths are listed, both of two names being there. */
  static LibraryPlaces inFolders(Names names, String folders) {
    List<Path> all = new ArrayList<>();
    for (String folder : folders.split(File.pathSeparator, -1)) {
      all.add(Path.of(folder));
    }
    return new LibraryPlaces(library -> inFolders(names, all, library));
  }

  /** Libraries in the jars of a platform, from which JavaCPP unpacks them. */
  static LibraryPlaces inJars(Names names, String platform) {
    return new LibraryPlaces(library -> inJars(names, platform, library));
  }

  @Override
  public URL[] get(Object library) {
    URL[] known = super.get(library);
    if (known != null) {
      return known;
    }
    Optional<URL> found = place.apply((String) library);
    found.ifPresent(url -> put((String) library, new URL[] {url}));
    return super.get(library);
  }

  private static Optional<URL> inFolders(Names names, List<Path> folders, String library) {
    String last = library.substring(library.indexOf('#') + 1);
    return folders.stream()
        .flatMap(folder -> names.of(last).stream().map(folder::resolve))
        .filter(Files::exists)
        .findFirst()
        .map(LibraryPlaces::url);
  }

  private static Optional<URL> inJars(Names names, String platform, String library) {
    int sharp = library.indexOf('#');
    List<String> files = names.of(sharp < 0 ? library : library.substring(0, sharp));
    List<String> asFiles = sharp < 0 ? files : names.of(library.substring(sharp + 1));
    ClassLoader jars = LibraryPlaces.class.getClassLoader();
    for (int i = 0; i < files.size(); i++) {
      for (String folder : FOLDERS) {
        URL url = jars.getResource(folder + "/" + platform + "/" + files.get(i));
        if (url != null) {
          return sharp < 0 ? Optional.of(url) : named(url, asFiles.get(i));
        }
      }
    }
    return Optional.empty();
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** JavaCPP unpacks to the name behind the sharp; not all kinds of URLs keep one. */
  private static Optional<URL> named(URL url, String file) {
    try {
      return Optional.of(new URL(url + "#" + file)).filter(named -> file.equals(named.getRef()));
    } catch (MalformedURLException e) {
      return Optional.empty();
    }
  }

  /**
   * How a platform's files of libraries are called.
   *
   * @param prefix such as lib
   * @param suffix such as .so
   */
  record Names(String prefix, String suffix) {

    /** What the file of a library may be called: as Linux has it, as macOS has it, and plain. */
    List<String> of(String library) {
      int at = library.indexOf('@');
      String name = prefix + (at < 0 ? library : library.substring(0, at));
      String version = at < 0 ? "" : library.substring(at + 1);
      return version.isEmpty()
          ? List.of(name + suffix)
          : List.of(name + suffix + version, name + version + suffix, name + suffix);
    }
  }
}
