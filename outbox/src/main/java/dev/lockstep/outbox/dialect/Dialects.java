package dev.lockstep.outbox.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** The databases that half messages can be used with, by what their drivers call them. */
public final class Dialects {
  private static final Dialect POSTGRESQL = new PostgresDialect();
  private static final Dialect MARIADB = new MariaDbDialect();

  private Dialects() {}

  /** The words of PostgreSQL. */
  public static Dialect postgres() {
    return POSTGRESQL;
  }

  /** The words of MariaDB. */
  public static Dialect mariaDb() {
    return MARIADB;
  }

  /** The words of the database that a connection leads to, if they are known. Asks nobody. */
  public static Optional<Dialect> of(Connection connection) throws SQLException {
    return switch (connection.getMetaData().getDatabaseProductName()) {
      case Postgres.PRODUCT -> Optional.of(POSTGRESQL);
      case "MariaDB" -> Optional.of(MARIADB);
      default -> Optional.empty();
    };
  }

  /** The same, where they must be known. */
  public static Dialect require(Connection connection) throws SQLException {
    return of(connection)
        .orElseThrow(
            () ->
                new SQLException(
                    "messages can't be sent in its transactions, as the finding LSTP-0926 of"
                        + " Lockstep.diagnose() says"));
  }
}
