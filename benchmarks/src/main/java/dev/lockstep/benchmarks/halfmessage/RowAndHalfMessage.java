package dev.lockstep.benchmarks.halfmessage;

import dev.lockstep.benchmarks.harness.Alternation;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Load;
import dev.lockstep.benchmarks.harness.Load.Step;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Sample;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.benchmarks.harness.Subject;
import dev.lockstep.benchmarks.peers.RawForce;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** A row and a message of 256 bytes in one transaction, all durable. */
final class RowAndHalfMessage implements Benchmark {
  private static final int RAW_BYTES = 512;
  private static final int WARM_UP_THREADS = 16;
  private static final int WARM_UP_FACTOR = 8;

  /** How many rows the relay may be behind. */
  private static final int BACKLOG = 1000;

  /** A relay that looks so often keeps up as well as one that is told of each row. */
  private static final Duration RELAY_PAUSE = Duration.ofMillis(1);

  private static final List<Goals> GOALS =
      List.of(new Goals(1, 0.8, 1.2), new Goals(4, 0.75, 1.2), new Goals(16, 0.9, 1.2));

  /** What is to be reached with so many threads. */
  private record Goals(int threads, double outbox, double relayed) {}

  @Override
  public String name() {
    return "row-and-message";
  }

  @Override
  public String description() {
    return "a row and a message a transaction, 1, 4 and 16 threads, against an outbox row";
  }

  @Override
  public void run(Session session) throws Exception {
    session.fact(
        "outbox row", "plain JDBC over HikariCP: the row and a row of an outbox table; no relay");
    session.fact(
        "outbox row, relayed",
        "the same, and a thread that takes the rows out, 500 at a time, looking again each"
            + " millisecond, and appends them to a file that it forces before their rows go; whoever"
            + " inserts waits when it is 1,000 behind");
    session.fact(
        "half message", "the row, and a message by JdbcTransactions over a pool of the same kind");
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().embedded().start();
        RawForce raw = RawForce.in(session.directory("raw"), RAW_BYTES)) {
      session.progress("a write and its force");
      session.forceTime(raw.run(session.rounds().length()).p50());
      try (HalfMessageSeller half =
              new HalfMessageSeller(database.jdbcUrl(), session.directory("half"));
          OutboxSeller outbox = new OutboxSeller(database.jdbcUrl(), "alone");
          OutboxSeller relayed = new OutboxSeller(database.jdbcUrl(), "relayed");
          RelayFile file = RelayFile.in(session.directory("relayed"))) {
        Subjects subjects = new Subjects(half, outbox, relayed, file);
        warmUp(session, subjects);
        for (Goals goals : GOALS) {
          measure(session, goals, subjects);
        }
      }
    }
  }

  /** The three, for any number of threads. */
  private record Subjects(
      HalfMessageSeller half, OutboxSeller outbox, OutboxSeller relayed, RelayFile file) {
    Subject half(int threads) {
      return time -> Load.run(threads, time, i -> half.open());
    }

    Subject outbox(int threads) {
      return time -> Load.run(threads, time, i -> outbox.open());
    }

    Subject relayed(int threads) {
      return time -> {
        Semaphore room = new Semaphore(BACKLOG);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          steps.add(relayed.open(room));
        }
        OutboxSeller.Relay relay = relayed.new Relay(RELAY_PAUSE, file.sink(room));
        try {
          return Load.run(threads, time, steps::get);
        } finally {
          relay.stop();
        }
      };
    }
  }

  private static void warmUp(Session session, Subjects subjects) throws Exception {
    Duration time = session.rounds().length().multipliedBy(WARM_UP_FACTOR);
    for (Subject subject :
        List.of(
            subjects.half(WARM_UP_THREADS),
            subjects.outbox(WARM_UP_THREADS),
            subjects.relayed(WARM_UP_THREADS))) {
      session.progress("warming up");
      Sample ignored = subject.run(time);
    }
  }

  private static void measure(Session session, Goals goals, Subjects subjects) throws Exception {
    int threads = goals.threads();
    String what = "row and message, " + (threads == 1 ? "1 thread" : threads + " threads");
    List<Series> series =
        new Alternation(session, what)
            .add("half message", subjects.half(threads))
            .add("outbox row", subjects.outbox(threads))
            .add("outbox row, relayed", subjects.relayed(threads))
            .run();
    session.ratio(
        Ratio.atLeast(
            "half-message-" + threads,
            series.get(0).rate() / series.get(1).rate(),
            goals.outbox(),
            what + ": half message by outbox row that nobody relays"));
    session.ratio(
        Ratio.atLeast(
            "half-message-" + threads + "-relayed",
            series.get(0).rate() / series.get(2).rate(),
            goals.relayed(),
            what + ": half message by outbox row with a relay that keeps up"));
  }
}
