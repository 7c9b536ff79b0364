package io.github.parewire.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.parewire.host.Versions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is handed out, used as it comes: the one jar, and the zip unpacked elsewhere. */
final class DistributionIT {

  private static final Path JAR = Path.of(System.getProperty("dist.jar"));
  private static final Path ZIP = Path.of(System.getProperty("dist.zip"));
  private static final String IMAGE = ZIP.getFileName().toString().replace(".zip", "");
  private static final String PLATFORM = System.getProperty("dist.platform");
  private static final String ONNXRUNTIME_PLATFORM =
      System.getProperty("dist.platform.onnxruntime");
  private static final Pattern OPTION = Pattern.compile("--[a-z][-a-z]*");
  private static final String MODEL = "testmodels/torchscript_cnn.onnx";

  /** Where libraries keep the natives of each platform. */
  private static final List<String> NATIVES =
      List.of(
          "ai/onnxruntime/native/",
          "org/bytedeco/javacpp/",
          "org/bytedeco/openblas/",
          "org/nd4j/linalg/cpu/nativecpu/bindings/");

  @TempDir private Path folder;

  @Test
  void jarRunsWithoutAWordOnStandardError() throws Exception {
    assertRewires(Map.of(), System.getProperty("java.home") + "/bin/java", "-jar", JAR);
  }

  @Test
  void jarRunsOnJava25WithoutAWordOnStandardError() throws Exception {
    String home = System.getenv("JAVA25_HOME");
    assumeTrue(home != null, "JAVA25_HOME is not set: the jar was not run on JDK 25");
    Command version = Command.run(home + "/bin/java", "--version");
    assertTrue(version.out().startsWith("openjdk 25"), version::toString);
    assertRewires(Map.of(), home + "/bin/java", "-jar", JAR);
  }

  @Test
  void jarHoldsTheNativesOfOnePlatform() throws IOException {
    try (ZipFile jar = new ZipFile(JAR.toFile())) {
      for (String place : NATIVES) {
        List<String> platforms =
            jar.stream()
                .map(entry -> entry.getName())
                .filter(name -> name.matches(place + "[a-z]+-[a-z0-9_]+/.+"))
                .map(name -> name.substring(place.length()).replaceAll("/.*", ""))
                .distinct()
                .toList();
        String platform = place.startsWith("ai/") ? ONNXRUNTIME_PLATFORM : PLATFORM;
        assertEquals(List.of(platform), platforms, place);
      }
    }
  }

  @Test
  void jarListsTheLicenceOfEachLibrary() throws IOException {
    try (ZipFile jar = new ZipFile(JAR.toFile());
        Stream<Path> libraries = Files.list(Path.of("target/lib"))) {
      byte[] bytes = jar.getInputStream(jar.getEntry("META-INF/THIRD-PARTY.txt")).readAllBytes();
      String list = new String(bytes, StandardCharsets.UTF_8);
      for (Path library : libraries.toList()) {
        String name = library.getFileName().toString().replaceAll("-\\d.*", "");
        assertTrue(list.contains(":" + name + ":"), () -> name + " in " + list);
      }
    }
  }

  @Test
  void zipRunsWithoutJavaAndUnpacksNoNatives() throws Exception {
    Command unzip = Command.run("unzip", "-q", ZIP.toAbsolutePath(), "-d", folder);
    assertEquals(0, unzip.status(), unzip::toString);
    Path program = folder.resolve(IMAGE).resolve("bin/onnx-parewire");
    Path options = folder.resolve(IMAGE).resolve("lib/app/onnx-parewire-java.cfg");
    Files.writeString(options, "\njava-options=-Duser.home=" + folder, StandardOpenOption.APPEND);
    assertRewires(Map.of("PATH", ""), program);
    assertNamesAnyFile(program);
    assertStartsItsJavaOnceMore(program);
    assertFalse(Files.exists(folder.resolve(".javacpp")), "a cache in the home folder");
  }

  /** To look for devices, be there any or not. */
  private static void assertStartsItsJavaOnceMore(Path program) throws Exception {
    Command devices = Command.run(Map.of("PATH", ""), "", program, "devices");
    assertEquals(0, devices.status(), devices::toString);
    assertEquals("", devices.err());
    assertFalse(devices.out().contains("with status"), devices::toString);
  }

  /** Also by a link to it, and in a locale that is not there. */
  private void assertNamesAnyFile(Path program) throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), program);
    Path strange = Files.createDirectory(folder.resolve("gewichte_\u00fc"));
    Path in = Files.copy(Path.of(MODEL), strange.resolve("\u6f22.onnx"));
    for (String locale : List.of("C", "POSIX", "xx_XX.UTF-8")) {
      Path out = strange.resolve("out of " + locale);
      Command run = Command.run(Map.of("LC_ALL", locale), "", link, in, out);
      assertEquals(0, run.status(), run::toString);
      assertEquals("", run.err());
      assertTrue(run.out().contains("verified: " + out), run::toString);
    }
  }

  @Test
  void zipHasWhatBelongsToTheProgram() throws IOException {
    try (ZipFile zip = new ZipFile(ZIP.toFile())) {
      for (String name :
          List.of(
              "LICENSE",
              "README.md",
              "THIRD-PARTY.txt",
              "docs/report.schema.json",
              "share/completion/onnx-parewire.sh",
              "share/man/man1/onnx-parewire.1",
              "share/man/man1/onnx-parewire-devices.1",
              "share/man/man1/onnx-parewire-inspect.1",
              "share/man/man1/onnx-parewire-verify.1")) {
        assertNotNull(zip.getEntry(IMAGE + "/" + name), name);
      }
    }
  }

  @Test
  void manPagesRenderAndNameEveryOption() throws Exception {
    assumeTrue(Command.exists("man"), "man is not installed");
    assertManPage("onnx-parewire", "--help");
    assertManPage("onnx-parewire-devices", "devices", "--help");
    assertManPage("onnx-parewire-inspect", "inspect", "--help");
    assertManPage("onnx-parewire-verify", "verify", "--help");
  }

  private static void assertManPage(String page, String... arguments) throws Exception {
    Object[] java = {System.getProperty("java.home") + "/bin/java", "-jar", JAR};
    Object[] command = Stream.concat(Stream.of(java), Stream.of(arguments)).toArray(Object[]::new);
    Command help = Command.run(command);
    Map<String, String> environment = Map.of("MANWIDTH", "100", "LC_ALL", "C.UTF-8");
    String file = "target/dist/share/man/man1/" + page + ".1";
    Command man = Command.run(environment, "", "man", "--warnings", "-l", file);
    assertEquals(0, man.status(), man::toString);
    assertEquals("", man.err());
    String version = Versions.all().get("onnx-parewire");
    assertTrue(man.out().contains("onnx-parewire " + version), man::out);
    OPTION
        .matcher(help.out())
        .results()
        .map(MatchResult::group)
        .forEach(option -> assertTrue(man.out().contains(option), () -> option + " in " + man));
  }

  private void assertRewires(Map<String, String> environment, Object... program) throws Exception {
    Path out = folder.resolve("rewired.onnx");
    Object[] command =
        Stream.concat(Stream.of(program), Stream.of(MODEL, out)).toArray(Object[]::new);
    Command run = Command.run(environment, "", command);
    assertEquals("", run.err());
    assertEquals(0, run.status(), run::toString);
    assertTrue(run.out().contains("verified: " + out), run::toString);
    assertEquals(Files.size(Path.of(MODEL)), Files.size(out));
  }
}
