package dev.lockstep.engine.log;

/** What an append gives: the promise that the unit will be durable and applied. Thread-safe. */
public final class Ticket {
  private final Group group;
  private final Flusher flusher;

  Ticket(Group group, Flusher flusher) {
    this.group = group;
    this.flusher = flusher;
  }

  /** Whether the unit is durable and applied, or the log has failed. */
  public boolean isDone() {
    return group.isDone();
  }

  /**
   * Waits until the unit is durable and applied, and sees to it if nobody else does: so whoever
   * waits must hold nothing that applying a unit needs. An interrupt does not end the wait; the
   * flag is set again afterwards.
   *
   * <p>Not for a unit that was deferred: nobody may be about to force it.
   *
   * @throws dev.lockstep.OutcomeUnknownException if the log failed first
   */
  public void await() {
    flusher.flushAlone(group);
    group.await();
  }
}
