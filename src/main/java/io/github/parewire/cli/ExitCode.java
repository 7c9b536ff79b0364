package io.github.parewire.cli;

import io.github.parewire.message.DeviceFailedException;
import io.github.parewire.message.ModelException;
import io.github.parewire.message.NoLayerException;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.message.UsageException;
import io.github.parewire.result.VerificationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** How the program ends. */
enum ExitCode {
  /** Done and verified. */
  DONE(0),
  /** The output, or a file to verify, is not what it should be. */
  VERIFICATION_FAILED(1),
  /** The command line can't be carried out. */
  USAGE(2),
  /** The model is invalid or unsafe. */
  INVALID_MODEL(3),
  /** Nothing in the model can be rewired. */
  NO_LAYER(4),
  /** A file can't be read or written, or a device failed. */
  IO(5),
  /** A bug of this program. */
  BUG(70);

  /** The worst first: what may have spoiled a result, then what left one out. */
  private static final List<ExitCode> WORST_FIRST =
      List.of(BUG, VERIFICATION_FAILED, IO, USAGE, INVALID_MODEL, NO_LAYER, DONE);

  private final int status;

  ExitCode(int status) {
    this.status = status;
  }

  /** The process's exit status. */
  int status() {
    return status;
  }

  /** The worse of two, by which a program ends that did many jobs. */
  ExitCode orWorse(ExitCode other) {
    return WORST_FIRST.indexOf(this) <= WORST_FIRST.indexOf(other) ? this : other;
  }

  /** How a failure ends the program. */
  static ExitCode of(Throwable failure) {
    if (failure instanceof VerificationException) {
      return VERIFICATION_FAILED;
    }
    if (failure instanceof UsageException || failure instanceof UnsupportedDeviceException) {
      return USAGE;
    }
    if (failure instanceof ModelException) {
      return INVALID_MODEL;
    }
    if (failure instanceof NoLayerException) {
      return NO_LAYER;
    }
    if (failure instanceof IOException
        || failure instanceof UncheckedIOException
        || failure instanceof DeviceFailedException) {
      return IO;
    }
    return BUG;
  }
}
