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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sends everything again after a power cut, as a producer does that does not know what became of
 * it: each message is there once, whatever was cut, and under the identity that was certain.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class DeduplicationPowerCutTest {
  private static final long SEED = 20_260_306;
  private static final int KEYS = 12;

  /** What the sender knows: the identity of what is certainly committed. */
  private final Map<String, MessageId> committed = new HashMap<>();

  /** The keys of each branch that was left in doubt, as far as the sender knows. */
  private final Map<BranchId, Map<String, MessageId>> inDoubt = new HashMap<>();

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
      committed.clear();
      inDoubt.clear();
      cut = life(storage, compression, n);
      for (Loss loss : Loss.values()) {
        for (boolean commit : new boolean[] {true, false}) {
          examine(storage.afterCut(loss), commit, "operation " + n + ", " + loss + ", " + storage);
          cuts++;
        }
      }
    }
    assertThat(cuts).isGreaterThan(100);
    System.out.println(
        "DeduplicationPowerCutTest: examined " + cuts + " cuts, " + compression + ", seed " + SEED);
  }

  private boolean life(PowerCutStorage storage, Compression compression, int n) throws IOException {
    storage.cutAfter(n);
    Engine engine;
    try {
      engine = TestLogs.open(storage);
    } catch (PowerCut e) {
      return true;
    }
    try {
      work(engine, compression);
    } catch (LockstepException e) {
      assertThat(storage.operations()).as("the power is on").isGreaterThanOrEqualTo(n);
    } finally {
      TestLogs.closeFailed(engine);
    }
    return storage.operations() >= n;
  }

  private void work(Engine engine, Compression compression) {
    engine.topics().create(TopicConfig.of("orders").partitions(2).compression(compression));
    for (int i = 0; i < KEYS; i++) {
      String key = key(i);
      switch (i % 4) {
        case 0, 1 -> {
          Branch branch = engine.log().begin();
          MessageId id = append(branch, key);
          branch.commitOnePhase();
          committed.put(key, id);
        }
        case 2 -> {
          Branch branch = engine.log().begin(branchId(i));
          MessageId id = append(branch, key);
          inDoubt.put(branch.id(), Map.of(key, id));
          branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
        }
        default -> {
          Branch branch = engine.log().begin(branchId(i));
          MessageId id = append(branch, key);
          branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
          engine.log().commit(branch.id());
          committed.put(key, id);
        }
      }
    }
  }

  private void examine(PowerCutStorage storage, boolean commit, String where) throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().createIfAbsent(configOf(engine));
      Set<String> claimed = decideSome(engine, commit);
      Map<String, MessageId> ids = new HashMap<>();
      for (int i = 0; i < KEYS; i++) {
        Branch branch = engine.log().begin();
        MessageId id = append(branch, key(i));
        branch.commitOnePhase();
        ids.put(key(i), id);
        if (committed.containsKey(key(i))) {
          assertThat(id).as("%s at %s", key(i), where).isEqualTo(committed.get(key(i)));
        }
      }
      assertThat(readAll(engine))
          .as(where)
          .extracting(Delivery::id)
          .containsExactlyInAnyOrderElementsOf(ids.values());
      for (Map<String, MessageId> branch : inDoubt.values()) {
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
  private Set<String> decideSome(Engine engine, boolean commit) {
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
