package dev.lockstep.outbox;

import dev.lockstep.testkit.LossyProxy;

/** A real database, and what tests look for in the statements that it is sent. */
public interface TestDatabase extends AutoCloseable {
  /** The way to it. */
  String jdbcUrl();

  /** A proxy before it, which statements go through in the form that is looked for. */
  LossyProxy proxy();

  /** What markers have, and tombstones don't. */
  String marker();

  /** What tombstones have, and markers don't. */
  String tombstone();

  /** What both have. */
  String either();

  /** Kills it. */
  void kill();

  /** Starts it again. */
  void restart();

  /** Ends all sessions but one's own. */
  void terminateSessions() throws Exception;

  @Override
  void close();
}
