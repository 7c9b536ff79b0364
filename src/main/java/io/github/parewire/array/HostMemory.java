package io.github.parewire.array;

import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The host's side of an array's memory. On a GPU an array has two sides, and ND4J copies from one
 * to the other when it must; what is done to the memory behind its back it has to be told. On the
 * CPU there is one side, and these calls cost nothing.
 */
final class HostMemory {

  private HostMemory() {}

  /**
   * The memory of an array's buffer, with what operations on the device left there.
   *
   * @return where the buffer begins, not the array; {@link #written} is due after writing to it
   */
  static Pointer of(INDArray array) {
    Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
    return array.data().pointer();
  }

  /** Says that the host's side has been written to and is the one to go by. */
  static void written(INDArray array) {
    Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
  }
}
