package io.github.parewire.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.SparseTensorProto;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Oracle;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** External data: goes through in its own form, and leads nowhere that it should not. */
final class ExternalDataTest {

  private static final String NAME = "the weight";
  private static final int ROWS = 16;
  private static final int COLUMNS = 24;
  private static final int BYTES = ROWS * COLUMNS * Float.BYTES;

  @TempDir private Path folder;

  private Path in;
  private Path data;
  private Path out;
  private Weights weights;

  @BeforeEach
  void makeFolders() throws IOException {
    Path models = Files.createDirectory(folder.resolve("models"));
    in = models.resolve("in.onnx");
    data = models.resolve("weights.bin");
    out = Files.createDirectory(folder.resolve("results")).resolve("out.onnx");
    weights = Weights.random(ElementType.FLOAT, Seeds.random("external data"), ROWS, COLUMNS);
    Files.write(data, weights.bytes());
  }

  // What must work.

  @Test
  void staysExternalInAFileNamedAfterTheOutput() throws IOException {
    writeModel(Map.of("location", "weights.bin"));
    byte[] before = Files.readAllBytes(data);

    assertRewired();

    TensorProto tensor = Tensors.byName(Tensors.model(out)).get(NAME);
    assertEquals(TensorProto.DataLocation.EXTERNAL, tensor.getDataLocation());
    assertEquals("out.onnx.data", entry(tensor, "location"));
    assertArrayEquals(before, Files.readAllBytes(data), "the input's data file");
    assertEquals(List.of("in.onnx", "weights.bin"), names(in.getParent()));
    assertEquals(List.of("out.onnx", "out.onnx.data"), names(out.getParent()));
  }

  @TestFactory
  Stream<DynamicTest> everyElementType() {
    return Weights.TYPES.stream()
        .map(type -> DynamicTest.dynamicTest(type.toString(), () -> assertRewired(type)));
  }

  private void assertRewired(ElementType type) throws IOException {
    Weights typed = Weights.random(type, Seeds.random("external " + type), ROWS, COLUMNS);
    Files.write(data, typed.bytes());
    TensorProto tensor =
        external(Map.of("location", "weights.bin")).toBuilder()
            .setDataType(type.dataType().getNumber())
            .build();
    dense(tensor).write(in);

    assertEquals(0, Cli.run(in, out).status());

    byte[] all = Files.readAllBytes(out.resolveSibling("out.onnx.data"));
    assertArrayEquals(Oracle.rewired(typed, Oracle.SEED.child(0)).bytes(), all);
    assertEquals(0, Cli.run("verify", in, out, "--check", "sort").status());
  }

  @Test
  void offsetAndLength() throws IOException {
    byte[] padded = new byte[100 + BYTES + 7];
    System.arraycopy(weights.bytes(), 0, padded, 100, BYTES);
    Files.write(data, padded);
    writeModel(entries("weights.bin", "100", String.valueOf(BYTES)));
    assertRewired();
  }

  @Test
  void lengthZeroIsTheTensorsOwn() throws IOException {
    writeModel(entries("weights.bin", "0", "0"));
    assertRewired();
  }

  @Test
  void folderBelowTheModel() throws IOException {
    Files.createDirectory(in.resolveSibling("blobs"));
    Files.move(data, in.resolveSibling("blobs").resolve("weights.bin"));
    writeModel(Map.of("location", "blobs/weights.bin"));
    assertRewired();
  }

  /** A hub's cache: the model and its data are links, each to a blob of its own. */
  @Test
  void linksFromASnapshotToBlobs() throws IOException {
    writeModel(Map.of("location", "weights.bin"));
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    Files.move(in, blobs.resolve("0a1b"));
    Files.move(data, blobs.resolve("2c3d"));
    Files.createSymbolicLink(in, Path.of("../blobs/0a1b"));
    Files.createSymbolicLink(data, Path.of("../blobs/2c3d"));
    assertRewired();
  }

  @Test
  void hardLinkIfAllowed() throws IOException {
    writeModel(Map.of("location", "weights.bin"));
    Files.createLink(folder.resolve("other name"), data);
    assertRewired("--allow-hard-links");
  }

  @Test
  void savedToADataFileOnRequest() throws IOException {
    Files.delete(data);
    writeModel(tensor().setRawData(bytes(weights)).build());
    assertRewired("--save-as-external-data");
    assertEquals(
        TensorProto.DataLocation.EXTERNAL,
        Tensors.byName(Tensors.model(out)).get(NAME).getDataLocation());
    assertEquals(0, Cli.run("verify", in, out).status());
  }

