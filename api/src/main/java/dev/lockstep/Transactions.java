package dev.lockstep;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The transactions in doubt of a log: prepared, outcome not known here yet. Thread-safe. */
public interface Transactions {
  /**
   * All transactions in doubt, the ones that are between their two phases right now included.
   *
   * @return the transactions, oldest first
   */
  List<InDoubt> inDoubt();

  /**
   * Looks up a transaction in doubt.
   *
   * @param transactionId its identity
   * @return the transaction, if it is in doubt
   */
  Optional<InDoubt> find(String transactionId);

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
     * Who will decide.
     *
     * @return a sentence for an operator
     */
    String waitsFor();

    /**
     * What it would send.
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
  }
}
