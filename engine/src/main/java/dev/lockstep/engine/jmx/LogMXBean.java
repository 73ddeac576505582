package dev.lockstep.engine.jmx;

import java.util.Map;

/**
 * A live log. Counts begin with its open. Percentiles are those of the last 1,024 events, and 0
 * before the first.
 */
public interface LogMXBean {
  /** The data directory. */
  String getDirectory();

  /** The identity of the log. */
  String getLogId();

  /** This life of the log; the first is 1. */
  int getIncarnation();

  /** Whether the log has failed: nothing goes on until the process is restarted. */
  boolean isFailed();

  /** How many forces have returned. */
  long getForces();

  /**
   * How many forces there were for each committed transaction, since the open; 0 before the first.
   * Those of checkpoints and of an idle log are among them. Less than 1 where transactions share a
   * force.
   */
  double getForcesPerTransaction();

  /** How many bytes they covered. */
  long getForcedBytes();

  /** How long all of them took, writing included, in microseconds. */
  long getForceMicrosTotal();

  /** The median force, in microseconds. */
  long getForceMicrosP50();

  /** The 99th percentile of the forces, in microseconds. */
  long getForceMicrosP99();

  /** The longest force since the open, in microseconds. */
  long getForceMicrosMax();

  /** How many bytes were written to the log, forced or not. */
  long getAppendedBytes();

  /**
   * How the transactions of its binding are made atomic, as in configuration: xa, half-message,
   * log-only; "unknown" if a binding of the application's own does not say.
   */
  String getCommitPath();

  /** Committed transactions, by how each was made atomic: LOG_ONLY, XA, HALF_MESSAGE. */
  Map<String, Long> getCommitted();

  /** How many transactions were rolled back. */
  long getRolledBack();

  /** How many branches were prepared; those found in doubt at the open are among them. */
  long getPrepared();

  /** How many messages the committed transactions sent. */
  long getCommittedMessages();

  /** The median commit, in microseconds. */
  long getCommitMicrosP50();

  /** The 99th percentile of the commits, in microseconds. */
  long getCommitMicrosP99();

  /** How many segment files there are, spare ones among them. */
  long getSegments();

  /** How many bytes all files of the directory take. */
  long getDiskUsedBytes();

  /** How many bytes they may take; 0: no budget is set. */
  long getDiskBudgetBytes();

  /** How many checkpoints were written since the open. */
  long getCheckpoints();

  /** How long ago the newest checkpoint was written, in milliseconds; -1: none since the open. */
  long getCheckpointAgeMillis();

  /** How long the newest checkpoint took, in microseconds; -1: none since the open. */
  long getCheckpointMicros();

  /** How many bytes an open would replay now. */
  long getReplayBytes();
}
