package io.github.parewire.array;

import io.github.parewire.message.Message;
import io.github.parewire.message.UnsupportedDeviceException;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Starts ND4J as this program needs it, on the processor unless a GPU is asked for before. */
public final class Nd4jBackend {

  private static final String CPU = "nd4j-native";
  private static final String GPU = "nd4j-cuda";

  /** What is asked for, until the start. */
  private static volatile boolean wantsGpu;

  /** A process has one backend, which is chosen with this class. */
  private static final class Chosen {
    static final boolean ON_GPU = wantsGpu;

    /** Through which ND4J looks for it. */
    static final WithoutBackend LOADER =
        new WithoutBackend(Nd4jBackend.class.getClassLoader(), ON_GPU ? CPU : GPU);

    /** Asked before ND4J does, which would end as if its natives were at fault. */
    static final boolean IS_THERE = LOADER.hasBackend();
  }

  /** It begins with this class. */
  private static final class Started {
    /** Empty where the class path has no natives for this platform. */
    static final Optional<NativeOps> OPERATIONS = startNatives();
  }

  private Nd4jBackend() {}

  /**
   * Asks for the GPU, which must be known to be there and supported: ND4J's own way to find out can
   * end the process.
   *
   * @throws IllegalStateException if ND4J runs on the processor already
   * @throws UnsupportedDeviceException if the class path has no backend for it
   */
  public static void useGpu() {
    wantsGpu = true;
    start();
    if (!Chosen.ON_GPU) {
      throw new IllegalStateException("ND4J runs on the processor already");
    }
  }

  /**
   * Starts ND4J if it is not yet running, which takes half a second once, and prepares the calling
   * thread for it. Without that operations work, but may take ten times as long.
   *
   * @throws UnsupportedDeviceException if the class path has no backend for the device asked for,
   *     or not its natives: who depends on this library may leave ND4J's out, and bring others
   */
  public static void start() {
    if (!Chosen.IS_THERE) {
      throw missing("no backend for it", "");
    }
    NativeOps operations = Started.OPERATIONS.orElseThrow(Nd4jBackend::missingNatives);
    if (Chosen.ON_GPU) {
      // On a machine with several GPUs, ND4J would give each thread another one.
      Nd4j.getAffinityManager().unsafeSetDevice(0);
    } else {
      // Layers run side by side already; threads inside an operation would only take turns.
      operations.setOmpNumThreads(1);
    }
  }

  private static Optional<NativeOps> startNatives() {
    // JavaCPP would refuse arrays beyond a multiple of the Java heap, which holds no weights here.
    setUnlessGiven("org.bytedeco.javacpp.maxbytes", "0");
    setUnlessGiven("org.bytedeco.javacpp.maxphysicalbytes", "0");
    JavaCppLibraries.prepare();
    // It would describe the machine in its log, which is off.
    setUnlessGiven("org.nd4j.log.initialization", "false");
    ND4JClassLoading.setNd4jClassloader(Chosen.LOADER);
    try {
      // The native operations' holder can't be used before an array has been made.
      Nd4j.createUninitialized(DataType.FLOAT, 1).close();
    } catch (LinkageError e) {
      if (NativesFolder.isFoundNowhere(e)) {
        return Optional.empty();
      }
      throw e;
    }
    return Optional.of(NativeOpsHolder.getInstance().getDeviceNativeOps());
  }

  private static UnsupportedDeviceException missingNatives() {
    String platform = Loader.getPlatform();
    return missing(
        "no natives for " + platform,
        " and org.bytedeco:openblas, both with the classifier " + platform);
  }

  private static UnsupportedDeviceException missing(String what, String more) {
    return UnsupportedDeviceException.of(
        Chosen.ON_GPU ? "cuda" : "cpu",
        "ND4J has " + what + " on the class path",
        List.of(Message.of("add org.nd4j:" + (Chosen.ON_GPU ? GPU : CPU) + more)));
  }

  private static void setUnlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
