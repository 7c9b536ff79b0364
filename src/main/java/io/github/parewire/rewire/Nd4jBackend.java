package io.github.parewire.rewire;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Starts ND4J as this program needs it. */
public final class Nd4jBackend {

  static {
    // JavaCPP would refuse arrays beyond a multiple of the Java heap, which holds no weights here.
    setUnlessGiven("org.bytedeco.javacpp.maxbytes", "0");
    setUnlessGiven("org.bytedeco.javacpp.maxphysicalbytes", "0");
    // The native operations' holder can't be used before an array has been made.
    Nd4j.createUninitialized(DataType.FLOAT, 1).close();
    // Layers run side by side already; threads inside an operation would only take turns.
    NativeOps operations = NativeOpsHolder.getInstance().getDeviceNativeOps();
    operations.setOmpNumThreads(1);
  }

  private Nd4jBackend() {}

  /** Starts ND4J if it is not yet running; takes half a second once. */
  public static void start() {
    // The static initializer did.
  }

  private static void setUnlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
