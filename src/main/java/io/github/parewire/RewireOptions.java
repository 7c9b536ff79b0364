package io.github.parewire;

import io.github.parewire.device.Device;
import io.github.parewire.layers.GroupMode;
import io.github.parewire.report.LowerCase;
import io.github.parewire.report.RunSettings;
import io.github.parewire.rewire.KernelKind;
import io.github.parewire.rewire.Passes;
import io.github.parewire.rewire.RewiringRule;
import io.github.parewire.rewire.SamplerKind;
import io.github.parewire.rewire.SeedSequence;
import io.github.parewire.rewire.SelectionKind;
import io.github.parewire.verify.InputShapes;
import io.github.parewire.verify.WeightCheck;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What to rewire, and how. The bytes of the output depend on neither {@code threads} nor {@code
 * check}.
 *
 * @param seed the seed of all random streams, 0 or more
 * @param sharedStream whether every layer draws from the seed's own stream, as with the authors'
 *     code called in a loop with one integer seed, rather than from a stream of its own
 * @param passes which neurons are rewired
 * @param selection how strengths decide who receives which weight; what is not the default in this,
 *     in {@code passes} or in {@code offset} gives other results than the authors' code
 * @param offset the constant in p, above 0 and finite
 * @param sampler how orders are drawn; without a say where nothing is drawn
 * @param kernel what rewires; does not change the result of a sampler
 * @param device where ND4J's operations and the trial run take place; does not change the result
 * @param groups how grouped convolutions become matrices
 * @param include globs of tensor names to rewire; empty for all
 * @param exclude globs of tensor names to leave
 * @param threads the number of layers at work at a time, 1 or more
 * @param check how ONNX Runtime compares the weights of input and output
 * @param inputShapes shapes of the model's inputs to run it with, where dimensions are free
 * @param saveAsExternalData whether large initializers go to a data file, as those do that are in
 *     one already
 * @param allowHardLinks whether the input's data files may have other names, which may lie outside
 *     the model's folder
 * @param hashes whether the report is to carry SHA-256 sums
 * @param sketches whether the report is to carry what charts of each layer show
 * @param weightsOut where the rewired tensors go by themselves, in a format that the name's suffix
 *     says; empty for nowhere
 */
