package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.GroupInUseException;
import dev.lockstep.Headers;
import dev.lockstep.LockstepException;
import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupBody.Place;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.frame.Range;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Everything that changes a group, with the power cut at every single operation. Without a cut, the
 * state of all groups is noted after each step; after a cut it must be, to the byte, what it was
 * after the last step that returned, or after the one that was under way. So what is replayed, or
 * read from a checkpoint, is what was live.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class GroupCutsTest {
  private static final long SEED = 577215;
  private static final int FORMAT = 9;
  private static final Instant START = Instant.parse("2025-01-01T00:00:00Z");
  private static final Instant LATER = START.plusSeconds(60);
  private static final SubscriptionConfig BY_KEY =
      SubscriptionConfig.of("billing", "orders", StartFrom.EARLIEST).ordering(Ordering.KEY);

  /** What was seen after each step of a life that nobody cut. */
  private final List<String> expected = new ArrayList<>();

  private int cuts;

  /** One life, step by step. */
  private static final class Life {
    private final Engine engine;
    private final List<String> seen;
    private int branches;

    private Life(Engine engine, List<String> seen) {
      this.engine = engine;
      this.seen = seen;
    }

    private void step(Runnable step) {
      step.run();
      seen.add(state(engine));
    }

    private Branch begin() {
      return engine.log().begin(BranchId.of(FORMAT, new byte[] {(byte) ++branches}, new byte[0]));
    }

    private void send(String... keys) {
      Branch branch = begin();
      for (String key : keys) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        branch.append(new Envelope("orders", Optional.of(bytes), bytes, Headers.empty()));
      }
      branch.commitOnePhase();
    }

    private void acknowledge(Branch branch, Subscription member, Delivery... deliveries) {
      for (Delivery one : deliveries) {
        branch.acknowledge(
            "billing",
            "orders",
            one.partition(),
            one.coversFrom(),
            one.offset() + 1,
            member.memberEpoch());
      }
    }

    private void park(Branch branch, Subscription member, Delivery one) {
      branch.park(
          "billing",
          "orders",
          one.partition(),
          one.offset(),
          LATER,
          one.attempt(),
          member.memberEpoch());
    }

    private void run() {
      step(() -> engine.topics().create(TopicConfig.of("orders")));
      step(() -> send("a", "b", "c", "a", "d", "e", "b", "f", "g", "h"));
      step(() -> engine.log().subscribe("other", "orders", StartFrom.LATEST).close());
      Subscription[] joined = new Subscription[1];
      step(() -> joined[0] = engine.log().subscribe(BY_KEY));
      Subscription member = joined[0];
      Delivery[] all = member.fetch(100, Duration.ZERO).toArray(new Delivery[0]);
      assertThat(all).hasSize(10);
      step(
          () -> {
            Branch branch = begin();
            acknowledge(branch, member, all[2], all[4]);
            branch.commitOnePhase();
          });
      step(
          () -> {
            Branch branch = begin();
            acknowledge(branch, member, all[5]);
            park(branch, member, all[0]);
            branch.commitOnePhase();
          });
      twoPhases(member, all);
      step(() -> engine.groups().reset("other", "orders", 0, 3));
      step(() -> engine.groups().delete("other"));
      inDoubtAndRefused(member, all);
      step(() -> joined[0] = engine.log().subscribe("plain", "orders", StartFrom.EARLIEST));
      Subscription plain = joined[0];
      step(() -> plain.seek(Map.of(0, 4L)));
      step(() -> send("x", "y".repeat(15_000), "z".repeat(15_000)));
      plain.close();
    }

    private void twoPhases(Subscription member, Delivery[] all) {
      Branch committed = begin();
      acknowledge(committed, member, all[1]);
      park(committed, member, all[9]);
      step(() -> committed.prepare(Decider.TRANSACTION_MANAGER, new byte[0]));
      step(() -> engine.log().commit(committed.id()));
      Branch rolledBack = begin();
      acknowledge(rolledBack, member, all[6]);
      park(rolledBack, member, all[7]);
      step(() -> rolledBack.prepare(Decider.TRANSACTION_MANAGER, new byte[0]));
      step(() -> engine.log().rollback(rolledBack.id()));
    }

    private void inDoubtAndRefused(Subscription member, Delivery[] all) {
      Branch inDoubt = begin();
      park(inDoubt, member, all[8]);
      step(() -> inDoubt.prepare(Decider.TRANSACTION_MANAGER, new byte[0]));
      assertThatThrownBy(() -> member.seek(Map.of(0, 0L)))
          .isInstanceOf(GroupInUseException.class)
          .hasMessageContaining(inDoubt.id().toString());
      member.close();
      assertThatThrownBy(() -> engine.groups().delete("billing"))
          .isInstanceOf(GroupInUseException.class)
          .hasMessageContaining(inDoubt.id().toString());
    }
  }

  private static String state(Engine engine) {
    Map<String, GroupBody> bodies = new TreeMap<>();
    engine.state().groups().bodies().forEach(body -> bodies.put(body.group(), body));
    List<String> inDoubt =
        engine.log().undecided(Decider.TRANSACTION_MANAGER).stream()
            .map(branch -> branch.id().toString())
            .toList();
    Map<String, List<String>> blocked = new TreeMap<>();
    for (String group : bodies.keySet()) {
      blocked.put(group, engine.groups().find(group, "orders").orElseThrow().blockedBy());
    }
    return bodies.values() + " in doubt " + inDoubt + " blocked " + blocked;
  }

  private static Engine open(PowerCutStorage storage, Instant now) throws IOException {
    return TestLogs.openWithoutTick(storage, TestLogs.config(), Clock.fixed(now, ZoneOffset.UTC));
  }

  @BeforeEach
  void expect() throws IOException {
    expected.add("[] in doubt [] blocked {}");
    try (Engine engine = open(new PowerCutStorage(SEED), START)) {
      new Life(engine, expected).run();
    }
  }

  @Test
  void everyChangeOfAGroupIsThereAsAWholeOrNotAtAll() throws Exception {
    boolean cut = true;
    for (int n = 1; cut; n++) {
      PowerCutStorage storage = new PowerCutStorage(SEED + n);
      List<String> seen = new ArrayList<>(List.of(expected.get(0)));
      cut = life(storage, seen, n);
      assertThat(seen).isEqualTo(expected.subList(0, seen.size()));
      for (Loss loss : Loss.values()) {
        examine(storage.afterCut(loss), seen.size(), "operation " + n + ", " + loss);
      }
    }
    CutFloor.GROUPS.reached(cuts, SEED);
  }

  @Test
  void secondLives() throws Exception {
    int examined = new SecondLives(SEED, 9, 7).run(new Twice());
    CutFloor.GROUPS_TWICE.reached(examined, SEED);
  }

  /** What is known is how many states may have been the last, the first one included. */
  private final class Twice implements SecondLives.Trial<Integer> {
    @Override
    public Integer first(PowerCutStorage storage, int cut) throws IOException {
      List<String> seen = new ArrayList<>(List.of(expected.get(0)));
      life(storage, seen, cut);
      return seen.size();
    }

    /** Recovers, and writes a checkpoint; that changes no group. */
    @Override
    public Integer second(PowerCutStorage storage, Integer known, int cut) throws IOException {
      storage.cutAfter(cut);
      Engine engine;
      try {
        engine = open(storage, START);
      } catch (PowerCut e) {
        return known;
      }
      try {
        engine.reclaimNow();
        assertThat(possible(known)).contains(state(engine));
      } catch (LockstepException e) {
        requirePowerIsOff(storage, cut, e);
      } finally {
        TestLogs.closeFailed(engine);
      }
      return known;
    }

    @Override
    public void examine(PowerCutStorage left, Integer known, String where) throws IOException {
      GroupCutsTest.this.examine(left, known, where);
    }
  }

  private boolean life(PowerCutStorage storage, List<String> seen, int n) throws IOException {
    storage.cutAfter(n);
    Engine engine;
    try {
      engine = open(storage, START);
    } catch (PowerCut e) {
      return true;
    }
    try {
      new Life(engine, seen).run();
    } catch (LockstepException e) {
      requirePowerIsOff(storage, n, e);
    } finally {
      TestLogs.closeFailed(engine);
    }
    return storage.operations() >= n;
  }

  private static void requirePowerIsOff(PowerCutStorage storage, int n, LockstepException e) {
    if (storage.operations() < n) {
      throw new AssertionError("the power is on in " + storage, e);
    }
  }

  private List<String> possible(int steps) {
    return expected.subList(steps - 1, Math.min(steps + 1, expected.size()));
  }

  private void examine(PowerCutStorage storage, int steps, String where) throws IOException {
    cuts++;
    String found;
    try (Engine engine = open(storage, START)) {
      found = state(engine);
      assertThat(possible(steps)).as("after %s, seed %s", where, SEED).contains(found);
    }
    PowerCutStorage next = storage.afterCut(Loss.KEEP);
    try (Engine engine = open(next, START)) {
      assertThat(state(engine)).as("from the checkpoint after %s", where).isEqualTo(found);
    }
    try (Engine engine = open(next.afterCut(Loss.DROP), LATER)) {
      assertTheRestComes(engine, where);
    }
  }

  /** What is not consumed comes, once, with the attempts that were counted; nothing else does. */
  private static void assertTheRestComes(Engine engine, String where) {
    Optional<GroupBody> body =
        engine.state().groups().bodies().stream()
            .filter(group -> group.group().equals("billing"))
            .findFirst();
    if (body.isEmpty()) {
      return;
    }
    engine
        .log()
        .undecided(Decider.TRANSACTION_MANAGER)
        .forEach(branch -> engine.log().rollback(branch.id()));
    Place place = body.get().places().get(0);
    long end = engine.topics().find("orders").orElseThrow().endOffset(0);
    Set<Long> open = new HashSet<>();
    for (long offset = place.committed(); offset < end; offset++) {
      open.add(offset);
    }
    for (Range range : place.ranges()) {
      open.removeIf(range::contains);
    }
    try (Subscription member = engine.log().subscribe(BY_KEY)) {
      Branch branch = engine.log().begin();
      for (Delivery one : member.fetch(100, Duration.ZERO)) {
        assertThat(open.remove(one.offset())).as("offset %s after %s", one, where).isTrue();
        int parkedAt =
            place.parks().stream()
                .filter(park -> park.offset() == one.offset())
                .mapToInt(Park::attempt)
                .sum();
        assertThat(one.attempt()).isEqualTo(parkedAt + 1);
        branch.acknowledge(
            "billing", "orders", 0, one.coversFrom(), one.offset() + 1, member.memberEpoch());
      }
      branch.commitOnePhase();
      assertThat(open).as("what never came, after %s", where).isEmpty();
    }
    assertThat(engine.state().groups().bodies())
        .filteredOn(group -> group.group().equals("billing"))
        .containsExactly(GroupBody.at("billing", body.get().topic(), end));
  }
}
