package io.github.parewire.measure;

import io.github.parewire.array.LineAxis;
import io.github.parewire.array.Matrix;
import io.github.parewire.array.MatrixLines;
import io.github.parewire.result.MatrixPicture;

/** One pass over a matrix, for its picture. */
final class PictureScan {

  /** Weights widened to float64 at a time. */
  private static final int BLOCK = 1 << 18;

  private final int rows;
  private final int columns;
  private final int cellHeight;
  private final int cellWidth;
  private final int cellRows;
  private final int cellColumns;
  private final double[] cellSums;

  private PictureScan(int rows, int columns, int edge) {
    this.rows = rows;
    this.columns = columns;
    cellHeight = ceilDiv(rows, edge);
    cellWidth = ceilDiv(columns, edge);
    cellRows = ceilDiv(rows, cellHeight);
    cellColumns = ceilDiv(columns, cellWidth);
    cellSums = new double[cellRows * cellColumns];
  }

  private static int ceilDiv(int length, int size) {
    return (length - 1) / size + 1;
  }

  /**
   * Takes a picture.
   *
   * @param matrix [output neurons, inputs]
   * @param edge the most cells along an axis
   */
  static MatrixPicture of(Matrix matrix, int edge) {
    PictureScan scan = new PictureScan(matrix.rows(), matrix.columns(), edge);
    MatrixLines lines = new MatrixLines(matrix, LineAxis.ROWS);
    int blockRows = Math.max(1, BLOCK / scan.columns);
    for (int from = 0; from < scan.rows; from += blockRows) {
      scan.add(from, lines.get(from, Math.min(blockRows, scan.rows - from)));
    }
    return scan.picture();
  }

  private void add(int firstRow, double[] block) {
    for (int i = 0; i < block.length; i++) {
      int row = firstRow + i / columns;
      int column = i % columns;
      cellSums[row / cellHeight * cellColumns + column / cellWidth] += block[i];
    }
  }

  private MatrixPicture picture() {
    double[] means = new double[cellSums.length];
    for (int cell = 0; cell < means.length; cell++) {
      int height = extent(cell / cellColumns, cellHeight, rows);
      int width = extent(cell % cellColumns, cellWidth, columns);
      means[cell] = cellSums[cell] / height / width;
    }
    return new MatrixPicture(cellRows, cellColumns, cellHeight, cellWidth, means);
  }

  /** Rows or columns in a cell: the last may have fewer. */
  private static int extent(int cell, int size, int length) {
    return Math.min(size, length - cell * size);
  }
}
