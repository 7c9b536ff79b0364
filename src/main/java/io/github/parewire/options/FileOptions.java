package io.github.parewire.options;

import io.github.parewire.message.UsageException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How files are read and written.
 *
 * @param allowHardLinks whether the input's data files may have other names, which may lie outside
 *     the model's folder
 * @param saveAsExternalData whether large initializers go to a data file, as those do that are in
 *     one already
 * @param weightsOut where the rewired tensors go by themselves, in the {@link WeightsFormat} that
 *     the name says; empty for nowhere
 * @param force whether the new model's data file may take the place of a file that is not the older
 *     model's
 */
public record FileOptions(
    boolean allowHardLinks, boolean saveAsExternalData, Optional<Path> weightsOut, boolean force) {

  /** No hard links, initializers where they are, no file of weights, and no file lost. */
  public static final FileOptions DEFAULT = new FileOptions(false, false, Optional.empty(), false);

  /**
   * Checks the name of the file of weights.
   *
   * @throws UsageException if it ends in neither
   */
  public FileOptions {
    weightsOut.ifPresent(WeightsFormat::of);
  }
}
