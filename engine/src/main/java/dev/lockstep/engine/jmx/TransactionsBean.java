package dev.lockstep.engine.jmx;

import dev.lockstep.Transactions;
import dev.lockstep.Transactions.AuditRecord;
import dev.lockstep.Transactions.Case;
import dev.lockstep.Transactions.Desk;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.Transactions.OtherBranch;
import dev.lockstep.Transactions.Resolve;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
    return ageMillis(transaction.since());
  }

  private long ageMillis(Instant since) {
    return Math.max(0, Duration.between(since, clock.instant()).toMillis());
  }

  @Override
  public DeskFigures desk() {
    Desk desk = Reading.of(transactions::desk);
    List<CaseFigures> cases = desk.cases().stream().map(this::figures).toList();
    return new Look(cases, desk.outOfReach());
  }

  private CaseFigures figures(Case found) {
    List<PreparedFigures> elsewhere =
        found.elsewhere().stream()
            .map(branch -> (PreparedFigures) new Elsewhere(branch, ageMillis(branch.since())))
            .toList();
    return new OneCase(found, ageMillis(found.since()), elsewhere);
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

  private record Look(List<CaseFigures> cases, List<String> outOfReach) implements DeskFigures {
    @Override
    public List<CaseFigures> getCases() {
      return cases;
    }

    @Override
    public List<String> getOutOfReach() {
      return outOfReach;
    }
  }

  private record OneCase(Case found, long ageMillis, List<PreparedFigures> elsewhere)
      implements CaseFigures {
    @Override
    public long getAgeMillis() {
      return ageMillis;
    }

    @Override
    public String getTransactionId() {
      return found.here().map(InDoubt::transactionId).orElse("");
    }

    @Override
    public String getHeuristic() {
      return found.here().flatMap(InDoubt::heuristic).map(by -> by.outcome().name()).orElse("");
    }

    @Override
    public List<String> getBlockedGroups() {
      return found.here().map(InDoubt::blockedGroups).orElse(List.of());
    }

    @Override
    public String getDecision() {
      return found.decision().name();
    }

    @Override
    public List<PreparedFigures> getElsewhere() {
      return elsewhere;
    }
  }

  private record Elsewhere(OtherBranch branch, long ageMillis) implements PreparedFigures {
    @Override
    public String getParticipant() {
      return branch.participant();
    }

    @Override
    public String getNativeName() {
      return branch.nativeName();
    }

    @Override
    public long getAgeMillis() {
      return ageMillis;
    }

    @Override
    public List<String> getBlocked() {
      return branch.blocked();
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
