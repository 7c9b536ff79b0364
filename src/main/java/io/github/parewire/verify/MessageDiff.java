package io.github.parewire.verify;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares two messages field by field, unknown fields too, and names each difference by its path.
 * The elements of some tensors may differ, and tensors may have moved to a data file: those are
 * paired, for others to compare.
 */
public final class MessageDiff {

  private static final Set<Integer> ELEMENTS =
      Set.of(
          TensorProto.RAW_DATA_FIELD_NUMBER,
          TensorProto.FLOAT_DATA_FIELD_NUMBER,
          TensorProto.DOUBLE_DATA_FIELD_NUMBER,
          TensorProto.INT32_DATA_FIELD_NUMBER);

  /** Where elements are, if not in the model. */
  private static final Set<Integer> PLACE =
      Set.of(TensorProto.EXTERNAL_DATA_FIELD_NUMBER, TensorProto.DATA_LOCATION_FIELD_NUMBER);

  private final Set<TensorProto> exempt = Collections.newSetFromMap(new IdentityHashMap<>());
  private final IdentityHashMap<TensorProto, TensorProto> pairs = new IdentityHashMap<>();
  private final List<String> differences = new ArrayList<>();

  private MessageDiff(Iterable<TensorProto> exempt) {
    exempt.forEach(this.exempt::add);
  }

  /**
   * Compares two models.
   *
   * @param rewired tensors of {@code in}, by identity, whose elements may differ
   */
  public static MessageDiff of(ModelProto in, ModelProto out, Iterable<TensorProto> rewired) {
    MessageDiff diff = new MessageDiff(rewired);
    diff.compare("model", in, out);
    return diff;
  }

  /** Each difference: the path of a field, and what it is in both. */
  public List<String> differences() {
    return Collections.unmodifiableList(differences);
  }

  /**
   * The counterpart of a rewired tensor, or of one that is in a data file of the output; empty if
   * the output has none at its place.
   */
  public Optional<TensorProto> counterpart(TensorProto tensor) {
    return Optional.ofNullable(pairs.get(tensor));
  }

  private void compare(String path, Message in, Message out) {
    boolean isMoved = isExternal(out);
    boolean isExempt = in instanceof TensorProto tensor && exempt.contains(tensor);
    if (isMoved || isExempt) {
      pairs.put((TensorProto) in, (TensorProto) out);
    }
    Set<FieldDescriptor> fields = new TreeSet<>(in.getAllFields().keySet());
    fields.addAll(out.getAllFields().keySet());
    for (FieldDescriptor field : fields) {
      boolean isElements = in instanceof TensorProto && ELEMENTS.contains(field.getNumber());
      boolean isPlace = in instanceof TensorProto && PLACE.contains(field.getNumber());
      if (!(isElements && (isExempt || isMoved)) && !(isPlace && isMoved)) {
        compareField(path + "." + field.getName(), field, in, out);
      }
    }
    if (!in.getUnknownFields().equals(out.getUnknownFields())) {
      differences.add(path + ": unknown fields differ");
    }
  }

  private static boolean isExternal(Message message) {
    return message instanceof TensorProto tensor
        && tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  private void compareField(String path, FieldDescriptor field, Message in, Message out) {
    boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    int before = differences.size();
    if (field.isRepeated()) {
      compareLists(path, isMessage, (List<?>) in.getField(field), (List<?>) out.getField(field));
    } else if (in.hasField(field) != out.hasField(field)) {
      differences.add(path + ": " + (in.hasField(field) ? "set, then not" : "not set, then set"));
    } else if (isMessage) {
      compare(path, (Message) in.getField(field), (Message) out.getField(field));
    } else {
      compareValues(path, in.getField(field), out.getField(field));
    }
    if (differences.size() == before
        && field.getJavaType() == FieldDescriptor.JavaType.STRING
        && isDecodedWithLoss(in.getField(field))
        && !encoded(in, field).equals(encoded(out, field))) {
      differences.add(path + ": bytes that are not UTF-8 differ");
    }
  }

  /** Whether some text may have had bytes that are not UTF-8, which all decode to U+FFFD. */
  private static boolean isDecodedWithLoss(Object value) {
    return value instanceof List<?> list
        ? list.stream().anyMatch(MessageDiff::isDecodedWithLoss)
        : ((String) value).indexOf('\uFFFD') >= 0;
  }

  private static ByteString encoded(Message message, FieldDescriptor field) {
    Message.Builder alone =
        message.toBuilder().setUnknownFields(UnknownFieldSet.getDefaultInstance());
    message.getAllFields().keySet().stream()
        .filter(other -> !other.equals(field))
        .forEach(alone::clearField);
    return alone.build().toByteString();
  }

  private void compareLists(String path, boolean isMessage, List<?> in, List<?> out) {
    if (in.size() != out.size()) {
      differences.add(path + ": " + in.size() + " entries, then " + out.size());
      return;
    }
    if (!isMessage && !isFloat(in) && in.equals(out)) {
      return;
    }
    for (int i = 0; i < in.size(); i++) {
      String at = path + "[" + i + "]";
      if (isMessage) {
        compare(at, (Message) in.get(i), (Message) out.get(i));
      } else {
        compareValues(at, in.get(i), out.get(i));
      }
    }
  }

  private void compareValues(String path, Object in, Object out) {
    if (!bits(in).equals(bits(out))) {
      differences.add(path + ": " + brief(in) + ", then " + brief(out));
    }
  }

  private static boolean isFloat(List<?> list) {
    return !list.isEmpty() && (list.get(0) instanceof Float || list.get(0) instanceof Double);
  }

  /** Numbers by their bits: all NaNs are equal otherwise. */
  private static Object bits(Object value) {
    if (value instanceof Float number) {
      return Float.floatToRawIntBits(number);
    }
    return value instanceof Double number ? (Object) Double.doubleToRawLongBits(number) : value;
  }

  private static String brief(Object value) {
    if (value instanceof ByteString bytes) {
      return bytes.size() + " bytes";
    }
    String text = String.valueOf(value);
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
