package dev.lockstep.xa;

import dev.lockstep.ClosedException;
import dev.lockstep.DiskFullException;
import dev.lockstep.HeuristicOutcomeException;
import dev.lockstep.LogFailedException;
import dev.lockstep.TooLargeException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.TransactionTimedOutException;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.UnknownTransactionException;
import dev.lockstep.spi.Branch.Outcome;
import java.util.NoSuchElementException;
import javax.transaction.xa.XAException;

/** What a transaction manager asked for, and with it the code that a failure of the log becomes. */
enum XaCall {
  /** A new branch begins. */
  START("start"),
  /** An association ends. */
  END("end"),
  /** The first phase. */
  PREPARE("prepare"),
  /** The second phase of a prepared branch. */
  COMMIT("commit"),
  /** The commit of a branch that was not prepared. */
  COMMIT_ONE_PHASE("one-phase commit"),
  /** The rollback of a branch that was not prepared. */
  ROLLBACK("rollback"),
  /** The rollback of a prepared branch. */
  ROLLBACK_PREPARED("rollback"),
  /** The list of prepared branches. */
  RECOVER("recover"),
  /** The end of a heuristic outcome. */
  FORGET("forget");

  private final String text;

  XaCall(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  /**
   * The code for what the log threw. Whatever is not known to be harmless counts as unknown: {@code
   * XAER_RMFAIL} is the only code that makes no manager believe in an outcome.
   */
  int codeFor(Throwable failure) {
    if (failure instanceof HeuristicOutcomeException byHand && decides()) {
      return heuristic(byHand.outcome());
    }
    return switch (this) {
      case START ->
          failure instanceof IllegalStateException
              ? XAException.XAER_DUPID
              : XAException.XAER_RMFAIL;
      case END ->
          failure instanceof TransactionRolledBackException
              ? rolledBack(failure)
              : XAException.XAER_RMFAIL;
      case PREPARE, COMMIT_ONE_PHASE -> isClean(failure) ? rolledBack(failure) : unknown();
      case ROLLBACK ->
          isClean(failure)
              ? rolledBack(failure)
              : failure instanceof NoSuchElementException ? XAException.XAER_NOTA : unknown();
      case COMMIT, ROLLBACK_PREPARED ->
          failure instanceof NoSuchElementException ? XAException.XAER_NOTA : unknown();
      case RECOVER -> unknown();
      case FORGET ->
          failure instanceof UnknownTransactionException || failure instanceof IllegalStateException
              ? XAException.XAER_NOTA
              : unknown();
    };
  }

  /** Whether it asks for an outcome, and is to be told if there is one already. */
  private boolean decides() {
    return switch (this) {
      case COMMIT, COMMIT_ONE_PHASE, ROLLBACK, ROLLBACK_PREPARED -> true;
      case START, END, PREPARE, RECOVER, FORGET -> false;
    };
  }

  /** The code of an outcome that was decided by hand; the one that was asked for may be another. */
  static int heuristic(Outcome outcome) {
    return switch (outcome) {
      case COMMITTED -> XAException.XA_HEURCOM;
      case ROLLED_BACK -> XAException.XA_HEURRB;
    };
  }

  /** Whether the SPI promises that a branch which was not prepared has left nothing behind. */
  private static boolean isClean(Throwable failure) {
    return failure instanceof TransactionRolledBackException
        || failure instanceof DiskFullException
        || failure instanceof TooLargeException
        || failure instanceof UnknownTopicException
        || failure instanceof LogFailedException
        || failure instanceof ClosedException;
  }

  private static int rolledBack(Throwable failure) {
    return failure instanceof TransactionTimedOutException
        ? XAException.XA_RBTIMEOUT
        : XAException.XA_RBROLLBACK;
  }

  private static int unknown() {
    return XAException.XAER_RMFAIL;
  }
}
