package io.github.parewire.verify;

import ai.onnxruntime.OrtEnvironment;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.presets.javacpp;

/**
 * Unpacks ONNX Runtime's native libraries once, into JavaCPP's cache. Left alone it unpacks them at
 * every start, and leaves an empty folder behind each time.
 */
final class OrtNatives {

  private static final String PATH_PROPERTY = "onnxruntime.native.path";

  /** ONNX Runtime's names of JavaCPP's platforms. */
  private static final Map<String, String> FOLDERS =
      Map.of(
          "linux-x86_64", "linux-x64",
          "linux-arm64", "linux-aarch64",
          "macosx-arm64", "osx-aarch64",
          "windows-x86_64", "win-x64");

  /** Libraries from elsewhere that the CUDA provider is linked with. */
  private static final List<String> CUDA_NEEDS =
      List.of(
          "libcudart.so.12",
          "libcublasLt.so.12",
          "libcublas.so.12",
          "libcurand.so.10",
          "libcuda.so.1");

  private OrtNatives() {}

  /** Points ONNX Runtime to the cache, unless the user points it elsewhere. */
  static void cache() {
    String given = System.getProperty(PATH_PROPERTY);
    if (given != null) {
      loadNeeds(Path.of(given));
      return;
    }
    String folder = FOLDERS.get(Loader.getPlatform());
    if (folder == null) {
      return;
    }
    try {
      File runtime = cache(folder, System.mapLibraryName("onnxruntime"));
      File binding = cache(folder, System.mapLibraryName("onnxruntime4j_jni"));
      if (runtime != null && binding != null && runtime.getParent().equals(binding.getParent())) {
        System.setProperty(PATH_PROPERTY, runtime.getParent());
      }
    } catch (IOException e) {
      // A cache that can't be written to: ONNX Runtime unpacks for itself.
    }
  }

  /** Loads what ONNX Runtime is linked with on Windows, but would not look for in its folder. */
  private static void loadNeeds(Path folder) {
    Path library = folder.resolve("msvcp140_1.dll");
    if (Files.exists(library)) {
      System.load(library.toAbsolutePath().toString());
    }
  }

  /**
   * Puts the CUDA provider beside ONNX Runtime, where it looks for it; only some builds have it.
   */
  static void cacheCuda() {
    String folder = FOLDERS.get(Loader.getPlatform());
    try {
      cache(folder, System.mapLibraryName("onnxruntime_providers_shared"));
      cache(folder, System.mapLibraryName("onnxruntime_providers_cuda"));
    } catch (IOException e) {
      // ONNX Runtime says then that it does not find it.
    }
  }

  /** What hinders the CUDA provider, of which ONNX Runtime says only that it does not load. */
  static Optional<String> missingForCuda() {
    // Loads the native part of JavaCPP, which Loader.loadGlobal is written in.
    Loader.load(javacpp.class);
    for (String library : CUDA_NEEDS) {
      try {
        Loader.loadGlobal(library);
      } catch (UnsatisfiedLinkError e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
    }
    return Optional.empty();
  }

  private static File cache(String folder, String library) throws IOException {
    URL resource =
        OrtEnvironment.class.getResource("/ai/onnxruntime/native/" + folder + "/" + library);
    return resource == null ? null : Loader.cacheResource(resource);
  }
}
