package dev.lockstep.benchmarks.engine;

import com.sun.management.ThreadMXBean;
import dev.lockstep.Headers;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.TransactionalLog;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Optional;

/** What a transaction of one message allocates, on its own thread and on those of the engine. */
final class Allocation implements Benchmark {
  private static final int BATCH = 2_000;
  private static final int ROUNDS_PER_ROUND = 2;
  private static final double GOAL_BYTES = 1_024;
  private static final String ENGINE_THREADS = "lockstep-";
  private static final String TOPIC = "allocation";

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Override
  public String name() {
    return "allocation";
  }

  @Override
  public String description() {
    return "what a transaction of one message allocates";
  }

  @Override
  public void run(Session session) throws Exception {
    byte[] payload = Payloads.of(Payloads.BYTES);
    LockstepConfig.Builder config =
        LockstepConfig.builder().dataDir(session.directory("allocation"));
    try (OpenLog log = OpenLog.open(config)) {
      log.lockstep().topics().create(TopicConfig.of(TOPIC));
      double[] bytes = new double[session.rounds().count() * ROUNDS_PER_ROUND];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = perTransaction(log.log(), payload);
        session.progress("allocation: " + Math.round(bytes[i]) + " bytes a transaction");
      }
      // The compiler still removes allocations in the first half.
      double median = Series.median(Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length));
      session.ratio(
          Ratio.atMost(
              "allocation-bytes",
              median - payload.length,
              GOAL_BYTES,
              "bytes allocated by a durable transaction of one message through the SPI, 1 thread,"
                  + " without the "
                  + payload.length
                  + " bytes of the message"));
    }
  }

  private double perTransaction(TransactionalLog log, byte[] payload) {
    Envelope message = new Envelope(TOPIC, Optional.empty(), payload, Headers.empty());
    long before = allocated();
    for (int i = 0; i < BATCH; i++) {
      Branch branch = log.begin();
      branch.append(message);
      branch.commitOnePhase();
    }
    return (double) (allocated() - before) / BATCH;
  }

  private long allocated() {
    long caller = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith(ENGINE_THREADS))
        .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.getThreadId()))
        .reduce(caller, Long::sum);
  }
}
