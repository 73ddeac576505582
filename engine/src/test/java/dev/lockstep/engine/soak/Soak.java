package dev.lockstep.engine.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.LockstepConfig;
import dev.lockstep.OnLogFailure;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A process that works for a while and then examines what it did. It ends with status 0 if nothing
 * was lost, nothing came twice, the disk stayed within its budget and nothing grew.
 */
final class Soak {
  private static final long SEED = 20250101;
  private static final long BUDGET = 512 << 20;
  private static final int SENDERS = 3;
  private static final int SAMPLES = 60;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration DRAIN = Duration.ofMinutes(2);

  /** How much more than in the first third the last third of a run may hold. */
  private static final List<Long> TOLERANCE = List.of(24L << 20, 2L, 16L, BUDGET);

  private final Path directory;
  private final Duration time;
  private final Load load;
  private final List<Consumption> groups;
  private final List<Sample> samples = new ArrayList<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private long largestDisk;

  private Soak(Path directory, Duration time, OpenLog log) {
    this.directory = directory;
    this.time = time;
    this.load = new Load(log, SEED);
    this.groups =
        List.of(
            new Consumption(load, "billing", Load.ORDERS, Optional.of(Load.INVOICES)),
            new Consumption(load, "audit", Load.ORDERS, Optional.empty()),
            new Consumption(load, "ledger", Load.INVOICES, Optional.empty()));
  }

  /**
   * Runs a soak.
   *
   * @param args the directory, and for how many seconds
   */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    LockstepConfig config =
        LockstepConfig.builder()
            .dataDir(directory)
            .segmentSize(1 << 20)
            .maxMessageBytes(64 << 10)
            .maxTransactionBytes(512 << 10)
            .diskBudget(BUDGET)
            .onLogFailure(OnLogFailure.REFUSE)
            .build();
    boolean good;
    try (OpenLog log = OpenLog.open(config)) {
      good = new Soak(directory, Duration.ofSeconds(Long.parseLong(args[1])), log).run();
    }
    System.out.println(good ? "soak: good" : "soak: FAILED");
    System.exit(good ? 0 : 1);
  }

  private boolean run() throws Exception {
    load.createTopics();
    for (Consumption group : groups) {
      group.join().close(); // the group exists before the first message can be removed
    }
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      senders.add(start("sender" + i, new Sender(load, i)));
    }
    senders.add(start("doubter", new Doubter(load, 10)));
    List<Thread> members = new ArrayList<>();
    members.add(start("billing", groups.get(0).member(20)));
    members.add(start("billing", groups.get(0).member(21)));
    members.add(start("audit", groups.get(1).member(22)));
    members.add(start("ledger", groups.get(2).member(23)));
    watch();
    load.stopSending();
    join(senders);
    drain();
    load.stopConsuming();
    join(members);
    if (failures.isEmpty()) {
      examine();
    }
    report();
    failures.forEach(Throwable::printStackTrace);
    return failures.isEmpty();
  }

  private Thread start(String name, Worker worker) {
    Thread thread =
        new Thread(
            () -> {
              try {
                worker.work();
              } catch (Throwable e) {
                fail(e);
              }
            },
            name);
    thread.start();
    return thread;
  }

  private void fail(Throwable failure) {
    failures.add(failure);
    load.fail();
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Looks at the disk all the time, and at the rest now and then. */
  private void watch() throws IOException, InterruptedException {
    long start = System.nanoTime();
    long nextSample = 0;
    while (load.isRunning()) {
      long elapsed = System.nanoTime() - start;
      if (elapsed >= time.toNanos()) {
        return;
      }
      look();
      if (elapsed >= nextSample) {
        nextSample += time.toNanos() / SAMPLES;
        samples.add(Sample.take(directory));
        if (samples.size() % 6 == 0) {
          progress(elapsed);
        }
      }
      load.awaitStop(BETWEEN_LOOKS);
    }
  }

  private void look() throws IOException {
    long disk = Sample.disk(directory);
    largestDisk = Math.max(largestDisk, disk);
    if (disk > BUDGET) {
      fail(new AssertionError("the disk holds " + disk + " bytes, the budget is " + BUDGET));
    }
  }

  private void progress(long elapsed) {
    System.out.println(
        "soak: "
            + TimeUnit.NANOSECONDS.toSeconds(elapsed)
            + " of "
            + time.toSeconds()
            + " s, "
            + samples.get(samples.size() - 1)
            + ", "
            + new TreeMap<>(load.counts()));
  }

  private void drain() throws InterruptedException {
    long end = System.nanoTime() + DRAIN.toNanos();
    while (!load.hasFailed() && groups.stream().anyMatch(group -> group.lag() > 0)) {
      if (System.nanoTime() > end) {
        fail(new AssertionError("consumers do not come to the end"));
      }
      load.pause(BETWEEN_LOOKS);
    }
  }

  private void examine() {
    for (Consumption group : groups) {
      load.sent()
          .forEach(
              (sender, count) -> {
                if (group.consumed(sender) != count.get()) {
                  fail(
                      new AssertionError(
                          group.group()
                              + " consumed "
                              + group.consumed(sender)
                              + " of "
                              + count
                              + " by "
                              + sender));
                }
              });
    }
    Map<String, String> found = balances();
    if (!found.equals(load.balances())) {
      fail(new AssertionError("balances: " + found + " instead of " + load.balances()));
    }
    for (int i = 0; i < Sample.NAMES.size(); i++) {
      if (third(i, 2) > third(i, 0) + TOLERANCE.get(i)) {
        fail(new AssertionError(Sample.NAMES.get(i) + " grew: see the table"));
      }
    }
  }

  /** The last value of each key, as a new reader finds it. */
  private Map<String, String> balances() {
    Map<String, String> found = new HashMap<>();
    try (Subscription reader =
        load.log().log().subscribe("examiner", Load.BALANCES, StartFrom.EARLIEST)) {
      for (List<Delivery> some = reader.fetch(1000, Duration.ZERO);
          !some.isEmpty();
          some = reader.fetch(1000, Duration.ZERO)) {
        some.forEach(
            delivery ->
                found.put(
                    new String(delivery.envelope().key().orElseThrow(), UTF_8),
                    new String(delivery.envelope().payload(), UTF_8)));
      }
    }
    return found;
  }

  /** The median of a figure in one third of the run. */
  private long third(int figure, int number) {
    int size = samples.size() / 3;
    return IntStream.range(number * size, (number + 1) * size)
        .mapToLong(i -> samples.get(i).figures().get(figure))
        .sorted()
        .skip(size / 2)
        .findFirst()
        .orElse(0);
  }

  private void report() {
    System.out.printf("soak: %-12s %14s %14s %14s%n", "", "first third", "second", "last");
    for (int i = 0; i < Sample.NAMES.size(); i++) {
      System.out.printf(
          "soak: %-12s %14d %14d %14d%n",
          Sample.NAMES.get(i), third(i, 0), third(i, 1), third(i, 2));
    }
    System.out.println(
        "soak: largest disk "
            + largestDisk
            + " of "
            + BUDGET
            + ", "
            + new TreeMap<>(load.counts()));
  }
}
