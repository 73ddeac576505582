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
  private final Map<BranchId, Life> lives = new HashMap<>();

  private record Life(int associations, boolean completionAsked) {
    Life plus(int change) {
      return new Life(associations + change, completionAsked);
    }
  }

  synchronized void begin(BranchId id) {
    lives.put(id, new Life(1, false));
  }

  synchronized void associate(BranchId id) {
    lives.computeIfPresent(id, (key, life) -> life.plus(1));
  }

  synchronized void dissociate(BranchId id) {
    lives.computeIfPresent(id, (key, life) -> life.plus(-1));
  }

  synchronized boolean isAssociated(BranchId id) {
    Life life = lives.get(id);
    return life != null && life.associations() > 0;
  }

  /** From now on the branch may be durable, whatever the completion answers. */
  synchronized void complete(BranchId id) {
    lives.computeIfPresent(id, (key, life) -> new Life(life.associations(), true));
  }

  /** Whether the branch began here and nobody has asked for its prepare or commit. */
  synchronized boolean isOnlyInMemory(BranchId id) {
    Life life = lives.get(id);
    return life != null && !life.completionAsked();
  }

  synchronized boolean contains(BranchId id) {
    return lives.containsKey(id);
  }

  /** The outcome is decided, or there will be none. */
  synchronized void end(BranchId id) {
    lives.remove(id);
  }
}
