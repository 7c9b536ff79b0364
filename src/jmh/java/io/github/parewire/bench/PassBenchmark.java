package io.github.parewire.bench;

import io.github.parewire.array.Matrix;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.rewire.JavaKernel;
import java.math.BigInteger;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
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
  private Matrix matrix;
  private JavaKernel kernel;

  @Setup
  public void fill() {
    matrix = BenchmarkMatrices.normal(shape);
    kernel = new JavaKernel(new RewiringRule(passes, RewiringRule.AUTHORS.selection()));
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
