package io.github.parewire.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Weights;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What holds of a tensor's data in whichever form: a subclass a form. */
abstract class TensorDataContract {

  static final int ROWS = 7;
  static final int COLUMNS = 300;

  @TempDir Path folder;

  /** A name for each way to hold elements in this form. */
  abstract List<String> ways();

  /** The element types that can be held so. */
  abstract List<ElementType> types();

  abstract StorageForm form();

  /** Writes a model whose only initializer has these elements. */
  abstract Path write(String way, Weights weights) throws IOException;

  private interface Check {
    void run(Path path, Weights weights, TensorData data) throws IOException;
  }

  private Stream<DynamicTest> each(Check check) {
    List<DynamicTest> tests = new ArrayList<>();
    for (String way : ways()) {
      for (ElementType type : types()) {
        Weights weights = weights(type, "data " + way);
        tests.add(
            DynamicTest.dynamicTest(
                way + ", " + type.text(),
                () -> {
                  Path path = write(way, weights);
                  try (OnnxFile file = OnnxFile.open(path)) {
                    check.run(path, weights, data(file));
                  }
                }));
      }
    }
    return tests.stream();
  }

  static Weights weights(ElementType type, String seed) {
    Random random = Seeds.random(seed);
    if (type.isFloatingPoint()) {
      return Weights.random(type, random, ROWS, COLUMNS);
    }
    long[] bits = random.longs(ROWS * COLUMNS, 0, 256).toArray();
    return Weights.of(type, new int[] {ROWS, COLUMNS}, bits);
  }

  private static TensorData data(OnnxFile file) {
    return file.data(file.tensors().get(0)).orElseThrow();
  }

  @TestFactory
  Stream<DynamicTest> hasTheFormAndTheLength() {
    return each(
        (path, weights, data) -> {
          assertEquals(form(), data.form());
          assertEquals(weights.bytes().length, data.length());
          assertEquals(List.of((long) ROWS, (long) COLUMNS), data.tensor().getDimsList());
        });
  }

  @TestFactory
  Stream<DynamicTest> readsAllBytesInOrder() {
    return each(
        (path, weights, data) -> {
          ByteArrayOutputStream found = new ByteArrayOutputStream();
          data.read(
              bytes -> {
                byte[] piece = new byte[bytes.remaining()];
                bytes.get(piece);
                found.writeBytes(piece);
              });
          assertArrayEquals(weights.bytes(), found.toByteArray());
        });
  }

  @TestFactory
  Stream<DynamicTest> readsAnyElements() {
    return each(
        (path, weights, data) -> {
          byte[] expected = weights.bytes();
          int width = weights.type().bytes();
          Random random = Seeds.random("pieces");
          for (int i = 0; i < 60; i++) {
            int first = random.nextInt(ROWS * COLUMNS);
            int count = 1 + random.nextInt(ROWS * COLUMNS - first);
            // Something before and behind, which is to stay.
            ByteBuffer buffer = ByteBuffer.allocate(count * width + 5);
            buffer.position(2).limit(2 + count * width);
            data.read((long) first * width, buffer);
            assertEquals(buffer.limit(), buffer.position());
            byte[] surrounded = new byte[buffer.capacity()];
            System.arraycopy(expected, first * width, surrounded, 2, count * width);
            assertArrayEquals(surrounded, buffer.array(), first + ", " + count);
          }
        });
  }

  /** The input with its splices exchanged is a model that has the new elements. */
  @TestFactory
  Stream<DynamicTest> encodesAPermutationForItsSplices() {
    return each(
        (path, weights, data) -> {
          Weights reversed = reversed(weights);
          List<Splice> splices = data.splices();
          List<List<ByteBuffer>> encoded = data.encode(inPieces(reversed.bytes()));
          assertEquals(splices.size(), encoded.size());
          byte[] bytes = Files.readAllBytes(path);
          for (int i = 0; i < splices.size(); i++) {
            assertEquals(
                splices.get(i).newLength(),
                encoded.get(i).stream().mapToLong(ByteBuffer::remaining).sum());
          }
          if (splices.stream().allMatch(s -> s.newLength() == s.old().length())) {
            for (int i = 0; i < splices.size(); i++) {
              put(bytes, splices.get(i).old().offset(), encoded.get(i));
            }
            Path changed = Files.write(folder.resolve("changed.onnx"), bytes);
            if (!splices.isEmpty()) {
              TensorProto tensor =
                  io.github.parewire.testing.Tensors.model(changed).getGraph().getInitializer(0);
              assertArrayEquals(reversed.bits(), Weights.of(tensor).bits());
            }
          }
        });
  }

  private static Weights reversed(Weights weights) {
    long[] bits = weights.bits();
    for (int i = 0; i < bits.length / 2; i++) {
      long other = bits[i];
      bits[i] = bits[bits.length - 1 - i];
      bits[bits.length - 1 - i] = other;
    }
    return weights.withBits(bits);
  }

  private static List<ByteBuffer> inPieces(byte[] bytes) {
    int middle = bytes.length / 3 / Long.BYTES * Long.BYTES;
    return List.of(
        ByteBuffer.wrap(bytes, 0, middle).slice(),
        ByteBuffer.wrap(bytes, middle, bytes.length - middle).slice());
  }

  private static void put(byte[] bytes, long offset, List<ByteBuffer> parts) {
    int at = Math.toIntExact(offset);
    for (ByteBuffer part : parts) {
      int length = part.remaining();
      part.duplicate().get(bytes, at, length);
      at += length;
    }
  }

  @TestFactory
  Stream<DynamicTest> comparesBytes() {
    return each(
        (path, weights, data) -> {
          long[] bits = weights.bits();
          bits[bits.length - 1] ^= 1;
          Weights other = weights.withBits(bits);
          Path otherPath = folder.resolve("other.onnx");
          Files.write(
              otherPath,
              io.github.parewire.testing.Models.dense(
                      "w", io.github.parewire.testing.Storage.RAW, other)
                  .bytes());
          try (OnnxFile same = OnnxFile.open(path);
              OnnxFile different = OnnxFile.open(otherPath)) {
            assertTrue(data.hasSameBytes(data(same)));
            assertFalse(data.hasSameBytes(data(different)));
          }
        });
  }

  /** The first place gets what says where the elements are, the others nothing. */
  @TestFactory
  Stream<DynamicTest> movesByAnEntryInPlaceOfItsFields() {
    return each(
        (path, weights, data) -> {
          List<Splice> splices = data.moveSplices(17);
          assertFalse(splices.isEmpty());
          for (int i = 0; i < splices.size(); i++) {
            assertEquals(i == 0 ? 17 : 0, splices.get(i).newLength());
          }
        });
  }
}
