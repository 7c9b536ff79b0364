package io.github.parewire.write;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run is about to publish beside its model, kept where a later run finds it if this one is
 * killed.
 *
 * @param files data files by their locations, each with what tells it from others
 * @param folders those to be made for them, outer ones first
 */
record PublicationNote(Map<String, String> files, List<String> folders) {

  /** No path has one. */
  private static final String END = "\0";

  /** What tells a file from others has none; a path may. */
  private static final String SEPARATOR = "\t";

  void write(Path note) throws IOException {
    StringBuilder text = new StringBuilder();
    folders.forEach(location -> text.append(SEPARATOR).append(location).append(END));
    files.forEach(
        (location, identity) ->
            text.append(identity).append(SEPARATOR).append(location).append(END));
    Files.writeString(note, text);
  }

  /** Reads a note, which may be cut short; nothing was published then. */
  static PublicationNote read(Path note) throws IOException {
    String text = new String(Files.readAllBytes(note), StandardCharsets.UTF_8);
    Map<String, String> files = new LinkedHashMap<>();
    List<String> folders = new ArrayList<>();
    int from = 0;
    for (int end = text.indexOf(END); end >= 0; end = text.indexOf(END, from)) {
      String entry = text.substring(from, end);
      int middle = entry.indexOf(SEPARATOR);
      String location = entry.substring(middle + 1);
      if (middle > 0) {
        files.put(location, entry.substring(0, middle));
      } else {
        folders.add(location);
      }
      from = end + 1;
    }
    return new PublicationNote(files, folders);
  }
}
