package dev.lockstep.rar;

import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;

/**
 * What the container hands out for a managed connection. It is closed at once: the container keeps
 * the managed connection with the transaction.
 */
final class LogConnection implements AutoCloseable {
  private volatile LogManagedConnection owner;

  LogConnection(LogManagedConnection owner) {
    this.owner = owner;
  }

  void moveTo(LogManagedConnection other) {
    owner = other;
  }

  Branch branch() {
    return owner
        .resource()
        .branch()
        .orElseThrow(
            () ->
                new TransactionRolledBackException(
                    "the container gave a connection without enlisting it; set the connection"
                        + " factory's transaction support to XATransaction"));
  }

  @Override
  public void close() {
    owner.closed(this);
  }
}
