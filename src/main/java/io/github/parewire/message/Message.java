package io.github.parewire.message;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A sentence for the user in which options and commands are values, so that whoever shows it names
 * them as its user does: a command line by flags, a program by the names of its interface.
 *
 * @param parts what it consists of, in order
 */
public record Message(List<Part> parts) {

  /** A piece of a sentence. */
  public sealed interface Part permits Text, Option, Inspection {}

  /**
   * Plain words.
   *
   * @param text the words
   */
  public record Text(String text) implements Part {}

  /**
   * An option of a run.
   *
   * @param option which one
   * @param value the value that is meant; empty for the option itself
   */
  public record Option(RunOption option, Optional<String> value) implements Part {}

  /**
   * The inspection of a model.
   *
   * @param model the file; empty for the model at hand
   */
  public record Inspection(Optional<Path> model) implements Part {}

  /** Copies its argument. */
  public Message {
    parts = List.copyOf(parts);
  }

  /**
   * A sentence of some pieces.
   *
   * @param pieces parts and messages as they are, and anything else as text
   * @return the sentence
   */
  public static Message of(Object... pieces) {
    return new Message(Arrays.stream(pieces).map(Message::parts).flatMap(List::stream).toList());
  }

  private static List<Part> parts(Object piece) {
    if (piece instanceof Message message) {
      return message.parts();
    }
    return List.of(piece instanceof Part part ? part : new Text(String.valueOf(piece)));
  }

  /**
   * An option, to name it.
   *
   * @param option the option
   * @return a part of a sentence
   */
  public static Part option(RunOption option) {
    return new Option(option, Optional.empty());
  }

  /**
   * An option with a value.
   *
   * @param option the option
   * @param value its value
   * @return a part of a sentence
   */
  public static Part option(RunOption option, Object value) {
    return new Option(option, Optional.of(String.valueOf(value)));
  }

  /** {@return the options that it names, such as the one by which a problem can be mended} */
  public List<RunOption> options() {
    return parts.stream()
        .filter(Option.class::isInstance)
        .map(part -> ((Option) part).option())
        .toList();
  }

  /**
   * The sentence in somebody's words.
   *
   * @param wording how options and commands are called
   * @return one line
   */
  public String text(Wording wording) {
    return parts.stream().map(part -> text(part, wording)).collect(joining());
  }

  private static String text(Part part, Wording wording) {
    if (part instanceof Option option) {
      return wording.option(option.option(), option.value());
    }
    if (part instanceof Inspection inspection) {
      return wording.inspection(inspection.model());
    }
    return ((Text) part).text();
  }

  /** The sentence in the library's own words. */
  @Override
  public String toString() {
    return text(Wording.LIBRARY);
  }
}
