package io.github.parewire;

import static io.github.parewire.testing.Matrices.transposed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.options.GroupMode;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.StreamOptions;
import io.github.parewire.result.Proof;
import io.github.parewire.result.Report;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.NaiveRewiring;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors that hold several matrices, from file to file, against the algorithm line by line. */
final class PackedWeightsTest {

  private static final int SIZE = 8;
  private static final int PARTS = 3;

  @TempDir private Path folder;

  private final Models models = Models.model().opset(13);

  /** Three projections in one tensor, cut by Split or by Slice, are rewired as three layers are. */
  @Test
  void partsOfOutputs() throws IOException {
    double[][] packed = matrix(PARTS * SIZE, SIZE);
    models
        .graph()
        .input("x", DataType.FLOAT, 2, SIZE)
        .weights("w", Storage.RAW, weights(packed))
        .add(split(0))
        .node("Gemm", List.of("x", "w0"), "y0", Models.attribute("transB", 1))
        .node("Gemm", List.of("x", "w1"), "y1", Models.attribute("transB", 1))
        .node("Gemm", List.of("x", "w2"), "y2", Models.attribute("transB", 1))
        .output("y0", DataType.FLOAT)
        .output("y1", DataType.FLOAT)
        .output("y2", DataType.FLOAT);
    double[][] expected = new double[PARTS * SIZE][];
    for (int part = 0; part < PARTS; part++) {
      double[][] one =
          rewired(Arrays.copyOfRange(packed, part * SIZE, (part + 1) * SIZE), part, PARTS);
      System.arraycopy(one, 0, expected, part * SIZE, SIZE);
    }
    check(expected);
  }

  @Test
  void partsOfAMatMulsColumns() throws IOException {
    double[][] packed = matrix(SIZE, PARTS * SIZE);
    models
        .graph()
        .input("x", DataType.FLOAT, 2, SIZE)
        .weights("w", Storage.RAW, weights(packed))
        .integers("start", List.of(0L))
        .integers("cut", List.of((long) SIZE))
        .integers("end", List.of(Long.MAX_VALUE))
        .integers("axis", List.of(1L))
        .node("Slice", List.of("w", "start", "cut", "axis"), "query")
        .node("Slice", List.of("w", "cut", "end", "axis"), "key and value")
        .node("MatMul", List.of("x", "query"), "y")
        .node("MatMul", List.of("x", "key and value"), "z")
        .output("y", DataType.FLOAT)
        .output("z", DataType.FLOAT);
    double[][] expected = new double[SIZE][PARTS * SIZE];
    for (int part = 0; part < PARTS; part++) {
      int first = part * SIZE;
      double[][] columns =
          Arrays.stream(packed)
              .map(row -> Arrays.copyOfRange(row, first, first + SIZE))
              .toArray(double[][]::new);
      double[][] one = transposed(rewired(transposed(columns), part, PARTS));
      for (int row = 0; row < SIZE; row++) {
        System.arraycopy(one[row], 0, expected[row], first, SIZE);
      }
    }
    check(expected);
  }

  /** Flax's and Keras's kernel of axes [inputs, heads, size of a head]. */
  @Test
  void einsum() throws IOException {
    double[][] kernel = matrix(6, 4 * 2);
    double[] flat = Arrays.stream(kernel).flatMapToDouble(Arrays::stream).toArray();
    models
        .graph()
        .input("x", DataType.FLOAT, 1, 3, 6)
        .weights("w", Storage.RAW, weights(flat, 6, 4, 2))
        .add(
            NodeProto.newBuilder()
                .setOpType("Einsum")
                .addInput("x")
                .addInput("w")
                .addOutput("y")
                .addAttribute(Models.attribute("equation", "abc,cde->abde"))
                .build())
        .output("y", DataType.FLOAT);
    check(transposed(rewired(transposed(kernel), 0, 1)));
  }

  /** Floats that the model quantizes and dequantizes itself. */
  @Test
  void fakeQuantized() throws IOException {
    double[][] matrix = matrix(SIZE, 12);
    models
        .graph()
        .input("x", DataType.FLOAT, 2, 12)
        .weights("w", Storage.RAW, weights(matrix))
        .weights("scale", Storage.RAW, Weights.floats(new int[0], 0.01f))
        .weights("zero", Storage.RAW, Weights.of(ElementType.INT8, new int[0], 0))
        .node("QuantizeLinear", List.of("w", "scale", "zero"), "q")
        .node("DequantizeLinear", List.of("q", "scale", "zero"), "d")
        .node("Gemm", List.of("x", "d"), "y", Models.attribute("transB", 1))
        .output("y", DataType.FLOAT);
    check(rewired(matrix, 0, 1));
  }

  private void check(double[][] expected) throws IOException {
    Path in = models.write(folder.resolve("in.onnx"));
    Path out = folder.resolve("out.onnx");
    Report report = new Rewirer(RewireOptions.defaults()).rewire(in, out);
    for (Proof proof : report.verification().orElseThrow().proofs()) {
      assertEquals(Proof.Outcome.HOLDS, proof.outcome(), proof::toString);
    }
    try (OnnxFile file = OnnxFile.open(out)) {
      double[] found =
          Weights.of(
                  LayerFinder.find(file, GroupMode.JOINT).layers().get(0).tensor().data().tensor())
              .values();
      assertArrayEquals(Arrays.stream(expected).flatMapToDouble(Arrays::stream).toArray(), found);
    }
  }

  private static double[][] rewired(double[][] matrix, int slice, int slices) {
    SeedSequence layer = SeedSequence.of(StreamOptions.DEFAULT.seed()).child(0);
    return NaiveRewiring.rewire(matrix, slices == 1 ? layer : layer.child(slice));
  }

  private static double[][] matrix(int rows, int columns) {
    Weights weights = Weights.kaiming(Seeds.random("packed"), rows, columns);
    double[] values = weights.values();
    return IntStream.range(0, rows)
        .mapToObj(row -> Arrays.copyOfRange(values, row * columns, (row + 1) * columns))
        .toArray(double[][]::new);
  }

  private static Weights weights(double[][] matrix) {
    return weights(
        Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray(),
        matrix.length,
        matrix[0].length);
  }

  private static Weights weights(double[] values, int... dims) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Weights.floats(dims, floats);
  }

  private static NodeProto split(int axis) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setOpType("Split")
            .addInput("w")
            .addAttribute(Models.attribute("axis", axis));
    IntStream.range(0, PARTS).forEach(part -> node.addOutput("w" + part));
    return node.build();
  }
}
