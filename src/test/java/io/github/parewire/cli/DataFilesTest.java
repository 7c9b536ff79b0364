package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.SparseTensorProto;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TrainingInfoProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Oracle;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Which data files there are, what is in them, and whose places they don't take. */
final class DataFilesTest {

  private static final int WIDTH = 24;

  @TempDir private Path folder;

  private Path in;
  private Path out;
  private Weights first;
  private Weights second;

  @BeforeEach
  void writeModel() throws IOException {
    Random random = Seeds.random("data files");
    first = Weights.kaiming(random, WIDTH, WIDTH);
    second = Weights.kaiming(random, WIDTH, WIDTH);
    in = Files.createDirectory(folder.resolve("models")).resolve("in.onnx");
    out = Files.createDirectory(folder.resolve("results")).resolve("out.onnx");
    chain("first", "second/weight").write(in);
  }

  private Models chain(String one, String two) {
    Models models = Models.model();
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT, 1, WIDTH)
        .weights(one, Storage.RAW, first)
        .weights(two, Storage.RAW, second)
        .node("Gemm", List.of("x", one), "h", Models.attribute("transB", 1))
        .node("Gemm", List.of("h", two), "y", Models.attribute("transB", 1))
        .output("y", TensorProto.DataType.FLOAT);
    return models;
  }

  // One file.

  @TestFactory
  Stream<DynamicTest> oneFileOfAName() {
    return Stream.of(
            "weights.bin weights.bin",
            "data/weights.bin data/weights.bin",
            "./data//weights.bin data/weights.bin",
            "a/b/c a/b/c",
            ".hidden .hidden",
            "\u00fc\u6f22 \u00fc\u6f22")
        .map(
            names ->
                DynamicTest.dynamicTest(
                    names,
                    () -> {
                      String[] words = names.split(" ");
                      assertRewired("--external-data", words[0]);
                      assertEquals(Stream.of("out.onnx", words[1]).sorted().toList(), files());
                      assertLocations(words[1], words[1]);
                      delete(out.getParent());
                      Files.createDirectory(out.getParent());
                    }));
  }

  @Test
  void nameForWhatIsExternalAlready() throws IOException {
    assertRewired("--save-as-external-data");
    Path again = folder.resolve("again.onnx");
    Cli cli = Cli.run(out, again, "--external-data", "weights.bin", "--seed", "3");
    assertEquals(0, cli.status(), cli::toString);
    assertEquals(0, Cli.run("verify", in, again).status());
    assertArrayEquals(new int[] {0, 4096}, offsets(again, "first", "second/weight"));
  }

  // A file each.

  @Test
  void oneFilePerTensor() throws IOException {
    assertRewired("--one-file-per-tensor");
    assertEquals(List.of("first", "out.onnx", "second_weight"), files());
    assertLocations("first", "second_weight");
  }

  @TestFactory
  Stream<DynamicTest> oneFilePerTensorInAFolder() {
    return Stream.of("data", "data/", "./data")
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      assertRewired("--one-file-per-tensor", "--external-data", name);
                      assertEquals(
                          List.of("data/first", "data/second_weight", "out.onnx"), files());
                      assertLocations("data/first", "data/second_weight");
                    }));
  }

  @Test
  void sameNamesByCaseAreTwoFiles() throws IOException {
    chain("w", "W").write(in);
    assertEquals(0, Cli.run(in, out, "--one-file-per-tensor").status());
    assertEquals(List.of("W_1", "out.onnx", "w"), files());
    assertEquals(0, Cli.run("verify", in, out, "--check", "sort").status());
  }

  /** Beside an input of the kind each file would be one of the input's. */
  @Test
  void inPlaceOfTheInputsFiles() throws IOException {
    assertRewired("--one-file-per-tensor");
    byte[] before = Files.readAllBytes(out.resolveSibling("first"));
    Path beside = out.resolveSibling("beside.onnx");
    assertRefused(
        Cli.run(out, beside, "--one-file-per-tensor"),
        out.resolveSibling("first")
            + " is IN or a data file of IN and would be overwritten; name a folder for them with"
            + " --external-data");
    assertEquals(List.of("first", "out.onnx", "second_weight"), files());
    Cli cli = Cli.run(out, beside, "--one-file-per-tensor", "--external-data", "beside");
    assertEquals(0, cli.status(), cli::toString);
    assertArrayEquals(before, Files.readAllBytes(out.resolveSibling("first")));
    assertEquals(0, Cli.run("verify", in, beside).status());
  }

  // What goes there.

  @Test
  void largeTensorsBeginWhereTheyCanBeMapped() throws IOException {
    Random random = Seeds.random("alignment");
    Models models = chain("first", "second");
    for (int elements : List.of(256, 1025, 1 << 18, 300, (1 << 18) + 1, 255)) {
      Weights weights = Weights.random(ElementType.FLOAT, random, 1, elements);
      models.graph().weights("w" + elements, Storage.RAW, weights);
    }
    models.write(in);
    for (String[] options :
        List.of(
            new String[] {"--save-as-external-data"}, new String[] {"--external-data", "w.bin"})) {
      assertRewired(options);
      Map<String, TensorProto> tensors = Tensors.byName(Tensors.model(out));
      tensors.forEach(
          (name, tensor) -> {
            boolean isMoved = tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
            assertEquals(!name.equals("w255"), isMoved, name);
            if (isMoved) {
              int alignment = entry(tensor, "length") >= 1 << 20 ? 1 << 16 : 1 << 12;
              assertEquals(0, entry(tensor, "offset") % alignment, name);
            }
          });
    }
  }

  /** As in the onnx package, subgraphs' initializers move, and attributes do not. */
  @Test
  void initializersOfSubgraphsMove() throws IOException {
    Models models = Models.model();
    List<Models.Graph> branches = new ArrayList<>();
    for (String name : List.of("then_branch", "else_branch")) {
      branches.add(
          models
              .subgraph(name)
              .weights("inner", Storage.RAW, name.startsWith("then") ? first : second)
              .node("MatMul", List.of("x", "inner"), "r")
              .output("r", TensorProto.DataType.FLOAT));
    }
    models
        .graph()
        .input("c", TensorProto.DataType.BOOL)
        .input("x", TensorProto.DataType.FLOAT, 1, WIDTH)
        .weights("held", Storage.CONSTANT_RAW, first)
        .node(
            "If",
            List.of("c"),
            "h",
            Models.attribute("then_branch", branches.get(0)),
            Models.attribute("else_branch", branches.get(1)))
        .node("MatMul", List.of("h", "held"), "y")
        .output("y", TensorProto.DataType.FLOAT);
    models.write(in);
    Cli cli = Cli.run(in, out, "--one-file-per-tensor");
    assertEquals(0, cli.status(), cli::toString);
    assertEquals(List.of("inner", "inner_1", "out.onnx"), files());
    assertEquals(0, Cli.run("verify", in, out, "--check", "sort").status());
  }

  @Test
  void tensorWithoutElementsBehindOthers() throws IOException {
    Path data = in.resolveSibling("in.data");
    Files.write(data, first.bytes());
    Models models = Models.model();
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT, 1, WIDTH)
        .initializer(external(first.header("w"), 0))
        .initializer(
            external(
                TensorProto.newBuilder()
                    .setName("none")
                    .setDataType(TensorProto.DataType.FLOAT_VALUE)
                    .addDims(0),
                first.bytes().length))
        .node("Gemm", List.of("x", "w"), "h", Models.attribute("transB", 1))
        .node("Concat", List.of("none", "none"), "nothing", Models.attribute("axis", 0))
        .output("h", TensorProto.DataType.FLOAT)
        .output("nothing", TensorProto.DataType.FLOAT);
    models.write(in);
    for (String[] options :
        List.of(
            new String[] {},
            new String[] {"--external-data", "x"},
            new String[] {"--one-file-per-tensor", "--external-data", "each"})) {
      Cli cli = run(options);
      assertEquals(0, cli.status(), cli::toString);
      assertEquals(0, Cli.run("verify", in, out).status());
    }
    assertEquals(
        List.of("each/none", "each/w", "out.onnx", "out.onnx.data", "x"),
        files(),
        "files of older OUTs stay");
  }

  /** As the onnx package writes a tensor without elements into a file of its own. */
  @Test
  void emptyDataFileOfTheInput() throws IOException {
    Files.write(in.resolveSibling("in.data"), new byte[0]);
    Models models = chain("first", "second");
    models.graph().initializer(external(vector("none").clearDims().addDims(0), 0));
    models.write(in);
    assertRewired("--one-file-per-tensor");
    assertEquals(List.of("first", "none", "out.onnx", "second"), files());
    assertEquals(1, Files.size(out.resolveSibling("none")), "ONNX Runtime maps no empty file");
    Path again = folder.resolve("again.onnx");
    Cli cli = Cli.run(out, again, "-v");
    assertEquals(0, cli.status(), cli::toString);
    assertTrue(
        cli.err().contains("runs: holds") || cli.out().contains("runs: holds"), cli::toString);
  }

  /** Wherever the input has external data, the output has it in files of its own. */
  @Test
  void everyPlaceInTheModel() throws IOException {
    Files.write(in.resolveSibling("in.data"), first.bytes());
    TensorProto tensor = external(first.header("held"), 0);
    ModelProto.Builder model = ModelProto.parseFrom(chain("first", "second").bytes()).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    graph.addNode(
        0, Models.node("", "Constant", List.of(), "c", Models.attribute("value", tensor)));
    graph.addSparseInitializer(
        SparseTensorProto.newBuilder()
            .setValues(external(vector("values"), 16))
            .setIndices(
                TensorProto.newBuilder()
                    .setDataType(TensorProto.DataType.INT64_VALUE)
                    .addDims(2)
                    .addInt64Data(0)
                    .addInt64Data(1))
            .addDims(9));
    model.addFunctions(
        FunctionProto.newBuilder()
            .setDomain("d")
            .setName("f")
            .addNode(
                Models.node(
                    "",
                    "Constant",
                    List.of(),
                    "v",
                    Models.attribute("value", external(vector("held"), 32)))));
    model.addTrainingInfo(
        TrainingInfoProto.newBuilder()
            .setInitialization(
                GraphProto.newBuilder().addInitializer(external(vector("trained"), 48))));
    Files.write(in, model.build().toByteArray());
    Cli cli = run("--one-file-per-tensor", "--no-run");
    assertEquals(0, cli.status(), cli::toString);
    assertEquals(
        List.of("first", "held", "held_1", "out.onnx", "second", "trained", "values"), files());
    assertArrayEquals(
        Arrays.copyOfRange(first.bytes(), 32, 40),
        Files.readAllBytes(out.resolveSibling("held_1")));
  }

  @Test
  void sharedBytesStayShared() throws IOException {
    Files.write(in.resolveSibling("in.data"), first.bytes());
    Models models = chain("first", "second");
    models.graph().initializer(external(first.header("one"), 0));
    models.graph().initializer(external(first.header("other"), 0));
    models.write(in);
    assertRewired("--one-file-per-tensor");
    assertEquals(List.of("first", "one", "out.onnx", "second"), files());
    Map<String, TensorProto> tensors = Tensors.byName(Tensors.model(out));
    assertEquals("one", text(tensors.get("other"), "location"));
  }

  private static TensorProto.Builder vector(String name) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT_VALUE)
        .addDims(2);
  }

  private static TensorProto external(TensorProto.Builder tensor, long offset) {
    return tensor
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(stringEntry("location", "in.data"))
        .addExternalData(stringEntry("offset", String.valueOf(offset)))
        .build();
  }

  private static StringStringEntryProto stringEntry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  // What must be refused.

  @TestFactory
  Stream<DynamicTest> namesThatLeadElsewhereOrCantBeHad() {
    return Stream.of(
            "",
            ".",
            "./",
            "/",
            "/tmp/x",
            "..",
            "../x",
            "a/..",
            "a/../x",
            "data/",
            "a\\b",
            "C:x",
            "a:b",
            "a?",
            "a*b",
            "a|b",
            "a<b",
            "a\"b",
            "CON",
            "nul.bin",
            "lpt1",
            "x.",
            "x ",
            "a /b",
            "#x",
            "a\nb",
            "a\u001bb",
            "a\u202eb",
            "*/_ORT_MEM_ADDR_/*",
            "x".repeat(256))
        .map(
            name ->
                DynamicTest.dynamicTest(
                    "'" + name.replaceAll("\\p{Cntrl}", "?") + "'",
                    () -> {
                      Cli cli = run("--external-data", name);
                      assertEquals(2, cli.status(), cli::toString);
                      assertEquals(1, cli.errLines().size(), cli::err);
                      assertTrue(
                          cli.err().contains("expected a path below the folder of OUT"), cli::err);
                      assertEquals(List.of(), files());
                    }));
  }

  @TestFactory
  Stream<DynamicTest> namesOfTheModelItself() {
    return Stream.of("out.onnx", "OUT.onnx", "out.onnx/x", ".out.onnx.tmp", ".OUT.ONNX.tmp/new/x")
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      Cli cli = run("--external-data", name);
                      assertEquals(2, cli.status(), cli::toString);
                      assertEquals(1, cli.errLines().size(), cli::err);
                      assertEquals(List.of(), files());
                    }));
  }

  @Test
  void nameOfTheInputOrItsData() throws IOException {
    assertRewired("--external-data", "weights.bin");
    byte[] model = Files.readAllBytes(out);
    byte[] data = Files.readAllBytes(out.resolveSibling("weights.bin"));
    Path beside = out.resolveSibling("beside.onnx");
    for (String name : List.of("out.onnx", "weights.bin")) {
      for (String[] more : List.of(new String[] {}, new String[] {"--force"})) {
        List<Object> arguments = new ArrayList<>(List.of(out, beside, "--external-data", name));
        arguments.addAll(List.of(more));
        assertRefused(
            Cli.run(arguments.toArray()),
            out.resolveSibling(name)
                + " is IN or a data file of IN and would be overwritten; give another name with"
                + " --external-data");
      }
    }
    assertArrayEquals(model, Files.readAllBytes(out));
    assertArrayEquals(data, Files.readAllBytes(out.resolveSibling("weights.bin")));
    assertEquals(List.of("out.onnx", "weights.bin"), files());
  }

  @Test
  void nameOfAnotherFileOfTheRun() throws IOException {
    Path same = out.resolveSibling("w.npz");
    for (String flag : List.of("--json", "--html", "--weights-out")) {
      Cli cli = run("--external-data", "w.npz", flag, same.toString());
      assertEquals(2, cli.status(), cli::toString);
      assertTrue(cli.err().contains("another file of this run"), cli::err);
      assertEquals(List.of(), files());
    }
    Cli cli = run("--one-file-per-tensor", "--json", out.resolveSibling("first").toString());
    assertEquals(2, cli.status(), cli::toString);
    assertEquals(List.of(), files());
  }

  @Test
  void fileOfSomebodyElse() throws IOException {
    Path there = out.resolveSibling("second_weight");
    Files.writeString(there, "precious");
    assertRefused(
        run("--one-file-per-tensor"),
        there
            + ": the data file of OUT goes there; expected none, or that of the model "
            + out
            + ", found a file that no model there names; move it elsewhere, name a folder for them"
            + " with --external-data, or replace it with --force");
    assertEquals("precious", Files.readString(there));
    assertEquals(List.of("second_weight"), files());
    assertRewired("--one-file-per-tensor", "--force");
    assertEquals(List.of("first", "out.onnx", "second_weight"), files());
    // Now they are OUT's.
    assertRewired("--one-file-per-tensor");
  }

  @Test
  void fileInPlaceOfAFolder() throws IOException {
    Files.writeString(out.resolveSibling("data"), "precious");
    for (String name : List.of("data/x", "data/a/b")) {
      Cli cli = run("--external-data", name, "--force");
      assertEquals(2, cli.status(), cli::toString);
      assertTrue(cli.err().contains("expected a folder in that of OUT"), cli::err);
    }
    assertEquals(List.of("data"), files());
  }

  /** Readers refuse what a link out of the folder leads to. */
  @Test
  void folderThatIsALink() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createSymbolicLink(out.resolveSibling("data"), elsewhere);
    Cli cli = run("--external-data", "data/x");
    assertEquals(2, cli.status(), cli::toString);
    assertTrue(cli.err().contains("a link elsewhere"), cli::err);
    assertEquals(List.of(), names(elsewhere));
    Files.delete(out.resolveSibling("data"));
    Files.createDirectory(out.resolveSibling("blobs"));
    Files.createSymbolicLink(out.resolveSibling("data"), Path.of("blobs"));
    assertRewired("--external-data", "data/x");
  }

  @Test
  void namesTooLong() throws IOException {
    String longest = "x".repeat(255);
    assertRewired("--external-data", longest);
    assertEquals(List.of("out.onnx", longest), files());
  }

  @Test
  void failedRunLeavesNoFolder() throws IOException {
    Cli cli =
        run("--external-data", "a/b/c", "--json", folder.resolve("no/such/report").toString());
    assertEquals(5, cli.status(), cli::toString);
    Files.createDirectory(out.resolveSibling("precious"));
    cli = run("--external-data", "precious/b/c", "--html", "/dev/full");
    assertEquals(5, cli.status(), cli::toString);
    assertEquals(List.of("precious"), names(out.getParent()));
    assertEquals(List.of(), names(out.resolveSibling("precious")));
  }

  private Cli run(String... options) {
    return Cli.run(Stream.concat(Stream.of(in, out), Arrays.stream(options)).toArray());
  }

  /** Runs, and checks the two layers and that nothing else has changed. */
  private void assertRewired(String... options) throws IOException {
    Cli cli = run(options);
    assertEquals(0, cli.status(), cli::toString);
    Map<String, TensorProto> tensors = Tensors.byName(Tensors.model(out));
    String last = tensors.containsKey("second") ? "second" : "second/weight";
    assertArrayEquals(
        Oracle.rewired(first, Oracle.SEED.child(0)).bytes(), bytes(tensors.get("first")));
    assertArrayEquals(
        Oracle.rewired(second, Oracle.SEED.child(1)).bytes(), bytes(tensors.get(last)));
    assertEquals(0, Cli.run("verify", in, out, "--check", "sort").status());
  }

  private byte[] bytes(TensorProto tensor) throws IOException {
    assertEquals(TensorProto.DataLocation.EXTERNAL, tensor.getDataLocation());
    assertEquals(ByteString.EMPTY, tensor.getRawData());
    byte[] all = Files.readAllBytes(out.resolveSibling(text(tensor, "location")));
    int from = Math.toIntExact(entry(tensor, "offset"));
    return Arrays.copyOfRange(all, from, from + Math.toIntExact(entry(tensor, "length")));
  }

  private void assertLocations(String one, String two) {
    Map<String, TensorProto> tensors = Tensors.byName(Tensors.model(out));
    assertEquals(one, text(tensors.get("first"), "location"));
    assertEquals(two, text(tensors.get("second/weight"), "location"));
    assertArrayEquals(
        new int[] {0, one.equals(two) ? 4096 : 0}, offsets(out, "first", "second/weight"));
  }

  private static int[] offsets(Path model, String... names) {
    Map<String, TensorProto> tensors = Tensors.byName(Tensors.model(model));
    return Arrays.stream(names)
        .mapToInt(name -> Math.toIntExact(entry(tensors.get(name), "offset")))
        .toArray();
  }

  private static void assertRefused(Cli cli, String message) {
    assertEquals(2, cli.status(), cli::toString);
    assertEquals(List.of("onnx-parewire: " + message), cli.errLines());
  }

  private static long entry(TensorProto tensor, String key) {
    return Long.parseLong(text(tensor, key));
  }

  private static String text(TensorProto tensor, String key) {
    return tensor.getExternalDataList().stream()
        .filter(entry -> entry.getKey().equals(key))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  /** All files in OUT's folder and below, by their paths from there. */
  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(out.getParent())) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> out.getParent().relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
