package dev.lockstep.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.LockstepException;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * A log and its model, which go through the same operations, one after the other.
 *
 * <p>What an operation was told is certain. Of one that a power cut ended, the log shows all or
 * nothing afterwards, and the model adopts what it shows.
 */
final class History implements AutoCloseable {
  private final SteppingClock clock = new SteppingClock();
  private final Map<Membership, List<Subscription>> members = new LinkedHashMap<>();
  private final List<Sent> abandoned = new ArrayList<>();
  private final Counts counts;
  private final Manager manager = new Manager();
  private PowerCutStorage storage;
  private OpenLog log;
  private Model model = new Model();
  private List<Model> possible = List.of();
  private Loss nextLoss = Loss.DROP;
  private long names;

  History(long seed, Counts counts) throws IOException {
    this.counts = counts;
    this.storage = new PowerCutStorage(seed);
    this.log = open(storage);
  }

  /** A manager of no transactions that says what it is told to. */
  private static final class Manager implements TransactionBinding {
    private Decision decision = Decision.UNKNOWN;

    @Override
    public Optional<Branch> current(TransactionalLog of) {
      return Optional.empty();
    }

    @Override
    public Decision decision(BranchId branch) {
      return decision;
    }
  }

  private OpenLog open(PowerCutStorage of) throws IOException {
    return OpenLog.open(of, clock, manager);
  }

  OpenLog log() {
    return log;
  }

  /** From now on this is proven of all transactions in doubt. */
  void prove(Decision decision) {
    manager.decision = decision;
  }

  Model model() {
    return model;
  }

  SteppingClock clock() {
    return clock;
  }

  long now() {
    return clock.millis();
  }

  /** A number that was never given before. */
  long name() {
    return ++names;
  }

  /** Performs an operation; if the power is cut meanwhile, opens the log again. */
  void perform(Operation operation) throws IOException {
    counts.operation(operation);
    possible = List.of(model);
    try {
      operation.on(this);
    } catch (LockstepException e) {
      if (!isOff()) {
        throw new AssertionError("the power is on in " + storage, e);
      }
      crash(nextLoss, List.of());
    }
  }

  /**
   * What a look at the log finds while the power is on. A background thread may meet the cut while
   * somebody reads: then what is read is sound, and may be a part of what is there.
   *
   * @throws ReadFailedException if the power is off afterwards
   */
  <T> T powered(Supplier<T> look) {
    T found = look.get();
    if (isOff()) {
      throw new ReadFailedException("the power went off meanwhile");
    }
    return found;
  }

  private boolean isOff() {
    try {
      storage.names();
      return false;
    } catch (PowerCut e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Does something, and what it does to the model. */
  void change(Runnable call, Consumer<Model> effect) {
    change(
        () -> {
          call.run();
          return true;
        },
        effect);
  }

  /** Does something, and what it does to the model. */
  <T> T change(Supplier<T> call, Consumer<Model> effect) {
    Model before = model;
    before.remember(clock.latest());
    Model after = model.copy();
    effect.accept(after);
    T result;
    try {
      result = call.get();
    } catch (OutcomeUnknownException e) {
      possible = List.of(before, after);
      throw e;
    }
    model = after;
    possible = List.of(model);
    model.settle((topic, p) -> log.topics().find(topic).orElseThrow().endOffset(p));
    return result;
  }

  /** Does what must be refused; a power cut may come first. */
  void refused(Runnable call, Class<? extends LockstepException> as) {
    try {
      call.run();
    } catch (LockstepException e) {
      if (as.isInstance(e)) {
        return;
      }
      throw e;
    }
    throw new AssertionError("not refused as " + as.getSimpleName());
  }

  /** Leaves a branch open that has sent these. */
  void abandon(List<Sent> sent) {
    abandoned.addAll(sent);
  }

  /** What branches have sent that are open or in doubt. */
  List<Sent> undecided() {
    List<Sent> undecided = new ArrayList<>(abandoned);
    model.inDoubt().values().forEach(doubt -> undecided.addAll(doubt.sent()));
    return undecided;
  }

  boolean mayBeGone(Sent sent) {
    return model.mayBeGone(sent, clock.latest());
  }

  /** A member of the group: the first, or a new one. */
  Subscription member(Membership by) {
    List<Subscription> present = members.computeIfAbsent(by, b -> new ArrayList<>());
    return present.isEmpty() ? join(by, StartFrom.EARLIEST) : present.get(0);
  }

  /** A new member of the group. */
  Subscription join(Membership by, StartFrom start) {
    Supplier<Subscription> subscribe = () -> log.log().subscribe(by.group(), by.topic(), start);
    Subscription member =
        model.groups().containsKey(by)
            ? subscribe.get()
            : change(subscribe, after -> after.join(by, start(by.topic(), start)));
    members.computeIfAbsent(by, b -> new ArrayList<>()).add(member);
    return member;
  }

  private LongStream start(String topic, StartFrom start) {
    return model.topics().get(topic).partitions().stream()
        .mapToLong(partition -> start == StartFrom.EARLIEST ? 0 : partition.end());
  }

  /** All members that are there now. */
  Map<Membership, List<Subscription>> members() {
    return members;
  }

  /** Cuts the power some operations of the storage later. */
  void cutSoon(int operations, Loss loss) {
    nextLoss = loss;
    storage.cutAfter(operations);
  }

  /**
   * Cuts the power now, opens the log again and compares.
   *
   * @param failedOpens after how many operations of the storage each of the opens before that is
   *     cut, too
   */
  void crash(Loss loss, List<Integer> failedOpens) throws IOException {
    counts.crash(loss);
    PowerCutStorage left = storage.afterCut(loss);
    log.abandon();
    for (int operations : failedOpens) {
      left.cutAfter(operations);
      try {
        open(left).abandon();
      } catch (PowerCut e) {
        counts.crash(loss);
      }
      left = left.afterCut(loss);
    }
    reopen(left);
  }

  /** Closes the log in order, opens it again and compares. */
  void closeAndOpen() throws IOException {
    try {
      log.close();
    } catch (LogFailedException e) {
      assertThat(isOff()).as("the power is off, after %s", e).isTrue();
      crash(nextLoss, List.of());
      return;
    }
    reopen(storage.afterCut(Loss.KEEP));
  }

  private void reopen(PowerCutStorage left) throws IOException {
    storage = left;
    members.clear();
    abandoned.clear();
    log = open(storage);
    model = adopt();
    possible = List.of(model);
  }

  /** Compares everything. */
  void compare() {
    possible = List.of(model);
    adopt();
  }

  private Model adopt() {
    Observed seen = Observed.of(log);
    List<List<String>> differences = new ArrayList<>();
    for (Model candidate : possible) {
      candidate.settle(seen::end);
      candidate.forget(seen.offsets(), clock.latest());
      List<String> some = Comparison.differences(candidate, seen);
      if (some.isEmpty()) {
        return candidate;
      }
      differences.add(some);
    }
    throw new AssertionError("the log differs from its model:\n" + differences);
  }

  @Override
  public void close() {
    log.abandon();
  }
}
