package io.github.parewire.lockstep;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.reduce.same.Min;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Some steps of the algorithm for several matrices at once, in ND4J operations: each step draws an
 * order for the next line of every matrix, places its weights, and adds them to the strengths. A
 * step takes sixteen operations and one sort, however many matrices there are.
 *
 * <p>No operation depends on the order of additions, and no sort meets equal keys, so the result is
 * the same on every backend whose doubles follow IEEE 754.
 */
final class Lockstep implements AutoCloseable {

  private final List<INDArray> owned = new ArrayList<>();
  private final double offset;
  private final int segments;
  private final int mostBlocks;

  private final INDArray blocksOfSegment;
  private final INDArray segmentOfBlock;
  private final INDArray sortKeyBase;
  private final INDArray droppedBits;
  private final INDArray keyMask;
  private final INDArray placeMask;

  /** The strength at each place, [blocks, BLOCK]. */
  private final INDArray strength;

  /** The exponential variates of all steps, [steps, blocks, BLOCK]. */
  private final INDArray exponentials;

  /** The sorted weights of all steps, [steps, places]. */
  private final INDArray sorted;

  /** The placed weights of all steps, [steps, places]. */
  private final INDArray placed;

  // What the operations of a step write.
  private final INDArray blockMinimum;
  private final INDArray minimaOfSegment;
  private final INDArray segmentOffset;
  private final INDArray blockOffset;
  private final INDArray attachment;
  private final INDArray keys;
  private final INDArray flatKeys;
  private final INDArray bits;
  private final INDArray shifted;
  private final INDArray order;
  private final INDArray rank;

  /**
   * Brings everything to the device.
   *
   * @param layout where the matrices' columns lie
   * @param offset what is added to strengths that are 0 or more
   * @param strengths of each place before the first step, as {@link LockstepLayout#spread} gives
   *     them
   * @param exponentials a variate for each step and place; 0 for what fills up
   * @param sorted the weights of each step, each segment's ascending; 0 for what fills up
   */
  Lockstep(
      LockstepLayout layout,
      double offset,
      double[] strengths,
      double[] exponentials,
      double[] sorted) {
    this.offset = offset;
    int places = layout.places();
    int blocks = layout.blocks();
    int steps = sorted.length / places;
    segments = layout.segments();
    mostBlocks = layout.mostBlocks();
    blocksOfSegment = own(Nd4j.createFromArray(layout.blocksOfSegment()));
    segmentOfBlock = own(Nd4j.createFromArray(layout.segmentOfBlock()));
    sortKeyBase = own(Nd4j.createFromArray(layout.sortKeyBase()));
    // A segment's number takes the uppermost bits but one: a key's sign, which is 0.
    droppedBits = own(Nd4j.scalar(Long.SIZE - 1L - LockstepLayout.SEGMENT_SHIFT));
    placeMask = own(Nd4j.scalar(LockstepLayout.MOST_PLACES - 1L));
    keyMask = own(Nd4j.scalar(-(long) LockstepLayout.MOST_PLACES));
    strength = own(Nd4j.createFromArray(strengths)).reshape('c', blocks, LockstepLayout.BLOCK);
    this.exponentials =
        own(Nd4j.createFromArray(exponentials)).reshape('c', steps, blocks, LockstepLayout.BLOCK);
    this.sorted = own(Nd4j.createFromArray(sorted)).reshape('c', steps, places);
    placed = doubles((long) steps * places).reshape('c', steps, places);
    blockMinimum = doubles(blocks);
    minimaOfSegment = doubles((long) segments * mostBlocks);
    segmentOffset = doubles(segments);
    blockOffset = doubles(blocks);
    attachment = doubles(places).reshape('c', blocks, LockstepLayout.BLOCK);
    flatKeys = doubles(places);
    keys = flatKeys.reshape('c', blocks, LockstepLayout.BLOCK);
    bits = longs(places);
    shifted = longs(places);
    order = longs(places);
    rank = longs(places);
  }

  private INDArray own(INDArray array) {
    owned.add(array);
    return array;
  }

  private INDArray doubles(long length) {
    return own(Nd4j.createUninitialized(DataType.DOUBLE, length));
  }

  private INDArray longs(long length) {
    return own(Nd4j.createUninitialized(DataType.INT64, length));
  }

  /** Takes the next step. */
  void step(int number) {
    attach();
    drawOrder(exponentials.slice(number));
    INDArray line = placed.slice(number);
    // The weight of a place is the one of its rank in the order.
    custom("gather", line, sorted.slice(number), rank);
    strength.addi(line.reshape('c', strength.shape()));
  }

  /**
   * p = s + |min(s)| + offset, each segment with its own minimum, which is found block by block.
   */
  private void attach() {
    Nd4j.getExecutioner().exec(new Min(strength, blockMinimum, 1));
    custom("gather", minimaOfSegment, blockMinimum, blocksOfSegment);
    INDArray minima = minimaOfSegment.reshape('c', segments, mostBlocks);
    Nd4j.getExecutioner().exec(new Min(minima, segmentOffset, 1));
    Nd4j.getExecutioner().exec(new Abs(segmentOffset, segmentOffset));
    custom("gather", blockOffset, segmentOffset, segmentOfBlock);
    Nd4j.getExecutioner().exec(new BroadcastAddOp(strength, blockOffset, attachment, 0));
    attachment.addi(offset);
  }

  /** Finds each place's rank in the order drawn, counted from the array's first place. */
  private void drawOrder(INDArray variates) {
    variates.div(attachment, keys);
    Nd4j.exec(
        DynamicCustomOp.builder("bitcast")
            .addInputs(flatKeys)
            .addOutputs(bits)
            .addIntegerArguments(DataType.INT64.toInt())
            .build());
    custom("rshift_bits", shifted, bits, droppedBits);
    custom("bitwise_and", bits, shifted, keyMask);
    bits.addi(sortKeyBase);
    Nd4j.sort(bits, true);
    custom("bitwise_and", order, bits, placeMask);
    custom("invert_permutation", rank, order);
  }

  private static void custom(String operation, INDArray output, INDArray... inputs) {
    Nd4j.exec(DynamicCustomOp.builder(operation).addInputs(inputs).addOutputs(output).build());
  }

  /** The weights that the steps placed, [steps * places]. */
  double[] placed() {
    return placed.data().asDouble();
  }

  /** The strength of each place after the last step. */
  double[] strengths() {
    return strength.data().asDouble();
  }

  @Override
  public void close() {
    owned.forEach(INDArray::close);
  }
}
