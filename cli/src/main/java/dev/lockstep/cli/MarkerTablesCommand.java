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
      "Prints the statements that create the log's marker tables in PostgreSQL or MariaDB, which",
      "half messages need. Run them as the owner of the schema; asks no database itself."
    },
    footer = {
      "",
      "Exit status: 0 all is well; 1 an open would refuse the log; 2 it was called wrongly; 3 the",
      "directory is held by a process, is not there, or can't be read; 4 the tool failed."
    })
final class MarkerTablesCommand extends DirectoryCommand {
  /** The databases that half messages can be used with. */
  enum Database {
    /** The default. */
    POSTGRESQL,
    /** From 10.6 on. */
    MARIADB
  }

  @Option(
      names = "--database",
      paramLabel = "DATABASE",
      defaultValue = "postgresql",
      description = "postgresql or mariadb; default: postgresql")
  private Database database = Database.POSTGRESQL;

  @Option(
      names = "--user",
      paramLabel = "USER",
      required = true,
      description =
          "the database user of the application, who is granted what it needs; for MariaDB"
              + " NAME@HOST, or a name for any host")
  private String user = "";

  @Option(
      names = "--schema",
      paramLabel = "SCHEMA",
      description =
          "where the tables go; default: the first schema of the search path, or MariaDB's current"
              + " database")
  private @Nullable String schema;

  @Override
  int run(ClosedDirectory opened) throws IOException {
    UUID log = opened.overview().logId();
    Optional<String> in = Optional.ofNullable(schema);
    String statements =
        switch (database) {
          case POSTGRESQL -> MarkerSchema.postgres(log, in, user);
          case MARIADB -> MarkerSchema.mariaDb(log, in, user);
        };
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
