package io.github.parewire.array;

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

  /** A process has one backend, which begins with this class. */
  private static final class Started {
    static final boolean ON_GPU = wantsGpu;

    static {
      // JavaCPP would refuse arrays beyond a multiple of the Java heap, which holds no weights
      // here.
      setUnlessGiven("org.bytedeco.javacpp.maxbytes", "0");
      setUnlessGiven("org.bytedeco.javacpp.maxphysicalbytes", "0");
      ND4JClassLoading.setNd4jClassloader(
          new WithoutBackend(Nd4jBackend.class.getClassLoader(), ON_GPU ? CPU : GPU));
      // The native operations' holder can't be used before an array has been made.
      Nd4j.createUninitialized(DataType.FLOAT, 1).close();
    }

    static final NativeOps OPERATIONS = NativeOpsHolder.getInstance().getDeviceNativeOps();
  }

  private Nd4jBackend() {}

  /**
   * Asks for the GPU, which must be known to be there and supported: ND4J's own way to find out can
   * end the process.
   *
   * @throws IllegalStateException if ND4J runs on the processor already
   */
  public static void useGpu() {
    wantsGpu = true;
    start();
    if (!Started.ON_GPU) {
      throw new IllegalStateException("ND4J runs on the processor already");
    }
  }

  /**
   * Starts ND4J if it is not yet running, which takes half a second once, and prepares the calling
   * thread for it. Without that operations work, but may take ten times as long.
   */
  public static void start() {
    if (Started.ON_GPU) {
      // On a machine with several GPUs, ND4J would give each thread another one.
      Nd4j.getAffinityManager().unsafeSetDevice(0);
    } else {
      // Layers run side by side already; threads inside an operation would only take turns.
      Started.OPERATIONS.setOmpNumThreads(1);
    }
  }

  private static void setUnlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
