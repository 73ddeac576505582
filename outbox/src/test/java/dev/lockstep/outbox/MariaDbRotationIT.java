package dev.lockstep.outbox;

import org.junit.jupiter.api.Tag;

/** The same on MariaDB. */
@Tag("mariadb")
class MariaDbRotationIT extends RotationIT {
  @Override
  TestDatabase startDatabase() {
    return MariaDbServer.start();
  }

  @Override
  boolean isPostgres() {
    return false;
  }

  @Override
  void beginOlder(java.sql.Statement statement) throws java.sql.SQLException {
    // As a transaction of ours does, whatever becomes of its process.
    for (String table : Shop.markerTables(statement.getConnection().getMetaData().getURL())) {
      statement.execute("select kind from " + table + " where id = ''");
    }
  }
}