  @Test
  void twoTensorsOfOneRangeAreLeft() throws IOException {
    TensorProto first = external(Map.of("location", "weights.bin"));
    Models models = dense(first);
    models.graph().initializer(first.toBuilder().setName("twin").build());
    models.write(in);
    Cli cli = Cli.run(in, out);
    assertEquals(4, cli.status());
    assertTrue(Cli.run("inspect", in).out().contains("overlaps"));
  }

  @Test
  void verifyFindsOtherBytesInTheDataFile() throws IOException {
    writeModel(Map.of("location", "weights.bin"));
    assertRewired();
    Path outData = out.resolveSibling("out.onnx.data");
    byte[] bytes = Files.readAllBytes(outData);
    bytes[bytes.length - 4] ^= 1;
    Files.write(outData, bytes);
    Cli cli = Cli.run("verify", in, out);
    assertEquals(1, cli.status());
    assertTrue(cli.out().contains("same weights: failed"), cli.out());
  }

  // What must be refused.

  @TestFactory
  Stream<DynamicTest> unsafeLocations() {
    return Stream.of(
            "../weights.bin",
            "a/../../weights.bin",
            "a/../weights.bin",
            "..",
            "/etc/hostname",
            "C:\\weights.bin",
            "C:weights.bin",
            "\\\\server\\share\\weights.bin",
            "a\\weights.bin",
            "weights\0.bin",
            "",
            ".",
            "./",
            "missing.bin")
        .map(
            location ->
                DynamicTest.dynamicTest(
                    "'" + location.replace('\0', '0') + "'",
                    () -> {
                      writeModel(Map.of("location", location));
                      assertRefused("external data");
                    }));
  }

