package dev.lockstep.cli;

import dev.lockstep.engine.inspect.ClosedDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command about one data directory. */
abstract class DirectoryCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "the data directory of the log")
  private Path directory = Path.of("");

  @Option(names = "--json", description = "print JSON; docs/operations.md has its shape")
  private boolean json;

  @Option(names = "--help", usageHelp = true, description = "print this")
  @SuppressWarnings("UnusedVariable") // picocli sets it, and reads it
  private boolean help;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public final Integer call() throws IOException {
    try (ClosedDirectory opened = ClosedDirectory.open(directory)) {
      return run(opened);
    }
  }

  /** Does the work; returns the exit status. */
  abstract int run(ClosedDirectory opened) throws IOException;

  final boolean isJson() {
    return json;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** An option that makes no sense. */
  final ParameterException misuse(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
