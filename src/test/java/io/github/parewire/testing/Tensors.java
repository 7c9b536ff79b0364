package io.github.parewire.testing;

import com.google.protobuf.Message;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the tensors of a file with nothing but the protobuf parser. */
public final class Tensors {

  private Tensors() {}

  /** The model in a file. */
  public static ModelProto model(Path file) {
    try {
      return ModelProto.parseFrom(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every tensor anywhere in a message, by its name. */
  public static Map<String, TensorProto> byName(Message message) {
    Map<String, TensorProto> tensors = new LinkedHashMap<>();
    collect(message, tensors);
    return tensors;
  }

  /** The elements of one tensor of a file. */
  public static Weights weights(Path file, String name) {
    return Weights.of(byName(model(file)).get(name));
  }

  private static void collect(Message message, Map<String, TensorProto> tensors) {
    if (message instanceof TensorProto tensor) {
      tensors.put(tensor.getName(), tensor);
    }
    for (Object value : message.getAllFields().values()) {
      if (value instanceof Message child) {
        collect(child, tensors);
      } else if (value instanceof Collection<?> list) {
        list.stream()
            .filter(Message.class::isInstance)
            .forEach(child -> collect((Message) child, tensors));
      }
    }
  }
}
