package dev.lockstep.outbox;

import dev.lockstep.CommitPath;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Several databases for the half messages of one log, each by its name:
 *
 * <pre>{@code
 * JdbcTransactions shop = JdbcTransactions.builder(shopPool).name("shop").build();
 * JdbcTransactions stock = JdbcTransactions.builder(stockPool).name("stock").build();
 * Lockstep lockstep = Lockstep.open(
 *     LockstepConfig.builder().dataDir(dir).transactions(Databases.of(shop, stock)).build());
 * shop.execute(connection -> orders.send("Ada"));    // with rows of the one,
 * stock.execute(connection -> movements.send("12")); // or of the other
 * }</pre>
 *
 * <p>One transaction has one of them: a second one on the same thread is refused, since nothing
 * would keep the two together. Each has its own marker tables, and its own check-back: where one is
 * away, the others go on.
 *
 * <p><b>With a transaction manager</b> nobody can see which database a transaction has. Where there
 * are several {@link HalfMessages}, it says so itself, with {@link HalfMessages#use}, before it
 * sends or polls.
 *
 * <p><b>The name</b> stands in the log beside each half message, and says which database decides
 * it. So it must not be given to another database. A half message whose database isn't configured
 * any more stays in doubt, and {@link #diagnose} says which name is missing ({@code LSTP-0938}).
 *
 * <p>For one log at a time. Thread-safe.
 */
public final class Databases implements TransactionBinding {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final List<Member> members;
  private volatile Optional<Attached> attached = Optional.empty();

  private record Attached(TransactionalLog log, Siblings siblings) {}

  private Databases(List<Member> members) {
    this.members = members;
  }

  /**
   * Several databases.
   *
   * @param databases {@link JdbcTransactions} and {@link HalfMessages}, each with a name of its own
   * @return the binding of all of them
   * @throws InvalidConfigException if one is none of these, or has the name of another
   */
  public static Databases of(TransactionBinding... databases) {
    List<Member> members = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long managed = Arrays.stream(databases).filter(HalfMessages.class::isInstance).count();
    for (TransactionBinding database : databases) {
      if (database instanceof JdbcTransactions plain) {
        members.add(plain.member());
      } else if (database instanceof HalfMessages half) {
        members.add(managed == 1 ? half.member() : half.memberOfMany());
      } else {
        problems.add(database + " is neither JdbcTransactions nor HalfMessages");
      }
    }
    for (Member member : members) {
      if (!names.add(member.name())) {
        problems.add(
            "two databases are called '" + member.name() + "'; give each its own with name(..)");
      }
    }
    if (members.isEmpty()) {
      problems.add("there is no database");
    }
    if (!problems.isEmpty()) {
      throw new InvalidConfigException("databases: " + String.join("; ", problems));
    }
    return new Databases(List.copyOf(members));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the thread has transactions of two of the databases; or one of
   *     a transaction manager, and nobody has said for which of several {@link HalfMessages}
   */
  @Override
  public Optional<Branch> current(TransactionalLog log) {
    Siblings siblings =
        attached
            .map(Attached::siblings)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "log " + log.id() + " is not attached to this binding, or not any more"));
    List<Member> running = siblings.running();
    if (running.isEmpty()) {
      members.forEach(Member::requireNoChoice);
      return Optional.empty();
    }
    siblings.requireNoOther(running.get(0).name());
    return running.get(0).binding().current(log);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Asks all databases at a time what became of the transactions that an earlier life of the log
   * has left, and waits for that, but not for long.
   *
   * @throws InvalidConfigException if one of them has a log already
   */
  @Override
  public void attach(TransactionalLog log) {
    Siblings siblings = new Siblings(members);
    try {
      for (Member member : members) {
        member.attachment().attach(log, member.settings(), siblings);
      }
    } catch (RuntimeException e) {
      detach(log);
      throw e;
    }
    attached = Optional.of(new Attached(log, siblings));
    members.forEach(member -> member.attachment().await());
    strangers().forEach(stranger -> LOGGER.log(Level.WARNING, "LSTP-0938: {0}", stranger));
  }

  @Override
  public void detach(TransactionalLog log) {
    members.forEach(member -> member.attachment().detach(log));
    if (attached.filter(present -> present.log() == log).isPresent()) {
      attached = Optional.empty();
    }
  }

  /** What is to be said of half messages whose database isn't configured. */
  private List<String> strangers() {
    return attached.stream()
        .flatMap(
            present ->
                present.log().undecided(Decider.DATABASE).stream()
                    .filter(branch -> HalfIds.isHalf(branch.id()))
                    .flatMap(branch -> stranger(branch, present.siblings()).stream()))
        .toList();
  }

  private static Optional<String> stranger(Undecided branch, Siblings siblings) {
    return HalfNote.decode(branch.note())
        .filter(note -> siblings.owner(note).isEmpty())
        .map(
            note ->
                new Half(branch.id(), note)
                    + " stays in doubt, since no database of that name is configured, but only "
                    + String.join(", ", siblings.names().stream().sorted().toList()));
  }

  @Override
  public List<CommitPath> paths() {
    return List.of(CommitPath.HALF_MESSAGE);
  }

  @Override
  public Decision decision(BranchId branch) {
    return attached
        .flatMap(
            present ->
                Half.find(present.log(), branch)
                    .map(undecided -> decision(undecided, present.siblings())))
        .orElse(Decision.UNKNOWN);
  }

  private Decision decision(Undecided branch, Siblings siblings) {
    Optional<String> owner = HalfNote.decode(branch.note()).flatMap(siblings::owner);
    stranger(branch, siblings)
        .ifPresent(
            why -> {
              throw new IllegalStateException(why + " [LSTP-0938]");
            });
    return members.stream()
        .filter(member -> owner.filter(member.name()::equals).isPresent())
        .findFirst()
        .map(member -> member.attachment().decision(branch))
        .orElse(Decision.UNKNOWN);
  }

  @Override
  public Optional<String> waitsFor(Undecided branch) {
    return Half.waitsFor(branch);
  }

  @Override
  public List<Finding> diagnose() {
    List<Finding> findings = new ArrayList<>();
    members.forEach(member -> findings.addAll(member.attachment().diagnose()));
    strangers()
        .forEach(
            stranger ->
                findings.add(
                    Finding.warn(
                        "LSTP-0938",
                        stranger,
                        "configure it under that name; if it is lost, find out by other means how"
                            + " the transaction ended, and decide by hand, through"
                            + " Lockstep.transactions()")));
    return findings;
  }
}
