package dev.lockstep.cli;

import dev.lockstep.CorruptLogException;
import dev.lockstep.LockstepException;
import dev.lockstep.UnknownTopicException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code lockstep}. */
@Command(
    name = "lockstep",
    sortOptions = false,
    usageHelpWidth = 100,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Looks into the data directory of a log that nobody has open, without changing it."
    },
    footer = {
      "",
      "Exit status: 0 all is well; 1 damage was found; 2 it was called wrongly; 3 the directory is",
      "held by a process, is not there, or can't be read.",
      "Progress and errors go to standard error, results to standard output."
    },
    subcommands = {
      InspectCommand.class,
      VerifyCommand.class,
      TopicsCommand.class,
      GroupsCommand.class,
      DumpCommand.class
    })
public final class LockstepTool {
  static final int WELL = 0;
  static final int DAMAGED = 1;
  static final int MISUSED = 2;
  static final int UNREADABLE = 3;

  /** What the engine tells a log is said by the tool in its own words. Held: loggers are weak. */
  private static final Logger ENGINE = Logger.getLogger("dev.lockstep");

  @Option(names = "--help", usageHelp = true, description = "print this")
  @SuppressWarnings("UnusedVariable") // picocli sets it, and reads it
  private boolean help;

  private LockstepTool() {}

  /**
   * Runs the tool and ends the process.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    ENGINE.setLevel(Level.OFF);
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int status = run(out, err, arguments);
    out.flush();
    System.exit(status);
  }

  /** Runs the tool; returns its exit status. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine command = new CommandLine(new LockstepTool());
    command.setOut(out).setErr(err);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setParameterExceptionHandler(
        (misuse, line) -> {
          String name = misuse.getCommandLine().getCommandSpec().qualifiedName();
          String message = String.valueOf(misuse.getMessage()).replace('\n', ' ');
          err.println(name + ": " + message + "; see " + name + " --help");
          return MISUSED;
        });
    command.setExecutionExceptionHandler(
        (failure, line, parsed) -> {
          String name = line.getCommandSpec().qualifiedName();
          int status = status(failure);
          err.println(name + ": " + message(failure));
          if (status == DAMAGED) {
            err.println(name + ": lockstep verify says all that is wrong");
          }
          return status;
        });
    int status = command.execute(arguments);
    out.flush();
    return status;
  }

  private static int status(Exception failure) throws Exception {
    if (failure instanceof CorruptLogException) {
      return DAMAGED;
    }
    if (failure instanceof UnknownTopicException || failure instanceof IllegalArgumentException) {
      return MISUSED;
    }
    if (failure instanceof LockstepException || failure instanceof IOException) {
      return UNREADABLE;
    }
    throw failure;
  }

  private static String message(Exception failure) {
    return failure instanceof IOException
        ? "the directory can't be read: " + failure
        : String.valueOf(failure.getMessage());
  }
}
