package io.github.parewire.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sentences in the words of whoever shows them. */
final class MessageTest {

  private static final Wording SHOUTED =
      new Wording() {
        @Override
        public String option(RunOption option, Optional<String> value) {
          return option.name() + value.map(text -> "=" + text).orElse("");
        }

        @Override
        public String inspection(Optional<Path> model) {
          return "LOOK AT " + model.map(Path::toString).orElse("IT");
        }
      };

  @Test
  void optionsAndCommandsAreNamedByTheWording() {
    Message message =
        Message.of(
            "use ",
            Message.option(RunOption.DEVICE, "cpu"),
            " or ",
            Message.option(RunOption.ALLOW_HARD_LINKS),
            "; ",
            new Message.Inspection(Optional.of(Path.of("m.onnx"))),
            ", 3 times ",
            7L);
    assertEquals(
        "use device cpu or allowHardLinks; an inspection of m.onnx, 3 times 7", message.toString());
    assertEquals(
        "use DEVICE=cpu or ALLOW_HARD_LINKS; LOOK AT m.onnx, 3 times 7", message.text(SHOUTED));
    assertEquals(List.of(RunOption.DEVICE, RunOption.ALLOW_HARD_LINKS), message.options());
  }

  @Test
  void messagesAreJoined() {
    Message inner = Message.of("a ", Message.option(RunOption.SEED));
    assertEquals("(a SEED)", Message.of("(", inner, ")").text(SHOUTED));
    assertEquals("", Message.of().toString());
  }

  @Test
  void anExceptionHasOneLineOfItsProblemAndItsRemedies() {
    Message[] remedies = {
      Message.of("wait"),
      Message.of("go"),
      Message.of("stay with ", Message.option(RunOption.CHECK))
    };
    assertEquals("m: wrong", new ModelException("m", "wrong").getMessage());
    assertEquals("m: wrong; wait", new ModelException("m", "wrong", "wait").getMessage());
    assertEquals(
        "m: wrong; wait, or go",
        new ModelException("m", "wrong", remedies[0], remedies[1]).getMessage());
    ModelException three = new ModelException("m", "wrong", remedies);
    assertEquals("m: wrong; wait, go, or stay with check", three.getMessage());
    assertEquals("m: wrong; wait, go, or stay with CHECK", three.message().text(SHOUTED));
    assertEquals(List.of(remedies), three.remedies());
  }

  @Test
  void anExceptionKeepsItsCause() {
    ArithmeticException cause = new ArithmeticException();
    assertSame(cause, new ModelException("m", "wrong").because(cause).getCause());
  }

  /** A device's exception always offers the processor. */
  @Test
  void anUnsupportedDeviceCanBeDoneWithout() {
    assertEquals(
        "device cuda: none; use device cpu", new UnsupportedDeviceException("none").getMessage());
    assertEquals(
        "device cuda: none; buy one, or use device cpu",
        new UnsupportedDeviceException("none", "buy one").getMessage());
  }
}
