package io.github.parewire.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.comparingInt;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.model.ElementType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The safetensors format (github.com/huggingface/safetensors, "Format"): the header's length in 8
 * bytes, the header, a JSON object, then the arrays, without a gap.
 */
final class Safetensors {

  /** So that the arrays can be mapped as what they are. */
  private static final int ALIGNMENT = 8;

  private Safetensors() {}

  static void write(List<NamedArray> arrays, OutputStream out) throws IOException {
    // The widest first, which keeps all of them aligned.
    List<NamedArray> sorted = new ArrayList<>(arrays);
    sorted.sort(comparingInt((NamedArray array) -> array.type().bytes()).reversed());
    byte[] header = header(sorted);
    out.write(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .array());
    out.write(header);
    for (NamedArray array : sorted) {
      array.elements().writeTo(out);
    }
  }

  private static byte[] header(List<NamedArray> arrays) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    ObjectNode descriptions = JsonNodeFactory.instance.objectNode();
    for (NamedArray array : arrays) {
      descriptions.set(array.name(), array.description());
    }
    // Values of the metadata are strings. "pt" says that the arrays are laid out as PyTorch's.
    header
        .putObject("__metadata__")
        .put("format", "pt")
        .put("onnx-parewire", descriptions.toString());
    long at = 0;
    for (NamedArray array : arrays) {
      ObjectNode entry = header.putObject(array.name());
      entry.put("dtype", name(array.type()));
      ArrayNode shape = entry.putArray("shape");
      array.dims().forEach(shape::add);
      entry.putArray("data_offsets").add(at).add(at + array.length());
      at += array.length();
    }
    return padded(header.toString().getBytes(UTF_8));
  }

  private static byte[] padded(byte[] json) {
    byte[] header = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(header, json.length, header.length, (byte) ' ');
    return header;
  }

  private static String name(ElementType type) {
    return switch (type) {
      case FLOAT -> "F32";
      case DOUBLE -> "F64";
      case FLOAT16 -> "F16";
      case BFLOAT16 -> "BF16";
      case INT8 -> "I8";
      case UINT8 -> "U8";
    };
  }
}
