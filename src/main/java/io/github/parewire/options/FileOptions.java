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
 */
public record FileOptions(
    boolean allowHardLinks, boolean saveAsExternalData, Optional<Path> weightsOut) {

  /** No hard links, initializers where they are, and no file of weights. */
  public static final FileOptions DEFAULT = new FileOptions(false, false, Optional.empty());

  /**
   * Checks the name of the file of weights.
   *
   * @throws UsageException if it ends in neither
   */
  public FileOptions {
    weightsOut.ifPresent(WeightsFormat::of);
  }
}
