package io.github.parewire.bench;

import io.github.parewire.weights.LayerWeights;
import java.io.IOException;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Warmup;

/** The kernel over all layers of a model in a JVM that has not run it before, as in a run. */
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(value = 5, jvmArgsPrepend = "@src/dist/jvm.options")
public class FreshBenchmark extends ModelLayers {

  /** Both passes over every matrix. */
  @Benchmark
  public List<LayerWeights> firstKernel() throws IOException {
    return rewire();
  }
}
