package io.github.parewire.verify;

import io.github.parewire.message.Message;
import io.github.parewire.result.Proof;
import java.util.List;

/** Makes proofs. */
final class Proofs {

  /** Things that a proof names; more would hide them. */
  private static final int NAMED = 3;

  private Proofs() {}

  /** The first of some things, and how many more there are. */
  static String some(List<String> things) {
    String named = String.join(", ", things.subList(0, Math.min(NAMED, things.size())));
    int more = things.size() - NAMED;
    return named + (more > 0 ? " and " + more + " more" : "");
  }

  static Proof holds(String name, String detail) {
    return new Proof(name, Proof.Outcome.HOLDS, Message.of(detail));
  }

  static Proof failed(String name, Object detail) {
    return new Proof(name, Proof.Outcome.FAILED, Message.of(detail));
  }

  static Proof skipped(String name, Message detail) {
    return new Proof(name, Proof.Outcome.SKIPPED, detail);
  }
}
