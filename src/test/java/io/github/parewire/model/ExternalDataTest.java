package io.github.parewire.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In a file beside the model, from its start on or behind something else. */
final class ExternalDataTest extends TensorDataContract {

  private static final int OFFSET = 4096;

  @Override
  List<String> ways() {
    return List.of("from the start", "from an offset on");
  }

  @Override
  List<ElementType> types() {
    return List.of(ElementType.values());
  }

  @Override
  StorageForm form() {
    return StorageForm.EXTERNAL;
  }

  @Override
  Path write(String way, Weights weights) throws IOException {
    int offset = way.equals("from the start") ? 0 : OFFSET;
    byte[] data = new byte[offset + weights.bytes().length + 9];
    System.arraycopy(weights.bytes(), 0, data, offset, weights.bytes().length);
    Files.write(folder.resolve("weights.bin"), data);
    TensorProto tensor =
        weights
            .header("w")
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", "weights.bin"))
            .addExternalData(entry("offset", String.valueOf(offset)))
            .build();
    Models models = Models.dense("w", Storage.RAW, weights);
    models.wire().tensor("w", tensor.toByteArray());
    return models.write(folder.resolve("model.onnx"));
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  @Test
  void saysWhereItIs() throws IOException {
    Path path = write("from an offset on", weights(ElementType.FLOAT, "where"));
    try (OnnxFile file = OnnxFile.open(path)) {
      ExternalData data = file.external().get(0);
      assertEquals(folder.toRealPath().resolve("weights.bin"), data.file());
      assertEquals(new WireSpan(OFFSET, ROWS * COLUMNS * Float.BYTES), data.span());
      assertEquals(List.of(), data.splices());
    }
  }
}
