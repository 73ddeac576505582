package dev.lockstep.benchmarks.engine;

import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What reaches the file system for each byte of a message, all that the engine does included. */
final class WriteAmplification implements Benchmark {
  private static final Path COUNTERS = Path.of("/proc/self/io");
  private static final String WRITTEN = "wchar: ";
  private static final int MESSAGE_BYTES = 1 << 10;
  private static final int BATCH = 100;
  private static final long SEGMENT_BYTES = 16 << 20;
  private static final long RETAINED_BYTES = 64 << 20;
  private static final int TIME_FACTOR = 4;
  private static final String KEY = "0123456789";
  private static final String TOPIC = "amplified";

  @Override
  public String name() {
    return "amplification";
  }

  @Override
  public String description() {
    return "what is written for each byte of a message";
  }

  @Override
  public void run(Session session) throws Exception {
    Optional<Long> before = written();
    if (before.isEmpty()) {
      session.fact("Write amplification", "not measured: there is no " + COUNTERS);
      return;
    }
    long messages = send(session);
    double written = written().orElseThrow() - before.get();
    session.fact(
        "Write amplification",
        "what the process handed to the operating system (wchar of "
            + COUNTERS
            + "), zeros of new segments, indexes and checkpoints included, by keys and payloads; "
            + messages
            + " messages of 1 KiB, batches of 100, each forced, in a topic that keeps 64 MiB,"
            + " segments of 16 MiB");
    session.ratio(
        Ratio.atMost(
            "write-amplification",
            written / messages / (MESSAGE_BYTES + KEY.length()),
            1.5,
            "bytes written for each byte of a message"));
  }

  private static long send(Session session) throws Exception {
    byte[] payload = Payloads.of(MESSAGE_BYTES);
    LockstepConfig.Builder config =
        LockstepConfig.builder()
            .dataDir(session.directory("amplification"))
            .segmentSize(SEGMENT_BYTES);
    try (OpenLog log = OpenLog.open(config)) {
      log.lockstep().topics().create(TopicConfig.of(TOPIC).retainBytes(RETAINED_BYTES));
      Producer<byte[]> producer = log.lockstep().producer(TOPIC, byte[].class);
      return Load.run(
              1,
              session.rounds().length().multipliedBy(TIME_FACTOR),
              thread -> () -> send(log, producer, payload))
          .operations();
    }
  }

  private static int send(OpenLog log, Producer<byte[]> producer, byte[] payload) {
    return log.lockstep()
        .inTransaction(
            () -> {
              for (int i = 0; i < BATCH; i++) {
                producer.send(KEY, payload);
              }
              return BATCH;
            });
  }

  /** What this process has handed to the operating system so far, where that is counted. */
  private static Optional<Long> written() throws IOException {
    if (!Files.isReadable(COUNTERS)) {
      return Optional.empty();
    }
    return Files.readAllLines(COUNTERS).stream()
        .filter(line -> line.startsWith(WRITTEN))
        .map(line -> Long.valueOf(line.substring(WRITTEN.length())))
        .findFirst();
  }
}
