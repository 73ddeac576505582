package dev.lockstep.examples.orders.demo;

import dev.lockstep.Lockstep;
import dev.lockstep.examples.orders.demo.DemoDirectory.Retention;
import dev.lockstep.examples.orders.naive.Moment;
import dev.lockstep.examples.orders.worker.HalfMoment;
import dev.lockstep.examples.orders.worker.Style;
import dev.lockstep.examples.orders.worker.Topology;
import dev.lockstep.examples.orders.worker.WorkerArguments;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.KillPoints;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Starts PostgreSQL, sends both groups through the same plan, and reports. */
final class Supervisor {
  /** Others may use the same PostgreSQL, another demo for one. */
  private static final String NODE_ID = "demo-" + ProcessHandle.current().pid();

  private final Settings settings;
  private final Cleanup cleanup;
  private final PrintStream out;

  /**
   * What was asked for.
   *
   * @param style how the service with Lockstep is written
   * @param orders how many orders each group places
   * @param kills how many kills at random moments, beside those at points
   * @param seed decides all moments
   * @param directory where to work
   * @param retention what becomes of the directory if all is well; if not, it is kept
   * @param progress how progress is shown
   */
  record Settings(
      Style style,
      int orders,
      int kills,
      long seed,
      Path directory,
      Retention retention,
      Progress.Output progress) {}

  Supervisor(Settings settings, Cleanup cleanup, PrintStream out) {
    this.settings = settings;
    this.cleanup = cleanup;
    this.out = out;
  }

  /** Runs everything; returns whether the audit holds. */
  boolean run() {
    DemoDirectory directory = DemoDirectory.take(settings.directory());
    cleanup.add(directory::release);
    refuseUnsuitable(arguments(settings.style(), directory, ""));
    EmbeddedDatabase database = EmbeddedDatabase.builder().start();
    cleanup.add(database::close);
    Group lockstep = group(settings.style(), directory, database);
    Group control = group(Style.CONTROL, directory, database);
    boolean holds = false;
    try {
      holds = runBoth(lockstep, control);
    } finally {
      boolean evidence = !holds && !cleanup.interrupted();
      directory.retain(evidence ? Retention.KEEP : settings.retention());
      if (evidence) {
        System.err.println("demo: logs and errors of the workers are kept in " + directory.path());
      }
    }
    return holds;
  }

  /** By opening the log in it, before anything else is started. */
  private static void refuseUnsuitable(WorkerArguments arguments) {
    Lockstep.open(Topology.config(arguments.logDirectory()).build()).close();
  }

  private WorkerArguments arguments(Style style, DemoDirectory directory, String jdbcUrl) {
    return new WorkerArguments(
        style,
        NODE_ID,
        directory.path().resolve(nameOf(style)),
        jdbcUrl,
        settings.orders(),
        settings.orders(),
        Optional.empty());
  }

  private static String nameOf(Style style) {
    return style.name().toLowerCase(Locale.ROOT);
  }

  private Group group(Style style, DemoDirectory directory, EmbeddedDatabase database) {
    GroupTables tables = GroupTables.create(database, nameOf(style));
    if (!isDatabaseOurs()) {
      cleanup.add(() -> tables.drop(NODE_ID));
    }
    WorkerArguments arguments = arguments(style, directory, tables.jdbcUrl());
    try {
      Files.createDirectories(arguments.directory());
    } catch (IOException e) {
      throw new DemoException("cannot create " + arguments.directory() + ": " + e, e);
    }
    return new Group(style.title(), arguments, tables, database, cleanup);
  }

  private boolean runBoth(Group lockstep, Group control) {
    Plan plan = Plan.of(settings.seed(), settings.kills(), points(), incidents());
    out.printf(
        "%d orders, %d kills of the worker for each group, seed %d%n",
        settings.orders(), plan.lives().size() - 1, settings.seed());
    Report.Result atomic = run(lockstep, plan);
    Report.Result naive = run(control, plan.withPoints(controlPoints()));
    new Report(out, atomic, naive).print();
    return atomic.comparison().holds(settings.orders());
  }

  private Report.Result run(Group group, Plan plan) {
    Tally tally;
    try (Progress progress = new Progress(out, settings.progress(), group::status)) {
      progress.start();
      tally = group.live(plan);
    }
    return new Report.Result(group.title(), plan, tally, group.compare());
  }

  private List<String> points() {
    return settings.style() == Style.HALF_MESSAGE ? HalfMoment.points() : pointsOfTwoPhaseCommit();
  }

  /** Both resources of a transaction, before and after each step. */
  private static List<String> pointsOfTwoPhaseCommit() {
    return KillPoints.names(KillPoints.LOG, KillPoints.DATABASE).stream()
        .filter(point -> point.contains(".prepare.") || point.contains(".commit."))
        .toList();
  }

  private static List<String> controlPoints() {
    return Arrays.stream(Moment.values()).map(Moment::point).toList();
  }

  private static List<Incident> incidents() {
    List<Incident> incidents =
        new ArrayList<>(List.of(Incident.BACKENDS_TERMINATED, Incident.BACKENDS_TERMINATED));
    if (isDatabaseOurs()) {
      incidents.add(Incident.POSTGRES_KILLED);
    }
    return incidents;
  }

  /** Else it is neither ours to kill, nor does it end with us. */
  private static boolean isDatabaseOurs() {
    return System.getenv(EmbeddedDatabase.URL_VARIABLE) == null;
  }
}
