package io.github.parewire.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.RichModel;
import io.github.parewire.testing.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each field of each message, changed alone, is reported by its name. */
final class MessageDiffTest {

  private static final ModelProto MODEL = RichModel.build();
  private static final List<TensorProto> REWIRED =
      RichModel.layers().stream().map(Tensors.byName(MODEL)::get).toList();

  /**
   * A model with one change.
   *
   * @param path the changed field
   */
  private record Mutation(String path, Message message) {}

  @Test
  void equalModelsHaveNoDifference() throws Exception {
    ModelProto copy = ModelProto.parseFrom(MODEL.toByteArray());
    assertEquals(List.of(), MessageDiff.of(MODEL, copy, REWIRED).differences());
    assertEquals(List.of(), MessageDiff.of(MODEL, copy, List.of()).differences());
  }

  @TestFactory
  Stream<DynamicTest> everyFieldIsCompared() {
    List<Mutation> mutations = mutations(MODEL, "model");
    assertTrue(mutations.size() > 300, () -> "only " + mutations.size());
    return mutations.stream()
        .map(mutation -> DynamicTest.dynamicTest(mutation.path(), () -> assertReported(mutation)));
  }

  private static void assertReported(Mutation mutation) {
    ModelProto out = (ModelProto) mutation.message();
    MessageDiff diff = MessageDiff.of(MODEL, out, REWIRED);
    List<String> found = diff.differences();
    boolean isElement =
        RichModel.layers().stream()
            .map(Tensors.byName(MODEL)::get)
            .anyMatch(tensor -> isRawDataOf(mutation, tensor));
    if (isElement) {
      assertEquals(List.of(), found);
    } else {
      assertEquals(1, found.size(), found::toString);
      assertTrue(found.get(0).startsWith(mutation.path() + ":"), found::toString);
    }
  }

  /** Whether a mutation is one that rewiring may make. */
  private static boolean isRawDataOf(Mutation mutation, TensorProto tensor) {
    Map<String, TensorProto> after = Tensors.byName(mutation.message());
    TensorProto now = after.get(tensor.getName());
    return mutation.path().endsWith(".raw_data")
        && now != null
        && !now.getRawData().equals(tensor.getRawData());
  }

  @Test
  void elementsOfOtherTensorsAreCompared() {
    for (TensorProto tensor : REWIRED) {
      List<TensorProto> others = REWIRED.stream().filter(other -> other != tensor).toList();
      byte[] bytes = tensor.getRawData().toByteArray();
      bytes[5] ^= 1;
      ModelProto out = replace(MODEL, tensor, bytes);
      assertEquals(List.of(), MessageDiff.of(MODEL, out, REWIRED).differences());
      List<String> found = MessageDiff.of(MODEL, out, others).differences();
      assertEquals(1, found.size(), found::toString);
      assertTrue(found.get(0).contains(".raw_data:"), found::toString);
    }
  }

  @Test
  void counterpartsAreFoundInSubgraphs() throws Exception {
    ModelProto copy = ModelProto.parseFrom(MODEL.toByteArray());
    MessageDiff diff = MessageDiff.of(MODEL, copy, REWIRED);
    for (TensorProto tensor : REWIRED) {
      assertEquals(tensor.getName(), diff.counterpart(tensor).orElseThrow().getName());
    }
  }

  private static ModelProto replace(ModelProto model, TensorProto tensor, byte[] bytes) {
    return (ModelProto) replaceIn(model, tensor, bytes);
  }

