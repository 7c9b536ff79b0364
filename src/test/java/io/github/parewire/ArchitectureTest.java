package io.github.parewire;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.parewire.cli.Main;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Data goes one way through the packages, and each library is used in one place. */
final class ArchitectureTest {

  private static final String ROOT = "io.github.parewire";

  /** What each package may import of the others. */
  private static final Map<String, List<String>> IMPORTS =
      Map.of(
          "parallel", List.of(),
          "device", List.of(),
          "model", List.of(),
          "rewire", List.of(),
          "layers", List.of("model", "parallel", "rewire"),
          "measure", List.of("model", "layers", "parallel", "rewire"),
          "write", List.of("model"),
          "verify", List.of("device", "model", "layers", "parallel"),
          "report", List.of("device", "model", "layers", "rewire", "measure", "verify"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT)
          .that(not(resideInAPackage(ROOT + ".onnx..")));

  @TestFactory
  Stream<DynamicTest> stagesImportOnlyStagesBeforeThem() {
    return IMPORTS.entrySet().stream()
        .map(
            stage -> {
              List<String> forbidden = new ArrayList<>(IMPORTS.keySet());
              forbidden.remove(stage.getKey());
              forbidden.removeAll(stage.getValue());
              forbidden.add("cli");
              String[] packages =
                  Stream.concat(Stream.of(ROOT), forbidden.stream().map(name -> ROOT + "." + name))
                      .toArray(String[]::new);
              return DynamicTest.dynamicTest(
                  stage.getKey(),
                  () ->
                      noClasses()
                          .that()
                          .resideInAPackage(ROOT + "." + stage.getKey())
                          .should()
                          .dependOnClassesThat()
                          .resideInAnyPackage(packages)
                          .check(CLASSES));
            });
  }

  @Test
  void everyPackageHasARule() {
    List<String> known = new ArrayList<>(IMPORTS.keySet());
    known.add("cli");
    String[] packages =
        Stream.concat(Stream.of(ROOT), known.stream().map(name -> ROOT + "." + name))
            .toArray(String[]::new);
    noClasses().should().resideOutsideOfPackages(packages).check(CLASSES);
  }

  @Test
  void rootIsBelowTheCommandLine() {
    noClasses()
        .that()
        .resideInAPackage(ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".cli")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void protobufIsSeenInFourPackages() {
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
    assertOnlyIn("verify", "ai.onnxruntime..");
    assertOnlyIn("cli", "picocli..");
    assertOnlyIn("cli", "me.tongfei..");
    assertOnlyIn("cli", "org.jline..");
    assertOnlyIn("report", "com.github.freva..");
  }

  private static void assertOnlyIn(String place, String library) {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "." + place)
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
