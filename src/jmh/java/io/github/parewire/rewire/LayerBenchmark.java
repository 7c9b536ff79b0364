package io.github.parewire.rewire;

import java.math.BigInteger;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
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

/** A whole layer: rewired, measured, transposed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LayerBenchmark {

  @Param({"64x147", "256x64", "512x4608", "2048x512", "4096x4096"})
  String shape;

  @Param({"1", "2"})
  int threads;

  private ForkJoinPool pool;
  private INDArray matrix;
  private INDArray transposed;

  @Setup
  public void fill() {
    String[] dims = shape.split("x", 2);
    long rows = Long.parseLong(dims[0]);
    long columns = Long.parseLong(dims[1]);
    Nd4jBackend.start();
    matrix = Nd4j.randn(DataType.FLOAT, rows, columns).muli(Math.sqrt(2.0 / columns));
    transposed = Nd4j.createUninitialized(DataType.FLOAT, columns, rows);
    pool = new ForkJoinPool(threads);
  }

  @TearDown
  public void close() {
    pool.shutdown();
  }

  @Benchmark
  public void rewire() {
    SeedSequence stream = SeedSequence.of(BigInteger.ONE);
    pool.submit(() -> new JavaKernel().rewire(matrix, stream)).join();
  }

  @Benchmark
  public StrengthVariance strengths() {
    return StrengthVariance.of(matrix);
  }

  @Benchmark
  public INDArray transpose() {
    new BlockedTranspose(1, matrix.rows(), matrix.columns(), 1).copy(matrix, transposed);
    return transposed;
  }
}
