package dev.lockstep.engine.tx;

import dev.lockstep.spi.Branch.Savepoint;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/** The savepoints of a branch. Guarded by the branch's monitor. */
final class Savepoints {
  /** Those that are not valid any more, by number: who forgets one leaves a bit here at most. */
  private final BitSet passed = new BitSet();

  /** What goes back with the branch, in the order in which it was done. */
  private final List<Runnable> callbacks = new ArrayList<>();

  private int taken;

  /** One of them. */
  static final class Mark implements Savepoint {
    private final Savepoints of;
    private final int number;
    private final int callbacks;
    private final BranchContent.Mark content;

    private Mark(Savepoints of, BranchContent.Mark content) {
      this.of = of;
      this.number = of.taken;
      this.callbacks = of.callbacks.size();
      this.content = content;
    }

    BranchContent.Mark content() {
      return content;
    }
  }

  /** Takes one. */
  Savepoint take(BranchContent.Mark content) {
    Mark mark = new Mark(this, content);
    taken++;
    return mark;
  }

  /** What is to be called if the branch goes back behind this. */
  void add(Runnable callback) {
    callbacks.add(callback);
  }

  /**
   * Checks that one can be gone back to.
   *
   * @param branch whose it is, for the message
   */
  Mark require(Savepoint savepoint, Object branch) {
    if (!(savepoint instanceof Mark mark) || mark.of != this) {
      throw new IllegalArgumentException(
          "transaction " + branch + " can't roll back to a savepoint of another one");
    }
    if (passed.get(mark.number)) {
      throw new IllegalStateException(
          "transaction "
              + branch
              + " has rolled back to an earlier savepoint since this one was taken: it is not"
              + " valid any more. Take a new one");
    }
    return mark;
  }

  /** The branch's content has gone back: so does everything else, what was done last first. */
  void goBack(Mark mark) {
    passed.set(mark.number + 1, taken);
    List<Runnable> undone = callbacks.subList(mark.callbacks, callbacks.size());
    List<Runnable> order = new ArrayList<>(undone);
    undone.clear();
    Collections.reverse(order);
    runAll(order);
  }

  /** One that fails is no reason to leave the others out. */
  private static void runAll(List<Runnable> callbacks) {
    List<RuntimeException> failures = new ArrayList<>();
    for (Runnable callback : callbacks) {
      try {
        callback.run();
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      RuntimeException first = failures.get(0);
      failures.subList(1, failures.size()).forEach(first::addSuppressed);
      throw first;
    }
  }
}
