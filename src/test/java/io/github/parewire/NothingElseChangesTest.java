package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.testing.Oracle;
import io.github.parewire.testing.RichModel;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import io.github.parewire.testing.Wire;
import io.github.parewire.verify.MessageDiff;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Input and output differ in the bytes of rewired elements alone, however the file is encoded. */
final class NothingElseChangesTest {

  private static final ModelProto MODEL = RichModel.build();

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> onlyElementsDiffer() {
    Map<String, UnaryOperator<Wire>> styles = new LinkedHashMap<>();
    styles.put("as protobuf writes it", wire -> wire);
    styles.put("fields backwards", Wire::backwards);
    styles.put("unknown fields first", Wire::unknownFirst);
    styles.put("lengths a byte longer", wire -> wire.overlong(1));
    styles.put("lengths eight bytes longer", wire -> wire.overlong(8));
    styles.put("all of it", wire -> wire.backwards().unknownFirst().overlong(2));
    return styles.entrySet().stream()
        .flatMap(
            style ->
                Stream.of(Storage.values())
                    .filter(storage -> !storage.isConstant())
                    .map(
                        storage ->
                            DynamicTest.dynamicTest(
                                style.getKey() + ", " + storage,
                                () -> {
                                  Wire wire = style.getValue().apply(new Wire());
                                  check(stored(wire, storage).serialize(MODEL), storage);
                                })));
  }

  /** A message that stands twice is the two merged. */
  @Test
  void graphInTwoParts() throws IOException {
    Wire wire = stored(new Wire(), Storage.RAW);
    GraphProto graph = MODEL.getGraph();
    GraphProto nodes =
        GraphProto.newBuilder()
            .addAllNode(graph.getNodeList())
            .addInitializer(graph.getInitializer(1))
            .setName("overridden")
            .build();
    GraphProto.Builder rest = graph.toBuilder().clearNode().removeInitializer(1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(Wire.field(ModelProto.GRAPH_FIELD_NUMBER, wire.serialize(nodes), 0));
    bytes.writeBytes(wire.serialize(MODEL.toBuilder().clearGraph().build()));
    bytes.writeBytes(Wire.field(ModelProto.GRAPH_FIELD_NUMBER, wire.serialize(rest.build()), 0));
    check(bytes.toByteArray(), Storage.RAW);
  }

  /** An element type's field number with another wire type is an unknown field. */
  @Test
  void fieldNumbersOfDataWithOtherWireTypes() throws IOException {
    Wire wire = new Wire();
    for (String name : RichModel.layers()) {
      ByteArrayOutputStream tensor = new ByteArrayOutputStream();
      tensor.writeBytes(new byte[] {TensorProto.RAW_DATA_FIELD_NUMBER << 3, 1});
      tensor.writeBytes(new byte[] {TensorProto.FLOAT_DATA_FIELD_NUMBER << 3, 2});
      tensor.writeBytes(new byte[] {TensorProto.DOUBLE_DATA_FIELD_NUMBER << 3 | 5, 1, 2, 3, 4});
      tensor.writeBytes(Storage.RAW.encode(name, RichModel.weights(name)));
      tensor.writeBytes(new byte[] {TensorProto.INT32_DATA_FIELD_NUMBER << 3 | 5, 1, 2, 3, 4});
      tensor.writeBytes(new byte[] {TensorProto.RAW_DATA_FIELD_NUMBER << 3, 3});
      wire.tensor(name, tensor.toByteArray());
    }
    check(wire.serialize(MODEL), Storage.RAW);
  }

  /** Pieces of varints are joined, as their lengths depend on the order; all else stays. */
  @Test
  void piecesOfVarints() throws IOException {
    Wire wire = new Wire().backwards().overlong(1);
    wire.tensor("conv", Storage.PIECES.encode("conv", RichModel.weights("conv")));
    Path in = Files.write(folder.resolve("in.onnx"), wire.serialize(MODEL));
    Path out = folder.resolve("out.onnx");
    run(in, out);
    assertWeights(out);
    ModelProto before = Tensors.model(in);
    ModelProto after = Tensors.model(out);
    assertEquals(withoutElements(before), withoutElements(after));
  }

  private static Message withoutElements(ModelProto model) {
    ModelProto.Builder builder = model.toBuilder();
    for (int i = 0; i < 2; i++) {
      builder.getGraphBuilder().getInitializerBuilder(i).clearRawData().clearInt32Data();
    }
    builder
        .getGraphBuilder()
        .getNodeBuilder(1)
        .getAttributeBuilder(0)
        .getGBuilder()
        .getInitializerBuilder(0)
        .clearRawData();
    return builder.build();
  }

  private static Wire stored(Wire wire, Storage storage) {
    for (String name : RichModel.layers()) {
      Weights weights = RichModel.weights(name);
      wire.tensor(name, inPlace(storage, weights).encode(name, weights));
    }
    return wire;
  }

  private static Storage inPlace(Storage storage, Weights weights) {
    return storage.isInPlace(weights.type()) ? storage : Storage.UNPACKED;
  }

  private void check(byte[] bytes, Storage storage) throws IOException {
    Path in = Files.write(folder.resolve("in.onnx"), bytes);
    Path out = folder.resolve("out.onnx");
    run(in, out);

    assertArrayEquals(bytes, Files.readAllBytes(in), "the input");
    assertWeights(out);
    ModelProto before = Tensors.model(in);
    List<TensorProto> layers =
        RichModel.layers().stream().map(Tensors.byName(before)::get).toList();
    assertEquals(List.of(), MessageDiff.of(before, Tensors.model(out), layers).differences());
    byte[] maskedIn = bytes.clone();
    byte[] maskedOut = Files.readAllBytes(out);
    for (String name : RichModel.layers()) {
      Weights weights = RichModel.weights(name);
      for (byte[] data : inPlace(storage, weights).data(weights)) {
        int at = indexOf(bytes, data);
        Arrays.fill(maskedIn, at, at + data.length, (byte) 0);
        Arrays.fill(maskedOut, at, at + data.length, (byte) 0);
      }
    }
    assertArrayEquals(maskedIn, maskedOut);
  }

  private static void run(Path in, Path out) throws IOException {
    assertEquals(3, new Rewirer(RewireOptions.defaults()).rewire(in, out).rewired().size());
  }

  private static void assertWeights(Path out) {
    Map<String, TensorProto> found = Tensors.byName(Tensors.model(out));
    for (int i = 0; i < RichModel.layers().size(); i++) {
      String name = RichModel.layers().get(i);
      Weights weights = RichModel.weights(name);
      int rows = weights.dims()[0];
      Weights matrix =
          Weights.of(
              weights.type(), new int[] {rows, weights.bits().length / rows}, weights.bits());
      Weights expected = Oracle.rewired(matrix, Oracle.SEED.child(i));
      assertArrayEquals(expected.bits(), Weights.of(found.get(name)).bits(), name);
    }
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    int[] found =
        java.util.stream.IntStream.rangeClosed(0, bytes.length - part.length)
            .filter(at -> Arrays.equals(bytes, at, at + part.length, part, 0, part.length))
            .toArray();
    assertTrue(found.length == 1, () -> found.length + " occurrences");
    return found[0];
  }
}
