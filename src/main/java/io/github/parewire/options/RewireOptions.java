package io.github.parewire.options;

import io.github.parewire.message.LowerCase;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;

/**
 * What to rewire, and how. Each concern has its own value; what must hold between them is checked
 * here. Inspecting and verifying take the same options, and heed those that concern them.
 *
 * @param rule what a layer's matrices are rewired by
 * @param streams the random streams
 * @param layers which layers, and as which matrices
 * @param execution what computes, and where; changes no byte of the output
 * @param verification how the output is proven; changes no byte of it
 * @param files how files are read and written
 * @param report what the report is to have besides
 */
public record RewireOptions(
    RewiringRule rule,
    StreamOptions streams,
    LayerOptions layers,
    ExecutionOptions execution,
    VerificationOptions verification,
    FileOptions files,
    ReportOptions report) {

  /**
   * Checks that the concerns go together.
   *
   * @throws UsageException if they do not
   */
  public RewireOptions {
    KernelKind kernel = execution.kernel();
    requireKernel(execution.device(), kernel);
    if (!(rule.selection() instanceof Selection.Draw) && kernel != KernelKind.JAVA) {
      throw new UsageException(
          Message.of("the ", LowerCase.of(kernel), " kernel has no ", option(rule.selection())),
          javaKernel());
    }
    if (rule.selection() instanceof Selection.Greedy greedy && streams.sharedStream()) {
      throw new UsageException(
          Message.of(option(greedy), " draws nothing"),
          Message.of("leave out ", Message.option(RunOption.SHARED_STREAM)));
    }
    if (rule.selection() instanceof Selection.Draw draw && !kernel.draws(draw.sampler())) {
      throw new UsageException(
          Message.of(
              "the ",
              LowerCase.of(kernel),
              " kernel draws with ",
              option(RunOption.SAMPLER, kernel.defaultSampler()),
              " alone"),
          Message.of("leave out ", option(RunOption.SAMPLER, draw.sampler())),
          javaKernel());
    }
  }

  private static void requireKernel(Device device, KernelKind kernel) {
    if (!device.equals(Device.CPU) && kernel != device.defaultKernel()) {
      throw new UsageException(
          Message.of(
              Message.option(RunOption.DEVICE, device),
              " runs the ",
              LowerCase.of(device.defaultKernel()),
              " kernel alone"),
          Message.of("leave out ", option(RunOption.KERNEL, kernel)),
          Message.of("use ", Message.option(RunOption.DEVICE, Device.CPU)));
    }
    if (kernel == KernelKind.OPENCL && !device.isOpenCl()) {
      throw new UsageException(
          Message.of(
              "the opencl kernel does not run on ", Message.option(RunOption.DEVICE, device)),
          Message.of("use ", Message.option(RunOption.DEVICE, Device.GPU)),
          Message.of("leave out ", option(RunOption.KERNEL, kernel)));
    }
  }

  private static Message.Part option(Selection selection) {
    return Message.option(RunOption.SELECTION, selection.name());
  }

  private static Message javaKernel() {
    return Message.of(
        "use ",
        option(RunOption.KERNEL, KernelKind.JAVA),
        " on ",
        Message.option(RunOption.DEVICE, Device.CPU));
  }

  /** {@return where ONNX Runtime runs input and output for a proof} */
  public RunDevice runDevice() {
    return verification
        .runOn()
        .orElse(execution.device().equals(Device.CUDA) ? RunDevice.CUDA : RunDevice.CPU);
  }

  /**
   * The same but for how files are read and written.
   *
   * @param others how they are
   * @return other options
   */
  public RewireOptions withFiles(FileOptions others) {
    return new RewireOptions(rule, streams, layers, execution, verification, others, report);
  }

  private static Message.Part option(RunOption option, Enum<?> value) {
    return Message.option(option, LowerCase.of(value));
  }

  /**
   * The defaults: the authors' algorithm, seed 42, a stream a layer, all layers, a thread a
   * processor.
   *
   * @return the options of a command line without options
   */
  public static RewireOptions defaults() {
    return builder().build();
  }

  /**
   * Options to set concern by concern, beginning with the defaults.
   *
   * @return a builder of its own
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Collects options; each method is named after the component of {@link RewireOptions} it sets.
   */
  public static final class Builder {
    private RewiringRule rule = RewiringRule.AUTHORS;
    private StreamOptions streams = StreamOptions.DEFAULT;
    private LayerOptions layers = LayerOptions.ALL;
    private ExecutionOptions execution = ExecutionOptions.defaults();
    private VerificationOptions verification = VerificationOptions.DEFAULT;
    private FileOptions files = FileOptions.DEFAULT;
    private ReportOptions report = ReportOptions.DEFAULT;

    private Builder() {}

    /**
     * Sets what matrices are rewired by.
     *
     * @param value {@link RewiringRule#AUTHORS} by default
     * @return this builder
     */
    public Builder rule(RewiringRule value) {
      rule = value;
      return this;
    }

    /**
     * Sets the random streams.
     *
     * @param value {@link StreamOptions#DEFAULT} by default
     * @return this builder
     */
    public Builder streams(StreamOptions value) {
      streams = value;
      return this;
    }

    /**
     * Sets the seed, with a stream of its own for each layer.
     *
     * @param value a number of 0 or more; 42 by default
     * @return this builder
     */
    public Builder seed(long value) {
      return streams(StreamOptions.ofSeed(value));
    }

    /**
     * Sets which layers to rewire, and as which matrices.
     *
     * @param value {@link LayerOptions#ALL} by default
     * @return this builder
     */
    public Builder layers(LayerOptions value) {
      layers = value;
      return this;
    }

    /**
     * Sets what computes, and where.
     *
     * @param value {@link ExecutionOptions#defaults} by default
     * @return this builder
     */
    public Builder execution(ExecutionOptions value) {
      execution = value;
      return this;
    }

    /**
     * Sets how the output is proven.
     *
     * @param value {@link VerificationOptions#DEFAULT} by default
     * @return this builder
     */
    public Builder verification(VerificationOptions value) {
      verification = value;
      return this;
    }

    /**
     * Sets how files are read and written.
     *
     * @param value {@link FileOptions#DEFAULT} by default
     * @return this builder
     */
    public Builder files(FileOptions value) {
      files = value;
      return this;
    }

    /**
     * Sets what the report is to have besides.
     *
     * @param value {@link ReportOptions#DEFAULT} by default
     * @return this builder
     */
    public Builder report(ReportOptions value) {
      report = value;
      return this;
    }

    /**
     * Makes the options.
     *
     * @return what was set, and the defaults for the rest
     * @throws UsageException if the concerns do not go together
     */
    public RewireOptions build() {
      return new RewireOptions(rule, streams, layers, execution, verification, files, report);
    }
  }
}
