package dev.lockstep.outbox.dialect;

import dev.lockstep.outbox.dialect.Dialect.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the user of a connection may do, by what SHOW GRANTS says of it, its role, and PUBLIC: the
 * tables of the information schema leave the last two out.
 */
final class MariaDbGrants {
  /** A name in the quotes that the session's {@code sql_mode} says. */
  private static final String NAME = "(\\*|`(?:[^`]|``)+`|\"(?:[^\"]|\"\")+\")";

  /** Groups: the privileges, the database as a pattern, the table. */
  private static final Pattern GRANT =
      Pattern.compile("GRANT (.+?) ON " + NAME + "\\." + NAME + " TO .*");

  private static final String ANY = "*";
  private static final String ALL = "ALL PRIVILEGES";

  private MariaDbGrants() {}

  /** Those of some privileges on a table that the user does not have. */
  static Set<String> missing(Connection connection, Table table, List<String> privileges)
      throws SQLException {
    Set<String> missing = new LinkedHashSet<>(privileges);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW GRANTS")) {
      while (row.next()) {
        missing.removeAll(granted(row.getString(1), table, privileges));
      }
    }
    return missing;
  }

  static Set<String> granted(String line, Table table, List<String> privileges) {
    Matcher grant = GRANT.matcher(line);
    if (!grant.matches()
        || !isDatabase(grant.group(2), table.schema())
        || !isTable(grant.group(3), table.name())) {
      return Set.of();
    }
    if (grant.group(1).equals(ALL)) {
      return Set.copyOf(privileges);
    }
    return Set.of(grant.group(1).toUpperCase(Locale.ROOT).split(", "));
  }

  private static boolean isTable(String granted, String table) {
    return granted.equals(ANY) || unquoted(granted).equals(table);
  }

  /** A database is granted by a pattern: % is any text, _ any character, unless escaped. */
  private static boolean isDatabase(String granted, String database) {
    if (granted.equals(ANY)) {
      return true;
    }
    String text = unquoted(granted);
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char next = text.charAt(i);
      switch (next) {
        case '%' -> pattern.append(".*");
        case '_' -> pattern.append('.');
        case '\\' -> {
          i = Math.min(i + 1, text.length() - 1);
          pattern.append(Pattern.quote(String.valueOf(text.charAt(i))));
        }
        default -> pattern.append(Pattern.quote(String.valueOf(next)));
      }
    }
    return database.matches(pattern.toString());
  }

  private static String unquoted(String name) {
    String quote = name.substring(0, 1);
    return name.substring(1, name.length() - 1).replace(quote + quote, quote);
  }
}
