package io.github.parewire;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.parewire.cli.Main;
import io.github.parewire.testing.Rooms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Data goes one way through the rooms, each library is used in one place, and so on. */
final class ArchitectureTest {

  private static final String ROOT = "io.github.parewire";

  /**
   * What {@link #noMessageOutsideTheCommandLineNamesAFlag} allows: arguments of another program.
   */
  private static final Set<String> OTHER_PROGRAMS = Set.of("NvidiaSmi.java");

  private static final Pattern COMMENT_OR_STRING =
      Pattern.compile("//[^\\n]*|/\\*.*?\\*/|\"((?:\\\\.|[^\"\\\\\\n])*)\"", Pattern.DOTALL);

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT)
          .that(not(resideInAPackage(ROOT + ".onnx..")));

  /** The fronts, which stand in the package around the rooms, are one of them. */
  @TestFactory
  Stream<DynamicTest> roomsImportOnlyWhatTheyMay() {
    return Rooms.IMPORTS.entrySet().stream()
        .map(
            room ->
                DynamicTest.dynamicTest(
                    room.getKey(),
                    () -> {
                      Set<String> forbidden = new TreeSet<>(Rooms.IMPORTS.keySet());
                      forbidden.remove(room.getKey());
                      forbidden.removeAll(room.getValue());
                      if (!forbidden.isEmpty()) {
                        noClasses()
                            .that()
                            .resideInAPackage(packageOf(room.getKey()))
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(packagesOf(forbidden))
                            .check(CLASSES);
                      }
                    }));
  }

  private static String packageOf(String room) {
    return room.equals(Rooms.FRONTS) ? ROOT : ROOT + "." + room;
  }

  private static String[] packagesOf(Set<String> rooms) {
    return rooms.stream().map(ArchitectureTest::packageOf).toArray(String[]::new);
  }

  @Test
  void everyPackageIsARoom() {
    noClasses().should().resideOutsideOfPackages(packagesOf(Rooms.IMPORTS.keySet())).check(CLASSES);
  }

  /** So that the list says what is there, and no more than that. */
  @Test
  void everyImportThatIsAllowedIsUsed() {
    Map<String, Set<String>> used = new TreeMap<>();
    Rooms.IMPORTS.keySet().forEach(room -> used.put(room, new TreeSet<>()));
    CLASSES.forEach(
        from ->
            from.getDirectDependenciesFromSelf()
                .forEach(
                    dependency -> {
                      String to = dependency.getTargetClass().getPackageName();
                      if (to.startsWith(ROOT)
                          && !to.startsWith(ROOT + ".onnx")
                          && !to.equals(from.getPackageName())) {
                        used.get(room(from.getPackageName())).add(room(to));
                      }
                    }));
    Map<String, Set<String>> allowed = new TreeMap<>();
    Rooms.IMPORTS.forEach((room, rooms) -> allowed.put(room, new TreeSet<>(rooms)));
    assertEquals(allowed, used);
  }

  private static String room(String packageName) {
    return packageName.equals(ROOT) ? Rooms.FRONTS : packageName.substring(ROOT.length() + 1);
  }

  @Test
  void roomsHaveNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  /** So that a program which keeps a result, or makes a report of it, has nothing of a run. */
  @Test
  void valuesAndReportsKnowNoWorker() {
    Rooms.API.stream()
        .filter(room -> !room.equals(Rooms.FRONTS))
        .forEach(room -> assertTrue(Rooms.API.containsAll(Rooms.IMPORTS.get(room)), room));
  }

  @Test
  void whatIsFoundAndReportedKnowsNoKernel() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".layers", ROOT + ".measure", ROOT + ".report")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".rewire", ROOT + ".lockstep", ROOT + ".opencl")
        .check(CLASSES);
  }

  @Test
  void protobufIsSeenInFourRooms() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + ".model", ROOT + ".layers", ROOT + ".write", ROOT + ".verify")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".onnx..", "com.google.protobuf..")
        .check(CLASSES);
  }

  @Test
  void librariesHaveTheirPlace() {
    assertOnlyIn(List.of("verify"), "ai.onnxruntime..");
    assertOnlyIn(List.of("array", "lockstep"), "org.nd4j..");
    // ONNX Runtime's natives go to JavaCPP's cache.
    assertOnlyIn(List.of("array", "verify"), "org.bytedeco..");
    assertOnlyIn(List.of("opencl"), "org.lwjgl..");
    assertOnlyIn(List.of("cli"), "picocli..");
    assertOnlyIn(List.of("cli"), "me.tongfei..");
    assertOnlyIn(List.of("cli"), "org.jline..");
    assertOnlyIn(List.of("report"), "com.github.freva..");
    assertOnlyIn(List.of("report"), "gg.jte..");
    assertOnlyIn(List.of("report", "export"), "com.fasterxml..");
  }

  private static void assertOnlyIn(List<String> places, String library) {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            places.stream().map(place -> ROOT + "." + place).toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }

  @Test
  void onlyMainExits() {
    noClasses()
        .that(not(belongToAnyOf(Main.class)))
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLinePrints() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".cli")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  /** Programs in Java and Python read messages too: the command line alone words options. */
  @Test
  void noMessageOutsideTheCommandLineNamesAFlag() throws IOException {
    List<String> found = new ArrayList<>();
    Path main = Path.of("src/main/java/io/github/parewire");
    try (Stream<Path> files = Files.walk(main)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        boolean isExempt =
            file.startsWith(main.resolve("cli"))
                || OTHER_PROGRAMS.contains(file.getFileName().toString());
        Matcher matcher = COMMENT_OR_STRING.matcher(Files.readString(file));
        while (!isExempt && matcher.find()) {
          String text = matcher.group(1);
          if (text != null && (text.contains("--") || text.contains("onnx-parewire "))) {
            found.add(file.getFileName() + ": " + text);
          }
        }
      }
    }
    assertEquals(List.of(), found);
  }

  /** Results come from the seed alone; a fingerprint's secret tables are no result. */
  @Test
  void randomNumbersComeFromTheSeed() {
    noClasses()
        .should()
        .dependOnClassesThat(belongToAnyOf(Random.class))
        .orShould()
        .callMethod(Math.class, "random")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".verify")
        .should()
        .dependOnClassesThat(assignableTo(RandomGenerator.class))
        .check(CLASSES);
  }
}
