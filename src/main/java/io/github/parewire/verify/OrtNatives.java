package io.github.parewire.verify;

import ai.onnxruntime.OrtEnvironment;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.util.Map;
import org.bytedeco.javacpp.Loader;

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

  private OrtNatives() {}

  /** Points ONNX Runtime to the cache, unless the user points it elsewhere. */
  static void cache() {
    String folder = FOLDERS.get(Loader.getPlatform());
    if (folder == null || System.getProperty(PATH_PROPERTY) != null) {
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

  private static File cache(String folder, String library) throws IOException {
    URL resource =
        OrtEnvironment.class.getResource("/ai/onnxruntime/native/" + folder + "/" + library);
    return resource == null ? null : Loader.cacheResource(resource);
  }
}
