package io.github.parewire.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

  private PendingOutput pending(String model, String data) throws IOException {
    PendingOutput output = PendingOutput.create(target, true);
    assertFalse(output.path().startsWith(target));
    output.model().write(ByteBuffer.wrap(model.getBytes(StandardCharsets.UTF_8)));
    output.data().write(ByteBuffer.wrap(data.getBytes(StandardCharsets.UTF_8)));
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
