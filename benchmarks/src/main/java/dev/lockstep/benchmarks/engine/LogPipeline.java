package dev.lockstep.benchmarks.engine;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Pipeline;
import dev.lockstep.benchmarks.harness.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Consume, transform, produce on the log alone: each thread is a member, and has a partition. */
final class LogPipeline implements Pipeline, AutoCloseable {
  private static final String IN = "in";
  private static final String OUT = "out";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int BATCH = 1_000;
  private static final int KEYS = 1 << 14;

  private final OpenLog log;
  private final List<Consumer<byte[]>> consumers;
  private final byte[] payload;
  private int loaded;

  private LogPipeline(OpenLog log, int threads, byte[] payload) {
    this.log = log;
    this.payload = payload;
    Lockstep lockstep = log.lockstep();
    lockstep.topics().create(TopicConfig.of(IN).partitions(threads));
    lockstep.topics().create(TopicConfig.of(OUT).partitions(threads));
    this.consumers =
        IntStream.range(0, threads)
            .mapToObj(
                thread ->
                    lockstep.consumer(
                        ConsumerConfig.of("pipeline", IN, byte[].class).maxPollMessages(1)))
            .toList();
  }

  static LogPipeline open(Path directory, int threads, byte[] payload) {
    return new LogPipeline(
        OpenLog.open(LockstepConfig.builder().dataDir(directory)), threads, payload);
  }

  @Override
  public void load(int messages) {
    Producer<byte[]> producer = log.lockstep().producer(IN, byte[].class);
    for (int begin = 0; begin < messages; begin += BATCH) {
      int count = Math.min(BATCH, messages - begin);
      log.lockstep()
          .inTransaction(
              () -> {
                for (int i = 0; i < count; i++) {
                  // Far more keys than partitions, so that all have about the same share.
                  producer.send(Integer.toString(loaded++ % KEYS), payload);
                }
                return count;
              });
    }
  }

  @Override
  public Sample run(Duration time) throws Exception {
    Producer<byte[]> producer = log.lockstep().producer(OUT, byte[].class);
    return Load.run(
        consumers.size(), time, thread -> () -> transform(consumers.get(thread), producer));
  }

  private int transform(Consumer<byte[]> consumer, Producer<byte[]> producer) {
    return log.lockstep()
        .inTransaction(
            () -> {
              List<Message<byte[]>> messages = consumer.poll(PATIENCE);
              for (Message<byte[]> message : messages) {
                producer.send(message.key().orElse(""), Payloads.transform(message.payload()));
              }
              return messages.size();
            });
  }

  @Override
  public void close() {
    consumers.forEach(Consumer::close);
    log.close();
  }
}
