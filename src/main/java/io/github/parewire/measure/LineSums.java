package io.github.parewire.measure;

/** The sum of the weights, and of their squares, in each row of a matrix, or in each column. */
final class LineSums {

  private final double[] sums;
  private final double[] squares;

  LineSums(int lines) {
    sums = new double[lines];
    squares = new double[lines];
  }

  int lines() {
    return sums.length;
  }

  /** The sums themselves, to add to. */
  double[] sums() {
    return sums;
  }

  /** The sums of squares themselves, to add to. */
  double[] squares() {
    return squares;
  }

  void add(LineSums other) {
    for (int line = 0; line < lines(); line++) {
      sums[line] += other.sums[line];
      squares[line] += other.squares[line];
    }
  }
}
