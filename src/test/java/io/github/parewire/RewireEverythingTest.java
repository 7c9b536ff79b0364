package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.report.LayerReport;
import io.github.parewire.report.Report;
import io.github.parewire.testing.IndexTensor;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Oracle;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import io.github.parewire.verify.Proof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
    List<DynamicTest> tests = new ArrayList<>();
    for (OperatorCase operator : OperatorCase.values()) {
      for (LayoutCase layout : LayoutCase.values()) {
        for (ElementType type : Weights.TYPES) {
          if (layout.suits(operator)) {
            String name = operator + ", " + layout + ", " + type;
            tests.add(DynamicTest.dynamicTest(name, () -> check(name, operator, layout, type)));
          }
        }
      }
    }
    return tests.stream();
  }

  private void check(String name, OperatorCase operator, LayoutCase layout, ElementType type)
      throws IOException {
    Random random = Seeds.random(name);
    Models models = Models.model();
    List<Weights> weights = new ArrayList<>();
    for (Storage storage : Storage.values()) {
      LayoutCase.Layer layer = new LayoutCase.Layer(weights.size(), operator);
      weights.add(Weights.random(type, random, layout.stored(operator.dims())));
      models.graph().input(layer.x(), layout.computed(type.dataType()));
      layout.add(models, layer, storage, weights.get(layer.number()));
      models.graph().output(layer.y(), layout.computed(type.dataType()));
    }
    Path in = models.write(folder.resolve("in.onnx"));
    Path out = folder.resolve("out.onnx");

    Report report = new RewirePipeline(RewireOptions.defaults()).run(in, out);

    assertReport(report, operator, type);
    Map<String, TensorProto> found = Tensors.byName(Tensors.model(out));
    for (int i = 0; i < weights.size(); i++) {
      Weights before = weights.get(i);
      IndexTensor seen = layout.seen(IndexTensor.stored(before.dims()), operator.dims());
      Weights expected = Oracle.rewired(before, operator.matrices(seen), Oracle.SEED.child(i));
      assertArrayEquals(
          expected.bits(), Weights.of(found.get("w_" + i)).bits(), Storage.values()[i].toString());
    }
    if (Stream.of(Storage.values()).allMatch(storage -> storage.isInPlace(type))) {
      assertEquals(Files.size(in), Files.size(out));
    }
  }

  private static void assertReport(Report report, OperatorCase operator, ElementType type) {
    assertEquals(List.of(), report.layers().stream().filter(layer -> !layer.isRewired()).toList());
    assertEquals(List.of(), report.left());
    assertEquals(Storage.values().length, report.layers().size());
    for (LayerReport layer : report.layers()) {
      assertEquals("w_" + layer.layer().number(), layer.layer().tensor().name());
      assertEquals(operator.operator(), layer.layer().operator());
    }
    for (Proof proof : report.verification().orElseThrow().proofs()) {
      if (!proof.name().equals("runs")) {
        assertEquals(Proof.Outcome.HOLDS, proof.outcome(), proof::toString);
      } else if (type == ElementType.FLOAT) {
        // In other types ONNX Runtime has no kernels for some operators. The input of a model that
        // is made for all operators fits none, so that the models load and do not run.
        assertTrue(proof.detail().startsWith("both load"), proof::toString);
      }
    }
  }
}
