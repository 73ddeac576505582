package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.frame.ForgottenBody;
import dev.lockstep.engine.frame.ResolvedBody;
import dev.lockstep.spi.TransactionalLog.Heuristic;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was done by hand: the branches that were decided so and are not forgotten, and the newest
 * audit records. Changed in log order only: by the flusher, and by the replay before it.
 * Thread-safe.
 */
public final class Resolutions {
  /** How many audit records are kept. */
  public static final int AUDIT_RECORDS = 256;

  private final Map<Long, HeuristicBranch> heuristics = new LinkedHashMap<>();
  private final Deque<AuditBody> audit = new ArrayDeque<>();

  /** A branch was decided by hand. */
  public synchronized void resolved(PreparedBranch branch, ResolvedBody resolved) {
    if (resolved.isHeuristic()) {
      add(HeuristicBranch.of(branch, resolved));
    }
    add(resolved.audit());
  }

  /** Adds what a checkpoint has. */
  public synchronized void add(HeuristicBranch branch) {
    heuristics.put(branch.body().branch(), branch);
  }

  /** Adds an audit record, and drops the oldest one if there are too many. */
  public synchronized void add(AuditBody record) {
    audit.add(record);
    if (audit.size() > AUDIT_RECORDS) {
      audit.remove();
    }
  }

  /**
   * A heuristic outcome is forgotten.
   *
   * @return what it was; empty if it was not known
   */
  public synchronized Optional<HeuristicBranch> forgotten(ForgottenBody body) {
    body.audit().ifPresent(this::add);
    return Optional.ofNullable(heuristics.remove(body.branch()));
  }

  /** The branches that were decided by hand, in the order in which they were. */
  public synchronized List<HeuristicBranch> heuristics() {
    return List.copyOf(heuristics.values());
  }

  /** The same, as the SPI has them. */
  public List<Heuristic> asHeuristics() {
    return heuristics().stream()
        .map(
            branch ->
                new Heuristic(
                    branch.body().id(),
                    branch.body().decider(),
                    branch.outcome(),
                    Instant.ofEpochMilli(branch.time()),
                    branch.reason()))
        .toList();
  }

  /** The audit records, oldest first. */
  public synchronized List<AuditBody> audit() {
    return List.copyOf(audit);
  }

  /** Forgets everything, for a replay from the start of the log. */
  public synchronized void clear() {
    heuristics.clear();
    audit.clear();
  }
}
