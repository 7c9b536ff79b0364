package io.github.parewire.model;

import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a tensor says of where its bytes are (ONNX, "External Data"), read strictly: a key that is
 * unknown or doubled may mean something else to the next reader.
 *
 * @param location path of the file, relative to the model's folder
 * @param offset in bytes from the start of the file
 * @param length in bytes; empty if the tensor's own size is meant
 */
record ExternalReference(String location, long offset, OptionalLong length) {

  private static final Set<String> KEYS = Set.of("location", "offset", "length", "checksum");

  /**
   * Reads a tensor's external_data.
   *
   * @param where the file and the tensor, for messages
   * @throws ModelException if an entry is unknown, doubled or no number of 0 or more
   */
  static ExternalReference of(String where, TensorProto tensor) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (!KEYS.contains(entry.getKey())) {
        throw refused(where, "the key '" + entry.getKey() + "'", "one of " + KEYS);
      }
      if (entries.put(entry.getKey(), entry.getValue()) != null) {
        throw refused(where, "'" + entry.getKey() + "' twice", "each key once");
      }
    }
    String location = entries.get("location");
    if (location == null) {
      throw refused(where, "no location", "the name of a file");
    }
    return new ExternalReference(
        location,
        number(where, entries, "offset").orElse(0),
        // Some writers put 0 for "up to the tensor's size".
        number(where, entries, "length").stream().filter(length -> length != 0).findFirst());
  }

  private static OptionalLong number(String where, Map<String, String> entries, String key) {
    String text = entries.get(key);
    if (text == null) {
      return OptionalLong.empty();
    }
    if (text.matches("[0-9]{1,19}")) {
      try {
        return OptionalLong.of(Long.parseLong(text));
      } catch (NumberFormatException e) {
        // Beyond 2^63 - 1: refused below.
      }
    }
    throw refused(where, key + " '" + text + "'", "a number of bytes from 0 to 2^63 - 1");
  }

  private static ModelException refused(String where, String found, String expected) {
    return new ModelException(
        where, "external data: expected " + expected + ", found " + found, "save the model again");
  }
}
