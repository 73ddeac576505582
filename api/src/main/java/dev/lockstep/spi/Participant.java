package dev.lockstep.spi;

import dev.lockstep.Diagnosis.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Something besides the log that takes part in the same transactions, a database as a rule. The
 * doctor and the in-doubt desk ask it; transactions don't. Implementations are thread-safe; later
 * versions of this interface grow by default methods only.
 */
public interface Participant {
  /**
   * Its name in messages.
   *
   * @return the name
   */
  String name();

  /**
   * What is the same for all ways to one database, and different for different ones.
   *
   * @return the identity; empty if it does not answer now
   */
  Optional<String> identity();

  /**
   * Looks for what is unsafe or slow about it. What it has been allowed itself is marked so.
   *
   * @param transactionTimeout after which time a transaction is rolled back, if that is known
   * @return what was found; that it does not answer is a finding
   */
  List<Finding> diagnose(Optional<Duration> transactionTimeout);

  /**
   * Its prepared branches, of whatever transaction manager.
   *
   * @return the branches
   * @throws Exception if it does not answer
   */
  List<Prepared> prepared() throws Exception;

  /**
   * A prepared branch.
   *
   * @param id its identity
   * @param nativeName the name by which the participant itself knows it
   * @param since when it was prepared
   * @param blocked who waits for it, a sentence each for an operator
   */
  record Prepared(BranchId id, String nativeName, Instant since, List<String> blocked) {
    /**
     * A prepared branch.
     *
     * @param id its identity
     * @param nativeName the name by which the participant itself knows it
     * @param since when it was prepared
     * @param blocked who waits for it
     */
    public Prepared {
      blocked = List.copyOf(blocked);
    }
  }
}