  @TestFactory
  Stream<DynamicTest> unsoundEntries() {
    Map<String, Map<String, String>> cases = new LinkedHashMap<>();
    cases.put("no location", Map.of("offset", "0"));
    cases.put("unknown key", Map.of("location", "weights.bin", "basepath", "/etc"));
    cases.put("negative offset", entries("weights.bin", "-1", "0"));
    cases.put("offset that is no number", entries("weights.bin", "0x10", "0"));
    cases.put("offset over 2^63", entries("weights.bin", "9223372036854775808", "0"));
    cases.put("offset that would overflow", entries("weights.bin", "9223372036854775807", "0"));
    cases.put("offset behind the end", entries("weights.bin", "1", "0"));
    cases.put("negative length", entries("weights.bin", "0", "-5"));
    cases.put("length of another shape", entries("weights.bin", "0", "8"));
    cases.put("length over 2^63", entries("weights.bin", "0", "99999999999999999999"));
    return cases.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      writeModel(entry.getValue());
                      assertRefused("external data", "expected", "found");
                    }));
  }

  /** What ONNX Runtime writes into files of its own is named as what it is. */
  @Test
  void whatOnnxRuntimeAdds() throws IOException {
    writeModel(Map.of("location", "weights.bin", "prepacked_0", "sgemm|0;64"));
    assertRefused("'prepacked_0': a copy that ONNX Runtime laid out for one processor");
    writeModel(Map.of("location", "*/_ORT_MEM_ADDR_/*", "offset", "140012", "length", "96"));
    assertRefused("weights that were in the memory of the ONNX Runtime session");
    writeModel(Map.of("location", "weights.bin", "basepath", "/etc"));
    assertRefused("expected one of location, offset, length, checksum, found the key 'basepath'");
  }

  @Test
  void keyTwice() throws IOException {
    TensorProto tensor = external(Map.of("location", "weights.bin"));
    writeModel(tensor.toBuilder().addAllExternalData(tensor.getExternalDataList()).build());
    assertRefused("twice");
  }

  @Test
  void linkOutOfTheFolder() throws IOException {
    Files.move(data, folder.resolve("secret"));
    Files.createSymbolicLink(data, folder.resolve("secret"));
    writeModel(Map.of("location", "weights.bin"));
    assertRefused("external data 'weights.bin'", "found");
  }

  @Test
  void parentFolderThatIsALinkOut() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.move(data, elsewhere.resolve("weights.bin"));
    Files.createSymbolicLink(in.resolveSibling("blobs"), elsewhere);
    writeModel(Map.of("location", "blobs/weights.bin"));
    assertRefused("external data 'blobs/weights.bin'");
  }

  /** A folder whose name only begins like the model's is not the model's. */
  @Test
  void siblingFolderWithACommonPrefix() throws IOException {
    Path sibling = Files.createDirectory(folder.resolve("models-other"));
    Files.move(data, sibling.resolve("weights.bin"));
    Files.createSymbolicLink(data, sibling.resolve("weights.bin"));
    writeModel(Map.of("location", "weights.bin"));
    assertRefused("external data 'weights.bin'");
  }

  @Test
  void hardLink() throws IOException {
    Files.createLink(folder.resolve("other name"), data);
    writeModel(Map.of("location", "weights.bin"));
    assertRefused("hard links", "--allow-hard-links");
  }

  @Test
  void folderInPlaceOfTheFile() throws IOException {
    Files.delete(data);
    Files.createDirectory(data);
    writeModel(Map.of("location", "weights.bin"));
    assertRefused("expected a regular file");
  }

  @Test
  void pipe() throws IOException, InterruptedException {
    Files.delete(data);
    assertEquals(
        0,
        new ProcessBuilder("mkfifo", data.toString()).start().waitFor(),
        "this test needs the command mkfifo");
    writeModel(Map.of("location", "weights.bin"));
    assertRefused("expected a regular file");
  }

  @Test
  void device() throws IOException {
    Files.delete(data);
    Files.createSymbolicLink(data, Path.of("/dev/zero"));
    writeModel(Map.of("location", "weights.bin"));
    assertRefused("external data 'weights.bin'");
  }

  @Test
  void dimsThatOverflow() throws IOException {
    writeModel(
        external(Map.of("location", "weights.bin")).toBuilder()
            .clearDims()
            .addDims(1L << 40)
            .addDims(1L << 40)
            .build());
    assertRefused("dims");
  }

  @Test
  void bareFileNameOfTheModelDisablesNoCheck() throws IOException, InterruptedException {
    writeModel(Map.of("location", "../results/x"));
    Files.write(out.resolveSibling("x"), weights.bytes());
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.github.parewire.cli.Main",
                "inspect",
                "in.onnx")
            .directory(in.getParent().toFile())
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(3, process.waitFor(), text);
  }

  /** Wherever a tensor can stand, it is checked. */
  @TestFactory
  Stream<DynamicTest> everyPlaceInTheModel() {
    TensorProto attack = external(Map.of("location", "../../secret"));
    Map<String, UnaryOperator<ModelProto.Builder>> places = new LinkedHashMap<>();
    places.put(
        "Constant attribute",
        model -> {
          model.getGraphBuilder().addNode(0, constant(attack));
          return model;
        });
    places.put(
        "subgraph",
        model -> {
          AttributeProto.Builder body = AttributeProto.newBuilder().setName("then_branch");
          body.setType(AttributeProto.AttributeType.GRAPH).getGBuilder().addInitializer(attack);
          model
              .getGraphBuilder()
              .addNode(0, NodeProto.newBuilder().setOpType("If").addAttribute(body));
          return model;
        });
    places.put(
        "function",
        model -> model.addFunctions(FunctionProto.newBuilder().addNode(constant(attack))));
    places.put(
        "sparse tensor",
        model -> {
          model
              .getGraphBuilder()
              .addSparseInitializer(SparseTensorProto.newBuilder().setValues(attack));
          return model;
        });
    return places.entrySet().stream()
        .map(
            place ->
                DynamicTest.dynamicTest(
                    place.getKey(),
                    () -> {
                      ModelProto sound = dense(inline()).build();
                      Files.write(
                          in, place.getValue().apply(sound.toBuilder()).build().toByteArray());
                      assertRefused("external data '../../secret'");
                    }));
  }

  @TestFactory
  Stream<DynamicTest> outputOverTheInputsData() {
    return Stream.of("weights.bin", "weights")
        .map(
            name ->
                DynamicTest.dynamicTest(
                    "OUT " + name,
                    () -> {
                      Path named = in.resolveSibling("weights.data");
                      Files.copy(data, named);
                      boolean isModel = name.equals("weights.bin");
                      writeModel(Map.of("location", isModel ? "weights.bin" : "weights.data"));
                      byte[] before = Files.readAllBytes(data);
                      Cli cli = Cli.run(in, in.resolveSibling(name));
                      assertEquals(2, cli.status(), cli.err());
                      assertTrue(cli.err().contains("data file of IN"), cli.err());
                      assertArrayEquals(before, Files.readAllBytes(data));
                      assertArrayEquals(before, Files.readAllBytes(named));
                      Files.delete(named);
                    }));
  }

  // Bytes of two tensors.

  @TestFactory
  Stream<DynamicTest> tensorsWithBytesOfOneAnother() {
    return Stream.of(
            List.of("--include", NAME),
            List.of("--include", "other"),
            List.of("--include", NAME, "--include", "other"),
            List.of("--include", NAME, "--dry-run"))
        .flatMap(
            options ->
                Stream.of(0, COLUMNS * Float.BYTES)
                    .map(
                        offset ->
                            DynamicTest.dynamicTest(
                                options + ", the other from byte " + offset,
                                () -> assertSharedBytesAreRefused(options, offset))));
  }

  private void assertSharedBytesAreRefused(List<String> options, int offset) throws IOException {
    Files.write(data, Arrays.copyOf(weights.bytes(), BYTES + offset));
    Models models = dense(external(Map.of("location", "weights.bin")));
    models
        .graph()
        .initializer(
            external(Map.of("location", "weights.bin", "offset", String.valueOf(offset)))
                .toBuilder()
                .setName("other")
                .build())
        .node("Gemm", List.of("x", "other"), "z", Models.attribute("transB", 1))
        .output("z", TensorProto.DataType.FLOAT);
    models.write(in);
    List<Object> arguments = new ArrayList<>(List.of(in, out));
    arguments.addAll(options);
    Cli cli = Cli.run(arguments.toArray());
    String named = options.get(1);
    assertEquals(2, cli.status(), cli::toString);
    assertEquals(
        List.of(
            "onnx-parewire: "
                + in
                + ", tensor '"
                + named
                + "': expected external data of its own, found bytes that tensor '"
                + (named.equals(NAME) ? "other" : NAME)
                + "' has, too, and would change with it; save the model so that each tensor has its"
                + " own, or leave out --include "
                + named),
        cli.errLines());
    assertEquals(List.of(), names(out.getParent()));
  }

  // What is at OUT.data already.

  @Test
  void fileOfSomebodyElseStays() throws IOException {
    writeModel(Map.of("location", "weights.bin"));
    assertDataFileIsSpared();
    assertEquals(List.of("out.onnx.data"), names(out.getParent()));
  }

  @Test
  void fileOfSomebodyElseStaysBesideAModelThatDoesNotNameIt() throws IOException {
    writeModel(Map.of("location", "weights.bin"));
    for (byte[] old : List.of(dense(inline()).bytes(), "no model".getBytes(UTF_8), new byte[0])) {
      Files.write(out, old);
      assertDataFileIsSpared();
      assertArrayEquals(old, Files.readAllBytes(out));
    }
  }

  @Test
  void fileOfSomebodyElseStaysIfInitializersMove() throws IOException {
    writeModel(inline());
    assertDataFileIsSpared("--save-as-external-data");
  }

  private void assertDataFileIsSpared(String... options) throws IOException {
    Path there = Files.writeString(out.resolveSibling("out.onnx.data"), "precious");
    List<Object> arguments = new ArrayList<>(List.of(in, out));
    arguments.addAll(List.of(options));
    Cli cli = Cli.run(arguments.toArray());
    assertEquals(2, cli.status(), cli::toString);
    assertEquals(
        List.of(
            "onnx-parewire: "
                + there
                + ": the data file of OUT goes there; expected none, or that of the model "
                + out
                + ", found a file that no model there names; move it elsewhere, give OUT another"
                + " name or folder, or replace it with --force"),
        cli.errLines());
    assertEquals("precious", Files.readString(there));
  }

  @Test
  void forceReplacesTheFileOfSomebodyElse() throws IOException {
    writeModel(Map.of("location", "weights.bin"));
    Files.writeString(out.resolveSibling("out.onnx.data"), "worthless");
    assertRewired("--force");
    assertEquals(List.of("out.onnx", "out.onnx.data"), names(out.getParent()));
  }

  @Test
  void dataFileOfTheOlderModelIsReplaced() throws IOException {
    writeModel(Map.of("location", "weights.bin"));
    for (String location : List.of("out.onnx.data", "./out.onnx.data")) {
      dense(external(Map.of("location", location))).write(out);
      Files.writeString(out.resolveSibling("out.onnx.data"), "old");
      assertRewired();
    }
  }

  @Test
  void folderInPlaceOfTheDataFile() throws IOException {
    writeModel(Map.of("location", "weights.bin"));
    Files.createDirectory(out.resolveSibling("out.onnx.data"));
    for (List<Object> arguments :
        List.of(List.<Object>of(in, out), List.<Object>of(in, out, "--force"))) {
      Cli cli = Cli.run(arguments.toArray());
      assertEquals(2, cli.status(), cli::toString);
      assertTrue(cli.err().contains("found a folder"), cli::err);
    }
    assertEquals(List.of("out.onnx.data"), names(out.getParent()));
  }

  /** It is no file of the run, where nothing goes to a data file. */
  @Test
  void fileOfSomebodyElseIsNoMatterWithoutExternalData() throws IOException {
    writeModel(inline());
    Path there = Files.writeString(out.resolveSibling("out.onnx.data"), "precious");
    assertEquals(0, Cli.run(in, out).status());
    assertEquals("precious", Files.readString(there));
  }

  private void assertRewired(String... options) throws IOException {
    Object[] arguments =
        Stream.concat(Stream.of(in, out), Arrays.stream(options)).toArray(Object[]::new);
    Cli cli = Cli.run(arguments);
    assertEquals(0, cli.status(), cli.err());
    TensorProto tensor = Tensors.byName(Tensors.model(out)).get(NAME);
    int offset = Integer.parseInt(entry(tensor, "offset"));
    byte[] all = Files.readAllBytes(out.resolveSibling(entry(tensor, "location")));
    assertArrayEquals(
        Oracle.rewired(weights, Oracle.SEED.child(0)).bytes(),
        Arrays.copyOfRange(all, offset, offset + BYTES));
    assertEquals(0, offset % 4096, "alignment");
  }

  private void assertRefused(String... parts) throws IOException {
    Cli cli = Cli.run(in, out);
    assertAll(
        () -> assertEquals(3, cli.status(), cli.err()),
        () -> assertEquals(1, cli.errLines().size(), cli.err()),
        () -> assertTrue(cli.err().contains(in.toString()), cli.err()),
        () -> assertTrue(cli.err().contains("tensor '" + NAME + "'"), cli.err()),
        () -> {
          for (String part : parts) {
            assertTrue(cli.err().contains(part), part + " in: " + cli.err());
          }
        },
        () -> assertEquals("", cli.out()),
        () -> assertFalse(Files.exists(out)));
  }

  private void writeModel(Map<String, String> entries) {
    writeModel(external(entries));
  }

  private void writeModel(TensorProto tensor) {
    dense(tensor).write(in);
  }

  private static Models dense(TensorProto tensor) {
    Models models = Models.model();
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT)
        .initializer(tensor)
        .node("Gemm", List.of("x", NAME), "y", Models.attribute("transB", 1))
        .output("y", TensorProto.DataType.FLOAT);
    return models;
  }

  private TensorProto inline() {
    return tensor().setRawData(bytes(weights)).build();
  }

  private static TensorProto external(Map<String, String> entries) {
    TensorProto.Builder tensor = tensor().setDataLocation(TensorProto.DataLocation.EXTERNAL);
    entries.forEach(
        (key, value) ->
            tensor.addExternalData(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return tensor.build();
  }

  private static TensorProto.Builder tensor() {
    return TensorProto.newBuilder()
        .setName(NAME)
        .setDataType(TensorProto.DataType.FLOAT_VALUE)
        .addDims(ROWS)
        .addDims(COLUMNS);
  }

  private static NodeProto constant(TensorProto tensor) {
    return NodeProto.newBuilder()
        .setOpType("Constant")
        .addOutput("unused")
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("value")
                .setType(AttributeProto.AttributeType.TENSOR)
                .setT(tensor))
        .build();
  }

  private static Map<String, String> entries(String location, String offset, String length) {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("location", location);
    entries.put("offset", offset);
    entries.put("length", length);
    return entries;
  }

  private static String entry(TensorProto tensor, String key) {
    return tensor.getExternalDataList().stream()
        .filter(entry -> entry.getKey().equals(key))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  private static ByteString bytes(Weights weights) {
    return ByteString.copyFrom(weights.bytes());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
