package dev.lockstep.engine;

import dev.lockstep.CommitPath;
import dev.lockstep.Transactions;
import dev.lockstep.UnknownTransactionException;
import dev.lockstep.engine.InDoubtDesk.Own;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.store.DerivedState;
import dev.lockstep.engine.tx.HeuristicBranch;
import dev.lockstep.engine.tx.PreparedBranch;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.TransactionBinding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The transactions in doubt, as the API shows them. */
final class TransactionsView implements Transactions {
  private final SegmentLog log;
  private final DerivedState state;
  private final TransactionBinding binding;
  private final Resolver resolver;
  private final InDoubtDesk desk;

  TransactionsView(
      SegmentLog log,
      DerivedState state,
      TransactionBinding binding,
      Resolver resolver,
      InDoubtDesk desk) {
    this.log = log;
    this.state = state;
    this.binding = binding;
    this.resolver = resolver;
    this.desk = desk;
  }

  @Override
  public List<InDoubt> inDoubt() {
    return all().stream().map(Own::shown).toList();
  }

  @Override
  public Desk desk() {
    return desk.look(all());
  }

  private List<Own> all() {
    log.checkOpen();
    log.awaitDeferred(); // what is decided is not in doubt
    List<PreparedBranch> prepared = state.prepared().all();
    List<HeuristicBranch> heuristics = state.resolutions().heuristics();
    Set<Long> decided =
        heuristics.stream().map(branch -> branch.body().branch()).collect(Collectors.toSet());
    List<Own> all = new ArrayList<>();
    prepared.stream() // one that is being decided right now may be in both
        .filter(branch -> !decided.contains(branch.body().branch()))
        .forEach(branch -> all.add(new Own(branch.body().id(), view(branch))));
    heuristics.forEach(branch -> all.add(new Own(branch.body().id(), view(branch))));
    return all;
  }

  @Override
  public Optional<InDoubt> find(String transactionId) {
    return inDoubt().stream()
        .filter(transaction -> transaction.transactionId().equals(transactionId))
        .findFirst();
  }

  @Override
  public void commit(String transactionId, String reason, Resolve resolve) {
    Resolver.check(Action.COMMIT, reason);
    resolver.decide(id(transactionId), Action.COMMIT, reason, resolve);
  }

  @Override
  public void rollback(String transactionId, String reason, Resolve resolve) {
    Resolver.check(Action.ROLLBACK, reason);
    resolver.decide(id(transactionId), Action.ROLLBACK, reason, resolve);
  }

  @Override
  public void forget(String transactionId, String reason) {
    Resolver.check(Action.FORGET, reason);
    resolver.forget(id(transactionId), reason);
  }

  private BranchId id(String transactionId) {
    log.checkOpen();
    log.awaitDeferred(); // what inDoubt() lists can be decided
    return Stream.concat(
            state.prepared().all().stream().map(branch -> branch.body().id()),
            state.resolutions().heuristics().stream().map(branch -> branch.body().id()))
        .filter(id -> id.toString().equals(transactionId))
        .findFirst()
        .orElseThrow(
            () ->
                new UnknownTransactionException(
                    "no transaction '"
                        + transactionId
                        + "' is in doubt, or was decided by hand and is not forgotten;"
                        + " Lockstep.transactions().inDoubt() lists those that are"));
  }

  @Override
  public List<AuditRecord> audit() {
    log.checkOpen();
    return state.resolutions().audit().stream().map(Audited::of).toList();
  }

  private InDoubt view(PreparedBranch branch) {
    List<String> groups =
        branch.body().acks().stream().map(Ack::group).distinct().sorted().toList();
    String waitsFor =
        switch (branch.body().decider()) {
          case TRANSACTION_MANAGER ->
              "the transaction manager, which decides in its second phase or in its recovery";
          case DATABASE ->
              binding
                  .waitsFor(branch.undecided())
                  .orElse("the database transaction that it belongs to");
        };
    return new View(
        branch.body().id().toString(),
        branch.path(),
        Instant.ofEpochMilli(branch.body().since()),
        waitsFor,
        Map.copyOf(state.topics().byName(branch.messagesByTopic())),
        groups,
        Optional.empty());
  }

  private InDoubt view(HeuristicBranch branch) {
    String waitsFor =
        switch (branch.body().decider()) {
          case TRANSACTION_MANAGER ->
              "the transaction manager, which has to be told that it was decided by hand";
          case DATABASE -> "whoever looks up the database transaction that it belongs to";
        };
    return new View(
        branch.body().id().toString(),
        branch.path(),
        Instant.ofEpochMilli(branch.body().since()),
        waitsFor,
        Map.copyOf(state.topics().byName(branch.messages())),
        List.of(),
        Optional.of(
            new ByHand(branch.outcome(), Instant.ofEpochMilli(branch.time()), branch.reason())));
  }

  private record View(
      String transactionId,
      CommitPath path,
      Instant since,
      String waitsFor,
      Map<String, Integer> messagesByTopic,
      List<String> blockedGroups,
      Optional<HeuristicOutcome> heuristic)
      implements InDoubt {}

  private record ByHand(Branch.Outcome outcome, Instant at, String reason)
      implements HeuristicOutcome {}

  private record Audited(
      String transactionId,
      Instant at,
      Action action,
      Resolve resolve,
      Decision decision,
      String user,
      String host,
      long pid,
      String reason)
      implements AuditRecord {
    static AuditRecord of(AuditBody body) {
      return new Audited(
          body.id().toString(),
          Instant.ofEpochMilli(body.time()),
          body.action(),
          body.resolve(),
          body.decision(),
          body.actor().user(),
          body.actor().host(),
          body.actor().pid(),
          body.reason());
    }
  }
}
