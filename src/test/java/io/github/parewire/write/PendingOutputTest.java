package io.github.parewire.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.message.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** New files appear whole or not at all, and what a killed run left is mended. */
final class PendingOutputTest {

  @TempDir private Path folder;
  private Path target;
  private Path targetData;
  private Path staging;

  @BeforeEach
  void nameFiles() {
    target = folder.resolve("out");
    targetData = folder.resolve("out.data");
    staging = folder.resolve(".out.tmp");
  }

  @Test
  void replacesModelAndData() throws IOException {
    writeOld();
    try (PendingOutput output = pending("new", "new data")) {
      assertOld();
      output.publish();
      assertEquals("new", Files.readString(target));
      assertEquals("new data", Files.readString(targetData));
    }
    assertEquals(List.of("out", "out.data"), names());
  }

  @Test
  void deletesWhatIsNotPublished() throws IOException {
    writeOld();
    pending("new", "new data").close();
    assertOld();
    assertEquals(List.of("out", "out.data"), names());
  }

  /** A folder that has come to the place of the data file: the rename of the data fails. */
  @Test
  void oldModelIsWholeIfTheDataCantBePublished() throws IOException {
    Files.writeString(target, "old");
    try (PendingOutput output = pending("new", "new data")) {
      Files.createDirectory(targetData);
      assertThrows(IOException.class, output::publish);
    }
    assertEquals("old", Files.readString(target));
    assertTrue(Files.isDirectory(targetData));
    assertEquals(List.of("out", "out.data"), names());
  }

  /** The model has gone from its place: its rename fails, when the data has been published. */
  @Test
  void oldPairIsBackIfTheModelCantBePublished() throws IOException {
    writeOld();
    try (PendingOutput output = pending("new", "new data")) {
      Files.delete(output.path());
      assertThrows(IOException.class, output::publish);
    }
    assertOld();
    assertEquals(List.of("out", "out.data"), names());
  }

  @Test
  void secondOutputOfOneNameFails() throws IOException {
    PendingOutput first = pending("first", "data");
    IOException e = assertThrows(IOException.class, () -> PendingOutput.create(target));
    assertTrue(e.getMessage().contains("another run is writing this file"), e::getMessage);
    first.publish();
    first.close();
    assertEquals("first", Files.readString(target));
    pending("second", "data").close();
  }

