package io.github.parewire.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Sets fields of a model to other values: what comes out is a message, but rarely a sound model.
 */
final class MessageMutator {

  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    16,
    31,
    32,
    33,
    64,
    255,
    256,
    65535,
    1 << 20,
    Integer.MAX_VALUE,
    1L << 31,
    1L << 32,
    1L << 40,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Integer.MIN_VALUE,
    -1,
    -2,
    -3
  };

  private final Corpus corpus;
  private final Random random;

  /** Names that the model has: an operator that is given another one still finds a value. */
  private List<String> names = List.of();

  MessageMutator(Corpus corpus, Random random) {
    this.corpus = corpus;
    this.random = random;
  }

  ModelProto mutate(ModelProto model) {
    names = names(model.getGraph()).toList();
    ModelProto changed = model;
    int steps = 1 + random.nextInt(random.nextInt(8) == 0 ? 12 : 4);
    for (int i = 0; i < steps; i++) {
      changed = (ModelProto) mutate((Message) changed);
    }
    return changed;
  }

  private static Stream<String> names(GraphProto graph) {
    return Stream.of(
            graph.getNodeList().stream().flatMap(node -> node.getOutputList().stream()),
            graph.getInitializerList().stream().map(TensorProto::getName),
            graph.getInputList().stream().map(input -> input.getName()))
        .flatMap(s -> s);
  }

  private Message mutate(Message message) {
    List<FieldDescriptor> inside =
        message.getAllFields().keySet().stream()
            .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
            .toList();
    if (inside.isEmpty() || random.nextInt(6) == 0) {
      return change(message);
    }
    FieldDescriptor field = inside.get(random.nextInt(inside.size()));
    Message.Builder builder = message.toBuilder();
    if (field.isRepeated()) {
      int at = random.nextInt(message.getRepeatedFieldCount(field));
      Message element = (Message) message.getRepeatedField(field, at);
      return builder.setRepeatedField(field, at, mutate(element)).build();
    }
    return builder.setField(field, mutate((Message) message.getField(field))).build();
  }

  private Message change(Message message) {
    if (message instanceof NodeProto node && random.nextInt(4) == 0) {
      return cycle(node);
    }
    List<FieldDescriptor> fields = new ArrayList<>(message.getAllFields().keySet());
    if (fields.isEmpty() || random.nextInt(3) == 0) {
      fields = message.getDescriptorForType().getFields();
    }
    if (fields.isEmpty()) {
      return message;
    }
    FieldDescriptor field = fields.get(random.nextInt(fields.size()));
    Message.Builder builder = message.toBuilder();
    if (field.isRepeated()) {
      changeList(builder, field);
    } else if (message.hasField(field) && random.nextInt(5) == 0) {
      builder.clearField(field);
    } else {
      builder.setField(field, value(builder, field, message.getField(field)));
    }
    return builder.build();
  }

  /** A node that reads what it makes, or what another one makes from it. */
  private NodeProto cycle(NodeProto node) {
    if (node.getInputCount() == 0 || node.getOutputCount() == 0) {
      return node;
    }
    NodeProto.Builder builder = node.toBuilder();
    int input = random.nextInt(node.getInputCount());
    return (random.nextBoolean()
            ? builder.setInput(input, node.getOutput(0))
            : builder.setOutput(0, node.getInput(input)))
        .build();
  }

  private void changeList(Message.Builder builder, FieldDescriptor field) {
    int count = builder.getRepeatedFieldCount(field);
    int at = count == 0 ? 0 : random.nextInt(count);
    switch (count == 0 ? 0 : random.nextInt(7)) {
      case 0 -> builder.addRepeatedField(field, value(builder, field, null));
      case 1, 2 -> {
        Object old = builder.getRepeatedField(field, at);
        builder.setRepeatedField(field, at, value(builder, field, old));
      }
      case 3 -> builder.addRepeatedField(field, builder.getRepeatedField(field, at));
      case 4 -> {
        List<Object> rest = new ArrayList<>((List<?>) builder.getField(field));
        rest.remove(at);
        builder.setField(field, rest);
      }
      case 5 -> {
        List<Object> shuffled = new ArrayList<>((List<?>) builder.getField(field));
        Collections.shuffle(shuffled, random);
        builder.setField(field, shuffled);
      }
      default -> {
        Object element = builder.getRepeatedField(field, at);
        boolean isMessage = element instanceof Message;
        int times = 1 << random.nextInt(isMessage ? 6 : 14);
        for (int i = 0; i < times; i++) {
          builder.addRepeatedField(field, element);
        }
      }
    }
  }

  private Object value(Message.Builder builder, FieldDescriptor field, Object old) {
    return switch (field.getJavaType()) {
      case INT -> (int) number();
      case LONG -> number();
      case FLOAT -> Float.intBitsToFloat(random.nextInt());
      case DOUBLE -> Double.longBitsToDouble(random.nextLong());
      case BOOLEAN -> random.nextBoolean();
      case STRING -> string();
      case BYTE_STRING -> bytes(old instanceof ByteString bytes ? bytes : ByteString.EMPTY);
      case ENUM -> {
        int count = field.getEnumType().getValues().size();
        yield field.getEnumType().getValues().get(random.nextInt(count));
      }
      case MESSAGE -> {
        Message part = corpus.part(field.getMessageType(), random);
        yield builder.newBuilderForField(field).mergeFrom(part).build();
      }
    };
  }

  private long number() {
    return random.nextInt(3) == 0
        ? random.nextInt(40) - 8
        : NUMBERS[random.nextInt(NUMBERS.length)];
  }

  private String string() {
    return !names.isEmpty() && random.nextBoolean()
        ? names.get(random.nextInt(names.size()))
        : corpus.string(random);
  }

  private ByteString bytes(ByteString old) {
    return switch (random.nextInt(4)) {
      case 0 -> Corpus.bytes(random, random.nextInt(64));
      case 1 -> old.substring(0, old.isEmpty() ? 0 : random.nextInt(old.size()));
      case 2 -> old.concat(Corpus.bytes(random, 1 + random.nextInt(8)));
      default -> Corpus.bytes(random, old.size());
    };
  }
}
