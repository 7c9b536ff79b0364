package io.github.parewire.weights;

import io.github.parewire.array.ElementKind;
import io.github.parewire.array.NativeArray;
import io.github.parewire.layers.TensorView;
import io.github.parewire.layers.ViewStep;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.model.TensorData;
import io.github.parewire.parallel.ParallelTasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * Brings stored tensors into native memory. Types narrower than FLOAT are widened to it, which
 * keeps value and order.
 */
final class TensorReader {

  /** Bytes worth a task of their own to read. */
  private static final long PART = 1L << 23;

  private TensorReader() {}

  /**
   * Reads a tensor. Called in a pool, it lets idle threads take parts.
   *
   * @return FLOAT or DOUBLE, as the tensor is stored; the caller's to close
   */
  static NativeArray read(StoredTensor tensor) throws IOException {
    NativeArray array = NativeArray.allocate(kind(tensor.type()), tensor.dims());
    try {
      read(tensor.data(), array);
      if (isWidened(tensor.type())) {
        array.cast(ElementKind.FLOAT);
      }
      return array;
    } catch (IOException | RuntimeException e) {
      array.close();
      throw e;
    }
  }

  private static void read(TensorData data, NativeArray array) throws IOException {
    // The JVM does not check writes to native memory: more data than the array holds would
    // overwrite other memory.
    Objects.checkFromIndexSize(0, data.length(), array.bytes());
    List<Callable<Void>> parts = new ArrayList<>();
    for (long at = 0; at < data.length(); at += PART) {
      long from = at;
      parts.add(
          () -> {
            data.read(from, array.bytes(from, Math.min(PART, data.length() - from)));
            return null;
          });
    }
    ParallelTasks.runParts(parts);
    array.written();
  }

  /** Whether arrays of a type are widened. */
  static boolean isWidened(ElementType type) {
    return type.bytes() < Float.BYTES;
  }

  /** Takes an array through a view. */
  static void apply(NativeArray array, TensorView view) {
    for (ViewStep step : view.steps()) {
      if (step instanceof ViewStep.Permute permute) {
        array.permute(permute.axes());
      } else {
        array.reshape(step.dims());
      }
    }
  }

  /** The way of {@link #apply} back. */
  static void undo(NativeArray array, TensorView view) {
    List<ViewStep> steps = view.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (steps.get(i) instanceof ViewStep.Permute permute) {
        array.permute(permute.inverse());
      } else {
        array.reshape(i == 0 ? view.stored() : steps.get(i - 1).dims());
      }
    }
  }

  /** Gives a widened array its tensor's type back. */
  static void narrow(NativeArray array, ElementType type) {
    if (isWidened(type)) {
      array.cast(kind(type));
    }
  }

  private static ElementKind kind(ElementType type) {
    return switch (type) {
      case FLOAT -> ElementKind.FLOAT;
      case DOUBLE -> ElementKind.DOUBLE;
      case FLOAT16 -> ElementKind.FLOAT16;
      case BFLOAT16 -> ElementKind.BFLOAT16;
      case INT8 -> ElementKind.INT8;
      case UINT8 -> ElementKind.UINT8;
    };
  }
}
