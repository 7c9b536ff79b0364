package io.github.parewire.cli;

import io.github.parewire.options.FileOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which files are written besides the model. */
final class WriteFlags {

  @Option(
      names = "--save-as-external-data",
      description =
          "Put initializers of 1 KiB and more into OUT.data. Those that IN has in data files go"
              + " there in any case.")
  private boolean saveAsExternalData;

  @Option(
      names = "--weights-out",
      paramLabel = "FILE",
      description =
          "Write the rewired tensors by name, as PyTorch lays them out, to a .safetensors or .npz"
              + " file as well.")
  private Path weightsOut;

  @Option(
      names = "--force",
      description = "Let OUT.data take the place of a file that is not the data file of OUT.")
  private boolean force;

  Optional<Path> weightsOut() {
    return Optional.ofNullable(weightsOut);
  }

  FileOptions files(boolean allowHardLinks) {
    return new FileOptions(allowHardLinks, saveAsExternalData, weightsOut(), force);
  }
}
