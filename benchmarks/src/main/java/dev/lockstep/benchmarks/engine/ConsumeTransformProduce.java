package dev.lockstep.benchmarks.engine;

import dev.lockstep.benchmarks.harness.Alternation;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Pipeline;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.benchmarks.peers.Artemis;
import dev.lockstep.benchmarks.peers.Kafka;
import java.util.List;

/** Consume, transform, produce, one message a transaction, on 16 threads, against two brokers. */
final class ConsumeTransformProduce implements Benchmark {
  private static final int THREADS = 16;

  /** More than any of them does on two cores; later rounds know better. */
  private static final double FIRST_RATE = 40_000;

  @Override
  public String name() {
    return "pipeline";
  }

  @Override
  public String description() {
    return "consume-transform-produce, 16 threads, one message a transaction, against Artemis and"
        + " Kafka";
  }

  @Override
  public boolean startsServers() {
    return true;
  }

  @Override
  public void run(Session session) throws Exception {
    byte[] payload = Payloads.of(Payloads.BYTES);
    session.progress("pipeline: starting Artemis and Kafka");
    try (LogPipeline log = LogPipeline.open(session.directory("pipeline"), THREADS, payload);
        Artemis artemis = Artemis.start(session.directory("artemis"), THREADS, payload);
        Kafka kafka = Kafka.start(session.directory("kafka"), THREADS, payload)) {
      session.fact(
          "Pipelines",
          "messages of " + Payloads.BYTES + " bytes; Lockstep forces every commit, in groups");
      session.fact("Artemis", artemis.setUp());
      session.fact("Kafka", kafka.setUp());
      List<Series> series =
          new Alternation(session, "consume-transform-produce")
              .add("Lockstep", Pipeline.subject(log, FIRST_RATE))
              .add("Artemis", Pipeline.subject(artemis, FIRST_RATE))
              .add("Kafka", Pipeline.subject(kafka, FIRST_RATE))
              .run();
      session.ratio(
          Ratio.atLeast(
              "pipeline-artemis",
              series.get(0).rate() / series.get(1).rate(),
              8,
              "consume-transform-produce, 16 threads, by Artemis"));
      session.ratio(
          Ratio.atLeast(
              "pipeline-kafka",
              series.get(0).rate() / series.get(2).rate(),
              15,
              "consume-transform-produce, 16 threads, by Kafka exactly-once as shipped"));
    }
  }
}
