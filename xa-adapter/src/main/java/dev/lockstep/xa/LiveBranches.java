package dev.lockstep.xa;

import dev.lockstep.spi.BranchId;
import java.util.HashMap;
import java.util.Map;

/**
 * The branches whose transactions are alive in this JVM, and how many associations each has.
 *
 * <p>A branch is alive from its start until its manager tells it the outcome. It stops being alive
 * when that call <em>arrives</em>, not when it has succeeded: from the decision on the manager's
 * own record protects the branch, and recovery must find a branch whose second phase failed.
 * Thread-safe.
 */
final class LiveBranches {
  private final Map<BranchId, Integer> associations = new HashMap<>();

  synchronized void begin(BranchId id) {
    associations.put(id, 1);
  }

  synchronized void associate(BranchId id) {
    associations.computeIfPresent(id, (key, count) -> count + 1);
  }

  synchronized void dissociate(BranchId id) {
    associations.computeIfPresent(id, (key, count) -> count - 1);
  }

  synchronized boolean isAssociated(BranchId id) {
    return associations.getOrDefault(id, 0) > 0;
  }

  synchronized boolean contains(BranchId id) {
    return associations.containsKey(id);
  }

  /** The outcome is decided, or there will be none. */
  synchronized void end(BranchId id) {
    associations.remove(id);
  }
}