  /** Reached by another path, it is the same folder still. */
  @Test
  void secondOutputThroughALinkFails() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    try (PendingOutput first = pending("first", "data")) {
      assertThrows(IOException.class, () -> PendingOutput.create(link.resolve("out")));
      first.publish();
    }
    assertEquals("first", Files.readString(target));
  }

  @Test
  void whatAKilledRunLeftIsRemoved() throws IOException {
    writeOld();
    leave("lock", "");
    leave("new/out", "half");
    leave("new/out.data", "half");
    pending("new", "new data").close();
    assertOld();
    assertEquals(List.of("out", "out.data"), names());
  }

  @Test
  void whatWasKilledBeforeItsFirstFileIsRemoved() throws IOException {
    Files.createDirectory(staging);
    pending("new", "new data").close();
    assertEquals(List.of(), names());
  }

  /** Killed with the old pair out of the way, and the new data published or not. */
  @Test
  void oldPairIsBackAfterARunWasKilledWhilePublishing() throws IOException {
    for (boolean isDataMoved : List.of(false, true)) {
      Files.deleteIfExists(target);
      Files.deleteIfExists(targetData);
      leave("lock", "");
      leave("new/out", "new");
      leave("old/out", "old");
      leave("old/out.data", "old data");
      Files.writeString(isDataMoved ? targetData : staging.resolve("new/out.data"), "new data");
      pending("newer", "newer data").close();
      assertOld();
      assertEquals(List.of("out", "out.data"), names());
    }
  }

  /** Killed between the renames that put the old model and its data out of the way. */
  @Test
  void oldModelIsBackBesideItsData() throws IOException {
    leave("lock", "");
    leave("old/out", "old");
    Files.writeString(targetData, "old data");
    pending("new", "new data").close();
    assertOld();
  }

  /** Killed when it had published. */
  @Test
  void newPairStays() throws IOException {
    writeOld();
    leave("lock", "");
    leave("old/out", "older");
    leave("old/out.data", "older data");
    pending("new", "new data").close();
    assertOld();
    assertEquals(List.of("out", "out.data"), names());
  }

  /** Something has come to the model's place, when the data has been published. */
  @Test
  void newDataIsTakenBackIfTheModelCantBePublished() throws IOException {
    try (PendingOutput output = pending("new", "new data")) {
      Files.createDirectory(target);
      leaveIn(target, "precious");
      assertThrows(IOException.class, output::publish);
      assertTrue(Files.exists(targetData));
    }
    assertEquals(List.of("out"), names());
  }

  /** Killed between the renames of the data and the model, with no older pair there. */
  @Test
  void newDataOfAKilledRunIsNoStrangers() throws IOException {
    for (boolean isReplaced : List.of(false, true)) {
      killBetweenRenames();
      if (isReplaced) {
        Files.delete(targetData);
        Files.writeString(targetData, "somebody's");
      }
      PendingOutput.create(target).close();
      assertEquals(isReplaced ? List.of("out.data") : List.of(), names());
    }
    assertEquals("somebody's", Files.readString(targetData));
  }

  /** The same files, a rename keeping what they are, though this process cleans up. */
  private void killBetweenRenames() throws IOException {
    Path left = folder.resolve("left");
    Path data = folder.resolve("left.data");
    try (PendingOutput output = pending("new", "new data")) {
      Files.createDirectory(target);
      leaveIn(target, "in the way");
      assertThrows(IOException.class, output::publish);
      Files.move(targetData, data);
      Files.createDirectories(left.resolve("new"));
      for (String file : List.of("lock", "data", "new/out")) {
        Files.copy(staging.resolve(file), left.resolve(file));
      }
    }
    Files.delete(target.resolve("in the way"));
    Files.delete(target);
    Files.move(left, staging);
    Files.move(data, targetData);
  }

  private static void leaveIn(Path folder, String name) throws IOException {
    Files.writeString(folder.resolve(name), "");
  }

  @Test
  void filesThatAreNoRunsAreNotDeleted() throws IOException {
    leave("lock", "");
    leave("precious", "precious");
    IOException e = assertThrows(IOException.class, () -> PendingOutput.create(target));
    assertTrue(e.getMessage().contains("delete this folder"), e::getMessage);
    assertEquals("precious", Files.readString(staging.resolve("precious")));
  }

  /** A link there must lead to no other folder's files. */
  @Test
  void linkInPlaceOfTheFolder() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("lock"), "precious");
    Files.createSymbolicLink(staging, elsewhere);
    IOException e = assertThrows(IOException.class, () -> PendingOutput.create(target));
    assertTrue(e.getMessage().contains("in the way"), e::getMessage);
    assertEquals("precious", Files.readString(elsewhere.resolve("lock")));
  }

  // Several data files.

  private static final List<String> SEVERAL = List.of("out.a", "sub/deep/b", "sub/c");

  @Test
  void publishesSeveralFilesAndTheirFolders() throws IOException {
    Files.writeString(target, "old");
    Files.writeString(folder.resolve("out.a"), "old out.a");
    try (PendingOutput output = several()) {
      assertEquals("old out.a", Files.readString(folder.resolve("out.a")));
      assertEquals(4, output.files().size());
      output.publish();
    }
    assertNew();
  }

  @Test
  void deletesSeveralFilesThatAreNotPublished() throws IOException {
    writeOldOfSeveral();
    several().close();
    assertOldOfSeveral();
  }

  /** The model has gone from its place: its rename fails, when all data has been published. */
  @Test
  void severalOldFilesAreBackIfTheModelCantBePublished() throws IOException {
    writeOldOfSeveral();
    try (PendingOutput output = several()) {
      Files.delete(output.path());
      assertThrows(IOException.class, output::publish);
    }
    // What nothing tells from a published model's is left; see the test of kills for the rest.
    assertEquals("old", Files.readString(target));
    assertEquals("old out.a", Files.readString(folder.resolve("out.a")));
  }

  /** What a forced run was to replace is nobody's loss if it fails. */
  @Test
  void forcedPlaceIsGivenBackIfTheModelCantBePublished() throws IOException {
    Files.writeString(targetData, "somebody's");
    try (PendingOutput output = pending("new", "new data")) {
      Files.createDirectory(target);
      leaveIn(target, "in the way");
      assertThrows(IOException.class, output::publish);
    }
    assertEquals("somebody's", Files.readString(targetData));
  }

  /** Every step of publishing may be the last one. */
  @TestFactory
  Stream<DynamicTest> killedAfterEachStep() {
    return IntStream.rangeClosed(0, 9)
        .boxed()
        .flatMap(
            step ->
                Stream.of(false, true)
                    .map(
                        hasOld ->
                            DynamicTest.dynamicTest(
                                step + (hasOld ? " steps over older files" : " steps"),
                                () -> assertMended(step, hasOld))));
  }

  private void assertMended(int steps, boolean hasOld) throws IOException {
    if (hasOld) {
      writeOldOfSeveral();
    }
    killAfter(steps, hasOld);
    PendingOutput.create(target).close();
    if (steps == 9) {
      assertNew();
    } else if (hasOld) {
      assertOldOfSeveral();
    } else {
      assertEquals(List.of(), names());
    }
    deleteAll();
  }

  private interface Step {
    void run() throws IOException;
  }

  /** The steps of a publication, taken by hand on what a run has left. */
  private void killAfter(int count, boolean hasOld) throws IOException {
    Path left = folder.resolve("left");
    try (PendingOutput output = several()) {
      assertTrue(Files.exists(output.path()));
      Files.move(staging, left);
    }
    Map<String, String> identities = new LinkedHashMap<>();
    for (String each : SEVERAL) {
      identities.put(each, FileIdentity.of(left.resolve("new").resolve(each)));
    }
    Path old = left.resolve("old");
    List<Step> steps =
        List.of(
            () ->
                new PublicationNote(identities, hasOld ? List.of() : List.of("sub", "sub/deep"))
                    .write(left.resolve("data")),
            () -> moveIf(hasOld, target, old.resolve("out")),
            () -> moveIf(hasOld, folder.resolve("out.a"), old.resolve("out.a")),
            () -> moveIf(hasOld, folder.resolve("sub/c"), old.resolve("sub/c")),
            () -> Files.createDirectories(folder.resolve("sub/deep")),
            () -> moveIf(true, left.resolve("new/out.a"), folder.resolve("out.a")),
            () -> moveIf(true, left.resolve("new/sub/deep/b"), folder.resolve("sub/deep/b")),
            () -> moveIf(true, left.resolve("new/sub/c"), folder.resolve("sub/c")),
            () -> moveIf(true, left.resolve("new/out"), target));
    for (Step step : steps.subList(0, count)) {
      step.run();
    }
    Files.move(left, staging);
  }

  private static void moveIf(boolean isThere, Path from, Path to) throws IOException {
    if (isThere) {
      Files.createDirectories(to.getParent());
      Files.move(from, to);
    }
  }

  /** A note that was being written is no reason to delete what is there. */
  @Test
  void noteCutShort() throws IOException {
    for (String note : List.of("", "\tprecio", "\tsub\0\tprecio", "(dev=1) 3 2\tout.a")) {
      Files.createDirectories(folder.resolve("precio"));
      leave("lock", "");
      leave("new/out", "new");
      leave("data", note);
      PendingOutput.create(target).close();
      assertTrue(Files.isDirectory(folder.resolve("precio")), note);
      assertFalse(Files.exists(staging));
    }
  }

  /** Two models of one folder, whose data files have one name. */
  @Test
  void dataFileOfAnotherModelThatCameMeanwhileStays() throws IOException {
    Path other = folder.resolve("other");
    try (PendingOutput output = pending("new", "new data");
        PendingOutput second = PendingOutput.create(other)) {
      second.model().write(bytes("other"));
      second.beginData(List.of("out.data"), Message.of());
      second.data("out.data").write(bytes("other data"));
      second.finish();
      output.publish();
      IOException e = assertThrows(IOException.class, second::publish);
      assertTrue(e.getMessage().contains("came to the place of this data file"), e::getMessage);
    }
    assertEquals("new data", Files.readString(targetData));
    assertEquals(List.of("out", "out.data"), names());
  }

  private PendingOutput several() throws IOException {
    PendingOutput output = PendingOutput.create(target, true);
    output.model().write(bytes("new"));
    output.beginData(SEVERAL, Message.of());
    for (String each : SEVERAL) {
      output.data(each).write(bytes("new " + each));
      output.closeData(each);
    }
    output.finish();
    return output;
  }

  private void writeOldOfSeveral() throws IOException {
    Files.writeString(target, "old");
    Files.writeString(folder.resolve("out.a"), "old out.a");
    Files.createDirectories(folder.resolve("sub/deep"));
    Files.writeString(folder.resolve("sub/c"), "old sub/c");
  }

  private void assertOldOfSeveral() throws IOException {
    assertEquals("old", Files.readString(target));
    assertEquals("old out.a", Files.readString(folder.resolve("out.a")));
    assertEquals("old sub/c", Files.readString(folder.resolve("sub/c")));
    assertFalse(Files.exists(folder.resolve("sub/deep/b")));
    assertEquals(List.of("out", "out.a", "sub"), names());
  }

  private void assertNew() throws IOException {
    assertEquals("new", Files.readString(target));
    for (String each : SEVERAL) {
      assertEquals("new " + each, Files.readString(folder.resolve(each)));
    }
    assertEquals(List.of("out", "out.a", "sub"), names());
  }

  private void deleteAll() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!each.equals(folder)) {
          Files.delete(each);
        }
      }
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private PendingOutput pending(String model, String data) throws IOException {
    PendingOutput output = PendingOutput.create(target, true);
    assertFalse(output.path().startsWith(target));
    output.model().write(bytes(model));
    output.beginData(List.of("out.data"), Message.of());
    output.data("out.data").write(bytes(data));
    output.finish();
    return output;
  }

  private void writeOld() throws IOException {
    Files.writeString(target, "old");
    Files.writeString(targetData, "old data");
  }

  private void assertOld() throws IOException {
    assertEquals("old", Files.readString(target));
    assertEquals("old data", Files.readString(targetData));
  }

  private void leave(String name, String text) throws IOException {
    Path file = staging.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
