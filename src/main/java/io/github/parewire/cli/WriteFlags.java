package io.github.parewire.cli;

import io.github.parewire.options.FileOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
      names = "--external-data",
      paramLabel = "NAME",
      description =
          "Put them into this file instead: a path below the folder of OUT. With"
              + " --one-file-per-tensor, the folder of the files.")
  private String externalData;

  @Option(
      names = "--one-file-per-tensor",
      description =
          "Put each of them into a file of its own, named after the tensor, beside OUT or in the"
              + " folder --external-data.")
  private boolean oneFilePerTensor;

  @Option(
      names = "--weights-out",
      paramLabel = "FILE",
      description =
          "Write the rewired tensors by name, as PyTorch lays them out, to a .safetensors or .npz"
              + " file as well.")
  private Path weightsOut;

  @Option(
      names = "--force",
      description = "Let data files take the place of files that are not data files of OUT.")
  private boolean force;

  /**
   * The places that are named for files, no other of which may go there.
   *
   * @param out the model to write, or null in a dry run
   */
  List<Path> places(Path out) {
    List<Path> places = new ArrayList<>();
    if (out != null) {
      places.add(out);
      files(false).externalData().map(out::resolveSibling).ifPresent(places::add);
    }
    if (weightsOut != null) {
      places.add(weightsOut);
    }
    return places;
  }

  FileOptions files(boolean allowHardLinks) {
    FileOptions.Builder files =
        FileOptions.builder()
            .allowHardLinks(allowHardLinks)
            .saveAsExternalData(saveAsExternalData)
            .oneFilePerTensor(oneFilePerTensor)
            .force(force);
    if (externalData != null) {
      files.externalData(externalData);
    }
    if (weightsOut != null) {
      files.weightsOut(weightsOut);
    }
    return files.build();
  }
}
