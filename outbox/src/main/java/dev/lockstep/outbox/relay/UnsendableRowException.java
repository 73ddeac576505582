package dev.lockstep.outbox.relay;

import dev.lockstep.LockstepException;

/** A row of an outbox can't become a message, whatever the circumstances. */
final class UnsendableRowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String row;

  UnsendableRowException(OutboxRow row, String problem) {
    super(problem);
    this.row = row.id();
  }

  UnsendableRowException(OutboxRow row, LockstepException cause) {
    super(cause.getMessage(), cause);
    this.row = row.id();
  }

  /** The id of the row. */
  String row() {
    return row;
  }
}
