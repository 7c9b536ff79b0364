package io.github.parewire.model;

import io.github.parewire.message.ModelException;
import io.github.parewire.model.ForeignFormat.Beginning;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A format of files that are given in place of a model, recognized by how they begin. To be asked
 * only of a file that is no model: some of these beginnings are sound protobuf.
 *
 * @param found what to call it
 * @param remedy what its user can do
 * @param isThis recognizes it
 */
record ForeignFormat(String found, String remedy, Predicate<Beginning> isThis) {

  /** Bytes that suffice to tell. */
  static final int BEGINNING = 512;

  /** All of them; the first that fits is it. */
  private static final List<ForeignFormat> ALL =
      List.of(
          // What git checks out where its extension for large files is not installed.
          new ForeignFormat(
              "a Git LFS pointer, which stands for the file",
              "fetch the file itself with 'git lfs pull'",
              Beginning.text("version https://git-lfs.github.com/spec/")),
          // RFC 1952.
          new ForeignFormat("gzip data", "unpack it with gunzip", Beginning.bytes(0x1f, 0x8b)),
          // The format of xz.
          new ForeignFormat(
              "xz data", "unpack it with unxz", Beginning.bytes(0xfd, '7', 'z', 'X', 'Z', 0)),
          // RFC 8878.
          new ForeignFormat(
              "zstd data", "unpack it with unzstd", Beginning.bytes(0x28, 0xb5, 0x2f, 0xfd)),
          // The format of bzip2.
          new ForeignFormat("bzip2 data", "unpack it with bunzip2", Beginning.text("BZh")),
          // A zip with a pickle: what torch.save and torch.jit.save write.
          new ForeignFormat(
              "a file of torch.save or torch.jit.save",
              "export the module with torch.onnx.export",
              beginning ->
                  beginning.zipEntry().matches(".+/(data\\.pkl|\\.format_version|version)")),
          // A zip that begins with its metadata: what Keras 3 writes.
          new ForeignFormat(
              "a .keras file",
              "export the model with model.export(format=\"onnx\")",
              beginning -> beginning.zipEntry().equals("metadata.json")),
          // An archive of something else.
          new ForeignFormat(
              "a zip archive", "unpack the model from it", Beginning.text("PK\u0003\u0004")),
          // What Keras 2 and others write.
          new ForeignFormat(
              "an HDF5 file, such as Keras writes",
              "convert the model with tf2onnx",
              Beginning.bytes(0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n')),
          // A flatbuffer of ONNX Runtime's.
          new ForeignFormat(
              "a model in ONNX Runtime's own format (.ort)",
              "give the .onnx file that it was made from",
              beginning -> beginning.at(4).startsWith("ORTM")),
          // A flatbuffer of LiteRT's.
          new ForeignFormat(
              "a TensorFlow Lite model",
              "convert it with tf2onnx",
              beginning -> beginning.at(4).startsWith("TFL3")),
          // A length of the header, and the header.
          new ForeignFormat(
              "a safetensors file, which has weights and no network",
              "export the network to ONNX",
              Beginning::isSafetensors),
          // llama.cpp's weights.
          new ForeignFormat("a GGUF file", "export the network to ONNX", Beginning.text("GGUF")),
          // numpy's array.
          new ForeignFormat(
              "a numpy array",
              "export the network to ONNX",
              Beginning.bytes(0x93, 'N', 'U', 'M', 'P', 'Y')),
          // Python's objects.
          new ForeignFormat(
              "a pickle of Python, such as old PyTorch writes",
              "load it in Python and export the module with torch.onnx.export",
              beginning ->
                  beginning.byteAt(0) == 0x80
                      && beginning.byteAt(1) >= 2
                      && beginning.byteAt(1) <= 5),
          // A page, of an error as a rule.
          new ForeignFormat(
              "a web page",
              "download the file itself, not the page about it",
              Beginning.pattern("(<!-{2}.*?-{2}>\\s*)*<(!doctype html|html|head|body)\\b")),
          // Protocol Buffers' JSON, or any other.
          new ForeignFormat(
              "JSON",
              "save the model in binary form: onnx.save(model, path)",
              Beginning.pattern("[{\\[]\\s*[\"{}\\[\\]]")),
          // Protocol Buffers' text form, and ONNX's own.
          new ForeignFormat(
              "a model in text form",
              "save it in binary form: onnx.save(model, path)",
              Beginning.pattern(
                  "(#.*\\s+)*(<\\s*ir_version\\s*:|(ir_version|producer_name|graph|opset_import)\\s*[:{])")),
          // OpenVINO's network, for one.
          new ForeignFormat("XML", "give the .onnx file itself", Beginning.text("<?xml")));

  /**
   * What to say of a file of one of these formats; empty if it is of none.
   *
   * @param file its bytes, {@link #BEGINNING} of them or more unless it is shorter
   * @param path its name, for the message
   */
  static Optional<ModelException> refusal(ByteBuffer file, String path) {
    byte[] bytes = new byte[Math.min(BEGINNING, file.capacity())];
    file.get(0, bytes);
    Beginning beginning = new Beginning(new String(bytes, StandardCharsets.ISO_8859_1));
    return ALL.stream()
        .filter(format -> format.isThis.test(beginning))
        .findFirst()
        .map(
            format ->
                new ModelException(
                    path, "expected an ONNX model, found " + format.found, format.remedy));
  }

  /**
   * How a file begins.
   *
   * @param text its first bytes, a character each
   */
  record Beginning(String text) {

    static Predicate<Beginning> text(String text) {
      return beginning -> beginning.text.startsWith(text);
    }

    static Predicate<Beginning> bytes(int... bytes) {
      return text(new String(bytes, 0, bytes.length));
    }

    /** Text alone that begins so, after a byte order mark and white space, in any case. */
    static Predicate<Beginning> pattern(String regex) {
      Pattern pattern =
          Pattern.compile(
              "(\u00ef\u00bb\u00bf)?\\s*" + regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
      return beginning ->
          beginning.text.codePoints().noneMatch(Beginning::isBinary)
              && pattern.matcher(beginning.text).lookingAt();
    }

    /** Whether a byte stands in no text. */
    private static boolean isBinary(int character) {
      return character < ' ' && !Character.isWhitespace(character);
    }

    String at(int position) {
      return text.substring(Math.min(position, text.length()));
    }

    int byteAt(int position) {
      return position < text.length() ? text.charAt(position) : -1;
    }

    /** The name of a zip's first entry; empty if this is none. */
    String zipEntry() {
      if (!text.startsWith("PK\u0003\u0004") || text.length() < 30) {
        return "";
      }
      int end = 30 + byteAt(26) + (byteAt(27) << 8);
      return text.substring(30, Math.min(end, text.length()));
    }

    boolean isSafetensors() {
      if (text.length() < 10 || !at(8).startsWith("{\"")) {
        return false;
      }
      byte[] bytes = text.substring(0, 8).getBytes(StandardCharsets.ISO_8859_1);
      long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      return header > 1 && header <= 100_000_000;
    }
  }
}
