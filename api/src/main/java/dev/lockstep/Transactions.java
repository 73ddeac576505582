package dev.lockstep;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Decision;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The transactions in doubt of a log: prepared, outcome not known here yet. Thread-safe.
 *
 * <p><b>Deciding by hand.</b> A transaction in doubt is decided by its transaction manager or its
 * database; nobody has to do anything. Where that does not happen, {@link #commit} and {@link
 * #rollback} do what is <em>proven</em> to be decided. Where nothing can be proven, {@link
 * Resolve#FORCED} decides all the same, and with it perhaps differently from the database: that is
 * a heuristic outcome. It is durable, it stays known until it is forgotten, and the transaction
 * manager is told of it when it comes to complete the transaction. Each of these leaves a durable
 * record, see {@link #audit()}.
 *
 * <p>All of this is forced before it returns, at every {@link Durability}.
 */
public interface Transactions {
  /** The longest reason that can be given, in bytes of UTF-8. */
  int MAX_REASON_BYTES = 400;

  /**
   * All transactions in doubt, the ones that are between their two phases right now included; and
   * behind them those that were decided by hand and are not forgotten yet, which have a {@link
   * InDoubt#heuristic()}.
   *
   * @return the transactions; those in doubt oldest first, the others in the order in which they
   *     were decided
   */
  List<InDoubt> inDoubt();

  /**
   * Looks up a transaction in doubt, or one that was decided by hand and is not forgotten yet.
   *
   * @param transactionId its identity
   * @return the transaction, if there is one
   */
  Optional<InDoubt> find(String transactionId);

  /**
   * Commits a transaction in doubt that is proven to be committed.
   *
   * @param transactionId its identity
   * @param reason why, for the audit record; not blank, at most {@link #MAX_REASON_BYTES}
   * @throws DecisionRefusedException if that is not proven; nothing was changed
   * @throws UnknownTransactionException if there is no such transaction in doubt
   * @throws HeuristicOutcomeException if it was decided by hand before
   * @throws DiskFullException if there is no room for the record; nothing was changed
   * @throws OutcomeUnknownException if the force failed
   */
  default void commit(String transactionId, String reason) {
    commit(transactionId, reason, Resolve.PROVEN);
  }

  /**
   * Commits a transaction in doubt. When it returns, that is durable and its messages are visible.
   *
   * @param transactionId its identity
   * @param reason why, for the audit record; not blank, at most {@link #MAX_REASON_BYTES}
   * @param resolve whether it must be proven that it is to be committed
   * @throws DecisionRefusedException if it must be proven and is not; nothing was changed
   * @throws UnknownTransactionException if there is no such transaction in doubt
   * @throws HeuristicOutcomeException if it was decided by hand before
   * @throws DiskFullException if there is no room for the record; nothing was changed
   * @throws OutcomeUnknownException if the force failed
   */
  void commit(String transactionId, String reason, Resolve resolve);

  /**
   * Rolls back a transaction in doubt that is proven to be rolled back.
   *
   * @param transactionId its identity
   * @param reason why, for the audit record; not blank, at most {@link #MAX_REASON_BYTES}
   * @throws DecisionRefusedException if that is not proven; nothing was changed
   * @throws UnknownTransactionException if there is no such transaction in doubt
   * @throws HeuristicOutcomeException if it was decided by hand before
   * @throws DiskFullException if there is no room for the record; nothing was changed
   * @throws OutcomeUnknownException if the force failed
   */
  default void rollback(String transactionId, String reason) {
    rollback(transactionId, reason, Resolve.PROVEN);
  }

  /**
   * Rolls back a transaction in doubt. When it returns, that is durable.
   *
   * @param transactionId its identity
   * @param reason why, for the audit record; not blank, at most {@link #MAX_REASON_BYTES}
   * @param resolve whether it must be proven that it is to be rolled back
   * @throws DecisionRefusedException if it must be proven and is not; nothing was changed
   * @throws UnknownTransactionException if there is no such transaction in doubt
   * @throws HeuristicOutcomeException if it was decided by hand before
   * @throws DiskFullException if there is no room for the record; nothing was changed
   * @throws OutcomeUnknownException if the force failed
   */
  void rollback(String transactionId, String reason, Resolve resolve);

  /**
   * Forgets that a transaction was decided by hand, without a reason.
   *
   * @param transactionId its identity
   * @throws UnknownTransactionException if it was not decided by hand, or is forgotten
   * @throws DiskFullException if there is no room for the record; nothing was changed
   * @throws OutcomeUnknownException if the force failed
   */
  default void forget(String transactionId) {
    forget(transactionId, "");
  }

  /**
   * Forgets that a transaction was decided by hand; its outcome stays. A transaction manager does
   * this itself once it has been told. Until then it is better not done by hand: the manager would
   * find a transaction that nobody knows. When it returns, that is durable.
   *
   * @param transactionId its identity
   * @param reason why, for the audit record; at most {@link #MAX_REASON_BYTES}
   * @throws UnknownTransactionException if it was not decided by hand, or is forgotten
   * @throws DiskFullException if there is no room for the record; nothing was changed
   * @throws OutcomeUnknownException if the force failed
   */
  void forget(String transactionId, String reason);

  /**
   * What was done by hand, through this interface, in any life of the log: at least the last 256
   * times.
   *
   * @return the records, oldest first
   */
  List<AuditRecord> audit();

  /**
   * All that can be found out now about transactions in doubt: those of this log, joined with what
   * the transaction manager proves of them and with the branches that the {@linkplain
   * LockstepConfig.Builder#participants participants} have prepared. Asks all of these, and may
   * take as long as they take to answer.
   *
   * @return what was found
   */
  Desk desk();

  /** What was found out about transactions in doubt. */
  interface Desk {
    /**
     * The transactions that have a branch in doubt somewhere, or in this log one that was decided
     * by hand and is not forgotten.
     *
     * @return the transactions, oldest first
     */
    List<Case> cases();

    /**
     * Who did not answer, a sentence each for an operator: they may have further branches.
     *
     * @return the sentences
     */
    List<String> outOfReach();
  }

  /** A transaction with all its branches that are known. */
  interface Case {
    /**
     * Its branch in this log.
     *
     * @return the branch; empty if there is none any more, or never was
     */
    Optional<InDoubt> here();

    /**
     * What the transaction manager proves of it now. Of a transaction that is alive, and of one of
     * another node, nothing is proven.
     *
     * @return the decision
     */
    Decision decision();

    /**
     * Its prepared branches in the participants.
     *
     * @return the branches, oldest first
     */
    List<OtherBranch> elsewhere();

    /**
     * When its first branch was prepared, of those that are known.
     *
     * @return the time of that prepare
     */
    Instant since();
  }

  /** A branch that a participant has prepared. */
  interface OtherBranch {
    /**
     * Who has prepared it.
     *
     * @return the participant's name
     */
    String participant();

    /**
     * Its identity, as the transaction manager knows it.
     *
     * @return format id, global id and branch qualifier
     */
    String transactionId();

    /**
     * Its identity, as the participant knows it: what {@code COMMIT PREPARED} takes.
     *
     * @return the name
     */
    String nativeName();

    /**
     * When it was prepared.
     *
     * @return the time of the prepare
     */
    Instant since();

    /**
     * Who waits for what it has locked.
     *
     * @return a sentence each for an operator
     */
    List<String> blocked();
  }

  /** Whether something may be done that is not proven to be right. */
  enum Resolve {
    /** Only what is proven to be decided. */
    PROVEN,
    /** Whatever the caller says; the outcome is a heuristic one. */
    FORCED
  }

  /** What can be done by hand. */
  enum Action {
    /** A transaction in doubt was committed. */
    COMMIT,
    /** A transaction in doubt was rolled back. */
    ROLLBACK,
    /** A heuristic outcome was forgotten. */
    FORGET
  }

  /** A transaction in doubt, as it was when it was looked up. */
  interface InDoubt {
    /**
     * Its identity, as the transaction manager knows it.
     *
     * @return format id, global id and branch qualifier: {@code 131077:0a00…:0a01…}
     */
    String transactionId();

    /**
     * How it is made atomic.
     *
     * @return the commit path
     */
    CommitPath path();

    /**
     * When it was prepared.
     *
     * @return the time of the prepare
     */
    Instant since();

    /**
     * Who will decide, or has to be told.
     *
     * @return a sentence for an operator
     */
    String waitsFor();

    /**
     * What it would send, or has sent.
     *
     * @return the number of messages for each topic
     */
    Map<String, Integer> messagesByTopic();

    /**
     * The groups that can't go on in some partition until it is decided.
     *
     * @return the groups' names, sorted
     */
    List<String> blockedGroups();

    /**
     * How it was decided by hand.
     *
     * @return the outcome; empty if it is in doubt
     */
    Optional<HeuristicOutcome> heuristic();
  }

  /** How a transaction was decided by hand. */
  interface HeuristicOutcome {
    /**
     * How it was decided.
     *
     * @return the outcome
     */
    Branch.Outcome outcome();

    /**
     * When it was decided.
     *
     * @return the time
     */
    Instant at();

    /**
     * Why.
     *
     * @return the reason that was given
     */
    String reason();
  }

  /** Something that was done by hand. */
  interface AuditRecord {
    /**
     * The transaction.
     *
     * @return its identity
     */
    String transactionId();

    /**
     * When it was done.
     *
     * @return the time
     */
    Instant at();

    /**
     * What was done.
     *
     * @return the action
     */
    Action action();

    /**
     * Whether it was proven to be right. What is forgotten never is.
     *
     * @return PROVEN or FORCED
     */
    Resolve resolve();

    /**
     * What was proven then of the transaction's decision.
     *
     * @return the decision
     */
    Decision decision();

    /**
     * Who did it: the operating system's user of the process.
     *
     * @return the user's name, at most 64 bytes of it
     */
    String user();

    /**
     * On which machine.
     *
     * @return the host's name, at most 64 bytes of it
     */
    String host();

    /**
     * In which process.
     *
     * @return the process id
     */
    long pid();

    /**
     * Why.
     *
     * @return the reason that was given
     */
    String reason();
  }
}
