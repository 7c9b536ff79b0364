package io.github.parewire.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.Rewirer;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.options.InputShapes;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.VerificationOptions;
import io.github.parewire.options.WeightCheck;
import io.github.parewire.result.Proof;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which input a model is run with, and when it is not. */
final class RunsProofTest {

  private static final int FREE = -1;

  @TempDir private Path folder;

  /** Pixels of which one is too few, as a model of images has them. */
  @Test
  void usualSizesAreTried() throws IOException {
    Models models = Models.model();
    models
        .graph()
        .input("x", DataType.FLOAT, FREE, 3, FREE, FREE)
        .weights("w", Storage.RAW, weights(4, 3, 5, 5))
        .node("Conv", List.of("x", "w"), "y")
        .output("y", DataType.FLOAT);
    assertHolds(prove(models, true));
  }

  @Test
  void sizesThatStandInTheGraphAreTried() throws IOException {
    Models models = Models.model();
    models
        .graph()
        .input("x", DataType.FLOAT, FREE, FREE)
        .integers("frame", List.of(1L, 37L, 10L))
        .node("Reshape", List.of("x", "frame"), "frames")
        .weights("w", Storage.RAW, weights(10, 6))
        .node("MatMul", List.of("frames", "w"), "y")
        .output("y", DataType.FLOAT);
    Proof proof = prove(models, true);
    // 37 x 10 is no size that is tried: both load, and the option is named.
    assertEquals(Proof.Outcome.SKIPPED, proof.outcome(), proof::toString);

    Models square = Models.model();
    square
        .graph()
        .input("x", DataType.FLOAT, FREE, FREE)
        .integers("frame", List.of(37L, 1L))
        .node("Reshape", List.of("x", "frame"), "frames")
        .weights("w", Storage.RAW, Weights.kaiming(Seeds.random("v"), 1, 6))
        .node("MatMul", List.of("frames", "w"), "y")
        .weights("v", Storage.RAW, weights(6, 6))
        .node("MatMul", List.of("y", "v"), "z")
        .output("z", DataType.FLOAT);
    assertHolds(prove(square, true));
  }

  @Test
  void isLeftOutIfAsked() throws IOException {
    Models models = Models.model();
    models
        .graph()
        .input("x", DataType.FLOAT, 1, 8)
        .weights("w", Storage.RAW, weights(8, 6))
        .node("MatMul", List.of("x", "w"), "y")
        .output("y", DataType.FLOAT);
    assertHolds(prove(models, true));
    assertEquals(Proof.Outcome.SKIPPED, prove(models, false).outcome());
  }

  /** Processor time counts, and not the clock of a machine that is at other work. */
  @Test
  void workIsLimited() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    try (WorkLimit limit = new WorkLimit(Duration.ofSeconds(1), ended::countDown)) {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      long sum = 0;
      while (ended.getCount() > 0 && System.nanoTime() < until) {
        sum += System.nanoTime();
      }
      assertTrue(limit.isReached(), () -> "not ended");
      assertTrue(limit.text().contains("processor time"), limit.text() + sum);
    }
    try (WorkLimit limit = new WorkLimit(Duration.ofSeconds(30), ended::countDown)) {
      TimeUnit.MILLISECONDS.sleep(1500);
      assertFalse(limit.isReached());
    }
  }

  private static Weights weights(int... dims) {
    return Weights.random(ElementType.FLOAT, Seeds.random("runs"), dims);
  }

  private static void assertHolds(Proof proof) {
    assertEquals(Proof.Outcome.HOLDS, proof.outcome(), proof::toString);
  }

  private Proof prove(Models models, boolean run) throws IOException {
    Path in = models.write(folder.resolve("in.onnx"));
    RewireOptions options =
        RewireOptions.builder()
            .verification(new VerificationOptions(WeightCheck.FINGERPRINT, run, InputShapes.none()))
            .build();
    return new Rewirer(options)
        .rewire(in, folder.resolve("out.onnx")).verification().orElseThrow().proofs().stream()
            .filter(proof -> proof.name().equals(Proof.RUNS))
            .findFirst()
            .orElseThrow();
  }
}
