package io.github.parewire.message;

import java.util.ArrayList;
import java.util.List;

/** A device that can't be used. */
public final class UnsupportedDeviceException extends UserException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception, of the device cuda.
   *
   * @param found what is wrong
   * @param remedies what else to do than to use the processor, each by itself; may be none
   */
  public UnsupportedDeviceException(String found, Message... remedies) {
    this("cuda", found, List.of(remedies));
  }

  private UnsupportedDeviceException(String device, String found, List<Message> remedies) {
    super(
        Message.of(Message.option(RunOption.DEVICE, device), ": ", found), withProcessor(remedies));
  }

  /**
   * An OpenCL device that can't be used.
   *
   * @param device what was asked for
   * @param found what is wrong
   * @param remedies what else to do than to use the processor, each by itself; may be none
   * @return the exception
   */
  public static UnsupportedDeviceException of(String device, String found, List<Message> remedies) {
    return new UnsupportedDeviceException(device, found, remedies);
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

  private static List<Message> withProcessor(List<Message> remedies) {
    List<Message> all = new ArrayList<>(remedies);
    all.add(Message.of("use ", Message.option(RunOption.DEVICE, "cpu")));
    return all;
  }
}
