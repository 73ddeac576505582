package dev.lockstep.outbox;

import dev.lockstep.Diagnosis.Finding;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a relay needs to know of its transactions, beside running them. Internal to Lockstep: public
 * for the package of the relay alone, no API, and changed without notice. Thread-safe.
 */
public final class RelayPort {
  private final JdbcTransactions transactions;

  private RelayPort(JdbcTransactions transactions) {
    this.transactions = transactions;
  }

  /**
   * That of some transactions.
   *
   * @param transactions the transactions
   * @return what a relay needs of them
   */
  public static RelayPort of(JdbcTransactions transactions) {
    return new RelayPort(transactions);
  }

  /**
   * The log's doctor says from now on what a relay finds.
   *
   * @param reporter asked for its findings
   */
  public void report(Supplier<List<Finding>> reporter) {
    transactions.report(reporter);
  }

  /**
   * And does no more.
   *
   * @param reporter the one of {@link #report}
   */
  public void reportNoMore(Supplier<List<Finding>> reporter) {
    transactions.reportNoMore(reporter);
  }

  /**
   * The transactions that are not decided, and may be of this database.
   *
   * @return their ids
   */
  public Set<String> undecided() {
    return transactions.undecided();
  }

  /**
   * Whether a log takes part in the transaction of this thread already.
   *
   * @return whether it does
   */
  public boolean takesPart() {
    return transactions.takesPart();
  }
}
