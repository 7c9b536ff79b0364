package io.github.parewire.cli;

import io.github.parewire.message.LowerCase;
import io.github.parewire.options.Device;
import io.github.parewire.options.GroupMode;
import io.github.parewire.options.KernelKind;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RunDevice;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.WeightCheck;
import java.util.ArrayList;
import java.util.Arrays;

/** What shell completion offers for options with a fixed choice: the words that the help has. */
abstract class Choices extends ArrayList<String> {

  private Choices(Enum<?>[] constants) {
    Arrays.stream(constants).forEach(constant -> add(LowerCase.of(constant).replace('_', '-')));
  }

  /** For {@code --passes}. */
  static final class BothOrOne extends Choices {
    BothOrOne() {
      super(Passes.values());
    }
  }

  /** For {@code --selection}. */
  static final class Selections extends Choices {
    Selections() {
      super(RuleFlags.SelectionName.values());
    }
  }

  /** For {@code --sampler}. */
  static final class Samplers extends Choices {
    Samplers() {
      super(SamplerKind.values());
    }
  }

  /** For {@code --kernel}. */
  static final class Kernels extends Choices {
    Kernels() {
      super(KernelKind.values());
    }
  }

  /** For {@code --device}. */
  static final class Devices extends Choices {
    Devices() {
      super(Device.Kind.values());
    }
  }

  /** For {@code --run-on}. */
  static final class RunDevices extends Choices {
    RunDevices() {
      super(RunDevice.values());
    }
  }

  /** For {@code --groups}. */
  static final class Groups extends Choices {
    Groups() {
      super(GroupMode.values());
    }
  }

  /** For {@code --check}. */
  static final class Checks extends Choices {
    Checks() {
      super(WeightCheck.values());
    }
  }
}
