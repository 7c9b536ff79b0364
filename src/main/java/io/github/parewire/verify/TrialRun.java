package io.github.parewire.verify;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.parewire.options.Device;
import io.github.parewire.options.InputShapes;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;

/** How far a model gets in ONNX Runtime, given random inputs. */
sealed interface TrialRun {

  /** It runs. */
  record Ran(List<Output> outputs) implements TrialRun {}

  /** It loads, and was not or can't be run. */
  record Loaded(String why) implements TrialRun {}

  /** It does not load. */
  record Failed(String why) implements TrialRun {}

  /**
   * An output.
   *
   * @param name its name
   * @param type its type
   * @param shape the shape it had; empty for what is no tensor
   * @param isFinite whether it had neither NaN nor infinity
   */
  record Output(String name, String type, List<Long> shape, boolean isFinite) {

    /** Name, type, shape and content, for people. */
    @Override
    public String toString() {
      return "'%s' %s %s %s"
          .formatted(
              name,
              type.toLowerCase(Locale.ROOT),
              shape,
              isFinite ? "without NaN or infinity" : "with NaN or infinity");
    }
  }

  /** A model can hold a loop that its random input never ends. */
  long LIMIT_MILLIS = 60_000;

  /**
   * Loads a model, and runs it.
   *
   * @param run whether to run it, too
   */
  static TrialRun of(Path model, InputShapes shapes, boolean run, Device device) {
    try (OrtSession session = OrtRuntime.open(model, device)) {
      if (!run) {
        return new Loaded("too large to be run for a proof");
      }
      try {
        return new Ran(run(session, shapes));
      } catch (OrtException | UnfitInputException | ArithmeticException e) {
        return new Loaded(oneLine(e));
      }
    } catch (OrtException e) {
      return new Failed(oneLine(e));
    }
  }

  private static List<Output> run(OrtSession session, InputShapes shapes) throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    Timer timer = new Timer("limit of a trial run", true);
    try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
      inputs.putAll(RandomInputs.of(session, shapes));
      timer.schedule(terminating(options), LIMIT_MILLIS);
      try (OrtSession.Result result = session.run(inputs, options)) {
        List<Output> outputs = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
          outputs.add(output(entry.getKey(), entry.getValue()));
        }
        return outputs;
      }
    } finally {
      timer.cancel();
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static TimerTask terminating(OrtSession.RunOptions options) {
    return new TimerTask() {
      @Override
      public void run() {
        try {
          options.setTerminate(true);
        } catch (OrtException e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }

  private static Output output(String name, OnnxValue value) {
    if (!(value instanceof OnnxTensor tensor)) {
      return new Output(name, value.getType().toString(), List.of(), true);
    }
    return new Output(
        name,
        tensor.getInfo().type.toString(),
        Arrays.stream(tensor.getInfo().getShape()).boxed().toList(),
        isFinite(tensor));
  }

  private static boolean isFinite(OnnxTensor tensor) {
    OnnxJavaType type = tensor.getInfo().type;
    if (type == OnnxJavaType.DOUBLE) {
      DoubleBuffer values = tensor.getDoubleBuffer();
      while (values.hasRemaining()) {
        if (!Double.isFinite(values.get())) {
          return false;
        }
      }
    } else if (type == OnnxJavaType.FLOAT
        || type == OnnxJavaType.FLOAT16
        || type == OnnxJavaType.BFLOAT16) {
      FloatBuffer values = tensor.getFloatBuffer();
      while (values.hasRemaining()) {
        if (!Float.isFinite(values.get())) {
          return false;
        }
      }
    }
    return true;
  }

  private static String oneLine(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
  }
}
