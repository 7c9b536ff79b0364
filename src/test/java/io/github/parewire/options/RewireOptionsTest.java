package io.github.parewire.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The defaults, and what does not go together. */
final class RewireOptionsTest {

  private static ExecutionOptions on(KernelKind kernel, Device device) {
    return new ExecutionOptions(kernel, device, 1);
  }

  private static RewireOptions options(Selection selection, ExecutionOptions execution) {
    return RewireOptions.builder()
        .rule(new RewiringRule(Passes.BOTH, selection))
        .execution(execution)
        .build();
  }

  private static void assertRefused(
      String message, List<RunOption> remedies, Selection selection, ExecutionOptions execution) {
    UsageException refused =
        assertThrows(UsageException.class, () -> options(selection, execution));
    assertEquals(message, refused.getMessage());
    assertEquals(
        remedies, refused.remedies().stream().map(Message::options).flatMap(List::stream).toList());
  }

  @Test
  void defaultsAreTheAuthorsAlgorithm() {
    RewireOptions options = RewireOptions.defaults();
    assertEquals(Passes.BOTH, options.rule().passes());
    assertEquals(new Selection.Draw(SamplerKind.REFERENCE, 1), options.rule().selection());
    assertEquals(new StreamOptions(BigInteger.valueOf(42), false), options.streams());
    assertEquals(new LayerOptions(GroupMode.JOINT, List.of(), List.of()), options.layers());
    assertEquals(KernelKind.JAVA, options.execution().kernel());
    assertEquals(WeightCheck.FINGERPRINT, options.verification().check());
    assertEquals(
        new FileOptions(false, false, Optional.empty(), false, Optional.empty(), false),
        options.files());
  }

  @Test
  void kernelsSelectAndDrawInTheirWay() {
    assertRefused(
        "the nd4j kernel has no selection greedy; use kernel java on device cpu",
        List.of(RunOption.KERNEL, RunOption.DEVICE),
        new Selection.Greedy(),
        on(KernelKind.ND4J, Device.CPU));
    assertRefused(
        "the nd4j kernel draws with sampler exponential alone; leave out sampler reference, or use"
            + " kernel java on device cpu",
        List.of(RunOption.SAMPLER, RunOption.KERNEL, RunOption.DEVICE),
        Selection.Draw.authors(SamplerKind.REFERENCE),
        on(KernelKind.ND4J, Device.CUDA));
    assertRefused(
        "device cuda runs the nd4j kernel alone; leave out kernel java, or use device cpu",
        List.of(RunOption.KERNEL, RunOption.DEVICE),
        Selection.Draw.authors(SamplerKind.REFERENCE),
        on(KernelKind.JAVA, Device.CUDA));
    for (SamplerKind sampler : SamplerKind.values()) {
      options(Selection.Draw.authors(sampler), on(KernelKind.JAVA, Device.CPU));
    }
    options(new Selection.Greedy(), on(KernelKind.JAVA, Device.CPU));
    options(Selection.Draw.authors(SamplerKind.EXPONENTIAL), on(KernelKind.ND4J, Device.CUDA));
  }

  @Test
  void nothingIsDrawnFromASharedStreamWhereNothingIsDrawn() {
    RewireOptions.Builder builder =
        RewireOptions.builder()
            .rule(new RewiringRule(Passes.BOTH, new Selection.Greedy()))
            .streams(new StreamOptions(BigInteger.ONE, true));
    assertEquals(
        "selection greedy draws nothing; leave out sharedStream",
        assertThrows(UsageException.class, builder::build).getMessage());
  }

  @Test
  void valuesAreChecked() {
    assertThrows(UsageException.class, () -> StreamOptions.ofSeed(-1));
    assertThrows(UsageException.class, () -> ExecutionOptions.threads(0));
    Optional<Path> text = Optional.of(Path.of("weights.txt"));
    assertThrows(
        UsageException.class,
        () -> new FileOptions(false, false, Optional.empty(), false, text, false));
    assertEquals(WeightsFormat.NPZ, WeightsFormat.of(Path.of("weights.npz")));
    assertEquals(WeightsFormat.SAFETENSORS, WeightsFormat.of(Path.of("a.b.safetensors")));
  }
}
