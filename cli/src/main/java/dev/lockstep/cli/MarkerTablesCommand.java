package dev.lockstep.cli;

import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.outbox.MarkerSchema;
import jakarta.json.Json;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "marker-tables",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Prints the statements that create the log's marker tables in PostgreSQL, which half messages",
      "need. Run them as the owner of the schema; asks no database itself."
    },
    footer = {
      "",
      "Exit status: 0 all is well; 1 an open would refuse the log; 2 it was called wrongly; 3 the",
      "directory is held by a process, is not there, or can't be read; 4 the tool failed."
    })
final class MarkerTablesCommand extends DirectoryCommand {
  @Option(
      names = "--user",
      paramLabel = "USER",
      required = true,
      description = "the database user of the application, who is granted what it needs")
  private String user = "";

  @Option(
      names = "--schema",
      paramLabel = "SCHEMA",
      description = "where the tables go; default: the first schema of the search path")
  private @Nullable String schema;

  @Override
  int run(ClosedDirectory opened) throws IOException {
    UUID log = opened.overview().logId();
    String statements = MarkerSchema.postgres(log, Optional.ofNullable(schema), user);
    if (isJson()) {
      JsonOutput.print(
          Json.createObjectBuilder()
              .add("log", log.toString())
              .add("statements", Json.createArrayBuilder(statements.lines().toList()))
              .build(),
          out());
    } else {
      out().print(statements);
    }
    return LockstepTool.WELL;
  }
}
