package dev.lockstep.outbox;

import dev.lockstep.spi.TransactionalLog;

/** Makes durable what was decided. */
final class LogForce {
  private LogForce() {}

  static void force(TransactionalLog log) {
    log.records()
        .orElseThrow(() -> new IllegalStateException("the log can't be forced"))
        .write("lockstep-outbox", new byte[0], new byte[0]);
  }
}
