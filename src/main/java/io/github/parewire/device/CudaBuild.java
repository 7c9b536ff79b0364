package io.github.parewire.device;

import io.github.parewire.message.UnsupportedDeviceException;
import java.util.List;

/** Whether this build has the libraries for GPUs, which the Maven profile cuda adds. */
public final class CudaBuild {

  /** Looked for as resources: to load them would start them. */
  private static final List<String> PARTS =
      List.of(
          "org/nd4j/linalg/jcublas/JCublasBackend.class",
          "org/nd4j/linalg/jcublas/bindings/linux-x86_64/libnd4jcuda.so",
          "org/bytedeco/cuda/linux-x86_64/libcudart.so.11.0",
          "ai/onnxruntime/native/linux-x64/libonnxruntime_providers_cuda.so");

  private CudaBuild() {}

  /**
   * Requires the build and its platform.
   *
   * @throws UnsupportedDeviceException if it is not there
   */
  public static void require() {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!platform.equals("Linux amd64")) {
      throw new UnsupportedDeviceException(
          "the CUDA build is for Linux on x86_64, this is " + platform);
    }
    ClassLoader loader = CudaBuild.class.getClassLoader();
    if (PARTS.stream().anyMatch(part -> loader.getResource(part) == null)) {
      throw new UnsupportedDeviceException(
          "this build has no CUDA libraries", "build it with 'mvn -Pcuda -DskipTests package'");
    }
  }
}
