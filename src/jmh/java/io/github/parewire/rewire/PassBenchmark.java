package io.github.parewire.rewire;

import java.math.BigInteger;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One pass over a layer, over its rows or over its columns, or both. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PassBenchmark {

  @Param({"64x147", "256x64", "512x4608", "2048x512", "4096x4096"})
  String shape;

  @Param({"INPUT", "OUTPUT", "BOTH"})
  Passes passes;

  @Param({"1", "2"})
  int threads;

  private final SeedSequence stream = SeedSequence.of(BigInteger.ONE);
  private ForkJoinPool pool;
  private INDArray matrix;
  private JavaKernel kernel;

  @Setup
  public void fill() {
    matrix = LayerBenchmark.normal(shape);
    kernel =
        new JavaKernel(
            new RewiringRule(
                passes, SelectionKind.DRAW, SamplerKind.REFERENCE, RewiringRule.AUTHORS_OFFSET));
    pool = new ForkJoinPool(threads);
  }

  @TearDown
  public void close() {
    pool.shutdown();
  }

  @Benchmark
  public void rewire() {
    pool.submit(() -> kernel.rewire(matrix, stream)).join();
  }
}
