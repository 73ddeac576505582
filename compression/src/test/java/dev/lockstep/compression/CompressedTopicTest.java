package dev.lockstep.compression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Compression;
import dev.lockstep.Consumer;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.MessageId;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.BuildDirectoryFactory;
import dev.lockstep.spi.LogListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The libraries behind a log that is opened as applications open it. */
@Timeout(120)
class CompressedTopicTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int MESSAGES = 6000;

  @TempDir(factory = BuildDirectoryFactory.class)
  private Path directory;

  private final AtomicLong written = new AtomicLong();

  private Lockstep open() {
    LogListener listener =
        new LogListener() {
          @Override
          public void forced(long bytes, Duration took) {
            written.addAndGet(bytes);
          }
        };
    return Lockstep.open(LockstepConfig.builder().dataDir(directory).listener(listener).build());
  }

  private static String text(int n) {
    return "{\"order\":" + n + ",\"customer\":\"größe\",\"state\":\"placed\",\"amount\":\"12.50\"}";
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"LZ4", "ZSTD"})
  void messagesComeBackInThisLifeAndTheNext(Compression compression) {
    List<String> sent = IntStream.range(0, MESSAGES).mapToObj(CompressedTopicTest::text).toList();
    MessageId once;
    try (Lockstep lockstep = open()) {
      lockstep.topics().create(TopicConfig.of("orders").compression(compression));
      lockstep.topics().create(TopicConfig.of("plain"));
      Producer<String> orders = lockstep.producer("orders", String.class);
      Producer<String> plain = lockstep.producer("plain", String.class);
      long compressed = bytesOf(lockstep, orders, sent);
      assertThat(compressed).isLessThan(bytesOf(lockstep, plain, sent) / 3);
      once = orders.send(Message.of("once").idempotencyKey("once"));
      assertThat(read(lockstep, "now")).containsExactlyElementsOf(with(sent, "once"));
    }
    try (Lockstep lockstep = open()) {
      Producer<String> orders = lockstep.producer("orders", String.class);
      assertThat(orders.send(Message.of("again").idempotencyKey("once"))).isEqualTo(once);
      assertThat(read(lockstep, "later")).containsExactlyElementsOf(with(sent, "once"));
    }
  }

  private static List<String> with(List<String> texts, String last) {
    List<String> all = new ArrayList<>(texts);
    all.add(last);
    return all;
  }

  /** What one transaction that sends all of them adds to the log. */
  private long bytesOf(Lockstep lockstep, Producer<String> producer, List<String> texts) {
    long before = written.get();
    lockstep.inTransaction(
        () -> {
          texts.forEach(producer::send);
          return texts;
        });
    return written.get() - before;
  }

  private static List<String> read(Lockstep lockstep, String group) {
    List<String> texts = new ArrayList<>();
    try (Consumer<String> consumer = lockstep.consumer(group, "orders", String.class)) {
      while (texts.size() <= MESSAGES) {
        List<Message<String>> messages = consumer.poll(SOON);
        assertThat(messages).isNotEmpty();
        messages.forEach(message -> texts.add(message.payload()));
      }
      consumer.commit();
      assertThat(consumer.poll(Duration.ZERO)).isEmpty();
    }
    return texts;
  }
}
