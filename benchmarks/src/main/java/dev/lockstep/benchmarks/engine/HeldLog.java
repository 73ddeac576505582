package dev.lockstep.benchmarks.engine;

import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import java.nio.file.Path;

/**
 * The process that is killed: fills a log, says so on standard output, and goes on with small
 * transactions until its end.
 */
public final class HeldLog {
  static final String TOPIC = "held";
  static final int MESSAGE_BYTES = 1 << 10;
  static final int BATCH = 1_000;

  static final int MAX_MESSAGE_BYTES = 1 << 20;

  /** Begins the line that says that the log holds what it should, and how many messages that is. */
  static final String FULL = "FULL ";

  private HeldLog() {}

  /**
   * Fills a log.
   *
   * @param arguments directory, bytes to fill it up to, segment size
   */
  public static void main(String[] arguments) {
    LockstepConfig.Builder config =
        LockstepConfig.builder()
            .dataDir(Path.of(arguments[0]))
            .segmentSize(Long.parseLong(arguments[2]))
            .maxMessageBytes(MAX_MESSAGE_BYTES);
    long bytes = Long.parseLong(arguments[1]);
    byte[] payload = Payloads.of(MESSAGE_BYTES);
    try (OpenLog log = OpenLog.open(config)) {
      log.lockstep().topics().create(TopicConfig.of(TOPIC));
      Producer<byte[]> producer = log.lockstep().producer(TOPIC, byte[].class);
      long sent = 0;
      while (log.forces().bytes() < bytes) {
        send(log, producer, payload, BATCH);
        sent += BATCH;
      }
      System.out.println(FULL + sent);
      System.out.flush();
      while (!Thread.currentThread().isInterrupted()) {
        send(log, producer, payload, 1);
      }
    }
  }

  private static void send(OpenLog log, Producer<byte[]> producer, byte[] payload, int count) {
    log.lockstep()
        .inTransaction(
            () -> {
              for (int i = 0; i < count; i++) {
                producer.send(payload);
              }
              return count;
            });
  }
}
