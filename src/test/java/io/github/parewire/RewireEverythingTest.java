package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.Proof;
import io.github.parewire.result.Report;
import io.github.parewire.testing.Oracle;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every operator behind every layout in every element type, a layer for each storage form: what the
 * file holds afterwards is what the naive oracle gives.
 */
final class RewireEverythingTest {

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> equalsTheOracle() {
    return LayerCase.tests(this::check);
  }

  private void check(LayerCase tested) throws IOException {
    Path in = folder.resolve("in.onnx");
    List<Weights> weights = tested.write(in, Seeds.random(tested.toString()));
    Path out = folder.resolve("out.onnx");

    Report report = new Rewirer(RewireOptions.defaults()).rewire(in, out);

    assertReport(report, tested.operator(), tested.type());
    Map<String, TensorProto> found = Tensors.byName(Tensors.model(out));
    for (int i = 0; i < weights.size(); i++) {
      Weights before = weights.get(i);
      Weights expected = Oracle.rewired(before, tested.matrices(before), Oracle.SEED.child(i));
      assertArrayEquals(
          expected.bits(), Weights.of(found.get("w_" + i)).bits(), Storage.values()[i].toString());
    }
    if (Stream.of(Storage.values()).allMatch(storage -> storage.isInPlace(tested.type()))) {
      assertEquals(Files.size(in), Files.size(out));
    }
  }

  private static void assertReport(Report report, OperatorCase operator, ElementType type) {
    assertEquals(List.of(), report.leftLayers());
    assertEquals(List.of(), report.left());
    assertEquals(Storage.values().length, report.layers().size());
    for (LayerReport layer : report.layers()) {
      assertEquals("w_" + layer.layer().number(), layer.layer().tensor());
      assertEquals(operator.operator(), layer.layer().operator());
    }
    for (Proof proof : report.verification().orElseThrow().proofs()) {
      if (!proof.name().equals("runs")) {
        assertEquals(Proof.Outcome.HOLDS, proof.outcome(), proof::toString);
      } else if (type == ElementType.FLOAT) {
        // In other types ONNX Runtime has no kernels for some operators. The input of a model that
        // is made for all operators fits none, so that the models load and do not run.
        assertTrue(proof.detail().toString().startsWith("both load"), proof::toString);
      }
    }
  }
}
