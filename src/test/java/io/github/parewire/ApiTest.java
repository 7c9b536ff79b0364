package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.Report;
import io.github.parewire.result.Verification;
import io.github.parewire.testing.Rooms;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * What programs may call: the packages of {@link Rooms#API}. ND4J can't be required by a module
 * (its descriptor names packages that its jar has not), so that this stands for a module-info.
 */
final class ApiTest {

  private static final String ROOT = "io.github.parewire";
  private static final Path SOURCES = Path.of("src/main/java/io/github/parewire");

  /** The head of a record's compact constructor: its parameters are the record's components. */
  private static final Pattern COMPACT_CONSTRUCTOR = Pattern.compile("\\s*public [A-Z]\\w* \\{");

  private static List<Class<?>> publicClasses() throws ClassNotFoundException {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);
    List<Class<?>> api = new ArrayList<>();
    for (JavaClass each : classes) {
      boolean isGenerated = each.getSimpleName().startsWith("Jte");
      if (isApi(each.getPackageName())
          && each.getModifiers().contains(JavaModifier.PUBLIC)
          && !isGenerated) {
        api.add(Class.forName(each.getName()));
      }
    }
    assertTrue(api.size() > 30, api::toString);
    return api;
  }

  private static boolean isApi(String packageName) {
    return Rooms.API.stream()
        .map(room -> room.equals(Rooms.FRONTS) ? ROOT : ROOT + "." + room)
        .anyMatch(packageName::equals);
  }

  /** Otherwise a program would have to import a worker. */
  @Test
  void signaturesMentionNothingElse() throws ClassNotFoundException {
    Set<String> others = new TreeSet<>();
    for (Class<?> each : publicClasses()) {
      for (Type type : mentioned(each)) {
        for (Class<?> part : classes(type)) {
          String packageName = part.getPackageName();
          if (!packageName.startsWith("java.") && !part.isPrimitive() && !isApi(packageName)) {
            others.add(each.getName() + " mentions " + part.getName());
          }
        }
      }
    }
    assertEquals(Set.of(), others);
  }

  private static List<Type> mentioned(Class<?> type) {
    List<Type> all = new ArrayList<>(List.of(type.getGenericInterfaces()));
    if (type.getGenericSuperclass() != null) {
      all.add(type.getGenericSuperclass());
    }
    for (Method method : type.getMethods()) {
      if (method.getDeclaringClass() == type) {
        all.add(method.getGenericReturnType());
        all.addAll(Arrays.asList(method.getGenericParameterTypes()));
        all.addAll(Arrays.asList(method.getGenericExceptionTypes()));
      }
    }
    for (Constructor<?> constructor : type.getConstructors()) {
      all.addAll(Arrays.asList(constructor.getGenericParameterTypes()));
    }
    for (Field field : type.getFields()) {
      all.add(field.getGenericType());
    }
    return all;
  }

  /** The classes that a type names. */
  private static List<Class<?>> classes(Type type) {
    List<Class<?>> found = new ArrayList<>();
    if (type instanceof Class<?> plain) {
      found.add(plain.isArray() ? plain.getComponentType() : plain);
    } else if (type instanceof ParameterizedType generic) {
      found.addAll(classes(generic.getRawType()));
      Arrays.stream(generic.getActualTypeArguments()).map(ApiTest::classes).forEach(found::addAll);
    } else if (type instanceof WildcardType wildcard) {
      Arrays.stream(wildcard.getUpperBounds()).map(ApiTest::classes).forEach(found::addAll);
    } else if (!(type instanceof TypeVariable<?>)) {
      throw new AssertionError("a type of another kind: " + type);
    }
    return found;
  }

  /** Nothing that a report holds ends with the run: it consists of values to the last field. */
  @Test
  void resultsAreValuesAllTheWayDown() {
    Deque<Class<?>> open = new ArrayDeque<>();
    open.addAll(List.of(Report.class, Inspection.class, Verification.class));
    Set<Class<?>> seen = new HashSet<>();
    Set<String> others = new TreeSet<>();
    while (!open.isEmpty()) {
      Class<?> next = open.pop();
      if (!seen.add(next) || next.isPrimitive() || next.getPackageName().startsWith("java.")) {
        continue;
      }
      if (!Set.of(ROOT + ".result", ROOT + ".options", ROOT + ".message")
          .contains(next.getPackageName())) {
        others.add(next.getName());
      }
      if (next.isSealed()) {
        open.addAll(List.of(next.getPermittedSubclasses()));
      }
      for (Field field : next.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          open.addAll(classes(field.getGenericType()));
        }
      }
    }
    assertEquals(Set.of(), others);
    assertTrue(seen.size() > 30, seen::toString);
  }

  /**
   * Every type, method, parameter, result and exception of the API has its documentation. Of
   * compact constructors the parameters are documented with the record.
   */
  @Test
  void everythingIsDocumented() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(found, Locale.ROOT, null)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-implicit:none",
              "-Xdoclint:all/protected",
              "-Xmaxwarns",
              "10000",
              "-cp",
              System.getProperty("java.class.path"),
              "-d",
              Files.createTempDirectory("api").toString());
      assertTrue(
          compiler
              .getTask(
                  null, files, found, options, null, files.getJavaFileObjectsFromPaths(sources()))
              .call(),
          () -> found.getDiagnostics().toString());
    }
    Set<String> missing = new TreeSet<>();
    for (Diagnostic<? extends JavaFileObject> each : found.getDiagnostics()) {
      if (each.getSource() != null && !isCompactConstructor(each)) {
        missing.add(
            Path.of(each.getSource().getName()).getFileName()
                + ":"
                + each.getLineNumber()
                + ": "
                + each.getMessage(Locale.ROOT));
      }
    }
    assertEquals(Set.of(), missing);
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String room : Rooms.API) {
      Path folder = room.equals(Rooms.FRONTS) ? SOURCES : SOURCES.resolve(room);
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    return sources;
  }

  private static boolean isCompactConstructor(Diagnostic<? extends JavaFileObject> each)
      throws IOException {
    String line =
        Files.readAllLines(Path.of(each.getSource().toUri()))
            .get(Math.toIntExact(each.getLineNumber()) - 1);
    return COMPACT_CONSTRUCTOR.matcher(line).matches();
  }
}
