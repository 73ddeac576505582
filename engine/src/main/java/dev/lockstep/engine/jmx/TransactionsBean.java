package dev.lockstep.engine.jmx;

import dev.lockstep.Transactions;
import dev.lockstep.Transactions.InDoubt;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The transactions in doubt, as the API shows them. */
final class TransactionsBean implements TransactionsMXBean {
  private final Transactions transactions;
  private final Clock clock;

  TransactionsBean(Transactions transactions, Clock clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  private List<InDoubt> inDoubt() {
    return Reading.of(transactions::inDoubt);
  }

  @Override
  public int getInDoubt() {
    return inDoubt().size();
  }

  @Override
  public long getOldestInDoubtMillis() {
    return inDoubt().stream().mapToLong(this::ageMillis).max().orElse(0);
  }

  private long ageMillis(InDoubt transaction) {
    return Math.max(0, Duration.between(transaction.since(), clock.instant()).toMillis());
  }

  @Override
  public Map<String, InDoubtFigures> getTransactions() {
    Map<String, InDoubtFigures> all = new LinkedHashMap<>();
    for (InDoubt transaction : inDoubt()) {
      all.put(transaction.transactionId(), new Figures(transaction, ageMillis(transaction)));
    }
    return all;
  }

  private record Figures(InDoubt transaction, long ageMillis) implements InDoubtFigures {
    @Override
    public String getPath() {
      return transaction.path().name();
    }

    @Override
    public long getAgeMillis() {
      return ageMillis;
    }

    @Override
    public String getWaitsFor() {
      return transaction.waitsFor();
    }

    @Override
    public int getMessages() {
      return transaction.messagesByTopic().values().stream().mapToInt(Integer::intValue).sum();
    }
  }
}
