package dev.lockstep.xa.narayana;

/**
 * Nobody knows whether the decision of a transaction is durable, until the log is opened again. An
 * {@link Error}, because it is the only thing on which the transaction manager leaves the
 * transaction as it is: on an exception it rolls all branches back, and finds some of them
 * committed after the restart.
 */
final class DecisionUnknownError extends Error {
  private static final long serialVersionUID = 1L;

  DecisionUnknownError(String message, Throwable cause) {
    super(message, cause);
  }
}
