package dev.lockstep.benchmarks.engine;

import dev.lockstep.Durability;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** How long checkpoints make commits wait, with 1,000 partitions to copy the state of. */
final class CheckpointStalls implements Benchmark {
  private static final long SEGMENT_BYTES = 4 << 20;
  private static final int PARTITIONS = 1_000;
  private static final int KEYS = 1 << 14;
  private static final int BATCH = 100;
  private static final int TIME_FACTOR = 3;
  private static final String TOPIC = "checkpointed";

  @Override
  public String name() {
    return "checkpoint";
  }

  @Override
  public String description() {
    return "how long checkpoints make commits wait, with and without forces";
  }

  @Override
  public void run(Session session) throws Exception {
    session.fact(
        "Checkpoints",
        "one thread sends batches of "
            + BATCH
            + " messages over "
            + PARTITIONS
            + " partitions; segments of 4 MiB, and so a checkpoint every 4 MiB; the pause is what the"
            + " thread that writes the log spends on a checkpoint");
    measure(session, Durability.FORCED, "checkpoint-stall-millis");
    measure(session, Durability.OS, "checkpoint-stall-unforced-millis");
  }

  private static void measure(Session session, Durability durability, String name)
      throws Exception {
    session.progress("checkpoint: sending with durability " + durability);
    List<Duration> pauses = pauses(session, durability);
    double median = Series.median(pauses.stream().mapToDouble(CheckpointStalls::millis).toArray());
    double longest = pauses.stream().mapToDouble(CheckpointStalls::millis).max().orElseThrow();
    session.ratio(
        Ratio.atMost(
            name,
            median,
            5,
            "median pause of "
                + pauses.size()
                + " checkpoints, in ms, durability "
                + durability
                + " (longest: "
                + Math.round(longest * 100) / 100.0
                + ")"));
  }

  private static List<Duration> pauses(Session session, Durability durability) throws Exception {
    byte[] payload = Payloads.of(Payloads.BYTES);
    LockstepConfig.Builder config =
        LockstepConfig.builder()
            .dataDir(session.directory("checkpoint"))
            .durability(durability)
            .segmentSize(SEGMENT_BYTES)
            .maxMessageBytes(1 << 20);
    OpenLog log = OpenLog.open(config);
    try (log) {
      log.lockstep().topics().create(TopicConfig.of(TOPIC).partitions(PARTITIONS));
      Producer<byte[]> producer = log.lockstep().producer(TOPIC, byte[].class);
      Load.run(
          1,
          session.rounds().length().multipliedBy(TIME_FACTOR),
          thread -> sender(log, producer, payload));
    }
    return log.forces().pauses();
  }

  private static Load.Step sender(OpenLog log, Producer<byte[]> producer, byte[] payload) {
    AtomicInteger next = new AtomicInteger();
    return () ->
        log.lockstep()
            .inTransaction(
                () -> {
                  for (int i = 0; i < BATCH; i++) {
                    producer.send(Integer.toString(next.getAndIncrement() % KEYS), payload);
                  }
                  return BATCH;
                });
  }

  private static double millis(Duration pause) {
    return pause.toNanos() / 1e6;
  }
}
