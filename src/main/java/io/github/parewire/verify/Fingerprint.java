package io.github.parewire.verify;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * An order-independent fingerprint of bit patterns, computed by ONNX Runtime.
 *
 * <p>An element is H halves of 16 bits, or one of 8. K tables a half map it to random 64-bit
 * numbers; a hash of the element is the product of one number a half, and the fingerprint has the
 * sum of each hash over all elements, modulo 2^64: K sums for H = 1, K x K sums for H = 2 and 4,
 * one for each pair of a table of the first and of the second part.
 *
 * <p>Two different multisets, fixed before the tables are drawn, have equal fingerprints with
 * probability at most 2^-128 for 16-bit types (K = 2), (m + 1) 2^-2m for 32-bit (K = 2) and 2^-156
 * for 64-bit types (K = 3, m = 64), where m = 64 - t and 2^t is the largest power of two that
 * divides each difference in how often a pattern occurs: t = 0 unless all differences are even, and
 * 2^-121 then. Low power sums would have no such bound: different multisets share them
 * (Prouhet-Tarry-Escott).
 *
 * <p>One session serves all threads.
 */
final class Fingerprint implements SessionCache.Closing {

  private static final int TABLE = 1 << 16;

  private final int bytes;
  private final int halves;
  private final int words;
  private final OrtSession session;

  private Fingerprint(int bytes, int halves, int words, OrtSession session) {
    this.bytes = bytes;
    this.halves = halves;
    this.words = words;
    this.session = session;
  }

  /**
   * Makes a fingerprint with tables of its own.
   *
   * @param bytes of an element: 1, 2, 4 or 8
   * @param random where the tables come from; never the rewiring's seed
   */
  static Fingerprint of(int bytes, SplittableRandom random) throws OrtException {
    int halves = Math.max(1, bytes / Short.BYTES);
    int tables = halves == 4 ? 3 : 2;
    ProbeModel model = new ProbeModel();
    split(model, bytes, halves);
    for (int half = 0; half < halves; half++) {
      for (int i = 0; i < tables; i++) {
        String table = "table_" + half + "_" + i;
        model.initializer(table(table, random));
        model.node("GatherElements", List.of(table, "half_" + half), List.of(number(half, i)));
      }
    }
    int words = halves == 1 ? sums(model, tables) : products(model, halves, tables);
    return new Fingerprint(bytes, halves, words, OrtRuntime.open(model.build()));
  }

  /** From "bits" [N, H] to half_0 .. half_(H-1) [N], as the indices that GatherElements takes. */
  private static void split(ProbeModel model, int bytes, int halves) {
    model.input("bits", bytes == 1 ? DataType.UINT8 : DataType.INT16, halves);
    model.integers("flat", DataType.INT64, List.of(1L), -1);
    List<String> names = IntStream.range(0, halves).mapToObj(half -> "half_" + half).toList();
    model
        .node("Transpose", List.of("bits"), List.of("by_half"))
        .node(
            "Cast",
            List.of("by_half"),
            List.of("wide"),
            ProbeModel.attribute("to", DataType.INT32_VALUE))
        .node("Reshape", List.of("wide", "flat"), List.of(halves == 1 ? "half_0" : "all"));
    if (halves > 1) {
      model.node("Split", List.of("all"), names, ProbeModel.attribute("num_outputs", halves));
    }
  }

  private static int sums(ProbeModel model, int tables) {
    model
        .integers("one", DataType.UINT64, List.of(1L), 1)
        .node("Shape", List.of("half_0"), List.of("count"))
        .node("Expand", List.of("one", "count"), List.of("ones"));
    for (int i = 0; i < tables; i++) {
      dot(model, number(0, i), "ones", i);
    }
    return tables;
  }

  private static int products(ProbeModel model, int halves, int tables) {
    String first = "number_0_";
    String second = "number_1_";
    if (halves == 4) {
      first = "first_";
      second = "second_";
      for (int i = 0; i < tables; i++) {
        model
            .node("Mul", List.of(number(0, i), number(1, i)), List.of(first + i))
            .node("Mul", List.of(number(2, i), number(3, i)), List.of(second + i));
      }
    }
    int word = 0;
    for (int i = 0; i < tables; i++) {
      for (int j = 0; j < tables; j++) {
        dot(model, first + i, second + j, word++);
      }
    }
    return word;
  }

  /** The sum of products modulo 2^64: a vector MatMul, ten times as fast as ReduceSum. */
  private static void dot(ProbeModel model, String first, String second, int word) {
    model
        .node("MatMul", List.of(first, second), List.of("word_" + word))
        .output("word_" + word, DataType.UINT64);
  }

  private static String number(int half, int table) {
    return "number_" + half + "_" + table;
  }

  private static TensorProto table(String name, SplittableRandom random) {
    ByteBuffer bytes = ByteBuffer.allocate(TABLE * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putLong(random.nextLong());
    }
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(DataType.UINT64_VALUE)
        .addDims(TABLE)
        .setRawData(ByteString.copyFrom(bytes.flip()))
        .build();
  }

  /** The fingerprint of what is added; in which order and grouping makes no difference. */
  final class Sum {
    private final long[] sums = new long[words];

    /**
     * Adds elements.
     *
     * @param elements their bytes in native order, a direct buffer
     */
    void add(ByteBuffer elements) throws OrtException {
      long count = elements.remaining() / bytes;
      try (OnnxTensor bits =
              OnnxTensor.createTensor(
                  OrtRuntime.environment(),
                  elements,
                  new long[] {count, halves},
                  bytes == 1 ? OnnxJavaType.UINT8 : OnnxJavaType.INT16);
          OrtSession.Result result = session.run(Map.of("bits", bits))) {
        for (int word = 0; word < words; word++) {
          sums[word] += (Long) result.get(word).getValue();
        }
      }
    }

    /** Adds the elements that another sum of this fingerprint has. */
    void add(Sum other) {
      for (int word = 0; word < words; word++) {
        sums[word] += other.sums[word];
      }
    }

    /** The fingerprint of all that was added. */
    List<Long> words() {
      return Arrays.stream(sums).boxed().toList();
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
