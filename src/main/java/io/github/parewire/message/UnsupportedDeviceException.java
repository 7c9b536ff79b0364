package io.github.parewire.message;

import java.util.ArrayList;
import java.util.List;

/** A device that can't be used. */
public final class UnsupportedDeviceException extends UserException {
  private static final long serialVersionUID = 1L;

  private static final String PROCESSOR = "cpu";

  private final String device;
  private final String found;
  private final transient List<Message> others;

  /**
   * Makes the exception, of the device cuda.
   *
   * @param found what is wrong
   * @param remedies what else to do than to use the processor, each by itself; may be none
   */
  public UnsupportedDeviceException(String found, Message... remedies) {
    this(RunOption.DEVICE, "cuda", found, List.of(remedies));
  }

  private UnsupportedDeviceException(
      RunOption option, String device, String found, List<Message> remedies) {
    super(
        Message.of(Message.option(option, device), ": ", found),
        device.equals(PROCESSOR) ? remedies : withProcessor(option, remedies));
    this.device = device;
    this.found = found;
    this.others = List.copyOf(remedies);
  }

  /**
   * Any device that can't be used.
   *
   * @param device what was asked for
   * @param found what is wrong
   * @param remedies what else to do than to use the processor, each by itself; may be none
   * @return the exception
   */
  public static UnsupportedDeviceException of(String device, String found, List<Message> remedies) {
    return new UnsupportedDeviceException(RunOption.DEVICE, device, found, remedies);
  }

  /**
   * Makes the exception, of the device cuda.
   *
   * @param found what is wrong
   * @param remedy what else to do than to use the processor
   */
  public UnsupportedDeviceException(String found, String remedy) {
    this(found, Message.of(remedy));
  }

  /**
   * The same device, where it was asked for to run the output.
   *
   * @return an exception that names that option
   */
  public UnsupportedDeviceException inTrialRun() {
    UnsupportedDeviceException named =
        new UnsupportedDeviceException(RunOption.RUN_ON, device, found, others);
    named.initCause(this);
    return named;
  }

  private static List<Message> withProcessor(RunOption option, List<Message> remedies) {
    List<Message> all = new ArrayList<>(remedies);
    all.add(Message.of("use ", Message.option(option, PROCESSOR)));
    return all;
  }
}
