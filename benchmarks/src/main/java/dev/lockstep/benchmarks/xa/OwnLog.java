package dev.lockstep.benchmarks.xa;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Load.Step;
import dev.lockstep.spi.LogListener;
import dev.lockstep.spi.TransactionBinding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** A message in Lockstep's log. */
final class OwnLog implements Other {
  private static final String TOPIC = "sold";
  private static final int BYTES = 256;
  private static final long SEED = 42;

  private final Lockstep lockstep;
  private final Counter counter;

  private OwnLog(Lockstep lockstep, Counter counter) {
    this.lockstep = lockstep;
    this.counter = counter;
  }

  static OwnLog open(TransactionBinding binding, Path directory) {
    Counter counter = new Counter();
    Lockstep lockstep =
        Lockstep.open(
            LockstepConfig.builder()
                .dataDir(directory)
                .transactions(binding)
                .listener(counter)
                .build());
    lockstep.topics().create(TopicConfig.of(TOPIC));
    return new OwnLog(lockstep, counter);
  }

  static byte[] payload() {
    byte[] payload = new byte[BYTES];
    new Random(SEED).nextBytes(payload);
    return payload;
  }

  @Override
  public Step open() {
    Producer<byte[]> producer = lockstep.producer(TOPIC, byte[].class);
    byte[] payload = payload();
    return () -> {
      producer.send(payload);
      return 1;
    };
  }

  @Override
  public long forces() {
    return counter.forces.get();
  }

  @Override
  public void close() {
    lockstep.close();
  }

  private static final class Counter implements LogListener {
    private final AtomicLong forces = new AtomicLong();

    @Override
    public void forced(long bytes, Duration took) {
      forces.incrementAndGet();
    }
  }
}
