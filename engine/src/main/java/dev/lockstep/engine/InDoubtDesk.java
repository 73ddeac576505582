package dev.lockstep.engine;

import dev.lockstep.Transactions.Case;
import dev.lockstep.Transactions.Desk;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.Transactions.OtherBranch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.Participant;
import dev.lockstep.spi.TransactionBinding;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Joins the branches in doubt of this log with those of the participants. Thread-safe. */
final class InDoubtDesk {
  private final TransactionBinding binding;
  private final List<Participant> participants;

  InDoubtDesk(TransactionBinding binding, List<Participant> participants) {
    this.binding = binding;
    this.participants = participants;
  }

  /** A branch of this log. */
  record Own(BranchId id, InDoubt shown) {}

  private record Elsewhere(
      String participant,
      String transactionId,
      String nativeName,
      Instant since,
      List<String> blocked)
      implements OtherBranch {
    static Elsewhere of(Participant participant, Participant.Prepared branch) {
      return new Elsewhere(
          participant.name(),
          branch.id().toString(),
          branch.nativeName(),
          branch.since(),
          branch.blocked());
    }
  }

  private record Found(
      Optional<InDoubt> here, Decision decision, List<OtherBranch> elsewhere, Instant since)
      implements Case {}

  private record Look(List<Case> cases, List<String> outOfReach) implements Desk {}

  /** What is the same for all branches of one transaction. */
  private record Transaction(int formatId, ByteBuffer globalId) {
    static Transaction of(BranchId id) {
      return new Transaction(id.formatId(), ByteBuffer.wrap(id.globalId()));
    }
  }

  /** The branches of one transaction. */
  private static final class Branches {
    private final BranchId any;
    private final List<Own> own = new ArrayList<>();
    private final List<OtherBranch> elsewhere = new ArrayList<>();

    Branches(BranchId any) {
      this.any = any;
    }
  }

  Desk look(List<Own> here) {
    List<String> outOfReach = new ArrayList<>();
    Map<Transaction, Branches> all = new LinkedHashMap<>();
    here.forEach(own -> branches(all, own.id()).own.add(own));
    Set<String> databases = new HashSet<>();
    for (Participant participant : participants) {
      // Two ways to one database show the same branches.
      if (participant.identity().map(databases::add).orElse(true)) {
        ask(participant, all, outOfReach);
      }
    }
    List<Case> cases = new ArrayList<>();
    all.values().forEach(branches -> cases.addAll(cases(branches, outOfReach)));
    cases.sort(Comparator.comparing(Case::since));
    return new Look(List.copyOf(cases), List.copyOf(outOfReach));
  }

  private static Branches branches(Map<Transaction, Branches> all, BranchId id) {
    return all.computeIfAbsent(Transaction.of(id), transaction -> new Branches(id));
  }

  // A database throws whatever its driver does: it becomes a line of the answer.
  @SuppressWarnings("CatchingUnchecked")
  private static void ask(
      Participant participant, Map<Transaction, Branches> all, List<String> outOfReach) {
    try {
      for (Participant.Prepared branch : participant.prepared()) {
        branches(all, branch.id()).elsewhere.add(Elsewhere.of(participant, branch));
      }
    } catch (Exception e) {
      outOfReach.add("'" + participant.name() + "' does not answer: " + e);
    }
  }

  /** A transaction has more than one branch in a log only if its manager makes it so. */
  private List<Case> cases(Branches branches, List<String> outOfReach) {
    Decision decision = decision(branches.any, outOfReach);
    List<OtherBranch> elsewhere =
        branches.elsewhere.stream().sorted(Comparator.comparing(OtherBranch::since)).toList();
    if (branches.own.isEmpty()) {
      return List.of(found(Optional.empty(), decision, elsewhere));
    }
    return branches.own.stream()
        .map(own -> found(Optional.of(own.shown()), decision, elsewhere))
        .toList();
  }

  private static Case found(
      Optional<InDoubt> here, Decision decision, List<OtherBranch> elsewhere) {
    Instant since =
        Stream.concat(here.stream().map(InDoubt::since), elsewhere.stream().map(OtherBranch::since))
            .min(Comparator.naturalOrder())
            .orElseThrow();
    return new Found(here, decision, elsewhere, since);
  }

  private Decision decision(BranchId id, List<String> outOfReach) {
    try {
      return binding.decision(id);
    } catch (RuntimeException e) {
      String problem = "the transaction manager does not answer: " + e;
      if (!outOfReach.contains(problem)) {
        outOfReach.add(problem);
      }
      return Decision.UNKNOWN;
    }
  }
}
