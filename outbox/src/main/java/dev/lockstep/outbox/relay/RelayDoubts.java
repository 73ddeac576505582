package dev.lockstep.outbox.relay;

import dev.lockstep.outbox.RelayPort;
import java.util.HashSet;
import java.util.Set;

/**
 * Half messages of the relay's database that may be earlier batches of it, and that nobody has
 * decided yet: what came later must not become visible before them. For one thread.
 */
final class RelayDoubts {
  private final RelayPort transactions;
  private Set<String> open = Set.of();

  RelayDoubts(RelayPort transactions) {
    this.transactions = transactions;
  }

  /** Takes all that are undecided now for earlier batches. */
  void remember() {
    open = new HashSet<>(transactions.undecided());
  }

  /** Those of them that are undecided still. */
  Set<String> open() {
    if (!open.isEmpty()) {
      open.retainAll(transactions.undecided());
    }
    return Set.copyOf(open);
  }
}
