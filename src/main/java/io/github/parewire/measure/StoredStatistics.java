package io.github.parewire.measure;

import io.github.parewire.layers.Layer;
import io.github.parewire.layers.WeightUse;
import io.github.parewire.model.BytesConsumer;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.model.TensorData;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.result.Centrality;
import io.github.parewire.result.LayerStatistics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Measures a layer's weights in one pass over the stored elements, as they lie. Called in a {@link
 * java.util.concurrent.ForkJoinPool}, it lets the pool's idle threads take parts of a large tensor.
 */
public final class StoredStatistics {

  /** Weights to decode at a time: what the caches hold. */
  private static final int BLOCK = 1 << 12;

  /** Weights worth a task of their own. */
  private static final int PART = 1 << 21;

  /** Weights for each line that a task must sum and add to the others' sums. */
  private static final int WEIGHTS_PER_LINE = 16;

  private final ViewWalk walk;
  private final ElementType type;
  private final WeightUse use;
  private final int width;
  private final long part;

  private StoredStatistics(ElementType type, WeightUse use) {
    walk = new ViewWalk(use.matrices());
    this.type = type;
    this.use = use;
    width = type.bytes();
    part = Math.max(PART, WEIGHTS_PER_LINE * walk.lines());
  }

  /**
   * Measures a layer.
   *
   * @throws IOException if its file can't be read
   */
  public static LayerStatistics of(Layer layer) throws IOException {
    return statistics(layer.tensor(), sums(layer.tensor(), layer.use()));
  }

  /** What a weight is like, and how central the neurons are. */
  public record WithCentrality(LayerStatistics statistics, Centrality centrality) {}

  /**
   * Measures a weight that an operator uses, and its neurons' strengths.
   *
   * @throws IOException if its file can't be read
   */
  public static WithCentrality withCentrality(StoredTensor tensor, WeightUse use)
      throws IOException {
    WeightSums sums = sums(tensor, use);
    return new WithCentrality(statistics(tensor, sums), sums.centrality());
  }

  private static LayerStatistics statistics(StoredTensor tensor, WeightSums sums) {
    return sums.statistics(WeightDecoder.resolution(tensor.type()));
  }

  private static WeightSums sums(StoredTensor tensor, WeightUse use) throws IOException {
    return new StoredStatistics(tensor.type(), use).sums(tensor.data());
  }

  private WeightSums sums(TensorData data) throws IOException {
    long count = data.length() / width;
    List<Callable<WeightSums>> parts = new ArrayList<>();
    for (long at = 0; at < count; at += part) {
      long first = at;
      parts.add(() -> sumsOf(data, first, Math.min(part, count - first)));
    }
    List<WeightSums> sums = ParallelTasks.runParts(parts);
    WeightSums all = sums.get(0);
    sums.subList(1, sums.size()).forEach(all::add);
    return all;
  }

  private WeightSums sumsOf(TensorData data, long first, long count) throws IOException {
    Summing part = new Summing(first);
    data.read(first * width, count * width, part);
    return part.sums;
  }

  /** Sums weights that follow each other in the tensor. */
  private final class Summing implements BytesConsumer {
    private final WeightSums sums = walk.sums();
    private final WeightDecoder decoder = new WeightDecoder(type, use);
    private final double[] block = new double[BLOCK];
    private long next;

    /** Begins with the weight of a number. */
    Summing(long first) {
      next = first;
    }

    @Override
    public void accept(ByteBuffer bytes) {
      int count = bytes.remaining() / width;
      for (int at = 0; at < count; at += BLOCK) {
        int length = Math.min(BLOCK, count - at);
        decoder.decode(bytes, at, length, block);
        walk.add(next, block, length, sums);
        next += length;
      }
    }
  }
}
