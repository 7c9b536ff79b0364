package io.github.parewire.testing;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.github.parewire.onnx.TensorProto;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Serializes messages in ways that are valid but that no serializer uses. */
public final class Wire {

  private final Map<String, byte[]> tensors = new HashMap<>();
  private boolean backwards;
  private boolean unknownFirst;
  private int padding;

  /** The bytes of the tensor with this name. */
  public Wire tensor(String name, byte[] bytes) {
    tensors.put(name, bytes);
    return this;
  }

  /** Fields in descending order of their numbers. */
  public Wire backwards() {
    backwards = true;
    return this;
  }

  /** Unknown fields before all others. */
  public Wire unknownFirst() {
    unknownFirst = true;
    return this;
  }

  /** Lengths of messages as varints with this many bytes more than needed. */
  public Wire overlong(int bytes) {
    padding = bytes;
    return this;
  }

  /** The message on the wire. */
  public byte[] serialize(Message message) {
    if (message instanceof TensorProto tensor && tensors.containsKey(tensor.getName())) {
      return tensors.get(tensor.getName());
    }
    List<FieldDescriptor> fields = new ArrayList<>(message.getAllFields().keySet());
    if (backwards) {
      Collections.reverse(fields);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (unknownFirst) {
      out.writeBytes(message.getUnknownFields().toByteArray());
    }
    fields.forEach(field -> write(out, message, field));
    if (!unknownFirst) {
      out.writeBytes(message.getUnknownFields().toByteArray());
    }
    return out.toByteArray();
  }

  private void write(ByteArrayOutputStream out, Message message, FieldDescriptor field) {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      Message.Builder alone = message.toBuilder().clear();
      out.writeBytes(copyField(message, alone, field).toByteArray());
    } else if (field.isRepeated()) {
      for (Object element : (List<?>) message.getField(field)) {
        delimited(out, field.getNumber(), serialize((Message) element));
      }
    } else {
      delimited(out, field.getNumber(), serialize((Message) message.getField(field)));
    }
  }

  /** By clearing the others: strings that are not UTF-8 would not survive get and set. */
  private static Message copyField(Message message, Message.Builder alone, FieldDescriptor field) {
    alone.mergeFrom(message);
    for (FieldDescriptor other : message.getAllFields().keySet()) {
      if (other != field) {
        alone.clearField(other);
      }
    }
    return alone.setUnknownFields(com.google.protobuf.UnknownFieldSet.getDefaultInstance()).build();
  }

  private void delimited(ByteArrayOutputStream out, int field, byte[] payload) {
    out.writeBytes(field(field, payload, padding));
  }

  /** A length-delimited field whose length takes {@code padding} bytes more than needed. */
  public static byte[] field(int number, byte[] payload, int padding) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, number << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED, 0);
    varint(out, payload.length, padding);
    out.writeBytes(payload);
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, int value, int padding) {
    int bytes = CodedOutputStream.computeUInt32SizeNoTag(value) + padding;
    for (int i = 0; i < bytes; i++) {
      int digit = i < 5 ? value >>> 7 * i & 0x7f : 0;
      out.write(i < bytes - 1 ? digit | 0x80 : digit);
    }
  }
}
