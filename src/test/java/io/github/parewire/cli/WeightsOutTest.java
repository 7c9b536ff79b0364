package io.github.parewire.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.model.ElementType;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** {@code --weights-out}: the rewired tensors as PyTorch's modules hold them. */
final class WeightsOutTest {

  private static final int IN = 9;
  private static final int OUT = 12;

  @TempDir private Path folder;
  private Path in;
  private Path out;
  private Path safetensors;
  private Path npz;

  @BeforeEach
  void nameFiles() {
    in = folder.resolve("in.onnx");
    out = folder.resolve("out.onnx");
    safetensors = folder.resolve("w.safetensors");
    npz = folder.resolve("w.npz");
  }

  /** A dense layer stored [inputs, outputs], and a conv behind a Transpose, stored [k, out, in]. */
  private void writeModel(ElementType type) {
    Models models = Models.model();
    models
        .graph()
        .input("x", type.dataType(), 1, IN)
        .input("image", type.dataType(), 1, 5, 8)
        .weights("dense", Storage.RAW, Weights.random(type, Seeds.random("dense"), IN, OUT))
        .weights("conv/w", Storage.PACKED, Weights.random(type, Seeds.random("conv"), 3, 4, 5))
        .node(
            "Transpose", List.of("conv/w"), "moved", Models.attribute("perm", List.of(1L, 2L, 0L)))
        .node("MatMul", List.of("x", "dense"), "y")
        .node("Conv", List.of("image", "moved"), "z")
        .output("y", type.dataType())
        .output("z", type.dataType());
    models.write(in);
  }

  @TestFactory
  Stream<DynamicTest> safetensorsOfAllTypes() {
    return Weights.TYPES.stream()
        .map(type -> DynamicTest.dynamicTest(type.toString(), () -> checkSafetensors(type)));
  }

  private void checkSafetensors(ElementType type) throws Exception {
    writeModel(type);
    Cli run = Cli.run(in, out, "--weights-out", safetensors);
    assertEquals(0, run.status(), run::err);

    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(safetensors)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[Math.toIntExact(file.getLong())];
    file.get(json);
    byte[] data = new byte[file.remaining()];
    file.get(data);
    assertEquals(0, json.length % 8);
    JsonNode header = new ObjectMapper().readTree(new String(json, UTF_8));
    assertEquals(3, header.size());
    assertEquals("pt", header.at("/__metadata__/format").asText());
    JsonNode about = new ObjectMapper().readTree(header.at("/__metadata__/onnx-parewire").asText());
    String dtype =
        switch (type) {
          case FLOAT -> "F32";
          case DOUBLE -> "F64";
          case FLOAT16 -> "F16";
          default -> "BF16";
        };
    for (String name : List.of("dense", "conv/w")) {
      JsonNode entry = header.get(name);
      assertEquals(dtype, entry.get("dtype").asText());
      int from = entry.at("/data_offsets/0").asInt();
      int to = entry.at("/data_offsets/1").asInt();
      assertArrayEquals(parameter(out, name), Arrays.copyOfRange(data, from, to), name);
      checkDescription(name, about.get(name));
    }
    assertEquals("[12,9]", header.at("/dense/shape").toString());
    assertEquals("[4,5,3]", header.get("conv/w").get("shape").toString());
    int end =
        Math.max(
            header.at("/dense/data_offsets/1").asInt(),
            header.get("conv/w").at("/data_offsets/1").asInt());
    assertEquals(data.length, end);
  }

  private void checkDescription(String name, JsonNode about) throws Exception {
    boolean isDense = name.equals("dense");
    assertEquals(isDense ? 0 : 1, about.get("layer").asInt());
    assertEquals(isDense ? "MatMul" : "Conv", about.get("operator").asText());
    assertEquals(isDense ? "[9,12]" : "[3,4,5]", about.get("stored").toString());
    assertEquals(
        isDense ? "[{\"permute\":[1,0]}]" : "[{\"permute\":[1,2,0]}]",
        about.get("steps").toString());
    byte[] before = MessageDigest.getInstance("SHA-256").digest(parameter(in, name));
    assertEquals(HexFormat.of().formatHex(before), about.get("sha256Before").asText());
  }

  @TestFactory
  Stream<DynamicTest> npzOfTypesThatNumpyHas() {
    return Weights.TYPES.stream()
        .filter(type -> type != ElementType.BFLOAT16)
        .map(type -> DynamicTest.dynamicTest(type.toString(), () -> checkNpz(type)));
  }

