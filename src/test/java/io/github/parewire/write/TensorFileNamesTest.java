package io.github.parewire.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.message.DataFileNames;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each tensor's file has a name that every system can have, and no other file has. */
final class TensorFileNamesTest {

  private static final String OTHER = "out.onnx";

  @Test
  void namesThatFilesCanHaveStay() {
    List<String> names =
        List.of("w", "fc.weight", "a b", "\u00fc", "w_1", "-q", "model.layers.0+1", "CONV");
    assertEquals(names, TensorFileNames.of(names, OTHER));
  }

  @Test
  void otherNamesLookLikeTheirTensors() {
    assertNamed("onnx__MatMul_7", "onnx::MatMul_7");
    assertNamed("a_b_c", "a/b\\c");
    assertNamed("__.._etc_passwd", "../../etc/passwd");
    assertNamed("_", ".");
    assertNamed("_", "..");
    assertNamed("_bashrc", ".bashrc");
    assertNamed("_x", "#x");
    assertNamed("w_", "w.");
    assertNamed("w_", "w  ");
    assertNamed("_con", "con");
    assertNamed("_NUL.weight", "NUL.weight");
    assertNamed("x_y_", "x\ny\0");
    assertNamed("a_b", "a\u202eb");
    assertNamed("_", "\ud800");
    assertNamed("tensor", "");
    assertNamed("__-__", "*_ORT_MEM_ADDR_*");
  }

  private static void assertNamed(String file, String tensor) {
    assertEquals(List.of(file), TensorFileNames.of(List.of(tensor), OTHER));
    assertTrue(DataFileNames.isPortable(file), file);
  }

  @Test
  void namesOfOneFileAreTold() {
    assertEquals(
        List.of(
            "w", "W_2", "w_3", "w_1", "out.onnx_1", "\u00e9", "e\u0301_1", "tensor", "tensor_1"),
        TensorFileNames.of(
            List.of("w", "W", "w", "w_1", "out.onnx", "\u00e9", "e\u0301", "", ""), OTHER));
  }

  /** A made name never takes one that a tensor has. */
  @Test
  void ownNamesComeFirst() {
    assertEquals(
        List.of("a_b_1", "a_b", "w", "w_2", "w_1"),
        TensorFileNames.of(List.of("a/b", "a_b", "w", "w", "w_1"), OTHER));
  }

  @Test
  void longNamesAreCutBetweenCharacters() {
    for (String unit : List.of("x", "\u00fc", "\u6f22", "\ud83d\ude00")) {
      String tensor = unit.repeat(300);
      List<String> files = TensorFileNames.of(Collections.nCopies(200, tensor), OTHER);
      Set<String> folded = new HashSet<>();
      for (String file : files) {
        assertTrue(DataFileNames.isPortable(file), file);
        assertTrue(file.getBytes(StandardCharsets.UTF_8).length <= 255);
        assertTrue(folded.add(DataFileNames.folded(file)), file);
      }
    }
    String longest = "x".repeat(255);
    assertEquals(List.of(longest), TensorFileNames.of(List.of(longest), OTHER));
  }

  /** In less than no time, though all ask for one name. */
  @Test
  void manyTensorsOfOneName() {
    List<String> files = TensorFileNames.of(Collections.nCopies(100_000, "w/w"), OTHER);
    assertEquals(100_000, new HashSet<>(files).size());
  }
}
