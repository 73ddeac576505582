package dev.lockstep.outbox;

import dev.lockstep.CommitPath;
import dev.lockstep.Lockstep;
import dev.lockstep.Transactions.InDoubt;
import java.util.HashSet;
import java.util.Set;

/**
 * Half messages that may be earlier batches of a relay, and that nobody has decided yet: what came
 * later must not become visible before them. For one thread.
 */
final class RelayDoubts {
  private final Lockstep lockstep;
  private Set<String> open = Set.of();

  RelayDoubts(Lockstep lockstep) {
    this.lockstep = lockstep;
  }

  /** Takes all that are undecided now for earlier batches. */
  void remember() {
    open = now();
  }

  /** Those of them that are undecided still. */
  Set<String> open() {
    if (!open.isEmpty()) {
      open.retainAll(now());
    }
    return Set.copyOf(open);
  }

  private Set<String> now() {
    Set<String> found = new HashSet<>();
    for (InDoubt transaction : lockstep.transactions().inDoubt()) {
      if (transaction.path() == CommitPath.HALF_MESSAGE && transaction.heuristic().isEmpty()) {
        found.add(transaction.transactionId());
      }
    }
    return found;
  }
}
