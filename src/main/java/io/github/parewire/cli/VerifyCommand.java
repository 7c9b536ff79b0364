package io.github.parewire.cli;

import io.github.parewire.Verifier;
import io.github.parewire.message.Printable;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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

  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "The model before; - for standard input.")
  private Path in;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "The model after; - for standard input.")
  private Path out;

  @Mixin private ReadFlags reading;

  @Mixin private ProofFlags proofs;

  @Mixin private Verbosity verbosity;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    return Pipes.with(this::verify);
  }

  private int verify(Pipes pipes) throws IOException {
    RewireOptions options = reading.options().verification(proofs.verification()).build();
    Verification verification = new Verifier(options).verify(pipes.source(in), pipes.source(out));
    if (!verbosity.isQuiet()) {
      PrintWriter results = spec.commandLine().getOut();
      verification.proofs().stream()
          .map(proof -> Printable.line(pipes.named(proof.line().text(FlagWording.FLAGS))))
          .forEach(results::println);
      results.println(verification.passed() ? "verified" : "NOT verified");
    }
    return (verification.passed() ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED).status();
  }
}
