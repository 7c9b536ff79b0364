package io.github.parewire.fuzz;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import io.github.parewire.onnx.ModelProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes the bytes of a file, with and without regard to where its fields begin and end. */
final class ByteMutator {

  /** A length-delimited field: where its tag, its length and its payload begin, and its end. */
  private record Field(int tag, int length, int payload, int end) {}

  private static final long[] LENGTHS = {
    0, 1, 127, 128, 4096, 1 << 20, 1 << 28, Integer.MAX_VALUE, 1L << 31, 0xffffffffL, 1L << 40, -1
  };

  private final Corpus corpus;
  private final Random random;

  ByteMutator(Corpus corpus, Random random) {
    this.corpus = corpus;
    this.random = random;
  }

  byte[] mutate(byte[] file) {
    byte[] bytes = file;
    int steps = 1 + random.nextInt(random.nextInt(8) == 0 ? 20 : 3);
    for (int i = 0; i < steps && bytes.length > 0; i++) {
      bytes = random.nextBoolean() ? anywhere(bytes) : atField(bytes);
    }
    return bytes;
  }

  private byte[] anywhere(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    int end = at + 1 + random.nextInt(Math.min(64, bytes.length - at));
    byte[] changed = bytes.clone();
    switch (random.nextInt(9)) {
      case 0, 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> changed[at] = (byte) random.nextInt(256);
      case 3 -> changed[at] = (byte) new int[] {0, 1, 0x7f, 0x80, 0xff}[random.nextInt(5)];
      case 4 -> changed = join(bytes, at, Corpus.bytes(random, end - at).toByteArray(), at);
      case 5 -> changed = join(bytes, at, new byte[0], end);
      case 6 -> changed = join(bytes, at, Arrays.copyOfRange(bytes, at, end), at);
      case 7 -> changed = Arrays.copyOf(bytes, at);
      default -> {
        byte[] other = corpus.file(random.nextInt(corpus.size()));
        int from = random.nextInt(other.length);
        changed = join(bytes, at, Arrays.copyOfRange(other, from, other.length), bytes.length);
      }
    }
    return changed;
  }

  private byte[] atField(byte[] bytes) {
    List<Field> fields = new ArrayList<>();
    try {
      index(
          CodedInputStream.newInstance(bytes, 0, bytes.length),
          ModelProto.getDescriptor(),
          0,
          fields);
    } catch (IOException e) {
      // Up to where it is no message.
    }
    if (fields.isEmpty()) {
      return anywhere(bytes);
    }
    Field field = fields.get(random.nextInt(fields.size()));
    Field other = fields.get(random.nextInt(fields.size()));
    byte[] whole = Arrays.copyOfRange(bytes, field.tag(), field.end());
    return switch (random.nextInt(7)) {
      case 0, 1 -> join(bytes, field.length(), varint(length(field)), field.payload());
      case 2 -> join(bytes, other.tag(), whole, other.tag());
      case 3 -> join(bytes, other.tag(), whole, other.end());
      case 4 -> join(bytes, field.tag(), new byte[0], field.end());
      case 5 -> join(bytes, field.tag(), varint(random.nextInt(1 << 8)), field.length());
      default -> {
        // Another payload, with a length that fits it.
        byte[] payload = Arrays.copyOfRange(bytes, other.payload(), other.end());
        byte[] prefix = varint(payload.length);
        byte[] both = join(prefix, prefix.length, payload, prefix.length);
        yield join(bytes, field.length(), both, field.end());
      }
    };
  }

  private long length(Field field) {
    int length = field.end() - field.payload();
    return random.nextBoolean()
        ? length + random.nextInt(9) - 4
        : LENGTHS[random.nextInt(LENGTHS.length)];
  }

  private static void index(CodedInputStream in, Descriptor type, int depth, List<Field> fields)
      throws IOException {
    while (!in.isAtEnd()) {
      int tagAt = in.getTotalBytesRead();
      int tag = in.readTag();
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        in.skipField(tag);
        continue;
      }
      int lengthAt = in.getTotalBytesRead();
      int length = in.readRawVarint32();
      int payloadAt = in.getTotalBytesRead();
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      int limit = in.pushLimit(length);
      fields.add(new Field(tagAt, lengthAt, payloadAt, payloadAt + length));
      if (field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth < 30) {
        index(in, field.getMessageType(), depth + 1, fields);
      } else {
        in.skipRawBytes(length);
      }
      in.popLimit(limit);
    }
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return out.toByteArray();
  }

  /** The beginning up to one place, something, and the end from another place on. */
  private static byte[] join(byte[] bytes, int end, byte[] middle, int from) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, Math.min(end, bytes.length));
    out.writeBytes(middle);
    int rest = Math.min(from, bytes.length);
    out.write(bytes, rest, bytes.length - rest);
    return out.toByteArray();
  }
}
