package io.github.parewire.model;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the bytes of every TensorProto of a file, by walking the wire beside the parsed message.
 *
 * <p>Knowing them, the output can be the input with some bytes exchanged, rather than a message
 * serialized anew: field order, unknown fields, packing and over-long varints all stay.
 */
final class WireIndex {

  /** As deep as the parser goes. */
  static final int RECURSION_LIMIT = 1000;

  private static final Set<Descriptor> HOLDING_TENSORS = holdingTensors();

  private final List<TensorProto> tensors = new ArrayList<>();
  private final IdentityHashMap<TensorProto, TensorWire> wires = new IdentityHashMap<>();

  /** How many elements of each repeated field of a message have gone by. */
  private final IdentityHashMap<Message, Map<FieldDescriptor, Integer>> seen =
      new IdentityHashMap<>();

  private WireIndex() {}

  /**
   * Indexes the tensors of a model.
   *
   * @param in the file from its first byte
   * @param model what the same bytes were parsed to
   * @throws IOException if the bytes are not what was parsed
   */
  static WireIndex of(CodedInputStream in, ModelProto model) throws IOException {
    WireIndex index = new WireIndex();
    index.walk(in, model, null);
    return index;
  }

  /** The tensors, each as the object of the parsed message, in the order of the file. */
  List<TensorProto> tensors() {
    return tensors;
  }

  /**
   * Where a tensor's bytes are.
   *
   * @param tensor one of {@link #tensors()}, by identity
   */
  TensorWire wire(TensorProto tensor) {
    TensorWire wire = wires.get(tensor);
    if (wire == null) {
      throw new IllegalArgumentException("no tensor of this file: '" + tensor.getName() + "'");
    }
    return wire;
  }

  private void walk(CodedInputStream in, Message message, Enclosure enclosure) throws IOException {
    Descriptor type = message.getDescriptorForType();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
          && field != null
          && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && HOLDING_TENSORS.contains(field.getMessageType())) {
        enter(in, nextOf(message, field), enclosure);
      } else {
        in.skipField(tag);
      }
    }
  }

  private void enter(CodedInputStream in, Message message, Enclosure parent) throws IOException {
    long prefixAt = in.getTotalBytesRead();
    int length = in.readRawVarint32();
    long payloadAt = in.getTotalBytesRead();
    Enclosure enclosure =
        new Enclosure(
            parent, new WireSpan(prefixAt, payloadAt - prefixAt), new WireSpan(payloadAt, length));
    int limit = in.pushLimit(length);
    if (message instanceof TensorProto tensor) {
      walkTensor(in, wires.computeIfAbsent(tensor, this::newWire), enclosure);
    } else {
      walk(in, message, enclosure);
    }
    in.popLimit(limit);
  }

  private TensorWire newWire(TensorProto tensor) {
    tensors.add(tensor);
    return new TensorWire();
  }

  private static void walkTensor(CodedInputStream in, TensorWire wire, Enclosure enclosure)
      throws IOException {
    while (true) {
      long at = in.getTotalBytesRead();
      int tag = in.readTag();
      if (tag == 0) {
        return;
      }
      if (!TensorWire.keeps(tag)) {
        in.skipField(tag);
        continue;
      }
      boolean delimited = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      long payloadAt = in.getTotalBytesRead();
      if (delimited) {
        int length = in.readRawVarint32();
        payloadAt = in.getTotalBytesRead();
        in.skipRawBytes(length);
      } else {
        in.skipField(tag);
      }
      long end = in.getTotalBytesRead();
      wire.add(
          new TensorWire.Field(
              WireFormat.getTagFieldNumber(tag),
              delimited,
              new WireSpan(at, end - at),
              new WireSpan(payloadAt, end - payloadAt),
              enclosure));
    }
  }

  /** The parsed message of the next occurrence of a field. */
  private Message nextOf(Message message, FieldDescriptor field) {
    if (!field.isRepeated()) {
      return (Message) message.getField(field);
    }
    int at = seen.computeIfAbsent(message, m -> new HashMap<>()).merge(field, 1, Integer::sum) - 1;
    return (Message) message.getRepeatedField(field, at);
  }

  /** The message types below ModelProto that are TensorProto or can hold one. */
  private static Set<Descriptor> holdingTensors() {
    Set<Descriptor> holding = new HashSet<>();
    holding.add(TensorProto.getDescriptor());
    Set<Descriptor> all = new HashSet<>();
    collect(ModelProto.getDescriptor(), all);
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Descriptor type : all) {
        grown |=
            type.getFields().stream().anyMatch(field -> holds(field, holding)) && holding.add(type);
      }
    }
    return Set.copyOf(holding);
  }

  private static boolean holds(FieldDescriptor field, Set<Descriptor> types) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && types.contains(field.getMessageType());
  }

  private static void collect(Descriptor type, Set<Descriptor> all) {
    if (all.add(type)) {
      for (FieldDescriptor field : type.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          collect(field.getMessageType(), all);
        }
      }
    }
  }
}
