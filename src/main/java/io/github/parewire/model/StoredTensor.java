package io.github.parewire.model;

import io.github.parewire.message.Message;
import io.github.parewire.message.ModelException;
import io.github.parewire.message.RunOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * One tensor of a file whose elements can be rewired.
 *
 * @param where the file and the tensor, for messages
 * @param name the name for people, unique enough to find the tensor by
 * @param type its element type
 * @param data its elements
 */
public record StoredTensor(String where, String name, ElementType type, TensorData data) {

  /** The shape. */
  public List<Long> dims() {
    return data.tensor().getDimsList();
  }

  /** Number of elements. */
  public long elements() {
    return TensorChecks.elements(name, dims());
  }

  /**
   * Checks that every element is a number.
   *
   * @throws ModelException if one is NaN or infinite: the algorithm has no meaning there
   * @throws IOException if the file can't be read
   */
  public void requireFinite() throws IOException {
    long[] index = {0};
    data.read(
        bytes -> {
          requireFinite(bytes, index[0]);
          index[0] += bytes.remaining() / type.bytes();
        });
  }

  private void requireFinite(ByteBuffer bytes, long firstIndex) {
    ByteBuffer elements = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int first = elements.position();
    int count = elements.remaining() / type.bytes();
    for (int i = 0; i < count; i++) {
      if (type.isNotFinite(bits(elements, first + i * type.bytes()))) {
        throw new ModelException(
            where,
            "expected finite weights, found NaN or infinity at element " + (firstIndex + i),
            Message.of("initialize the weights again"),
            Message.of("leave the tensor out with ", Message.option(RunOption.EXCLUDE)));
      }
    }
  }

  private long bits(ByteBuffer elements, int at) {
    return switch (type.bytes()) {
      case 1 -> elements.get(at);
      case 2 -> elements.getShort(at);
      case 4 -> elements.getInt(at);
      default -> elements.getLong(at);
    };
  }
}
