package io.github.parewire.measure;

import io.github.parewire.array.Matrix;
import io.github.parewire.result.Histogram;
import io.github.parewire.result.LayerSketch;
import io.github.parewire.result.MatrixPicture;
import java.util.List;

/**
 * A layer's weights at one moment, small enough to keep: the strengths of all neurons, and a
 * picture of the first matrix.
 */
public final class LayerSnapshot {

  private final Strengths strengths;
  private final MatrixPicture picture;

  private LayerSnapshot(Strengths strengths, MatrixPicture picture) {
    this.strengths = strengths;
    this.picture = picture;
  }

  /**
   * Takes a snapshot.
   *
   * @param matrices at least one, of one shape
   * @param edge the most cells that the picture may have along an axis
   */
  public static LayerSnapshot of(List<Matrix> matrices, int edge) {
    return new LayerSnapshot(Strengths.of(matrices), PictureScan.of(matrices.get(0), edge));
  }

  /** What charts show of the layer that was so and is as another snapshot has it. */
  public LayerSketch sketchUntil(LayerSnapshot after) {
    return new LayerSketch(
        Histogram.of(strengths.inputs(), after.strengths.inputs()),
        Histogram.of(strengths.outputs(), after.strengths.outputs()),
        picture,
        after.picture);
  }
}