  private void checkNpz(ElementType type) throws Exception {
    writeModel(type);
    assertEquals(0, Cli.run(in, out, "--weights-out", npz).status());
    byte[] first = Files.readAllBytes(npz);
    try (ZipFile zip = new ZipFile(npz.toFile())) {
      assertEquals(
          List.of("dense.npy", "conv/w.npy"), zip.stream().map(ZipEntry::getName).toList());
      for (String name : List.of("dense", "conv/w")) {
        ZipEntry entry = zip.getEntry(name + ".npy");
        byte[] npy = zip.getInputStream(entry).readAllBytes();
        int header = 10 + (npy[8] & 0xff) + ((npy[9] & 0xff) << 8);
        assertEquals(0, header % 64);
        String shape = name.equals("dense") ? "(12, 9,)" : "(4, 5, 3,)";
        assertEquals(
            "{'descr': '<f%d', 'fortran_order': False, 'shape': %s, }"
                .formatted(type.bytes(), shape),
            new String(npy, 10, header - 10, ISO_8859_1).strip());
        assertArrayEquals(parameter(out, name), Arrays.copyOfRange(npy, header, npy.length));
        checkDescription(name, new ObjectMapper().readTree(entry.getComment()));
      }
    }
    assertEquals(0, Cli.run(in, out, "--weights-out", npz, "--threads", 1).status());
    assertArrayEquals(first, Files.readAllBytes(npz));
  }

  /** A tensor's bytes in PyTorch's layout, worked out from where the file stores each. */
  private static byte[] parameter(Path model, String name) {
    Weights weights = Tensors.weights(model, name);
    int width = weights.type().bytes();
    long[] stored = weights.bits();
    ByteBuffer bytes = ByteBuffer.allocate(width * stored.length).order(ByteOrder.LITTLE_ENDIAN);
    // Both tensors are [a, b] to be [b, a]: of the conv, the kernel stands before [out, in].
    int rows = weights.dims()[0];
    int columns = stored.length / rows;
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < width; i++) {
          bytes.put((byte) (stored[row * columns + column] >>> (8 * i)));
        }
      }
    }
    return bytes.array();
  }

  @Test
  void refused() throws IOException {
    writeModel(ElementType.BFLOAT16);
    assertRefused(2, "numpy has no type bfloat16", npz);
    writeModel(ElementType.FLOAT);
    assertRefused(2, ".safetensors or .npz", folder.resolve("w.bin"));
    assertRefused(2, ".safetensors or .npz", folder.resolve("w"));
    assertRefused(5, "missing", folder.resolve("missing").resolve("w.npz"));
    Path directory = Files.createDirectory(folder.resolve("d.npz"));
    assertRefused(2, "not a file to write weights to", directory);
    Files.delete(directory);
    Path link = Files.createSymbolicLink(npz, in);
    assertRefused(2, "another file of this run", link);
    Files.delete(link);
    out = folder.resolve("out.npz");
    assertRefused(2, "another file of this run", out);
  }

  @Test
  void nameThatTheFormatKeepsForItself() throws IOException {
    Models.dense("__metadata__", Storage.RAW, Weights.floats(new int[] {2, 2}, 1, 2, 3, 4))
        .write(in);
    assertRefused(3, "rename the tensor", safetensors);
    assertRefused(3, "rename the tensor", npz);
  }

  @Test
  void reportInTheirPlace() throws IOException {
    writeModel(ElementType.FLOAT);
    Cli run = Cli.run(in, out, "--weights-out", npz, "--json", npz);
    assertEquals(2, run.status(), run::toString);
    assertTrue(run.err().contains("give the report a name of its own"), run::err);
  }

  private void assertRefused(int status, String word, Path weights) throws IOException {
    Cli run = Cli.run(in, out, "--weights-out", weights);
    assertEquals(status, run.status(), run::toString);
    assertEquals(1, run.errLines().size(), run::err);
    assertTrue(run.err().contains(word), run::err);
    assertFalse(Files.exists(out));
  }

  @Test
  void failureAndDryRunLeaveTheOldFile() throws IOException {
    Files.writeString(npz, "precious");
    writeModel(ElementType.FLOAT);
    assertEquals(0, Cli.run(in, out, "--dry-run", "--weights-out", npz).status());
    Weights broken = Weights.floats(new int[] {2, 2}, 1, Float.NaN, 2, 3);
    Models.dense("w", Storage.RAW, broken).write(in);
    assertEquals(3, Cli.run(in, out, "--weights-out", npz).status());
    assertEquals("precious", Files.readString(npz));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of("in.onnx", "w.npz"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void hashedInTheReport() throws Exception {
    writeModel(ElementType.FLOAT);
    Cli run = Cli.run(in, out, "--weights-out", npz, "--json", "-");
    JsonNode files = new ObjectMapper().readTree(run.out()).at("/output/files");
    assertEquals(npz.toString(), files.at("/1/path").asText());
    assertEquals(
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(npz))),
        files.at("/1/sha256").asText());
  }
}
