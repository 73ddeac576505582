package dev.lockstep.outbox;

import org.junit.jupiter.api.Tag;

/** The same on MariaDB. */
@Tag("mariadb")
class MariaDbHalfUnderLoadIT extends HalfUnderLoadIT {
  @Override
  TestDatabase startDatabase() {
    return MariaDbServer.start();
  }
}
