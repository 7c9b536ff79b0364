package io.github.parewire.verify;

import io.github.parewire.message.Message;
import io.github.parewire.result.Proof;

/** Makes proofs. */
final class Proofs {

  private Proofs() {}

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