  private static Message replaceIn(Message message, TensorProto tensor, byte[] bytes) {
    if (message == tensor) {
      return tensor.toBuilder().setRawData(ByteString.copyFrom(bytes)).build();
    }
    Message.Builder builder = message.toBuilder();
    for (FieldDescriptor field : message.getAllFields().keySet()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        if (field.isRepeated()) {
          List<?> list = (List<?>) message.getField(field);
          for (int i = 0; i < list.size(); i++) {
            builder.setRepeatedField(field, i, replaceIn((Message) list.get(i), tensor, bytes));
          }
        } else {
          builder.setField(field, replaceIn((Message) message.getField(field), tensor, bytes));
        }
      }
    }
    return builder.build();
  }

  /** Every way to change one thing in a message. */
  private static List<Mutation> mutations(Message message, String path) {
    List<Mutation> all = new ArrayList<>();
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              String at = path + "." + field.getName();
              if (field.isRepeated()) {
                all.addAll(mutateList(message, field, (List<?>) value, at));
              } else if (value instanceof Message child) {
                all.add(new Mutation(at, message.toBuilder().clearField(field).build()));
                for (Mutation inner : mutations(child, at)) {
                  Message.Builder builder = message.toBuilder();
                  all.add(
                      new Mutation(inner.path(), builder.setField(field, inner.message()).build()));
                }
              } else {
                all.add(new Mutation(at, message.toBuilder().clearField(field).build()));
                all.add(
                    new Mutation(
                        at, message.toBuilder().setField(field, changed(field, value)).build()));
              }
            });
    UnknownFieldSet more = message.getUnknownFields().toBuilder().mergeVarintField(4711, 1).build();
    all.add(new Mutation(path, message.toBuilder().setUnknownFields(more).build()));
    return all;
  }

  private static List<Mutation> mutateList(
      Message message, FieldDescriptor field, List<?> list, String at) {
    List<Mutation> all = new ArrayList<>();
    Message.Builder more = message.toBuilder();
    all.add(new Mutation(at, more.addRepeatedField(field, list.get(0)).build()));
    Message.Builder fewer = message.toBuilder().clearField(field);
    list.stream().skip(1).forEach(value -> fewer.addRepeatedField(field, value));
    all.add(new Mutation(at, fewer.build()));
    for (int i = 0; i < list.size(); i++) {
      String element = at + "[" + i + "]";
      if (list.get(i) instanceof Message child) {
        for (Mutation inner : mutations(child, element)) {
          Message.Builder builder = message.toBuilder();
          all.add(
              new Mutation(
                  inner.path(), builder.setRepeatedField(field, i, inner.message()).build()));
        }
      } else {
        Message.Builder builder = message.toBuilder();
        all.add(
            new Mutation(
                element, builder.setRepeatedField(field, i, changed(field, list.get(i))).build()));
      }
    }
    return all;
  }

  private static Object changed(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case INT -> (Integer) value + 1;
      case LONG -> (Long) value ^ 1;
      case FLOAT -> Float.intBitsToFloat(Float.floatToRawIntBits((Float) value) ^ 0x8000_0000);
      case DOUBLE -> -(Double) value;
      case STRING -> value + " ";
      case BYTE_STRING -> changed((ByteString) value);
      case ENUM -> other((EnumValueDescriptor) value);
      default -> throw new IllegalArgumentException(field.getFullName());
    };
  }

  private static ByteString changed(ByteString value) {
    if (value.isEmpty()) {
      return ByteString.copyFrom(new byte[1]);
    }
    byte[] bytes = value.toByteArray();
    bytes[bytes.length - 1] ^= 1;
    return ByteString.copyFrom(bytes);
  }

  private static EnumValueDescriptor other(EnumValueDescriptor value) {
    List<EnumValueDescriptor> all = value.getType().getValues();
    return all.get((value.getIndex() + 1) % all.size());
  }

  @Test
  void stringsThatAreNotUtf8AreComparedByTheirBytes() {
    byte[] bytes = RichModel.NOT_UTF8.toByteArray();
    bytes[1] = (byte) 0xe8;
    ModelProto out = MODEL.toBuilder().setDocStringBytes(ByteString.copyFrom(bytes)).build();
    List<String> found = MessageDiff.of(MODEL, out, REWIRED).differences();
    assertEquals(1, found.size(), found::toString);
    assertTrue(found.get(0).startsWith("model.doc_string:"), found::toString);
  }

  @Test
  void numbersThatAreNaNAreComparedByTheirBits() {
    ModelProto.Builder out = MODEL.toBuilder();
    float other = Float.intBitsToFloat(0x7fc0_0001);
    out.getGraphBuilder().getInitializerBuilder(3).setFloatData(0, other);
    List<String> found = MessageDiff.of(MODEL, out.build(), REWIRED).differences();
    assertEquals(1, found.size(), found::toString);
    assertTrue(
        found.get(0).startsWith("model.graph.initializer[3].float_data[0]:"), found::toString);
  }
}
