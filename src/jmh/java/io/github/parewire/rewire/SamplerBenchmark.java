package io.github.parewire.rewire;

import io.github.parewire.numpy.Pcg64;
import io.github.parewire.numpy.SeedSequence;
import java.math.BigInteger;
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

/** One draw of all columns. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SamplerBenchmark {

  @Param({"64", "147", "576", "4608", "25088"})
  int columns;

  @Param({"0.3", "3"})
  double deviation;

  private final Pcg64 random = SeedSequence.of(BigInteger.ONE).generator();
  private Sampler sampler;
  private double[] strength;
  private int[] order;

  @Setup
  public void fill() {
    Random values = new Random(1);
    strength = values.doubles(columns).map(u -> values.nextGaussian() * deviation).toArray();
    order = new int[columns];
    sampler = new ReferenceSampler(columns, 1);
  }

  @Benchmark
  public int[] draw() {
    sampler.draw(strength, random, order);
    return order;
  }
}
