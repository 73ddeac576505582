package dev.lockstep.xa.narayana;

import java.nio.file.Path;
import java.time.Duration;

/** Narayana's settings last as long as the JVM, so all tests of a fork share these. */
final class NarayanaFixture {
  static final String NODE = "test-node";
  static final Path STORE = Path.of("target", "transaction-store");

  private NarayanaFixture() {}

  /** Recovery runs on request only; decision records are in files, as most fakes have no others. */
  static NarayanaTransactions.Builder transactions() {
    return NarayanaTransactions.builder(NODE, STORE)
        .recoveryInterval(Duration.ofHours(1))
        .store(TransactionStore.FILES)
        .elision(Elision.OFF);
  }
}
