package io.github.parewire.options;

import io.github.parewire.message.DataFileNames;
import io.github.parewire.message.UsageException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How files are read and written.
 *
 * @param allowHardLinks whether the input's data files may have other names, which may lie outside
 *     the model's folder
 * @param saveAsExternalData whether large initializers go to a data file, as those do that are in
 *     one already; true wherever one of the next two is given
 * @param externalData what that file is called: a path relative to the new model's folder, with /
 *     between names and in its plain form; with {@code oneFilePerTensor}, the folder of the files.
 *     Empty for the model's name with ".data" behind it, or the model's folder
 * @param oneFilePerTensor whether each tensor gets a data file of its own, called as the tensor is
 *     where a file can be
 * @param weightsOut where the rewired tensors go by themselves, in the {@link WeightsFormat} that
 *     the name says; empty for nowhere
 * @param force whether the new model's data files may take the place of files that are not the
 *     older model's
 */
public record FileOptions(
    boolean allowHardLinks,
    boolean saveAsExternalData,
    Optional<String> externalData,
    boolean oneFilePerTensor,
    Optional<Path> weightsOut,
    boolean force) {

  /** No hard links, initializers where they are, no file of weights, and no file lost. */
  public static final FileOptions DEFAULT = builder().build();

  /**
   * Checks the names of the data file and of the file of weights.
   *
   * @throws UsageException if the data file would not lie in the model's folder or below, or has a
   *     name that some system can't have, or if the name of the file of weights ends in neither
   */
  public FileOptions {
    externalData = externalData.map(path -> DataFileNames.location(path, oneFilePerTensor));
    saveAsExternalData |= externalData.isPresent() || oneFilePerTensor;
    weightsOut.ifPresent(WeightsFormat::of);
  }

  /**
   * Options to set one by one, beginning with {@link #DEFAULT}.
   *
   * @return a builder of its own
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects options; each method is named after the component of {@link FileOptions} it sets. */
  public static final class Builder {
    private boolean allowHardLinks;
    private boolean saveAsExternalData;
    private Optional<String> externalData = Optional.empty();
    private boolean oneFilePerTensor;
    private Optional<Path> weightsOut = Optional.empty();
    private boolean force;

    private Builder() {}

    /**
     * Sets whether the input's data files may have other names.
     *
     * @param value false by default
     * @return this builder
     */
    public Builder allowHardLinks(boolean value) {
      allowHardLinks = value;
      return this;
    }

    /**
     * Sets whether large initializers go to a data file.
     *
     * @param value false by default
     * @return this builder
     */
    public Builder saveAsExternalData(boolean value) {
      saveAsExternalData = value;
      return this;
    }

    /**
     * Sets what the data file is called, or the folder of data files.
     *
     * @param value a path relative to the new model's folder
     * @return this builder
     */
    public Builder externalData(String value) {
      externalData = Optional.of(value);
      return this;
    }

    /**
     * Sets whether each tensor gets a data file of its own.
     *
     * @param value false by default
     * @return this builder
     */
    public Builder oneFilePerTensor(boolean value) {
      oneFilePerTensor = value;
      return this;
    }

    /**
     * Sets where the rewired tensors go by themselves.
     *
     * @param value a file whose name says its {@link WeightsFormat}
     * @return this builder
     */
    public Builder weightsOut(Path value) {
      weightsOut = Optional.of(value);
      return this;
    }

    /**
     * Sets whether data files may take the place of files that are not the older model's.
     *
     * @param value false by default
     * @return this builder
     */
    public Builder force(boolean value) {
      force = value;
      return this;
    }

    /**
     * Makes the options.
     *
     * @return what was set, and the defaults for the rest
     * @throws UsageException if a name can't be had
     */
    public FileOptions build() {
      return new FileOptions(
          allowHardLinks, saveAsExternalData, externalData, oneFilePerTensor, weightsOut, force);
    }
  }
}
