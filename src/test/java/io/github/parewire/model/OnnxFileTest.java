package io.github.parewire.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxFileTest {

  @TempDir private Path folder;

  /** A release of protobuf that copies instead would double the memory that a model takes. */
  @Test
  void rawDataIsAViewOfTheMappedFile() throws IOException {
    Weights weights = Weights.random(ElementType.FLOAT, Seeds.random("mapped"), 64, 64);
    Path path = Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));
    try (OnnxFile file = OnnxFile.open(path)) {
      TensorProto tensor = file.model().getGraph().getInitializer(0);
      assertTrue(tensor.getRawData().asReadOnlyByteBuffer().isDirect());
    }
  }
}
