package io.github.parewire.verify;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.CodedOutputStream;
import io.github.parewire.message.Message;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.options.RunDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** ONNX Runtime's one environment in this process, silent, and its sessions. */
final class OrtRuntime {

  /** Made when it is first needed. */
  private static final class Lazy {
    /** Held, as a logger that nobody holds forgets its level. */
    private static final Logger LOGGER = Logger.getLogger("ai.onnxruntime");

    static final OrtEnvironment ENVIRONMENT = create();

    private static OrtEnvironment create() {
      // It logs a stack trace where it can't unpack its libraries, and fails later in any case.
      LOGGER.setLevel(Level.OFF);
      OrtNatives.cache();
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "onnx-parewire");
      try {
        environment.setTelemetry(false);
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
      return environment;
    }
  }

  private static final String EXTERNAL_FOLDER =
      "session.model_external_initializers_file_folder_path";

  private OrtRuntime() {}

  /** The environment; made at the first call, which takes a quarter of a second. */
  static OrtEnvironment environment() {
    return Lazy.ENVIRONMENT;
  }

  /** A session of a small model made here. */
  static OrtSession open(ModelProto model) throws OrtException {
    return open(model, ByteBuffer.allocateDirect(model.getSerializedSize()), Optional.empty());
  }

  /**
   * A session of a small model made here.
   *
   * @param scratch a direct buffer for the serialized model
   * @param folder where its external data is, if it has any
   */
  static OrtSession open(ModelProto model, ByteBuffer scratch, Optional<Path> folder)
      throws OrtException {
    try (OrtSession.SessionOptions options = options()) {
      if (folder.isPresent()) {
        options.addConfigEntry(EXTERNAL_FOLDER, folder.get().toString());
      }
      options.setCPUArenaAllocator(false);
      options.setMemoryPatternOptimization(false);
      return environment().createSession(serialize(model, scratch), options);
    }
  }

  /** A session of a file, as it is: no optimization, external data mapped. */
  static OrtSession open(Path file, RunDevice device) throws OrtException {
    try (OrtSession.SessionOptions options = optionsAsItIs(device)) {
      return environment().createSession(file.toString(), options);
    }
  }

  /** The same with large initializers of the file itself mapped, too. */
  static OrtSession openLean(OnnxFile file, RunDevice device) throws OrtException {
    ModelProto model = LeanModel.of(file);
    try (OrtSession.SessionOptions options = optionsAsItIs(device)) {
      options.addConfigEntry(EXTERNAL_FOLDER, file.path().toAbsolutePath().getParent().toString());
      ByteBuffer scratch = ByteBuffer.allocateDirect(model.getSerializedSize());
      return environment().createSession(serialize(model, scratch), options);
    }
  }

  /** Options by which a session changes nothing of a model, and plans nothing for a second run. */
  private static OrtSession.SessionOptions optionsAsItIs(RunDevice device) throws OrtException {
    OrtSession.SessionOptions options = options();
    try {
      if (device == RunDevice.CUDA) {
        options.addCUDA();
      }
      options.addConfigEntry("session.disable_prepacking", "1");
      // Its plan of where weights lie takes time in proportion to the square of their number, and
      // the plans of runs serve a second run.
      options.setMemoryPatternOptimization(false);
      return options;
    } catch (OrtException e) {
      options.close();
      throw e;
    }
  }

  /**
   * Loads the CUDA provider.
   *
   * @throws UnsupportedDeviceException if it or a library that it needs is missing
   */
  static void requireCuda() {
    OrtNatives.cacheCuda();
    try (OrtSession.SessionOptions options = options()) {
      options.addCUDA();
    } catch (OrtException e) {
      throw new UnsupportedDeviceException(
          "ONNX Runtime can't load its CUDA provider: "
              + OrtNatives.missingForCuda().orElse(e.getMessage()),
          Message.of(
              "put the folders of the libraries of CUDA 12 and of cuDNN 9 into LD_LIBRARY_PATH"));
    }
  }

  /** Options by which a session works on the calling thread alone and changes nothing. */
  private static OrtSession.SessionOptions options() throws OrtException {
    // Options made before the environment would load ONNX Runtime their own way.
    environment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    options.addConfigEntry("session.inter_op.allow_spinning", "0");
    return options;
  }

  private static ByteBuffer serialize(ModelProto model, ByteBuffer scratch) {
    ByteBuffer bytes = scratch.slice(0, model.getSerializedSize()).order(ByteOrder.nativeOrder());
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      model.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.flip();
  }
}
