package dev.lockstep.outbox;

import org.junit.jupiter.api.Tag;

/** The same on MariaDB. */
@Tag("mariadb")
class MariaDbHalfKilledIT extends HalfKilledIT {
  @Override
  TestDatabase startDatabase() {
    return MariaDbServer.start();
  }

  @Override
  boolean isPostgres() {
    return false;
  }

  @Override
  String openTransactions() {
    return "select 1 from information_schema.innodb_trx where trx_rows_modified > 0";
  }
}
