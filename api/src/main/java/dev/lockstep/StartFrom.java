package dev.lockstep;

/**
 * Where a group starts in a topic that it has never read. The choice is made durable when the first
 * member joins, so that a restart does not make it again.
 */
public enum StartFrom {
  /** At the oldest message. */
  EARLIEST,
  /** Behind the newest message that is visible when the first member joins. */
  LATEST
}
