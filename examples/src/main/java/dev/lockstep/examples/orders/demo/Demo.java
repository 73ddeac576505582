package dev.lockstep.examples.orders.demo;

import dev.lockstep.LockstepException;
import dev.lockstep.examples.orders.demo.DemoDirectory.Retention;
import dev.lockstep.examples.orders.demo.Progress.Output;
import dev.lockstep.examples.orders.worker.Style;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command {@code ./demo}. */
@Command(
    name = "./demo",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Runs the order service, kills it again and again, and compares everything at the end.",
      "Then does the same to a control group, the same service written as \"commit, then send\".",
      ""
    },
    footer = {
      "",
      "Ends with status 0 if the AUDIT line holds: every order has exactly one row, message,",
      "invoice and invoice message, and nothing is in doubt. 1 if not, 2 if it was called wrongly.",
      "",
      "LOCKSTEP_PG_URL, if set, is the JDBC URL of a PostgreSQL of your own (with user and",
      "password) to be used instead of the embedded one. Its server is then not killed, but all",
      "connections to that database are terminated twice."
    })
public final class Demo implements Callable<Integer> {
  private static final int HOLDS = 0;
  private static final int VIOLATED = 1;
  private static final int MISUSED = 2;
  private static final int INTERRUPTED = 130;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      converter = PathConverter.class,
      description = {
        "how rows and messages are committed together: xa (two-phase commit with Narayana; the",
        "default), or half-message (plain JDBC, no transaction manager)"
      })
  private Style style = Style.XA;

  @Option(
      names = "--orders",
      paramLabel = "N",
      converter = Positive.class,
      description = "orders to place; default 1000")
  private int orders = 1000;

  @Option(
      names = "--kills",
      paramLabel = "K",
      converter = NotNegative.class,
      description = {
        "kills at random moments, beside one at each named point of the protocol; default 5"
      })
  private int kills = 5;

  @Option(names = "--seed", paramLabel = "S", description = "decides all moments; default 1")
  private long seed = 1;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "where to work: empty or absent, and deleted at the end")
  private @Nullable Path directory;

  @Option(names = "--keep", description = "keep the directory at the end")
  private boolean keep;

  @Option(names = "--help", usageHelp = true, description = "print this")
  @SuppressWarnings("UnusedVariable") // picocli sets it, and reads it
  private boolean help;

  private Demo() {}

  /**
   * Runs the demo and ends the process.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    CommandLine command = new CommandLine(new Demo());
    command.setParameterExceptionHandler(
        (misuse, line) -> {
          String message = String.valueOf(misuse.getMessage()).replace('\n', ' ');
          System.err.println("demo: " + message + "; see ./demo --help");
          return MISUSED;
        });
    command.setExecutionExceptionHandler(
        (failure, line, parsed) -> {
          if (failure instanceof DemoException || failure instanceof LockstepException) {
            System.err.println("demo: " + failure.getMessage());
            return VIOLATED;
          }
          throw failure;
        });
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() {
    Supervisor.Settings settings =
        new Supervisor.Settings(
            style,
            orders,
            kills,
            seed,
            Optional.ofNullable(directory).orElseGet(Demo::defaultDirectory),
            keep ? Retention.KEEP : Retention.DELETE,
            Boolean.getBoolean("lockstep.demo.terminal") ? Output.TERMINAL : Output.FILE);
    try (Cleanup cleanup = new Cleanup()) {
      return run(settings, cleanup);
    }
  }

  private static int run(Supervisor.Settings settings, Cleanup cleanup) {
    try {
      return new Supervisor(settings, cleanup, System.out).run() ? HOLDS : VIOLATED;
    } catch (DemoException | LockstepException e) {
      if (cleanup.interrupted()) {
        // By Ctrl-C, which ended the workers and the database too: no failure to report.
        return INTERRUPTED;
      }
      throw e;
    }
  }

  /** Under the build's directory: on the same disk as the project, and never checked in. */
  private static Path defaultDirectory() {
    String home = System.getProperty("lockstep.demo.home", ".");
    return Path.of(home, "target", "demo", "run-" + ProcessHandle.current().pid());
  }

  /** A path of commits. */
  static final class PathConverter implements ITypeConverter<Style> {
    @Override
    public Style convert(String value) {
      return switch (value) {
        case "xa" -> Style.XA;
        case "half-message" -> Style.HALF_MESSAGE;
        default -> throw new TypeConversionException("'" + value + "' is no xa or half-message");
      };
    }
  }

  /** A number from 1. */
  static final class Positive implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      return atLeast(1, value);
    }
  }

  /** A number from 0. */
  static final class NotNegative implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      return atLeast(0, value);
    }
  }

  private static int atLeast(int least, String value) {
    try {
      int number = Integer.parseInt(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + value + "' is not a whole number");
    }
    throw new TypeConversionException("'" + value + "' is too small; use at least " + least);
  }
}
