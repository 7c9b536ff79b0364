package io.github.parewire.array;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against ND4J's permute. */
final class BlockedTransposeTest {

  @ParameterizedTest
  @CsvSource({"1,1,1,1", "1,7,5,1", "3,17,33,1", "2,5,4,9", "1,5000,40,1", "1,40,5000,1"})
  void equalsPermute(int batches, int rows, int columns, int run) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      long size = (long) batches * rows * columns * run;
      INDArray from = Nd4j.arange(size).castTo(type).reshape('c', batches, rows, columns, run);
      INDArray to = Nd4j.createUninitialized(type, batches, columns, rows, run);
      new BlockedTranspose(batches, rows, columns, run).copy(from, to);
      assertArrayEquals(from.permute(0, 2, 1, 3).dup('c').data().asDouble(), to.data().asDouble());
    }
  }
}
