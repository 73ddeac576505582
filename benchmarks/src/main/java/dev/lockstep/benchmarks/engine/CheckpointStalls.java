package dev.lockstep.benchmarks.engine;

import dev.lockstep.Durability;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Rounds;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** How long checkpoints make commits wait, with 1,000 partitions to copy the state of. */
final class CheckpointStalls implements Benchmark {
  private static final long SEGMENT_BYTES = 4 << 20;
  private static final long QUICK_SEGMENT_BYTES = 1 << 20;
  private static final int PARTITIONS = 1_000;
  private static final int KEYS = 1 << 14;
  private static final int BATCH = 100;
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
    List<double[]> rounds = rounds(session, durability);
    session.ratio(
        Ratio.atMost(
            name,
            Series.median(rounds.stream().mapToDouble(CheckpointStalls::high).toArray()),
            5,
            String.format(
                Locale.ROOT,
                "pauses for checkpoints, in ms, durability %s: p99 of a round, or its longest where"
                    + " there are fewer than 100; median of %d rounds with %d pauses, the longest of"
                    + " which took %.2f",
                durability,
                rounds.size(),
                rounds.stream().mapToInt(round -> round.length).sum(),
                rounds.stream().flatMapToDouble(Arrays::stream).max().orElseThrow())));
  }

  private static double high(double[] pauses) {
    return Series.percentile(99, pauses);
  }

  /** The pauses of each round, without those of the first, which warms up. */
  private static List<double[]> rounds(Session session, Durability durability) throws Exception {
    byte[] payload = Payloads.of(Payloads.BYTES);
    LockstepConfig.Builder config =
        LockstepConfig.builder()
            .dataDir(session.directory("checkpoint"))
            .durability(durability)
            .segmentSize(
                session.rounds().equals(Rounds.QUICK) ? QUICK_SEGMENT_BYTES : SEGMENT_BYTES)
            .maxMessageBytes(1 << 16);
    try (OpenLog log = OpenLog.open(config)) {
      log.lockstep().topics().create(TopicConfig.of(TOPIC).partitions(PARTITIONS));
      Producer<byte[]> producer = log.lockstep().producer(TOPIC, byte[].class);
      Load.Step sender = sender(log, producer, payload);
      List<double[]> rounds = new ArrayList<>();
      for (int i = 0; i <= session.rounds().count(); i++) {
        rounds.add(round(log.forces(), session.rounds().length(), sender));
        session.progress(
            String.format(
                Locale.ROOT,
                "checkpoint: round %d/%d, %d pauses, p99 %.2f ms",
                i,
                session.rounds().count(),
                rounds.get(i).length,
                high(rounds.get(i))));
      }
      return rounds.subList(1, rounds.size());
    }
  }

  /** Lasts until there was a checkpoint. */
  private static double[] round(Forces forces, Duration length, Load.Step sender) throws Exception {
    int before = forces.pauses().size();
    do {
      Load.run(1, length, thread -> sender);
    } while (forces.pauses().size() == before);
    List<Duration> pauses = forces.pauses();
    return pauses.subList(before, pauses.size()).stream()
        .mapToDouble(CheckpointStalls::millis)
        .toArray();
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
