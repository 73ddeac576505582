package dev.lockstep.engine.store;

import dev.lockstep.ClosedException;
import dev.lockstep.DiskFullException;
import dev.lockstep.LockstepException;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.store.Compaction.Demand;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** What topics ask for besides checkpoints: retention and compaction. For one thread. */
public final class Upkeep {
  /** What was removed gives its room back at the next checkpoint: after so long at the latest. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final Retention retention;
  private final Compaction compaction;
  private final Clock clock;
  private final Set<String> problems = new HashSet<>();
  private long waitsSince = Long.MAX_VALUE;
  private Set<String> known = Set.of();

  public Upkeep(SegmentLog log, DerivedState state, PartitionReader reader, Clock clock) {
    this.retention = new Retention(log, state, clock);
    this.compaction = new Compaction(log, state, reader, clock);
    this.clock = clock;
  }

  /**
   * Removes what is due. What can't be done now is tried again the next time.
   *
   * @return whether so much was removed, or so long ago, that a checkpoint is worthwhile
   */
  boolean runOnce(Demand demand) {
    known = Set.copyOf(problems);
    problems.clear();
    try {
      int removed = retention.runOnce(this::report) + compaction.runOnce(demand, this::report);
      if (removed > 0 && waitsSince == Long.MAX_VALUE) {
        waitsSince = clock.millis();
      }
    } catch (ClosedException | LogFailedException | OutcomeUnknownException e) {
      throw e;
    } catch (DiskFullException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "no room to say what is removed", e);
    } catch (LockstepException e) {
      report(e);
    }
    return waitsSince <= clock.millis() - LONGEST_WAIT.toMillis();
  }

  private void report(Exception problem) {
    if (problems.add(problem.toString()) && !known.contains(problem.toString())) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "LSTP-0316: retention and compaction do not get on, and are tried again: {0}",
          problem.toString());
    }
  }

  /** A checkpoint was written. */
  void stored() {
    waitsSince = Long.MAX_VALUE;
  }
}
