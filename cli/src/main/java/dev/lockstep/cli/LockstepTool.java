package dev.lockstep.cli;

import dev.lockstep.CorruptLogException;
import dev.lockstep.LockstepException;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.engine.inspect.UnknownPlaceException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** The command {@code lockstep}. */
@Command(
    name = LockstepTool.NAME,
    sortOptions = false,
    usageHelpWidth = 100,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Looks into the data directory of a log that nobody has open, without changing it."
    },
    footer = {
      "",
      "Exit status: 0 all is well; 1 damage was found; 2 it was called wrongly; 3 the directory is",
      "held by a process, is not there, or can't be read; 4 the tool itself failed, or what it",
      "prints can't be written.",
      "Progress and errors go to standard error, results to standard output."
    },
    subcommands = {
      InspectCommand.class,
      VerifyCommand.class,
      TopicsCommand.class,
      GroupsCommand.class,
      InDoubtCommand.class,
      MarkerTablesCommand.class,
      DumpCommand.class
    })
public final class LockstepTool {
  static final int WELL = 0;
  static final int DAMAGED = 1;
  static final int MISUSED = 2;
  static final int UNREADABLE = 3;
  static final int FAILED = 4;

  static final String NAME = "lockstep";

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
    int status = FAILED; // also if there is not even memory to say so
    try {
      ENGINE.setLevel(Level.OFF);
      // Not System.out, which would swallow the failures of writing.
      Writer out =
          new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8);
      PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
      status = run(out, err, arguments);
    } finally {
      System.exit(status);
    }
  }

  /** Runs the tool; returns its exit status. */
  static int run(Writer output, PrintWriter err, String... arguments) {
    try {
      PrintWriter out = new PrintWriter(new Output(output));
      int status = command(out, err).execute(arguments);
      out.flush();
      return status;
    } catch (Output.FailedException e) {
      err.println(NAME + ": " + e.getMessage());
      return FAILED;
    } catch (RuntimeException | Error e) {
      return failed(NAME, e, err);
    }
  }

  private static CommandLine command(PrintWriter out, PrintWriter err) {
    CommandLine command = new CommandLine(new LockstepTool());
    command.setOut(out).setErr(err);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setExecutionStrategy(LockstepTool::execute);
    command.getCommandSpec().exitCodeOnExecutionException(FAILED);
    command.setParameterExceptionHandler(
        (misuse, line) -> {
          String name = misuse.getCommandLine().getCommandSpec().qualifiedName();
          String message = String.valueOf(misuse.getMessage()).replace('\n', ' ');
          err.println(name + ": " + Escaped.text(message) + "; see " + name + " --help");
          return MISUSED;
        });
    command.setExecutionExceptionHandler(
        (failure, line, parsed) -> {
          String name = line.getCommandSpec().qualifiedName();
          int status = status(failure);
          if (status == FAILED && !(failure instanceof Output.FailedException)) {
            return failed(name, failure, err);
          }
          err.println(name + ": " + Escaped.text(message(failure)));
          if (status == DAMAGED) {
            err.println(name + ": lockstep verify says all that is wrong");
          }
          return status;
        });
    return command;
  }

  /** What can't be written of a command's help is no different from its results. */
  private static int execute(ParseResult parsed) {
    try {
      return new RunLast().execute(parsed);
    } catch (Output.FailedException e) {
      CommandLine line = parsed.commandSpec().commandLine();
      throw new ExecutionException(line, String.valueOf(e.getMessage()), e);
    }
  }

  /** Nothing is known of the log then: that must not look like damage. */
  private static int failed(String name, Throwable failure, PrintWriter err) {
    err.println(name + ": the tool itself failed, which says nothing about the log; report this:");
    failure.printStackTrace(err);
    return FAILED;
  }

  private static int status(Exception failure) {
    if (failure instanceof CorruptLogException) {
      return DAMAGED;
    }
    if (failure instanceof UnknownTopicException || failure instanceof UnknownPlaceException) {
      return MISUSED;
    }
    if (failure instanceof LockstepException || failure instanceof IOException) {
      return UNREADABLE;
    }
    return FAILED;
  }

  private static String message(Exception failure) {
    return failure instanceof IOException
        ? "the directory can't be read: " + failure
        : String.valueOf(failure.getMessage());
  }
}
