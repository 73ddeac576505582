package dev.lockstep.datasource;

import dev.lockstep.InvalidConfigException;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Asks the database, before a pool opens, whether it can do what the pool is for. */
final class DatabaseCheck {
  private static final System.Logger LOGGER = System.getLogger(DatabaseCheck.class.getName());

  private final GuardedXADataSource source;
  private final String where;

  DatabaseCheck(GuardedXADataSource source, String poolName) {
    this.source = source;
    this.where = "data source '" + poolName + "': " + source;
  }

  void run(int poolSize) {
    int allowed = maxPreparedTransactions();
    if (allowed == 0) {
      throw new InvalidConfigException(
          where
              + " has max_prepared_transactions = 0, so that no transaction can be prepared in it;"
              + remedy(poolSize));
    }
    if (allowed < poolSize) {
      LOGGER.log(
          Level.WARNING,
          "LSTP-0602: "
              + where
              + " has max_prepared_transactions = "
              + allowed
              + ", and the pool has "
              + poolSize
              + " connections: when more transactions commit at once, some are rolled back;"
              + remedy(poolSize));
    }
  }

  private static String remedy(int poolSize) {
    return " set max_prepared_transactions = "
        + poolSize
        + " in postgresql.conf (the sum over all pools that use this server), and restart"
        + " PostgreSQL";
  }

  private int maxPreparedTransactions() {
    try {
      GuardedXAConnection xa = source.open();
      try (Connection connection = xa.getConnection();
          Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery("SELECT current_setting('max_prepared_transactions')")) {
        row.next();
        return row.getInt(1);
      } finally {
        xa.close();
      }
    } catch (SQLException e) {
      throw new InvalidConfigException(
          where
              + " cannot be used: "
              + e.getMessage()
              + "; see whether PostgreSQL runs there, and whether URL, user and password are right",
          e);
    }
  }
}
