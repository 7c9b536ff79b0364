package io.github.parewire.pattern;

import io.github.parewire.layers.Layer;
import io.github.parewire.layers.ViewStep;
import io.github.parewire.measure.WeightDecoder;
import io.github.parewire.model.TensorData;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads some of a layer's weights, as they are stored: patterns show in every part of a filter. */
final class WeightSample {

  /** More say little more, and take time. */
  private static final int LARGEST = 1 << 16;

  /** Has many divisors: copies of a part lie as far apart as some of the rows that are read. */
  private static final int ROWS = 48;

  private static final int ROW_LENGTH = 64;

  private final Layer layer;
  private final List<Long> dims;

  WeightSample(Layer layer) {
    this.layer = layer;
    dims = layer.use().parameter().dimsAsStored().stream().filter(dim -> dim != 1).toList();
  }

  /** The first weights, in their shape: as many rows as there is room for. */
  Optional<WeightGrid> first() throws IOException {
    List<Long> shape = dims;
    while (!shape.isEmpty() && LARGEST / 2 < ViewStep.product(shape) / shape.get(0)) {
      shape = shape.subList(1, shape.size());
    }
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    int row = (int) (ViewStep.product(shape) / shape.get(0));
    int rows = (int) Math.min(shape.get(0), LARGEST / row);
    int[] taken = shape.stream().mapToInt(Math::toIntExact).toArray();
    taken[0] = rows;
    return grid(taken, read(0, rows * row));
  }

  /** The beginnings of rows that lie evenly spread, [rows, weights]; empty if all were first. */
  Optional<WeightGrid> spread() throws IOException {
    if (ViewStep.product(dims) <= LARGEST || dims.get(0) < ROWS) {
      return Optional.empty();
    }
    long row = ViewStep.product(dims) / dims.get(0);
    int length = (int) Math.min(row, ROW_LENGTH);
    double[] weights = new double[ROWS * length];
    for (int i = 0; i < ROWS; i++) {
      double[] read = read(i * dims.get(0) / ROWS * row, length);
      System.arraycopy(read, 0, weights, i * length, length);
    }
    return grid(new int[] {ROWS, length}, weights);
  }

  private double[] read(long first, int count) throws IOException {
    TensorData data = layer.tensor().data();
    int width = layer.tensor().type().bytes();
    WeightDecoder decoder = new WeightDecoder(layer);
    double[] weights = new double[count];
    int[] done = {0};
    data.read(
        first * width,
        (long) count * width,
        bytes -> {
          int length = bytes.remaining() / width;
          if (length == count) {
            decoder.decode(bytes, 0, length, weights);
          } else {
            double[] piece = new double[length];
            decoder.decode(bytes, 0, length, piece);
            System.arraycopy(piece, 0, weights, done[0], length);
          }
          done[0] += length;
        });
    return weights;
  }

  /** Empty if a weight is not finite, which the rewiring will say. */
  private static Optional<WeightGrid> grid(int[] dims, double[] weights) {
    WeightGrid grid = new WeightGrid(dims, weights);
    return grid.isFinite() ? Optional.of(grid) : Optional.empty();
  }
}
