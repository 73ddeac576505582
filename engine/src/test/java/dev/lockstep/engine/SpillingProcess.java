package dev.lockstep.engine;

import dev.lockstep.Headers;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.StartFrom;
import dev.lockstep.TooLargeException;
import dev.lockstep.TopicConfig;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A process with a small heap and a transaction that is larger. It prints one line: how many
 * messages it found afterwards.
 */
final class SpillingProcess {
  static final int MESSAGES = 1600;
  static final int MESSAGE_BYTES = 64 * 1024;

  private static final String TOPIC = "orders";

  /** How the transaction ends. */
  enum End {
    COMMIT,
    ROLLBACK,
    CRASH,
    /** It has a great many empty messages, and ends when no more are taken. */
    REFUSAL
  }

  private SpillingProcess() {}

  static LockstepConfig config(Path directory) {
    return LockstepConfig.builder()
        .dataDir(directory)
        .segmentSize(4 << 20)
        .maxMessageBytes(1 << 20)
        .maxTransactionBytes(1 << 30)
        .build();
  }

  /**
   * Sends, and ends the transaction.
   *
   * @param args the data directory, and an {@link End}
   */
  public static void main(String[] args) {
    End end = End.valueOf(args[1]);
    if (end == End.REFUSAL) {
      System.out.println(fill(Path.of(args[0])));
      return;
    }
    try (Engine engine = (Engine) Lockstep.open(config(Path.of(args[0])))) {
      engine.topics().createIfAbsent(TopicConfig.of(TOPIC));
      Branch branch = engine.log().begin();
      for (int i = 0; i < MESSAGES; i++) {
        byte[] payload = ByteBuffer.allocate(MESSAGE_BYTES).putInt(i).array();
        branch.append(new Envelope(TOPIC, Optional.empty(), payload, Headers.empty()));
      }
      switch (end) {
        case COMMIT -> branch.commitOnePhase();
        case ROLLBACK -> branch.rollback();
        case CRASH, REFUSAL -> Runtime.getRuntime().halt(3);
      }
      System.out.println(count(engine));
    }
  }

  /**
   * Sends empty messages until they are refused, with the limits by default; says what is visible.
   */
  private static long fill(Path directory) {
    try (Engine engine =
        (Engine) Lockstep.open(LockstepConfig.builder().dataDir(directory).build())) {
      engine.topics().createIfAbsent(TopicConfig.of(TOPIC));
      Branch branch = engine.log().begin();
      try {
        for (int i = 0; i < 5_000_000; i++) {
          branch.append(new Envelope(TOPIC, Optional.empty(), new byte[0], Headers.empty()));
        }
      } catch (TooLargeException e) {
        branch.commitOnePhase();
      }
      return engine.topics().find(TOPIC).orElseThrow().endOffset(0);
    }
  }

  /** Counts the messages, which come in the order in which they were sent. */
  static int count(Engine engine) {
    int found = 0;
    try (Subscription member = engine.log().subscribe("audit", TOPIC, StartFrom.EARLIEST)) {
      List<Delivery> some = member.fetch(20, Duration.ZERO);
      while (!some.isEmpty()) {
        for (Delivery delivery : some) {
          byte[] payload = delivery.envelope().payload();
          if (payload.length != MESSAGE_BYTES || ByteBuffer.wrap(payload).getInt() != found) {
            throw new IllegalStateException("message " + found + " is another one");
          }
          found++;
        }
        some = member.fetch(20, Duration.ZERO);
      }
    }
    return found;
  }
}
