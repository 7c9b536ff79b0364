package io.github.parewire.result;

import java.util.stream.DoubleStream;

/**
 * A matrix, coarse: cells that cover it, each the mean of its weights. All cells are of one size,
 * but for those of the last row and column, which may be smaller.
 */
public final class MatrixPicture {

  private final int rows;
  private final int columns;
  private final int height;
  private final int width;
  private final double[] means;

  /**
   * Makes a picture.
   *
   * @param rows of cells
   * @param columns of cells
   * @param height rows of the matrix in a cell
   * @param width columns of the matrix in a cell
   * @param means row-major; not copied
   */
  public MatrixPicture(int rows, int columns, int height, int width, double[] means) {
    this.rows = rows;
    this.columns = columns;
    this.height = height;
    this.width = width;
    this.means = means;
  }

  /** {@return rows of cells} */
  public int rows() {
    return rows;
  }

  /** {@return columns of cells} */
  public int columns() {
    return columns;
  }

  /** {@return rows of the matrix in a cell} */
  public int height() {
    return height;
  }

  /** {@return columns of the matrix in a cell} */
  public int width() {
    return width;
  }

  /** {@return means of the weights in the cells, row by row} */
  public DoubleStream means() {
    return DoubleStream.of(means);
  }
}
