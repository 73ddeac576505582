package dev.lockstep.outbox;

import dev.lockstep.outbox.dialect.Dialects;
import java.util.Optional;
import java.util.UUID;

/**
 * The statements that create the marker tables of a log, for an administrator: three small tables,
 * into which each transaction with messages inserts a row of some 40 bytes, and which are emptied
 * by turns. Without state.
 */
public final class MarkerSchema {
  private MarkerSchema() {}

  /**
   * For PostgreSQL.
   *
   * @param log the identity of the log, which the tables are named after
   * @param schema the schema that they go to; empty: the first of the search path
   * @param user the database user of the application, who is granted what it needs
   * @return the statements, a line each
   */
  public static String postgres(UUID log, Optional<String> schema, String user) {
    return Dialects.postgres().installation().schema(schema, Survey.tables(log), user);
  }

  /**
   * For MariaDB. The comment of the tables says which database they are in, and is drawn anew by
   * each call: a database needs what one call has returned.
   *
   * @param log the identity of the log, which the tables are named after
   * @param schema the database that they go to; empty: the current one
   * @param user the database user of the application, who is granted what it needs; {@code
   *     name@host}, or a name for any host
   * @return the statements, a line each
   */
  public static String mariaDb(UUID log, Optional<String> schema, String user) {
    return Dialects.mariaDb().installation().schema(schema, Survey.tables(log), user);
  }
}
