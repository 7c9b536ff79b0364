package io.github.parewire;

import io.github.parewire.message.ModelException;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Verification;
import io.github.parewire.run.VerifyRun;
import java.io.IOException;
import java.nio.file.Path;

/** Proves of a file that it is another one with the weights of its layers in another order. */
public final class Verifier {

  private final RewireOptions options;

  /**
   * Makes a verifier; it can verify any number of files.
   *
   * @param options of which those of files, execution and verification matter
   */
  public Verifier(RewireOptions options) {
    this.options = options;
  }

  /**
   * Verifies a file.
   *
   * @param in the model before
   * @param out the model after; both are never written to
   * @return what was proven, and what failed
   * @throws ModelException if the model before is invalid
   * @throws IOException if a file can't be read
   */
  public Verification verify(Path in, Path out) throws IOException {
    return new VerifyRun(options).run(in, out);
  }
}
