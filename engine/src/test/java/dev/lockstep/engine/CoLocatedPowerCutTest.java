package dev.lockstep.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Headers;
import dev.lockstep.LockstepException;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.TransactionRecords;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A transaction manager, as a model, that keeps its decisions in the log and has prepares, commits
 * and removals go without a force; beside the log a database whose answers are always durable. The
 * power is cut at every operation, and at every operation of the recovery after that. Afterwards
 * the database and the log agree about every transaction; what was decided is committed, and what
 * was not is not.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class CoLocatedPowerCutTest {
  private static final long SEED = 20251127;
  private static final AtomicInteger CUTS = new AtomicInteger();
  private static final String TYPE = "decision";
  private static final List<Loss> LOSSES = List.of(Loss.values());

  private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void begin() {
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
  }

  @AfterEach
  void end() {
    Thread.setDefaultUncaughtExceptionHandler(null);
    assertThat(uncaught).isEmpty();
  }

  @AfterAll
  static void report() {
    System.out.println(
        "CoLocatedPowerCutTest: examined " + CUTS.get() + " power cuts, seed " + SEED);
  }

  /** What the world outside the log knows of a transaction. */
  private enum Known {
    /** Its decision was not even asked for. */
    UNDECIDED,
    /** The log was asked to write the decision, and has not answered. */
    ASKED,
    /** The write of the decision has returned. */
    DECIDED
  }

  /** Where the branch in the database is. */
  private enum Row {
    NONE,
    PREPARED,
    COMMITTED
  }

  /** All that survives every cut, since it is not in the log. */
  private record World(Map<Integer, Known> known, Map<Integer, Row> rows) {
    World() {
      this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
    }

    World copy() {
      return new World(new ConcurrentHashMap<>(known), new ConcurrentHashMap<>(rows));
    }
  }

  @FunctionalInterface
  private interface Scenario {
    void run(Engine engine, World world) throws InterruptedException;
  }

  private static byte[] name(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static BranchId id(int number) {
    return BranchId.of(131_077, name(number), new byte[] {1});
  }

  private static TransactionRecords records(Engine engine) {
    return engine.log().records().orElseThrow();
  }

  /** The sequence of a transaction manager whose records lie in the log. */
  private static void transaction(Engine engine, World world, int number) {
    prepare(engine, world, number);
    decide(engine, world, number);
    engine.log().commit(id(number), Forcing.DEFERRED);
    world.rows().put(number, Row.COMMITTED);
    records(engine).remove(TYPE, name(number));
  }

  private static void prepare(Engine engine, World world, int number) {
    world.known().put(number, Known.UNDECIDED);
    world.rows().put(number, Row.NONE);
    Branch branch = engine.log().begin(id(number));
    for (int i = 0; i < 2; i++) {
      byte[] payload = Arrays.copyOf((number + "/" + i + ".").getBytes(UTF_8), 200 + number * 40);
      branch.append(new Envelope("orders", Optional.of(name(i)), payload, Headers.empty()));
    }
    branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0], Forcing.DEFERRED);
    world.rows().put(number, Row.PREPARED);
  }

  private static void decide(Engine engine, World world, int number) {
    world.known().put(number, Known.ASKED);
    records(engine).write(TYPE, name(number), new byte[300]);
    world.known().put(number, Known.DECIDED);
  }

  /** Presumed abort: what has a record is committed, all else is rolled back. */
  private static void recover(Engine engine, World world) {
    Set<Integer> decided = new HashSet<>();
    for (byte[] key : records(engine).keys(TYPE)) {
      decided.add(ByteBuffer.wrap(key).getInt());
    }
    List<Undecided> prepared = engine.log().undecided(Decider.TRANSACTION_MANAGER);
    for (int number : decided) {
      if (prepared.stream().anyMatch(branch -> branch.id().equals(id(number)))) {
        engine.log().commit(id(number));
      }
      assertThat(world.rows().get(number)).isNotEqualTo(Row.NONE);
      world.rows().put(number, Row.COMMITTED);
      records(engine).remove(TYPE, name(number));
    }
    for (Undecided branch : prepared) {
      if (!decided.contains(ByteBuffer.wrap(branch.id().globalId()).getInt())) {
        engine.log().rollback(branch.id());
      }
    }
    world
        .rows()
        .replaceAll(
            (number, row) -> row == Row.PREPARED && !decided.contains(number) ? Row.NONE : row);
  }

  private static void examine(Engine engine, World world) {
    assertThat(engine.log().undecided(Decider.TRANSACTION_MANAGER)).isEmpty();
    assertThat(records(engine).keys(TYPE)).isEmpty();
    Map<Integer, List<String>> found = new TreeMap<>();
    if (engine.topics().find("orders").isPresent()) {
      try (Subscription audit =
          engine.log().subscribe("audit" + CUTS.get(), "orders", StartFrom.EARLIEST)) {
        for (List<Delivery> some = fetch(audit); !some.isEmpty(); some = fetch(audit)) {
          for (Delivery delivery : some) {
            String text = new String(delivery.envelope().payload(), UTF_8);
            String[] parts = text.substring(0, text.indexOf('.')).split("/", 2);
            found
                .computeIfAbsent(Integer.valueOf(parts[0]), any -> new ArrayList<>())
                .add(parts[1]);
          }
        }
      }
    }
    assertThat(world.known().keySet()).containsAll(found.keySet());
    world
        .known()
        .forEach(
            (number, known) -> {
              Row row = world.rows().get(number);
              List<String> messages = found.getOrDefault(number, List.of());
              assertThat(messages).as("messages of %s, %s", number, known).isIn(whole(row));
              switch (known) {
                case UNDECIDED -> assertThat(row).as("row %s", number).isEqualTo(Row.NONE);
                case DECIDED -> assertThat(row).as("row %s", number).isEqualTo(Row.COMMITTED);
                case ASKED -> assertThat(row).isIn(Row.NONE, Row.COMMITTED);
              }
            });
  }

  private static List<List<String>> whole(Row row) {
    return row == Row.COMMITTED
        ? List.of(List.of("0", "1"), List.of("1", "0"))
        : List.of(List.of());
  }

  private static List<Delivery> fetch(Subscription member) {
    return member.fetch(1000, Duration.ZERO);
  }

  /** One life, in which the power may be cut; says whether it was. */
  private static boolean life(PowerCutStorage storage, World world, Scenario scenario, int n)
      throws IOException, InterruptedException {
    storage.cutAfter(n);
    Engine engine;
    try {
      engine = TestLogs.open(storage);
    } catch (PowerCut e) {
      return true;
    }
    try {
      scenario.run(engine, world);
    } catch (LockstepException e) {
      if (storage.operations() < n) {
        throw new AssertionError("the power is on in " + storage, e);
      }
    } finally {
      TestLogs.closeFailed(engine);
    }
    return storage.operations() >= n;
  }

  private static void everywhere(String name, Scenario scenario) throws Exception {
    boolean cut = true;
    for (int n = 1; cut; n++) {
      PowerCutStorage storage = new PowerCutStorage(SEED + n);
      World world = new World();
      cut = life(storage, world, scenario, n);
      for (Loss loss : LOSSES) {
        String where = name + ", operation " + n + ", " + loss + ", seed " + SEED;
        check(where, storage.afterCut(loss), world.copy());
      }
    }
  }

  private static void check(String where, PowerCutStorage storage, World world) throws Exception {
    CUTS.incrementAndGet();
    try {
      PowerCutStorage next = storage;
      for (int life = 0; life < 2; life++) {
        Engine engine = TestLogs.open(next);
        try {
          recover(engine, world);
          examine(engine, world);
        } finally {
          next = next.afterCut(life == 0 ? Loss.DROP : Loss.KEEP);
          TestLogs.closeFailed(engine);
        }
      }
    } catch (LockstepException | AssertionError e) {
      throw new AssertionError(where, e);
    }
  }

  private static void createTopic(Engine engine) {
    engine.topics().create(TopicConfig.of("orders").partitions(2));
  }

  @Test
  void oneAfterTheOther() throws Exception {
    everywhere(
        "one after the other",
        (engine, world) -> {
          createTopic(engine);
          for (int i = 0; i < 5; i++) {
            transaction(engine, world, i);
          }
        });
  }

  @Test
  void whatIsGivenUpAtEachPoint() throws Exception {
    everywhere(
        "given up at each point",
        (engine, world) -> {
          createTopic(engine);
          prepare(engine, world, 0); // the database's prepare fails
          engine.log().rollback(id(0));
          world.rows().put(0, Row.NONE);
          prepare(engine, world, 1); // never decided
          transaction(engine, world, 2);
          prepare(engine, world, 3);
          decide(engine, world, 3); // the database can't be told
          engine.log().commit(id(3), Forcing.DEFERRED);
          records(engine).write(TYPE, name(3), new byte[200]); // with what is left to do
          prepare(engine, world, 4);
          decide(engine, world, 4); // nobody is told
          transaction(engine, world, 5);
        });
  }

  @Test
  void withCheckpointsInBetween() throws Exception {
    everywhere(
        "with checkpoints",
        (engine, world) -> {
          createTopic(engine);
          prepare(engine, world, 0);
          engine.reclaimNow();
          decide(engine, world, 0);
          engine.reclaimNow();
          engine.log().commit(id(0), Forcing.DEFERRED);
          world.rows().put(0, Row.COMMITTED);
          engine.reclaimNow();
          records(engine).remove(TYPE, name(0));
          transaction(engine, world, 1);
          engine.reclaimNow();
          transaction(engine, world, 2);
        });
  }

  @Test
  void severalAtATime() throws Exception {
    everywhere(
        "several at a time",
        (engine, world) -> {
          createTopic(engine);
          List<Thread> threads = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            int first = i * 10;
            Thread thread =
                new Thread(
                    () -> {
                      for (int j = 0; j < 3; j++) {
                        transaction(engine, world, first + j);
                      }
                    });
            Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
            thread.setUncaughtExceptionHandler((any, failure) -> failures.add(failure));
            threads.add(thread);
            thread.start();
          }
          for (Thread thread : threads) {
            thread.join();
          }
        });
  }

  @Test
  void secondCutsDuringRecovery() throws Exception {
    Scenario work =
        (engine, world) -> {
          createTopic(engine);
          for (int i = 0; i < 4; i++) {
            transaction(engine, world, i);
          }
        };
    for (int first = 14; first < 60; first += 3) {
      PowerCutStorage base = new PowerCutStorage(SEED);
      World world = new World();
      life(base, world, work, first);
      for (Loss loss : LOSSES) {
        boolean cut = true;
        for (int n = 1; cut; n += 2) {
          String where =
              "operation " + first + ", " + loss + ", then operation " + n + ", seed " + SEED;
          PowerCutStorage storage = base.afterCut(loss);
          World copy = world.copy();
          cut = life(storage, copy, CoLocatedPowerCutTest::recover, n);
          check(where, storage.afterCut(LOSSES.get(n % LOSSES.size())), copy);
        }
      }
    }
  }
}
