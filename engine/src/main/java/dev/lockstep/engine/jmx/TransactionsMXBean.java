package dev.lockstep.engine.jmx;

import dev.lockstep.Transactions.Resolve;
import java.util.List;
import java.util.Map;

/** The transactions of a live log whose outcome somebody else has to decide. */
public interface TransactionsMXBean {
  /** How many there are. */
  int getInDoubt();

  /** How long the oldest one waits, in milliseconds; 0: there is none. */
  long getOldestInDoubtMillis();

  /** How many were decided by hand and are not forgotten. */
  int getHeuristics();

  /** All of them, by transaction; those in doubt, and those that were decided by hand. */
  Map<String, InDoubtFigures> getTransactions();

  /**
   * The same, joined with what the transaction manager proves of them, and with the branches that
   * databases have prepared. Asks all of these.
   */
  DeskFigures desk();

  /** What was done by hand, oldest first. */
  List<AuditFigures> getAudit();

  /** Commits a transaction in doubt, if that is proven to be decided. */
  void commitTransaction(String transactionId, String reason);

  /** Commits a transaction in doubt: if that is proven to be decided, PROVEN, or anyhow, FORCED. */
  void commitTransaction(String transactionId, String reason, Resolve resolve);

  /** Rolls back a transaction in doubt, if that is proven to be decided. */
  void rollbackTransaction(String transactionId, String reason);

  /** Rolls back a transaction in doubt: if that is proven, PROVEN, or anyhow, FORCED. */
  void rollbackTransaction(String transactionId, String reason, Resolve resolve);

  /** Forgets that a transaction was decided by hand. */
  void forget(String transactionId, String reason);

  /** One transaction. */
  interface InDoubtFigures {
    /** How it is made atomic. */
    String getPath();

    /** How long ago it was prepared, in milliseconds. */
    long getAgeMillis();

    /** Who decides, or has to be told. */
    String getWaitsFor();

    /** How many messages it has, in all topics. */
    int getMessages();

    /** The groups that can't go on in some partition until it is decided. */
    List<String> getBlockedGroups();

    /** How it was decided by hand: COMMITTED, ROLLED_BACK; empty if it is in doubt. */
    String getHeuristic();
  }

  /** What was found out about all transactions in doubt. */
  interface DeskFigures {
    /** The transactions, oldest first. */
    List<CaseFigures> getCases();

    /** Who did not answer, and may have more. */
    List<String> getOutOfReach();
  }

  /** One transaction, with its branches. */
  interface CaseFigures {
    /** How long ago its first branch was prepared, in milliseconds. */
    long getAgeMillis();

    /** Its branch in this log; empty if it has none. */
    String getTransactionId();

    /** How that was decided by hand: COMMITTED, ROLLED_BACK; empty if it was not. */
    String getHeuristic();

    /** The groups that wait for it. */
    List<String> getBlockedGroups();

    /** What is proven of the decision now: COMMIT, ROLLBACK, UNKNOWN. */
    String getDecision();

    /** Its branches in databases. */
    List<PreparedFigures> getElsewhere();
  }

  /** A branch that a database has prepared. */
  interface PreparedFigures {
    /** Who has it. */
    String getParticipant();

    /** Its name there. */
    String getNativeName();

    /** How long ago it was prepared, in milliseconds. */
    long getAgeMillis();

    /** Who waits for what it has locked. */
    List<String> getBlocked();
  }

  /** Something that was done by hand. */
  interface AuditFigures {
    /** When, in UTC, as ISO 8601. */
    String getAt();

    /** What: COMMIT, ROLLBACK, FORGET. */
    String getAction();

    /** The transaction. */
    String getTransactionId();

    /** Whether it was proven to be right: PROVEN, FORCED. */
    String getResolve();

    /** What was proven of the decision: COMMIT, ROLLBACK, UNKNOWN. */
    String getDecision();

    /** Who did it. */
    String getUser();

    /** On which machine. */
    String getHost();

    /** In which process. */
    long getPid();

    /** Why. */
    String getReason();
  }
}
