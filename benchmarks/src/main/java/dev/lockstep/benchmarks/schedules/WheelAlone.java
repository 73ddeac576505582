package dev.lockstep.benchmarks.schedules;

import dev.lockstep.benchmarks.harness.Alternation;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Rounds;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.benchmarks.peers.KafkaTimers;
import dev.lockstep.benchmarks.peers.NettyTimers;
import dev.lockstep.benchmarks.peers.Timers;
import dev.lockstep.benchmarks.schedules.Chunk.Measured;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The timing wheel beside the timers of Netty and Kafka, one thread. */
final class WheelAlone implements Benchmark {
  private static final int MANY = 1_000_000;
  private static final int SOME = 20_000;
  private static final Duration FULL = Duration.ofSeconds(2);
  private static final Duration QUICK = Duration.ofMillis(50);
  private static final String LOCKSTEP = "Lockstep";
  private static final String NETTY = "Netty";
  private static final String KAFKA = "Kafka";

  @Override
  public String name() {
    return "wheel";
  }

  @Override
  public String description() {
    return "timers scheduled, cancelled and expired, 1 million pending, against Netty and Kafka";
  }

  @Override
  public void run(Session session) throws Exception {
    boolean quick = session.rounds().equals(Rounds.QUICK);
    int pending = quick ? SOME : MANY;
    scheduleAndCancel(session, pending);
    expire(session, pending, quick ? QUICK : FULL);
  }

  private static void scheduleAndCancel(Session session, int pending) throws Exception {
    int most = pending + Chunk.size(pending);
    try (Timers lockstep = new WheelTimers(most);
        Timers netty = new NettyTimers(most);
        Timers kafka = new KafkaTimers(most)) {
      session.fact(LOCKSTEP, lockstep.setUp());
      session.fact(NETTY, netty.setUp());
      session.fact(KAFKA, kafka.setUp());
      session.fact(
          "Scheduled and cancelled",
          String.format(
              Locale.ROOT,
              "one thread; due in 5 to 15 minutes, evenly, %,d of them pending; beside these %,d are"
                  + " scheduled and cancelled in turn, in random order; a step is %,d calls",
              pending,
              Chunk.size(pending),
              Chunk.STEP));
      Chunk ours = Chunk.beside(pending, lockstep);
      Chunk nettys = Chunk.beside(pending, netty);
      Chunk kafkas = Chunk.beside(pending, kafka);
      List<Series> scheduled =
          new Alternation(session, "schedule")
              .add(LOCKSTEP, time -> ours.run(time, Measured.SCHEDULING))
              .add(NETTY, time -> nettys.run(time, Measured.SCHEDULING))
              .add(KAFKA, time -> kafkas.run(time, Measured.SCHEDULING))
              .run();
      ratios(session, "insert", "timers scheduled a second with 1 million pending", scheduled);
      List<Series> cancelled =
          new Alternation(session, "cancel")
              .add(LOCKSTEP, time -> ours.run(time, Measured.CANCELLING))
              .add(NETTY, time -> nettys.run(time, Measured.CANCELLING))
              .add(KAFKA, time -> kafkas.run(time, Measured.CANCELLING))
              .run();
      ratios(session, "cancel", "timers cancelled a second with 1 million pending", cancelled);
    }
  }

  private static void expire(Session session, int size, Duration from) throws Exception {
    Duration to = from.multipliedBy(2);
    try (Timers lockstep = new WheelTimers(size);
        Timers netty = new NettyTimers(size);
        Timers kafka = new KafkaTimers(size)) {
      session.fact(
          "Expired",
          String.format(
              Locale.ROOT,
              "%,d timers, due in %d to %d ms, evenly; measured when all of them are due; a step is"
                  + " all of them",
              size,
              from.toMillis(),
              to.toMillis()));
      List<Series> expired =
          new Alternation(session, "expire")
              .add(LOCKSTEP, new Herd(lockstep, size, from, to))
              .add(NETTY, new Herd(netty, size, from, to))
              .add(KAFKA, new Herd(kafka, size, from, to))
              .run();
      ratios(session, "expire", "timers expired a second, 1 million of them due", expired);
    }
  }

  /** Ours by each peer's. */
  private static void ratios(Session session, String what, String of, List<Series> series) {
    for (Series peer : series.subList(1, series.size())) {
      session.ratio(
          Ratio.atLeast(
              "wheel-" + what + "-" + peer.name().toLowerCase(Locale.ROOT),
              series.get(0).rate() / peer.rate(),
              1,
              of + ", by " + peer.name()));
    }
  }
}
