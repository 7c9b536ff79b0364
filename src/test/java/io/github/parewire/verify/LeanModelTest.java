package io.github.parewire.verify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.options.RunDevice;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The lean model is the model, for all that ONNX Runtime computes, wherever its bytes lie. */
final class LeanModelTest {

  private static final int WIDTH = 160;

  @TempDir private Path dir;

  private Path dense(String name, Storage storage) {
    Weights weights = Weights.kaiming(Seeds.random("lean model"), WIDTH, WIDTH);
    return Models.dense(name, storage, weights).write(dir.resolve("model.onnx"));
  }

  /** Names of some lengths move the data to odd places. */
  @ParameterizedTest
  @ValueSource(strings = {"w", "we", "wei", "weig", "weight", "a/b\u00e4.weight"})
  void computesWhatTheFileDoes(String name) throws IOException, OrtException {
    assertSame(dense(name, Storage.RAW), true);
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void ofAllFormsRawDataOfAnInitializerIsLeftInTheFile(Storage storage)
      throws IOException, OrtException {
    assertSame(dense("weight", storage), storage == Storage.RAW || storage == Storage.RAW_TWICE);
  }

  private static void assertSame(Path path, boolean isLean) throws IOException, OrtException {
    try (OnnxFile file = OnnxFile.open(path)) {
      ModelProto lean = LeanModel.of(file);
      int all = WIDTH * WIDTH * Float.BYTES;
      assertEquals(isLean, lean.getSerializedSize() < all, "bytes: " + lean.getSerializedSize());
      try (OrtSession mapped = OrtRuntime.openLean(file, RunDevice.CPU);
          OrtSession whole = OrtRuntime.open(path, RunDevice.CPU)) {
        assertArrayEquals(run(whole), run(mapped));
      }
    }
  }

  private static float[] run(OrtSession session) throws OrtException {
    FloatBuffer ones = FloatBuffer.allocate(WIDTH);
    for (int i = 0; i < WIDTH; i++) {
      ones.put(i, 1 + i % 3);
    }
    try (OnnxTensor x =
            OnnxTensor.createTensor(OrtRuntime.environment(), ones, new long[] {1, WIDTH});
        OrtSession.Result result = session.run(Map.of("x", x))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  /** Entries of external data that nothing reads stand beside raw_data. */
  @Test
  void entriesThatMeanNothingAreLeftOut() throws IOException, OrtException {
    Path path = dense("weight", Storage.RAW);
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(path)).toBuilder();
    model
        .getGraphBuilder()
        .getInitializerBuilder(0)
        .addExternalDataBuilder()
        .setKey("location")
        .setValue("elsewhere.bin");
    Files.write(path, model.build().toByteArray());
    assertSame(path, true);
  }

  @Test
  void aFileThatDoesNotLoadSaysWhyAsItIs() throws IOException {
    Weights weights = Weights.kaiming(Seeds.random("lean model"), WIDTH, WIDTH);
    Models models = Models.model();
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT, 1, WIDTH)
        .weights("weight", Storage.RAW, weights)
        .node("NoSuchOperator", List.of("x", "weight"), "y")
        .output("y", TensorProto.DataType.FLOAT);
    try (OnnxFile file = OnnxFile.open(models.write(dir.resolve("model.onnx")))) {
      TrialRun trial = TrialRun.loading(file, RunDevice.CPU);
      String why = assertInstanceOf(TrialRun.Failed.class, trial).why();
      assertTrue(why.contains("NoSuchOperator"), why);
    }
  }
}
