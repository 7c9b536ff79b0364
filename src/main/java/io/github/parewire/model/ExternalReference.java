package io.github.parewire.model;

import io.github.parewire.message.Message;
import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a tensor says of where its bytes are (ONNX, "External Data"), read strictly: a key that is
 * unknown or doubled may mean something else to the next reader.
 *
 * @param location path of the file, relative to the model's folder
 * @param offset in bytes from the start of the file
 * @param length in bytes; empty if the tensor's own size is meant
 */
record ExternalReference(String location, long offset, OptionalLong length) {

  private static final List<String> KEYS = List.of("location", "offset", "length", "checksum");

  /** ONNX Runtime numbers the keys of the copies that it lays out for one processor. */
  private static final String PREPACKED = "prepacked";

  /** What ONNX Runtime calls the file of weights that a session holds in memory. */
  private static final String IN_MEMORY = "_ORT_MEM_ADDR_";

  /**
   * Reads a tensor's external_data.
   *
   * @param where the file and the tensor, for messages
   * @throws ModelException if an entry is unknown, doubled or no number of 0 or more
   */
  static ExternalReference of(String where, TensorProto tensor) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (entry.getKey().startsWith(PREPACKED)) {
        throw new ModelException(
            where,
            "external data: expected weights alone, found '"
                + entry.getKey()
                + "': a copy that ONNX Runtime laid out for one processor, which would keep the"
                + " old weights",
            Message.of("rewire the model that it was made of"),
            Message.of("save it without session.save_external_prepacked_constant_initializers"));
      }
      if (!KEYS.contains(entry.getKey())) {
        throw refused(
            where, "the key '" + entry.getKey() + "'", "one of " + String.join(", ", KEYS));
      }
      if (entries.put(entry.getKey(), entry.getValue()) != null) {
        throw refused(where, "'" + entry.getKey() + "' twice", "each key once");
      }
    }
    String location = entries.get("location");
    if (location == null) {
      throw refused(where, "no location", "the name of a file");
    }
    if (location.contains(IN_MEMORY)) {
      throw new ModelException(
          where,
          "external data: expected the name of a file, found '"
              + location
              + "': weights that were in the memory of the ONNX Runtime session which wrote this,"
              + " and are in no file",
          "save the model from the program that has its weights");
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
