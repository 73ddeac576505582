package dev.lockstep;

import dev.lockstep.spi.Branch;

/**
 * The transaction was decided by hand before: this call has changed nothing, whether it asked for
 * the same outcome or for the other one. The outcome stays known until it is forgotten.
 */
public final class HeuristicOutcomeException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0121";

  /** What was done by hand. */
  private final Branch.Outcome outcome;

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   * @param outcome how the transaction was decided by hand
   */
  public HeuristicOutcomeException(String message, Branch.Outcome outcome) {
    super(CODE, message);
    this.outcome = outcome;
  }

  /**
   * How the transaction was decided by hand.
   *
   * @return the outcome
   */
  public Branch.Outcome outcome() {
    return outcome;
  }
}
