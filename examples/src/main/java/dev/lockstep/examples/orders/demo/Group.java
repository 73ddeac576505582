package dev.lockstep.examples.orders.demo;

import dev.lockstep.examples.orders.demo.GroupTables.Counts;
import dev.lockstep.examples.orders.worker.WorkerArguments;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** One style of the service, through all lives of a plan, and its comparison at the end. */
final class Group {
  private final String title;
  private final WorkerArguments arguments;
  private final GroupTables tables;
  private final EmbeddedDatabase database;
  private final Cleanup cleanup;
  private final Tally tally = new Tally();
  private volatile Counts before = new Counts(0, 0);
  private volatile Optional<WorkerProcess> running = Optional.empty();
  private volatile String latest = "started";
  private volatile int kills;

  /**
   * A group that has done nothing yet.
   *
   * @param title its name in reports
   * @param arguments what its workers are told
   * @param tables where their rows go
   * @param database the server of the tables
   * @param cleanup kills the worker that runs when the program is ended
   */
  Group(
      String title,
      WorkerArguments arguments,
      GroupTables tables,
      EmbeddedDatabase database,
      Cleanup cleanup) {
    this.title = title;
    this.arguments = arguments;
    this.tables = tables;
    this.database = database;
    this.cleanup = cleanup;
  }

  /** Lets worker after worker live until everything is done. */
  Tally live(Plan plan) {
    long start = System.nanoTime();
    cleanup.add(() -> running.ifPresent(WorkerProcess::close));
    for (Life life : plan.lives()) {
      live(life);
    }
    tally.took(Duration.ofNanos(System.nanoTime() - start));
    return tally;
  }

  private void live(Life life) {
    before = tables.counts();
    int missing = arguments.orders() - before.placed();
    int transactions = life.transactions(missing);
    WorkerArguments told = arguments.allowing(life.allowance(missing));
    tally.worker();
    try (WorkerProcess worker =
        WorkerProcess.start(armed(told, life.ending(), transactions), errors())) {
      running = Optional.of(worker);
      for (Incident incident : life.incidents()) {
        if (worker.awaitTransactions(transactions / 2)) {
          happen(incident);
        } else {
          tally.notReached();
        }
      }
      end(worker, life.ending(), transactions);
      tally.retried(worker.retries());
    } finally {
      running = Optional.empty();
    }
  }

  private static WorkerArguments armed(WorkerArguments told, Life.Ending ending, int transactions) {
    return ending instanceof Life.KilledAtPoint killed
        ? told.armed(killed.point() + "@" + killed.passing(transactions))
        : told;
  }

  private Path errors() {
    return arguments.directory().resolve("worker.log");
  }

  private void happen(Incident incident) {
    latest = incident.text();
    switch (incident) {
      case BACKENDS_TERMINATED -> {
        try {
          database.terminateBackends();
        } catch (SQLException e) {
          throw new DemoException("cannot terminate PostgreSQL's backends: " + e.getMessage(), e);
        }
      }
      case POSTGRES_KILLED -> {
        database.killPostmaster();
        database.restart();
      }
    }
    tally.happened(incident);
  }

  private void end(WorkerProcess worker, Life.Ending ending, int transactions) {
    if (ending instanceof Life.KilledAtMoment killed) {
      if (worker.awaitTransactions(transactions) && worker.kill(killed.delay())) {
        tally.killedAtMoment();
        killed("worker killed at a random moment");
        return;
      }
    } else if (ending instanceof Life.KilledAtPoint killed) {
      if (worker.awaitPoint() && worker.kill(Duration.ZERO)) {
        tally.killedAt(killed.point());
        killed("worker killed at " + killed.point());
        return;
      }
    }
    worker.awaitSuccess();
    if (!(ending instanceof Life.Finished)) {
      tally.notReached();
    }
  }

  private void killed(String how) {
    latest = how;
    kills = tally.kills();
  }

  /** One line on how far it is. */
  String status() {
    Counts now =
        running.map(worker -> before.plus(worker.placed(), worker.billed())).orElse(before);
    return String.format(
        "%-17s  orders %d/%d  invoices %d/%d  kills %d  last: %s",
        title, now.placed(), arguments.orders(), now.billed(), arguments.orders(), kills, latest);
  }

  String title() {
    return title;
  }

  /** Compares what there is in the end. */
  Comparison compare() {
    try {
      return Comparison.of(tables.jdbcUrl(), arguments.logDirectory(), tables.prepared());
    } catch (SQLException e) {
      throw new DemoException("cannot compare: " + e.getMessage(), e);
    }
  }
}
