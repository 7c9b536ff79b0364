package io.github.parewire.cli;

import io.github.parewire.message.UsageException;
import io.github.parewire.options.FileOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
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
          "Put external data into this file in place of OUT.data: a path below the folder of OUT."
              + " With --one-file-per-tensor, the folder of the files.")
  private String externalData;

  @Option(
      names = "--one-file-per-tensor",
      description =
          "Put each tensor of external data into a file of its own, named after it, beside OUT or in"
              + " the folder --external-data.")
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
   * The places that are named for files to write, no other of which may go there.
   *
   * @param out the model; empty in a dry run
   */
  static Stream<Path> places(Optional<Path> out, FileOptions files) {
    return Stream.of(
            out,
            out.flatMap(model -> files.externalData().map(model::resolveSibling)),
            files.weightsOut())
        .flatMap(Optional::stream);
  }

  /** How the files of the only model are read and written. */
  FileOptions files(boolean allowHardLinks) {
    return files(allowHardLinks, externalData, weightsOut);
  }

  /**
   * How the files of one of many models are read and written.
   *
   * @param model its path below the folder that all go to, without {@code .onnx}
   * @throws UsageException if models would share a file
   */
  FileOptions files(boolean allowHardLinks, String model) {
    if (oneFilePerTensor && externalData == null) {
      throw new UsageException(
          "tensors of different models would go to one file",
          "give each model a folder for its own by --external-data '{}'");
    }
    return files(
        allowHardLinks,
        // Relative to the folder that OUT is in.
        own("--external-data", externalData, Path.of(model).getFileName().toString()),
        Optional.ofNullable(weightsOut)
            .map(file -> Path.of(own("--weights-out", file.toString(), model)))
            .orElse(null));
  }

  private static String own(String flag, String pattern, String model) {
    if (pattern == null) {
      return null;
    }
    NamePattern name = new NamePattern(pattern);
    name.requirePlace(flag);
    return name.of(model);
  }

  private FileOptions files(boolean allowHardLinks, String data, Path weights) {
    FileOptions.Builder files =
        FileOptions.builder()
            .allowHardLinks(allowHardLinks)
            .saveAsExternalData(saveAsExternalData)
            .oneFilePerTensor(oneFilePerTensor)
            .force(force);
    if (data != null) {
      files.externalData(data);
    }
    if (weights != null) {
      files.weightsOut(weights);
    }
    return files.build();
  }
}
