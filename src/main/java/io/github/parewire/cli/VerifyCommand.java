package io.github.parewire.cli;

import io.github.parewire.device.Device;
import io.github.parewire.layers.GroupMode;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.verify.Verification;
import io.github.parewire.verify.Verifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onnx-parewire verify IN OUT}: the proofs alone. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description =
        "Proves that OUT is IN with the weights of its dense and conv layers in another order.")
final class VerifyCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "IN", description = "The model before.")
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "The model after.")
  private Path out;

  @Mixin private ReadOptions reading;

  @Mixin private ProofOptions proofs;

  @Mixin private Verbosity verbosity;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Verification verification = verify();
    if (!verbosity.isQuiet()) {
      PrintWriter results = spec.commandLine().getOut();
      verification.proofs().forEach(results::println);
      results.println(verification.passed() ? "verified" : "NOT verified");
    }
    return (verification.passed() ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED).status();
  }

  private Verification verify() throws IOException {
    try (OnnxFile file = OnnxFile.open(in, reading.allowHardLinks())) {
      Verification verification = file.reading(() -> verify(file));
      file.requireUnchanged();
      return verification;
    }
  }

  private Verification verify(OnnxFile file) throws IOException {
    List<StoredTensor> weights =
        LayerFinder.find(file, GroupMode.JOINT).layers().stream().map(Layer::tensor).toList();
    return Verifier.verify(
        file, out, weights, proofs.check(), proofs.inputShapes(), Device.CPU, reading.threads());
  }
}
