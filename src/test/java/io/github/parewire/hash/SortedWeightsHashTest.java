package io.github.parewire.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.options.GroupMode;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against sorting all at once, with so little room that ranges are read one by one. */
final class SortedWeightsHashTest {

  @TempDir private Path dir;

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16"})
  void isThatOfSortedPatternsHoweverLittleRoomThereIs(ElementType type) throws IOException {
    Random random = Seeds.random("sorted hash of " + type);
    Weights any = Weights.random(type, random, 40, 60);
    check(any);
    // All from a few patterns that share their upper bits, but for some far off.
    long[] bits = any.bits();
    long[] crowded =
        LongStream.range(0, bits.length)
            .map(i -> i % 500 == 7 ? bits[(int) i] : bits[0] & ~3L | random.nextInt(4))
            .toArray();
    check(Weights.of(type, new int[] {40, 60}, crowded));
  }

  private void check(Weights weights) throws IOException {
    String expected = sorted(weights);
    for (int most : new int[] {2400, 2399, 300, 7, 1}) {
      assertEquals(expected, hash(weights, most), "room for " + most);
    }
    long[] other = weights.bits();
    other[11] ^= 1;
    assertNotEquals(expected, hash(Weights.of(weights.type(), new int[] {40, 60}, other), 300));
  }

  private String hash(Weights weights, int most) throws IOException {
    Path path = Models.dense("weight", Storage.RAW, weights).write(dir.resolve("model.onnx"));
    try (OnnxFile file = OnnxFile.open(path)) {
      return SortedWeightsHash.of(
          LayerFinder.find(file, GroupMode.JOINT).layers().get(0).tensor(), most);
    }
  }

  /** By comparisons of unsigned numbers. */
  private static String sorted(Weights weights) {
    Long[] patterns = Arrays.stream(weights.bits()).boxed().toArray(Long[]::new);
    Arrays.sort(patterns, Long::compareUnsigned);
    ByteBuffer bytes =
        ByteBuffer.allocate(patterns.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long pattern : patterns) {
      switch (weights.type().bytes()) {
        case 2 -> bytes.putShort((short) pattern);
        case 4 -> bytes.putInt((int) pattern);
        default -> bytes.putLong(pattern);
      }
    }
    java.security.MessageDigest digest = Sha256.digest();
    digest.update(bytes.flip());
    return Sha256.hex(digest);
  }
}