public record RewireOptions(
    BigInteger seed,
    boolean sharedStream,
    Passes passes,
    SelectionKind selection,
    double offset,
    SamplerKind sampler,
    KernelKind kernel,
    Device device,
    GroupMode groups,
    List<String> include,
    List<String> exclude,
    int threads,
    WeightCheck check,
    InputShapes inputShapes,
    boolean saveAsExternalData,
    boolean allowHardLinks,
    boolean hashes,
    boolean sketches,
    Optional<Path> weightsOut) {

  /** The seed unless another is given. */
  public static final String DEFAULT_SEED = "42";

  /** The constant in p unless another is given: the authors'. */
  public static final String DEFAULT_OFFSET = "1";

  /**
   * Checks and copies its arguments.
   *
   * @param seed 0 or more
   * @param sharedStream as said above
   * @param passes as said above
   * @param selection as said above
   * @param offset above 0 and finite
   * @param sampler as said above
   * @param kernel as said above
   * @param device as said above
   * @param groups as said above
   * @param include copied
   * @param exclude copied
   * @param threads 1 or more
   * @param check as said above
   * @param inputShapes as said above
   * @param saveAsExternalData as said above
   * @param allowHardLinks as said above
   * @param hashes as said above
   * @param sketches as said above
   * @param weightsOut a name that ends in .safetensors or .npz
   * @throws UsageException if the seed is negative, the offset is unfit, there is no thread, the
   *     suffix is another, or selection, offset, sampler, kernel and device do not go together
   */
  public RewireOptions {
    if (seed.signum() < 0) {
      throw new UsageException("expected a seed of 0 or more, found " + seed);
    }
    if (threads < 1) {
      throw new UsageException("expected 1 thread or more, found " + threads);
    }
    if (device == Device.CUDA && kernel != KernelKind.ND4J) {
      throw new UsageException(
          "--device cuda runs the nd4j kernel alone; leave out --kernel "
              + LowerCase.of(kernel)
              + ", or use --device cpu");
    }
    if (!RewiringRule.isOffset(offset)) {
      throw new UsageException(
          "expected an --offset above 0 and finite, found "
              + offset
              + "; the weakest neuron would be drawn with the probability 0, or p overflow");
    }
    if (!kernel.selects(selection)) {
      throw new UsageException(
          "the "
              + LowerCase.of(kernel)
              + " kernel has no --selection "
              + LowerCase.of(selection)
              + "; use --kernel java on --device cpu");
    }
    if (selection == SelectionKind.GREEDY) {
      requireNothingToDraw(offset == RewiringRule.AUTHORS_OFFSET, "--offset " + offset);
      requireNothingToDraw(!sharedStream, "--shared-stream");
    }
    if (!kernel.draws(sampler)) {
      throw new UsageException(
          "the "
              + LowerCase.of(kernel)
              + " kernel draws with --sampler "
              + LowerCase.of(kernel.defaultSampler())
              + " alone; leave out --sampler "
              + LowerCase.of(sampler)
              + ", or use --kernel java on --device cpu");
    }
    weightsOut.ifPresent(WeightsExport::format);
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  private static void requireNothingToDraw(boolean holds, String option) {
    if (!holds) {
      throw new UsageException("--selection greedy draws nothing; leave out " + option);
    }
  }

  /**
   * The defaults: seed 42, a stream a layer, groups joint, all layers, a thread a processor.
   *
   * @return the options of a command line without options
   */
  public static RewireOptions defaults() {
    return builder().build();
  }

  /**
   * Options to set one by one, beginning with the defaults.
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
    private BigInteger seed = new BigInteger(DEFAULT_SEED);
    private boolean sharedStream;
    private Passes passes = Passes.BOTH;
    private SelectionKind selection = SelectionKind.DRAW;
    private double offset = Double.parseDouble(DEFAULT_OFFSET);
    private Optional<SamplerKind> sampler = Optional.empty();
    private Optional<KernelKind> kernel = Optional.empty();
    private Device device = Device.CPU;
    private GroupMode groups = GroupMode.JOINT;
    private List<String> include = List.of();
    private List<String> exclude = List.of();
    private int threads = Runtime.getRuntime().availableProcessors();
    private WeightCheck check = WeightCheck.FINGERPRINT;
    private InputShapes inputShapes = InputShapes.none();
    private boolean saveAsExternalData;
    private boolean allowHardLinks;
    private boolean hashes;
    private boolean sketches;
    private Optional<Path> weightsOut = Optional.empty();

    private Builder() {}

    /**
     * Sets the seed of all random streams.
     *
     * @param value a number of 0 or more
     * @return this builder
     */
    public Builder seed(BigInteger value) {
      seed = value;
      return this;
    }

    /**
     * Sets whether every layer draws from the seed's own stream.
     *
     * @param value true for the authors' way; false by default
     * @return this builder
     */
    public Builder sharedStream(boolean value) {
      sharedStream = value;
      return this;
    }

    /**
     * Sets which neurons are rewired.
     *
     * @param value {@link Passes#BOTH} by default
     * @return this builder
     */
    public Builder passes(Passes value) {
      passes = value;
      return this;
    }

    /**
     * Sets how strengths decide who receives which weight.
     *
     * @param value {@link SelectionKind#DRAW} by default; with {@link SelectionKind#GREEDY} there
     *     can be neither sampler nor offset, and the seed has no effect
     * @return this builder
     */
    public Builder selection(SelectionKind value) {
      selection = value;
      return this;
    }

    /**
     * Sets the constant in p.
     *
     * @param value above 0 and finite; 1 by default
     * @return this builder
     */
    public Builder offset(double value) {
      offset = value;
      return this;
    }

    /**
     * Sets how orders are drawn.
     *
     * @param value the kernel's default, unless this is called
     * @return this builder
     */
    public Builder sampler(SamplerKind value) {
      sampler = Optional.of(value);
      return this;
    }

    /**
     * Sets what rewires.
     *
     * @param value unless this is called, {@link KernelKind#JAVA} on the processor and {@link
     *     KernelKind#ND4J} on a GPU
     * @return this builder
     */
    public Builder kernel(KernelKind value) {
      kernel = Optional.of(value);
      return this;
    }

    /**
     * Sets where ND4J's operations and the trial run take place.
     *
     * @param value {@link Device#CPU} by default
     * @return this builder
     */
    public Builder device(Device value) {
      device = value;
      return this;
    }

    /**
     * Sets how grouped convolutions become matrices.
     *
     * @param value {@link GroupMode#JOINT} by default
     * @return this builder
     */
    public Builder groups(GroupMode value) {
      groups = value;
      return this;
    }

    /**
     * Sets which layers to rewire.
     *
     * @param globs globs of tensor names; none, the default, stands for all
     * @return this builder
     */
    public Builder include(List<String> globs) {
      include = globs;
      return this;
    }

    /**
     * Sets which layers to leave.
     *
     * @param globs globs of tensor names
     * @return this builder
     */
    public Builder exclude(List<String> globs) {
      exclude = globs;
      return this;
    }

    /**
     * Sets how many layers are at work at a time.
     *
     * @param value 1 or more; the number of processors by default
     * @return this builder
     */
    public Builder threads(int value) {
      threads = value;
      return this;
    }

    /**
     * Sets how ONNX Runtime compares the weights.
     *
     * @param value {@link WeightCheck#FINGERPRINT} by default
     * @return this builder
     */
    public Builder check(WeightCheck value) {
      check = value;
      return this;
    }

    /**
     * Sets which inputs to run the model with.
     *
     * @param value shapes where dimensions are free; 1 by default
     * @return this builder
     */
    public Builder inputShapes(InputShapes value) {
      inputShapes = value;
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
     * Sets whether data files may have other names.
     *
     * @param value false by default
     * @return this builder
     */
    public Builder allowHardLinks(boolean value) {
      allowHardLinks = value;
      return this;
    }

    /**
     * Sets whether the report carries SHA-256 sums.
     *
     * @param value false by default
     * @return this builder
     */
    public Builder hashes(boolean value) {
      hashes = value;
      return this;
    }

    /**
     * Sets whether the report carries what charts of each layer show.
     *
     * @param value false by default
     * @return this builder
     */
    public Builder sketches(boolean value) {
      sketches = value;
      return this;
    }

    /**
     * Sets where the rewired tensors go by themselves.
     *
     * @param value a name that ends in .safetensors or .npz; empty, the default, for nowhere
     * @return this builder
     */
    public Builder weightsOut(Optional<Path> value) {
      weightsOut = value;
      return this;
    }

    /**
     * Makes the options.
     *
     * @return what was set, and the defaults for the rest
     * @throws UsageException if one makes no sense
     */
    public RewireOptions build() {
      if (selection == SelectionKind.GREEDY) {
        sampler.ifPresent(given -> requireNothingToDraw(false, "--sampler " + LowerCase.of(given)));
      }
      KernelKind runs = kernel.orElse(device == Device.CUDA ? KernelKind.ND4J : KernelKind.JAVA);
      return new RewireOptions(
          seed,
          sharedStream,
          passes,
          selection,
          offset,
          sampler.orElse(runs.defaultSampler()),
          runs,
          device,
          groups,
          include,
          exclude,
          threads,
          check,
          inputShapes,
          saveAsExternalData,
          allowHardLinks,
          hashes,
          sketches,
          weightsOut);
    }
  }

  /** What matrices are rewired by. */
  RewiringRule rule() {
    return new RewiringRule(passes, selection, sampler, offset);
  }

  /** The part of the options that a report repeats. */
  RunSettings settings() {
    return new RunSettings(
        seed,
        sharedStream,
        rule(),
        LowerCase.of(kernel),
        LowerCase.of(groups),
        include,
        exclude,
        threads,
        LowerCase.of(check));
  }

  /**
   * The random stream of one matrix.
   *
   * @param layer the layer's number
   * @param slice the number of the matrix in the layer
   * @param slices how many matrices the layer has
   */
  SeedSequence stream(int layer, int slice, long slices) {
    SeedSequence root = SeedSequence.of(seed);
    if (sharedStream) {
      return root;
    }
    SeedSequence own = root.child(layer);
    return slices == 1 ? own : own.child(slice);
  }
}
