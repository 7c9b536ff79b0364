package io.github.parewire.rewire;

import java.util.List;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer's weights at one moment, small enough to keep: the strengths of all neurons, and a
 * picture of the first matrix.
 */
public final class Snapshot {

  private final double[] inputs;
  private final double[] outputs;
  private final MatrixPicture picture;

  private Snapshot(double[] inputs, double[] outputs, MatrixPicture picture) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.picture = picture;
  }

  /**
   * Takes a snapshot.
   *
   * @param slices at least one, each [output neurons, inputs], FLOAT or DOUBLE, row-major
   * @param edge the most cells that the picture may have along an axis
   */
  public static Snapshot of(List<INDArray> slices, int edge) {
    List<Strengths> strengths = slices.stream().map(Strengths::of).toList();
    return new Snapshot(
        strengths.stream().flatMapToDouble(slice -> DoubleStream.of(slice.input())).toArray(),
        strengths.stream().flatMapToDouble(slice -> DoubleStream.of(slice.output())).toArray(),
        PictureScan.of(slices.get(0), edge));
  }

  /** The strengths of the inputs, matrix by matrix. */
  public DoubleStream inputs() {
    return DoubleStream.of(inputs);
  }

  /** The strengths of the output neurons, matrix by matrix. */
  public DoubleStream outputs() {
    return DoubleStream.of(outputs);
  }

  /** A picture of the first matrix. */
  public MatrixPicture picture() {
    return picture;
  }
}
