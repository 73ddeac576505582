package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Compression;
import dev.lockstep.DuplicateInFlightException;
import dev.lockstep.Headers;
import dev.lockstep.LockstepException;
import dev.lockstep.MessageId;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sends everything again after a power cut, as a producer does that does not know what became of
 * it: each message is there once, whatever was cut, and under the identity that was certain.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class DeduplicationPowerCutTest {
  private static final long SEED = 20_260_306;
  private static final int KEYS = 12;

  /**
   * What the sender knows.
   *
   * @param committed the identity of what is certainly committed
   * @param inDoubt the keys of each branch that was left in doubt
   */
  private record Known(
      Map<String, MessageId> committed, Map<BranchId, Map<String, MessageId>> inDoubt) {
    static Known nothing() {
      return new Known(new HashMap<>(), new HashMap<>());
    }

    Known copy() {
      return new Known(new HashMap<>(committed), new HashMap<>(inDoubt));
    }
  }

  private static String key(int n) {
    return "once" + n;
  }

  private static BranchId branchId(int n) {
    return BranchId.of(7, new byte[] {(byte) n}, new byte[] {1});
  }

  private static MessageId append(Branch branch, String key) {
    return branch.append(
        new Envelope(
            "orders",
            Optional.of(key.getBytes(StandardCharsets.UTF_8)),
            new byte[300],
            Headers.empty(),
            Kind.MESSAGE,
            Optional.empty(),
            Optional.of(key)));
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void everyKeyIsThereOnce(Compression compression) throws IOException {
    int cuts = 0;
    boolean cut = true;
    for (int n = 1; cut; n++) {
      PowerCutStorage storage = new PowerCutStorage(SEED + n);
      Known known = Known.nothing();
      life(storage, n, engine -> work(engine, compression, known));
      cut = storage.operations() >= n;
      for (Loss loss : Loss.values()) {
        for (boolean commit : new boolean[] {true, false}) {
          String where = "operation " + n + ", " + loss + ", " + storage;
          examine(storage.afterCut(loss), known, commit, where);
          cuts++;
        }
      }
    }
    CutFloor.KEYS.reached(cuts, SEED);
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void everyKeyIsThereOnceAfterASecondCut(Compression compression) throws Exception {
    int cuts = new SecondLives(SEED, 11, 5).run(new Twice(compression));
    CutFloor.KEYS_TWICE.reached(cuts, SEED);
  }

  /** A second life sends some of the keys again. */
  private static final class Twice implements SecondLives.Trial<Known> {
    private final Compression compression;
    private int cuts;

    Twice(Compression compression) {
      this.compression = compression;
    }

    @Override
    public Known first(PowerCutStorage storage, int cut) throws IOException {
      Known known = Known.nothing();
      life(storage, cut, engine -> work(engine, compression, known));
      return known;
    }

    @Override
    public Known second(PowerCutStorage storage, Known known, int cut) throws IOException {
      Known copy = known.copy();
      life(storage, cut, engine -> sendAgain(engine, copy));
      return copy;
    }

    @Override
    public void examine(PowerCutStorage left, Known known, String where) throws IOException {
      DeduplicationPowerCutTest.examine(left, known, cuts++ % 2 == 0, where);
    }
  }

  private static void sendAgain(Engine engine, Known known) {
    engine.topics().createIfAbsent(configOf(engine));
    engine.reclaimNow();
    for (int i = 0; i < KEYS; i += 2) {
      String key = key(i);
      Branch branch = engine.log().begin();
      MessageId id;
      try {
        id = append(branch, key);
      } catch (DuplicateInFlightException e) {
        branch.rollback();
        continue; // its branch is in doubt
      }
      branch.commitOnePhase();
      MessageId before = known.committed().putIfAbsent(key, id);
      assertThat(before == null || before.equals(id)).as("the identity of %s", key).isTrue();
    }
  }

  private static void life(PowerCutStorage storage, int n, Consumer<Engine> life)
      throws IOException {
    storage.cutAfter(n);
    Engine engine;
    try {
      engine = open(storage);
    } catch (PowerCut e) {
      return;
    }
    try {
      life.accept(engine);
    } catch (LockstepException e) {
      if (storage.operations() < n) {
        throw new AssertionError("the power is on in " + storage, e);
      }
    } finally {
      TestLogs.closeFailed(engine);
    }
  }

  private static Engine open(PowerCutStorage storage) throws IOException {
    return TestLogs.openWithoutTick(storage, TestLogs.config(), Clock.systemUTC());
  }

  private static void work(Engine engine, Compression compression, Known known) {
    engine.topics().create(TopicConfig.of("orders").partitions(2).compression(compression));
    for (int i = 0; i < KEYS; i++) {
      String key = key(i);
      switch (i % 4) {
        case 0, 1 -> {
          Branch branch = engine.log().begin();
          MessageId id = append(branch, key);
          branch.commitOnePhase();
          known.committed().put(key, id);
        }
        case 2 -> {
          Branch branch = engine.log().begin(branchId(i));
          MessageId id = append(branch, key);
          known.inDoubt().put(branch.id(), Map.of(key, id));
          branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
        }
        default -> {
          Branch branch = engine.log().begin(branchId(i));
          MessageId id = append(branch, key);
          branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
          engine.log().commit(branch.id());
          known.committed().put(key, id);
        }
      }
    }
  }

  private static void examine(PowerCutStorage storage, Known known, boolean commit, String where)
      throws IOException {
    try (Engine engine = open(storage)) {
      engine.topics().createIfAbsent(configOf(engine));
      Set<String> claimed = decideSome(engine, commit);
      Map<String, MessageId> ids = new HashMap<>();
      for (int i = 0; i < KEYS; i++) {
        Branch branch = engine.log().begin();
        MessageId id = append(branch, key(i));
        branch.commitOnePhase();
        ids.put(key(i), id);
        if (known.committed().containsKey(key(i))) {
          assertThat(id).as("%s at %s", key(i), where).isEqualTo(known.committed().get(key(i)));
        }
      }
      assertThat(readAll(engine))
          .as(where)
          .extracting(Delivery::id)
          .containsExactlyInAnyOrderElementsOf(ids.values());
      for (Map<String, MessageId> branch : known.inDoubt().values()) {
        branch.forEach(
            (key, id) -> {
              if (claimed.contains(key)) {
                assertThat(ids.get(key).equals(id)).as("%s at %s", key, where).isEqualTo(commit);
              }
            });
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new AssertionError("after a cut at " + where + ", seed " + SEED, e);
    }
  }

  private static TopicConfig configOf(Engine engine) {
    return engine
        .topics()
        .find("orders")
        .map(info -> info.config())
        .orElse(TopicConfig.of("orders").partitions(2));
  }

  /** Tries the keys of the branches in doubt, then decides those; says which keys they were. */
  private static Set<String> decideSome(Engine engine, boolean commit) {
    Set<String> claimed = new HashSet<>();
    for (Undecided undecided : engine.log().undecided(Decider.TRANSACTION_MANAGER)) {
      int n = undecided.id().globalId()[0];
      Branch other = engine.log().begin();
      assertThatThrownBy(() -> append(other, key(n)))
          .isInstanceOf(DuplicateInFlightException.class);
      other.rollback();
      if (commit) {
        engine.log().commit(undecided.id());
      } else {
        engine.log().rollback(undecided.id());
      }
      claimed.add(key(n));
    }
    return claimed;
  }

  private static List<Delivery> readAll(Engine engine) {
    List<Delivery> all = new ArrayList<>();
    try (Subscription member = engine.log().subscribe("audit", "orders", StartFrom.EARLIEST)) {
      List<Delivery> some = member.fetch(1000, Duration.ZERO);
      while (!some.isEmpty()) {
        all.addAll(some);
        some = member.fetch(1000, Duration.ZERO);
      }
    }
    return all;
  }
}
