package dev.lockstep.benchmarks.engine;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Durability;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Alternation;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Sample;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.benchmarks.peers.Chronicle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends without a force, against Chronicle Queue; then reads what was sent. */
final class UnforcedAppends implements Benchmark {
  private static final int BATCH = 100;
  private static final int POLL = 1_000;
  private static final double POLL_GOAL = 2_000_000;
  private static final String TOPIC = "unforced";

  @Override
  public String name() {
    return "append";
  }

  @Override
  public String description() {
    return "sends without a force, in batches of 100, against Chronicle Queue; then polls";
  }

  @Override
  public void run(Session session) throws Exception {
    LockstepConfig.Builder config =
        LockstepConfig.builder()
            .dataDir(session.directory("unforced"))
            .durability(Durability.OS)
            .maxTransactionBytes(Payloads.BYTES * 1_000_000L);
    byte[] payload = Payloads.of(Payloads.BYTES);
    try (OpenLog log = OpenLog.open(config);
        Chronicle chronicle = Chronicle.open(session.directory("chronicle"))) {
      session.fact("Chronicle Queue", chronicle.setUp());
      log.lockstep().topics().create(TopicConfig.of(TOPIC));
      Producer<byte[]> producer = log.lockstep().producer(TOPIC, byte[].class);
      List<Series> series =
          new Alternation(session, "append without force")
              .add(
                  "Lockstep",
                  time -> Load.run(1, time, thread -> () -> sendBatch(log, producer, payload)))
              .add(
                  "Chronicle Queue",
                  time -> Load.run(1, time, thread -> () -> chronicle.append(payload, BATCH)))
              .run();
      session.ratio(
          Ratio.atLeast(
              "append-unforced",
              series.get(0).rate() / series.get(1).rate(),
              1,
              "send() without a force, 256 B, batches of 100, by Chronicle Queue"));
      poll(session, log);
    }
  }

  private static int sendBatch(OpenLog log, Producer<byte[]> producer, byte[] payload) {
    return log.lockstep()
        .inTransaction(
            () -> {
              for (int i = 0; i < BATCH; i++) {
                producer.send(payload);
              }
              return BATCH;
            });
  }

  private static void poll(Session session, OpenLog log) throws Exception {
    AtomicInteger groups = new AtomicInteger();
    Series series =
        new Alternation(session, "poll")
            .add("Lockstep", time -> poll(log, "group-" + groups.incrementAndGet(), time))
            .run()
            .get(0);
    session.fact(
        "Polling",
        "one consumer, at most "
            + POLL
            + " messages a poll, each poll in a transaction that acknowledges them, without a force;"
            + " the messages are in the page cache. A round begins at the first message, and ends at the"
            + " last one if there is time left");
    session.ratio(
        Ratio.atLeast(
            "poll-millions",
            series.rate() / 1e6,
            POLL_GOAL / 1e6,
            "messages polled and acknowledged, in millions a second"));
  }

  private static Sample poll(OpenLog log, String group, Duration time) throws Exception {
    try (Consumer<byte[]> consumer =
        log.lockstep()
            .consumer(ConsumerConfig.of(group, TOPIC, byte[].class).maxPollMessages(POLL))) {
      return Load.run(
          1,
          time,
          thread -> () -> log.lockstep().inTransaction(() -> consumer.poll(Duration.ZERO)).size());
    }
  }
}
