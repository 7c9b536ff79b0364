package io.github.parewire.export;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.parewire.model.ElementType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * numpy's npz format: a zip file of npy files (numpy.lib.format, version 1.0). Each entry's comment
 * is the array's description.
 */
final class Npz {

  private static final byte[] MAGIC = "\u0093NUMPY\u0001\u0000".getBytes(ISO_8859_1);

  /** What precedes the data has a length that this divides. */
  private static final int ALIGNMENT = 64;

  /** The first that zip files can tell: same weights, same bytes. */
  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

  private Npz() {}

  /** Whether numpy has a name for a type. */
  static boolean holds(ElementType type) {
    return type != ElementType.BFLOAT16;
  }

  static void write(List<NamedArray> arrays, OutputStream out) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    // Random weights don't become smaller.
    zip.setLevel(Deflater.NO_COMPRESSION);
    for (NamedArray array : arrays) {
      ZipEntry entry = new ZipEntry(array.name() + ".npy");
      entry.setTimeLocal(EPOCH);
      entry.setComment(array.description().toString());
      zip.putNextEntry(entry);
      zip.write(header(array));
      array.elements().writeTo(zip);
      zip.closeEntry();
    }
    zip.finish();
  }

  private static byte[] header(NamedArray array) {
    String shape =
        array.dims().stream().map(dim -> dim + ",").collect(Collectors.joining(" ", "(", ")"));
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(name(array.type()), shape);
    int before = MAGIC.length + Short.BYTES;
    int end = (before + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    String padded = text + " ".repeat(end - before - text.length() - 1) + "\n";
    return ByteBuffer.allocate(end)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) padded.length())
        .put(padded.getBytes(ISO_8859_1))
        .array();
  }

  private static String name(ElementType type) {
    return switch (type) {
      case FLOAT -> "<f4";
      case DOUBLE -> "<f8";
      case FLOAT16 -> "<f2";
      case INT8 -> "|i1";
      case UINT8 -> "|u1";
      case BFLOAT16 -> throw new IllegalArgumentException("numpy has no bfloat16");
    };
  }
}
