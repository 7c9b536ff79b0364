package io.github.parewire.verify;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.options.InputShapes;
import io.github.parewire.options.RunDevice;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** How far a model gets in ONNX Runtime, given random inputs. */
sealed interface TrialRun {

  /**
   * It runs.
   *
   * @param outputs what comes out
   * @param sizes with which sizes of free dimensions
   */
  record Ran(List<Output> outputs, FreeSizes sizes) implements TrialRun {}

  /** It loads, and was still running after much work. */
  record Stopped(String when) implements TrialRun {}

  /** It loads, and was not or can't be run. */
  record Loaded(String why) implements TrialRun {}

  /** It does not load. */
  record Failed(String why) implements TrialRun {

    private static final Pattern MEMORY =
        Pattern.compile("bad_alloc|allocate|out of memory", Pattern.CASE_INSENSITIVE);

    /** Whether it could load where there is more memory. */
    boolean isForMemory() {
      return MEMORY.matcher(why).find();
    }
  }

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

  /**
   * Only loads a file, with as little memory as that takes; where this fails, as it is, for that is
   * what counts.
   */
  static TrialRun loading(OnnxFile file, RunDevice device) {
    try (OrtSession session = OrtRuntime.openLean(file, device)) {
      return new Loaded("not run");
    } catch (OrtException e) {
      return of(file.path(), InputShapes.none(), List.of(), device);
    }
  }

  /** Sizes to try until the model runs, of which none is given to a model that is only loaded. */
  static TrialRun of(Path model, InputShapes shapes, List<FreeSizes> sizes, RunDevice device) {
    try (OrtSession session = OrtRuntime.open(model, device)) {
      TrialRun first = null;
      Set<Map<String, List<Long>>> tried = new HashSet<>();
      for (FreeSizes one : sizes) {
        // Other sizes are no other run where they are of no dimension that the model has.
        Map<String, List<Long>> given = RandomInputs.shapes(session, shapes, one);
        if (!tried.add(given)) {
          continue;
        }
        TrialRun trial = run(session, given, one);
        if (!(trial instanceof Loaded)) {
          return trial;
        }
        first = first == null ? trial : first;
      }
      return first == null ? new Loaded("not run") : first;
    } catch (UnfitInputException e) {
      return new Loaded(oneLine(e));
    } catch (OrtException e) {
      return new Failed(oneLine(e));
    }
  }

  private static TrialRun run(OrtSession session, Map<String, List<Long>> shapes, FreeSizes sizes) {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try (OrtSession.RunOptions options = new OrtSession.RunOptions();
        WorkLimit limit = new WorkLimit(WorkLimit.WORK, () -> terminate(options))) {
      inputs.putAll(RandomInputs.of(session, shapes));
      try (OrtSession.Result result = session.run(inputs, options)) {
        List<Output> outputs = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
          outputs.add(output(entry.getKey(), entry.getValue()));
        }
        return new Ran(outputs, sizes);
      } catch (OrtException e) {
        return limit.isReached() ? new Stopped(limit.text()) : new Loaded(oneLine(e));
      }
    } catch (OrtException | UnfitInputException | ArithmeticException e) {
      return new Loaded(oneLine(e));
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static void terminate(OrtSession.RunOptions options) {
    try {
      options.setTerminate(true);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
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
