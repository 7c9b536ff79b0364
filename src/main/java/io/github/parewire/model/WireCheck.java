package io.github.parewire.model;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.nio.ByteBuffer;

/**
 * Checks that every field of a message lies within the message around it, before protobuf parses
 * it: its parser of memory outside the heap (4.33) adds the length of a packed field or message to
 * a position without regard to overflow, and then reads what lies behind the file. The process ends
 * there.
 */
final class WireCheck {

  private static final int VARINT_BYTES = 10;

  private final ByteBuffer bytes;

  private WireCheck(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /**
   * Checks a file.
   *
   * @param bytes the file
   * @param type the message that it is
   * @throws InvalidProtocolBufferException if a field is longer than what is there, or messages are
   *     nested too deep
   */
  static void check(ByteBuffer bytes, Descriptor type) throws InvalidProtocolBufferException {
    new WireCheck(bytes.duplicate()).message(type, bytes.limit(), 0);
  }

  private void message(Descriptor type, int end, int depth) throws InvalidProtocolBufferException {
    if (depth > WireIndex.RECURSION_LIMIT) {
      throw new InvalidProtocolBufferException(
          "messages nested more than " + WireIndex.RECURSION_LIMIT + " deep");
    }
    int groups = 0;
    while (bytes.position() < end) {
      int tag = (int) varint(end);
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_VARINT -> varint(end);
        case WireFormat.WIRETYPE_FIXED32 -> skip(Integer.BYTES, end);
        case WireFormat.WIRETYPE_FIXED64 -> skip(Long.BYTES, end);
        case WireFormat.WIRETYPE_START_GROUP -> groups++;
        case WireFormat.WIRETYPE_END_GROUP -> groups--;
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
          int length = (int) varint(end);
          require(length, end);
          FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
          // What stands in a group is unknown to the parser.
          if (groups == 0
              && field != null
              && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            message(field.getMessageType(), bytes.position() + length, depth + 1);
          } else {
            skip(length, end);
          }
        }
        default -> throw new InvalidProtocolBufferException("a field of no wire type");
      }
      if (groups < 0) {
        throw new InvalidProtocolBufferException("the end of a group without its beginning");
      }
    }
  }

  private long varint(int end) throws InvalidProtocolBufferException {
    long value = 0;
    for (int i = 0; i < VARINT_BYTES; i++) {
      require(1, end);
      byte next = bytes.get();
      value |= (next & 0x7fL) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw new InvalidProtocolBufferException("a number of more than " + VARINT_BYTES + " bytes");
  }

  private void skip(int length, int end) throws InvalidProtocolBufferException {
    require(length, end);
    bytes.position(bytes.position() + length);
  }

  private void require(int length, int end) throws InvalidProtocolBufferException {
    int remaining = end - bytes.position();
    if (length < 0 || length > remaining) {
      throw new InvalidProtocolBufferException(
          "a field of "
              + Integer.toUnsignedString(length)
              + " bytes at byte "
              + bytes.position()
              + ", where "
              + remaining
              + " are left");
    }
  }
}
