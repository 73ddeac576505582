package dev.lockstep.benchmarks.engine;

import dev.lockstep.Headers;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Alternation;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.benchmarks.harness.Subject;
import dev.lockstep.benchmarks.peers.RawForce;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.TransactionalLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** Transactions of one message each, through the SPI, every one durable when its commit returns. */
final class DurableTransactions implements Benchmark {
  private static final int MANY_PARTITIONS = 1_000;
  private static final String TOPIC = "durable";

  @Override
  public String name() {
    return "durable";
  }

  @Override
  public String description() {
    return "durable transactions at 1, 4 and 16 threads and with 1,000 partitions, against fdatasync";
  }

  @Override
  public void run(Session session) throws Exception {
    try (OpenLog one = open(session, "one-partition", 1);
        OpenLog many = open(session, "many-partitions", MANY_PARTITIONS)) {
      session.progress("durable transactions: how many bytes one of them writes");
      transactions(one, 1, 1).run(session.rounds().length());
      int bytes = one.forces().bytesPerForce();
      session.fact(
          "Durable transactions",
          "a message of "
              + Payloads.BYTES
              + " bytes each; with frames and commit a transaction appends "
              + bytes
              + " bytes, and so does each append of the raw loop, to a file whose room is there");
      try (RawForce raw = RawForce.in(session.directory("raw"), bytes)) {
        report(
            session,
            new Alternation(session, "durable transactions")
                .add("raw fdatasync", raw)
                .add("1 thread", transactions(one, 1, 1))
                .add("1 thread, 1,000 partitions", transactions(many, 1, MANY_PARTITIONS))
                .add("4 threads", transactions(one, 4, 1))
                .add("16 threads", transactions(one, 16, 1))
                .run());
      }
    }
  }

  private static OpenLog open(Session session, String name, int partitions) throws IOException {
    OpenLog log = OpenLog.open(LockstepConfig.builder().dataDir(session.directory(name)));
    log.lockstep().topics().create(TopicConfig.of(TOPIC).partitions(partitions));
    return log;
  }

  private static Subject transactions(OpenLog log, int threads, int keys) {
    byte[] payload = Payloads.of(Payloads.BYTES);
    return time ->
        Load.run(threads, time, thread -> new Transactions(log.log(), payload, keys)::commit);
  }

  /** What one thread does. */
  private static final class Transactions {
    private final TransactionalLog log;
    private final byte[] payload;
    private final List<byte[]> keys;
    private int next;

    Transactions(TransactionalLog log, byte[] payload, int keys) {
      this.log = log;
      this.payload = payload;
      this.keys =
          IntStream.range(0, keys)
              .mapToObj(key -> String.format(Locale.ROOT, "%04d", key))
              .map(key -> key.getBytes(StandardCharsets.UTF_8))
              .toList();
    }

    int commit() {
      next = (next + 1) % keys.size();
      Branch branch = log.begin();
      branch.append(new Envelope(TOPIC, Optional.of(keys.get(next)), payload, Headers.empty()));
      branch.commitOnePhase();
      return 1;
    }
  }

  private static void report(Session session, List<Series> series) {
    Series raw = series.get(0);
    Series one = series.get(1);
    Series partitions = series.get(2);
    Series sixteen = series.get(4);
    session.forceTime(raw.p50());
    session.ratio(
        Ratio.atLeast(
            "durable-1-thread",
            one.rate() / raw.rate(),
            0.9,
            "durable transactions, 1 thread, by appends with fdatasync"));
    session.ratio(
        Ratio.atLeast(
            "durable-16-threads",
            sixteen.rate() / one.rate(),
            4,
            "durable transactions, 16 threads by 1 thread"));
    session.ratio(
        Ratio.atMost(
            "durable-16-threads-p99",
            sixteen.median(sample -> (double) sample.p99().toNanos() / sample.p50().toNanos()),
            4,
            "latency of durable transactions, 16 threads, p99 by p50"));
    session.ratio(
        Ratio.atLeast(
            "durable-1000-partitions",
            partitions.rate() / one.rate(),
            0.8,
            "durable transactions, 1 thread, 1,000 partitions by 1 partition"));
  }
}
