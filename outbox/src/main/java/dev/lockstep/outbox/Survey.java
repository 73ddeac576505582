package dev.lockstep.outbox;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.outbox.Settings.Creation;
import dev.lockstep.outbox.dialect.Dialect;
import dev.lockstep.outbox.dialect.Dialect.Table;
import dev.lockstep.outbox.dialect.Dialects;
import dev.lockstep.outbox.dialect.Installation;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * What a look at the database has shown.
 *
 * @param ready what transactions need; empty if they can't be begun
 * @param findings what is wrong
 */
record Survey(Optional<Ready> ready, List<Finding> findings) {

  /** The names of a log's marker tables. */
  static List<String> tables(UUID log) {
    HexFormat hex = HexFormat.of();
    String id =
        hex.toHexDigits(log.getMostSignificantBits())
            + hex.toHexDigits(log.getLeastSignificantBits());
    return IntStream.range(0, MarkerTables.COUNT)
        .mapToObj(number -> "lockstep_marker_" + id + "_" + number)
        .toList();
  }

  /** Looks, and creates the tables that are not there if that is wanted. */
  static Survey of(Connection connection, Settings settings, UUID log) throws SQLException {
    String where = where(settings);
    Optional<Dialect> known = Dialects.of(connection);
    if (known.isEmpty()) {
      return new Survey(
          Optional.empty(),
          List.of(
              Finding.refuse(
                  "LSTP-0926",
                  where
                      + " is "
                      + connection.getMetaData().getDatabaseProductName()
                      + ", which half messages can't be used with",
                  "use PostgreSQL, or MariaDB with its own driver, or the XA path")));
    }
    Installation installation = known.get().installation();
    List<Finding> findings = new ArrayList<>(installation.examine(connection, where));
    List<String> names = tables(log);
    Optional<SQLException> notCreated = create(connection, installation, settings, names);
    List<Table> found = new ArrayList<>();
    for (String name : names) {
      installation.find(connection, settings.schema(), name).ifPresent(found::add);
    }
    String ddl = installation.schema(settings.schema(), names, installation.user(connection));
    if (found.size() < names.size()) {
      findings.add(absent(where, names.size() - found.size(), notCreated, ddl));
      return new Survey(Optional.empty(), findings);
    }
    List<Finding> unfit = unfit(connection, installation, where, found, ddl);
    findings.addAll(unfit);
    return new Survey(
        unfit.isEmpty()
            ? Optional.of(
                new Ready(
                    known.get(),
                    installation.identity(connection, settings.name(), found.get(0)),
                    found))
            : Optional.empty(),
        findings);
  }

  private static Optional<SQLException> create(
      Connection connection, Installation installation, Settings settings, List<String> names)
      throws SQLException {
    if (settings.creation() == Creation.AT_OPEN) {
      try {
        installation.create(connection, settings.schema(), names);
      } catch (SQLException e) {
        connection.rollback();
        return Optional.of(e);
      }
    }
    return Optional.empty();
  }

  static String where(Settings settings) {
    return "database '" + settings.name() + "'";
  }

  private static Finding absent(
      String where, int missing, Optional<SQLException> notCreated, String ddl) {
    return Finding.refuse(
        "LSTP-0920",
        missing
            + " of the log's marker tables are not there in "
            + where
            + notCreated.map(e -> ", and can't be created: " + e.getMessage()).orElse(""),
        "create them, or have them created with createTables(); an administrator does it with:\n"
            + ddl);
  }

  private static List<Finding> unfit(
      Connection connection,
      Installation installation,
      String where,
      List<Table> tables,
      String ddl)
      throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Table table : tables) {
      List<String> problems = installation.unfit(connection, table);
      if (!problems.isEmpty()) {
        findings.add(
            Finding.refuse(
                "LSTP-0921",
                "marker table "
                    + table.schema()
                    + "."
                    + table.name()
                    + " in "
                    + where
                    + " can't be used: "
                    + String.join("; ", problems),
                "make it what these statements would make it:\n" + ddl));
      }
    }
    return findings;
  }

  /** It is one that the log has already, by another name. */
  static Survey twice(Settings settings, String other) {
    return new Survey(
        Optional.empty(),
        List.of(
            Finding.refuse(
                "LSTP-0939",
                where(settings) + " is the one that is configured as '" + other + "', too",
                "configure each database once: the marker tables of a log are for one name")));
  }

  /** The database did not answer. */
  static Survey unanswered(Settings settings, SQLException failure) {
    return unanswered(settings, "does not answer: " + failure.getMessage());
  }

  /** Nobody has been able to ask it. */
  static Survey unasked(Settings settings) {
    return unanswered(settings, "has not answered yet");
  }

  private static Survey unanswered(Settings settings, String how) {
    return new Survey(
        Optional.empty(),
        List.of(
            Finding.warn(
                "LSTP-0922",
                where(settings)
                    + " "
                    + how
                    + "; transactions with messages are refused, and half messages of an earlier"
                    + " life stay in doubt, until it does",
                "see whether it runs, and whether URL, user and password are right")));
  }
}
