package io.github.parewire.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedInputStream;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.RichModel;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where the bytes of tensors lie, against the bytes that were written there. */
final class WireIndexTest {

  private static WireIndex index(byte[] bytes, ModelProto model) throws IOException {
    return WireIndex.of(CodedInputStream.newInstance(bytes), model);
  }

  private static byte[] bytes(byte[] file, WireSpan span) {
    return Arrays.copyOfRange(file, Math.toIntExact(span.offset()), Math.toIntExact(span.end()));
  }

  /** Initializers, Constant nodes, subgraphs, functions, sparse tensors and training graphs. */
  @Test
  void everyTensorIsFoundAsTheObjectOfTheMessage() throws IOException {
    byte[] bytes = RichModel.build().toByteArray();
    ModelProto model = ModelProto.parseFrom(bytes);
    WireIndex index = index(bytes, model);
    Map<String, TensorProto> named = Tensors.byName(model);
    Set<TensorProto> found = Collections.newSetFromMap(new IdentityHashMap<>());
    found.addAll(index.tensors());
    assertEquals(index.tensors().size(), found.size());
    assertTrue(named.size() > 5, named.keySet()::toString);
    named.forEach((name, tensor) -> assertTrue(found.contains(tensor), name));
  }

  @Test
  void aFieldsSpansAreItsBytes() throws IOException {
    Weights weights = Weights.random(ElementType.FLOAT, Seeds.random("index"), 5, 9);
    byte[] bytes = Models.dense("w", Storage.RAW, weights).bytes();
    ModelProto model = ModelProto.parseFrom(bytes);
    TensorWire wire = index(bytes, model).wire(model.getGraph().getInitializer(0));
    List<TensorWire.Field> fields = wire.all();
    assertEquals(1, fields.size());
    TensorWire.Field raw = fields.get(0);
    assertEquals(TensorProto.RAW_DATA_FIELD_NUMBER, raw.number());
    assertTrue(raw.delimited());
    assertArrayEquals(weights.bytes(), bytes(bytes, raw.payload()));
    // A tag and a length of two bytes: 180 does not fit seven bits.
    assertEquals(raw.whole().offset() + 3, raw.payload().offset());
    assertEquals(raw.whole().end(), raw.payload().end());
    // The messages around it, from the inside out: the tensor, the graph.
    assertArrayEquals(
        model.getGraph().getInitializer(0).toByteArray(), bytes(bytes, raw.enclosure().payload()));
    assertArrayEquals(
        model.getGraph().toByteArray(), bytes(bytes, raw.enclosure().parent().payload()));
    assertEquals(null, raw.enclosure().parent().parent());
  }

  /** The fields of one number of a model's only weight. */
  private static List<TensorWire.Field> fields(Storage storage, Weights weights, int number)
      throws IOException {
    byte[] bytes = Models.dense("w", storage, weights).bytes();
    ModelProto model = ModelProto.parseFrom(bytes);
    return index(bytes, model).wire(model.getGraph().getInitializer(0)).numbered(number);
  }

  @Test
  void adjacentUnpackedElementsAreOneRun() throws IOException {
    List<TensorWire.Field> fields =
        fields(
            Storage.UNPACKED,
            Weights.random(ElementType.DOUBLE, Seeds.random("run"), 4, 6),
            TensorProto.DOUBLE_DATA_FIELD_NUMBER);
    assertEquals(1, fields.size());
    assertEquals(24 * (1 + Double.BYTES), fields.get(0).whole().length());
    assertEquals(24 * (1 + Double.BYTES) - 1, fields.get(0).payload().length());
  }

  @Test
  void piecesStayApartAndInOrder() throws IOException {
    List<TensorWire.Field> fields =
        fields(
            Storage.PIECES,
            Weights.random(ElementType.FLOAT, Seeds.random("pieces"), 6, 6),
            TensorProto.FLOAT_DATA_FIELD_NUMBER);
    assertEquals(
        List.of(true, false, true), fields.stream().map(TensorWire.Field::delimited).toList());
    assertTrue(fields.get(0).whole().end() <= fields.get(1).whole().offset());
    assertTrue(fields.get(1).whole().end() <= fields.get(2).whole().offset());
  }

  @Test
  void lengthsMayBeLongerThanNeeded() throws IOException {
    Weights weights = Weights.random(ElementType.FLOAT, Seeds.random("overlong"), 3, 3);
    Models models = Models.dense("w", Storage.RAW, weights);
    models.wire().overlong(2);
    byte[] bytes = models.bytes();
    ModelProto model = ModelProto.parseFrom(bytes);
    TensorWire.Field raw =
        index(bytes, model).wire(model.getGraph().getInitializer(0)).all().get(0);
    assertArrayEquals(weights.bytes(), bytes(bytes, raw.payload()));
    assertEquals(3, raw.enclosure().prefix().length());
  }

  @Test
  void aTensorOfAnotherFileHasNoPlace() throws IOException {
    byte[] bytes = Models.dense("w", Storage.RAW, Weights.floats(new int[] {1, 1}, 1)).bytes();
    WireIndex index = index(bytes, ModelProto.parseFrom(bytes));
    TensorProto stranger = TensorProto.newBuilder().setName("w").build();
    assertThrows(IllegalArgumentException.class, () -> index.wire(stranger));
  }
}
