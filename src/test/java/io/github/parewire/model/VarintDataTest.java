package io.github.parewire.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In int32_data: packed, with a tag before each element, or in pieces of both. */
final class VarintDataTest extends TensorDataContract {

  @Override
  List<String> ways() {
    return List.of("PACKED", "UNPACKED", "PIECES");
  }

  @Override
  List<ElementType> types() {
    return List.of(ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.INT8, ElementType.UINT8);
  }

  @Override
  StorageForm form() {
    return StorageForm.TYPED;
  }

  @Override
  Path write(String way, Weights weights) {
    return Models.dense("w", Storage.valueOf(way), weights).write(folder.resolve("model.onnx"));
  }

  /** Varints take one to three bytes, and of negative numbers ten: together always as many. */
  @Test
  void piecesBecomeOneThatIsAsLongAsTheyWereTogether() {
    Weights weights = weights(ElementType.INT8, "varints");
    Path path = write("PIECES", weights);
    long varints = 0;
    for (long bits : weights.bits()) {
      varints += (byte) bits < 0 ? 10 : 1;
    }
    try (OnnxFile file = OnnxFile.open(path)) {
      List<Splice> splices = file.data(file.tensors().get(0)).orElseThrow().splices();
      assertEquals(3, splices.size());
      // A tag, a length of two or three bytes, and the numbers.
      long length = splices.get(0).newLength();
      assertTrue(length - varints >= 3 && length - varints <= 4, length + ", " + varints);
      assertEquals(0, splices.get(1).newLength());
      assertEquals(0, splices.get(2).newLength());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT16, 65536",
    "BFLOAT16, -1",
    "INT8, 128",
    "INT8, -129",
    "UINT8, 256",
    "UINT8, -1"
  })
  void anIntegerThatNoElementCouldBeIsRefused(ElementType type, int integer) {
    TensorProto tensor = TensorProto.newBuilder().addInt32Data(1).addInt32Data(integer).build();
    ModelException refused =
        assertThrows(
            ModelException.class,
            () -> VarintData.of("m.onnx, tensor 'w'", tensor, type, List.of(), List.of()));
    assertTrue(refused.getMessage().startsWith("m.onnx, tensor 'w': expected patterns of "));
    assertTrue(refused.getMessage().contains("found " + integer + " at element 1"));
  }
}
