package io.github.parewire.run;

import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Verification;
import io.github.parewire.verify.FileProofs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Proves of a file that it is another one with the weights of its layers in another order. */
public final class VerifyRun {

  private final RewireOptions options;

  /** Prepares verifications. */
  public VerifyRun(RewireOptions options) {
    this.options = options;
  }

  /**
   * Verifies a file.
   *
   * @throws IOException if a file can't be read
   */
  public Verification run(Path in, Path out) throws IOException {
    DeviceStart.requireForProofs(options);
    return new NativeStart()
        .with(() -> OnnxFile.read(in, options.files().allowHardLinks(), file -> verify(file, out)));
  }

  private Verification verify(OnnxFile file, Path out) throws IOException {
    List<StoredTensor> weights =
        LayerFinder.find(file, options.layers().groups()).layers().stream()
            .map(Layer::tensor)
            .toList();
    return new FileProofs(options).prove(file, out, weights);
  }
}
