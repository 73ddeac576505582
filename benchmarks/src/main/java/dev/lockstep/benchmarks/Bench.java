package dev.lockstep.benchmarks;

import dev.lockstep.benchmarks.harness.Benchmark;
import dev.lockstep.benchmarks.harness.Report;
import dev.lockstep.benchmarks.harness.Rounds;
import dev.lockstep.benchmarks.harness.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code ./bench}. */
@Command(
    name = "./bench",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Measures Lockstep beside its peers, on this machine. Without a suite, lists the suites.",
      "",
      "Progress goes to standard error; standard output has a line for each figure with a goal:",
      "RATIO name=... value=... goal=... better=higher|lower met=yes|no",
      "or UNMEASURED name=... reason=... for one that can't be measured here",
      ""
    },
    footer = {
      "",
      "Ends with status 0 if everything was measured, whether or not it meets its goal; 1 if",
      "something failed or could not be measured, 2 if it was called wrongly."
    })
public final class Bench implements Callable<Integer> {
  private static final int MEASURED = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  @Parameters(index = "0", arity = "0..1", paramLabel = "SUITE", description = "what to run")
  private @Nullable String suite;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "run this benchmark of the suite alone; may be given again")
  private List<String> only = List.of();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "write a report in Markdown: machine, versions, set-ups, all figures")
  private @Nullable Path report;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "where to put data, on the disk to measure; default benchmarks/target/data")
  private @Nullable Path data;

  @Option(
      names = "--quick",
      description = {
        "one short round of each, and servers of peers only where --only asks for them: shows that"
            + " all works; the figures mean nothing"
      })
  private boolean quick;

  @Option(names = "--help", usageHelp = true, description = "print this")
  @SuppressWarnings("UnusedVariable") // picocli sets it, and reads it
  private boolean help;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  private Bench() {}

  /**
   * Runs benchmarks and ends the process.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    CommandLine command = new CommandLine(new Bench());
    command.setParameterExceptionHandler(
        (misuse, line) -> {
          String message = String.valueOf(misuse.getMessage()).replace('\n', ' ');
          System.err.println("bench: " + message + "; see ./bench --help");
          return MISUSED;
        });
    command.setExecutionExceptionHandler(
        (failure, line, parsed) -> {
          failure.printStackTrace();
          System.err.println("bench: " + failure);
          return FAILED;
        });
    return command.execute(arguments);
  }

  @Override
  public Integer call() throws Exception {
    if (suite == null) {
      list();
      return MEASURED;
    }
    Suite found =
        Suite.ALL.stream()
            .filter(one -> one.name().equals(suite))
            .findFirst()
            .orElseThrow(() -> misuse("there is no suite '" + suite + "'"));
    return run(found);
  }

  private static void list() {
    for (Suite suite : Suite.ALL) {
      System.out.println(suite.name() + ": " + suite.description());
      System.out.println("  takes " + suite.duration());
      for (Benchmark benchmark : suite.benchmarks()) {
        System.out.printf("  --only %-10s %s%n", benchmark.name(), benchmark.description());
      }
    }
  }

  private ParameterException misuse(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }

  private int run(Suite chosen) throws Exception {
    List<Benchmark> benchmarks = chosen(chosen);
    Path parent = data != null ? data : home().resolve("benchmarks/target/data");
    Files.createDirectories(parent);
    try (DataDirectory directory = DataDirectory.in(parent)) {
      Session session =
          new Session(directory.path(), quick ? Rounds.QUICK : Rounds.FULL, System.out, System.err);
      for (Benchmark benchmark : benchmarks) {
        session.progress(benchmark.name() + ": " + benchmark.description());
        session.settle();
        benchmark.run(session);
      }
      session.settle();
      write(chosen, session, directory.path());
      if (session.unmeasured().isEmpty()) {
        return MEASURED;
      }
      System.err.println("bench: not everything could be measured: " + session.unmeasured());
      return FAILED;
    }
  }

  private static Path home() {
    return Path.of(System.getProperty("lockstep.bench.home", ""));
  }

  private List<Benchmark> chosen(Suite from) {
    List<String> names = from.benchmarks().stream().map(Benchmark::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        throw misuse("suite '" + from.name() + "' has no benchmark '" + name + "', only " + names);
      }
    }
    return from.benchmarks().stream()
        .filter(benchmark -> only.isEmpty() || only.contains(benchmark.name()))
        .filter(
            benchmark -> !quick || !benchmark.startsServers() || only.contains(benchmark.name()))
        .toList();
  }

  private void write(Suite measured, Session session, Path directory) throws IOException {
    if (report != null) {
      Path file = report.toAbsolutePath();
      Report.write(file, "Benchmarks: " + measured.name(), Machine.describe(directory), session);
      System.err.println("bench: the report is in " + file);
    }
  }
}
