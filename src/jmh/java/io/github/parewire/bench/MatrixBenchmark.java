package io.github.parewire.bench;

import io.github.parewire.array.ElementKind;
import io.github.parewire.array.Matrix;
import io.github.parewire.array.NativeArray;
import io.github.parewire.array.SpareMemory;
import io.github.parewire.measure.Strengths;
import io.github.parewire.result.StrengthVariance;
import java.util.List;
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

/** What is done to a whole layer besides the rewiring: measured, transposed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MatrixBenchmark {

  @Param({"64x147", "256x64", "512x4608", "2048x512", "4096x4096"})
  String shape;

  private Matrix matrix;
  private NativeArray array;

  @Setup
  public void fill() {
    matrix = BenchmarkMatrices.normal(shape);
    array =
        NativeArray.allocate(
            ElementKind.FLOAT,
            List.of((long) matrix.rows(), (long) matrix.columns()),
            new SpareMemory(0));
  }

  @TearDown
  public void free() {
    array.close();
  }

  @Benchmark
  public StrengthVariance strengths() {
    return Strengths.of(List.of(matrix)).variance();
  }

  /** Into memory of its own, which replaces the array's. */
  @Benchmark
  public NativeArray transpose() {
    array.permute(List.of(1, 0));
    return array;
  }
}
