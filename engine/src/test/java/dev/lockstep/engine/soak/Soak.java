package dev.lockstep.engine.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.LockstepConfig;
import dev.lockstep.OnLogFailure;
import dev.lockstep.StartFrom;
import dev.lockstep.Topics.TopicInfo;
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
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A process that works for a while and then examines what it did. It ends with status 0 if nothing
 * was lost, nothing came twice, all went on until the end, the disk stayed within its budget, room
 * was given back and nothing grew.
 */
final class Soak {
  private static final long SEED = 20250101;
  private static final long BUDGET = 512 << 20;
  private static final int SENDERS = 3;
  private static final int SAMPLES = 60;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration DRAIN = Duration.ofMinutes(2);

  /**
   * How much more the last third of a run may hold than the middle one, each at its least: what
   * comes and goes does not count, what is never given back does.
   *
   * <p>In ten minutes 200 seconds lie between the two, so that a loss of 40 KiB of disk a second is
   * noticed, a hundredth of what is written meanwhile, and of 10 KiB of heap, a dozen bytes for
   * each transaction.
   */
  private static final List<Long> TOLERANCE = List.of(2L << 20, 0L, 8L, 8L << 20);

  /** One of so many transactions may find the disk full. */
  private static final int REFUSED_OF = 1000;

  /** Whose figures go up as long as anything moves. */
  private static final List<String> WORK =
      List.of(
          "transactions",
          "prepared",
          "consumed by billing",
          "consumed by audit",
          "consumed by ledger");

  private final Path directory;
  private final Duration time;
  private final Load load;
  private final List<Consumption> groups;
  private final List<Sample> samples = new ArrayList<>();
  private final List<Map<String, Long>> counts = new ArrayList<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private long largestDisk;
  private long balancesKept;

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
    Duration time = Duration.ofSeconds(Long.parseLong(args[1]));
    Watchdog.start(Watchdog.limit(time));
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
      good = new Soak(directory, time, log).run();
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
        counts.add(load.figures());
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
            + load.figures());
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

  private void examine() throws IOException {
    everythingWasConsumed();
    allWentOnUntilTheEnd();
    roomWasGivenBack();
    nothingGrew();
  }

  private void everythingWasConsumed() {
    for (Consumption group : groups) {
      load.sent()
          .forEach(
              (sender, count) ->
                  require(
                      group.consumed(sender) == count.get(),
                      group.group()
                          + " consumed "
                          + group.consumed(sender)
                          + " of "
                          + count
                          + " by "
                          + sender));
    }
  }

  private void allWentOnUntilTheEnd() {
    Map<String, Long> middle = counts.get(2 * (counts.size() / 3) - 1);
    Map<String, Long> last = counts.get(counts.size() - 1);
    for (String work : WORK) {
      long done = last.getOrDefault(work, 0L) - middle.getOrDefault(work, 0L);
      require(done > 0, work + ": none in the last third");
    }
    Map<String, Long> all = load.figures();
    long refused = all.getOrDefault("refused, disk full", 0L);
    require(
        refused * REFUSED_OF <= all.get("transactions"),
        refused + " transactions found the disk full");
  }

  /** Before anybody asks for it: what the log does by itself counts. */
  private void roomWasGivenBack() throws IOException {
    require(
        Sample.firstSegment(directory) > 0, "the first segment was neither emptied nor used again");
    require(events().firstOffset(0) > 0, "no event was removed");
    long sent = load.figures().get("transactions");
    Found balances = read(Load.BALANCES);
    balancesKept = balances.messages();
    require(balancesKept < sent / 2, balancesKept + " of " + sent + " balances are there");
    require(
        balances.latest().equals(load.balances()),
        "balances: " + balances.latest() + " instead of " + load.balances());
    require(
        Set.copyOf(Load.ARCHIVED).equals(read(Load.ARCHIVE).latest().keySet()),
        "messages that have moved are lost");
    load.log().upkeep();
    require(events().bytes() <= Load.EVENT_BYTES, "events take " + events().bytes() + " bytes");
    require(
        read(Load.BALANCES).messages() == load.balances().size(),
        read(Load.BALANCES).messages() + " balances of " + load.balances().size() + " accounts");
  }

  private TopicInfo events() {
    return load.log().topics().find(Load.EVENTS).orElseThrow();
  }

  private void nothingGrew() {
    for (int i = 0; i < Sample.NAMES.size(); i++) {
      require(
          third(i, 2) <= third(i, 1) + TOLERANCE.get(i),
          Sample.NAMES.get(i) + " grew: see the table");
    }
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      fail(new AssertionError(otherwise));
    }
  }

  /** What a new reader finds of a topic: how many messages, and the last value of each key. */
  private record Found(long messages, Map<String, String> latest) {}

  private Found read(String topic) {
    Map<String, String> latest = new HashMap<>();
    long messages = 0;
    try (Subscription reader = load.log().log().subscribe("examiner", topic, StartFrom.EARLIEST)) {
      for (List<Delivery> some = reader.fetch(1000, Duration.ZERO);
          !some.isEmpty();
          some = reader.fetch(1000, Duration.ZERO)) {
        messages += some.size();
        some.forEach(
            delivery ->
                latest.put(
                    new String(delivery.envelope().key().orElseThrow(), UTF_8),
                    new String(delivery.envelope().payload(), UTF_8)));
      }
    }
    return new Found(messages, latest);
  }

  /** The least of a figure in one third of the run. */
  private long third(int figure, int number) {
    int size = samples.size() / 3;
    return IntStream.range(number * size, (number + 1) * size)
        .mapToLong(i -> samples.get(i).figures().get(figure))
        .min()
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
            + load.figures()
            + ", balances kept "
            + balancesKept);
  }
}
