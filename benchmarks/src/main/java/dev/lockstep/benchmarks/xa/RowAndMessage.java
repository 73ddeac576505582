package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Alternation;
import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Ratio;
import dev.lockstep.benchmarks.harness.Sample;
import dev.lockstep.benchmarks.harness.Series;
import dev.lockstep.benchmarks.harness.Session;
import dev.lockstep.benchmarks.harness.Subject;
import dev.lockstep.benchmarks.peers.RawForce;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A row and a message of 256 bytes, in one transaction over two resources, all durable. */
final class RowAndMessage implements Benchmark {
  private static final int RAW_BYTES = 512;
  private static final int MANY = 16;

  /**
   * How many rounds' time each process has to warm up, on many threads: a transaction goes through
   * a manager, a driver and a pool, and the compiler is through with these after some ten thousand
   * transactions. On one thread that would take a minute.
   */
  private static final int WARM_UP_FACTOR = 14;

  @Override
  public String name() {
    return "row-and-message";
  }

  @Override
  public String description() {
    return "a row and a message a transaction, 1 and 16 threads, against a ceiling and Artemis";
  }

  @Override
  public void run(Session session) throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().embedded().start();
        RawForce raw = RawForce.in(session.directory("raw"), RAW_BYTES)) {
      session.progress("a write and its force");
      session.forceTime(raw.run(session.rounds().length()).p50());
      List<ContenderProcess> processes = new ArrayList<>();
      try {
        for (Contender contender : Contender.values()) {
          session.fact(contender.title(), contender.description());
          processes.add(
              ContenderProcess.start(
                  contender,
                  database.jdbcUrl(),
                  session.directory(contender.name().toLowerCase(Locale.ROOT))));
        }
        for (ContenderProcess process : processes) {
          session.progress("warming up " + process.contender().title());
          Subject busy = process.subject(MANY);
          Duration time = session.rounds().length().multipliedBy(WARM_UP_FACTOR);
          busy.prepare(time);
          Sample ignored = busy.run(time);
        }
        report(session, 1, measure(session, 1, processes));
        report(session, MANY, measure(session, MANY, processes));
      } finally {
        processes.forEach(ContenderProcess::close);
      }
    }
  }

  private static Map<Contender, Series> measure(
      Session session, int threads, List<ContenderProcess> processes) throws Exception {
    Alternation alternation = new Alternation(session, "row and message, " + text(threads));
    processes.forEach(
        process -> alternation.add(process.contender().title(), process.subject(threads)));
    List<Series> series = alternation.run();
    Map<Contender, Series> found = new EnumMap<>(Contender.class);
    for (int i = 0; i < processes.size(); i++) {
      found.put(processes.get(i).contender(), series.get(i));
    }
    for (ContenderProcess process : processes) {
      process
          .forcesPerTransaction()
          .ifPresent(
              forces ->
                  session.fact(
                      process.contender().title() + ", " + text(threads),
                      String.format(
                          Locale.ROOT, "%.2f forces on the log for a transaction", forces)));
    }
    return found;
  }

  private static String text(int threads) {
    return threads == 1 ? "1 thread" : threads + " threads";
  }

  /** What is to be reached, at one thread and at many. */
  private record Goal(String name, Contender by, Contender who, double one, double many) {}

  private static void report(Session session, int threads, Map<Contender, Series> series) {
    List<Goal> goals =
        List.of(
            new Goal("ceiling", Contender.CEILING, Contender.CO_LOCATED, 0.75, 0.85),
            new Goal("files-ceiling", Contender.CEILING, Contender.FILES, 0.45, 0.65),
            new Goal("artemis", Contender.ARTEMIS, Contender.CO_LOCATED, 8, 4),
            new Goal("artemis-tuned", Contender.ARTEMIS_TUNED, Contender.CO_LOCATED, 3, 3));
    for (Goal goal : goals) {
      session.ratio(
          Ratio.atLeast(
              "xa-" + threads + "-" + goal.name(),
              rate(series, goal.who()) / rate(series, goal.by()),
              threads == 1 ? goal.one() : goal.many(),
              "row and message, "
                  + text(threads)
                  + ": "
                  + goal.who().title()
                  + " by "
                  + goal.by().title()));
    }
  }

  private static double rate(Map<Contender, Series> series, Contender contender) {
    Series found = series.get(contender);
    if (found == null) {
      throw new IllegalStateException(contender + " was not measured");
    }
    return found.rate();
  }
}
