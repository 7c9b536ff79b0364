package io.github.parewire;

import io.github.parewire.message.ModelException;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Inspection;
import io.github.parewire.run.InspectRun;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Says of a model which layers it has, what their weights are and look like, and why each other
 * tensor is left.
 */
public final class Inspector {

  private final RewireOptions options;

  /**
   * Makes an inspector; it can look at any number of models.
   *
   * @param options of which those of files, groups and threads matter
   */
  public Inspector(RewireOptions options) {
    this.options = options;
  }

  /**
   * Inspects a model.
   *
   * @param model the file; it is never written to
   * @return what it has
   * @throws ModelException if the model is invalid
   * @throws IOException if a file can't be read
   */
  public Inspection inspect(Path model) throws IOException {
    return new InspectRun(options).run(model);
  }
}
