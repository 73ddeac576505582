package dev.lockstep.benchmarks.halfmessage;

import dev.lockstep.Consumer;
import dev.lockstep.Message;
import dev.lockstep.benchmarks.harness.Alternation;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Load.Step;
import dev.lockstep.benchmarks.harness.Sample;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * How long it takes from the send to whoever waits for it: a transaction every ten milliseconds,
 * from before it begins until the payload is there.
 */
final class SendToReceive implements Benchmark {
  private static final long EVERY_NANOS = Duration.ofMillis(10).toNanos();
  private static final long HIGHEST_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int DIGITS = 3;
  private static final Duration OFTEN = Duration.ofMillis(100);
  private static final Duration SELDOM = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofMillis(50);

  @Override
  public String name() {
    return "send-to-receive";
  }

  @Override
  public String description() {
    return "latency from send to receive, beside an outbox table that is polled";
  }

  @Override
  public void run(Session session) throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().embedded().start();
        HalfMessageSeller half =
            new HalfMessageSeller(database.jdbcUrl(), session.directory("latency"));
        OutboxSeller often = new OutboxSeller(database.jdbcUrl(), "often");
        OutboxSeller seldom = new OutboxSeller(database.jdbcUrl(), "seldom")) {
      session.fact(
          "latency",
          "a transaction every 10 ms on one thread; the time from its begin until a consumer that"
              + " polls, or the relay, has the payload");
      new Alternation(session, "send to receive")
          .add("half message", time -> consumed(half, time))
          .add("outbox table, polled every 100 ms", time -> relayed(often, OFTEN, time))
          .add("outbox table, polled every 1 s", time -> relayed(seldom, SELDOM, time))
          .run();
    }
  }

  private static Sample consumed(HalfMessageSeller seller, Duration time) throws Exception {
    Histogram latencies = new ConcurrentHistogram(HIGHEST_NANOS, DIGITS);
    AtomicBoolean done = new AtomicBoolean();
    Thread consumer = new Thread(() -> consume(seller, done, latencies), "bench-consumer");
    consumer.start();
    long nanos = sell(seller.open(), time);
    done.set(true);
    consumer.join();
    return Sample.of(latencies.getTotalCount(), nanos, latencies);
  }

  private static void consume(HalfMessageSeller seller, AtomicBoolean done, Histogram latencies) {
    try (Consumer<byte[]> consumer =
        seller.lockstep().consumer("latency", HalfMessageSeller.TOPIC, byte[].class)) {
      boolean more = true;
      while (more || !done.get()) {
        more = seller.lockstep().inTransaction(() -> takeSome(consumer, latencies));
      }
    }
  }

  private static boolean takeSome(Consumer<byte[]> consumer, Histogram latencies) {
    List<Message<byte[]>> messages = consumer.poll(POLL);
    messages.forEach(message -> record(latencies, message.payload()));
    return !messages.isEmpty();
  }

  private static Sample relayed(OutboxSeller seller, Duration pause, Duration time)
      throws Exception {
    Histogram latencies = new ConcurrentHistogram(HIGHEST_NANOS, DIGITS);
    OutboxSeller.Relay relay = seller.new Relay(pause, payload -> record(latencies, payload));
    long nanos;
    try {
      // At least one whole pause of the relay.
      nanos = sell(seller.open(), time.compareTo(pause) < 0 ? pause : time);
      LockSupport.parkNanos(pause.toNanos() + EVERY_NANOS);
    } finally {
      relay.stop();
    }
    return Sample.of(latencies.getTotalCount(), nanos, latencies);
  }

  private static void record(Histogram latencies, byte[] payload) {
    latencies.recordValue(Math.min(System.nanoTime() - Seller.saidAt(payload), HIGHEST_NANOS));
  }

  private static long sell(Step step, Duration time) throws Exception {
    long began = System.nanoTime();
    long next = began;
    while (next - began < time.toNanos()) {
      long left = next - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      } else {
        long ignored = step.run();
        next += EVERY_NANOS;
      }
    }
    return System.nanoTime() - began;
  }
}
