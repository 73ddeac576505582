package dev.lockstep.engine;

import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import java.io.IOException;
import java.util.List;

/**
 * Cuts the power in one life of a log, and again in the next one, which recovers from the first
 * cut. Nearly all pairs of two such cuts would be many thousands a scenario: of the operations of
 * the first life each so many-th is cut at, after each loss; then each so many-th of the second
 * life, beginning with another one each time, so that all have their turn; and the last loss goes
 * round. With {@code -Dlockstep.cuts=all} all operations are cut at, with all losses.
 */
final class SecondLives {
  private static final List<Loss> LOSSES = List.of(Loss.values());

  private final long seed;
  private final int firstStride;
  private final int secondStride;
  private int cuts;
  private int begun;

  /**
   * For one scenario.
   *
   * @param seed decides what survives
   * @param firstStride how far the cuts of the first life are from each other
   * @param secondStride how far those of a second life are from each other
   */
  SecondLives(long seed, int firstStride, int secondStride) {
    this.seed = seed;
    this.firstStride = Thoroughness.isComplete() ? 1 : firstStride;
    this.secondStride = Thoroughness.isComplete() ? 1 : secondStride;
  }

  /**
   * What is done, and how it is examined.
   *
   * @param <K> what is known of a log after a life
   */
  interface Trial<K> {
    /** Lives until the power is cut at that operation, or to the end. */
    K first(PowerCutStorage storage, int cut) throws IOException, InterruptedException;

    /** Recovers, and lives on. What was known stays as it is, for other second lives. */
    K second(PowerCutStorage storage, K known, int cut) throws IOException, InterruptedException;

    /** Examines what a cut has left. */
    void examine(PowerCutStorage left, K known, String where)
        throws IOException, InterruptedException;
  }

  /** Returns how many cuts were examined. */
  <K> int run(Trial<K> trial) throws IOException, InterruptedException {
    boolean cut = true;
    for (int first = 1; cut; first += firstStride) {
      PowerCutStorage base = new PowerCutStorage(seed + first);
      K known = trial.first(base, first);
      cut = base.operations() >= first;
      for (Loss loss : LOSSES) {
        String where = "operation " + first + ", " + loss + ", then operation ";
        second(trial, base, loss, known, where);
      }
    }
    return cuts;
  }

  private <K> void second(Trial<K> trial, PowerCutStorage base, Loss loss, K known, String where)
      throws IOException, InterruptedException {
    boolean cut = true;
    for (int n = 1 + begun++ % secondStride; cut; n += secondStride) {
      PowerCutStorage storage = base.afterCut(loss);
      try {
        K then = trial.second(storage, known, n);
        cut = storage.operations() >= n;
        for (Loss last :
            Thoroughness.isComplete() ? LOSSES : List.of(LOSSES.get(cuts % LOSSES.size()))) {
          cuts++;
          trial.examine(storage.afterCut(last), then, where + n + ", " + last);
        }
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError(
            "after " + where + n + ", seed " + seed + ", first " + base + ", then " + storage, e);
      }
    }
  }
}
