package io.github.parewire.model;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.message.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A file of another format is named as what it is. */
final class ForeignFormatTest {

  @TempDir private Path folder;

  private static List<Arguments> files() throws IOException {
    return List.of(
        Arguments.of(
            text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
            "found a Git LFS pointer, which stands for the file; fetch the file itself with"
                + " 'git lfs pull'"),
        Arguments.of(gzip(), "found gzip data; unpack it with gunzip"),
        Arguments.of(bytes(0xfd, '7', 'z', 'X', 'Z', 0, 0, 4), "found xz data"),
        Arguments.of(bytes(0x28, 0xb5, 0x2f, 0xfd, 4, 0), "found zstd data"),
        Arguments.of(text("BZh91AY&SY"), "found bzip2 data"),
        Arguments.of(zip("model/data.pkl"), "torch.save or torch.jit.save; export the module with"),
        Arguments.of(zip("archive/version"), "torch.save or torch.jit.save"),
        Arguments.of(zip("metadata.json"), "found a .keras file"),
        Arguments.of(zip("model.onnx"), "found a zip archive; unpack the model from it"),
        Arguments.of(bytes(0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n', 0), "found an HDF5 file"),
        Arguments.of(bytes(36, 0, 0, 0, 'O', 'R', 'T', 'M', 0, 0), "ONNX Runtime's own format"),
        Arguments.of(bytes(28, 0, 0, 0, 'T', 'F', 'L', '3', 0, 0), "a TensorFlow Lite model"),
        Arguments.of(safetensors(), "a safetensors file, which has weights and no network"),
        Arguments.of(text("GGUF\3\0\0\0"), "found a GGUF file"),
        Arguments.of(bytes(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0), "found a numpy array"),
        Arguments.of(bytes(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc), "found a pickle of Python"),
        Arguments.of(bytes(0x80, 4, 0x95, 0x10, 0, 0, 0), "found a pickle of Python"),
        Arguments.of(text("<!DOCTYPE html>\n<html lang=\"en\">"), "found a web page"),
        Arguments.of(text("\n <html><body>404</body></html>"), "found a web page"),
        Arguments.of(text("{\n  \"irVersion\": \"8\"\n}"), "found JSON"),
        Arguments.of(text("\u00ef\u00bb\u00bf{\"a\": 1}"), "found JSON"),
        Arguments.of(text("ir_version: 8\ngraph {\n}"), "found a model in text form"),
        Arguments.of(text("<\n  ir_version: 7,\n  opset_import: [\"\" : 10]\n>"), "in text form"),
        Arguments.of(text("# a model\nproducer_name: \"x\"\n"), "found a model in text form"),
        Arguments.of(text("<?xml version=\"1.0\"?><net name=\"x\"/>"), "found XML"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void isNamed(byte[] content, String expected) throws IOException {
    Path file = Files.write(folder.resolve("model.onnx"), content);
    String message = assertThrows(ModelException.class, () -> OnnxFile.open(file)).getMessage();
    assertTrue(message.startsWith(file + ": expected an ONNX model, found "), message);
    assertTrue(message.contains(expected), message);
  }

  /** Its size is not what is wrong with it. */
  @Test
  void isNamedIfLargerThanAnyModel() throws IOException {
    Path file = Files.write(folder.resolve("model.safetensors"), safetensors());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), 1L << 32);
    }
    String message = assertThrows(ModelException.class, () -> OnnxFile.open(file)).getMessage();
    assertTrue(message.contains("found a safetensors file"), message);
  }

  /** It begins like none of them, so it is taken for a model that was cut. */
  @Test
  void cutModelIsNone() throws IOException {
    byte[] model = Files.readAllBytes(Path.of("testmodels/torchscript_mlp.onnx"));
    for (int length : new int[] {1, 2, 3, 10, 100, model.length - 1}) {
      ByteBuffer cut = ByteBuffer.wrap(model, 0, length).slice();
      assertTrue(ForeignFormat.refusal(cut, "").isEmpty(), length + " bytes");
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(int... bytes) {
    return text(new String(bytes, 0, bytes.length));
  }

  private static byte[] gzip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(Files.readAllBytes(Path.of("testmodels/torchscript_mlp.onnx")));
    }
    return bytes.toByteArray();
  }

  private static byte[] zip(String entry) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(entry));
      zip.write(1);
    }
    return bytes.toByteArray();
  }

  private static byte[] safetensors() {
    byte[] header = text("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
    return ByteBuffer.allocate(8 + header.length + 4)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }
}
