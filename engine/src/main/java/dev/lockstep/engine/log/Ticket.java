package dev.lockstep.engine.log;

/** What an append gives: the promise that the unit will be durable and applied. Thread-safe. */
public final class Ticket {
  private final Group group;

  Ticket(Group group) {
    this.group = group;
  }

  /**
   * Waits until the unit is durable and applied. An interrupt does not end the wait; the flag is
   * set again afterwards.
   *
   * @throws dev.lockstep.OutcomeUnknownException if the log failed first
   */
  public void await() {
    group.await();
  }
}
