package dev.lockstep.engine.jmx;

import dev.lockstep.Transactions;
import dev.lockstep.Transactions.AuditRecord;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.Transactions.Resolve;
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
    return all().stream().filter(transaction -> transaction.heuristic().isEmpty()).toList();
  }

  private List<InDoubt> all() {
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

  @Override
  public int getHeuristics() {
    List<InDoubt> all = all();
    return (int) all.stream().filter(transaction -> transaction.heuristic().isPresent()).count();
  }

  @Override
  public List<AuditFigures> getAudit() {
    return Reading.of(transactions::audit).stream()
        .map(record -> (AuditFigures) new Audit(record))
        .toList();
  }

  @Override
  public void commitTransaction(String transactionId, String reason) {
    commitTransaction(transactionId, reason, Resolve.PROVEN);
  }

  @Override
  public void rollbackTransaction(String transactionId, String reason) {
    rollbackTransaction(transactionId, reason, Resolve.PROVEN);
  }

  @Override
  public void commitTransaction(String transactionId, String reason, Resolve resolve) {
    Reading.after(() -> transactions.commit(transactionId, reason, resolve));
  }

  @Override
  public void rollbackTransaction(String transactionId, String reason, Resolve resolve) {
    Reading.after(() -> transactions.rollback(transactionId, reason, resolve));
  }

  @Override
  public void forget(String transactionId, String reason) {
    Reading.after(() -> transactions.forget(transactionId, reason));
  }

  private long ageMillis(InDoubt transaction) {
    return Math.max(0, Duration.between(transaction.since(), clock.instant()).toMillis());
  }

  @Override
  public Map<String, InDoubtFigures> getTransactions() {
    Map<String, InDoubtFigures> all = new LinkedHashMap<>();
    for (InDoubt transaction : all()) {
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

    @Override
    public List<String> getBlockedGroups() {
      return transaction.blockedGroups();
    }

    @Override
    public String getHeuristic() {
      return transaction.heuristic().map(by -> by.outcome().name()).orElse("");
    }
  }

  private record Audit(AuditRecord audited) implements AuditFigures {
    @Override
    public String getAt() {
      return audited.at().toString();
    }

    @Override
    public String getAction() {
      return audited.action().name();
    }

    @Override
    public String getTransactionId() {
      return audited.transactionId();
    }

    @Override
    public String getResolve() {
      return audited.resolve().name();
    }

    @Override
    public String getDecision() {
      return audited.decision().name();
    }

    @Override
    public String getUser() {
      return audited.user();
    }

    @Override
    public String getHost() {
      return audited.host();
    }

    @Override
    public long getPid() {
      return audited.pid();
    }

    @Override
    public String getReason() {
      return audited.reason();
    }
  }
}
