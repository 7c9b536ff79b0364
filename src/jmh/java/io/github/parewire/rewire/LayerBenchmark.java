package io.github.parewire.rewire;

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
import org.openjdk.jmh.annotations.Warmup;

/** What is done to a whole layer besides the rewiring: measured, transposed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LayerBenchmark {

  @Param({"64x147", "256x64", "512x4608", "2048x512", "4096x4096"})
  String shape;

  private INDArray matrix;
  private INDArray transposed;

  /** Weights of a fresh layer. */
  static INDArray normal(String shape) {
    String[] dims = shape.split("x", 2);
    long rows = Long.parseLong(dims[0]);
    long columns = Long.parseLong(dims[1]);
    Nd4jBackend.start();
    return Nd4j.randn(DataType.FLOAT, rows, columns).muli(Math.sqrt(2.0 / columns));
  }

  @Setup
  public void fill() {
    matrix = normal(shape);
    transposed = Nd4j.createUninitialized(DataType.FLOAT, matrix.columns(), matrix.rows());
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
