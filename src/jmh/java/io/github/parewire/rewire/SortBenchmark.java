package io.github.parewire.rewire;

import java.util.Arrays;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;

/** One line sorted, and what the JDK takes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SortBenchmark {

  @Param({"64", "147", "576", "2048", "4608", "25088"})
  int length;

  @Param({"normal", "uniform", "half"})
  String distribution;

  private FloatSorter sorter;
  private float[] values;
  private float[] sorted;

  @Setup
  public void fill() {
    Random random = new Random(1);
    values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] =
          switch (distribution) {
            case "normal" -> (float) random.nextGaussian();
            case "uniform" -> random.nextFloat() - 0.5f;
            default -> Math.round(random.nextGaussian() * 1024) / 1024f;
          };
    }
    sorted = new float[length];
    sorter = new FloatSorter(length);
  }

  @Benchmark
  public float[] sorter() {
    sorter.sort(values, sorted, 0);
    return sorted;
  }

  @Benchmark
  public float[] jdk() {
    System.arraycopy(values, 0, sorted, 0, length);
    Arrays.sort(sorted);
    return sorted;
  }
}
