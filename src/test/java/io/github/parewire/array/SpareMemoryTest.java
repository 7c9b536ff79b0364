package io.github.parewire.array;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What is given back serves again, if it fits, and is freed otherwise. */
final class SpareMemoryTest {

  @Test
  void theLeastThatIsLargeEnoughServesAgain() {
    try (SpareMemory spare = new SpareMemory(3)) {
      DataBuffer large = spare.array(DataType.FLOAT, 100).data();
      DataBuffer middle = spare.array(DataType.FLOAT, 50).data();
      DataBuffer small = spare.array(DataType.FLOAT, 10).data();
      spare.giveBack(large);
      spare.giveBack(middle);
      spare.giveBack(small);
      INDArray array = spare.array(DataType.FLOAT, 2, 3, 4);
      assertSame(middle, array.data());
      assertArrayEquals(new long[] {2, 3, 4}, array.shape());
      assertArrayEquals(new long[] {12, 4, 1}, array.stride());
      assertSame(large, spare.array(DataType.FLOAT, 24).data());
      assertNotSame(small, spare.array(DataType.FLOAT, 24).data());
    }
  }

  @Test
  void anotherTypeHasMemoryOfItsOwn() {
    try (SpareMemory spare = new SpareMemory(1)) {
      DataBuffer floats = spare.array(DataType.FLOAT, 100).data();
      spare.giveBack(floats);
      assertNotSame(floats, spare.array(DataType.DOUBLE, 10).data());
      assertSame(floats, spare.array(DataType.FLOAT, 10).data());
    }
  }

  @Test
  void ofTooMuchTheLeastIsFreed() {
    try (SpareMemory spare = new SpareMemory(1)) {
      DataBuffer large = spare.array(DataType.FLOAT, 100).data();
      DataBuffer small = spare.array(DataType.FLOAT, 10).data();
      spare.giveBack(large);
      spare.giveBack(small);
      assertTrue(small.wasClosed());
      assertSame(large, spare.array(DataType.FLOAT, 10).data());
    }
  }

  @Test
  void allIsFreedInTheEnd() {
    DataBuffer given;
    DataBuffer kept;
    try (SpareMemory spare = new SpareMemory(1);
        SpareMemory none = new SpareMemory(0)) {
      given = none.array(DataType.FLOAT, 10).data();
      none.giveBack(given);
      assertTrue(given.wasClosed());
      kept = spare.array(DataType.FLOAT, 10).data();
      spare.giveBack(kept);
      assertEquals(10, kept.length());
    }
    assertTrue(kept.wasClosed());
  }
}
